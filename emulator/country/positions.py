"""Where something stands in a JSON text. Python's own decoder walks it, so that every JSON text can be walked."""

from __future__ import annotations

import codecs
import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong at a place of a file. Lines and columns count from 1, columns in characters, a tab as one."""

    path: str
    line: int
    column: int
    vi: str
    en: str

    @property
    def place(self) -> str:
        """Return ``file:line:column``."""
        return f"{self.path}:{self.line}:{self.column}"

    def __str__(self) -> str:
        return f"{self.place}: {self.vi} / {self.en}"


class Places:
    """Where the values of one JSON file stand. What was walked is remembered: many findings cost one walk."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text
        self._members: dict[int, dict[str, tuple[int, int]]] = {}

    @cached_property
    def _line_ends(self) -> list[int]:
        return [found.start() for found in re.finditer("\n", self._text)]

    def problem_at(self, path: tuple[str, ...], vi: str, en: str, on_key: bool = False) -> Problem:
        """Return a problem of the value at a JSON path, or of its key; what is missing is shown at its parent."""
        at = _skip(self._text, 0)
        for depth, part in enumerate(path, 1):
            member = self._members_at(at).get(part)
            if member is None:
                break
            at = member[0] if on_key and depth == len(path) else member[1]
        return self.problem(at, vi, en)

    def problem(self, offset: int, vi: str, en: str) -> Problem:
        """Return a problem at an offset of the text."""
        line = bisect_left(self._line_ends, offset)
        begin = self._line_ends[line - 1] if line else -1
        return Problem(str(self._path), line + 1, offset - begin, vi, en)

    def _members_at(self, at: int) -> dict[str, tuple[int, int]]:
        if at not in self._members:
            found = self._members[at] = {}
            for key, key_at, value_at in _members(self._text, at):
                found.setdefault(key, (key_at, value_at))
        return self._members[at]


def repeated_keys(text: str, at: int = 0) -> Iterator[tuple[str, int]]:
    """Yield every key that its object has already had, with its offset."""
    seen: set[str] = set()
    for key, key_at, value_at in _members(text, _skip(text, at)):
        if key in seen:
            yield key, key_at
        seen.add(key)
        yield from repeated_keys(text, value_at)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Yield (key, offset of the key, offset of the value) of an object; an array's keys are its indexes."""
    if text[at] not in "{[":
        return
    is_object, close, number = text[at] == "{", "}]"[text[at] == "["], 0
    at = _skip(text, at + 1)
    while text[at] != close:
        key, key_at = str(number), at
        if is_object:
            key, at = scanstring(text, at + 1, True)
            at = _skip(text, _skip(text, at) + 1)
        yield key, key_at, at
        at = _skip(text, _DECODER.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _skip(text, at + 1)
        number += 1


def sheet_text(path: Path) -> str:
    """Return a readable file as text: no byte order mark, lines end in one character."""
    return _text(path.read_bytes())


def _text(raw: bytes) -> str:
    return raw.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def syntax_problems(path: Path) -> list[Problem]:
    """Return why a file is no JSON that names each thing once; empty when nothing is wrong with that."""
    raw = path.read_bytes()
    try:
        text = _text(raw)
    except UnicodeDecodeError as trouble:
        return [encoding_problem(path, raw, trouble.start)]
    places = Places(path, text)
    try:
        json.loads(text)
        return [
            places.problem(at, f"Khóa “{key}” lặp lại trong cùng một đối tượng", f"key {key!r} is repeated")
            for key, at in repeated_keys(text)
        ]
    except json.JSONDecodeError as trouble:
        said = f"{trouble.msg[0].lower()}{trouble.msg[1:]}"
        return [places.problem(trouble.pos, f"Không phải JSON: {said}", f"not JSON: {said}")]
    except RecursionError:
        return [places.problem(0, "JSON lồng nhau quá sâu", "JSON is nested too deeply")]


def encoding_problem(path: Path, raw: bytes, start: int) -> Problem:
    """Return the problem of a byte, at ``start``, that is not UTF-8."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Problem(str(path), 1, 1, "Tệp ở dạng UTF-16; hãy lưu lại bằng UTF-8", "file is UTF-16; save it as UTF-8")
    before = raw[:start].decode("utf-8").removeprefix("\ufeff")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Problem(
        str(path),
        line,
        column,
        f"Byte thứ {start} (0x{raw[start]:02X}) không phải UTF-8; hãy lưu tệp bằng UTF-8",
        f"byte {start} (0x{raw[start]:02X}) is not UTF-8; save the file as UTF-8",
    )


def pack_rows(folder: Path) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the records of a pack.json; none when it cannot be read, which the inspection tells."""
    try:
        rows = json.loads(sheet_text(folder / "pack.json"))["pack"]
        return [(number, row) for number, row in rows.items() if isinstance(row, dict)]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []
