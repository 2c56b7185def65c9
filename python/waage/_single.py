"""Commands without subcommands.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ._commands import Path, Text, Told, say, tell


def gate(
    name: Text,
    *,
    policy: Path = "audit.toml",
    result: Path | None = None,
    ledger: Path | None = None,
    keys: Path | None = None,
    risks: Path | None = None,
    incidents: Path | None = None,
    review: Path | Sequence[Path] | None = None,
    against: Path | None = None,
    data_digest: Text | None = None,
    as_of: Text | None = None,
    record: bool = False,
    explain: bool = False,
    allow_network_fs: bool = False,
) -> Told:
    """May the system take its next step? Checks, signatures, documents, risks, incidents.

    Parameters
    ----------
    name : str
        design, pre_deployment, periodic, change, retire, or a gate of the policy.
    policy : path
        The policy.
    result : path, optional
        The audit's result: a document of waage audit --format json.
    ledger : path, optional
        The ledger, with approvals, audits and earlier decisions.
    keys : path, optional
        Public keys.
    risks : path, optional
        The risk register.
    incidents : path, optional
        Incidents.
    review : path or several, optional
        Folder of a batch of cases for review, for the gate periodic; give every batch.
    against : path, optional
        The policy before a change, for the gate change.
    data_digest : str, optional
        The digest that the result's data must have.
    as_of : str, optional
        Day of the decision, such as 2026-11-24; today if absent.
    record : bool
        Add the decision to the ledger.
    explain : bool
        Every reason, a line each.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.

    Returns
    -------
    Told
        What ``waage gate --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["gate"],
        [name],
        {
            "policy": policy,
            "result": result,
            "ledger": ledger,
            "keys": keys,
            "risks": risks,
            "incidents": incidents,
            "review": review,
            "against": against,
            "data-digest": data_digest,
            "as-of": as_of,
            "record": record,
            "explain": explain,
            "allow-network-fs": allow_network_fs,
        },
    )


def approve(
    result: Path | None = None,
    *,
    policy: Path,
    role: Text,
    decision: Text,
    waiver: Text | None = None,
    risk: Text | None = None,
    risks: Path = "risks.toml",
    condition: Text | Sequence[Text] | None = None,
    comment: Text | None = None,
    expires: Text | None = None,
    key: Text | None = None,
    signer_cmd: Text | None = None,
    signer: Text | None = None,
    keys: Path = "keys.toml",
    passphrase_file: Path | None = None,
    ledger: Path = "ledger.jsonl",
    allow_network_fs: bool = False,
) -> Told:
    """Sign a result: approve it, reject it, or approve it with conditions.

    Parameters
    ----------
    result : path, optional
        A document of waage audit --format json.
    waiver : str, optional
        Sign a waiver of the policy instead.
    risk : str, optional
        Sign that a risk of the register is accepted instead.
    risks : path
        The risk register of --risk.
    policy : path
        The policy that it was judged by, or that has the waiver.
    role : str
        In which role: owner, validator, approver, dpo, compliance, …; whoever asks for a waiver
        signs as waiver_requester.
    decision : str
        approve, reject or approve_with_conditions.
    condition : str or several, optional
        A check that must pass, or a day and a task: '2026-12-31: retrain'.
    comment : str, optional
        Why, without personal data.
    expires : str, optional
        Last day on which it counts; it counts for as long as the result if absent.
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
    ledger : path
        The ledger that it is added to.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.

    Returns
    -------
    Told
        What ``waage approve --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["approve"],
        [result],
        {
            "waiver": waiver,
            "risk": risk,
            "risks": risks,
            "policy": policy,
            "role": role,
            "decision": decision,
            "condition": condition,
            "comment": comment,
            "expires": expires,
            "key": key,
            "signer-cmd": signer_cmd,
            "signer": signer,
            "keys": keys,
            "passphrase-file": passphrase_file,
            "ledger": ledger,
            "allow-network-fs": allow_network_fs,
        },
        acts=True,
    )


def brief(
    *,
    result: Path,
    policy: Path,
    risks: Path | None = None,
    previous: Path | None = None,
    incidents: Path | None = None,
    ledger: Path | None = None,
    keys: Path | None = None,
    allow_network_fs: bool = False,
    as_of: Text | None = None,
    format: Literal["html", "pdf", "markdown", "text"] | None = None,
    lang: Literal["en", "de"] = "en",
    out: Path | None = None,
) -> str:
    """Two pages for people who decide: verdict, risks in money, what to decide.

    Parameters
    ----------
    result : path
        Result of an audit: a document of waage audit --format json.
    policy : path
        The policy.
    risks : path, optional
        The risk register.
    previous : path, optional
        The result before, to tell what changed.
    incidents : path, optional
        Incidents.
    ledger : path, optional
        The ledger.
    keys : path, optional
        Public keys, by which signatures in the ledger are verified.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.
    as_of : str, optional
        Day as of which it is told, such as 2026-11-24; today if absent.
    format : str, optional
        html or pdf for a file that ends so, markdown for .md, else text.
    lang : str
        Language.
    out : path, optional
        File to write; standard output if absent.

    Returns
    -------
    str
        What ``waage brief`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["brief"],
        [],
        {
            "result": result,
            "policy": policy,
            "risks": risks,
            "previous": previous,
            "incidents": incidents,
            "ledger": ledger,
            "keys": keys,
            "allow-network-fs": allow_network_fs,
            "as-of": as_of,
            "format": format,
            "lang": lang,
            "out": out,
        },
    )
