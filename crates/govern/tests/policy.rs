//! Reading a policy: what is understood, and what each mistake is answered with.

mod support;

use support::{CATALOGUE, IMPACT_RATIO};
use waage_core::quantity::Comparison;
use waage_govern::Policy;
use waage_govern::policy::{Correction, Decide, OnInconclusive, Op, Reference, Target, Unknown};
use waage_result::finding::{Margin, Severity};
use waage_result::spec::{Bins, Cut};

const TEMPLATE: &str = include_str!("template.toml");

const LEAST: &str = "schema = \"waage/policy/1\"\n[[check]]\nid = \"FAIR-01\"\nmetric = \"selection_rate\"\n\
    comparison = \"difference\"\nattribute = \"gender\"\nop = \"<=\"\nmargin = 0.05\n";

fn parse(text: &str) -> Policy {
    Policy::parse(text, "audit.toml").unwrap_or_else(|error| panic!("{error}"))
}

/// The error of a policy that is the least one with `from` replaced by `to`.
fn error(from: &str, to: &str) -> String {
    assert!(LEAST.contains(from), "{from}");
    let text = LEAST.replacen(from, to, 1);
    match Policy::parse(&text, "audit.toml") {
        Err(error) => error.to_string(),
        Ok(policy) => policy
            .check_against(&CATALOGUE, &["gender".to_owned(), "region".to_owned()])
            .expect_err("an error")
            .to_string(),
    }
}

/// The same with lines after the check.
fn error_after(rest: &str) -> String {
    error("margin = 0.05\n", &format!("margin = 0.05\n{rest}"))
}

#[test]
fn the_template_is_understood_whole() {
    let policy = parse(TEMPLATE);
    assert_eq!(policy.inconclusive, OnInconclusive::Warn);
    assert_eq!(policy.data.label.as_deref(), Some("converted"));
    assert_eq!(
        (
            policy.data.weight.as_deref(),
            policy.data.group_min_n,
            policy.data.group_min_events
        ),
        (None, 50, 10)
    );
    assert_eq!(policy.reference("gender"), Reference::Best);
    assert_eq!(policy.reference("age"), Reference::Overall);
    assert_eq!(policy.reference("region"), Reference::Largest);
    let age = policy.attribute("age").unwrap();
    assert_eq!(age.spec.column, "birth_year");
    assert_eq!(
        age.spec.bins,
        Some(Bins::Edges(vec![0.0, 30.0, 45.0, 60.0, 200.0]))
    );
    assert_eq!(age.unknown, Unknown::Report);
    assert_eq!(policy.views(), [["gender", "age"]]);
    assert_eq!(policy.checks.len(), 2);
    let first = &policy.checks[0];
    assert_eq!(
        (first.op, first.margin, first.decide),
        (Op::AtMost, Margin::One(0.05), Decide::ThreeWay)
    );
    assert_eq!(first.interval.map(|m| m.name()), Some("newcombe"));
    assert_eq!(policy.families["fairness-main"], Correction::Bonferroni);
    assert_eq!(policy.waivers[0].group.as_deref(), Some("x"));
    assert_eq!(policy.waivers[0].expires.to_string(), "2027-01-31");
    assert_eq!((policy.privacy.k, policy.privacy.k_external), (5, 10));
    assert_eq!(
        policy.kept.system.as_ref().unwrap().name.de,
        "Lead-Scoring DACH"
    );
    assert_eq!(policy.kept.gates.len(), 2);
    policy.check_against(&CATALOGUE, &[]).unwrap();
}

