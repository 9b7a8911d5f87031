"""The ledger of requirements as the report quotes it: ``requirements/*.csv`` (decision 0024)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TypedDict

_FILES = ("btxh.csv", "kho-dl.csv", "ndxp.csv", "vdxp.csv")


@cache
def shipped_ledger() -> Path:
    """Return the folder of the ledger: of the installed package, or of the checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_data" / "requirements"
    return installed if installed.is_dir() else package.parent / "requirements"


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for name in _FILES:
        with (shipped_ledger() / name).open(encoding="utf-8", newline="") as source:
            found |= {row["id"]: row for row in csv.DictReader(source, strict=True)}
    return found


class QuotedRequirement(TypedDict):
    """A requirement as the report quotes it. ``quirks`` are the ids of the discrepancies it is about."""

    document: str
    clause: str
    level: str
    actor: str
    basis: str
    vi: str
    en: str
    quirks: list[str]


def quote_requirements(ids: Iterable[str]) -> dict[str, QuotedRequirement]:
    """Return the sentences, level and clause of requirements by id; an id the ledger lacks is left out."""
    rows = _rows()
    return {name: _quote_row(rows[name]) for name in sorted(set(ids)) if name in rows}


BASES = ("document", "platform", "ours")
"""Who prescribes something: the two documents, a graded source, or ourselves; the firmest first."""


def basis_of(ids: Iterable[str]) -> str:
    """Return the firmest basis that requirements have; ``ours`` when the ledger knows none of them."""
    rows = _rows()
    found = {rows[name]["basis"] for name in ids if name in rows}
    return next((basis for basis in BASES if basis in found), "ours")


def _quote_row(row: Mapping[str, str]) -> QuotedRequirement:
    return {
        "document": row["document"],
        "clause": row["clause"],
        "level": row["level"],
        "actor": row["actor"],
        "basis": row["basis"],
        "vi": row["text_vi"],
        "en": row["text_en"],
        "quirks": row["quirks"].split(),
    }
