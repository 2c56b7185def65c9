"""Input that cannot be used: one sentence, the command line's, and never a panic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import waage as wg
from conftest import LEADS, arguments, table

OK: dict[str, Any] = {"decision": "decision", "sensitive": "group"}


def test_the_exception() -> None:
    assert issubclass(wg.WaageError, ValueError)
    assert wg.WaageError.__module__ == "waage"


@pytest.mark.parametrize(
    "options",
    [
        {"decision": "contacted", "sensitive": "gendr"},
        {"label": "visits", "sensitive": "gender"},
        {"decision": "contacted"},
        {"sensitive": "gender"},
        {"decision": "contacted", "sensitive": "gender", "confidence": 95.0},
        {"decision": "contacted", "sensitive": "gender", "metrics": ["selection_rat"]},
        {"decision": "contacted", "sensitive": "gender", "reference": {"gender": "mael"}},
        {"decision": "contacted", "sensitive": "gender", "where": "visits >"},
        {"decision": "contacted", "sensitive": "gender", "threads": 0},
        {"decision": "contacted", "sensitive": "gender", "as_of": "tomorrow"},
        {"decision": "contacted", "sensitive": "age_band:1"},
        {"decision": "contacted", "sensitive": "gender/1"},
        {"score": "score", "top_fraction": 1.5, "sensitive": "gender"},
        {"decision": "contacted", "sensitive": "gender", "policy": "/nowhere/audit.toml"},
        {"decision": "contacted", "sensitive": "gender", "bootstrap": 10**6},
    ],
)
def test_sentences_are_the_command_line_s(options: dict[str, Any], waage: Any) -> None:
    said = waage("audit", LEADS, *arguments(options), "--quiet", code=(2,)).strip()
    with pytest.raises(wg.WaageError) as caught:
        wg.audit(LEADS, **options)
    assert said == f"waage: {caught.value}"


@pytest.mark.parametrize("name", ["nowhere.parquet", "*.nothing"])
def test_missing_files(name: str, tmp_path: Path) -> None:
    with pytest.raises(wg.WaageError, match=name.strip("*.")):
        wg.audit(tmp_path / name, **OK)


def test_damaged_files(tmp_path: Path) -> None:
    whole = LEADS.read_bytes()
    for content in (b"", b"PK\x03\x04junk", whole[: len(whole) // 2], whole[:-8] + b"\0" * 8):
        path = tmp_path / "x.parquet"
        path.write_bytes(content)
        with pytest.raises(wg.WaageError, match=r"x\.parquet"):
            wg.audit(path, decision="contacted", sensitive="gender")


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (pl.LazyFrame({"a": [1]}), TypeError, r"\.collect\(\)"),
        (3, TypeError, "int cannot be read"),
        (b"leads.parquet", TypeError, "bytes"),
        ([1, 2], TypeError, "list cannot be read"),
        ([], wg.WaageError, "no paths"),
        ({}, wg.WaageError, "no columns"),
        (np.zeros(3), TypeError, "ndarray cannot be read"),
        ({"decision": [[1, 2]], "group": ["a"]}, wg.WaageError, "2 dimensions"),
        ({"decision": [1, [2]], "group": ["a", "b"]}, wg.WaageError, "decision"),
        ({"decision": [1, 0], "group": ["a"]}, wg.WaageError, "has 1 rows"),
        ({"decision": [1, 0], "group": ["a", 2.5]}, wg.WaageError, r"float, str\)"),
        ({"decision": [1, 0], "group": [b"a", b"b"]}, wg.WaageError, "group"),
        ({"decision": [1j, 0], "group": ["a", "b"]}, wg.WaageError, "complex"),
        ({"decision": [1, 0], "group": ["\ud800", "b"]}, wg.WaageError, "group"),
        ({"decision": [], "group": []}, wg.WaageError, "row"),
        ({"decision": [2**70, 0], "group": ["a", "b"]}, wg.WaageError, "64 bits"),
        (pa.table({"decision": [[1]], "group": ["a"]}), wg.WaageError, "decision"),
        (pa.table({"decision": pa.array([], pa.int8()), "group": []}), wg.WaageError, "row"),
        (
            pa.table([[1], [2], ["a"]], ["decision", "decision", "group"]),
            wg.WaageError,
            "two columns named",
        ),
        (pd.DataFrame({"decision": [1, 0], "group": [{1}, 2]}), wg.WaageError, "Arrow"),
    ],
)
def test_data_that_no_audit_can_use(data: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        wg.audit(data, **OK)


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({}, wg.WaageError, "no roles"),
        ({"decision": np.ones(3), "sensitive": "group"}, TypeError, "must name a column"),
        ({"decision": "decision", "sensitive": {"g": [1]}}, TypeError, "not dict"),
        ({"decision": "decision", "sensitive": [1]}, TypeError, "hold names"),
        ({**OK, "score": "score", "top_k": 3}, wg.WaageError, "decision= and top_k="),
        ({"score": "score", "threshold": 1, "top_k": 3, "sensitive": "group"}, wg.WaageError, "ex"),
        ({"score": "score", "threshold": float("nan"), "sensitive": "group"}, wg.WaageError, "fin"),
        ({**OK, "seed": -1}, wg.WaageError, "seed=-1"),
        ({**OK, "bootstrap": 1.5}, TypeError, "float"),
        ({**OK, "bootstrap": 2**40}, wg.WaageError, "bootstrap"),
        ({**OK, "separator": ";;"}, wg.WaageError, "one character"),
        ({**OK, "decimal": ";"}, wg.WaageError, "decimal"),
    ],
)
def test_options_that_no_audit_can_use(
    options: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        wg.audit(table(), **options)


def test_roles_without_data() -> None:
    d = np.ones(4)
    for options in (
        {},
        {"decision": "decision"},
        {"decision": d},
        {"decision": d, "sensitive": "gender"},
        {"decision": d, "sensitive": ["gender", "region"]},
        {"decision": d, "sensitive": {"decision": d}},
    ):
        with pytest.raises(wg.WaageError):
            wg.audit(**options)


def test_a_stream_that_breaks_off() -> None:
    def batches() -> Any:
        yield pa.record_batch({"decision": [1, 0], "group": ["a", "b"]})
        raise OSError("the wire is cut")

    schema = pa.schema({"decision": pa.int64(), "group": pa.string()})
    with pytest.raises(wg.WaageError, match="the wire is cut"):
        wg.audit(pa.RecordBatchReader.from_batches(schema, batches()), **OK)


def test_files_that_cannot_be_written(leads: wg.Audit, tmp_path: Path) -> None:
    with pytest.raises(wg.WaageError, match=r"gone.*cannot be written"):
        leads.to_json(tmp_path / "gone" / "a.json")
    (tmp_path / "file").write_text("")
    with pytest.raises(wg.WaageError, match="file"):
        leads.save(tmp_path / "file")


def test_weird_questions_to_a_result(leads: wg.Audit) -> None:
    for ask in (
        lambda: leads.to_html(lang="fr"),
        lambda: leads.plot.all(lang=""),
        lambda: leads._handle.render("pdfx"),
        lambda: leads._handle.table("nothing"),
        lambda: wg.schema("nothing"),
        lambda: leads.plot.rates("gender")[0].png(0.0),
        lambda: leads.plot.rates("gender")[0].png(float("nan")),
        lambda: leads.plot.rates("gender")[0].png(1e9),
    ):
        with pytest.raises(wg.WaageError):
            ask()
    for width in (0, 1, 10, 10**6):
        assert leads.to_text(width=width)
    assert json.loads(leads.suppress(2**64 - 1).to_json())["verdict"] == "breach"
