"""A stage: a country whose library holds what a test writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import indent

import pytest

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.settings import Settings
from tests.conftest import Visitor

HEAD = """\
id: {name}
title: {{vi: Thử, en: Test}}
purpose: {{vi: Thử, en: Test}}
source: ours
good_client: {{vi: Thử, en: Test}}
"""

Stage = Callable[..., Visitor]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scenarios"
    made.mkdir()
    return made


@pytest.fixture
def stage(tmp_path: Path, folder: Path, co_ban: Pack) -> Iterator[Stage]:
    """Return what puts a scenario on: its steps, and what else its file says."""
    countries = []

    def put_on(steps: str, more: str = "", *, watch: bool = False) -> Visitor:
        text = HEAD.format(name="thu") + more + "steps:\n" + indent(steps.strip("\n"), "  ") + "\n"
        (folder / "thu.yaml").write_text(text, encoding="utf-8")
        country = found_country(Settings(scenarios=(folder,), watch=watch), tmp_path / "store.db", {"co-ban": co_ban})
        countries.append(country)
        visitor = Visitor(country)
        chosen = visitor.http.put("/__admin/scenario", json={"scenario": "thu"})
        assert chosen.status_code == 200, chosen.text
        return visitor

    yield put_on
    for country in countries:
        country.store.close()
