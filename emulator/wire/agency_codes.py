"""Agency codes: two written forms of one name (src:agency-codes; K16).

QCVN 102:2016 reads right to left with every group present, ``000.00.15.G07``; Decision 20/2020/QĐ-TTg reads left to
right without the empty ones, ``G07.15``. Clients meet both and must join them.
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files

_OLD = re.compile(r"(\d{3})\.(\d{2})\.(\d{2})\.([A-Z]\d{2})", re.ASCII)
_NEW = re.compile(r"([A-Z]\d{2})((?:\.[A-Z0-9]{1,3})*)", re.ASCII)
_WIDTHS = (2, 2, 3)


def is_agency_code(text: str) -> bool:
    """Tell whether a text is an agency code in either form."""
    return bool(_OLD.fullmatch(text) or (len(text) <= 35 and _NEW.fullmatch(text)))


@lru_cache(1024)
def short_form(code: str) -> str:
    """Return ``G07.15`` for ``000.00.15.G07``; any other text comes back as it is."""
    found = _OLD.fullmatch(code)
    if not found:
        return code
    *low, root = found.groups()
    groups = list(reversed(low))
    while groups and not int(groups[-1]):
        groups.pop()
    return ".".join([root, *groups])


def full_form(code: str) -> str:
    """Return ``000.00.15.G07`` for ``G07.15``; a code that has no such form comes back as it is."""
    found = _NEW.fullmatch(code)
    if not found:
        return code
    groups = found.group(2).split(".")[1:]
    fits = len(groups) <= len(_WIDTHS) and all(
        group.isdigit() and len(group) <= width for group, width in zip(groups, _WIDTHS, strict=False)
    )
    if not fits:
        return code
    padded = [(groups[place] if place < len(groups) else "").zfill(width) for place, width in enumerate(_WIDTHS)]
    return ".".join([*reversed(padded), found.group(1)])


def root_of(code: str) -> str:
    """Return the first-level code, ``G07`` for both forms; empty for a text that is no agency code."""
    found = _OLD.fullmatch(code)
    if found:
        return found.group(4)
    found = _NEW.fullmatch(code)
    return found.group(1) if found else ""


def is_same_agency(one: str, other: str) -> bool:
    """Tell whether two codes, in whichever forms, name one agency."""
    return full_form(one) == full_form(other)


def is_within(code: str, unit_code: str) -> bool:
    """Tell whether an agency is a unit or belongs to its subtree."""
    own, unit = short_form(full_form(code)), short_form(full_form(unit_code))
    return own == unit or own.startswith(unit + ".")


@cache
def province_of(root: str) -> str | None:
    """Return the GSO code of the province that a first-level code belongs to, ``01`` for ``H26``; None for a ministry.

    The codes are those of before 01/07/2025 (Circular 01/2018/TT-VPCP, annex; decision 0040).
    """
    return _provinces().get(root)


@cache
def _provinces() -> dict[str, str]:
    text = files("emulator.wire").joinpath("agency_provinces.csv").read_text(encoding="utf-8")
    return {row["agency"]: row["province"] for row in csv.DictReader(text.splitlines())}
