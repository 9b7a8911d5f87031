"""Reading a field of a call, and what stands beside it, for a scenario's conditions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson

from emulator.country.world import World
from emulator.kernel.clock import day_text, read_day, read_moment, to_datetime
from emulator.kernel.exchange import Call, Exchange
from emulator.scenario.script import WEEKDAYS, Condition, ConditionGroup, FieldTest
from emulator.wire.xml_tree import BrokenXml, element_texts

EXTENT = "CertificateExtentData"
"""The field that holds XML; ``extent//TenTep`` is a path into it."""
DOSSIER_CODES = ("MaHoSo", "data.MaHoSo", "data.0.MaHoSo", "DuLieu.0.MaHoSo")
PERSON_NUMBERS = ("SoDinhDanh", "CMND", "SoDinhDanhChuSoHuu", "data.SoDinhDanh", "data.0.SoDinhDanh")
_MOST_XML = 1_000_000


class CallFields:
    """The fields of one call; the body is parsed once, when somebody asks."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._body: Any = None
        self._is_read = False

    def find(self, place: str) -> list[Any]:
        """Return the values at a place: none when the call has no such thing, several for a ``[*]``."""
        if place.startswith("/"):
            return list(_point(self.content, place[1:].split("/")))
        if place.startswith("extent/"):
            return self._elements(place.removeprefix("extent"))
        kind, _, name = place.partition(".")
        if kind == "body" and name:
            return list(_point(self.content, name.replace("[*]", ".*").split(".")))
        if kind in ("query", "form"):
            text = self._call.query if kind == "query" else self._call.body.decode("utf-8", "replace")
            return parse_qs(text, keep_blank_values=True).get(name, [])[:1]
        return self._plain(kind, name)

    def _plain(self, kind: str, name: str) -> list[Any]:
        call = self._call
        if kind == "header":
            value = call.header(name.lower())
            return [] if value is None else [value]
        if kind == "body":
            return [call.body.decode("utf-8", "replace")]
        whole = {"method": call.method, "path": call.path, "host": call.host, "scheme": call.scheme}
        return [whole[kind]] if kind in whole else []

    @property
    def content(self) -> Any:
        """Return the JSON of the body, None when it is none."""
        if not self._is_read:
            self._is_read = True
            try:
                self._body = orjson.loads(self._call.body)
            except orjson.JSONDecodeError:
                self._body = None  # no JSON has no fields
        return self._body

    def dossier_code(self) -> str:
        """Return the code of the dossier that the call is about, empty when it is about none."""
        return self._first(DOSSIER_CODES)

    def person_number(self) -> str:
        """Return the number of the person that the call is about, empty when it is about nobody."""
        return self._first(PERSON_NUMBERS)

    def _first(self, places: Sequence[str]) -> str:
        found = (value for place in places for value in self.find(f"body.{place}"))
        return next((text_of(value) for value in found if isinstance(value, str | int)), "")

    def _elements(self, path: str) -> list[str]:
        text = next((value for value in self.find(f"body.{EXTENT}") if isinstance(value, str)), "")
        if not text or len(text) > _MOST_XML:
            return []
        try:
            return element_texts(text, path)
        except BrokenXml:
            return []  # no XML has no elements


class CallScene:
    """One exchange as conditions and placeholders see it: the call, who sends it, and the country around it."""

    def __init__(self, fields: CallFields, exchange: Exchange, world: World, since_ms: int | None = None) -> None:
        self.fields, self.exchange, self.world = fields, exchange, world
        self.since_ms = since_ms

    def all_hold(self, conditions: Sequence[Condition]) -> bool:
        """Tell whether every condition holds."""
        return all(self._holds(each) for each in conditions)

    def _holds(self, condition: Condition) -> bool:
        if isinstance(condition, FieldTest):
            return holds(self.find(condition.place), condition)
        return self._holds_group(condition)

    def _holds_group(self, group: ConditionGroup) -> bool:
        if group.how == "any":
            return any(self._holds(each) for each in group.parts)
        return self.all_hold(group.parts) is (group.how == "all")

    def find(self, place: str) -> list[Any]:
        """Return the values at a place of the call or beside it."""
        beside = _BESIDE.get(place)
        return self.fields.find(place) if beside is None else [each for each in beside(self) if each is not None]

    def scope(self, names: Sequence[str], moments: dict[str, int | None]) -> str:
        """Return whose calls are counted together with this one, for ``count_by``.

        ``moments`` are those of a state's entry and of a window's beginning: a counter begins anew with each.
        """
        parts = []
        for name in names:
            if name in moments:
                parts.append(str(moments[name]))
            else:
                parts.append(next((text_of(each) for each in _SCOPES[name](self)), ""))
        return "|".join(parts)


def _agency_of(scene: CallScene) -> str | None:
    ends = scene.exchange.passage.axis
    if ends is None:
        return scene.world.settings.agency_code
    from emulator.country.axis import Axis

    found = Axis(scene.world).subsystem(ends[0])
    return found.agency_code if found else None


def _status_of(scene: CallScene) -> int | None:
    code = scene.fields.dossier_code()
    if not code:
        return None
    dossier = scene.world.dossiers.get(code)
    if dossier is not None:
        return dossier.status
    from emulator.services.portal.pack import Portal

    filed = Portal(scene.world).dossiers.get(code)
    return None if filed is None else filed.status


_BESIDE: Mapping[str, Callable[[CallScene], Sequence[Any]]] = {
    "consumer": lambda scene: [scene.exchange.consumer],
    "agency": lambda scene: [_agency_of(scene)],
    "clock.time": lambda scene: [f"{to_datetime(scene.world.now_ms):%H:%M:%S}"],
    "clock.weekday": lambda scene: [WEEKDAYS[to_datetime(scene.world.now_ms).weekday()]],
    "clock.date": lambda scene: [day_text(scene.world.now_ms)],
    "dossier.status": lambda scene: [_status_of(scene)],
    "dossier.code": lambda scene: [scene.fields.dossier_code() or None],
    "since": lambda scene: [scene.since_ms],
}
PLACES_BESIDE = tuple(_BESIDE)
_SCOPES: Mapping[str, Callable[[CallScene], Sequence[Any]]] = {
    "dossier": lambda scene: [scene.fields.dossier_code()],
    "person": lambda scene: [scene.fields.person_number()],
    "consumer": lambda scene: [scene.exchange.consumer or ""],
    "agency": lambda scene: [_agency_of(scene) or ""],
    "operation": lambda scene: [scene.exchange.operation or ""],
    "day": lambda scene: [day_text(scene.world.now_ms)],
}
SCOPES = (*_SCOPES, "state", "window")


def _point(value: Any, parts: Sequence[str]) -> Iterator[Any]:
    if not parts:
        yield value
        return
    key, rest = parts[0].replace("~1", "/").replace("~0", "~"), parts[1:]
    if key in ("*", "[*]") and isinstance(value, list):
        for each in value:
            yield from _point(each, rest)
    elif isinstance(value, dict):
        for each in _member(value, key):
            yield from _point(each, rest)
    elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        yield from _point(value[int(key)], rest)


def _member(value: dict[str, Any], key: str) -> list[Any]:
    """The services read names in any letter case (B15), so conditions do too; the exact one comes first."""
    if key in value:
        return [value[key]]
    return [each for name, each in value.items() if name.casefold() == key.casefold()][:1]


def text_of(value: Any) -> str:
    """Return a value as people would write it: 1 and "1" are the same, true and null as in JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def holds(values: Sequence[Any], test: FieldTest) -> bool:
    """Tell whether a test holds for any of some values; ``not`` must hold for all of them."""
    if test.comparison == "present":
        return bool(values) is test.wanted
    if test.comparison == "not":
        return not any(_compares(value, "equals", test.wanted) for value in values)
    return any(_compares(value, test.comparison, test.wanted) for value in values)


