"""What is measured, and what it means."""

from __future__ import annotations

import json
from typing import Any

from . import _waage
from ._table import Table


def catalogue(*, lang: str = "en") -> Table:
    """Every metric that Waage measures, one row each.

    Parameters
    ----------
    lang : {"en", "de"}
        Language of titles and definitions.

    Returns
    -------
    Table
        Columns ``name``, ``title``, ``group``, ``definition``, ``formula``, ``low`` and ``high``
        (the range; None where unbounded), ``direction``, ``needs`` and ``aliases``.
    """
    return Table(_waage.catalogue(lang))


def explain_metric(name: str, *, lang: str = "en") -> Explanation:
    """What a metric means, when to use it and when it misleads.

    Parameters
    ----------
    name : str
        A metric by its name, an alias, or the name that Fairlearn, AIF360, Aequitas, Clarify or
        scikit-learn gives it.
    lang : {"en", "de"}
        Language of the texts.

    Raises
    ------
    WaageError
        No metric is called that; the message offers the nearest name.
    """
    return Explanation(name, lang)


class Explanation:
    """The page of a metric: printed as text, shown as Markdown in a notebook."""

    def __init__(self, name: str, lang: str) -> None:
        self._name, self._lang = name, lang
        self._text = _waage.explain_metric(name, "text", lang)

    def to_dict(self) -> dict[str, Any]:
        """The document of ``waage metrics NAME --format json``."""
        document: dict[str, Any] = json.loads(_waage.explain_metric(self._name, "json", self._lang))
        return document

    def __repr__(self) -> str:
        return self._text

    def _repr_markdown_(self) -> str:
        return _waage.explain_metric(self._name, "markdown", self._lang)
