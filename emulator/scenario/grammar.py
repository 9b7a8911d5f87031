"""The words of a scenario file. Ours, but for the aliases, which are WireMock's (its "scenarios" and "faults")."""

from __future__ import annotations

from typing import Any

import yaml

from emulator.country.furnish import nearest
from emulator.scenario import words
from emulator.scenario.grammar_actions import ANSWER, EFFECTS, REFUSE, fault_kind
from emulator.scenario.operations import matching
from emulator.scenario.words import Kind, Record, Word
from emulator.scenario.yaml_text import Page
from emulator.services.registry import staged_names

_PLACE = r"(body|header|query|form)\.[^\s]+|/[^\s]*|body|path|method|host|scheme"

BOTH = Record(
    {"vi": Word(words.text(), "tiếng Việt", "Vietnamese", True), "en": Word(words.text(), "tiếng Anh", "English", True)}
)


def _operations() -> Kind:
    """Return operation names or patterns such as ``btxh.*``; at least one operation must match."""

    def read(node: yaml.Node, page: Page) -> Any:
        name = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if matching(name):
            return name
        vi, en = nearest(name, staged_names())
        return words.wrong(node, page, f"Không có dịch vụ “{name}”{vi}", f"there is no operation {name!r}{en}")

    return words.list_of(
        Kind(read, {"anyOf": [{"enum": list(staged_names())}, {"type": "string", "pattern": "\\*"}]}), or_single=True
    )


COMPARISON = Record(
    {
        "equals": Word(words.anything(), "bằng", "equal to"),
        "not": Word(words.anything(), "khác", "not equal to"),
        "contains": Word(words.text(), "có chứa", "contains"),
        "matches": Word(words.text(), "khớp biểu thức chính quy", "matches a regular expression"),
        "present": Word(words.truth(), "có hay không có", "is there or not"),
    },
    {"equalTo": "equals"},
)


def _comparison() -> Kind:
    def read(node: yaml.Node, page: Page) -> Any:
        if isinstance(node, yaml.MappingNode):
            return COMPARISON.read(node, page)
        return {"equals": words.anything().read(node, page)}

    return Kind(read, {"anyOf": [{"type": ["string", "number", "boolean", "array"]}, COMPARISON.schema()]})


def _whole(low: int = 1, high: int = 1_000_000) -> Kind:
    return words.number(low, high)


TURN = Record(
    {
        "from": Word(_whole(), "từ lần thứ", "from this occurrence on"),
        "to": Word(_whole(), "đến lần thứ", "to this occurrence"),
        "every": Word(_whole(), "cứ mấy lần một lần", "every n-th"),
    }
)


def _turn() -> Kind:
    listed = words.list_of(_whole(), or_single=True)

    def read(node: yaml.Node, page: Page) -> Any:
        return TURN.read(node, page) if isinstance(node, yaml.MappingNode) else listed.read(node, page)

    return Kind(read, {"anyOf": [listed.schema, TURN.schema()]})


def _conditions() -> Kind:
    vi = "không phải chỗ nào của lời gọi; ví dụ body.MaHoSo, header.accept, /DuLieu/0"
    en = "is no place of a call; try body.MaHoSo, header.accept, /DuLieu/0"
    return words.map_of(_comparison(), words.text(_PLACE, vi, en))


_WIREMOCK = {
    "requiredScenarioState": "state",
    "newScenarioState": "goto",
    "scenarioName": "machine",
    "fixedDelayMilliseconds": "delay",
    "response": "answer",
}


