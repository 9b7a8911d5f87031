"""A shelf holds one kind of record: the pack's below, the sandbox's own over it; and the country's own shelves."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, Generic, Literal, Protocol, TypeVar

import orjson

from emulator.kernel.exchange import Effect
from emulator.kernel.values import value_class
from emulator.store import world_rows
from emulator.store.store import Store
from emulator.store.world_rows import RecordRow

T = TypeVar("T")
NO_LIMIT = -1
_PAGE = 200
_TEXTS = (str, bytes)  # not "str | bytes": a window has hundreds of records, and would make that union for each


@dataclass(frozen=True)
class SecondIndex(Generic[T]):
    """Another moment by which records of one place are found; None for a record that has no such moment yet."""

    name: str
    moment: Callable[[T], int | None]


@dataclass(frozen=True)
class ShelfKind(Generic[T]):
    """What a shelf must know of its records: name, class, and how each is found.

    ``place`` and ``moment`` are the declared index: records of one place are read by a window of moments. ``second``
    is a second one over the same places; its rows stand beside the records and follow them. ``told`` are the members
    whose value before and after a change the journal keeps.
    """

    name: str
    record: type[T]
    key: Callable[[T], str]
    place: Callable[[T], str]
    moment: Callable[[T], int]
    second: SecondIndex[T] | None = None
    told: tuple[str, ...] = ()
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(each.name for each in fields(self.record)))  # type: ignore[arg-type]

    @property
    def second_name(self) -> str:
        """Return under which name the rows of the second index stand."""
        return f"{self.name}@{self.second.name if self.second else ''}"

    def read(self, text: str | bytes) -> T:
        """Return the record that a JSON text from a shelf of the kind holds."""
        content: dict[str, Any] = orjson.loads(text)
        return self.record(**content)

    def second_moment(self, record: T) -> int | None:
        """Return the other moment of a record; None while it has none."""
        return self.second.moment(record) if self.second else None


class Base(Generic[T]):
    """The pack's records of one kind: read-only, indexed once, shared by all sandboxes."""

    def __init__(self, kind: ShelfKind[T], records: Iterable[T] = ()) -> None:
        self.by_key = {kind.key(record): record for record in records}
        self._by_place: dict[str, list[tuple[int, str]]] = {}
        for key, record in self.by_key.items():
            self._by_place.setdefault(kind.place(record), []).append((kind.moment(record), key))
        self._by_second: dict[str, list[tuple[int, str]]] = {}
        for key, record in self.by_key.items() if kind.second else ():
            second = kind.second_moment(record)
            if second is not None:
                self._by_second.setdefault(kind.place(record), []).append((second, key))
        for entries in (*self._by_place.values(), *self._by_second.values()):
            entries.sort()
        self._keys = sorted(self.by_key)

    def window(self, place: str, first: int, last: int) -> list[tuple[int, str]]:
        """Return ``(moment, key)`` of a place from first to last inclusive, oldest first."""
        return _inside(self._by_place.get(place, []), first, last)

    def second_window(self, place: str, first: int, last: int) -> list[tuple[int, str]]:
        """Return the same by the second moment."""
        return _inside(self._by_second.get(place, []), first, last)

    def with_prefix(self, prefix: str) -> list[str]:
        """Return the keys that begin with ``prefix``, in order."""
        return self._keys[bisect_left(self._keys, prefix) : bisect_left(self._keys, prefix + "\U0010ffff")]

    def keys_after(self, key: str) -> deque[str]:
        """Return the keys that come after ``key``, in order."""
        return deque(self._keys[bisect_right(self._keys, key) :])


def _inside(entries: list[tuple[int, str]], first: int, last: int) -> list[tuple[int, str]]:
    return entries[bisect_left(entries, (first, "")) : bisect_right(entries, (last, "\U0010ffff"))]


def _change(kind: ShelfKind[T], known: T | None, record: T) -> tuple[Any, Any, tuple[str, ...]]:
    """Return what a journal tells of a change: the told members before and after, and the official fields changed."""
    before, after = ({name: getattr(each, name) for name in kind.told} if each else None for each in (known, record))
    if known is None:
        return before, after, ()
    old, new = (getattr(each, "fields", {}) for each in (known, record))
    changed = sorted(name for name in old.keys() | new.keys() if (old.get(name) or "") != (new.get(name) or ""))
    return before, after, tuple(changed)


class Home(Protocol):
    """The part of the world a shelf needs: where its rows live, and who is told of changes."""

    store: Store
    home: tuple[int, int]

    def note_effect(self, effect: Effect) -> None:
        """Remember a change for the journal."""


