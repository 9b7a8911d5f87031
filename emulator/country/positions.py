"""Where something stands in a JSON text. Python's own decoder walks it, so that every JSON text can be walked."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path

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


def problem_at(path: Path, text: str, offset: int, vi: str, en: str) -> Problem:
    """Return a problem at an offset of a text."""
    return Problem(str(path), text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset), vi, en)


def locate(text: str, path: tuple[str, ...], on_key: bool = False) -> int:
    """Return the offset of the value at a JSON path, or of its key; what is missing is found at its parent."""
    at = _skip(text, 0)
    for depth, part in enumerate(path, 1):
        member = next((each for each in _members(text, at) if each[0] == part), None)
        if member is None:
            return at
        at = member[1] if on_key and depth == len(path) else member[2]
    return at


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
    try:
        json.loads(text)
        return [
            problem_at(path, text, at, f"Khóa “{key}” lặp lại trong cùng một đối tượng", f"key {key!r} is repeated")
            for key, at in repeated_keys(text)
        ]
    except json.JSONDecodeError as trouble:
        said = f"{trouble.msg[0].lower()}{trouble.msg[1:]}"
        return [problem_at(path, text, trouble.pos, f"Không phải JSON: {said}", f"not JSON: {said}")]
    except RecursionError:
        return [problem_at(path, text, 0, "JSON lồng nhau quá sâu", "JSON is nested too deeply")]


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
