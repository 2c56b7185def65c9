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


def written(folder: Path, **columns: np.ndarray) -> Path:
    path = folder / "rows.csv"
    rows = (",".join(map(str, row)) for row in zip(*columns.values(), strict=True))
    path.write_text("\n".join([",".join(columns), *rows]) + "\n")
    return path


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
    path = written(tmp_path, person=PERSON, gender=GENDER, decided=DECIDED.astype(int))
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


def test_several_classes_rest_on_people_and_one_is_judged(
    tmp_path: Path, waage: Callable[..., str]
) -> None:
    stages = np.array(["cold", "hot", "warm"])
    label, said = stages[PERSON * 5 % 7 % 3], stages[np.arange(PERSON.size) * 11 % 13 % 3]
    path = written(tmp_path, person=PERSON, gender=GENDER, stage=label, said=said)
    ours = wg.audit(
        path,
        label="stage",
        decision="said",
        sensitive="gender",
        cluster="person",
        favourable="warm",
    )
    found = json.loads(ours.to_json())
    assert {finding["class"] for finding in found["findings"]} == {"warm"}
    options = ["--label", "stage", "--decision", "said", "--sensitive", "gender"]
    roles = ["--cluster", "person", "--favourable", "warm", "--format", "json"]
    assert found == json.loads(waage("audit", str(path), *options, *roles))


def test_scores_and_strata_rest_on_people() -> None:
    rng = np.random.default_rng(2)
    score = np.clip(DECIDED * 0.2 + rng.random(1200) * 0.8, 0, 1)
    label = rng.random(1200) < score
    audit = wg.audit(label=label, score=score, sensitive={"gender": GENDER}, cluster=PERSON)
    at = list(audit.groups["metric"]).index("roc_auc")
    assert audit.groups["method"][at] == "cluster_bootstrap_percentile"
    assert audit.groups["low"][at] < audit.groups["value"][at] < audit.groups["high"][at]


def test_errors_within_strata_are_those_of_the_command_line(
    tmp_path: Path, waage: Callable[..., str]
) -> None:
    rng = np.random.default_rng(4)
    half = np.array(["new", "old"])[PERSON // 100]
    price = rng.normal(300, 60, 1200).round(2)
    predicted = (price + rng.normal(np.where(GENDER == "f", 8, 0), 20)).round(2)
    path = written(
        tmp_path, person=PERSON, gender=GENDER, half=half, price=price, predicted=predicted
    )
    ours = wg.audit(
        path,
        label="price",
        score="predicted",
        sensitive="gender",
        stratum="half",
        cluster="person",
        regression=True,
    )
    assert set(ours.conditional["metric"]) >= {"mean_error", "r2_score"}
    roles = ["--label", "price", "--score", "predicted", "--sensitive", "gender", "--regression"]
    options = ["--stratum", "half", "--cluster", "person", "--format", "json"]
    assert json.loads(ours.to_json()) == json.loads(waage("audit", str(path), *roles, *options))


def test_errors_of_numbers_are_those_of_the_arrays() -> None:
    rng = np.random.default_rng(3)
    price = rng.normal(300, 60, 1200)
    predicted = price + rng.normal(np.where(GENDER == "f", 8, 0), 20)
    audit = wg.audit(label=price, score=predicted, sensitive={"gender": GENDER}, regression=True)
    found = {
        (group, metric): value
        for group, metric, value in zip(
            audit.groups["gender"], audit.groups["metric"], audit.groups["value"], strict=True
        )
    }
    for group in ("f", "m"):
        error = (predicted - price)[group == GENDER]
        assert found[group, "mean_error"] == pytest.approx(error.mean())
        assert found[group, "root_mean_squared_error"] == pytest.approx(np.sqrt((error**2).mean()))
    people = wg.audit(
        label=price,
        score=predicted,
        sensitive={"gender": GENDER},
        regression=True,
        cluster=PERSON,
    )
    at = list(people.groups["metric"]).index("mean_error")
    assert people.groups["method"][at] == "cluster_bootstrap_percentile"
    assert people.groups["clusters"][at] == 100
    with pytest.raises(wg.WaageError, match="cannot use a cut"):
        wg.audit(
            label=price,
            score=predicted,
            sensitive={"gender": GENDER},
            regression=True,
            threshold=300.0,
        )
