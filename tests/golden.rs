//! Every count metric and disparity equals what Fairlearn, scikit-learn and AIF360 say, to 1e-12
//! (`tests/golden/README.md`).

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value};
use waage_tests::{audit, real_data, root};

fn golden(name: &str) -> Value {
    let text =
        std::fs::read_to_string(root().join("tests/golden").join(name)).expect("golden file");
    serde_json::from_str(&text).expect("JSON")
}

fn texts(value: &Value) -> Vec<String> {
    let item = |v: &Value| v.as_str().unwrap_or("(missing)").to_owned();
    value
        .as_array()
        .map(|a| a.iter().map(item).collect())
        .unwrap_or_default()
}

/// Compares numbers to 1e-12, relative beyond 1.
fn same(expected: &Value, found: &Value, what: &str, checked: &mut usize) {
    match (expected.as_f64(), found.as_f64()) {
        (Some(e), Some(f)) => {
            assert!(
                (e - f).abs() <= 1e-12 * e.abs().max(1.0),
                "{what}: expected {e}, found {f}"
            );
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
    each(
        &case["overall"],
        result["overall"].as_object().unwrap_or(&empty),
        "overall",
        &mut checked,
    );
    let found_groups = result["groups"].as_array().expect("groups");
    let groups = case["groups"].as_array().expect("groups");
    assert_eq!(found_groups.len(), groups.len(), "{name}: number of groups");
    for group in groups {
        let found = found_groups
            .iter()
            .find(|g| g["attributes"] == group["attributes"])
            .unwrap_or_else(|| panic!("{name}: no group {}", group["attributes"]));
        let metrics = found["metrics"].as_object().unwrap_or(&empty);
        each(
            &group["values"],
            metrics,
            &group["attributes"].to_string(),
            &mut checked,
        );
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
    assert_eq!(
        reference.as_str(),
        expected.as_deref(),
        "{}",
        what("reference")
    );

    // One comparison per key, and for ranges one without its group: thousands of them are looked up.
    let mut found = HashMap::new();
    for d in result["disparities"].as_array().into_iter().flatten() {
        if d["attribute"] == attribute.as_str() {
            let key = |name: &str| d[name].as_str().unwrap_or_default();
            let of = (key("metric"), key("scheme"), key("comparison"));
            found.entry((of, None)).or_insert(&d["value"]);
            found.insert((of, d["group"].as_str()), &d["value"]);
        }
    }
    let find = |metric: &str, scheme: &str, comparison: &str, group: Option<&str>| {
        let value = found.get(&((metric, scheme, comparison), group));
        value.map_or(Value::Null, |value| (*value).clone())
    };
    for (quantity, expected) in view["summary"].as_object().into_iter().flatten() {
        let comparison = if quantity.contains("ratio") {
            "ratio"
        } else {
            "difference"
        };
        let value = find(quantity, "between_groups", comparison, None);
        same(expected, &value, &what(quantity), &mut checked);
        if let Some(plain) = result["summary"][&attribute].get(quantity) {
            same(
                expected,
                plain,
                &what(&format!("summary {quantity}")),
                &mut checked,
            );
        }
    }
    let metrics = texts(&header["disparity_metrics"]);
    for scheme in ["between_groups", "to_overall"] {
        for comparison in ["difference", "ratio"] {
            let values = view[scheme][comparison].as_array().into_iter().flatten();
            for (metric, expected) in metrics.iter().zip(values) {
                let value = find(metric, scheme, comparison, None);
                same(
                    expected,
                    &value,
                    &what(&format!("{scheme} {comparison} {metric}")),
                    &mut checked,
                );
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
                    same(
                        expected,
                        &value,
                        &what(&format!("{group} {quantity}")),
                        &mut checked,
                    );
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
        let Some(path) = real_data(case["file"].as_str().expect("file")) else {
            return;
        };
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
        let table = &as_text(table, "");
        let path = folder
            .path()
            .join(format!("{}.csv", table["name"].as_str().expect("name")));
        std::fs::write(&path, csv(table)).expect("CSV");
        assert!(compare(table, &golden["header"], &run(&path, table)) > 30);
    }
}

/// The table with every label made text (`_9`), because CSV would take digits for numbers, which
/// sort otherwise.
fn as_text(value: &Value, key: &str) -> Value {
    let of_labels = ["labels", "group", "reference", "g", "h", "k"].contains(&key);
    match value {
        Value::String(label) if of_labels => format!("_{label}").into(),
        Value::Array(items) => items.iter().map(|item| as_text(item, key)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, item)| (key.clone(), as_text(item, key)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// A random table as CSV: an empty field is missing.
fn csv(table: &Value) -> Vec<u8> {
    let binary = |column: &str| -> Option<Vec<String>> {
        let digits = table.get(column)?.as_str()?;
        Some(
            digits
                .chars()
                .map(|c| {
                    if c == '-' {
                        String::new()
                    } else {
                        c.to_string()
                    }
                })
                .collect(),
        )
    };
    let number = |column: &str| -> Option<Vec<String>> {
        let values = table.get(column)?.as_array()?;
        Some(
            values
                .iter()
                .map(|v| {
                    if v.is_null() {
                        String::new()
                    } else {
                        v.to_string()
                    }
                })
                .collect(),
        )
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
        let label = |c: char| {
            c.to_digit(10)
                .map_or(String::new(), |i| labels[i as usize].clone())
        };
        columns.push((name.clone(), codes.chars().map(label).collect()));
    }
    let mut out = Vec::new();
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    writeln!(out, "{}", names.join(",")).expect("memory");
    for row in 0..columns.first().map_or(0, |(_, values)| values.len()) {
        let fields: Vec<String> = columns
            .iter()
            .map(|(_, values)| quoted(values[row].as_str()))
            .collect();
        writeln!(out, "{}", fields.join(",")).expect("memory");
    }
    out
}

/// A CSV field; an empty one stays bare, which is missing.
fn quoted(field: &str) -> String {
    if field.is_empty() {
        String::new()
    } else {
        format!("\"{}\"", field.replace('"', "\"\""))
    }
}

/// The rows of a published case, the columns it has, and the best group for the four-fifths rule.
fn published(case: &Value) -> Option<(String, Vec<&'static str>, Option<String>)> {
    let label = ["--label", "y", "--sensitive", "g"];
    let decision = ["--decision", "d", "--sensitive", "g"];
    let mut rows = String::new();
    let mut add = |group: &str, n: u64, fields: &str| {
        for _ in 0..n {
            rows.push_str(&format!("{},{fields}\n", quoted(group)));
        }
    };
    if let Some(groups) = case["confusion"].as_object() {
        for (group, counts) in groups {
            let fields = ["1,1", "0,1", "1,0", "0,0"];
            for (n, fields) in counts.as_array()?.iter().zip(fields) {
                add(group, n.as_u64()?, fields);
            }
        }
        let both = vec!["--label", "y", "--decision", "d", "--sensitive", "g"];
        return Some((format!("g,y,d\n{rows}"), both, None));
    }
    let (name, options) = match (&case["positives"], &case["selected"]) {
        (Value::Object(_), _) => ("positives", label),
        (_, Value::Object(_)) => ("selected", decision),
        _ => return None,
    };
    let mut best: Option<(f64, String)> = None;
    for (group, counts) in case[name].as_object()? {
        let (x, n) = (counts[0].as_u64()?, counts[1].as_u64()?);
        add(group, x, "1");
        add(group, n - x, "0");
        let rate = x as f64 / n as f64;
        if best.as_ref().is_none_or(|(most, _)| rate > *most) {
            best = Some((rate, group.clone()));
        }
    }
    let column = if name == "positives" { "y" } else { "d" };
    let best = best.map(|(_, group)| group).filter(|_| name == "selected");
    Some((format!("g,{column}\n{rows}"), options.to_vec(), best))
}

#[test]
fn published_cases_come_out_exactly() {
    let golden = golden("conformance.json");
    let folder = tempfile::tempdir().expect("temporary folder");
    let mut checked = 0;
    for (i, case) in golden["cases"]
        .as_array()
        .expect("cases")
        .iter()
        .enumerate()
    {
        let Some((rows, options, best)) = published(case) else {
            continue;
        };
        let path = folder.path().join(format!("{i}.csv"));
        std::fs::write(&path, rows).expect("CSV");
        let expects = case["expect"].as_array().expect("expectations");
        if expects.iter().any(|e| e["quantity"] == "weight") {
            continue; // reweighing, which is no audit
        }
        let named = expects
            .iter()
            .find_map(|e| e["reference"].as_str())
            .map(str::to_owned);
        let reference = best.or(named);
        let mut arguments = vec![path.display().to_string(), "--bootstrap".into(), "0".into()];
        arguments.extend(options.iter().map(|o| (*o).to_owned()));
        if let Some(reference) = &reference {
            arguments.extend(["--reference".to_owned(), format!("g={reference}")]);
        }
        let result = audit(arguments);
        for expect in expects {
            check_published(case, expect, reference.as_deref(), &result, &mut checked);
        }
    }
    assert!(checked >= 40, "{checked}");
}

fn check_published(
    case: &Value,
    expect: &Value,
    reference: Option<&str>,
    result: &Value,
    checked: &mut usize,
) {
    let what = format!("row {} {expect}", case["row"]);
    let group = expect["group"].as_str().unwrap_or_default();
    let quantity = expect["quantity"].as_str().unwrap_or_default();
    let comparison = expect["comparison"].as_str().unwrap_or("ratio");
    let scheme = expect["scheme"].as_str();
    let find = |metric: &str, scheme: &str| {
        result["disparities"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|d| {
                d["metric"] == metric
                    && d["scheme"] == scheme
                    && d["comparison"] == comparison
                    && (scheme == "between_groups" || scheme == "to_overall" || d["group"] == group)
            })
    };
    let exact = || {
        let [num, den] = expect["exact"].as_array()?.as_slice() else {
            return None;
        };
        Some(Value::from(num.as_f64()? / den.as_f64()?))
    };
    match (quantity, scheme) {
        ("adverse", _) => {
            let Some(found) = find("selection_rate", "to_reference") else {
                return;
            };
            assert_eq!(found["four_fifths_adverse"], expect["value"], "{what}");
            *checked += 1;
        }
        ("impact_ratio", _) => {
            let (Some(found), Some(exact)) = (find("selection_rate", "to_reference"), exact())
            else {
                return;
            };
            same(&exact, &found["value"], &what, checked);
        }
        (_, Some("between_groups" | "to_overall" | "to_reference")) => {
            if scheme == Some("to_reference") && expect["reference"].as_str() != reference {
                return;
            }
            let (Some(found), Some(exact)) = (find(quantity, scheme.unwrap_or_default()), exact())
            else {
                return;
            };
            same(&exact, &found["value"], &what, checked);
        }
        _ => {
            let groups = result["groups"].as_array().into_iter().flatten();
            let Some(group) = groups.into_iter().find(|g| g["attributes"]["g"] == group) else {
                return;
            };
            let found = &group["metrics"][quantity]["value"];
            if let Some(exact) = exact().filter(|_| !found.is_null()) {
                same(&exact, found, &what, checked);
            }
        }
    }
}
