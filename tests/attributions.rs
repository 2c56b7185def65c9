//! What an explanation promises: the library's own numbers, bounded blocks, clear refusals.

use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::datatypes::Float64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use waage_tests::{root, waage};

/// A committed case: rows, and what the library answered.
struct Case {
    model: PathBuf,
    rows: Vec<Vec<Option<f64>>>,
    contributions: Vec<Vec<f64>>,
    margin: Vec<f64>,
    base: f64,
}

fn case(library: &str, name: &str) -> Case {
    let folder = root().join("tests/golden/models").join(library);
    let text = fs::read_to_string(folder.join(format!("{name}.case.json"))).unwrap();
    let case: Value = serde_json::from_str(&text).unwrap();
    let numbers = |key: &str| case[key].as_array().unwrap().clone();
    // Infinities are texts.
    let number = |x: &Value| x.as_f64().or_else(|| x.as_str()?.parse().ok());
    let cells = |row: &Value| row.as_array().unwrap().iter().map(number).collect();
    Case {
        model: folder.join(case["model_file"].as_str().unwrap()),
        rows: numbers("rows").iter().map(cells).collect(),
        contributions: numbers("contributions")
            .iter()
            .map(|row| {
                row[0]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|x| x.as_f64().unwrap())
                    .collect()
            })
            .collect(),
        margin: numbers("margin")
            .iter()
            .map(|row| row[0].as_f64().unwrap())
            .collect(),
        base: case["base"][0].as_f64().unwrap(),
    }
}

/// The rows as CSV, with ids and a group.
fn write_rows(path: &Path, rows: &[Vec<Option<f64>>]) {
    let mut text = "id,group,a,b,c,d,e,f\n".to_owned();
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row
            .iter()
            .map(|x| x.map_or(String::new(), |x| format!("{x:?}")))
            .collect();
        text.push_str(&format!(
            "L{at},{},{}\n",
            ["x", "y"][at % 2],
            cells.join(",")
        ));
    }
    fs::write(path, text).unwrap();
}

