//! Progress and Ctrl-C: the computation runs on its own thread, this one listens to Python.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use pyo3::prelude::*;
use waage_audit::observer::{Observer, Phase};

/// How often Python is asked for signals.
const TICK: Duration = Duration::from_millis(50);

/// What the computing threads and the listening one share.
#[derive(Default)]
pub struct Shared {
    cancelled: AtomicBool,
    done: AtomicU64,
    phase: Mutex<Option<(Phase, Option<u64>)>>,
}

impl Observer for Shared {
    fn begin(&self, phase: Phase, total: Option<u64>) {
        self.done.store(0, Ordering::Relaxed);
        if let Ok(mut place) = self.phase.lock() {
            *place = Some((phase, total));
        }
    }

    fn advance(&self, amount: u64) {
        self.done.fetch_add(amount, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn report(&self, py: Python<'_>, progress: &Py<PyAny>) -> PyResult<()> {
        let phase = self.phase.lock().ok().and_then(|place| *place);
        if let Some((phase, total)) = phase {
            let name = match phase {
                Phase::Prepare => "prepare",
                Phase::Scan => "scan",
                Phase::Estimate => "estimate",
                Phase::Generate => "generate",
            };
            progress.call1(py, (name, self.done.load(Ordering::Relaxed), total))?;
        }
        Ok(())
    }
}

/// Runs `work` without the GIL; on a signal or a failing callback it is cancelled and the Python
/// exception raised.
pub fn wait<T: Send>(
    py: Python<'_>,
    shared: &Shared,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        scope.spawn(move || sender.send(work()));
        let receiver = Mutex::new(receiver);
        loop {
            let answer = py.detach(|| receiver.lock().map(|r| r.recv_timeout(TICK)));
            match answer {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(RecvTimeoutError::Timeout)) => {
                    let listened = py.check_signals().and_then(|()| {
                        progress.map_or(Ok(()), |progress| shared.report(py, progress))
                    });
                    if let Err(error) = listened {
                        shared.cancelled.store(true, Ordering::Relaxed);
                        py.detach(|| receiver.lock().map(|r| r.recv()).ok());
                        return Err(error);
                    }
                }
                _ => return Err(crate::WaageError::new_err("internal error; please report it")),
            }
        }
    })
}
