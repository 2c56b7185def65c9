//! Input that cannot be audited: one clear sentence, exit code 2, nothing half-written.

use std::fs;

use waage_tests::failure;
use waage_tests::files::{
    floats, integers, ipc_stream, leads, table, texts, tree, waage_reading, write_csv, write_ipc,
    write_parquet,
};
use waage_tests::refusal::{COLUMNS, ROLES, folder, refused, refused_data};

#[test]
fn misspelt_columns_are_met_with_the_nearest() {
    let folder = folder();
    let said = refused(
        &folder,
        &["leads.parquet"],
        &["--label", "convertd", "--sensitive", "gender"],
    );
    assert_eq!(
        said,
        "waage: column \"convertd\" not found in leads.parquet; did you mean \"converted\"? \
         columns: gender, score, contacted, converted"
    );
    let said = refused(
        &folder,
        &["leads.parquet"],
        &["--label", "converted", "--sensitive", "gendr"],
    );
    assert!(said.contains("did you mean \"gender\"?"), "{said}");
    let said = refused(
        &folder,
        &["leads.parquet"],
        &[
            "--label",
            "converted",
            "--sensitive",
            "gender",
            "--where",
            "scor > 0.5",
        ],
    );
    assert!(said.contains("did you mean \"score\"?"), "{said}");
}

#[test]
fn options_that_make_no_sense_are_named_with_the_mend() {
    let folder = folder();
    let scored = |more: &[&str]| {
        let mut options = vec![
            "--label",
            "converted",
            "--score",
            "score",
            "--sensitive",
            "gender",
        ];
        options.extend(more);
        refused(&folder, &["leads.parquet"], &options)
    };
    for (more, expected) in [
        (&["--where", "score >"][..], "--where: "),
        (
            &["--where", "score > 'high'"],
            "does not suit the float column \"score\"",
        ),
        (&["--where", "score > 2"], "--where keeps none of them"),
        (
            &["--reference", "gender"],
            "write ATTRIBUTE=VALUE, such as gender=male",
        ),
        (
            &["--reference", "gender=mail"],
            "its groups are diverse, female, male",
        ),
        (
            &["--reference", "region=x"],
            "no sensitive attribute; those are gender",
        ),
        (
            &["--reference", "gender=male", "--reference", "gender=female"],
            "two groups",
        ),
        (
            &["--metrics", "selction_rate"],
            "did you mean \"selection_rate\"?",
        ),
        (&["--threads", "0"], "threads"),
        (&["--threads", "1000000"], "threads"),
        (&["--threads", "two"], "no whole number"),
        (&["--confidence", "95"], "between 0.5 and 1, such as 0.95"),
        (&["--confidence", "nan"], "between 0.5 and 1, such as 0.95"),
        (&["--bootstrap", "1000000000"], "the limit of 100000"),
        (&["--memory", "0"], "no amount above 0"),
        (&["--memory", "2 gigabytes"], "such as 512MiB, 2GiB or 4GB"),
        (&["--as-of", "yesterday"], "write it as 2026-11-24"),
        (&["--threshold", "nan"], "threshold NaN"),
        (&["--threshold", "half"], "it is no number"),
        (&["--top-k", "0"], "at least 1"),
        (&["--top-k", "-3"], "no whole number"),
        (&["--top-fraction", "1.5"], "give a share such as 0.3"),
        (&["--top-fraction", "-0.1"], "give a share such as 0.3"),
        (
            &["--top-k", "3", "--top-fraction", "0.1"],
            "cannot be used with",
        ),
        (&["--separator", "ab"], "single character"),
        (&["--decimal", "x"], "must be . or ,"),
        (&["--lang", "fr"], "[possible values: en, de]"),
        (
            &["--format", "xml"],
            "[possible values: text, json, markdown, html, pdf]",
        ),
        (
            &["--sensitve", "gender"],
            "similar argument exists: '--sensitive'; see waage audit --help",
        ),
        (&["--weight", "gender"], "give a column of numbers"),
        (&["--stratum", "gender"], "given twice"),
        (&["--policy", "missing.toml"], "missing.toml"),
    ] {
        let said = scored(more);
        assert!(said.contains(expected), "{more:?}: {said}");
    }
    let only = |options: &[&str]| refused(&folder, &["leads.parquet"], options);
    assert!(only(&["--label", "converted"]).contains("--sensitive gender"));
    assert!(only(&["--sensitive", "gender"]).contains("--label, --decision, --score"));
    assert!(only(&["--label", "converted", "--sensitive", "score"]).contains("give bins such as"));
    for bins in ["score:a", "score:5:3", "score/0"] {
        let said = only(&["--label", "converted", "--sensitive", bins]);
        assert!(said.contains("COLUMN:EDGE:EDGE or COLUMN/BINS"), "{said}");
    }
    let said = only(&[
        "--label",
        "converted",
        "--sensitive",
        "gender",
        "--top-k",
        "3",
    ]);
    assert!(said.contains("--score"), "{said}");
    let (code, said) = failure(["audits"]);
    assert!(
        code == 2 && said.contains("unrecognized subcommand 'audits'"),
        "{said}"
    );
    let (code, said) = failure(["audit", "--label", "converted"]);
    assert!(code == 2 && said.contains("<DATA>"), "{said}");
}

