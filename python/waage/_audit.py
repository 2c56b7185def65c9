"""The audit: one call, one result."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _spec, _waage
from ._figures import Plot
from ._inputs import prepare
from ._notebook import summary
from ._result import Result
from ._table import Table

if TYPE_CHECKING:
    from ._explain import ModelExplanation

Progress = Callable[[str, int, "int | None"], object]


class Audit(Result):
    """A finished audit.

    Attributes
    ----------
    verdict : str
        ``"pass"``, ``"breach"`` or ``"inconclusive"``.
    summary : dict
        Plain numbers per attribute under Fairlearn's names; None where undefined.
    groups, disparities, conditional, findings : Table
        The document's lists.
    ranking, impact_ratios, membership, propensity : Table
        Those that are made where they are asked for.
    plot : Plot
        Figures: ``a.plot.rates()``, ``a.plot.disparities()``, ``a.plot.scores()``.
    """

    _handle: _waage.AuditHandle

    @property
    def verdict(self) -> str:
        """``"pass"``, ``"breach"`` or ``"inconclusive"``."""
        return self._handle.verdict

    @property
    def violated(self) -> bool:
        """Whether the policy is violated (exit code 1 of the command line)."""
        return self._handle.violated

    @property
    def summary(self) -> dict[str, dict[str, float | None]]:
        """Plain numbers per attribute; None where undefined."""
        summary: dict[str, dict[str, float | None]] = self.document["summary"]
        return summary

    @property
    def groups(self) -> Table:
        """One row per group and metric."""
        return Table(self._handle.table("groups"))

    @property
    def disparities(self) -> Table:
        """One row per comparison."""
        return Table(self._handle.table("disparities"))

    @property
    def conditional(self) -> Table:
        """One row per group and metric compared within strata; none without `stratum`.

        Demographic disparity, over all rows and within strata (Clarify's CDDPL and CDDL), stands in
        the rows of the selection rate and the base rate.
        """
        return Table(self._handle.table("conditional"))

    @property
    def ranking(self) -> Table:
        """One row per estimate of the rankings; none unless `ranking` was asked for."""
        return Table(self._handle.table("ranking"))

    @property
    def impact_ratios(self) -> Table:
        """One row per category of Local Law 144; none unless `ll144` was asked for."""
        return Table(self._handle.table("impact_ratios"))

    @property
    def membership(self) -> Table:
        """One row per rate or gap of groups known by probabilities; none without `membership`.

        `weighted` counts every row for each group with its probability, `threshold` for its
        likeliest group alone; `lower` and `upper` are the ends of all that may be, and the interval
        from `low` to `high`, which the policy judges, holds both. Of gaps, `p_weighted`,
        `p_threshold` and `p_bounds` are the p-values of equality by each.
        """
        return Table(self._handle.table("membership"))

    @property
    def propensity(self) -> Table:
        """One row per metric or gap of labels; none without `propensity` or missing labels.

        `value` weights labelled rows by the inverse of their propensity; `bounds_low` and
        `bounds_high` are the worst cases without it.
        """
        return Table(self._handle.table("propensity"))

    @property
    def findings(self) -> Table:
        """One row per check and group."""
        return Table(self._handle.table("findings"))

    @property
    def plot(self) -> Plot:
        """The figures."""
        return Plot(self._handle)

    def headline(self, *, lang: str = "en") -> str:
        """The first sentence of every report: the verdict and what decided it."""
        return self._handle.headline(lang)

    def suppress(self, below: int) -> Audit:
        """The same audit with groups of fewer than `below` rows hidden."""
        return Audit(self._handle.suppressed(below))

    def to_html(self, path: str | os.PathLike[str] | None = None, *, lang: str = "en") -> str:
        """One self-contained page."""
        return self._text("html", lang, path)

    def to_pdf(self, path: str | os.PathLike[str] | None = None, *, lang: str = "en") -> bytes:
        """Pages of A4 with the figures in them."""
        return self._pdf("pdf", lang, path)

    def to_markdown(self, path: str | os.PathLike[str] | None = None, *, lang: str = "en") -> str:
        """Markdown."""
        return self._text("markdown", lang, path)

    def save(self, folder: str | os.PathLike[str], *, lang: str = "en") -> Path:
        """Leave report.html, audit.json and charts/ in `folder`."""
        self._handle.write_folder(os.fspath(folder), lang)
        return Path(folder)

    def __repr__(self) -> str:
        return f"<waage.Audit {self._handle.headline()}>"

    def _repr_html_(self) -> str:
        return summary(self)


def audit(
    data: Any = None,
    *,
    label: Any = None,
    decision: Any = None,
    score: Any = None,
    threshold: float | None = None,
    top_k: int | None = None,
    top_fraction: float | str | None = None,
    sensitive: Any = (),
    stratum: str | Sequence[str] = (),
    weight: Any = None,
    id: Any = None,
    cluster: Any = None,
    propensity: Any = None,
    membership: Mapping[str, Any] | None = None,
    where: str | None = None,
    positive: str | bool | int | None = None,
    favourable: str | bool | int | None = None,
    regression: bool = False,
    reference: Mapping[str, str | bool | int] | None = None,
    metrics: Sequence[str] | None = None,
    schemes: Sequence[str] = (),
    min_share: float = 0.0,
    ranking: bool | Sequence[int] = False,
    ll144: bool = False,
    features: str | Sequence[str] = (),
    neighbours: int = 5,
    lipschitz: float | None = None,
    membership_threshold: float | None = None,
    confidence: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
    memory: int | str = "1GiB",
    max_clusters: int = 10_000_000,
    policy: str | os.PathLike[str] | None = None,
    explanation: ModelExplanation | None = None,
    as_of: str | datetime.date | None = None,
    threads: int | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    progress: Progress | None = None,
) -> Audit:
    """Audit decisions: who is treated differently, by how much, and how sure that is.

    Parameters
    ----------
    data : path, paths, Arrow table, dict of arrays, optional
        Files (Parquet, Arrow IPC, CSV; globs and folders too), anything with
        ``__arrow_c_stream__`` (polars, pyarrow, pandas, duckdb), a dict of one-dimensional arrays,
        or nothing when the roles themselves are arrays.
    label, decision, score, weight, id, cluster, propensity : str or array, optional
        Which column plays which part; or, without `data`, the arrays themselves. Labels and
        decisions are bool, 0/1, or anything else with `positive`. `cluster` is the person or
        household that a row is of, where some occur in several rows: replicates then draw
        clusters instead of rows, and every interval rests on them. `propensity` is the known
        probability that a row got its label, above 0 and at most 1 where it has one: rates of
        labels then have estimates weighted by its inverse beside their bounds, see
        `Audit.propensity`.
    membership : dict, optional
        Sensitive attributes that are not known, by the columns of probabilities of their groups:
        ``{"race": ["p_white", "p_black"]}``; or, without `data`, arrays by group:
        ``{"race": {"white": p, "black": 1 - p}}``. Each row's sum to 1. See `Audit.membership`.
    threshold, top_k, top_fraction : optional
        How a decision follows from the score: at least this, the k highest, or the share of the
        highest. Ties at the cut count fractionally, or are broken by `id`.
    sensitive : str, list of str, or dict of arrays
        Attributes whose groups are compared: ``"gender"``, ``"age:25:40:60"`` (bins),
        ``"age/4"`` (quantile bins); or, without `data`, arrays by name.
    stratum : str or list of str
        Legitimate conditions: groups are compared within them too, see `conditional`. Several
        make one stratification together.
    where : str, optional
        Keep rows for which this holds, such as ``"region = 'north' and visits > 3"``.
    positive : str, bool or int, optional
        The value that means 1 where label or decision are text.
    favourable : str, bool or int, optional
        The decision that people want, as its column writes it, or 0 or 1; that of the selected if
        absent. Rates keep their definitions; the best group, the four-fifths flag, the impact
        ratio and the built-in policy follow it. Of several classes the one that is judged.
    regression : bool
        Whether `label` and `score` are numbers, what happened and its prediction: groups are then
        compared by their errors, and nothing is decided.
    reference : dict, optional
        Reference group per attribute; the largest, never the missing one, if absent.
    metrics : list of str, optional
        Metrics and named disparities to show; all that the roles allow if absent.
    schemes : list of str, optional
        Further comparisons: ``"to_best"``, ``"pairwise"``, ``"group_min"``, ``"group_max"``.
    min_share : float
        Groups with a smaller share of the rows have no impact ratio and never are the best one; at
        0 the policy's `min_share`.
    ranking : bool or list of int
        Rank the scored rows, up to `top_k` or `top_fraction` if one is given: exposure of groups,
        groups among the first so many places (10, 100, 1000 and the list's length if True),
        NDKL, rND, rKL, rRD, FA*IR; see `Audit.ranking`.
    ll144 : bool
        Add the tables of New York City's Local Law 144: impact ratios of selection rates, and of
        scoring rates where there are scores; see `Audit.impact_ratios`.
    features : str or list of str
        Columns of numbers by which rows are alike, each in its own standard deviations: tells
        whether such rows are treated alike (`individual` in the document). Each row is compared
        with each, 50 000 at most.
    neighbours : int
        Nearest rows by `features` that a row is compared with, itself among them.
    lipschitz : float, optional
        Counts pairs of rows whose scores differ by more than this per unit of distance.
    membership_threshold : float, optional
        Least probability with which `membership` assigns a row to its likeliest group; every row
        is assigned if absent.
    confidence : float
        Confidence of the intervals shown.
    bootstrap : int
        Replicates; 0 for none.
    seed : int
        Seed of every random stream.
    memory : int or str
        Memory for scores, in bytes or as ``"512MiB"``: they are kept one by one while they fit, at
        48 bytes for each distinct score of each combination of groups, label and decision, and are
        counted on a fine grid beyond; a note in the document then says so.
    max_clusters : int
        Clusters that may occur; each takes 40 bytes or more while rows are counted.
    policy : path, optional
        The ``audit.toml`` that judges; a built-in one if absent.
    explanation : ModelExplanation, optional
        What `explain` says of the model on the same rows, to be told in the reports: on which
        features it relies, of all rows and of each group.
    as_of : date or str, optional
        Day as of which waivers are judged; today if absent.
    threads : int, optional
        Threads; all cores if absent. The result does not depend on it.
    separator, decimal : str, optional
        Of CSV files; recognised if absent.
    progress : callable, optional
        Called with (phase, done, total) about twenty times a second, and when all is done.

    Returns
    -------
    Audit

    Raises
    ------
    WaageError
        For data, roles, options or a policy that cannot be used; the message says what, where
        and how to mend it.
    KeyboardInterrupt
        On Ctrl-C, within a second.

    Examples
    --------
    >>> import numpy as np, waage as wg
    >>> g = np.array(["f", "m"] * 200)
    >>> d = np.arange(400) % 4 < 2
    >>> wg.audit(decision=d, sensitive={"gender": g}).summary["gender"][
    ...     "demographic_parity_difference"]
    0.0
    """
    roles: dict[str, Any] = {
        "label": label,
        "decision": decision,
        "score": score,
        "weight": weight,
        "id": id,
        "cluster": cluster,
        "propensity": propensity,
    }
    data, roles, attributes, members = _spec.roles_and_data(data, roles, sensitive, membership)
    if regression:
        roles["outcome"] = roles.pop("label", None)
    spec = {
        "roles": {
            **roles,
            "cut": _spec.cut(threshold, top_k, top_fraction, roles),
            "sensitive": [_spec.attribute(text) for text in attributes],
            "stratum": [_spec.attribute(text) for text in _spec.names("stratum", stratum)],
            "membership": members,
            "positive": None if positive is None else _spec.label(positive),
            "favourable": None if favourable is None else _spec.label(favourable),
        },
        "filter": where,
        "reference": {name: _spec.label(group) for name, group in (reference or {}).items()},
        "metrics": None if metrics is None else _spec.names("metrics", metrics),
        "schemes": _spec.names("schemes", schemes),
        "min_share": _spec.real("min_share", min_share),
        "ranking": _spec.ranking(ranking),
        "ll144": bool(ll144),
        "features": _spec.names("features", features),
        "neighbours": _spec.whole("neighbours", neighbours, bits=32),
        "lipschitz": None if lipschitz is None else _spec.real("lipschitz", lipschitz),
        "membership_threshold": (
            None
            if membership_threshold is None
            else _spec.real("membership_threshold", membership_threshold)
        ),
        "confidence": _spec.real("confidence", confidence),
        "bootstrap": _spec.whole("bootstrap", bootstrap, bits=32),
        "seed": _spec.whole("seed", seed),
        "memory": _spec.memory(memory),
        "max_clusters": _spec.whole("max_clusters", max_clusters),
    }
    handle = _waage.audit(
        prepare(data),
        json.dumps(spec),
        policy=policy,
        explanation=None if explanation is None else explanation.to_json(),
        as_of=_spec.day(as_of),
        threads=None if threads is None else _spec.whole("threads", threads),
        separator=_spec.character("separator", separator),
        decimal=_spec.character("decimal", decimal),
        progress=progress,
    )
    return Audit(handle)
