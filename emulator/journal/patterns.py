"""WireMock's request patterns, and our own words beside them, and why nothing answered.

What is not supported is refused by name.
"""

from __future__ import annotations

import base64
import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, get_args
from urllib.parse import parse_qs, parse_qsl

from emulator.journal.entry import url_of
from emulator.journal.matchers import (
    ABSENT,
    BODY_MATCHERS,
    HEADER_MATCHERS,
    Check,
    PatternTrouble,
    matcher_of,
    object_of,
    regex_of,
    sharing_time,
    text_of,
    value_at,
)
from emulator.kernel.exchange import Outcome
from emulator.kernel.values import value_class
from emulator.store.world_rows import JournalRow

if TYPE_CHECKING:
    from emulator.kernel.exchange import JsonObject

OUTCOMES: tuple[str, ...] = get_args(Outcome)
Test = Callable[[JournalRow, dict[str, Any]], bool]


class Pattern:
    """A compiled request pattern; every word of it must hold."""

    def __init__(self, pattern: Mapping[str, Any], pointer: str = "") -> None:
        """Compile a pattern.

        Raises:
            PatternTrouble: it is no object, has an unknown word, or a value of a wrong kind.
        """
        if not isinstance(pattern, Mapping):
            raise PatternTrouble(pointer, "mẫu phải là một đối tượng", "a pattern must be an object")
        with sharing_time():
            self._tests = [_compile(word, value, f"{pointer}/{word}") for word, value in pattern.items()]

    def matches(self, row: JournalRow) -> bool:
        """Tell whether an exchange fits."""
        story = json.loads(row.story)
        return all(test(row, story) for test in self._tests)


@value_class
class Times:
    """How often: at least ``low``, at most ``high`` (None: no bound)."""

    low: int
    high: int | None

    def verdict(self, found: int, *, is_over: bool) -> bool | None:
        """Return whether the expectation holds; None while waiting may still change it.

        A lower bound holds as soon as it is reached. With nothing but an upper bound only the end can tell.
        """
        if self.high is not None and found > self.high:
            return False
        if found >= self.low and (self.low or is_over):
            return True
        return False if is_over else None

    def words(self) -> tuple[str, str]:
        """Return the expectation in Vietnamese and English."""
        if self.high is None:
            return f"ít nhất {self.low} lượt", f"at least {self.low}"
        if self.low == self.high:
            return f"đúng {self.low} lượt", f"exactly {self.low}"
        return f"từ {self.low} đến {self.high} lượt", f"{self.low} to {self.high}"


def _compile(word: str, value: Any, pointer: str) -> Test:
    builder = WORDS.get(word)
    if builder is None:
        known = ", ".join(WORDS)
        near = difflib.get_close_matches(word, WORDS, 1)
        vi, en = (f"; gần nhất: “{near[0]}”", f"; nearest: {near[0]!r}") if near else ("", "")
        raise PatternTrouble(
            pointer, f"không hỗ trợ từ '{word}'{vi}; có: {known}", f"'{word}' is not supported{en}; supported: {known}"
        )
    return builder(value, pointer)


def _method(value: Any, pointer: str) -> Test:
    wanted = text_of(value, pointer).upper()
    return lambda row, _: wanted in ("ANY", row.method)


def _url(value: Any, pointer: str) -> Test:
    wanted = text_of(value, pointer)
    return lambda _, story: url_of(story) == wanted


def _url_path(value: Any, pointer: str) -> Test:
    wanted = text_of(value, pointer)
    return lambda row, _: row.path == wanted


def _url_pattern(value: Any, pointer: str) -> Test:
    wanted = regex_of(value, pointer)
    return lambda _, story: wanted.fits(url_of(story))


def _url_path_pattern(value: Any, pointer: str) -> Test:
    wanted = regex_of(value, pointer)
    return lambda row, _: wanted.fits(row.path)


def _headers(value: Any, pointer: str) -> Test:
    tests = {
        name.lower(): matcher_of(each, f"{pointer}/{name}", HEADER_MATCHERS)
        for name, each in object_of(value, pointer).items()
    }

    def test(_: JournalRow, story: JsonObject) -> bool:
        pairs = story["request"]["headers"]
        return all(_any(check, [v for name, v in pairs if name.lower() == wanted]) for wanted, check in tests.items())

    return test


