"""A client's first calls, before any secret in them is hidden, and what is wrong with where they go.

Only this room may look at them, and it tells no value.

"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict
from urllib.parse import parse_qs, unquote, urlsplit

from emulator.journal.write import Entry as Row
from emulator.kernel.exchange import JsonObject
from emulator.kernel.values import value_class


@dataclass(frozen=True)
class Arrived:
    """One call as it came. ``is_stray``: into the sandbox ``default`` instead of the attempt's."""

    row: Row
    is_stray: bool = False

    @cached_property
    def story(self) -> JsonObject:
        """Return what the journal keeps beside the bodies."""
        told: JsonObject = json.loads(self.row.story)
        return told

    def header(self, name: str) -> str:
        """Return the first value of a header (lower-case name), empty when absent."""
        return next((value for key, value in self.story["request"]["headers"] if key.lower() == name), "")

    @property
    def path(self) -> str:
        """Return the path, without the sandbox's prefix."""
        return self.row.path

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """Return the query's values by name."""
        return parse_qs(urlsplit(self.story["request"]["target"]).query, keep_blank_values=True)

    @cached_property
    def raw_query(self) -> str:
        """Return the query, decoded, as one text."""
        return unquote(urlsplit(self.story["request"]["target"]).query)

    @cached_property
    def text(self) -> str:
        """Return the body as text."""
        return self.row.request_body.decode("utf-8", "replace")

    @cached_property
    def form(self) -> dict[str, list[str]]:
        """Return the body read as a form."""
        return parse_qs(self.text, keep_blank_values=True)

    @cached_property
    def body(self) -> JsonObject:
        """Return the body read as a JSON object, empty when it is none."""
        try:
            told = json.loads(self.text.removeprefix("\ufeff"))
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    @cached_property
    def pair(self) -> tuple[str, str] | None:
        """Return key and secret of a Basic credential; None when there is no readable one."""
        scheme, _, value = self.header("authorization").partition(" ")
        text = decode_base64(value) if scheme.lower() == "basic" else None
        if text is None or ":" not in text:
            return None
        key, _, secret = text.partition(":")
        return key, secret

    @property
    def operation(self) -> str:
        """Return the operation, empty when the call matched none."""
        return self.row.operation or ""


