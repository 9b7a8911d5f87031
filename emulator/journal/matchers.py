"""The matchers of request patterns: one value against what was wished for it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

ABSENT = object()
_EXPRESSION_S, _SHORTEST_S, _LONGEST_EXPRESSION = 1.0, 0.001, 10_000
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*+\]|\{(\d{1,9})(?:,\d*)?\}|.", re.DOTALL)
_OTHER_GRAMMAR = re.compile(r"\(\?[A-Za-z0-9]*V1")
_seconds_left: ContextVar[list[float] | None] = ContextVar(
    "seconds left to the expressions of one search", default=None
)
Check = Callable[[Any], bool]


class PatternTrouble(Exception):
    """A pattern cannot be used: ``pointer`` names the place, ``vi`` and ``en`` say why."""

    def __init__(self, pointer: str, vi: str, en: str) -> None:
        super().__init__(f"{pointer}: {en}")
        self.pointer, self.vi, self.en = pointer, vi, en


def text_of(value: Any, pointer: str) -> str:
    """Return a value that must be text. Raises PatternTrouble otherwise."""
    if not isinstance(value, str):
        raise PatternTrouble(pointer, "phải là chuỗi", "must be a string")
    return value


def object_of(value: Any, pointer: str) -> Mapping[str, Any]:
    """Return a value that must be an object. Raises PatternTrouble otherwise."""
    if not isinstance(value, Mapping):
        raise PatternTrouble(pointer, "phải là một đối tượng", "must be an object")
    return value


@contextmanager
def sharing_time() -> Iterator[None]:
    """Let all expressions that are compiled in this block have their second together; inside another one, with it."""
    token = _seconds_left.set(_seconds_left.get() or [_EXPRESSION_S])
    try:
        yield
    finally:
        _seconds_left.reset(token)


def _size_of(text: str) -> int:
    """Return how many pieces an expression has when each group is written out as often as it must stand there."""
    open_groups = [[0, 0]]  # of each: pieces before the last one, and how large that is
    for token in _TOKEN.finditer(text):
        group = open_groups[-1]
        if token[0] == "(":
            open_groups.append([0, 0])
        elif token[1] is not None:
            group[1] *= max(1, int(token[1]))
        elif token[0] == ")" and len(open_groups) > 1:
            inner = sum(open_groups.pop())
            group = open_groups[-1]
            group[:] = [sum(group), max(1, inner)]
        else:
            group[:] = [sum(group), 1]
    return sum(map(sum, open_groups))


class Expression:
    """A regular expression of a caller's, with a bound on the time that all its comparisons take together.

    Python's own engine can try for ever (``(a+)+b`` over many ``a``); this one can be given a deadline, and lets the
    other threads of a worker run meanwhile. It writes ``((a{1000}){1000}){1000}`` out, so that is bounded before.
    """

    def __init__(self, text: str, pointer: str) -> None:
        """Compile. Raises PatternTrouble when the text is no regular expression."""
        import regex  # costs 20 ms: only a pattern that has an expression pays it

        if len(text) > _LONGEST_EXPRESSION:
            raise PatternTrouble(
                pointer, f"dài quá {_LONGEST_EXPRESSION} ký tự", f"is longer than {_LONGEST_EXPRESSION} characters"
            )
        if _OTHER_GRAMMAR.search(text) or _size_of(text) > _LONGEST_EXPRESSION:
            vi = f"lặp lồng nhau quá {_LONGEST_EXPRESSION} lần, hay có cờ V1; hãy viết đơn giản hơn"
            en = f"repeats over {_LONGEST_EXPRESSION} times, one in another, or has the flag V1; write it more simply"
            raise PatternTrouble(pointer, vi, en)
        self._pointer, self._left_s = pointer, _seconds_left.get() or [_EXPRESSION_S]
        try:
            self._compiled = regex.compile(text, regex.DOTALL)
        except (regex.error, RecursionError, OverflowError) as trouble:
            raise PatternTrouble(
                pointer, f"biểu thức chính quy sai: {trouble}", f"not a regular expression: {trouble}"
            ) from trouble

    def fits(self, text: str) -> bool:
        """Tell whether the whole text fits. Raises PatternTrouble when the comparisons have taken too long."""
        started = time.monotonic()
        try:
            patience_s = max(self._left_s[0], _SHORTEST_S)
            found = self._compiled.fullmatch(text, timeout=patience_s, concurrent=True) is not None
        except TimeoutError:
            self._left_s[0] = 0.0
            raise PatternTrouble(
                self._pointer,
                f"biểu thức chính quy này so quá {_EXPRESSION_S:g} giây; hãy viết đơn giản hơn",
                f"this regular expression takes over {_EXPRESSION_S:g} s to compare; write it more simply",
            ) from None
        self._left_s[0] -= time.monotonic() - started
        return found


def regex_of(value: Any, pointer: str) -> Expression:
    """Return a compiled regular expression. Raises PatternTrouble when it is none."""
    return Expression(text_of(value, pointer), pointer)


def value_at(body: bytes, name: str) -> Any:
    """Return the value of a field name or JSON pointer in a JSON body, ABSENT when there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ABSENT
    for step in name.split("/")[1:] if name.startswith("/") else (name,):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, ValueError, TypeError):
            return ABSENT
    return found


