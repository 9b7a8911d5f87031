"""A roster as people have one: a file of names out of a spreadsheet, read whole or refused by its lines.

Excel writes ``;`` where the system's decimal mark is a comma, a byte order mark, and UTF-16 with tabs when asked for
"Unicode text". Two people may share a name; one may have a single word for a name.
"""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from emulator.country.positions import Problem

LONGEST_NAME = 100
"""Letters of a name; the longest of the documents' forms has room for so many."""
MOST_SEATS = 200
SIZE_LIMIT = 1024 * 1024
_DELIMITERS = (";", "\t", ",")
_LOOKED_AT = 20  # rows that tell the delimiter and the column of the names
_NAME_HEADS = ("họ và tên", "họ tên", "tên", "họ và tên học viên", "học viên", "name", "full name", "fullname")
_NOT_NAME_HEADS = ("stt", "tt", "số thứ tự", "no", "no.", "#", "email", "đơn vị", "unit", "điện thoại", "phone")
_FAMILY_HEADS, _GIVEN_HEADS = ("họ", "họ đệm", "họ và tên đệm", "last name", "surname"), ("tên", "first name")
_SEPARATOR_LINE = re.compile(r"sep=([;,|\t])", re.IGNORECASE)
Row = tuple[int, Sequence[str]]


class BadRoster(Exception):
    """A roster cannot be used; ``problems`` says where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)


def read_roster(path: Path) -> list[str]:
    """Return the names in a file, in its order.

    Raises:
        BadRoster: the file or some of its lines cannot be used; every such line is named.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(SIZE_LIMIT + 1)
    except OSError as trouble:
        why = trouble.strerror or str(trouble)
        raise BadRoster([_problem(path, 1, f"không đọc được: {why}", f"cannot be read: {why}")]) from trouble
    return names_in(path, raw)


def names_in(path: Path, raw: bytes) -> list[str]:
    """Return the names that a file's bytes hold; ``path`` is for the messages. Raises BadRoster."""
    rows, problems = _rows_of(path, _text_of(path, raw)), list[Problem]()
    names: list[str] = []
    for line, name in _named(rows):
        trouble = trouble_of_name(name)
        if trouble:
            problems.append(_problem(path, line, *trouble))
        names.append(name)
    if not rows:
        problems.append(_problem(path, 1, "không có tên nào", "holds no name"))
    if len(names) > MOST_SEATS:
        vi, en = f"có {len(names)} người; một lớp tới {MOST_SEATS}", f"has {len(names)} people; a class {MOST_SEATS}"
        problems.append(_problem(path, rows[-1][0], vi, en))
    if problems:
        raise BadRoster(problems)
    return names


def tidy_name(text: str) -> str:
    """Return a name in composed letters with single blanks, as two systems that mean the same one write it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def trouble_of_name(name: str) -> tuple[str, str] | None:
    """Return why a tidy text is no name, in Vietnamese and English; None when it is one."""
    if not name:
        return "dòng này có dữ liệu mà không có tên", "this line has data and no name"
    if len(name) > LONGEST_NAME:
        return f"tên dài {len(name)} ký tự, tới {LONGEST_NAME}", f"the name has {len(name)} letters, {LONGEST_NAME} fit"
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cn") for letter in name):
        return "tên có ký tự không nhìn thấy được", "the name holds a character that nobody sees"
    if not any(letter.isalpha() for letter in name):
        return f"“{name[:40]}” không có chữ cái nào", f"{name[:40]!r} holds no letter"
    return None


def labels_of(names: Iterable[str]) -> list[str]:
    """Return what each person is called so that no two are the same: the second of a name bears ``(2)``."""
    seen: dict[str, int] = {}
    labels = []
    for name in names:
        key = name.casefold()
        seen[key] = seen.get(key, 0) + 1
        labels.append(name if seen[key] == 1 else f"{name} ({seen[key]})")
    return labels


def _text_of(path: Path, raw: bytes) -> str:
    if len(raw) > SIZE_LIMIT:
        raise BadRoster([_problem(path, 1, f"lớn hơn {SIZE_LIMIT} byte", f"is larger than {SIZE_LIMIT} bytes")])
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        vi, en = "là bảng tính; hãy lưu thành CSV UTF-8", "is a workbook: save it as CSV UTF-8"
        raise BadRoster([_problem(path, 1, vi, en)])
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = 1 if wide else raw[: trouble.start].count(b"\n") + 1
        vi, en = "không phải UTF-8; hãy lưu thành CSV UTF-8", "is not UTF-8: save it as CSV UTF-8"
        raise BadRoster([_problem(path, line, vi, en)]) from trouble


def _rows_of(path: Path, text: str) -> list[Row]:
    """Return the rows that hold anything, each with the line it begins on."""
    lines = text.splitlines()
    told = _SEPARATOR_LINE.fullmatch(lines[0].strip()) if lines else None
    begins = 1 if told else 0
    reader = csv.reader(
        (f"{line}\n" for line in lines[begins:]), delimiter=told[1] if told else _delimiter(lines), strict=True
    )
    rows, line = list[Row](), begins + 1
    try:
        for cells in reader:
            tidy = [tidy_name(cell) for cell in cells]
            if any(tidy):
                rows.append((line, tidy))
            line = begins + reader.line_num + 1
    except csv.Error as trouble:
        raise BadRoster([_problem(path, line, f"ngoặc kép hỏng: {trouble}", f"broken quotes: {trouble}")]) from trouble
    return rows


def _delimiter(lines: Sequence[str]) -> str:
    """Return the sign that parts most of the first lines; a list of bare names is parted by none of them."""
    first = [line for line in lines if line.strip()][:_LOOKED_AT]
    return max(_DELIMITERS, key=lambda sign: sum(sign in line for line in first))


def _named(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """Yield the name of each row, with its line; a first row of headings is none."""
    if not rows:
        return
    heads = [cell.casefold() for cell in rows[0][1]]
    family = next((at for at, head in enumerate(heads) if head in _FAMILY_HEADS), None)
    given = next((at for at, head in enumerate(heads) if head in _GIVEN_HEADS), None)
    if family is not None and given is not None:
        columns, body = [family, given], rows[1:]
    elif (at := next((at for at, head in enumerate(heads) if head in _NAME_HEADS), None)) is not None:
        columns, body = [at], rows[1:]
    else:
        body = rows[1:] if any(head in _NOT_NAME_HEADS for head in heads) else rows
        columns = [_column_of_names(body)]
    for line, cells in body:
        yield line, " ".join(cells[at] for at in columns if at < len(cells)).strip()


def _column_of_names(rows: Sequence[Row]) -> int:
    """Return the first column in which most cells hold letters: before it stands a running number, if anything."""
    widest = max((len(cells) for _, cells in rows), default=1)
    looked = rows[:_LOOKED_AT]
    for at in range(widest):
        lettered = sum(any(letter.isalpha() for letter in cells[at]) for _, cells in looked if at < len(cells))
        if lettered * 2 > len(looked):
            return at
    return 0


def _problem(path: Path, line: int, vi: str, en: str) -> Problem:
    return Problem(str(path), line, 1, vi, en)
