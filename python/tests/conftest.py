"""Data, options and the command line that the tests share."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import waage as wg

ROOT = Path(__file__).resolve().parents[2]
LEADS = ROOT / "datasets" / "lead_scoring.parquet"
REAL = ROOT.parent / "shared" / "data"

LEADS_OPTIONS: dict[str, Any] = {
    "label": "converted",
    "score": "score",
    "top_fraction": 0.3,
    "sensitive": ["gender", "region"],
    "reference": {"gender": "male"},
}


@pytest.fixture(scope="session")
def leads() -> wg.Audit:
    """The audit of the embedded data."""
    return wg.audit(LEADS, **LEADS_OPTIONS)


@pytest.fixture(scope="session")
def waage() -> Callable[..., str]:
    """Runs the command line and returns its standard output; built first if it is not there."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    binary = target / "debug" / "waage"
    if not binary.exists():
        subprocess.run(["cargo", "build", "--locked", "--package", "waage"], cwd=ROOT, check=True)

    def run(*arguments: str | Path, code: tuple[int, ...] = (0, 1)) -> str:
        command = [binary, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode in code, done.stderr
        return done.stdout if 2 not in code else done.stderr

    return run


def arguments(options: dict[str, Any]) -> list[str]:
    """The flags of the command line that mean the same as keyword arguments."""
    flags: list[str] = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if isinstance(value, dict):
            flags += [part for pair in value.items() for part in (flag, "=".join(pair))]
        elif isinstance(value, (list, tuple)):
            flags += [flag, ",".join(value)]
        else:
            flags += [flag, str(value)]
    return flags


def table(rows: int = 600) -> dict[str, np.ndarray]:
    """A small table with a gap between two groups."""
    row = np.arange(rows)
    group = np.where(row % 3 == 0, "a", "b")
    return {
        "group": group,
        "label": row % 5 < 2,
        "decision": np.where(group == "a", row % 4 == 0, row % 2 == 0),
        "score": (row * 7 % 101) / 101.0,
        "weight": 1.0 + row % 2,
    }


def document(audit: wg.Audit) -> dict[str, Any]:
    """The document, parsed by Python's own reader."""
    parsed: dict[str, Any] = json.loads(audit.to_json())
    return parsed
