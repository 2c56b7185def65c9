"""The ledger: append-only, hash-chained.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

from ._commands import Path, Text, Told, say, tell


def init(path: Path = "ledger.jsonl", *, id: Text, allow_network_fs: bool = False) -> str:
    """Begin a ledger.

    Parameters
    ----------
    path : path
        The ledger.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.
    id : str
        Id of the ledger, such as that of the system.

    Returns
    -------
    str
        What ``waage ledger init`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(["ledger", "init"], [path], {"allow-network-fs": allow_network_fs, "id": id})


def append(
    path: Path = "ledger.jsonl",
    *,
    text: Text,
    allow_network_fs: bool = False,
    actor: Text = "waage",
) -> str:
    """Add a remark, or one for each line of standard input.

    Parameters
    ----------
    path : path
        The ledger.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.
    text : str
        The remark; without, each line of standard input is one.
    actor : str
        Who remarks: the id of a key.

    Returns
    -------
    str
        What ``waage ledger append`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["ledger", "append"],
        [path],
        {"allow-network-fs": allow_network_fs, "text": text, "actor": actor},
    )


def show(
    path: Path = "ledger.jsonl",
    *,
    allow_network_fs: bool = False,
    kind: Text | None = None,
    from_: int | None = None,
    to: int | None = None,
    last: int | None = None,
) -> Told:
    """Show entries, the newest 20 unless asked otherwise.

    Parameters
    ----------
    path : path
        The ledger.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.
    kind : str, optional
        Only entries of this kind, such as approval or incident.*.
    from_ : int, optional
        From this entry on.
    to : int, optional
        Up to this entry.
    last : int, optional
        Only the newest so many; 20 unless --from or --to is given.

    Returns
    -------
    Told
        What ``waage ledger show --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["ledger", "show"],
        [path],
        {"allow-network-fs": allow_network_fs, "kind": kind, "from": from_, "to": to, "last": last},
    )


def verify(
    path: Path = "ledger.jsonl",
    *,
    allow_network_fs: bool = False,
    checkpoint: Path | Sequence[Path] | None = None,
    keys: Path | None = None,
    root: bool = False,
) -> Told:
    """Verify every entry, and say where the ledger first does not hold and what was done to it.

    Parameters
    ----------
    path : path
        The ledger.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.
    checkpoint : path or several, optional
        A checkpoint that was kept elsewhere; may be given several times.
    keys : path, optional
        Public keys, for the signatures of entries and checkpoints.
    root : bool
        Also compute the root of the Merkle tree.

    Returns
    -------
    Told
        What ``waage ledger verify --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["ledger", "verify"],
        [path],
        {
            "allow-network-fs": allow_network_fs,
            "checkpoint": checkpoint,
            "keys": keys,
            "root": root,
        },
    )


def checkpoint(
    path: Path = "ledger.jsonl",
    *,
    allow_network_fs: bool = False,
    key: Text | None = None,
    signer_cmd: Text | None = None,
    signer: Text | None = None,
    keys: Path = "keys.toml",
    passphrase_file: Path | None = None,
    origin: Text | None = None,
    out: Path | None = None,
    no_record: bool = False,
) -> str:
    """Sign the size and the root of the tree over all entries, as a note to be kept elsewhere.

    Parameters
    ----------
    path : path
        The ledger.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.
    key : str, optional
        File of the private key, or env:NAME for a variable that holds it; env:WAAGE_KEY if
        absent.
    signer_cmd : str, optional
        Command that signs instead: the message on its standard input, the signature on its
        output.
    signer : str, optional
        Id of the key in keys.toml; the one that lists the private key if absent.
    keys : path
        The list of public keys.
    passphrase_file : path, optional
        File whose first line is the passphrase; WAAGE_PASSPHRASE, else asked for, if absent.
    origin : str, optional
        Name of the log in the note; the ledger's id if absent.
    out : path, optional
        File for the note; standard output if absent.
    no_record : bool
        Do not record the checkpoint in the ledger.

    Returns
    -------
    str
        What ``waage ledger checkpoint`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["ledger", "checkpoint"],
        [path],
        {
            "allow-network-fs": allow_network_fs,
            "key": key,
            "signer-cmd": signer_cmd,
            "signer": signer,
            "keys": keys,
            "passphrase-file": passphrase_file,
            "origin": origin,
            "out": out,
            "no-record": no_record,
        },
    )


def prove(
    path: Path = "ledger.jsonl",
    *,
    allow_network_fs: bool = False,
    seq: int | None = None,
    from_: int | None = None,
    to: int | None = None,
) -> str:
    """Prove that an entry is in the ledger, or that it only grew.

    Parameters
    ----------
    path : path
        The ledger.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.
    seq : int, optional
        The entry that is in the ledger.
    from_ : int, optional
        Number of entries of the smaller tree that the ledger grew from.
    to : int, optional
        Number of entries of the tree, such as a checkpoint's; all if absent.

    Returns
    -------
    str
        What ``waage ledger prove`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["ledger", "prove"],
        [path],
        {"allow-network-fs": allow_network_fs, "seq": seq, "from": from_, "to": to},
    )


def check_proof(proof: Path, *, checkpoint: Path | None = None, keys: Path | None = None) -> Told:
    """Check a proof without the ledger.

    Parameters
    ----------
    proof : path
        A document of waage ledger prove.
    checkpoint : path, optional
        The checkpoint that names the root.
    keys : path, optional
        Public keys, for the signature of the checkpoint.

    Returns
    -------
    Told
        What ``waage ledger check-proof --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["ledger", "check-proof"], [proof], {"checkpoint": checkpoint, "keys": keys})


def note(
    path: Path = "ledger.jsonl", *, git: bool, allow_network_fs: bool = False, commit: Text = "HEAD"
) -> str:
    """Leave a trace of the ledger in git, under refs/notes/waage.

    Parameters
    ----------
    path : path
        The ledger.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.
    git : bool
        Write id, size, hash and root as a git note.
    commit : str
        The commit that gets the note.

    Returns
    -------
    str
        What ``waage ledger note`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["ledger", "note"],
        [path],
        {"allow-network-fs": allow_network_fs, "git": git, "commit": commit},
    )
