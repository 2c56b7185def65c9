"""Incidents: open, follow, close, learn.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ._commands import Path, Text, Told, tell


def open(
    *,
    summary: Text,
    kind: Literal["bias", "privacy", "security", "performance", "data", "oversight", "other"],
    severity: Literal["info", "minor", "major", "critical"],
    detected_by: Literal["monitor", "reviewer", "customer", "employee", "authority", "vendor"],
    file: Path = "incidents.jsonl",
    system: Text | None = None,
    system_version: Text | None = None,
    aware: Text | None = None,
    began: Text | None = None,
    affected: int | None = None,
    groups: Text | Sequence[Text] | None = None,
    money: float | Sequence[float] | None = None,
    personal_data: bool = False,
    high_risk: bool = False,
    serious: Literal["serious", "widespread", "death"] | None = None,
    finding: Text | Sequence[Text] | None = None,
    alert: Text | Sequence[Text] | None = None,
    risk: Text | Sequence[Text] | None = None,
    at: Text | None = None,
    actor: Text = "waage",
    ledger: Path | None = None,
) -> Told:
    """Open an incident.

    Parameters
    ----------
    file : path
        JSON lines, one for each change.
    summary : str
        What happened, in a sentence without personal data.
    kind : str
        What kind of thing went wrong.
    severity : str
        How grave it is.
    detected_by : str
        Who noticed it.
    system : str, optional
        The system's id.
    system_version : str, optional
        The system's version.
    aware : str, optional
        When somebody became aware; the opening if absent.
    began : str, optional
        When it began, such as 2026-11-10 or 2026-11-10T08:30:00Z.
    affected : int, optional
        People or cases affected.
    groups : str or several, optional
        Groups affected.
    money : float or several, optional
        Loss in money: at least, most likely, at most.
    personal_data : bool
        Personal data were lost, seen or changed by those who must not.
    high_risk : bool
        The system is held to be high-risk under the AI Act.
    serious : str, optional
        It may be a serious incident under the AI Act.
    finding : str or several, optional
        A finding that shows it: the check, and the result's file or digest.
    alert : str or several, optional
        An alert that shows it.
    risk : str or several, optional
        A risk of the register that it is a case of.
    at : str, optional
        Moment of the change, such as 2026-11-24T08:30:00Z; now if absent.
    actor : str
        Who acts: the id of a person or program, never a name or address.
    ledger : path, optional
        Ledger that the change is added to.

    Returns
    -------
    Told
        What ``waage incident open --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["incident", "open"],
        [],
        {
            "file": file,
            "summary": summary,
            "kind": kind,
            "severity": severity,
            "detected-by": detected_by,
            "system": system,
            "system-version": system_version,
            "aware": aware,
            "began": began,
            "affected": affected,
            "groups,": groups,
            "money,": money,
            "personal-data": personal_data,
            "high-risk": high_risk,
            "serious": serious,
            "finding": finding,
            "alert": alert,
            "risk": risk,
            "at": at,
            "actor": actor,
            "ledger": ledger,
        },
        acts=True,
    )


