//! Which columns look like personal data (GOVERNANCE 9.4): detectors over texts, words in names of columns,
//! and what to do something about. No value leaves this module, only counts of them.

pub mod detect;
mod header;

use std::collections::HashSet;

use waage_result::pii::{PII_SCHEMA, PiiColumn, PiiFound, PiiResult, PiiWarning};

/// Rows that are looked at.
pub const ROWS_MAX: usize = 10_000;
/// Values that a column needs before their being different says anything.
const KEY_VALUES_MIN: u64 = 20;
/// Different values that a column needs before frequent names among them are likely people's.
const NAMES_MIN: usize = 20;
/// Share of different values above which a column is a key.
const KEY_SHARE: f64 = 0.95;
/// Mean characters and blanks above which texts are free.
const TEXT_LENGTH: f64 = 40.0;
const TEXT_BLANKS: f64 = 4.0;

/// A detector: the kind, what detects it, and from which hit rates it is likely and possible.
type Detector = (&'static str, fn(&str) -> bool, f64, f64);

/// Detectors whose hits are chance seldom need few; one digit of a check is chance in ten.
const DETECTORS: [Detector; 10] = [
    ("email", detect::is_email, 0.5, 0.01),
    ("iban", detect::is_iban, 0.5, 0.05),
    ("phone", detect::is_phone, 0.6, 0.2),
    ("card", detect::is_card, 0.7, 0.25),
    ("tax_id", detect::is_tax_id, 0.7, 0.25),
    ("health_insurance", detect::is_health_insurance, 0.7, 0.25),
    ("ip", detect::is_ip, 0.6, 0.05),
    ("url_query", detect::is_url_with_query, 0.5, 0.02),
    ("street", detect::is_street, 0.4, 0.05),
    ("name", detect::is_name, 0.3, 0.1),
];

/// A column while its values pass by.
#[derive(Clone, Debug)]
pub struct Watch {
    name: String,
    /// Whether values may be keys: not of measured numbers.
    may_be_key: bool,
    values: u64,
    hits: [u64; DETECTORS.len()],
    dates: u64,
    length: u64,
    blanks: u64,
    /// Hashes of the values.
    distinct: HashSet<u64>,
}

impl Watch {
    /// A column of a name; `may_be_key` where its values are no measured numbers.
    #[must_use]
    pub fn new(name: &str, may_be_key: bool) -> Self {
        Self {
            name: name.to_owned(),
            may_be_key,
            values: 0,
            hits: [0; DETECTORS.len()],
            dates: 0,
            length: 0,
            blanks: 0,
            distinct: HashSet::new(),
        }
    }

    /// The same column under a name that was not known before.
    #[must_use]
    pub fn named(mut self, name: &str, may_be_key: bool) -> Self {
        name.clone_into(&mut self.name);
        self.may_be_key = may_be_key;
        self
    }

    /// Looks at a value; missing and empty ones count for nothing.
    pub fn see(&mut self, value: &str) {
        self.see_times(value, 1);
    }

    /// The same of a value that occurs so many times.
    pub fn see_times(&mut self, value: &str, times: u64) {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let text = value.trim();
        if text.is_empty() {
            return;
        }
        self.values += times;
        self.length += times * text.chars().take(10_000).count() as u64;
        self.blanks += times * text.chars().take(10_000).filter(|c| *c == ' ').count() as u64;
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        self.distinct.insert(hasher.finish());
        for (hits, (_, detects, ..)) in self.hits.iter_mut().zip(&DETECTORS) {
            *hits += times * u64::from(detects(text));
        }
        self.dates += times * u64::from(detect::is_date(text));
    }

    fn rate(&self, hits: u64) -> f64 {
        if self.values == 0 {
            return 0.0;
        }
        hits as f64 / self.values as f64
    }

    /// What the column looks like.
    #[must_use]
    pub fn column(&self) -> PiiColumn {
        let mut found: Vec<PiiFound> = Vec::new();
        let named = header::kinds(&self.name);
        let mut add = |kind: &str, rate: Option<f64>, likely: bool, by_name: bool| {
            found.push(PiiFound {
                kind: kind.to_owned(),
                verdict: if likely { "likely" } else { "possible" }.to_owned(),
                hit_rate: rate,
                by_name,
            });
        };
        for (&hits, (kind, _, likely, possible)) in self.hits.iter().zip(DETECTORS) {
            let rate = self.rate(hits);
            let by_name = named.contains(&kind);
            if rate >= possible || (by_name && self.values > 0) {
                // A name that says so and values that do not contradict it.
                let is_likely = rate >= likely || (by_name && rate >= possible);
                // A few words that come again and again are labels: not everybody christian is called so.
                let is_likely =
                    is_likely && (kind != "name" || by_name || self.distinct.len() >= NAMES_MIN);
                add(kind, Some(rate), is_likely, by_name);
            }
        }
        let born = named.contains(&"date_of_birth");
        if born && self.values > 0 {
            let rate = self.rate(self.dates);
            add("date_of_birth", Some(rate), rate >= 0.5, true);
        }
        let mean = |sum: u64| self.rate(sum);
        if mean(self.length) > TEXT_LENGTH && mean(self.blanks) > TEXT_BLANKS {
            add("free_text", None, false, false);
        }
        let different = self.rate(self.distinct.len() as u64);
        if self.may_be_key && self.values >= KEY_VALUES_MIN && different > KEY_SHARE {
            add(
                "unique_key",
                Some(different),
                false,
                named.contains(&"unique_key"),
            );
        }
        if named.contains(&"protected") {
            add("protected", None, false, true);
        }
        found.sort_by(|a, b| {
            let order = |f: &PiiFound| {
                (
                    f.verdict != "likely",
                    -(f.hit_rate.unwrap_or(0.0) * 1e9) as i64,
                )
            };
            order(a).cmp(&order(b))
        });
        let verdict = match found.first() {
            None => "none",
            Some(first) if first.verdict == "likely" => "likely",
            Some(_) => "possible",
        };
        PiiColumn {
            column: self.name.clone(),
            verdict: verdict.to_owned(),
            values: self.values,
            found,
        }
    }
}

/// Whether a column's name alone says that it holds personal data; attributes that groups are compared by,
/// and keys, are for others to judge.
#[must_use]
pub fn is_named(column: &str) -> bool {
    let kinds = header::kinds(column);
    kinds
        .iter()
        .any(|kind| !["protected", "unique_key"].contains(kind))
}

/// The document of columns, with what to do something about: `features` are the columns that a model takes,
/// `used` those with another part.
#[must_use]
pub fn result(
    watches: &[Watch],
    rows: u64,
    all_rows: bool,
    features: &[String],
    used: &[String],
) -> PiiResult {
    let columns: Vec<PiiColumn> = watches.iter().map(Watch::column).collect();
    let mut warnings = Vec::new();
    for column in &columns {
        let has = |kind: &str| column.found.iter().any(|found| found.kind == kind);
        let likely = column.found.iter().any(|found| found.verdict == "likely");
        let is_feature = features.contains(&column.column);
        let mut warn = |code: &str, severity: &str| {
            warnings.push(PiiWarning {
                code: code.to_owned(),
                severity: severity.to_owned(),
                column: column.column.clone(),
            });
        };
        if is_feature && likely {
            warn("pii_feature", "major");
        }
        if is_feature && has("protected") {
            warn("protected_feature", "major");
        }
        if is_feature && has("unique_key") {
            warn("key_feature", "major");
        }
        if has("free_text") && !is_feature && !used.contains(&column.column) {
            warn("unused_text", "minor");
        }
    }
    warnings.sort_by_key(|warning: &PiiWarning| warning.severity != "major");
    PiiResult {
        schema: PII_SCHEMA.to_owned(),
        rows,
        all_rows,
        columns,
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(name: &str, values: &[&str]) -> Watch {
        let mut watch = Watch::new(name, true);
        values
            .iter()
            .cycle()
            .take(40)
            .for_each(|value| watch.see(value));
        watch
    }

    fn verdict(name: &str, values: &[&str]) -> (String, Vec<String>) {
        let column = watched(name, values).column();
        (
            column.verdict,
            column.found.into_iter().map(|f| f.kind).collect(),
        )
    }

    #[test]
    fn columns_are_told_by_values_and_by_names() {
        let told = |name, values: &[&str]| verdict(name, values);
        assert_eq!(
            told("contact", &["a@b.de", "c@d.org"]),
            ("likely".into(), vec!["email".into()])
        );
        assert_eq!(told("contact", &["none", "x", "a@b.de", "y"]).0, "possible");
        assert_eq!(
            told("geburtsdatum", &["1984-05-17"]),
            ("likely".into(), vec!["date_of_birth".into()])
        );
        assert_eq!(told("created", &["2024-05-17"]).0, "none");
        assert_eq!(told("Vorname", &["Xaver", "Anna", "Lena"]).0, "likely");
        assert_eq!(told("region", &["north", "south"]).0, "none");
        assert_eq!(
            told("gender", &["f", "m"]),
            ("possible".into(), vec!["protected".into()])
        );
        assert_eq!(told("amount", &["12.5", "17.25"]).0, "none");
        assert_eq!(
            told("faith", &["christian", "muslim", "none"]).0,
            "possible"
        );
        assert!(is_named("customer_email") && !is_named("gender") && !is_named("lead_id"));
    }

    #[test]
    fn keys_and_free_texts_are_told() {
        let mut key = Watch::new("lead_id", true);
        let mut number = Watch::new("amount", false);
        let mut text = Watch::new("notes", true);
        for i in 0..50 {
            key.see(&format!("L{i:05}"));
            number.see(&format!("{}.5", i * 7));
            text.see("Called twice, asked for an offer in spring, does not like to be called");
        }
        assert_eq!(key.column().found[0].kind, "unique_key");
        assert_eq!(number.column().verdict, "none");
        assert_eq!(text.column().found[0].kind, "free_text");
        let features = ["lead_id".to_owned()];
        let told = result(&[key, number, text], 50, true, &features, &[]);
        let codes: Vec<&str> = told.warnings.iter().map(|w| w.code.as_str()).collect();
        assert_eq!(codes, ["key_feature", "unused_text"]);
    }

    #[test]
    fn no_value_is_in_the_document() {
        let watch = watched("contact", &["secret.person@mail.example"]);
        let text = serde_json::to_string(&result(&[watch], 1, true, &[], &[])).unwrap();
        assert!(!text.contains("secret"));
    }
}
