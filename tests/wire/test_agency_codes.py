"""Two written forms of an agency code name one agency (K16)."""

from __future__ import annotations

import pytest

from emulator.wire.codes import full_form, is_agency_code, is_same_agency, is_within, root_of, short_form


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("000.00.00.H26", "H26"),
        ("000.00.15.G07", "G07.15"),
        ("000.00.99.G22", "G22.99"),
        ("000.07.15.G07", "G07.15.07"),
        ("012.07.15.G07", "G07.15.07.012"),
    ],
)
def test_each_form_is_turned_into_the_other(full: str, short: str) -> None:
    assert short_form(full) == short
    assert full_form(short) == full
    assert is_same_agency(full, short)


@pytest.mark.parametrize(("code", "root"), [("G22.99", "G22"), ("000.00.99.G22", "G22"), ("H34.4", "H34"), ("x", "")])
def test_the_first_level_is_found_in_both_forms(code: str, root: str) -> None:
    assert root_of(code) == root


def test_a_group_of_one_digit_names_the_same_agency_as_the_padded_one() -> None:
    assert is_same_agency("H34.4", "H34.04")


@pytest.mark.parametrize("text", ["", "26", "h26", "000.00.H26", "H26.", "H26." + "A01." * 9 + "A01"])
def test_other_texts_are_no_agency_codes(text: str) -> None:
    assert not is_agency_code(text)


def test_a_code_with_letters_has_no_full_form_and_keeps_its_own() -> None:
    assert full_form("H26.A1") == "H26.A1"


def test_a_unit_contains_itself_and_its_subtree_only() -> None:
    assert is_within("H26", "000.00.00.H26")
    assert is_within("000.11.26.H26", "H26")
    assert not is_within("H18.26", "H26")
