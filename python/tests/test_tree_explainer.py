"""The explainer that is called as shap's: numbers of the libraries, definitions, shapes, errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import waage as wg
from golden_models import FOLDER, Case, case, shapley
from waage import _waage

LOGISTIC = "xgboost-3.2.0/logistic"


@pytest.fixture(scope="module")
def logistic() -> Case:
    """A logistic model of six features without names."""
    return case(LOGISTIC)


def margin(found: Case) -> Any:
    """The model's margin of rows, in one dimension."""
    model = _waage.Model.read(str(found.path), "{}")
    return lambda rows: model.predict(np.ascontiguousarray(rows), True)[:, 0]


@pytest.mark.parametrize(
    "name",
    [
        LOGISTIC,
        "xgboost-3.2.0/softprob",
        "xgboost-3.2.0/partition",
        "lightgbm-4.7.0/binary",
        "lightgbm-4.7.0/multiclass",
        "lightgbm-3.3.5/categories",
    ],
)
def test_values_are_those_of_the_library(name: str) -> None:
    found = case(name)
    assert found.contributions is not None and found.base is not None
    outputs = found.margin.shape[1]
    e = wg.TreeExplainer(found.path)(found.rows)
    wanted = np.moveaxis(found.contributions, 1, -1)
    wanted = wanted[..., 0] if outputs == 1 else wanted
    assert e.values.shape == wanted.shape and e.values.dtype == np.float64
    assert e.values == pytest.approx(wanted, abs=1e-5 * (1 + np.abs(found.margin).max()))
    sums = e.base_values + e.values.sum(axis=1)
    assert sums == pytest.approx(found.margin.squeeze(), abs=1e-5)
    assert len(e.feature_names) == 6 and len(e) == len(found.rows)
    assert e.output_names == (None if outputs == 1 else [f"Output {k}" for k in range(outputs)])


@pytest.mark.parametrize("name", [LOGISTIC, "xgboost-3.2.0/softprob"])
def test_interactions_are_those_of_the_library(name: str) -> None:
    found = case(name)
    assert found.interactions is not None
    rows = found.rows[found.interactions["rows"]]
    wanted = np.moveaxis(np.array(found.interactions["values"], dtype=float), 1, -1)
    wanted = wanted[..., 0] if wanted.shape[-1] == 1 else wanted
    explainer = wg.TreeExplainer(found.path)
    pairs = explainer.shap_interaction_values(rows)
    assert pairs.shape == wanted.shape
    assert pairs == pytest.approx(wanted, abs=1e-5)
    assert pairs.sum(axis=2) == pytest.approx(explainer.shap_values(rows), abs=1e-12)
    assert explainer(rows, interactions=True).values.shape == wanted.shape


def test_values_against_a_background_are_those_of_the_definition(logistic: Case) -> None:
    rows, background = logistic.rows[8:11], logistic.rows[20:24]
    weights = np.array([1.0, 0.0, 2.0, 1.0])
    explainer = wg.TreeExplainer(logistic.path, background, weights=weights)
    f = margin(logistic)
    share = weights / weights.sum()
    for row, found in zip(rows, explainer.shap_values(rows), strict=True):
        wanted = sum(w * shapley(f, row, z) for w, z in zip(share, background, strict=True))
        assert found == pytest.approx(wanted, abs=1e-12)
    assert explainer.expected_value == pytest.approx(share @ f(background), abs=1e-12)
    assert explainer.value_function == "interventional" and explainer.space == "margin"


