"""waage.metrics beside fairlearn.metrics, where Fairlearn is installed."""

from __future__ import annotations

import sys
import warnings
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

        a, b = outcome(lambda value=value: value(found)), outcome(lambda value=value: value(expected))
        try:
            same(a, b)
        except AssertionError as error:
            raise AssertionError(f"{name} {options}: {error}\n{a}\n{b}") from error
