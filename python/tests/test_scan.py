"""Subgroup scans from Python: what is planted is found, what cannot be used is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import waage as wg

Columns = dict[str, Any]


@pytest.fixture(scope="module")
def rows() -> Columns:
    """4 000 people; women of the north are selected a third as often as all others."""
    draw = np.random.default_rng(5)
    gender = draw.choice(["female", "male"], 4000)
    region = draw.choice(["north", "south", "east"], 4000)
    planted = (gender == "female") & (region == "north")
    chosen = draw.random(4000) < np.where(planted, 0.15, 0.45)
    return {
        "gender": gender,
        "region": region,
        "visits": draw.integers(0, 1000, 4000),
        "chosen": chosen.astype(int),
    }


OPTIONS: dict[str, Any] = {
    "decision": "chosen",
    "sensitive": "gender",
    "features": ["region", "visits"],
}


def test_a_planted_subgroup_is_found(rows: Columns) -> None:
    found = wg.scan(rows, **OPTIONS)
    first = found.document["subgroups"][0]
    assert [(c["column"], c["value"]) for c in first["conditions"]] == [
        ("gender", "female"),
        ("region", "north"),
    ]
    planted = (rows["gender"] == "female") & (rows["region"] == "north")
    rate, others = rows["chosen"][planted].mean(), rows["chosen"][~planted].mean()
    assert first["estimate"]["value"] == pytest.approx(rate, abs=1e-12)
    assert first["gap"] == pytest.approx(rate - others, abs=1e-12)
    assert first["difference"]["high"] < -0.2 and first["p_adjusted"] < 1e-6
    table = found.subgroups
    assert table["subgroup"][0] == "gender = female & region = north"
    assert len(table) == len(found.document["subgroups"])
    assert json.loads(found.to_json()) == found.document
    assert "north" in found.to_text() and "north" in found.to_markdown(lang="de")


def test_nothing_planted_is_nothing_found(rows: Columns) -> None:
    shuffled = np.random.default_rng(1).permutation(rows["chosen"])
    found = wg.scan({**rows, "chosen": shuffled}, **OPTIONS)
    assert len(found.subgroups) == 0
    assert "0 subgroups" in repr(found)


def test_bytes_are_those_of_the_command_line(rows: Columns, tmp_path: Path, waage: Any) -> None:
    names = list(rows)
    people = zip(*rows.values(), strict=True)
    lines = [",".join(names), *(",".join(map(str, row)) for row in people)]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    flags = ["--decision", "chosen", "--sensitive", "gender", "--features", "region,visits"]
    flags += ["--permutations", "20", "--seed", "3", "--format", "json", "--quiet"]
    expected = waage("scan", path, *flags)
    options = {**OPTIONS, "permutations": 20, "seed": 3}
    assert wg.scan(path, **options).to_json() == expected
    assert wg.scan(path, **options, threads=1).to_json() == expected
    assert wg.scan(rows, **options).to_json() == expected


def test_more_flags_are_worse_where_to_be_spared_is_favourable(rows: Columns) -> None:
    plain = wg.scan(rows, **OPTIONS).document
    turned = wg.scan(rows, **OPTIONS, favourable=0).document
    assert turned["settings"]["favourable"] == "rejected"
    assert plain["subgroups"][0]["gap"] < 0 < turned["subgroups"][0]["gap"]
    assert plain["subgroups"][0]["worse"] and turned["subgroups"][0]["worse"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"features": "regoin"}, "regoin"),
        ({"sensitive": "sex"}, "sex"),
        ({"decision": "chose"}, "chose"),
        ({"depth": 4}, "depth"),
        ({"metric": "selection_rat"}, "selection_rate"),
        ({"alpha": 2.0}, "2"),
    ],
)
def test_what_cannot_be_scanned_is_told(rows: Columns, options: dict, words: str) -> None:
    with pytest.raises(wg.WaageError, match=words) as told:
        wg.scan(rows, **{**OPTIONS, **options})
    assert "\n" not in str(told.value)


def test_people_in_several_rows_are_no_discovery() -> None:
    draw = np.random.default_rng(12)
    people = np.repeat(np.arange(200), 20)
    team = draw.integers(0, 10, 200)[people]
    lean = draw.choice([0.1, 0.9], 200)[people]
    chosen = draw.random(len(people)) < lean
    options: dict[str, Any] = {"decision": chosen, "sensitive": {"team": team.astype(str)}}
    rows = json.loads(wg.scan(**options).to_json())
    clustered = json.loads(wg.scan(**options, cluster=people).to_json())
    assert rows["family"]["discoveries"] > 2
    assert clustered["family"]["discoveries"] == 0
    assert clustered["dataset"]["clusters"] == 200