#[test]
fn what_is_left_out_has_its_default() {
    let policy = parse(LEAST);
    let check = &policy.checks[0];
    assert_eq!(
        (check.confidence, check.decide, check.severity),
        (0.95, Decide::ThreeWay, Severity::Major)
    );
    assert_eq!(
        (check.family.clone(), check.comparison),
        (None, Comparison::Difference)
    );
    assert_eq!(check.attribute, Target::Named("gender".to_owned()));
    assert_eq!((policy.data.group_min_n, policy.privacy.k), (30, 5));
    let cut = |line: &str| {
        parse(&format!("{LEAST}[data]\nscore = \"s\"\n{line}\n"))
            .data
            .cut
    };
    assert_eq!(
        cut("top_fraction = 0.3"),
        Some(Cut::TopFraction("0.3".to_owned()))
    );
    assert_eq!(
        cut("top_fraction = \"0.10\""),
        Some(Cut::TopFraction("0.10".to_owned()))
    );
    assert_eq!(cut("top_k = 400"), Some(Cut::TopK(400)));
    assert_eq!(cut("threshold = 1"), Some(Cut::Threshold(1.0)));
}

#[test]
fn the_digest_depends_on_the_meaning_alone() {
    let least = parse(LEAST).digest();
    assert!(least.starts_with("sha256:") && least.len() == 71, "{least}");
    let same = [
        format!(
            "# a comment\n{LEAST}confidence = 0.950\nfamily = \"none\"\nseverity = \"major\"\n[data]\ngroup_min_n = 30\nweight = \"\"\n"
        ),
        LEAST.replace(
            "id = \"FAIR-01\"\nmetric = \"selection_rate\"",
            "metric = \"selection_rate\"\nid = 'FAIR-01'",
        ),
    ];
    for text in same {
        assert_eq!(
            Policy::parse(&text, "elsewhere.toml").unwrap().digest(),
            least
        );
    }
    let others = [
        LEAST.replace("0.05", "0.06"),
        format!("{LEAST}[privacy]\nk = 6\n"),
    ];
    for text in others {
        assert_ne!(parse(&text).digest(), least);
    }
    assert_ne!(Policy::built_in().digest(), least);
}

#[test]
fn intersections_expand_to_their_depth() {
    let views = parse(&format!(
        "{LEAST}[[intersection]]\nattributes = [\"a\", \"b\", \"c\"]\nmax_depth = 2\n"
    ))
    .views();
    assert_eq!(views, [["a", "b"], ["a", "c"], ["b", "c"]]);
}

#[test]
fn mistakes_in_names_are_answered_with_the_nearest() {
    assert_eq!(
        error("margin = 0.05", "magrin = 0.05"),
        "audit.toml:8:1: unknown key \"magrin\"; did you mean \"margin\"? known: id, metric, comparison, scheme, top_k, attribute, op, margin, confidence, interval, decide, equivalence, family, severity, why, risk, gates"
    );
    assert_eq!(
        error("selection_rate", "selection_rat"),
        "audit.toml:4:10: unknown metric \"selection_rat\"; did you mean \"selection_rate\"? known: selection_rate, true_positive_rate, false_positive_rate, mean_score"
    );
    assert_eq!(
        error("selection_rate", "tpr"),
        "audit.toml:4:10: unknown metric \"tpr\"; here it is called \"true_positive_rate\""
    );
    assert_eq!(
        error("\"gender\"", "\"gendr\""),
        "audit.toml:6:13: unknown attribute \"gendr\"; did you mean \"gender\"? known: gender, region; list it as [[attribute]] or name its column as sensitive"
    );
    assert_eq!(
        error("\"difference\"", "\"diference\""),
        "audit.toml:5:14: unknown word \"diference\"; did you mean \"difference\"? known: difference, ratio, none"
    );
    assert_eq!(
        error_after("family = \"main\"\n[family.mian]\nmethod = \"holm\"\n"),
        "audit.toml:9:10: unknown family \"main\"; did you mean \"mian\"? known: mian"
    );
    assert_eq!(
        error_after("interval = \"koopman\"\n"),
        "audit.toml:9:12: unknown interval for this comparison \"koopman\"; known: newcombe, agresti_caffo, miettinen_nurminen, mover_wilson, normal, bootstrap_percentile, bootstrap_bca, max_t"
    );
    assert_eq!(
        error_after("[sytem]\nid = \"x\"\n"),
        "audit.toml:9:2: unknown key \"sytem\"; did you mean \"system\"? known: schema, extends, inconclusive, data, attribute, intersection, check, family, waiver, system, people, risk_appetite, gate, documents, business, review, privacy"
    );
    assert_eq!(
        error_after("[[intersection]]\nattributes = [\"gender\", \"age\"]\n"),
        "audit.toml:10:14: unknown attribute \"age\"; known: gender, region; list it as [[attribute]] or name its column as sensitive"
    );
}

