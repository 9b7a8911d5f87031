"""Walking through texts of the wire and changing values in place, so that all else keeps its bytes.

Nothing here needs a text to be right: a body that no parser would take is walked as far as it resembles one.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus, unquote, unquote_plus

Change = Callable[[str, str], str]
"""From the name of a field (empty when none is near) and its value to the value that shall stand there."""

_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+', re.DOTALL)
_COLON = re.compile(r"\s*:")
_NUMBER = re.compile(r"-?\d+", re.ASCII)
_XML_PIECE = re.compile(r"(<!\[CDATA\[.*?\]\]>|<[^<>]*>)", re.DOTALL)
_TAG = re.compile(r"<([\w.:-]+)")
_ATTRIBUTE = re.compile(r"""(\s)([\w.:-]+)(\s*=\s*)(["'])(.*?)\4""", re.DOTALL)
_QUERY_PART = re.compile(r"([^&=]*)(=?)([^&]*)")
_DEEPEST = 8


def walk(text: str, change: Change, field: str = "", depth: int = 0) -> str:
    """Change a text of any form: JSON, XML or plain; texts inside texts are walked as well."""
    begin = text.lstrip("\ufeff \t\r\n")[:1]
    if depth < _DEEPEST and begin in ("{", "[") and _looks_like_json(text):
        return _walk_json(text, change, field, depth + 1)
    if depth < _DEEPEST and begin == "<" and ">" in text:
        return _walk_xml(text, change, field, depth + 1)
    return change(field, text)


def _looks_like_json(text: str) -> bool:
    return '"' in text or _NUMBER.search(text) is not None


def _walk_json(text: str, change: Change, field: str, depth: int) -> str:
    parts, end, fields = list[str](), 0, [field]
    for found in _JSON_TOKEN.finditer(text):
        parts.append(text[end : found.start()])
        end, token = found.end(), found.group()
        if token in ("{", "["):
            fields.append(fields[-1])
        elif token in ("}", "]"):
            if len(fields) > 1:
                fields.pop()
        elif token[0] == '"' and _COLON.match(text, end):
            fields[-1] = _string(token)
        elif token not in (":", ","):
            token = _changed_token(token, fields[-1], change, depth)
        parts.append(token)
    parts.append(change("", text[end:]) if text[end:].strip() else text[end:])
    return "".join(parts)


def _string(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token[1:-1]


def _changed_token(token: str, field: str, change: Change, depth: int) -> str:
    if token[0] == '"' and len(token) > 1:
        before = _string(token)
        after = walk(before, change, field, depth)
        return token if after == before else json.dumps(after, ensure_ascii="\\u" in token)
    if token in ("true", "false", "null"):
        return token
    after = change(field, token)
    if after == token or not _NUMBER.fullmatch(token):
        return token if after == token else json.dumps(after, ensure_ascii=False)
    # A JSON number has no zero in front, and nothing but digits.
    return re.sub(r"\A0", "1", after) if _NUMBER.fullmatch(after) else json.dumps(after, ensure_ascii=False)


def _walk_xml(text: str, change: Change, field: str, depth: int) -> str:
    parts, name = list[str](), field
    for piece in _XML_PIECE.split(text):
        if piece.startswith("<![CDATA["):
            parts.append(f"<![CDATA[{walk(piece[9:-3], change, name, depth)}]]>")
        elif piece.startswith("<"):
            found = _TAG.match(piece)
            name = found[1].rpartition(":")[2] if found else field
            parts.append(_ATTRIBUTE.sub(lambda at: _attribute(at, change), piece) if found else piece)
        else:
            before = html.unescape(piece)
            after = walk(before, change, name, depth) if before.strip() else before
            parts.append(piece if after == before else html.escape(after, quote=False))
    return "".join(parts)


def _attribute(found: re.Match[str], change: Change) -> str:
    before = html.unescape(found[5])
    after = change(found[2].rpartition(":")[2], before)
    value = found[5] if after == before else html.escape(after)
    return f"{found[1]}{found[2]}{found[3]}{found[4]}{value}{found[4]}"


def walk_form(text: str, change: Change) -> str:
    """Change the values of ``a=b&c=d``, of a body or a query."""

    def part(found: re.Match[str]) -> str:
        name, before = unquote_plus(found[1]), unquote_plus(found[3])
        if not found[2]:
            after = change("", name)
            return found[0] if after == name else quote_plus(after)
        after = walk(before, change, name)
        return found[0] if after == before else found[1] + found[2] + quote_plus(after, safe="*:/@")

    return _QUERY_PART.sub(part, text)


def walk_target(target: str, change: Change) -> str:
    """Change a request target or an address: each part of its path by itself, and the values of its query."""
    head, mark, query = target.partition("?")
    scheme, colon, rest = head.partition("://")
    start, path = (scheme + colon, rest) if colon else ("", head)
    segments = path.split("/")
    new = [_segment(each, change, is_last=place == len(segments) - 1) for place, each in enumerate(segments)]
    return start + "/".join(new) + mark + walk_form(query, change)


def _segment(segment: str, change: Change, *, is_last: bool) -> str:
    before = unquote(segment)
    after = change("FileName" if is_last and "." in before[-6:-1] else "", before)
    return segment if after == before else quote(after, safe="@:*.-_~+=,;!$'()")
