"""Every setting and every flag of ``serve`` is named by a test: one that nobody sets could be lost unnoticed."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from emulator.cli.serve import serve
from emulator.country.settings import SandboxSettings

TESTS = Path(__file__).resolve().parents[1]


def unnamed(names: set[str], texts: list[str]) -> set[str]:
    """Return the names that stand in none of the texts."""
    words = {word for text in texts for word in re.findall(r"\w+", text)}
    return names - words


def test_every_setting_of_a_sandbox_is_named_by_a_test() -> None:
    names = {field.name for field in fields(SandboxSettings)}
    texts = [path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py")]
    assert len(names) > 40
    assert len(texts) > 100
    assert unnamed(names, texts) == set()


def test_every_flag_of_serve_is_named_by_a_test() -> None:
    flags = {flag for each in serve.params for flag in each.opts if flag.startswith("--")}
    told = " ".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py"))
    assert len(flags) > 30
    assert {flag for flag in flags if not re.search(rf"{re.escape(flag)}(?![\w-])", told)} == set()


def test_a_setting_that_no_test_names_would_be_found() -> None:
    assert unnamed({"pull_limit", "pull_limits"}, ["settle(pull_limit=7)"]) == {"pull_limits"}
