"""The extension module. Use the package ``waage``; this is its border."""

from collections.abc import Callable
from os import PathLike
from typing import Any

__version__: str

class WaageError(ValueError):
    """Input, policy or options that cannot be used."""

def audit(
    data: Any,
    spec: str,
    *,
    policy: str | PathLike[str] | None = None,
    as_of: str,
    threads: int | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    progress: Callable[[str, int, int | None], object] | None = None,
) -> AuditHandle: ...
def attribute(text: str) -> str:
    """The attribute that a text such as ``age:25:40`` means, as JSON."""

def memory(text: str) -> int:
    """The bytes that a text such as ``512MiB`` means."""

def schema(name: str) -> str:
    """The JSON Schema of a document: ``"audit"`` or ``"spec"``."""

def font_css() -> str:
    """The style sheet that a page with several figures needs once."""

class AuditHandle:
    @property
    def verdict(self) -> str: ...
    @property
    def violated(self) -> bool: ...
    def headline(self, lang: str = "en") -> str: ...
    def render(self, format: str, lang: str = "en", width: int | None = None) -> str: ...
    def write_folder(self, folder: str | PathLike[str], lang: str) -> None: ...
    def suppressed(self, below: int) -> AuditHandle: ...
    def table(self, name: str) -> Table: ...
    def figures(self, lang: str = "en") -> list[FigureHandle]: ...

class Table:
    @property
    def column_names(self) -> list[str]: ...
    @property
    def column_kinds(self) -> list[str]: ...
    @property
    def num_rows(self) -> int: ...
    def column(self, name: str) -> list[Any]: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class FigureHandle:
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def alt(self) -> str: ...
    def svg(self, *, font: bool = True) -> str: ...
    def png(self, scale: float) -> bytes: ...
