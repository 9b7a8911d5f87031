"""From a file to a kit: the words one by one, then what only the whole shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from emulator.certification.evidence import REACHED
from emulator.certification.kit import KINDS, ROLES, Check, Kit, KitWords, Scene, Stimulus, Test
from emulator.country.furnish import nearest
from emulator.country.positions import Problem
from emulator.journal.write import digest
from emulator.kernel.exchange import JsonObject
from emulator.scenario import words as kinds
from emulator.scenario.grammar import BOTH
from emulator.scenario.reader import value_node
from emulator.scenario.words import MISSING, Record, Word
from emulator.scenario.yaml_text import Page

_SILENCE = {"defect", "twin", "control"}
_OPERATIONS = frozenset({"operation", "calls", "login"})
"""The words of checks that name operations."""


class BadFile(Exception):
    """A kit or a plan cannot be used; ``problems`` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class NoKit(KeyError):
    """There is no kit of that name; ``vi`` and ``en`` name the nearest one."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self.vi, self.en = nearest(name, known)


@cache
def shipped_kits() -> Path:
    """Return the folder of the kits in the box: of the installed package, or of the checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_data" / "kits"
    return installed if installed.is_dir() else package.parent / "kits"


def kit_names() -> list[str]:
    """Return the ids of the kits in the box."""
    return sorted(path.stem for path in shipped_kits().glob("*.yaml"))


def kit_of(name: str) -> Kit:
    """Return a kit of the box. Raises NoKit, or BadFile when its file is wrong."""
    path = shipped_kits() / f"{name}.yaml"
    if name not in kit_names():
        raise NoKit(name, kit_names())
    return _kit_in(path, path.read_bytes())


@lru_cache(8)
def _kit_in(path: Path, raw: bytes) -> Kit:
    """Read a kit once for each of its texts: every step of an attempt asks for it."""
    return read_kit(path, raw)


def read_kit(path: Path, raw: bytes) -> Kit:
    """Return the kit that a file's bytes hold; ``path`` is for the messages.

    Raises:
        BadFile: something is wrong with it.
    """
    page = Page(path, raw)
    root = page.tree()
    found: Any = KIT.read(root, page) if root is not None and not page.problems else MISSING
    if found is MISSING or page.problems:
        raise BadFile(sorted(set(page.problems)))
    kit = _kit(found, raw)
    _check_whole(kit, found, page)
    if page.problems:
        raise BadFile(sorted(set(page.problems)))
    return kit


def _plain(words: KitWords) -> JsonObject:
    return {name: value for name, value in words.items() if name != "@"}


def _both(words: KitWords | None) -> dict[str, str]:
    return {language: (words or {}).get(language, "") for language in ("vi", "en")} if words else {}


def _kit(found: KitWords, raw: bytes) -> Kit:
    return Kit(
        id=found["id"],
        version=found["version"],
        title=_both(found["title"]),
        purpose=_both(found["purpose"]),
        groups={name: _both(words) for name, words in found["groups"].items()},
        features={name: _both(words) for name, words in found.get("features", {}).items()},
        tests=tuple(_test(words) for words in found["tests"]),
        text=raw.decode("utf-8"),
        digest=digest(raw),
    )


def _test(words: KitWords) -> Test:
    return Test(
        id=words["id"],
        group=words["group"],
        kind=words["kind"],
        title=_both(words["title"]),
        requirements=words["requirements"],
        level=words.get("level", "MUST"),
        needs=words.get("needs", ()),
        together=bool(words.get("together", False)),
        feature=words.get("feature"),
        scenes=tuple(each for scene in words.get("scenes", ()) for each in _scenes(scene)),
        checks=tuple(_check(check) for check in words.get("checks", ())),
        next=_both(words["next"]),
        example=_both(words["example"]),
        statement=_both(words.get("statement")),
    )


def _scenes(words: KitWords) -> list[Scene]:
    """Return the scenes that the words of one stand for: one for each variant of ``{each: [...]}``."""
    most = max((len(found) for found in _variants(words)), default=1)
    return [_scene(_pick_variant(words, at)) for at in range(most)]


def _variants(value: Any) -> Iterator[Sequence[Any]]:
    if isinstance(value, Mapping):
        if set(value) - {"@"} == {"each"}:
            yield value["each"]
            return
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _variants(each)


