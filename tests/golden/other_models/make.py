"""Writes the models and answers of ``cases``; see README.md.

python tests/golden/other_models/make.py [catboost] [sklearn] [onnx]
"""

import importlib.metadata
import sys
import warnings
from pathlib import Path

import catboost_cases
import fixture
import onnx_cases
import sklearn_cases

FAMILIES = {
    "catboost": catboost_cases.write,
    "sklearn": sklearn_cases.write,
    "onnx": onnx_cases.write,
}


def check_versions():
    pinned = (Path(__file__).parent / "requirements.txt").read_text().splitlines()
    for line in pinned:
        if line and not line.startswith("#"):
            name, version = line.split("==")
            found = importlib.metadata.version(name)
            assert found == version, f"{name} {version} is pinned, {found} is installed"


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    check_versions()
    for family in sys.argv[1:] or FAMILIES:
        FAMILIES[family]()
    total = sum(path.stat().st_size for path in fixture.FOLDER.iterdir())
    print(f"{total / 1e6:.2f} MB in {fixture.FOLDER}")
