"""waage.metrics beside fairlearn.metrics, where Fairlearn is installed."""

from __future__ import annotations

import sys
import warnings
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT

fairlearn = pytest.importorskip("fairlearn.metrics")
scikit = pytest.importorskip("sklearn.metrics")

sys.path.insert(0, str(ROOT / "tests" / "golden"))

import frame_cases as cases  # noqa: E402

from waage import metrics as ours  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


def outcome(make: Any) -> Any:
    """What a call returns, or the type of what it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return make()
        except Exception as error:
            return type(error)


def same(found: Any, expected: Any) -> None:
    """Equal values, indices, names and types."""
    if isinstance(expected, type):
        assert isinstance(found, type), f"{found!r} instead of {expected}"
        assert issubclass(found, expected) or issubclass(expected, found), (found, expected)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            same(a, b)
    elif isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12, atol=1e-13)
    elif isinstance(expected, pd.Series):
        pd.testing.assert_series_equal(found, expected, rtol=1e-12, atol=1e-13)
    elif isinstance(expected, np.ndarray):
        np.testing.assert_array_equal(found, expected)
    else:
        assert isinstance(found, type(expected)) or isinstance(expected, type(found))
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-13, nan_ok=True)


def function(module: Any, name: str, seed: int) -> Any:
    made = cases.USER.get(name) or getattr(module if name in cases.OWN else scikit, name)
    return cases.bound(made, name, seed)


def frame(module: Any, seed: int, **more: Any) -> Any:
    names, single, given = cases.frame_case(seed)
    functions = {name: function(module, name, seed) for name in names}
    metrics = functions[names[0]] if single else functions
    return outcome(lambda: module.MetricFrame(metrics=metrics, **given, **more))


@pytest.mark.parametrize("seed", range(400))
def test_frames(seed: int) -> None:
    found, expected = frame(ours, seed), frame(fairlearn, seed)
    if isinstance(expected, type) or isinstance(found, type):
        same(found, expected)
        return
    assert found.control_levels == expected.control_levels
    assert found.sensitive_levels == expected.sensitive_levels
    for name, args, options in cases.CALLS:

        def value(of: Any, name: str = name, options: Any = options, args: Any = args) -> Any:
            found = getattr(of, name)
            return found(*args, **options) if options else found

        a, b = (
            outcome(lambda value=value: value(found)),
            outcome(lambda value=value: value(expected)),
        )
        try:
            same(a, b)
        except AssertionError as error:
            raise AssertionError(f"{name} {options}: {error}\n{a}\n{b}") from error


def unknown(made: Any) -> Any:
    """The same function, not recognised: rows are drawn for it, with Fairlearn's numbers."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return made(*args, **kwargs)

    wrapped.__name__ = made.__name__
    return wrapped


INTERVALS = [
    ("overall_ci", None),
    ("by_group_ci", None),
    ("group_min_ci", ()),
    ("group_max_ci", ()),
    *[
        (f"{how}_ci", (m,))
        for how in ("difference", "ratio")
        for m in ("between_groups", "to_overall")
    ],
]


@pytest.mark.parametrize("seed", range(120))
def test_intervals_of_rows_drawn_are_fairlearn_s(seed: int) -> None:
    names, single, given = cases.frame_case(seed)
    functions = {name: unknown(function(ours, name, seed)) for name in names}
    metrics = functions[names[0]] if single else functions
    state: Any = seed if seed % 2 else np.random.RandomState(seed)
    options = {"n_boot": 3, "ci_quantiles": [0.25, 0.9]}
    made = []
    for module in (ours, fairlearn):
        again = state if seed % 2 else np.random.RandomState(seed)
        made.append(
            outcome(
                lambda module=module, again=again: module.MetricFrame(
                    metrics=metrics, **given, **options, random_state=again
                )
            )
        )
    found, expected = made
    if isinstance(expected, type) or isinstance(found, type):
        same(found, expected)
        return
    assert (found.n_boot, found.ci_quantiles) == (expected.n_boot, expected.ci_quantiles)
    for name, args in INTERVALS:
        a, b = (
            outcome(lambda of=of, name=name, args=args: read(of, name, args))
            for of in (found, expected)
        )
        try:
            same(a, b)
        except AssertionError as error:
            raise AssertionError(f"{name} {args}: {error}\n{a}\n{b}") from error


