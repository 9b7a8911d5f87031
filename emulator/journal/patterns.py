"""WireMock's request patterns, and our own words beside them. What is not supported is refused by name."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import parse_qs

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
    text_of,
    value_at,
)
from emulator.kernel.exchange import Outcome
from emulator.store.journal_rows import JournalRow

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
        self._tests = [_compile(word, value, f"{pointer}/{word}") for word, value in pattern.items()]

    def matches(self, row: JournalRow) -> bool:
        """Tell whether an exchange fits."""
        story = json.loads(row.story)
        return all(test(row, story) for test in self._tests)


@dataclass(frozen=True, slots=True)
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
        raise PatternTrouble(
            pointer, f"không hỗ trợ từ '{word}'; có: {known}", f"'{word}' is not supported; supported: {known}"
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

    def test(_: JournalRow, story: dict[str, Any]) -> bool:
        pairs = story["request"]["headers"]
        return all(_any(check, [v for name, v in pairs if name.lower() == wanted]) for wanted, check in tests.items())

    return test


def _query(value: Any, pointer: str) -> Test:
    tests = {
        name: matcher_of(each, f"{pointer}/{name}", HEADER_MATCHERS) for name, each in object_of(value, pointer).items()
    }

    def test(_: JournalRow, story: dict[str, Any]) -> bool:
        sent = parse_qs(url_of(story).partition("?")[2], keep_blank_values=True)
        return all(_any(check, sent.get(name, [])) for name, check in tests.items())

    return test


def _basic_auth(value: Any, pointer: str) -> Test:
    """Compile ``basicAuthCredentials``: the header that carries this user and password."""
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
    "operation": _column("operation"),
    "outcome": _outcome,
    "status": _column("status"),
    "path": _url_path,
    "body": _body,
    "rule": _rule,
    "consumer": _consumer,
}