def test_probabilities_and_losses_are_rescaled_margins(logistic: Case) -> None:
    rows, background = logistic.rows[8:12], logistic.rows[18:23]
    f = margin(logistic)

    def probability(m: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-m))

    def rescaled(row: np.ndarray, g: Any) -> np.ndarray:
        total = np.zeros(len(row))
        for z in background:
            a, b = f(row[None])[0], f(z[None])[0]
            total += shapley(f, row, z) * ((g(a) - g(b)) / (a - b) if a != b else 0)
        return total / len(background)

    explainer = wg.TreeExplainer(logistic.path, background, "probability")
    e = explainer(rows)
    assert e.space == "probability-rescaled"
    for row, found in zip(rows, e.values, strict=True):
        assert found == pytest.approx(rescaled(row, probability), abs=1e-10)
    assert e.base_values + e.values.sum(axis=1) == pytest.approx(probability(f(rows)), abs=1e-10)
    assert explainer.expected_value == pytest.approx(probability(f(background)).mean(), abs=1e-12)

    labels = np.array([0.0, 1.0, 1.0, 0.0])
    losses = wg.TreeExplainer(logistic.path, background, "log_loss")
    e = losses(rows, labels)
    assert e.space == "loss-rescaled"
    for row, label, found in zip(rows, labels, e.values, strict=True):
        wanted = rescaled(row, lambda m, y=label: np.log1p(np.exp(m)) - y * m)
        assert found == pytest.approx(wanted, abs=1e-10)
    loss = np.log1p(np.exp(f(rows))) - labels * f(rows)
    assert e.base_values + e.values.sum(axis=1) == pytest.approx(loss, abs=1e-10)
    assert losses.expected_value(labels) == pytest.approx(e.base_values, abs=1e-12)
    assert losses.expected_value(1) == pytest.approx(-np.log(probability(f(background))).mean())


def test_banzhaf_values_are_means_over_all_coalitions(logistic: Case) -> None:
    row, z, f = logistic.rows[8], logistic.rows[20], margin(logistic)
    explainer = wg.TreeExplainer(logistic.path, z[None], index="banzhaf")
    wanted = np.zeros(6)
    for coalition in range(64):
        known = np.array([coalition >> j & 1 == 1 for j in range(6)])
        mixed = np.where(known, row, z)
        for j in np.flatnonzero(~known):
            more = mixed.copy()
            more[j] = row[j]
            wanted[j] += (f(more[None])[0] - f(mixed[None])[0]) / 32
    assert explainer.shap_values(row) == pytest.approx(wanted, abs=1e-12)
    assert explainer(row[None]).index == "banzhaf"


def test_rows_of_any_layout_give_the_same(logistic: Case) -> None:
    explainer = wg.TreeExplainer(logistic.path)
    rows = logistic.rows
    wanted = explainer.shap_values(rows)
    wide = np.full((64, 13), 7.0)
    wide[::2, 1::2] = rows
    layouts = [np.asfortranarray(rows), wide[::2, 1::2], rows[::-1][::-1], rows.tolist()]
    layouts += [rows.astype(">f8"), np.ma.masked_array(np.nan_to_num(rows), np.isnan(rows))]
    for layout in layouts:
        assert np.array_equal(explainer.shap_values(layout), wanted)
    assert np.array_equal(explainer.shap_values(rows[3]), wanted[3])
    single = rows.astype(np.float32)
    doubled = explainer.shap_values(single.astype(np.float64))
    assert np.array_equal(explainer.shap_values(single), doubled)
    assert explainer.shap_values(np.empty((0, 6))).shape == (0, 6)
    one = wg.TreeExplainer(logistic.path, threads=1)
    assert np.array_equal(one.shap_values(np.tile(rows, (300, 1))), np.tile(wanted, (300, 1)))


def test_single_precision_is_rounded_once(logistic: Case) -> None:
    double = wg.TreeExplainer(logistic.path)(logistic.rows)
    single = wg.TreeExplainer(logistic.path, dtype=np.float32)(logistic.rows)
    assert single.values.dtype == single.base_values.dtype == np.float32
    assert np.array_equal(single.values, double.values.astype(np.float32))


def test_models_as_bytes_and_iterations(logistic: Case) -> None:
    wanted = wg.TreeExplainer(logistic.path).shap_values(logistic.rows)
    found = wg.TreeExplainer(logistic.path.read_bytes()).shap_values(logistic.rows)
    assert np.array_equal(found, wanted)
    first = wg.TreeExplainer(str(logistic.path), iterations=1)
    assert not np.array_equal(first.shap_values(logistic.rows), wanted)


