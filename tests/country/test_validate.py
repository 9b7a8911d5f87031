"""``ndxp-emulator validate`` finds every mistake in a pack, at its place, in two languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

from emulator.cli import main
from tests.country import packs


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["validate", *map(str, arguments)])


class Mistake(NamedTuple):
    """One edit of one file: what it is in the place of, what marks the place afterwards, what is said of it."""

    name: str
    file: str
    old: str
    new: str
    mark: str
    vi: str
    en: str


MISTAKES = [
    Mistake("comma missing", "steps", '"2",', '"2"', '"NgayBatDau": "20/11/2026 09', "Không phải JSON", "delimiter"),
    Mistake("comma too many", "pack", '"2023"', '"2023",', "}", "Không phải JSON", "not JSON"),
    Mistake("file cut short", "pack", "\n  }\n }\n}", "", "", "Không phải JSON", "not JSON"),
    Mistake("file empty", "results", '{\n "results": {}\n}', "", "", "Không phải JSON", "not JSON"),
    Mistake(
        "key repeated", "pack", '"version": "1"', '"id": "nho"', '"id": "nho",\n   "schema', "“id” lặp lại", "repeated"
    ),
    Mistake("a list", "results", '{\n "results": {}\n}', "[]", "[]", "phải là một đối tượng JSON", "a JSON object"),
    Mistake(
        "table unknown", "results", '"results"', '"resluts"', '"resluts"', "gần nhất: “results”", "nearest: 'results'"
    ),
    Mistake("table a list", "results", '"results": {}', '"results": []', "[]", "Bảng phải là", "a table must be"),
    Mistake("number unusual", "procedures", '"1": {', '"01": {', '"01"', "Số thứ tự “01”", "'01' must be"),
    Mistake("record a text", "results", "{}", '{"1": "x"}', '"x"', "Bản ghi phải là", "a record must be"),
    Mistake(
        "field unknown",
        "dossiers",
        '"HoVaTen"',
        '"HoVaTenn"',
        '"HoVaTenn"',
        "gần nhất: “HoVaTen”",
        "nearest: 'HoVaTen'",
    ),
    Mistake(
        "field in other case", "steps", '"ChucDanh"', '"chucDanh"', '"chucDanh"', "gần nhất: “ChucDanh”", "'ChucDanh'"
    ),
    Mistake(
        "field missing",
        "procedures",
        '"MaTTHC": "1.001731",\n   ',
        "",
        '{\n   "TenTTHC"',
        "Thiếu trường bắt buộc MaTTHC",
        "MaTTHC is missing",
    ),
    Mistake(
        "field empty",
        "steps",
        '"00001_cb",\n   "NguoiXuLy"',
        '"",\n   "NguoiXuLy"',
        '"",',
        "Thiếu trường bắt buộc TaiKhoanXuLy",
        "TaiKhoanXuLy is missing",
    ),
    Mistake(
        "number for text",
        "dossiers",
        '"StatusId": "4"',
        '"StatusId": 4',
        "4,\n",
        "StatusId phải là chuỗi",
        "a string or null, not 4",
    ),
    Mistake(
        "no such day",
        "dossiers",
        '"15/03/1960"',
        '"31/02/1960"',
        '"31/02/1960"',
        "“31/02/1960” không phải ngày",
        "is not a day",
    ),
    Mistake(
        "moment without hours",
        "dossiers",
        '"20/11/2026 08:32:36"',
        '"20/11/2026"',
        '"20/11/2026"',
        "không phải thời điểm",
        "is not a moment",
    ),
    Mistake("status 12", "steps", '"StatusId": "2"', '"StatusId": "12"', '"12"', "danh mục trạng thái", "not a status"),
    Mistake(
        "code of no grammar",
        "dossiers",
        packs.CODE,
        "HS-0001",
        '"HS-0001"',
        "không phải mã hồ sơ",
        "not a dossier code",
    ),
    Mistake(
        "somebody's number",
        "dossiers",
        '"CMND": "999060000001"',
        '"CMND": "001' + '060000001"',
        '"001' + '060000001"',
        "bắt đầu bằng 999",
        "begin with 999",
    ),
    Mistake(
        "owner a stranger",
        "dossiers",
        '"SoDinhDanh": "999',
        '"SoDinhDanh": "001',
        '"001' + '060000001"',
        "bắt đầu bằng 999",
        "begin with 999",
    ),
    Mistake("era unknown", "pack", '"2023"', '"2022"', '"2022"', "phải là 2023 hoặc 2025", "2023 or 2025"),
    Mistake(
        "schema of tomorrow",
        "pack",
        '"schema_version": "1"',
        '"schema_version": "2"',
        '"2"',
        "bản cấu trúc",
        "only version",
    ),
    Mistake(
        "step of nobody",
        "steps",
        packs.CODE,
        packs.CODE[:-1] + "2",
        f'"{packs.CODE[:-1]}2"',
        f"gần nhất: “{packs.CODE}”",
        "no dossier",
    ),
    Mistake("commune elsewhere", "dossiers", '"MaXa": "00001"', '"MaXa": "03127"', '"03127"', "MaXa", "MaXa"),
    Mistake(
        "procedure unknown",
        "dossiers",
        '"1.001731"',
        '"1.001739"',
        '"1.001739"',
        "Không có thủ tục 1.001739",
        "nearest: '1.001731'",
    ),
    Mistake(
        "procedure misnamed",
        "dossiers",
        "Hỗ trợ chi phí",
        "Hỗ trợ phí",
        '"Hỗ trợ phí',
        "TenTTHC phải là “Hỗ trợ chi phí",
        "TenTTHC must be",
    ),
    Mistake(
        "code of another day",
        "dossiers",
        "261120-0001",
        "261119-0001",
        '"000.00.15.G07-261119-0001"',
        "phải là 261120",
        "must be 261120",
    ),
    Mistake(
        "file not there",
        "dossiers",
        "to-khai.pdf</Duong",
        "to-khaii.pdf</Duong",
        '"<?xml',
        "gần nhất: “/file/20261121/to-khai.pdf”",
        "no file /file/20261121/to-khaii.pdf",
    ),
    Mistake("papers no XML", "dossiers", "</ExtentData>", "", '"<?xml', "CertificateExtentData", ""),
    Mistake(
        "move illegal",
        "steps",
        '"StatusId": "2"',
        '"StatusId": "10"',
        '"10"',
        "Không thể chuyển từ 1",
        "no move from 1 to 10",
    ),
    Mistake(
        "time backwards",
        "steps",
        '"ThoiDiemXuLy": "20/11/2026 09:00:00"',
        '"ThoiDiemXuLy": "20/11/2026 07:00:00"',
        '"20/11/2026 07:00:00"',
        "sớm hơn bước trước",
        "before the step before",
    ),
    Mistake(
        "status not the last step's",
        "dossiers",
        '"StatusId": "4"',
        '"StatusId": "2"',
        '"2",\n   "Submitted',
        "phải là 4",
        "must be 4",
    ),
    Mistake(
        "finished without result",
        "dossiers",
        '"StatusId": "4"',
        '"StatusId": "9"',
        '"9"',
        "không có trong results.json",
        "without a result",
    ),
    Mistake(
        "result among dossiers",
        "dossiers",
        '"LoaiDuLieu": "1"',
        '"LoaiDuLieu": "100"',
        '"100"',
        "chỉ chứa loại 1",
        "must be 1",
    ),
]


def place_of(text: str, mark: str) -> tuple[int, int]:
    offset = text.index(mark) if mark else len(text)
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name.replace(" ", "-"))
def test_a_mistake_is_found_at_its_place_and_named_in_two_languages(tmp_path: Path, mistake: Mistake) -> None:
    path = packs.small_pack(tmp_path / "nho") / f"{mistake.file}.json"
    text = path.read_text(encoding="utf-8")
    assert mistake.old in text
    text = text.replace(mistake.old, mistake.new, 1)
    path.write_text(text, encoding="utf-8")
    result = run(tmp_path / "nho")
    line, column = place_of(text, mistake.mark)
    said = [each for each in result.output.splitlines() if each.startswith(f"{path}:{line}:{column}: ")]
    assert result.exit_code == 2
    assert any(mistake.vi in each and mistake.en in each and " / " in each for each in said), result.output


def test_a_right_pack_gives_no_word_and_exit_code_0(tmp_path: Path) -> None:
    result = run(packs.small_pack(tmp_path / "nho"))
    assert (result.exit_code, result.output) == (0, "")


def test_every_problem_is_told_not_only_the_first(tmp_path: Path) -> None:
    folder = packs.small_pack(tmp_path / "nho")
    for file, old, new in (
        ("dossiers", '"HoVaTen"', '"HoTen"'),
        ("dossiers", '"15/03/1960"', '"1960"'),
        ("steps", '"StatusId": "1"', '"StatusId": "15"'),
        ("pack", '"2023"', '"2024"'),
    ):
        path = folder / f"{file}.json"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    result = run(folder)
    assert result.exit_code == 2
    for word in ("HoTen", "1960", "“15”", "“2024”"):
        assert word in result.output


def test_a_byte_order_mark_tabs_and_windows_line_ends_are_no_mistake_and_move_no_place(tmp_path: Path) -> None:
    folder = packs.small_pack(tmp_path / "nho")
    path = folder / "dossiers.json"
    text = path.read_text(encoding="utf-8").replace("\n   ", "\n\t\t").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert run(folder).output == ""
    wrong = text.replace('"StatusId": "4"', '"StatusId": "44"')
    path.write_bytes(b"\xef\xbb\xbf" + wrong.encode())
    line, column = place_of(wrong.replace("\r\n", "\n"), '"44"')
    assert column == 15
    assert f"{path}:{line}:{column}: StatusId" in run(folder).output


def test_a_latin_1_file_is_refused_with_the_offset_of_its_first_wrong_byte(tmp_path: Path) -> None:
    path = packs.small_pack(tmp_path / "nho") / "pack.json"
    raw = path.read_text(encoding="utf-8").replace("Nhỏ", "Nhè").encode("latin-1")
    path.write_bytes(raw)
    offset = raw.index(b"\xe8")
    result = run(path)
    assert result.exit_code == 2
    assert f"{path}:7:19: Byte thứ {offset} (0xE8) không phải UTF-8" in result.output
    assert f"byte {offset} (0xE8) is not UTF-8" in result.output


def test_a_utf_16_file_is_named_as_one(tmp_path: Path) -> None:
    path = packs.small_pack(tmp_path / "nho") / "pack.json"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-16")
    assert f"{path}:1:1: Tệp ở dạng UTF-16" in run(path).output


def test_json_nested_too_deeply_is_a_sentence_and_not_a_crash(tmp_path: Path) -> None:
    path = packs.small_pack(tmp_path / "nho") / "results.json"
    path.write_text("[" * 100_000, encoding="utf-8")
    result = run(path)
    assert result.exit_code == 2
    assert f"{path}:1:1: JSON lồng nhau quá sâu / JSON is nested too deeply" in result.output


def test_a_dossier_told_twice_is_found_at_its_second_place(tmp_path: Path) -> None:
    path = packs.small_pack(tmp_path / "nho") / "dossiers.json"
    text = packs.sheet("dossiers", packs.dossier(), packs.dossier())
    path.write_text(text, encoding="utf-8")
    line = [number for number, each in enumerate(text.splitlines(), 1) if '"MaHoSo"' in each][1]
    assert f"{path}:{line}:14: Mã hồ sơ {packs.CODE} lặp lại" in run(path).output


def test_a_file_of_an_unknown_name_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    folder = packs.small_pack(tmp_path / "nho")
    (folder / "steps.json").rename(folder / "stesp.json")
    said = run(folder).output
    assert f"{folder / 'stesp.json'}:1:1: Tệp lạ stesp.json; gần nhất: “steps.json”" in said


def test_a_folder_without_pack_json_is_no_pack(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path / 'pack.json'}:1:1: Thiếu tệp pack.json" in result.output


def test_one_file_of_a_pack_is_checked_against_the_rest_of_it(tmp_path: Path) -> None:
    folder = packs.small_pack(tmp_path / "nho")
    path = folder / "dossiers.json"
    path.write_text(packs.sheet("dossiers", packs.dossier(StatusId="5")), encoding="utf-8")
    assert "Trạng thái phải là 4" in run(path).output
    assert run(folder / "steps.json").output == ""


def test_one_file_alone_is_checked_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "dossiers.json"
    path.write_text(packs.sheet("dossiers", packs.dossier(LoaiDuLieu="2")), encoding="utf-8")
    assert f"{path}:4:18: LoaiDuLieu: “2” phải là 1 hoặc 100" in run(path).output


def test_what_is_not_there_is_a_sentence_with_the_nearest_pack() -> None:
    result = run("co-bna")
    assert result.exit_code == 2
    assert (
        "Không có gói hay thư mục này; gần nhất: “co-ban” / no such pack or folder; nearest: 'co-ban'" in result.output
    )


def test_a_path_spelled_as_on_windows_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packs.small_pack(tmp_path / "nho")
    monkeypatch.chdir(tmp_path)
    assert run(".\\nho").exit_code == 0
    assert run("nho\\steps.json").exit_code == 0


def test_the_shipped_pack_is_right_and_is_found_by_its_name() -> None:
    result = run("co-ban")
    assert (result.exit_code, result.output) == (0, "")


def test_problems_come_as_json_for_programs(tmp_path: Path) -> None:
    folder = packs.small_pack(tmp_path / "nho")
    path = folder / "pack.json"
    path.write_text(packs.sheet("pack", packs.ABOUT | {"gso_era": "1999"}), encoding="utf-8")
    result = run("--format", "json", folder)
    problem = json.loads(result.output)[0]
    assert result.exit_code == 2
    assert (problem["path"], problem["line"], problem["column"]) == (str(path), 9, 15)
    assert problem["en"] == "gso_era: '1999' must be 2023 or 2025"
    assert json.loads(run("--format", "json", "co-ban").output) == []


def test_a_wrong_pack_stops_the_start_of_the_server_with_exit_code_2(tmp_path: Path) -> None:
    folder = packs.small_pack(tmp_path / "nho")
    path = folder / "steps.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"ChucDanh"', '"ChucDan"', 1), encoding="utf-8")
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--store", ":memory:", "--pack", str(folder)])
    assert result.exit_code == 2
    assert f"{path}:7:4: Trường lạ “ChucDan”; gần nhất: “ChucDanh”" in result.stderr
