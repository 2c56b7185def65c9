//! Policies that build on others: what is merged, what is kept of it, and what is refused.

use std::fs;
use std::path::Path;

use waage_govern::Policy;
use waage_govern::policy::{Correction, diff, show};
use waage_result::finding::Margin;
use waage_result::policy::Effect;
use waage_result::spec::Cut;

fn parse(text: &str) -> Policy {
    Policy::parse(text, "audit.toml").unwrap_or_else(|error| panic!("{error}"))
}

fn read(folder: &Path, name: &str) -> Result<Policy, String> {
    Policy::read(&folder.join(name)).map_err(|error| error.to_string())
}

const HEAD: &str = "schema = \"waage/policy/1\"\nextends = \"preset:eu-lead-scoring\"\n";

#[test]
fn checks_are_merged_by_id_and_attributes_by_name() {
    let base = Policy::read(Path::new("preset:eu-lead-scoring")).unwrap();
    let policy = parse(&format!(
        "{HEAD}inconclusive = \"fail\"\n[data]\ntop_k = 400\n[[attribute]]\nname = \"gender\"\ncolumn = \"sex\"\n\
         [[attribute]]\nname = \"region\"\n[[check]]\nid = \"FAIR-01\"\nmargin = 0.9\n\
         [[check]]\nid = \"FAIR-09\"\nmetric = \"selection_rate\"\ncomparison = \"ratio\"\nattribute = \"region\"\nop = \">=\"\nmargin = 0.8\n\
         [family.errors]\nmethod = \"bonferroni\"\n[gate.periodic]\nevery_days = 30\n"
    ));
    assert_eq!(policy.checks.len(), base.checks.len() + 1);
    assert_eq!(policy.checks[0].id, "FAIR-01");
    assert_eq!(policy.checks[0].margin, Margin::One(0.9));
    assert_eq!(
        policy.checks[0].metric, "selection_rate",
        "the rest is inherited"
    );
    assert_eq!(policy.checks[0].why, base.checks[0].why);
    assert_eq!(
        policy.checks.last().unwrap().id,
        "FAIR-09",
        "new ones follow"
    );
    let names: Vec<&str> = policy
        .attributes
        .iter()
        .map(|a| a.spec.name.as_str())
        .collect();
    assert_eq!(names, ["gender", "age_band", "region"]);
    assert_eq!(policy.attributes[0].spec.column, "sex");
    assert_eq!(policy.attributes[0].reference, base.attributes[0].reference);
    assert_eq!(
        policy.data.cut,
        Some(Cut::TopK(400)),
        "one cut replaces the other"
    );
    assert_eq!(policy.data.label.as_deref(), Some("converted"));
    assert_eq!(policy.families["errors"], Correction::Bonferroni);
    assert_eq!(policy.families["selection"], Correction::Holm);
    let gates = &policy.kept.gates;
    assert_eq!(gates["periodic"].every_days, Some(30));
    assert_eq!(gates["periodic"].max_consecutive_inconclusive, Some(3));
    assert_eq!(gates.len(), 2);

    assert_eq!(policy.lineage.extends, ["preset:eu-lead-scoring"]);
    let told: Vec<(&str, Effect)> = policy
        .lineage
        .overrides
        .iter()
        .map(|o| (o.change.key.as_str(), o.change.effect))
        .collect();
    assert_eq!(
        told,
        [
            ("attribute.gender.column", Effect::Looser),
            ("attribute.region", Effect::Stricter),
            ("check.FAIR-01.margin", Effect::Stricter),
            ("check.FAIR-09", Effect::Stricter),
            ("data.cut", Effect::Looser),
            ("family.errors.method", Effect::Looser),
            ("gate.periodic.every_days", Effect::Stricter),
            ("inconclusive", Effect::Stricter),
        ]
    );
    let margin = &policy.lineage.overrides[2].change;
    assert_eq!(
        (margin.from.clone(), margin.to.clone()),
        (Some(0.8.into()), Some(0.9.into()))
    );
}

#[test]
fn the_digest_is_that_of_the_resolved_policy() {
    let preset = Policy::read(Path::new("preset:credit")).unwrap();
    let heir = "schema = \"waage/policy/1\"\nextends = \"preset:credit\"\n";
    assert_eq!(parse(heir).digest(), preset.digest());
    assert_ne!(
        parse(&format!("{heir}[privacy]\nk = 6\n")).digest(),
        preset.digest()
    );
    // What stands alone and what inherits say the same, and show writes the one as the other.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.toml");
    fs::write(
        &path,
        format!(
            "{heir}[data]\ntop_fraction = \"0.10\"\n[[check]]\nid = \"CRED-01\"\nmargin = 0.85\n"
        ),
    )
    .unwrap();
    let shown = show(&path).unwrap();
    assert!(!shown.toml.contains("extends"), "{}", shown.toml);
    assert_eq!(parse(&shown.toml).digest(), shown.digest);
    assert_eq!(shown.overrides.len(), 2);
    assert!(
        diff(&Policy::read(&path).unwrap(), &parse(&shown.toml))
            .changes
            .is_empty()
    );
}

