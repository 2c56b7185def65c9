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
from ._waage import WaageError, __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import datasets as datasets
    from . import evidence as evidence
    from . import incident as incident
    from . import keys as keys
    from . import ledger as ledger
    from . import metrics as metrics
    from . import policy as policy
    from . import privacy as privacy
    from . import review as review
    from . import risks as risks
    from . import systems as systems
    from ._commands import Told as Told
    from ._commands import schema as schema
    from ._single import approve as approve
    from ._single import brief as brief
    from ._single import gate as gate

__all__ = [
    "Attributions",
    "Audit",
    "Explanation",
    "Figure",
    "ModelExplanation",
    "Power",
    "Scan",
    "Table",
    "Told",
    "TreeExplainer",
    "WaageError",
    "__version__",
    "approve",
    "audit",
    "brief",
    "catalogue",
    "datasets",
    "evidence",
    "explain",
    "explain_metric",
    "gate",
    "incident",
    "keys",
    "ledger",
    "metrics",
    "policy",
    "power",
    "privacy",
    "review",
    "risks",
    "scan",
    "schema",
    "systems",
]

#: Where the names are that are imported when somebody asks for them; the rest are modules.
_PLACES = {
    "Told": "_commands",
    "schema": "_commands",
    "approve": "_single",
    "brief": "_single",
    "gate": "_single",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module = importlib.import_module(f"waage.{_PLACES.get(name, name)}")
    return getattr(module, name) if name in _PLACES else module
