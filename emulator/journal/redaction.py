"""Hiding secrets in what people are shown. The journal itself keeps every byte; only the view is masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.kernel.exchange import JsonObject

MASK = "***"
_NAMES = (
    r"access_?token|refresh_?token|client_?secret|consumer_?secret|secret_?key|pass_?word|mat_?khau|pwd|"
    r"session(?:_?id)?|accept_?key|access_?key|api_?key|lgsp_?(?:access_?)?token|(?:admin_?)?token|ticket|assertion"
)
_SECRET_HEADER = re.compile(
    rf"(?:authorization|proxy-authorization|cookie|set-cookie|apikey|{_NAMES}|"
    r"x-.*(?:key|token|secret|signature|password|session).*)",
    re.ASCII | re.IGNORECASE,
)
Hide = Callable[[str, str], str]
"""What stands in a value's place, given the value as it is written and the form: ``form``, ``json``, ``xml``."""


@lru_cache(4)
def _patterns(more: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of secret fields, and of ``more`` names: in forms, JSON, JSON in a text, and XML."""
    names = f"{_NAMES}|{more}" if more else _NAMES
    flags = re.IGNORECASE | re.ASCII
    return (
        re.compile(rf"((?:^|[?&])(?:{names})=)([^&\s\"']+)", flags),
        re.compile(rf'("(?:{names})"\s*:\s*)(?:"((?:[^"\\]|\\.)*)"|([^\s",\[\]{{}}]+))', flags | re.DOTALL),
        re.compile(rf'((\\+")(?:{names})\\+"\s*:\s*)\\+"((?:(?!\\+").)*)\\+"', flags | re.DOTALL),
        re.compile(rf"(<((?:\w+:)?(?:{names}))(?:\s[^<>]*)?>)([^<]+)(</\2>)", flags),
    )


_SECRET_NAME = re.compile(_NAMES, re.ASCII | re.IGNORECASE)
_SCHEME = re.compile(r"(basic|bearer)\s", re.IGNORECASE | re.ASCII)


def is_secret_name(name: str) -> bool:
    """Tell whether a field of that name carries a secret."""
    return _SECRET_NAME.fullmatch(name) is not None


def hidden_header(name: str, value: str, hide: Callable[[str], str]) -> str:
    """Return the value of a header with the secret in it hidden; the scheme of a credential stays readable."""
    if not _SECRET_HEADER.fullmatch(name) or not value:
        return value
    scheme = _SCHEME.match(value)
    return f"{scheme.group(1)} {hide(value[scheme.end() :])}" if scheme else hide(value)


def masked_header(name: str, value: str) -> str:
    """Return the value of a header as it may be shown; the scheme of a credential stays readable."""
    return hidden_header(name, value, lambda _: MASK)


def masked_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return headers as they may be shown."""
    return [(name, masked_header(name, value)) for name, value in headers]


def masked_text(text: str) -> str:
    """Return a body, an address or a query with the values of secret fields replaced; all else stays as it was.

    It works on the text, not on its meaning: bodies that no parser would take are masked as well.
    """
    return hidden_text(text, lambda _value, _form: MASK)


def hidden_text(text: str, hide: Hide, more: str = "") -> str:
    """Return a text with the values of secret fields, and of the fields ``more`` names (a pattern), hidden."""
    form, in_json, nested, in_xml = _patterns(more)
    text = form.sub(lambda found: found[1] + hide(found[2], "form"), text)
    text = in_json.sub(lambda found: _hide_json(found, hide), text)
    text = nested.sub(lambda found: f"{found[1]}{found[2]}{hide(found[3], 'nested')}{found[2]}", text)
    return in_xml.sub(lambda found: found[1] + hide(found[3], "xml") + found[4], text)


def _hide_json(found: re.Match[str], hide: Hide) -> str:
    if found[2] == "" or found[3] == "null":
        return found[0]
    value, form = (found[3], "number") if found[2] is None else (found[2], "json")
    return f'{found[1]}"{hide(value, form)}"'


_PEOPLES_PASSWORDS = "sandbox_users"
_OPENS_ALL = ("seed", "nonce", "openings")
"""From these every key of a sandbox, or every hidden value of a bundle, can be worked out."""


def is_secret_setting(name: str) -> bool:
    """Tell whether a setting holds a secret, or the passwords of people."""
    return name == _PEOPLES_PASSWORDS or is_secret_name(name)


def hidden_from_viewer(value: Any) -> Any:
    """Return an answer of the admin API without anything that opens anything: for whoever may look and no more."""
    if isinstance(value, Mapping):
        return {name: _hidden_member(str(name), each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [hidden_from_viewer(each) for each in value]
    return value


def _hidden_member(name: str, value: Any) -> Any:
    if name in _OPENS_ALL:
        return None
    if name == _PEOPLES_PASSWORDS and isinstance(value, Mapping):
        return dict.fromkeys(value, MASK)
    if is_secret_name(name) and isinstance(value, str) and value:
        return MASK
    return hidden_from_viewer(value)


def masked_exported(entry: JsonObject) -> JsonObject:
    """Return an exchange of an export with its secrets masked; its digests are still those of what was written down."""
    story, request = entry["story"], entry["story"]["request"]
    masked = {"target": masked_text(request["target"]), "headers": masked_headers(request["headers"])}
    response = story["response"] | {"headers": masked_headers(story["response"]["headers"])}
    bodies = {name: masked_text(text) for name, text in entry.items() if name in ("request_body", "response_body")}
    return entry | bodies | {"story": story | {"request": request | masked, "response": response}}
