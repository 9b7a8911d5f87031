"""DongBoHoSoMC and TraCuuHoSo (src:portal-dossier)."""

from __future__ import annotations

import pytest

from emulator.country.settings import Mode
from tests.conftest import Visitor
from tests.portal.portal_client import CITIZEN, LLTP, Portal, dossier, result

CODE = "H26.15-261120-0001"


def test_a_dossier_is_created_and_then_found(portal: Portal) -> None:
    assert portal.rows("TraCuuHoSo", mahoso=CODE) == []
    reply = portal.push(dossier())
    assert reply["error_code"] == "0"
    assert "thành công" in reply["message"]
    (row,) = portal.rows("TraCuuHoSo", mahoso=CODE)
    assert (row["MAHOSO"], row["TRANGTHAIHOSO"]) == (CODE, "2")


def test_a_right_dossier_leaves_no_remark_in_strict(strict_portal: Portal) -> None:
    assert strict_portal.push(dossier())["error_code"] == "0"
    assert strict_portal.rules() == set()


@pytest.mark.parametrize(("setting", "code"), [(-3, "-3"), (3, "3")])
def test_a_duplicate_says_da_ton_tai_under_the_code_that_is_set(portal: Portal, setting: int, code: str) -> None:
    portal.settle(portal_duplicate_code=setting)
    portal.push(dossier())
    reply = portal.push(dossier())
    assert reply["error_code"] == code
    assert "đã tồn tại" in reply["message"]
    assert "thành công" not in reply["message"]


def test_an_update_changes_what_is_stored(portal: Portal) -> None:
    portal.push(dossier())
    assert portal.push(dossier(TrangThaiHoSo="4"), updating=True)["error_code"] == "0"
    assert portal.rows("TraCuuHoSo", mahoso=CODE)[0]["TRANGTHAIHOSO"] == "4"


def test_an_update_of_an_unknown_dossier_is_refused(portal: Portal) -> None:
    assert portal.push(dossier(), updating=True)["error_code"] == "-4"


def test_a_batch_with_one_bad_dossier_is_refused_whole(portal: Portal) -> None:
    reply = portal.push(dossier(), dossier(MaHoSo="H26.15-261120-0002", TenTTHC="x"))
    assert reply["error_code"] == "-6"
    assert "data/1" in reply["message"]
    assert portal.rows("TraCuuHoSo", mahoso=CODE) == []


def test_a_batch_with_one_duplicate_is_refused_whole(portal: Portal) -> None:
    portal.push(dossier())
    assert portal.push(dossier(MaHoSo="H26.15-261120-0002"), dossier())["error_code"] == "-3"
    assert portal.rows("TraCuuHoSo", mahoso="H26.15-261120-0002") == []


def test_a_batch_of_several_is_taken(portal: Portal) -> None:
    reply = portal.push(dossier(), dossier(MaHoSo="H26.15-261120-0002"))
    assert "2 hồ sơ thành công" in reply["message"]


def test_a_code_twice_in_one_batch_is_refused(portal: Portal) -> None:
    assert portal.push(dossier(), dossier())["error_code"] == "-5"


MANDATORY = ["MaHoSo", "MaTTHC", "NgayTiepNhan", "TrangThaiHoSo"]


