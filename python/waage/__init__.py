"""Bias and fairness audits of decision models over tabular data.

>>> import waage as wg
>>> a = wg.audit("leads.parquet", label="converted", score="score", threshold=0.5,
...              sensitive=["gender", "region"])          # doctest: +SKIP
>>> a.verdict                                             # doctest: +SKIP
'breach'
"""

from ._attributions import Attributions
from ._audit import Audit, audit
from ._catalogue import Explanation, catalogue, explain_metric
from ._explain import ModelExplanation, explain
from ._figures import Figure
from ._power import Power, power
from ._scan import Scan, scan
from ._table import Table
from ._tree import TreeExplainer
from ._waage import WaageError, __version__, schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import metrics as metrics

__all__ = [
    "Attributions",
    "Audit",
    "Explanation",
    "Figure",
    "ModelExplanation",
    "Power",
    "Scan",
    "Table",
    "TreeExplainer",
    "WaageError",
    "__version__",
    "audit",
    "catalogue",
    "explain",
    "explain_metric",
    "power",
    "scan",
    "schema",
]


def __getattr__(name: str) -> object:
    # ``waage.metrics`` needs numpy: it is imported when somebody asks for it.
    if name == "metrics":
        import importlib

        return importlib.import_module("waage.metrics")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
