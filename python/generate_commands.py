"""Writes the functions of ``waage``'s commands from the command line's own description.

python python/generate_commands.py [--check]
"""

from __future__ import annotations

import json
import keyword
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from waage import _waage

HOME = Path(__file__).parent / "waage"
#: Commands with functions of their own, which take tables too, and those that only a shell needs.
OTHERWISE = {"audit", "scan", "explain", "power", "metrics", "demo", "schema", "completions"}
#: Told by the functions themselves.
LEFT_OUT = {"quiet", "threads", "ask", "yes", "help", "version"}
#: Commands that change something each time they run.
ACTING = {
    "approve",
    "incident open",
    "incident update",
    "incident close",
    "risks assess",
    "systems classify",
    "systems move",
    "privacy release",
}
#: Standard input is Python's own: what it would give must be given.
REQUIRED = {("ledger append", "text")}
#: Words that stand for an answer to a question.
ALWAYS = {"policy init": ["--yes"]}
TITLES = {
    "datasets": "Data to try things on.",
    "evidence": "Evidence: records by clause, and the documents begun from them.",
    "incident": "Incidents: open, follow, close, learn.",
    "keys": "Keys of the people who sign.",
    "ledger": "The ledger: append-only, hash-chained.",
    "policy": "Policies: draft, check, compare.",
    "privacy": "Privacy: personal data, releases, budgets.",
    "review": "Human review: draw cases, take decisions in, tell what they say.",
    "risks": "The risk register.",
    "systems": "The inventory of systems.",
    "_single": "Commands without subcommands.",
}


def identifier(name: str) -> str:
    name = name.lower().replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def annotation(option: dict[str, Any], required: bool) -> str:
    if option["kind"] == "flag":
        return "bool"
    if option["values"]:
        one = "Literal[" + ", ".join(json.dumps(value) for value in option["values"]) + "]"
    else:
        one = {"path": "Path", "whole": "int", "real": "float", "text": "Text"}[option["kind"]]
    if option["several"]:
        one = f"{one} | Sequence[{one}]"
    return one if required or option["default"] is not None else f"{one} | None"


def default(option: dict[str, Any]) -> str:
    if option["kind"] == "flag":
        return "False"
    if option["default"] is None:
        return "None"
    return (
        json.dumps(option["default"]) if option["kind"] in ("path", "text") else option["default"]
    )


def function(command: dict[str, Any]) -> str:
    path = command["path"]
    name = " ".join(path)
    options = [o for o in command["options"] if o["name"] not in LEFT_OUT]
    forms = next((o["values"] for o in options if o["name"] == "format"), [])
    has_document = "json" in forms
    if has_document:
        options = [o for o in options if o["name"] not in ("format", "lang")]
    by_place = [o for o in options if o["by_place"]]
    by_name = [o for o in options if not o["by_place"]]

    def is_required(option: dict[str, Any]) -> bool:
        return bool(option["required"]) or (name, option["name"]) in REQUIRED

    def parameter(option: dict[str, Any]) -> str:
        required = is_required(option)
        start = f"{identifier(option['name'])}: {annotation(option, required)}"
        return start if required else f"{start} = {default(option)}"

    parameters = [parameter(o) for o in by_place]
    if by_name:
        parameters += [
            "*",
            *(parameter(o) for o in sorted(by_name, key=lambda o: not is_required(o))),
        ]
    kinds = {"flag": "bool", "path": "path", "whole": "int", "real": "float", "text": "str"}
    lines = [f"{command['about'].rstrip('.')}.", ""]
    if options:
        lines += ["Parameters", "----------"]
    for option in options:
        kind = kinds[option["kind"]] + (" or several" if option["several"] else "")
        if not is_required(option) and option["default"] is None and option["kind"] != "flag":
            kind += ", optional"
        lines.append(f"{identifier(option['name'])} : {kind}")
        lines += [f"    {line}" for line in textwrap.wrap(f"{option['help'].rstrip('.')}.", 88)]
    lines += [""] if options else []
    lines += ["Returns", "-------"]
    lines += (
        ["Told", f"    What ``waage {name} --format json`` says."]
        if has_document
        else ["str", f"    What ``waage {name}`` prints."]
    )
    lines += ["", "Raises", "------", "WaageError", "    With the sentence of the command line."]
    doc = "\n".join(f"    {line}".rstrip() for line in lines).strip()
    doc = doc.replace("\\", "\\\\")
    words = [*path, *ALWAYS.get(name, [])]
    places = ", ".join(identifier(o["name"]) for o in by_place)
    names = ", ".join(
        f"{json.dumps(o['name'] + (o['delimiter'] or ''))}: {identifier(o['name'])}"
        for o in by_name
    )
    acts = ", acts=True" if has_document and name in ACTING else ""
    call = "tell" if has_document else "say"
    ret = "Told" if has_document else "str"
    return (
        f"def {identifier(path[-1] if len(path) < 3 else '_'.join(path[1:]))}"
        f"({', '.join(parameters)}) -> {ret}:\n"
        f'    """{doc}\n    """\n'
        f"    return {call}({json.dumps(words)}, [{places}], {{{names}}}{acts})\n"
    )


def modules() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for command in json.loads(_waage.commands()):
        path = command["path"]
        if path[0] in OTHERWISE:
            continue
        found.setdefault(path[0] if len(path) > 1 else "_single", []).append(function(command))
    out = {}
    for name, functions in found.items():
        body = "\n\n".join(functions)
        used = [word for word in ("Path", "Text", "Told", "say", "tell") if f"{word}" in body]
        head = f'"""{TITLES[name]}\n\nWritten by ``python/generate_commands.py``.\n"""\n\n'
        head += "from __future__ import annotations\n\n"
        head += "from collections.abc import Sequence\n" if "Sequence[" in body else ""
        head += "from typing import Literal\n" if "Literal[" in body else ""
        head += f"\nfrom ._commands import {', '.join(used)}\n\n\n"
        out[f"{name}.py"] = head + body
    return out


def formatted(text: str) -> str:
    tool = [sys.executable, "-m", "ruff"]
    for step in (["check", "--fix-only", "--quiet", "-"], ["format", "--quiet", "-"]):
        stdin = ["--stdin-filename", str(HOME / "x.py")]
        text = subprocess.run(
            [*tool, *step[:-1], *stdin, "-"], input=text, text=True, capture_output=True, check=True
        ).stdout
    return text


def main() -> int:
    stale = []
    for name, text in modules().items():
        path, text = HOME / name, formatted(text)
        if "--check" in sys.argv and (not path.exists() or path.read_text() != text):
            stale.append(name)
        elif "--check" not in sys.argv:
            path.write_text(text)
    if stale:
        print(f"not up to date: {', '.join(stale)}; run make docs", file=sys.stderr)
    return len(stale) > 0


if __name__ == "__main__":
    raise SystemExit(main())