def _pick_variant(value: Any, at: int) -> Any:
    if isinstance(value, Mapping):
        if set(value) - {"@"} == {"each"}:
            return value["each"][at % len(value["each"])]
        return {name: each if name == "@" else _pick_variant(each, at) for name, each in value.items()}
    return [_pick_variant(each, at) for each in value] if isinstance(value, (list, tuple)) else value


def _scene(words: KitWords) -> Scene:
    stimulus = words.get("stimulus", {})
    return Scene(
        words["role"],
        words["task"],
        words.get("with", {}),
        Stimulus(
            faults=stimulus.get("faults", ()),
            settings=stimulus.get("settings", {}),
            advance_ms=stimulus.get("advance", 0),
            effects=stimulus.get("effects", ()),
            scenario=stimulus.get("scenario"),
        ),
        _both(words.get("say")),
    )


def _check(words: KitWords) -> Check:
    return Check(words["check"], words.get("with", {}), words.get("on"), words.get("level", "MUST"))


def _check_whole(kit: Kit, found: KitWords, page: Page) -> None:
    if page.path.stem != kit.id:
        page.say(value_node(found, "id"), f"id phải trùng tên tệp {page.path.stem}", "the id must be the file's name")
    ids: set[str] = set()
    for test, told in zip(kit.tests, found["tests"], strict=True):
        for vi, en, word in _troubles(test, kit, ids):
            page.say(value_node(told, word), vi, en)
        ids.add(test.id)


def _troubles(test: Test, kit: Kit, before: set[str]) -> Iterator[tuple[str, str, str]]:
    if test.id in before:
        yield f"Đã có phép thử {test.id}", f"there is a test {test.id} already", "id"
    yield from _unknown(test.group, kit.groups, "nhóm", "group", "group")
    if test.feature:
        yield from _unknown(test.feature, kit.features, "tính năng", "feature", "feature")
    for need in test.needs:
        yield from _unknown(need, REACHED, "điều phải tới được", "thing to be reached", "needs")
    yield from _of_kind(test)
    yield from _known_names(test)


def _unknown(name: str, known: Iterable[str], vi: str, en: str, word: str) -> Iterator[tuple[str, str, str]]:
    if name not in known:
        near_vi, near_en = nearest(name, known)
        yield f"Không có {vi} “{name}”{near_vi}", f"there is no {en} {name!r}{near_en}", word


def _of_kind(test: Test) -> Iterator[tuple[str, str, str]]:
    roles = {scene.role for scene in test.scenes}
    if test.kind == "attest":
        if test.scenes or test.checks or not test.statement:
            yield "Loại attest chỉ có statement", "an attest test has a statement and nothing else", "kind"
        return
    if not test.scenes or not test.checks:
        yield "Cần scenes và checks", "scenes and checks are needed", "kind"
    if test.kind != "silence":
        return
    if roles != _SILENCE:
        yield "Loại silence cần ba cảnh defect, twin, control", "silence needs defect, twin and control", "scenes"
    for role, name in (("defect", "seen"), ("defect", None), ("twin", "proceeds"), ("control", "proceeds")):
        if not any(check.role == role and (name is None or check.name == name) for check in test.checks):
            vi, en = f"Thiếu phép kiểm tra {name} cho cảnh {role}", f"a check {name} of scene {role} is missing"
            yield vi, en, "checks"


def _known_names(test: Test) -> Iterator[tuple[str, str, str]]:
    from emulator.certification.checks import CHECKS
    from emulator.certification.tasks import TASKS

    for check in test.checks:
        yield from _unknown(check.name, CHECKS, "phép kiểm tra", "check", "checks")
        for word in _OPERATIONS & check.given.keys():
            yield from _unknown_operations(check.given[word], "checks")
    for scene in test.scenes:
        yield from _unknown(scene.task, TASKS, "việc", "task", "scenes")
        for fault in scene.stimulus.faults:
            yield from _unknown_operations(fault.get("on", ()), "scenes")


