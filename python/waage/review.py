"""Human review: draw cases, take decisions in, tell what they say.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ._commands import Path, Text, Told, say, tell


def key(file: Path) -> str:
    """Make a key of pseudonyms, readable by its owner alone.

    Parameters
    ----------
    file : path
        Where the key goes; never replaces one.

    Returns
    -------
    str
        What ``waage review key`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(["review", "key"], [file], {})


def sample(
    data: Text | Sequence[Text],
    *,
    out: Path,
    label: Text | None = None,
    decision: Text | None = None,
    score: Text | None = None,
    threshold: float | None = None,
    top_k: int | None = None,
    top_fraction: Text | None = None,
    sensitive: Text | Sequence[Text] | None = None,
    weight: Text | None = None,
    id: Text | None = None,
    positive: Text | None = None,
    where: Text | None = None,
    flagged: Text | None = None,
    uncertainty: Text | None = None,
    show: Text | Sequence[Text] | None = None,
    explanation: Text | None = None,
    n: int | None = None,
    group: Text | None = None,
    audit: Path | None = None,
    policy: Path | None = None,
    seed: int = 0,
    key: Path | None = None,
    format: Literal["csv", "jsonl", "parquet"] = "csv",
    show_groups: bool = False,
    i_know: bool = False,
    lang: Literal["en", "de"] = "en",
    ledger: Path | None = None,
    separator: Text | None = None,
    decimal: Text | None = None,
) -> str:
    """Draw cases for people to review, with known probabilities.

    Parameters
    ----------
    data : str or several
        Files (Parquet, Arrow IPC, CSV), globs, folders with hive partitions, or - for an Arrow
        IPC stream.
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
    weight : str, optional
        Column of row weights.
    id : str, optional
        Column that identifies a row; breaks ties at a cut of the score.
    positive : str, optional
        The value that means 1 where label or decision are text.
    where : str, optional
        Keep rows for which this holds, such as "region = 'north' and visits > 3".
    flagged : str, optional
        Column of true or 1 for rows that somebody flagged.
    uncertainty : str, optional
        Column that is the larger the less sure the model is; scores from 0 to 1 tell it
        themselves.
    show : str or several, optional
        Columns that reviewers see.
    explanation : str, optional
        Attributions of the same rows (waage explain --id … --out FILE): the strongest features
        of each case.
    n : int, optional
        Cases; the policy's [review] sample, else 200.
    group : str, optional
        Group that part of the cases is drawn from, such as gender=female.
    audit : path, optional
        Result of the audit that leads to this review: named in the batch.
    policy : path, optional
        Policy: [review], [privacy] pseudonym_key_file and the system's id.
    seed : int
        Seed of the draw.
    key : path, optional
        Key of pseudonyms; else WAAGE_PSEUDONYM_KEY, else the policy's.
    out : path
        New folder for batch.json, the cases and the work-sheet.
    format : str
        Form of the file of cases.
    show_groups : bool
        Let reviewers see the groups of the cases.
    i_know : bool
        Show columns and groups although they look like personal data.
    lang : str
        Language of the work-sheet.
    ledger : path, optional
        Ledger that records the batch.
    separator : str, optional
        Field separator of CSV files; recognised if absent.
    decimal : str, optional
        Decimal mark of CSV files, "." or ","; recognised if absent.

    Returns
    -------
    str
        What ``waage review sample`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["review", "sample"],
        [data],
        {
            "label": label,
            "decision": decision,
            "score": score,
            "threshold": threshold,
            "top-k": top_k,
            "top-fraction": top_fraction,
            "sensitive,": sensitive,
            "weight": weight,
            "id": id,
            "positive": positive,
            "where": where,
            "flagged": flagged,
            "uncertainty": uncertainty,
            "show,": show,
            "explanation": explanation,
            "n": n,
            "group": group,
            "audit": audit,
            "policy": policy,
            "seed": seed,
            "key": key,
            "out": out,
            "format": format,
            "show-groups": show_groups,
            "i-know": i_know,
            "lang": lang,
            "ledger": ledger,
            "separator": separator,
            "decimal": decimal,
        },
    )


def import_(folder: Path, files: Path | Sequence[Path], *, ledger: Path | None = None) -> str:
    """Record what reviewers decided: whole files or nothing.

    Parameters
    ----------
    folder : path
        Folder of the batch.
    files : path or several
        Files that came back, .csv, .jsonl or .parquet.
    ledger : path, optional
        Ledger that records how many decisions came in, by their digest.

    Returns
    -------
    str
        What ``waage review import`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(["review", "import"], [folder, files], {"ledger": ledger})


def report(folders: Path | Sequence[Path], *, as_of: Text | None = None) -> Told:
    """What reviews say: overrides, agreement, time, and whether overrides treat groups alike.

    Parameters
    ----------
    folders : path or several
        Folders of batches.
    as_of : str, optional
        Moment, or day at whose end, it is told which cases are late; now if absent.

    Returns
    -------
    Told
        What ``waage review report --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["review", "report"], [folders], {"as-of": as_of})
