"""An audit's tables in Fairlearn: fairlearn_frame.py FILE [N] [N_BOOT_ROWS]

MetricFrame with the metrics of an audit: over gender, region and both on the first N rows without
intervals, and over gender alone on the first N_BOOT_ROWS rows with n_boot = 100 (all three frames
would take three times as long). A slow peer: RUNS in the environment says how often.
"""

import json
import sys
import warnings

import fairlearn
import numpy as np
import pyarrow.parquet as parquet
import timing
from fairlearn import metrics as fair
from sklearn import metrics as sk

ATTRIBUTES = [["gender"], ["region"], ["gender", "region"]]
BOOTSTRAP = {"n_boot": 100, "ci_quantiles": [0.025, 0.975], "random_state": 0}


def base_rate(y_true, y_pred):
    return fair.selection_rate(y_true, y_true)


def negative_predictive_value(y_true, y_pred):
    return sk.precision_score(y_true, y_pred, pos_label=0, zero_division=0)


def precision(y_true, y_pred):
    return sk.precision_score(y_true, y_pred, zero_division=0)


def false_discovery_rate(y_true, y_pred):
    return 1 - precision(y_true, y_pred)


def false_omission_rate(y_true, y_pred):
    return 1 - negative_predictive_value(y_true, y_pred)


METRICS = {
    "count": fair.count,
    "base_rate": base_rate,
    "selection_rate": fair.selection_rate,
    "true_positive_rate": fair.true_positive_rate,
    "false_positive_rate": fair.false_positive_rate,
    "true_negative_rate": fair.true_negative_rate,
    "false_negative_rate": fair.false_negative_rate,
    "precision": precision,
    "negative_predictive_value": negative_predictive_value,
    "false_discovery_rate": false_discovery_rate,
    "false_omission_rate": false_omission_rate,
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
    "f1": sk.f1_score,
    "mean_prediction": fair.mean_prediction,
}


def frames(rows, attributes=ATTRIBUTES, **bootstrap):
    """Frames with both disparities, and with their intervals if bootstrapped."""
    for names in attributes:
        frame = fair.MetricFrame(
            metrics=METRICS,
            y_true=rows["converted"],
            y_pred=rows["contacted"],
            sensitive_features=rows[names],
            **bootstrap,
        )
        frame.by_group, frame.difference(), frame.ratio()
        if bootstrap:
            frame.by_group_ci, frame.difference_ci(), frame.ratio_ci()


def load(path, rows):
    columns = ["converted", "contacted", "gender", "region"]
    batches = parquet.ParquetFile(path).iter_batches(rows, columns=columns)
    frame = next(batches).to_pandas()[:rows]
    for name in ("converted", "contacted"):
        frame[name] = frame[name].astype(np.int8)
    for name in ("gender", "region"):
        # Fairlearn refuses missing groups; an audit counts them as a group of their own.
        frame[name] = frame[name].astype(object).fillna("(missing)").astype(str)
    return frame


def main(path, rows=1_000_000, boot_rows=100_000):
    table, boot = load(path, rows), load(path, boot_rows)
    with warnings.catch_warnings():
        # Small groups without positives: both libraries then warn at every call.
        warnings.simplefilter("ignore")
        frames(load(path, 1000))
        result = {
            "peer": "fairlearn",
            "version": fairlearn.__version__,
            "rows": len(table),
            "runs": timing.RUNS,
            "warm_seconds": timing.warm(lambda: frames(table), warm_up=False),
            "boot_rows": len(boot),
            "n_boot": BOOTSTRAP["n_boot"],
            "boot_seconds": timing.warm(
                lambda: frames(boot, ATTRIBUTES[:1], **BOOTSTRAP), warm_up=False
            ),
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
