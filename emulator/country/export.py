"""A sandbox as one TinyDB file that a person can read and git can compare: one order, one spelling, no wall time.

Tables: ``state`` (one row: definition, settings, clock, where the journal stands), ``records``, ``counters``,
``agenda``, and ``journal`` when it is asked for. Keys and tokens stay out: a file that is passed around holds no
credentials, and clients log in again. The pack is named, not copied.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from emulator.country.kinds import COUNTRY_KINDS
from emulator.country.sandbox import (
    Definition,
    NoSandbox,
    Sandbox,
    Sandboxes,
    SandboxExists,
    is_secret,
    secret_seed,
)
from emulator.country.shelf import ShelfKind
from emulator.store import state_rows
from emulator.store.state_rows import COLUMNS, StateRow
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


def as_text(content: Content) -> str:
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
