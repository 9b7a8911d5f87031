"""Quirks of replies and of pulls, one case a row (the quirk register)."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from tests.builders import dossier, pull
from tests.conftest import Visitor
from tests.documents.quirk_table import Stage, case
from tests.services.stories import CODE, ministry_dossier, ministry_step

FINAL = {"LoaiDuLieu": "100"}


def done(**changes: Any):
    return ministry_dossier(status=9, has_result=True, **changes)


def first(visitor: Visitor, operation: str = "DanhSachHoSo", **changes: Any) -> dict[str, Any]:
    found: list[dict[str, Any]] = visitor.btxh(operation, pull(**changes)).json["result"]["data"]
    return found[0]


def rules(visitor: Visitor) -> list[str]:
    return [remark["rule"] for remark in visitor.journal()[-1]["remarks"]]


@case("B07")
def a_push_answers_flat_and_a_pull_wraps_its_result(stage: Stage) -> None:
    with stage.visiting() as visitor:
        assert list(visitor.btxh("DongBoDVC", dossier()).json) == ["error_code", "message"]
        assert list(visitor.btxh("DongBoDVC", dossier(MaHoSo=None)).json) == ["error_code", "message"]
        assert list(visitor.btxh("DanhSachHoSo", pull()).json) == ["result"]
        assert list(visitor.btxh("DanhSachHoSo", pull(MaTinh=None)).json) == ["result"]


@case("B08")
def the_error_code_is_a_number_unless_a_setting_says_otherwise(stage: Stage) -> None:
    with stage.visiting() as visitor:
        assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
        assert visitor.btxh("DongBoDVC", dossier(MaHoSo=None)).json["error_code"] == -5
    with stage.visiting(error_code_style="string") as visitor:
        assert visitor.btxh("DongBoDVC", dossier(MaHoSo=None)).json["error_code"] == "-5"


@case("B20")
def a_birth_date_is_printed_with_a_time_in_documented_alone(stage: Stage) -> None:
    with stage.visiting([done()]) as visitor:
        expected = "15/03/1960 00:00:00" if stage.mode == "documented" else "15/03/1960"
        assert first(visitor)["ngayThangNamSinh"] == expected


@case("B36")
def the_time_of_submission_is_printed_as_each_sample_prints_it(stage: Stage) -> None:
    with stage.visiting([done()]) as visitor:
        expected = "20/11/2026 08:32:35" if stage.is_strict else "2026-11-20 08:32:35"
        assert first(visitor)["submittedDate"] == expected
        assert first(visitor, **FINAL)["submittedDate"] == "20/11/2026 08:32:35"
        assert ("submitedDate" in first(visitor)) == (stage.mode == "observed")


@case("B41")
def the_lists_of_a_reply_have_a_small_s(stage: Stage) -> None:
    with stage.visiting([done()]) as visitor:
        root = ET.fromstring(first(visitor, **FINAL)["certificateExtentData"])
    assert [child.tag for child in root] == ["DanhsachTaiLieuNop", "DanhsachGiayToKetQua"]


@case("B42")
def the_xml_of_a_reply_is_broken_only_when_asked_for(stage: Stage) -> None:
    with stage.visiting([done()]) as visitor:
        ET.fromstring(first(visitor)["certificateExtentData"])
    with stage.visiting([done()], reply_oddities=("broken-xml",)) as visitor:
        text = first(visitor)["certificateExtentData"]
    assert "?'>" in text
    assert "<DanhSachTaiLieuNop>" in text
    assert "</DanhsachTaiLieuNop>" in text


@case("B49")
def a_final_result_says_so_unless_the_sample_is_asked_for(stage: Stage) -> None:
    with stage.visiting([done()]) as visitor:
        item = first(visitor, **FINAL)
        assert (item["loaiDuLieu"], item["statusId"]) == ("100", "9")
        assert len(ET.fromstring(item["certificateExtentData"])[1]) == 1
    with stage.visiting([done()], reply_oddities=("sample-result-values",)) as visitor:
        item = first(visitor, **FINAL)
        assert (item["loaiDuLieu"], item["statusId"]) == ("1", "1")
        assert len(ET.fromstring(item["certificateExtentData"])[1]) == 0


@case("B55")
def a_time_of_twelve_digits_is_read_except_in_strict(stage: Stage) -> None:
    with stage.visiting([done()]) as visitor:
        for begin, end in (("202611200000", "202611210000"), ("201120260000", "211120260000")):
            result = visitor.btxh("DanhSachHoSo", pull(ThoiGianBatDau=begin, ThoiGianKetThuc=end)).json["result"]
            assert (result["error_code"] == 0) == (not stage.is_strict)
            assert len(result["data"]) == (0 if stage.is_strict else 1)
            assert "B55" in rules(visitor)


@case("B56")
def the_second_time_is_the_end_of_the_window_and_belongs_to_it(stage: Stage) -> None:
    window = {"ThoiGianBatDau": "20/11/2026 08:32:36", "ThoiGianKetThuc": "20/11/2026 08:32:36"}
    early = {"ThoiGianBatDau": "20/11/2026 08:00:00", "ThoiGianKetThuc": "20/11/2026 08:32:35"}
    with stage.visiting([done()]) as visitor:
        assert first(visitor, **window)["maHoSo"] == CODE
        assert visitor.btxh("DanhSachHoSo", pull(**early)).json["result"]["data"] == []


@case("B57")
def the_window_means_the_time_of_receipt_and_of_handling(stage: Stage) -> None:
    filed = done(SubmittedDate="01/10/2026 08:00:00")
    handled = ministry_step(ThoiDiemXuLy="22/11/2026 08:00:00")
    window = {"ThoiGianBatDau": "22/11/2026 00:00:00", "ThoiGianKetThuc": "22/11/2026 23:59:59"}
    with stage.visiting([filed], [handled]) as visitor:
        assert first(visitor)["maHoSo"] == CODE
        assert first(visitor, "TienTrinhXuLy", **window)["maHoSo"] == CODE
        assert visitor.btxh("DanhSachHoSo", pull(**window)).json["result"]["data"] == []
    with stage.visiting([filed], window_on="submitted") as visitor:
        assert visitor.btxh("DanhSachHoSo", pull()).json["result"]["data"] == []


@case("B58")
def everything_comes_oldest_first_unless_a_limit_is_set(stage: Stage) -> None:
    filed = [ministry_dossier(f"000.00.15.G07-261120-000{n}", NgayTiepNhan=f"2{n}/11/2026 09:00:00") for n in (3, 1, 2)]
    in_order = [f"000.00.15.G07-261120-000{n}" for n in (1, 2, 3)]
    for limit in (None, 2):
        with stage.visiting(filed, pull_limit=limit) as visitor:
            data = visitor.btxh("DanhSachHoSo", pull()).json["result"]["data"]
        assert [each["maHoSo"] for each in data] == in_order[:limit]


@case("B59")
def an_empty_district_means_all(stage: Stage) -> None:
    with stage.visiting([done()]) as visitor:
        for nothing in ("", None):
            assert first(visitor, MaHuyen=nothing, MaXa=nothing)["maHoSo"] == CODE
            assert "B59" in rules(visitor)


@case("B60")
def the_keys_of_a_reply_are_the_camel_case_of_the_request(stage: Stage) -> None:
    with stage.visiting([done()]) as visitor:
        item = first(visitor)
    assert {"hktT_MaTinh", "nohT_ChiTiet", "cmnD_NgayCap", "cmnd", "maTTHC", "maCSDL", "urlDetail"} <= set(item)
    assert not {"HKTT_MaTinh", "hkttMaTinh", "CMND"} & set(item)


@case("B61")
def a_step_tells_its_status_by_another_name(stage: Stage) -> None:
    with stage.visiting([done()], [ministry_step()]) as visitor:
        item = first(visitor, "TienTrinhXuLy")
    assert item["trangThai"] == "2"
    assert "statusId" not in item
    assert (item["certificateType"], item["phongBanXuLy"]) == (None, None)
    with stage.visiting([done()], [ministry_step()], reply_oddities=("step-status-id",)) as visitor:
        assert first(visitor, "TienTrinhXuLy")["statusId"] == "2"


@case("B62")
def the_handler_is_printed_under_the_misspelt_name_too_except_in_strict(stage: Stage) -> None:
    with stage.visiting([done()], [ministry_step()]) as visitor:
        item = first(visitor, "TienTrinhXuLy")
    assert item["nguoiXuLy"] == "Cán bộ Phường Phúc Xá"
    assert item.get("nguaiXuLy") == (None if stage.is_strict else item["nguoiXuLy"])


@case("B63")
def steps_are_consistent_unless_the_sample_is_asked_for(stage: Stage) -> None:
    with stage.visiting([done()], [ministry_step()]) as visitor:
        assert first(visitor, "TienTrinhXuLy")["trangThai"] == "2"
    with stage.visiting([done()], [ministry_step()], reply_oddities=("sample-step-values",)) as visitor:
        assert first(visitor, "TienTrinhXuLy")["trangThai"] == "1"


@case("B64")
def what_is_absent_is_null_unless_empty_strings_are_asked_for(stage: Stage) -> None:
    filed = done(SoDienThoai=None, Email="")
    with stage.visiting([filed]) as visitor:
        item = first(visitor)
        assert (item["soDienThoai"], item["email"]) == (None, None)
    with stage.visiting([filed], reply_oddities=("empty-strings",)) as visitor:
        item = first(visitor)
        assert (item["soDienThoai"], item["email"]) == ("", "")
