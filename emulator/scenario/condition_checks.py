"""Conditions that no call can meet: a weekday that is none, a field that is not there, two that exclude each other.

Everything here is ours: a condition that never holds is nearly always a misspelt word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from emulator.country.furnish import nearest
from emulator.kernel.clock import read_day
from emulator.scenario.fields import DOSSIER_CODES, EXTENT, PERSON_NUMBERS, holds, size_of, text_of
from emulator.scenario.operations import FieldPathTrouble, matching, path_trouble
from emulator.scenario.placeholders import PLACEHOLDER
from emulator.scenario.script import WEEKDAYS, Condition, ConditionGroup, FieldTest, tests_of
from emulator.services.btxh import extent
from emulator.services.packs import pack_part
from emulator.wire.codes import STATUS_NAMES

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
"""The name of a header, RFC 9110 5.6.2."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", re.ASCII)
_ORDERS = ("greater", "less", "at_least", "at_most", "between")
_EXACT = ("equals", "not")
_ELEMENTS = (
    *(extent.ROOT, extent.DOCUMENTS, extent.DOCUMENT, extent.RESULTS, extent.RESULT),
    *sorted({name for fields in extent.FIELDS.values() for name in fields}),
)
_SETS: Mapping[str, Sequence[str]] = {
    "clock.weekday": WEEKDAYS,
    "method": _METHODS,
    "scheme": ("http", "https"),
    "dossier.status": [str(status) for status in STATUS_NAMES],
}
_FORMS: Mapping[str, tuple[Callable[[str], object], str, str]] = {
    "clock.time": (_TIME.fullmatch, "giờ trong ngày: 08:00", "a time of day: 08:00"),
    "clock.date": (read_day, "ngày dd/MM/yyyy", "a day dd/MM/yyyy"),
}


class ConditionTrouble(NamedTuple):
    """Why a condition at ``place`` never holds, in both languages."""

    place: str
    vi: str
    en: str


def condition_troubles(when: tuple[Condition, ...], agencies: Iterable[str] | None) -> Iterator[ConditionTrouble]:
    """Yield what keeps conditions from ever holding; ``agencies`` are those of the pack, None when nobody knows it."""
    sets = {**_SETS, **({} if agencies is None else {"agency": list(agencies)})}
    for test in tests_of(when):
        yield from _value_troubles(test, sets)
    yield from _contradictions(when)


def field_troubles(on: Iterable[str], when: tuple[Condition, ...]) -> Iterator[ConditionTrouble]:
    """Yield the places of conditions at which no call of some operations can have anything."""
    for place in dict.fromkeys(test.place for test in tests_of(when)):
        parts, trouble = parts_of(place), None
        if parts:
            trouble = lacking_field(on, parts)
        if trouble is None and place.startswith("extent/"):
            trouble = _strange_element(place)
        if place.startswith("header.") and not HEADER.fullmatch(place.removeprefix("header.")):
            trouble = FieldPathTrouble(f"“{place[7:]}” không phải tên header", f"{place[7:]!r} is no name of a header")
        if trouble:
            yield ConditionTrouble(place, trouble.vi, trouble.en)


def lacking_field(on: Iterable[str], parts: Sequence[str]) -> FieldPathTrouble | None:
    """Return why none of some operations has anything at a path of its body; None when one may have."""
    names = dict.fromkeys(name for pattern in on for name in matching(pattern))
    troubles = [path_trouble(name, parts) for name in names]
    return troubles[0] if troubles and all(troubles) else None


def counting_trouble(on: Iterable[str], scope: str) -> FieldPathTrouble | None:
    """Return why calls cannot be counted by dossier or person: no operation that is meant names one."""
    places = {"dossier": DOSSIER_CODES, "person": PERSON_NUMBERS}.get(scope, ())
    if not places or not all(lacking_field(on, place.split(".")) for place in places):
        return None
    named = ", ".join(on)
    return FieldPathTrouble(f"{named}: lời gọi không nêu {scope} nào", f"{named}: such a call names no {scope}")


def parts_of(place: str) -> list[str]:
    """Return the names of a path into the body, none for a place elsewhere; that of ``extent`` is its field's."""
    if place.startswith("extent/"):
        return [EXTENT]
    if place.startswith("/"):
        return [each.replace("~1", "/").replace("~0", "~") for each in place[1:].split("/") if each]
    return place.removeprefix("body.").replace("[*]", ".*").split(".") if place.startswith("body.") else []


def _strange_element(place: str) -> FieldPathTrouble | None:
    """Name an element that is nearly one of the dossier's XML. Others may be sent: no document lists them (B45)."""
    for name in re.findall(r"[^/\[\]]+", place.removeprefix("extent")):
        vi, en = nearest(name, _ELEMENTS)
        if vi and name not in _ELEMENTS and not name.isdecimal():
            return FieldPathTrouble(f"XML không có phần tử “{name}”{vi}", f"the XML has no element {name!r}{en}")
    return None


# One test.


