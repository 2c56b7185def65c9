"""Every kind of input is one table."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import waage as wg
from conftest import LEADS, LEADS_OPTIONS, document, table

ROLES = {"label": "label", "decision": "decision", "sensitive": "group"}


def groups(values: Any) -> dict[str | None, int]:
    """Rows per label of one attribute."""
    decision = np.arange(len(values)) % 2 == 0
    found = document(wg.audit(decision=decision, sensitive={"g": values}, bootstrap=0))
    return {line["attributes"]["g"]: line["n"] for line in found["groups"]}


@pytest.mark.parametrize(
    "made",
    [
        lambda t: t.to_reader(max_chunksize=777),
        lambda t: t.combine_chunks().to_batches()[0],
        lambda t: duckdb.from_arrow(t),
        lambda t: {c: t[c] for c in ("converted", "score", "gender", "region")},
        lambda t: {c: t[c].to_numpy() for c in ("converted", "score", "gender", "region")},
        lambda t: {c: t[c].to_pandas() for c in ("converted", "score", "gender", "region")},
        lambda t: {c: pl.from_arrow(t[c]) for c in ("converted", "score", "gender", "region")},
        lambda t: t.to_pandas().astype({"gender": "category", "region": "category"}),
        lambda t: t.to_pandas().astype({"converted": "Int8", "gender": object}),
        lambda t: pl.from_arrow(t).with_columns(pl.col("gender", "region").cast(pl.Categorical)),
    ],
)
def test_tables_equal_the_file(made: Any, leads: wg.Audit) -> None:
    assert wg.audit(made(pq.read_table(LEADS)), **LEADS_OPTIONS).to_json() == leads.to_json()


def test_paths(tmp_path: Path, leads: wg.Audit) -> None:
    whole = pq.read_table(LEADS)
    halves = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    pq.write_table(whole.slice(0, 9000), halves[0])
    pq.write_table(whole.slice(9000), halves[1])
    csv = tmp_path / "leads.csv"
    pl.from_arrow(whole).write_csv(csv)
    for data in (str(LEADS), halves, tuple(map(str, halves)), tmp_path / "*.parquet"):
        assert wg.audit(data, **LEADS_OPTIONS).to_json() == leads.to_json()
    found = document(wg.audit(csv, **LEADS_OPTIONS))
    assert found["dataset"]["digest"] == document(leads)["dataset"]["digest"]


def test_roles_as_arrays_equal_a_table() -> None:
    t = table()
    data = wg.audit({**t, "group": t["group"]}, **ROLES)
    arrays = wg.audit(label=t["label"], decision=t["decision"], sensitive={"group": t["group"]})
    assert document(arrays)["groups"] == document(data)["groups"]
    alone = wg.audit(decision=t["decision"], sensitive=t["group"])
    named = wg.audit(decision=t["decision"], sensitive=pd.Series(t["group"], name="group"))
    assert alone.to_json() == named.to_json()


def test_structured_array() -> None:
    t = table()
    fields = [("group", "U1"), ("label", "?"), ("decision", "?")]
    rows = np.array(list(zip(t["group"], t["label"], t["decision"], strict=True)), dtype=fields)
    assert wg.audit(rows, **ROLES).to_json() == wg.audit(t, **ROLES).to_json()


@pytest.mark.parametrize("dtype", ["?", "i1", "i8", "u1", "u8", "f2", "f4", "f8", object])
def test_binary_of_every_type(dtype: Any) -> None:
    t = table()
    plain = wg.audit(t, **ROLES).to_json()
    assert wg.audit({**t, "label": t["label"].astype(dtype)}, **ROLES).to_json() == plain


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array(["x", None, "y", "x"], dtype=object), {"x": 2, "y": 1, None: 1}),
        (np.array([True, None, False, True], dtype=object), {"true": 2, "false": 1, None: 1}),
        (np.array([1, None, 2**60 + 1, 1], dtype=object), {"1": 2, str(2**60 + 1): 1, None: 1}),
        (np.array([1.0, np.nan, 2.0, 1.0]), {"1": 2, "2": 1, None: 1}),
        (np.array([2**64 - 1, 0, 0, 0], dtype="u8"), {str(2**64 - 1): 1, "0": 3}),
        (np.ma.masked_array([1, 2, 1, 9], [0, 0, 0, 1]), {"1": 2, "2": 1, None: 1}),
        (
            np.array(["2026-01-31", "NaT", "1969-12-31", "2026-01-31"], dtype="M8[D]"),
            {"2026-01-31": 2, "1969-12-31": 1, None: 1},
        ),
        (np.array(["2026-01-31"] * 4, dtype="M8[ns]"), {"2026-01-31": 4}),
        ([datetime.date(2026, 1, 31)] * 3 + [None], {"2026-01-31": 3, None: 1}),
        (pd.Series([1, None, 2, 1], dtype="Int64"), {"1": 2, "2": 1, None: 1}),
        (pd.Series([True, None, False, True], dtype="boolean"), {"true": 2, "false": 1, None: 1}),
        (pd.Categorical(["x", None, "y", "x"]), {"x": 2, "y": 1, None: 1}),
        (pl.Series(["x", None, "y", "x"]), {"x": 2, "y": 1, None: 1}),
        (pa.chunked_array([["x", None], ["y", "x"]]), {"x": 2, "y": 1, None: 1}),
        (np.array(["ä", "ß", "ä", ""]), {"": 1, "ä": 2, "ß": 1}),
        (["f", "m", "f", "m"], {"f": 2, "m": 2}),
        (np.array(["x", "x\0", "x", None], dtype=object), {"x": 2, "x\0": 1, None: 1}),
        (
            np.array(["x", None, "ä", "x"], dtype=np.dtypes.StringDType(na_object=None)),
            {"x": 2, "ä": 1, None: 1},
        ),
    ],
)
def test_groups_of_every_type(values: Any, expected: dict[str | None, int]) -> None:
    assert groups(values) == expected


def test_pandas_without_pyarrow(monkeypatch: pytest.MonkeyPatch, leads: wg.Audit) -> None:
    from waage import _inputs

    monkeypatch.setattr(_inputs, "_has_pyarrow", lambda: False)
    frame = pq.read_table(LEADS).to_pandas()
    assert wg.audit(frame, **LEADS_OPTIONS).to_json() == leads.to_json()


def test_options_in_python_s_types() -> None:
    t = table()
    plain = wg.audit(t, **ROLES, seed=1).to_json()
    assert wg.audit(t, **ROLES, seed=np.int64(1)).to_json() == plain
    flags = {**t, "group": t["group"] == "a"}
    assert wg.audit(flags, **ROLES, reference={"group": True}).document["settings"][
        "references"
    ] == {"group": "true"}
    day = datetime.datetime(2026, 1, 31, 12)
    assert wg.audit(t, **ROLES, seed=1, as_of=day).to_json() == plain
    scores = {"score": "score", "sensitive": "group"}
    share = wg.audit(t, **scores, top_fraction=0.1)
    assert share.to_json() == wg.audit(t, **scores, top_fraction="0.1").to_json()