def _unknown_operations(told: Any, word: str) -> Iterator[tuple[str, str, str]]:
    """Yield what no service and no gateway declares: a check that looks for it would look at nothing."""
    from emulator.services.registry import journalled_names

    for name in (told,) if isinstance(told, str) else told if isinstance(told, (list, tuple)) else ():
        if not any(fnmatchcase(each, str(name)) for each in journalled_names()):
            yield from _unknown(str(name), journalled_names(), "thao tác", "operation", word)


# The words of a kit file.

_ID = kinds.text(r"[A-Z0-9]+(-[A-Z0-9]+)+", "phải như NDXP-TK-01", "must look like NDXP-TK-01")
_SHORT = kinds.text(r"[a-z0-9]+(-[a-z0-9]+)*", "phải gồm chữ thường, số và dấu -", "must be a-z, 0-9 and '-'")
_LEVEL = kinds.one_of(("MUST", "SHOULD"), "mức", "a level")
_ROLE = kinds.one_of(ROLES, "vai của cảnh", "a role of a scene")
_FREE = kinds.map_of(kinds.anything())

STIMULUS = Record(
    {
        "faults": Word(kinds.list_of(_FREE), "lỗi đặt sẵn (docs/faults)", "armed faults"),
        "settings": Word(_FREE, "thiết lập của sandbox", "settings of the sandbox"),
        "advance": Word(kinds.duration(), "tua đồng hồ ảo trước cảnh", "turns the virtual clock first"),
        "effects": Word(kinds.list_of(_FREE), "việc xảy ra trước cảnh (docs/time)", "effects that happen first"),
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
        "check": Word(kinds.text(), "tên phép kiểm tra", "name of the check", True),
        "on": Word(_ROLE, "chỉ xét cảnh này", "looks at these scenes only"),
        "level": Word(_LEVEL, "SHOULD: chỉ cảnh báo", "SHOULD: warns only"),
        "with": Word(_FREE, "tham số", "what it is given"),
    }
)
TEST = Record(
    {
        "id": Word(_ID, "mã, không đổi giữa các phiên bản", "id, never changed", True),
        "group": Word(_SHORT, "nhóm", "group", True),
        "kind": Word(kinds.one_of(KINDS, "loại", "a kind"), "observe, probe, silence, attest", "kind", True),
        "title": Word(BOTH.kind(), "tên", "title", True),
        "requirements": Word(kinds.list_of(kinds.text(), or_single=True), "yêu cầu được kiểm", "requirements", True),
        "level": Word(_LEVEL, "MUST hoặc SHOULD", "MUST or SHOULD"),
        "needs": Word(
            kinds.list_of(kinds.one_of(tuple(REACHED), "điều phải tới được", "a thing to be reached"), or_single=True),
            "điều phải tới được: " + ", ".join(REACHED),
            "what must have been reached",
        ),
        "together": Word(kinds.truth(), "các cảnh diễn liền nhau", "its scenes follow one another"),
        "feature": Word(_SHORT, "tính năng; không khai báo thì bỏ qua", "feature; omitted when not declared"),
        "scenes": Word(kinds.list_of(SCENE.kind()), "các cảnh", "the scenes"),
        "checks": Word(kinds.list_of(CHECK.kind()), "các phép kiểm tra", "the checks"),
        "next": Word(BOTH.kind(), "nếu không đạt thì làm gì", "what to do when it fails", True),
        "example": Word(BOTH.kind(), "ví dụ chép được", "an example to copy", True),
        "statement": Word(BOTH.kind(), "điều người chứng thực khai", "what a person declares"),
    }
)
KIT = Record(
    {
        "$schema": Word(kinds.text(), "lược đồ", "schema"),
        "id": Word(_SHORT, "mã, trùng tên tệp", "id, the file's name", True),
        "version": Word(
            kinds.text(r"\d+\.\d+(\.\d+)?", "phải như 1.0", "must look like 1.0"), "phiên bản", "version", True
        ),
        "title": Word(BOTH.kind(), "tên", "title", True),
        "purpose": Word(BOTH.kind(), "mục đích", "purpose", True),
        "groups": Word(kinds.map_of(BOTH.kind(), _SHORT), "các nhóm", "groups", True),
        "features": Word(kinds.map_of(BOTH.kind(), _SHORT), "tính năng có thể không có", "features one may lack"),
        "tests": Word(kinds.list_of(TEST.kind()), "các phép thử", "tests", True),
    }
)
