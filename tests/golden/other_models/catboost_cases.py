"""CatBoost models and their raw scores and Shapley values (``ShapValues``, regular)."""

import json
import tempfile
from pathlib import Path

import fixture
import numpy as np
import pandas as pd
from catboost import CatBoostClassifier, CatBoostRegressor, Pool


def write():
    numeric("catboost_logloss_min", CatBoostClassifier, "two", 0.1, depth=6, nan_mode="Min")
    numeric("catboost_logloss_max", CatBoostClassifier, "two", 0.1, depth=3, nan_mode="Max")
    numeric("catboost_rmse_as_is", CatBoostRegressor, "real", 0.0, depth=3)
    numeric("catboost_rmse_stumps", CatBoostRegressor, "real", 0.1, depth=1, iterations=15)
    numeric("catboost_rmse_depth_10", CatBoostRegressor, "real", 0.0, depth=10, iterations=2)
    numeric("catboost_multiclass", CatBoostClassifier, "three", 0.1, depth=3)
    loss = "MultiClassOneVsAll"
    numeric("catboost_one_vs_all", CatBoostClassifier, "three", 0.1, loss_function=loss, depth=2)
    numeric("catboost_poisson", CatBoostRegressor, "count", 0.1, loss_function="Poisson", depth=3)
    for policy in ["Lossguide", "Depthwise"]:
        name = f"catboost_{policy.lower()}"
        numeric(name, CatBoostClassifier, "two", 0.1, grow_policy=policy, depth=6, iterations=4)
    numeric("catboost_lossguide_multi", CatBoostClassifier, "three", 0.1, grow_policy="Lossguide")
    constant = {"allow_const_label": True, "bootstrap_type": "No"}
    numeric("catboost_constant", CatBoostRegressor, "same", 0.0, **constant)
    numeric("catboost_scaled", CatBoostRegressor, "real", 0.0, scaled=(0.37, 2.5), depth=2)
    one_hot()


def numeric(case, kind, target, missing, scaled=None, **options):
    x, real, two, three = fixture.data(missing=missing)
    targets = {"real": real, "two": two, "three": three}
    targets |= {"count": np.floor(np.exp(real / 2)), "same": np.full(len(x), 3.25)}
    options = {"iterations": 6, "learning_rate": 0.3, **options}
    model = kind(verbose=0, allow_writing_files=False, random_seed=1, thread_count=1, **options)
    model.fit(x, targets[target])
    if scaled:
        model.set_scale_and_bias(*scaled)
    saved = save(model)
    features = saved["features_info"]["float_features"]
    found = fixture.rows(x, [feature.get("borders") or [] for feature in features])
    finish(case, model, saved, [f"f{i}" for i in range(x.shape[1])], found, Pool(found))


def one_hot():
    random = np.random.default_rng(fixture.SEED)
    x, real, _, _ = fixture.data(missing=0.05)
    places = np.array(["Köln", "Berlin", "", "São Paulo", "a place with a rather long name"])
    frame = pd.DataFrame({"size": x[:, 0], "place": places[random.integers(0, 5, len(x))]})
    frame["grade"] = random.integers(-1, 4, len(x))
    frame["weight"] = x[:, 3]
    effect = (frame["place"] == "Köln") * 2 + (frame["grade"] == 2) - (frame["place"] == "")
    target = real + effect.to_numpy()
    model = CatBoostRegressor(
        iterations=20,
        depth=4,
        one_hot_max_size=10,
        cat_features=["place", "grade"],
        verbose=0,
        allow_writing_files=False,
        random_seed=1,
        thread_count=1,
    )
    model.fit(frame, target)
    saved = save(model)
    found = frame.sample(90, random_state=1).reset_index(drop=True)
    found.loc[::11, "place"] = "unseen"
    found.loc[::13, "grade"] = 77
    found["grade"] = found["grade"].astype(str)
    found["place"] = found["place"].astype(str)
    columns = list(frame.columns)
    pool = Pool(found, cat_features=["place", "grade"])
    finish("catboost_one_hot", model, saved, columns, found.to_numpy(dtype=object), pool)


def save(model):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        saved = json.loads(path.read_text())
    # What training was told, and when, is long and not needed.
    info = saved["model_info"]
    params = {"loss_function": info["params"]["loss_function"]}
    version = info["catboost_version_info"].split("\n    Commit")[0]
    tag = info["catboost_version_info"].split("Branch: ")[1].split("\n")[0]
    kept = {"params": params, "catboost_version_info": f"{version}\n    Branch: {tag}\n"}
    if "class_params" in info:
        kept["class_params"] = info["class_params"]
    saved["model_info"] = kept
    return saved


def finish(case, model, saved, names, found, pool):
    margin = model.predict(pool, prediction_type="RawFormulaVal")
    contributions = base = None
    if saved["scale_and_bias"][0] == 1:  # CatBoost explains no scaled model
        values = model.get_feature_importance(pool, type="ShapValues", shap_calc_type="Regular")
        values = values.reshape(len(found), -1, len(names) + 1)
        contributions, base = values[:, :, :-1], values[0, :, -1]
    more = {"contributions": contributions, "base": base}
    fixture.write(case, "catboost", "catboost", saved, names, found, margin, **more)
