"""Looks for data that could belong to somebody real: in packs, scenarios, recordings, tests and pages.

Whatever follows the structure of an issuable number is reported, whether somebody has it or not: nobody can tell from
here. What the emulator's own people have (numbers from 999, telephones from 00, ``example.vn``) passes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from emulator.country.positions import Problem
from emulator.wire.axis import PRINTED_TAX_CODES
from emulator.wire.identity import PLACEHOLDER, TAX_IN_TEXT, is_tax_code, read_citizen_number

_PASSED_OVER = frozenset({".git", ".venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis"})
_LAST_BIRTH = 2030
_RESERVED_NAMES = ("example", "invalid", "test", "localhost", "local")
_RESERVED_MAIL = (
    *("example.vn", "example.com", "example.net", "example.org", "example.edu"),
    # The name of WSO2's own first tenant, as its fault texts print it: no mail domain.
    "carbon.super",
)
_COLUMN = re.compile(r"CMND|CCCD|SoDinhDanh|identity|citizen", re.IGNORECASE)
_CARD = re.compile(r"\d{9}", re.ASCII)
_UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")


SuspectKind = Literal["number", "phone", "mail", "secret"]


class Look(NamedTuple):
    """One kind of datum: how it looks, when it is only harmless, and what is said of it in both languages."""

    kind: SuspectKind
    pattern: re.Pattern[str]
    is_harmless: Callable[[str], bool]
    vi: str
    en: str


def _lives_nowhere(text: str) -> bool:
    read = read_citizen_number(text)
    return read is None or read.birthplace != "province" or read.birth_year > _LAST_BIRTH


def _born_nowhere(text: str) -> bool:
    read = read_citizen_number(text)
    return read is None or read.birthplace != "abroad" or read.birth_year > _LAST_BIRTH


def _no_card(text: str) -> bool:
    return text == PLACEHOLDER or not 1 <= int(text[:2]) <= 38


def _is_reserved_mail(text: str) -> bool:
    domain = text.rpartition("@")[2].casefold().rstrip(".")
    labels = domain.split(".")
    return labels[-1] in _RESERVED_NAMES or any(
        domain == each or domain.endswith(f".{each}") for each in _RESERVED_MAIL
    )


def _is_no_pair(text: str) -> bool:
    try:
        user, colon, secret = base64.b64decode(text, validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return True
    return not (user and colon and len(secret) >= 8)


def _never(text: str) -> bool:
    return not text


_FIELD = r"(?:CMND|CCCD|SoDinhDanh\w{0,40}|mstorcmnd|identity_number|citizen_id)[\"']?\s*[:=,(]\s*[\"']?"
_LOOKS: tuple[Look, ...] = (
    Look(
        "number",
        re.compile(r"(?<![\w.])(\d{12})(?!\w)", re.ASCII),
        _lives_nowhere,
        "số định danh có cấu trúc cấp được (mã tỉnh, năm sinh); hãy dùng số bắt đầu bằng 999",
        "a citizen number that can have been issued; use one that begins with 999",
    ),
    Look(
        "number",
        re.compile(_FIELD + r"(\d{12})(?!\w)", re.ASCII | re.IGNORECASE),
        _born_nowhere,
        "số định danh của người sinh ở nước ngoài có thể có thật; hãy dùng số bắt đầu bằng 999",
        "a citizen number of somebody born abroad; use one that begins with 999",
    ),
    Look(
        "number",
        re.compile(_FIELD + r"(\d{9})(?!\w)", re.ASCII | re.IGNORECASE),
        _no_card,
        "số CMND 9 số có thể đã cấp (đầu 01 đến 38); hãy dùng số bắt đầu bằng 999",
        "a nine-digit identity card that can have been issued; use one that begins with 999",
    ),
    Look(
        "phone",
        re.compile(
            r"(?<![\w.+])((?:\+84|84|0)[ .-]?(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)(?:[ .-]?\d){7})(?![\w])", re.ASCII
        ),
        _never,
        "số di động Việt Nam gọi được; hãy dùng số bắt đầu bằng 00",
        "a Vietnamese mobile number that can be dialled; use one that begins with 00",
    ),
    Look(
        "mail",
        re.compile(r"(?<![\w.%+-])([\w.%+-]++@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})\b", re.ASCII),
        _is_reserved_mail,
        "địa chỉ thư ngoài các miền dành riêng; hãy dùng @example.vn hoặc .invalid",
        "a mail address outside the reserved domains; use @example.vn or .invalid",
    ),
    Look(
        "number",
        re.compile(TAX_IN_TEXT, re.ASCII | re.IGNORECASE),
        lambda text: text in PRINTED_TAX_CODES or not is_tax_code(text),
        "mã số thuế hợp lệ; hãy dùng mã sai số kiểm tra",
        "a valid tax code; use one whose check digit is wrong",
    ),
    Look(
        "secret",
        re.compile(r"\bBasic\s+([A-Za-z0-9+/]{16,}={0,2})"),
        _is_no_pair,
        "cặp tài khoản Basic; hãy bỏ khỏi tệp",
        "a Basic credential; take it out of the file",
    ),
    Look(
        "secret",
        re.compile(
            r"\bBearer\s+([A-Za-z0-9._~+/-]{20,}=*)|((?<![\w-])eyJ[\w-]{8,}+\.eyJ[\w-]{8,}+\.[\w-]*)"
            r"|(-----BEGIN [A-Z ]*PRIVATE KEY-----)"
            r"|\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[A-Za-z0-9-]{20,})"
        ),
        lambda text: len(set(text) - {"-"}) < 6,
        "mã truy cập hoặc khóa bí mật; hãy bỏ khỏi tệp",
        "a bearer token or secret key; take it out of the file",
    ),
)


def looked_through(path: Path) -> list[Problem]:
    """Return what could be somebody's in a file, or in every text file of a folder, in the order of places."""
    files = _files(path) if path.is_dir() else [path]
    return sorted({problem for each in files for problem in _of_file(each)})


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name in _PASSED_OVER:
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path