def test_columns_are_matched_by_name_and_labels_by_text() -> None:
    polars = pytest.importorskip("polars")
    found = case("lightgbm-4.7.0/pandas")
    assert found.labels is not None
    labels, rows = found.labels["5"], found.rows
    known = np.isnan(rows[:, 5]) | np.isin(rows[:, 5], np.arange(len(labels)))
    rows = rows[known]
    kind = [None if np.isnan(c) else labels[int(c)] for c in rows[:, 5]]
    table: dict[str, Any] = {f"n{j}": rows[:, j] for j in range(5)} | {"kind": kind, "more": kind}
    turned = dict(reversed(list(table.items())))
    explainer = wg.TreeExplainer(found.path)
    wanted = explainer(rows)
    for frame in (table, turned, polars.DataFrame(turned, strict=False)):
        e = explainer(frame)
        assert np.array_equal(e.values, wanted.values)
        assert np.array_equal(e.data, rows, equal_nan=True)
        assert e.feature_names == [*(f"n{j}" for j in range(5)), "kind"]
    with pytest.raises(wg.WaageError, match=r'"n3".*n3x'):
        explainer({("n3x" if name == "n3" else name): v for name, v in table.items()})
    strange = {**table, "kind": ["never seen", *kind[1:]]}
    with pytest.raises(wg.WaageError, match="never seen"):
        explainer(strange)
    missing = wg.TreeExplainer(found.path, unseen="missing")(strange)
    assert np.isnan(missing.data[0, 5])


@pytest.mark.parametrize("name", ["string_labels", "number_labels"])
def test_pandas_categories_are_matched_by_label(name: str) -> None:
    pandas = pytest.importorskip("pandas")
    found = case(f"xgboost-3.2.0/{name}")
    assert found.labels is not None
    labels = found.labels["5"]
    rows = found.rows[np.isin(found.rows[:, 5], np.arange(len(labels)))]
    kind = [labels[int(c)] for c in rows[:, 5]]
    frame = pandas.DataFrame({f"n{j}": rows[:, j] for j in range(5)})
    # Another order of categories, as another frame may have.
    frame["kind"] = pandas.Categorical(kind, categories=sorted(set(kind))[::-1])
    explainer = wg.TreeExplainer(found.path)
    assert np.array_equal(explainer(frame).values, explainer(rows).values)


def test_labels_that_a_caller_gives_come_first() -> None:
    found = case("xgboost-3.2.0/string_labels")
    kinds = ["A", "B", "C", "D", "E"]
    explainer = wg.TreeExplainer(found.path, categories={"kind": kinds})
    rows = found.rows[np.isin(found.rows[:, 5], np.arange(5))]
    table: dict[str, Any] = {f"n{j}": rows[:, j] for j in range(5)}
    table["kind"] = [kinds[int(c)] for c in rows[:, 5]]
    wanted = wg.TreeExplainer(found.path).shap_values(rows)
    assert np.array_equal(explainer.shap_values(table), wanted)


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"model": 3}, TypeError, "int cannot be explained: give a path"),
    ({"model": "no such file"}, wg.WaageError, "no such file"),
    ({"model": b"nothing"}, wg.WaageError, "."),
    ({"iterations": 0}, wg.WaageError, "iterations"),
    ({"data": np.empty((0, 6))}, wg.WaageError, "no row"),
    ({"data": np.zeros((3, 5))}, wg.WaageError, "5 columns, the model has 6"),
    ({"data": np.zeros((2, 6)), "weights": [1.0]}, wg.WaageError, "2 rows and 1 weights"),
    ({"data": np.zeros((2, 6)), "weights": [0.0, 0.0]}, wg.WaageError, "add up to nothing"),
    ({"weights": [1.0]}, wg.WaageError, "give data="),
    ({"feature_perturbation": "interventional"}, wg.WaageError, "needs a background"),
    ({"model_output": "probability"}, wg.WaageError, "background"),
    ({"model_output": "predict_proba"}, wg.WaageError, "raw, probability, log_loss"),
    ({"model_output": "probability", "data": np.zeros((1001, 6))}, wg.WaageError, "at most 1000"),
    ({"model_output": "probability", "index": "banzhaf"}, wg.WaageError, "shapley"),
    ({"index": "owen"}, wg.WaageError, "banzhaf"),
    ({"dtype": "int8"}, wg.WaageError, "float32"),
    ({"feature_names": ["a"]}, wg.WaageError, "1 names"),
    ({"X": np.zeros((2, 5))}, wg.WaageError, "5 columns, the model has 6"),
    ({"X": np.zeros((1, 2, 6))}, wg.WaageError, "3 dimensions"),
    ({"X": np.zeros((2, 6), dtype=complex)}, TypeError, "complex"),
    ({"X": [[1, 2], [3]]}, wg.WaageError, "one length"),
    ({"X": [["a"] * 6]}, wg.WaageError, "f0"),
    ({"X": object()}, TypeError, "object"),
    ({"X": {"a": [1.0], "b": [2.0]}}, wg.WaageError, "2 columns and the model has 6"),
    ({"X": np.array([[0, 0, 0, np.inf, 0, 0.0]])}, wg.WaageError, 'row 0 holds inf in "f3"'),
    ({"X": np.array([[1e39, 0, 0, 0, 0, 0.0]])}, wg.WaageError, "single precision"),
    ({"model_output": "log_loss", "data": np.zeros((2, 6))}, wg.WaageError, "needs labels"),
    ({"model_output": "log_loss", "data": np.zeros((2, 6)), "y": [2, 0]}, wg.WaageError, "row 0"),
    ({"model_output": "log_loss", "data": np.zeros((2, 6)), "y": [1]}, wg.WaageError, "1 labels"),
]