#[test]
fn keys_are_refused_in_every_section() {
    for section in [
        "data",
        "system",
        "people",
        "risk_appetite",
        "gate.x",
        "business",
        "review",
        "privacy",
        "family.x",
    ] {
        let message = error_after(&format!("[{section}]\nnonsense_key = 1\n"));
        assert!(
            message.contains("audit.toml:10:1: unknown key \"nonsense_key\""),
            "{section}: {message}"
        );
    }
    for section in ["attribute", "intersection", "waiver"] {
        let message = error_after(&format!("[[{section}]]\nnonsense_key = 1\n"));
        assert!(
            message.contains("audit.toml:10:1: unknown key \"nonsense_key\""),
            "{section}: {message}"
        );
    }
}

#[test]
fn values_that_make_no_sense_are_named_with_their_mend() {
    for (from, to, expected) in [
        (
            "\"FAIR-01\"",
            "\"fair-1\"",
            "audit.toml:3:6: \"fair-1\" is not an id of a check; use 2 to 8 capital letters, a hyphen and 2 to 4 digits, such as FAIR-01",
        ),
        (
            "0.05",
            "1.5",
            "audit.toml:8:10: the margin 1.5 lies outside what a difference of selection_rate can be; use a number above 0 and at most 1",
        ),
        (
            "0.05",
            "0",
            "audit.toml:8:10: the margin 0 lies outside what a difference of selection_rate can be; use a number above 0 and at most 1",
        ),
        (
            "0.05",
            "nan",
            "audit.toml:8:10: op = \"<=\" needs one finite number; write margin = 0.1, or op = \"between\" for two",
        ),
        (
            "0.05",
            "[0.1, 0.2]",
            "audit.toml:8:10: op = \"<=\" needs one finite number; write margin = 0.1, or op = \"between\" for two",
        ),
        (
            "0.05",
            "\"5%\"",
            "audit.toml:8:10: expected a number, or [low, high] with op = \"between\"; mend the value or the line",
        ),
        (
            "\"<=\"",
            "\">=\"",
            "audit.toml:7:6: a difference is judged in both directions, and op = \">=\" would ask for a gap; use \"<=\", or \"between\" with a signed margin [low, high]",
        ),
        (
            "\"<=\"",
            "\"between\"",
            "audit.toml:8:10: op = \"between\" needs two ascending numbers; write margin = [low, high]",
        ),
        (
            "\"gender\"",
            "\"gender*\"",
            "audit.toml:6:13: \"gender*\" names no attribute; name one, or several different ones joined by *",
        ),
        (
            "op = \"<=\"\n",
            "",
            "audit.toml:2:1: the key \"op\" is missing here; add it",
        ),
        (
            "policy/1",
            "policy/2",
            "audit.toml:1:10: unknown schema \"waage/policy/2\"; did you mean \"waage/policy/1\"? known: waage/policy/1",
        ),
        (
            "selection_rate\"\ncomparison = \"difference",
            "mean_score\"\ncomparison = \"ratio",
            "audit.toml:5:14: a ratio of mean_score is not defined, because it may be negative; use comparison = \"difference\"",
        ),
    ] {
        assert_eq!(error(from, to), expected);
    }
    for (rest, expected) in [
        (
            "confidence = 95\n",
            "audit.toml:9:14: the confidence is 95; use a number above 0.5 and below 1, such as 0.95",
        ),
        (
            "[family.f]\nmethod = \"ebh\"\n",
            "audit.toml:10:10: the method \"ebh\" is not available in this version; use holm, bh, bonferroni or none",
        ),
        (
            "[data]\nthreshold = 0.5\n",
            "audit.toml:10:13: a cut is given without a score; name the score's column: score = \"…\"",
        ),
        (
            "[data]\nscore = \"s\"\nthreshold = 0.5\ntop_k = 3\n",
            "audit.toml:12:9: the score is cut twice; keep one of threshold, top_k and top_fraction",
        ),
        (
            "[data]\nscore = \"s\"\ntop_k = 3\ndecision = \"d\"\n",
            "audit.toml:12:12: decisions are given both as a column and as a cut of the score; keep one of them",
        ),
        (
            "[data]\ngroup_min_n = 0\n",
            "audit.toml:10:15: group_min_n is 0; use a whole number of at least 1",
        ),
        (
            "[[attribute]]\nname = \"age\"\nbins = [25, 40]\n",
            "audit.toml:11:8: the attribute \"age\" has bins and is not numeric_binned; add kind = \"numeric_binned\" or remove the bins",
        ),
        (
            "[[attribute]]\nname = \"age\"\nkind = \"numeric_binned\"\nbins = [40, 25]\n",
            "audit.toml:12:8: the edges of the bins do not ascend; give at least one number, each above the one before",
        ),
        (
            "[[attribute]]\nname = \"a\"\n[[attribute]]\nname = \"a\"\n",
            "audit.toml:12:8: the attribute \"a\" is defined twice; rename or remove one of the two",
        ),
        (
            "[[attribute]]\nname = \"a\"\nkind = \"multi\"\n",
            "audit.toml:11:8: the kind \"multi\" is not available in this version; list one attribute for each value, or use categorical",
        ),
        (
            "[[check]]\nid = \"FAIR-01\"\nmetric = \"m\"\ncomparison = \"none\"\nattribute = \"a\"\nop = \"<=\"\nmargin = 1\n",
            "audit.toml:10:6: the check \"FAIR-01\" is defined twice; rename or remove one of the two",
        ),
        (
            "[people]\nowner = \"a\"\napprover = \"a\"\n",
            "audit.toml:11:12: owner and approver are the same person; name another approver",
        ),
        (
            "[system]\nid = \"x y\"\nname = \"X\"\n",
            "audit.toml:10:6: the system's id \"x y\" is not an id; use 3 to 64 of a-z, 0-9 and the hyphen",
        ),
        (
            "[system]\nid = \"hiring\"\nname = \"X\"\nuse_case = \"employment\"\ncriticality = \"high\"\n",
            "audit.toml:13:15: the criticality is below the minimum of this use case; set criticality = \"critical\" or give a criticality_reason of at least 80 characters",
        ),
        (
            "[privacy]\nk = 2\n",
            "audit.toml:10:5: k is below 3, or k_external below k; hide cells below at least 3, and outside no fewer than inside",
        ),
        (
            "x = [1\n",
            "audit.toml:9:7: unclosed array, expected \"]\"; mend the value or the line",
        ),
    ] {
        assert_eq!(error_after(rest), expected);
    }
}

