"""Figures that notebooks render and files accept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path

from . import _waage


class Figure:
    """A figure of an audit: SVG, and PNG drawn from it."""

    def __init__(self, inner: _waage.FigureHandle) -> None:
        self._inner = inner

    @property
    def id(self) -> str:
        """A name that is safe for files, such as ``rates-gender``."""
        return self._inner.id

    @property
    def title(self) -> str:
        """The title."""
        return self._inner.title

    @property
    def alt(self) -> str:
        """The figure in words, for those who cannot see it."""
        return self._inner.alt

    def svg(self) -> str:
        """SVG with its font embedded."""
        return self._inner.svg()

    def png(self, scale: float = 2.0) -> bytes:
        """PNG at `scale` times the size."""
        return self._inner.png(scale)

    def save(self, path: str | PathLike[str], *, scale: float = 2.0) -> Path:
        """Write `path`; its ending, .svg or .png, says what."""
        target = Path(path)
        if target.suffix == ".svg":
            target.write_text(self.svg(), encoding="utf-8")
        elif target.suffix == ".png":
            target.write_bytes(self.png(scale))
        else:
            raise _waage.WaageError(f"{target} must end in .svg or .png")
        return target

    def _repr_svg_(self) -> str:
        return self.svg()

    def __repr__(self) -> str:
        return f"<waage.Figure {self.id}: {self.title}>"


class Figures(Sequence[Figure]):
    """Several figures; a notebook shows one below the other."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._figures = list(figures)

    def __len__(self) -> int:
        return len(self._figures)

    def __getitem__(self, index):  # type: ignore[override, no-untyped-def]
        return self._figures[index]

    def __iter__(self) -> Iterator[Figure]:
        return iter(self._figures)

    def _repr_html_(self) -> str:
        return "".join(f"<div>{figure.svg()}</div>" for figure in self._figures)

    def __repr__(self) -> str:
        return f"<{len(self)} figures: {', '.join(figure.id for figure in self._figures)}>"


class Plot:
    """The figures of an audit by kind; each kind takes `attribute` and `lang`."""

    def __init__(self, handle: _waage.AuditHandle) -> None:
        self._handle = handle

    def _of(self, kind: str, attribute: str | None, lang: str) -> Figures:
        wanted = kind if attribute is None else f"{kind}-{attribute.replace('*', '-')}"
        found = [
            Figure(figure)
            for figure in self._handle.figures(lang)
            if figure.id == wanted or (attribute is None and figure.id.startswith(f"{kind}-"))
        ]
        return Figures(found)

    def rates(self, attribute: str | None = None, *, lang: str = "en") -> Figures:
        """Rates per group with intervals."""
        return self._of("rates", attribute, lang)

    def disparities(self, attribute: str | None = None, *, lang: str = "en") -> Figures:
        """Forest plots against the reference, with the policy's margins."""
        return self._of("disparities", attribute, lang)

    def scores(self, attribute: str | None = None, *, lang: str = "en") -> Figures:
        """Score distributions per group."""
        return self._of("scores", attribute, lang)

    def all(self, *, lang: str = "en") -> Figures:
        """Every figure of the report."""
        return Figures([Figure(figure) for figure in self._handle.figures(lang)])
