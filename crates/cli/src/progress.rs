//! Bars on a terminal, silence elsewhere, and Ctrl-C.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use waage_audit::observer::{Observer, Phase};

/// Set by Ctrl-C or a termination signal.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether the user asked to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Remembers Ctrl-C; a second one ends at once.
pub fn watch_signals() {
    // Without a handler Ctrl-C still ends the program, only less politely.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// Draws one bar per phase on standard error.
pub struct Bars {
    shown: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Bars {
    /// Bars on a terminal unless quiet.
    pub fn new(quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        Self { shown, bar: Mutex::new(None) }
    }

    /// Clears what is drawn.
    pub fn finish(&self) {
        if let Ok(mut bar) = self.bar.lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Bars {
    fn begin(&self, phase: Phase, total: Option<u64>) {
        if !self.shown {
            return;
        }
        self.finish();
        let (name, unit) = match phase {
            Phase::Prepare => ("first scan", "rows"),
            Phase::Scan => ("scan", "rows"),
            Phase::Estimate => ("bootstrap", "replicates"),
            Phase::Generate => ("generate", "rows"),
        };
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let template = match total {
            Some(_) => "{prefix:>10} {wide_bar} {human_pos}/{human_len} {msg} {per_sec}",
            None => "{prefix:>10} {spinner} {human_pos} {msg} {per_sec}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(name);
        bar.set_message(unit);
        if let Ok(mut place) = self.bar.lock() {
            *place = Some(bar);
        }
    }

    fn advance(&self, amount: u64) {
        if self.shown
            && let Ok(bar) = self.bar.lock()
            && let Some(bar) = bar.as_ref()
        {
            bar.inc(amount);
        }
    }

    fn cancelled(&self) -> bool {
        interrupted()
    }
}
