"""The commands as functions: complete, up to date, and the same bytes as the command line."""

from __future__ import annotations

import datetime
import inspect
import json
import keyword
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import waage as wg
from conftest import LEADS, ROOT

POLICY = """\
schema = "waage/policy/1"

[system]
id = "lead-score"
name = "Lead scoring"
purpose = "Order a call list"
use_case = "lead_scoring"
decision = "capacity_top_k"
lifecycle = "pre_deployment"
criticality = "medium"
strategy_link = "Goal 3"

[people]
owner = "m.owner"
approver = "a.approver"

[data]
label = "converted"
decision = "contacted"

[[attribute]]
name = "gender"
reference = "male"

[[check]]
id = "FAIR-01"
metric = "selection_rate"
comparison = "ratio"
attribute = "gender"
op = ">="
margin = 0.8
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "audit.toml"
    path.write_text(POLICY)
    return path


def test_functions_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "python" / "generate_commands.py", "--check"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_every_command_has_its_function() -> None:
    for command in json.loads(wg._waage.commands()):
        *modules, last = (word.replace("-", "_") for word in command["path"])
        if last in ("demo", "completions", "metrics"):
            continue
        place: Any = wg
        if modules:
            place, last = getattr(wg, modules[0]), "_".join([*modules[1:], last])
        last += "_" * keyword.iskeyword(last)
        assert callable(getattr(place, last)), command["path"]


def test_documents_are_those_of_the_command_line(policy: Path, waage: Any) -> None:
    check = wg.policy.check(policy, as_of=datetime.date(2026, 11, 29))
    words = ["policy", "check", policy, "--as-of", "2026-11-29"]
    assert check.to_json() == waage(*words, "--format", "json")
    assert check.to_text(lang="de") == waage(*words, "--lang", "de")
    assert check.to_pdf().startswith(b"%PDF")
    assert check.to_markdown() == waage(*words, "--format", "markdown")
    assert check.document["valid"] and check.exit_code == 0
    assert "FAIR-01" in wg.policy.show(policy).to_text()


def test_a_gate_is_judged(policy: Path, tmp_path: Path, waage: Any) -> None:
    result = tmp_path / "audit.json"
    wg.audit(LEADS, policy=policy, sensitive=[]).to_json(result)
    gate = wg.gate("pre_deployment", policy=policy, result=result, as_of="2026-11-29")
    words = ["gate", "pre_deployment", "--policy", policy, "--result", result]
    words += ["--as-of", "2026-11-29"]
    assert gate.to_json() == waage(*words, "--format", "json")
    assert gate.exit_code == 1 and gate.verdict == "breach"
    assert gate.render("github") == waage(*words, "--format", "github")
    assert "breach" in repr(gate) and gate._repr_html_().startswith("<pre>")


def test_a_ledger_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    assert wg.ledger.init(file, id="lead-score").startswith("0 ")
    assert wg.ledger.append(file, text="--looks like an option", actor="m.owner").startswith("1 ")
    shown = wg.ledger.show(file, last=1).document["entries"]
    assert [entry["seq"] for entry in shown] == [1]
    assert wg.ledger.verify(file).document["valid"]
    bytes_ = file.read_bytes()
    file.write_bytes(bytes_.replace(b"looks", b"looms"))
    broken = wg.ledger.verify(file)
    assert broken.exit_code == 1 and broken.document["first_bad"] is not None


def test_an_incident_is_opened_once(tmp_path: Path) -> None:
    file = tmp_path / "incidents.jsonl"
    opened = wg.incident.open(
        file=file,
        kind="bias",
        severity="major",
        detected_by="monitor",
        system="lead-score",
        summary="Women are called less often",
        at="2026-11-29T10:00:00Z",
    )
    assert opened.messages and opened.document["incidents"][0]["state"] == "open"
    # Shown again, it would be opened again.
    with pytest.raises(wg.WaageError, match="not run again"):
        opened.to_text()
    assert str(opened) == opened.to_json()
    assert len(wg.incident.list(file=file).document["incidents"]) == 1


def test_a_system_moves_once(tmp_path: Path) -> None:
    file, ledger = tmp_path / "systems.toml", tmp_path / "ledger.jsonl"
    file.write_text(
        'schema = "waage/systems/1"\n[[system]]\nid = "leads"\nname = "Leads"\n'
        'use_case = "lead_scoring"\ncriticality = "medium"\n'
    )
    wg.ledger.init(ledger, id="leads")
    with pytest.raises(wg.WaageError, match="what may follow is audited"):
        wg.systems.move("leads", "live", actor="m.owner", file=file, ledger=ledger)
    result = tmp_path / "audit.json"
    result.write_text(
        '{"schema": "waage/audit/1", "policy": {"digest": "sha256:p"}, "verdict": "pass"}'
    )
    moved = wg.systems.move(
        "leads", "audited", actor="m.owner", result=result, file=file, ledger=ledger
    )
    assert moved.document["systems"][0]["standing"]["state"] == "audited"
    with pytest.raises(wg.WaageError, match="not run again"):
        moved.to_text()
    told = wg.systems.show("leads", file=file, ledger=ledger)
    assert told.document["systems"][0]["standing"] == moved.document["systems"][0]["standing"]


def test_personal_data_are_found() -> None:
    scan = wg.privacy.scan(LEADS, features=["visits", "region"], sensitive=["gender"])
    assert scan.document["schema"] == "waage/pii-scan/1"
    columns = {column["column"] for column in scan.document["columns"]}
    assert {"gender", "lead_id"} <= columns


def test_faults_are_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(wg.WaageError, match=r"gone\.toml") as told:
        wg.gate("periodic", policy=tmp_path / "gone.toml")
    assert not str(told.value).startswith("waage:") and "\n" not in str(told.value)
    with pytest.raises(wg.WaageError, match="write a table to Parquet"):
        wg.privacy.scan(object())
    with pytest.raises(wg.WaageError, match="answers"):
        wg.systems.classify()


def test_functions_are_described() -> None:
    for module in (wg.ledger, wg.keys, wg.policy, wg.risks, wg.incident, wg.evidence):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__:
                assert "Raises" in (function.__doc__ or ""), name
    assert "pre_deployment" in (wg.gate.__doc__ or "")


def test_the_package_is_the_command_line_too(waage: Any) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "waage", *words], capture_output=True, text=True
        )

    assert run("schema", "gate").stdout == waage("schema", "gate")
    assert run("--version").stdout == waage("--version")
    wrong = run("gate", "periodic", "--policy", "gone.toml")
    assert wrong.returncode == 2 and wrong.stderr.startswith("waage: ")
