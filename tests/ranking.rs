//! Rankings and the tables of Local Law 144, from a file to the document and the reports.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::{audit, waage};

fn csv(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn run(path: &std::path::Path, options: &str) -> Value {
    audit(arguments(path, options))
}

fn arguments(path: &std::path::Path, options: &str) -> Vec<String> {
    let mut out = vec![path.to_string_lossy().into_owned()];
    out.extend(options.split(' ').map(str::to_owned));
    out
}

/// R1 of the specification: U U P U U P P U P P, the best first.
fn r1(folder: &TempDir) -> PathBuf {
    let mut text = "group,score\n".to_owned();
    for (at, group) in "UUPUUPPUPP".chars().enumerate() {
        writeln!(text, "{group},{}", 10 - at).unwrap();
    }
    csv(folder, "r1.csv", &text)
}

/// Leads whose groups lean differently with a score that some share.
fn leads(rows: u64) -> String {
    let mut text = "group,region,score,label\n".to_owned();
    for i in 0..rows {
        let h = i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let group = ["a", "b", "b", "c"][(h % 4) as usize];
        let lean = if group == "c" { 150 } else { 0 };
        let score = (h / 7 % 1000).saturating_sub(lean);
        let region = if h / 3 % 2 == 0 { "n" } else { "s" };
        writeln!(
            text,
            "{group},{region},0.{score:03},{}",
            u8::from(h % 5 < 2)
        )
        .unwrap();
    }
    text
}

fn value(estimate: &Value) -> f64 {
    estimate["value"].as_f64().unwrap_or(f64::NAN)
}

fn close(estimate: &Value, want: f64) {
    let got = value(estimate);
    assert!((got - want).abs() <= 1e-9, "{got} is not {want}");
}

#[test]
fn the_worked_example_has_its_numbers() {
    let folder = TempDir::new().unwrap();
    let options =
        "--score score --sensitive group --ranking=4,5 --bootstrap 50 --reference group=U";
    let result = run(&r1(&folder), options);
    let ranking = &result["ranking"][0];
    assert_eq!(
        (&ranking["n"], &ranking["length"]),
        (&10.into(), &10.into())
    );
    close(&ranking["ndkl"], 0.291_644_520);
    close(&ranking["infeasible_index"], 5.0);
    let [p, u] = [0, 1].map(|g| &ranking["groups"][g]);
    assert_eq!((&p["group"], &u["group"]), (&"P".into(), &"U".into()));
    close(&p["mean_exposure"], 0.355_927_068);
    close(&u["mean_exposure"], 0.552_784_799);
    close(&p["exposure_share"], 0.391_683_086);
    close(&p["demographic_parity_of_exposure"], 0.643_879_986);
    assert!(u.get("demographic_parity_of_exposure").is_none());
    close(&p["at"][0]["top_k_selection_rate"], 0.2);
    close(&u["at"][0]["top_k_selection_rate"], 0.6);
    close(&p["at"][1]["skew_at"], -0.916_290_732);
    close(&ranking["at"][1]["min_skew"], -0.916_290_732);
    close(&ranking["at"][1]["max_skew"], 0.470_003_629);
    assert_eq!(p["fa_ir"]["passes"], true);
}

#[test]
fn labels_tell_whether_attention_follows_merit() {
    let folder = TempDir::new().unwrap();
    let rows = "group,score,label\na,4,1\na,3,0\nb,2,1\nb,1,0\n";
    let path = csv(&folder, "rows.csv", rows);
    let options = "--score score --label label --sensitive group --ranking=2 --reference group=a";
    let ranking = &run(&path, options)["ranking"][0];
    let ideal = 1.0 + 1.0 / 3.0_f64.log2();
    close(&ranking["ndcg"], 1.5 / ideal);
    let [a, b] = [0, 1].map(|g| &ranking["groups"][g]);
    close(&a["dcg"], 1.0);
    close(&a["exposure_per_relevance"], ideal);
    assert!(a.get("exposure_per_relevance_ratio").is_none());
    let other = 0.5 + 1.0 / 5.0_f64.log2();
    close(&b["exposure_per_relevance_ratio"], other / ideal);
    let interval = [
        &b["exposure_per_relevance"]["low"],
        &b["exposure_per_relevance"]["high"],
    ];
    assert!(interval.iter().all(|end| end.is_number() || end.is_null()));
    let mut text = arguments(&path, options);
    text.extend(["--quiet".to_owned(), "--lang".to_owned(), "de".to_owned()]);
    text.insert(0, "audit".to_owned());
    let shown = String::from_utf8(waage(&text).stdout).unwrap();
    assert!(
        shown.contains("nDCG") && shown.contains("je Relevanz"),
        "{shown}"
    );

    // A row without a label leaves the merit of its group open.
    let path = csv(&folder, "some.csv", &rows.replace("3,0", "3,"));
    let ranking = &run(&path, options)["ranking"][0];
    assert_eq!(ranking["ndcg"]["reason"], "not_identified");
    let unlabelled = run(&path, "--score score --sensitive group --ranking=2");
    assert!(unlabelled["ranking"][0].get("ndcg").is_none());
}

#[test]
fn the_first_places_of_a_list_are_those_that_the_cut_selects() {
    let folder = TempDir::new().unwrap();
    let path = csv(&folder, "leads.csv", &leads(1500));
    let options = "--score score --top-k 200 --sensitive group,region --ranking --bootstrap 200";
    let result = run(&path, options);
    let ranking = &result["ranking"][0];
    assert_eq!(ranking["length"], 200);
    let cutoffs: Vec<&Value> = ranking["at"]
        .as_array()
        .unwrap()
        .iter()
        .map(|at| &at["k"])
        .collect();
    assert_eq!(cutoffs, [10, 100, 200]);
    for group in ranking["groups"].as_array().unwrap() {
        let of_group = result["groups"].as_array().unwrap().iter().find(|found| {
            found["attributes"]["group"] == group["group"]
                && found["attributes"].as_object().unwrap().len() == 1
        });
        let selected = &of_group.unwrap()["metrics"]["selection_rate"];
        close(&group["at"][2]["top_k_selection_rate"], value(selected));
        let share = &group["exposure_share"];
        let limits = [
            share["low"].as_f64().unwrap(),
            share["high"].as_f64().unwrap(),
        ];
        assert!(
            limits[0] < value(share) && value(share) < limits[1],
            "{share}"
        );
        assert_eq!(share["method"], "bootstrap_percentile");
        assert_eq!(group["rnd"]["method"], "bootstrap_basic");
    }
    let c = &ranking["groups"][2];
    assert_eq!(
        (&c["group"], &c["fa_ir"]["passes"]),
        (&"c".into(), &false.into())
    );
    assert!(c["at"][2]["skew_at"]["high"].as_f64().unwrap() < 0.0);
    let views: Vec<&Value> = result["ranking"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| &v["attribute"])
        .collect();
    assert_eq!(views, ["group", "region", "group*region"]);
    // Nothing is ranked unasked.
    let plain = run(
        &path,
        "--score score --top-k 200 --sensitive group --bootstrap 0",
    );
    assert!(plain.get("ranking").is_none() && plain.get("impact_ratios").is_none());
}

#[test]
fn files_and_threads_leave_every_byte() {
    let folder = TempDir::new().unwrap();
    let text = leads(900);
    let whole = csv(&folder, "whole.csv", &text);
    let (head, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.reverse();
    let parts = folder.path().join("parts");
    std::fs::create_dir(&parts).unwrap();
    for (i, part) in rows.chunks(211).enumerate() {
        std::fs::write(
            parts.join(format!("{i}.csv")),
            format!("{head}\n{}\n", part.join("\n")),
        )
        .unwrap();
    }
    let options = "--score score --top-fraction 0.2 --sensitive group,region --ranking --ll144 --bootstrap 60 --format json --quiet --threads";
    let bytes = |path: &std::path::Path, threads: &str| {
        let mut arguments = vec!["audit".to_owned()];
        arguments.extend(self::arguments(path, options));
        arguments.push(threads.to_owned());
        waage(&arguments).stdout
    };
    let one = bytes(&whole, "1");
    assert!(one.len() > 1000);
    assert_eq!(one, bytes(&whole, "3"));
    assert_eq!(one, bytes(&parts, "2"));
}

#[test]
fn binned_scores_have_values_without_intervals() {
    let folder = TempDir::new().unwrap();
    let path = csv(&folder, "leads.csv", &leads(900));
    let options = "--score score --sensitive group --ranking=50 --bootstrap 60 --memory 1";
    let ranking = &run(&path, options)["ranking"][0];
    let share = &ranking["groups"][0]["exposure_share"];
    assert_eq!(
        (&share["reason"], &share["low"]),
        (&"scores_binned".into(), &Value::Null)
    );
    assert!(value(share) > 0.0);
}

/// The example of 6 RCNY 5-301(c), as decisions.
fn law(folder: &TempDir) -> PathBuf {
    let mut text = "sex,race,selected,score\n".to_owned();
    let mut add = |sex: &str, race: &str, selected: usize, n: usize| {
        for i in 0..n {
            let hit = u8::from(i < selected);
            writeln!(
                text,
                "{sex},{race},{hit},{}",
                f64::from(hit) + i as f64 / 1000.0
            )
            .unwrap();
        }
    };
    add("Male", "White", 30, 52);
    add("Male", "Black", 20, 40);
    add("Female", "White", 20, 40);
    add("Female", "Black", 14, 36);
    add("", "White", 3, 5);
    add("Male", "Other", 1, 2);
    csv(folder, "law.csv", &text)
}

#[test]
fn the_law_s_tables_have_its_rates_ratios_and_unknowns() {
    let folder = TempDir::new().unwrap();
    let path = law(&folder);
    let options = "--decision selected --score score --sensitive sex,race --ll144 --min-share 0.02 --bootstrap 300 --where race!='Other'";
    let tables = run(&path, options)["impact_ratios"].clone();
    let names: Vec<(&str, &str)> = tables
        .as_array()
        .unwrap()
        .iter()
        .map(|t| {
            (
                t["measure"].as_str().unwrap(),
                t["attribute"].as_str().unwrap(),
            )
        })
        .collect();
    let views = ["sex", "race", "sex*race"];
    let expected: Vec<(&str, &str)> = ["selection_rate", "scoring_rate"]
        .into_iter()
        .flat_map(|measure| views.map(|view| (measure, view)))
        .collect();
    assert_eq!(names, expected);
    let sex = &tables[0];
    assert_eq!(
        (&sex["n"], &sex["unknown"], &sex["highest"]),
        (&173.into(), &5.into(), &"Male".into())
    );
    let [female, male] = [0, 1].map(|g| &sex["groups"][g]);
    assert_eq!(
        (&female["n"], &female["hits"], &male["n"]),
        (&76.into(), &34.0.into(), &92.into())
    );
    close(&female["impact_ratio"], 0.823_157_895_736_842_1);
    assert_eq!(female["impact_ratio"]["method"], "max_t_best");
    assert_eq!(tables[2]["groups"].as_array().unwrap().len(), 4);
    assert_eq!(tables[2]["unknown"], 5);
    // Where not to be selected is favourable, its share is compared, and no score.
    let punitive = run(&path, &format!("{options} --favourable 0"));
    let measures: Vec<&Value> = punitive["impact_ratios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["measure"])
        .collect();
    assert_eq!(measures, ["rejection_share"; 3]);
    assert_eq!(punitive["impact_ratios"][0]["highest"], "Female");
    let all = run(&path, &options.replace(" --where race!='Other'", ""));
    let other = &all["impact_ratios"][1]["groups"][1];
    assert_eq!(
        (&other["group"], &other["left_out"]),
        (&"Other".into(), &true.into())
    );
    close(&other["rate"], 0.5);
    assert_eq!(other["impact_ratio"]["reason"], "suppressed_small_group");
}

#[test]
fn the_law_s_tables_tell_the_share_that_the_policy_sets() {
    let folder = TempDir::new().unwrap();
    let path = law(&folder);
    let policy = folder.path().join("audit.toml");
    let check = "[[check]]\nid = \"FAIR-01\"\nattribute = \"race\"\nmetric = \"impact_ratio\"\n\
                 comparison = \"ratio\"\nop = \">=\"\nmargin = 0.8\n";
    let head = "schema = \"waage/policy/1\"\n[data]\nmin_share = 0.02\n";
    std::fs::write(&policy, format!("{head}{check}")).unwrap();
    let options = "--decision selected --sensitive race --ll144 --bootstrap 50";
    let mut arguments = arguments(&path, options);
    arguments.extend(["--policy".to_owned(), policy.to_string_lossy().into_owned()]);
    let table = &audit(&arguments)["impact_ratios"][0];
    assert_eq!(table["min_share"], 0.02);
    assert_eq!(table["groups"][1]["left_out"], true);
}

#[test]
fn reports_show_both_in_both_languages_and_hide_small_groups() {
    let folder = TempDir::new().unwrap();
    let path = law(&folder);
    let options = "--decision selected --score score --sensitive sex,race --ll144 --ranking=10 --bootstrap 50";
    let shown = |extra: &str| {
        let mut arguments = vec!["audit".to_owned()];
        arguments.extend(self::arguments(&path, &format!("{options} {extra}")));
        String::from_utf8(waage(&arguments).stdout).unwrap()
    };
    for format in ["text", "markdown", "html"] {
        let en = shown(&format!("--format {format}"));
        for text in [
            "Ranking by sex",
            "Impact ratio",
            "vidence for a bias audit",
            "FA",
        ] {
            assert!(en.contains(text), "{format}: {text}");
        }
        assert!(!en.contains("compliant"));
        let de = shown(&format!("--format {format} --lang de"));
        for text in [
            "Rangfolge nach sex",
            "Wirkungsverh",
            "elege für eine Prüfung",
        ] {
            assert!(de.contains(text), "{format}: {text}");
        }
    }
    let json = shown("--format json --suppress-below 5");
    let hidden: Value = serde_json::from_str(&json).unwrap();
    let race = &hidden["ranking"][1];
    let other = race["groups"]
        .as_array()
        .unwrap()
        .iter()
        .find(|g| g["group"] == "Other")
        .unwrap();
    assert_eq!((&other["n"], &other["fa_ir"]), (&0.into(), &Value::Null));
    assert_eq!(other["exposure_share"]["reason"], "suppressed_small_group");
    assert_eq!(race["ndkl"]["value"], Value::Null);
    let of_race = &hidden["impact_ratios"][1]["groups"];
    let other = of_race
        .as_array()
        .unwrap()
        .iter()
        .find(|g| g["group"] == "Other")
        .unwrap();
    assert_eq!((&other["n"], &other["hits"]), (&0.into(), &Value::Null));
}

#[test]
fn what_cannot_be_ranked_is_refused_in_a_sentence() {
    let folder = TempDir::new().unwrap();
    let path = csv(&folder, "leads.csv", &leads(60));
    for (options, expected) in [
        (
            "--label label --sensitive group --ranking",
            "name it with --score",
        ),
        (
            "--score score --weight score --sensitive group --ranking",
            "leave out --weight",
        ),
        (
            "--score score --sensitive group --ranking=10,5",
            "must ascend",
        ),
        ("--score score --sensitive group --ranking=0", "must ascend"),
        (
            "--score score --sensitive group --ranking=61",
            "the list has 60",
        ),
        (
            "--score score --sensitive group --top-k 20 --ranking=30",
            "or select more",
        ),
        (
            "--score score --sensitive group --ranking=x",
            "invalid value",
        ),
        (
            "--label label --sensitive group --ll144",
            "name --decision, or --score",
        ),
    ] {
        let mut arguments = vec!["audit".to_owned()];
        arguments.extend(self::arguments(&path, options));
        let output = waage(&arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options}: {said}");
        assert!(said.contains(expected), "{options}: {said}");
    }
}

#[test]
fn ranks_and_impact_ratios_of_clustered_rows_rest_on_clusters() {
    let folder = TempDir::new().unwrap();
    let path = csv(&folder, "leads.csv", &leads(300));
    let options =
        "--score score --sensitive group --cluster region --ranking=50 --ll144 --bootstrap 60";
    let result = run(&path, options);
    let group = &result["ranking"][0]["groups"][0];
    assert!(value(&group["exposure_share"]) > 0.0);
    assert_eq!(group["exposure_share"]["clusters"], 2);
    assert_eq!(group["fa_ir"], Value::Null);
    // Where the clusters' scores do not fit, nothing tells how ranks vary.
    let forgotten = run(&path, &format!("{options} --memory 1"));
    let group = &forgotten["ranking"][0]["groups"][0];
    assert_eq!(group["exposure_share"]["reason"], "rows_clustered");
    let category = &result["impact_ratios"][0]["groups"][0];
    for estimate in [&category["rate"], &category["impact_ratio"]] {
        assert!(estimate["clusters"].as_u64() > Some(1), "{estimate}");
        assert!(
            estimate["low"].as_f64() <= estimate["value"].as_f64(),
            "{estimate}"
        );
    }
}

/// Every row four times over: as rows they look like four times as many, as people they are as many
/// as before.
#[test]
fn people_in_several_rows_do_not_make_ranks_surer() {
    let folder = TempDir::new().unwrap();
    let once = leads(400);
    let (head, rows) = once.split_once('\n').unwrap();
    let mut four = format!("{head},person\n");
    for (person, row) in rows.lines().enumerate() {
        for _ in 0..4 {
            writeln!(four, "{row},{person}").unwrap();
        }
    }
    let once = csv(&folder, "once.csv", &once);
    let four = csv(&folder, "four.csv", &four);
    let width = |path: &std::path::Path, options: &str, name: &str| {
        let result = run(path, options);
        let of = &result["ranking"][0]["groups"][2];
        let of = match name {
            "skew_at" => &of["at"][0][name],
            name => &of[name],
        };
        of["high"].as_f64().unwrap() - of["low"].as_f64().unwrap()
    };
    let options = |k: u32| {
        format!("--score score --label label --sensitive group --ranking={k} --bootstrap 600")
    };
    for name in [
        "exposure_share",
        "demographic_parity_of_exposure",
        "exposure_per_relevance",
        "skew_at",
    ] {
        let honest = width(&once, &options(100), name);
        let clustered = width(&four, &format!("{} --cluster person", options(400)), name);
        let naive = width(&four, &options(400), name);
        // Places of four equal rows discount a little otherwise. A share of all attention moves with the
        // size of its group, which people decide and drawn rows leave alone.
        let most = if name == "exposure_share" { 10.0 } else { 1.5 };
        assert!(
            clustered > 0.7 * honest && clustered < most * honest,
            "{name}: {clustered} {honest}"
        );
        assert!(naive < 0.65 * clustered, "{name}: {naive} {clustered}");
    }
}
