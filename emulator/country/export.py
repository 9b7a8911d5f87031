"""A sandbox at rest: exported as one TinyDB file, checked when somebody has edited it, and kept as a snapshot.

The file can be read by a person and compared by git: one order, one spelling, no wall time. Its tables: ``state`` (one
row: definition, settings, clock, where the journal stands), ``records``, ``counters``, ``agenda``, and ``journal`` when
it is asked for. Keys and tokens stay out: a file that is passed around holds no credentials, and clients log in again.
The pack is named, not copied.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from emulator.country.agenda import BadEffect, as_text
from emulator.country.furnish import nearest
from emulator.country.positions import Places, Problem, sheet_text, syntax_problems
from emulator.country.sandbox import Definition, NoSandbox, Sandbox, Sandboxes, SandboxExists, is_secret, secret_seed
from emulator.country.settings import MODES, PROFILES, setting_trouble
from emulator.country.shelf import COUNTRY_KINDS, ShelfKind
from emulator.kernel.clock import Clock, system_ms
from emulator.store import state_rows
from emulator.store.state_rows import COLUMNS, StateRow
from emulator.store.state_rows import SnapshotRow as Snapshot
from emulator.store.store import Store

VERSION = "1"
MASKED = "masked"
Content = dict[str, dict[str, dict[str, Any]]]
Mask = Callable[[dict[str, Any]], dict[str, Any]]
_JSON_COLUMNS = {"value", "effect", "story"}
_BODIES = {"request_body", "response_body"}


def export(store: Store, sandbox: Sandbox, *, with_journal: bool = False, mask: Mask | None = None) -> Content:
    """Return everything a sandbox holds over its pack.

    With ``mask`` the journal is masked by it, as every view of it is, and a seed that nobody may know is left out: such
    a file is for reading, and an import leaves its journal out. Without, it is the whole sandbox.

    Raises:
        NoSandbox: it was dropped meanwhile.
    """
    row = state_rows.standing(store, sandbox.no)
    if row is None:
        raise NoSandbox(sandbox.id)
    whole = {
        "schema_version": VERSION,
        **json.loads(row.definition),
        "settings": dict(sorted(json.loads(row.settings).items())),
        "clock": json.loads(row.clock),
        "seq": row.seq,
        "head": row.head,
    }
    if mask:
        whole |= {"journal": MASKED} if with_journal else {}
        whole["seed"] = None if is_secret(whole["seed"]) else whole["seed"]
    content: Content = {"state": {"1": whole}}
    for table in COLUMNS:
        if table != "journal" or with_journal:
            rows = state_rows.every(store, sandbox.home, table)
            shown = [_row_as_dict(table, each) for each in rows]
            if table == "journal" and mask:
                shown = [mask(each) for each in shown]
            content[table] = {str(number): each for number, each in enumerate(shown, 1)}
    return content


def export_text(content: Content) -> str:
    """Return the one text of an export."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def bring_in(
    store: Store, sandboxes: Sandboxes, sandbox_id: str, content: Content, kinds: Iterable[ShelfKind[Any]]
) -> Sandbox:
    """Put a checked export into a sandbox, a new one or one that is there; that one's own content ends.

    ``content`` has been through ``state_findings`` and nothing is wrong with it; ``kinds`` are those of the services.
    """
    whole = content["state"]["1"]
    known = {name: whole[name] for name in asdict(Definition()) if name in whole}
    definition = Definition(**known | {"seed": secret_seed() if whole["seed"] is None else whole["seed"]})
    try:
        sandbox = sandboxes.create(sandbox_id, asdict(definition))
    except SandboxExists:
        sandbox = sandboxes.get(sandbox_id)
    definition_text, settings, clock = map(json.dumps, (asdict(definition), whole["settings"], whole["clock"]))
    standing = StateRow(definition_text, settings, clock, whole["seq"], whole["head"])
    rows = {table: [_row_from_dict(table, row) for row in _rows_of(content, table)] for table in COLUMNS}
    rows["records"] = _with_second_rows(rows["records"], (*COUNTRY_KINDS, *kinds))
    with store.writing(sandbox.no):
        state_rows.replace(store, sandbox.no, standing, dict(rows))
    return sandboxes.get(sandbox_id)


