"""What crosses a wall has a type with its members; what is open says so by one name, and there is little of it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house.test_rooms import PACKAGE, ROOT, SOURCES, room_of

OPEN = re.compile(r"\b(?:dict|Mapping|MutableMapping)\[str, Any\]")
NAMED = re.compile(r"\bJsonObject\b")
MOST_OPEN = {
    "admin": 3,
    "classroom": 3,
    "cli": 9,
    "console": 1,
    "country": 13,
    "journal": 4,
    "recording": 4,
    "scenario": 21,
    "server": 2,
    "services": 46,
    "testing": 6,
    "wire": 4,
}
"""By room: public signatures and members of public classes that spell an open object out. No other room has any."""
MOST_NAMED = 46
"""So many name one as what it is; for what this program shapes itself there is a type."""
FEWEST_LOOKED_AT = 8_000
ALIASES = {
    "Changes": ("console/repeat.py",),
    "Conditions": ("recording/to_scenario.py",),
    "EffectWords": ("country/agenda.py",),
    "Entry": ("testing/evidence.py",),
    "JsonObject": ("kernel/exchange.py",),
    "KitWords": ("certification/kit.py",),
    "Params": ("scenario/fault.py",),
    "Pattern": ("testing/evidence.py",),
    "Row": ("scenario/performance.py", "services/portal/bodies.py", "services/portal/models.py"),
    "Schema": ("scenario/fault.py",),
    "Shape": ("services/interface.py",),
    "State": ("classroom/classes.py",),
    "Words": (
        "classroom/lessons.py",
        "country/effects.py",
        "scenario/building.py",
        "scenario/checks.py",
        "services/btxh/life/effects.py",
    ),
}
"""Other names for an open object: where each stands."""


class Annotated(NamedTuple):
    """An annotation others can come to depend on: of a parameter, a result, a member of a class."""

    path: Path
    line: int
    of: str
    text: str


def is_public(name: str) -> bool:
    return not name.startswith("_") or name in ("__init__", "__call__")


def annotated(body: list[ast.stmt], path: Path, owner: str = "") -> Iterator[Annotated]:
    for node in body:
        if isinstance(node, ast.ClassDef) and is_public(node.name):
            yield from annotated(node.body, path, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_public(node.name):
            yield from of_function(node, path, owner)
        elif owner and isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
            yield from [Annotated(path, node.lineno, owner + name, ast.unparse(node.annotation))] * is_public(name)


def of_function(node: ast.FunctionDef | ast.AsyncFunctionDef, path: Path, owner: str) -> Iterator[Annotated]:
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    for each in every:
        if each.annotation:
            yield Annotated(path, node.lineno, f"{owner}{node.name}({each.arg})", ast.unparse(each.annotation))
    if node.returns:
        yield Annotated(path, node.lineno, f"{owner}{node.name}()", ast.unparse(node.returns))


@cache
def everything() -> tuple[Annotated, ...]:
    return tuple(
        found for path in SOURCES for found in annotated(ast.parse(path.read_text(encoding="utf-8")).body, path)
    )


def those(pattern: re.Pattern[str]) -> list[Annotated]:
    return [each for each in everything() if pattern.search(each.text)]


def listed(found: list[Annotated]) -> str:
    return "\n".join(f"{each.path.relative_to(ROOT)}:{each.line} {each.of}: {each.text}" for each in found)


def test_there_is_something_to_look_at() -> None:
    assert len(everything()) >= FEWEST_LOOKED_AT
    assert len({room_of(each.path) for each in everything()}) > 15


def test_no_room_has_more_open_objects_in_what_others_see_of_it_than_it_had() -> None:
    found = those(OPEN)
    counts = Counter(room_of(each.path) for each in found)
    more = {room for room, count in counts.items() if count > MOST_OPEN.get(room, 0)}
    assert more == set(), listed([each for each in found if room_of(each.path) in more])
    assert {room: most for room, most in MOST_OPEN.items() if most > counts[room]} == {}, "lower what may be lower"


def test_certification_spells_no_open_object_out_in_what_others_see_of_it() -> None:
    looked = [each for each in everything() if room_of(each.path) == "certification"]
    assert len(looked) > 800
    assert "certification" not in MOST_OPEN
    assert listed([each for each in looked if OPEN.search(each.text)]) == ""


def test_few_things_are_named_open() -> None:
    found = those(NAMED)
    assert found
    assert len(found) <= MOST_NAMED, listed(found)


def test_an_open_object_has_one_name_and_no_others_than_are_listed_here() -> None:
    lines = {path: path.read_text(encoding="utf-8").splitlines() for path in SOURCES}
    alias = re.compile(r"^(\w+)(?:: TypeAlias)? = (?:dict|Mapping)\[str, Any\]$")
    found = {
        (path.relative_to(PACKAGE).as_posix(), named[1])
        for path, every in lines.items()
        for line in every
        if (named := alias.match(line))
    }
    assert found == {(place, name) for name, places in ALIASES.items() for place in places}


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("def f(told: dict[str, Any]) -> None: ...", 1),
        ("def f() -> list[dict[str, Any]]: ...", 1),
        ("class C:\n    told: Mapping[str, Any]\n    def _g(self) -> dict[str, Any]: ...", 1),
        ("class C:\n    def __init__(self, **told: dict[str, Any]) -> None: ...", 1),
        ("class _C:\n    told: dict[str, Any]", 0),
        ("def _f(told: dict[str, Any]) -> dict[str, str]: ...", 0),
    ],
)
def test_what_is_counted(code: str, count: int) -> None:
    found = [each for each in annotated(ast.parse(code).body, Path("x.py")) if OPEN.search(each.text)]
    assert len(found) == count
