"""``validate --privacy`` finds what could be somebody's, says where and why, and lets people who cannot exist pass."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from time import process_time

import pytest
from click.testing import CliRunner, Result

from emulator.cli import main
from emulator.country.privacy import text_problems

# Put together here, so that this file itself holds nothing that could be somebody's.
CITIZEN = "001" + "142003354"
FOREIGN = "122" + "060000001"
CARD = "012" + "345678"
MOBILE = "0912" + "345678"
TAX = "0100" + "109106"
MAIL = "ai.do" + "@" + "gmail.com"
TOKEN = "d5d2b6c4-" + "3f1a-3b8e-9c57-a1b2c3d4e5f6"
PAIR = base64.b64encode(b"admin:" + b"mat-khau-that").decode()

FOUND = [
    (f'{{"CMND": "{CITIZEN}"}}', 11, "số định danh", "citizen number"),
    (f"số {CITIZEN}.", 4, "số định danh", "citizen number"),
    (f"CMND={FOREIGN}", 6, "sinh ở nước ngoài", "born abroad"),
    (f'"CMND": "{CARD}"', 10, "CMND 9 số", "nine-digit"),
    (f'"SoDinhDanhChuSoHuu":"{CARD}"', 23, "CMND 9 số", "nine-digit"),
    (f"gọi {MOBILE} nhé", 5, "di động", "mobile number"),
    (f"+84 {MOBILE[1:4]} {MOBILE[4:7]} {MOBILE[7:]}", 1, "di động", "mobile number"),
    (f"{MOBILE[:4]}.{MOBILE[4:7]}.{MOBILE[7:]}", 1, "di động", "mobile number"),
    (f"thư: {MAIL}", 6, "địa chỉ thư", "mail address"),
    (f"MST: {TAX}", 6, "mã số thuế", "tax code"),
    (f"VN:COM:{TAX}:doanhnghiep", 8, "mã số thuế", "tax code"),
    (f"Authorization: Bearer {TOKEN}", 23, "mã truy cập", "bearer token"),
    (f"Authorization: Basic {PAIR}", 22, "cặp tài khoản", "Basic credential"),
    ("-----BEGIN RSA " + "PRIVATE KEY-----", 1, "khóa bí mật", "secret key"),
]
HARMLESS = [
    '{"CMND": "999060000001", "SoDinhDanh": "999060000001"}',
    f"GetViewDetail/00000000-0000-4000-8000-{CITIZEN}",
    "thời điểm 202611200830, số 639307898040000000, mã 000060000001",
    '"SoDienThoai": "0000000001", "Email": "nguoi.000001@example.vn"',
    "thư nguoi@truong.invalid và a@b.example.com; admin@carbon.super",
    '"CMND": "000000001", "SoDinhDanh": "999733331"',
    "MST: 9900000011",
    "Authorization: Bearer ACCESS_TOKEN",
    "Authorization: Bearer $TOKEN",
    "số lượng 123456789 hồ sơ",
]


def looked(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["validate", "--privacy", *map(str, arguments)])


@pytest.mark.parametrize(("text", "column", "vi", "en"), FOUND, ids=[f"{each[2]} {each[1]}" for each in FOUND])
def test_what_could_be_somebodys_is_found_at_its_place(
    tmp_path: Path, text: str, column: int, vi: str, en: str
) -> None:
    page = tmp_path / "trang.md"
    page.write_text(f"# Trang\n\n{text}\n", encoding="utf-8")
    result = looked(page)
    assert result.exit_code == 2
    assert result.output.startswith(f"{page}:3:{column}: "), result.output
    assert vi in result.output
    assert en in result.output


@pytest.mark.parametrize("text", HARMLESS)
def test_people_who_cannot_exist_pass(tmp_path: Path, text: str) -> None:
    page = tmp_path / "trang.yaml"
    page.write_text(text, encoding="utf-8")
    result = looked(page)
    assert (result.exit_code, result.output) == (0, "")


def test_the_finding_does_not_pass_the_number_on(tmp_path: Path) -> None:
    page = tmp_path / "a.json"
    page.write_text(f'{{"CMND": "{CITIZEN}"}}', encoding="utf-8")
    assert CITIZEN not in looked(page).output
    (found,) = json.loads(looked("--format", "json", page).output)
    assert (found["line"], found["column"]) == (1, 11)


def test_old_cards_in_a_table_are_found_by_their_column(tmp_path: Path) -> None:
    table = tmp_path / "danh-sach.csv"
    table.write_text(f"\ufeffHoVaTen,CMND,GhiChu\nA,{CARD},{CARD}\n", encoding="utf-8")
    assert looked(table).output.startswith(f"{table}:2:3: ")
    assert len(looked(table).output.splitlines()) == 1


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("more", ["", "\nB{mark}{card}{mark}x"])
def test_the_columns_of_a_table_are_those_of_its_first_line(tmp_path: Path, mark: str, more: str) -> None:
    table = tmp_path / "danh-sach.csv"
    rows = f"Ho{mark}CMND{mark}Ghi Chu\nA{mark}{CARD}{mark}{CARD}" + more.format(mark=mark, card=CARD)
    table.write_text(rows, encoding="utf-8")
    found = [line.removeprefix(f"{table}:").split(" ")[0] for line in looked(table).output.splitlines()]
    assert found == ["2:3:", "3:3:"][: 2 if more else 1]


def test_the_mark_of_a_table_is_that_of_its_first_line_and_a_table_may_be_that_line_alone(tmp_path: Path) -> None:
    table = tmp_path / "danh-sach.csv"
    table.write_text(f"Ho;CMND;Ghi Chu\nA, B;{CARD};x\n", encoding="utf-8")
    assert looked(table).output.startswith(f"{table}:2:6: ")
    table.write_text("Ho,CMND,Ghi Chu\n", encoding="utf-8")
    assert (looked(table).output, looked(table).exit_code) == ("", 0)


def test_a_folder_is_walked_and_pictures_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "sau").mkdir()
    (tmp_path / "sau" / "a.txt").write_text(MOBILE, encoding="utf-8")
    (tmp_path / "anh.jpg").write_bytes(b"\xff\xd8\0" + MOBILE.encode())
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_text(MOBILE, encoding="utf-8")
    result = looked(tmp_path)
    assert [line.partition(":")[0] for line in result.output.splitlines()] == [str(tmp_path / "sau" / "a.txt")]


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    result = looked(tmp_path / "khong-co")
    assert result.exit_code == 2
    assert "no such pack or folder" in result.output


def test_a_pack_that_comes_with_the_emulator_is_clean() -> None:
    assert looked("co-ban").output == ""


def test_people_made_by_the_emulator_pass(tmp_path: Path) -> None:
    for form in ("json", "csv"):
        out = tmp_path / f"people.{form}"
        made = CliRunner().invoke(main, ["people", "--count", "3000", "--format", form, "--out", str(out)])
        assert made.exit_code == 0
        assert looked(out).output == ""


@pytest.mark.parametrize("run", ["x", "1", "SoDinhDanh", "eyJ", "eyJaaaaaaaa.", "a@", "@a.", "MST: ", "-----BEGIN A"])
def test_a_long_line_is_looked_through_in_the_time_that_its_length_takes(run: str) -> None:
    """A pack that is sent to a shared server may hold any line; none may keep a worker busy."""
    begin = process_time()
    assert text_problems("goi.json", run * (100_000 // len(run))) == []
    assert process_time() - begin < 2
