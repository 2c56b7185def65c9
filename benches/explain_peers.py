"""Exact attributions of trees: Waage beside xgboost, lightgbm, shap, FastTreeSHAP and woodelf.

One run, one machine, the same models and rows for all. Peers explain fewer rows where they are
slow (their cost per row does not depend on the number); their matrices and explainers are made
before the clock starts, while Waage's time holds everything: quantising, tables, rows. One thread
each. Prints one JSON document per depth; rates are rows per second.

    python benches/explain_peers.py BINARY [--rows N] [--depths 4,6,8,12] [--peers xgboost,…]

BINARY is the example ``explain_rows`` of ``waage-explain``, in release mode (``explain.sh`` builds
it). A peer that is not installed or fails is named in ``NAME_failed``.
"""

import argparse
import functools
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

FEATURES = 20
TREES = 100
# Rows for peers, by depth.
FEW = {4: 4_000, 6: 1_000, 8: 300}


def rows_of(rng, count):
    """Correlated numbers with 5 % missing."""
    x = rng.normal(size=(count, 4)) @ rng.normal(size=(4, FEATURES)) * 0.4
    x += rng.normal(size=(count, FEATURES))
    x[rng.random(x.shape) < 0.05] = np.nan
    return x


def target(rng, x):
    """A sum of steps and products, so that trees grow deep."""
    z = np.nan_to_num(x)
    score = z[:, 0] * z[:, 1] + np.sin(2 * z[:, 2]) + (z[:, 3] > 0.5) * z[:, 4]
    score += 0.3 * z[:, 5:].sum(1)
    return (score + rng.logistic(size=len(x)) > 0).astype(int)


def timed(call, runs):
    """The median seconds of some runs, and the last result."""
    times, result = [], None
    for _ in range(runs):
        start = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


class Waage:
    """The example program on one model and the rows."""

    def __init__(self, binary, rows, runs):
        self.binary, self.rows, self.runs = binary, rows, runs

    def __call__(self, model, *options, runs=None):
        """What it tells of the time, and its attributions."""
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "phi"
            options = map(str, (*options, "--runs", runs or self.runs, "--out", out))
            command = [self.binary, model, self.rows, str(FEATURES), *options]
            ran = subprocess.run(command, check=True, capture_output=True, text=True)
            return json.loads(ran.stdout), np.fromfile(out)


def own(waage, model, background, count, depth):
    """Waage's own figures."""
    told, phi = waage(model)
    two, again = waage(model, "--threads", 2)
    assert np.array_equal(phi, again)
    other, _ = waage(model, "--background", background)
    plain, same = waage(model, "--portable")
    assert np.array_equal(phi, same)
    one, _ = waage(model, "--take", 1, runs=21)
    some = 20_000 if depth <= 8 else 2_000
    pairs, _ = waage(model, "--take", some, "--index", "pairs")
    figures = {
        "nodes": told["nodes"],
        "waage": count / told["all"],
        "waage_alone": count / told["alone"],
        "ns_per_row_and_tree": told["all"] / count / TREES * 1e9,
        "two_threads": told["all"] / two["all"],
        "vectors": plain["all"] / told["all"],
        "interventional": count / other["all"],
        "interventional_over_path": other["all"] / told["all"],
        "one_row_ms": one["all"] * 1e3,
        "pairs": some / pairs["all"],
    }
    return figures, phi


