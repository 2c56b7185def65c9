//! Bad specifications, a full disk and an impatient caller.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use waage_core::observer::{Observer, Silent};
use waage_data::synthetic::{Bias, LeadSpec, SyntheticError, generate, truth};

use crate::only;

#[test]
fn mistakes_are_named() {
    let message = |spec: LeadSpec| {
        generate(&spec, Vec::new(), &Silent)
            .unwrap_err()
            .to_string()
    };
    let misspelt = message(LeadSpec {
        columns: only(&["gendr"]),
        ..LeadSpec::default()
    });
    assert!(misspelt.starts_with("synthetic column \"gendr\" does not exist; did you mean \"gender\"? columns: lead_id, source"));
    let strange = message(LeadSpec {
        columns: only(&["zzz"]),
        ..LeadSpec::default()
    });
    assert!(strange.starts_with("synthetic column \"zzz\" does not exist; columns: lead_id"));
    let twice = message(LeadSpec {
        columns: only(&["score", "score"]),
        ..LeadSpec::default()
    });
    assert_eq!(
        twice,
        "synthetic column \"score\" is listed twice; list each column once"
    );
    let none = message(LeadSpec {
        columns: only(&[]),
        ..LeadSpec::default()
    });
    assert!(none.contains("name at least one"));
    for rows in [0, LeadSpec::MAX_ROWS + 1, u64::MAX] {
        assert!(
            message(LeadSpec {
                rows,
                ..LeadSpec::default()
            })
            .contains("ask for 1 to 9999999999")
        );
    }
    for row_group_rows in [0, usize::MAX] {
        assert!(
            message(LeadSpec {
                row_group_rows,
                ..LeadSpec::default()
            })
            .contains("1 to 16777216")
        );
    }
    let bias = Bias {
        drift: 2.0,
        ..Bias::none()
    };
    let strong = message(LeadSpec {
        bias,
        ..LeadSpec::default()
    });
    assert_eq!(
        strong,
        "bias strength \"drift\" is 2; give a number from 0 to 1"
    );
    for fraction in [0.0, 1.1, f64::NAN] {
        assert!(truth(&LeadSpec::default(), fraction, 10).is_err());
    }
}

/// Stops after some rows, and counts them.
struct Impatient {
    rows: AtomicU64,
    limit: u64,
}

impl Observer for Impatient {
    fn advance(&self, amount: u64) {
        self.rows.fetch_add(amount, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.rows.load(Ordering::Relaxed) >= self.limit
    }
}

#[test]
fn an_observer_counts_every_row_and_can_stop() {
    let columns = only(&["gender"]);
    let spec = LeadSpec {
        rows: 200_000,
        row_group_rows: 50_000,
        columns,
        ..LeadSpec::default()
    };
    let patient = Impatient {
        rows: AtomicU64::new(0),
        limit: u64::MAX,
    };
    generate(&spec, Vec::new(), &patient).unwrap();
    assert_eq!(patient.rows.into_inner(), 200_000);
    let impatient = Impatient {
        rows: AtomicU64::new(0),
        limit: 60_000,
    };
    let error = generate(&spec, Vec::new(), &impatient).unwrap_err();
    assert!(matches!(error, SyntheticError::Cancelled), "{error}");
    assert!(impatient.rows.into_inner() < 200_000);
}

/// A disk with room for some bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let room = self.0.min(bytes.len());
        self.0 -= room;
        Ok(room)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_stays_recognisable() {
    for room in [0, 2, 3_000, 100_000] {
        let error = generate(&LeadSpec::default(), Full(room), &Silent).unwrap_err();
        match error {
            SyntheticError::Write(io) => assert_eq!(io.kind(), std::io::ErrorKind::StorageFull),
            other => panic!("with room for {room} bytes: {other}"),
        }
    }
}
