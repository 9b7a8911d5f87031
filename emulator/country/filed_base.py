"""Records of a pack that lie in a file of their own: too many to load, found by key and by place at the first question.

``emulator.store.paper_file`` is the file: papers of citizens, or a whole pack that was compiled.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import orjson

from emulator.country.pack_tables import Rows
from emulator.country.shelf import Base, Fields, ShelfKind
from emulator.store.paper_file import (
    CompiledFile,
    CompiledRow,
    PaperFile,
    PaperRow,
    write_compiled_file,
    write_paper_file,
)

T = TypeVar("T")


class FiledBase(Base[T]):
    """A small base and a file as one; the file is asked per place, and nobody lists all of it."""

    def __init__(self, small: Base[T], path: Path, record: type[T]) -> None:
        """``record`` is made of the members of a row's JSON object."""
        self._small, self._file = small, PaperFile(path)
        self.by_key = _FiledRecords(small.by_key, self._file, record)  # type: ignore[assignment]

    def window(self, place: str, first: int, last: int) -> list[tuple[int, str]]:
        """Return ``(0, key)`` of a place's records; a record of a pack was always there."""
        if not first <= 0 <= last:
            return []
        keys = {key for _, key in self._small.window(place, first, last)}
        keys.update(row.key for row in self._file.of_owner(place))
        return [(0, key) for key in sorted(keys)]

    def with_prefix(self, prefix: str) -> list[str]:
        """Return the keys of the small base alone: nobody lists a million records."""
        return self._small.with_prefix(prefix)

    def keys_after(self, after: str) -> deque[str]:
        """Return the keys of the small base alone that come after one."""
        return self._small.keys_after(after)


class _FiledRecords(Mapping[str, T]):
    """Records by key: the small set first, then the file."""

    def __init__(self, small: Mapping[str, T], file: PaperFile, record: type[T]) -> None:
        self._small, self._file, self._record = small, file, record

    def __getitem__(self, key: str) -> T:
        kept = self._small.get(key)
        text = None if kept else self._file.get(key)
        if text is None and kept is None:
            raise KeyError(key)
        return kept or self._record(**orjson.loads(text or ""))

    def __iter__(self) -> Iterator[str]:
        return iter(self._small)

    def __len__(self) -> int:
        return len(self._small)


def write_filed_base(path: Path, rows: Iterable[tuple[str, str, str]]) -> int:
    """Make a file of records, each (key, place, JSON text); return how many it holds. It replaces one that is there.

    It is written beside its place and moved there whole, so that a reader never sees half of it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    try:
        count = write_paper_file(unfinished, (PaperRow(*row) for row in rows))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


# A whole pack that was compiled.


class CompiledBase(Base[T]):
    """The records of one kind in a compiled pack; none is in memory before somebody asks for it."""

    def __init__(self, kind: ShelfKind[T], file: CompiledFile) -> None:
        self._shelf, self._file = kind.name, file
        self.by_key = _CompiledRecords(kind, file)  # type: ignore[assignment]

    def window(self, place: str, first: int, last: int) -> list[tuple[int, str]]:
        """Return ``(moment, key)`` of a place from first to last inclusive, oldest first."""
        return self._file.window(self._shelf, place, _in_reach(first, last), by_second=False)

    def second_window(self, place: str, first: int, last: int) -> list[tuple[int, str]]:
        """Return the same by the second moment."""
        return self._file.window(self._shelf, place, _in_reach(first, last), by_second=True)

    def with_prefix(self, prefix: str) -> list[str]:
        """Return the keys that begin with ``prefix``, in order."""
        return list(self._file.keys(self._shelf, prefix, prefix + "\U0010ffff"))

    def keys_after(self, key: str) -> deque[str]:
        """Return the keys that come after ``key``, in order."""
        return deque(self._file.keys(self._shelf, key + "\0"))


def _in_reach(first: int, last: int) -> tuple[int, int]:
    """Return a window within the whole numbers that SQLite can hold."""
    most = 2**63 - 1
    return max(first, -most), min(last, most)


class _CompiledRecords(Mapping[str, T]):
    """Records by key."""

    def __init__(self, kind: ShelfKind[T], file: CompiledFile) -> None:
        self._kind, self._file = kind, file

    def __getitem__(self, key: str) -> T:
        text = self._file.value(self._kind.name, key)
        if text is None:
            raise KeyError(key)
        return self._kind.record(**orjson.loads(text))

    def __iter__(self) -> Iterator[str]:
        return self._file.keys(self._kind.name)

    def __len__(self) -> int:
        return self._file.count(self._kind.name)


class CompiledTables(Mapping[str, Rows]):
    """The tables of a compiled pack, each read when it is asked for.

    ``of_shelves`` are those whose rows stand in the records of a shelf already: put together, never kept.
    """

    def __init__(
        self, file: CompiledFile, names: Iterable[str], of_shelves: Mapping[str, Callable[[], Iterable[Fields | None]]]
    ) -> None:
        self._file, self._names, self._of_shelves = file, tuple(names), of_shelves
        self._read: dict[str, Rows] = {}

    def __getitem__(self, name: str) -> Rows:
        if name not in self._names:
            raise KeyError(name)
        if name in self._of_shelves:
            told = (row for row in self._of_shelves[name]() if row is not None)
            return {str(number): row for number, row in enumerate(told, 1)}
        if name not in self._read:
            self._read[name] = orjson.loads(self._file.text(f"table/{name}") or "{}")
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def compiled_rows(base: Base[T], kind: ShelfKind[T]) -> Iterator[CompiledRow]:
    """Yield the rows of a compiled pack for the records of one kind."""
    for key, record in base.by_key.items():
        second = kind.second.moment(record) if kind.second else None
        text = orjson.dumps({name: getattr(record, name) for name in kind.names}).decode()
        yield CompiledRow(kind.name, key, kind.place(record), kind.moment(record), second, text)


def write_compiled(path: Path, texts: Mapping[str, str], rows: Iterable[CompiledRow]) -> None:
    """Write a compiled pack beside its place and move it there whole. Raises OSError where nothing can be written."""
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    try:
        unfinished.touch()
        write_compiled_file(unfinished, texts, rows)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
