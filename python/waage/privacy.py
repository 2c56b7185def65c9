"""Privacy: personal data, releases, budgets.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

from ._commands import Path, Text, Told, tell


def scan(
    data: Text | Sequence[Text],
    *,
    features: Text | Sequence[Text] | None = None,
    sensitive: Text | Sequence[Text] | None = None,
    separator: Text | None = None,
    decimal: Text | None = None,
) -> Told:
    """Look for personal data in the names of columns and in the first 10 000 rows.

    Parameters
    ----------
    data : str or several
        Files (Parquet, Arrow IPC, CSV), globs, folders with hive partitions, or - for an Arrow
        IPC stream.
    features : str or several, optional
        Columns that the model takes.
    sensitive : str or several, optional
        Columns of attributes that groups are compared by.
    separator : str, optional
        Field separator of CSV files; recognised if absent.
    decimal : str, optional
        Decimal mark of CSV files, "." or ","; recognised if absent.

    Returns
    -------
    Told
        What ``waage privacy scan --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["privacy", "scan"],
        [data],
        {
            "features,": features,
            "sensitive,": sensitive,
            "separator": separator,
            "decimal": decimal,
        },
    )


def compare(old: Path, new: Path, *, policy: Path | None = None) -> Told:
    """Tell what two releases give away together.

    Parameters
    ----------
    old : path
        The release before: a document of waage audit --format json, working or shared.
    new : path
        The release to come.
    policy : path, optional
        Policy whose [privacy] k_external counts; 10 if absent.

    Returns
    -------
    Told
        What ``waage privacy compare --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(["privacy", "compare"], [old, new], {"policy": policy})


def release(
    data: Text | Sequence[Text],
    *,
    dp_epsilon: Text,
    confidence: float = 0.95,
    policy: Path | None = None,
    ledger: Path | None = None,
    allow_network_fs: bool = False,
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
    i_know: bool = False,
    separator: Text | None = None,
    decimal: Text | None = None,
) -> Told:
    """Release counts with noise that protects everybody in the data (differential privacy).

    Parameters
    ----------
    data : str or several
        A working document of waage audit (.json), or data as waage audit takes them.
    dp_epsilon : str
        What the release costs everybody in the data, such as 0.5: the less, the more noise.
    confidence : float
        Confidence of the intervals.
    policy : path, optional
        Policy: [privacy] dp_epsilon_per_year, and roles of data; a budget of 1 a year if
        absent.
    ledger : path, optional
        Ledger that keeps account of what was spent on these data.
    allow_network_fs : bool
        Also on a network file system, whose locks are unreliable.
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
    i_know : bool
        Release groups although their labels look like personal data.
    separator : str, optional
        Field separator of CSV files; recognised if absent.
    decimal : str, optional
        Decimal mark of CSV files, "." or ","; recognised if absent.

    Returns
    -------
    Told
        What ``waage privacy release --format json`` says.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return tell(
        ["privacy", "release"],
        [data],
        {
            "dp-epsilon": dp_epsilon,
            "confidence": confidence,
            "policy": policy,
            "ledger": ledger,
            "allow-network-fs": allow_network_fs,
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
            "i-know": i_know,
            "separator": separator,
            "decimal": decimal,
        },
        acts=True,
    )