def update(
    id: Text,
    *,
    file: Path = "incidents.jsonl",
    state: Literal["triaged", "contained", "resolved", "lessons", "reopened"] | None = None,
    note: Text | None = None,
    severity: Literal["info", "minor", "major", "critical"] | None = None,
    began: Text | None = None,
    affected: int | None = None,
    groups: Text | Sequence[Text] | None = None,
    money: float | Sequence[float] | None = None,
    personal_data: bool = False,
    high_risk: bool = False,
    serious: Literal["serious", "widespread", "death"] | None = None,
    finding: Text | Sequence[Text] | None = None,
    alert: Text | Sequence[Text] | None = None,
    risk: Text | Sequence[Text] | None = None,
    at: Text | None = None,
    containment: Text | None = None,
    root_cause: Text | Sequence[Text] | None = None,
    cause: Text | None = None,
    action: Text | Sequence[Text] | None = None,
    done: Text | Sequence[Text] | None = None,
    notified: Text | Sequence[Text] | None = None,
    lesson_en: Text | None = None,
    lesson_de: Text | None = None,
    new_risk: Text | Sequence[Text] | None = None,
    new_control: Text | Sequence[Text] | None = None,
    changed_control: Text | Sequence[Text] | None = None,
    no_change_reason: Text | None = None,
    detecting_check: Text | None = None,
    no_check_reason: Text | None = None,
    risks: Path = "risks.toml",
    policy: Path | None = None,
    actor: Text = "waage",
    ledger: Path | None = None,
) -> Told:
    """Add what is known, or go on to the next state.

    Parameters
    ----------
    id : str
        The incident, such as I-2026-001.
    file : path
        JSON lines, one for each change.
    state : str, optional
        The next state.
    note : str, optional
        A remark for the history.
    severity : str, optional
        How grave it is.
    began : str, optional
        When it began, such as 2026-11-10 or 2026-11-10T08:30:00Z.
    affected : int, optional
        People or cases affected.
    groups : str or several, optional
        Groups affected.
    money : float or several, optional
        Loss in money: at least, most likely, at most.
    personal_data : bool
        Personal data were lost, seen or changed by those who must not.
    high_risk : bool
        The system is held to be high-risk under the AI Act.
    serious : str, optional
        It may be a serious incident under the AI Act.
    finding : str or several, optional
        A finding that shows it: the check, and the result's file or digest.
    alert : str or several, optional
        An alert that shows it.
    risk : str or several, optional
        A risk of the register that it is a case of.
    at : str, optional
        Moment of the change, such as 2026-11-24T08:30:00Z; now if absent.
    containment : str, optional
        What stopped it.
    root_cause : str or several, optional
        A why; once for each, the last one is the root cause.
    cause : str, optional
        A short name of the root cause, by which repeats are counted.
    action : str or several, optional
        A corrective action: text, owner, day due, check; parts at the end may be left out.
    done : str or several, optional
        That an action is done, by its text.
    notified : str or several, optional
        Somebody who was told: whom, legal basis, moment sent.
    lesson_en : str, optional
        The lesson in English.
    lesson_de : str, optional
        The lesson in German.
    new_risk : str or several, optional
        Add a risk of this title to the register, as a draft.
    new_control : str or several, optional
        Add a planned control to a risk of the register; after @ the check that will show it
        works.
    changed_control : str or several, optional
        A control or check that was changed.
    no_change_reason : str, optional
        Why nothing changes, in at least 80 characters.
    detecting_check : str, optional
        The check that would have caught it.
    no_check_reason : str, optional
        Why no check can.
    risks : path
        The register that new risks and controls are added to.
    policy : path, optional
        Policy with the scale of amounts, by which the impact of a new risk is told.
    actor : str
        Who acts: the id of a person or program, never a name or address.
    ledger : path, optional
        Ledger that the change is added to.

    Returns
    -------
    Told
        What ``waage incident update --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["incident", "update"],
        [id],
        {
            "file": file,
            "state": state,
            "note": note,
            "severity": severity,
            "began": began,
            "affected": affected,
            "groups,": groups,
            "money,": money,
            "personal-data": personal_data,
            "high-risk": high_risk,
            "serious": serious,
            "finding": finding,
            "alert": alert,
            "risk": risk,
            "at": at,
            "containment": containment,
            "root-cause": root_cause,
            "cause": cause,
            "action": action,
            "done": done,
            "notified": notified,
            "lesson-en": lesson_en,
            "lesson-de": lesson_de,
            "new-risk": new_risk,
            "new-control": new_control,
            "changed-control": changed_control,
            "no-change-reason": no_change_reason,
            "detecting-check": detecting_check,
            "no-check-reason": no_check_reason,
            "risks": risks,
            "policy": policy,
            "actor": actor,
            "ledger": ledger,
        },
        acts=True,
    )


def close(
    id: Text,
    *,
    file: Path = "incidents.jsonl",
    note: Text | None = None,
    at: Text | None = None,
    actor: Text = "waage",
    ledger: Path | None = None,
) -> Told:
    """Close an incident for which nothing is missing.

    Parameters
    ----------
    id : str
        The incident, such as I-2026-001.
    file : path
        JSON lines, one for each change.
    note : str, optional
        A remark for the history.
    at : str, optional
        Moment of closing; now if absent.
    actor : str
        Who acts: the id of a person or program, never a name or address.
    ledger : path, optional
        Ledger that the change is added to.

    Returns
    -------
    Told
        What ``waage incident close --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["incident", "close"],
        [id],
        {"file": file, "note": note, "at": at, "actor": actor, "ledger": ledger},
        acts=True,
    )


