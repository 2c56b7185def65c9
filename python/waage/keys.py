"""Keys of the people who sign.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

from ._commands import Path, Text, Told, say, tell


def new(
    id: Text,
    *,
    person: Text,
    roles: Text | Sequence[Text],
    keys: Path = "keys.toml",
    out: Path | None = None,
    public: Text | None = None,
    valid_from: Text | None = None,
    valid_to: Text | None = None,
    no_passphrase: bool = False,
    passphrase_file: Path | None = None,
    ledger: Path | None = None,
    allow_network_fs: bool = False,
) -> str:
    """Make a key, or list the public half of one that is elsewhere.

    Parameters
    ----------
    id : str
        Id of the key, as the policy's [people] names it.
    person : str
        Whose it is, as the house calls that person.
    roles : str or several
        In which roles it signs: owner, developer, validator, approver, dpo, compliance, ….
    keys : path
        The list of public keys; made if there is none.
    out : path, optional
        File for the private key, which must not exist.
    public : str, optional
        The public half of a key that is elsewhere, as 64 hexadecimal digits.
    valid_from : str, optional
        First day; today if absent.
    valid_to : str, optional
        Last day.
    no_passphrase : bool
        Leave the private key unwrapped.
    passphrase_file : path, optional
        File whose first line is the passphrase; WAAGE_PASSPHRASE, else asked for, if absent.
    ledger : path, optional
        Ledger that records the change.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.

    Returns
    -------
    str
        What ``waage keys new`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["keys", "new"],
        [id],
        {
            "person": person,
            "roles,": roles,
            "keys": keys,
            "out": out,
            "public": public,
            "valid-from": valid_from,
            "valid-to": valid_to,
            "no-passphrase": no_passphrase,
            "passphrase-file": passphrase_file,
            "ledger": ledger,
            "allow-network-fs": allow_network_fs,
        },
    )


def list(*, keys: Path = "keys.toml") -> Told:
    """List the keys and what they are worth today.

    Parameters
    ----------
    keys : path
        The list of public keys.

    Returns
    -------
    Told
        What ``waage keys list --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["keys", "list"], [], {"keys": keys})


def revoke(
    id: Text,
    *,
    reason: Text,
    at: Text | None = None,
    keys: Path = "keys.toml",
    ledger: Path | None = None,
    allow_network_fs: bool = False,
) -> str:
    """Revoke a key.

    Parameters
    ----------
    id : str
        Id of the key.
    reason : str
        Why; "compromise" if others may know the key, so that earlier signatures are doubtful
        too.
    at : str, optional
        From when on, such as 2026-03-01T12:00:00Z; now if absent.
    keys : path
        The list of public keys.
    ledger : path, optional
        Ledger that records the change.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.

    Returns
    -------
    str
        What ``waage keys revoke`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["keys", "revoke"],
        [id],
        {
            "reason": reason,
            "at": at,
            "keys": keys,
            "ledger": ledger,
            "allow-network-fs": allow_network_fs,
        },
    )
