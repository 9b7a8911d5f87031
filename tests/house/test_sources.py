"""Whatever is cited can be found: a clause, an entry of docs/sources, a quirk, or the word ours."""

from __future__ import annotations

import re

import pytest

from release.pages import DOCS, LANGUAGES, Language
from tests.house import sources, sources_page
from tests.house.sources import CITED, CLAUSE, Source

OLD = re.compile(r"facts-(?:platforms|gateway|clients)|\b(?:platforms|clients) §|facts §")
THIS = "tests/house/test_sources.py"


@pytest.mark.parametrize("entry", sources.entries(), ids=lambda each: each.id)
def test_a_source_says_what_is_known_how_well_and_where_it_is_public(entry: Source) -> None:
    assert CITED.fullmatch(f"src:{entry.id}")
    assert entry.grade
    assert set() < set(entry.grade) <= set(sources.grades())
    assert len(entry.vi) > 40
    assert len(entry.en) > 40
    assert entry.public


def test_ids_are_distinct() -> None:
    names = [entry.id for entry in sources.entries()]
    assert len(names) > 40
    assert sorted(set(names)) == sorted(names)


def test_every_citation_in_prose_resolves() -> None:
    cited = [(place, name) for place, text in sources.texts() for name in CITED.findall(text) if place != THIS]
    assert len(cited) > 100
    strangers = sorted({f"{place}: src:{name}" for place, name in cited if name not in sources.ids()})
    assert not strangers, "no entry of docs/sources:\n" + "\n".join(strangers)


def test_every_clause_that_is_cited_exists() -> None:
    cited = [(place, f"{a} {b}") for place, text in sources.texts() for a, b in CLAUSE.findall(text)]
    assert len(cited) > 300
    strangers = sorted({f"{place}: {clause}" for place, clause in cited if clause not in sources.clauses()})
    assert not strangers, "no clause of requirements/clauses.csv:\n" + "\n".join(strangers)


def test_nothing_cites_a_paper_that_nobody_can_read() -> None:
    found = [place for place, text in sources.texts() if place not in (THIS, "CHANGELOG.md") and OLD.search(text)]
    assert not found


def test_every_rule_fault_operation_scenario_and_section_has_a_source_that_resolves() -> None:
    found = list(sources.structured())
    assert len(found) > 250
    wrong = [(room, source) for room, source in found if sources.trouble_with(source)]
    assert not wrong


def test_every_source_is_relied_on() -> None:
    relied = {
        name for place, text in sources.texts() if not place.startswith("docs/sources.") for name in CITED.findall(text)
    }
    for _, source in sources.structured():
        relied |= set(source.split("; "))
    assert sources.ids() - relied == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_sources_is_not_stale(language: Language) -> None:
    written = (DOCS / f"sources.{language}.md").read_text(encoding="utf-8")
    assert written == sources_page.page(language), "run: make docs"