#[test]
fn waivers_need_a_check_a_reason_a_control_and_an_end() {
    let waiver = |from: &str, to: &str, severity: &str| {
        let text = "[[waiver]]\nid = \"W-1\"\ncheck = \"FAIR-01\"\njustification = \"Only a few cases a year, each one reviewed by hand\"\n\
            compensating_control = \"C-02\"\napproved_by = [\"a.approver\"]\ncreated = 2026-10-01\nexpires = 2027-03-30\n";
        assert!(text.contains(from), "{from}");
        format!("severity = \"{severity}\"\n{}", text.replacen(from, to, 1))
    };
    let parsed = parse(&format!("{LEAST}{}", waiver("W-1", "W-1", "major")));
    assert_eq!(
        parsed.waivers[0]
            .expires
            .days_since(&parsed.waivers[0].created),
        180
    );
    for (from, to, severity, expected) in [
        (
            "FAIR-01",
            "FAIR-02",
            "major",
            "audit.toml:12:9: unknown check \"FAIR-02\"; did you mean \"FAIR-01\"? known: FAIR-01",
        ),
        (
            "Only a few cases a year, each one reviewed by hand",
            "Few cases",
            "major",
            "audit.toml:13:17: the justification has 9 characters; give the reason in at least 40",
        ),
        (
            "compensating_control = \"C-02\"\n",
            "",
            "major",
            "audit.toml:11:6: the waiver \"W-1\" has no compensating control; say in compensating_control what is done instead",
        ),
        (
            "[\"a.approver\"]",
            "[]",
            "major",
            "audit.toml:15:15: nobody approved the waiver; name at least one person in approved_by",
        ),
        (
            "approved_by",
            "requested_by = \"a.approver\"\napproved_by",
            "major",
            "audit.toml:15:16: \"a.approver\" both asked for the waiver and approves it; let somebody else approve it: take the id out of approved_by",
        ),
        (
            "approved_by",
            "requested_by = \" \"\napproved_by",
            "major",
            "audit.toml:15:16: requested_by names nobody; name who asked for the waiver, by an id of keys.toml, or leave it out",
        ),
        (
            "2027-03-30",
            "2027-03-31",
            "major",
            "audit.toml:17:11: the waiver lasts 181 days; a check of severity major is waived for at most 180 days after created",
        ),
        (
            "2027-03-30",
            "2026-12-31",
            "critical",
            "audit.toml:17:11: the waiver lasts 91 days; a check of severity critical is waived for at most 90 days after created",
        ),
        (
            "2027-03-30",
            "2026-09-30",
            "major",
            "audit.toml:17:11: the waiver expires before it was created; a check of severity major is waived for at most 180 days after created",
        ),
        (
            "2027-03-30",
            "\"2027-03-30\"",
            "major",
            "audit.toml:17:11: invalid type: string \"2027-03-30\", expected a TOML datetime; mend the value or the line",
        ),
    ] {
        assert_eq!(error_after(&waiver(from, to, severity)), expected);
    }
}

