"""The journal as the report shows it: a line an exchange, and the texts of those a finding cites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from emulator.certification.evidence import Entry
from emulator.certification.judge import Judgement
from emulator.certification.scenes import Record

_MOST_TEXT = 1_500
_MOST_CITED = 300


def listed(record: Record) -> list[dict[str, Any]]:
    """Return every call of the attempt: when, in which scene, what was asked, how it ended, the first remark."""
    scenes = {entry.seq: scene.no for scene in (*record.void, *record.scenes) for entry in scene.entries}
    return [_line(entry, scenes.get(entry.seq)) for entry in record.entries if entry.is_call]


def _line(entry: Entry, scene: int | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "seq": entry.seq,
        "wall": entry.told["wall"],
        "virtual": entry.told["virtual"],
        "scene": scene,
        "operation": entry.operation,
        "method": entry.method,
        "target": _bounded(entry.told["request"]["target"]),
        "status": entry.status,
        "outcome": entry.outcome,
    }
    if entry.remarks:
        told["remark"] = {name: entry.remarks[0][name] for name in ("rule", "level", "vi", "en")}
    return told


def cited(judgement: Judgement) -> dict[str, dict[str, str]]:
    """Return request and reply of the exchanges that findings cite, by sequence number; long texts are cut."""
    wanted = _cited(judgement)
    calls = [entry for entry in judgement.record.entries if entry.seq in wanted and entry.is_call]
    return {str(entry.seq): {"request": _request(entry), "response": _reply(entry)} for entry in calls}


def _cited(judgement: Judgement) -> set[int]:
    numbers = [number for test in judgement.tests for found in test.findings for number in found.evidence]
    return set(list(dict.fromkeys(numbers))[:_MOST_CITED])


def _request(entry: Entry) -> str:
    asked = entry.told["request"]
    return _message(f"{entry.method} {asked['target']}", asked["headers"], _body(asked))


def _reply(entry: Entry) -> str:
    said = entry.told["response"]
    return _message(str(entry.status), said["headers"], _body(said))


def _message(first: str, headers: Sequence[Sequence[str]], body: str) -> str:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    return _bounded("\n".join(lines)) + (f"\n\n{_bounded(body)}" if body else "")


def _body(part: Mapping[str, Any]) -> str:
    if "body" in part:
        return str(part["body"])
    return f"({part['body_size']} bytes)" if part.get("body_size") else ""


def _bounded(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}… (+{len(text) - _MOST_TEXT})"


def operations(entries: Iterable[Entry]) -> dict[str, int]:
    """Return how often each operation was called; calls that matched none stand under an empty name."""
    found: dict[str, int] = {}
    for entry in entries:
        if entry.is_call:
            found[entry.operation] = found.get(entry.operation, 0) + 1
    return dict(sorted(found.items()))
