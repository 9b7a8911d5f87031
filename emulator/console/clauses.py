"""What a clause or a source says, for quoting beside a remark: from the ledger of requirements."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from emulator.certification.ledger import quote_requirements, shipped_ledger


class ClauseText(NamedTuple):
    """A clause with its title and the sentences of the ledger that rest on it, in both languages."""

    name: str
    title_vi: str
    title_en: str
    sentences: tuple[tuple[str, str], ...]


def clause_texts(names: Iterable[str | None]) -> dict[str, ClauseText]:
    """Return what is known of these clauses (``BTXH 3.1.1``); one that the ledger lacks is left out."""
    return {name: _clauses()[name] for name in dict.fromkeys(names) if name and name in _clauses()}


@cache
def _clauses() -> Mapping[str, ClauseText]:
    found: dict[str, ClauseText] = {}
    sentences = _sentences()
    for file in ("clauses.csv", "sources.csv"):
        with (shipped_ledger() / file).open(encoding="utf-8", newline="") as source:
            for row in csv.DictReader(source, strict=True):
                name = f"{row['document']} {row['clause']}"
                found[name] = ClauseText(name, row["title_vi"], row["title_en"], tuple(sentences.get(name, ())))
    return found


def _sentences() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    ids: list[str] = []
    for path in sorted(shipped_ledger().glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as source:
            ids += [row["id"] for row in csv.DictReader(source, strict=True) if "id" in row]
    for each in quote_requirements(ids).values():
        found.setdefault(f"{each['document']} {each['clause']}", []).append((each["vi"], each["en"]))
    return found