@pytest.mark.parametrize("name", MANDATORY)
def test_a_mandatory_field_that_is_missing_or_empty_is_named(portal: Portal, name: str) -> None:
    body = dossier()
    del body[name]
    for wrong in (body, dossier(**{name: ""}), dossier(**{name: None})):
        reply = portal.push(wrong)
        assert reply["error_code"] == "-5"
        assert name in reply["message"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("TrichYeuHoSo", "a" * 1001, "-5"),
        ("GhiChu", "a" * 2000, "-5"),
        ("NgayTiepNhan", "20/11/2026 08:32:36", "-5"),
        ("NgayTiepNhan", "20261320083236", "-5"),
        ("NgayTra", "2026", "-5"),
        ("KenhThucHien", "4", "-6"),
        ("LoaiDoiTuong", "5", "-6"),
        ("HinhThuc", "2", "-6"),
        ("TrangThaiHoSo", "12", "-6"),
        ("DuocThanhToanTrucTuyen", "4", "-6"),
        ("MaTTHC", "9.999999", "-6"),
        ("TenTTHC", "Tên khác", "-6"),
        ("MaLinhVuc", "G07-LD03", "-6"),
        ("TenLinhVuc", "Bảo trợ xã hội", "-6"),
        ("DinhDanhCHS", [{"LoaiDinhDanh": "4", "SoDinhDanh": CITIZEN}], "-6"),
        ("DinhDanhCHS", "999", "-5"),
        ("TaiLieuNop", [{"TenTepDinhKem": "a" * 4001}], "-5"),
        ("TaiLieuNop", [{"TenTepDinhKem": ""}], "-5"),
        ("DanhSachTepDinhKemKhac", [{"TenGiayTo": "a" * 2001}], "-5"),
        ("DanhSachGiayToKetQua", [result(MaGiayToKetQua="KQ.015.000007")], "-6"),
        ("DanhSachHoSoBoSung", [{"NoiDungBoSung": "x", "NgayBoSung": "21/11/2026"}], "-5"),
    ],
)
def test_a_wrong_value_is_refused_and_named(portal: Portal, name: str, value: object, code: str) -> None:
    reply = portal.push(dossier(**{name: value}))
    assert reply["error_code"] == code
    assert name in reply["message"]
    assert "thành công" not in reply["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TrichYeuHoSo", "ă" * 1000),
        ("GhiChu", "a" * 1999),
        ("TenLinhVuc", "  lý lịch  tư pháp "),
        ("DanhSachHoSoBoSung", [{"NoiDungBoSung": "x", "NgayBoSung": "20261121080000"}]),
        ("TaiLieuNop", [{"TenTepDinhKem": "a", "IsDeleted": "0"}]),
        ("DuocThanhToanTrucTuyen", 3),
    ],
)
def test_a_value_at_its_limit_is_taken(portal: Portal, name: str, value: object) -> None:
    assert portal.push(dossier(**{name: value}))["error_code"] == "0"


def test_every_broken_rule_is_named_at_once(portal: Portal) -> None:
    message = portal.push(dossier(HinhThuc="9", NgayTra="x", MaHoSo=""))["message"]
    assert all(name in message for name in ("HinhThuc", "NgayTra", "MaHoSo"))


def test_a_mistyped_field_is_remarked_with_the_nearest_name(portal: Portal) -> None:
    portal.push(dossier(TrichYeuHoso="x"))
    assert any("TrichYeuHoSo" in remark["vi"] for remark in portal.last()["remarks"])


@pytest.mark.parametrize(("before", "after", "code"), [("2", "4", "0"), ("2", "10", "-7"), ("2", "2", "0")])
def test_the_matrix_judges_an_update_where_a_setting_asks_for_it(
    portal: Portal, before: str, after: str, code: str
) -> None:
    portal.settle(status_moves="refuse")
    portal.push(dossier(TrangThaiHoSo=before))
    assert portal.push(dossier(TrangThaiHoSo=after), updating=True)["error_code"] == code


@pytest.mark.parametrize("mode", ["strict", "documented", "observed"])
def test_a_move_that_only_our_matrix_forbids_is_taken_with_a_remark(visitor: Visitor, mode: Mode) -> None:
    portal = Portal(visitor, mode)
    portal.push(dossier(TrangThaiHoSo="2"))
    assert portal.push(dossier(TrangThaiHoSo="10", DanhSachGiayToKetQua=[result()]), updating=True)["error_code"] == "0"
    noted = [each for each in portal.last()["remarks"] if each["rule"] == "transition-tolerated"]
    assert [each["basis"] for each in noted] == ["ours"]