#[test]
fn broken_policies_are_placed() {
    let folder = folder();
    let policy = folder.path().join("audit.toml");
    for (text, expected) in [
        ("x = 1\n", "audit.toml:1:1: unknown key \"x\""),
        ("inconclusive = \n", "audit.toml:1:"),
        (
            "inconclusive = \"warn\"\n",
            "the key \"schema\" is missing here",
        ),
        (
            "schema = \"waage/policy/1\"\ninconclusive = \"maybe\"\n",
            "audit.toml:2:",
        ),
        (
            "schema = \"waage/policy/1\"\n[data]\nlabel = \"convertd\"\n\
             [[check]]\nid = \"FAIR-01\"\nmetric = \"base_rate\"\ncomparison = \"ratio\"\n\
             attribute = \"gender\"\nop = \">=\"\nmargin = 0.8\n",
            "did you mean \"converted\"?",
        ),
    ] {
        fs::write(&policy, text).unwrap();
        let path = policy.display().to_string();
        let said = refused(
            &folder,
            &["leads.parquet"],
            &["--sensitive", "gender", "--policy", &path],
        );
        assert!(said.contains(expected), "{said}");
    }
    fs::write(&policy, b"\xff\xfe").unwrap();
    let said = refused(
        &folder,
        &["leads.parquet"],
        &[
            "--label",
            "converted",
            "--sensitive",
            "gender",
            "--policy",
            &policy.display().to_string(),
        ],
    );
    assert!(said.contains("audit.toml"), "{said}");
}

#[test]
fn labels_must_be_two_valued_and_present() {
    let folder = tempfile::tempdir().unwrap();
    let gender = || texts(["f", "m", "f", "m"].map(Some));
    let write = |label| {
        let data = table(vec![("gender", gender()), ("converted", label)]);
        write_parquet(&folder.path().join("x.parquet"), &data, 10);
        refused(
            &folder,
            &["x.parquet"],
            &["--label", "converted", "--sensitive", "gender"],
        )
    };
    let said = write(texts(["won", "lost", "open", "won"].map(Some)));
    assert!(
        said.contains("\"lost\", \"open\", \"won\"; say which of them means 1"),
        "{said}"
    );
    let said = write(integers([Some(0), Some(1), Some(2), None]));
    assert!(
        said.contains("values other than 0 and 1: \"0\", \"1\", \"2\""),
        "{said}"
    );
    let said = write(integers([None; 4]));
    assert!(
        said.contains("label \"converted\" has no value in 4 rows"),
        "{said}"
    );
    let said = write(texts([None; 4]));
    assert!(
        said.contains("label \"converted\" has no value in 4 rows"),
        "{said}"
    );
}

