"""What is measured, and what it means."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

import waage as wg


def test_the_catalogue_lists_what_an_audit_measures(leads: wg.Audit) -> None:
    metrics = wg.catalogue()
    names = metrics["name"]
    assert set(leads.groups["metric"]) | set(leads.disparities["metric"]) <= set(names)
    row = next(row for row in metrics if row["name"] == "selection_rate")
    assert (row["low"], row["high"], row["needs"]) == (0.0, 1.0, "decision")
    german = wg.catalogue(lang="de")
    assert german["name"] == names
    assert all(a != b for a, b in zip(german["definition"], metrics["definition"], strict=True))


def test_a_metric_is_explained_by_any_of_its_names(waage: Callable[..., str]) -> None:
    page = wg.explain_metric("DPPL")
    assert repr(page).startswith("demographic_parity_difference")
    assert "### demographic\\_parity\\_difference" in page._repr_markdown_()
    assert page.to_dict() == json.loads(waage("metrics", "DPPL", "--format", "json"))
    assert "Auswahlquote" in repr(wg.explain_metric("DPPL", lang="de"))


def test_a_wrong_name_is_met_with_the_nearest() -> None:
    with pytest.raises(wg.WaageError, match='did you mean "selection_rate"'):
        wg.explain_metric("selection_rat")