def matcher_of(value: Any, pointer: str, known: Mapping[str, Any]) -> Check:
    """Compile an object of matchers, all of which must hold. Raises PatternTrouble for an unknown one."""
    given = dict(object_of(value, pointer))
    options = frozenset(word for word in OPTIONS if given.pop(word, False) is True)
    checks: list[Check] = []
    for word, wanted in given.items():
        if word not in known:
            names = ", ".join(known)
            raise PatternTrouble(
                f"{pointer}/{word}",
                f"không hỗ trợ phép so '{word}'; có: {names}",
                f"the matcher '{word}' is not supported; supported: {names}",
            )
        checks.append(known[word](wanted, f"{pointer}/{word}", options))
    if not checks:
        raise PatternTrouble(pointer, "thiếu phép so", "names no matcher")
    return lambda value: all(check(value) for check in checks)


OPTIONS = ("caseInsensitive", "ignoreArrayOrder", "ignoreExtraElements")
"""WireMock's words that stand beside a matcher and change it."""
Options = frozenset[str]


def _equal_to(wanted: Any, pointer: str, options: Options) -> Check:
    text, fold = text_of(wanted, pointer), "caseInsensitive" in options
    return lambda value: isinstance(value, str) and (value == text or (fold and value.casefold() == text.casefold()))


def _contains(wanted: Any, pointer: str, _: Options) -> Check:
    text = text_of(wanted, pointer)
    return lambda value: isinstance(value, str) and text in value


def _does_not_contain(wanted: Any, pointer: str, _: Options) -> Check:
    text = text_of(wanted, pointer)
    return lambda value: not isinstance(value, str) or text not in value


def _matches(wanted: Any, pointer: str, _: Options) -> Check:
    pattern = regex_of(wanted, pointer)
    return lambda value: isinstance(value, str) and pattern.fits(value)


def _absent(wanted: Any, pointer: str, _: Options) -> Check:
    if not isinstance(wanted, bool):
        raise PatternTrouble(pointer, "phải là true hoặc false", "must be true or false")
    return lambda value: (value is ABSENT) is wanted


def _does_not_match(wanted: Any, pointer: str, _: Options) -> Check:
    pattern = regex_of(wanted, pointer)
    return lambda value: not isinstance(value, str) or not pattern.fits(value)


def _equal_to_json(wanted: Any, pointer: str, options: Options) -> Check:
    try:
        tree = json.loads(wanted) if isinstance(wanted, str) else wanted
    except (ValueError, RecursionError) as trouble:
        raise PatternTrouble(pointer, f"không phải JSON: {trouble}", f"not JSON: {trouble}") from trouble

    def check(value: Any) -> bool:
        try:
            return _is_alike(json.loads(value), tree, options)
        except (TypeError, ValueError, RecursionError):
            return False

    return check


def _is_alike(found: Any, wanted: Any, options: Options) -> bool:
    if isinstance(found, dict) and isinstance(wanted, dict):
        is_whole = "ignoreExtraElements" in options or found.keys() == wanted.keys()
        return is_whole and all(name in found and _is_alike(found[name], wanted[name], options) for name in wanted)
    if isinstance(found, list) and isinstance(wanted, list):
        return _are_alike(found, wanted, options)
    return type(found) is type(wanted) and bool(found == wanted)


def _are_alike(found: list[Any], wanted: list[Any], options: Options) -> bool:
    if len(found) < len(wanted) or ("ignoreExtraElements" not in options and len(found) > len(wanted)):
        return False
    if "ignoreArrayOrder" not in options:
        return all(_is_alike(one, other, options) for one, other in zip(found, wanted, strict=False))
    rest = list(found)
    for each in wanted:
        at = next((at for at, one in enumerate(rest) if _is_alike(one, each, options)), None)
        if at is None:
            return False
        del rest[at]
    return True


def _json_path(wanted: Any, pointer: str, _: Options) -> Check:
    """Compile the part of JSONPath we know, ``$.a.b[0]``: the place exists and is not null.

    As an object, ``{"expression": "$.a.b", "equalTo": "x"}``, what stands there must fit the matchers beside it.
    """
    if isinstance(wanted, Mapping):
        given = dict(wanted)
        place = _place_of(given.pop("expression", None), f"{pointer}/expression")
        test = matcher_of(given, pointer, BODY_MATCHERS | {"absent": _absent})
        return lambda value: isinstance(value, str) and test(_text_at(value, place))
    place = _place_of(wanted, pointer)
    return lambda value: isinstance(value, str) and value_at(value.encode(), place) not in (None, ABSENT)


def _place_of(text: Any, pointer: str) -> str:
    """Return the JSON pointer of a path. Raises PatternTrouble for one we do not know."""
    if not re.fullmatch(r"\$(?:\.\w+|\[\d+\])+", text_of(text, pointer)):
        raise PatternTrouble(pointer, "chỉ hỗ trợ dạng $.a.b[0]", "only the form $.a.b[0] is supported")
    return "".join(f"/{step}" for step in re.findall(r"\w+", text))


def _text_at(body: str, place: str) -> Any:
    """Return what stands at a place as matchers read it: text as it is, everything else as JSON."""
    found = value_at(body.encode(), place)
    return found if found is ABSENT or isinstance(found, str) else json.dumps(found, ensure_ascii=False)


HEADER_MATCHERS: Mapping[str, Any] = {
    "equalTo": _equal_to,
    "contains": _contains,
    "doesNotContain": _does_not_contain,
    "matches": _matches,
    "doesNotMatch": _does_not_match,
    "absent": _absent,
}
BODY_MATCHERS: dict[str, Any] = {
    "equalTo": _equal_to,
    "equalToJson": _equal_to_json,
    "contains": _contains,
    "doesNotContain": _does_not_contain,
    "matches": _matches,
    "doesNotMatch": _does_not_match,
    "matchesJsonPath": _json_path,
}