def of_xgboost(_model, booster, rows, _train, phi, runs):
    """xgboost's own contributions and interactions."""
    import xgboost

    matrix = xgboost.DMatrix(rows, nthread=1)
    seconds, theirs = timed(lambda: booster.predict(matrix, pred_contribs=True), runs)
    fewer = max(len(rows) // 20, 2)
    few = xgboost.DMatrix(rows[:fewer], nthread=1)
    pairs, _ = timed(lambda: booster.predict(few, pred_interactions=True), 1)
    return {
        "xgboost": len(rows) / seconds,
        "xgboost_pairs": fewer / pairs,
        "xgboost_difference": float(np.abs(theirs[:, :-1].ravel() - phi[: rows.size]).max()),
    }


def of_shap(model, _booster, rows, train, _phi, runs):
    """shap's C code, path-dependent and against 100 and 1,000 rows."""
    import shap

    path = shap.TreeExplainer(model)
    # Else it asks xgboost for its contributions.
    path.model.model_type = "internal"
    seconds, _ = timed(lambda: path.shap_values(rows, check_additivity=False), runs)
    figures = {"shap": len(rows) / seconds}
    for background, share in ((100, 10), (1000, 50)):
        few = rows[: len(rows) // share + 1]
        # Left alone it takes a hundred rows of any background.
        masker = shap.maskers.Independent(train[:background], max_samples=background)
        other = shap.TreeExplainer(model, masker, feature_perturbation="interventional")
        call = functools.partial(other.shap_values, few, check_additivity=False)
        slow, _ = timed(call, 1)
        figures[f"shap_interventional_{background}"] = len(few) / slow
    return figures


def of_fasttreeshap(model, _booster, rows, _train, _phi, runs):
    """FastTreeSHAP v2."""
    import fasttreeshap_fixed

    explainer = fasttreeshap_fixed.TreeExplainer(model, algorithm="v2", n_jobs=1)
    seconds, _ = timed(lambda: explainer.shap_values(rows, check_additivity=False), runs)
    return {"fasttreeshap": len(rows) / seconds}


def of_woodelf(model, _booster, rows, _train, _phi, _runs):
    """The pattern method's own package, on as many rows as it likes."""
    import pandas
    from woodelf import WoodelfExplainer

    frame = pandas.DataFrame(rows, columns=[f"f{i}" for i in range(FEATURES)])
    seconds, _ = timed(lambda: WoodelfExplainer(model).shap_values(frame), 1)
    return {"woodelf": len(rows) / seconds}


def of_lightgbm(waage, train, label, depth, rows, count, runs):
    """lightgbm's own contributions, on a model of its own."""
    import lightgbm

    options = {"num_leaves": 2**depth, "min_child_samples": 1, "n_jobs": 1, "verbose": -1}
    model = lightgbm.LGBMClassifier(n_estimators=TREES, max_depth=depth, **options)
    booster = model.fit(train, label).booster_
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.txt")
        booster.save_model(path)
        told, phi = waage(path)
    seconds, theirs = timed(lambda: booster.predict(rows, pred_contrib=True, num_threads=1), runs)
    return {
        "lightgbm_nodes": told["nodes"],
        "waage_on_lightgbm": count / told["all"],
        "lightgbm": len(rows) / seconds,
        "lightgbm_difference": float(np.abs(theirs[:, :-1].ravel() - phi[: rows.size]).max()),
    }


PEERS = {
    "xgboost": of_xgboost,
    "shap": of_shap,
    "fasttreeshap": of_fasttreeshap,
    "woodelf": of_woodelf,
}


def attempt(line, name, call):
    """Adds a peer's figures, or what it failed with."""
    try:
        line.update(call())
    except Exception as error:
        line[f"{name}_failed"] = repr(error)[:200]


def main():
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--depths", default="4,6,8,12")
    parser.add_argument("--peers", default="xgboost,lightgbm,shap,fasttreeshap,woodelf")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    import xgboost

    rng = np.random.default_rng(0)
    train = rows_of(rng, 20_000)
    label = target(rng, train)
    rows = rows_of(rng, args.rows)
    peers = args.peers.split(",")
    with tempfile.TemporaryDirectory() as folder:
        data, background = str(Path(folder) / "rows"), str(Path(folder) / "background")
        rows.tofile(data)
        train[:10_000].tofile(background)
        waage = Waage(args.binary, data, args.runs)
        for depth in map(int, args.depths.split(",")):
            options = {"tree_method": "hist", "nthread": 1, "min_child_weight": 0}
            model = xgboost.XGBClassifier(n_estimators=TREES, max_depth=depth, **options)
            model.set_params(learning_rate=0.1).fit(train, label)
            path = str(Path(folder) / "model.ubj")
            model.get_booster().save_model(path)
            line = {"depth": depth, "rows": args.rows}
            figures, phi = own(waage, path, background, args.rows, depth)
            line.update(figures)
            few = rows[: FEW.get(depth, 30)]
            for name in (name for name in peers if name in PEERS):
                some = rows[:20_000] if name == "woodelf" else few
                given = (model, model.get_booster(), some, train, phi, args.runs)
                attempt(line, name, lambda name=name, given=given: PEERS[name](*given))
            if "lightgbm" in peers:
                given = (waage, train, label, depth, few, args.rows, args.runs)
                attempt(line, "lightgbm", lambda given=given: of_lightgbm(*given))
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
