"""The risk register.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ._commands import Path, Text, Told, say, tell


def init(
    *,
    file: Path = "risks.toml",
    policy: Path | None = None,
    as_of: Text | None = None,
    owner: Text | None = None,
) -> str:
    """Begin a register with the catalogue of twenty risks, as drafts.

    Parameters
    ----------
    file : path
        The register.
    policy : path, optional
        Policy with the appetite, the scale of amounts and the periods of checks.
    as_of : str, optional
        Day as of which measurements and reviews count, such as 2026-11-24; today if absent.
    owner : str, optional
        Who answers for the risks until others are named; the policy's owner if absent.

    Returns
    -------
    str
        What ``waage risks init`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["risks", "init"], [], {"file": file, "policy": policy, "as-of": as_of, "owner": owner}
    )


def list(
    *,
    file: Path = "risks.toml",
    policy: Path | None = None,
    as_of: Text | None = None,
    overdue: bool = False,
    over_appetite: bool = False,
    category: Text | None = None,
    sort: Literal["file", "score", "loss", "review", "id"] = "file",
) -> Told:
    """A line for each risk.

    Parameters
    ----------
    file : path
        The register.
    policy : path, optional
        Policy with the appetite, the scale of amounts and the periods of checks.
    as_of : str, optional
        Day as of which measurements and reviews count, such as 2026-11-24; today if absent.
    overdue : bool
        Only those whose review date has passed.
    over_appetite : bool
        Only those above the policy's appetite.
    category : str, optional
        Only those of a category (bias, drift, …) or an area (ethics, privacy, operation,
        security).
    sort : str
        In which order.

    Returns
    -------
    Told
        What ``waage risks list --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["risks", "list"],
        [],
        {
            "file": file,
            "policy": policy,
            "as-of": as_of,
            "overdue": overdue,
            "over-appetite": over_appetite,
            "category": category,
            "sort": sort,
        },
    )


def show(
    id: Text, *, file: Path = "risks.toml", policy: Path | None = None, as_of: Text | None = None
) -> Told:
    """Everything about one risk.

    Parameters
    ----------
    id : str
        The risk, such as R-004.
    file : path
        The register.
    policy : path, optional
        Policy with the appetite, the scale of amounts and the periods of checks.
    as_of : str, optional
        Day as of which measurements and reviews count, such as 2026-11-24; today if absent.

    Returns
    -------
    Told
        What ``waage risks show --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["risks", "show"], [id], {"file": file, "policy": policy, "as-of": as_of})


def assess(
    results: Path | Sequence[Path] | None = None,
    *,
    file: Path = "risks.toml",
    policy: Path | None = None,
    as_of: Text | None = None,
    day: Text | Sequence[Text] | None = None,
    review: Path | Sequence[Path] | None = None,
    answers: Path | None = None,
    write: bool = False,
    accept: Text | Sequence[Text] | None = None,
    actor: Text = "waage",
    ledger: Path | None = None,
) -> Told:
    """What results and answers change; kept with --write.

    Parameters
    ----------
    results : path or several, optional
        Documents of waage audit --format json.
    file : path
        The register.
    policy : path, optional
        Policy with the appetite, the scale of amounts and the periods of checks.
    as_of : str, optional
        Day as of which measurements and reviews count, such as 2026-11-24; today if absent.
    day : str or several, optional
        Day that a result stands for, one for each in their order; the day as of which it was
        judged, else --as-of, if absent.
    review : path or several, optional
        Folder of a batch of cases for review, for controls that rest on REV-01; give every
        batch.
    answers : path, optional
        Answers to waage risks questionnaire.
    write : bool
        Keep the new levels in the register, and add missing risks as drafts.
    accept : str or several, optional
        Risks whose levels the answers may raise, or all.
    actor : str
        Who acts: the id of a person or program, never a name or address.
    ledger : path, optional
        Ledger that the change is added to.

    Returns
    -------
    Told
        What ``waage risks assess --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["risks", "assess"],
        [results],
        {
            "file": file,
            "policy": policy,
            "as-of": as_of,
            "day,": day,
            "review": review,
            "answers": answers,
            "write": write,
            "accept,": accept,
            "actor": actor,
            "ledger": ledger,
        },
        acts=True,
    )


def report(
    *, file: Path = "risks.toml", policy: Path | None = None, as_of: Text | None = None
) -> Told:
    """The whole register as a report.

    Parameters
    ----------
    file : path
        The register.
    policy : path, optional
        Policy with the appetite, the scale of amounts and the periods of checks.
    as_of : str, optional
        Day as of which measurements and reviews count, such as 2026-11-24; today if absent.

    Returns
    -------
    Told
        What ``waage risks report --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["risks", "report"], [], {"file": file, "policy": policy, "as-of": as_of})


def matrix(
    *,
    file: Path = "risks.toml",
    policy: Path | None = None,
    as_of: Text | None = None,
    svg: Path | None = None,
    png: Path | None = None,
) -> Told:
    """The 5×5 matrix of likelihood and impact, before and after controls.

    Parameters
    ----------
    file : path
        The register.
    policy : path, optional
        Policy with the appetite, the scale of amounts and the periods of checks.
    as_of : str, optional
        Day as of which measurements and reviews count, such as 2026-11-24; today if absent.
    svg : path, optional
        Write the matrix as SVG.
    png : path, optional
        Write the matrix as PNG.

    Returns
    -------
    Told
        What ``waage risks matrix --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["risks", "matrix"],
        [],
        {"file": file, "policy": policy, "as-of": as_of, "svg": svg, "png": png},
    )


def export(
    *, file: Path = "risks.toml", policy: Path | None = None, as_of: Text | None = None
) -> str:
    """JSON lines with stable keys for other tools.

    Parameters
    ----------
    file : path
        The register.
    policy : path, optional
        Policy with the appetite, the scale of amounts and the periods of checks.
    as_of : str, optional
        Day as of which measurements and reviews count, such as 2026-11-24; today if absent.

    Returns
    -------
    str
        What ``waage risks export`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(["risks", "export"], [], {"file": file, "policy": policy, "as-of": as_of})


def questionnaire(
    *,
    occasion: Literal["pre_deployment", "periodic"] = "pre_deployment",
    lang: Literal["en", "de"] = "en",
    out: Path | None = None,
) -> str:
    """A questionnaire to fill in.

    Parameters
    ----------
    occasion : str
        When it is asked.
    lang : str
        Language of the questions.
    out : path, optional
        File to write, which must not be there yet; standard output if absent.

    Returns
    -------
    str
        What ``waage risks questionnaire`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(["risks", "questionnaire"], [], {"occasion": occasion, "lang": lang, "out": out})