def read(of: Any, name: str, args: Any) -> Any:
    found = getattr(of, name)
    return found if args is None else found(*args)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("strata", [False, True])
def test_intervals_of_counts_have_the_law_of_rows(weighted: bool, strata: bool) -> None:
    rng = np.random.default_rng(5)
    n = 300
    y, d, score = rng.integers(0, 2, n), rng.integers(0, 2, n), np.round(rng.random(n), 3)
    functions = {
        name: getattr(ours if name in cases.OWN else scikit, name)
        for name in (*cases.OWN[:4], "precision_score", "matthews_corrcoef", "mean_absolute_error")
    }
    scores = {name: getattr(scikit, name) for name in ("roc_auc_score", "r2_score")}
    w = rng.random(n) + 0.5
    for metrics, p in ((functions, d), (scores, score)):
        given = {
            "y_true": y,
            "y_pred": p,
            "sensitive_features": pd.Series(rng.integers(0, 3, n), name="s"),
            "control_features": pd.Series(rng.integers(0, 2, n), name="c") if strata else None,
            "n_boot": 1000,
            "ci_quantiles": [0.2, 0.5, 0.8],
            "random_state": 3,
        }
        if weighted:
            given["sample_params"] = {m: {"sample_weight": w} for m in metrics if m != "count"}
        fast = ours.MetricFrame(metrics=metrics, **given)
        slow = ours.MetricFrame(
            metrics={name: unknown(m) for name, m in metrics.items()}, **{**given, "n_boot": 200}
        )
        for name, args in INTERVALS:
            pairs = zip(read(fast, name, args), read(slow, name, args), strict=True)
            low, high = (
                (np.asarray(v[0]), np.asarray(v[2])) for v in (read(slow, name, args),) * 2
            )
            width = high[1] - low[0]
            for a, b in pairs:
                assert type(a) is type(b)
                assert a.index.equals(b.index)
                # Quantiles of 200 replicates have standard errors of about a tenth of this width.
                assert (np.abs(np.asarray(a) - np.asarray(b)) <= 0.4 * width + 1e-9).all(), name


@pytest.mark.parametrize(
    "name",
    [
        n
        for n in fairlearn.__all__
        if n.split("_")[-1] in ("difference", "ratio", "min", "max") and "plot" not in n
    ],
)
def test_functions_of_one_number(name: str) -> None:
    mine, theirs = getattr(ours, name), getattr(fairlearn, name)
    compared = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        n = int(rng.choice([1, 5, 40, 80]))
        y = rng.integers(0, 2, n)
        regression = any(part in name for part in ("error", "r2", "log_loss", "auc"))
        p = np.round(rng.random(n), 2) if regression else rng.integers(0, 2, n)
        options: dict[str, Any] = {"sensitive_features": cases.features(rng, n, "s")}
        if rng.random() < 0.4:
            options["sample_weight"] = rng.random(n) + 0.1
        if name.endswith(("difference", "ratio")) and rng.random() < 0.5:
            options["method"] = str(rng.choice(["between_groups", "to_overall", "unknown"]))
        if "equalized" in name and rng.random() < 0.5:
            options["agg"] = str(rng.choice(["worst_case", "mean", "best"]))
        if "precision" in name and rng.random() < 0.5:
            options["zero_division"] = 1
        a = outcome(partial(mine, y, p, **options))
        b = outcome(partial(theirs, y, p, **options))
        same(a, b)
        compared += not isinstance(b, type)
    assert compared >= 3


def test_names_and_signatures() -> None:
    import inspect

    assert sorted(ours.__all__) == sorted(fairlearn.__all__)
    for name in fairlearn.__all__:
        mine, theirs = getattr(ours, name), getattr(fairlearn, name)
        a, b = inspect.signature(mine), inspect.signature(theirs)
        if name.split("_")[-1] in ("difference", "ratio", "min", "max"):
            assert getattr(mine, "__name__", name) == name
        if callable(theirs) and inspect.isfunction(theirs):
            assert [(p.name, p.kind, p.default) for p in a.parameters.values()] == [
                (p.name, p.kind, p.default) for p in b.parameters.values()
            ], name
    public = {n for n in dir(fairlearn.MetricFrame) if not n.startswith("_")}
    assert public == {n for n in dir(ours.MetricFrame) if not n.startswith("_")}


