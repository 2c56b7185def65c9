"""The inventory of systems.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from ._commands import Path, Text, Told, tell


def list(*, file: Path = "systems.toml", as_of: Text | None = None) -> Told:
    """A line for each system.

    Parameters
    ----------
    file : path
        The inventory.
    as_of : str, optional
        Day as of which reviews count, such as 2026-11-24; today if absent.

    Returns
    -------
    Told
        What ``waage systems list --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["systems", "list"], [], {"file": file, "as-of": as_of})


def show(id: Text, *, file: Path = "systems.toml", as_of: Text | None = None) -> Told:
    """Everything about one system: tier, signatures, gates, suggested class.

    Parameters
    ----------
    id : str
        The system's id.
    file : path
        The inventory.
    as_of : str, optional
        Day as of which reviews count, such as 2026-11-24; today if absent.

    Returns
    -------
    Told
        What ``waage systems show --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["systems", "show"], [id], {"file": file, "as-of": as_of})


def check(*, file: Path = "systems.toml", as_of: Text | None = None) -> Told:
    """What is missing; exit code 1 if something must be mended.

    Parameters
    ----------
    file : path
        The inventory.
    as_of : str, optional
        Day as of which reviews count, such as 2026-11-24; today if absent.

    Returns
    -------
    Told
        What ``waage systems check --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["systems", "check"], [], {"file": file, "as-of": as_of})


def classify(
    *,
    file: Path = "systems.toml",
    as_of: Text | None = None,
    answers: Path | None = None,
    template: bool = False,
    system: Text | None = None,
    write: bool = False,
) -> Told:
    """The AI Act's risk class as a suggestion with reasons: asks, or takes answers from a file.

    Parameters
    ----------
    file : path
        The inventory.
    as_of : str, optional
        Day as of which reviews count, such as 2026-11-24; today if absent.
    answers : path, optional
        File of answers; without, the questions are asked on the terminal.
    template : bool
        Print the questions as a file to fill in.
    system : str, optional
        The system that the answers are about.
    write : bool
        Keep the answers in the system's entry.

    Returns
    -------
    Told
        What ``waage systems classify --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["systems", "classify"],
        [],
        {
            "file": file,
            "as-of": as_of,
            "answers": answers,
            "template": template,
            "system": system,
            "write": write,
        },
        acts=True,
    )
