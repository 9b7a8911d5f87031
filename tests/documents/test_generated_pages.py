"""The generated pages say what the code does."""

from __future__ import annotations

from functools import partial

import pytest
from lxml import etree

from release.pages import DOCS, FILES, LANGUAGES
from release.schemas import extent_schema
from tests.builders import EXTENT_FINAL, EXTENT_NEW
from tests.house import coverage_page

FRESH = FILES | {f"quirks.{one}.md": partial(coverage_page.register_page, one) for one in LANGUAGES}


@pytest.mark.parametrize("name", FRESH)
def test_a_generated_page_is_not_stale(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == FRESH[name](), "run: make docs"


@pytest.mark.parametrize("xml", [EXTENT_NEW, EXTENT_FINAL])
def test_the_published_schema_accepts_what_strict_accepts(xml: str) -> None:
    schema = etree.XMLSchema(etree.fromstring(extent_schema().encode()))
    schema.assertValid(etree.fromstring(xml.encode()))


def test_the_published_schema_refuses_an_unknown_element() -> None:
    schema = etree.XMLSchema(etree.fromstring(extent_schema().encode()))
    wrong = EXTENT_NEW.replace("<IsDeleted>", "<KichThuoc>9</KichThuoc><IsDeleted>")
    assert not schema.validate(etree.fromstring(wrong.encode()))
