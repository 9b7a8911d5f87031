"""Hiding secrets in what people are shown. The journal itself keeps every byte; only the view is masked."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "***"
_NAMES = (
    r"access_?token|refresh_?token|client_?secret|consumer_?secret|secret_?key|pass_?word|mat_?khau|pwd|"
    r"session(?:_?id)?|accept_?key|access_?key|api_?key|lgsp_?access_?token"
)
_SECRET_HEADER = re.compile(
    rf"(?:authorization|proxy-authorization|cookie|set-cookie|apikey|{_NAMES}|"
    r"x-.*(?:key|token|secret|signature|password|session).*)",
    re.ASCII | re.IGNORECASE,
)
_FORM = re.compile(rf"((?:^|[?&])(?:{_NAMES})=)[^&\s\"']+", re.IGNORECASE | re.ASCII)
_JSON = re.compile(
    rf'("(?:{_NAMES})"\s*:\s*)(?:"((?:[^"\\]|\\.)*)"|([^\s",\[\]{{}}]+))', re.IGNORECASE | re.ASCII | re.DOTALL
)
_JSON_IN_TEXT = re.compile(
    rf'((\\+")(?:{_NAMES})\\+"\s*:\s*)\\+"(?:(?!\\+").)*\\+"', re.IGNORECASE | re.ASCII | re.DOTALL
)
_XML = re.compile(rf"(<((?:\w+:)?(?:{_NAMES}))(?:\s[^<>]*)?>)[^<]+(</\2>)", re.IGNORECASE | re.ASCII)
_SCHEME = re.compile(r"(basic|bearer)\s", re.IGNORECASE | re.ASCII)


def masked_header(name: str, value: str) -> str:
    """Return the value of a header as it may be shown; the scheme of a credential stays readable."""
    if not _SECRET_HEADER.fullmatch(name) or not value:
        return value
    scheme = _SCHEME.match(value)
    return f"{scheme.group(1)} {MASK}" if scheme else MASK


def masked_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return headers as they may be shown."""
    return [(name, masked_header(name, value)) for name, value in headers]


def masked_text(text: str) -> str:
    """Return a body, an address or a query with the values of secret fields replaced; all else stays as it was.

    It works on the text, not on its meaning: bodies that no parser would take are masked as well.
    """
    text = _FORM.sub(rf"\1{MASK}", text)
    text = _JSON.sub(_hide_json, text)
    text = _JSON_IN_TEXT.sub(lambda found: f"{found[1]}{found[2]}{MASK}{found[2]}", text)
    return _XML.sub(rf"\1{MASK}\3", text)


def _hide_json(found: re.Match[str]) -> str:
    is_empty = found[2] == "" or found[3] == "null"
    return found[0] if is_empty else f'{found[1]}"{MASK}"'
