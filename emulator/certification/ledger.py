"""The ledger of requirements as the report quotes it: ``requirements/*.csv`` (decision 0024)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from emulator.certification.kit import Kit, Test
from emulator.certification.kit_reader import kit_names, kit_of

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


def quote_requirements(ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the sentences, level and clause of requirements by id; an id the ledger lacks is left out."""
    rows = _rows()
    return {name: _row_as_dict(rows[name]) for name in sorted(set(ids)) if name in rows}


BASES = ("document", "platform", "ours")
"""Who prescribes something: the two documents, a graded source, or ourselves; the firmest first."""


def basis_of(ids: Iterable[str]) -> str:
    """Return the firmest basis that requirements have; ``ours`` when the ledger knows none of them."""
    rows = _rows()
    found = {rows[name]["basis"] for name in ids if name in rows}
    return next((basis for basis in BASES if basis in found), "ours")


def _row_as_dict(row: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {name: row[name] for name in ("document", "clause", "level", "actor", "basis")}
    return told | {"vi": row["text_vi"], "en": row["text_en"], "quirks": row["quirks"].split()}


# ``docs/kits.md``: every test of every kit in the box, written from the kits themselves.

_HEAD = (
    "# Các bộ kiểm thử · The kits",
    "",
    "<!-- Written by `make docs`; do not edit. -->",
    "",
    "Loại: **observe** làm đúng, **probe** khôi phục sau sự cố, **silence** biết dừng, **attest** người khai. MUST",
    "phải đạt, SHOULD nên đạt. Tính năng trong ngoặc có thể khai là không có (`features` của kế hoạch).",
    "",
    "Kinds: does the right thing, recovers from trouble, holds back, declared by a person. A feature in brackets may",
    "be declared absent (`features` of the plan); its tests are omitted then.",
    "",
    "Căn cứ: **document** hai tài liệu, **platform** nguồn có xếp hạng, **ours** của bộ công cụ; MUST không bao "
    "giờ chỉ",
    "dựa vào *ours*. · Basis: the two documents, a graded source, or this tool; a MUST never rests on *ours* alone.",
    "",
    "Từng yêu cầu: [coverage.md](coverage.md). Cách làm: [certification.md](certification.md).",
)


def kits_page() -> str:
    """Return the page."""
    lines = list(_HEAD)
    for name in kit_names():
        lines += ["", *_kit(kit_of(name))]
    return "\n".join(lines) + "\n"


def _kit(kit: Kit) -> Iterator[str]:
    yield f"## {kit.id} {kit.version}: {kit.title['vi']} · {kit.title['en']}"
    yield ""
    yield f"{kit.purpose['vi']} · {kit.purpose['en']}"
    for name, title in kit.groups.items():
        yield ""
        yield f"### {title['vi']} · {title['en']} ({kit.id})"
        yield ""
        yield "| Mã · Id | Phép thử · Test | Loại · Kind | Mức · Level | Căn cứ · Basis | Yêu cầu · Requirements |"
        yield "|---|---|---|---|---|---|"
        yield from (_row(test) for test in kit.tests if test.group == name)


def _row(test: Test) -> str:
    feature = f" (`{test.feature}`)" if test.feature else ""
    shown = ", ".join(test.requirements[:4])
    rest = f" … (+{len(test.requirements) - 4})" if len(test.requirements) > 4 else ""
    title = f"{test.title['vi']} · {test.title['en']}".replace("|", "¦").replace("<", "&lt;")
    return (
        f"| {test.id} | {title}{feature} | {test.kind} | {test.level} | {basis_of(test.requirements)} | {shown}{rest} |"
    )