proptest::proptest! {
    #[test]
    fn a_damaged_file_is_an_error_and_no_accident(at in 0_usize..6000, with in "[ -~ü\\n]{0,3}", cut in 0_usize..40) {
        let chars: Vec<char> = TEMPLATE.chars().collect();
        let start = at.min(chars.len());
        let end = (start + cut).min(chars.len());
        let head: String = chars[..start].iter().collect();
        let tail: String = chars[end..].iter().collect();
        let text = format!("{head}{with}{tail}");
        if let Err(error) = Policy::parse(&text, "audit.toml") {
            let message = error.to_string();
            proptest::prop_assert!(message.starts_with("audit.toml:"), "{}", message);
            proptest::prop_assert!(!message.contains('\n'), "{}", message);
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Policy::read(std::path::Path::new("no/such/audit.toml"))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("policy \"no/such/audit.toml\" cannot be read ("),
        "{error}"
    );
}

#[test]
fn the_impact_ratio_says_itself_what_it_compares() {
    let text = |comparison: &str, rest: &str| {
        format!(
            "schema = \"waage/policy/1\"\n[[check]]\nid = \"FAIR-01\"\nmetric = \"impact_ratio\"\n\
             comparison = \"{comparison}\"\nattribute = \"g\"\nop = \"{}\"\nmargin = 0.8\n{rest}",
            if comparison == "ratio" { ">=" } else { "<=" }
        )
    };
    let check = |comparison: &str, rest: &str| {
        let policy = Policy::parse(&text(comparison, rest), "audit.toml")?;
        policy.check_against(&[&IMPACT_RATIO], &["g".to_owned()])
    };
    assert!(check("ratio", "[data]\nmin_share = 0.02").is_ok());
    for (comparison, rest) in [("difference", ""), ("ratio", "scheme = \"to_overall\"")] {
        let error = check(comparison, rest).unwrap_err().to_string();
        assert!(
            error.starts_with("audit.toml:5:14: impact_ratio is itself"),
            "{error}"
        );
        assert!(error.contains("no scheme"), "{error}");
    }
    for share in ["1.0", "-0.1", "nan"] {
        let error = check("ratio", &format!("[data]\nmin_share = {share}")).unwrap_err();
        assert!(error.to_string().contains("such as 0.02"), "{error}");
    }
}
