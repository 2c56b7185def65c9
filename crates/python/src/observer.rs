//! Progress and Ctrl-C: the computation runs on its own thread, this one listens to Python.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use pyo3::prelude::*;
use waage_audit::observer::{Observer, Phase};

use crate::WaageError;

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

/// Runs `work` on a thread of its own without the GIL; on a signal or a failing callback it is
/// cancelled and the Python exception raised. Progress is told a last time when the work is done.
pub fn wait<T: Send>(
    py: Python<'_>,
    shared: &Shared,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    wait_or(py, shared, progress, || (), work)
}

/// The same for work that looks elsewhere whether it is cancelled: `stop` says so there.
pub fn wait_or<T: Send>(
    py: Python<'_>,
    shared: &Shared,
    progress: Option<&Py<PyAny>>,
    stop: impl FnOnce(),
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    std::thread::scope(|scope| {
        let (sender, mut receiver) = channel();
        scope.spawn(move || {
            // A receiver that is gone has stopped listening: nobody wants the answer.
            let _ = sender.send(catch_unwind(AssertUnwindSafe(work)));
        });
        loop {
            let listening = &mut receiver;
            match py.detach(move || listening.recv_timeout(TICK)) {
                Ok(answer) => {
                    progress.map_or(Ok(()), |progress| shared.report(py, progress))?;
                    return answer.map_err(|panic| defect(&*panic));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(defect(&"no answer")),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let listened = py
                .check_signals()
                .and_then(|()| progress.map_or(Ok(()), |progress| shared.report(py, progress)));
            if let Err(error) = listened {
                shared.cancelled.store(true, Ordering::Relaxed);
                stop();
                py.detach(move || receiver.recv().ok().map(drop));
                return Err(error);
            }
        }
    })
}

/// Runs short work without the GIL; a panic becomes an exception.
pub fn guarded<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work)))
        .map_err(|panic| defect(&*panic))
}

/// A panic as an exception: a defect of ours must not end the caller's process.
fn defect(panic: &(dyn Any + Send)) -> PyErr {
    let cause = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no cause given");
    WaageError::new_err(format!(
        "a defect of waage ended the computation ({cause}); please report it with the call that led to it"
    ))
}
