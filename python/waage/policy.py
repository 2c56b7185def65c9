"""Policies: draft, check, compare.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ._commands import Path, Text, Told, say, tell


def check(file: Path = "audit.toml", *, strict: bool = False, as_of: Text | None = None) -> Told:
    """Find every error of a policy, and what is probably not meant.

    Parameters
    ----------
    file : path
        The policy, or preset:NAME.
    strict : bool
        Warnings fail, with exit code 1.
    as_of : str, optional
        Day as of which waivers are looked at, such as 2026-11-24; today if absent.

    Returns
    -------
    Told
        What ``waage policy check --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["policy", "check"], [file], {"strict": strict, "as-of": as_of})


def init(
    data: Text | Sequence[Text] | None = None,
    *,
    label: Text | None = None,
    decision: Text | None = None,
    score: Text | None = None,
    threshold: float | None = None,
    top_k: int | None = None,
    top_fraction: Text | None = None,
    sensitive: Text | Sequence[Text] | None = None,
    preset: Text | None = None,
    system_id: Text | None = None,
    system_name: Text | None = None,
    use_case: Text | None = None,
    criticality: Text | None = None,
    criticality_reason: Text | None = None,
    max_residual: Text | None = None,
    strategy_link: Text | None = None,
    owner: Text | None = None,
    approver: Text | None = None,
    validator: Text | None = None,
    dpo: Text | None = None,
    out: Path = "audit.toml",
    force: bool = False,
    lang: Literal["en", "de"] = "en",
    separator: Text | None = None,
    decimal: Text | None = None,
) -> str:
    """Draft a policy from a few answers, with the reason of each margin.

    Parameters
    ----------
    data : str or several, optional
        Data whose columns suggest roles and attributes, as in waage audit.
    label : str, optional
        Column of what really happened; 1 is favourable.
    decision : str, optional
        Column of what was decided; 1 is selected.
    score : str, optional
        Column of the model's score; higher is likelier selected.
    threshold : float, optional
        Selected if the score is at least this.
    top_k : int, optional
        Selected are the K highest scores; ties at the cut count fractionally, or are broken by
        --id.
    top_fraction : str, optional
        Selected is this share of the scored rows, such as 0.3.
    sensitive : str or several, optional
        Attributes to compare groups of: gender, age:25:40:60 (bins), age/4 (quantile bins).
    preset : str, optional
        Policy whose checks are used: see waage policy presets.
    system_id : str, optional
        Id of the system, stable for life.
    system_name : str, optional
        Name of the system.
    use_case : str, optional
        lead_scoring, credit, employment, insurance, housing, education or other.
    criticality : str, optional
        low, medium, high or critical; the least of the use case if absent.
    criticality_reason : str, optional
        Why the criticality is below the least of the use case, in at least 80 characters.
    max_residual : str, optional
        Highest residual risk that is accepted, likelihood times impact, 1 to 25.
    strategy_link : str, optional
        The goal that the system serves.
    owner : str, optional
        Who is accountable for the outcome.
    approver : str, optional
        Who approves; another person.
    validator : str, optional
        Who validates.
    dpo : str, optional
        The data protection officer.
    out : path
        File to write; - for standard output.
    force : bool
        Replace the file if it is there.
    lang : str
        Language of questions and comments.
    separator : str, optional
        Field separator of CSV files; recognised if absent.
    decimal : str, optional
        Decimal mark of CSV files, "." or ","; recognised if absent.

    Returns
    -------
    str
        What ``waage policy init`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["policy", "init", "--yes"],
        [data],
        {
            "label": label,
            "decision": decision,
            "score": score,
            "threshold": threshold,
            "top-k": top_k,
            "top-fraction": top_fraction,
            "sensitive,": sensitive,
            "preset": preset,
            "system-id": system_id,
            "system-name": system_name,
            "use-case": use_case,
            "criticality": criticality,
            "criticality-reason": criticality_reason,
            "max-residual": max_residual,
            "strategy-link": strategy_link,
            "owner": owner,
            "approver": approver,
            "validator": validator,
            "dpo": dpo,
            "out": out,
            "force": force,
            "lang": lang,
            "separator": separator,
            "decimal": decimal,
        },
    )


def presets(name: Text | None = None) -> Told:
    """List the policies that come with Waage, or print one.

    Parameters
    ----------
    name : str, optional
        The preset to print, comments included; a list of all if absent.

    Returns
    -------
    Told
        What ``waage policy presets --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["policy", "presets"], [name], {})


def diff(old: Path, new: Path) -> Told:
    """Compare two policies: stricter, looser or neutral.

    Parameters
    ----------
    old : path
        The policy before, or preset:NAME.
    new : path
        The policy after.

    Returns
    -------
    Told
        What ``waage policy diff --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["policy", "diff"], [old, new], {})


def show(file: Path = "audit.toml") -> Told:
    """Print a policy with what it inherits, and its digest.

    Parameters
    ----------
    file : path
        The policy, or preset:NAME.

    Returns
    -------
    Told
        What ``waage policy show --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["policy", "show"], [file], {})


def keys() -> str:
    """Print what every key of a policy means, as Markdown.

    Returns
    -------
    str
        What ``waage policy keys`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(["policy", "keys"], [], {})
