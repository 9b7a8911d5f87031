"""The words of what a step does: answer, refuse, spoil, change the country later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from emulator.country.furnish import nearest
from emulator.scenario import words
from emulator.scenario.fault import WrongParam
from emulator.scenario.words import Kind, Record, Word
from emulator.scenario.yaml_text import Page, members, plain

ANSWER = Record(
    {
        "status": Word(words.number(200, 599), "mã HTTP, mặc định 200", "HTTP status, 200 if none is named"),
        "body": Word(words.anything(), "thân: chữ, hoặc cấu trúc gửi dạng JSON", "body: text, or what is sent as JSON"),
        "headers": Word(words.map_of(words.text()), "header thêm vào", "headers to send"),
        "served": Word(
            words.truth(), "true: dịch vụ làm xong việc rồi mới đổi trả lời", "true: after the work is done"
        ),
    },
    {"jsonBody": "body"},
)
REFUSE = Record(
    {
        "error_code": Word(words.number(-1_000_000, 1_000_000), "mã lỗi dịch vụ, khác 0", "the service's error code"),
        "status": Word(words.number(400, 599), "mã HTTP của cổng", "HTTP status of the gateway"),
        "code": Word(words.number(0, 1_000_000), "mã lỗi WSO2", "WSO2's code"),
        "message": Word(words.text(), "câu báo lỗi", "the sentence"),
        "description": Word(words.text(), "mô tả của cổng", "the gateway's description"),
    }
)


def _effect() -> Kind:
    """Return an effect on the country, as the agenda takes it (docs/time)."""

    def read(node: yaml.Node, page: Page) -> Any:
        from emulator.country.agenda import BadEffect
        from emulator.country.effects import check

        effect = plain(node)
        try:
            check(effect)
        except BadEffect as trouble:
            told = {f"/{key.value}": value for key, value in members(node)}
            at = told.get(trouble.pointer, node)
            return words.wrong(at, page, f"{trouble.pointer} {trouble.vi}", f"{trouble.pointer} {trouble.en}")
        return effect

    return Kind(read, {"type": "object", "required": ["kind"]})


_AFTER = Word(words.duration(), "sau bao lâu theo đồng hồ ảo; mặc định: ngay", "virtual time; none: at once")
_DO = Word(_effect(), "việc xảy ra: kind và các từ của nó", "what happens: kind and its words", True)
PHASES = ("before", "during", "after")
EFFECT = Record(
    {
        "after": _AFTER,
        "do": _DO,
        "when": Word(
            words.one_of(PHASES, "before, during hoặc after", "before, during or after"),
            "trước, cùng lúc hay sau lời gọi",
            "before, with or after the call",
            language=2,
        ),
    }
)
EFFECTS = words.list_of(EFFECT.kind())


def anchor_words() -> dict[str, Word]:
    """Return the words that name an instant of the calendar: once, each day, or each week."""
    return {
        "at": Word(words.moment(), "một thời điểm: 04/12/2026 08:00:00", "once: 04/12/2026 08:00:00", language=2),
        "daily": Word(words.time_of_day(), "mỗi ngày lúc HH:mm", "each day at HH:mm", language=2),
        "weekly": Word(words.time_of_week(), "mỗi tuần: fri 08:00", "each week: fri 08:00", language=2),
    }


TIMELINE = words.list_of(Record({"after": _AFTER, **anchor_words(), "do": _DO}).kind())


def fault_kind() -> Kind:
    """Return a fault: its name, or a mapping with ``name`` and its parameters."""
    from emulator.scenario.faults import FAULTS

    name = words.one_of(FAULTS, "lỗi đã biết", "a known fault")

    def read(node: yaml.Node, page: Page) -> Any:
        named = next((value for key, value in members(node) if key.value == "name"), node)
        if named is node and isinstance(node, yaml.MappingNode):
            return words.wrong(node, page, "Thiếu “name”: tên của lỗi", "'name' is missing: the name of the fault")
        found = name.read(named, page)
        if found is words.MISSING:
            return found
        given = {key.value: value for key, value in members(node) if key.value != "name"}
        return found, _params(FAULTS[found], given, node, page)

    rest = {"type": "object", "required": ["name"], "properties": {"name": name.schema}}
    return Kind(read, {"anyOf": [name.schema, rest]})


def _params(fault: Any, given: Mapping[str, yaml.Node], node: yaml.Node, page: Page) -> Mapping[str, Any]:
    for word, value in given.items():
        if word not in fault.params:
            vi, en = nearest(word, fault.params)
            listed = ", ".join(fault.params) or "–"
            sentences = f"Lỗi này không có tham số “{word}”; có: {listed}{vi}", f"no parameter {word!r}; {listed}{en}"
            page.say(value, *sentences)
            return {}
    plainly = {word: plain(value) for word, value in given.items()}
    try:
        fault.check(plainly)
    except WrongParam as trouble:
        page.say(given.get(trouble.name, node), f"{trouble.name} {trouble.vi}", f"{trouble.name} {trouble.en}")
    return plainly
