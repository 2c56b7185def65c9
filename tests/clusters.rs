//! People in several rows, through the command line: what is told, refused, and always the same.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::files::{floats, integers, table, texts, write_csv, write_parquet};
use waage_tests::{audit, waage};

/// 900 rows of 150 people, who are decided about alike six times each, and their numbers.
fn rows() -> arrow::array::RecordBatch {
    let people: Vec<i64> = (0..900).map(|i| (i * 7) % 150).collect();
    let decided = |p: &i64| Some(i64::from((p * 37) % 11 < 5 + p % 2));
    let labelled = |(i, p): (usize, &i64)| Some(i64::from((i * 2 + *p as usize) % 5 < 2));
    table(vec![
        ("person", integers(people.iter().map(|p| Some(*p)))),
        (
            "gender",
            texts(people.iter().map(|p| Some(["f", "m"][(p % 2) as usize]))),
        ),
        (
            "team",
            texts((0..900).map(|i| Some(["x", "y", "z"][i % 3]))),
        ),
        ("approved", integers(people.iter().map(decided))),
        (
            "score",
            floats((0..900).map(|i| Some(f64::from((i * 17) % 101) / 101.0))),
        ),
        ("repaid", integers(people.iter().enumerate().map(labelled))),
    ])
}

const ROLES: [&str; 8] = [
    "--label",
    "repaid",
    "--decision",
    "approved",
    "--sensitive",
    "gender",
    "--bootstrap",
    "300",
];

fn path(folder: &TempDir, name: &str, write: impl Fn(&Path)) -> String {
    let path = folder.path().join(name);
    write(&path);
    path.to_str().expect("UTF-8").to_owned()
}

fn audited(path: &str, more: &[&str]) -> Value {
    audit([&[path], &ROLES[..], more].concat())
}

fn women(result: &Value) -> &Value {
    &result["groups"][0]["metrics"]["selection_rate"]
}

fn width(estimate: &Value) -> f64 {
    estimate["high"].as_f64().expect("a limit") - estimate["low"].as_f64().expect("a limit")
}

#[test]
fn people_are_told_and_widen_intervals() {
    let folder = TempDir::new().expect("a folder");
    let file = path(&folder, "rows.csv", |path| write_csv(path, &rows()));
    let (plain, clustered) = (
        audited(&file, &[]),
        audited(&file, &["--cluster", "person"]),
    );
    assert_eq!(clustered["dataset"]["clusters"], 150);
    assert_eq!(clustered["roles"]["cluster"], "person");
    assert!(plain["dataset"].get("clusters").is_none());
    let (of_rows, of_people) = (women(&plain), women(&clustered));
    assert_eq!(of_rows["value"], of_people["value"]);
    assert_eq!(
        (&of_people["n"], &of_people["clusters"]),
        (&450.into(), &75.into())
    );
    assert_eq!(of_people["method"], "cluster_bootstrap_percentile");
    // Six equal rows each: wider by the root of six.
    let wider = width(of_people) / width(of_rows);
    assert!((1.9..=3.0).contains(&wider), "{wider}");
    let notes = clustered["dataset"]["notes"].as_array().expect("notes");
    assert!(
        notes.iter().any(|note| note["code"] == "clusters_drawn"),
        "{notes:?}"
    );
}

#[test]
fn the_same_people_give_the_same_bytes() {
    let folder = TempDir::new().expect("a folder");
    let files = [
        path(&folder, "rows.csv", |path| write_csv(path, &rows())),
        path(&folder, "many.parquet", |path| {
            write_parquet(path, &rows(), 50)
        }),
        path(&folder, "one.parquet", |path| {
            write_parquet(path, &rows(), 900)
        }),
    ];
    let document = |file: &str, threads: &str| {
        let more = [
            "--cluster",
            "person",
            "--stratum",
            "team",
            "--threads",
            threads,
        ];
        let arguments = [
            &["audit", file],
            &ROLES[..],
            &more[..],
            &["--format", "json", "--quiet"],
        ];
        waage(arguments.concat()).stdout
    };
    let first = document(&files[0], "1");
    assert!(first.starts_with(b"{"));
    for file in &files {
        for threads in ["1", "3"] {
            assert_eq!(document(file, threads), first, "{file} {threads}");
        }
    }
}

#[test]
fn strata_and_scores_rest_on_people() {
    let folder = TempDir::new().expect("a folder");
    let file = path(&folder, "rows.csv", |path| write_csv(path, &rows()));
    let result = audited(&file, &["--cluster", "person", "--stratum", "team"]);
    let found = &result["conditional"][0];
    let disparity = &found["demographic_disparity"]["conditional"];
    for estimate in [&found["standardized"], disparity] {
        assert_eq!(estimate["method"], "cluster_bootstrap_percentile");
        assert!(width(estimate) > 0.0, "{estimate}");
        assert_eq!(estimate["clusters"], 150);
    }
    assert!(found["cmh_p"].is_null());
    let inside = &result["strata"][0]["groups"][0]["metrics"]["selection_rate"];
    assert_eq!(inside["method"], "cluster_bootstrap_percentile");
    let roles = "--label repaid --score score --sensitive gender --bootstrap 300";
    let scored = |more: &str| {
        let words = roles.split(' ').chain(more.split_whitespace());
        audit(std::iter::once(&*file).chain(words))
    };
    let of_people = scored("--cluster person");
    let area = |result: &Value| result["groups"][0]["metrics"]["roc_auc"].clone();
    let (people, rows) = (area(&of_people), area(&scored("")));
    assert_eq!(people["value"], rows["value"]);
    assert_eq!(people["method"], "cluster_bootstrap_percentile");
    assert_eq!(people["clusters"], 75);
    assert!(width(&people) > 0.0);
    assert!(width(&of_people["groups"][0]["metrics"]["mean_score"]) > 0.0);
    // Where they do not fit, values stand alone and a note says why.
    let small = scored("--cluster person --memory 60kB");
    assert_eq!(area(&small)["value"], rows["value"]);
    assert_eq!(area(&small)["reason"], "rows_clustered");
    let notes = small["dataset"]["notes"].as_array().expect("notes");
    let codes: Vec<&str> = notes.iter().filter_map(|n| n["code"].as_str()).collect();
    assert!(codes.contains(&"cluster_scores_forgotten"), "{codes:?}");
}

