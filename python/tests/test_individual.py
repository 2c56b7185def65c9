"""Individual fairness and numeric outcomes: hand-computed cases and brute force by definition."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import waage as wg
from waage import metrics as wm


def by_definition(x: Any, y: Any, k: int) -> float:
    """AIF360's ``consistency_score``: the k nearest rows, the row itself among them."""
    apart = ((x[:, None, :] - x[None, :, :]) ** 2).sum(axis=2)
    nearest = np.argsort(apart, axis=1, kind="stable")[:, :k]
    return float(1 - np.abs(y - y[nearest].mean(axis=1)).mean())


def test_consistency_is_that_of_aif360() -> None:
    x = [[0], [1], [2], [10], [11], [12], [13]]
    y = [1, 1, 0, 0, 0, 1, 0]
    # FORMULAS 3.9, run with AIF360.
    assert wm.consistency_score(x, y, 3) == pytest.approx(4 / 7, abs=1e-12)
    assert wm.consistency_score(x, y, n_neighbors=1) == 1.0
    # Each row's nearest other one, of two equally near the first: three rows differ from it.
    assert wm.consistency_score(x, y, 1, exclude_self=True) == pytest.approx(4 / 7, abs=1e-12)
    draw = np.random.default_rng(3)
    for k in (1, 2, 5, 20):
        features, labels = draw.normal(size=(300, 4)), draw.integers(0, 2, 300)
        expected = by_definition(features, labels, k)
        assert wm.consistency_score(features, labels, k) == pytest.approx(expected, abs=1e-12)


def test_consistency_is_that_of_nearest_neighbors() -> None:
    neighbours = pytest.importorskip("sklearn.neighbors")
    draw = np.random.default_rng(4)
    x, y = draw.normal(size=(500, 3)), draw.integers(0, 2, 500)
    model = neighbours.NearestNeighbors(n_neighbors=5, algorithm="ball_tree").fit(x)
    nearest = model.kneighbors(x, return_distance=False)
    expected = 1 - np.abs(y - y[nearest].mean(axis=1)).mean()
    assert wm.consistency_score(x, y) == pytest.approx(expected, abs=1e-12)


def test_scores_are_compared_with_distances() -> None:
    x, scores = [[0, 0], [3, 4], [0, 0]], [0.0, 1.0, 0.5]
    found = wm.score_steepness(x, scores, 0.15)
    assert found == wm.Steepness(pairs=3, violations=2, twins=1, constant=0.2)
    assert wm.lipschitz_violation(x, scores, 0.2) == pytest.approx(1 / 3)
    assert wm.lipschitz_constant(x, scores) == pytest.approx(0.2)
    assert np.isnan(wm.lipschitz_constant([[1.0]], [0.5]))
    draw = np.random.default_rng(8)
    x, scores = draw.normal(size=(120, 2)), draw.random(120)
    i, j = np.triu_indices(120, 1)
    slopes = np.abs(scores[i] - scores[j]) / np.sqrt(((x[i] - x[j]) ** 2).sum(axis=1))
    assert wm.lipschitz_constant(x, scores) == pytest.approx(slopes.max(), rel=1e-12)
    assert wm.lipschitz_violation(x, scores, 1.0) == pytest.approx((slopes > 1).mean())


def test_flips_are_counted_by_direction() -> None:
    flips = wm.counterfactual_flips([1, 1, 1, 0, 0], [1, 0, 0, 1, 0])
    assert (flips.rate, flips.n) == (0.6, 5)
    assert flips.positive_to_negative == pytest.approx(2 / 3)
    assert flips.negative_to_positive == 0.5
    # Wilson's 3 of 5.
    assert (flips.low, flips.high) == pytest.approx((0.230724, 0.882379), abs=1e-6)
    assert wm.counterfactual_flip_rate([1, 1], [1, 1]) == 0.0
    assert wm.counterfactual_flips([1], [0]).negative_to_positive is None


def test_numeric_outcomes_of_two_groups() -> None:
    y, p, g = [0, 0, 0, 0], [1, 3, 1, -1], ["a", "a", "b", "b"]
    options: dict[str, Any] = {"sensitive_features": g, "group": "a", "reference": "b"}
    assert wm.mae_ratio(y, p, **options) == 2.0
    assert wm.rmse_ratio(y, p, **options) == pytest.approx(5**0.5)
    assert wm.avg_score_diff(y, p, **options) == 2.0
    assert wm.zscore_diff(y, p, **options) == 2.0
    assert wm.mean_error([3, -0.5, 2, 7], [2.5, 0, 2, 8]) == 0.25
    assert wm.mae_ratio(y, p, **options, sample_weight=[1, 1, 2, 2]) == 2.0
    frame = wm.MetricFrame(metrics=wm.mean_error, y_true=y, y_pred=p, sensitive_features=g)
    assert frame.difference() == 2.0
    with pytest.warns(RuntimeWarning, match="zero_reference"):
        assert np.isnan(wm.mae_ratio(y, [1, 3, 0, 0], **options))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: wm.consistency_score([[1], [2]], [0, 1], 3), "3 neighbours"),
        (lambda: wm.consistency_score([[1], [2]], [0], 1), "one outcome per row"),
        (lambda: wm.consistency_score([[1], [np.nan]], [0, 1], 1), "row 1"),
        (lambda: wm.consistency_score([["x"], ["y"]], [0, 1], 1), "encode texts"),
        (lambda: wm.consistency_score(np.zeros((50_001, 1)), np.zeros(50_001)), "draw a sample"),
        (lambda: wm.lipschitz_violation([[1], [2]], [0, 1], -1), "at least 0"),
        (lambda: wm.counterfactual_flips([1, 2], [1, 0]), "neither 0 nor 1"),
        (lambda: wm.counterfactual_flips([1], [1, 0]), "same rows twice"),
        (lambda: wm.counterfactual_flips([], []), "no rows"),
        (
            lambda: wm.mae_ratio([1], [1], sensitive_features=["a"], group="a", reference="x"),
            "does not occur",
        ),
    ],
)
def test_what_cannot_be_compared_is_told(call: Any, words: str) -> None:
    with pytest.raises(wg.WaageError, match=words) as told:
        call()
    assert "\n" not in str(told.value)


def test_audits_compare_like_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    x, d = [0, 1, 2, 10, 11, 12, 13], [1, 1, 0, 0, 0, 1, 0]
    rows = [f"{a},{b},{'fm'[a % 2]}" for a, b in zip(x, d, strict=True)]
    path.write_text("x,chosen,gender\n" + "\n".join(rows) + "\n")
    audit = wg.audit(
        str(path), decision="chosen", sensitive="gender", features="x", neighbours=3, bootstrap=0
    )
    found = json.loads(audit.to_json())["individual"]
    # As wm.consistency_score: one feature in its own standard deviations keeps its neighbours.
    assert found["decisions"]["value"] == pytest.approx(4 / 7, abs=1e-12)
    assert [group["group"] for group in found["decisions"]["groups"]] == ["f", "m"]
    with pytest.raises(wg.WaageError, match="name them with --score"):
        wg.audit(str(path), decision="chosen", sensitive="gender", features=["x"], lipschitz=0.5)
