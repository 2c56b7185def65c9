//! Every count metric and disparity equals what Fairlearn, scikit-learn and AIF360 say, to 1e-12
//! (`tests/golden/README.md`).

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value};
use waage_tests::{audit, real_data, root};

fn golden(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("tests/golden").join(name)).expect("golden file");
    serde_json::from_str(&text).expect("JSON")
}

fn texts(value: &Value) -> Vec<String> {
    let item = |v: &Value| v.as_str().unwrap_or("(missing)").to_owned();
    value.as_array().map(|a| a.iter().map(item).collect()).unwrap_or_default()
}

/// Compares numbers to 1e-12, relative beyond 1.
fn same(expected: &Value, found: &Value, what: &str, checked: &mut usize) {
    match (expected.as_f64(), found.as_f64()) {
        (Some(e), Some(f)) => {
            assert!((e - f).abs() <= 1e-12 * e.abs().max(1.0), "{what}: expected {e}, found {f}");
        }
        (None, None) => {}
        _ => panic!("{what}: expected {expected}, found {found}"),
    }
    *checked += 1;
}

/// Every value of one audit against its golden case.
fn compare(case: &Value, header: &Value, result: &Value) -> usize {
    let name = case["name"].as_str().unwrap_or_default();
    let mut checked = 0;
    let metrics = texts(&header["metrics"]);
    let each = |values: &Value, found: &Map<String, Value>, what: &str, checked: &mut usize| {
        for (metric, expected) in metrics.iter().zip(values.as_array().into_iter().flatten()) {
            let absent = Value::Null;
            let found = found.get(metric).map_or(&absent, |e| &e["value"]);
            same(expected, found, &format!("{name} {what} {metric}"), checked);
        }
    };
    let empty = Map::new();
    each(&case["overall"], result["overall"].as_object().unwrap_or(&empty), "overall", &mut checked);
    let found_groups = result["groups"].as_array().expect("groups");
    let groups = case["groups"].as_array().expect("groups");
    assert_eq!(found_groups.len(), groups.len(), "{name}: number of groups");
    for group in groups {
        let found = found_groups
            .iter()
            .find(|g| g["attributes"] == group["attributes"])
            .unwrap_or_else(|| panic!("{name}: no group {}", group["attributes"]));
        let metrics = found["metrics"].as_object().unwrap_or(&empty);
        each(&group["values"], metrics, &group["attributes"].to_string(), &mut checked);
    }
    for view in case["disparities"].as_array().expect("disparities") {
        checked += compare_view(name, view, header, result);
    }
    checked
}

fn compare_view(name: &str, view: &Value, header: &Value, result: &Value) -> usize {
    let mut checked = 0;
    let attribute = texts(&view["attributes"]).join("*");
    let what = |rest: &str| format!("{name} {attribute} {rest}");
    let reference = &result["settings"]["references"][&attribute];
    let expected = (!view["reference"].is_null()).then(|| texts(&view["reference"]).join("*"));
    assert_eq!(reference.as_str(), expected.as_deref(), "{}", what("reference"));

    let found: Vec<&Value> = result["disparities"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|d| d["attribute"] == attribute.as_str())
        .collect();
    let find = |metric: &str, scheme: &str, comparison: &str, group: Option<&str>| {
        found
            .iter()
            .find(|d| {
                d["metric"] == metric
                    && d["scheme"] == scheme
                    && d["comparison"] == comparison
                    && group.is_none_or(|g| d["group"] == g)
            })
            .map_or(Value::Null, |d| d["value"].clone())
    };
    for (quantity, expected) in view["summary"].as_object().into_iter().flatten() {
        let comparison = if quantity.contains("ratio") { "ratio" } else { "difference" };
        let value = find(quantity, "between_groups", comparison, None);
        same(expected, &value, &what(quantity), &mut checked);
        if let Some(plain) = result["summary"][&attribute].get(quantity) {
            same(expected, plain, &what(&format!("summary {quantity}")), &mut checked);
        }
    }
    let metrics = texts(&header["disparity_metrics"]);
    for scheme in ["between_groups", "to_overall"] {
        for comparison in ["difference", "ratio"] {
            let values = view[scheme][comparison].as_array().into_iter().flatten();
            for (metric, expected) in metrics.iter().zip(values) {
                let value = find(metric, scheme, comparison, None);
                same(expected, &value, &what(&format!("{scheme} {comparison} {metric}")), &mut checked);
            }
        }
    }
    for scheme in ["to_reference", "to_complement"] {
        for pair in view[scheme].as_array().into_iter().flatten() {
            let group = texts(&pair["group"]).join("*");
            for comparison in ["difference", "ratio"] {
                let values = pair[comparison].as_array().into_iter().flatten();
                for (metric, expected) in metrics.iter().zip(values) {
                    let value = find(metric, scheme, comparison, Some(&group));
                    let place = what(&format!("{scheme} {group} {comparison} {metric}"));
                    same(expected, &value, &place, &mut checked);
                }
            }
            if scheme == "to_reference" {
                let quantities = texts(&header["reference_quantities"]);
                let values = pair["quantities"].as_array().into_iter().flatten();
                for (quantity, expected) in quantities.iter().zip(values) {
                    let value = find(quantity, scheme, "difference", Some(&group));
                    same(expected, &value, &what(&format!("{group} {quantity}")), &mut checked);
                }
            }
        }
    }
    checked
}

