"""Records of a pack that lie in a file of their own: too many to load, found by key and by place at the first question.

``emulator.store.paper_file`` is the file; it was made for the papers of citizens and keeps the names of that use.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import orjson

from emulator.country.shelf import Base
from emulator.store.paper_file import PaperFile, PaperRow, write_paper_file

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