class Shelf(Generic[T]):
    """One kind of record of one sandbox, for the length of one exchange."""

    def __init__(self, kind: ShelfKind[T], base: Base[T], world: Home) -> None:
        self._kind, self._base, self._world = kind, base, world

    def get(self, key: str) -> T | None:
        """Return a record by its key, or None."""
        row = world_rows.find_record(self._world.store, self._world.home, self._kind.name, key)
        return self._read(row) if row else self._base.by_key.get(key)

    def put_record(self, record: T) -> None:
        """Add or replace a record."""
        key = self._kind.key(record)
        known = self.get(key) if self._kind.told else None
        text = orjson.dumps({name: getattr(record, name) for name in self._kind.names})
        self._write(RecordRow(key, self._kind.place(record), self._kind.moment(record), text.decode()))
        second = self._kind.second_moment(record)
        if second is not None:
            self._write(RecordRow(key, self._kind.place(record), second, "{}"), self._kind.second_name)
        change = _change(self._kind, known, record) if self._kind.told else ()
        self._world.note_effect(Effect(self._kind.name, key, "put", hashlib.sha256(text).hexdigest(), *change))

    def drop(self, key: str) -> None:
        """Remove a record; one of the pack is hidden."""
        self._write(RecordRow(key, "", 0, None))
        self._world.note_effect(Effect(self._kind.name, key, "drop"))

    def window(self, place: str, first: int, last: int, limit: int = NO_LIMIT) -> list[T]:
        """Return the records of a place whose moment lies from first to last inclusive, oldest first."""
        unread = self.unread_window(place, first, last, limit)
        return [self._kind.read(each) if isinstance(each, _TEXTS) else each for each in unread]

    def unread_window(self, place: str, first: int, last: int, limit: int = NO_LIMIT) -> list[T | str | bytes]:
        """Return the same, but the sandbox's own records as the JSON that they lie in."""
        rows = world_rows.record_window(self._world.store, self._world.home, self._kind.name, place, first, last, limit)
        found: list[tuple[int, str, T | str | bytes]]
        found = [(row.moment, row.key, row.value) for row in rows if row.value is not None]
        below = self._base.window(place, first, last)
        covered = self._overwritten_keys([key for _, key in below])
        found += [(moment, key, self._base.by_key[key]) for moment, key in below if key not in covered]
        found.sort(key=lambda entry: entry[:2])
        kept = [record for _, _, record in found]
        return kept if limit == NO_LIMIT else kept[:limit]

    def second_window(self, place: str, first: int, last: int) -> list[T]:
        """Return the records of a place whose second moment lies from first to last inclusive, oldest first."""
        world, name = self._world, self._kind.second_name
        rows = world_rows.record_window(world.store, world.home, name, place, first, last, NO_LIMIT)
        found = [(row.moment, row.key) for row in rows]
        below = self._base.second_window(place, first, last)
        covered = self._overwritten_keys([key for _, key in below])
        found += [entry for entry in below if entry[1] not in covered]
        kept = [self.get(key) for _, key in sorted(found)]
        return [record for record in kept if record is not None]

    def with_prefix(self, prefix: str) -> list[T]:
        """Return the records whose key begins with ``prefix``, in the order of their keys."""
        rows = {
            row.key: self._read(row)
            for row in world_rows.records_with_prefix(self._world.store, self._world.home, self._kind.name, prefix)
        }
        for key in self._base.with_prefix(prefix):
            rows.setdefault(key, self._base.by_key[key])
        return [record for _, record in sorted(rows.items()) if record is not None]

    def last_with_prefix(self, prefix: str) -> T | None:
        """Return the record with the greatest key that begins with ``prefix``, of a kind whose records stay."""
        row = world_rows.last_record(self._world.store, self._world.home, self._kind.name, prefix)
        below = self._base.with_prefix(prefix)
        if row and (not below or row.key >= below[-1]):
            return self._read(row)
        return self._base.by_key[below[-1]] if below else None

    def each(self, after: str = "") -> Iterator[T]:
        """Yield all records whose key comes after ``after``, in the order of their keys, a few at a time in memory."""
        below = self._base.keys_after(after)
        for row in self._overlay(after):
            while below and below[0] < row.key:
                yield self._base.by_key[below.popleft()]
            if below and below[0] == row.key:
                below.popleft()
            record = self._read(row)
            if record is not None:
                yield record
        for key in below:
            yield self._base.by_key[key]

    def _overlay(self, after: str) -> Iterator[RecordRow]:
        world = self._world
        while rows := world_rows.records_after(world.store, world.home, self._kind.name, after, _PAGE):
            yield from rows
            after = rows[-1].key

    def _overwritten_keys(self, keys: list[str]) -> set[str]:
        """Return those of the pack's keys that the sandbox has written over."""
        return world_rows.known_keys(self._world.store, self._world.home, self._kind.name, keys)

    def _read(self, row: RecordRow) -> T | None:
        return None if row.value is None else self._kind.read(row.value)

    def _write(self, row: RecordRow, shelf: str = "") -> None:
        world_rows.put_record(self._world.store, self._world.home, shelf or self._kind.name, row)


