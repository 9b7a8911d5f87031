"""The admin page names every route and every setting; the OpenAPI document describes every route."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

from emulator.admin.routes import ROUTES
from emulator.country.settings import SandboxSettings
from emulator.openapi.admin_table import TOLD
from emulator.openapi.document import document

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "admin.md").read_text(encoding="utf-8")


def test_every_route_is_on_the_page() -> None:
    missing = sorted({row.path for row in ROUTES if row.path and f"{row.path}`" not in PAGE})
    assert missing == []


def test_every_setting_is_on_the_page() -> None:
    missing = [each.name for each in fields(SandboxSettings) if f"`{each.name}`" not in PAGE]
    assert not missing


def test_every_route_is_described_for_the_openapi_document() -> None:
    """A new route needs a ``Told`` in emulator/openapi/admin_table.py and the shape of its answer beside it."""
    missing = [(row.verb, row.path) for row in ROUTES if (row.verb, row.path) not in TOLD]
    gone = [key for key in TOLD if key not in {(row.verb, row.path) for row in ROUTES}]
    assert (missing, gone) == ([], [])


def test_the_openapi_document_names_nothing_that_it_has_not() -> None:
    told = document()
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(told)))
    assert named - told["components"]["schemas"].keys() == set()
