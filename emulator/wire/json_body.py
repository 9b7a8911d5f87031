"""A body as a JSON object, whatever is wrong with it (src:json-rfc). These rules are ours, by RFC 8259."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import orjson

from emulator.wire import codes
from emulator.wire.reading import Reading, told

_BOM = b"\xef\xbb\xbf"
_AN_OBJECT = '{"…": "…"}'
MOST_PARTS = 200_000
"""Members and elements of a body, told by its commas or brackets; a thousand dossiers have some 60,000. Ours."""
MOST_DEPTH = 64
"""Brackets that may stand open at once: a body of the documents has five. Ours; no parser is asked for its own."""
_MARKS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[][{}]', re.DOTALL)
TOO_DEEP = ("Thân yêu cầu lồng nhau quá sâu", "The body is nested too deeply")
_BLANKS = bytes.maketrans(b"\t\n\r", b"   ")


def read_object(body: bytes, size: int, reading: Reading) -> dict[str, Any]:
    """Read a JSON object, whatever the content type says (B02).

    ``size`` is the number of bytes the client sent; ``body`` may hold fewer when that was too many. A byte order mark
    and a repeated name are refused in strict and noted elsewhere, where the last value counts.

    Raises:
        ServiceRefusal: the body is cut, empty, not UTF-8, not JSON, nested too deeply, or not an object.
    """
    if size > len(body):
        _stop_when_cut(body, size, reading)
    _check_parts(body, reading)
    try:
        value = orjson.loads(body)
    except ValueError:
        if is_deep(body):
            _stop_at_depth(reading)
        value = _read_slowly(body, reading)
    else:
        if _has_many_brackets(body) and is_deep_value(value):
            _stop_at_depth(reading)
        _note_needless(reading)
        if not _has_distinct_names(body, value):
            value = _read_slowly(body, reading)
    if not isinstance(value, dict):
        kind_vi, kind_en = kind_of(value)
        _stop(
            reading,
            "not-an-object",
            codes.BAD_JSON,
            f"Thân yêu cầu phải là một đối tượng JSON, nhận được {kind_vi}",
            f"The body must be a JSON object, got {kind_en}",
            found=told(value),
            expected=_AN_OBJECT,
        )
    return value


def parts_of(body: bytes) -> int:
    """Return how many members and elements a JSON text may have at most, before anything is built of it."""
    return max(body.count(b","), (body.count(b"[") + body.count(b"{")) // 2)


def _check_parts(body: bytes, reading: Reading) -> None:
    parts = parts_of(body)
    if parts > MOST_PARTS:
        vi = f"Thân yêu cầu có hơn {MOST_PARTS} phần tử"
        en = f"The body has more than {MOST_PARTS} members and elements"
        _stop(reading, "body-too-large", codes.TOO_LARGE, vi, en, found=str(parts), expected=f"≤ {MOST_PARTS}")


def is_deep_value(value: object) -> bool:
    """Tell the same of a value that was read: level by level, so that no depth is too deep for the telling."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH + 1:
            return True
        found = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, (dict, list)))
        level = [inner for each in found for inner in each if isinstance(inner, (dict, list))]
    return False


def is_deep(body: bytes) -> bool:
    """Tell whether a JSON text nests deeper than anybody may; brackets inside texts do not count."""
    if not _has_many_brackets(body):
        return False
    depth = 0
    for mark in _MARKS.finditer(body):
        letter = mark[0]
        if letter in b"[{":
            depth += 1
        elif letter in b"]}":
            depth -= 1
        if depth > MOST_DEPTH:
            return True
    return False


def _has_many_brackets(body: bytes) -> bool:
    """Tell whether there are enough of them to nest too deeply."""
    return body.count(b"[") + body.count(b"{") > MOST_DEPTH


def _stop_when_cut(body: bytes, size: int, reading: Reading) -> NoReturn:
    vi = f"Thân yêu cầu {size} byte, quá giới hạn {len(body)} byte"
    en, values = f"The body has {size} bytes, at most {len(body)} are taken", {"expected": f"≤ {len(body)}"}
    _stop(reading, "body-too-large", codes.TOO_LARGE, vi, en, found=str(size), **values)


