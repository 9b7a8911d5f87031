"""The ledger of requirements is well formed, and each duty of a vendor's system has a check or a reason."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from dataclasses import fields

import pytest

from emulator.certification.kit_reader import kit_names, kit_of
from emulator.wire.reading import QUIRKS
from tests.house import coverage_page, ledger
from tests.house.ledger import FILES, Requirement

CLAUSES = {(each.document, each.number) for each in coverage_page.clauses()}
SECTIONS = {(each.document, each.clause) for each in ledger.sources()}
KITS = {"btxh-a1", "btxh-a2", "cong-ndxp", "kho-dl"}
has_all_kits = pytest.mark.skipif(
    not {path.stem for path in ledger.kit_files()} >= KITS, reason="not all four kits have landed yet"
)
has_kits = pytest.mark.skipif(not ledger.kit_files(), reason="no kit has landed yet")


@pytest.mark.parametrize("name", [*FILES.values(), "sources.csv", "clauses.csv"])
def test_a_ledger_is_utf_8_without_a_mark_and_in_unix_lines(name: str) -> None:
    raw = (ledger.FOLDER / name).read_bytes()
    assert not raw.startswith(codecs.BOM_UTF8)
    assert b"\r" not in raw
    assert raw.decode().endswith("\n")


@pytest.mark.parametrize("name", FILES.values())
def test_a_ledger_has_the_columns_and_every_line_has_all_of_them(name: str) -> None:
    with (ledger.FOLDER / name).open(encoding="utf-8", newline="") as source:
        head, *lines = csv.reader(source)
    assert head == [each.name for each in fields(Requirement)]
    assert [line[0] for line in lines if len(line) != len(head)] == []


def test_no_id_is_given_twice() -> None:
    assert [name for name, times in Counter(each.id for each in ledger.requirements()).items() if times > 1] == []


@pytest.mark.parametrize("name", FILES)
def test_an_id_names_its_ledger_and_its_clause(name: str) -> None:
    assert list(ledger.requirements_of(name))
    for each in ledger.requirements_of(name):
        assert ledger.ID.fullmatch(each.id), each.id
        assert each.id.rpartition("-")[0] == f"{name}-{each.clause.replace(' ', '')}", each.id


@pytest.mark.parametrize("name", FILES)
def test_the_numbers_of_a_clause_run_without_a_gap(name: str) -> None:
    """An id is never given up or moved: a row that falls is kept, with a reason."""
    seen: Counter[str] = Counter()
    assert list(ledger.requirements_of(name))
    for each in ledger.requirements_of(name):
        clause, _, number = each.id.rpartition("-")
        seen[clause] += 1
        assert int(number) == seen[clause], each.id


def test_no_two_requirements_of_a_clause_say_the_same() -> None:
    said = Counter((each.document, each.clause, each.text_en) for each in ledger.requirements())
    assert [text for text, times in said.items() if times > 1] == []


def test_every_requirement_is_filled_in() -> None:
    assert len(list(ledger.requirements())) > 300
    for each in ledger.requirements():
        known = CLAUSES | SECTIONS if each.id.startswith(("NDXP", "VDXP")) else CLAUSES
        assert (each.document, each.clause) in known, each.id
        assert each.level in ledger.LEVELS, each.id
        assert each.actor in ledger.ACTORS, each.id
        assert each.basis in ledger.BASES, each.id
        assert each.judged in ledger.JUDGED, each.id
        assert each.text_vi.endswith("."), each.id
        assert each.text_en.endswith("."), each.id
        assert (each.judged + each.reason).strip(), each.id
        if each.reason:
            assert len(each.reason.split(" / ")) == 2, f"{each.id}: a reason is Vietnamese / English"


def test_only_the_platform_is_judged_by_our_own_tests() -> None:
    assert [r.id for r in ledger.requirements() if (r.judged == "emulator") != (r.actor == "platform")] == []


def test_what_binds_the_platform_is_shown_by_a_test_that_cites_it() -> None:
    bound = [each.id for each in ledger.requirements() if each.actor == "platform"]
    assert [name for name in bound if not ledger.citations().get(name)] == []


def test_our_own_tests_cite_only_requirements_that_exist() -> None:
    assert set(ledger.citations()) - {each.id for each in ledger.requirements()} == set()


def test_what_nobody_prescribes_is_never_a_must() -> None:
    assert [r.id for r in ledger.requirements() if r.level == "MUST" and r.basis == "ours"] == []


def test_every_quirk_a_requirement_names_is_in_the_register() -> None:
    assert {name for each in ledger.requirements() for name in each.quirks.split()} - set(QUIRKS) == set()


def test_every_clause_that_is_emulated_has_requirements() -> None:
    told = {(each.document, each.clause) for each in ledger.requirements()}
    assert told == CLAUSES | SECTIONS


def test_a_kit_is_read_by_its_tests_and_their_requirements() -> None:
    kit = {"tests": [{"id": "NDXP-TK-01", "requirements": ["NDXP-2.1.1-01"]}, {"id": "NDXP-TK-02"}]}
    assert ledger.tests_in(kit, "kits/a.yaml") == [
        ledger.KitTest("NDXP-TK-01", ("NDXP-2.1.1-01",), "kits/a.yaml"),
        ledger.KitTest("NDXP-TK-02", (), "kits/a.yaml"),
    ]
    assert ledger.tests_in({"variants": []}, "kits/part.yaml") == []


@has_all_kits
def test_every_duty_of_a_vendors_system_has_a_check_or_a_reason() -> None:
    assert [each.id for each in ledger.open_duties()] == [], "see `python -m tests.house.coverage_page --open`"


@has_kits
def test_every_test_of_a_kit_cites_requirements_that_exist() -> None:
    known = {each.id for each in ledger.requirements()}
    wrong = {
        test.id: test.requirements
        for test in ledger.kit_tests()
        if not test.requirements or set(test.requirements) - known
    }
    assert wrong == {}


@has_kits
def test_no_test_id_is_used_in_two_kits() -> None:
    assert [name for name, times in Counter(test.id for test in ledger.kit_tests()).items() if times > 1] == []


@has_kits
def test_no_must_of_a_kit_rests_on_a_rule_of_our_own() -> None:
    rows = {each.id: each for each in ledger.requirements()}
    required = [test for kit in kit_names() for test in kit_of(kit).tests if test.level == "MUST"]
    assert len(required) > 80

    def is_firm(name: str) -> bool:
        return rows[name].level == "MUST" and rows[name].basis in ("document", "platform")

    assert [test.id for test in required if not any(map(is_firm, test.requirements))] == []
