"""Exact attributions of trees: Waage beside xgboost, lightgbm, shap, fasttreeshap and woodelf.

One run, one machine, the same models and rows for all. Peers explain fewer rows where they are slow
(their cost per row does not depend on the number); matrices and explainers are built before the
clock starts for them, while Waage's time holds everything: quantising, tables, rows.

    python benches/explain_peers.py BINARY [--rows N] [--depths 4,6,8,12] [--peers xgboost,lightgbm,…]

BINARY is `cargo build --release -p waage-explain --example explain_rows`. Needs numpy and whichever
peers are installed; those that are not are left out and named.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

FEATURES = 20
TREES = 100


def rows_of(rng, count):
    """Correlated numbers with 5 % missing."""
    base = rng.normal(size=(count, 4))
    x = base @ rng.normal(size=(4, FEATURES)) * 0.4 + rng.normal(size=(count, FEATURES))
    x[rng.random(x.shape) < 0.05] = np.nan
    return x


def target(rng, x):
    """A sum of steps and products, so that trees grow deep."""
    z = np.nan_to_num(x)
    score = z[:, 0] * z[:, 1] + np.sin(2 * z[:, 2]) + (z[:, 3] > 0.5) * z[:, 4] + 0.3 * z[:, 5:].sum(1)
    return (score + rng.logistic(size=len(x)) > 0).astype(int)


def timed(call, runs):
    """The median seconds of some runs, and the last result."""
    times, result = [], None
    for _ in range(runs):
        start = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


def waage(binary, model, rows, *options):
    """Seconds and attributions of Waage."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "phi"
        command = [binary, model, rows, str(FEATURES), *map(str, options), "--out", str(out)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return told, np.fromfile(out)


def main():
    """Measure and print one JSON document per line."""
    parser = argparse.ArgumentParser()
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
        data = str(Path(folder) / "rows")
        rows.tofile(data)
        background = str(Path(folder) / "background")
        train[:10_000].tofile(background)
        for depth in map(int, args.depths.split(",")):
            model = xgboost.XGBClassifier(
                n_estimators=TREES, max_depth=depth, learning_rate=0.1, tree_method="hist", nthread=1, min_child_weight=0
            ).fit(train, label)
            booster = model.get_booster()
            path = str(Path(folder) / "model.ubj")
            booster.save_model(path)
            line = {"depth": depth, "rows": args.rows}
            told, phi = waage(args.binary, path, data, "--runs", args.runs)
            line["nodes"] = told["nodes"]
            line["waage"] = args.rows / told["all"]
            line["waage_alone"] = args.rows / told["alone"]
            line["ns_per_row_and_tree"] = told["all"] / args.rows / TREES * 1e9
            two, phi2 = waage(args.binary, path, data, "--runs", args.runs, "--threads", 2)
            line["two_threads"] = told["all"] / two["all"]
            assert np.array_equal(phi, phi2)
            other, _ = waage(args.binary, path, data, "--runs", args.runs, "--background", background)
            line["interventional_over_path"] = other["all"] / told["all"]
            one, _ = waage(args.binary, path, data, "--runs", 21, "--take", 1)
            line["one_row_ms"] = one["all"] * 1e3
            some = 20_000 if depth <= 8 else 2_000
            pairs, _ = waage(args.binary, path, data, "--runs", args.runs, "--take", some, "--index", "pairs")
            line["pairs"] = some / pairs["all"]
            few = {4: 4_000, 6: 1_000, 8: 300}.get(depth, 30)
            if "xgboost" in peers:
                matrix = xgboost.DMatrix(rows[:few], nthread=1)
                seconds, theirs = timed(lambda m=matrix: booster.predict(m, pred_contribs=True), args.runs)
                line["xgboost"] = few / seconds
                line["xgboost_difference"] = float(np.abs(theirs[:, :-1].ravel() - phi[: few * FEATURES]).max())
                fewer = max(few // 20, 2)
                matrix = xgboost.DMatrix(rows[:fewer], nthread=1)
                seconds, _ = timed(lambda m=matrix: booster.predict(m, pred_interactions=True), 1)
                line["xgboost_pairs"] = fewer / seconds
            if "shap" in peers:
                try:
                    import shap

                    explainer = shap.TreeExplainer(model)
                    seconds, _ = timed(lambda e=explainer: e.shap_values(rows[:few], check_additivity=False), args.runs)
                    line["shap"] = few / seconds
                    explainer = shap.TreeExplainer(model, train[:100], feature_perturbation="interventional")
                    seconds, _ = timed(lambda e=explainer: e.shap_values(rows[:few // 10 + 1], check_additivity=False), 1)
                    line["shap_interventional_100"] = (few // 10 + 1) / seconds
                    line["waage_interventional"] = args.rows / other["all"]
                except Exception as error:  # a peer that fails is named, not hidden
                    line["shap_failed"] = repr(error)[:200]
            if "fasttreeshap" in peers:
                try:
                    import fasttreeshap_fixed as fasttreeshap

                    explainer = fasttreeshap.TreeExplainer(model, algorithm="v2", n_jobs=1)
                    seconds, _ = timed(lambda e=explainer: e.shap_values(rows[:few], check_additivity=False), 1)
                    line["fasttreeshap"] = few / seconds
                except Exception as error:
                    line["fasttreeshap_failed"] = repr(error)[:200]
            if "woodelf" in peers and depth <= 8:
                try:
                    import pandas as pd

                    frame = pd.DataFrame(rows[:20_000], columns=[f"f{i}" for i in range(FEATURES)])
                    seconds, _ = timed(lambda f=frame: woodelf_values(model, f), 1)
                    line["woodelf"] = 20_000 / seconds
                except Exception as error:
                    line["woodelf_failed"] = repr(error)[:200]
            if "lightgbm" in peers:
                try:
                    import lightgbm

                    light = lightgbm.LGBMClassifier(
                        n_estimators=TREES, max_depth=depth, num_leaves=2**depth, min_child_samples=1, n_jobs=1, verbose=-1
                    ).fit(train, label)
                    path = str(Path(folder) / "model.txt")
                    light.booster_.save_model(path)
                    told, phi = waage(args.binary, path, data, "--runs", args.runs)
                    seconds, theirs = timed(
                        lambda b=light.booster_: b.predict(rows[:few], pred_contrib=True, num_threads=1), args.runs
                    )
                    line["lightgbm_nodes"] = told["nodes"]
                    line["waage_on_lightgbm"] = args.rows / told["all"]
                    line["lightgbm"] = few / seconds
                    line["lightgbm_difference"] = float(np.abs(theirs[:, :-1].ravel() - phi[: few * FEATURES]).max())
                except Exception as error:
                    line["lightgbm_failed"] = repr(error)[:200]
            print(json.dumps(line), flush=True)


def woodelf_values(model, frame):
    """Path-dependent values by the pattern method's own package."""
    from woodelf import WoodelfExplainer

    return WoodelfExplainer(model).shap_values(frame)


if __name__ == "__main__":
    sys.exit(main())