def test_a_finished_dossier_pushed_at_once_is_tolerated_but_not_in_strict(portal: Portal) -> None:
    assert portal.push(dossier(TrangThaiHoSo="10"))["error_code"] == "0"
    assert "transition-tolerated" in portal.rules()


def test_strict_refuses_a_finished_dossier_that_was_never_received(strict_portal: Portal) -> None:
    strict_portal.settle(status_moves="refuse")
    body = dossier(TrangThaiHoSo="10", DanhSachGiayToKetQua=[result()])
    assert strict_portal.push(body)["error_code"] == "-7"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"MaHoSo": "H26.15-261121-0001"}, "dossier-code"),
        ({"MaHoSo": "SO-1"}, "dossier-code"),
        ({"MaHoSo": "H18-261120-0001"}, "dossier-of-another-unit"),
        ({"TrangThaiHoSo": "9", "DanhSachGiayToKetQua": [result(MaGiayToKetQua="2.000488")]}, "procedure-as-result"),
        ({"TrangThaiHoSo": "9", "DanhSachGiayToKetQua": [result(MaGiayToKetQua="KQ.G15.999999")]}, "result-code"),
    ],
)
def test_what_strict_refuses_is_remarked_otherwise(portal: Portal, changes: dict[str, object], rule: str) -> None:
    assert portal.push(dossier(**changes))["error_code"] == "0"
    assert rule in portal.rules()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"MaHoSo": "H26.15-261121-0001"}, "-5"),
        ({"MaHoSo": "H18-261120-0001"}, "-8"),
        ({"DanhSachGiayToKetQua": [result(MaGiayToKetQua="2.000488")]}, "-6"),
    ],
)
def test_strict_refuses_codes_that_break_their_grammar(
    strict_portal: Portal, changes: dict[str, object], code: str
) -> None:
    assert strict_portal.push(dossier(**changes))["error_code"] == code


def test_a_submitted_file_sent_again_as_the_result_is_remarked(portal: Portal) -> None:
    link = dossier()["TaiLieuNop"][0]["DuongDanTaiTepTin"]
    portal.push(dossier(TrangThaiHoSo="9", DanhSachGiayToKetQua=[result(DuongDanTepTinKetQua=link)]))
    assert "submitted-file-as-result" in portal.rules()


def test_a_result_before_the_end_is_remarked(portal: Portal) -> None:
    portal.push(dossier(DanhSachGiayToKetQua=[result(MaGiayToKetQua=LLTP)]))
    assert "result-before-end" in portal.rules()


def test_a_code_is_not_used_again_for_another_person(portal: Portal) -> None:
    portal.push(dossier())
    other = [{"LoaiDinhDanh": "1", "SoDinhDanh": "999096002018"}]
    assert portal.push(dossier(DinhDanhCHS=other), updating=True)["error_code"] == "-5"


@pytest.mark.parametrize("value", [True, "true"])
def test_another_spelling_of_is_updating_is_remarked(portal: Portal, value: object) -> None:
    portal.push(dossier())
    reply = portal.call("DongBoHoSoMC", isUpdating=value, data=[dossier()]).json
    assert reply["error_code"] == "0"
    assert "is-updating-spelling" in portal.rules()


def test_strict_takes_the_printed_spelling_of_is_updating_only(strict_portal: Portal) -> None:
    assert strict_portal.call("DongBoHoSoMC", isUpdating=False, data=[dossier()]).json["error_code"] == "-5"


@pytest.mark.parametrize("data", [None, [], "x", [1]])
def test_data_must_be_a_list_of_objects(portal: Portal, data: object) -> None:
    assert portal.call("DongBoHoSoMC", isUpdating="False", data=data).json["error_code"] == "-5"


def test_the_look_up_needs_a_code(portal: Portal) -> None:
    assert portal.call("TraCuuHoSo").json["error_code"] == -5
