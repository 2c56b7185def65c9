"""Explanations of tables from Python: the command line's numbers, whatever the rows come in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import waage as wg
from golden_models import Case, case

NAMES = [f"x{j}" for j in range(6)]


@pytest.fixture(scope="module")
def logistic() -> Case:
    """A logistic model of six features without names."""
    return case("xgboost-3.2.0/logistic")


@pytest.fixture(scope="module")
def table(logistic: Case) -> dict[str, Any]:
    """Its rows as columns, with an id, a group and weights."""
    columns: dict[str, Any] = {name: logistic.rows[:, j] for j, name in enumerate(NAMES)}
    row = np.arange(len(logistic.rows))
    return {**columns, "id": row + 100, "group": np.array(["a", "b", "b"])[row % 3], "w": row % 4}


@pytest.fixture(scope="module")
def parquet(table: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file."""
    pyarrow = pytest.importorskip("pyarrow")
    path: Path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    pyarrow.parquet = __import__("pyarrow.parquet", fromlist=["write_table"])
    pyarrow.parquet.write_table(pyarrow.table(table), path)
    return path


ROLES: dict[str, Any] = {"sensitive": "group", "id": "id", "weight": "w"}


def test_bytes_are_those_of_the_command_line(
    logistic: Case, table: dict[str, Any], parquet: Path, tmp_path: Path, waage: Any
) -> None:
    flags = ["--features", ",".join(NAMES), "--sensitive", "group", "--id", "id", "--weight", "w"]
    flags += ["--background", parquet, "--format", "json", "--quiet"]
    expected = waage("explain", logistic.path, parquet, *flags, "--out", tmp_path / "cli.parquet")
    options = {**ROLES, "background": parquet, "features": NAMES}
    found = wg.explain(logistic.path, parquet, **options, out=tmp_path / "own.parquet")
    assert found.to_json() == expected
    assert (tmp_path / "own.parquet").read_bytes() == (tmp_path / "cli.parquet").read_bytes()
    assert wg.explain(logistic.path, parquet, **options, threads=1).to_json() == expected
    memory = wg.explain(logistic.path.read_bytes(), table, **options)
    assert memory.to_json() == expected
    schema = json.loads(wg.schema("explain"))
    jsonschema.validate(json.loads(expected), schema)


