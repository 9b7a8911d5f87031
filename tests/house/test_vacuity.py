"""The tests of the suite cannot pass on nothing: no assertion that an empty collection, or either half, satisfies."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FEWEST_TESTS, FEWEST_ASSERTIONS = 1200, 3000
SETS = ("set", "frozenset")


@cache
def trees() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "tests").rglob("*.py"))
    }


def assertions(tree: ast.AST) -> Iterator[ast.Assert]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Assert))


def is_filled_display(node: ast.AST) -> bool:
    """Tell whether something has an element by the very way it is written."""
    match node:
        case ast.Call(func=ast.Name(id="range" | "enumerate"), args=given):
            return all(is_filled_display(each) for each in given)
        case ast.Constant(value=value):
            return bool(value)
        case ast.Dict(keys=keys):
            return bool(keys)
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return any(not isinstance(each, ast.Starred) for each in elements)
        case ast.BinOp(left=left, op=ast.Sub()):
            return is_filled_display(left)
    return False


def is_a_set(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub):
        return is_a_set(node.left) or is_a_set(node.right)
    if isinstance(node, ast.Call):
        by_name = isinstance(node.func, ast.Name) and node.func.id in SETS
        return by_name or (isinstance(node.func, ast.Attribute) and node.func.attr == "keys")
    return isinstance(node, ast.Set | ast.SetComp)


def empty_subsets(tree: ast.AST) -> Iterator[ast.Assert]:
    """Yield assertions that a set lies inside another, where nothing says that the first has an element."""
    for asserted in assertions(tree):
        for node in ast.walk(asserted.test):
            if not isinstance(node, ast.Compare):
                continue
            sides = [node.left, *node.comparators]
            for left, sign, right in zip(sides, node.ops, sides[1:], strict=False):
                if isinstance(sign, ast.LtE | ast.GtE) and (is_a_set(left) or is_a_set(right)):
                    inner = left if isinstance(sign, ast.LtE) else right
                    is_held_filled = inner is not node.left and ast.unparse(node.left) == "set()"
                    if not is_held_filled and not is_filled_display(inner):
                        yield asserted


def looks_outside_of_loops(test: ast.FunctionDef) -> tuple[bool, bool]:
    """Return (asserts in a loop that may have nothing to go through, asserts somewhere else)."""
    inside = outside = False
    waiting: list[tuple[ast.AST, bool]] = [(test, False)]
    while waiting:
        node, in_loop = waiting.pop()
        for child in ast.iter_child_nodes(node):
            is_loop = isinstance(child, ast.While) or (isinstance(child, ast.For) and not is_filled_display(child.iter))
            if isinstance(child, ast.Assert) or (
                isinstance(child, ast.With) and "raises" in ast.unparse(child.items[0])
            ):
                inside, outside = inside or in_loop, outside or not in_loop
            waiting.append((child, in_loop or is_loop))
    return inside, outside


def each_test_in(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name.startswith("test_"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("assert set(a) <= set(b)", 1),
        ("assert {x for x in a} <= b.keys()", 1),
        ("assert set(b) >= a", 1),
        ("assert set() < set(a) <= set(b)", 0),
        ("assert {1, 2} <= set(b)", 0),
        ("assert set(b) >= {1}", 0),
        ("assert low <= number", 0),
    ],
)
def test_a_subset_is_seen(text: str, found: int) -> None:
    assert len(list(empty_subsets(ast.parse(text)))) == found


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("for a in found:\n  assert a", (True, False)),
        ("assert found\n for a in found:\n  assert a", (True, True)),
        ("for a in (1, 2):\n  assert a", (False, True)),
        ("for a in range(3):\n  assert a", (False, True)),
        ("while True:\n  assert a", (True, False)),
    ],
)
def test_an_assertion_that_may_never_run_is_seen(body: str, seen: tuple[bool, bool]) -> None:
    [test] = each_test_in(ast.parse(f"def test_it():\n {body}"))
    assert looks_outside_of_loops(test) == seen


def test_no_assertion_holds_when_one_of_two_things_does() -> None:
    every = [(path, each) for path, tree in trees().items() for each in assertions(tree)]
    assert len(every) >= FEWEST_ASSERTIONS
    either = [
        f"{path}:{each.lineno}"
        for path, each in every
        if isinstance(each.test, ast.BoolOp) and isinstance(each.test.op, ast.Or)
    ]
    assert either == []


def test_no_assertion_holds_for_an_empty_subset() -> None:
    found = [f"{path}:{each.lineno}" for path, tree in trees().items() for each in empty_subsets(tree)]
    assert found == []


def test_no_test_asserts_only_inside_a_loop_that_may_have_nothing_to_go_through() -> None:
    every = [(path, test) for path, tree in trees().items() for test in each_test_in(tree)]
    assert len(every) >= FEWEST_TESTS
    found = [
        f"{path}:{test.lineno} {test.name}" for path, test in every if looks_outside_of_loops(test) == (True, False)
    ]
    assert found == []


def test_an_empty_list_of_parameters_and_a_test_without_end_are_faults() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    assert options["empty_parameter_set_mark"] == "fail_at_collect"
    assert 0 < int(options["timeout"]) <= 300