fn run(path: &Path, case: &Value) -> Value {
    let mut arguments = vec![path.display().to_string(), "--bootstrap".into(), "0".into()];
    arguments.extend(texts(&case["arguments"]));
    audit(arguments)
}

#[test]
fn real_files_agree_with_the_peers() {
    let golden = golden("real.json");
    for case in golden["cases"].as_array().expect("cases") {
        let Some(path) = real_data(case["file"].as_str().expect("file")) else { return };
        assert!(compare(case, &golden["header"], &run(&path, case)) > 100);
    }
}

#[test]
fn synthetic_leads_agree_with_the_peers() {
    let golden = golden("leads.json");
    for case in golden["cases"].as_array().expect("cases") {
        let path = root().join("datasets").join("lead_scoring.parquet");
        assert!(compare(case, &golden["header"], &run(&path, case)) > 100);
    }
}

#[test]
fn random_tables_agree_with_the_peers() {
    let golden = golden("tables.json");
    let folder = tempfile::tempdir().expect("temporary folder");
    let tables = golden["tables"].as_array().expect("tables");
    assert_eq!(tables.len(), 200);
    for table in tables {
        let path = folder.path().join(format!("{}.csv", table["name"].as_str().expect("name")));
        std::fs::write(&path, csv(table)).expect("CSV");
        assert!(compare(table, &golden["header"], &run(&path, table)) > 30);
    }
}

/// A random table as CSV: an empty field is missing.
fn csv(table: &Value) -> Vec<u8> {
    let binary = |column: &str| -> Option<Vec<String>> {
        let digits = table.get(column)?.as_str()?;
        Some(digits.chars().map(|c| if c == '-' { String::new() } else { c.to_string() }).collect())
    };
    let number = |column: &str| -> Option<Vec<String>> {
        let values = table.get(column)?.as_array()?;
        Some(values.iter().map(|v| if v.is_null() { String::new() } else { v.to_string() }).collect())
    };
    let mut columns: Vec<(String, Vec<String>)> = Vec::new();
    for name in ["y", "d"] {
        columns.extend(binary(name).map(|values| (name.to_owned(), values)));
    }
    for name in ["w", "s"] {
        columns.extend(number(name).map(|values| (name.to_owned(), values)));
    }
    for (name, attribute) in table["attributes"].as_object().into_iter().flatten() {
        let labels = texts(&attribute["labels"]);
        let codes = attribute["codes"].as_str().unwrap_or_default();
        let label = |c: char| c.to_digit(10).map_or(String::new(), |i| labels[i as usize].clone());
        columns.push((name.clone(), codes.chars().map(label).collect()));
    }
    let mut out = Vec::new();
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    writeln!(out, "{}", names.join(",")).expect("memory");
    for row in 0..columns.first().map_or(0, |(_, values)| values.len()) {
        let fields: Vec<&str> = columns.iter().map(|(_, values)| values[row].as_str()).collect();
        writeln!(out, "{}", fields.join(",")).expect("memory");
    }
    out
}

#[test]
fn published_cases_come_out_exactly() {
    let golden = golden("conformance.json");
    let folder = tempfile::tempdir().expect("temporary folder");
    let mut checked = 0;
    for case in golden["cases"].as_array().expect("cases") {
        let Some(groups) = case["confusion"].as_object() else { continue };
        let mut lines = String::from("g,y,d\n");
        for (group, counts) in groups {
            let cells = [("1", "1"), ("0", "1"), ("1", "0"), ("0", "0")];
            for (n, (y, d)) in counts.as_array().into_iter().flatten().zip(cells) {
                for _ in 0..n.as_u64().unwrap_or_default() {
                    lines.push_str(&format!("{group},{y},{d}\n"));
                }
            }
        }
        let path = folder.path().join(format!("{}.csv", case["row"]));
        std::fs::write(&path, lines).expect("CSV");
        let path = path.display().to_string();
        let arguments =
            [&path, "--label", "y", "--decision", "d", "--sensitive", "g", "--bootstrap", "0"];
        let result = audit(arguments);
        for expect in case["expect"].as_array().into_iter().flatten() {
            let (Some(quantity), Some(group)) =
                (expect["quantity"].as_str(), expect["group"].as_str())
            else {
                continue;
            };
            let Some([num, den]) = expect["exact"].as_array().map(Vec::as_slice) else { continue };
            let value = num.as_f64().expect("number") / den.as_f64().expect("number");
            let found = result["groups"]
                .as_array()
                .into_iter()
                .flatten()
                .find(|g| g["attributes"]["g"] == group)
                .map(|g| g["metrics"][quantity]["value"].clone());
            let Some(found) = found.filter(|f| !f.is_null()) else { continue };
            same(&value.into(), &found, &format!("row {} {group} {quantity}", case["row"]), &mut checked);
        }
    }
    assert!(checked >= 10, "{checked}");
}
