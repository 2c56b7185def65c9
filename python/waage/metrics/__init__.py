"""Metrics by group with the names, signatures and results of ``fairlearn.metrics``.

>>> from waage.metrics import MetricFrame, selection_rate
>>> frame = MetricFrame(metrics={"rate": selection_rate}, y_true=[1, 0, 1, 0], y_pred=[1, 1, 1, 0],
...                     sensitive_features=["a", "a", "b", "b"])
>>> float(frame.difference()["rate"])
0.5

Results are pandas objects where pandas is installed, otherwise numbers and dicts. Neither pandas
nor scikit-learn is imported before it is needed.
"""

from typing import Any as _Any

from ._derived import generated as _generated
from ._derived import make_derived_metric
from ._frame import MetricFrame
from ._individual import (
    Flips,
    Steepness,
    consistency_score,
    counterfactual_flip_rate,
    counterfactual_flips,
    lipschitz_constant,
    lipschitz_violation,
    score_steepness,
)
from ._parity import (
    demographic_parity_difference,
    demographic_parity_ratio,
    equal_opportunity_difference,
    equal_opportunity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
)
from ._plot import plot_model_comparison, plot_roc_curve_by_group
from ._rates import (
    count,
    false_negative_rate,
    false_positive_rate,
    mean_prediction,
    selection_rate,
    true_negative_rate,
    true_positive_rate,
)
from ._regression import avg_score_diff, mae_ratio, mean_error, rmse_ratio, zscore_diff

_derived = _generated()
globals().update(_derived)

__all__ = [
    "Flips",
    "MetricFrame",
    "Steepness",
    "avg_score_diff",
    "consistency_score",
    "count",
    "counterfactual_flip_rate",
    "counterfactual_flips",
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equal_opportunity_difference",
    "equal_opportunity_ratio",
    "equalized_odds_difference",
    "equalized_odds_ratio",
    "false_negative_rate",
    "false_positive_rate",
    "lipschitz_constant",
    "lipschitz_violation",
    "mae_ratio",
    "make_derived_metric",
    "mean_error",
    "mean_prediction",
    "plot_model_comparison",
    "plot_roc_curve_by_group",
    "rmse_ratio",
    "score_steepness",
    "selection_rate",
    "true_negative_rate",
    "true_positive_rate",
    "zscore_diff",
]
__all__ += sorted(_derived)


def __getattr__(name: str) -> _Any:
    # Told to type checkers: the derived metrics are set above.
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
