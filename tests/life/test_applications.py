"""Citizens file on the ministry's portal, and the dossiers live their procedure's life."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emulator.services.btxh.catalogues import PROCEDURES
from emulator.services.btxh.life.lives import inspect_life
from emulator.wire.codes import judge_move
from tests.conftest import Visitor
from tests.life.ministry import Ministry

LIVES = sorted((Path(__file__).resolve().parents[2] / "fixtures" / "lives").glob("*.json"))
DAY = ("23/11/2026 00:00:00", "23/11/2026 23:59:59")
YEAR = ("01/11/2026 00:00:00", "30/11/2027 23:59:59")
ENDS = {3, 7, 8, 10, 11}


def test_an_application_is_a_new_dossier_for_the_province_at_once(ministry: Ministry) -> None:
    """BTXH-1.2-03."""
    (code,) = ministry.file(procedure="1.001731", province="01")
    (row,) = [row for row in ministry.pulled("DanhSachHoSo", "1", *DAY) if row["maHoSo"] == code]
    assert code.startswith("000.00.15.G07-261123-")
    assert (row["statusId"], row["maTTHC"], row["maTinh"]) == ("1", "1.001731", "01")
    assert row["cmnd"].startswith("999")
    (step,) = [row for row in ministry.pulled("TienTrinhXuLy", None, *DAY) if row["maHoSo"] == code]
    assert (step["trangThai"], step["thoiDiemXuLy"]) == ("1", "23/11/2026 08:00:00")


def test_every_dossier_comes_to_an_end_by_legal_moves_in_office_hours(ministry: Ministry) -> None:
    codes = ministry.file(count=60)
    ministry.advance("P365D")
    seen = set()
    for code in codes:
        dossier = ministry.dossier(code)
        statuses = [step["status"] for step in dossier["steps"]]
        moves = zip([None, *statuses], statuses, strict=False)
        assert all(judge_move(*move) != "illegal" for move in moves), statuses
        assert statuses[-1] == dossier["status"]
        assert dossier["status"] in ENDS
        assert (dossier["result_fields"] is not None) == (dossier["status"] == 10)
        moments = [step["handled_at"] for step in dossier["steps"]]
        assert moments == sorted(moments)
        assert all("08:00" <= moment[11:16] <= "17:00" for moment in moments[1:])
        seen |= set(statuses)
    assert {1, 2, 3, 4, 5, 7, 9, 10} <= seen
    assert [event["outcome"] for event in ministry.events() if event["outcome"] != "happened"] == []


@pytest.mark.parametrize("procedure", sorted(PROCEDURES))
def test_each_procedure_of_annex_1_has_a_written_life_that_ends_with_a_result(
    ministry: Ministry, procedure: str
) -> None:
    codes = ministry.file(procedure=procedure, count=6)
    ministry.advance("P365D")
    dossiers = [ministry.dossier(code) for code in codes]
    done = [dossier for dossier in dossiers if dossier["status"] == 10]
    assert done
    for dossier in done:
        assert dossier["fields"]["MaTTHC"] == procedure
        units = {step["fields"]["NguoiXuLy"] for step in dossier["steps"]}
        assert len(units) >= 3, units
        deadline = dossier["steps"][1]["fields"]["NgayKetThucTheoQuyDinh"]
        assert len(deadline) == len("dd/MM/yyyy HH:mm:ss")


def test_a_result_is_pulled_with_its_file_at_its_link(ministry: Ministry, visitor: Visitor) -> None:
    codes = ministry.file(procedure="2.000744", province="01", count=3)
    ministry.advance("P60D")
    rows = [row for row in ministry.pulled("DanhSachHoSo", "100", *YEAR) if row["maHoSo"] in codes]
    assert rows
    for row in rows:
        link = row["certificateExtentData"].partition("<DuongDanTepTinKetQua>")[2].partition("<")[0]
        path = link.removeprefix("https://dvcbtxh.molisa.gov.vn")
        first, second = visitor.http.get(path), visitor.http.get(path)
        assert (first.status_code, first.content_type) == (200, "application/pdf")
        assert first.data.startswith(b"%PDF-1.4")
        assert row["maHoSo"].encode() in first.data
        assert first.data == second.data
        page = visitor.http.get(row["urlDetail"].removeprefix("https://dvcbtxh.molisa.gov.vn"))
        assert row["maHoSo"] in page.text
    assert visitor.http.get("/file/20261123/1quyetdinh.pdf").status_code == 404


def test_a_rate_files_so_many_a_day_between_seven_and_nine(ministry: Ministry) -> None:
    ministry.turn("set", to="2026-11-30T00:00:00+07:00")
    ministry.admin("PUT", "/settings", {"applications_per_day": 4})
    ministry.admin("PUT", "/settings", {"applications_per_day": 4})
    ministry.advance("P9DT23H")
    ministry.admin("PUT", "/settings", {"applications_per_day": 0})
    ministry.advance("P10D")
    filed = [event for event in ministry.events() if event["request"]["path"].endswith("/application")]
    days: dict[str, int] = {}
    for event in filed:
        moment = event["clock"]["virtual"]
        assert "07:00" <= moment[11:16] < "21:00"
        days[moment[:10]] = days.get(moment[:10], 0) + 1
    assert set(days.values()) == {4}
    assert len(days) == 10


def test_a_named_citizen_of_the_pack_or_a_new_one_files_at_the_place_that_is_named(ministry: Ministry) -> None:
    (code,) = ministry.file(person="999094001009", province="11", district="096", commune="03154")
    dossier = ministry.dossier(code)
    assert (dossier["owner_id"], dossier["commune_code"]) == ("999094001009", "03154")
    assert dossier["fields"]["DonViXuLy"] == "Xã Sín Thầu, Huyện Mường Nhé, Tỉnh Điện Biên"
    new = {"HoVaTen": "NGƯỜI KHÔNG CÓ THẬT", "NgayThangNamSinh": "15/03/1960", "CMND": "999060000001"}
    (code,) = ministry.file(person=new, province="62")
    dossier = ministry.dossier(code)
    assert (dossier["owner_id"], dossier["province_code"]) == ("999060000001", "62")


def test_people_who_run_out_are_followed_by_new_ones_who_cannot_exist(ministry: Ministry) -> None:
    codes = ministry.file(count=45, procedure="1.001731")
    owners = {ministry.dossier(code)["owner_id"] for code in codes}
    assert len(owners) == 45
    assert all(owner.startswith("999") for owner in owners)


@pytest.mark.parametrize(
    ("wish", "status", "word"),
    [
        ({"procedure": "9.999999"}, 409, "9.999999"),
        ({"person": "999000000000"}, 409, "999000000000"),
        ({"person": {"CMND": "000094001009"}}, 422, "999"),
        ({"count": 0}, 422, "1"),
        ({"provinc": "01"}, 422, "province"),
        ({"province": "99", "district": "999"}, 409, "99"),
    ],
)
def test_an_application_that_cannot_be_is_refused_with_the_reason(
    ministry: Ministry, wish: dict[str, object], status: int, word: str
) -> None:
    problem = ministry.admin("POST", "/applications", wish, status)
    assert word in problem["vi"]


def test_a_life_that_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    content = json.loads(LIVES[0].read_text(encoding="utf-8"))
    content["stages"]["filed"]["next"] = {"returned": 1, "recieved": 1}
    content["stages"]["received"]["level"] = "comune"
    path = tmp_path / LIVES[0].name
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    said = [str(problem) for problem in inspect_life(path)]
    assert all(line.startswith(f"{path}:") for line in said)
    assert any("gần nhất: “commune”" in line for line in said)
    assert any("không thể từ trạng thái 1 sang 10" in line for line in said)
    assert any("gần nhất: “received”" in line for line in said)


@pytest.mark.parametrize("path", LIVES, ids=lambda path: path.stem)
def test_no_shipped_life_has_a_problem(path: Path) -> None:
    assert inspect_life(path) == []
