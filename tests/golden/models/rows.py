"""Rows of six features to train on, and rows to predict that lie where libraries differ."""

import math

import numpy as np

FEATURES = 6
ROWS = 32


def training(seed, n=300, missing=0.1, categories=0):
    """Six columns: normal, whole numbers, many zeros, uniform, and last perhaps categories."""
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [
            np.round(rng.normal(size=n), 3),
            rng.integers(0, 9, n).astype(float),
            np.where(rng.random(n) < 0.5, 0.0, np.round(rng.normal(size=n), 2)),
            np.round(rng.random(n), 3),
            np.round(rng.random(n) * 100, 1),
            rng.integers(0, categories, n).astype(float)
            if categories
            else np.round(rng.random(n), 3),
        ]
    )
    signal = x[:, 0] + 0.3 * x[:, 1] - np.abs(x[:, 2]) + 2 * x[:, 3] * (x[:, 4] > 50)
    if categories:
        signal = signal + 2 * np.sin(1.7 * x[:, 5])
    noise = rng.normal(size=n)
    x[rng.random(x.shape) < missing] = np.nan
    return x, signal + 0.5 * noise - 1.5


def queries(x, thresholds, seed, infinite, categories=0):
    """Rows like those of training, what was never seen, then thresholds and their neighbours.

    `thresholds` are pairs of a feature and a threshold.
    """
    rng = np.random.default_rng(seed + 1)
    rows = x[rng.choice(len(x), ROWS, replace=False)].copy()
    rows[0] = np.nan
    rows[1] = 0.0
    rows[2] = 1e30
    rows[3] = -1e30
    rows[4, :] = 0.1
    if infinite:
        rows[5, :5] = math.inf
        rows[6, :5] = -math.inf
        rows[7] = [1e-35, -1e-36, 1.00000001e-35, 2e-35, -1e-35, 0.0]
    if categories:
        rows[8:16, 5] = [-1.0, 3.7, 100.0, 2.0**25, categories, 0.0, np.nan, -0.5]
    place = 16
    order = rng.permutation(len(thresholds))
    for at in order[: (ROWS - place) // 2]:
        feature, threshold = thresholds[at]
        # The threshold itself; then a double beside it, which rounds onto it in single precision.
        rows[place, feature] = threshold
        rows[place + 1, feature] = np.nextafter(threshold, -math.inf if place % 4 else math.inf)
        place += 2
    return rows


def plain(value):
    """Arrays as lists; NaN as null and infinities as texts, for JSON has neither."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, np.floating):
        # The shortest digits that give the same number of its precision back.
        value = float(str(value))
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        if value == int(value) and abs(value) < 1e15:
            return int(value) if math.copysign(1, value) > 0 or value else 0.0 * value
    return value
