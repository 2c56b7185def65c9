"""Tables that every Arrow library reads."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from . import _waage

if TYPE_CHECKING:
    import pandas
    import polars

_SHOWN = 20


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
        """A pandas DataFrame (needs pandas)."""
        import pandas as pd

        return pd.DataFrame({name: self._inner.column(name) for name in self.column_names})

    def to_polars(self) -> polars.DataFrame:
        """A polars DataFrame (needs polars)."""
        import polars as pl

        return pl.DataFrame(self)

    def __repr__(self) -> str:
        return f"<waage.Table {len(self)} rows: {', '.join(self.column_names)}>"

    def _repr_html_(self) -> str:
        names = [n for n in self.column_names if any(v is not None for v in self[n])]
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        lines = []
        for i, row in enumerate(self):
            if i == _SHOWN:
                break
            cells = "".join(f"<td>{escape(_show(row[name]))}</td>" for name in names)
            lines.append(f"<tr>{cells}</tr>")
        more = len(self) - _SHOWN
        rest = f"<p>… {more} more rows; use .to_pandas() or .to_polars()</p>" if more > 0 else ""
        return (
            f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>{rest}"
        )


def _show(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
