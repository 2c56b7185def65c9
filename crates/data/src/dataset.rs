//! A data set: found, understood and checked, then scanned block by block.

use std::collections::HashSet;
use std::io::Read;

use tempfile::NamedTempFile;
use waage_core::block::Block;
use waage_core::label::Label;
use waage_core::observer::{Observer, Phase};
use waage_result::document::{CutResult, Note};
use waage_result::spec::{Bins, Cut, RolesSpec};

use crate::DataError;
use crate::bins::BinEdges;
use crate::check::{self, Seen};
use crate::columns::binary::BinaryRule;
use crate::decode::{
    Decision, Decoder, Plan, PlannedAxis, PlannedBinary, PlannedColumn, PlannedHalf,
    PlannedMembership, Ties,
};
use crate::error::listing;
use crate::filter::Filter;
use crate::fold::Table;
use crate::frame::FeatureColumn;
use crate::input::{Limits, Source};
use crate::levels::{Levels, typed};
use crate::open;
use crate::prepare;
use crate::read::Store;
use crate::roles::{BinaryRole, Roles, Rule};
use crate::slices::{self, HalfRule, Slicing};
use crate::table::{Needed, place};

/// Files or batches whose columns are known and suit their roles; no row has been read.
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{BooleanArray, StringArray};
/// use arrow::record_batch::RecordBatch;
/// use waage_core::observer::Silent;
/// use waage_data::{Dataset, Limits, Source};
/// use waage_result::spec::{AttributeSpec, RolesSpec};
///
/// let batch = RecordBatch::try_from_iter([
///     ("gender", Arc::new(StringArray::from(vec!["f", "m", "m"])) as _),
///     ("invited", Arc::new(BooleanArray::from(vec![false, true, true])) as _),
/// ])?;
/// let roles = RolesSpec {
///     decision: Some("invited".to_owned()),
///     sensitive: vec![AttributeSpec::column("gender")],
///     ..RolesSpec::default()
/// };
/// let source = Source::Batches { schema: batch.schema(), batches: vec![batch] };
/// let data = Dataset::open(source, &roles, None, Limits::default(), &Silent)?;
/// let scan = data.scan(&Silent, || 0, |rows, block| *rows += block.len, |a, b| a + b)?;
/// assert_eq!((scan.state, scan.axes[0].len()), (3, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Dataset {
    pub(crate) table: Table,
    pub(crate) roles: Roles,
    limits: Limits,
    slicing: Option<Slicing>,
    /// Columns of a model's features, with their positions among the needed ones.
    pub(crate) features: Vec<(usize, FeatureColumn)>,
    /// Columns that frames hold as they are, as positions among the needed ones.
    pub(crate) kept: Vec<usize>,
    pub(crate) notes: Vec<Note>,
    /// Where standard input was put, if it is no Arrow stream; removed in the end.
    _spool: Option<NamedTempFile>,
}

/// What a scan found, beside the caller's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan<A> {
    /// The caller's state.
    pub state: A,
    /// Labels by level code, per attribute: sensitive ones, then strata, then the halves of the
    /// rows where they are halved. In order of first sight, which depends on threads.
    pub axes: Vec<Vec<Label>>,
    /// How each attribute was read.
    pub read: Vec<AxisRead>,
    /// Rows that count.
    pub rows: u64,
    /// Rows that the filter left out.
    pub rows_filtered_out: u64,
    /// Rows that count and have a score; 0 without a score role.
    pub rows_scored: u64,
    /// Rows without a label whose propensity says that they could not get one; 0 without that role.
    pub rows_uncovered: u64,
    /// Where the cut of the score fell, if one was made.
    pub cut: Option<CutResult>,
    /// Whether the favourable decision is that of the selected, as it is unless the roles say
    /// otherwise.
    pub favours_selected: bool,
    /// What a reader of the numbers must know.
    pub notes: Vec<Note>,
}

/// How the levels of an attribute came about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AxisRead {
    /// Ascending edges of left-closed bins, where numbers were cut into them.
    pub edges: Option<Vec<f64>>,
    /// Distinct values in all, where only the most frequent have a level of their own.
    pub values: Option<u64>,
}

impl Dataset {
    /// Finds the files, reads their schemas, and resolves roles and filter; reads no rows.
    ///
    /// # Errors
    /// [`DataError`] when a file is missing, empty or no data; when files do not fit together; when
    /// a column does not exist or does not suit its role; when the filter cannot be read;
    /// [`DataError::Interrupted`] when the observer asks for it.
    pub fn open(
        source: Source,
        roles: &RolesSpec,
        filter: Option<&str>,
        limits: Limits,
        observer: &dyn Observer,
    ) -> Result<Self, DataError> {
        Self::open_with(source, None, roles, filter, limits, observer)
    }

