"""The register of rules: whatever a remark says stands on something, once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import emulator.app
import emulator.scenario.faults
from emulator.country.furnish import nearest
from emulator.kernel.exchange import (
    Remark,
    Rule,
    UnregisteredRule,
    WrongRule,
    find_rule,
    register_rules,
    registered_rules,
)
from emulator.wire.reading import QUIRKS, REFUSING, OwnRule

PACKAGE = Path(emulator.app.__file__).parent
RULES = tuple(registered_rules())
IDS = {rule.id for rule in RULES}
RULE_PARAMETERS = {"rule", "quirk"}


@cache
def trees() -> tuple[tuple[Path, ast.Module], ...]:
    files = [file for file in sorted(PACKAGE.rglob("*.py")) if "certification" not in file.parts]
    return tuple((file, ast.parse(file.read_text(encoding="utf-8"))) for file in files)


def positions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield each function or class of a module that takes a rule, with the place of that parameter in a call."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            if isinstance(node, ast.FunctionDef):
                names = [each.arg for each in node.args.args if each.arg != "self"]
            else:
                fields = (each.target for each in node.body if isinstance(each, ast.AnnAssign))
                names = [each.id for each in fields if isinstance(each, ast.Name)]
            yield from ((node.name, names.index(name)) for name in RULE_PARAMETERS & set(names))


SHARED = {"remark": 0, "refuse": 0, "note": 0, "meet": 0, "meet_own": 0, "Remark": 0}


def rules_in(node: ast.expr) -> Iterator[str]:
    """Yield the rules that an argument names: one, or one of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from rules_in(node.body)
        yield from rules_in(node.orelse)
    elif isinstance(node, ast.Tuple) and node.elts:
        yield from rules_in(node.elts[0])


def raised_rules() -> Iterator[tuple[str, str]]:
    """Yield every rule that a call names in words, and where."""
    for file, tree in trees():
        takers = dict(positions(tree)) | SHARED
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = takers.get(called)
            named = [each.value for each in node.keywords if each.arg in RULE_PARAMETERS and called in takers]
            given = node.args[place : place + 1] if place is not None else []
            for argument in (*given, *named):
                for rule in rules_in(argument):
                    yield rule, f"{file.relative_to(PACKAGE)}:{node.lineno}"


def test_every_rule_that_the_code_raises_is_registered() -> None:
    raised = list(raised_rules())
    assert len({rule for rule, _ in raised}) > 100
    strangers = [f"{where}: {rule!r}, nearest {nearest(rule, IDS)!r}" for rule, where in raised if rule not in IDS]
    assert not strangers, "add a row to the rules.csv of the owner:\n" + "\n".join(strangers)


def test_every_rule_that_is_registered_is_raised_somewhere() -> None:
    words = {
        node.value
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    written = {rule for rule in IDS - set(QUIRKS) if not rule.startswith("fault:")}  # those come from their own tables
    idle = sorted(rule for rule in written if rule.removeprefix("own-server-").removeprefix("ndxp-") not in words)
    assert len(written) > 80
    assert not idle, f"registered and raised nowhere: {idle}"


def test_a_rule_has_one_owner_and_two_languages() -> None:
    assert len({(rule.id, rule.scope) for rule in RULES}) == len(RULES)
    assert not [rule.id for rule in RULES if not (rule.vi.strip() and rule.en.strip())]


def test_a_rule_that_nobody_registered_cannot_be_raised() -> None:
    with pytest.raises(UnregisteredRule, match=r"rules\.csv"):
        Remark("no-such-rule", "note", "", "vi", "en")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,,document,apim-faults,error,v,e", "no ground"),
        ("a,,lore,BTXH 2,error,v,e", "no known word"),
        ("a,,ours,ours,loud,v,e", "no known word"),
        ("a,,ours,,error,v,e", "blank"),
        ("a,,ours,ours,error,v", "7 columns"),
        ("a,,ours,ours,error,v,e,more", "7 columns"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path: Path, row: str, said: str) -> None:
    file = tmp_path / "rules.csv"
    file.write_text(f"rule,scope,basis,source,level,vi,en\n{row}\n", encoding="utf-8")
    with pytest.raises(WrongRule, match=said) as trouble:
        register_rules(file)
    assert f"{file}:2" in str(trouble.value)


@pytest.mark.parametrize("scopes", [("", "btxh.", "btxh.Dong"), ("btxh.Dong", "btxh.", ""), ("btxh.", "", "btxh.Dong")])
def test_the_narrowest_row_counts_in_whatever_order_the_rows_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scopes: tuple[str, ...]
) -> None:
    monkeypatch.setattr("emulator.kernel.exchange._RULES", {})
    monkeypatch.setattr("emulator.kernel.exchange._FOUND", {})
    file = tmp_path / "rules.csv"
    rows = [f"a,{scope},ours,ours,note,{scope or 'moi noi'},e" for scope in scopes]
    file.write_text("\n".join(["rule,scope,basis,source,level,vi,en", *rows]) + "\n", encoding="utf-8")
    register_rules(file)
    operations = ("btxh.DongBoDVC", "btxh.XuLyHoSo", "dvcqg.x", None)
    assert [find_rule("a", each).vi for each in operations] == ["btxh.Dong", "btxh.", "moi noi", "moi noi"]
    assert [rule.scope for rule in registered_rules()] == ["btxh.Dong", "btxh.", ""]


def test_the_narrowest_row_of_a_rule_counts() -> None:
    remark = Remark("required", "error", "/MaHoSo", "vi", "en", found="", expected="MaHoSo")
    assert remark.as_dict("btxh.DongBoDVC", "BTXH 3.1.1") == {
        "rule": "required",
        "level": "error",
        "basis": "document",
        "source": "BTXH 3.1.1",
        "path": "/MaHoSo",
        "vi": "vi",
        "en": "en",
        "expected": "MaHoSo",
    }
    wide = Rule("x", "", "ours", "ours", "note", "v", "e", "here")
    assert wide.grounds("BTXH 2.1") == ("ours", "ours")


def test_what_is_ours_and_refuses_stands_on_the_short_list_with_its_reason() -> None:
    """A rule that a setting makes refuse is not on it: without the setting it notes (decision 0040)."""
    by_setting = {*get_args(OwnRule), "transition", "transition-refused"}
    refusing = {rule.id for rule in RULES if rule.basis == "ours" and rule.level != "note"} - by_setting
    page = (PACKAGE.parent / "docs" / "decisions" / "0038-basis-and-sources.md").read_text(encoding="utf-8")
    table = page.partition("| Rule | Why it refuses |")[2]
    listed = {name for row in table.splitlines() for name in re.findall(r"`([a-z-]+)`", row.partition(" | ")[0])}
    assert len(listed) > 5
    assert refusing == listed


def test_every_rule_that_a_setting_can_make_refuse_says_it_is_ours() -> None:
    assert {name for name in get_args(OwnRule) if not any(r.id == name and r.basis == "ours" for r in RULES)} == set()
    assert set() < set(REFUSING) <= {rule.id for rule in RULES if rule.basis == "ours"}
