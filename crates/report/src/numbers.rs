//! Numbers, intervals and limits as one language writes them.

use waage_result::document::EstimateDoc;
use waage_result::finding::{Finding, Margin};
use waage_result::text::is_share;

use crate::words::Words;

/// How a quantity is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A share of rows, shown in per cent.
    Share,
    /// A difference of shares, shown in percentage points.
    Points,
    /// A quotient, shown with two decimals.
    Ratio,
    /// Any other number, shown with three decimals.
    Number,
}

/// The unit of a metric (or of the quantity that a summary name stands for) under a comparison.
pub(crate) fn unit(metric: &str, comparison: &str) -> Unit {
    match (comparison, is_share(metric) || is_gap_of_shares(metric)) {
        ("ratio", _) => Unit::Ratio,
        ("difference", true) => Unit::Points,
        (_, true) => Unit::Share,
        _ => Unit::Number,
    }
}

/// Whether a summary name stands for gaps of shares.
fn is_gap_of_shares(metric: &str) -> bool {
    const SUMMARIES: [&str; 7] = [
        "demographic_parity",
        "equalized_odds",
        "equal_opportunity",
        "predictive_equality",
        "predictive_parity",
        "average_odds",
        "average_absolute_odds",
    ];
    SUMMARIES.iter().any(|name| metric.starts_with(name))
}

impl Words {
    pub(crate) fn integer(self, value: u64) -> String {
        self.catalogue.integer(value)
    }

