"""What a single word of a scenario cannot show: contradictions, idle steps, fixtures that would not be taken."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import yaml

from emulator.country.furnish import nearest, row_findings
from emulator.scenario.operations import has_error_code, matching
from emulator.scenario.script import DAY_MS, LIKE
from emulator.scenario.yaml_text import Page, members
from emulator.services.packs import pack_part

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
    for name, length_ms in (("daily", DAY_MS), ("weekly", 7 * DAY_MS)):
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


def check_times(words: Words, states: Container[str], page: Page) -> None:
    """Look at a state: ``after`` and ``goto`` go together, and lead to a state that is there."""
    told = {key.value for key, _ in members(words["@"])}
    if ("after" in told) != ("goto" in told):
        page.say(words["@"], "after và goto của trạng thái phải đi cùng nhau", "after and goto of a state go together")
    goto = words.get("goto")
    if goto is not None and goto not in states:
        vi, en = nearest(goto, list(states))  # type: ignore[call-overload]
        page.say(words["@"], f"Không có trạng thái “{goto}”{vi}", f"there is no state {goto!r}{en}")


def check_fixtures(found: Words, page: Page) -> None:
    """Look at the records to add as a pack's inspection does; one that is ``like`` another may leave fields out."""
    sheets = next((value for key, value in members(found["@"]) if key.value == "fixtures"), None)
    for key, rows in members(sheets) if sheets is not None else ():
        for row in rows.value if isinstance(rows, yaml.SequenceNode) else ():
            _check_row(key.value, row, page)


def _check_row(table: str, row: yaml.Node, page: Page) -> None:
    keys = {key.value: (key, value) for key, value in members(row)}
    texts = {name: value.value for name, (_, value) in keys.items() if isinstance(value, yaml.ScalarNode)}
    is_copy = texts.pop(LIKE, None) is not None
    if table not in ("dossiers", "steps"):
        return
    for finding in row_findings(table, "1", texts, pack_part()):
        at = keys.get(finding.path[-1])
        if at:
            page.say(at[0] if finding.on_key else at[1], finding.vi, finding.en)
        elif not is_copy:
            page.say(row, finding.vi, finding.en)
