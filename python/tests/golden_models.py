"""The committed models of other libraries, and what these say of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from conftest import ROOT

FOLDER = ROOT / "tests" / "golden" / "models"


class Case(NamedTuple):
    """A model, rows, and the library's own numbers (see ``tests/golden/models/README.md``)."""

    path: Path
    rows: np.ndarray
    margin: np.ndarray
    contributions: np.ndarray | None
    base: np.ndarray | None
    labels: dict[str, list[Any]] | None
    interactions: dict[str, Any] | None


def case(name: str) -> Case:
    """``"xgboost-3.2.0/logistic"``, say."""
    said = json.loads((FOLDER / f"{name}.case.json").read_text(encoding="utf-8"))

    def numbers(field: str) -> Any:
        return None if said[field] is None else np.array(said[field], dtype=float)

    return Case(
        (FOLDER / name).parent / said["model_file"],
        numbers("rows"),
        numbers("margin") / said["times"],
        numbers("contributions"),
        numbers("base"),
        said["labels"],
        said["interactions"],
    )


def shapley(
    value: Callable[[np.ndarray], np.ndarray], row: np.ndarray, z: np.ndarray
) -> np.ndarray:
    """Shapley values against one background row, by their definition over all coalitions."""
    count = len(row)
    found = {}
    for size in range(count + 1):
        for known in combinations(range(count), size):
            mixed = z.copy()
            mixed[list(known)] = row[list(known)]
            found[known] = value(mixed[None])[0]
    phi = np.zeros(count)
    for j in range(count):
        for known, without in found.items():
            if j not in known:
                weight = factorial(len(known)) * factorial(count - len(known) - 1)
                phi[j] += weight * (found[tuple(sorted((*known, j)))] - without)
    return phi / factorial(count)
