"""The package itself: stubs, schemas, import, notebook."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import waage as wg
from conftest import LEADS, LEADS_OPTIONS, ROOT, document, table
from waage import _waage


def stub() -> ast.Module:
    """The stub of the extension module, parsed."""
    return ast.parse((files("waage") / "_waage.pyi").read_text())


def members(node: ast.ClassDef) -> set[str]:
    """The public names, and the Arrow protocol, that a class of the stub lists."""
    return {item.name for item in node.body if isinstance(item, ast.FunctionDef)}


def test_the_stub_lists_what_the_module_exports() -> None:
    listed: set[str] = set()
    for node in stub().body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            listed.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            listed.add(node.target.id)
    exported = {n for n in dir(_waage) if not n.startswith("_")} | {"__version__"}
    assert listed == exported


def test_the_stub_lists_what_classes_have() -> None:
    for node in stub().body:
        if isinstance(node, ast.ClassDef) and node.name != "WaageError":
            found = getattr(_waage, node.name)
            public = {n for n in dir(found) if not n.startswith("_") or n.startswith("__arrow")}
            assert members(node) == public, node.name


def test_the_stub_s_signatures_are_the_module_s() -> None:
    def names(arguments: ast.arguments) -> list[str]:
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return [a.arg for a in every if a.arg != "self"]

    checked = 0
    for node in ast.walk(stub()):
        owner = node.name if isinstance(node, ast.ClassDef) else None
        functions = node.body if isinstance(node, (ast.ClassDef, ast.Module)) else []
        for item in functions:
            if not isinstance(item, ast.FunctionDef) or item.decorator_list:
                continue
            found = getattr(getattr(_waage, owner) if owner else _waage, item.name)
            signature = [n for n in inspect.signature(found).parameters if n != "self"]
            assert names(item.args) == signature, item.name
            checked += 1
    assert checked >= 10


def test_py_typed_and_docstrings() -> None:
    assert (files("waage") / "py.typed").is_file()
    for name in wg.__all__:
        item = getattr(wg, name)
        assert name == "__version__" or inspect.getdoc(item), name
        for member, value in vars(item).items() if inspect.isclass(item) else ():
            if not member.startswith("_"):
                assert inspect.getdoc(value), f"{name}.{member}"


AUDITS: dict[str, tuple[Any, dict[str, Any]]] = {
    "breach": (LEADS, LEADS_OPTIONS),
    "top k": (LEADS, {"score": "score", "top_k": 100, "sensitive": "gender", "id": "lead_id"}),
    "no labels": (table(), {"decision": "decision", "sensitive": "group"}),
    "labels alone": (table(), {"label": "label", "sensitive": "group"}),
    "scores alone": (table(), {"score": "score", "sensitive": "group"}),
    "weights": (
        table(),
        {"label": "label", "decision": "decision", "weight": "weight"} | {"sensitive": "group"},
    ),
    "no bootstrap": (table(), {"decision": "decision", "sensitive": "group", "bootstrap": 0}),
    "tiny": (table(7), {"label": "label", "decision": "decision", "sensitive": "group"}),
    "one group": ({"d": [1, 0], "g": ["x", "x"]}, {"decision": "d", "sensitive": "g"}),
    "all missing": ({"d": [1, 0], "g": [None, None]}, {"decision": "d", "sensitive": "g"}),
}


@pytest.mark.parametrize("case", AUDITS)
def test_documents_are_valid(case: str) -> None:
    data, options = AUDITS[case]
    validator = jsonschema.Draft202012Validator(json.loads(wg.schema("audit")))
    audit = wg.audit(data, **options)
    for one in (audit, audit.suppress(50)):
        errors = [f"{e.json_path}: {e.message}" for e in validator.iter_errors(document(one))]
        assert not errors
    assert audit.to_html() and audit.to_text() and audit.to_markdown() and audit._repr_html_()
    assert len(audit.groups.to_pandas()) == len(audit.groups)


def test_a_pass() -> None:
    row = range(40_000)
    data = {"d": [i % 4 == 0 for i in row], "g": ["ab"[i // 4 % 2] for i in row]}
    audit = wg.audit(data, decision="d", sensitive="g")
    assert audit.verdict == "pass" and not audit.violated
    jsonschema.validate(document(audit), json.loads(wg.schema("audit")))


def test_import_is_light() -> None:
    """What it loads; how long that takes is measured by benches/peers/waage_response.py."""
    script = (
        "import sys; before = set(sys.modules); import waage; new = set(sys.modules) - before;"
        "print(len([name for name in new if not name.startswith('waage')]), *sorted(new))"
    )
    others, *new = subprocess.check_output([sys.executable, "-c", script], text=True).split()
    assert not {"numpy", "pandas", "polars", "pyarrow", "asyncio", "inspect"} & set(new)
    assert int(others) < 60, new


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ROOT / "docs" / "notebooks" / "first_audit.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) >= 5 and not any(cell["outputs"] for cell in cells)
    monkeypatch.chdir(path.parent)
    names: dict[str, Any] = {"REPORTS": tmp_path}
    for cell in cells:
        exec(compile("".join(cell["source"]), path.name, "exec"), names)
    assert names["a"].verdict == "breach"
