"""An audit of scores and its peers by turns: score_turns.py WAAGE FILE.

Prints benches/RESULTS-scores.md. Whole processes of the audit and of the formulations of
``scores_by_hand``, and numpy's values alone inside a warm process, follow each other, so that a
machine that is slow for a while is slow for all of them.
"""

import os
import subprocess
import sys
import time

import timing
from scores_by_hand import FORMULATIONS

METRICS = "roc_auc,ks_statistic,expected_calibration_error,brier_score"
ROLES = ["--label", "converted", "--score", "score", "--sensitive", "region"]
FINISHED = (0, 1)
# The slower formulation, which need not run as often.
SLOW = "polars"
SLOW_RUNS = 3


def main(binary, path):
    audit = [binary, "audit", path, *ROLES, "--metrics", METRICS, "--format", "json", "--quiet"]
    commands = {
        "waage": audit,
        "waage, no replicates": [*audit, "--bootstrap", "0"],
        "waage, one thread": [*audit, "--threads", "1"],
    }
    for name, code in FORMULATIONS.items():
        commands[name] = timing.python(code + "\nrun(sys.argv[1])", path)
    found = {name: [] for name in commands}
    warm, inside = timing.Warm(FORMULATIONS["numpy"], "run(sys.argv[1])", path), []
    for turn in range(timing.RUNS + 1):
        for name, command in commands.items():
            if name == SLOW and turn > SLOW_RUNS:
                continue
            run = timing.once(command, FINISHED)
            # The first of each fills the cache of files and is not counted.
            if turn > 0:
                found[name].append(run)
        inside.append(warm.once())
        # Its threads give memory back for a while.
        time.sleep(1)
    warm.end()
    import polars as pl

    rows = pl.scan_parquet(path).select(pl.len()).collect().item()
    version = subprocess.run([binary, "--version"], capture_output=True, check=True, text=True)
    seconds = {name: timing.median([run[0] for run in runs]) for name, runs in found.items()}
    peaks = {name: max(run[1] for run in runs) for name, runs in found.items()}
    names = {
        "waage": "audit: comparisons, intervals, JSON",
        "waage, no replicates": "the same without replicates",
        "waage, one thread": "the same on one thread",
        "numpy": "bare values, numpy and polars for reading",
        "polars": "bare values, polars alone",
    }
    print(TITLE.format(rows=rows, cores=os.cpu_count(), version=version.stdout.split()[-1]))
    print(HEAD)
    own = seconds["waage"]
    for name, what in names.items():
        cells = [what, len(found[name]), f"{seconds[name]:.2f}", f"{peaks[name]:.0f}"]
        print(f"| {' | '.join(map(str, cells))} | {seconds[name] / own:.2f} |")
    warm = timing.median(inside[1:])
    print(f"| numpy's bare values inside a warm process | {timing.RUNS} | {warm:.2f} | ", end="")
    print(f"| {warm / own:.2f} |")


TITLE = """# Exact scores

Written by `benches/scores.sh`. Waage {version}: AUC, Kolmogorov-Smirnov statistic, calibration
error and Brier score of {rows:,} distinct scores in 12 regions, whole processes by turns on
{cores} cores, medians.
"""

HEAD = """| what | runs | seconds | peak MiB | × waage |
| --- | ---: | ---: | ---: | ---: |"""


if __name__ == "__main__":
    main(*sys.argv[1:])
