"""What may be wrong with an exported sandbox that somebody has edited: every finding with its JSON path."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from emulator.country.agenda import BadEffect, as_text
from emulator.country.export import MASKED, VERSION
from emulator.country.furnish import nearest
from emulator.country.kinds import COUNTRY_KINDS
from emulator.country.positions import Places, Problem, sheet_text, syntax_problems
from emulator.country.sandbox import Definition
from emulator.country.settings import MODES, PROFILES, setting_trouble
from emulator.country.shelf import ShelfKind
from emulator.kernel.clock import Clock
from emulator.store.state_rows import COLUMNS

Found = tuple[tuple[str, ...], str, str]
_Check = Callable[[tuple[str, ...], Mapping[str, Any]], Iterator[Found]]
_STATE = ("schema_version", *(each.name for each in fields(Definition)), "settings", "clock", "seq", "head", "journal")
_NEWER = frozenset({"scenarios", "journal"})
"""What not every export has: without ``scenarios`` the first scenario plays alone; ``journal`` says it is masked."""
_NUMBERS = frozenset({"moment", "due_ms", "no", "seq", "status", "virtual_ms", "wall_ms", "duration_us", "seed"})
_TEXTS = frozenset({"shelf", "key", "place", "name", "head", "pack", "outcome", "method", "path", "client_ip", "self"})
_BASE64 = {"request_body": "request_body_base64", "response_body": "response_body_base64"}


def state_problems(path: Path, shelves: Iterable[ShelfKind[Any]]) -> tuple[Any, list[Problem]]:
    """Read an exported file; return its content, and everything that is wrong with it by line and column.

    ``shelves`` are the kinds of records that services keep.
    """
    try:
        found = syntax_problems(path)
    except OSError as trouble:
        return None, [Problem(str(path), 1, 1, f"Không mở được tệp: {trouble.strerror}", f"{trouble.strerror}")]
    if found:
        return None, found
    text = sheet_text(path)
    content, places = json.loads(text), Places(path, text)
    return content, [places.problem_at(at, vi, en) for at, vi, en in state_findings(content, shelves)]


def state_findings(content: Any, shelves: Iterable[ShelfKind[Any]]) -> Iterator[Found]:
    """Yield what is wrong with an export."""
    if not isinstance(content, dict) or not isinstance(content.get("state"), dict) or list(content["state"]) != ["1"]:
        yield (), "Tệp phải có bảng state với đúng một bản ghi “1”", 'the file needs a table state with one record "1"'
        return
    kinds: tuple[ShelfKind[Any], ...] = (*COUNTRY_KINDS, *shelves)
    members = {kind.name: frozenset(kind.names) for kind in kinds}
    checks: Mapping[str, _Check] = {**_CHECKS, "records": partial(_record, members)}
    for table, rows in content.items():
        if table not in ("state", *COLUMNS):
            vi, en = nearest(table, ("state", *COLUMNS))
            yield (table,), f"Bảng lạ “{table}”{vi}", f"unknown table {table!r}{en}"
        elif not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
            yield (table,), "Bảng phải gồm các bản ghi theo số", "a table must hold records by number"
        elif table != "journal" or content["state"]["1"].get("journal") != MASKED:
            for number, row in rows.items():
                yield from _row(table, (table, number), row, checks.get(table, _nothing))


def _row(table: str, at: tuple[str, ...], row: Mapping[str, Any], check: _Check) -> Iterator[Found]:
    known = _STATE if table == "state" else COLUMNS[table]
    for name, value in row.items():
        if name not in known and name not in _BASE64.values():
            vi, en = nearest(name, known)
            yield (*at, name), f"Trường lạ “{name}”{vi}", f"unknown field {name!r}{en}"
        elif name == "seed" and value is None:
            continue
        elif name in _NUMBERS and (not isinstance(value, int) or isinstance(value, bool)):
            yield (*at, name), f"{name} phải là số nguyên", f"{name} must be an integer"
        elif name in _TEXTS and not isinstance(value, str):
            yield (*at, name), f"{name} phải là chuỗi", f"{name} must be a string"
    missing = [name for name in known if name not in row and _BASE64.get(name) not in row and name not in _NEWER]
    for name in missing:
        yield at, f"Thiếu trường {name}", f"{name} is missing"
    if not missing:
        yield from check(at, row)


def _nothing(_at: tuple[str, ...], _row: Mapping[str, Any]) -> Iterator[Found]:
    return iter(())


def _state(at: tuple[str, ...], row: Mapping[str, Any]) -> Iterator[Found]:
    for name, known in (("schema_version", (VERSION,)), ("mode", MODES), ("profile", PROFILES)):
        if row[name] not in known:
            yield (*at, name), f"{name} phải là {', '.join(known)}", f"{name} must be one of {', '.join(known)}"
    for name, shape in (("settings", dict), ("clock", dict)):
        if not isinstance(row[name], shape):
            yield (*at, name), f"{name} phải là đối tượng", f"{name} must be an object"
            return
    for name, value in row["settings"].items():
        trouble = setting_trouble(name, value)
        if trouble:
            yield (*at, "settings", name), f"{name}: {trouble[0]}", f"{name}: {trouble[1]}"
    words = {each.name for each in fields(Clock)}
    for name in row["clock"]:
        if name not in words:
            vi, en = nearest(name, words)
            yield (*at, "clock", name), f"Đồng hồ không có “{name}”{vi}", f"a clock has no {name!r}{en}"


def _record(members: Mapping[str, frozenset[str]], at: tuple[str, ...], row: Mapping[str, Any]) -> Iterator[Found]:
    value = row["value"]
    if value is not None and not isinstance(value, dict):
        yield (*at, "value"), "value phải là đối tượng hoặc null", "value must be an object or null"
        return
    known = members.get(row["shelf"])
    for name in value or ():
        if known and name not in known:
            vi, en = nearest(name, known)
            yield (*at, "value", name), f"{row['shelf']} không có “{name}”{vi}", f"{row['shelf']} has no {name!r}{en}"


def _effect(at: tuple[str, ...], row: Mapping[str, Any]) -> Iterator[Found]:
    try:
        as_text(row["effect"])
    except BadEffect as trouble:
        yield (*at, "effect", *filter(None, trouble.pointer.split("/"))), trouble.vi, trouble.en


def _entry(at: tuple[str, ...], row: Mapping[str, Any]) -> Iterator[Found]:
    from hashlib import sha256

    story = orjson.dumps(row["story"], option=orjson.OPT_SORT_KEYS)
    if f"sha256:{sha256(story).hexdigest()}" != row["self"]:
        yield (*at, "self"), "Lượt này đã bị sửa: không khớp mã băm", "this exchange was changed: its digest differs"


_CHECKS = {"state": _state, "agenda": _effect, "journal": _entry}
