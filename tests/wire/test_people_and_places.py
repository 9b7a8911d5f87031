"""Identity numbers, tax codes and administrative units (BTXH PL 2.1; src:identity-numbers)."""

from __future__ import annotations

import re

import pytest

from emulator.services.btxh.catalogues import ETHNICITIES, ISSUERS, PROCEDURES, STATUSES
from emulator.wire import gso
from emulator.wire.identity import can_exist, is_tax_code, read_citizen_number


@pytest.mark.parametrize(
    ("number", "birthplace", "is_female", "year"),
    [
        ("999060000001", "nobody", False, 1960),
        ("001" + "190000001", "province", True, 1990),
        ("079" + "205000001", "province", False, 2005),
        ("079" + "305000001", "province", True, 2005),
        ("122060000001", "abroad", False, 1960),
        ("097060000001", "impossible", False, 1960),
        ("100060000001", "impossible", False, 1960),
        ("000060000001", "impossible", False, 1960),
        ("003060000001", "impossible", False, 1960),
    ],
)
def test_a_citizen_number_says_birthplace_sex_and_year(
    number: str, birthplace: str, is_female: bool, year: int
) -> None:
    assert read_citizen_number(number) == (birthplace, is_female, year)


@pytest.mark.parametrize("number", ["12345678", "1234567890", "", "٩٩٩٠٦٠٠٠٠٠٠١", "097060000001", "99906000000A"])
def test_what_is_no_personal_number_cannot_exist(number: str) -> None:
    assert not can_exist(number)


@pytest.mark.parametrize(
    ("code", "exists"),
    [
        ("0100109106", True),
        ("0100109107", False),
        ("0100109106-001", True),
        ("0100109106-000", False),
        ("0100000000", False),
        ("010010910", False),
    ],
)
def test_a_tax_code_has_a_check_digit_a_serial_and_a_branch(code: str, exists: bool) -> None:
    assert is_tax_code(code) == exists


def test_the_catalogues_are_complete() -> None:
    assert (len(PROCEDURES), len(ETHNICITIES), len(ISSUERS), len(STATUSES)) == (11, 54, 62, 13)
    assert (ISSUERS["1195"], ISSUERS["1247"], ISSUERS["1255"]) == (
        "Thành phố Hà Nội",
        "Thành phố Cần Thơ",
        "Tỉnh Vĩnh Long",
    )


def test_the_units_before_2025_are_all_there() -> None:
    provinces = gso.provinces("2023")
    districts = [(province, district) for province in provinces for district in gso.districts(province)]
    assert (len(provinces), len(districts)) == (63, 705)
    assert sum(len(gso.communes("2023", province, "")) for province in provinces) == 10_599


def test_the_units_since_2025_are_in_the_box_and_have_no_districts() -> None:
    provinces = gso.provinces("2025")
    assert (len(provinces), sum(len(gso.communes("2025", province, "")) for province in provinces)) == (34, 3_321)
    assert not gso.administration("2025").districts
    assert gso.names_of("2025", "04", "", "01273") == (
        "Tỉnh Cao Bằng",
        "",
        gso.commune_names("2025", "04", "")["01273"],
    )


@pytest.mark.parametrize("era", ["2023", "2025"])
def test_every_unit_has_a_code_of_its_level_and_a_name_with_its_kind(era: gso.Era) -> None:
    units = gso.administration(era)
    sheets = ((2, "Tỉnh|Thành phố", [units.provinces]), (3, "Quận|Huyện|Thị xã|Thành phố", units.districts.values()))
    for width, kinds, tables in (*sheets, (5, "Phường|Xã|Thị trấn|Đặc khu", units.communes.values())):
        rows = [row for table in tables for row in table.items()]
        assert bool(rows) is ((era, width) != ("2025", 3))
        assert [row for row in rows if not (re.fullmatch(rf"\d{{{width}}}", row[0]) and re.match(kinds, row[1]))] == []


@pytest.mark.parametrize(
    ("era", "units", "level"),
    [
        ("2023", ("01", "001", "00001"), None),
        ("2023", ("01", "274", "09889"), None),
        ("2023", ("01", "", "00001"), None),
        ("2023", ("97", "001", "00001"), "province"),
        ("2023", ("02", "001", "00001"), "district"),
        ("2023", ("01", "001", "09889"), "commune"),
        ("2023", ("../..", "", ""), "province"),
        ("2025", ("01", "", "00070"), None),
        ("2025", ("01", "001", "00070"), "district"),
        ("2025", ("01", "", "00001"), "commune"),
    ],
)
def test_each_unit_lies_inside_the_one_above_it(era: gso.Era, units: tuple[str, str, str], level: str | None) -> None:
    assert gso.misfit(era, *units) == level
