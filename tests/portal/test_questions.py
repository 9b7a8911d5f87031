"""Questions, answers, ratings (src:portal-services)."""

from __future__ import annotations

from tests.portal.portal_client import Portal

ANSWER = {
    "HOIDAPID": "HD0001",
    "TRALOIID": "TL1",
    "NOIDUNGTRALOI": "02 ngày làm việc",
    "NGUOITRALOI": "CÁN BỘ KHÔNG CÓ THẬT",
    "CHUCVUNGUOITRALOI": "Chuyên viên",
    "NGAYTRALOI": "20261121090000",
}


def test_a_question_of_a_citizen_is_listed_until_it_is_answered(portal: Portal) -> None:
    asked = {row["HOIDAPID"] for row in portal.rows("LayDanhSachHoiDapGuiTuDVCQG")}
    assert asked == {"HD0001", "HD0002"}
    assert portal.call("DongBoKetQuaHoiDapGuiTuDVCQG", data=[ANSWER]).json["error_code"] == "0"
    assert {row["HOIDAPID"] for row in portal.rows("LayDanhSachHoiDapGuiTuDVCQG")} == {"HD0002"}
    assert {row["HOIDAPID"] for row in portal.rows("LayDanhSachHoiDapBoCoQuan")} == {"HD0001", "HD0002"}


def test_the_answer_is_found_by_its_question(portal: Portal) -> None:
    assert portal.rows("LayNoiDungTraLoiTheoCauHoi", cauhoiid="HD0001") == []
    portal.call("DongBoKetQuaHoiDapGuiTuDVCQG", data=[ANSWER])
    (row,) = portal.rows("LayNoiDungTraLoiTheoCauHoi", cauhoiid="HD0001")
    assert row == ANSWER


def test_an_answer_to_nothing_is_refused(portal: Portal) -> None:
    assert portal.call("DongBoKetQuaHoiDapGuiTuDVCQG", data=[ANSWER | {"HOIDAPID": "x"}]).json["error_code"] == "-6"
    assert portal.call("LayNoiDungTraLoiTheoCauHoi", cauhoiid="x").json["error_code"] == -6
    assert portal.call("LayNoiDungTraLoiTheoCauHoi").json["error_code"] == -5


def test_an_answer_of_the_wrong_form_is_refused(portal: Portal) -> None:
    for wrong in (ANSWER | {"NGAYTRALOI": "21/11/2026"}, ANSWER | {"NGUOITRALOI": ""}):
        assert portal.call("DongBoKetQuaHoiDapGuiTuDVCQG", data=[wrong]).json["error_code"] == "-5"


def test_a_unit_publishes_its_own_questions(portal: Portal) -> None:
    own = ANSWER | {"HOIDAPID": "H26-1", "NOIDUNG": "Hồ sơ gồm những gì?"}
    assert portal.call("DongBoHoiDap", data=[own]).json["error_code"] == "0"
    assert "H26-1" in {row["HOIDAPID"] for row in portal.rows("LayDanhSachHoiDapBoCoQuan")}
    assert portal.rows("LayNoiDungTraLoiTheoCauHoi", cauhoiid="H26-1")[0]["TRALOIID"] == "TL1"


def test_a_monthly_rating_is_taken_and_a_month_must_be_one(portal: Portal) -> None:
    assert portal.call("DongBoDanhGia", data=[{"THANG": "11", "NAM": "2026"}]).json["error_code"] == "0"
    (effect,) = portal.last()["effects"]
    assert effect | {"sha256": ""} == {"shelf": "portal_ratings", "key": "H26/2026-11", "change": "put", "sha256": ""}
    assert portal.call("DongBoDanhGia", data=[{"THANG": "13", "NAM": "2026"}]).json["error_code"] == "-5"
    assert portal.call("DongBoDanhGia", data=[{"NAM": "2026"}]).json["error_code"] == "-5"
