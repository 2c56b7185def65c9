"""The subgroup scan: which conjunctions of conditions differ most from everybody else."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

from . import _spec, _waage
from ._audit import Progress
from ._inputs import prepare
from ._result import Result
from ._table import Table


class Scan(Result):
    """A finished scan.

    Attributes
    ----------
    subgroups : Table
        Subgroups that differ by more than chance, the worst treated first.
    document : dict
        The whole document, as ``waage scan --format json`` prints it.
    """

    _handle: _waage.ScanHandle

    @property
    def subgroups(self) -> Table:
        """One row per subgroup."""
        return Table(self._handle.subgroups())

    def to_markdown(self, path: str | os.PathLike[str] | None = None, *, lang: str = "en") -> str:
        """Markdown."""
        return self._text("markdown", lang, path)

    def to_pdf(self, path: str | os.PathLike[str] | None = None, *, lang: str = "en") -> bytes:
        """Pages of A4."""
        return self._pdf("markdown", lang, path)

    def __repr__(self) -> str:
        family = self.document["family"]
        found = family["discoveries"] - family["folded"]
        return f"<waage.Scan {found} subgroups of {family['size']} differ>"

    def _repr_html_(self) -> str:
        return self.subgroups._repr_html_()


def scan(
    data: Any = None,
    *,
    label: Any = None,
    decision: Any = None,
    score: Any = None,
    threshold: float | None = None,
    top_k: int | None = None,
    top_fraction: float | str | None = None,
    sensitive: Any = (),
    features: str | Sequence[str] = (),
    weight: Any = None,
    id: Any = None,
    cluster: Any = None,
    where: str | None = None,
    positive: str | bool | int | None = None,
    favourable: str | bool | int | None = None,
    metric: str | None = None,
    depth: int = 3,
    min_support: int | None = None,
    top: int = 20,
    margin: float = 0.0,
    alpha: float = 0.05,
    confidence: float = 0.95,
    order: str = "lower_bound",
    side: str = "both",
    holdout: float | str | None = None,
    permutations: int = 0,
    seed: int = 0,
    threads: int | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    progress: Progress | None = None,
) -> Scan:
    """Scan all conjunctions of up to three conditions for subgroups that differ.

    Every subgroup with enough rows is compared with everybody else; p-values are corrected for all
    of them (Benjamini-Yekutieli), and what a more general subgroup explains is folded into it.

    Parameters
    ----------
    data, label, decision, score, threshold, top_k, top_fraction, weight, id, where, positive
        As in :func:`waage.audit`.
    cluster : str or array, optional
        The person or household that a row is of: p-values and intervals rest on the spread between
        these, because rows of one depend on each other.
    favourable : str, bool or int, optional
        As in :func:`waage.audit`: where not to be selected is favourable, more of the selected are
        worse.
    sensitive : str, list of str, or dict of arrays
        Attributes of people: ``"gender"``, ``"age:25:40:60"`` (bins), ``"age/4"`` (quantile bins).
    features : str or list of str
        Further columns whose values make subgroups. Numbers without bins are cut into five of equal
        mass, or keep up to five values; of other columns the 20 most frequent values stand for
        themselves.
    metric : str, optional
        A proportion such as ``"true_positive_rate"``, or ``"mean_score"``; the selection rate, the
        base rate or the mean score, whichever the roles allow first, if absent.
    depth : int
        Conditions of a subgroup at most, 1 to 3.
    min_support : int, optional
        Rows that the metric of a subgroup rests on at least; 0.5 % of all, and 30, if absent.
    top : int
        Subgroups listed at most.
    margin : float
        Gaps below this are of no interest.
    alpha : float
        Share of chance among the discoveries, at most.
    confidence : float
        Confidence of the intervals shown.
    order : str
        What orders subgroups: ``"lower_bound"``, ``"divergence"``, ``"effect"``, ``"alpha_beta"``
        or ``"sliceline"``.
    side : str
        Which are listed: ``"both"`` (the worse off first), ``"worse"`` or ``"better"``.
    holdout : float or str, optional
        Share of the rows kept back, by a hash of `cluster` or else `id`, to estimate what the
        others found.
    permutations : int
        Permutations of the outcomes for family-wise p-values; 0 for none.
    seed : int
        Seed of every random stream.
    threads : int, optional
        Threads; all cores if absent. The result does not depend on it.
    separator, decimal : str, optional
        Of CSV files; recognised if absent.
    progress : callable, optional
        Called with (phase, done, total) about twenty times a second, and when all is done.

    Returns
    -------
    Scan

    Raises
    ------
    WaageError
        For data, roles or options that cannot be used.
    KeyboardInterrupt
        On Ctrl-C, within a second.

    Examples
    --------
    >>> import numpy as np, waage as wg
    >>> g = np.array(["f", "m"] * 200)
    >>> d = np.arange(400) % 4 == 1
    >>> wg.scan(decision=d, sensitive={"gender": g}).subgroups["subgroup"]
    ['gender = f', 'gender = m']
    """
    roles: dict[str, Any] = {
        "label": label,
        "decision": decision,
        "score": score,
        "weight": weight,
        "id": id,
        "cluster": cluster,
    }
    data, roles, attributes, _ = _spec.roles_and_data(data, roles, sensitive)
    further = _spec.names("features", features)
    spec = {
        "roles": {
            **roles,
            "cut": _spec.cut(threshold, top_k, top_fraction, roles),
            "sensitive": [_spec.attribute(text) for text in attributes],
            "positive": None if positive is None else _spec.label(positive),
            "favourable": None if favourable is None else _spec.label(favourable),
        },
        "features": [_spec.attribute(text) for text in further],
        "filter": where,
        "metric": metric,
        "depth": _spec.whole("depth", depth, bits=32),
        "min_support": None if min_support is None else _spec.whole("min_support", min_support),
        "top": _spec.whole("top", top, bits=32),
        "margin": _spec.real("margin", margin),
        "alpha": _spec.real("alpha", alpha),
        "confidence": _spec.real("confidence", confidence),
        "score": order,
        "side": side,
        "holdout": None if holdout is None else str(holdout),
        "permutations": _spec.whole("permutations", permutations, bits=32),
        "seed": _spec.whole("seed", seed),
    }
    handle = _waage.scan(
        prepare(data),
        json.dumps(spec),
        threads=None if threads is None else _spec.whole("threads", threads),
        separator=_spec.character("separator", separator),
        decimal=_spec.character("decimal", decimal),
        progress=progress,
    )
    return Scan(handle)