#[test]
fn files_extend_files_relative_to_themselves() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("base")).unwrap();
    fs::create_dir_all(folder.path().join("team")).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    // A base may have no check at all.
    write(
        "base/house.toml",
        "schema = \"waage/policy/1\"\n[privacy]\nk = 10\n[risk_appetite]\nmax_residual = { high = 6, low = 12 }\n",
    );
    write(
        "base/audit.toml",
        "schema = \"waage/policy/1\"\nextends = \"house.toml\"\n[[attribute]]\nname = \"g\"\n[[check]]\nid = \"FAIR-01\"\nmetric = \"selection_rate\"\ncomparison = \"ratio\"\nattribute = \"g\"\nop = \">=\"\nmargin = 0.8\n",
    );
    write(
        "team/audit.toml",
        "schema = \"waage/policy/1\"\nextends = \"../base/audit.toml\"\n[privacy]\nk = 5\n[risk_appetite.max_residual]\nhigh = 4\n",
    );
    let policy = read(folder.path(), "team/audit.toml").unwrap();
    assert_eq!((policy.privacy.k, policy.checks.len()), (5, 1));
    assert_eq!(policy.lineage.extends, ["../base/audit.toml", "house.toml"]);
    let told: Vec<(&str, &str, &str)> = policy
        .lineage
        .overrides
        .iter()
        .map(|o| {
            (
                o.base.as_str(),
                o.change.key.as_str(),
                o.change.effect.name(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("../base/audit.toml", "privacy.k", "looser"),
            (
                "../base/audit.toml",
                "risk_appetite.max_residual.high",
                "stricter"
            ),
            ("house.toml", "attribute.g", "stricter"),
            ("house.toml", "check.FAIR-01", "stricter"),
        ]
    );
    // An error in what is inherited is told where it stands.
    write(
        "base/house.toml",
        "schema = \"waage/policy/1\"\n[privacy]\nkk = 10\n",
    );
    let error = read(folder.path(), "team/audit.toml").unwrap_err();
    assert!(
        error.contains("house.toml:3:1: unknown key \"kk\""),
        "{error}"
    );
}

#[test]
fn circles_long_chains_and_missing_bases_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, base: &str| {
        let text = format!("schema = \"waage/policy/1\"\nextends = \"{base}\"\n");
        fs::write(folder.path().join(name), text).unwrap();
    };
    write("a.toml", "b.toml");
    write("b.toml", "./a.toml");
    let error = read(folder.path(), "a.toml").unwrap_err();
    assert!(
        error.contains("b.toml:2:11: the policies extend each other in a circle"),
        "{error}"
    );
    write("a.toml", "a.toml");
    assert!(
        read(folder.path(), "a.toml")
            .unwrap_err()
            .contains("circle")
    );
    for i in 0..12 {
        write(&format!("c{i}.toml"), &format!("c{}.toml", i + 1));
    }
    let error = read(folder.path(), "c0.toml").unwrap_err();
    assert!(
        error.contains("c7.toml:2:11: more than 8 policies extend each other"),
        "{error}"
    );
    write("d.toml", "nowhere.toml");
    let error = read(folder.path(), "d.toml").unwrap_err();
    assert!(
        error.contains(
            "d.toml:2:11: the policy \"nowhere.toml\" that this one extends cannot be read"
        ),
        "{error}"
    );
    let error =
        Policy::parse(&HEAD.replace("eu-lead-scoring", "eu-lead-scorin"), "p.toml").unwrap_err();
    assert!(
        error.to_string().starts_with(
            "p.toml:2:11: unknown preset \"eu-lead-scorin\"; did you mean \"eu-lead-scoring\"?"
        ),
        "{error}"
    );
    let error = Policy::parse(
        "schema = \"waage/policy/1\"\nextends = \"x.toml\"\n",
        "p.toml",
    )
    .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("is a file, and this policy is not read from one"),
        "{error}"
    );
    let error = Policy::parse("schema = \"waage/policy/1\"\nextends = 3\n", "p.toml").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("p.toml:2:11: invalid type: integer"),
        "{error}"
    );
    let error = Policy::read(Path::new("preset:credits")).unwrap_err();
    assert!(
        error.to_string().contains("did you mean \"credit\"?"),
        "{error}"
    );
    fs::write(folder.path().join("big.toml"), vec![b'#'; (1 << 20) + 1]).unwrap();
    let error = read(folder.path(), "big.toml").unwrap_err();
    assert!(error.contains("it is larger than 1 MiB"), "{error}");
}

#[test]
fn an_element_twice_in_one_file_is_no_inheritance() {
    let error = Policy::parse(
        &format!(
            "{HEAD}[[check]]\nid = \"FAIR-01\"\nmargin = 0.9\n[[check]]\nid = \"FAIR-01\"\nmargin = 0.7\n"
        ),
        "p.toml",
    );
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("is missing here") || error.contains("defined twice"),
        "{error}"
    );
}

#[test]
fn another_kind_of_attribute_takes_no_inherited_bins() {
    let text = "schema = \"waage/policy/1\"\nextends = \"preset:credit\"\n[[attribute]]\nname = \"age\"\ncolumn = \"age_band\"\nkind = \"ordinal\"\n";
    assert_eq!(parse(text).attribute("age").unwrap().spec.bins, None);
}
