"""Groups known by probabilities and labels missing with known propensities."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import waage as wg

Q = np.repeat([0.9, 0.5, 0.1], [500, 300, 200])
D = np.concatenate([np.arange(n) < k for n, k in [(500, 300), (300, 120), (200, 40)]])


def test_the_worked_example_from_arrays_has_its_three_answers() -> None:
    a = wg.audit(decision=D, membership={"race": {"a": Q, "b": 1 - Q}}, bootstrap=50)
    table = a.membership
    rates = {
        group: {
            name: table[name][row] for name in ("weighted", "threshold", "lower", "upper", "low")
        }
        for row, group in enumerate(table["group"])
        if table["metric"][row] == "selection_rate" and table["comparison"][row] == "none"
    }
    assert rates["a"]["weighted"] == pytest.approx(0.538709677, abs=1e-9)
    assert rates["b"]["weighted"] == pytest.approx(0.331578947, abs=1e-9)
    assert (rates["a"]["threshold"], rates["b"]["threshold"]) == (0.525, 0.2)
    assert rates["a"]["lower"] == pytest.approx(0.403225806, abs=1e-9)
    assert rates["a"]["upper"] == pytest.approx(0.709677419, abs=1e-9)
    assert rates["a"]["low"] < rates["a"]["lower"]
    assert a.verdict == "inconclusive"
    for row, comparison in enumerate(table["comparison"]):
        tested = [table[f"p_{way}"][row] for way in ("weighted", "threshold", "bounds")]
        if comparison == "none":
            assert tested == [None, None, None]
        elif table["metric"][row] == "selection_rate":
            # The bounds of the gap hold equality, which the other two answers deny.
            assert tested[0] < 0.05 and tested[1] < 0.05 and tested[2] == 1.0


def test_clusters_of_probable_groups_widen_intervals() -> None:
    def width(**roles: Any) -> float:
        a = wg.audit(decision=D, membership={"race": {"a": Q, "b": 1 - Q}}, bootstrap=300, **roles)
        table = a.membership
        return table["weighted_high"][0] - table["weighted_low"][0]

    assert width(cluster=np.arange(1000) // 10) > 1.5 * width()


def test_a_threshold_classifies_fewer_rows() -> None:
    a = wg.audit(
        decision=D,
        membership={"race": {"a": Q, "b": 1 - Q}},
        membership_threshold=0.8,
        bootstrap=0,
    )
    assert a.document["membership"][0]["unclassified"] == 300


def test_memberships_are_columns_of_data_and_those_of_the_command_line(
    tmp_path: Path, waage: Callable[..., str]
) -> None:
    path = tmp_path / "rows.csv"
    lines = [f"{q},{1 - q},{int(d)}" for q, d in zip(Q, D, strict=True)]
    path.write_text("\n".join(["p_a,p_b,d", *lines]) + "\n")
    a = wg.audit(path, decision="d", membership={"race": ["p_a", "p_b"]})
    options = ["--decision", "d", "--membership", "race=p_a,p_b", "--format", "json", "-q"]
    assert a.to_json() == waage("audit", path, *options)


def test_memberships_that_cannot_be_used_are_errors() -> None:
    with pytest.raises(TypeError, match="membership= must be a dict"):
        wg.audit(decision=D, membership=["p"])  # type: ignore[arg-type]
    with pytest.raises(wg.WaageError, match="an array for each group"):
        wg.audit(decision=D, membership={"race": ["p_a", "p_b"]})
    with pytest.raises(wg.WaageError, match=r"sum to 1\.5"):
        wg.audit(decision=D, membership={"race": {"a": np.ones(1000), "b": np.full(1000, 0.5)}})
    with pytest.raises(wg.WaageError, match="as probabilities"):
        groups = {"race": np.where(Q > 0.5, "a", "b")}
        wg.audit(decision=D, sensitive=groups, membership={"race": {"x": Q, "y": 1 - Q}})


def test_propensities_weigh_labelled_rows() -> None:
    rng = np.random.default_rng(4)
    n = 2000
    group = np.where(np.arange(n) % 2 == 0, "f", "m")
    decided = rng.random(n) < 0.5
    label = rng.random(n) < 0.4
    e = np.where(decided, 0.9, 0.3)
    seen = rng.random(n) < e
    y = np.where(seen, label.astype(float), np.nan)
    a = wg.audit(label=y, decision=decided, propensity=e, sensitive={"gender": group}, bootstrap=0)
    table = a.propensity
    for row, name in enumerate(table["group"]):
        if table["metric"][row] != "true_positive_rate" or table["comparison"][row] != "none":
            continue
        own = seen & label & (group == name)
        expected = (decided / e)[own].sum() / (1 / e)[own].sum()
        assert table["value"][row] == pytest.approx(expected, abs=1e-12)
        assert table["method"][row] == "ipw_wilson"
        assert table["bounds_low"][row] <= table["value"][row] <= table["bounds_high"][row]
    with pytest.raises(wg.WaageError, match="propensity"):
        wg.audit(label=y, decision=decided, propensity=np.zeros(n), sensitive={"gender": group})


def test_areas_are_weighted_by_inverse_propensities() -> None:
    rng = np.random.default_rng(5)
    n = 600
    score = rng.integers(0, 20, n) / 20
    label = rng.random(n) < score
    e = np.where(score > 0.5, 0.8, 0.4)
    seen = rng.random(n) < e
    groups = {"g": np.arange(n) % 2, "h": np.arange(n) // 2 % 2}
    a = wg.audit(
        label=np.where(seen, label.astype(float), np.nan),
        score=score,
        propensity=e,
        sensitive=groups,
        bootstrap=0,
    )
    table = a.propensity
    found = {
        (table["attribute"][row], table["group"][row]): table["value"][row]
        for row, metric in enumerate(table["metric"])
        if metric == "roc_auc" and table["comparison"][row] == "none"
    }
    assert len(found) == 2 + 2 + 4
    for (attribute, name), value in found.items():
        own = seen.copy()
        for of, level in zip(attribute.split("*"), name.split("*"), strict=True):
            own &= groups[of] == int(level)
        positive, negative = own & label, own & ~label
        won = np.sign(score[positive][:, None] - score[negative][None, :]) / 2 + 0.5
        pairs = (1 / e[positive])[:, None] * (1 / e[negative])[None, :]
        assert value == pytest.approx((won * pairs).sum() / pairs.sum(), abs=1e-12)
