"""Plots for the docs, written as SVG: a logarithmic x axis, curves with their marks, one picture a language.

A picture has no colour behind it, and the colour of its words follows the reader's scheme, so that it can be read in
light and dark. Each mark carries its value as a title.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple

LANGUAGES = ("vi", "en")
Points = Mapping[float, float]
"""What was measured, by how much there was."""

_WIDTH, _HEIGHT = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 44, 60, 52
_COLOURS = ("#3d85c6", "#d07a1f", "#4a9e5c", "#b0568f")
_MOST_LINEAR = 20  # beyond that many times the smallest, the y axis is logarithmic, too
_STYLE = (
    "text{font:13px sans-serif;fill:#333}.line{stroke:#999}.grid{stroke:#999;stroke-opacity:.3}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}"
)
WORDS = {
    "vi": {
        "push": "gửi một hồ sơ",
        "pull": "lấy 20 dòng",
        "page": "50 lượt mới nhất",
        "counted": "50 lượt mới nhất và tổng số",
        "entry": "một lượt theo số",
        "download": "tải qua bộ chuyển tiếp",
    },
    "en": {
        "push": "push of a dossier",
        "pull": "pull of 20 rows",
        "page": "newest page of 50",
        "counted": "newest page of 50, and the total",
        "entry": "one entry by its number",
        "download": "download through the adapter",
    },
}


class Plot(NamedTuple):
    """A picture: the name of its file, what the x axis counts in each language, and the unit of the CPU time."""

    name: str
    counts: Mapping[str, str]
    unit: str


def draw(folder: Path, plot: Plot, curves: Mapping[str, Points]) -> None:
    """Write ``NAME.svg`` in Vietnamese and ``NAME-en.svg`` in English."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        path = folder / f"{plot.name}{'' if language == 'vi' else '-en'}.svg"
        path.write_text("\n".join(_picture(plot, curves, language)) + "\n", encoding="utf-8")


class _Axis(NamedTuple):
    """Values from ``low`` to ``high`` along a span of the picture."""

    low: float
    high: float
    span: tuple[float, float]
    is_log: bool

    def place(self, value: float) -> float:
        """Return where a value lies, in units of the picture."""
        low, high, here = (math.log10(each) if self.is_log else each for each in (self.low, self.high, value))
        begin, end = self.span
        return begin + (end - begin) * (here - low) / (high - low)

    def ticks(self) -> list[float]:
        """Return the values that are written beside the axis."""
        if self.is_log:
            first, last = round(math.log10(self.low)), round(math.log10(self.high))
            return [10.0**power for power in range(first, last + 1)]
        step = self.high / 4
        return [step * number for number in range(5)]


def _axes(curves: Mapping[str, Points]) -> tuple[_Axis, _Axis]:
    sizes = [size for points in curves.values() for size in points]
    values = [value for points in curves.values() for value in points.values()]
    across, up = (_LEFT, _WIDTH - _RIGHT), (_HEIGHT - _BOTTOM, _TOP)
    x = _Axis(_power(min(sizes), math.floor), _power(max(sizes), math.ceil), across, is_log=True)
    if max(values) > _MOST_LINEAR * min(values):
        return x, _Axis(_power(min(values), math.floor), _power(max(values), math.ceil), up, is_log=True)
    step = 10 ** math.floor(math.log10(max(values)))
    return x, _Axis(0, math.ceil(max(values) / step * 2) / 2 * step, up, is_log=False)


def _power(value: float, rounding: Callable[[float], int]) -> float:
    """Return the power of ten next to a value; a power of ten is its own, whatever its logarithm is rounded to."""
    return float(10.0 ** rounding(round(math.log10(value), 9)))


def _picture(plot: Plot, curves: Mapping[str, Points], language: str) -> Iterator[str]:
    x, y = _axes(curves)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
    yield f"<style>{_STYLE}</style>"
    yield from _grid(x, y, language)
    unit = f"CPU, {plot.unit}"
    yield f'<text x="{_LEFT}" y="18">{unit}</text>'
    yield _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 10, plot.counts[language])
    for number, (name, points) in enumerate(curves.items()):
        yield from _curve(x, y, points, number, language)
        yield from _key(number, WORDS[language][name])
    yield "</svg>"


def _grid(x: _Axis, y: _Axis, language: str) -> Iterator[str]:
    (left, right), (bottom, top) = x.span, y.span
    for tick in x.ticks():
        place = x.place(tick)
        yield f'<path class="line" d="M{place:.1f} {bottom}v5"/>'
        yield _text(place, bottom + 20, number_text(tick, language))
    for tick in y.ticks():
        place = y.place(tick)
        yield f'<path class="grid" d="M{left} {place:.1f}H{right}"/>'
        yield f'<text x="{left - 8}" y="{place + 4:.1f}" text-anchor="end">{number_text(tick, language)}</text>'
    yield f'<path class="line" fill="none" d="M{left} {top}V{bottom}H{right}"/>'


def _curve(x: _Axis, y: _Axis, points: Points, number: int, language: str) -> Iterator[str]:
    colour = _COLOURS[number]
    places = [(x.place(size), y.place(value)) for size, value in points.items()]
    line = " ".join(f"{across:.1f},{up:.1f}" for across, up in places)
    yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for (across, up), (size, value) in zip(places, points.items(), strict=True):
        told = f"{number_text(size, language)}: {number_text(value, language)}"
        yield f"<g><title>{told}</title>{_mark(number, across, up)}</g>"


def _key(number: int, words: str) -> Iterator[str]:
    """Say above the picture what a curve is, two in a line."""
    place, line = _LEFT + 100 + number % 2 * 260, 18 + number // 2 * 20
    yield _mark(number, place, line - 4)
    yield f'<text x="{place + 10}" y="{line}">{escape(words)}</text>'


def _mark(number: int, x: float, y: float) -> str:
    """Return a mark of a shape of its own, so that nobody needs the colours to tell the curves apart."""
    shape = ("M-4-4h8v8h-8z", "M0-5L5 4H-5z", "M0-5L5 0L0 5L-5 0z", "M-5-4H5L0 5z")[number]
    return f'<path transform="translate({x:.1f} {y:.1f})" d="{shape}" fill="{_COLOURS[number]}"/>'


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{escape(words)}</text>'


def number_text(value: float, language: str) -> str:
    """Return a number as its language writes it; from ten on without what stands behind the point."""
    text = f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:,.2g}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text
