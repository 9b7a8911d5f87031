"""The words of a scenario file. Ours, but for the aliases, which are WireMock's (its "scenarios" and "faults")."""

from __future__ import annotations

import re
from typing import Any

import yaml

from emulator.country.furnish import nearest
from emulator.scenario import words
from emulator.scenario.fields import PLACES_BESIDE, SCOPES
from emulator.scenario.grammar_actions import ANSWER, EFFECTS, REFUSE, TIMELINE, anchor_words, fault_kind
from emulator.scenario.operations import matching
from emulator.scenario.script import LONGEST_MS
from emulator.scenario.words import Kind, Record, Word
from emulator.scenario.yaml_text import Page, members
from emulator.services.registry import staged_names

_PLACE = r"(body|header|query|form)\.[^\s]+|/[^\s]*|body|path|method|host|scheme"
_BESIDE = "|".join([*map(re.escape, PLACES_BESIDE), r"extent(?://?(?:\w[\w.-]*|\*)(?:\[[1-9]\d{0,3}\])?)+"])

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
        "greater": Word(words.anything(), "lớn hơn, muộn hơn", "greater or later than", language=2),
        "less": Word(words.anything(), "nhỏ hơn, sớm hơn", "less or earlier than", language=2),
        "at_least": Word(words.anything(), "từ … trở lên", "this or more", language=2),
        "at_most": Word(words.anything(), "không quá", "this or less", language=2),
        "between": Word(words.pair(), "từ … đến …", "from … to …", language=2),
    },
    {"equalTo": "equals"},
)


def _comparison() -> Kind:
    def read(node: yaml.Node, page: Page) -> Any:
        if isinstance(node, yaml.MappingNode):
            if page.language == 2 and not node.value:
                return words.wrong(node, page, "Điều kiện rỗng", "there is no condition here")
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


_GROUPS = ("any", "all", "not")


def _conditions() -> Kind:
    """Return conditions by place; in language 2 also ``any``, ``all`` and ``not`` of conditions."""
    vi = "không phải chỗ nào của lời gọi; ví dụ body.MaHoSo, header.accept, /DuLieu/0"
    en = "is no place of a call; try body.MaHoSo, header.accept, /DuLieu/0"
    places, comparison = {1: words.text(_PLACE, vi, en), 2: words.text(f"{_PLACE}|{_BESIDE}", vi, en)}, _comparison()

    def read(node: yaml.Node, page: Page) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return words.wrong(node, page, "Cần các dòng “tên: giá trị”", "lines 'name: value' are expected")
        if page.language == 2 and not node.value:
            return words.wrong(node, page, "Điều kiện rỗng", "there is no condition here")
        found = []
        for key, value in members(node):
            if key.value in _GROUPS and page.language == 2:
                found.append((str(key.value), _parts(value, page), key))
                continue
            place, said = places[page.language].read(key, page), comparison.read(value, page)
            if words.MISSING not in (place, said):
                found.append((place, said, key))
        return tuple(found)

    def _parts(node: yaml.Node, page: Page) -> tuple[Any, ...]:
        rows = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not rows:
            words.wrong(node, page, "Danh sách rỗng", "the list is empty")
        return tuple(each for row in rows if (each := read(row, page)) is not words.MISSING)

    some = {"type": "object", "additionalProperties": comparison.schema}
    return Kind(read, some | {"properties": {name: {"type": ["array", "object"]} for name in _GROUPS}})


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
            "delay": word(
                words.duration(LONGEST_MS, "PT10M"), "trễ bao lâu (giờ thật)", "how long to wait (real time)"
            ),
            "effects": Word(EFFECTS, "việc xảy ra sau đó", "what happens later"),
            "goto": Word(words.text(), "chuyển sang trạng thái này", "go to this state"),
            **_newer_words(),
        },
        _WIREMOCK,
    )


def _newer_words() -> dict[str, Word]:
    """Return the words of a step that language 2 brought."""
    scopes = words.list_of(words.one_of(SCOPES, "cách đếm riêng", "a way to count apart"), or_single=True)
    faults = words.list_of(fault_kind())
    return {
        "patch": Word(words.anything(), "sửa trả lời thật (RFC 7396)", "merged into the real reply", language=2),
        "headers": Word(
            words.map_of(words.text(may_be_empty=True)),
            "thay header của trả lời thật; rỗng là bỏ",
            "headers of the real reply; empty takes one away",
            language=2,
        ),
        "faults": Word(faults, "nhiều lỗi trên một lời gọi", "several faults on one call", language=2),
        "count_by": Word(scopes, "đếm riêng theo", "count apart by", language=2),
        "every": Word(_whole(), "cứ mấy lần một lần", "every n-th call", language=2),
        "after": Word(_whole(0), "bỏ qua mấy lần đầu", "not the first so many calls", language=2),
        "at_most": Word(_whole(), "nhiều nhất mấy lần", "acts so often at most", language=2),
    }