#[test]
fn scores_and_weights_must_be_numbers_that_can_be_summed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |score: [f64; 3], weight: [Option<f64>; 3]| {
        let data = table(vec![
            ("gender", texts(["f", "m", "f"].map(Some))),
            ("converted", integers([0, 1, 1].map(Some))),
            ("score", floats(score.map(Some))),
            ("weight", floats(weight)),
        ]);
        write_parquet(&folder.path().join("x.parquet"), &data, 2);
        refused(
            &folder,
            &["x.parquet"],
            &[
                "--label",
                "converted",
                "--score",
                "score",
                "--weight",
                "weight",
                "--sensitive",
                "gender",
            ],
        )
    };
    let ones = [Some(1.0); 3];
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.1e60, -1e300] {
        let said = write([0.5, 0.5, bad], ones);
        let expected = "waage: score outside the reals: \"score\" is NaN, infinite or beyond ±1e60 \
                        in 1 row, first in x.parquet row 3; make such scores null, or leave the \
                        rows out with --where";
        assert_eq!(said, expected, "{bad}");
    }
    for bad in [
        Some(f64::NAN),
        Some(-1.0),
        Some(f64::INFINITY),
        Some(1.1e60),
        None,
    ] {
        let said = write([0.5; 3], [Some(1.0), bad, Some(1.0)]);
        assert!(said.contains("weight \"weight\" is missing, negative, infinite or above 1e60 in 1 row, first in x.parquet row 2"), "{bad:?}: {said}");
    }
}

#[test]
fn more_replicates_than_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let rows = 4000;
    let data = table(vec![
        ("one", integers((0..rows).map(|i| Some(i % 50)))),
        ("other", integers((0..rows).map(|i| Some(i % 41)))),
        ("converted", integers((0..rows).map(|i| Some(i % 2)))),
        ("contacted", integers((0..rows).map(|i| Some(i % 3 % 2)))),
    ]);
    write_parquet(&folder.path().join("x.parquet"), &data, 1000);
    let roles = ["--label", "converted", "--decision", "contacted"];
    let asked = ["--sensitive", "one,other", "--bootstrap", "100000"];
    let said = refused(&folder, &["x.parquet"], &[roles, asked].concat());
    assert!(said.contains("100000 bootstrap replicates of"), "{said}");
    assert!(said.contains("ask for at most"), "{said}");
}

#[test]
fn a_million_groups_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let rows = 1_000_000;
    let data = table(vec![
        ("id", integers((0..rows).map(Some))),
        ("name", texts(std::iter::repeat_n(Some("x"), rows as usize))),
        ("converted", integers((0..rows).map(|i| Some(i % 2)))),
    ]);
    write_parquet(&folder.path().join("x.parquet"), &data, 200_000);
    let said = refused(
        &folder,
        &["x.parquet"],
        &["--label", "converted", "--sensitive", "id"],
    );
    assert!(
        said.contains("\"id\" has more than 10,000 distinct values"),
        "{said}"
    );
    assert!(said.contains("bin it if it holds numbers"), "{said}");
}

