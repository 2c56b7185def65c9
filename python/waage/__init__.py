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
    from ._attributions import Attributions as Attributions
    from ._catalogue import Explanation as Explanation
    from ._catalogue import catalogue as catalogue
    from ._catalogue import explain_metric as explain_metric
    from ._commands import Told as Told
    from ._commands import schema as schema
    from ._explain import ModelExplanation as ModelExplanation
    from ._explain import explain as explain
    from ._power import Power as Power
    from ._power import power as power
    from ._scan import Scan as Scan
    from ._scan import scan as scan
    from ._single import approve as approve
    from ._single import brief as brief
    from ._single import gate as gate
    from ._tree import TreeExplainer as TreeExplainer

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
    "Attributions": "_attributions",
    "Explanation": "_catalogue",
    "ModelExplanation": "_explain",
    "Power": "_power",
    "Scan": "_scan",
    "Told": "_commands",
    "TreeExplainer": "_tree",
    "approve": "_single",
    "brief": "_single",
    "catalogue": "_catalogue",
    "explain": "_explain",
    "explain_metric": "_catalogue",
    "gate": "_single",
    "power": "_power",
    "scan": "_scan",
    "schema": "_commands",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module = importlib.import_module(f"waage.{_PLACES.get(name, name)}")
    found = getattr(module, name) if name in _PLACES else module
    return globals().setdefault(name, found)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