/// More people than the limit: what is sorted by them is aggregated as a stream, whatever the row
/// groups and threads; what is not is refused.
#[test]
fn sorted_rows_may_be_of_more_people_than_the_limit() {
    let folder = TempDir::new().expect("a folder");
    let unsorted = rows();
    let by_person = unsorted.column(0);
    let order = arrow::compute::sort_to_indices(by_person, None, None).expect("numbers");
    let sorted = arrow::compute::take_record_batch(&unsorted, &order).expect("rows");
    let files = [
        path(&folder, "sorted.csv", |path| write_csv(path, &sorted)),
        path(&folder, "some.parquet", |path| {
            write_parquet(path, &sorted, 200)
        }),
        // Row groups end in the midst of a person.
        path(&folder, "many.parquet", |path| {
            write_parquet(path, &sorted, 7)
        }),
    ];
    let options = [
        "--score",
        "score",
        "--cluster",
        "person",
        "--stratum",
        "team",
        "--format",
        "json",
        "--quiet",
    ];
    let run = |file: &str, more: &[&str]| {
        waage([&["audit", file], &ROLES[..], &options[..], more].concat())
    };
    let unlimited = run(&files[0], &[]).stdout;
    assert!(unlimited.starts_with(b"{"));
    for file in &files {
        for threads in ["1", "3"] {
            let limited = run(file, &["--max-clusters", "20", "--threads", threads]);
            assert!(limited.stdout == unlimited, "{file} {threads}");
        }
    }
    let shuffled = path(&folder, "rows.parquet", |path| {
        write_parquet(path, &unsorted, 200)
    });
    let refused = run(&shuffled, &["--max-clusters", "149"]);
    let said = String::from_utf8(refused.stderr).expect("UTF-8");
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("sort the rows by the cluster"), "{said}");
    assert_eq!(run(&shuffled, &["--max-clusters", "150"]).stdout, unlimited);
}

#[test]
fn a_policy_names_the_people_too() {
    let folder = TempDir::new().expect("a folder");
    let file = path(&folder, "rows.csv", |path| write_csv(path, &rows()));
    let policy = folder.path().join("audit.toml");
    let text = "schema = \"waage/policy/1\"\n[data]\nlabel = \"repaid\"\ndecision = \"approved\"\ncluster = \"person\"\n[[attribute]]\nname = \"gender\"\n[[check]]\nid = \"FAIR-01\"\nmetric = \"selection_rate\"\ncomparison = \"difference\"\nattribute = \"gender\"\nop = \"<=\"\nmargin = 0.1\n";
    std::fs::write(&policy, text).expect("a folder of our own");
    let result = audit([&file, "--policy", policy.to_str().expect("UTF-8")]);
    let finding = &result["findings"][0]["estimate"];
    assert_eq!(finding["method"], "cluster_bootstrap_percentile");
    assert_eq!(finding["clusters"], 150);
}

#[test]
fn what_cannot_be_used_is_refused_in_a_sentence() {
    let folder = TempDir::new().expect("a folder");
    let file = path(&folder, "rows.csv", |path| write_csv(path, &rows()));
    let gaps = path(&folder, "gaps.csv", |path| {
        std::fs::write(path, "person,gender,approved\n1,f,1\n,m,0\n2,m,1\n").expect("written");
    });
    let said = |arguments: &[&str]| {
        let output = waage([&["audit"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    let roles = ["--decision", "approved", "--sensitive", "gender"];
    let many = [
        &[&*file],
        &roles[..],
        &["--cluster", "person", "--max-clusters", "149"],
    ]
    .concat();
    assert!(
        said(&many)
            .contains("sort the rows by the cluster, or raise the limit with --max-clusters"),
        "{}",
        said(&many)
    );
    let missing = [&[&*gaps], &roles[..], &["--cluster", "person"]].concat();
    let sentence = said(&missing);
    assert!(
        sentence.contains("cluster \"person\" is missing in"),
        "{sentence}"
    );
    assert!(sentence.contains("line 3"), "{sentence}");
    let unknown = [&[&*file], &roles[..], &["--cluster", "persn"]].concat();
    assert!(said(&unknown).contains("did you mean \"person\""));
}

/// Twenty-four people and few replicates: the p-value cannot become small enough, which more rows
/// than there are would not change.
#[test]
fn nobody_is_sent_for_fewer_rows_than_there_are() {
    let leads = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../datasets/lead_scoring.parquet"
    );
    let mut arguments = vec![leads];
    let roles = "--label converted --decision contacted --sensitive gender --bootstrap 500";
    arguments.extend(roles.split(' ').chain(["--cluster", "sales_rep"]));
    let result = audit(&arguments);
    let findings = result["findings"].as_array().unwrap();
    let open = findings.iter().filter(|f| f["state"] == "inconclusive");
    let mut without = 0;
    for finding in open {
        match finding["rows_needed"].as_u64() {
            Some(needed) => assert!(needed > finding["rows"].as_u64().unwrap(), "{finding}"),
            None => without += 1,
        }
    }
    assert!(without > 0, "{findings:?}");
}
