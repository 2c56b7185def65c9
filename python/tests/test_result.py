"""What an audit offers: verdict, tables, figures, files."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import waage as wg
from conftest import table


def test_verdict_and_summary(leads: wg.Audit) -> None:
    assert leads.verdict == "breach"
    assert leads.violated
    document = json.loads(leads.to_json())
    assert leads.summary == document["summary"]
    assert leads.summary["gender"]["demographic_parity_difference"] > 0.1
    assert leads.headline() in repr(leads)
    assert leads.headline(lang="de") != leads.headline()
    assert str(leads) == leads.to_text()


@pytest.mark.parametrize("name", ["disparities", "findings"])
def test_tables_are_the_document_s_lists(name: str, leads: wg.Audit) -> None:
    rows = list(getattr(leads, name))
    lines = leads.document[name]
    assert len(rows) == len(lines) > 0
    for row, line in zip(rows, lines, strict=True):
        estimate = line.get("estimate", line)
        assert [row[key] for key in ("attribute", "metric", "comparison", "group")] == [
            line[key] for key in ("attribute", "metric", "comparison", "group")
        ]
        assert [row[key] for key in ("value", "low", "high", "n")] == [
            estimate[key] for key in ("value", "low", "high", "n")
        ]


def test_groups_are_long(leads: wg.Audit) -> None:
    expected = [
        (line["attributes"].get("gender"), line["attributes"].get("region"), metric, value["value"])
        for line in leads.document["groups"]
        for metric, value in line["metrics"].items()
    ]
    columns = [leads.groups[name] for name in ("gender", "region", "metric", "value")]
    assert list(zip(*columns, strict=True)) == expected


@pytest.mark.parametrize("name", ["groups", "disparities", "findings"])
def test_every_library_reads_a_table(name: str, leads: wg.Audit) -> None:
    ours = getattr(leads, name)
    arrow = pa.table(ours)
    assert arrow.to_pylist() == list(ours)
    assert pl.DataFrame(ours).to_dicts() == list(ours)
    assert ours.to_polars().columns == ours.column_names
    assert duckdb.sql("select count(*) from ours").fetchall() == [(len(ours),)]
    frame = ours.to_pandas()
    assert list(frame.columns) == ours.column_names
    kinds = {str(dtype) for dtype in frame.dtypes}
    assert kinds <= {"str", "float64", "Int64", "boolean"}
    assert frame["value"].isna().sum() == sum(v is None for v in ours["value"])
    assert frame["n"].tolist() == ours["n"]


def test_unknown_column_is_a_key_error(leads: wg.Audit) -> None:
    with pytest.raises(KeyError, match="columns: check"):
        leads.findings["valeu"]


def test_figures(leads: wg.Audit, tmp_path: Path) -> None:
    for kind in ("rates", "disparities", "scores"):
        (one,) = getattr(leads.plot, kind)("gender")
        assert one.id == f"{kind}-gender"
        assert one.title and one.alt
        assert one in list(getattr(leads.plot, kind)()) or len(getattr(leads.plot, kind)()) > 1
    assert leads.plot.rates("gender*region")[0].id == "rates-gender-x-region"
    figure = leads.plot.disparities("gender", lang="de")[0]
    assert figure.save(tmp_path / "x.svg").read_text().startswith("<")
    assert figure.save(tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    assert "base64" in figure.svg() and "base64" not in figure.html()
    assert len(leads.plot.all()[:2]) == 2
    with pytest.raises(wg.WaageError, match=r"\.svg or \.png"):
        figure.save(tmp_path / "x.gif")
    with pytest.raises(wg.WaageError, match="there are: gender"):
        leads.plot.rates("gendre")


def test_files(leads: wg.Audit, tmp_path: Path) -> None:
    assert (tmp_path / "a.json").write_text(leads.to_json(tmp_path / "a.json"))
    assert json.loads((tmp_path / "a.json").read_text())["verdict"] == "breach"
    html = leads.to_html(tmp_path / "report.html", lang="de")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == html
    assert '<html lang="de"' in html
    assert leads.to_markdown(tmp_path / "r.md").startswith("#")
    pdf = leads.to_pdf(tmp_path / "report.pdf", lang="de")
    assert (tmp_path / "report.pdf").read_bytes() == pdf == leads.to_pdf(lang="de")
    assert pdf.startswith(b"%PDF-") and pdf != leads.to_pdf()
    folder = leads.save(tmp_path / "out" / "deep")
    assert (folder / "audit.json").read_text(encoding="utf-8") == leads.to_json()
    assert {p.suffix for p in (folder / "charts").iterdir()} == {".svg", ".png"}
    assert not list(tmp_path.rglob("*.part"))


def test_what_a_notebook_shows(leads: wg.Audit) -> None:
    html = leads._repr_html_()
    assert "✗ breach" in html and html.count("<svg") == 3 and html.count("@font-face") == 2
    assert html.index("✗ breach") < html.index("? inconclusive") < html.index("<svg")
    assert "<script" not in html
    assert leads.findings._repr_html_().count("<tr>") == 21
    assert leads.plot.rates()._repr_html_().count("<svg") == len(leads.plot.rates())


def test_labels_are_escaped() -> None:
    t = table()
    t["group"] = [f"<b>{g}" for g in t["group"]]
    html = wg.audit(t, decision="decision", sensitive="group")._repr_html_()
    assert "<b>a" not in html and "&lt;b&gt;a" in html


def test_results_are_immutable(leads: wg.Audit) -> None:
    before = leads.to_json()
    changed = copy.deepcopy(leads.document)
    changed["verdict"] = "pass"
    assert leads.verdict == "breach" and leads.to_json() == before


def test_strata_are_compared_within():
    strata = ["x"] * 60 + ["y"] * 60
    groups = (["a"] * 50 + ["b"] * 10) + (["a"] * 10 + ["b"] * 50)
    decisions = [i % 2 for i in range(50)] + [1, 1, 1, 1, 1, 1, 1, 0, 0, 0]
    decisions += [0] * 10 + [int(i < 10) for i in range(50)]
    a = wg.audit(
        {"s": strata, "g": groups, "d": decisions},
        decision="d",
        sensitive="g",
        stratum="s",
        reference={"g": "a"},
        metrics=["selection_rate"],
        bootstrap=0,
    )
    table = a.conditional
    found = a.document["conditional"][0]
    assert table["stratum"] == ["s"] and table["group"] == ["b"]
    assert table["difference"] == [found["mantel_haenszel"]["difference"]["value"]]
    assert table["marginal_difference"][0] < 0 < table["difference"][0]
    assert table["simpson"] == [found["simpson"]] != [None]
    shares = found["demographic_disparity"]
    assert table["demographic_disparity"] == [shares["marginal"]["value"]]
    within = [table["conditional_demographic_disparity" + end][0] for end in ("_low", "", "_high")]
    assert within == [shares["conditional"][key] for key in ("low", "value", "high")]
    assert within[1] < 0 < table["demographic_disparity"][0]
    assert len(wg.audit(decision=decisions, sensitive={"g": groups}, bootstrap=0).conditional) == 0


def test_ranking_and_impact_ratios() -> None:
    score = np.arange(40.0)
    groups = np.array(["a", "b", "b", "b"] * 10)
    roles = {"score": score, "sensitive": {"g": groups}, "bootstrap": 50}
    a = wg.audit(**roles, top_k=20, ranking=[5, 20], ll144=True)
    table = a.ranking
    found = a.document["ranking"][0]
    at = [i for i, k in enumerate(table["k"]) if k == 5 and table["group"][i] == "b"]
    assert [table["metric"][i] for i in at] == [
        "top_k_selection_rate",
        "representation_at",
        "skew_at",
    ]
    of_b = found["groups"][1]["at"][0]
    assert [table["value"][i] for i in at] == [of_b[table["metric"][i]]["value"] for i in at]
    tested = [i for i, metric in enumerate(table["metric"]) if metric == "fa_ir"]
    assert [table["passes"][i] for i in tested] == [True, True]
    ratios = a.impact_ratios
    assert ratios["measure"] == ["selection_rate"] * 2 + ["scoring_rate"] * 2
    assert ratios["impact_ratio"][1] == 1.0 and ratios["n"] == [10, 30, 10, 30]
    usual = wg.audit(**roles, ranking=True).document["ranking"][0]
    assert [at["k"] for at in usual["at"]] == [10]
    plain = wg.audit(**roles)
    assert len(plain.ranking) == len(plain.impact_ratios) == 0


def test_ranking_that_cannot_be_made() -> None:
    groups = {"g": np.array(["a", "b"] * 20)}
    decisions = np.arange(40) % 3 == 0
    with pytest.raises(wg.WaageError, match="--score"):
        wg.audit(decision=decisions, sensitive=groups, ranking=True)
    with pytest.raises(wg.WaageError, match="ascend"):
        wg.audit(score=np.arange(40.0), sensitive=groups, ranking=[9, 3])
