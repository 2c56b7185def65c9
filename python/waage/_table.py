"""Tables that every Arrow library reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

from . import _waage

if TYPE_CHECKING:
    import pandas
    import polars

_SHOWN = 20
_PANDAS = {"text": "str", "float": "float64", "count": "Int64", "flag": "boolean"}
_LONG = ("text_en", "text_de", "reason")


class Table:
    """One of a result's lists, with the document's field names as columns.

    Anything that speaks the Arrow PyCapsule interface takes it as it is: ``pyarrow.table(t)``,
    ``polars.DataFrame(t)``, a DuckDB query over the variable ``t``.
    """

    def __init__(self, inner: _waage.Table) -> None:
        self._inner = inner

    @property
    def column_names(self) -> list[str]:
        """Names of the columns, in order."""
        return self._inner.column_names

    def __len__(self) -> int:
        return self._inner.num_rows

    def __getitem__(self, column: str) -> list[Any]:
        """The values of a column; missing ones are None."""
        return self._inner.column(column)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows as dictionaries."""
        names = self.column_names
        columns = [self._inner.column(name) for name in names]
        for row in zip(*columns, strict=True):
            yield dict(zip(names, row, strict=True))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._inner.__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame (needs pandas): floats as float64 with NaN, counts as Int64 and flags
        as boolean with NA, text as pandas' own string type."""
        import pandas as pd

        kinds = zip(self.column_names, self._inner.column_kinds, strict=True)
        return pd.DataFrame(
            {name: pd.array(self[name], dtype=_PANDAS[kind]) for name, kind in kinds}
        )

    def to_polars(self) -> polars.DataFrame:
        """A polars DataFrame (needs polars)."""
        import polars as pl

        return pl.DataFrame(self)

    def __repr__(self) -> str:
        return f"<waage.Table {len(self)} rows: {', '.join(self.column_names)}>"

    def _repr_html_(self) -> str:
        shown = [
            n for n in self.column_names if n not in _LONG and any(v is not None for v in self[n])
        ]
        rows = [[_show(row[name]) for name in shown] for row in islice(self, _SHOWN)]
        more = len(self) - len(rows)
        rest = f"<p>… {more} more rows; use .to_pandas() or .to_polars()</p>" if more > 0 else ""
        return html_table(shown, rows) + rest


def html_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that scrolls sideways rather than breaking its lines."""
    cell = 'style="text-align:left;white-space:nowrap;padding:.2em .8em .2em 0"'
    names = "".join(f"<th {cell}>{escape(name)}</th>" for name in head)
    lines = ("".join(f"<td {cell}>{escape(text)}</td>" for text in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:collapse">'
        f"<thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _show(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
