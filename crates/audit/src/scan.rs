//! The subgroup scan: a spec and a source in, the subgroups that differ out.
//!
//! ```text
//! Source → Dataset → Counter → Tables → search → Document
//! data     data      metrics   metrics  metrics  result
//! ```

mod check;
mod document;

use waage_core::label::Label;
use waage_data::{DataError, Dataset, Holdout, Limits, Scan, Slicing};
use waage_metrics::Favourable;
use waage_metrics::scan::{
    Classes, Clusters, Counter, Cube, Found, Gatherer, Layout, Magnitudes, Measure, Reestimated,
    Request, Tables, permute, reestimate, search,
};
use waage_report::render_scan;
use waage_result::scan::{ScanResult, ScanSpec};
use waage_result::spec::RolesSpec;
use waage_result::text::{Catalogue, Language};

use crate::observer::{Observer, Phase};
use crate::page::PageFormat;
use crate::{AuditError, Source, Style, page};

/// Bins of numbers, and levels of a column (FORMULAS §5).
const BINS: u32 = 5;
const LEVELS: usize = 20;
/// Combinations of all columns that permutations may deal outcomes among.
const COMBINATIONS_MAX: usize = 1 << 20;
/// The least support without an option: this share of the rows, and this many.
const SUPPORT_SHARE: f64 = 0.005;
const SUPPORT_MIN: u64 = 30;

/// A scan to be run.
pub struct ScanJob {
    /// The rows.
    pub source: Source,
    /// What to scan.
    pub spec: ScanSpec,
}

/// Runs a subgroup scan: one pass over the rows, then algebra on its tables.
///
/// # Errors
/// [`AuditError`]: options out of range, unreadable data, columns that do not suit, too many
/// combinations, or an interruption by the observer.
pub fn scan(job: &ScanJob, observer: &dyn Observer) -> Result<ScanResult, AuditError> {
    let spec = &job.spec;
    let asked = check::spec(spec)?;
    let dataset = Dataset::open(
        job.source.clone(),
        &roles(spec),
        spec.filter.as_deref(),
        Limits::default(),
        observer,
    )?
    .sliced(Slicing {
        bins: BINS,
        levels: LEVELS,
        holdout: spec.holdout.as_ref().map(|share| Holdout {
            share: share.clone(),
            seed: spec.seed,
        }),
    });
    let classes = check::classes(&asked, magnitudes(&dataset, &asked, spec, observer)?)?;
    let scanned = count(&dataset, spec, &classes, observer)?;
    let names = check::columns(spec);
    let labels = &scanned.axes[..names.len()];
    let Counts {
        counter,
        cube,
        gatherer,
    } = scanned.state;
    let tables = counter
        .finish(&names, labels)
        .ok_or_else(|| check::too_many_combinations(spec))?;
    let favourable = match scanned.favours_selected {
        true => Favourable::Selected,
        false => Favourable::Rejected,
    };
    let facts = document::Facts {
        rows: scanned.rows,
        rows_filtered_out: scanned.rows_filtered_out,
        cut: scanned.cut,
        notes: scanned.notes,
        read: scanned.read,
    };
    let measure = Measure {
        metric: asked.metric,
        tie: crate::tie(facts.cut.as_ref()),
    };
    let (mut searched, mut estimated) = match &spec.holdout {
        None => (tables, None),
        Some(_) => {
            let [searched, estimated] = tables.halves();
            (searched, Some(estimated))
        }
    };
    if let Some(gatherer) = gatherer {
        let mut halves = clusters(gatherer, labels, &measure, estimated.is_some())?.into_iter();
        if let Some(of) = halves.next() {
            searched = searched.of_clusters(of);
        }
        estimated = match (estimated, halves.next()) {
            (Some(tables), Some(of)) => Some(tables.of_clusters(of)),
            (tables, _) => tables,
        };
    }
    let request = Request {
        favourable,
        ..request(spec, &asked, measure, &searched)?
    };
    let found = search(&searched, &request);
    let permuted = permutations(spec, &searched, labels, cube, &request, &found, observer)?;
    let reestimated: Option<Vec<Reestimated>> = estimated
        .as_ref()
        .map(|tables| reestimate(tables, &request, &found.subgroups));
    Ok(document::document(&document::Made {
        spec,
        request: &request,
        searched: &searched,
        estimated: estimated.as_ref(),
        found: &found,
        permuted: permuted.as_deref(),
        reestimated: reestimated.as_deref(),
        facts,
    }))
}

/// Features are read as strata are: as attributes after the sensitive ones. Where rows have clusters,
/// these are kept back whole.
fn roles(spec: &ScanSpec) -> RolesSpec {
    let mut roles = spec.roles.clone();
    roles.stratum.clone_from(&spec.features);
    if spec.holdout.is_some() && roles.cluster.is_some() {
        roles.id.clone_from(&roles.cluster);
    }
    roles
}

/// What one thread counts.
struct Counts {
    counter: Counter,
    /// The joint table, for permutations.
    cube: Option<Cube>,
    /// The rows by cluster, where they have some.
    gatherer: Option<Gatherer>,
}

