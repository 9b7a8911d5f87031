"""Where the documents disagree with themselves, and what the client relied on there (facts-platforms §6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emulator.certification.evidence import Entry
from emulator.wire.quirks import QUIRKS, ModeName


def met(entries: Iterable[Entry], mode: ModeName) -> list[dict[str, Any]]:
    """Return each quirk the calls met: what the document says, what this mode does, and in which exchanges.

    ``relied_on`` are exchanges that were answered all the same, ``refused`` those that were refused for it.
    """
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        for remark in entry.remarks:
            if entry.is_call and remark["rule"] in QUIRKS:
                row = found.setdefault(remark["rule"], _row(remark["rule"], mode, remark["vi"], remark["en"]))
                row["refused" if remark["level"] == "error" else "relied_on"].append(entry.seq)
    return [_once(found[name]) for name in QUIRKS if name in found]


def _row(name: str, mode: ModeName, vi: str, en: str) -> dict[str, Any]:
    quirk = QUIRKS[name]
    return {
        "id": name,
        "title": {"vi": f"{quirk.place}: {vi}", "en": f"{quirk.place}: {en}"},
        "place": quirk.place,
        "table": quirk.table,
        "sample": quirk.sample,
        "mode": mode,
        "does": getattr(quirk, mode),
        "behaviour": quirk.behaviour(mode).value,
        "relied_on": [],
        "refused": [],
    }


def _once(row: dict[str, Any]) -> dict[str, Any]:
    cleaned = row | {word: sorted(set(row[word])) for word in ("relied_on", "refused")}
    return cleaned | {"exchanges": sorted({*cleaned["relied_on"], *cleaned["refused"]})}