def _outage_record() -> Record:
    """Return the words of an outage: a window of time in which calls go wrong in one way."""
    step, word = step_record().words, Word
    kept = ("name", "on", "when", "priority", "answer", "refuse", "fault", "faults", "delay", "count_by", "at_most")
    return Record(
        {
            **{name: step[name] for name in kept},
            **anchor_words(),
            "for": word(words.duration(), "dài bao lâu (đồng hồ ảo)", "how long (virtual time)", True),
        }
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
        "people": Word(_ROWS, "người, theo tên trường của hồ sơ", "people, by the fields of a dossier", language=2),
        "papers": Word(
            words.list_of(words.map_of(words.anything())), "giấy tờ trong Kho DL", "papers in Kho DL", language=2
        ),
        "agencies": Word(_ROWS, "cơ quan: MACOQUAN, TENCOQUAN, DSTCODE", "agencies", language=2),
        "subsystems": Word(_ROWS, "hệ thống con trên trục", "subsystems of the axis", language=2),
        "hosts": Word(_ROWS, "máy chủ tệp", "file hosts", language=2),
        "files": Word(_ROWS, "tệp trên máy chủ: host, path, text", "files of hosts: host, path, text", language=2),
        "rights": Word(_ROWS, "quyền truy cập: provider, subject", "access rights: provider, subject", language=2),
    }
)


def scenario_record() -> Record:
    """Return the words of a whole file."""
    name = words.text(
        r"[a-z0-9]+(-[a-z0-9]+)*",
        "phải gồm chữ thường không dấu, số và dấu -",
        "must be lower-case letters, digits and '-'",
    )
    return Record(
        {
            "$schema": Word(words.text(), "địa chỉ lược đồ, cho trình soạn thảo", "address of the schema, for editors"),
            "schema_version": Word(words.text(), "bản ngôn ngữ: “1”, “2”", "version of the language: '1' or '2'"),
            "id": Word(name, "mã, trùng tên tệp", "id, the same as the file's name", True),
            "title": Word(BOTH.kind(), "tên kịch bản", "title", True),
            "purpose": Word(BOTH.kind(), "để luyện điều gì", "what it teaches", True),
            "source": Word(words.text(), "điều khoản hoặc sự việc làm căn cứ", "clause or fact behind it", True),
            "good_client": Word(BOTH.kind(), "phần mềm tốt sẽ làm gì", "what a good client does", True),
            "start": Word(words.text(), "trạng thái đầu tiên", "first state"),
            "states": Word(words.map_of(STATE.kind()), "các trạng thái", "the states"),
            "machines": Word(
                words.map_of(MACHINE.kind()), "nhiều chuỗi trạng thái độc lập", "several independent sets of states"
            ),
            "steps": Word(words.list_of(step_record().kind()), "các bước, xét lần lượt", "the steps, tried in order"),
            "fixtures": Word(FIXTURES.kind(), "dữ liệu thêm vào", "records to add"),
            **_newer_top_words(name),
        }
    )


def _newer_top_words(name: Kind) -> dict[str, Word]:
    use = Record(
        {
            "fragment": Word(name, "tên mảnh", "name of the fragment", True),
            "with": Word(words.map_of(words.anything()), "giá trị tham số của mảnh", "values of its parameters"),
        }
    )
    one = {"anyOf": [name.schema, use.schema()]}
    used = Kind(words.anything().read, {"type": "array", "minItems": 1, "items": one})
    return {
        "priority": Word(_whole(1, 1000), "thứ tự giữa các kịch bản", "order among scenarios", language=2),
        "extends": Word(name, "dựa trên kịch bản này", "builds on this scenario", language=2),
        "use": Word(used, "dùng các mảnh có sẵn", "uses fragments of the library", language=2),
        "params": Word(
            words.map_of(words.anything()), "tham số và giá trị mặc định", "parameters with defaults", language=2
        ),
        "timeline": Word(TIMELINE, "việc xảy ra theo lịch", "what happens by the calendar", language=2),
        "outages": Word(
            words.list_of(_outage_record().kind()), "các khoảng ngừng dịch vụ", "windows of outage", language=2
        ),
    }


def schema() -> dict[str, Any]:
    """Return the published JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ndxp-emulator scenario",
        **scenario_record().schema(),
    }
