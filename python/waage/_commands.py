"""Commands of the command line as functions: the same words, the same code, the same bytes."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias

from . import _waage
from ._figures import write
from ._result import Result

Path: TypeAlias = "str | os.PathLike[str]"
Text: TypeAlias = "str | date"
One: TypeAlias = "Path | Text | bool | float"
#: A value, none, or several.
Value: TypeAlias = (
    "Path | Text | bool | float | Sequence[Path] | Sequence[Text] | Sequence[float] | None"
)
#: The words that name a command, what is given to it by place, and what by name.
Command: TypeAlias = "tuple[Sequence[str], Sequence[Value], dict[str, Value]]"


class _Again:
    """A command that can be run again to be shown in another form."""

    def __init__(self, command: Command, out: bytes, acts: bool) -> None:
        self._command, self._out, self._acts = command, out, acts

    def render(self, format: str, lang: str = "en", width: int | None = None) -> str:
        return self.shown(format, lang).decode()

    def shown(self, format: str, lang: str) -> bytes:
        if format == "json":
            return self._out
        if self._acts:
            raise _waage.WaageError(
                "this command changed something and is not run again to be shown as "
                f"{format}; its document has everything"
            )
        path, by_place, by_name = self._command
        # It is shown again, not recorded again.
        shown = by_name | {"record": None, "format": format, "lang": None if lang == "en" else lang}
        return _tell(_words(path, by_place, shown))[1]


class Told(Result):
    """What a command said.

    Attributes
    ----------
    document : dict
        The whole document, as the command prints it with ``--format json``.
    exit_code : int
        0 if all is well, 1 if something is not met, 2 if something could not be evaluated.
    verdict : str or None
        ``pass``, ``breach`` or ``inconclusive``, where the document has one.
    messages : list of str
        What the command says beside its document.
    """

    _handle: _Again

    def __init__(self, command: Command, told: tuple[int, bytes, str], acts: bool) -> None:
        code, out, err = told
        super().__init__(_Again(command, out, acts))
        self.exit_code = code
        self.messages = err.splitlines()

    @property
    def verdict(self) -> str | None:
        """The document's verdict."""
        verdict = self.document.get("verdict")
        return None if verdict is None else str(verdict)

    def render(self, format: str, *, lang: str = "en") -> str:
        """The text in any form that the command offers, such as ``"github"`` of a gate."""
        return self._handle.render(format, lang)

    def to_markdown(self, path: Path | None = None, *, lang: str = "en") -> str:
        """Markdown, written to `path` if one is given."""
        return self._text("markdown", lang, path)

    def to_html(self, path: Path | None = None, *, lang: str = "en") -> str:
        """A self-contained page, of the commands that offer one."""
        return self._text("html", lang, path)

    def to_pdf(self, path: Path | None = None, *, lang: str = "en") -> bytes:
        """PDF, written to `path` if one is given."""
        content = self._handle.shown("pdf", lang)
        if path is not None:
            write(pathlib.Path(path), content)
        return content

    def __str__(self) -> str:
        return self.to_json() if self._handle._acts else self.to_text()

    def __repr__(self) -> str:
        schema = self.document.get("schema", "waage")
        ended = self.verdict or {0: "well", 1: "not met"}.get(self.exit_code, "not evaluated")
        return f"<waage.Told {schema}: {ended}>"

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


def tell(
    path: Sequence[str], by_place: Sequence[Value], by_name: dict[str, Value], *, acts: bool = False
) -> Told:
    """Run a command that has a document."""
    told = _tell(_words(path, by_place, by_name | {"format": "json"}))
    return Told((path, by_place, by_name), told, acts)


def say(path: Sequence[str], by_place: Sequence[Value], by_name: dict[str, Value]) -> str:
    """Run a command that has none, and give what it prints, or what it says if that is nothing."""
    _, out, err = _tell(_words(path, by_place, by_name))
    if out.startswith(b"%PDF"):
        raise _waage.WaageError("a PDF is for a file: name it with out=")
    return out.decode() or err


def _tell(words: list[str]) -> tuple[int, bytes, str]:
    code, out, err = _waage.tell(words)
    if code == 130:
        raise KeyboardInterrupt
    if code > 1 and not out:
        raise _waage.WaageError(err.strip().removeprefix("waage: "))
    return code, out, err


def schema(name: str) -> str:
    """The JSON Schema of a document, such as ``audit`` or ``gate``."""
    return say(["schema"], [name], {})


def main() -> int:
    """The command line: ``waage`` and ``python -m waage``."""
    import sys

    return _waage.main(sys.argv[1:])


def _words(path: Sequence[str], by_place: Sequence[Value], by_name: dict[str, Value]) -> list[str]:
    """The words of a command line."""
    words = list(path)
    for name, value in by_name.items():
        option, delimiter = (name[:-1], name[-1]) if name.endswith(",") else (name, "")
        if value is None or value is False:
            continue
        if value is True:
            words.append(f"--{option}")
        elif delimiter:
            given = [_word(one) for one in _several(value)]
            words += [f"--{option}={delimiter.join(given)}"] if given else []
        else:
            words += [f"--{option}={_word(one)}" for one in _several(value)]
    given = [_word(one) for value in by_place if value is not None for one in _several(value)]
    return [*words, "--", *given] if given else words


def _several(value: Any) -> Sequence[Any]:
    if isinstance(value, (str, bytes, os.PathLike)) or not isinstance(value, Sequence):
        return [value]
    return value


def _word(value: Any) -> str:
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _waage.WaageError(
            f"a {type(value).__name__} cannot be given here: this command takes texts, numbers and "
            "the paths of files; write a table to Parquet first"
        )
    return json.dumps(value)
