use serde_json::{Value, json};

use super::*;

fn model() -> Value {
    json!({
        "format": "waage-linear", "version": 1, "link": "logit", "intercept": -1.5,
        "features": [
            {"name": "income", "type": "num", "coef": 0.8, "mean": 30.0, "sd": 2.0,
             "missing": "impute:mean"},
            {"name": "region", "type": "cat", "levels": {"north": 0.25, "south": 0.0, "west": -1.0},
             "missing": 0.125},
            {"name": "age", "type": "num", "missing": 0.5, "bins": [
                {"hi": 25, "points": -3}, {"lo": 25, "hi": 40, "points": 1},
                {"lo": 40, "hi": 60, "points": 4}, {"lo": 60, "points": 2}]},
            {"name": "debt", "type": "num", "coef": -2.0}
        ]
    })
}

fn of(value: &Value) -> Result<Ensemble> {
    read(value.to_string().as_bytes())
}

fn margin(model: &Ensemble, row: &[f64]) -> f64 {
    let mut out = [0.0];
    model.margin(row, &mut out);
    out[0]
}

#[test]
fn features_add_up_as_the_file_says() {
    let found = of(&model()).expect("a model");
    let cases = [
        ([32.0, 0.0, 24.9, 1.0], 0.8 + 0.25 - 3.0 - 2.0),
        ([30.0, 2.0, 25.0, 0.0], -1.0 + 1.0),
        ([30.0, 1.0, 40.0, 0.5], 4.0 - 1.0),
        ([30.0, 1.0, f64::INFINITY, 0.0], 2.0),
        ([30.0, 1.0, f64::NEG_INFINITY, 0.0], -3.0),
        // Missing: the mean, the level's own rule (for unknown ones too), the bins' rule.
        ([f64::NAN, 1.0, 59.9, 0.0], 4.0),
        ([30.0, f64::NAN, 60.0, 0.0], 0.125 + 2.0),
        ([30.0, -1.0, 60.0, 0.0], 0.125 + 2.0),
        ([30.0, 1.0, f64::NAN, 0.0], 0.5),
    ];
    for (row, wanted) in cases {
        let found = margin(&found, &row);
        assert!((found - (wanted - 1.5)).abs() < 1e-12, "{row:?}: {found}");
    }
    assert!(
        margin(&found, &[30.0, 1.0, 1.0, f64::NAN]).is_nan(),
        "debt has no rule"
    );
    let mut strict = model();
    strict["features"][1]["missing"] = json!(null);
    let strict = of(&strict).expect("a model");
    for code in [-1.0, 3.0, 0.5, f64::NAN] {
        assert!(margin(&strict, &[30.0, code, 1.0, 0.0]).is_nan(), "{code}");
    }
}

#[test]
fn a_softmax_has_lists() {
    let found = of(&json!({
        "format": "waage-linear", "version": 1, "link": "softmax", "intercept": [0.0, 1.0],
        "features": [{"name": "x", "type": "num", "coef": [2.0, -1.0], "missing": 3.0}]
    }))
    .expect("a model");
    let mut out = [0.0; 2];
    found.margin(&[f64::NAN], &mut out);
    assert_eq!(out, [6.0, -2.0]);
    assert_eq!(found.link, Link::Softmax);
}

#[test]
fn damage_is_named() {
    for (pointer, value, words) in [
        ("/version", json!(2), "version"),
        ("/link", json!("probit"), "link"),
        ("/features/0/sd", json!(0.0), "feature income"),
        ("/features/0/coef", json!([1.0, 2.0]), "feature income"),
        ("/features/0/mean", json!(null), "impute:mean"),
        ("/features/1/levels/west", json!("x"), "feature region"),
        ("/features/2/bins/1/lo", json!(26), "feature age: bins"),
        ("/features/2/bins/0/lo", json!(0), "feature age: bins"),
        ("/features/2/bins", json!([]), "feature age: bins"),
        ("/features/3/name", json!("age"), "twice"),
        ("/features/3/type", json!("cat"), "feature debt"),
    ] {
        let mut damaged = model();
        match damaged.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => damaged["features"][2]["bins"][0]["lo"] = value,
        }
        let text = of(&damaged).expect_err(pointer).to_string();
        assert!(text.contains(words), "{pointer}: {text}");
    }
}
