"""The inventory of systems.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from typing import Literal

from ._commands import Path, Text, Told, tell


def list(
    *,
    file: Path = "systems.toml",
    as_of: Text | None = None,
    ledger: Path | None = None,
    allow_network_fs: bool = False,
) -> Told:
    """A line for each system.

    Parameters
    ----------
    file : path
        The inventory.
    as_of : str, optional
        Day as of which reviews count, such as 2026-11-24; today if absent.
    ledger : path, optional
        Ledger that tells where systems stand, since when and by whom.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.

    Returns
    -------
    Told
        What ``waage systems list --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["systems", "list"],
        [],
        {"file": file, "as-of": as_of, "ledger": ledger, "allow-network-fs": allow_network_fs},
    )


def show(
    id: Text,
    *,
    file: Path = "systems.toml",
    as_of: Text | None = None,
    ledger: Path | None = None,
    allow_network_fs: bool = False,
) -> Told:
    """Everything about one system: tier, signatures, gates, suggested class.

    Parameters
    ----------
    id : str
        The system's id.
    file : path
        The inventory.
    as_of : str, optional
        Day as of which reviews count, such as 2026-11-24; today if absent.
    ledger : path, optional
        Ledger that tells where systems stand, since when and by whom.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.

    Returns
    -------
    Told
        What ``waage systems show --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["systems", "show"],
        [id],
        {"file": file, "as-of": as_of, "ledger": ledger, "allow-network-fs": allow_network_fs},
    )


def check(
    *,
    file: Path = "systems.toml",
    as_of: Text | None = None,
    ledger: Path | None = None,
    allow_network_fs: bool = False,
) -> Told:
    """What is missing; exit code 1 if something must be mended.

    Parameters
    ----------
    file : path
        The inventory.
    as_of : str, optional
        Day as of which reviews count, such as 2026-11-24; today if absent.
    ledger : path, optional
        Ledger that tells where systems stand, since when and by whom.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.

    Returns
    -------
    Told
        What ``waage systems check --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["systems", "check"],
        [],
        {"file": file, "as-of": as_of, "ledger": ledger, "allow-network-fs": allow_network_fs},
    )


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


def move(
    id: Text,
    state: Literal["audited", "validated", "approved", "live", "suspended", "retired"],
    *,
    actor: Text,
    result: Path | None = None,
    reason: Text | None = None,
    file: Path = "systems.toml",
    policy: Path | None = None,
    keys: Path = "keys.toml",
    ledger: Path = "ledger.jsonl",
    allow_network_fs: bool = False,
) -> Told:
    """Move a system to its next state: an entry of the ledger.

    Parameters
    ----------
    id : str
        The system's id.
    state : str
        Its next state.
    actor : str
        Who moves it: the id of a person, never a name or address.
    result : path, optional
        The result that the step rests on, a document of waage audit --format json.
    reason : str, optional
        Why, without personal data.
    file : path
        The inventory.
    policy : path, optional
        For approved: the policy that the result was judged by; the inventory's if absent.
    keys : path
        For approved: the list of public keys.
    ledger : path
        The ledger that the step is added to.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.

    Returns
    -------
    Told
        What ``waage systems move --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["systems", "move"],
        [id, state],
        {
            "actor": actor,
            "result": result,
            "reason": reason,
            "file": file,
            "policy": policy,
            "keys": keys,
            "ledger": ledger,
            "allow-network-fs": allow_network_fs,
        },
        acts=True,
    )
