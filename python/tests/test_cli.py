"""Python and the command line give the same bytes."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

import waage as wg
from conftest import LEADS, LEADS_OPTIONS, REAL, arguments

CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "top fraction": (LEADS, LEADS_OPTIONS),
    "top k, ties by id": (
        LEADS,
        {"label": "converted", "score": "score", "top_k": 5000, "id": "lead_id"}
        | {"sensitive": ["age_band"]},
    ),
    "threshold, stratum, filter": (
        LEADS,
        {"score": "score", "threshold": 0.25, "sensitive": ["gender"], "stratum": ["channel"]}
        | {"where": "visits > 3 and region in ('Bayern', 'Sachsen')"},
    ),
    "decision, bins, no bootstrap": (
        LEADS,
        {"decision": "contacted", "sensitive": ["visits:2:5", "expected_revenue/4"]}
        | {"bootstrap": 0, "confidence": 0.9},
    ),
    "weights": (
        REAL / "adult.parquet",
        {"label": "income_over_50k", "score": "hours_per_week", "threshold": 45, "weight": "fnlwgt"}
        | {"sensitive": ["sex", "race"]},
    ),
    "integers and words": (
        REAL / "bank_marketing.parquet",
        {"label": "subscribed", "decision": "housing", "positive": "yes"}
        | {"sensitive": ["marital", "age:30:45:60"], "seed": 7},
    ),
    "small": (
        REAL / "german_credit.parquet",
        {"label": "good_credit", "sensitive": ["sex", "foreign_worker"]},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_path_and_memory_give_the_bytes_of_the_command_line(case: str, waage: Any) -> None:
    import polars as pl
    import pyarrow.parquet as pq

    path, options = CASES[case]
    if not path.exists():
        pytest.skip(f"{path.name} is not there: the real data lie beside the project only")
    expected = waage("audit", path, *arguments(options), "--format", "json", "--quiet")
    assert wg.audit(path, **options).to_json() == expected
    table = pq.read_table(path)
    assert wg.audit(table, **options).to_json() == expected
    assert wg.audit(table.to_pandas(), **options).to_json() == expected
    assert wg.audit(pl.read_parquet(path), **options).to_json() == expected


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("lang", ["en", "de"])
def test_reports_are_those_of_the_command_line(
    form: str, lang: str, leads: wg.Audit, waage: Any
) -> None:
    expected = waage(
        "audit", LEADS, *arguments(LEADS_OPTIONS), "--format", form, "--lang", lang, "--quiet"
    )
    assert getattr(leads, f"to_{form}")(lang=lang) == expected


def test_threads_do_not_change_a_bit(leads: wg.Audit) -> None:
    for threads in (1, 2, 3):
        assert wg.audit(LEADS, threads=threads, **LEADS_OPTIONS).to_json() == leads.to_json()


def test_suppression_is_that_of_the_command_line(leads: wg.Audit, waage: Any) -> None:
    flags = ["--suppress-below", "300", "--format", "json", "--quiet"]
    expected = waage("audit", LEADS, *arguments(LEADS_OPTIONS), *flags)
    assert leads.suppress(300).to_json() == expected
    assert leads.to_json() != expected


def test_schemas_are_those_of_the_command_line(waage: Any) -> None:
    for name in ("audit", "spec"):
        assert wg.schema(name) == waage("schema", name)


def test_policy_is_read(tmp_path: Any, waage: Any) -> None:
    policy = tmp_path / "audit.toml"
    policy.write_text(
        'schema = "waage/policy/1"\n'
        '[[attribute]]\nname = "gender"\nreference = "male"\n'
        '[[check]]\nid = "FAIR-01"\nmetric = "selection_rate"\ncomparison = "difference"\n'
        'attribute = "gender"\nop = "<="\nmargin = 0.001\n'
        '[[waiver]]\nid = "W-1"\ncheck = "FAIR-01"\napproved_by = ["a.approver"]\n'
        'justification = "Only a few cases a year, each one reviewed by hand; see memo 12"\n'
        'compensating_control = "every lead of this group is reviewed"\n'
        "created = 2026-01-01\nexpires = 2026-03-01\n"
    )
    options = {"decision": "contacted", "policy": policy, "as_of": "2026-01-31"}
    expected = waage("audit", LEADS, *arguments(options), "--format", "json", "--quiet")
    audit = wg.audit(LEADS, sensitive=[], **options)
    assert audit.to_json() == expected
    assert audit.verdict == "breach" and not audit.violated
    assert "W-1" in audit.findings["waived_by"]
    assert wg.audit(LEADS, **options | {"as_of": datetime.date(2026, 4, 1)}).violated
