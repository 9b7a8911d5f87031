"""A kit looks for what exists: its operations, its rules, and those that the checks' code names are all declared."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from emulator.certification.kit_reader import BadFile, kit_names, kit_of, read_kit
from emulator.kernel.exchange import registered_rules
from emulator.services.registry import journalled_names
from emulator.wire.reading import QUIRKS

CODE = Path(__file__).resolve().parents[2] / "emulator" / "certification"
NAME = re.compile(r"(btxh|ndxp|dvcqg|province|ministry|xroad)(\.[A-Za-z-]+)+", re.ASCII)


@pytest.mark.parametrize(
    ("kit", "right", "wrong"),
    [
        ("cong-ndxp", "operation: btxh.DongBoDVC, outcome", "operation: btxh.DongboDVC, outcome"),
        ("kho-dl", "login: dvcqg.papers.login", "login: dvcqg.papers.logn"),
        ("kho-dl", '["dvcqg.papers.*"]', '["dvcqg.paper.*"]'),
        ("btxh-a2", "on: ministry.page", "on: ministry.pages"),
    ],
    ids=["operation", "login", "pattern", "fault"],
)
def test_a_kit_that_looks_for_an_operation_nobody_declares_is_refused(kit: str, right: str, wrong: str) -> None:
    text = kit_of(kit).text
    assert right in text
    with pytest.raises(BadFile) as refused:
        read_kit(Path(f"{kit}.yaml"), text.replace(right, wrong).encode())
    assert "Không có thao tác “" in str(refused.value)
    assert "gần nhất: “" in str(refused.value)


def test_every_operation_the_checks_name_is_declared_by_a_service_or_a_gateway() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(CODE.rglob("*.py"))]
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    named = {text for text in texts if isinstance(text, str) and NAME.fullmatch(text) and not text.endswith(".csv")}
    assert len(named) > 10
    assert named - set(journalled_names()) == set()


@pytest.mark.parametrize("kit", kit_names())
def test_every_rule_a_kit_looks_for_is_registered(kit: str) -> None:
    checks = [check for test in kit_of(kit).tests for check in test.checks if check.name == "not-remarked"]
    looked = {rule for check in checks for rule in check.given["rules"]}
    assert looked - {rule.id for rule in registered_rules()} - set(QUIRKS) == set()
