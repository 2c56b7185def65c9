"""Figures that notebooks render and files accept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import overload

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

    def html(self) -> str:
        """The drawing for a page that has the font: see :func:`page`."""
        svg = self._inner.svg(font=False)
        return svg[svg.index("<svg") :]

    def png(self, scale: float = 2.0) -> bytes:
        """PNG at `scale` times the size."""
        return self._inner.png(float(scale))

    def save(self, path: str | PathLike[str], *, scale: float = 2.0) -> Path:
        """Write `path`; its ending, .svg or .png, says what."""
        target = Path(path)
        if target.suffix == ".svg":
            return write(target, self.svg().encode())
        if target.suffix == ".png":
            return write(target, self.png(scale))
        raise _waage.WaageError(f"{target} must end in .svg or .png")

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

    @overload
    def __getitem__(self, index: int) -> Figure: ...
    @overload
    def __getitem__(self, index: slice) -> Figures: ...
    def __getitem__(self, index: int | slice) -> Figure | Figures:
        if isinstance(index, slice):
            return Figures(self._figures[index])
        return self._figures[index]

    def __iter__(self) -> Iterator[Figure]:
        return iter(self._figures)

    def _repr_html_(self) -> str:
        return page(self._figures)

    def __repr__(self) -> str:
        return f"<{len(self)} figures: {', '.join(figure.id for figure in self._figures)}>"


class Plot:
    """The figures of an audit by kind; each kind takes `attribute` and `lang`."""

    def __init__(self, handle: _waage.AuditHandle) -> None:
        self._handle = handle

    def _of(self, kind: str, attribute: str | None, lang: str) -> Figures:
        found = [figure for figure in self.all(lang=lang) if figure.id.startswith(f"{kind}-")]
        if attribute is None:
            return Figures(found)
        wanted = f"{kind}-{attribute.replace('*', '-x-')}"
        one = [figure for figure in found if figure.id == wanted]
        if not one:
            known = ", ".join(figure.id.removeprefix(f"{kind}-") for figure in found) or "none"
            raise _waage.WaageError(
                f'there is no figure of {kind} for "{attribute}"; there are: {known}'
            )
        return Figures(one)

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


def page(figures: Sequence[Figure]) -> str:
    """Figures as HTML, with the font that they share once."""
    shown = "".join(f'<div style="max-width:60em">{figure.html()}</div>' for figure in figures)
    return f"<style>{_waage.font_css()}</style>{shown}" if figures else ""


def write(target: Path, content: bytes) -> Path:
    """Write a file under a temporary name first, so that nothing half-written is left."""
    beside = target.with_name(target.name + ".part")
    try:
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as error:
        cause = error.strerror or error
        raise _waage.WaageError(f"{target} cannot be written: {cause}; check the path") from error
    finally:
        beside.unlink(missing_ok=True)
    return target
