"""What a report is made of, whatever it is written on: told in both languages, written in one."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

Language = Literal["vi", "en"]
Tone = Literal["plain", "good", "bad", "doubtful", "quiet"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell in both languages, how it is coloured, and where it leads (an anchor of the report)."""

    vi: str
    en: str = ""
    tone: Tone = "plain"
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class Motto:
    """The head of an official paper: who issues it, the nation's name and motto, number, place and day."""

    issuer: Cell
    number: Cell
    nation: Cell
    words: Cell
    place_and_day: Cell


@dataclass(frozen=True, slots=True)
class Title:
    """The report's own title, with what stands below it."""

    vi: str
    en: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The box of the conclusion."""

    vi: str
    en: str
    tone: Tone
    lines: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a part of the report."""

    vi: str
    en: str
    level: int = 1
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    vi: str
    en: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: heads, share of the width of each column, rows; a row may have an anchor."""

    heads: tuple[Cell, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """Text as it went over the wire, or an example with its remarks in both languages."""

    vi: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Space to sign in, one column for each; ``how`` stands below each."""

    who: tuple[Cell, ...]
    how: Cell


@dataclass(frozen=True, slots=True)
class Code2d:
    """A QR code with what it says below it."""

    content: str
    vi: str
    en: str


Block = Motto | Title | Verdict | Heading | Text | Table | Code | Signatures | Code2d


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole report."""

    name: str
    blocks: tuple[Block, ...] = field(default=())
    language: Language = "vi"


def speak(block: Any, language: Language) -> Any:
    """Return a block, or anything in one, in one language: as ``vi``, and nothing as ``en``."""
    if isinstance(block, tuple):
        return tuple(speak(each, language) for each in block)
    if not hasattr(block, "__dataclass_fields__"):
        return block
    told = {each.name: speak(getattr(block, each.name), language) for each in fields(block)}
    if "vi" in told:
        told |= {"vi": told["en"] or told["vi"] if language == "en" else told["vi"], "en": ""}
    return replace(block, **told)