def step_record() -> Record:
    """Return the words of one step."""
    word = Word
    return Record(
        {
            "name": word(words.text(), "tên bước, hiện trong nhật ký", "name of the step, shown in the journal"),
            "on": word(_operations(), "dịch vụ nào, ví dụ btxh.DongBoDVC hoặc btxh.*", "which operations"),
            "when": word(_conditions(), "điều kiện theo trường của lời gọi", "conditions on fields of the call"),
            "machine": word(
                words.text(), "tên chuỗi trạng thái, khi có nhiều", "which set of states, if there are several"
            ),
            "state": word(words.text(), "chỉ ở trạng thái này", "only in this state"),
            "nth": word(
                _turn(),
                "lần thứ mấy: 2, [1, 3] hoặc {from: 2, to: 4}",
                "which occurrence: 2, [1, 3] or {from: 2, to: 4}",
            ),
            "probability": word(words.number(0, 1, whole=False), "xác suất 0 đến 1, theo hạt giống", "0 to 1, seeded"),
            "priority": word(words.number(1, 1000), "số nhỏ xét trước, mặc định 5", "smaller comes first, 5 if none"),
            "answer": word(ANSWER.kind(), "trả lời thay dịch vụ", "answer instead of the service"),
            "refuse": word(REFUSE.kind(), "từ chối", "refuse"),
            "fault": word(fault_kind(), "gây lỗi", "a fault"),
            "delay": word(words.duration(), "trễ bao lâu (giờ thật)", "how long to wait (real time)"),
            "effects": Word(EFFECTS, "việc xảy ra sau đó", "what happens later"),
            "goto": Word(words.text(), "chuyển sang trạng thái này", "go to this state"),
        },
        _WIREMOCK,
    )


STATE = Record(
    {
        "after": Word(
            words.duration(), "tự chuyển sau bao lâu (đồng hồ ảo)", "moves by itself after this virtual time"
        ),
        "effects": Word(EFFECTS, "việc xảy ra khi bắt đầu trạng thái", "what happens when the state begins"),
        "goto": Word(words.text(), "tự chuyển sang trạng thái này", "where it moves"),
    }
)
MACHINE = Record(
    {
        "start": Word(words.text(), "trạng thái đầu tiên", "first state", True),
        "states": Word(words.map_of(STATE.kind()), "các trạng thái", "the states", True),
    }
)
_ROWS = words.list_of(words.map_of(words.text(may_be_empty=True)))
FIXTURES = Record(
    {
        "dossiers": Word(
            _ROWS,
            "hồ sơ, theo tên trường chính thức; “like” sao chép một hồ sơ có sẵn",
            "dossiers, official names; 'like' copies one",
        ),
        "steps": Word(_ROWS, "bước xử lý", "processing steps"),
    }
)


def scenario_record() -> Record:
    """Return the words of a whole file."""
    return Record(
        {
            "$schema": Word(words.text(), "địa chỉ lược đồ, cho trình soạn thảo", "address of the schema, for editors"),
            "id": Word(
                words.text(
                    r"[a-z0-9]+(-[a-z0-9]+)*",
                    "phải gồm chữ thường không dấu, số và dấu -",
                    "must be lower-case letters, digits and '-'",
                ),
                "mã, trùng tên tệp",
                "id, the same as the file's name",
                True,
            ),
            "title": Word(BOTH.kind(), "tên kịch bản", "title", True),
            "purpose": Word(BOTH.kind(), "để luyện điều gì", "what it teaches", True),
            "source": Word(words.text(), "điều khoản hoặc sự việc làm căn cứ", "clause or fact behind it", True),
            "good_client": Word(BOTH.kind(), "phần mềm tốt sẽ làm gì", "what a good client does", True),
            "start": Word(words.text(), "trạng thái đầu tiên", "first state"),
            "states": Word(words.map_of(STATE.kind()), "các trạng thái", "the states"),
            "machines": Word(
                words.map_of(MACHINE.kind()), "nhiều chuỗi trạng thái độc lập", "several independent sets of states"
            ),
            "steps": Word(
                words.list_of(step_record().kind()), "các bước, xét lần lượt", "the steps, tried in order", True
            ),
            "fixtures": Word(FIXTURES.kind(), "dữ liệu thêm vào", "records to add"),
        }
    )


def schema() -> dict[str, Any]:
    """Return the published JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ndxp-emulator scenario",
        **scenario_record().schema(),
    }