def _query(value: Any, pointer: str) -> Test:
    tests = {
        name: matcher_of(each, f"{pointer}/{name}", HEADER_MATCHERS) for name, each in object_of(value, pointer).items()
    }

    def test(_: JournalRow, story: JsonObject) -> bool:
        sent = parse_qs(url_of(story).partition("?")[2], keep_blank_values=True)
        return all(_any(check, sent.get(name, [])) for name, check in tests.items())

    return test


def _basic_auth(value: Any, pointer: str) -> Test:
    """Compile ``basicAuthCredentials``, in files ``basicAuth``: the header that carries this user and password."""
    given = object_of(value, pointer)
    name = text_of(given.get("username"), f"{pointer}/username")
    word = text_of(given.get("password"), f"{pointer}/password")
    wanted = "Basic " + base64.b64encode(f"{name}:{word}".encode()).decode()
    return lambda _, story: ["authorization", wanted] in story["request"]["headers"]


def _any(check: Check, values: list[str]) -> bool:
    return any(check(value) for value in values) if values else check(ABSENT)


def _body_patterns(value: Any, pointer: str) -> Test:
    if not isinstance(value, list):
        raise PatternTrouble(pointer, "phải là danh sách", "must be a list")
    checks = [matcher_of(each, f"{pointer}/{at}", BODY_MATCHERS) for at, each in enumerate(value)]
    return lambda row, _: all(check(row.request_body.decode("utf-8", "replace")) for check in checks)


def _body(value: Any, pointer: str) -> Test:
    """Compile our short form: ``{"MaHoSo": "…"}``, keys are field names or JSON pointers into the body."""
    wanted = object_of(value, pointer)
    return lambda row, _: all(value_at(row.request_body, name) == each for name, each in wanted.items())


def _column(name: str) -> Callable[[Any, str], Test]:
    return lambda value, _: lambda row, __: getattr(row, name) == value


def _outcome(value: Any, pointer: str) -> Test:
    wanted = text_of(value, pointer)
    if wanted not in OUTCOMES:
        known = ", ".join(OUTCOMES)
        raise PatternTrouble(pointer, f"phải là một trong: {known}", f"must be one of: {known}")
    return lambda row, _: row.outcome == wanted


def _rule(value: Any, pointer: str) -> Test:
    wanted = text_of(value, pointer)
    return lambda _, story: any(remark["rule"] == wanted for remark in story["remarks"])


def _consumer(value: Any, pointer: str) -> Test:
    wanted = text_of(value, pointer)
    return lambda _, story: story["consumer"] == wanted


WORDS: Mapping[str, Callable[[Any, str], Test]] = {
    "method": _method,
    "url": _url,
    "urlPath": _url_path,
    "urlPattern": _url_pattern,
    "urlPathPattern": _url_path_pattern,
    "headers": _headers,
    "queryParameters": _query,
    "bodyPatterns": _body_patterns,
    "basicAuthCredentials": _basic_auth,
    "basicAuth": _basic_auth,
    "operation": _column("operation"),
    "outcome": _outcome,
    "status": _column("status"),
    "path": _url_path,
    "body": _body,
    "rule": _rule,
    "consumer": _consumer,
}


# Why nothing answered: the operations closest to an unmatched call, and what differs.


class Offer(NamedTuple):
    """An operation that could have been called."""

    name: str
    method: str
    path: str
    clause: str


class MissDifference(NamedTuple):
    """One thing that differs; ``code`` is for programs."""

    code: str
    vi: str
    en: str


