"""The oddities of the printed replies, each by its name (B20, B36, B41, B42, B49, B61 to B64)."""

from __future__ import annotations

from typing import get_args
from xml.etree import ElementTree as ET

import pytest

from emulator.country.settings import OddityName
from emulator.services.btxh.replies import ODDITIES
from tests.builders import dossier, pull, step
from tests.services.stories import ministry_dossier, ministry_step, visiting


def shown(tmp_path, oddities, operation: str = "DanhSachHoSo", mode: str = "documented", **changes):
    dossiers = [ministry_dossier(status=9, has_result=True, CMND_NoiCap=None)]
    steps = [ministry_step(), ministry_step(number=2, StatusId="4", ThoiDiemXuLy="21/11/2026 08:00:00")]
    with visiting(tmp_path, dossiers, steps, mode=mode, reply_oddities=oddities) as visitor:
        return visitor.btxh(operation, pull(**changes)).json["result"]["data"]


def test_without_oddities_the_tables_are_law(tmp_path) -> None:
    item = shown(tmp_path, [])[0]
    assert item["ngayThangNamSinh"] == "15/03/1960"
    assert item["submittedDate"] == "20/11/2026 08:32:35"
    assert "<DanhSachTaiLieuNop>" in item["certificateExtentData"]


def test_dates_can_carry_a_time(tmp_path) -> None:
    item = shown(tmp_path, ["dates-with-time"])[0]
    assert item["ngayThangNamSinh"] == "15/03/1960 00:00:00"
    assert item["cmnD_NgayCap"] == "10/05/2021 00:00:00"


@pytest.mark.parametrize(("kind", "text"), [("1", "2026-11-20 08:32:35"), ("100", "20/11/2026 08:32:35")])
def test_the_time_of_submission_has_two_forms(tmp_path, kind: str, text: str) -> None:
    assert shown(tmp_path, ["submitted-two-forms"], LoaiDuLieu=kind)[0]["submittedDate"] == text


def test_tags_can_be_spelled_with_a_small_s(tmp_path) -> None:
    root = ET.fromstring(shown(tmp_path, ["small-s-tags"], LoaiDuLieu="100")[0]["certificateExtentData"])
    assert [child.tag for child in root] == ["DanhsachTaiLieuNop", "DanhsachGiayToKetQua"]


def test_the_xml_is_broken_only_on_request(tmp_path) -> None:
    text = shown(tmp_path, ["small-s-tags", "broken-xml"])[0]["certificateExtentData"]
    assert text.startswith("<?xml version='1.0' encoding='utf-8'?'><ExtentData>")
    assert "<DanhSachTaiLieuNop>" in text
    assert "</DanhsachTaiLieuNop>" in text
    with pytest.raises(ET.ParseError):
        ET.fromstring(text)
    assert not any("broken-xml" in name and oddity.modes for name, oddity in ODDITIES.items())


def test_results_can_look_like_the_sample(tmp_path) -> None:
    item = shown(tmp_path, ["sample-result-values"], LoaiDuLieu="100")[0]
    assert (item["loaiDuLieu"], item["statusId"]) == ("1", "1")
    assert "<DanhSachGiayToKetQua />" in item["certificateExtentData"]
    assert ET.fromstring(item["certificateExtentData"])[0].tag == "DanhSachTaiLieuNop"


def test_steps_can_also_say_status_id(tmp_path) -> None:
    item = shown(tmp_path, ["step-status-id"], "TienTrinhXuLy")[0]
    assert item["statusId"] == item["trangThai"] == "2"


def test_steps_can_carry_the_misspelt_handler(tmp_path) -> None:
    item = shown(tmp_path, ["misspelt-handler"], "TienTrinhXuLy")[0]
    assert item["nguaiXuLy"] == item["nguoiXuLy"] == "Cán bộ Phường Phúc Xá"