def _value_troubles(test: FieldTest, sets: Mapping[str, Sequence[str]]) -> Iterator[ConditionTrouble]:
    wanted = test.wanted if isinstance(test.wanted, list | tuple) else (test.wanted,)
    texts = [text_of(each) for each in wanted if not PLACEHOLDER.search(text_of(each))]
    if test.comparison in _EXACT:
        yield from _strange_words(test.place, texts, sets)
    if test.comparison in (*_EXACT, *_ORDERS):
        yield from _wrong_forms(test.place, texts)
    if test.place == "since" and test.comparison in _EXACT:
        vi = "since: dùng less, greater hoặc between, vì chẳng bao giờ đúng đến từng mili giây"
        en = "since: use less, greater or between; no call comes at the very millisecond"
        yield ConditionTrouble(test.place, vi, en)
    if test.comparison in _ORDERS:
        yield from _sort_troubles(test, [size_of(each) for each in wanted])


def _strange_words(place: str, texts: Iterable[str], sets: Mapping[str, Sequence[str]]) -> Iterator[ConditionTrouble]:
    known = sets.get(place)
    for text in texts if known is not None else ():
        if known is not None and text not in known:
            near = nearest(text, known)
            listed = f": {', '.join(known)}" if not near[0] and len(known) < 15 else ""
            vi = f"{place}: không có “{text}”{near[0]}{listed}"
            yield ConditionTrouble(place, vi, f"{place}: there is no {text!r}{near[1]}{listed}")


def _wrong_forms(place: str, texts: Iterable[str]) -> Iterator[ConditionTrouble]:
    form = _FORMS.get(place)
    for text in texts if form else ():
        if form and form[0](text) is None:
            vi, en = f"{place}: cần {form[1]}, không phải “{text}”", f"{place}: {form[2]}, not {text!r}"
            yield ConditionTrouble(place, vi, en)


def _sort_troubles(test: FieldTest, sizes: Sequence[tuple[str, Any]]) -> Iterator[ConditionTrouble]:
    """Find a size of the wrong sort for a field that holds moments, and a span that ends before it begins."""
    place, named = test.place, test.place.removeprefix("body.")
    if pack_part().forms.get(named) in ("day", "moment") and any(sort != "moment" for sort, _ in sizes):
        vi = f"{named} là thời điểm: so với dd/MM/yyyy hoặc dd/MM/yyyy HH:mm:ss"
        yield ConditionTrouble(place, vi, f"{named} is a moment: compare it with dd/MM/yyyy or dd/MM/yyyy HH:mm:ss")
    elif place in ("clock.weekday", "method", "scheme", "agency", "consumer"):
        yield ConditionTrouble(place, f"{place} không có thứ tự; dùng danh sách", f"{place} has no order; write a list")
    elif test.comparison == "between" and len(sizes) == 2:
        (low_sort, low), (high_sort, high) = sizes
        if low_sort != high_sort or low > high:
            vi, en = f"{place}: between cần [nhỏ, lớn] cùng loại", f"{place}: between needs [smaller, larger] of a sort"
            yield ConditionTrouble(place, vi, en)


# Several at once.


def _contradictions(conditions: Sequence[Condition]) -> Iterator[ConditionTrouble]:
    """Find tests on one place of which each excludes the others, among those that must all hold."""
    by_place: dict[str, list[FieldTest]] = defaultdict(list)
    for test in _joint(conditions):
        if "*" not in test.place and not test.place.startswith("extent/"):
            by_place[test.place].append(test)
    for place, tests in by_place.items():
        if len(tests) > 1 and not _can_all_hold(tests):
            vi, en = f"{place}: các điều kiện loại trừ nhau", f"{place}: these conditions exclude each other"
            yield ConditionTrouble(place, vi, en)
    for group in conditions:
        if isinstance(group, ConditionGroup) and group.how == "any":
            for part in group.parts:
                yield from _contradictions([part])


def _joint(conditions: Iterable[Condition]) -> Iterator[FieldTest]:
    """Yield the tests that must all hold."""
    for each in conditions:
        if isinstance(each, FieldTest):
            yield each
        elif each.how == "all":
            yield from _joint(each.parts)


def _can_all_hold(tests: Sequence[FieldTest]) -> bool:
    if any(test.comparison == "present" and not test.wanted for test in tests):
        return all(holds([], test) for test in tests)
    exact = next((test for test in tests if test.comparison == "equals"), None)
    if exact is None:
        return _is_open_span(tests)
    choices = exact.wanted if isinstance(exact.wanted, list | tuple) else (exact.wanted,)
    return any(all(holds([choice], test) for test in tests) for choice in choices)


def _is_open_span(tests: Sequence[FieldTest]) -> bool:
    """Tell whether something is larger than every lower bound and smaller than every upper one."""
    lows = [(size_of(test.wanted), test.comparison) for test in tests if test.comparison in ("greater", "at_least")]
    highs = [(size_of(test.wanted), test.comparison) for test in tests if test.comparison in ("less", "at_most")]
    for (low_sort, low), low_how in lows:
        for (high_sort, high), high_how in highs:
            may_touch = low_how == "at_least" and high_how == "at_most"
            if low_sort != high_sort or low > high or (low == high and not may_touch):
                return False
    return True