    /// A number of the data as they have it, with the language's decimal mark.
    pub(crate) fn plain_number(self, value: f64) -> String {
        let text = value.abs().to_string();
        let digits = text
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len());
        self.catalogue.decimal(value, digits)
    }

    /// A number with three significant digits, trailing zeros kept: `0.420`, `12.0`.
    pub(crate) fn significant(self, value: f64) -> String {
        let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
        let size = rounded.abs();
        if size == 0.0 || !(1e-6..1e6).contains(&size) {
            return self.plain_number(rounded);
        }
        if size >= 100.0 {
            let sign = if rounded < 0.0 { "\u{2212}" } else { "" };
            return format!("{sign}{}", self.integer(size as u64));
        }
        let decimals = 2 - libm::floor(libm::log10(size)) as i32;
        self.catalogue.decimal(rounded, decimals.max(0) as usize)
    }

    /// A number of rows to plan with: three leading digits, rounded up.
    pub(crate) fn about(self, rows: u64) -> String {
        let mut scale = 1;
        while rows / scale >= 1000 {
            scale *= 10;
        }
        self.integer(rows.div_ceil(scale).saturating_mul(scale))
    }

    /// A number of some unit without its sign or suffix: `21.3`, `0.61`.
    fn bare(self, value: f64, unit: Unit, extra: usize) -> String {
        match unit {
            Unit::Share | Unit::Points => self.catalogue.decimal(value * 100.0, 1 + extra),
            Unit::Ratio => self.catalogue.decimal(value, 2 + extra),
            Unit::Number => self.catalogue.decimal(value, 3 + extra),
        }
    }

    fn suffix(self, unit: Unit, text: &str) -> String {
        let key = match unit {
            Unit::Share => "report.unit_share",
            Unit::Points => "report.unit_points",
            Unit::Ratio | Unit::Number => return text.to_owned(),
        };
        self.fill(key, &[("value", text)])
    }

    /// The same within a sentence: `24.2 percentage points`; `form` tells apart how German declines
    /// them (`points`, `of_points`).
    fn suffix_long(self, unit: Unit, text: &str, form: &str) -> String {
        match unit {
            Unit::Points => self.fill(&format!("report.unit_{form}_long"), &[("value", text)]),
            _ => self.suffix(unit, text),
        }
    }

    /// A number with its unit: `21.3%`, `−12.3 pp`, `0.61`.
    pub(crate) fn number(self, value: f64, unit: Unit) -> String {
        self.suffix(unit, &self.bare(value, unit, 0))
    }

    /// A number with its unit and as many further decimals (up to three) as tell it from a limit
    /// that it does not equal: 0.7999 against 0.80 is not shown as 0.80.
    pub(crate) fn number_beside(self, value: f64, limits: &[f64], unit: Unit) -> String {
        self.suffix(unit, &self.bare_beside(value, limits, unit))
    }

    /// The same within a sentence.
    pub(crate) fn number_in_words(self, value: f64, limits: &[f64], unit: Unit) -> String {
        self.suffix_long(unit, &self.bare_beside(value, limits, unit), "points")
    }

    /// The same after `of`, where German declines the unit: `of 5.0 percentage points`.
    pub(crate) fn number_after_of(self, value: f64, unit: Unit) -> String {
        self.suffix_long(unit, &self.bare(value, unit, 0), "of_points")
    }

    /// The same without a unit, for a column whose head names it.
    pub(crate) fn plain_beside(self, value: f64, limits: &[f64], unit: Unit) -> String {
        let text = self.bare_beside(value, limits, unit);
        if unit == Unit::Share {
            self.suffix(unit, &text)
        } else {
            text
        }
    }

    fn bare_beside(self, value: f64, limits: &[f64], unit: Unit) -> String {
        let extra = (0..3)
            .find(|&extra| {
                let text = self.bare(value, unit, extra);
                limits
                    .iter()
                    .all(|&limit| limit == value || self.bare(limit, unit, extra) != text)
            })
            .unwrap_or(3);
        self.bare(value, unit, extra)
    }

    /// An interval with its unit: `20.5–22.1%`, `−15.2 to −9.1 pp`, `at least 0.30`; none where
    /// neither limit is known.
    pub(crate) fn range(self, low: Option<f64>, high: Option<f64>, unit: Unit) -> Option<String> {
        match (low, high) {
            (None, None) => None,
            (Some(low), None) => {
                Some(self.fill("report.from", &[("low", &self.number(low, unit))]))
            }
            (None, Some(high)) => {
                Some(self.fill("report.up_to", &[("high", &self.number(high, unit))]))
            }
            (Some(low), Some(high)) => Some(self.suffix(unit, &self.range_bare(low, high, unit))),
        }
    }

    /// The same within a sentence: `−15.2 to −9.1 percentage points`.
    pub(crate) fn range_in_words(
        self,
        low: Option<f64>,
        high: Option<f64>,
        unit: Unit,
    ) -> Option<String> {
        match (low, high) {
            (Some(low), Some(high)) => {
                Some(self.suffix_long(unit, &self.range_bare(low, high, unit), "points"))
            }
            _ => self.range(low, high, unit),
        }
    }

    /// A number without its unit, for a column whose head names it.
    pub(crate) fn plain(self, value: f64, unit: Unit) -> String {
        if unit == Unit::Share {
            self.number(value, unit)
        } else {
            self.bare(value, unit, 0)
        }
    }

    /// An interval without its unit.
    pub(crate) fn plain_range(
        self,
        low: Option<f64>,
        high: Option<f64>,
        unit: Unit,
    ) -> Option<String> {
        match (low, high) {
            (Some(low), Some(high)) => Some(self.range_bare(low, high, unit)),
            _ => self.range(low, high, unit),
        }
    }

    fn range_bare(self, low: f64, high: f64, unit: Unit) -> String {
        let (first, last) = (self.bare(low, unit, 0), self.bare(high, unit, 0));
        let key = if low < 0.0 || high < 0.0 {
            "report.range_signed"
        } else {
            "report.range"
        };
        self.fill(key, &[("low", &first), ("high", &last)])
    }

    /// The interval of an estimate.
    pub(crate) fn interval(self, estimate: &EstimateDoc, unit: Unit) -> Option<String> {
        self.range(estimate.low, estimate.high, unit)
    }

    /// A confidence level without its sign: `95`, `99.5`.
    pub(crate) fn level(self, confidence: f64) -> String {
        let percent = confidence * 100.0;
        let digits = (0..3)
            .find(|&digits| {
                let scale = [1.0, 10.0, 100.0][digits];
                ((percent * scale).round() - percent * scale).abs() < 1e-6
            })
            .unwrap_or(3);
        self.catalogue.decimal(percent, digits)
    }

    /// A p-value: three decimals, `<0.001` below.
    pub(crate) fn p_value(self, p: f64) -> String {
        if p < 0.001 {
            format!("<{}", self.catalogue.decimal(0.001, 3))
        } else {
            self.catalogue.decimal(p, 3)
        }
    }

    /// The same with its name: `p = 0.040`, `p < 0.001`.
    pub(crate) fn p_phrase(self, p: f64) -> String {
        if p < 0.001 {
            format!("p < {}", self.catalogue.decimal(0.001, 3))
        } else {
            format!("p = {}", self.catalogue.decimal(p, 3))
        }
    }

    /// What a policy asks for, in words: `at least 0.80`, `a gap of at most 10.0 percentage points`.
    pub(crate) fn demand(self, finding: &Finding) -> String {
        let unit = unit(&finding.metric, &finding.comparison);
        let name = demand_name(finding);
        let form = if name.starts_with("gap") {
            "of_points"
        } else {
            "points"
        };
        let limit = |value| self.suffix_long(unit, &self.bare(value, unit, 0), form);
        self.demand_with(&format!("report.demand.{name}"), finding, unit, limit)
    }

    /// The same as an object of its verb, without an article: `at least 0.80`, `a gap of at most …`.
    pub(crate) fn allowed(self, finding: &Finding) -> String {
        let unit = unit(&finding.metric, &finding.comparison);
        let key = format!("brief.allowed.{}", demand_name(finding));
        let limit = |value| self.suffix_long(unit, &self.bare(value, unit, 0), "points");
        self.demand_with(&key, finding, unit, limit)
    }

    /// The same as a sign: `≥ 0.80`, `±10.0 pp`.
    pub(crate) fn demand_sign(self, finding: &Finding) -> String {
        let unit = unit(&finding.metric, &finding.comparison);
        let key = format!("report.sign.{}", demand_name(finding));
        self.demand_with(&key, finding, unit, |value| self.number(value, unit))
    }

    fn demand_with(
        self,
        key: &str,
        finding: &Finding,
        unit: Unit,
        limit: impl Fn(f64) -> String,
    ) -> String {
        match finding.margin {
            Margin::One(value) => self.fill(key, &[("limit", &limit(value))]),
            Margin::Between([low, high]) => self.fill(
                key,
                &[("low", &self.bare(low, unit, 0)), ("high", &limit(high))],
            ),
        }
    }
}