def _compares(value: Any, comparison: str, wanted: Any) -> bool:
    if comparison == "equals":
        return text_of(value) in [text_of(each) for each in _choices(wanted)]
    if comparison == "contains":
        return text_of(wanted) in text_of(value)
    if comparison == "matches":
        pattern, text = _pattern_of(wanted), text_of(value)
        return pattern.text.search(text[: pattern.reach]) is not None
    if comparison == "between":
        return _compares(value, "at_least", wanted[0]) and _compares(value, "at_most", wanted[1])
    return _is_ordered(size_of(value), size_of(wanted), comparison)


def _is_ordered(one: tuple[str, Any], other: tuple[str, Any], comparison: str) -> bool:
    """Compare two sizes of the same sort; numbers, moments and texts are not compared with each other."""
    if one[0] != other[0]:
        return False
    return bool(_ORDERS[comparison](one[1], other[1]))


_ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "greater": operator.gt,
    "less": operator.lt,
    "at_least": operator.ge,
    "at_most": operator.le,
}


def size_of(value: Any) -> tuple[str, Any]:
    """Return what a value is compared by: a number, a moment (``dd/MM/yyyy`` with or without a time), else a text."""
    text = text_of(value)
    moment = read_moment(text) if len(text) > 10 else read_day(text)
    if moment is not None:
        return "moment", moment
    try:
        return "number", float(text)
    except ValueError:
        return "text", text


# Regular expressions: from a file that anybody may send, over bodies that anybody may send.

_MOST_STEPS = 2 * 10**7
_LEAST_REACH = 2_000
_LONG_REPEAT = 16
_LONGEST_PATTERN = 1_000


class SlowPattern(ValueError):
    """A regular expression that some text would keep busy for ever: why, in both languages."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


class BoundedPattern(NamedTuple):
    """A regular expression, and how many characters of a text it is searched in at most."""

    text: re.Pattern[str]
    reach: int


class _Cost(NamedTuple):
    """What a search costs at most: so many ways, times a power of the text's length."""

    ways: int
    degree: int

    def then(self, other: _Cost) -> _Cost:
        """Return what this costs with something after it."""
        return _Cost(min(self.ways * other.ways, _MOST_STEPS), self.degree + other.degree)


