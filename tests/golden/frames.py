"""Writes frames.json: what Fairlearn answers on the frames of frame_cases.py.

Run it in an environment of requirements.txt: ``python tests/golden/frames.py``.
"""

import json
import warnings
from pathlib import Path

import fairlearn
import frame_cases as cases
import numpy as np
import pandas as pd
import sklearn
from fairlearn import metrics as fair
from sklearn import metrics as scikit

HERE = Path(__file__).resolve().parent
SEEDS = range(1000, 1090)


def encoded(value):
    """A result as JSON: values with their index, columns, names and types."""
    if isinstance(value, pd.DataFrame):
        columns = {str(c): [cell(v) for v in value[c]] for c in value.columns}
        return {"index": index(value.index), "columns": columns, "types": types(value.dtypes)}
    if isinstance(value, pd.Series):
        values = [cell(v) for v in value]
        return {"index": index(value.index), "name": value.name, "values": values}
    return cell(value)


def index(labels):
    return {"names": list(labels.names), "labels": [str(label) for label in labels]}


def types(dtypes):
    return [str(dtype) for dtype in dtypes]


def cell(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    return None if pd.isna(value) else float(value)


def answer(make):
    try:
        return encoded(make())
    except Exception as error:
        return {"raises": type(error).__name__}


def frame(seed):
    names, single, given = cases.frame_case(seed)
    functions = {
        name: cases.bound(
            cases.USER.get(name) or getattr(fair if name in cases.OWN else scikit, name), name, seed
        )
        for name in names
    }
    try:
        made = fair.MetricFrame(metrics=functions[names[0]] if single else functions, **given)
    except Exception as error:
        return {"seed": seed, "raises": type(error).__name__}
    answers = []
    for name, args, options in cases.CALLS:
        found = getattr(made, name)
        answers.append(answer(lambda f=found, a=args, o=options: f(*a, **o) if o else f))
    return {"seed": seed, "answers": answers}


def main():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frames = [frame(seed) for seed in SEEDS]
    header = {
        "fairlearn": fairlearn.__version__,
        "scikit-learn": sklearn.__version__,
        "pandas": pd.__version__,
        "numpy": np.__version__,
    }
    lines = ",\n".join(json.dumps(f, ensure_ascii=False) for f in frames)
    text = f'{{"versions": {json.dumps(header)}, "frames": [\n{lines}\n]}}\n'
    (HERE / "frames.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