def test_values_in_memory_are_those_of_the_file(
    logistic: Case, table: dict[str, Any], tmp_path: Path
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    out = tmp_path / "phi.parquet"
    e = wg.explain(logistic.path, table, **ROLES, background=table, features=NAMES, out=out)
    written = parquet.read_table(out)
    assert written.column_names == ["id", *NAMES, "base_value", "prediction"]
    for j, name in enumerate(NAMES):
        assert np.array_equal(written[name].to_numpy(), e.values[:, j])
    assert np.array_equal(written["base_value"].to_numpy(), e.base_values)
    assert np.array_equal(e.data, logistic.rows, equal_nan=True)
    assert e.feature_names == NAMES and e.shape == (32, 6) and len(e) == 32
    assert e.space == "margin" and e.value_function == "interventional"
    explainer = wg.TreeExplainer(logistic.path, logistic.rows)
    assert np.array_equal(explainer.shap_values(logistic.rows), e.values)


def test_an_id_that_looks_like_personal_data_is_not_written_unasked(
    logistic: Case, table: dict[str, Any], tmp_path: Path
) -> None:
    mails = {**table, "id": np.array([f"secret{row}@mail.example" for row in table["id"]])}
    out = tmp_path / "phi.parquet"
    with pytest.raises(wg.WaageError, match='"id" looks like personal data'):
        wg.explain(logistic.path, mails, id="id", features=NAMES, out=out)
    assert not out.exists()
    wg.explain(logistic.path, mails, id="id", features=NAMES, out=out, i_know=True)
    assert out.exists()
    wg.explain(logistic.path, mails, id="id", features=NAMES)


def test_tables_of_any_kind_give_the_same(logistic: Case, table: dict[str, Any]) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    wanted = wg.explain(logistic.path, logistic.rows)
    columns = {name: table[name] for name in NAMES}
    reader = pyarrow.table(columns).to_reader()
    kinds = [columns, pandas.DataFrame(columns), polars.DataFrame(columns)]
    for rows in (*kinds, pyarrow.table(columns), reader, logistic.rows.tolist()):
        found = wg.explain(logistic.path, rows)
        assert np.array_equal(found.values, wanted.values), type(rows)
        digests = [e.document["dataset"]["digest"] for e in (found, wanted)]
        assert digests[0] == digests[1]


def test_means_and_groups_are_those_of_the_values(logistic: Case, table: dict[str, Any]) -> None:
    e = wg.explain(logistic.path, table, **ROLES, features=NAMES)
    weight = table["w"] / table["w"].sum()
    for row in e.features:
        phi = e.values[:, NAMES.index(row["feature"])]
        assert row["mean_abs"] == pytest.approx(weight @ np.abs(phi), rel=1e-12)
        assert row["mean"] == pytest.approx(weight @ phi, rel=1e-12)
        assert row["low"] <= row["mean_abs"] <= row["high"]
    assert e.features["mean_abs"] == sorted(e.features["mean_abs"], reverse=True)
    assert len(e.by_group) == 12
    for row in e.by_group:
        mine = table["group"] == row["group"]
        phi = e.values[mine, NAMES.index(row["feature"])]
        share = table["w"][mine] / table["w"][mine].sum()
        assert row["attribute"] == "group"
        assert row["mean"] == pytest.approx(share @ phi, rel=1e-12)
    assert "x0" in e._repr_html_() and "x0" in e.to_text() and "x0" in e.to_markdown(lang="de")
    assert "32 rows × 6 features, path_dependent" in repr(e)


def test_roles_may_be_arrays(logistic: Case, table: dict[str, Any]) -> None:
    wanted = wg.explain(logistic.path, table, **ROLES, features=NAMES)
    groups, weight = {"group": table["group"]}, table["w"]
    for rows in (logistic.rows, {name: table[name] for name in NAMES}):
        found = wg.explain(logistic.path, rows, sensitive=groups, weight=weight, id=table["id"])
        assert found.by_group["mean_abs"] == wanted.by_group["mean_abs"]
    with pytest.raises(wg.WaageError, match="call it otherwise"):
        wg.explain(logistic.path, logistic.rows, sensitive={"f1": table["group"]})


def test_several_outputs_and_filters(table: dict[str, Any]) -> None:
    found = case("xgboost-3.2.0/softprob")
    rows = {name: found.rows[:, j] for j, name in enumerate(NAMES)} | {"group": table["group"]}
    e = wg.explain(found.path, rows, where="group = 'a'", features=NAMES)
    kept = table["group"] == "a"
    assert e.values.shape == (kept.sum(), 6, 3) and e.base_values.shape == (kept.sum(), 3)
    wanted = wg.TreeExplainer(found.path)(found.rows[kept])
    assert np.array_equal(e.values, wanted.values)
    assert set(e.features["output"]) == {0, 1, 2}


def test_codes_of_arrays_are_the_labels_of_tables() -> None:
    found = case("xgboost-3.2.0/string_labels")
    assert found.labels is not None
    labels = found.labels["5"]
    rows = found.rows[np.isin(found.rows[:, 5], np.arange(5))]
    table: dict[str, Any] = {f"n{j}": rows[:, j] for j in range(5)}
    table["kind"] = [labels[int(c)] for c in rows[:, 5]]
    wanted = wg.explain(found.path, table, background=table)
    assert np.array_equal(wg.explain(found.path, rows, background=rows).values, wanted.values)
    assert np.array_equal(wg.explain(found.path, rows, background=table).values, wanted.values)
    with pytest.raises(wg.WaageError, match="both as tables"):
        wg.explain(found.path, table, background=rows)
    strange = {**table, "kind": ["strange", *table["kind"][1:]]}
    with pytest.raises(wg.WaageError, match="strange"):
        wg.explain(found.path, strange)
    assert np.isnan(wg.explain(found.path, strange, unseen="missing").data[0, 5])


def test_rows_of_files_have_no_arrays(logistic: Case, parquet: Path) -> None:
    e = wg.explain(logistic.path, parquet, features=NAMES)
    with pytest.raises(AttributeError, match="out= for a Parquet file"):
        _ = e.values
    assert not hasattr(e, "nonsense")


def test_a_marker_counts_as_missing(logistic: Case, waage: Any, tmp_path: Path) -> None:
    marked = np.nan_to_num(logistic.rows, nan=-9.0)
    text = "\n".join([",".join(NAMES), *(",".join(map(repr, row)) for row in marked.tolist())])
    (tmp_path / "rows.csv").write_text(text + "\n")
    flags = ["--features", ",".join(NAMES), "--missing", "-9", "--format", "json", "--quiet"]
    said = json.loads(waage("explain", logistic.path, tmp_path / "rows.csv", *flags))
    assert said["settings"]["missing"] == -9.0
    wanted = wg.explain(logistic.path, logistic.rows, features=NAMES).document
    assert said["features"] == wanted["features"]


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"model": object()}, TypeError, "object cannot be explained"),
    ({"X": object()}, TypeError, "object"),
    ({"X": "nowhere.parquet"}, wg.WaageError, "nowhere.parquet"),
    ({"X": np.zeros((2, 5))}, wg.WaageError, "5 columns, the model has 6"),
    ({"X": {"a": [1.0]}}, wg.WaageError, "1 columns and the model has 6"),
    ({"features": ["x0"]}, wg.WaageError, "6 features"),
    ({"features": [*NAMES[:5], "x7"]}, wg.WaageError, '"x7" not found'),
    ({"index": "owen"}, wg.WaageError, "banzhaf"),
    ({"unseen": "ignore"}, wg.WaageError, "refuse or missing"),
    ({"confidence": 2.0}, wg.WaageError, "confidence"),
    ({"iterations": "some"}, wg.WaageError, "some"),
    ({"categories": {"nothing": ["a"]}}, wg.WaageError, "nothing"),
    ({"sensitive": "gruop"}, wg.WaageError, "group"),
    ({"x0": ["text"] * 32}, wg.WaageError, "x0"),
    ({"x0": np.full(32, np.inf)}, wg.WaageError, 'row 0 holds inf in "x0"'),
    ({"background": np.full((2, 6), np.inf)}, wg.WaageError, "inf"),
    ({"out": "no/such/folder/phi.parquet"}, wg.WaageError, "no/such/folder"),
]