def test_steps_can_contradict_themselves_like_the_sample(tmp_path) -> None:
    first, second = shown(tmp_path, ["sample-step-values"], "TienTrinhXuLy")
    assert first["trangThai"] == "1"
    assert second["thoiDiemXuLy"] == "21/11/2026 08:00:00"
    assert second["ngayBatDau"] == second["ngayKetThucTheoQuyDinh"] == "28/11/2026 08:00:00"


def test_absent_values_can_be_empty_strings(tmp_path) -> None:
    assert shown(tmp_path, ["empty-strings"])[0]["cmnD_NoiCap"] == ""


def test_observed_replies_carry_the_later_fields(tmp_path) -> None:
    item = shown(tmp_path, None, mode="observed")[0]
    assert list(item)[44:] == [
        "loaiKetQua",
        "ngayBanHanh",
        "soQuyetDinh",
        "coQuanBanHanh",
        "trichYeu",
        "acceptKey",
        "ngayHenTra",
        "ngayKetThucXuLy_ThucTe",
        "soTaiKhoan",
        "nganHang",
        "submitedDate",
    ]
    assert item["submitedDate"] == "20/11/2026 08:32:35"


@pytest.mark.parametrize(
    ("mode", "habits"),
    [
        ("strict", {"small-s-tags"}),
        ("documented", {"small-s-tags", "dates-with-time", "submitted-two-forms", "misspelt-handler"}),
        ("observed", {"small-s-tags", "submitted-two-forms", "misspelt-handler", "later-fields"}),
    ],
)
def test_each_mode_has_its_habits(mode, habits: set[str]) -> None:
    assert {name for name, oddity in ODDITIES.items() if mode in oddity.modes} == habits


def test_the_admin_api_takes_the_names_and_refuses_others(tmp_path) -> None:
    with visiting(tmp_path, [ministry_dossier()]) as visitor:
        path = "/__admin/sandboxes/default/settings"
        assert visitor.http.put(path, json={"reply_oddities": ["small-tags"]}).status_code == 422
        assert visitor.http.put(path, json={"reply_oddities": []}).status_code == 200
        item = visitor.btxh("DanhSachHoSo", pull()).json["result"]["data"][0]
        assert "<DanhSachTaiLieuNop>" in item["certificateExtentData"]
        assert visitor.http.put(path, json={"reply_oddities": None}).status_code == 200
        item = visitor.btxh("DanhSachHoSo", pull()).json["result"]["data"][0]
        assert "<DanhsachTaiLieuNop>" in item["certificateExtentData"]


def test_the_journal_names_the_oddities_a_reply_has_shown(tmp_path) -> None:
    with visiting(tmp_path, [ministry_dossier()], [ministry_step()]) as visitor:
        visitor.btxh("DanhSachHoSo", pull())
        assert {"B20", "B36", "B41"} <= {each["rule"] for each in visitor.journal()[-1]["remarks"]}
        visitor.btxh("TienTrinhXuLy", pull())
        assert {"B62"} == {each["rule"] for each in visitor.journal()[-1]["remarks"]} - {"B14", "B59"}
        visitor.btxh("DanhSachHoSo", pull(MaTinh="79"))
        assert {each["rule"] for each in visitor.journal()[-1]["remarks"]} == {"B59", "foreign-province"}


def test_every_name_that_can_be_set_is_in_the_table() -> None:
    assert set(get_args(OddityName)) == set(ODDITIES)


@pytest.mark.parametrize(("style", "done", "refused"), [("number", 0, -4), ("string", "0", "-4"), ("00", "00", "-4")])
def test_the_error_code_has_the_type_that_was_set(tmp_path, style: str, done, refused) -> None:
    with visiting(tmp_path, error_code_style=style) as visitor:
        assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == done
        assert visitor.btxh("DanhSachHoSo", pull()).json["result"]["error_code"] == done
        unknown = step(MaHoSo="000.11.26.H26-261120-0009")
        assert visitor.btxh("XuLyHoSo", unknown).json["error_code"] == refused
