//! A house with everything that gates look at, and keys of those who sign.

use std::fs;
use std::path::Path;

/// `printf evidence | sha256sum`.
pub const EVIDENCE: &str = "ee8250fb76e094b34b471f13a73dbbe51d1ae142e9df59d7c0d31ec20f0a0a8e";

/// A policy with everything that the gate before launch asks for.
pub const WHOLE: &str = "\
schema = \"waage/policy/1\"
[system]
id = \"leads\"
name = \"Leads\"
use_case = \"lead_scoring\"
criticality = \"medium\"
strategy_link = \"sales strategy, goal 3\"
[people]
owner = \"m.owner\"
approver = \"a.approver\"
[risk_appetite]
max_residual = { medium = 9 }
[data]
label = \"converted\"
score = \"score\"
top_fraction = 0.3
[[attribute]]
name = \"gender\"
[[check]]
id = \"FAIR-01\"
metric = \"selection_rate\"
comparison = \"difference\"
attribute = \"gender\"
op = \"<=\"
margin = 0.5
gates = [\"periodic\"]
[gate.pre_deployment]
inconclusive = \"fail\"
required_signatures = { owner = 1, approver = 1 }
max_audit_age_days = 30
[documents.data_validation]
path = \"data_sheet.md\"
sha256 = \"DIGEST\"
";

/// A register of one risk.
pub const RISK: &str = "\
schema = \"waage/risks/1\"
[[risk]]
id = \"R-001\"
category = \"bias\"
title = { en = \"t\", de = \"t\" }
cause = \"c\"
event = \"e\"
impact = 3
likelihood_inherent = 2
owner = \"m.owner\"
treatment = \"reduce\"
status = \"open\"
review_date = 2027-02-01
";

/// Noon of 29 November 2026.
pub const NOON: &str = "1795953600";

/// A house with files and keys, in which commands run at a moment.
pub struct House(tempfile::TempDir);

impl House {
    /// A policy with `DIGEST` for that of its data sheet, a register, no incident, and two keys.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn new(policy: &str, risks: &str) -> Self {
        let house = Self(tempfile::tempdir().expect("a file"));
        house.write("audit.toml", &policy.replace("DIGEST", EVIDENCE));
        house.write("data_sheet.md", "evidence");
        house.write("risks.toml", risks);
        house.write("incidents.jsonl", "");
        for (id, roles) in [("m.owner", "owner,approver"), ("a.approver", "approver")] {
            house.ok(&format!(
                "keys new {id} --person {id} --roles {roles} --out {id}.key --no-passphrase"
            ));
        }
        house
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file.
    ///
    /// # Panics
    /// When it cannot.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).expect("a file");
    }

    /// Runs a line of words at a moment in seconds since 1970.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn at(&self, line: &str, epoch: &str) -> (Option<i32>, String, String) {
        let mut command = crate::command();
        command
            .current_dir(self.0.path())
            .env("SOURCE_DATE_EPOCH", epoch);
        let output = command.args(line.split(' ')).output().expect("a file");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    }

    /// What a line shows that ends well at noon.
    ///
    /// # Panics
    /// When it does not end well.
    pub fn ok(&self, line: &str) -> String {
        let (code, shown, said) = self.at(line, NOON);
        assert_eq!(code, Some(0), "{line}: {said}{shown}");
        shown
    }

    /// Audits the embedded leads, into the ledger.
    ///
    /// # Panics
    /// When that cannot be done.
    pub fn audit(&self) -> String {
        let data = crate::root().join("datasets/lead_scoring.parquet");
        let line = format!(
            "audit {} --policy audit.toml --ledger ledger.jsonl --format json --quiet",
            data.display()
        );
        let (code, result, said) = self.at(&line, NOON);
        assert!(matches!(code, Some(0 | 1)), "{said}");
        self.write("audit.json", &result);
        result
    }

    /// Signs a result, or what options name.
    #[must_use]
    pub fn approve(&self, what: &str, who: &str, role: &str) -> (Option<i32>, String, String) {
        let line = format!(
            "approve {what} --policy audit.toml --role {role} --key {who}.key --signer {who} --decision approve"
        );
        self.at(&line, NOON)
    }
}

/// That gate.
pub const GATE: &str = "gate pre_deployment --policy audit.toml --result audit.json --ledger ledger.jsonl \
--keys keys.toml --risks risks.toml --incidents incidents.jsonl";
