"""``ndxp-emulator people``: nobody it makes can exist, families fit together, places nest, a seed says it all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from emulator.cli import main
from emulator.services.btxh.catalogues import ETHNICITIES
from emulator.wire import gso
from emulator.wire.identity import is_tax_code, read_citizen_number
from tests.serving import hearing_ctrl_c

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 11, 20)
# Years after the head's birth, by role.
GAPS = {"child": (18, 50), "spouse": (-8.1, 8.1), "parent": (-50, -18), "grandchild": (34, 70)}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["people", *map(str, arguments)])


def made(*arguments: object) -> list[dict[str, str]]:
    result = run("--format", "csv", *arguments)
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout_bytes.decode())))


def born(row: dict[str, str]) -> date:
    return datetime.strptime(row["NgayThangNamSinh"], "%d/%m/%Y").date()  # noqa: DTZ007


def age(row: dict[str, str], day: date = AS_OF) -> int:
    birth = born(row)
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


@pytest.fixture(scope="module")
def thousand() -> list[dict[str, str]]:
    return made("--count", 3000, "--seed", 7)


def test_nobody_can_have_the_numbers(thousand: list[dict[str, str]]) -> None:
    for row in thousand:
        read = read_citizen_number(row["CMND"])
        assert read
        assert (read.birthplace, read.birth_year) == ("nobody", born(row).year)
        assert read.is_female == (row["GioiTinhId"] == "1035")
        assert row["CMND_9So"][:3] in {"", "999"}
        assert not is_tax_code(row["MaSoThue"])
        assert re.fullmatch(r"(00\d+)?", row["SoDienThoai"])
        assert re.fullmatch(r"(.+@example\.vn)?", row["Email"])
        assert "Không Có Thật" in row["HKTT_ChiTiet"]
    for column in ("CMND", "CMND_9So", "MaSoThue", "SoDienThoai", "Email"):
        given = [row[column] for row in thousand if row[column]]
        assert len(set(given)) == len(given) > 1000


def test_cards_are_issued_after_the_fourteenth_birthday(thousand: list[dict[str, str]]) -> None:
    held = [row for row in thousand if row["CMND_NgayCap"]]
    assert len(held) > 1000
    for row in held:
        issued = datetime.strptime(row["CMND_NgayCap"], "%d/%m/%Y").date()  # noqa: DTZ007
        assert age(row, issued) >= 14
        assert issued < AS_OF


@pytest.mark.parametrize("era", ["2023", "2025"])
def test_every_address_nests_in_its_era(era: gso.Era) -> None:
    rows = made("--count", 600, "--era", era)
    for row in rows:
        place = (row["HKTT_MaTinh"], row["HKTT_MaHuyen"], row["HKTT_MaXa"])
        assert gso.misfit(era, *place) is None
        assert place == (row["NOHT_MaTinh"], row["NOHT_MaHuyen"], row["NOHT_MaXa"])
        assert (place[1] == "") == (era == "2025")
    assert len({row["HKTT_MaTinh"] for row in rows}) > 20


def test_families_fit_together(thousand: list[dict[str, str]]) -> None:
    families: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in thousand:
        families[row["GiaDinh"]].append(row)
    roles = Counter(row["VaiTro"] for row in thousand)
    assert set(roles) == {"head", "spouse", "child", "parent", "grandchild"}
    for members in families.values():
        assert len({(row["HKTT_MaXa"], row["HKTT_ChiTiet"], row["DanTocId"]) for row in members}) == 1
        head, *others = members
        assert head["VaiTro"] == "head"
        for row in others:
            gap = (born(row) - born(head)).days / 365.2425
            low, high = GAPS[row["VaiTro"]]
            assert low <= gap <= high, members
            if row["VaiTro"] == "spouse":
                assert row["GioiTinhId"] != head["GioiTinhId"]
            elif row["VaiTro"] == "child" and row["DanTocId"] in {"1", "2", "3", "6", "7"}:
                assert row["HoVaTen"].split()[0] == head["HoVaTen"].split()[0]
        for elder, younger in pairwise([row for row in members if row["VaiTro"] == "child"]):
            assert (born(younger) - born(elder)).days > 365
        for mother in (row for row in members if row["VaiTro"] == "spouse" and row["GioiTinhId"] == "1035"):
            kids = [row for row in members if row["VaiTro"] == "child"]
            assert all(18 <= (born(kid) - born(mother)).days / 365.2425 <= 42.01 for kid in kids), members


@pytest.mark.parametrize(
    ("procedure", "groups"),
    [
        ("1.001776", {"child", "single_parent", "elderly", "disabled"}),
        ("2.000286", {"child", "elderly", "disabled"}),
        ("1.001739", {"carer"}),
        ("1.001731", {"adult", "carer", "single_parent"}),
    ],
)
def test_a_procedure_brings_only_those_who_may_ask_for_it(procedure: str, groups: set[str]) -> None:
    rows = made("--count", 300, "--procedure", procedure)
    assert {row["Nhom"] for row in rows} == groups
    for row in rows:
        match row["Nhom"]:
            case "child":
                assert age(row) < 16
            case "elderly":
                assert age(row) >= 80
            case "adult" | "single_parent" | "carer":
                assert 18 <= age(row) <= 79
    if "disabled" in groups:
        ages = [age(row) for row in made("--count", 2000, "--procedure", procedure) if row["Nhom"] == "disabled"]
        assert min(ages) < 16
        assert max(ages) > 40


def test_since_2025_the_aged_count_from_75() -> None:
    ages = [
        age(row) for row in made("--count", 800, "--procedure", "1.001776", "--era", "2025") if row["Nhom"] == "elderly"
    ]
    assert 75 <= min(ages) < 80


def test_all_54_peoples_live_in_the_country_and_a_region_has_its_own() -> None:
    from itertools import islice

    from emulator.country.people.census import CensusWish, census

    everybody = {each.ethnicity_id for each in islice(census(CensusWish()), 20_000)}
    assert everybody == set(ETHNICITIES)
    here = {row["DanTocId"] for row in made("--count", 1500, "--province", "11")}
    assert {"1", "3", "8"} <= here
    assert "5" not in here


def test_names_follow_the_customs_of_a_people() -> None:
    rows = made("--count", 3000, "--province", "66")
    for row in rows:
        first = row["HoVaTen"].split()[0]
        if row["DanTocId"] == "12" and row["GioiTinhId"] == "1034":
            assert first == "Y"
        if row["DanTocId"] == "12" and row["GioiTinhId"] == "1035":
            assert first.startswith("H'")
    assert any(row["DanTocId"] == "12" for row in rows)


def test_the_sheet_is_one_that_validate_accepts(tmp_path: Path) -> None:
    sheet = tmp_path / "people.json"
    assert run("--count", 200, "--province", "01", "--out", sheet).exit_code == 0
    assert len(json.loads(sheet.read_text(encoding="utf-8"))["people"]) == 200
    checked = CliRunner().invoke(main, ["validate", str(sheet)])
    assert (checked.exit_code, checked.output) == (0, "")


def test_the_same_seed_gives_the_same_bytes_in_any_process() -> None:
    def said(**variables: str) -> bytes:
        command = [sys.executable, "-m", "emulator", "people", "--count", "300", "--seed", "9"]
        environment = {**os.environ, **variables}
        return subprocess.run(command, capture_output=True, check=True, cwd=ROOT, env=environment).stdout

    first = said(PYTHONHASHSEED="1", LC_ALL="C", PYTHONUTF8="0")
    assert first == said(PYTHONHASHSEED="2", LC_ALL="C.UTF-8") == run("--count", 300, "--seed", 9).stdout_bytes
    assert first != run("--count", 300, "--seed", 10).stdout_bytes


def test_more_people_begin_with_the_same_people() -> None:
    assert made("--count", 50) == made("--count", 120)[:50]


def test_ten_thousand_take_less_than_five_seconds_of_a_processor() -> None:
    run("--count", 1)
    started = time.process_time()
    assert run("--count", 10_000).exit_code == 0
    assert time.process_time() - started < 5


def test_a_spreadsheet_gets_its_byte_order_mark() -> None:
    assert run("--count", 2, "--format", "csv", "--bom").stdout_bytes.startswith(b"\xef\xbb\xbfHoVaTen,")
    assert run("--count", 2, "--format", "csv").stdout_bytes.startswith(b"HoVaTen,")


def test_officers_sign_papers_with_number_and_sign() -> None:
    rows = made("--count", 60, "--kind", "officers", "--province", "62")
    assert all(row["DonViXuLy"].endswith("Tỉnh Kon Tum") for row in rows)
    assert len({row["TaiKhoanXuLy"] for row in rows}) == 60
    import re

    assert all(re.fullmatch(r"\d{2,3}/(QĐ|TB|GXN|TTr|BC)-UBND", row["SoKyHieu"]) for row in rows)


WRONG: list[tuple[list[Any], str, str]] = [
    (["--count", 0], "0", "--count"),
    (["--count", "nhiều"], "nhiều", "--count"),
    (["--count", 1, "--seed", "x"], "x", "--seed"),
    (["--count", 1, "--procedure", "1.001775"], "gần nhất: “1.00177", "no procedure"),
    (["--count", 1, "--province", "03"], "không có tỉnh “03”", "no province"),
    (["--count", 1, "--bom"], "--bom", "csv only"),
    (["--count", 1, "--as-of", "20/11/2026"], "20/11/2026", "--as-of"),
    (["--count", 1, "--as-of", "1999-01-01"], "--as-of: từ", "between"),
    (["--count", 1, "--out", "/no/such/folder/people.json"], "Không ghi được", "cannot be written"),
    (["--count", 1, "--out", "/"], "là một thư mục", "is a folder"),
]


@pytest.mark.parametrize(("arguments", "vi", "en"), WRONG, ids=[" ".join(map(str, each[0])) for each in WRONG])
def test_a_wrong_value_is_named_and_ends_with_2(arguments: list[Any], vi: str, en: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert vi in result.output
    assert en in result.output


def test_a_file_is_overwritten_only_by_force(tmp_path: Path) -> None:
    sheet = tmp_path / "people.json"
    sheet.write_text("của tôi", encoding="utf-8")
    refused = run("--count", 1, "--out", sheet)
    assert (refused.exit_code, sheet.read_text(encoding="utf-8")) == (2, "của tôi")
    assert "--force" in refused.output
    assert run("--count", 1, "--out", sheet, "--force").exit_code == 0
    assert "people" in sheet.read_text(encoding="utf-8")


def test_ctrl_c_leaves_no_half_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "emulator", "people", "--count", "900000", "--out", str(tmp_path / "people.json")]
    with hearing_ctrl_c(), subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT, text=True) as process:
        while process.poll() is None and not any(each.stat().st_size for each in tmp_path.iterdir()):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Đã dừng" in said
    assert not list(tmp_path.iterdir())
