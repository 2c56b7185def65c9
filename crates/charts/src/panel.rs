//! One panel of a forest plot: one metric compared with the reference in one way.

use waage_result::document::{AuditResult, Disparity};
use waage_result::finding::{Finding, Margin};
use waage_result::text::Catalogue;
use waage_result::unknown::{MembershipGap, MembershipGroup, MembershipResult};

use crate::axis::{Axis, Unit};
use crate::canvas::{Anchor, Canvas, Drawn, Type};
use crate::frame::Names;
use crate::marks::{Span, caption, cross, ends, scale, value, whisker};
use crate::palette;
use crate::point::{Point, Row};
use crate::rates::unit_of;
use crate::view::{Group, View, findings, metric_name};

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Comparison {
    Difference,
    Ratio,
}

impl Comparison {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "difference" => Some(Self::Difference),
            "ratio" => Some(Self::Ratio),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::Ratio => "ratio",
        }
    }

    /// The value that means no disparity.
    const fn equality(self) -> f64 {
        match self {
            Self::Difference => 0.0,
            Self::Ratio => 1.0,
        }
    }
}

/// What a panel compares, and how it was judged.
struct What<'a> {
    metric: &'a str,
    comparison: Comparison,
    judged: Vec<&'a Finding>,
}

impl<'a> What<'a> {
    /// The findings about a group.
    fn of<'k>(&'k self, group: &'k str) -> impl Iterator<Item = &'a Finding> + Clone + use<'a, 'k> {
        let judged = self.judged.iter().copied();
        judged.filter(move |f| f.group.as_deref() == Some(group))
    }

    /// The panel with the rows that it has in a unit fit for the values.
    fn panel(
        &self,
        values: impl Iterator<Item = f64>,
        words: &Catalogue,
        rows: impl FnOnce(Unit) -> Vec<Row>,
    ) -> Option<Panel> {
        let unit = match (self.comparison, unit_of(self.metric)) {
            (Comparison::Ratio, _) => Unit::Ratio,
            (Comparison::Difference, Unit::Percent(_)) => Unit::Points(1),
            (Comparison::Difference, _) => Unit::Signed,
        };
        let unit = unit.fine(values.map(f64::abs).fold(0.0, f64::max));
        let rows = rows(unit);
        if !rows.iter().any(|row| matches!(row, Row::Point(_))) {
            return None;
        }
        let heading = match self.comparison {
            Comparison::Difference => "chart.difference",
            Comparison::Ratio => "chart.ratio",
        };
        Some(Panel {
            heading: words.fill(heading, &[("metric", &metric_name(self.metric, words))]),
            rows,
            comparison: self.comparison,
            unit,
            tolerated: tolerated(&self.judged, self.comparison),
            axis: Axis::linear(0.0, 1.0, 0.0, 1.0),
            value_right: 0.0,
            right: 0.0,
        })
    }
}

/// The findings about a comparison of an attribute's groups.
fn judged<'a>(
    result: &'a AuditResult,
    attribute: &str,
    metric: &str,
    comparison: Comparison,
) -> Vec<&'a Finding> {
    let of_attribute = findings(result, attribute);
    of_attribute
        .filter(|f| f.metric == metric && f.comparison == comparison.name())
        .collect()
}

/// Intervals are printed only where they leave the plot so many pixels.
const PLOT_MIN: f64 = 100.0;

/// The panel, measured and ready to draw.
pub(crate) struct Panel {
    pub(crate) heading: String,
    pub(crate) rows: Vec<Row>,
    comparison: Comparison,
    unit: Unit,
    tolerated: Option<(Option<f64>, Option<f64>)>,
    axis: Axis,
    value_right: f64,
    right: f64,
}

