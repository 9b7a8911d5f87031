"""The ledger of requirements: ``requirements/*.csv``, and the tests of the kits that check each row (decision 0024)."""

from __future__ import annotations

import ast
import csv
import re
from collections import defaultdict
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "requirements"
FILES = {"BTXH": "btxh.csv", "KDL": "kho-dl.csv", "NDXP": "ndxp.csv", "VDXP": "vdxp.csv"}
ID = re.compile(r"\b(?:BTXH|KDL|NDXP|VDXP)-(?:PL)?(?:[IVX]+|[A-Z])?\d*(?:\.\d+)*-\d{2}\b")
LEVELS = {"MUST", "SHOULD", "MAY"}
ACTORS = {"client", "provider", "platform", "person"}
JUDGED = {"observe", "probe", "silence", "attest", "emulator", ""}
BASES = {"document", "platform", "ours"}


@dataclass(frozen=True)
class Requirement:
    id: str
    document: str
    clause: str
    level: str
    actor: str
    basis: str
    text_vi: str
    text_en: str
    judged: str
    reason: str
    quirks: str

    @property
    def is_vendors_duty(self) -> bool:
        """Whether a vendor's system must do this, so that a kit has to check it or the row has to say why not."""
        return self.level == "MUST" and self.actor in {"client", "provider"}


@dataclass(frozen=True)
class Source:
    """A section that rules of NDXP or VDXP are taken from, where the two documents have no clause for them."""

    document: str
    clause: str
    title_vi: str
    title_en: str
    source: str


@dataclass(frozen=True)
class KitTest:
    id: str
    requirements: tuple[str, ...]
    path: str


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source, strict=True))


@cache
def requirements_of(ledger: str) -> list[Requirement]:
    names = [each.name for each in fields(Requirement)]
    return [Requirement(**{name: row[name] for name in names}) for row in _rows(FILES[ledger])]


@cache
def requirements() -> list[Requirement]:
    return [each for ledger in FILES for each in requirements_of(ledger)]


@cache
def sources() -> list[Source]:
    return [Source(**row) for row in _rows("sources.csv")]


@cache
def kit_files() -> list[Path]:
    folder = ROOT / "kits"
    return sorted(path for pattern in ("*.yaml", "*.yml") for path in folder.rglob(pattern))


def tests_in(kit: Any, path: str) -> list[KitTest]:
    """The tests of one kit's YAML; a file without ``tests`` (a part that a kit includes) has none."""
    listed = kit.get("tests") or [] if isinstance(kit, dict) else []
    return [KitTest(each["id"], tuple(each.get("requirements") or ()), path) for each in listed]


@cache
def kit_tests() -> list[KitTest]:
    return [
        test
        for path in kit_files()
        for test in tests_in(yaml.safe_load(path.read_text(encoding="utf-8")), path.relative_to(ROOT).as_posix())
    ]


@cache
def checks() -> dict[str, list[str]]:
    """The kits' tests by the requirement they cite."""
    found = defaultdict(list)
    for test in kit_tests():
        for requirement in test.requirements:
            found[requirement].append(test.id)
    return found


def open_duties() -> list[Requirement]:
    """Duties of the vendor's system that no kit checks and that have no written reason."""
    return [each for each in requirements() if each.is_vendors_duty and not each.reason and not checks().get(each.id)]


@cache
def citations() -> dict[str, list[str]]:
    """Our own tests by the requirement they cite: how what binds the platform is shown."""
    found = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if not ID.search(text):
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for name in sorted(set(ID.findall(ast.get_source_segment(text, node) or ""))):
                    found[name].append(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    return found