BAD: dict[str, dict[str, Any]] = {
    "lengths": {"y_pred": [1, 0]},
    "feature length": {"sensitive_features": ["a", "b"]},
    "missing": {"sensitive_features": ["a", None, "b"]},
    "nan": {"sensitive_features": np.array([1.0, np.nan, 2.0])},
    "nan text": {"sensitive_features": ["a", float("nan"), "b"]},
    "missing category": {"sensitive_features": pd.Series(pd.Categorical(["a", None, "b"]))},
    "missing text": {"sensitive_features": pd.Series(["a", None, "b"])},
    "missing date": {
        "sensitive_features": pd.Series([pd.NaT, *pd.to_datetime(["2020-01-01"] * 2)])
    },
    "nested": {"sensitive_features": [["a"], ["b"], ["c"]]},
    "no features": {"sensitive_features": None},
    "three axes": {"sensitive_features": np.zeros((3, 2, 2))},
    "column name": {"sensitive_features": pd.DataFrame({0: ["a", "b", "c"]})},
    "series name": {"sensitive_features": pd.Series(["a", "b", "c"], name=3)},
    "key": {"sensitive_features": {1: ["a", "b", "c"]}},
    "ragged": {"sensitive_features": {"a": ["a", "b", "c"], "b": ["a"]}},
    "same name": {
        "sensitive_features": pd.Series(["a", "b", "c"], name="x"),
        "control_features": pd.Series(["a", "b", "c"], name="x"),
    },
    "no metric": {"metrics": None},
    "not callable": {"metrics": {"a": 3}},
    "params": {"sample_params": [1]},
    "params of another": {"metrics": {"a": len}, "sample_params": {"b": {}}},
    "params of metric": {"metrics": {"a": len}, "sample_params": {"a": [1, 2, 3]}},
    "weights": {"sample_params": {"sample_weight": [1, 2]}},
    "unknown parameter": {"sample_params": {"weight": [1, 2, 3]}},
    "negative weights": {"sample_params": {"sample_weight": [1, -2, 3]}},
    "zero weights": {"sample_params": {"sample_weight": [0, 0, 0]}},
    "n_boot alone": {"n_boot": 3},
    "quantiles alone": {"ci_quantiles": [0.5]},
    "n_boot 0": {"n_boot": 0, "ci_quantiles": [0.5]},
    "n_boot real": {"n_boot": 2.5, "ci_quantiles": [0.5]},
    "quantile 1": {"n_boot": 2, "ci_quantiles": [1.0]},
    "quantile text": {"n_boot": 2, "ci_quantiles": ["0.5"]},
    "state": {"n_boot": 2, "ci_quantiles": [0.5], "random_state": "x"},
    "negative state": {"n_boot": 2, "ci_quantiles": [0.5], "random_state": -1},
    "empty": {"y_true": [], "y_pred": [], "sensitive_features": []},
    "single value": {"y_true": 1},
    "text labels": {"y_true": ["a", "b", "c"], "y_pred": ["a", "b", "b"]},
    "nan labels": {"y_true": [1, np.nan, 0]},
    "mixed objects": {"sensitive_features": ["a", 1, 2.5]},
    "tuples": {"sensitive_features": (("a", "b"), ("a", "c"), ("b", "b"))},
    "true and one": {"sensitive_features": [True, 1, 0]},
    "big integers": {"sensitive_features": [2**70, 1, 2**70]},
}


@pytest.mark.parametrize(
    "metric", ["true_positive_rate", "selection_rate", "accuracy_score", "count"]
)
@pytest.mark.parametrize("case", BAD)
def test_odd_input_ends_alike(case: str, metric: str) -> None:
    made = []
    for module in (ours, fairlearn):
        default = getattr(module, metric, None) or getattr(scikit, metric)
        given = {
            "metrics": default,
            "y_true": [1, 0, 1],
            "y_pred": [1, 1, 0],
            "sensitive_features": ["a", "a", "b"],
            **BAD[case],
        }
        made.append(outcome(lambda module=module, given=given: module.MetricFrame(**given)))
    found, expected = made
    if isinstance(expected, type) or isinstance(found, type):
        same(found, expected)
    else:
        for name in ("overall", "by_group"):
            same(getattr(found, name), getattr(expected, name))
