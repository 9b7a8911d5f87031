"""The words of a lesson file. Its checks are those of ``verify`` and of the kits; there is no language of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import yaml

from emulator.certification.checks import CHECKS
from emulator.classroom.classes import HINTS
from emulator.country.furnish import nearest
from emulator.journal.matchers import PatternTrouble
from emulator.journal.patterns import WORDS, Pattern, Times
from emulator.kernel.exchange import ADMIN_CHANGE, is_behind_the_scenes
from emulator.scenario import words
from emulator.scenario.faults import FAULTS
from emulator.scenario.grammar import BOTH
from emulator.scenario.words import MISSING, Kind, Record, Word
from emulator.scenario.yaml_text import Page, members, plain
from emulator.services.registry import staged_names

_OUTCOMES = {"answered": (" được trả lời", " answered"), "refused": (" bị từ chối", " refused")}
_HOW_OFTEN = ("count", "at_least", "at_most")
_ID = words.text(r"[a-z0-9]+(-[a-z0-9]+)*", "phải gồm chữ thường, số và dấu -", "must be a-z, 0-9 and '-'")
_FREE = words.map_of(words.anything())
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class WantedCalls(NamedTuple):
    """What ``verify`` says: calls that fit a pattern, so often. ``looks_behind``: at changes by the admin API.

    ``operation`` and ``outcome`` are the pattern's, empty where it names none.
    """

    pattern: Pattern
    times: Times
    looks_behind: bool
    operation: str = ""
    outcome: str = ""

    def word_lack(self, found: int) -> tuple[str, str]:
        """Return what is missing when so many were seen, in Vietnamese and English."""
        vi, en = self.times.words()
        told_vi, told_en = _OUTCOMES.get(self.outcome, ("", ""))
        return (
            f"{self.operation or 'Lượt gọi'}{told_vi}: cần {vi}, đã có {found}",
            f"{self.operation or 'Calls'}{told_en}: wanted {en}, seen {found}",
        )


def _pattern_of(node: yaml.Node, page: Page) -> tuple[dict[str, Any], Pattern] | None:
    value = plain(node)
    if not isinstance(value, dict):
        page.say(node, "Cần các dòng “tên: giá trị” của một mẫu", "lines 'name: value' of a pattern are expected")
        return None
    given = {name: each for name, each in value.items() if name not in _HOW_OFTEN}
    operation = given.get("operation")
    if isinstance(operation, str) and operation not in (known := [*staged_names(), ADMIN_CHANGE]):
        vi, en = nearest(operation, known)
        _say_at(node, "operation", page, f"Không có dịch vụ “{operation}”{vi}", f"no operation {operation!r}{en}")
        return None
    try:
        return value, Pattern(given)
    except PatternTrouble as trouble:
        word = trouble.pointer.strip("/").partition("/")[0]
        vi, en = nearest(word, WORDS)
        _say_at(node, word, page, f"{word}: {trouble.vi}{vi}", f"{word}: {trouble.en}{en}")
        return None


def _say_at(node: yaml.Node, word: str, page: Page, vi: str, en: str) -> None:
    places = [value for key, value in members(node) if key.value == word] if isinstance(node, yaml.MappingNode) else []
    page.say(places[0] if places else node, vi, en)


def _read_expectation(node: yaml.Node, page: Page) -> Any:
    found = _pattern_of(node, page)
    if found is None:
        return MISSING
    value, pattern = found
    numbers = [value[name] for name in _HOW_OFTEN if name in value]
    count, low, high = (value.get(name) for name in _HOW_OFTEN)
    is_odd = any(type(each) is not int or each < 0 for each in numbers) or (count is not None and len(numbers) > 1)
    if is_odd or (low is not None and high is not None and low > high):
        vi, en = "count, hoặc at_least ≤ at_most, là số nguyên", "count, or at_least ≤ at_most, whole numbers"
        return words.wrong(node, page, f"Cần {vi}", f"{en} are expected")
    times = Times(count, count) if count is not None else Times(1 if not numbers else low or 0, high)
    operation, outcome = str(value.get("operation", "")), str(value.get("outcome", ""))
    return WantedCalls(pattern, times, is_behind_the_scenes(operation), operation, outcome)


def _read_pattern(node: yaml.Node, page: Page) -> Any:
    found = _pattern_of(node, page)
    return MISSING if found is None else found[1]


def _shape(more: Iterable[str] = ()) -> Mapping[str, Any]:
    free: dict[str, Any] = {name: {} for name in WORDS}
    often = {name: {"type": "integer", "minimum": 0} for name in more}
    operations = {"operation": {"enum": [*staged_names(), ADMIN_CHANGE]}}
    return {"type": "object", "additionalProperties": False, "properties": free | often | operations}


EXPECTATION = Kind(_read_expectation, _shape(_HOW_OFTEN))
PATTERN = Kind(_read_pattern, _shape())
CHECK = Record(
    {
        "check": Word(
            words.one_of(tuple(CHECKS), "phép kiểm tra", "a check"),
            "phép kiểm tra của các bộ kiểm thử",
            "a check of the kits",
            True,
        ),
        "with": Word(_FREE, "tham số", "what it is given"),
    }
)
FAULT = Record(
    {
        "fault": Word(words.one_of(tuple(FAULTS), "lỗi", "a fault"), "tên lỗi (docs/faults)", "the fault", True),
        "on": Word(words.text(), "thao tác nào", "which operations", True),
        "nth": Word(words.list_of(words.number(1, 10_000)), "những lượt nào", "which calls"),
        "times": Word(words.number(1, 10_000), "nhiều nhất mấy lần", "at most so often"),
        "params": Word(_FREE, "tham số của lỗi", "parameters of the fault"),
    }
)
STEP = Record(
    {
        "id": Word(_ID, "mã", "id", True),
        "title": Word(BOTH.kind(), "tên, vài chữ", "title, a few words", True),
        "do": Word(BOTH.kind(), "việc phải làm ngay", "what to do now", True),
        "verify": Word(
            words.list_of(EXPECTATION, or_single=True), "những mong đợi của verify", "expectations of verify"
        ),
        "sequence": Word(words.list_of(PATTERN), "các mẫu theo thứ tự, như verify-sequence", "patterns in order"),
        "checks": Word(words.list_of(CHECK.kind()), "phép kiểm tra của bộ kiểm thử", "checks of the kits"),
        "task": Word(_FREE, "việc được giao, cho phép kiểm tra", "the task that checks look at"),
        "expected": Word(_FREE, "điều phải thấy, cho phép kiểm tra", "what checks compare with"),
        "scenario": Word(_ID, "kịch bản diễn khi vào bước", "scenario that plays from the step's beginning"),
        "faults": Word(words.list_of(FAULT.kind()), "lỗi cài khi vào bước", "faults armed at the step's beginning"),
    }
)
CALL = Record(
    {
        "call": Word(
            words.text(rf"({'|'.join(METHODS)}) (/|\{{\{{)\S*", "phải như POST /token", "must look like POST /token"),
            "phương thức và đường dẫn",
            "method and path",
            True,
        ),
        "headers": Word(words.map_of(words.text()), "header", "headers"),
        "json": Word(words.anything(), "thân JSON", "body as JSON"),
        "form": Word(words.map_of(words.text()), "thân dạng biểu mẫu", "body as a form"),
        "take": Word(words.map_of(words.text()), "giữ lại: tên: trường của trả lời", "keep: name: field of the reply"),
        "note": Word(BOTH.kind(), "vì sao gọi", "why it is called"),
        "may_fail": Word(words.truth(), "bị từ chối là đúng", "a refusal is what is wanted"),
    }
)
LESSON = Record(
    {
        "$schema": Word(words.text(), "lược đồ", "schema"),
        "schema_version": Word(words.one_of(("1",), "phiên bản", "a version"), "phiên bản lược đồ", "version", True),
        "id": Word(_ID, "mã, trùng tên tệp", "id, the file's name", True),
        "number": Word(words.number(1, 999), "thứ tự", "place in the order", True),
        "title": Word(BOTH.kind(), "tên", "title", True),
        "goal": Word(BOTH.kind(), "học xong làm được gì", "what one can do afterwards", True),
        "source": Word(words.text(), "điều của tài liệu, hoặc mã nguồn", "clause, or an entry of docs/sources", True),
        "minutes": Word(words.number(1, 240), "khoảng bao nhiêu phút", "about how many minutes", True),
        "steps": Word(words.list_of(STEP.kind()), "các bước", "the steps", True),
        "hints": Word(words.list_of(BOTH.kind()), "đúng ba gợi ý, nhẹ trước", "three hints, the lightest first", True),
        "solution": Word(words.list_of(CALL.kind()), "lời giải: các lời gọi", "the solution: calls in order", True),
    }
)


def lesson_grammar() -> dict[str, Any]:
    """Return the JSON Schema of lesson files."""
    shape = LESSON.schema()
    shape["properties"]["hints"] = {**shape["properties"]["hints"], "minItems": HINTS, "maxItems": HINTS}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ndxp-emulator lesson", **shape}
