"""What every finished run has: its document, and texts to show or to write."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Protocol

from . import _waage
from ._figures import write


class Handle(Protocol):
    """A result of the extension."""

    def render(self, format: str, lang: str = "en", width: int | None = None) -> str: ...


class Result:
    """A finished run."""

    _handle: Handle

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._document: dict[str, Any] | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The whole document, as the command line prints it with ``--format json``."""
        if self._document is None:
            self._document = json.loads(self.to_json())
        return self._document

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """The document as JSON, to the last digit; written to `path` if one is given."""
        return self._text("json", "en", path)

    def to_text(self, *, lang: str = "en", width: int | None = None) -> str:
        """The text for a terminal."""
        return self._handle.render("text", lang, width)

    def _text(self, form: str, lang: str, path: str | os.PathLike[str] | None) -> str:
        text = self._handle.render(form, lang)
        if path is not None:
            write(Path(path), text.encode())
        return text

    def _pdf(self, form: str, lang: str, path: str | os.PathLike[str] | None) -> bytes:
        content = _waage.pdf(self._handle.render(form, lang), lang)
        if path is not None:
            write(Path(path), content)
        return content

    def __str__(self) -> str:
        return self.to_text()
