//! Functions of tables, strata, p-values, benefits and neighbours against scipy, statsmodels and
//! AIF360 (`tests/golden/README.md`).

use serde_json::Value;
use waage_core::multiplicity::{benjamini_hochberg, benjamini_yekutieli, holm};
use waage_metrics::hypothesis::{self, ChiSquare};
use waage_metrics::individual::{Features, consistency};
use waage_metrics::inequality::generalized_entropy;
use waage_metrics::stratified::{Table, breslow_day, cochran_mantel_haenszel, odds_ratio};

/// Tolerance of statistics, whose terms cancel near 0, relative beyond 1; and relative one of
/// p-values, whose tails peers expand otherwise.
const TAIL: f64 = 1e-10;

fn golden(part: &str) -> Vec<Value> {
    let text = include_str!("../../../tests/golden/indices.json");
    let document: Value = serde_json::from_str(text).expect("golden file");
    document[part].as_array().expect("a list").clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    let numbers = value.as_array().into_iter().flatten();
    numbers.map(|n| n.as_f64().expect("a number")).collect()
}

fn same(expected: &Value, found: Option<f64>, tolerance: f64, what: &str) {
    match (expected.as_f64(), found) {
        (Some(expected), Some(found)) => assert!(
            (expected - found).abs() <= tolerance * expected.abs() + f64::MIN_POSITIVE,
            "{what}: expected {expected}, found {found}"
        ),
        (None, None) => {}
        (expected, found) => panic!("{what}: expected {expected:?}, found {found:?}"),
    }
}

/// A statistic and its p-value.
fn both(expected: &Value, found: Option<(f64, f64)>, what: &str) {
    let statistic = expected[0].as_f64().expect("a statistic");
    let off = found.map(|f| (f.0 - statistic).abs());
    assert!(
        off.is_some_and(|off| off <= TAIL * statistic.abs().max(1.0)),
        "{what}: expected {statistic}, found {found:?}"
    );
    same(&expected[1], found.map(|f| f.1), TAIL, what);
}

fn parts(test: Option<ChiSquare>) -> Option<(f64, f64)> {
    test.map(|test| (test.statistic, test.p))
}

#[test]
fn tables_of_two_groups() {
    let tables = golden("tables");
    assert!(tables.len() >= 60, "{}", tables.len());
    for case in tables {
        let counts: Vec<u64> = case["table"]
            .as_array()
            .expect("counts")
            .iter()
            .filter_map(Value::as_u64)
            .collect();
        let [a, b, c, d] = counts[..] else {
            panic!("{case}");
        };
        let [w, x, y, z] = [a, b, c, d].map(|count| count as f64);
        let what = case["table"].to_string();
        // scipy's masses are differences of logarithms of beta functions, less exact in large tables.
        same(
            &case["fisher_exact"],
            hypothesis::fisher_exact(a, b, c, d),
            1e-9,
            &what,
        );
        same(
            &case["fisher_mid_p"],
            hypothesis::fisher_mid_p(a, b, c, d),
            1e-9,
            &what,
        );
        both(
            &case["chi_square"],
            parts(hypothesis::chi_square(w, x, y, z)),
            &what,
        );
        both(
            &case["chi_square_yates"],
            parts(hypothesis::chi_square_yates(w, x, y, z)),
            &what,
        );
        both(
            &case["g_test"],
            parts(hypothesis::g_test(&[[w, x], [y, z]])),
            &what,
        );
        both(&case["z_pooled"], hypothesis::z_pooled(w, x, y, z), &what);
    }
}

#[test]
fn tables_of_several_groups() {
    let tables = golden("rows");
    assert!(tables.len() >= 20, "{}", tables.len());
    for case in tables {
        let rows: Vec<[f64; 2]> = case["rows"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|row| numbers(row).try_into().ok())
            .collect();
        let what = case["rows"].to_string();
        let test = hypothesis::chi_square_rows(&rows);
        assert_eq!(test.map(|t| u64::from(t.df)), case["df"].as_u64(), "{what}");
        both(&case["chi_square"], parts(test), &what);
        both(&case["g_test"], parts(hypothesis::g_test(&rows)), &what);
    }
}

#[test]
fn strata() {
    let cases = golden("strata");
    assert!(cases.len() >= 6, "{}", cases.len());
    for case in cases {
        let tables: Vec<Table> = case["tables"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|table| match numbers(table)[..] {
                [a, b, c, d] => Table::new(a, b, c, d),
                _ => panic!("{table}"),
            })
            .collect();
        let what = case["tables"].to_string();
        for (name, correction) in [("cmh", 0.0), ("cmh_corrected", 0.5)] {
            let test = cochran_mantel_haenszel(&tables, correction);
            both(&case[name], test.map(|t| (t.statistic, t.p)), &what);
        }
        let pooled = odds_ratio(&tables, 0, 0.95).value;
        same(&case["odds_ratio"], pooled, TAIL, &what);
        let test = breslow_day(&tables, pooled.expect("an odds ratio")).expect("two strata");
        same(&case["breslow_day"], Some(test.breslow_day), TAIL, &what);
        both(&case["tarone"], Some((test.tarone, test.p)), &what);
        assert_eq!(case["degrees"], test.degrees, "{what}");
    }
}

#[test]
fn families_of_p_values() {
    let families = golden("families");
    assert!(families.len() >= 8, "{}", families.len());
    for case in families {
        let p: Vec<Option<f64>> = numbers(&case["p"]).into_iter().map(Some).collect();
        for (name, found) in [
            ("holm", holm(&p)),
            ("benjamini_hochberg", benjamini_hochberg(&p)),
            ("benjamini_yekutieli", benjamini_yekutieli(&p)),
        ] {
            for (i, found) in found.into_iter().enumerate() {
                same(&case[name][i], found, 1e-12, name);
            }
        }
    }
}

#[test]
fn inequality_of_every_order() {
    let cases = golden("entropies");
    assert!(cases.len() >= 6, "{}", cases.len());
    let mut defined = 0;
    for case in cases {
        let levels: Vec<(f64, f64)> = case["levels"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|level| {
                (
                    level[0].as_f64().expect("benefit"),
                    level[1].as_f64().expect("rows"),
                )
            })
            .collect();
        let orders = case["aif360.sklearn.generalized_entropy_index"].as_object();
        for (order, expected) in orders.expect("orders") {
            let found = generalized_entropy(&levels, order.parse().expect("an order")).ok();
            defined += usize::from(found.is_some());
            same(
                expected,
                found,
                1e-11,
                &format!("order {order} of {levels:?}"),
            );
        }
    }
    assert!(defined >= 24, "{defined}");
}

#[test]
fn consistency_of_neighbours() {
    let cases = golden("consistency");
    assert_eq!(cases.len(), 2);
    for case in cases {
        let values = numbers(&case["features"]);
        let columns = case["columns"].as_u64().expect("columns") as usize;
        let neighbours = case["neighbours"].as_u64().expect("neighbours") as usize;
        let outcomes = case["outcomes"].as_str().expect("outcomes").bytes();
        let outcomes: Vec<f64> = outcomes.map(|digit| f64::from(digit - b'0')).collect();
        assert!(outcomes.len() >= 150, "{}", outcomes.len());
        let features = Features::new(&values, columns).expect("rows");
        let found = consistency(&features, &outcomes, neighbours, false).ok();
        for name in ["aif360.consistency", "aif360.sklearn.consistency_score"] {
            same(&case[name], found, 1e-12, name);
        }
    }
}