def bounded_pattern(text: str) -> BoundedPattern:
    """Return a regular expression whose search is bounded, by the number of ways in which a text can be tried.

    Raises:
        re.error: it is none.
        SlowPattern: it repeats what repeats, refers back, or can be tried in too many ways.
    """
    if len(text) > _LONGEST_PATTERN:
        vi = f"dài hơn {_LONGEST_PATTERN} ký tự; hãy tách ra"
        raise SlowPattern(vi, f"longer than {_LONGEST_PATTERN} characters; split it")
    try:
        pattern, tree = re.compile(text), list(parser.parse(text))
    except (RecursionError, OverflowError):
        raise SlowPattern("lồng quá sâu hoặc lặp quá nhiều", "nested too deeply, or repeated too often") from None
    begins = tree[:1] in ([(codes.AT, codes.AT_BEGINNING)], [(codes.AT, codes.AT_BEGINNING_STRING)])
    while tree and tree[-1][0] in (codes.MAX_REPEAT, codes.MIN_REPEAT) and tree[-1][1][0] == 0:
        tree.pop()  # what may be nothing at the end never sends the search back
    ways, degree = _cost_of_all(tree).then(_Cost(1, 0 if begins else 1))
    reach = int((_MOST_STEPS / ways) ** (1 / max(degree, 1)))
    if reach < _LEAST_REACH:
        vi = "quá nhiều phép lặp *, +, ? hay nhánh (nhiều nhất hai * hoặc + sau ^, một khi không có ^); hãy tách ra"
        raise SlowPattern(vi, "too many *, +, ? or choices (two * or + after a ^, one without it); split it")
    return BoundedPattern(pattern, reach)


_pattern_of = lru_cache(256)(bounded_pattern)


def _cost_of_all(tree: Iterable[Any]) -> _Cost:
    cost = _Cost(1, 0)
    for code, given in tree:
        cost = cost.then(_cost_of(code, given))
    return cost


def _cost_of(code: Any, given: Any) -> _Cost:
    if code in (codes.GROUPREF, codes.GROUPREF_EXISTS):
        raise SlowPattern("không nhận tham chiếu ngược như \\1", "references back, such as \\1, are not taken")
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        low, high, inner = given
        return _Cost(1, 1) if _is_delimited(list(inner)) else _cost_of_repeat(low, high, _cost_of_all(inner))
    if code is codes.BRANCH:
        costs = [_cost_of_all(each) for each in given[1]]
        return _Cost(sum(each.ways for each in costs), max(each.degree for each in costs))
    parts = given if isinstance(given, tuple) else (given,)
    return _cost_of_all(pair for each in parts if isinstance(each, parser.SubPattern) for pair in each)


def _is_delimited(tree: list[Any]) -> bool:
    """Tell whether a group is signs of one sort beside a sign that is none of them: ``[0-9]+-``, ``-[a-z]+``.

    Repeated, such a group can be read in one way alone: a text sends the search back no further than it is long.
    """
    if len(tree) == 1 and tree[0][0] is codes.SUBPATTERN:
        tree = list(tree[0][1][3])
    if len(tree) != 2 or codes.LITERAL not in (tree[0][0], tree[1][0]):
        return False
    (_, sign), run = tree if tree[0][0] is codes.LITERAL else reversed(tree)
    if run[0] is not codes.MAX_REPEAT or run[1][0] < 1 or len(run[1][2]) != 1 or run[1][2][0][0] is not codes.IN:
        return False
    items = run[1][2][0][1]
    return all(code in (codes.LITERAL, codes.RANGE, codes.CATEGORY) for code, _ in items) and not any(
        _takes(code, given, each) for code, given in items for each in {chr(sign).lower(), chr(sign).upper()}
    )


_CATEGORIES: Mapping[Any, Callable[[str], bool]] = {
    codes.CATEGORY_DIGIT: str.isdecimal,
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
}


def _takes(code: Any, given: Any, sign: str) -> bool:
    """Tell whether one part of a set of signs takes a sign; what is not known is said to take it."""
    if code is codes.LITERAL:
        return bool(given == ord(sign))
    if code is codes.RANGE:
        return bool(given[0] <= ord(sign) <= given[1])
    known = _CATEGORIES.get(given)
    return known is None or known(sign)


def _cost_of_repeat(low: int, high: int, inner: _Cost) -> _Cost:
    is_open = high - low > _LONG_REPEAT
    if high > _LONG_REPEAT and inner != _Cost(1, 0):
        raise SlowPattern("lặp một nhóm mà bên trong lại lặp hay rẽ, như (a+)+", "a repeat of a repeat, such as (a+)+")
    ways = inner.ways ** min(high, _LONG_REPEAT) * (1 if is_open else high - low + 1)
    return _Cost(min(ways, _MOST_STEPS), inner.degree * min(high, _LONG_REPEAT) + is_open)


def _choices(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list | tuple) else (wanted,)