@pytest.mark.parametrize(("options", "kind", "words"), WRONG)
def test_what_cannot_be_explained_is_told(
    logistic: Case, options: dict[str, Any], kind: type[Exception], words: str
) -> None:
    given = {"model": logistic.path, "X": logistic.rows[:2], "y": None, **options}
    model, X, y = given.pop("model"), given.pop("X"), given.pop("y")
    with pytest.raises(kind, match=words) as told:
        wg.TreeExplainer(model, **given)(X, y)
    assert "\n" not in str(told.value) and "panic" not in str(told.value)


def test_models_without_one_link_have_no_probability() -> None:
    found = case("xgboost-3.2.0/softprob")
    with pytest.raises(wg.WaageError, match='model_output="raw"'):
        wg.TreeExplainer(found.path, found.rows, "probability")
    linear = FOLDER / "lightgbm-4.7.0" / "linear.model.txt"
    with pytest.raises(wg.WaageError, match="linear_tree"):
        wg.TreeExplainer(linear)


def test_sums_that_do_not_add_up_are_told(logistic: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    explainer = wg.TreeExplainer(logistic.path)
    monkeypatch.setattr(explainer, "_base", lambda: np.array([1.0]))
    with pytest.raises(wg.WaageError, match="add up"):
        explainer.shap_values(logistic.rows)
    explainer.shap_values(logistic.rows, check_additivity=False)


def test_it_is_said_what_was_computed(logistic: Case) -> None:
    explainer = wg.TreeExplainer(logistic.path)
    assert (
        repr(explainer) == "<waage.TreeExplainer XGBoost binary:logistic, margin, path_dependent>"
    )
    assert repr(explainer(logistic.rows)) == "<waage.Attributions 32 × 6, margin, path_dependent>"
    assert isinstance(explainer.expected_value, float) and explainer.notes == []


LONG = """
import sys
import numpy as np
import waage as wg
rows = np.random.default_rng(0).normal(size=({rows}, 6))
explainer = wg.TreeExplainer({path!r}, rows[:1000], {output!r}, threads=1)
print("begins", flush=True)
try:
    explainer.shap_values(rows)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(130)
print("finished", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child on Windows")
@pytest.mark.parametrize(
    ("model", "output", "rows"),
    [("depth_10", "raw", 3_000_000), ("logistic", "probability", 100_000)],
)
def test_ctrl_c_ends_it(model: str, output: str, rows: int) -> None:
    import signal
    import time

    path: Path = FOLDER / "xgboost-3.2.0" / f"{model}.model.json"
    script = LONG.format(rows=rows, path=str(path), output=output)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    answer = process.stdout.readline()
    assert process.wait(10) == 130
    assert answer == "interrupted\n"