_KINDS: dict[type, tuple[str, str]] = {
    dict: ("đối tượng", "an object"),
    list: ("danh sách", "a list"),
    str: ("chuỗi", "a string"),
    bool: ("giá trị đúng/sai", "a boolean"),
    int: ("số", "a number"),
    float: ("số", "a number"),
    type(None): ("null", "null"),
}


def kind_of(value: object) -> tuple[str, str]:
    """Return what a JSON value is, in Vietnamese and English."""
    return _KINDS[type(value)]


# What the parser can complain of, by the beginning of its sentence, in the words of people who read Vietnamese.
_COMPLAINTS = (
    ("Expecting value", "thiếu giá trị", "a value is missing"),
    ("Expecting property name", "tên trường phải đặt trong dấu nháy kép", "a name must stand in double quotes"),
    ("Expecting ':'", "thiếu dấu hai chấm sau tên trường", "a colon is missing after a name"),
    ("Expecting ','", "thiếu dấu phẩy giữa hai phần tử", "a comma is missing between two members"),
    ("Illegal trailing comma", "thừa dấu phẩy trước dấu đóng ngoặc", "there is a comma before a closing bracket"),
    ("Extra data", "thừa nội dung sau giá trị JSON", "there is more after the JSON value"),
    ("Unterminated string", "chuỗi không có dấu nháy đóng", "a string is not closed"),
    ("Invalid control character", "chuỗi chứa ký tự điều khiển chưa mã hóa", "a control character is not escaped"),
    ("Invalid \\u", "mã \\u cần đủ bốn chữ số", "\\u needs four digits"),
    ("Invalid \\", "ký tự sau dấu gạch chéo ngược không hợp lệ", "a backslash is followed by a wrong letter"),
)


def word_json_trouble(trouble: json.JSONDecodeError) -> tuple[str, str]:
    """Return what the parser complains of, in Vietnamese and English, with line and column."""
    fits = ((vi, en) for begins, vi, en in _COMPLAINTS if trouble.msg.startswith(begins))
    vi, en = next(fits, ("sai cú pháp", "the syntax is wrong"))
    vi_place, en_place = f"dòng {trouble.lineno}, cột {trouble.colno}", f"line {trouble.lineno}, column {trouble.colno}"
    return f"Thân yêu cầu không phải JSON: {vi} ở {vi_place}", f"The body is not JSON: {en} at {en_place}"


def _has_distinct_names(body: bytes, value: object) -> bool:
    """Tell, without looking twice, that no name is repeated; False means: look."""
    if not isinstance(value, dict):
        return True
    said = body.count(b'":')
    return (said == len(value) or said == _names_in(value)) and b" :" not in body.translate(_BLANKS)


def _names_in(value: object) -> int:
    """Return how many names an object has, those of the objects inside it counted; no depth is too deep."""
    count, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            count += len(each)
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return count


def _read_slowly(body: bytes, reading: Reading) -> object:
    if body.startswith(_BOM):
        body = body[len(_BOM) :]
        vi, en = "Thân yêu cầu mở đầu bằng BOM", "The body begins with a byte order mark"
        values = {"found": "EF BB BF", "expected": "{"}
        reading.refuse_in_strict("bom", "", codes.BAD_JSON, vi, en, **values)
        reading.check()
    try:
        text = body.decode()
        value = json.loads(text, object_pairs_hook=lambda pairs: _pairs(pairs, reading), parse_constant=_constant)
        orjson.dumps(value)
    except UnicodeDecodeError as trouble:
        _stop_if_packed(body, reading)
        vi = f"Thân yêu cầu không phải UTF-8: byte 0x{body[trouble.start]:02x} ở vị trí {trouble.start}"
        en = f"The body is not UTF-8: byte 0x{body[trouble.start]:02x} at offset {trouble.start}"
        values = {"found": f"0x{body[trouble.start]:02x}", "expected": "UTF-8"}
        _stop(reading, "not-utf-8", codes.BAD_JSON, vi, en, **values)
    except json.JSONDecodeError as trouble:
        _stop_if_packed(body, reading)
        found = told(text[max(0, trouble.pos - 20) : trouble.pos + 20].strip())
        _stop(reading, "not-json", codes.BAD_JSON, *word_json_trouble(trouble), found=found, expected=_AN_OBJECT)
    except NotAValue as trouble:
        vi, en = f"Thân yêu cầu không phải JSON: {trouble} không phải giá trị JSON", f"{trouble} is not a JSON value"
        _stop(reading, "not-json", codes.BAD_JSON, vi, en, found=str(trouble), expected="null", nearest="null")
    except (ValueError, TypeError, OverflowError):
        vi = "Thân yêu cầu có một số quá dài hoặc một nửa ký tự (surrogate) mà JSON không truyền được"
        en = "The body has a number that is too long, or half a character (a surrogate) that JSON cannot carry"
        _stop(reading, "not-json", codes.BAD_JSON, vi, en, found="1e… | \\ud8…", expected="≤ 2^64 | UTF-8")
    reading.check()
    return value