def decode_base64(value: str) -> str | None:
    """Return the text of a Base64 value, or None."""
    try:
        return base64.b64decode(value.strip() + "=" * (-len(value.strip()) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return None


@dataclass(frozen=True)
class Situation:
    """All a diagnosis looks at. ``ours`` are the attempt's credentials, ``others`` those of the sandbox ``default``."""

    arrived: Sequence[Arrived]
    ours: Mapping[str, Mapping[str, str]]
    others: Mapping[str, Mapping[str, str]]
    portal_dstcode: str
    papers_url: str
    agency: str
    known_dstcodes: frozenset[str] = frozenset()

    @cached_property
    def token_calls(self) -> list[Arrived]:
        """Return the calls that asked for a token, or meant to."""
        return [each for each in self.arrived if each.path.rstrip("/").lower().endswith("/token")]

    @cached_property
    def answered_calls(self) -> list[Arrived]:
        """Return the calls that a service (not only the token endpoint) took."""
        return [each for each in self.arrived if each.row.outcome == "answered" and each.operation != "ndxp.token"]

    def of(self, *prefixes: str) -> list[Arrived]:
        """Return the calls of some operations."""
        return [each for each in self.arrived if each.operation.startswith(prefixes)]


class MendingWords(TypedDict):
    """How something is mended, in both languages."""

    vi: str
    en: str


class SetUpTrouble(TypedDict):
    """One thing that is wrong with a client's set-up, how it is mended, and the first calls that show it."""

    id: str
    vi: str
    en: str
    mend: MendingWords
    calls: list[str]


Find = Callable[[Situation], list[Arrived]]


@value_class
class PreflightRule:
    """A rule of the diagnosis. ``find`` returns the calls that show it; none: it does not apply."""

    id: str
    vi: str
    en: str
    mend_vi: str
    mend_en: str
    find: Find

    def as_dict(self, calls: list[Arrived]) -> SetUpTrouble:
        """Return what is said about it."""
        return {
            "id": self.id,
            "vi": self.vi,
            "en": self.en,
            "mend": {"vi": self.mend_vi, "en": self.mend_en},
            "calls": [quote(each) for each in calls[:3]],
        }


def quote(call: Arrived) -> str:
    """Return a call with what the emulator said to it: the field and the reason of its refusal, in its own words."""
    line = f"{call.row.method} {call.path} → {call.row.status}"
    if call.operation in _LOGINS:
        return line
    said = [
        f"{each['path']}: {each['vi']} / {each['en']}" for each in call.story["remarks"] if each["level"] == "error"
    ]
    if not said and call.row.outcome in ("refused", "unmatched"):
        said = [" ".join(call.row.response_body.decode("utf-8", "replace").split())[:_MOST_QUOTED]]
    return "; ".join([line, *filter(None, said[:3])])


_LOGINS = ("ndxp.token", "dvcqg.mapi.login", "dvcqg.papers.login")  # what is said to a wrong pair may hold it
_MOST_QUOTED = 200


# Faults of the address: where the calls go.

_KNOWN = ("/token", "/revoke", "/apiBTXH/", "/XrdAdapter/", "/VXPAdapter/", "/KetNoiMotCuaQuocGia/")


def _unmatched_calls(situation: Situation) -> list[Arrived]:
    return [each for each in situation.arrived if each.row.outcome == "unmatched"]


def _prefixed_calls(situation: Situation) -> list[Arrived]:
    return [
        each
        for each in _unmatched_calls(situation)
        if any(known in each.path and not each.path.startswith(known) for known in _KNOWN)
    ]


def _miscased_calls(situation: Situation) -> list[Arrived]:
    return [
        each
        for each in _unmatched_calls(situation)
        if any(each.path.lower().startswith(known.lower()) and not each.path.startswith(known) for known in _KNOWN)
    ]


def _versionless(situation: Situation) -> list[Arrived]:
    def is_wrong(each: Arrived) -> bool:
        return each.path.startswith("/apiBTXH/") and not each.path.startswith("/apiBTXH/1.0/")

    return [each for each in _unmatched_calls(situation) if is_wrong(each)]


def _wrong_verb(situation: Situation) -> list[Arrived]:
    posts = ("/token", "/apiBTXH/1.0/", "/XrdAdapter/RestService/forward/mapi/")
    return [
        each
        for each in situation.arrived
        if each.row.method == "GET" and each.path.startswith(posts) and each.row.outcome != "answered"
    ]


def _elsewhere(situation: Situation) -> list[Arrived]:
    explained = {
        id(each) for find in (_prefixed_calls, _miscased_calls, _versionless, _wrong_verb) for each in find(situation)
    }
    return [each for each in _unmatched_calls(situation) if id(each) not in explained]


def _stray(situation: Situation) -> list[Arrived]:
    strays = [each for each in situation.arrived if each.is_stray]
    return strays if strays and len(strays) == len(situation.arrived) else []


ADDRESS_RULES = (
    PreflightRule(
        "KN-01",
        "Địa chỉ gốc có thêm đoạn thừa trước đường dẫn",
        "the base address has something extra before the path",
        "Đặt địa chỉ gốc đúng như base_url, không thêm /api hay tên ứng dụng",
        "set the base address exactly to base_url, without /api or an application's name",
        _prefixed_calls,
    ),
    PreflightRule(
        "KN-02",
        "Đường dẫn viết sai chữ hoa, chữ thường",
        "the path is spelled in the wrong letter case",
        "Viết đúng /token, /apiBTXH/1.0/…, /XrdAdapter/…, /VXPAdapter/…",
        "spell /token, /apiBTXH/1.0/…, /XrdAdapter/…, /VXPAdapter/… exactly",
        _miscased_calls,
    ),
    PreflightRule(
        "KN-03",
        "Thiếu hoặc sai phiên bản API trong đường dẫn",
        "the API's version is missing from the path, or another",
        "Dùng /apiBTXH/1.0/<dịch vụ>",
        "use /apiBTXH/1.0/<operation>",
        _versionless,
    ),
    PreflightRule(
        "KN-04",
        "Gọi bằng GET thay cho POST",
        "called by GET instead of POST",
        "Dùng POST",
        "use POST",
        _wrong_verb,
    ),
    PreflightRule(
        "KN-05",
        "Đường dẫn không thuộc nền tảng nào",
        "the path belongs to none of the platforms",
        "So với bảng dịch vụ trong README",
        "compare with the table of operations in the README",
        _elsewhere,
    ),
    PreflightRule(
        "KN-06",
        "Các lời gọi đến sandbox 'default', không đến lượt kiểm thử này",
        "the calls go to the sandbox 'default' instead of this attempt",
        "Dùng base_url và khóa của lượt kiểm thử, có đoạn /s/<mã lượt>",
        "use the attempt's own base_url, with /s/<id>, and its keys",
        _stray,
    ),
)
