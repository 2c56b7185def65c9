//! Individual fairness of an audit: rows compared with rows by `--features`.

use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::files::{integers, table, texts, write_parquet};
use waage_tests::{audit, waage};

/// The worked example: x of 0 1 2 10 11 12 13, decided 1 1 0 0 0 1 0, with a row that has no x.
const ROWS: &str = "x,y,same,group,chosen,score\n\
    0,0,7,a,1,0.9\n1,0,7,a,1,0.8\n2,0,7,b,0,0.3\n10,0,7,b,0,0.3\n11,0,7,a,0,0.2\n\
    12,0,7,b,1,0.9\n13,0,7,,0,0.1\n,0,7,a,1,0.5\n";

fn csv(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn arguments(path: &std::path::Path, options: &str) -> Vec<String> {
    let mut out = vec![path.display().to_string()];
    out.extend(options.split(' ').map(str::to_owned));
    out
}

const OPTIONS: &str =
    "--decision chosen --score score --sensitive group --features x,same --neighbours 3";

#[test]
fn consistency_and_slopes_are_those_of_the_worked_example() {
    let folder = TempDir::new().unwrap();
    let path = csv(&folder, "rows.csv", ROWS);
    let result = audit(arguments(&path, &format!("{OPTIONS} --lipschitz 1")));
    let found = &result["individual"];
    assert_eq!(
        (&found["rows"], &found["rows_left_out"]),
        (&7.into(), &1.into())
    );
    assert_eq!(found["constant"], serde_json::json!(["same"]));
    let close = |value: &Value, expected: f64| {
        assert!(
            (value.as_f64().unwrap() - expected).abs() < 1e-12,
            "{value} {expected}"
        );
    };
    close(&found["decisions"]["value"], 4.0 / 7.0);
    // By hand: each row's distance from the mean of its three nearest is 1/3 or 2/3.
    let groups = found["decisions"]["groups"].as_array().unwrap();
    let of = |name: Value| groups.iter().find(|g| g["group"] == name).unwrap();
    close(
        &of("a".into())["value"],
        1.0 - (1.0 / 3.0 + 1.0 / 3.0 + 1.0 / 3.0) / 3.0,
    );
    close(
        &of("b".into())["value"],
        1.0 - (2.0 / 3.0 + 1.0 / 3.0 + 2.0 / 3.0) / 3.0,
    );
    close(&of(Value::Null)["value"], 2.0 / 3.0);
    assert!(found.get("labels").is_none());
    // Scores of 12 and 13 differ by 0.8 and lie one apart, in units of the deviation.
    let x = [0.0, 1.0, 2.0, 10.0, 11.0, 12.0, 13.0_f64];
    let mean = x.iter().sum::<f64>() / 7.0;
    let deviation = (x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 7.0).sqrt();
    let scores = &found["scores"];
    close(&scores["lipschitz_constant"], 0.8 * deviation);
    assert_eq!(
        (&scores["pairs"], &scores["twins"]),
        (&21.into(), &0.into())
    );
    let mut over = 0;
    let s = [0.9, 0.8, 0.3, 0.3, 0.2, 0.9, 0.1_f64];
    for i in 0..7 {
        for j in 0..i {
            over += u32::from((s[i] - s[j]).abs() > (x[i] - x[j]).abs() / deviation);
        }
    }
    close(&scores["lipschitz_violation"], f64::from(over) / 21.0);
    assert!(over > 0 && over < 21);
    // Nothing is compared unasked.
    let plain = audit(arguments(&path, "--decision chosen --sensitive group"));
    assert!(plain.get("individual").is_none());
}

#[test]
fn order_files_and_threads_change_nothing() {
    let folder = TempDir::new().unwrap();
    let mut rows: Vec<String> = (0..900_u64)
        .map(|i| {
            let h = i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
            format!(
                "{},{},{},{}",
                h % 7,
                h / 7 % 5,
                ["a", "b"][(h / 35 % 2) as usize],
                h / 70 % 3 % 2
            )
        })
        .collect();
    let text = |rows: &[String]| format!("x,z,group,chosen\n{}\n", rows.join("\n"));
    let whole = csv(&folder, "whole.csv", &text(&rows));
    rows.reverse();
    let parts = folder.path().join("parts");
    std::fs::create_dir(&parts).unwrap();
    for (at, part) in rows.chunks(250).enumerate() {
        std::fs::write(parts.join(format!("{at}.csv")), text(part)).unwrap();
    }
    let options = "--decision chosen --sensitive group --features x,z --bootstrap 0 --threads";
    let of = |path: &std::path::Path, threads: u32| {
        audit(arguments(path, &format!("{options} {threads}")))["individual"].clone()
    };
    let one = of(&whole, 1);
    assert!(one["decisions"]["value"].as_f64().is_some());
    assert_eq!(one, of(&whole, 3));
    assert_eq!(one, of(&parts, 2));
}

#[test]
fn reports_tell_it_in_both_languages_and_hide_small_groups() {
    let folder = TempDir::new().unwrap();
    let path = csv(&folder, "rows.csv", ROWS);
    for format in ["text", "markdown", "html"] {
        for (language, expected) in [
            (
                "en",
                ["Individual fairness", "Consistency of decisions: 0.571"],
            ),
            (
                "de",
                [
                    "Individuelle Fairness",
                    "Konsistenz der Entscheidungen: 0,571",
                ],
            ),
        ] {
            let mut all = vec!["audit".to_owned()];
            let more = format!("{OPTIONS} --format {format} --lang {language} --bootstrap 0");
            all.extend(arguments(&path, &more));
            let shown = String::from_utf8(waage(&all).stdout).unwrap();
            for text in expected {
                assert!(shown.contains(text), "{format} {language}: {shown}");
            }
        }
    }
    let hidden = audit(arguments(&path, &format!("{OPTIONS} --suppress-below 5")));
    assert!(hidden["individual"]["decisions"].get("groups").is_none());
}

#[test]
fn what_cannot_be_compared_is_refused_in_a_sentence() {
    let folder = TempDir::new().unwrap();
    let path = csv(&folder, "rows.csv", ROWS);
    let many: String = (0..50_001)
        .map(|i| format!("{i},{},{}\n", i % 2, i % 3))
        .collect();
    let many = csv(&folder, "many.csv", &format!("x,chosen,g\n{many}"));
    let typed = folder.path().join("typed.parquet");
    let rows = table(vec![
        ("chosen", integers([1, 0, 1, 0].map(Some))),
        ("group", texts(["a", "b", "a", "b"].map(Some))),
    ]);
    write_parquet(&typed, &rows, 4);
    let base = "--decision chosen --sensitive group";
    for (path, options, expected) in [
        (
            &path,
            format!("{base} --features group"),
            "column \"group\" holds \"a\"",
        ),
        (
            &typed,
            format!("{base} --features group"),
            "column \"group\" holds text, and --features takes distances between numbers",
        ),
        (&path, format!("{base} --features x,x"), "names \"x\" twice"),
        (
            &path,
            format!("{base} --features chosen"),
            "is the decision",
        ),
        (
            &path,
            format!("{base} --features x --neighbours 0"),
            "give at least 1",
        ),
        (
            &path,
            format!("{base} --features x --lipschitz 0.2"),
            "name them with --score",
        ),
        (&path, format!("{base} --neighbours 3"), "--features"),
        (&path, format!("{base} --features nowhere"), "nowhere"),
        (
            &many,
            "--decision chosen --sensitive g --features x --bootstrap 0".to_owned(),
            "more than 50000 rows; keep a part of them with --where",
        ),
    ] {
        let mut all = vec!["audit".to_owned()];
        all.extend(arguments(path, &options));
        let output = waage(&all);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options}: {said}");
        assert!(said.contains(expected), "{options}: {said}");
    }
    // Fewer rows than neighbours are told, not refused.
    let few = audit(arguments(
        &path,
        &format!("{base} --features x --neighbours 60"),
    ));
    assert_eq!(few["individual"]["decisions"]["reason"], "too_few_rows");
}
