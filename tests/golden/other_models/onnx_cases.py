"""ONNX models, converted and made by hand, and the scores that onnxruntime gives.

The oracle runs the model with its ``post_transform`` taken away, so that it gives margins.
"""

import catboost
import fixture
import lightgbm
import numpy as np
import onnx
import onnxmltools
import onnxruntime
import skl2onnx
import xgboost
from onnx import TensorProto, helper, numpy_helper
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

ML = "ai.onnx.ml"


def write():
    sklearn_models()
    boosters()
    for opset in [1, 3]:
        for tracks in [0, 1]:
            modes(opset, tracks)
    forests_by_hand()
    tree_ensembles()


def sklearn_models():
    x, real, two, three = fixture.data()
    few = {"n_estimators": 4, "max_depth": 4, "random_state": 1}
    deep = {"max_depth": 8, "random_state": 1}
    scaled = make_pipeline(StandardScaler(), DecisionTreeRegressor(**deep))
    for case, model, y in [
        ("forest_two", RandomForestClassifier(**few), two),
        ("forest_three", RandomForestClassifier(**few), three),
        ("forest_regression", RandomForestRegressor(**few), real),
        ("boosting_two", GradientBoostingClassifier(**few), two),
        ("boosting_three", GradientBoostingClassifier(**few), three),
        ("boosting_regression", GradientBoostingRegressor(**few), real),
        ("tree", DecisionTreeClassifier(max_depth=10, random_state=1), three),
        ("scaled_tree", scaled, real),
        ("linear", LinearRegression(), real),
        ("logistic_two", LogisticRegression(), two),
        ("logistic_three", LogisticRegression(), three),
        ("scaled_logistic", make_pipeline(StandardScaler(), LogisticRegression()), two),
    ]:
        model.fit(x, y)
        finish(case, skl2onnx.to_onnx(model, x[:1].astype(np.float32)), x)
    model = GradientBoostingRegressor(**few).fit(x, real)
    found = skl2onnx.to_onnx(model, x[:1])
    # The operator answers in single precision whatever its input.
    found.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT
    finish("double_input", found, x, kind=np.float64)


def boosters():
    x, real, two, three = fixture.data(missing=0.1)
    types = [("X", FloatTensorType([None, x.shape[1]]))]
    few = {"n_estimators": 4, "max_depth": 4}
    for case, model, y in [
        ("xgboost_two", xgboost.XGBClassifier(**few), two),
        ("xgboost_three", xgboost.XGBClassifier(**few), three),
        ("xgboost_regression", xgboost.XGBRegressor(**few), real),
    ]:
        model.fit(x, y)
        finish(case, onnxmltools.convert_xgboost(model, initial_types=types), x)
    x[:, 4] = np.random.default_rng(5).integers(0, 12, len(x))
    effect = np.isin(x[:, 4], [2, 5, 7, 11])
    few = {"n_estimators": 4, "num_leaves": 8, "verbose": -1, "num_threads": 1}
    few |= {"min_data_per_group": 5, "cat_smooth": 1}
    for case, model, y in [
        ("lightgbm_two", lightgbm.LGBMClassifier(**few), (two + effect > 1).astype(int)),
        ("lightgbm_three", lightgbm.LGBMClassifier(**few), (three + effect) % 3),
        ("lightgbm_regression", lightgbm.LGBMRegressor(**few), real + 2 * effect),
    ]:
        model.fit(x, y, categorical_feature=[4])
        found = onnxmltools.convert_lightgbm(model, initial_types=types, zipmap=False)
        finish(case, found, x)
    x, _, two, three = fixture.data()
    for case, y in [("catboost_two", two), ("catboost_three", three)]:
        model = catboost.CatBoostClassifier(
            iterations=3, depth=3, verbose=0, allow_writing_files=False, thread_count=1
        )
        model.fit(x, y)
        path = fixture.FOLDER / "model.onnx.tmp"
        model.save_model(str(path), format="onnx")
        finish(case, onnx.load(str(path)), x)
        path.unlink()


MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
THRESHOLDS = [0.1, -0.5, 0.3, 1.7, 0.5, -0.4]


def small(n=200):
    x = np.random.default_rng(fixture.SEED).normal(size=(n, 6))
    return np.round(x, 1)


def modes(opset, tracks):
    """One stump per comparison, each over a feature of its own."""
    nodes = {name: [] for name in ["treeids", "nodeids", "featureids", "modes", "values"]}
    nodes |= {name: [] for name in ["truenodeids", "falsenodeids", "missing_value_tracks_true"]}
    target = {name: [] for name in ["treeids", "nodeids", "ids", "weights"]}
    for tree, (mode, threshold) in enumerate(zip(MODES, THRESHOLDS, strict=True)):
        # Numbers of nodes with gaps, the root last.
        for node, kind in [(7, "LEAF"), (3, "LEAF"), (5, mode)]:
            leaf = kind == "LEAF"
            nodes["treeids"].append(tree)
            nodes["nodeids"].append(node)
            nodes["featureids"].append(0 if leaf else tree)
            nodes["modes"].append(kind)
            nodes["values"].append(0.0 if leaf else threshold)
            nodes["truenodeids"].append(0 if leaf else 7)
            nodes["falsenodeids"].append(0 if leaf else 3)
            nodes["missing_value_tracks_true"].append(0 if leaf else tracks)
        for node, weight in [(7, 2.0**tree), (3, -(3.0**tree))]:
            for name, value in zip(target, [tree, node, 0, weight], strict=True):
                target[name].append(value)
    # onnxruntime wants a tree's root first.
    order = [i for tree in range(6) for i in (3 * tree + 2, 3 * tree, 3 * tree + 1)]
    nodes = {name: [values[i] for i in order] for name, values in nodes.items()}
    node = regressor(nodes, target, n_targets=1)
    missing = "true" if tracks else "false"
    finish(f"modes_{opset}_{missing}", model(node, 6, opset), small())


def regressor(nodes, target, double=False, **more):
    attributes = {f"nodes_{name}": values for name, values in nodes.items()}
    attributes |= {f"target_{name}": values for name, values in target.items()}
    if double:
        for name in ["nodes_values", "target_weights"]:
            attributes[f"{name}_as_tensor"] = tensor(attributes.pop(name), np.float64)
    return helper.make_node("TreeEnsembleRegressor", ["X"], ["Y"], domain=ML, **attributes, **more)


def tensor(values, kind=np.float32):
    return numpy_helper.from_array(np.array(values, dtype=kind))


