"""What a single word of a scenario cannot show: contradictions, idle steps, conditions that no call can meet."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from emulator.country.furnish import nearest
from emulator.kernel.clock import read_day
from emulator.scenario.building import value_node
from emulator.scenario.fields import DOSSIER_CODES, EXTENT, PERSON_NUMBERS, holds, size_of, text_of
from emulator.scenario.operations import FieldPathTrouble, has_error_code, matching, path_trouble
from emulator.scenario.replies import PLACEHOLDER
from emulator.scenario.script import DAY_MS, WEEKDAYS, Condition, ConditionGroup, FieldTest, tests_of
from emulator.scenario.words import LONGEST_VIRTUAL_MS
from emulator.scenario.yaml_text import Page, members
from emulator.services.btxh import extent
from emulator.services.packs import pack_part
from emulator.wire.codes import STATUS_NAMES

Words = Mapping[str, Any]
_WIREMOCK = ("response", "newScenarioState", "fixedDelayMilliseconds")
_ACTIONS = ("answer", "refuse", "fault", "delay", "goto", "effects")
_NEWER_ACTIONS = ("patch", "headers", "faults")
ANCHORS = ("at", "daily", "weekly")


def check_step(words: Words, page: Page) -> None:
    """Look for a step that does nothing, or two things at once, or refuses in words nobody has there."""
    node = words["@"]
    tried = {key.value for key, _ in members(node)}
    if not tried & {*_ACTIONS, *_WIREMOCK, *_NEWER_ACTIONS}:
        vi, en = f"Bước này không làm gì; cần một trong: {', '.join(_ACTIONS)}", "this step does nothing"
        page.say(node, vi, f"{en}; one of {', '.join(_ACTIONS)} is expected")
    check_answer(words, page)
    check_effects(words, page, is_step=True)
    nth = words.get("nth")
    if isinstance(nth, Mapping) and nth.get("to", 10**9) < nth.get("from", 1):
        page.say(nth["@"], "“to” nhỏ hơn “from”", "'to' is smaller than 'from'")
    if "nth" in words and ("every" in words or "after" in words):
        page.say(words["@"], "nth không đi cùng every, after", "nth does not go with every and after")


def check_answer(words: Words, page: Page) -> None:
    """Look at what is answered: in one way, and in words that somebody there has."""
    if "answer" in words and "refuse" in words:
        page.say(words["refuse"]["@"], "Không thể vừa answer vừa refuse", "answer and refuse exclude each other")
    if "patch" in words and "refuse" in words:
        page.say(words["refuse"]["@"], "Không thể vừa patch vừa refuse", "patch and refuse exclude each other")
    if "refuse" in words:
        _check_refusal(words, page)
    check_replies(words, page)


def _check_refusal(words: Words, page: Page) -> None:
    refuse = words["refuse"]
    told = {key.value for key, _ in members(refuse["@"])}
    if ("error_code" in told) == ("status" in told):
        vi = "Cần đúng một trong hai: error_code (dịch vụ từ chối) hoặc status (cổng từ chối)"
        page.say(
            refuse["@"], vi, "one of error_code (the service refuses) and status (the gateway refuses) is expected"
        )
    if refuse.get("error_code") == 0:
        page.say(refuse["@"], "error_code 0 nghĩa là thành công", "error_code 0 means success")
    meant = [name for pattern in words.get("on", ("*",)) for name in matching(pattern)]
    if "error_code" in refuse and not any(map(has_error_code, meant)):
        vi = f"{meant[0]} không có error_code; dùng status"
        page.say(refuse["@"], vi, f"{meant[0]} has no error_code; use status")


def check_outage(words: Words, page: Page) -> None:
    """Look for an outage that is at no time, or lasts longer than until the next one."""
    check_anchor(words, page)
    check_answer(words, page)
    for name, length_ms in (("daily", DAY_MS), ("weekly", 7 * DAY_MS), ("at", LONGEST_VIRTUAL_MS)):
        if name in words and not 0 < words.get("for", 1) <= length_ms:
            page.say(words["@"], f"for dài hơn chu kỳ {name}, hoặc bằng 0", f"'for' is longer than {name}, or nothing")


def check_anchor(words: Words, page: Page, *, may_be_after: bool = False) -> None:
    """Look for an instant that is named twice or not at all."""
    told = [name for name in (*ANCHORS, *(("after",) if may_be_after else ())) if name in words]
    if len(told) != 1 and not (may_be_after and not told):
        names = ", ".join(ANCHORS)
        page.say(words["@"], f"Cần đúng một trong: {names}", f"exactly one of {names} is expected")


def check_timeline(found: Words, page: Page) -> None:
    """Look at each entry of the timeline: one instant, and nothing that only a call can fill."""
    for each in found.get("timeline", ()):
        check_anchor(each, page, may_be_after=True)
        kind = each.get("do", {}).get("kind")
        if kind in _ONCE and {"daily", "weekly"} & set(each):
            vi, en = f"{kind} chỉ xảy ra được một lần; dùng at hoặc after", f"{kind} happens once; use at or after"
            page.say(value_node(each, "daily", "weekly"), vi, en)


def check_times(words: Words, states: Container[str], page: Page) -> None:
    """Look at a state: ``after`` and ``goto`` go together, and lead to a state that is there."""
    check_effects(words, page, is_step=False)
    told = {key.value for key, _ in members(words["@"])}
    if ("after" in told) != ("goto" in told):
        page.say(words["@"], "after và goto của trạng thái phải đi cùng nhau", "after and goto of a state go together")
    goto = words.get("goto")
    if goto is not None and goto not in states:
        vi, en = nearest(goto, list(states))  # type: ignore[call-overload]
        page.say(words["@"], f"Không có trạng thái “{goto}”{vi}", f"there is no state {goto!r}{en}")


_ONCE = ("rename-server", "retire-host")
_OF_THE_LINE = ("content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "trailer", "te")
_NO_BODY = (204, 205, 304)


def check_replies(words: Words, page: Page) -> None:
    """Look at what a reply cannot be: a body where HTTP has none, headers that no line carries."""
    answer = words.get("answer", {})
    if answer.get("status") in _NO_BODY and answer.get("body") is not None:
        status = answer["status"]
        page.say(value_node(answer, "body"), f"Trả lời {status} không có thân", f"a reply {status} has no body")
    for record in (answer, words):
        node = value_node(record, "headers") if "headers" in record else None
        for key, value in members(node) if node is not None else ():
            _check_header(key, value, page)


def _check_header(key: yaml.Node, value: yaml.Node, page: Page) -> None:
    name, text = str(key.value), str(value.value)
    if not HEADER.fullmatch(name):
        page.say(key, f"“{name}” không phải tên header", f"{name!r} is no name of a header")
    elif name.lower() in _OF_THE_LINE:
        vi, en = "do đường truyền tự đặt; dùng fault", "is set by the line itself; use a fault"
        page.say(key, f"{name} {vi}", f"{name} {en}")
    if any(ord(sign) > 255 or (ord(sign) < 32 and sign != "\t") or ord(sign) == 127 for sign in text):
        vi, en = "Header chỉ mang chữ Latin-1 trên một dòng", "a header carries Latin-1 letters on one line"
        page.say(value, f"{vi}: {name}", f"{en}: {name}")


def check_effects(words: Words, page: Page, *, is_step: bool) -> None:
    """Look at when effects come: what is not after a call cannot wait, and only a step has a call."""
    for each in words.get("effects", ()):
        node = value_node(each, "when")
        if "when" in each and not is_step:
            vi, en = "“when” chỉ có ở bước: trạng thái không có lời gọi", "'when' belongs to steps: no call is there"
            page.say(node, vi, en)
        elif each.get("when", "after") != "after" and each.get("after", 0):
            vi, en = f"“{each['when']}” không đi cùng after", f"{each['when']!r} does not go with after"
            page.say(node, vi, en)


# Conditions that no call can meet: a weekday that is none, a field that is not there, two that exclude each other.
#
# Everything here is ours: a condition that never holds is nearly always a misspelt word.

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
