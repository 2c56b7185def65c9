"""While an audit runs: other threads, progress, Ctrl-C, forks."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import waage as wg
from conftest import LEADS, LEADS_OPTIONS, table

ROWS = 3_000_000

LONG = """
import sys
import numpy as np
import waage as wg
row = np.arange({rows})
data = dict(d=row % 2 == 0, l=row % 7 < 3, s=row * 2654435761 % 1000003 / 7)
data |= dict(g=row % 50, h=row % 97)
print("begins", flush=True)
try:
    wg.audit(data, decision="d", label="l", score="s", sensitive=["g", "h"],
             bootstrap={bootstrap}, threads=1)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(130)
print("finished", flush=True)
"""


def big() -> dict[str, np.ndarray]:
    """Enough rows to keep a core busy for a while."""
    row = np.arange(ROWS)
    return {"d": row % 3 == 0, "g": row % 50, "s": (row * 2654435761 % 1000003) / 7}


@pytest.mark.parametrize(("rows", "bootstrap"), [(20_000_000, 0), (200_000, 1_500)])
def test_ctrl_c_ends_it(rows: int, bootstrap: int) -> None:
    script = LONG.format(rows=rows, bootstrap=bootstrap)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    answer = process.stdout.readline()
    assert process.wait(10) == 130
    assert answer == "interrupted\n"


def test_other_threads_run_meanwhile() -> None:
    data = big()
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    time.sleep(0.05)
    before = ticks
    wg.audit(data, decision="d", score="s", sensitive="g", bootstrap=0)
    during = ticks - before
    done.set()
    thread.join()
    assert during > 10, "the interpreter was held"


def test_progress_is_told_and_its_failure_ends_the_audit() -> None:
    data = big()
    told: list[tuple[str, int, int | None]] = []
    wg.audit(data, decision="d", sensitive="g", progress=lambda *p: told.append(p), threads=1)
    assert {phase for phase, _, _ in told} <= {"prepare", "scan", "estimate"}
    assert told and all(total is None or done <= total for _, done, total in told)

    def fail(*_: object) -> None:
        raise RuntimeError("the bar fell off")

    with pytest.raises(RuntimeError, match="fell off"):
        wg.audit(data, decision="d", sensitive="g", progress=fail, threads=1)


def test_audits_side_by_side(leads: wg.Audit) -> None:
    found: list[str] = []

    def one() -> None:
        found.append(wg.audit(LEADS, **LEADS_OPTIONS).to_json())

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [leads.to_json()] * 4


def _verdict(_: int) -> str:
    return wg.audit(table(), decision="decision", sensitive="group").verdict


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on Windows")
def test_a_forked_process_audits_too() -> None:
    expected = _verdict(0)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map_async(_verdict, range(4)).get(timeout=30) == [expected] * 4
