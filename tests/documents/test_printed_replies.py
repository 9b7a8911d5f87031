"""The replies that the document prints, key for key in order (BTXH 3.1.4 to 3.1.6)."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from emulator.services.btxh.models import DOSSIER_FIELDS, DOSSIER_REPLY_FIELDS, LATER_FIELDS, STEP_FIELDS, camel_key
from tests.builders import dossier, pull, step
from tests.conftest import Visitor
from tests.services.stories import PAGE, ministry_dossier, ministry_step, visiting

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


# The replies as the document prints them, byte by byte but for its line breaks, and for the person, who is nobody here.
ROOT = "<ExtentData xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:xsd='http://www.w3.org/2001/XMLSchema'>"
FILE = (
    "<TaiLieuNop><TepDinhKemId>42942</TepDinhKemId><TenTepDinhKem>giaykhaitu-20221128084857.pdf</TenTepDinhKem>"
    "<IsDeleted>0</IsDeleted><MaThanhPhanHoSo /><DuongDanTaiTepTin>https://dvcbtxh.molisa.gov.vn/file/20221129/"
    "638053270878065889giaykhaitu-20221128084857.pdf</DuongDanTaiTepTin><DuocSoHoa>1</DuocSoHoa>"
    "<DuocTaiSuDung>0</DuocTaiSuDung><DuocLayTuKhoDMQG>0</DuocLayTuKhoDMQG><MaKetQuaThayThe>0</MaKetQuaThayThe>"
    "</TaiLieuNop>"
)
PRINTED_VALUES = (
    "1|000.00.15.G07-221129-0002|G07-LD03|Bảo trợ xã hội|3|1|1|1.001731|"
    "Hỗ trợ chi phí mai táng cho đối tượng bảo trợ xã hội|NGƯỜI KHÔNG CÓ THẬT|08/12/2022 00:00:00|1035|0|999142003354|"
    "08/12/2022 00:00:00||01|274|09889|01|274|09889||Số 0 phố Không Có Thật||||||||08/12/2022 18:53:00|"
    "Xã La Phù, Huyện Hoài Đức, Thành phố Hà Nội|2|0|0|0|2|999142003354|1|1|"
    f"https://dvcbtxh.molisa.gov.vn/BTXH_ThongTinChung/GetViewDetail/{PAGE}"
)
SUBMITTED = {"1": "2022-12-09 13:53:25", "100": "08/12/2022 13:53:25"}
OPENED = {"1": "DanhSachTaiLieuNop", "100": "DanhsachTaiLieuNop"}
AS_PRINTED = ("dates-with-time", "submitted-two-forms", "small-s-tags", "broken-xml", "sample-result-values")
PRINTED_WINDOW = {"ThoiGianBatDau": "01/12/2022 09:53:00", "ThoiGianKetThuc": "11/12/2022 09:53:00"}


def printed_list(items: list[dict[str, str | None]]) -> str:
    told = {"result": {"message": "Lấy dữ liệu thành công", "error_code": 0, "data": items}}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("kind", ["1", "100"])
def test_a_pulled_dossier_is_byte_by_byte_what_the_document_prints(tmp_path, kind: str) -> None:
    """BTXH 3.1.4, 3.1.5: every value, null, order of keys and slip of the pen, with the settings that print them."""
    xml = (
        f"<?xml version='1.0' encoding='utf-8'?'>{ROOT}<{OPENED[kind]}>{FILE}</DanhsachTaiLieuNop>"
        "<DanhsachGiayToKetQua /></ExtentData>"
    )
    values = [value or None for value in PRINTED_VALUES.split("|")]
    item = dict(zip(DOSSIER_KEYS, [*values, SUBMITTED[kind], xml], strict=True))
    sound = f"<?xml version='1.0' encoding='utf-8'?>{ROOT}<DanhSachTaiLieuNop>{FILE}</DanhSachTaiLieuNop>"
    fields = dict(zip(DOSSIER_REPLY_FIELDS, values, strict=False)) | {
        "NgayThangNamSinh": "08/12/2022",
        "CMND_NgayCap": "08/12/2022",
        "SubmittedDate": "09/12/2022 13:53:25" if kind == "1" else SUBMITTED[kind],
        "CertificateExtentData": f"{sound}<DanhSachGiayToKetQua /></ExtentData>",
    }
    code = fields["MaHoSo"] or ""
    filed = ministry_dossier(code, has_result=kind == "100", given="08/12/2022", **fields)
    with visiting(tmp_path, [filed], reply_oddities=AS_PRINTED) as visitor:
        reply = visitor.btxh("DanhSachHoSo", pull(LoaiDuLieu=kind, **PRINTED_WINDOW))
    assert reply.data.decode() == printed_list([item])


def test_pulled_steps_are_byte_by_byte_what_the_document_prints(tmp_path) -> None:
    """BTXH 3.1.6."""
    code = "000.00.15.G07-221129-0002"
    moved = "CB Xã La Phù đã chuyển tiếp hồ sơ cho một cửa Huyện"
    rows = (
        (
            "02/12/2022 18:53:00",
            "CB Xã La Phù đã tiếp nhận xử lý hồ sơ",
            "1",
            "02/12/2022 18:53:00",
            "06/12/2022 09:53:00",
        ),
        ("02/12/2022 18:54:32", moved, "4", "09/12/2022 15:40:55", "09/12/2022 15:40:55"),
    )
    names = ("ThoiDiemXuLy", "NoiDungXuLy", "StatusId", "NgayBatDau", "NgayKetThucTheoQuyDinh")
    officer = {"TaiKhoanXuLy": "09889_cb", "NguoiXuLy": "CB Xã La Phù", "DonViXuLy": None, "UseridCreated": None}
    steps = [
        ministry_step(code, number, **officer, **dict(zip(names, row, strict=True)))
        for number, row in enumerate(rows, 1)
    ]
    keys = [key.replace("nguoi", "nguai") for key in STEP_KEYS]
    printed = [
        dict(
            zip(
                keys,
                [code, "09889_cb", "CB Xã La Phù", "Cán bộ xử lý hồ sơ", at, None, *rest, *[None] * 6],
                strict=True,
            )
        )
        for at, *rest in rows
    ]
    with visiting(tmp_path, steps=steps, reply_oddities=("misspelt-handler-alone",)) as visitor:
        reply = visitor.btxh("TienTrinhXuLy", pull(**PRINTED_WINDOW))
    assert reply.data.decode() == printed_list(printed)


def test_a_row_that_was_pulled_before_shows_what_has_changed_since(visitor: Visitor) -> None:
    def row() -> dict[str, str | None]:
        rows = visitor.btxh("DanhSachHoSo", pull()).json["result"]["data"]
        return next(dict(each) for each in rows if each["maHoSo"] == dossier()["MaHoSo"])

    visitor.http.patch("/__admin/settings", json={"pull_source": "all"})
    assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
    first = row()
    assert (row(), first["statusId"]) == (first, "1")
    assert visitor.btxh("XuLyHoSo", step()).json["error_code"] == 0
    assert row() == first | {"statusId": "2"}
    visitor.http.patch("/__admin/settings", json={"reply_oddities": []})
    assert (first["ngayThangNamSinh"], row()["ngayThangNamSinh"]) == ("15/03/1960 00:00:00", "15/03/1960")
    assert visitor.btxh("DongBoDVC", dossier(SoDienThoai="0000000001")).json["error_code"] == 0
    assert row()["soDienThoai"] == "0000000001"
