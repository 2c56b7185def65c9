"""Planning: how many rows show a gap or that there is none, and what given rows can show."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from . import _spec, _waage
from ._audit import Progress
from ._inputs import prepare
from ._result import Result
from ._table import Table
from ._waage import WaageError


class Power(Result):
    """A finished plan.

    Attributes
    ----------
    plans : list of dict
        Answers to the questions about rates, in the order asked.
    gaps : Table
        What the data could have shown, by attribute, group and metric.
    """

    _handle: _waage.PowerHandle

    @property
    def plans(self) -> list[dict[str, Any]]:
        """Answers to the questions about rates."""
        plans: list[dict[str, Any]] = self.document.get("plans", [])
        return plans

    @property
    def gaps(self) -> Table:
        """What the data could have shown: one row per attribute, group and metric."""
        return Table(self._handle.gaps())

    def __repr__(self) -> str:
        return f"<waage.Power {len(self.plans)} plans, {len(self.gaps)} gaps>"


def power(
    data: Any = None,
    *,
    rates: Sequence[float] | None = None,
    rate: float | None = None,
    margin: float | None = None,
    true_gap: float = 0.0,
    rows: Sequence[int] | None = None,
    gap: float = 0.1,
    power: float = 0.8,
    confidence: float = 0.95,
    label: Any = None,
    decision: Any = None,
    score: Any = None,
    threshold: float | None = None,
    top_k: int | None = None,
    top_fraction: float | str | None = None,
    sensitive: Any = (),
    weight: Any = None,
    id: Any = None,
    where: str | None = None,
    positive: str | bool | int | None = None,
    reference: Mapping[str, str | bool | int] | None = None,
    metrics: Sequence[str] | None = None,
    policy: str | os.PathLike[str] | None = None,
    threads: int | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    progress: Progress | None = None,
) -> Power:
    """Plan how many rows show a gap or that there is none, and what given rows can show.

    Parameters
    ----------
    data : path, paths, Arrow table, dict of arrays, optional
        As in `audit`, with the same roles: what these data could have shown.
    rates : two floats, optional
        Two rates to be told apart: rows of each group.
    rate : float, optional
        The rate of both groups, for `margin` and `rows`.
    margin : float, optional
        Show that the rates differ by less than this: rows of each group.
    true_gap : float
        The difference that there really is, for `margin`.
    rows : two ints, optional
        Rows of the two groups: the smallest gap that they find.
    gap : float
        The gap that rows are planned for, with data.
    power : float
        Probability of finding what is there.
    confidence : float
        Confidence of the tests.
    label, decision, score, weight, id, threshold, top_k, top_fraction : optional
        As in `audit`.
    sensitive, where, positive, reference, metrics, policy : optional
        As in `audit`.
    threads, separator, decimal, progress : optional
        As in `audit`.

    Returns
    -------
    Power

    Raises
    ------
    WaageError
        For a question without an answer, and as in `audit`.

    Examples
    --------
    >>> import waage as wg
    >>> wg.power(rates=(0.5, 0.4)).plans[0]["rows_per_group"]
    388
    >>> wg.power(rate=0.4, margin=0.1).plans[0]["rows_per_group"]
    412
    """
    roles: dict[str, Any] = {
        "label": label,
        "decision": decision,
        "score": score,
        "weight": weight,
        "id": id,
    }
    attributes: list[str] = []
    if data is not None or len(sensitive) > 0 or any(v is not None for v in roles.values()):
        data, roles, attributes, _ = _spec.roles_and_data(data, roles, sensitive)
    spec = {
        "audit": {
            "roles": {
                **roles,
                "cut": _spec.cut(threshold, top_k, top_fraction, roles),
                "sensitive": [_spec.attribute(text) for text in attributes],
                "positive": None if positive is None else _spec.label(positive),
            },
            "filter": where,
            "reference": {name: _spec.label(group) for name, group in (reference or {}).items()},
            "metrics": None if metrics is None else _spec.names("metrics", metrics),
            "confidence": _spec.real("confidence", confidence),
        },
        "power": _spec.real("power", power),
        "gap": _spec.real("gap", gap),
        "questions": _questions(rates, rate, margin, true_gap, rows),
    }
    handle = _waage.power(
        None if data is None else prepare(data),
        json.dumps(spec),
        policy=policy,
        threads=None if threads is None else _spec.whole("threads", threads),
        separator=_spec.character("separator", separator),
        decimal=_spec.character("decimal", decimal),
        progress=progress,
    )
    return Power(handle)


def _questions(
    rates: Sequence[float] | None,
    rate: float | None,
    margin: float | None,
    true_gap: float,
    rows: Sequence[int] | None,
) -> list[dict[str, Any]]:
    """The questions that need no data."""
    out: list[dict[str, Any]] = []
    if rates is not None:
        out.append({"question": "detect", "rates": [_spec.real("rates", r) for r in _two(rates)]})
    if rate is None:
        if margin is not None or rows is not None:
            raise WaageError("margin= and rows= need rate=, the rate of both groups")
        return out
    level = _spec.real("rate", rate)
    if margin is not None:
        out.append(
            {
                "question": "equivalence",
                "rate": level,
                "margin": _spec.real("margin", margin),
                "true_gap": _spec.real("true_gap", true_gap),
            }
        )
    if rows is not None:
        sizes = [_spec.whole("rows", count) for count in _two(rows)]
        out.append({"question": "sizes", "rate": level, "rows": sizes})
    if margin is None and rows is None:
        raise WaageError("rate= alone asks nothing: add margin= or rows=")
    return out


def _two(numbers: Sequence[Any]) -> Sequence[Any]:
    if len(numbers) != 2:
        raise WaageError(f"two numbers are needed, one of each group, not {len(numbers)}")
    return numbers
