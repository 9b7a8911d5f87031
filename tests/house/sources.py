"""What the project relies on beyond itself: the clauses of two documents, docs/sources, and our own decisions.

A citation in prose is a clause (``BTXH 3.1.4``, ``KDL V.2``) or ``src:ID``; where a field is a source by its nature
(a rule, a fault, an operation, a scenario) the id stands alone, several set apart by ``"; "``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

import emulator.app  # every room registers its rules when it is loaded  # noqa: F401
from emulator.kernel.exchange import OF_OPERATION, registered_rules
from emulator.scenario.faults import FAULTS
from emulator.services.registry import operations
from emulator.wire.reading import QUIRKS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "sources"
ROOMS = ("emulator", "scenarios", "kits", "requirements", "fixtures", "docs", "tests", "examples", "bench", "release")
KINDS = {".py", ".yaml", ".yml", ".csv", ".md", ".json", ".html", ".toml", ".xsd"}
CITED = re.compile(r"\bsrc:([a-z0-9]+(?:-[a-z0-9]+)*)")
CLAUSE = re.compile(r"\b(BTXH|KDL) ((?:PL )?(?:\d+(?:\.\d+)*|[IV]+(?:\.\d+)?)|PL)\b(?!-)")
DECISION = re.compile(r"decision (\d{4})")
_NOT_DATA = {"documents.yaml", "grades.yaml"}


@dataclass(frozen=True)
class Source:
    """One entry: what is known, how well, and where anybody can read it."""

    id: str
    grade: tuple[str, ...]
    vi: str
    en: str
    public: tuple[str, ...]
    file: str


def _load(name: str) -> object:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


@cache
def documents() -> dict[str, dict[str, str]]:
    return _load("documents.yaml")  # type: ignore[return-value]


@cache
def grades() -> dict[str, dict[str, str]]:
    return _load("grades.yaml")  # type: ignore[return-value]


@cache
def entries() -> tuple[Source, ...]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name not in _NOT_DATA:
            for row in _load(path.name):  # type: ignore[attr-defined]
                found.append(
                    Source(row["id"], tuple(row["grade"]), row["vi"], row["en"], tuple(row["public"]), path.name)
                )
    return tuple(found)


@cache
def ids() -> frozenset[str]:
    return frozenset(each.id for each in entries())


@cache
def clauses() -> frozenset[str]:
    """Return every clause of the two documents, and the headings above them: BTXH 3.1 holds BTXH 3.1.4."""
    with (ROOT / "requirements" / "clauses.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(row["document"], row["clause"]) for row in csv.DictReader(stream)]
    found = set()
    for document, clause in rows:
        start, parts = (
            clause.partition(" ")[0] if clause.startswith("PL") else "",
            clause.removeprefix("PL ").split("."),
        )
        for length in range(1, len(parts) + 1):
            found.add(f"{document} {f'{start} ' if start else ''}{'.'.join(parts[:length])}")
    return frozenset(found | {"BTXH PL", "BTXH 1", "KDL V"})


def trouble_with(source: str) -> str:
    """Return what is wrong with a structured source, empty when each of its parts resolves."""
    parts = source.split("; ")
    return ", ".join(part for part in parts if not _resolves(part))


def _resolves(part: str) -> bool:
    if part == "ours" or part in QUIRKS or part in ids() or part in clauses():
        return True
    decision = DECISION.fullmatch(part)
    return bool(decision and list((ROOT / "docs" / "decisions").glob(f"{decision[1]}-*.md")))


def structured() -> Iterator[tuple[str, str]]:
    """Yield every field that is a source by its nature, after the room it stands in."""
    for rule in registered_rules():
        if rule.source != OF_OPERATION:
            yield room_of_owner(rule.owner), rule.source
    for fault in FAULTS.values():
        yield "scenario", fault.source
    for each in operations().values():
        yield f"services/{each.service.name}", each.operation.clause
    for path in (ROOT / "scenarios").rglob("*.yaml"):
        yield "scenarios", yaml.safe_load(path.read_text(encoding="utf-8")).get("source", "")
    with (ROOT / "requirements" / "sources.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield "requirements", row["source"]


def room_of_owner(owner: str) -> str:
    """Return the room whose ``rules.csv`` is in a folder of that name; tables of their own keep their name."""
    found = [path for path in (ROOT / "emulator").rglob("rules.csv") if path.parent.name == owner]
    return found[0].parent.relative_to(ROOT / "emulator").as_posix() if found else owner


def texts() -> Iterator[tuple[str, str]]:
    """Yield every text of the project with its place, the register itself left out."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if (
                path.suffix in KINDS
                and path.is_file()
                and FOLDER not in path.parents
                and ".generated" not in path.parts
            ):
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8", errors="replace")
    for path in sorted(ROOT.glob("*.md")):
        yield path.name, path.read_text(encoding="utf-8")


def room_of(place: str) -> str:
    """Return the room a file stands in: ``services/portal``, ``scenario``, ``tests``, ``scenarios``."""
    parts = place.split("/")
    if parts[0] != "emulator" or len(parts) == 2:
        return parts[0]
    return "/".join(parts[1:3]) if parts[1] in ("services", "gateways") and len(parts) > 3 else parts[1]
