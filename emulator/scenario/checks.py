"""What a single word of a scenario cannot show: contradictions, idle steps, replies that no line can carry."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import yaml

from emulator.country.furnish import nearest
from emulator.scenario.building import value_node
from emulator.scenario.condition_checks import HEADER
from emulator.scenario.operations import has_error_code, matching
from emulator.scenario.script import DAY_MS
from emulator.scenario.words import LONGEST_VIRTUAL_MS
from emulator.scenario.yaml_text import Page, members

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