# A body that was packed: no service is known to unpack one, and JSON travels as UTF-8 (src:json-rfc).

_PACKED = {
    b"\x1f\x8b": "gzip",
    b"x\x01": "deflate",
    b"x\x9c": "deflate",
    b"x\xda": "deflate",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_PLAIN = {"expected": "UTF-8, Content-Encoding: ∅", "nearest": "Content-Encoding: identity"}


def is_packed(coding: str) -> bool:
    """Tell whether a ``Content-Encoding`` names one."""
    return coding.strip().lower() not in ("", "identity")


def packing_of(body: bytes, coding: str) -> str:
    """Return how a body that is no text was packed, as its header or its first bytes say; empty when it was not."""
    if is_packed(coding):
        return coding.strip()[:40]
    return next((name for mark, name in _PACKED.items() if body.startswith(mark)), "")


def _note_needless(reading: Reading) -> None:
    if is_packed(reading.coding):
        vi = f"Thân yêu cầu ghi Content-Encoding: {told(reading.coding)} mà nội dung không nén; bỏ header ấy"
        en = f"Content-Encoding says {told(reading.coding)}, yet the body is not packed; leave the header out"
        reading.note("body-is-packed", "content-encoding", vi, en, **_PLAIN)


def word_packed(packing: str) -> tuple[str, str]:
    """Return why a packed body is not read, in Vietnamese and English."""
    vi = f"Thân yêu cầu được nén ({packing}): dịch vụ không nhận Content-Encoding; gửi thân UTF-8 không nén"
    return vi, f"The body is packed ({packing}): the service takes no Content-Encoding; send it plain, in UTF-8"


def _stop_if_packed(body: bytes, reading: Reading) -> None:
    packing = packing_of(body, reading.coding)
    if packing:
        vi, en = word_packed(packing)
        _stop(reading, "body-is-packed", codes.BAD_JSON, vi, en, found=packing, **_PLAIN)


def _pairs(pairs: list[tuple[str, Any]], reading: Reading) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                vi, en = (
                    f"Tên trường {name} lặp lại, giá trị sau cùng được dùng",
                    f"{name} is repeated, the last one counts",
                )
                values = {"found": f"“{told(name)}” × 2", "expected": f"“{told(name)}” × 1"}
                reading.meet_own("duplicate-name", f"/{name}", codes.BAD_JSON, vi, en, **values)
            seen.add(name)
    return value


class NotAValue(ValueError):
    """A word that JavaScript knows and JSON does not: NaN, Infinity."""


def _constant(name: str) -> NoReturn:
    raise NotAValue(name)


def _stop_at_depth(reading: Reading) -> NoReturn:
    _stop(reading, "nested-too-deeply", codes.BAD_JSON, *TOO_DEEP, found="[[[…", expected=f"≤ {MOST_DEPTH}")


def _stop(reading: Reading, rule: str, code: int, vi: str, en: str, **values: str) -> NoReturn:
    reading.refuse(rule, "", code, vi, en, **values)
    reading.check()
    raise AssertionError("a refused reading always raises")


# Commas before a closing bracket: the printed sample of KDL V.2 has one (K09).

# A whole string is matched first, so that a comma inside one is never taken for a separator.
_ENDING = re.compile(rb",\s*[}\]]")
_PIECE = re.compile(rb'"(?:[^"\\]|\\.)*"|,(\s*[}\]])', re.DOTALL)


def strip_trailing_commas(body: bytes) -> bytes:
    """Return the text without commas that stand before ``}`` or ``]``, strings untouched."""
    if not _ENDING.search(body):
        return body
    return _PIECE.sub(lambda found: found[1] if found[1] is not None else found[0], body)
