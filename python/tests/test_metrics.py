"""waage.metrics by itself: golden answers of Fairlearn, worked numbers, replicates, imports."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "golden"))

import frame_cases as cases

from waage import metrics as wm
from waage.metrics._known import Deferred

pytestmark = pytest.mark.filterwarnings("ignore")

GOLDEN = json.loads((ROOT / "tests" / "golden" / "frames.json").read_text(encoding="utf-8"))


def function(name: str, seed: int) -> Any:
    made: Any = cases.USER.get(name)
    if made is None:
        made = getattr(wm, name) if name in cases.OWN else Deferred.named(name)
    return cases.bound(made, name, seed)


def encoded(value: Any) -> Any:
    """A result as the golden file has it."""
    if isinstance(value, pd.DataFrame):
        columns = {str(c): [cell(v) for v in value[c]] for c in value.columns}
        types = [str(dtype) for dtype in value.dtypes]
        return {"index": index(value.index), "columns": columns, "types": types}
    if isinstance(value, pd.Series):
        values = [cell(v) for v in value]
        return {"index": index(value.index), "name": value.name, "values": values}
    return cell(value)


def index(labels: Any) -> Any:
    return {"names": list(labels.names), "labels": [str(label) for label in labels]}


def cell(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    return None if pd.isna(value) else float(value)


def outcome(make: Any) -> Any:
    try:
        return make()
    except ImportError:
        raise
    except Exception as error:
        return {"raises": type(error).__name__}


def read(frame: Any, name: str, args: Any, options: Any) -> Any:
    found = getattr(frame, name)
    return found(*args, **options) if options else found


def close(found: Any, expected: Any) -> bool:
    """Whether two encoded results agree: numbers to 1e-12, all else exactly."""
    if isinstance(expected, float) and isinstance(found, float):
        return found == pytest.approx(expected, rel=1e-12, abs=1e-13, nan_ok=True)
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        return all(map(close, found, expected))
    if isinstance(expected, dict) and isinstance(found, dict):
        return list(found) == list(expected) and close(
            list(found.values()), list(expected.values())
        )
    return bool(found == expected)


def test_frames_are_fairlearn_s() -> None:
    compared = left_out = 0
    for golden in GOLDEN["frames"]:
        seed = golden["seed"]
        names, single, given = cases.frame_case(seed)
        functions = {name: function(name, seed) for name in names}
        metrics = functions[names[0]] if single else functions
        try:
            frame = outcome(partial(wm.MetricFrame, metrics=metrics, **given))
        except ImportError:
            # A function of scikit-learn itself was needed: for its errors mostly.
            left_out += 1
            continue
        if "raises" in golden:
            assert isinstance(frame, dict), seed
            continue
        assert not isinstance(frame, dict), (seed, frame)
        for (name, args, options), expected in zip(cases.CALLS, golden["answers"], strict=True):
            found = outcome(partial(read, frame, name, args, options))
            found = found if isinstance(found, dict) else encoded(found)
            assert close(found, expected), (seed, name, options, found, expected)
            compared += 1
    assert compared > 800 and left_out < 20


def example() -> dict[str, Any]:
    """E1 of the formulas: counts TP FP FN TN of three groups."""
    counts = {"a": (40, 20, 10, 30), "b": (18, 6, 12, 24), "c": (6, 4, 9, 21)}
    y = [
        label
        for c in counts.values()
        for n, label in zip(c, (1, 0, 1, 0), strict=True)
        for _ in range(n)
    ]
    d = [
        label
        for c in counts.values()
        for n, label in zip(c, (1, 1, 0, 0), strict=True)
        for _ in range(n)
    ]
    group = [g for g, c in counts.items() for _ in range(sum(c))]
    return {"y_true": y, "y_pred": d, "sensitive_features": group}


def test_worked_numbers() -> None:
    names = ("accuracy_score", "balanced_accuracy_score", "f1_score", "matthews_corrcoef")
    metrics = {name: Deferred.named(name) for name in names}
    metrics |= {"tpr": wm.true_positive_rate, "fpr": wm.false_positive_rate}
    frame = wm.MetricFrame(metrics=metrics | {"rate": wm.selection_rate}, **example())
    b = frame.by_group.loc["b"]
    assert b["rate"] == 0.4 and b["tpr"] == 0.6 and b["fpr"] == 0.2 and b["accuracy_score"] == 0.7
    assert abs(b["f1_score"] - 0.666666667) < 1e-9
    assert abs(frame.by_group.loc["c", "balanced_accuracy_score"] - 0.62) < 1e-12
    assert abs(frame.by_group.loc["c", "matthews_corrcoef"] - 0.268328157) < 1e-9
    assert frame.overall["tpr"] == 64 / 95 and frame.overall["fpr"] == 2 / 7
    assert abs(frame.overall["balanced_accuracy_score"] - 0.693984962) < 1e-9
    given = example()
    y, d, features = given.values()
    assert wm.demographic_parity_difference(y, d, sensitive_features=features) == 0.6 - 0.25
    assert wm.equalized_odds_difference(y, d, sensitive_features=features) == 0.8 - 0.4
    assert wm.equalized_odds_ratio(y, d, sensitive_features=features) == pytest.approx(0.4)
    assert wm.equal_opportunity_ratio(y, d, sensitive_features=features) == 0.5


def test_a_class_that_is_absent_has_rate_zero() -> None:
    found = wm.MetricFrame(
        metrics={"tpr": wm.true_positive_rate, "fnr": wm.false_negative_rate},
        y_true=[0, 0, 1, 1],
        y_pred=[1, 0, 1, 0],
        sensitive_features=["none", "none", "two", "two"],
    )
    assert found.by_group.loc["none"].tolist() == [0.0, 0.0]
    assert found.by_group.loc["two"].tolist() == [0.5, 0.5]


def intervals(state: Any, n_boot: int = 200, **more: Any) -> wm.MetricFrame:
    metrics = {"rate": wm.selection_rate, "tpr": wm.true_positive_rate, "n": wm.count}
    return wm.MetricFrame(
        metrics=metrics,
        **{**example(), **more},
        n_boot=n_boot,
        ci_quantiles=[0.025, 0.975],
        random_state=state,
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_replicates_follow_their_seed_alone(weighted: bool) -> None:
    weight = np.linspace(0.5, 2.0, 200)
    params = {name: {"sample_weight": weight} for name in ("rate", "tpr")} if weighted else None
    frames = [intervals(state, sample_params=params) for state in (7, 7, np.int64(7), 8)]
    low = [frame.by_group_ci[0] for frame in frames]
    assert low[0].equals(low[1]) and low[0].equals(low[2]) and not low[0].equals(low[3])
    state = np.random.RandomState(3)
    again = np.random.RandomState(3)
    assert intervals(state).difference_ci()[1].equals(intervals(again).difference_ci()[1])
    for before, after in zip(frames[0].by_group_ci, frames[0].by_group_ci, strict=True):
        assert before is after


def test_intervals_lie_where_theory_puts_them() -> None:
    low, high = intervals(1, n_boot=4000).overall_ci
    p, n = 0.47, 200
    for end, z in ((low, -1.96), (high, 1.96)):
        assert abs(end["rate"] - (p + z * (p * (1 - p) / n) ** 0.5)) < 0.012
        assert end["n"] == n


def test_intervals_were_asked_for_or_are_refused() -> None:
    frame = wm.MetricFrame(metrics=wm.selection_rate, **example())
    for ask in (frame.group_min_ci, frame.difference_ci, lambda: frame.overall_ci):
        with pytest.raises(ValueError, match="n_boot"):
            ask()


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda f: f.difference(method="x"), "between_groups"),
        (lambda f: f.ratio(errors="x"), "coerce"),
        (lambda f: f.group_min(errors="x"), "coerce"),
    ],
)
def test_options_out_of_range_are_named(call: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call(wm.MetricFrame(metrics=wm.selection_rate, **example()))


def test_derived_metrics() -> None:
    def share(y_true: Any, y_pred: Any, least: int = 1) -> float:
        return float(np.mean(np.asarray(y_pred) >= least))

    gap = wm.make_derived_metric(metric=share, transform="difference")
    y, d, features = example().values()
    assert gap(y, d, sensitive_features=features) == pytest.approx(0.35)
    assert gap(y, d, sensitive_features=features, least=2) == 0.0
    for bad in ({"metric": 3}, {"transform": "x"}, {"metric": lambda y, p, method: 0}):
        with pytest.raises(ValueError):
            wm.make_derived_metric(**{"metric": share, "transform": "ratio", **bad})
    for name in wm.__all__:
        made = getattr(wm, name)
        assert made.__doc__ and made.__name__ == name


SCRIPT = """
import sys, importlib.abc
class Without(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in ("pandas", "sklearn", "matplotlib"):
            raise ImportError(name)
sys.meta_path.insert(0, Without())
import waage.metrics as wm
y, d = [1, 0, 1, 0, 1], [1, 1, 1, 0, 0]
given = dict(y_true=y, y_pred=d, sensitive_features=["b", "b", "a", "a", "a"])
one = wm.MetricFrame(metrics=wm.selection_rate, **given)
assert one.by_group == {"a": 1 / 3, "b": 1.0} and one.overall == 0.6, one.by_group
assert abs(one.difference() - 2 / 3) < 1e-15 and abs(one.ratio() - 1 / 3) < 1e-15
two = wm.MetricFrame(metrics={"n": wm.count, "mean": lambda y, p: p.mean()}, **given,
                     control_features=[1, 1, 1, 2, 2], n_boot=5, ci_quantiles=[0.5], random_state=0)
assert list(two.by_group["n"]) == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]
assert list(two.by_group["n"].values())[:3] == [1, 2, 2]
assert two.overall["mean"] == {1: 1.0, 2: 0.0} and list(two.overall_ci[0]) == ["n", "mean"]
assert wm.equalized_odds_difference(y, d, sensitive_features=given["sensitive_features"]) == 1.0
assert wm.accuracy_score_group_min(y, d, sensitive_features=given["sensitive_features"]) == 0.5
for call in (lambda: wm.plot_model_comparison(y_preds=[d], y_true=y),
             lambda: wm.plot_roc_curve_by_group(y, d, sensitive_features=["a"] * 5),
             lambda: wm.log_loss_group_max(y, d, sensitive_features=["a", "a", "a", "a", "b"])):
    try:
        call()
    except ImportError as error:
        assert "install" in str(error)
    else:
        raise AssertionError("a missing package was not named")
print("done")
"""


def test_without_pandas_and_scikit_learn() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.stdout == "done\n", done.stderr


def test_imports_wait_until_they_are_needed() -> None:
    script = (
        "import sys, waage; assert 'waage.metrics' not in sys.modules;"
        "waage.metrics; import waage.metrics;"
        "print([n for n in ('pandas', 'sklearn', 'matplotlib', 'pyarrow') if n in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "[]\n"


def test_warnings_name_what_is_undefined() -> None:
    with pytest.warns(UserWarning, match="precision is 0"):
        frame = wm.MetricFrame(
            metrics=Deferred.named("precision_score"),
            y_true=[0, 1, 1],
            y_pred=[0, 1, 1],
            sensitive_features=["a", "b", "b"],
        )
    assert frame.by_group.tolist() == [0.0, 1.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wm.MetricFrame(metrics=wm.selection_rate, **example())
