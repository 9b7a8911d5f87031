"""What a report is made of, whatever it is written on: told in both languages, written in one."""

from __future__ import annotations

from dataclasses import field, fields, replace
from typing import Any, Literal

from emulator.kernel.values import value_class

Language = Literal["vi", "en"]
Tone = Literal["plain", "good", "bad", "doubtful", "quiet"]


@value_class
class Cell:
    """A cell in both languages, how it is coloured, and where it leads (an anchor of the report)."""

    vi: str
    en: str = ""
    tone: Tone = "plain"
    leads_to: str = ""


@value_class
class Motto:
    """The head of an official paper: who issues it, the nation's name and motto, number, place and day."""

    issuer: Cell
    number: Cell
    nation: Cell
    words: Cell
    place_and_day: Cell


@value_class
class Title:
    """The report's own title, with what stands below it."""

    vi: str
    en: str
    below: str = ""


@value_class
class Verdict:
    """The box of the conclusion."""

    vi: str
    en: str
    tone: Tone
    lines: tuple[Cell, ...] = ()


@value_class
class Heading:
    """A heading; level 1 is a part of the report."""

    vi: str
    en: str
    level: int = 1
    anchor: str = ""


@value_class
class Text:
    """A paragraph."""

    vi: str
    en: str = ""
    tone: Tone = "plain"


@value_class
class Table:
    """A table: heads, share of the width of each column, rows; a row may have an anchor."""

    heads: tuple[Cell, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    anchors: tuple[str, ...] = ()


@value_class
class Code:
    """Text as it went over the wire, or an example with its remarks in both languages."""

    vi: str
    en: str = ""


@value_class
class Signatures:
    """Space to sign in, one column for each; ``how`` stands below each."""

    who: tuple[Cell, ...]
    how: Cell


@value_class
class Code2d:
    """A QR code with what it says below it."""

    content: str
    vi: str
    en: str


Block = Motto | Title | Verdict | Heading | Text | Table | Code | Signatures | Code2d


@value_class
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
