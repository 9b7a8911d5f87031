"""The replies that the document prints, key for key in order (BTXH 3.1.4 to 3.1.6)."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from emulator.services.btxh.names import DOSSIER_FIELDS, LATER_FIELDS, STEP_FIELDS, camel_key
from tests.builders import pull
from tests.services.stories import ministry_dossier, ministry_step, visiting

DOSSIER_KEYS = [
    "loaiDuLieu",
    "maHoSo",
    "maLinhVuc",
    "tenLinhVuc",
    "kenhThucHien",
    "loaiDoiTuong",
    "hinhThucTra",
    "maTTHC",
    "tenTTHC",
    "hoVaTen",
    "ngayThangNamSinh",
    "gioiTinhId",
    "danTocId",
    "cmnd",
    "cmnD_NgayCap",
    "cmnD_NoiCap",
    "maTinh",
    "maHuyen",
    "maXa",
    "hktT_MaTinh",
    "hktT_MaHuyen",
    "hktT_MaXa",
    "hktT_MaThon",
    "hktT_ChiTiet",
    "nohT_MaTinh",
    "nohT_MaHuyen",
    "nohT_MaXa",
    "nohT_MaThon",
    "nohT_ChiTiet",
    "soDienThoai",
    "email",
    "ngayTiepNhan",
    "donViXuLy",
    "noiNopHoSo",
    "hoSoCoThanhPhanSoHoa",
    "taiKhoanDuocXacThucVoiVNeID",
    "duocThanhToanTrucTuyen",
    "loaiDinhDanh",
    "soDinhDanh",
    "maCSDL",
    "statusId",
    "urlDetail",
    "submittedDate",
    "certificateExtentData",
]
STEP_KEYS = [
    "maHoSo",
    "taiKhoanXuLy",
    "nguoiXuLy",
    "chucDanh",
    "thoiDiemXuLy",
    "donViXuLy",
    "noiDungXuLy",
    "trangThai",
    "ngayBatDau",
    "ngayKetThucTheoQuyDinh",
    "useridCreated",
    "useridEdited",
    "dateCreated",
    "dateEdited",
    "certificateType",
    "phongBanXuLy",
]


def ask(visitor, operation: str = "DanhSachHoSo", **changes: str):
    return json.loads(visitor.btxh(operation, pull(**changes)).data)["result"]


@pytest.mark.parametrize("mode", ["strict", "documented"])
@pytest.mark.parametrize("kind", ["1", "100"])
def test_a_dossier_is_printed_with_the_44_keys_in_order(tmp_path, mode: str, kind: str) -> None:
    """BTXH-3.1.4-10, BTXH-3.1.4-18, BTXH-3.1.5-10, BTXH-3.1.5-15."""
    with visiting(tmp_path, [ministry_dossier(status=9, has_result=True)], mode=mode) as visitor:
        result = ask(visitor, LoaiDuLieu=kind)
    assert list(result) == ["message", "error_code", "data"]
    assert list(result["data"][0]) == DOSSIER_KEYS


def test_a_step_is_printed_with_the_sixteen_keys_in_order(tmp_path) -> None:
    """BTXH-3.1.6-13."""
    with visiting(tmp_path, steps=[ministry_step()], mode="strict") as visitor:
        result = ask(visitor, "TienTrinhXuLy")
    assert list(result["data"][0]) == STEP_KEYS


def test_as_printed_a_step_carries_the_misspelt_key_in_the_place_of_the_sample(tmp_path) -> None:
    with visiting(tmp_path, steps=[ministry_step()]) as visitor:
        keys = list(ask(visitor, "TienTrinhXuLy")["data"][0])
    assert [key for key in keys if key != "nguoiXuLy"] == [key.replace("nguoi", "nguai") for key in STEP_KEYS]


def test_the_values_are_those_of_the_dossier_and_null_when_absent(tmp_path) -> None:
    filed = ministry_dossier(CMND_NoiCap=None, NOHT_MaTinh="")
    with visiting(tmp_path, [filed], mode="strict") as visitor:
        item = ask(visitor)["data"][0]
    for name, value in filed.fields.items():
        if name != "CertificateExtentData":
            assert item[camel_key(name)] == (value or None), name
    assert item["cmnD_NoiCap"] is None
    assert item["nohT_MaTinh"] is None


@pytest.mark.parametrize("kind", ["1", "100"])
@pytest.mark.parametrize("mode", ["strict", "documented", "observed"])
def test_the_xml_of_a_reply_is_well_formed(tmp_path, mode: str, kind: str) -> None:
    with visiting(tmp_path, [ministry_dossier(status=9, has_result=True)], mode=mode) as visitor:
        text = ask(visitor, LoaiDuLieu=kind)["data"][0]["certificateExtentData"]
    root = ET.fromstring(text)
    assert [child.tag for child in root] == ["DanhsachTaiLieuNop", "DanhsachGiayToKetQua"]
    assert len(root[1]) == (1 if kind == "100" else 0)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("HKTT_MaTinh", "hktT_MaTinh"),
        ("CMND", "cmnd"),
        ("CMND_NgayCap", "cmnD_NgayCap"),
        ("MaTTHC", "maTTHC"),
        ("TaiKhoanDuocXacThucVoiVNeID", "taiKhoanDuocXacThucVoiVNeID"),
        ("NgayKetThucXuLy_ThucTe", "ngayKetThucXuLy_ThucTe"),
        ("A", "a"),
        ("AB", "ab"),
        ("ABc", "aBc"),
        ("ID", "id"),
        ("a", "a"),
        ("", ""),
    ],
)
def test_reply_names_follow_the_camel_case_policy(name: str, key: str) -> None:
    assert camel_key(name) == key


def test_every_printed_key_is_derived_from_an_official_name() -> None:
    assert sorted(map(camel_key, DOSSIER_FIELDS)) == sorted(DOSSIER_KEYS)
    assert {camel_key(name) for name in STEP_FIELDS} - set(STEP_KEYS) == {"statusId"}
    assert len({camel_key(name) for name in LATER_FIELDS}) == len(LATER_FIELDS)