def model(node, features, opset, kind=TensorProto.FLOAT, before=(), after=()):
    inputs = [helper.make_tensor_value_info("X", kind, [None, features])]
    answer = kind if opset == 5 or after else TensorProto.FLOAT
    outputs = [helper.make_tensor_value_info("Y", answer, [None, None])]
    graph = helper.make_graph([*before, node, *after], "by hand", inputs, outputs)
    opsets = [helper.make_opsetid(ML, opset), helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def grown(seed, trees=3, depth=4, targets=1, features=6, single=True):
    """Random trees as lists of nodes and of leaves' weights."""
    random = np.random.default_rng(seed)
    nodes = {name: [] for name in ["treeids", "nodeids", "featureids", "modes", "values"]}
    nodes |= {name: [] for name in ["truenodeids", "falsenodeids", "missing_value_tracks_true"]}
    target = {name: [] for name in ["treeids", "nodeids", "ids", "weights"]}
    for tree in range(trees):
        for node in range(2 ** (depth + 1) - 1):
            leaf = node >= 2**depth - 1
            value = 0.0 if leaf else float(np.round(random.normal(), 1))
            nodes["treeids"].append(tree)
            nodes["nodeids"].append(node)
            nodes["featureids"].append(0 if leaf else int(random.integers(0, features)))
            nodes["modes"].append("LEAF" if leaf else "BRANCH_LEQ")
            nodes["values"].append(float(np.float32(value)) if single else value)
            nodes["truenodeids"].append(0 if leaf else 2 * node + 1)
            nodes["falsenodeids"].append(0 if leaf else 2 * node + 2)
            nodes["missing_value_tracks_true"].append(int(random.integers(0, 2)))
            if leaf:
                for k in range(targets):
                    if targets == 1 or random.random() < 0.7:
                        weight = float(random.normal())
                        for name, entry in zip(target, [tree, node, k, weight], strict=True):
                            target[name].append(entry)
    return nodes, target


def forests_by_hand():
    nodes, target = grown(1, targets=3)
    base = {"base_values": [0.5, -1.0, 2.0]}
    more = {"n_targets": 3, "aggregate_function": "AVERAGE", **base}
    finish("average_three_targets", model(regressor(nodes, target, **more), 6, 3), small())
    nodes, target = grown(2, single=False)
    node = regressor(nodes, target, double=True, n_targets=1)
    double = model(node, 6, 3, TensorProto.DOUBLE)
    finish("double_tensors", double, small(), kind=np.float64)
    # Rounded to single precision before the trees.
    nodes, target = grown(3)
    cast = helper.make_node("Cast", ["X"], ["F"], to=TensorProto.FLOAT)
    node = regressor(nodes, target, n_targets=1)
    node.input[0] = "F"
    node.output[0] = "R"
    back = helper.make_node("Cast", ["R"], ["Y"], to=TensorProto.DOUBLE)
    rounded = model(node, 6, 3, TensorProto.DOUBLE, [cast], [back])
    finish("double_cast_to_float", rounded, small(), kind=np.float64)
    scaler = helper.make_node(
        "Scaler", ["X"], ["S"], domain=ML,
        offset=[0.3, -1.0, 0.0, 5.0, 0.7, 0.1], scale=[3.0, -0.7, 1.0, -0.01, 1e-3, 7.0],
    )  # fmt: skip
    node = regressor(nodes, target, n_targets=1)
    node.input[0] = "S"
    finish("negative_scale", model(node, 6, 3, before=[scaler]), small())


def tree_ensembles():
    tree_ensemble("five", seed=4, targets=1)
    tree_ensemble("five_three_targets", seed=5, targets=3, post_transform=1)
    tree_ensemble("five_average", seed=6, targets=1, aggregate_function=0)
    tree_ensemble("five_double", seed=7, targets=2, kind=np.float64)
    lone = {
        "nodes_featureids": [0], "nodes_modes": tensor([0], np.uint8),
        "nodes_splits": tensor([1.0]), "nodes_truenodeids": [0], "nodes_trueleafs": [1],
        "nodes_falsenodeids": [0], "nodes_falseleafs": [1], "leaf_targetids": [0],
        "leaf_weights": tensor([4.25]), "tree_roots": [0], "n_targets": 1,
    }  # fmt: skip
    node = helper.make_node("TreeEnsemble", ["X"], ["Y"], domain=ML, **lone)
    finish("five_one_leaf", model(node, 6, 5), small())


def tree_ensemble(case, seed, targets, trees=3, depth=4, kind=np.float32, **more):
    random = np.random.default_rng(seed)
    names = ["featureids", "modes", "splits", "truenodeids", "trueleafs"]
    names += ["falsenodeids", "falseleafs", "missing_value_tracks_true"]
    nodes = {name: [] for name in names}
    leaves, members, roots = [], [], []
    for _ in range(trees):
        roots.append(len(nodes["modes"]))
        start = len(nodes["modes"])
        for at in range(2**depth - 1):
            mode = int(random.integers(0, 7))
            feature = 5 if mode == 6 else int(random.integers(0, 5))
            nodes["featureids"].append(feature)
            nodes["modes"].append(mode)
            nodes["splits"].append(0.0 if mode == 6 else float(np.round(random.normal(), 1)))
            nodes["missing_value_tracks_true"].append(int(random.integers(0, 2)))
            for side, child in [("true", 2 * at + 1), ("false", 2 * at + 2)]:
                leaf = child >= 2**depth - 1
                nodes[f"{side}leafs"].append(int(leaf))
                nodes[f"{side}nodeids"].append(len(leaves) if leaf else start + child)
                if leaf:
                    leaves.append((int(random.integers(0, targets)), random.normal()))
            if mode == 6:
                count = random.integers(1, 5)
                members.append(sorted(random.choice(8, count, replace=False).tolist()))
    attributes = {f"nodes_{name}": values for name, values in nodes.items()}
    attributes["nodes_modes"] = tensor(nodes["modes"], np.uint8)
    attributes["nodes_splits"] = tensor(nodes["splits"], kind)
    attributes["leaf_targetids"] = [k for k, _ in leaves]
    attributes["leaf_weights"] = tensor([weight for _, weight in leaves], kind)
    attributes["tree_roots"] = roots
    attributes["n_targets"] = targets
    flat = [entry for found in members for entry in [*found, np.nan]]
    attributes["membership_values"] = tensor(flat, kind)
    node = helper.make_node("TreeEnsemble", ["X"], ["Y"], domain=ML, **attributes, **more)
    x = small()
    x[:, 5] = random.integers(0, 10, len(x))
    form = TensorProto.DOUBLE if kind is np.float64 else TensorProto.FLOAT
    more = {"tolerance": 1e-12} if kind is np.float64 else {}
    finish(case, model(node, 6, 5, form), x, kind=kind, **more)


def finish(case, model, x, kind=np.float32, tolerance=2e-6):
    model.doc_string = ""
    bytes_ = model.SerializeToString()
    operator, thresholds = without_transform(model, x.shape[1])
    linear = operator.op_type.startswith("Linear")
    found = fixture.rows(x, thresholds, missing=not linear, infinite=not linear)
    table = np.array(found, dtype=float).astype(kind)
    names = [f"f{i}" for i in range(x.shape[1])]
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    scores = session.run([operator.output[-1]], {model.graph.input[0].name: table})[0]
    scores = scores.reshape(len(found), -1)
    ids = [list(a.ints) for a in operator.attribute if a.name == "class_ids"]
    if ids and len(set(ids[0])) == 1 and scores.shape[1] == 2:
        scores = scores[:, 1:]  # one id among two classes: the score of the second
    arguments = ("onnxruntime", bytes_, names, found, scores)
    fixture.write(f"onnx_{case}", "onnx", *arguments, tolerance=tolerance)


def without_transform(model, features):
    """Takes the transform from the model, gives its operator's scores out, and its thresholds."""
    [node] = [n for n in model.graph.node if n.op_type.startswith(("Tree", "Linear"))]
    thresholds = [[] for _ in range(features)]
    lists = {a.name: a for a in node.attribute}
    for attribute in node.attribute:
        if attribute.name == "post_transform":
            if node.op_type == "TreeEnsemble":
                attribute.i = 0
            else:
                attribute.s = b"NONE"
    columns = list(lists["nodes_featureids"].ints) if "nodes_featureids" in lists else []
    values = []
    if "nodes_values" in lists:
        values = list(lists["nodes_values"].floats)
    for name in ["nodes_values_as_tensor", "nodes_splits"]:
        if name in lists:
            values = numpy_helper.to_array(lists[name].t).tolist()
    scaler = [n for n in model.graph.node if n.op_type == "Scaler"]
    offset, scale = np.zeros(features), np.ones(features)
    if scaler:
        scales = {a.name: np.array(a.floats) for a in scaler[0].attribute}
        offset, scale = scales["offset"], scales["scale"]
    for column, value in zip(columns, values, strict=True):
        if value != 0:
            thresholds[column].append(value / scale[column] + offset[column])
    output = node.output[-1]
    if output not in [o.name for o in model.graph.output]:
        model.graph.output.append(helper.make_empty_tensor_value_info(output))
    return node, thresholds