    /// As [`Dataset::open`], with `-` read from `input` instead of standard input.
    ///
    /// # Errors
    /// Those of [`Dataset::open`].
    pub fn open_with(
        source: Source,
        input: Option<Box<dyn Read + Send>>,
        roles: &RolesSpec,
        filter: Option<&str>,
        limits: Limits,
        observer: &dyn Observer,
    ) -> Result<Self, DataError> {
        let opened = open::source(source, input, observer)?;
        let mut parts = opened.parts;
        let mut needed = Needed::default();
        let roles = Roles::resolve(roles, &parts, &mut needed)?;
        let filter = match filter.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Some(Filter::parse(text, &parts, &mut needed)?),
            None => None,
        };
        let keep_text: HashSet<String> = roles
            .id
            .iter()
            .chain(&roles.cluster)
            .map(|column| needed.name(*column).to_owned())
            .collect();
        for part in &mut parts {
            if let Store::Parquet(file) = &mut part.store {
                file.read_text_as_codes(&keep_text);
            }
        }
        let table = Table {
            parts,
            needed,
            filter,
        };
        Ok(Self {
            table,
            roles,
            limits,
            slicing: None,
            features: Vec::new(),
            kept: Vec::new(),
            notes: opened.notes,
            _spool: opened.spool,
        })
    }

    /// Reads attributes for a subgroup scan: every column as a few levels, and the rows halved by
    /// their id if asked for, as one more axis of two levels after all others.
    #[must_use]
    pub fn sliced(mut self, slicing: Slicing) -> Self {
        self.slicing = Some(slicing);
        self
    }

    /// The largest weight and the largest magnitude of a score, in a scan of these columns alone;
    /// `None` without the role. Numbers that are out of bounds count as absent.
    ///
    /// # Errors
    /// Those of [`Dataset::scan`].
    pub fn magnitudes(
        &self,
        observer: &dyn Observer,
    ) -> Result<(Option<f64>, Option<f64>), DataError> {
        self.keep_stdin()?;
        let most = |column: Option<usize>| match column {
            None => Ok(None),
            Some(column) => prepare::magnitude(&self.table, column, observer).map(Some),
        };
        Ok((most(self.roles.weight)?, most(self.roles.score)?))
    }

    /// What the data are called in messages: the first file, and how many more.
    #[must_use]
    pub fn place(&self) -> String {
        place(&self.table.parts)
    }

    /// Folds every row that counts into a state, on the threads of the current rayon pool.
    ///
    /// `new` makes one state per thread, `add` takes a block of at most some thousand rows, `merge`
    /// joins two states. Rows fall to threads by chance: the result is the same for any threads,
    /// files and row groups if, and only if, the state depends on the multiset of rows alone.
    ///
    /// Quantile bins and cuts by rank, and some labels, need a first scan of their column
    /// ([`Phase::Prepare`]). A top-k cut is exact: rows above the cut are selected; rows equal to
    /// it carry [`TIED`](waage_core::block::outcome::TIED) unless all of them find a place or an
    /// id tells them apart. Quantile edges are data values: see the inverse ECDF of
    /// `⌊j n / bins⌋` smaller values.
    ///
    /// # Errors
    /// [`DataError`] when rows cannot be read or do not suit their roles, when none is left, or
    /// when the observer cancels.
    pub fn scan<A: Send>(
        &self,
        observer: &dyn Observer,
        new: impl Fn() -> A + Sync,
        add: impl Fn(&mut A, &Block<'_>) + Sync,
        merge: impl Fn(A, A) -> A + Sync,
    ) -> Result<Scan<A>, DataError> {
        if self.scans_twice() {
            self.keep_stdin()?;
        }
        let mut prepared = self.prepare(observer)?;
        let once = |prepared: &Prepared| {
            let plan = &prepared.plan;
            let folded = self.table.fold(
                Phase::Scan,
                &prepared.columns,
                observer,
                || (new(), Decoder::new(plan)),
                |(state, decoder), piece| decoder.add(piece, &mut |block| add(state, block)),
            )?;
            let mut seen = Seen::default();
            let mut states = Vec::with_capacity(folded.states.len());
            for (state, decoder) in folded.states {
                states.push(state);
                seen.add(decoder);
            }
            Ok::<_, DataError>((states, seen, folded.rows, folded.rows_filtered_out))
        };
        let first = once(&prepared);
        let (states, seen, rows, rows_filtered_out) = match first {
            // Columns of many values are rare: the first scan hopes for none.
            Err(DataError::TooManyLevels { column, .. }) if self.narrow(&prepared, &column) => {
                self.keep_frequent(&mut prepared, observer)?;
                once(&prepared)?
            }
            outcome => outcome?,
        };
        let plan = &prepared.plan;
        if rows == 0 {
            return Err(DataError::NoRows {
                place: self.place(),
                filtered_out: rows_filtered_out,
            });
        }
        let mut notes = self.notes.clone();
        notes.append(&mut prepared.notes);
        check::columns(plan, &seen, rows, &mut notes)?;
        let favours_selected = match &self.roles.favourable {
            Some(given) => check::favours_selected(plan, given)?,
            None => true,
        };
        notes.extend(self.table.parts.iter().filter_map(check::encoding_note));
        if let (Some(cut), Some(Cut::Threshold(_))) = (&mut prepared.cut, &self.roles.cut) {
            cut.selected = seen.selected;
        }
        let mut axes: Vec<Vec<Label>> = plan
            .axes
            .iter()
            .zip(&self.roles.axes)
            .map(|(axis, role)| {
                let labels = axis.levels.labels();
                if role.untyped { typed(labels) } else { labels }
            })
            .collect();
        if plan.half.is_some() {
            axes.push(vec![Label::Bool(false), Label::Bool(true)]);
        }
        let state = states.into_iter().reduce(merge).unwrap_or_else(new);
        Ok(Scan {
            state,
            axes,
            read: prepared.read,
            rows,
            rows_filtered_out,
            rows_scored: seen.scored,
            rows_uncovered: seen.uncovered,
            cut: prepared.cut,
            favours_selected,
            notes,
        })
    }

    /// Whether something must be known of all rows before each row can be read.
    pub(crate) fn scans_twice(&self) -> bool {
        let by_rank = matches!(self.roles.cut, Some(Cut::TopK(_) | Cut::TopFraction(_)));
        let quantiles = |bins: &Option<Bins>| matches!(bins, Some(Bins::Quantiles(_)));
        let open = |role: &BinaryRole| !matches!(role.rule, Rule::Is(_));
        by_rank
            || self.slicing.is_some()
            || self
                .roles
                .axes
                .iter()
                .any(|axis| quantiles(&axis.spec.bins))
            || self
                .roles
                .label
                .iter()
                .chain(&self.roles.decision)
                .any(open)
    }

    pub(crate) fn keep_stdin(&self) -> Result<(), DataError> {
        let all: Vec<usize> = (0..self.table.needed.len()).collect();
        for (at, part) in self.table.parts.iter().enumerate() {
            if let Store::Stdin(stdin) = &part.store {
                let slots = self.table.needed.slots(at, &all);
                stdin.keep(&crate::read::fields_of(&slots), self.limits.memory_max)?;
            }
        }
        Ok(())
    }

    pub(crate) fn prepare(&self, observer: &dyn Observer) -> Result<Prepared, DataError> {
        let Self {
            table,
            roles,
            limits,
            ..
        } = self;
        let mut columns = Vec::new();
        let mut project = |column: usize| {
            let at = columns
                .iter()
                .position(|known| *known == column)
                .unwrap_or_else(|| {
                    columns.push(column);
                    columns.len() - 1
                });
            PlannedColumn {
                at,
                name: table.needed.name(column).to_owned(),
            }
        };
        let mut binary = |role: &'static str, binary: &Option<BinaryRole>| {
            let Some(binary) = binary else {
                return Ok(None);
            };
            let rule = self.rule(role, binary, observer)?;
            let levels = Levels::new(&binary.name, limits.levels_max);
            Ok::<_, DataError>(Some(PlannedBinary {
                column: project(binary.column),
                rule,
                levels,
            }))
        };
        let label = binary("label", &roles.label)?;
        let decision = binary("decision", &roles.decision)?;
        let (mut cut, mut notes) = (None, Vec::new());
        let decision = match (decision, &roles.cut, roles.score) {
            (Some(column), ..) => Decision::Column(column),
            (None, Some(spec), Some(score)) => {
                let memory_max = limits.memory_max;
                let mut found =
                    prepare::find_cut(table, score, roles.id, spec, memory_max, observer)?;
                if let Decision::Cut {
                    ties: Ties::UpTo { id, .. },
                    ..
                } = &mut found.decision
                {
                    *id = project(id.at);
                }
                cut = Some(found.result);
                notes = found.notes;
                found.decision
            }
            _ => Decision::None,
        };
        let score = roles.score.map(&mut project);
        let outcome = roles.outcome.map(&mut project);
        let weight = roles.weight.map(&mut project);
        let cluster = roles.cluster.map(&mut project);
        let propensity = roles.propensity.map(&mut project);
        let memberships = roles
            .membership
            .iter()
            .map(|of| PlannedMembership {
                name: of.name.clone(),
                columns: of.columns.iter().map(|c| project(*c)).collect(),
            })
            .collect();
        let (mut axes, mut read) = (Vec::with_capacity(roles.axes.len()), Vec::new());
        let automatic = match &self.slicing {
            None => vec![None; roles.axes.len()],
            Some(slicing) => slices::bins(table, &roles.axes, slicing, observer)?,
        };
        for (role, automatic) in roles.axes.iter().zip(automatic) {
            let bins = match (&role.spec.bins, automatic) {
                (None, automatic) => automatic,
                (Some(Bins::Edges(edges)), _) => Some(BinEdges::new(edges.clone())),
                (Some(Bins::Quantiles(bins)), _) => Some(prepare::quantile_edges(
                    table,
                    role.column,
                    *bins,
                    observer,
                )?),
            };
            let levels_max = match &self.slicing {
                Some(slicing) if bins.is_none() => slicing.levels,
                _ => limits.levels_max,
            };
            let levels = Levels::new(&role.spec.column, levels_max);
            read.push(AxisRead {
                edges: bins.as_ref().map(|bins| bins.edges().to_vec()),
                values: None,
            });
            axes.push(PlannedAxis {
                column: project(role.column),
                bins,
                levels,
            });
        }
        let half = match (&self.slicing, roles.id) {
            (
                Some(Slicing {
                    holdout: Some(holdout),
                    ..
                }),
                Some(id),
            ) => Some(PlannedHalf {
                id: project(id),
                rule: HalfRule::new(holdout)?,
            }),
            _ => None,
        };
        let plan = Plan {
            label,
            decision,
            score,
            outcome,
            weight,
            cluster,
            propensity,
            memberships,
            axes,
            half,
        };
        Ok(Prepared {
            columns,
            plan,
            read,
            cut,
            notes,
        })
    }

    /// Whether a column has too many values for a subgroup scan, but not for an attribute.
    fn narrow(&self, prepared: &Prepared, column: &str) -> bool {
        let axis = |axis: &PlannedAxis| axis.column.name == column && axis.bins.is_none();
        self.slicing.is_some() && prepared.plan.axes.iter().any(axis)
    }

    /// Counts the values of every column without bins, and keeps the most frequent of each.
    fn keep_frequent(
        &self,
        prepared: &mut Prepared,
        observer: &dyn Observer,
    ) -> Result<(), DataError> {
        let Some(slicing) = &self.slicing else {
            return Ok(());
        };
        let open: Vec<usize> = (0..prepared.plan.axes.len())
            .filter(|at| prepared.plan.axes[*at].bins.is_none())
            .collect();
        let columns: Vec<usize> = open.iter().map(|at| self.roles.axes[*at].column).collect();
        let max = self.limits.levels_max;
        let counted = slices::frequencies(&self.table, &columns, max, observer)?;
        for axis in &mut prepared.plan.axes {
            axis.levels = Levels::new(&axis.column.name, max);
        }
        for (at, counts) in open.into_iter().zip(counted) {
            let name = prepared.plan.axes[at].column.name.clone();
            let values = counts
                .iter()
                .filter(|(label, _)| !label.is_missing())
                .count();
            if values > slicing.levels {
                let kept = slices::most_frequent(counts, slicing.levels);
                prepared.plan.axes[at].levels = Levels::only(&name, kept);
                prepared.read[at].values = Some(values as u64);
            }
        }
        Ok(())
    }

    /// How a label or decision is read, looking at its values where only they tell.
    fn rule(
        &self,
        role: &'static str,
        binary: &BinaryRole,
        observer: &dyn Observer,
    ) -> Result<BinaryRule, DataError> {
        let values =
            || prepare::values_of(&self.table, binary.column, self.limits.levels_max, observer);
        match &binary.rule {
            Rule::Is(rule) => Ok(rule.clone()),
            Rule::NeedsPositive => {
                let values = values()?;
                if values.is_empty() {
                    return Ok(BinaryRule::Words);
                }
                let (column, values) = (binary.name.clone(), listing(values));
                Err(DataError::NotBinary {
                    role,
                    column,
                    values,
                })
            }
            Rule::EqualsUnless01(positive) => {
                let values = values()?;
                let words = values
                    .iter()
                    .all(|value| BinaryRule::Words.code(value).is_some());
                let rule = if words {
                    BinaryRule::Words
                } else {
                    BinaryRule::Equals(positive.clone())
                };
                Ok(rule)
            }
        }
    }
}

/// What must be known before the scan of all columns.
pub(crate) struct Prepared {
    /// Needed columns in the order of the projection.
    pub(crate) columns: Vec<usize>,
    pub(crate) plan: Plan,
    read: Vec<AxisRead>,
    pub(crate) cut: Option<CutResult>,
    notes: Vec<Note>,
}