@value_class
class NearMiss:
    """An operation and its distance from a call: 0 would be a match, 1 has nothing in common."""

    offer: Offer
    distance: float
    differences: tuple[MissDifference, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the form WireMock's readers know, with the differences beside it."""
        return {
            "operation": self.offer.name,
            "clause": self.offer.clause,
            "expected": {"method": self.offer.method, "path": self.offer.path},
            "matchResult": {"distance": round(self.distance, 3)},
            "differences": [each._asdict() for each in self.differences],
        }


_PENALTY = 0.02
_FAR = 0.65


def near_misses(method: str, url: str, offers: Iterable[Offer], limit: int = 3) -> list[NearMiss]:
    """Return the closest operations, nearest first; none when nothing is even similar.

    Args:
        method: the verb as sent.
        url: path and query as sent, without the sandbox prefix.
        offers: the operations there are.
        limit: how many to return at most.
    """
    misses = sorted((_compare(method, url, offer) for offer in offers), key=lambda miss: (miss.distance, miss.offer))
    return [miss for miss in misses if miss.distance < _FAR][:limit]


def _compare(method: str, url: str, offer: Offer) -> NearMiss:
    path, _, query = url.partition("?")
    found, path = _shape_differences(path, offer)
    rest, distance = _path_differences(path, offer.path)
    found += rest
    if method != offer.method:
        found.append(
            MissDifference(
                "wrong-verb",
                f"động từ là {method}, đặc tả yêu cầu {offer.method}",
                f"the verb is {method}, the specification asks for {offer.method}",
            )
        )
    if method == "GET" and offer.method == "POST" and parse_qsl(query):
        found.append(
            MissDifference(
                "query-instead-of-body",
                "tham số nằm trên URL; thao tác này đọc chúng từ thân yêu cầu",
                "the parameters are in the query; this operation reads them from the body",
            )
        )
    return NearMiss(offer, min(1.0, distance + _PENALTY * len(found)), tuple(found))


def _shape_differences(path: str, offer: Offer) -> tuple[list[MissDifference], str]:
    """Take away, one by one, the habits that hide a right path; return them and what is left."""
    found = []
    if "://" in path:
        path = "/" + path.partition("://")[2].partition("/")[2]
        vi, en = "dòng yêu cầu chứa cả URL đầy đủ", "the request line holds a full URL"
        found.append(MissDifference("full-url", vi, en))
    if "//" in path:
        path = re.sub(r"/{2,}", "/", path)
        found.append(MissDifference("double-slash", "đường dẫn có hai dấu / liền nhau", "the path has a double slash"))
    if path.endswith("/") and not offer.path.endswith("/"):
        path = path.rstrip("/")
        found.append(MissDifference("trailing-slash", "thừa dấu / ở cuối", "there is a trailing slash"))
    return found, path


def _path_differences(path: str, wanted: str) -> tuple[list[MissDifference], float]:
    if path == wanted:
        return [], 0.0
    if path.lower() == wanted.lower():
        vi, en = f"sai chữ hoa, chữ thường: cần {wanted}", f"the letter case differs: it is {wanted}"
        return [MissDifference("wrong-case", vi, en)], 0.03
    lost = _missing_part(path, wanted)
    if lost:
        vi, en = f"thiếu '{lost}': cần {wanted}", f"'{lost}' is missing: it is {wanted}"
        code = "missing-version" if re.fullmatch(r"/v?\d[\d.]*", lost) else "missing-context"
        return [MissDifference(code, vi, en)], 0.05
    distance = _edit_distance(path.lower(), wanted.lower()) / max(len(path), len(wanted))
    likeness = difflib.SequenceMatcher(None, path.lower(), wanted.lower()).ratio()
    vi, en = f"đường dẫn là {path}, cần {wanted}", f"the path is {path}, it is {wanted}"
    return [MissDifference("path-differs", vi, en)], max(0.06, min(distance, 1 - likeness))


def _missing_part(path: str, wanted: str) -> str:
    """Return the run of whole segments whose absence alone explains the path, or an empty text."""
    have, want = path.strip("/").split("/"), wanted.strip("/").split("/")
    lost = len(want) - len(have)
    for at in range(len(want) - lost + 1) if lost > 0 else ():
        if [part.lower() for part in want[:at] + want[at + lost :]] == [part.lower() for part in have]:
            return "/" + "/".join(want[at : at + lost])
    return ""


def _edit_distance(left: str, right: str) -> int:
    before = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        now = [row]
        for column, b in enumerate(right, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (a != b)))
        before = now
    return before[-1]
