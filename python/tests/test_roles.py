"""People in several rows, and decisions that people want to be spared."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import waage as wg

PERSON = np.arange(1200) * 7 % 200
GENDER = np.array(["f", "m"])[PERSON % 2]
DECIDED = PERSON * 37 % 11 < 4 + 2 * (PERSON % 2)


def test_clusters_widen_intervals_and_are_told() -> None:
    rows = wg.audit(decision=DECIDED, sensitive={"gender": GENDER})
    people = wg.audit(decision=DECIDED, sensitive={"gender": GENDER}, cluster=PERSON)
    assert "clusters" not in rows.groups.column_names
    found = list(people.groups["metric"]).index("selection_rate")
    rate = {name: people.groups[name][found] for name in ("n", "clusters", "method")}
    assert rate == {"n": 600, "clusters": 100, "method": "cluster_bootstrap_percentile"}

    def width(audit: wg.Audit) -> float:
        at = list(audit.groups["metric"]).index("selection_rate")
        return float(audit.groups["high"][at] - audit.groups["low"][at])

    assert 1.9 < width(people) / width(rows) < 3.0


def test_the_command_line_says_the_same(tmp_path: Path, waage: Callable[..., str]) -> None:
    path = tmp_path / "rows.csv"
    lines = [f"{p},{g},{int(d)}" for p, g, d in zip(PERSON, GENDER, DECIDED, strict=True)]
    path.write_text("\n".join(["person,gender,decided", *lines]) + "\n")
    ours = wg.audit(
        path, decision="decided", sensitive="gender", cluster="person", favourable=False
    ).to_json()
    options = ["--decision", "decided", "--sensitive", "gender", "--cluster", "person"]
    theirs = waage("audit", str(path), *options, "--favourable", "false", "--format", "json")
    assert json.loads(ours) == json.loads(theirs)


def test_too_many_clusters_are_an_error() -> None:
    with pytest.raises(wg.WaageError, match="more than 199 clusters"):
        wg.audit(decision=DECIDED, sensitive={"gender": GENDER}, cluster=PERSON, max_clusters=199)


def test_the_favourable_decision_chooses_what_is_judged() -> None:
    audit = wg.audit(decision=DECIDED, sensitive={"gender": GENDER}, favourable=0)
    assert audit.findings["metric"][0] == "rejection_share"
    with pytest.raises(wg.WaageError, match="no decision is"):
        wg.audit(decision=DECIDED, sensitive={"gender": GENDER}, favourable="perhaps")
