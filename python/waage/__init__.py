"""Bias and fairness audits of decision models over tabular data.

>>> import waage as wg
>>> a = wg.audit("leads.parquet", label="converted", score="score", threshold=0.5,
...              sensitive=["gender", "region"])          # doctest: +SKIP
>>> a.verdict                                             # doctest: +SKIP
'breach'
"""

from ._audit import Audit, audit
from ._figures import Figure
from ._table import Table
from ._waage import WaageError, __version__, schema

__all__ = ["Audit", "Figure", "Table", "WaageError", "__version__", "audit", "schema"]