@pytest.mark.parametrize(("options", "kind", "words"), WRONG)
def test_what_cannot_be_explained_is_told(
    logistic: Case,
    table: dict[str, Any],
    options: dict[str, Any],
    kind: type[Exception],
    words: str,
) -> None:
    options = {"model": logistic.path, "features": NAMES, **options}
    rows = {name: options.pop(name, values) for name, values in table.items()}
    X = options.pop("X", rows)
    if isinstance(X, dict) and "a" in X:
        options.pop("features")
    with pytest.raises(kind, match=words) as told:
        wg.explain(options.pop("model"), X, **options)
    assert "\n" not in str(told.value)


def test_an_audit_tells_what_the_model_relies_on(logistic: Case, parquet: Path) -> None:
    e = wg.explain(logistic.path, parquet, features=NAMES, sensitive="group")
    roles: dict[str, Any] = {"score": "w", "threshold": 2, "sensitive": "group"}
    a = wg.audit(parquet, **roles, explanation=e)
    document = json.loads(a.to_json())
    assert document["explanation"] == json.loads(e.to_json())
    jsonschema.validate(document, json.loads(wg.schema("audit")))
    assert "What the model relies on" in a.to_markdown()
    fewer = wg.explain(logistic.path, parquet, features=NAMES, where="id < 110")
    with pytest.raises(wg.WaageError, match="of 10 rows and the audit of"):
        wg.audit(parquet, **roles, explanation=fewer)