# What stands on the country's own shelves. Official field names stay inside ``fields``; the rest speaks the glossary.

Origin = Literal["ministry", "local"]
Fields = dict[str, str | None]


@value_class
class Dossier:
    """A dossier as the ministry knows it (BTXH 3.1.1, 3.1.3).

    ``fields`` are the 44 official fields as accepted; ``result_fields`` those of the final push, None before it.
    ``origin`` tells who the citizen filed it with: the ministry's portal (pulled by provinces) or a province (pushed).
    ``came_from`` is the status before the present one, None when nobody knows; ``supplement_count`` counts how often
    the dossier was sent back for papers (status 5); ``result_given_at`` is the instant its result was given.
    """

    code: str
    origin: Origin
    province_code: str
    district_code: str
    commune_code: str
    status: int
    owner_id: str
    received_at: int
    submitted_at: int
    changed_at: int
    fields: Fields
    result_fields: Fields | None = None
    came_from: int | None = None
    supplement_count: int = 0
    result_given_at: int | None = None


@value_class
class DetailLink:
    """The page of a dossier on the ministry's portal: ``/BTXH_ThongTinChung/GetViewDetail/<id>`` (BTXH 3.1.4)."""

    id: str
    dossier_code: str


@value_class
class ProcessingStep:
    """One processing step of a dossier (BTXH 3.1.2); ``number`` counts from 1 within the dossier."""

    dossier_code: str
    number: int
    origin: Origin
    province_code: str
    district_code: str
    commune_code: str
    status: int
    handled_at: int
    fields: Fields = field(default_factory=dict)


def step_of(dossier: Dossier, number: int, status: int, handled_at: int, fields: Fields) -> ProcessingStep:
    """Return a step as it stands in the history of its dossier, whose code, origin and place it shares."""
    return ProcessingStep(
        dossier_code=dossier.code,
        number=number,
        origin=dossier.origin,
        province_code=dossier.province_code,
        district_code=dossier.district_code,
        commune_code=dossier.commune_code,
        status=status,
        handled_at=handled_at,
        fields=fields,
    )


@value_class
class Keepsake:
    """A text of the emulator's own that a sandbox keeps, by name; nothing of it is on any wire."""

    name: str
    text: str


@value_class
class IssuedResult:
    """One ``DanhSachGiayToKetQua`` of a push, or one ``GiayToKetQua`` of BTXH: a result with its link.

    ``paper_id`` is ``GiayToId``: rows of one dossier that share it and the code are files of one paper.
    """

    result_code: str
    title: str
    link: str
    paper_id: str = ""


# The shelves of the country, one line a noun.

TEST_SYSTEM = "test-system"


@cache
def of_test_system(kind: ShelfKind[T]) -> ShelfKind[T]:
    """Return the shelf of the same nouns in the system behind the sandbox keys (decision 0041)."""
    return replace(kind, name=f"{TEST_SYSTEM}/{kind.name}")


def given_at(dossier: Dossier) -> int | None:
    """Return the instant at which a dossier's result was given, None while it has none."""
    if dossier.result_fields is None:
        return None
    return dossier.changed_at if dossier.result_given_at is None else dossier.result_given_at


DOSSIERS = ShelfKind(
    name="dossiers",
    record=Dossier,
    key=lambda dossier: dossier.code,
    place=lambda dossier: f"{dossier.origin}/{dossier.province_code}",
    moment=lambda dossier: dossier.received_at,
    second=SecondIndex("results", given_at),
    told=("status",),
)
STEPS = ShelfKind(
    name="steps",
    record=ProcessingStep,
    key=lambda step: f"{step.dossier_code}/{step.number:05d}",
    place=lambda step: f"{step.origin}/{step.province_code}",
    moment=lambda step: step.handled_at,
)
DETAIL_LINKS = ShelfKind(
    name="detail_links",
    record=DetailLink,
    key=lambda link: link.id,
    place=lambda _: "",
    moment=lambda _: 0,
)
PERSON = "person/"
"""What begins the names of keepsakes that are people: those whom a scenario adds to the pack's."""
KEEPSAKES = ShelfKind(
    name="keepsakes",
    record=Keepsake,
    key=lambda keepsake: keepsake.name,
    place=lambda _: "",
    moment=lambda _: 0,
)
COUNTRY_KINDS: tuple[ShelfKind[Any], ...] = (
    *(DOSSIERS, STEPS, DETAIL_LINKS, KEEPSAKES),
    *(of_test_system(DOSSIERS), of_test_system(STEPS), of_test_system(DETAIL_LINKS)),
)
"""The kinds that any country keeps, and those of the system behind the sandbox keys."""
