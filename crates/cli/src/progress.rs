//! Bars on a terminal, silence elsewhere, and Ctrl-C.

use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use waage_audit::observer::{Observer, Phase};

use crate::output::{self, Failure};

/// Set by Ctrl-C or a termination signal.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Set while input is read and no output has been begun: the system may then keep the program
/// waiting for input for ever, and it may end anywhere without leaving anything half-written.
static READING: AtomicBool = AtomicBool::new(false);

/// How long a computation may take to notice an interruption before a read is given up.
const PATIENCE: Duration = Duration::from_millis(500);

/// A phase shorter than this shows no bar.
const QUIET_START: Duration = Duration::from_millis(300);

/// Redraws per second.
const REDRAWS: u8 = 10;

/// Whether the user asked to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Stops what runs.
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

/// Forgets an interruption: the next command begins.
pub fn resume() {
    INTERRUPTED.store(false, Ordering::Relaxed);
}

/// Remembers Ctrl-C; a second one ends at once, and so does the first while input is waited for.
pub fn watch_signals() {
    // Without a handler Ctrl-C still ends the program, only less politely.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        std::thread::spawn(|| {
            std::thread::sleep(PATIENCE);
            if READING.load(Ordering::SeqCst) {
                output::explain(&Failure::Interrupted);
                std::process::exit(130);
            }
        });
    });
}

/// Draws one bar per phase on standard error.
pub struct Bars {
    shown: bool,
    drawn: Mutex<Drawn>,
}

/// The current phase, and its bar once the phase has lasted.
#[derive(Default)]
struct Drawn {
    phase: Option<(Phase, Option<u64>, Instant)>,
    done: u64,
    bar: Option<ProgressBar>,
}

impl Bars {
    /// Bars on a terminal unless quiet.
    pub fn new(quiet: bool) -> Self {
        let shown = !quiet && output::to_somebody();
        Self {
            shown,
            drawn: Mutex::default(),
        }
    }

    /// Says that from now on input is read and nothing has been begun to be written.
    pub fn reading(self) -> Self {
        READING.store(true, Ordering::SeqCst);
        self
    }

    /// Clears what is drawn; from now on files may be written.
    pub fn finish(&self) {
        READING.store(false, Ordering::SeqCst);
        if let Ok(mut drawn) = self.drawn.lock() {
            drawn.clear();
        }
    }
}

impl Drawn {
    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.phase = None;
        self.done = 0;
    }
}

impl Observer for Bars {
    fn begin(&self, phase: Phase, total: Option<u64>) {
        if matches!(phase, Phase::Estimate | Phase::Generate) {
            READING.store(false, Ordering::SeqCst);
        }
        if self.shown
            && let Ok(mut drawn) = self.drawn.lock()
        {
            drawn.clear();
            drawn.phase = Some((phase, total, Instant::now()));
        }
    }

    fn advance(&self, amount: u64) {
        if !self.shown {
            return;
        }
        let Ok(mut drawn) = self.drawn.lock() else {
            return;
        };
        drawn.done += amount;
        match (&drawn.bar, drawn.phase) {
            (Some(bar), _) => bar.inc(amount),
            (None, Some((phase, total, began))) if began.elapsed() >= QUIET_START => {
                let bar = bar(phase, total, began.elapsed());
                bar.inc(drawn.done);
                drawn.bar = Some(bar);
            }
            _ => {}
        }
    }

    fn cancelled(&self) -> bool {
        interrupted()
    }
}

fn bar(phase: Phase, total: Option<u64>, elapsed: Duration) -> ProgressBar {
    let (name, unit) = match phase {
        Phase::Prepare => ("first scan", "rows"),
        Phase::Scan => ("scan", "rows"),
        Phase::Estimate => ("bootstrap", "replicates"),
        Phase::Generate => ("generate", "rows"),
    };
    let template = match total {
        Some(_) => "{prefix:>10} {wide_bar} {human_pos} of {human_len} {msg}, {rate} a second",
        None => "{prefix:>10} {spinner} {human_pos} {msg}, {rate} a second",
    };
    let target = ProgressDrawTarget::stderr_with_hz(REDRAWS);
    let bar = ProgressBar::with_draw_target(total, target)
        .with_prefix(name)
        .with_message(unit)
        .with_elapsed(elapsed);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(
            style.with_key("rate", |state: &ProgressState, text: &mut dyn Write| {
                let rate = indicatif::HumanCount(state.per_sec() as u64);
                let _ = write!(text, "{rate}");
            }),
        );
    }
    bar
}