def list(
    *,
    file: Path = "incidents.jsonl",
    open: bool = False,
    kind: Literal["bias", "privacy", "security", "performance", "data", "oversight", "other"]
    | None = None,
    system: Text | None = None,
    as_of: Text | None = None,
) -> Told:
    """A line for each incident, and what they say together.

    Parameters
    ----------
    file : path
        JSON lines, one for each change.
    open : bool
        Only those that are not closed.
    kind : str, optional
        Only those of a kind.
    system : str, optional
        Only those of a system.
    as_of : str, optional
        Moment, or day at whose end, clocks are read; now if absent.

    Returns
    -------
    Told
        What ``waage incident list --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["incident", "list"],
        [],
        {"file": file, "open": open, "kind": kind, "system": system, "as-of": as_of},
    )


def show(id: Text, *, file: Path = "incidents.jsonl", as_of: Text | None = None) -> Told:
    """Everything about one incident: clocks, history, what is missing.

    Parameters
    ----------
    id : str
        The incident, such as I-2026-001.
    file : path
        JSON lines, one for each change.
    as_of : str, optional
        Moment, or day at whose end, clocks are read; now if absent.

    Returns
    -------
    Told
        What ``waage incident show --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["incident", "show"], [id], {"file": file, "as-of": as_of})


def timeline(
    id: Text | None = None,
    *,
    file: Path = "incidents.jsonl",
    open: bool = False,
    kind: Literal["bias", "privacy", "security", "performance", "data", "oversight", "other"]
    | None = None,
    system: Text | None = None,
    as_of: Text | None = None,
    svg: Path | None = None,
    png: Path | None = None,
) -> Told:
    """Every step in order of time.

    Parameters
    ----------
    id : str, optional
        Only this incident; all if absent.
    file : path
        JSON lines, one for each change.
    open : bool
        Only those that are not closed.
    kind : str, optional
        Only those of a kind.
    system : str, optional
        Only those of a system.
    as_of : str, optional
        Moment, or day at whose end, clocks are read; now if absent.
    svg : path, optional
        Write the timeline as SVG.
    png : path, optional
        Write the timeline as PNG.

    Returns
    -------
    Told
        What ``waage incident timeline --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["incident", "timeline"],
        [id],
        {
            "file": file,
            "open": open,
            "kind": kind,
            "system": system,
            "as-of": as_of,
            "svg": svg,
            "png": png,
        },
    )


def lessons(
    *,
    file: Path = "incidents.jsonl",
    open: bool = False,
    kind: Literal["bias", "privacy", "security", "performance", "data", "oversight", "other"]
    | None = None,
    system: Text | None = None,
    as_of: Text | None = None,
) -> Told:
    """What was learnt and what it changed.

    Parameters
    ----------
    file : path
        JSON lines, one for each change.
    open : bool
        Only those that are not closed.
    kind : str, optional
        Only those of a kind.
    system : str, optional
        Only those of a system.
    as_of : str, optional
        Moment, or day at whose end, clocks are read; now if absent.

    Returns
    -------
    Told
        What ``waage incident lessons --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["incident", "lessons"],
        [],
        {"file": file, "open": open, "kind": kind, "system": system, "as-of": as_of},
    )
