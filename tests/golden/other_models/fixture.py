"""Data, rows and files that all families of cases share."""

import importlib.metadata
import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent / "cases"
SEED = 20_240_607


def data(n=400, features=5, missing=0.0, seed=SEED):
    """Numeric columns, some of few values, and three targets: real, two classes, three classes."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, features)) * np.array([1.0, 10.0, 0.01, 1.0, 100.0][:features])
    x[:, 3] = np.round(x[:, 3], 1)
    signal = x[:, 0] + np.where(x[:, 1] > 0, x[:, 3], -x[:, 0]) + 0.3 * random.normal(size=n)
    if missing:
        x[random.random(x.shape) < missing] = np.nan
    classes = np.digitize(signal, np.quantile(signal, [1 / 3, 2 / 3]))
    return x, signal, (signal > 0).astype(int), classes


def rows(x, thresholds, n=90, missing=True, infinite=True, seed=SEED + 1):
    """Rows to answer: resampled ones, then ones with values at and beside thresholds.

    ``thresholds`` has the thresholds of each feature, perhaps none.
    """
    random = np.random.default_rng(seed)
    found = np.array(x[random.integers(0, len(x), n)], dtype=object)
    for row, columns in zip(found, random.random(found.shape) < 0.3, strict=True):
        for column in np.flatnonzero(columns):
            if len(thresholds[column]):
                threshold = float(random.choice(thresholds[column]))
                row[column] = float(random.choice(beside(threshold)))
    if missing:
        found[random.random(found.shape) < 0.1] = np.nan
        found[n - 1, list(range(found.shape[1]))] = np.nan
    if infinite:
        for row in range(0, n, 9):
            column = random.integers(0, found.shape[1])
            found[row, column] = random.choice([np.inf, -np.inf])
    return found


def beside(threshold):
    """A threshold, its neighbours in double precision, and those in single precision."""
    single = np.float32(threshold)
    values = [threshold, np.nextafter(threshold, -np.inf), np.nextafter(threshold, np.inf)]
    values += [np.nextafter(single, np.float32(s)) for s in (-np.inf, np.inf)] + [single]
    # Halfway between two numbers of single precision, and just beside that.
    half = (float(single) + float(np.nextafter(single, np.float32(np.inf)))) / 2
    values += [half, np.nextafter(half, -np.inf), np.nextafter(half, np.inf)]
    return [float(value) for value in values if np.isfinite(value)]


def write(case, form, library, model, names, found, margin, **more):
    """Writes a case and its model, which is bytes or what JSON can hold."""
    FOLDER.mkdir(exist_ok=True)
    suffix = {"onnx": "onnx", "skops": "skops"}.get(form, "model.json")
    path = FOLDER / f"{case}.{suffix}"
    if isinstance(model, bytes):
        path.write_bytes(model)
    else:
        path.write_text(json.dumps(model, separators=(",", ":"), ensure_ascii=False) + "\n")
    margin = np.asarray(margin, dtype=float)
    margin = margin.reshape(len(found), -1)
    contributions, base = more.get("contributions"), more.get("base")
    if contributions is not None:
        contributions = np.asarray(contributions, dtype=float)
        base = np.atleast_1d(np.asarray(base, dtype=float))
        total = contributions.sum(axis=2) + base
        known = np.isfinite(margin)
        if np.abs(total - margin)[known].max() > 1e-8 * (1 + np.abs(margin[known]).max()):
            print(f"{case}: contributions do not add up, left out")
            contributions = base = None
    entry = {
        "library": library,
        "version": importlib.metadata.version(library),
        "seed": SEED,
        "case": case,
        "format": form,
        "model_file": path.name,
        "features": names,
        "tolerance": more.get("tolerance", 1e-12),
        "rows": [[cell(value) for value in row] for row in found],
        "margin": margin.tolist(),
        "contributions": None if contributions is None else contributions.tolist(),
        "interactions": None,
        "base": None if base is None else base.tolist(),
    }
    text = json.dumps(entry, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    (FOLDER / f"{case}.json").write_text(text + "\n")
    print(case, path.stat().st_size)


def cell(value):
    if value is None or isinstance(value, str):
        return value
    value = float(value)
    if np.isnan(value):
        return None
    if np.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value
