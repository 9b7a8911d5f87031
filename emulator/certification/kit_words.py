"""The words of a kit file."""

from __future__ import annotations

from emulator.certification.kit import KINDS, ROLES
from emulator.certification.reached import REACHED
from emulator.scenario import words
from emulator.scenario.grammar import BOTH
from emulator.scenario.words import Record, Word

_ID = words.text(r"[A-Z0-9]+(-[A-Z0-9]+)+", "phải như NDXP-TK-01", "must look like NDXP-TK-01")
_SHORT = words.text(r"[a-z0-9]+(-[a-z0-9]+)*", "phải gồm chữ thường, số và dấu -", "must be a-z, 0-9 and '-'")
_LEVEL = words.one_of(("MUST", "SHOULD"), "mức", "a level")
_ROLE = words.one_of(ROLES, "vai của cảnh", "a role of a scene")
_FREE = words.map_of(words.anything())

STIMULUS = Record(
    {
        "faults": Word(words.list_of(_FREE), "lỗi đặt sẵn (docs/faults.md)", "armed faults"),
        "settings": Word(_FREE, "thiết lập của sandbox", "settings of the sandbox"),
        "advance": Word(words.duration(), "tua đồng hồ ảo trước cảnh", "turns the virtual clock first"),
        "effects": Word(words.list_of(_FREE), "việc xảy ra trước cảnh (docs/time.md)", "effects that happen first"),
        "scenario": Word(_SHORT, "kịch bản có sẵn", "a scenario of the box"),
    }
)
SCENE = Record(
    {
        "role": Word(_ROLE, "vai: main, defect, twin, control", "main, defect, twin or control", True),
        "task": Word(_SHORT, "việc giao cho phần mềm", "what the client is asked to do", True),
        "with": Word(_FREE, "tham số của việc", "words of the task"),
        "stimulus": Word(STIMULUS.kind(), "điều trình giả lập gây ra", "what the emulator does meanwhile"),
        "say": Word(BOTH.kind(), "lời dặn người thao tác", "what the person is told"),
    }
)
CHECK = Record(
    {
        "check": Word(words.text(), "tên phép kiểm tra", "name of the check", True),
        "on": Word(_ROLE, "chỉ xét cảnh này", "looks at these scenes only"),
        "level": Word(_LEVEL, "SHOULD: chỉ cảnh báo", "SHOULD: warns only"),
        "with": Word(_FREE, "tham số", "what it is given"),
    }
)
TEST = Record(
    {
        "id": Word(_ID, "mã, không đổi giữa các phiên bản", "id, never changed", True),
        "group": Word(_SHORT, "nhóm", "group", True),
        "kind": Word(words.one_of(KINDS, "loại", "a kind"), "observe, probe, silence, attest", "kind", True),
        "title": Word(BOTH.kind(), "tên", "title", True),
        "requirements": Word(words.list_of(words.text(), or_single=True), "yêu cầu được kiểm", "requirements", True),
        "level": Word(_LEVEL, "MUST hoặc SHOULD", "MUST or SHOULD"),
        "needs": Word(
            words.list_of(words.one_of(tuple(REACHED), "điều phải tới được", "a thing to be reached"), or_single=True),
            "điều phải tới được: " + ", ".join(REACHED),
            "what must have been reached",
        ),
        "together": Word(words.truth(), "các cảnh diễn liền nhau", "its scenes follow one another"),
        "feature": Word(_SHORT, "tính năng; không khai báo thì bỏ qua", "feature; omitted when not declared"),
        "scenes": Word(words.list_of(SCENE.kind()), "các cảnh", "the scenes"),
        "checks": Word(words.list_of(CHECK.kind()), "các phép kiểm tra", "the checks"),
        "next": Word(BOTH.kind(), "nếu không đạt thì làm gì", "what to do when it fails", True),
        "example": Word(BOTH.kind(), "ví dụ chép được", "an example to copy", True),
        "statement": Word(BOTH.kind(), "điều người chứng thực khai", "what a person declares"),
    }
)
KIT = Record(
    {
        "$schema": Word(words.text(), "lược đồ", "schema"),
        "id": Word(_SHORT, "mã, trùng tên tệp", "id, the file's name", True),
        "version": Word(
            words.text(r"\d+\.\d+(\.\d+)?", "phải như 1.0", "must look like 1.0"), "phiên bản", "version", True
        ),
        "title": Word(BOTH.kind(), "tên", "title", True),
        "purpose": Word(BOTH.kind(), "mục đích", "purpose", True),
        "groups": Word(words.map_of(BOTH.kind(), _SHORT), "các nhóm", "groups", True),
        "features": Word(words.map_of(BOTH.kind(), _SHORT), "tính năng có thể không có", "features one may lack"),
        "tests": Word(words.list_of(TEST.kind()), "các phép thử", "tests", True),
    }
)
