"""What each feature of each row gives: arrays that shap's plots take."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[Any]

_Own = TypeVar("_Own", bound="Attributions")


class Attributions:
    """Attributions of rows, laid out as a ``shap.Explanation``.

    Where shap is imported it *is* one, and shap's plots take it and its slices; else see
    :meth:`to_shap`.

    Attributes
    ----------
    values : numpy.ndarray
        Rows × features; × outputs where the model has several; × features once more for
        interactions. In the unit of `space`, any real number.
    base_values : numpy.ndarray
        Rows, or rows × outputs: what is expected when no feature is known. With Shapley values,
        ``base_values + values.sum(axis=1)`` is what the model says of the row.
    data : numpy.ndarray
        Rows × features as the model takes them: categories as codes, NaN for missing.
    feature_names : list of str
        Names of the features.
    output_names : list of str or None
        Names of the outputs, where there are several.
    space : str
        ``"margin"`` (before the link function), ``"probability"`` (exact: the leaves hold
        probabilities), ``"probability-rescaled"`` or ``"loss-rescaled"`` (margin attributions
        against each background row, scaled to the change of the probability or the logarithmic
        loss; they add up but are no Shapley values of it).
    index : str
        ``"shapley"`` or ``"banzhaf"``.
    value_function : str
        Who stands in for unknown features: ``"interventional"`` (a background) or
        ``"path_dependent"`` (the training rows, as the trees counted them).
    """

    values: Array
    base_values: Array
    data: Array
    feature_names: list[str]
    output_names: list[str] | None
    space: str
    index: str
    value_function: str

    def _fill(
        self,
        values: Array,
        base: npt.NDArray[np.float64],
        data: Array,
        feature_names: list[str],
        *,
        space: str,
        index: str,
        value_function: str,
    ) -> None:
        """Takes rows × outputs × numbers per output; base values are per output, or per row."""
        import numpy as np

        rows, outputs = values.shape[:2]
        self.values = values[:, 0] if outputs == 1 else np.moveaxis(values, 1, -1)
        if base.ndim == 1:
            base = np.broadcast_to(base, (rows, outputs))
        base = base.astype(values.dtype)
        self.base_values = base[:, 0] if outputs == 1 else base
        self.data = data
        self.feature_names = feature_names
        self.output_names = None if outputs == 1 else [f"Output {k}" for k in range(outputs)]
        self.space = space
        self.index = index
        self.value_function = value_function

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `values`."""
        return tuple(self.values.shape)

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        shape = " × ".join(map(str, self.values.shape))
        return f"<waage.{_plain(type(self)).__name__} {shape}, {self.space}, {self.value_function}>"

    def to_shap(self) -> Any:
        """The same as a ``shap.Explanation`` (needs shap): slices, plots and all."""
        import shap

        return self if isinstance(self, shap.Explanation) else _join(self, shap.Explanation)


def accepted(own: _Own) -> _Own:
    """The same object, one of shap's too where shap is imported."""
    shap = getattr(sys.modules.get("shap"), "Explanation", None)
    return own if shap is None else _join(own, shap)


def _join(own: _Own, shap: Any) -> _Own:
    # shap's plots ask for instances of its class. Its methods come first, for they know its slices.
    plain = type(own)
    kind = type(shap)(plain.__name__, (shap, plain), {"__repr__": plain.__repr__})
    joined: _Own = kind.__new__(kind)
    fields = dict(vars(own))
    named = ("values", "base_values", "data", "feature_names", "output_names")
    shap.__init__(joined, **{name: fields.pop(name) for name in named})
    vars(joined).update(fields)
    return joined


def _plain(kind: type) -> type:
    return next(c for c in kind.__mro__ if c.__module__.startswith("waage."))
