"""Plans: the command line's numbers, from Python."""

from __future__ import annotations

import json

import numpy as np
import pytest

import waage as wg


def test_questions_without_data() -> None:
    p = wg.power(rates=(0.5, 0.4), rate=0.4, margin=0.1, rows=[500, 500])
    detect, equivalence, sizes = p.plans
    assert detect["rows_per_group"] == 388
    assert equivalence["rows_per_group"] == 412
    assert sizes["smallest_gap"] == pytest.approx(0.086803943, abs=1e-9)
    assert json.loads(p.to_json()) == p.document
    assert p.document["schema"] == "waage/power/1"
    assert "388" in str(p) and "je Gruppe" in p.to_text(lang="de")
    assert len(p.gaps) == 0


def test_what_data_could_have_shown() -> None:
    g = np.array(["a"] * 500 + ["b"] * 500)
    d = np.arange(1000) % 5 < 2
    p = wg.power(decision=d, sensitive={"g": g}, gap=0.1)
    gaps = p.gaps
    assert gaps["metric"][0] == "selection_rate" and set(gaps["reference"]) == {"a"}
    assert gaps["smallest_gap"][0] == pytest.approx(0.086803943, abs=1e-9)
    assert gaps["rows_needed_equivalence"][0] == 823
    assert gaps.to_pandas().shape[0] == len(p.document["gaps"])
    again = wg.power({"g": g, "d": d}, decision="d", sensitive="g", gap=0.1)
    assert again.document["gaps"] == p.document["gaps"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "nothing was asked"),
        ({"rates": [0.5]}, "two numbers"),
        ({"rates": [0.5, 0.5]}, "cannot be told apart"),
        ({"rate": 0.5}, "alone asks nothing"),
        ({"margin": 0.1}, "need rate="),
        ({"rates": [0.5, 0.4], "power": 1.0}, "the power 1"),
        ({"decision": [1, 0], "sensitive": {"g": ["a", "b"]}, "gap": 2.0}, "the gap 2"),
    ],
)
def test_what_cannot_be_planned_is_told(options: dict, words: str) -> None:
    with pytest.raises(wg.WaageError, match=words):
        wg.power(**options)