impl Panel {
    /// The panel of a metric and comparison, unless no group has a value to show.
    pub(crate) fn new(
        result: &AuditResult,
        view: &View<'_>,
        (metric, comparison): (&str, Comparison),
        words: &Catalogue,
    ) -> Option<Self> {
        let shown: Vec<&Disparity> = result
            .disparities
            .iter()
            .filter(|d| d.attribute == view.name && d.metric == metric)
            .filter(|d| d.scheme == "to_reference" && d.comparison == comparison.name())
            .collect();
        let what = What {
            metric,
            comparison,
            judged: judged(result, &view.name, metric, comparison),
        };
        let values = shown.iter().filter_map(|d| value(&d.estimate));
        what.panel(values, words, |unit| {
            let row = |group: &Group<'_>| {
                if group.is_reference {
                    return Row::Reference;
                }
                let own = |d: &&&Disparity| d.group.as_deref() == Some(&group.key);
                let disparity = shown.iter().find(own);
                let visible = disparity.filter(|_| view.comparable(group, metric));
                visible
                    .and_then(|d| Point::new(&d.estimate, what.of(&group.key), unit, words))
                    .map_or(Row::Undefined, Row::Point)
            };
            view.groups.iter().map(row).collect()
        })
    }

    /// The same of some groups that are known by probabilities; estimates on fewer rows than `least` are
    /// not shown.
    pub(crate) fn of_memberships(
        result: &AuditResult,
        found: &MembershipResult,
        (groups, least): (&[&MembershipGroup], u64),
        (metric, comparison): (&str, Comparison),
        words: &Catalogue,
    ) -> Option<Self> {
        let of = |gap: &&MembershipGap| gap.metric == metric && gap.comparison == comparison.name();
        let shown: Vec<&MembershipGap> = found.gaps.iter().filter(of).collect();
        let what = What {
            metric,
            comparison,
            judged: judged(result, &found.attribute, metric, comparison),
        };
        let enough = |group: &str| {
            let mut rates = found.groups.iter().filter(|g| g.group == group);
            let rate = rates.find_map(|g| g.metrics.iter().find(|r| r.metric == metric));
            rate.is_none_or(|rate| {
                rate.answers.weighted.n >= least && rate.answers.threshold.n >= least
            })
        };
        let compared = enough(&found.reference);
        let values = shown.iter().filter_map(|g| value(&g.answers.weighted));
        what.panel(values, words, |unit| {
            let row = |group: &&MembershipGroup| {
                if group.group == found.reference {
                    return Row::Reference;
                }
                let gap = shown.iter().find(|gap| gap.group == group.group);
                let visible = gap.filter(|_| compared && enough(&group.group));
                visible
                    .and_then(|g| Point::of_answers(&g.answers, what.of(&group.group), unit, words))
                    .map_or(Row::Undefined, Row::Point)
            };
            groups.iter().map(row).collect()
        })
    }

    /// The rows with a value, with their place.
    pub(crate) fn points(&self) -> impl Iterator<Item = (usize, &Point)> {
        self.rows
            .iter()
            .enumerate()
            .filter_map(|(i, row)| match row {
                Row::Point(point) => Some((i, point)),
                Row::Reference | Row::Undefined => None,
            })
    }

    /// The row furthest from equality, and its value as printed.
    pub(crate) fn furthest(&self, words: &Catalogue) -> Option<(usize, String)> {
        let distance = |v: f64| match self.comparison {
            Comparison::Difference => v.abs(),
            Comparison::Ratio if v <= 0.0 => f64::MAX,
            Comparison::Ratio => libm::log(v).abs(),
        };
        let (index, point) = self.points().max_by(|(i, a), (j, b)| {
            distance(a.value)
                .total_cmp(&distance(b.value))
                .then(j.cmp(i))
        })?;
        let value = self.unit.write(point.value, words);
        let unit = if matches!(self.unit, Unit::Points(_)) {
            format!(" {}", words.text("chart.unit_points"))
        } else {
            String::new()
        };
        Some((index, value + &unit))
    }

    /// Whether the policy's margin is known.
    pub(crate) fn has_margin(&self) -> bool {
        self.tolerated.is_some()
    }

    /// Whether an interval goes on beyond the axis.
    pub(crate) fn has_arrows(&self) -> bool {
        self.points()
            .flat_map(|(_, p)| p.spans())
            .any(|s| s.leaves(&self.axis))
    }

    /// Whether the ends of all that may be are drawn.
    pub(crate) fn has_ends(&self) -> bool {
        self.points().any(|(_, p)| p.ends.is_some())
    }

    /// Whether a second value is drawn.
    pub(crate) fn has_crosses(&self) -> bool {
        self.points().any(|(_, p)| p.other.is_some())
    }

    /// Whether a judged interval differs from the one shown.
    pub(crate) fn has_two_lines(&self) -> bool {
        self.points().any(|(_, p)| p.judged.is_some())
    }

    /// Puts the panel between two edges: columns of values at the right, the axis in what is left.
    pub(crate) fn place(&mut self, (left, right): (f64, f64), words: &Catalogue) {
        let widest = |texts: &mut dyn Iterator<Item = &str>| {
            texts.map(|t| Type::VALUE.width(t)).fold(0.0, f64::max)
        };
        let mut interval = widest(&mut self.points().map(|(_, p)| p.texts.1.as_str()));
        let value = widest(&mut self.points().map(|(_, p)| p.texts.0.as_str()));
        let reference = Type::SMALL.width(words.text("chart.reference"));
        if right - left - interval - value < PLOT_MIN {
            interval = 0.0;
            self.rows.iter_mut().for_each(Row::drop_interval_text);
        }
        self.right = right;
        self.value_right = right - interval - if interval > 0.0 { 8.0 } else { 0.0 };
        let column = (right - self.value_right + value).max(reference) + 16.0;
        self.axis = self.fit(left, right - column);
    }

    fn fit(&self, left: f64, right: f64) -> Axis {
        let values = || {
            self.points()
                .flat_map(|(_, p)| [p.value].into_iter().chain(p.other))
                .chain([self.comparison.equality()])
        };
        let edges = || {
            self.tolerated
                .into_iter()
                .flat_map(|(low, high)| low.into_iter().chain(high))
        };
        let spans = || self.points().flat_map(|(_, p)| p.spans());
        let limits = || spans().flat_map(Span::limits);
        let fold = |all: &mut dyn Iterator<Item = f64>| {
            all.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)))
        };
        match self.comparison {
            Comparison::Difference => {
                let (low, high) = fold(&mut values().chain(edges()).chain(limits()));
                // Room for the arrow of an interval without end.
                let arrow = 0.12 * (high - low);
                let open = |end: fn(Span) -> Option<f64>| spans().any(|s| end(s).is_none());
                let low = if open(|s| s.low) { low - arrow } else { low };
                let high = if open(|s| s.high) { high + arrow } else { high };
                Axis::linear(low, high, left, right)
            }
            Comparison::Ratio => {
                // A single wide interval must not flatten the rest: beyond threefold it is cut, with an arrow.
                let (low, high) = fold(&mut values().chain(edges()).filter(|v| *v > 0.0));
                let (inner, outer) = fold(&mut limits().filter(|v| *v > 0.0));
                let low = low.min(inner.max(low / 3.0)) * 0.96;
                let high = high.max(outer.min(high * 3.0)) * 1.04;
                Axis::log(low.clamp(0.05, 0.76), high.clamp(1.3, 20.0), left, right)
            }
        }
    }

    pub(crate) fn draw(
        &self,
        canvas: &Canvas<'_>,
        names: &Names,
        (top, rows, end): (f64, f64, f64),
        words: &Catalogue,
    ) -> Drawn {
        let axis = &self.axis;
        let unit = match self.unit {
            Unit::Points(_) => "chart.unit_points",
            Unit::Ratio => "chart.unit_ratio",
            _ => "chart.unit_signed",
        };
        let heading = Type::HEADING.elide(&self.heading, self.right - axis.left);
        canvas.text(
            &heading,
            axis.left,
            top + 10.0,
            Type::HEADING,
            Anchor::Start,
        )?;
        let room = self.right - axis.left - Type::HEADING.width(&heading) - 10.0;
        let unit = words.text(unit);
        if Type::SMALL.width(unit) <= room {
            canvas.text(unit, self.right, top + 10.0, Type::SMALL, Anchor::End)?;
        }
        if let Some((low, high)) = self.tolerated {
            let (left, right) = self.edges(low, high);
            canvas.rectangle(left, rows, right, end, palette::TOLERATED)?;
        }
        scale(canvas, axis, self.unit, (top + 34.0, rows, end), words)?;
        self.margins(canvas, (rows, end), words)?;
        let equal = axis.at(self.comparison.equality());
        canvas.line((equal, rows), (equal, end), palette::INK, 1.3)?;
        for (i, row) in self.rows.iter().enumerate() {
            let y = names.middle(rows, i);
            match row {
                Row::Reference => {
                    canvas.text(
                        words.text("chart.reference"),
                        self.right,
                        y,
                        Type::SMALL,
                        Anchor::End,
                    )?;
                }
                Row::Undefined => {
                    canvas.text(
                        words.text("chart.undefined"),
                        self.right,
                        y,
                        Type::SMALL,
                        Anchor::End,
                    )?;
                }
                Row::Point(point) => self.point(canvas, point, y)?,
            }
        }
        Ok(())
    }

    fn point(&self, canvas: &Canvas<'_>, point: &Point, y: f64) -> Drawn {
        let color = point.mark.color();
        if let Some(span) = point.ends {
            let (left, right) = self.edges(span.low, span.high);
            ends(canvas, (left, right), y)?;
        }
        if let Some(span) = point.judged {
            whisker(canvas, &self.axis, y, span, color, 1.0)?;
        }
        if let Some(span) = point.shown {
            whisker(canvas, &self.axis, y, span, color, 2.4)?;
        }
        if let Some(other) = point.other {
            cross(canvas, self.axis.at(other), y)?;
        }
        point.mark.draw(canvas, self.axis.at(point.value), y)?;
        canvas.text(
            &point.texts.0,
            self.value_right,
            y,
            Type::VALUE,
            Anchor::End,
        )?;
        canvas.text(
            &point.texts.1,
            self.right,
            y,
            Type {
                color: palette::MUTED,
                ..Type::VALUE
            },
            Anchor::End,
        )
    }

    fn edges(&self, low: Option<f64>, high: Option<f64>) -> (f64, f64) {
        let axis = &self.axis;
        (
            low.map_or(axis.left, |v| axis.at(v)),
            high.map_or(axis.right, |v| axis.at(v)),
        )
    }

    /// The limits of what the policy tolerates, their values written under them.
    fn margins(&self, canvas: &Canvas<'_>, (rows, end): (f64, f64), words: &Catalogue) -> Drawn {
        let Some((low, high)) = self.tolerated else {
            return Ok(());
        };
        let (left, right) = self.edges(low, high);
        let mut captions: Vec<(f64, String)> = Vec::new();
        for (limit, x) in [(low, left), (high, right)] {
            if let Some(limit) = limit {
                canvas.line((x, rows), (x, end + 5.0), palette::MARGIN, 1.2)?;
                captions.push((x, self.unit.tick(limit, limit, words)));
            }
        }
        let crowded = match captions.as_slice() {
            [(a, first), (b, second)] => {
                b - a < (Type::SMALL.width(first) + Type::SMALL.width(second)) / 2.0 + 8.0
            }
            _ => false,
        };
        if crowded {
            let text = captions
                .iter()
                .map(|(_, t)| t.as_str())
                .collect::<Vec<_>>()
                .join(" … ");
            captions = vec![((left + right) / 2.0, text)];
        }
        captions.iter().try_for_each(|(x, text)| {
            caption(
                canvas,
                text,
                *x,
                end + 14.0,
                (self.axis.left - 12.0, self.right),
            )
        })
    }
}

/// The values that every check of the panel tolerates; a difference counts either way unless the
/// margin names both ends.
fn tolerated(findings: &[&Finding], comparison: Comparison) -> Option<(Option<f64>, Option<f64>)> {
    let region = |f: &Finding| match (f.op.as_str(), f.margin) {
        ("between", Margin::Between([low, high])) => Some((Some(low), Some(high))),
        ("<=" | "<", Margin::One(limit)) if comparison == Comparison::Difference => {
            Some((Some(-limit.abs()), Some(limit.abs())))
        }
        ("<=" | "<", Margin::One(limit)) => Some((None, Some(limit))),
        (">=" | ">", Margin::One(limit)) => Some((Some(limit), None)),
        _ => None,
    };
    let tighter = |a: Option<f64>, b: Option<f64>, pick: fn(f64, f64) -> f64| match (a, b) {
        (Some(a), Some(b)) => Some(pick(a, b)),
        (a, b) => a.or(b),
    };
    findings
        .iter()
        .filter_map(|f| region(f))
        .reduce(|a, b| (tighter(a.0, b.0, f64::max), tighter(a.1, b.1, f64::min)))
        .filter(|(low, high)| low.zip(*high).is_none_or(|(low, high)| low < high))
}
