"""Score metrics of random tables by scikit-learn, scipy and statsmodels, as scores.json."""

import hashlib
import json
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
import statsmodels
import statsmodels.api as sm
from scipy import stats
from sklearn import metrics

HERE = Path(__file__).resolve().parent
COUNT = 40


def table(index):
    """Rows of one table: scores with ties, labels that lean with them, weights in every second."""
    random = np.random.default_rng(20_000 + index)
    rows = int(random.integers(20, 300))
    levels = int(random.choice([5, 17, 100, 100_000]))
    score = (random.integers(0, levels, rows) + 0.5) / levels
    label = (random.random(rows) < 0.15 + 0.7 * score).astype(int)
    label[:2] = [0, 1]
    weight = random.integers(1, 64, rows) / 8 if index % 2 else np.ones(rows)
    return score, label, weight


def peers(score, label, weight, weighted):
    share = {"sample_weight": weight} if weighted else {}
    expected = {
        "roc_auc": metrics.roc_auc_score(label, score, **share),
        "average_precision": metrics.average_precision_score(label, score, **share),
        "brier_score": metrics.brier_score_loss(label, score, **share),
        "log_loss": metrics.log_loss(label, score, **share),
    }
    false, true, _ = metrics.roc_curve(label, score, drop_intermediate=False, **share)
    expected["ks_statistic"] = float(np.abs(true - false).max())
    positive, negative = score[label == 1], score[label == 0]
    if not weighted:
        found = stats.ks_2samp(positive, negative, method="asymp").statistic
        assert abs(found - expected["ks_statistic"]) < 1e-12
    weights = (weight[label == 1], weight[label == 0])
    expected["wasserstein_1"] = stats.wasserstein_distance(positive, negative, *weights)
    logit = np.log(score / (1 - score))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        family = sm.families.Binomial()
        design = sm.add_constant(logit)
        fit = sm.GLM(label, design, family=family, freq_weights=weight).fit(tol=1e-14, maxiter=200)
    expected["calibration_intercept"], expected["calibration_slope"] = map(float, fit.params)
    return {name: float(value) for name, value in expected.items()}


def make():
    cases = []
    for index in range(COUNT):
        score, label, weight = table(index)
        weighted = bool(index % 2)
        cases.append(
            {
                "score": score.tolist(),
                "label": "".join(map(str, label)),
                "weight": weight.tolist() if weighted else None,
                "expected": peers(score, label, weight, weighted),
            }
        )
    header = {
        "what": "score metrics of random tables with ties and weights",
        "made_by": "tests/golden/scores.py",
        "peers": {
            "scikit-learn": sklearn.__version__,
            "scipy": scipy.__version__,
            "statsmodels": statsmodels.__version__,
        },
        "tolerance": "1e-12; calibration_* 1e-8, where the peer stops iterating",
    }
    text = json.dumps({"header": header, "cases": cases}, separators=(",", ":")) + "\n"
    (HERE / "scores.json").write_text(text)
    print(f"scores.json: {COUNT} tables, {hashlib.sha256(text.encode()).hexdigest()[:12]}")


if __name__ == "__main__":
    make()
