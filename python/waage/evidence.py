"""Evidence: records by clause, and the documents begun from them.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ._commands import Path, Text, Told, say, tell


def map(
    *,
    for_: Text = "all",
    map: Path | None = None,
    as_of: Text | None = None,
    result: Path | Sequence[Path] | None = None,
    policy: Path | None = None,
    risks: Path | None = None,
    incidents: Path | None = None,
    systems: Path | None = None,
    ledger: Path | None = None,
    keys: Path | None = None,
    review: Path | Sequence[Path] | None = None,
    allow_network_fs: bool = False,
) -> Told:
    """Clause by clause: what evidence is stored, its date and digest, or what to do.

    Parameters
    ----------
    for_ : str
        eu-ai-act, gdpr, agg, nyc-ll144, eeoc, ecoa, colorado, iso-42001, iso-23894, iso-24027,
        nist-ai-rmf, ieee-7003, a law of your own map, or all.
    map : path, optional
        A map of your own: adds clauses, or replaces those of the same id.
    as_of : str, optional
        Day as of which it is told, such as 2026-11-24; today if absent.
    result : path or several, optional
        Result of an audit: a document of waage audit --format json.
    policy : path, optional
        The policy.
    risks : path, optional
        The risk register.
    incidents : path, optional
        Incidents.
    systems : path, optional
        The inventory of systems.
    ledger : path, optional
        The ledger.
    keys : path, optional
        Public keys, by which signatures in the ledger are verified.
    review : path or several, optional
        Folder of a human review.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.

    Returns
    -------
    Told
        What ``waage evidence map --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["evidence", "map"],
        [],
        {
            "for": for_,
            "map": map,
            "as-of": as_of,
            "result": result,
            "policy": policy,
            "risks": risks,
            "incidents": incidents,
            "systems": systems,
            "ledger": ledger,
            "keys": keys,
            "review": review,
            "allow-network-fs": allow_network_fs,
        },
    )


def dossier(
    *,
    out: Path,
    for_: Text = "all",
    map: Path | None = None,
    as_of: Text | None = None,
    result: Path | Sequence[Path] | None = None,
    policy: Path | None = None,
    risks: Path | None = None,
    incidents: Path | None = None,
    systems: Path | None = None,
    ledger: Path | None = None,
    keys: Path | None = None,
    review: Path | Sequence[Path] | None = None,
    allow_network_fs: bool = False,
    lang: Literal["en", "de"] = "en",
) -> str:
    """Documents prefilled with what was measured, gaps listed.

    Parameters
    ----------
    for_ : str
        eu-ai-act, gdpr, agg, nyc-ll144, eeoc, ecoa, colorado, iso-42001, iso-23894, iso-24027,
        nist-ai-rmf, ieee-7003, a law of your own map, or all.
    map : path, optional
        A map of your own: adds clauses, or replaces those of the same id.
    as_of : str, optional
        Day as of which it is told, such as 2026-11-24; today if absent.
    result : path or several, optional
        Result of an audit: a document of waage audit --format json.
    policy : path, optional
        The policy.
    risks : path, optional
        The risk register.
    incidents : path, optional
        Incidents.
    systems : path, optional
        The inventory of systems.
    ledger : path, optional
        The ledger.
    keys : path, optional
        Public keys, by which signatures in the ledger are verified.
    review : path or several, optional
        Folder of a human review.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.
    out : path
        New folder for the documents, each as Markdown, as a page and as PDF.
    lang : str
        Language of the documents.

    Returns
    -------
    str
        What ``waage evidence dossier`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["evidence", "dossier"],
        [],
        {
            "for": for_,
            "map": map,
            "as-of": as_of,
            "result": result,
            "policy": policy,
            "risks": risks,
            "incidents": incidents,
            "systems": systems,
            "ledger": ledger,
            "keys": keys,
            "review": review,
            "allow-network-fs": allow_network_fs,
            "out": out,
            "lang": lang,
        },
    )
