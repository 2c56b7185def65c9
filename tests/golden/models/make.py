"""Writes the models of the library that is installed, and what that library says of them.

PYTHON tests/golden/models/make.py            # one run per environment of README.md
"""

import importlib.util
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main():
    if importlib.util.find_spec("xgboost"):
        import xgboost as library
        from xgboost_cases import cases
    else:
        import lightgbm as library
        from lightgbm_cases import cases
    folder = HERE / f"{library.__name__}-{library.__version__}"
    folder.mkdir(exist_ok=True)
    for name, make in cases():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        try:
            fields, files = make()
        except Exception as error:
            print(f"{folder.name}/{name}: {error!r:.300}", file=sys.stderr)
            raise
        for suffix, content in files.items():
            (folder / f"{name}.model.{suffix}").write_bytes(content)
        names = [f"{name}.model.{suffix}" for suffix in files]
        head = {"case": name, "model_file": names[0], "same_model": names[1:]}
        write(folder / f"{name}.case.json", head | fields)


def write(path, fields):
    """One line per field, and per row of rows."""
    lines = []
    for key, value in fields.items():
        if key in ("rows", "margin", "contributions") and value is not None:
            text = "[\n" + ",\n".join(compact(row) for row in value) + "\n]"
        else:
            text = compact(value)
        lines.append(f"{json.dumps(key)}: {text}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def compact(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


if __name__ == "__main__":
    main()
