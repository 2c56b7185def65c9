"""Exact explanations of tree ensembles, called as shap's are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _model_bytes, _rows, _spec, _waage
from ._attributions import Attributions, accepted
from ._waage import WaageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_PERTURBATIONS = ("auto", "interventional", "tree_path_dependent")
_OUTPUTS = ("raw", "probability", "log_loss")
# Rows whose sums are compared with the model's own word.
_CHECKED = 1000
_TOLERANCE = 1e-6


class TreeExplainer:
    """Divides what a model says of each row among the row's features, exactly.

    Called as ``shap.TreeExplainer`` is, with the same shapes; every row of the background counts
    (shap keeps 100 of them).

    Parameters
    ----------
    model : object
        A path or the bytes of a model file, an xgboost, lightgbm or CatBoost model, an ONNX
        ``ModelProto``, or a fitted scikit-learn tree, forest, gradient boosting or linear model.
    data : array or table, optional
        The background: rows that stand in for features that are not known. With
        ``feature_perturbation="tree_path_dependent"`` it is not used.
    model_output : str
        ``"raw"``: the margin, before the link function (of scikit-learn's trees and forests:
        probabilities). ``"probability"`` and ``"log_loss"``: see Notes.
    feature_perturbation : str
        ``"interventional"`` (against `data`), ``"tree_path_dependent"`` (against the training rows,
        as the trees counted them) or ``"auto"``: the first if there are `data`.
    feature_names : list of str, optional
        Names to show; the model's own, or those of a table's columns, if absent.
    weights : array, optional
        Weights of the background's rows: finite, not negative, not all 0.
    index : str
        ``"shapley"``, or ``"banzhaf"`` (mean effects over all coalitions; they do not add up).
    categories : dict of lists, optional
        Labels of categorical features in the order of their codes, where the model has none or
        wrong ones (XGBoost 3.1 and 3.2 damage labels that are not ASCII).
    unseen : str
        What categories are that the model has not seen: ``"refuse"`` (an error) or ``"missing"``.
    iterations : int or str, optional
        Iterations of boosting that count: ``"all"``, ``"best"`` (by early stopping) or a number; as
        the object itself predicts if absent, all of a file.
    dtype : str or numpy.dtype
        Of the results: ``"float64"`` or ``"float32"``. All is computed in float64.
    threads : int, optional
        Threads; all cores if absent. The result does not depend on it.

    Attributes
    ----------
    expected_value : float or numpy.ndarray
        What is expected when no feature is known, one number per output; with
        ``model_output="log_loss"`` a function of labels.
    data : numpy.ndarray or None
        The background as the model takes it.
    space, value_function, index : str
        As those of :class:`waage.Attributions`.
    notes : list of str
        What a user should know about how the model was read.

    Raises
    ------
    TypeError
        For models and rows of a kind that is not read.
    WaageError
        For models, rows or options that cannot be used; the message says what, where and how to
        mend it.
    KeyboardInterrupt
        On Ctrl-C, within a second.

    Notes
    -----
    A probability is no sum over leaves. ``"probability"`` therefore takes the margin's Shapley
    values against each background row ``z``, times ``(g(f(x)) - g(f(z))) / (f(x) - f(z))``, and
    averages over the background, as shap does (`space` is ``"probability-rescaled"``): they add up
    to the probability, and are no Shapley values of it. It is there for models with one logistic or
    probit link per output and for at most 1000 background rows. ``"log_loss"`` is the same for the
    logarithmic loss against a label from 0 to 1. Where ``f(x) = f(z)`` the quotient is the
    derivative of ``g``, its limit.

    Sources: Lundberg et al., "From local explanations to global understanding with explainable AI
    for trees", Nature Machine Intelligence 2 (2020); Laberge and Pequignot, "Understanding
    interventional TreeSHAP", arXiv:2209.15123.

    Examples
    --------
    >>> import waage as wg
    >>> explainer = wg.TreeExplainer("model.json", X_train)  # doctest: +SKIP
    >>> e = explainer(X)                                      # doctest: +SKIP
    >>> (e.values.sum(axis=1) + e.base_values).shape          # doctest: +SKIP
    (1000,)
    """

    def __init__(
        self,
        model: Any,
        data: Any = None,
        model_output: str = "raw",
        feature_perturbation: str = "auto",
        feature_names: Sequence[str] | None = None,
        *,
        weights: Any = None,
        index: str = "shapley",
        categories: Mapping[str, Sequence[str]] | None = None,
        unseen: str = "refuse",
        iterations: int | str | None = None,
        dtype: Any = "float64",
        threads: int | None = None,
    ) -> None:
        import numpy as np

        _one_of("model_output", model_output, _OUTPUTS)
        _one_of("feature_perturbation", feature_perturbation, _PERTURBATIONS)
        _one_of("index", index, ("shapley", "banzhaf"))
        _one_of("unseen", unseen, ("refuse", "missing"))
        self._dtype = np.dtype(dtype)
        if self._dtype not in (np.float64, np.float32):
            raise WaageError(f"dtype={self._dtype} is not given; use float64 or float32")
        given = _model_bytes.given(model, iterations)
        spec = {"iterations": given.iterations, "missing": given.missing}
        self._model = _waage.Model.read(given.source, json.dumps(spec))
        self._threads = None if threads is None else _spec.whole("threads", threads)
        self._categories = categories
        self._unseen = unseen
        self.index = index
        self.model_output = model_output
        self.notes = self._model.notes
        self.data: npt.NDArray[np.float64] | None = None
        if feature_perturbation != "tree_path_dependent":
            background = _background(data)
            if background is not None:
                self.data = self._matrix(background)[0]
            elif feature_perturbation == "interventional":
                raise WaageError(
                    'feature_perturbation="interventional" needs a background: give data='
                )
        self.value_function = "path_dependent" if self.data is None else "interventional"
        self._weights = None if weights is None else np.asarray(weights, dtype=np.float64)
        if self._weights is not None and self.data is None:
            raise WaageError("weights= are those of a background: give data= too")
        self.feature_names = self._names(feature_names)
        self.space, own = _space(self._model, model_output)
        if own != "margin" and index != "shapley":
            raise WaageError(
                f'model_output="{model_output}" is explained with index="shapley" only'
            )
        self._explainer = self._made(index if own == "margin" else own)
        self._interactions: _waage.Explainer | None = None

    @property
    def expected_value(self) -> Any:
        """A float, an array of one per output, or a function of labels with ``"log_loss"``."""
        if self.model_output == "log_loss":
            return self._expected_loss
        base = self._base()
        return float(base[0]) if len(base) == 1 else base

    def __call__(
        self,
        X: Any,
        y: Any = None,
        *,
        interactions: bool = False,
        check_additivity: bool = True,
    ) -> Attributions:
        """Explain rows.

        Parameters
        ----------
        X : array or table
            Rows × features: numpy, lists, pandas, polars, pyarrow, or anything with
            ``__arrow_c_stream__``. Tables with the model's feature names may have their columns in
            any order, and labels of categories are matched with the model's; arrays are in the
            model's order with categories as codes.
        y : array, optional
            Labels from 0 to 1, with ``model_output="log_loss"``.
        interactions : bool
            Explain pairs of features.
        check_additivity : bool
            Compare sums with what the model says.

        Returns
        -------
        Attributions
            A ``shap.Explanation`` too, where shap is imported.
        """
        import numpy as np

        rows, columns = self._matrix(X)
        values, base = (
            (self._pairs(rows), self._base())
            if interactions
            else self._explained(rows, y, check_additivity)
        )
        own = Attributions()
        own._fill(
            values,
            np.asarray(base),
            rows,
            self.feature_names or columns or _rows.names(self._model),
            space=self.space,
            index=self.index,
            value_function=self.value_function,
        )
        return accepted(own)

    def shap_values(self, X: Any, y: Any = None, check_additivity: bool = True) -> npt.NDArray[Any]:
        """Attributions of rows.

        Parameters
        ----------
        X, y, check_additivity
            As in calling the explainer; `X` may be one row, of one dimension.

        Returns
        -------
        numpy.ndarray
            Rows × features; × outputs where the model has several. Without rows for one row.
        """
        rows, _ = self._matrix(X)
        values, _ = self._explained(rows, y, check_additivity)
        return _laid_out(values, X)

    def shap_interaction_values(self, X: Any) -> npt.NDArray[Any]:
        """Interactions of pairs of features, laid out as shap does.

        Each pair's interaction is halved between its two places, the diagonal holds what is left
        of each feature, and rows add up to :meth:`shap_values`. With ``index="banzhaf"`` pairs hold
        the whole mean second difference and the diagonal the Banzhaf values.

        Parameters
        ----------
        X : array or table
            As in calling the explainer.

        Returns
        -------
        numpy.ndarray
            Rows × features × features; × outputs where the model has several.
        """
        rows, _ = self._matrix(X)
        return _laid_out(self._pairs(rows), X)

    def _matrix(self, X: Any) -> tuple[npt.NDArray[np.float64], list[str] | None]:
        return _rows.matrix(self._model, X, categories=self._categories, unseen=self._unseen)

    def _made(self, space: str) -> _waage.Explainer:
        return _waage.Explainer.of(self._model, self.data, self._weights, space, self._threads)

    def _names(self, given: Sequence[str] | None) -> list[str] | None:
        count = len(self._model.names)
        if given is not None and len(given) != count:
            raise WaageError(
                f"feature_names= has {len(given)} names, the model has {count} features: "
                "give one per feature"
            )
        return None if given is None else [str(name) for name in given]

    def _base(self) -> npt.NDArray[np.float64]:
        import numpy as np

        return np.array(self._explainer.base())

    def _expected_loss(self, y: Any) -> Any:
        import numpy as np

        labels = np.asarray(y, dtype=np.float64)
        found = [self._explainer.base(float(label)) for label in np.atleast_1d(labels)]
        losses = np.array(found).reshape(len(found), -1)
        losses = losses[:, 0] if losses.shape[1] == 1 else losses
        return losses if labels.ndim else losses[0]

    def _explained(
        self, rows: npt.NDArray[np.float64], y: Any, check: bool
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
        """Rows × outputs × features, and the base values per output, of losses per row too."""
        import numpy as np

        labels = None
        if self.model_output == "log_loss":
            if y is None:
                raise WaageError('model_output="log_loss" needs labels: give y=')
            labels = np.ascontiguousarray(y, dtype=np.float64)
        values = self._explainer.explain(rows, labels, self._threads)
        if labels is None:
            base = self._base()
        else:
            known = {label: self._explainer.base(label) for label in set(labels.tolist())}
            base = np.array([known[label] for label in labels.tolist()])
            base = base.reshape(len(labels), self._model.outputs)
        if check and self.index == "shapley" and len(rows):
            self._check(rows, values, base, labels)
        return values.astype(self._dtype, copy=False), base

    def _check(self, rows: Any, values: Any, base: Any, labels: Any) -> None:
        import numpy as np

        some = slice(None, None, -(-len(rows) // _CHECKED))
        margins = self.model_output == "raw" or self.space == "probability"
        wanted = self._model.predict(rows[some], margins, self._threads)
        if labels is not None:
            p, label = wanted, labels[some, None]
            with np.errstate(divide="ignore", invalid="ignore"):
                wanted = -np.where(label > 0, label * np.log(p), 0) - np.where(
                    label < 1, (1 - label) * np.log1p(-p), 0
                )
        found = values[some].sum(axis=2) + (base if base.ndim == 1 else base[some])
        with np.errstate(invalid="ignore"):
            off = np.abs(found - wanted) > _TOLERANCE * (1 + np.abs(wanted))
        if bool((off & np.isfinite(wanted)).any()):
            raise WaageError(
                f"attributions add up to {found[off][0]} where the model says {wanted[off][0]}: "
                "please report it with the model (check_additivity=False goes on regardless)"
            )

    def _pairs(self, rows: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
        if self.space.endswith("-rescaled"):
            raise WaageError('interactions are those of margins: use model_output="raw"')
        if self._interactions is None:
            self._interactions = self._made(f"{self.index}_interaction")
        values = self._interactions.explain(rows, None, self._threads)
        count = len(self._model.names)
        shaped: npt.NDArray[Any] = values.reshape(*values.shape[:2], count, count)
        return shaped.astype(self._dtype, copy=False)

    def __repr__(self) -> str:
        model = f"{self._model.library} {self._model.objective or ''}".strip()
        return f"<waage.TreeExplainer {model}, {self.space}, {self.value_function}>"


def _space(model: _waage.Model, output: str) -> tuple[str, str]:
    """What results are called, and what is computed."""
    if output == "log_loss":
        return "loss-rescaled", "log_loss"
    means = model.library == "scikit-learn" and model.link == "identity"
    if means and (model.objective or "").endswith("Classifier"):
        # Leaves hold probabilities already: their sum is exact.
        return "probability", "margin"
    if output == "raw":
        return "margin", "margin"
    return "probability-rescaled", "probability"


def _background(data: Any) -> Any:
    """The rows of one of shap's maskers, else what was given."""
    masker = type(data).__module__.startswith("shap.")
    return data.data if masker and hasattr(data, "data") else data


def _laid_out(values: npt.NDArray[Any], X: Any) -> npt.NDArray[Any]:
    """Outputs last, or none if there is one; one row without its dimension."""
    import numpy as np

    found: npt.NDArray[Any] = values[:, 0]
    if values.shape[1] > 1:
        found = np.moveaxis(values, 1, -1)
    if getattr(X, "ndim", 2) == 1 and len(found) == 1:
        found = found[0]
    return found


def _one_of(option: str, value: Any, known: Sequence[str]) -> None:
    if value not in known:
        raise WaageError(f"{option}={value!r} is not known; use {', '.join(known)}")
