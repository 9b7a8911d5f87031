"""Names say verb and noun, a class name means one thing, and modules keep to their sizes.

Every ceiling stands where the house stood when it was last measured; it is lowered, never raised.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "emulator").rglob("*.py"))
MOST_PARTICIPLES = 0.01
MOST_AMBIGUOUS_CLASSES = 5
MOST_MODULES = 351
MOST_SMALL_MODULES = 7
SMALL = 40
FEWEST_FUNCTIONS, FEWEST_CLASSES, FEWEST_MODULES = 2000, 300, 200

IRREGULAR = re.compile(
    "asked|begun|bound|broken|built|brought|caught|chosen|done|drawn|due|fallen|felt|forgotten|found|frozen|given|gone"
    "|grown|heard|held|hidden|kept|known|laid|led|left|lent|lost|made|meant|met|paid|put|risen|said|seen|sent|shown"
    "|sold|spent|split|spoken|spread|stolen|stood|struck|taken|taught|thought|thrown|told|torn|understood|woken|won"
    "|worn|written"
)
NO_PARTICIPLE = re.compile("bleed|embed|exceed|feed|heed|need|proceed|seed|speed|succeed")


def is_bare_participle(name: str) -> bool:
    """Tell whether a function is named by a participle alone, which says neither who acts nor on what."""
    word = name.strip("_")
    if NO_PARTICIPLE.fullmatch(word):
        return False
    return (IRREGULAR.fullmatch(word) or re.fullmatch(r"[a-z]+ed", word)) is not None


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def definitions(*kinds: type[ast.AST]) -> Iterator[tuple[Path, ast.FunctionDef | ast.ClassDef]]:
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, kinds):
                assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                yield path, node


@pytest.mark.parametrize("name", ["told", "_shown", "listed", "_unmatched", "put", "due"])
def test_a_bare_participle_is_told_from_a_name(name: str) -> None:
    assert is_bare_participle(name)


@pytest.mark.parametrize("name", ["record_step", "armed_cards", "need", "read", "is_refused", "seed"])
def test_a_verb_with_a_noun_is_no_bare_participle(name: str) -> None:
    assert not is_bare_participle(name)


def test_functions_are_named_by_verb_and_noun() -> None:
    every = list(definitions(ast.FunctionDef, ast.AsyncFunctionDef))
    assert len(every) >= FEWEST_FUNCTIONS
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}" for path, node in every if is_bare_participle(node.name)
    ]
    assert len(bare) <= MOST_PARTICIPLES * len(every), bare


def test_a_class_name_means_one_thing() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path, node in definitions(ast.ClassDef):
        places[node.name].append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert len(places) >= FEWEST_CLASSES
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert len(twice) <= MOST_AMBIGUOUS_CLASSES, twice


def test_the_house_has_no_more_modules_than_it_needs() -> None:
    assert FEWEST_MODULES <= len(SOURCES) <= MOST_MODULES


def test_few_modules_are_a_shelf_wide() -> None:
    small = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if path.name not in ("__init__.py", "__main__.py")
        and (lines := path.read_text(encoding="utf-8").count("\n")) < SMALL
    }
    assert len(small) <= MOST_SMALL_MODULES, small


def test_no_module_is_split_by_number() -> None:
    numbered = {str(path.relative_to(ROOT)) for path in SOURCES if re.search(r"_\d+$", path.stem)}
    assert numbered == set()