def _of_file(path: Path) -> Iterator[Problem]:
    try:
        raw = path.read_bytes()
    except OSError as trouble:
        yield Problem(str(path), 1, 1, f"Không mở được tệp: {trouble.strerror}", f"{trouble.strerror}")
        return
    if b"\0" in raw:
        return
    text = raw.decode("utf-8-sig", "replace")
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        yield from _of_line(path, number, line)
    if path.suffix.casefold() == ".csv" and lines:
        yield from _of_table(path, lines)


def _of_table(path: Path, lines: list[str]) -> Iterator[Problem]:
    """Yield nine-digit cards in the columns that say so: in a table the field's name stands far from its value."""
    mark = next((each for each in ",;\t" if each in lines[0]), ",")
    columns = {place for place, name in enumerate(lines[0].split(mark)) if _COLUMN.search(name)}
    for number, line in enumerate(lines[1:], 2):
        at = 1
        for place, cell in enumerate(line.split(mark)):
            bare = cell.strip(' "')
            if place in columns and _CARD.fullmatch(bare) and not _no_card(bare):
                yield _problem(path, number, at + cell.index(bare), bare, _LOOKS[2])
            at += len(cell) + 1


def _of_line(path: Path, number: int, line: str) -> Iterator[Problem]:
    for start, datum, look in _find_private(line):
        yield _problem(path, number, start + 1, datum, look)


def _find_private(line: str) -> Iterator[tuple[int, str, Look]]:
    # The last group of a UUID may be twelve digits; it is nobody's number.
    told = _UUID.sub(lambda found: "x" * len(found.group()), line)
    for look in _LOOKS:
        source = line if "Bearer" in look.pattern.pattern else told
        for found in look.pattern.finditer(source):
            at = next(place for place in range(1, look.pattern.groups + 1) if found.group(place) is not None)
            datum = found.group(at)
            if not look.is_harmless(datum):
                yield found.start(at), datum, look


class Suspect(NamedTuple):
    """Where, in a text, something stands that could be somebody's, and what it looks like."""

    start: int
    datum: str
    kind: SuspectKind


def suspects(text: str) -> list[Suspect]:
    """Return what in one line of text could be somebody's, from left to right."""
    return sorted(Suspect(start, datum, look.kind) for start, datum, look in _find_private(text))


def text_problems(name: str, text: str) -> list[Problem]:
    """Return what could be somebody's in a text that stands in no file; ``name`` is said in place of a path."""
    return sorted(
        problem for number, line in enumerate(text.splitlines(), 1) for problem in _of_line(Path(name), number, line)
    )


def _problem(path: Path, number: int, column: int, datum: str, look: Look) -> Problem:
    """Show enough of the datum to find it and too little to pass it on."""
    shown = f"{datum[:3]}…{datum[-2:]}"
    return Problem(str(path), number, column, f"“{shown}”: {look.vi}", f"{shown!r}: {look.en}")
