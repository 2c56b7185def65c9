"""MetricFrame of Waage beside Fairlearn's, in one process: waage_frame.py [ROWS] [BOOT_ROWS]

Both get the same arrays and the same functions, and give by_group, difference() and ratio(). Every
case prints one line of JSON. Intervals: Waage draws 1 000 replicates, Fairlearn N_BOOT (10) whose
time, less that of the frame, is multiplied: its replicates are one loop. RUNS in the environment
says how often Waage is timed (9); Fairlearn is timed once.
"""

import json
import os
import sys
import time
import warnings

import fairlearn
import numpy as np
import pandas as pd
import timing
from fairlearn import metrics as fair
from sklearn import metrics as sk

from waage import metrics as ours

N_BOOT = int(os.environ.get("N_BOOT", "10"))
REPLICATES = 1000

FOUR = {
    "selection_rate": fair.selection_rate,
    "true_positive_rate": fair.true_positive_rate,
    "accuracy": sk.accuracy_score,
    "precision": sk.precision_score,
}


def read(frame):
    return frame.by_group, frame.difference(), frame.ratio()


def read_intervals(frame):
    return read(frame), frame.by_group_ci, frame.difference_ci(), frame.ratio_ci()


def once(function):
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def alike(found, expected):
    for a, b in zip(found, expected, strict=True):
        # Differences of rates cancel: what sums of a million weights round is no smaller there.
        np.testing.assert_allclose(np.asarray(a, float), np.asarray(b, float), 1e-12, 1e-12)


def compared(case, metrics, given, replicates=0):
    """Times one case; Fairlearn's time of replicates is that of N_BOOT of them, multiplied."""
    options = {"metrics": metrics, **given}
    expected_seconds, frame = once(lambda: fair.MetricFrame(**options))
    alike(read(ours.MetricFrame(**options)), read(frame))
    line = {"case": case, "rows": len(given["y_true"]), "fairlearn": fairlearn.__version__}
    if not replicates:
        seconds = timing.warm(lambda: read(ours.MetricFrame(**options)))
        line |= {"fairlearn_seconds": expected_seconds, "waage_seconds": seconds}
    else:
        boot = {"ci_quantiles": [0.025, 0.975], "random_state": 0}
        few = {**options, **boot, "n_boot": N_BOOT}
        with_few, _ = once(lambda: fair.MetricFrame(**few))
        each = (with_few - expected_seconds) / N_BOOT
        many = {**options, **boot, "n_boot": replicates}
        seconds = timing.warm(lambda: read_intervals(ours.MetricFrame(**many)))
        line |= {
            "replicates": replicates,
            "fairlearn_n_boot": N_BOOT,
            "fairlearn_seconds": expected_seconds + each * replicates,
            "waage_seconds": seconds,
        }
    print(json.dumps(line), flush=True)


def main(rows=1_000_000, boot_rows=1_000_000):
    rng = np.random.default_rng(0)
    y, d = rng.integers(0, 2, rows), rng.integers(0, 2, rows)
    code = rng.choice(4, rows, p=[0.5, 0.3, 0.15, 0.05])
    text = np.array(["female", "male", "other", "unknown"])[code]
    region = pd.Series(
        pd.Categorical.from_codes(rng.integers(0, 12, rows), [f"region {i}" for i in range(12)])
    )
    kinds = {
        "numpy text": text,
        "numpy integers": code,
        "object array of texts": text.astype(object),
        "list of texts": text.tolist(),
        "pandas text": pd.Series(text, name="gender"),
        "pandas categorical": pd.Series(pd.Categorical(text), name="gender"),
        "two columns": pd.DataFrame({"gender": pd.Categorical(text), "region": region}),
    }
    base = {"y_true": y, "y_pred": d}
    selection = fair.selection_rate
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind, values in kinds.items():
            compared(f"selection rate, {kind}", selection, base | {"sensitive_features": values})
        given = base | {"sensitive_features": text}
        compared("four metrics, numpy text", FOUR, given)
        weight = rng.random(rows)
        params = {name: {"sample_weight": weight} for name in FOUR}
        compared("four metrics, weighted", FOUR, given | {"sample_params": params})
        score = rng.random(rows)
        compared("ROC AUC, numpy text", sk.roc_auc_score, given | {"y_pred": score})
        few = {name: values[:boot_rows] for name, values in given.items()}
        compared("selection rate, intervals", selection, few, REPLICATES)
        compared("four metrics, intervals", FOUR, few, REPLICATES)
        strata = {"control_features": region[:boot_rows]}
        compared("four metrics in 12 strata, intervals", FOUR, few | strata, REPLICATES)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
