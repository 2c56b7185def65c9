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
    explanation: str | None = None,
    as_of: str,
    threads: int | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    progress: Callable[[str, int, int | None], object] | None = None,
) -> AuditHandle: ...
def power(
    data: Any | None,
    spec: str,
    *,
    policy: str | PathLike[str] | None = None,
    threads: int | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    progress: Callable[[str, int, int | None], object] | None = None,
) -> PowerHandle: ...
def scan(
    data: Any,
    spec: str,
    *,
    threads: int | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    progress: Callable[[str, int, int | None], object] | None = None,
) -> ScanHandle: ...
def explain(
    model: bytes | str,
    data: Any,
    background: Any | None,
    spec: str,
    *,
    keep: bool = False,
    out: str | PathLike[str] | None = None,
    personal: bool = False,
    threads: int | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    progress: Callable[[str, int, int | None], object] | None = None,
) -> tuple[ExplainHandle, tuple[list[str], Any, Any] | None]: ...
def attribute(text: str) -> str:
    """The attribute that a text such as ``age:25:40`` means, as JSON."""

def memory(text: str) -> int:
    """The bytes that a text such as ``512MiB`` means."""

def tell(words: list[str]) -> tuple[int, bytes, str]:
    """Run a command; exit code, standard output and standard error."""

def main(words: list[str]) -> int:
    """Run a command as the process's own; the code to exit with."""

def commands() -> str:
    """The commands with their options, as JSON."""

def catalogue(lang: str) -> Table:
    """Every metric that is measured, one row each."""

def explain_metric(name: str | None, format: str, lang: str) -> str:
    """What a metric means, as text, json or markdown; all of them without a name."""

def pdf(markdown: str, lang: str) -> bytes:
    """A report in Markdown, laid out as PDF."""

def font_css() -> str:
    """The style sheet that a page with several figures needs once."""

def codes_of(values: Any) -> tuple[Any, Any] | None:
    """Codes of a column in order of first sight, and the first row of each; None if unknown."""

def combine(columns: list[tuple[Any, int]]) -> tuple[Any, Any] | None:
    """Codes of the combinations of columns of codes that occur."""

def labels_of(values: Any) -> tuple[Any, list[int]] | None:
    """Positions of few whole numbers among their sorted values, and these."""

def count_cells(groups: Any, y: Any, d: Any, sizes: tuple[int, int, int]) -> Any:
    """Rows per cell (group × label × decision)."""

def cells_of(groups: Any, y: Any, d: Any, sizes: tuple[int, int, int]) -> Any:
    """The cell of each row."""

def sum_cells(codes: Any, cells: int, channels: list[Any]) -> Any:
    """Sums of channels per code, channel by channel."""

def draw_counts(counts: Any, start: int, stop: int, seed: int) -> Any:
    """Replicates of counts, one after another."""

def draw_sums(codes: Any, cells: int, channels: list[Any], start: int, stop: int, seed: int) -> Any:
    """Replicates of sums, one after another."""

def rank(scores: Any, positive: Any, groups: Any, n_groups: int, weights: Any) -> Ranking:
    """Orders rows by their scores; weights may be empty."""

class Ranking:
    """Rows in order of their score."""

    def areas(self, unions: Any, n_unions: int) -> Any:
        """Areas of the groups, then of the unions of groups."""

    def draw_areas(self, unions: Any, n_unions: int, start: int, stop: int, seed: int) -> Any:
        """The areas of replicates, one after another."""

def consistency(features: Any, outcomes: Any, neighbours: int, exclude_self: bool) -> float:
    """Consistency of outcomes with those of the nearest rows."""

def steepness(features: Any, scores: Any, limit: float) -> tuple[int, int, int, float | None]:
    """Pairs, violations, twins and the steepest slope."""

def flips(
    before: Any, after: Any, level: float
) -> tuple[int, int, int, int, float | None, float | None]:
    """Positives, negatives, flips of each, and the interval of the rate of flips."""

def regression_gap(
    name: str, group: tuple[Any, ...], reference: tuple[Any, ...]
) -> tuple[float | None, str | None]:
    """A comparison of numeric predictions of two groups: the value, or why there is none."""

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

class PowerHandle:
    def render(self, format: str, lang: str = "en", width: int | None = None) -> str: ...
    def gaps(self) -> Table: ...

class ScanHandle:
    def render(self, format: str, lang: str = "en", width: int | None = None) -> str: ...
    def subgroups(self) -> Table: ...

class ExplainHandle:
    @property
    def base_value(self) -> list[float]: ...
    def render(self, format: str, lang: str = "en", width: int | None = None) -> str: ...
    def features(self) -> Table: ...
    def by_group(self) -> Table: ...

class Model:
    """A model that was read."""

    @staticmethod
    def read(model: bytes | str, spec: str) -> Model: ...
    @property
    def library(self) -> str: ...
    @property
    def version(self) -> str | None: ...
    @property
    def objective(self) -> str | None: ...
    @property
    def notes(self) -> list[str]: ...
    @property
    def names(self) -> list[str | None]: ...
    @property
    def labels(self) -> list[list[str] | list[float] | None]: ...
    @property
    def hashed(self) -> list[bool]: ...
    @property
    def outputs(self) -> int: ...
    @property
    def link(self) -> str: ...
    def matrix(self, data: Any, spec: str) -> Any: ...
    def predict(self, rows: Any, margins: bool, threads: int | None = None) -> Any: ...

class Explainer:
    """Explains rows in memory."""

    @staticmethod
    def of(
        model: Model,
        background: Any | None,
        weights: Any | None,
        space: str,
        threads: int | None = None,
    ) -> Explainer: ...
    def base(self, label: float | None = None) -> list[float]: ...
    def explain(self, rows: Any, labels: Any | None = None, threads: int | None = None) -> Any: ...

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