fn explain(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = waage([&["explain"], arguments].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

const FEATURES: [&str; 2] = ["--features", "a,b,c,d,e,f"];

fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    values.clone().sum::<f64>() / values.count() as f64
}

#[test]
fn means_are_those_of_the_librarys_own_contributions() {
    for (library, name) in [
        ("xgboost-3.2.0", "logistic"),
        ("xgboost-1.7.6", "logistic"),
        ("lightgbm-4.7.0", "binary"),
    ] {
        let case = case(library, name);
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("rows.csv");
        write_rows(&data, &case.rows);
        let (model, data) = (case.model.display().to_string(), data.display().to_string());
        let mut arguments = vec![
            model.as_str(),
            data.as_str(),
            "--sensitive",
            "group",
            "--format",
            "json",
        ];
        let own_names = library.starts_with("lightgbm");
        if own_names {
            // Its file names the features itself.
            let text = fs::read_to_string(&data).unwrap().replacen(
                "a,b,c,d,e,f",
                "Column_0,Column_1,Column_2,Column_3,Column_4,Column_5",
                1,
            );
            fs::write(&data, text).unwrap();
        } else {
            arguments.extend(FEATURES);
        }
        let (code, out, error) = explain(&arguments);
        assert_eq!(code, Some(0), "{error}");
        let found: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(found["schema"], "waage/explain/1");
        assert!((found["base_value"][0].as_f64().unwrap() - case.base).abs() < 1e-5);
        assert!(found["additivity_error"].as_f64().unwrap() < 1e-9);
        for feature in found["features"].as_array().unwrap() {
            let name = feature["feature"].as_str().unwrap();
            let at = if own_names {
                name[7..].parse().unwrap()
            } else {
                usize::from(name.as_bytes()[0] - b'a')
            };
            let column = || case.contributions.iter().map(move |row| row[at]);
            assert!(
                (feature["mean"]["value"].as_f64().unwrap() - mean(column())).abs() < 1e-5,
                "{name}"
            );
            assert!(
                (feature["mean_abs"]["value"].as_f64().unwrap() - mean(column().map(f64::abs)))
                    .abs()
                    < 1e-5
            );
            let group = &feature["by_group"][1];
            assert_eq!(
                (group["group"].as_str(), group["mean"]["n"].as_u64()),
                (Some("y"), Some(case.rows.len() as u64 / 2))
            );
            let odd = column().skip(1).step_by(2);
            assert!((group["mean"]["value"].as_f64().unwrap() - mean(odd)).abs() < 1e-5);
        }
    }
}

#[test]
fn attributions_and_summary_are_the_same_for_any_threads_and_formats() {
    let case = case("xgboost-3.2.0", "logistic");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    write_rows(Path::new(&path("rows.csv")), &case.rows);
    let mut all = Vec::new();
    for threads in ["1", "2", "5"] {
        let out = path(&format!("shap-{threads}.parquet"));
        let model = case.model.display().to_string();
        let data = path("rows.csv");
        let background = ["--background", data.as_str()];
        let mut arguments = vec![
            model.as_str(),
            data.as_str(),
            "--id",
            "id",
            "--out",
            &out,
            "--threads",
            threads,
            "--format",
            "json",
            "-q",
        ];
        arguments.extend(FEATURES);
        arguments.extend(background);
        let (code, text, error) = explain(&arguments);
        assert_eq!((code, error.as_str()), (Some(0), ""));
        all.push((text, fs::read(&out).unwrap()));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
    // Row by row and feature by feature, base + attributions = prediction; ids are beside them.
    let file = fs::File::open(path("shap-1.parquet")).unwrap();
    let mut batches = ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap();
    let batch = batches.next().unwrap().unwrap();
    assert_eq!(batch.num_rows(), case.rows.len());
    assert_eq!(batch.column(0).as_string::<i32>().value(3), "L3");
    let number = |column: usize, row: usize| {
        batch
            .column(column)
            .as_primitive::<Float64Type>()
            .value(row)
    };
    for row in 0..batch.num_rows() {
        let sum: f64 = (1..8).map(|column| number(column, row)).sum();
        assert!((sum - number(8, row)).abs() < 1e-12);
        assert!((number(8, row) - case.margin[row]).abs() < 1e-5);
    }
    let found: Value = serde_json::from_str(&all[0].0).unwrap();
    assert_eq!(found["settings"]["value_function"], "interventional");
    assert_eq!(found["settings"]["background"]["rows"], case.rows.len());
    // The file is a data set like any other.
    let listed = waage(["audit", &path("shap-1.parquet")]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned()
        + &String::from_utf8_lossy(&listed.stderr);
    for column in ["id", "a", "f", "base_value", "prediction"] {
        assert!(listed.contains(column), "{listed}");
    }
}

#[test]
fn text_and_markdown_speak_both_languages() {
    let case = case("xgboost-3.2.0", "logistic");
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("rows.csv").display().to_string();
    write_rows(Path::new(&data), &case.rows);
    let model = case.model.display().to_string();
    for (language, format, wanted) in [
        ("en", "text", "The model relies most on a, b, e."),
        (
            "de",
            "text",
            "Das Modell stützt sich vor allem auf a, b, e.",
        ),
        ("de", "markdown", "# Worauf sich das Modell stützt"),
        ("en", "markdown", "| Feature |"),
    ] {
        let mut arguments = vec![
            model.as_str(),
            data.as_str(),
            "--lang",
            language,
            "--format",
            format,
            "--sensitive",
            "group",
        ];
        arguments.extend(FEATURES);
        let (code, out, error) = explain(&arguments);
        assert_eq!(code, Some(0), "{error}");
        assert!(
            out.to_lowercase().contains(&wanted.to_lowercase()),
            "{language} {format}\n{out}"
        );
    }
}

#[test]
fn bad_input_gets_one_sentence_and_leaves_nothing() {
    let case = case("xgboost-3.2.0", "logistic");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    write_rows(Path::new(&path("rows.csv")), &case.rows);
    let whole = fs::read(&case.model).unwrap();
    fs::write(path("half.json"), &whole[..whole.len() / 2]).unwrap();
    fs::write(path("junk.json"), "PK\u{3}\u{4} not a model").unwrap();
    fs::write(path("empty.csv"), "a,b,c,d,e,f\n").unwrap();
    fs::write(path("words.csv"), "a,b,c,d,e,f\n1,2,3,4,5,high\n").unwrap();
    let (model, rows, out) = (
        case.model.display().to_string(),
        path("rows.csv"),
        path("out.parquet"),
    );
    let cases: [(&[&str], &str); 9] = [
        (
            &["nowhere.json", &rows],
            "the model nowhere.json cannot be read",
        ),
        (&[&path("half.json"), &rows], "XGBoost JSON"),
        (&[&path("junk.json"), &rows], "model"),
        (
            &[&model, &rows],
            "name their columns in the model's order with --features",
        ),
        (
            &[&model, &rows, "--features", "a,b"],
            "--features names 2 columns, the model has 6 features",
        ),
        (
            &[&model, &rows, "--features", "a,b,c,d,e,ff"],
            "column \"ff\" not found",
        ),
        (
            &[&model, &path("empty.csv"), "--features", "a,b,c,d,e,f"],
            "no row",
        ),
        (
            &[&model, &path("words.csv"), "--features", "a,b,c,d,e,f"],
            "column \"f\" holds \"high\"",
        ),
        (
            &[
                &model,
                &rows,
                "--features",
                "a,b,c,d,e,f",
                "--iterations",
                "x",
            ],
            "--iterations \"x\"",
        ),
    ];
    for (arguments, wanted) in cases {
        let arguments = [arguments, &["--out", &out]].concat();
        let (code, text, error) = explain(&arguments);
        assert_eq!(
            (code, text.as_str()),
            (Some(2), ""),
            "{arguments:?}\n{error}"
        );
        assert_eq!(error.trim_end().lines().count(), 1, "{error}");
        assert!(error.contains(wanted), "{wanted}\n{error}");
        assert!(!Path::new(&out).exists());
    }
}

#[test]
fn an_id_that_looks_like_personal_data_is_not_written_unasked() {
    let case = case("xgboost-3.2.0", "logistic");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (rows, out) = (path("rows.csv"), path("out.parquet"));
    write_rows(Path::new(&rows), &case.rows);
    let text = fs::read_to_string(&rows).unwrap();
    // The same rows with other ids.
    let identified = |id: &dyn Fn(usize) -> String| {
        let lines = text.lines().enumerate().map(|(at, line)| match at {
            0 => format!("{line}\n"),
            _ => format!("{},{}\n", id(at), line.split_once(',').unwrap().1),
        });
        fs::write(&rows, lines.collect::<String>()).unwrap();
    };
    let model = case.model.display().to_string();
    let ask = |more: &[&str]| {
        let fixed = [model.as_str(), rows.as_str(), "--id", "id", "-q"];
        explain(&[&fixed[..], &FEATURES, more].concat())
    };
    let pseudonyms: [&dyn Fn(usize) -> String; 3] = [
        &|at| (100_000 + at).to_string(),
        &|at| format!("{:08x}-51f0-4f6a-9d6c-{:012x}", at * 7_919, at * 104_729),
        &|at| format!("lead-{at:05}"),
    ];
    for id in pseudonyms {
        identified(id);
        let (code, _, error) = ask(&["--out", &out]);
        assert_eq!(code, Some(0), "{error}");
        fs::remove_file(&out).unwrap();
    }
    let personal: [&dyn Fn(usize) -> String; 2] =
        [&|at| format!("secret{at}@mail.example"), &|at| {
            format!("+49 30 1234{at:03}")
        }];
    for id in personal {
        identified(id);
        let (code, said, error) = ask(&["--out", &out]);
        assert_eq!((code, said.as_str()), (Some(2), ""));
        assert!(
            error.contains("the column \"id\" looks like personal data")
                && error.contains("--i-know")
                && !error.contains("secret"),
            "{error}"
        );
        assert_eq!(error.trim_end().lines().count(), 1, "{error}");
        assert!(!Path::new(&out).exists());
        // What is only summed up names nobody.
        assert_eq!(ask(&[]).0, Some(0));
        assert_eq!(ask(&["--out", &out, "--i-know"]).0, Some(0));
        fs::remove_file(&out).unwrap();
    }
}