def _with_second_rows(rows: Sequence[tuple[Any, ...]], kinds: Iterable[ShelfKind[Any]]) -> list[tuple[Any, ...]]:
    """Return records with the rows of their second index made anew: a file of before that index has none."""
    by_name = {kind.name: kind for kind in kinds if kind.second}
    made = [row for row in rows if row[0].partition("@")[0] not in by_name or "@" not in row[0]]
    for shelf, key, place, _, value in list(made):
        kind = by_name.get(shelf)
        moment = kind.second_moment(kind.record(**orjson.loads(value))) if kind and value is not None else None
        if kind and moment is not None:
            made.append((kind.second_name, key, place, moment, "{}"))
    return made


def _rows_of(content: Content, table: str) -> Iterable[dict[str, Any]]:
    is_masked = table == "journal" and content["state"]["1"].get("journal") == MASKED
    return () if is_masked else content.get(table, {}).values()


def _row_as_dict(table: str, row: Sequence[Any]) -> dict[str, Any]:
    return dict(_pairs(table, row))


def _pairs(table: str, row: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for name, value in zip(COLUMNS[table], row, strict=True):
        if name in _JSON_COLUMNS and isinstance(value, str):
            yield name, orjson.loads(value)
        elif name in _BODIES:
            yield _body(name, value)
        else:
            yield name, value


def _body(name: str, value: bytes) -> tuple[str, str]:
    try:
        return name, value.decode()
    except UnicodeDecodeError:
        return f"{name}_base64", base64.b64encode(value).decode()


def _row_from_dict(table: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(_column(name, row, table) for name in COLUMNS[table])


def _column(name: str, row: Mapping[str, Any], table: str) -> Any:
    if name in _BODIES:
        return row[name].encode() if name in row else base64.b64decode(row[f"{name}_base64"])
    value = row[name]
    if name in _JSON_COLUMNS and value is not None and table != "counters":
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if name != "value" else None).decode()
    return value


# What may be wrong with an exported sandbox that somebody has edited: every finding with its JSON path.

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


# Going back to a moment of a sandbox: records, tokens, counters, agenda, settings and the time on its clock.
#
# A restored sandbox is a new epoch. Its journal begins anew, but numbers and chain go on from the exchange at which
# the snapshot was taken, so that the same calls get the same identities as they got then. Ours.

__all__ = ["MOST", "NoSnapshot", "Snapshot", "SnapshotExists", "Snapshots", "TooManySnapshots"]
MOST = 20


class NoSnapshot(KeyError):
    """The sandbox has no snapshot of that name."""


class SnapshotExists(Exception):
    """The sandbox has a snapshot of that name."""


class TooManySnapshots(Exception):
    """The sandbox has as many snapshots as it may."""


class Snapshots:
    """The snapshots of all sandboxes of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def every(self, sandbox: Sandbox) -> list[Snapshot]:
        """Return a sandbox's snapshots, oldest first."""
        return state_rows.list_snapshots(self._store, sandbox.no)

    def take(self, sandbox: Sandbox, name: str | None) -> Snapshot:
        """Take a snapshot; without a name it gets a number.

        Raises:
            SnapshotExists: the name is taken.
            TooManySnapshots: there are ``MOST`` already.
            NoSandbox: the sandbox was dropped meanwhile.
        """
        now = system_ms()
        with self._store.writing(sandbox.no):
            known = {row.name for row in self.every(sandbox)}
            if len(known) >= MOST:
                raise TooManySnapshots(MOST)
            name = name or next(text for number in range(1, MOST + 2) if (text := f"s{number}") not in known)
            if name in known:
                raise SnapshotExists(name)
            row = state_rows.take_snapshot(self._store, sandbox.no, name, now, sandbox.clock.at(now))
            if row is None:
                raise NoSandbox(sandbox.id)
        return row

    def restore(self, sandbox: Sandbox, name: str) -> Snapshot:
        """Put a sandbox back to a snapshot, its clock to the moment of it; a clock that ran goes on running.

        Raises:
            NoSnapshot: there is none of that name.
        """
        with self._store.writing(sandbox.no):
            row = self._get(sandbox, name)
            now = system_ms()
            clock = type(sandbox.clock)(**json.loads(row.clock)).set(now, row.virtual_ms)
            state_rows.restore_snapshot(self._store, sandbox.no, row, json.dumps(asdict(clock)))
        return row

    def drop(self, sandbox: Sandbox, name: str) -> None:
        """Forget a snapshot. Raises NoSnapshot when there is none of that name."""
        with self._store.writing(sandbox.no):
            state_rows.drop_snapshot(self._store, sandbox.no, self._get(sandbox, name))

    def _get(self, sandbox: Sandbox, name: str) -> Snapshot:
        row = state_rows.find_snapshot(self._store, sandbox.no, name)
        if row is None:
            raise NoSnapshot(name)
        return row
