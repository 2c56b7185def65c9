//! Indices, disparities, tests and intervals equal what AIF360, SageMaker Clarify, Aequitas,
//! scikit-learn, scipy and statsmodels say of the same rows (`tests/golden/README.md`).

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde_json::{Map, Value};
use waage_tests::{audit, real_data, root};

const LEADS: &str = "lead_scoring.parquet";

fn golden() -> Value {
    let path = root().join("tests/golden/indices.json");
    let text = std::fs::read_to_string(path).expect("golden file");
    serde_json::from_str(&text).expect("JSON")
}

fn data(file: &str) -> Option<PathBuf> {
    match file {
        LEADS => Some(root().join("datasets").join(LEADS)),
        _ => real_data(file),
    }
}

/// Compares every case of the files chosen; values by peer.
fn compare(chosen: impl Fn(&str) -> bool) -> BTreeMap<String, usize> {
    let golden = golden();
    let places = golden["places"].as_object().expect("places");
    let mut compared = BTreeMap::new();
    for case in list(&golden["cases"]) {
        let file = text(&case["file"]);
        if !chosen(file) {
            continue;
        }
        let Some(path) = data(file) else {
            continue;
        };
        let mut arguments = vec![path.display().to_string(), "--bootstrap".into(), "0".into()];
        arguments.extend(list(&case["arguments"]).map(|a| text(a).to_owned()));
        let result = audit(arguments);
        let document = Document::of(&result);
        for item in list(&case["items"]) {
            for (name, expected) in item["values"].as_object().expect("values") {
                let what = format!("{} {name} {}", case["name"], told(item));
                let place = &places[name];
                let found = document.find(item, place);
                same(expected, found, place, &what);
                let peer = name.split('.').next().unwrap_or_default();
                *compared.entry(peer.to_owned()).or_default() += 1;
            }
        }
    }
    compared
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// An item without its values, for a message.
fn told(item: &Value) -> String {
    let mut item = item.as_object().cloned().unwrap_or_default();
    item.remove("values");
    Value::from(item).to_string()
}

/// Both are null, or the peer's number, its sign turned where the place says so, is ours within
/// the tolerance: 1e-12, relative beyond 1, unless the place has its own.
fn same(expected: &Value, found: &Value, place: &Value, what: &str) {
    match (expected.as_f64(), found.as_f64()) {
        (Some(expected), Some(found)) => {
            let expected = expected * place["times"].as_f64().unwrap_or(1.0);
            let share = place["relative"]
                .as_f64()
                .map(|share| share * expected.abs());
            let tolerance = match (place["absolute"].as_f64(), share) {
                (None, None) => 1e-12 * expected.abs().max(1.0),
                (absolute, share) => absolute.unwrap_or(0.0) + share.unwrap_or(0.0),
            };
            let off = (expected - found).abs();
            assert!(
                off <= tolerance,
                "{what}: expected {expected}, found {found}"
            );
        }
        (None, None) => {}
        _ => panic!("{what}: expected {expected}, found {found}"),
    }
}

/// A result, its many comparisons by what they compare.
struct Document<'a> {
    result: &'a Value,
    /// By attribute, scheme, metric, comparison and group; a range over groups has none.
    disparities: HashMap<[&'a str; 5], &'a Value>,
}

impl<'a> Document<'a> {
    fn of(result: &'a Value) -> Self {
        let key = |d: &'a Value| {
            let group = match text(&d["scheme"]) {
                "between_groups" => "",
                _ => text(&d["group"]),
            };
            let parts = ["attribute", "scheme", "metric", "comparison"].map(|part| text(&d[part]));
            [parts[0], parts[1], parts[2], parts[3], group]
        };
        Self {
            result,
            disparities: list(&result["disparities"]).map(|d| (key(d), d)).collect(),
        }
    }

    /// The number that a place and an item name.
    fn find(&self, item: &'a Value, place: &'a Value) -> &'a Value {
        let entry = self.entry(item, place);
        let entry = entry.unwrap_or_else(|| panic!("no {place} in {}", told(item)));
        let path = place["field"].as_str().unwrap_or("value");
        path.split('.').fold(entry, |value, field| {
            value.get(field).unwrap_or(&Value::Null)
        })
    }

    fn entry(&self, item: &'a Value, place: &'a Value) -> Option<&'a Value> {
        let (attribute, metric) = (text(&item["attribute"]), text(&place["metric"]));
        let alike = |entry: &Value, fields: &[&str]| fields.iter().all(|f| entry[*f] == item[*f]);
        match text(&item["in"]) {
            "overall" => self.result["overall"].get(metric),
            "groups" => {
                let mut group = Map::new();
                group.insert(attribute.to_owned(), item["group"].clone());
                let group = Value::from(group);
                let found = list(&self.result["groups"]).find(|g| g["attributes"] == group);
                found?["metrics"].get(metric)
            }
            "conditional" => list(&self.result["conditional"]).find(|entry| {
                entry["metric"] == metric
                    && alike(entry, &["attribute", "stratum", "group", "reference"])
            }),
            "ranking" => {
                let list_of = list(&self.result["ranking"]).find(|r| alike(r, &["attribute"]))?;
                match item.get("group") {
                    None => list_of.get(metric),
                    Some(_) => list(&list_of["groups"])
                        .find(|group| alike(group, &["group"]))?
                        .get(metric),
                }
            }
            scheme => {
                let group = match item.get("group") {
                    None => "",
                    Some(group) => group.as_str().unwrap_or("(missing)"),
                };
                let key = [attribute, scheme, metric, text(&place["comparison"]), group];
                let found = self.disparities.get(&key).copied()?;
                let reference = item
                    .get("reference")
                    .is_none_or(|r| r == &found["reference"]);
                assert!(
                    reference,
                    "{found} has another reference than {}",
                    told(item)
                );
                Some(found)
            }
        }
    }
}

#[test]
fn real_files_have_the_peers_indices() {
    let compared = compare(|file| file != LEADS);
    if compared.is_empty() {
        return;
    }
    for (peer, least) in [
        ("aif360", 1400),
        ("clarify", 1800),
        ("aequitas", 1700),
        ("sklearn", 200),
        ("scipy", 500),
        ("statsmodels", 1800),
    ] {
        assert!(compared[peer] >= least, "{compared:?}");
    }
}

#[test]
fn embedded_leads_have_the_peers_indices() {
    let compared = compare(|file| file == LEADS);
    let values: usize = compared.values().sum();
    assert!(values >= 2500 && compared.len() == 6, "{compared:?}");
}

#[test]
fn every_place_is_asked_and_every_value_counted() {
    let golden = golden();
    let mut names: Vec<&str> = Vec::new();
    for item in list(&golden["cases"]).flat_map(|case| list(&case["items"])) {
        names.extend(
            item["values"]
                .as_object()
                .expect("values")
                .keys()
                .map(String::as_str),
        );
    }
    assert_eq!(golden["header"]["values"], names.len());
    names.sort_unstable();
    names.dedup();
    let mut places: Vec<&str> = golden["places"]
        .as_object()
        .expect("places")
        .keys()
        .map(String::as_str)
        .collect();
    places.sort_unstable();
    assert_eq!(names, places);
}
