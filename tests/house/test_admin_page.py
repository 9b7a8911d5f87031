"""The admin page names every route and every setting."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from emulator.admin.routes import ROUTES
from emulator.world.settings import SandboxSettings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "admin.md").read_text(encoding="utf-8")


def test_every_route_is_on_the_page() -> None:
    missing = sorted({row.path for row in ROUTES if row.path and f"{row.path}`" not in PAGE})
    assert missing == []


def test_every_setting_is_on_the_page() -> None:
    missing = [each.name for each in fields(SandboxSettings) if f"`{each.name}`" not in PAGE]
    assert not missing
