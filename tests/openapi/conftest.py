"""The document as a client gets it, and a country to try it on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.app import Country, found_country
from emulator.country.axis import papers_account, portal_account
from emulator.country.pack import Pack
from emulator.settings import Settings
from tests.conftest import Visitor
from tests.openapi.reader import Reader


def credentials(country: Country) -> dict[str, str]:
    """Return the values of the variables that the ready line of a server gives."""
    sandbox = country.sandboxes.get("default")
    portal, papers = portal_account(sandbox), papers_account(sandbox)
    return {
        "portal_username": portal.username,
        "portal_password": portal.password,
        "portal_unit": portal.unit,
        "papers_username": papers.username,
        "papers_password": papers.password,
    }


@pytest.fixture
def reader(tmp_path: Path, co_ban: Pack) -> Iterator[Reader]:
    country = found_country(Settings(), tmp_path / "store.db", {"co-ban": co_ban})
    visitor = Visitor(country)
    document: dict[str, Any] = visitor.http.get("/__admin/openapi.json").json
    yield Reader(visitor, document, credentials(country))
    country.store.close()
