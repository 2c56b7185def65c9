"""Writes the tiny models that fuzzing and `crates/explain/tests/hostile.rs` start from.

Run it once with XGBoost and once with LightGBM installed, as in `tests/golden/models/README.md`.
"""

import importlib.util
from pathlib import Path

import numpy as np

CORPUS = Path(__file__).parent / "corpus"
RNG = np.random.default_rng(1)
X = np.column_stack([np.round(RNG.normal(size=60), 2), RNG.integers(0, 5, 60)])
X[::9, 0] = np.nan
Y = np.nan_to_num(X[:, 0]) + np.sin(2 * X[:, 1])


def xgboost():
    import xgboost as xgb

    def train(name, suffixes, rounds=2, y=Y, **params):
        data = xgb.DMatrix(
            X,
            y,
            feature_names=["amount", "kind"],
            feature_types=["q", "c"],
            enable_categorical=True,
        )
        params = {"max_depth": 2, "nthread": 1, "max_cat_to_onehot": 1, **params}
        booster = xgb.train(params, data, rounds)
        for suffix, folder in suffixes.items():
            booster.save_model(CORPUS / folder / f"{name}.{suffix}")

    both = {"json": "xgboost_json", "ubj": "xgboost_ubjson"}
    train("trees", both)
    train("dart", both, booster="dart", rounds=1)
    vectors = {"multi_strategy": "multi_output_tree", "max_depth": 1, "max_cat_to_onehot": 9}
    numbers = xgb.DMatrix(X, np.column_stack([Y, -Y]))
    booster = xgb.train({**vectors, "nthread": 1}, numbers, 1)
    for suffix, folder in both.items():
        booster.save_model(CORPUS / folder / f"vectors.{suffix}")
    booster = xgb.train({"booster": "gblinear", "nthread": 1}, numbers, 1)
    for suffix, folder in both.items():
        booster.save_model(CORPUS / folder / f"linear.{suffix}")


def lightgbm():
    import lightgbm as lgb

    def train(name, categories, **params):
        params = {
            "num_leaves": 4,
            "min_data_in_leaf": 2,
            "min_data_per_group": 2,
            "cat_smooth": 1,
            "verbose": -1,
            "num_threads": 1,
            **params,
        }
        data = lgb.Dataset(X, Y, feature_name=["amount", "kind"], categorical_feature=categories)
        text = lgb.train(params, data, 2).model_to_string()
        # Most parameters say nothing of the model; a few stand for all.
        head, rest = text.split("parameters:\n")
        few = "".join(rest.splitlines(keepends=True)[:3])
        text = f"{head}parameters:\n{few}\nend of parameters\n\npandas_categorical:null\n"
        (CORPUS / "lightgbm_text" / f"{name}.txt").write_text(text, encoding="utf-8")

    train("trees", ["kind"])
    train("linear", "auto", linear_tree=True, num_leaves=3)


if __name__ == "__main__":
    xgboost() if importlib.util.find_spec("xgboost") else lightgbm()
