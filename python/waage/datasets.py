"""Data to try things on.

Written by ``python/generate_commands.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

from ._commands import Path, Text, say


def generate_lead_scoring(
    *,
    out: Path,
    rows: int = 20000,
    seed: int = 0,
    columns: Text | Sequence[Text] | None = None,
    bias: Text = "planted",
    gender_penalty: float | None = None,
    proxy: float | None = None,
    selection: float | None = None,
    drift: float | None = None,
) -> str:
    """Sales leads scored by a model, with documented planted bias.

    Parameters
    ----------
    rows : int
        How many rows.
    seed : int
        Seed; the same one gives the same rows.
    out : path
        Parquet file to write.
    columns : str or several, optional
        Only these columns, with the same values.
    bias : str
        planted or none (every group exchangeable).
    gender_penalty : float, optional
        Strength of the historical penalty on one gender.
    proxy : float, optional
        Strength of region as a proxy of gender.
    selection : float, optional
        Strength of label selection: only contacted leads convert.
    drift : float, optional
        Strength of drift over time.

    Returns
    -------
    str
        What ``waage datasets generate lead-scoring`` prints.

    Raises
    ------
    WaageError
        With the sentence of the command line.
    """
    return say(
        ["datasets", "generate", "lead-scoring"],
        [],
        {
            "rows": rows,
            "seed": seed,
            "out": out,
            "columns,": columns,
            "bias": bias,
            "gender-penalty": gender_penalty,
            "proxy": proxy,
            "selection": selection,
            "drift": drift,
        },
    )
