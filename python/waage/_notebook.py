"""What a notebook shows of an audit: verdict, worst findings, charts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from ._figures import page
from ._table import html_table

if TYPE_CHECKING:
    from ._audit import Audit

_FINDINGS = 10
_FIGURES = 3
# Dark enough for white text; told apart by every kind of colour vision, and by their words.
_COLOURS = {"breach": "#b2182b", "inconclusive": "#8a5a00", "pass": "#1b6a8f"}
_MARKS = {"breach": "✗", "inconclusive": "?", "pass": "✓"}


def summary(audit: Audit) -> str:
    """Verdict in words, findings from the worst, and the disparities' charts."""
    rows = [row for state in _MARKS for row in audit.findings if row["state"] == state]
    shown = html_table(
        ["finding", "check", "metric", "group", "estimate", "interval", "asked for"],
        [_finding(row) for row in rows[:_FINDINGS]],
    )
    more = len(rows) - _FINDINGS
    rest = f"<p>… {more} more in <code>.findings</code></p>" if more > 0 else ""
    figures = audit.plot.all()
    gaps = ("disparities-", "membership-")
    charts = [f for f in figures if f.id.startswith(gaps)] or list(figures)
    return (
        f'<div><p style="max-width:60em">{_badge(audit.verdict)} {escape(audit.headline())}</p>'
        f"{shown if rows else ''}{rest}{page(charts[:_FIGURES])}</div>"
    )


def _badge(verdict: str) -> str:
    style = f"background:{_COLOURS[verdict]};color:#fff;border-radius:.3em;padding:.1em .5em"
    return f'<strong style="{style}">{_MARKS[verdict]} {verdict}</strong>'


def _finding(row: dict[str, Any]) -> list[str]:
    reference = "" if row["reference"] is None else f" vs {row['reference']}"
    group = "" if row["group"] is None else row["group"]
    return [
        f"{_MARKS[row['state']]} {row['state']}",
        row["check"],
        f"{row['metric']} {row['comparison']}",
        f"{row['attribute']}: {group}{reference}",
        _number(row["value"]),
        "" if row["low"] is None else f"{_number(row['low'])} to {_number(row['high'])}",
        _margin(row),
    ]


def _margin(row: dict[str, Any]) -> str:
    if row["margin_low"] is not None:
        return f"{row['margin_low']:g} to {row['margin']:g}"
    sign = {">=": "≥", "<=": "≤"}.get(row["op"], row["op"])
    shown = f"{row['margin']:g}"
    if row["comparison"] == "difference" and row["op"] == "<=":
        return f"within ±{shown}"
    return f"{sign} {shown}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".replace("-", "−")