/// The catalogue's name for what a policy asks for.
fn demand_name(finding: &Finding) -> &'static str {
    match (
        finding.margin,
        finding.op.as_str(),
        finding.comparison.as_str(),
    ) {
        (Margin::Between(_), ..) => "between",
        (_, "<=", "difference") => "gap_at_most",
        (_, "<", "difference") => "gap_less",
        (_, "<=", _) => "at_most",
        (_, "<", _) => "less",
        (_, ">", _) => "more",
        _ => "at_least",
    }
}

/// The limits of a margin.
pub(crate) fn limits(finding: &Finding) -> Vec<f64> {
    match finding.margin {
        Margin::One(limit) if finding.comparison == "difference" => vec![limit, -limit],
        Margin::One(limit) => vec![limit],
        Margin::Between(limits) => limits.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_result::text::Language;

    const EN: fn() -> Words = || Words::of(Language::En);

    #[test]
    fn a_number_beside_its_limit_is_told_from_it() {
        assert_eq!(EN().number_beside(0.7999, &[0.8], Unit::Ratio), "0.7999");
        assert_eq!(EN().number_beside(0.61, &[0.8], Unit::Ratio), "0.61");
        assert_eq!(EN().number_beside(0.8, &[0.8], Unit::Ratio), "0.80");
        assert_eq!(
            EN().number_beside(0.1004, &[0.1, -0.1], Unit::Points),
            "10.04 pp"
        );
    }

    #[test]
    fn significant_digits_are_kept() {
        let told = |value: f64| EN().significant(value);
        assert_eq!(told(0.41996), "0.420");
        assert_eq!(told(-12.0), "\u{2212}12.0");
        assert_eq!(
            (told(1234.5), told(-120.0)),
            ("1,230".to_owned(), "\u{2212}120".to_owned())
        );
        assert_eq!(told(0.000_012_345), "0.0000123");
        assert_eq!(
            (told(0.0), told(0.999_96)),
            ("0".to_owned(), "1.00".to_owned())
        );
        assert_eq!(told(1.5e-9), "0.0000000015");
    }

    #[test]
    fn ranges_avoid_a_dash_beside_a_minus() {
        let de = Words::of(Language::De);
        assert_eq!(
            EN().range(Some(0.205), Some(0.221), Unit::Share).unwrap(),
            "20.5–22.1%"
        );
        assert_eq!(
            de.range(Some(-0.152), Some(0.091), Unit::Points).unwrap(),
            "\u{2212}15,2 bis 9,1\u{202f}PP"
        );
        assert_eq!(
            EN().range(Some(0.3), None, Unit::Ratio).unwrap(),
            "from 0.30"
        );
        assert_eq!(EN().range(None, None, Unit::Ratio), None);
    }

    #[test]
    fn plans_are_rounded_up_to_three_digits() {
        assert_eq!(EN().about(24_402), "24,500");
        assert_eq!(EN().about(999), "999");
        assert_eq!(EN().about(1_000_000), "1,000,000");
        assert_eq!(EN().about(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn levels_have_no_needless_digits() {
        assert_eq!(EN().level(0.95), "95");
        assert_eq!(EN().level(0.995), "99.5");
        assert_eq!(Words::of(Language::De).level(0.999), "99,9");
    }
}