#[test]
fn files_that_are_no_data_are_named() {
    let folder = folder();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("empty.parquet", b"");
    write(
        "zip.parquet",
        b"PK\x03\x04\x14\0\0\0\x08\0rest of an archive",
    );
    write(
        "noise.parquet",
        &(0..4_000_u32)
            .map(|i| (i * i % 251) as u8)
            .collect::<Vec<_>>(),
    );
    write(
        "noise.bin",
        &(0..4_000_u32)
            .map(|i| (i * i % 251) as u8)
            .collect::<Vec<_>>(),
    );
    write("ragged.csv", b"gender,contacted,converted\nf,1,0\nm,1\n");
    write("header.csv", b"gender,contacted,converted\n");
    write("quote.csv", b"gender,contacted,converted\n\"f,1,0\nm,1,0\n");
    for (name, expected) in [
        ("empty.parquet", "empty.parquet is empty"),
        ("zip.parquet", "zip.parquet is a zip archive"),
        ("noise.parquet", "noise.parquet "),
        ("noise.bin", "noise.bin "),
        (
            "ragged.csv",
            "ragged.csv line 3 has 2 fields, its header has 3",
        ),
        ("header.csv", "no rows to audit"),
        ("quote.csv", "quote.csv"),
        ("missing.parquet", "missing.parquet does not exist"),
        ("*.orc", "*.orc holds no data files"),
    ] {
        let said = refused_data(&folder, &[name]);
        assert!(said.contains(expected), "{name}: {said}");
    }
    let said = refused_data(
        &folder,
        &["leads.parquet", "leads.parquet", "missing.parquet"],
    );
    assert!(said.contains("missing.parquet does not exist"), "{said}");
    write_parquet(
        &folder.path().join("other.parquet"),
        &leads(10, 3, &["gender", "converted"]),
        9,
    );
    let said = refused_data(&folder, &["leads.parquet", "other.parquet"]);
    assert!(
        said.contains("\"contacted\" of leads.parquet is missing in other.parquet"),
        "{said}"
    );
    let said = refused_data(&folder, &["."].map(|_| "leads.parquet/x"));
    assert!(said.contains("leads.parquet/x"), "{said}");
}

#[test]
fn files_cut_anywhere_are_an_error_or_whole() {
    let folder = tempfile::tempdir().unwrap();
    let data = leads(1_000, 3, &COLUMNS);
    let at = |name: &str| folder.path().join(name);
    write_parquet(&at("whole.parquet"), &data, 300);
    write_ipc(&at("whole.arrow"), &data);
    write_csv(&at("whole.csv"), &data);
    let stream = ipc_stream(&data);
    fs::write(at("whole.arrows"), &stream).unwrap();
    for name in ["parquet", "arrow", "csv", "arrows"] {
        let whole = fs::read(at(&format!("whole.{name}"))).unwrap();
        fs::remove_file(at(&format!("whole.{name}"))).unwrap();
        let cut_name = format!("cut.{name}");
        // Inside the first field, of the header, of the rows, of the footer.
        for offset in [
            1,
            5,
            20,
            whole.len() / 4,
            whole.len() / 2,
            whole.len() - 30,
            whole.len() - 9,
        ] {
            // A text may end anywhere; cut it inside a row.
            let offset = match name {
                "csv" => (offset.min(whole.len() / 2)..)
                    .find(|at| whole[*at] == b',')
                    .unwrap(),
                _ => offset,
            };
            fs::write(at(&cut_name), &whole[..offset]).unwrap();
            eprintln!("{name} cut at {offset} of {}", whole.len());
            let said = refused_data(&folder, &[&cut_name]);
            assert!(said.contains("cut."), "{said}");
            assert!(said.len() < 500, "{said}");
        }
        fs::remove_file(at(&cut_name)).unwrap();
    }
    for offset in [0, 1, 100, stream.len() / 2, stream.len() - 60] {
        let mut arguments = vec!["audit", "-"];
        arguments.extend(ROLES);
        let output = waage_reading(&arguments, &stream[..offset]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{offset}: {said}");
        assert!(
            said.contains("standard input") && said.lines().count() == 1,
            "{offset}: {said}"
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn synthetic_data_that_cannot_be_made_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("x.parquet").display().to_string();
    for (more, expected) in [
        (&["--rows", "0"][..], "ask for 1 to"),
        (&["--rows", "-1"], "no whole number"),
        (&["--rows", "99999999999999"], "ask for 1 to"),
        (&["--bias", "some"], "use none or planted"),
        (
            &["--columns", "gender,shoe_size"],
            "\"shoe_size\" does not exist; columns: lead_id",
        ),
        (&["--proxy", "nan"], "a number from 0 to 1"),
        (&["--gender-penalty", "-1"], "a number from 0 to 5"),
    ] {
        let mut arguments = vec!["datasets", "generate", "lead-scoring", "--out", &out];
        arguments.extend(more);
        let (code, said) = failure(arguments);
        assert!(code == 2 && said.contains(expected), "{said}");
        assert!(tree(folder.path()).is_empty());
    }
}
