//! What was spent on data: entries of kind `privacy.budget` in a ledger.

use std::path::Path;

use serde_json::json;

use super::sampler::Epsilon;
use crate::ledger::{Entry, Ledger, LedgerError, Options, read};
use crate::time::Timestamp;

/// Days that a budget is for.
pub const DAYS: i64 = 365;
const SECONDS: i64 = DAYS * 86_400;
/// The budget of 365 days where a policy names none.
pub const DEFAULT_PER_YEAR: f64 = 1.0;
const KIND: &str = "privacy.budget";

/// What may be spent on the same data within 365 days, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(u64);

impl Budget {
    /// From a policy's number, rounded down to millionths; the default where it names none.
    #[must_use]
    pub fn of(per_year: Option<f64>) -> Self {
        let per_year = per_year.unwrap_or(DEFAULT_PER_YEAR);
        // A hair more, so that 0.3 is 300 000 millionths.
        Self((per_year.clamp(0.0, 1e6) * 1e6 + 1e-6).floor() as u64)
    }

    /// In millionths.
    #[must_use]
    pub const fn millionths(self) -> u64 {
        self.0
    }
}

/// What was spent on data, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Before.
    pub before: u64,
    /// With this release; no more than before where it is refused.
    pub after: u64,
    /// Whether the release is within the budget.
    pub granted: bool,
}

/// Writes into a ledger that `epsilon` is spent on the data of a digest, if the budget allows it. What
/// is spent stands in the ledger before any noise is drawn. Where two processes spend the last of a
/// budget at once, the entry that comes second in the ledger is not granted, and stays spent.
///
/// # Errors
/// [`LedgerError`] where the ledger cannot be read or written; nothing may be released then.
pub fn spend(
    ledger: &Ledger,
    options: &Options,
    data: &str,
    epsilon: Epsilon,
    budget: Budget,
    now: Timestamp,
) -> Result<Account, LedgerError> {
    let before = spent(&entries(ledger.path(), options)?, data, now, u64::MAX);
    let cost = epsilon.millionths();
    let refused = Account {
        before,
        after: before,
        granted: false,
    };
    if before.saturating_add(cost) > budget.0 {
        return Ok(refused);
    }
    let payload = json!({
        "budget_millionths": budget.0,
        "data_digest": data,
        "epsilon_millionths": cost,
        "mechanism": "two_sided_geometric",
    });
    let own = ledger.append(KIND, "waage", &payload, now)?;
    let before = spent(&entries(ledger.path(), options)?, data, now, own.seq);
    let after = before.saturating_add(cost);
    Ok(Account {
        before,
        after,
        granted: after <= budget.0,
    })
}

fn entries(path: &Path, options: &Options) -> Result<Vec<Entry>, LedgerError> {
    read(path, options, |kind| kind == KIND)
}

/// What entries before one spent on the data within the last year. Entries of the future count too: a clock
/// that was set back gives no budget. One that cannot be read counts as the largest epsilon.
fn spent(entries: &[Entry], data: &str, now: Timestamp, before: u64) -> u64 {
    entries
        .iter()
        .filter(|entry| entry.seq < before && now.seconds_since(entry.ts) < SECONDS)
        .filter(|entry| entry.payload["data_digest"] == *data)
        .map(|entry| {
            entry.payload["epsilon_millionths"]
                .as_u64()
                .unwrap_or(u64::MAX)
        })
        .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_once_a_year_by_data() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let options = Options::default();
        let day = |text: &str| format!("{text}T08:00:00Z").parse().unwrap();
        let (ledger, _) = Ledger::create(&path, &options, "demo", day("2026-01-01")).unwrap();
        let budget = Budget::of(None);
        let epsilon = |text: &str| text.parse().unwrap();
        let spend = |data: &str, e: &str, on: &str| {
            let account = spend(&ledger, &options, data, epsilon(e), budget, day(on)).unwrap();
            (account.granted, account.after)
        };
        assert_eq!(spend("sha256:a", "0.7", "2026-01-02"), (true, 700_000));
        assert_eq!(spend("sha256:a", "0.4", "2026-01-03"), (false, 700_000));
        assert_eq!(spend("sha256:b", "0.4", "2026-01-03"), (true, 400_000));
        assert_eq!(spend("sha256:a", "0.3", "2026-06-01"), (true, 1_000_000));
        assert_eq!(
            spend("sha256:a", "0.000001", "2026-12-31"),
            (false, 1_000_000)
        );
        // The first 0.7 is more than 365 days ago.
        assert_eq!(spend("sha256:a", "0.7", "2027-01-02"), (true, 1_000_000));
        let entries = entries(&path, &options).unwrap();
        assert_eq!(entries.len(), 4);
        assert_eq!(entries[0].payload["epsilon_millionths"], 700_000);
    }

    #[test]
    fn a_budget_is_exact() {
        assert_eq!(Budget::of(Some(0.3)).millionths(), 300_000);
        assert_eq!(Budget::of(Some(-1.0)).millionths(), 0);
        assert_eq!(Budget::of(Some(f64::NAN)).millionths(), 0);
    }
}
