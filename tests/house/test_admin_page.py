"""The admin pages name every route and every setting; the OpenAPI document describes every route."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from emulator.admin.request import PREFIX
from emulator.admin.routes import ROUTES, TABLE
from emulator.country.settings import SandboxSettings
from emulator.openapi.document import document
from release.pages import DOCS, LANGUAGES, Language

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_route_and_every_setting_is_on_the_page_with_its_meaning(language: Language) -> None:
    page = (DOCS / f"admin.{language}.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([^`]+)` \|.*\| ([^|]+) \|$", page, re.MULTILINE))
    wanted = [f"{row.verb} {row.path or '/'}" for row in ROUTES] + [each.name for each in fields(SandboxSettings)]
    assert len(wanted) > 150
    assert [name for name in wanted if not rows.get(name)] == []


def test_every_route_is_in_the_openapi_document_and_no_other() -> None:
    """A route is declared once, beside the function that answers it; the document is derived from that."""
    paths = document()["paths"]
    described = {(verb.upper(), path) for path in paths if path.startswith(PREFIX) for verb in paths[path]}
    assert described == {(verb, PREFIX + path) for verb, path in TABLE}
    assert len(ROUTES) > 60


def test_every_module_of_routes_is_in_the_table() -> None:
    declared = {
        (verb, path)
        for module in (ROOT / "emulator" / "admin").glob("*.py")
        for verb, path in re.findall(r'ROUTES\w*\.add\(\s*"(\w+)",\s*"([^"]*)"', module.read_text(encoding="utf-8"))
    }
    assert declared == {(row.verb, row.path) for row in ROUTES}


def test_the_openapi_document_names_nothing_that_it_has_not() -> None:
    told = document()
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(told)))
    assert named - told["components"]["schemas"].keys() == set()
