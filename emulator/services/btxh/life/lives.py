"""The written lives of procedures: data files, one a procedure, that say what offices do with a dossier and how long.

A life is JSON (``docs/time``): the pack's own in its folder ``lives``, else the one that comes with the emulator.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from emulator.country.furnish import nearest
from emulator.country.pack import Pack
from emulator.country.pack_reading import shipped_folder
from emulator.country.positions import Places, Problem, sheet_text, syntax_problems
from emulator.kernel.values import value_class
from emulator.services.btxh.life.moving import LEVELS
from emulator.wire.codes import STATUS_NAMES, judge_move

FOLDER = "lives"
Chances = Mapping[str, float]
_STAGE_WORDS = {"status", "level", "note", "due_days", "after_h", "next", "most", "result"}
_WORDS = {"procedure", "source_vi", "source_en", "papers", "first", "stages"}


@value_class
class Stage:
    """One stage: what the dossier becomes, by whom, how many working hours after the stage before, and what follows.

    ``most`` is how often a dossier may reach it; ``result`` is the name of the file that is issued there, or empty.
    """

    status: int
    level: str
    note: str
    due_days: int
    after_h: tuple[float, float]
    next: Chances
    most: int = 1
    result: str = ""


@value_class
class Life:
    """How dossiers of one procedure live."""

    procedure: str
    papers: tuple[str, ...]
    first: Chances
    stages: Mapping[str, Stage]


class LifeTrouble(Exception):
    """A life cannot be used; ``problems`` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def life_of(pack: Pack, procedure: str) -> Life | None:
    """Return the life of a procedure, or None when nobody has written one.

    Raises:
        LifeTrouble: the file is wrong.
    """
    for folder in (pack.folder, shipped_folder()):
        path = folder / FOLDER / f"{procedure}.json" if folder else None
        if path and path.is_file():
            return _read(path)
    return None


def procedures_with_lives(pack: Pack) -> tuple[str, ...]:
    """Return the codes of the procedures of a pack that have a life, in order."""
    folders = [folder / FOLDER for folder in (pack.folder, shipped_folder()) if folder]
    written = {path.stem for folder in folders for path in folder.glob("*.json")}
    known = {code for row in pack.rows("procedures") for code in row.values() if code in written}
    return tuple(sorted(code for code in known if code))


@lru_cache(64)
def _read(path: Path) -> Life:
    problems = inspect_life(path)
    if problems:
        raise LifeTrouble(problems)
    content = json.loads(sheet_text(path))
    stages = {name: Stage(**{**words, "after_h": tuple(words["after_h"])}) for name, words in content["stages"].items()}
    return Life(content["procedure"], tuple(content["papers"]), content["first"], stages)


def inspect_life(path: Path) -> list[Problem]:
    """Return everything that is wrong with a life, with its place in the file."""
    found = syntax_problems(path)
    if found:
        return found
    text = sheet_text(path)
    content, places = json.loads(text), Places(path, text)
    return [places.problem_at(at, vi, en) for at, vi, en in _findings(content, path.stem)]


Found = tuple[tuple[str, ...], str, str]


def _findings(content: Any, procedure: str) -> Iterator[Found]:
    if not isinstance(content, dict):
        yield (), "Tệp phải là một đối tượng JSON", "the file must be a JSON object"
        return
    yield from _words((), content, _WORDS, _WORDS)
    if content.get("procedure") != procedure:
        yield ("procedure",), f"phải là {procedure} như tên tệp", f"must be {procedure}, as the file is called"
    stages = content.get("stages")
    if not isinstance(stages, dict) or not all(isinstance(each, dict) for each in stages.values()):
        yield ("stages",), "phải là các chặng theo tên", "must be stages by name"
        return
    for name, stage in stages.items():
        yield from _stage_findings(("stages", name), stage)
    yield from _chances(("first",), content.get("first"), None, stages)
    for name, stage in stages.items():
        yield from _chances(("stages", name, "next"), stage.get("next"), stage.get("status"), stages)


def _words(at: tuple[str, ...], given: Mapping[str, Any], known: set[str], needed: set[str]) -> Iterator[Found]:
    for name in given:
        if name not in known:
            vi, en = nearest(name, known)
            yield (*at, name), f"Từ lạ “{name}”{vi}", f"unknown word {name!r}{en}"
    for name in sorted(needed - set(given)):
        yield at, f"Thiếu {name}", f"{name} is missing"


def _stage_findings(at: tuple[str, ...], stage: Mapping[str, Any]) -> Iterator[Found]:
    yield from _words(at, stage, _STAGE_WORDS, _STAGE_WORDS - {"most", "result"})
    if stage.get("status") not in STATUS_NAMES:
        yield (*at, "status"), "không có trạng thái này", "there is no such status"
    if stage.get("level") not in LEVELS:
        vi, en = nearest(str(stage.get("level")), LEVELS)
        yield (*at, "level"), f"không có cấp này{vi}", f"there is no such level{en}"
    hours = stage.get("after_h")
    if not (isinstance(hours, list) and len(hours) == 2 and all(isinstance(each, int | float) for each in hours)):
        yield (*at, "after_h"), "phải là [ít nhất, nhiều nhất] giờ làm việc", "must be [least, most] working hours"
    elif not 0 <= hours[0] <= hours[1]:
        yield (*at, "after_h"), "số giờ phải không âm và tăng dần", "hours must not be negative, the least first"


def _chances(at: tuple[str, ...], chances: Any, before: int | None, stages: Mapping[str, Any]) -> Iterator[Found]:
    if not isinstance(chances, dict):
        yield at, "phải là {chặng: trọng số}", "must be {stage: weight}"
        return
    for name, weight in chances.items():
        if name not in stages:
            vi, en = nearest(name, stages)
            yield (*at, name), f"không có chặng “{name}”{vi}", f"there is no stage {name!r}{en}"
        elif not isinstance(weight, int | float) or weight <= 0:
            yield (*at, name), "trọng số phải lớn hơn 0", "a weight must be more than 0"
        elif judge_move(before, stages[name].get("status", 0)) == "illegal":
            after = stages[name].get("status")
            yield (*at, name), f"không thể từ trạng thái {before} sang {after}", f"no move from {before} to {after}"