impl Counts {
    fn merge(self, other: Self) -> Self {
        let both = self.gatherer.zip(other.gatherer);
        Self {
            counter: self.counter.merge(other.counter),
            cube: self.cube.zip(other.cube).map(|(a, b)| a.merge(b)),
            gatherer: both.map(|(a, b)| a.merge(b)),
        }
    }
}

/// The magnitudes that sums need; counts need none, and no scan for them.
fn magnitudes(
    dataset: &Dataset,
    asked: &check::Asked,
    spec: &ScanSpec,
    observer: &dyn Observer,
) -> Result<Magnitudes, AuditError> {
    if !asked.mean && spec.roles.weight.is_none() {
        return Ok(Magnitudes::default());
    }
    let (weight, score) = dataset.magnitudes(observer)?;
    Ok(Magnitudes { weight, score })
}

/// Counts all rows, one counter per thread; the joint table too where permutations ask for it.
fn count(
    dataset: &Dataset,
    spec: &ScanSpec,
    classes: &Classes,
    observer: &dyn Observer,
) -> Result<Scan<Counts>, AuditError> {
    let columns = spec.roles.sensitive.len() + spec.features.len();
    let layout = Layout {
        columns,
        depth: spec.depth as usize,
        halved: spec.holdout.is_some(),
        classes: classes.clone(),
    };
    let clustered = spec.roles.cluster.is_some();
    let new = || Counts {
        counter: Counter::new(layout.clone()),
        cube: (spec.permutations > 0)
            .then(|| Cube::new(columns, classes.clone(), COMBINATIONS_MAX)),
        gatherer: clustered.then(|| Gatherer::new(columns, layout.halved, classes.clone())),
    };
    Ok(dataset.scan(
        observer,
        new,
        |counts, block| {
            counts.counter.add(block);
            if let Some(cube) = &mut counts.cube {
                cube.add(block);
            }
            if let Some(gatherer) = &mut counts.gatherer {
                gatherer.add(block);
            }
        },
        Counts::merge,
    )?)
}

/// The clusters of the rows, of each half where they were halved.
fn clusters(
    gatherer: Gatherer,
    labels: &[Vec<Label>],
    measure: &Measure,
    halved: bool,
) -> Result<Vec<Clusters>, AuditError> {
    let rows_max = gatherer.rows_max();
    let halves = if halved { 2 } else { 1 };
    gatherer
        .finish(labels, measure, halves)
        .ok_or_else(|| check::too_many_clustered(rows_max))
}

/// What is searched for, now that the rows are known.
fn request(
    spec: &ScanSpec,
    asked: &check::Asked,
    measure: Measure,
    tables: &Tables,
) -> Result<Request, AuditError> {
    let support = tables.support(&measure);
    let least = SUPPORT_MIN.max((SUPPORT_SHARE * support as f64).ceil() as u64);
    if let Some(given) = spec.min_support
        && given > support
    {
        return Err(AuditError::Option(format!(
            "--min-support {given} is more than the {support} rows that {} rests on; give a smaller one, such as {}",
            asked.metric.quantity().name,
            least.min(support)
        )));
    }
    Ok(Request {
        measure,
        min_support: spec.min_support.unwrap_or(least),
        top: spec.top as usize,
        margin: spec.margin,
        alpha: spec.alpha,
        level: spec.confidence,
        score: asked.score,
        side: asked.side,
        favourable: Favourable::default(),
    })
}

/// Family-wise p-values of what was found, where they were asked for.
fn permutations(
    spec: &ScanSpec,
    tables: &Tables,
    labels: &[Vec<Label>],
    cube: Option<Cube>,
    request: &Request,
    found: &Found,
    observer: &dyn Observer,
) -> Result<Option<Vec<f64>>, AuditError> {
    let Some(cube) = cube else { return Ok(None) };
    check::permuted_rows(spec, tables.rows())?;
    let cells = cube
        .finish(labels)
        .ok_or_else(|| check::too_many_to_permute(COMBINATIONS_MAX))?;
    observer.begin(Phase::Estimate, Some(spec.permutations.into()));
    permute(
        tables,
        &cells,
        request,
        found,
        spec.permutations,
        spec.seed,
        observer,
    )
    .map(Some)
    .ok_or(AuditError::Data(DataError::Interrupted))
}

/// A scan as text; Markdown hides subgroups of fewer than five rows.
///
/// # Errors
/// [`AuditError`] when the document cannot be written.
pub fn render(
    result: &ScanResult,
    format: PageFormat,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    Ok(render_scan(
        result,
        format.of_report(),
        language,
        &page::options(style),
    )?)
}

/// Subgroups, rows and seconds in one line.
#[must_use]
pub fn summary_line(result: &ScanResult, language: Language, seconds: f64) -> String {
    let words = Catalogue::of(language);
    words.fill(
        "scan.summary_line",
        &[
            (
                "found",
                &words.integer(result.family.discoveries - result.family.folded),
            ),
            ("size", &words.integer(result.family.size)),
            ("rows", &words.integer(result.dataset.rows)),
            ("seconds", &words.decimal(seconds, 2)),
        ],
    )
}
