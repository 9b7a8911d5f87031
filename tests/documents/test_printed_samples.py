"""The request samples of the document, with people who do not exist and every oddity kept (BTXH 3.1.1 to 3.1.6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Visitor
from tests.documents.cases_bodies import error_code
from tests.services.stories import visiting

HOST = "https://dvcbtxh.molisa.gov.vn"
DOCUMENT = (
    "<TaiLieuNop><TepDinhKemId>{id}</TepDinhKemId><TenTepDinhKem>{name}</TenTepDinhKem><IsDeleted>0</IsDeleted>"
    f"<MaThanhPhanHoSo /><DuongDanTaiTepTin>{HOST}/file/20221209/{{name}}</DuongDanTaiTepTin><DuocSoHoa>1</DuocSoHoa>"
    "<DuocTaiSuDung>0</DuocTaiSuDung><DuocLayTuKhoDMQG>0</DuocLayTuKhoDMQG><MaKetQuaThayThe>0</MaKetQuaThayThe>"
    "</TaiLieuNop>"
)
DOCUMENTS = "".join(
    DOCUMENT.format(id=number, name=name)
    for number, name in ((42943, "lienthong.xlsx"), (42944, "don.docx"), (42945, "cv12h05signed.pdf"))
)
RESULT = (
    "<GiayToKetQua><TenGiayTo>lienthong.pdf</TenGiayTo><MaThanhPhanHoSo>0</MaThanhPhanHoSo><GiayToId>41634</GiayToId>"
    f"<DuongDanTepTinKetQua>{HOST}/file/20221209/lienthong.pdf</DuongDanTepTinKetQua>"
    "<MaGiayToKetQua>KQ.G07.000290</MaGiayToKetQua></GiayToKetQua>"
)
ROOT = (
    "<ExtentData xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:xsd='http://www.w3.org/2001/XMLSchema'>"
    f"<DanhSachTaiLieuNop>{DOCUMENTS}</DanhSachTaiLieuNop>"
)
NEW_XML = f"<?xml version='1.0' encoding='utf-8'?>{ROOT}<DanhSachGiayToKetQua /></ExtentData>"
FINAL_XML = (
    f"<?xml version='1.0' encoding='utf-8'>{ROOT}<DanhSachGiayToKetQua>{RESULT}</DanhSachGiayToKetQua></ExtentData>"
)


def printed_dossier(**changes: Any) -> dict[str, Any]:
    home = {"MaTinh": "01", "MaHuyen": "001", "MaXa": "00001"}
    address = {"MaThon": "Tổ dân phố 1", "ChiTiet": "Số 0 phố Không Có Thật"}
    body: dict[str, Any] = {
        "LoaiDuLieu": 1,
        "MaHoSo": "000.00.15.G07-221209-0001",
        "MaLinhVuc": "G07-LD03",
        "TenLinhVuc": "Bảo trợ xã hội",
        "KenhThucHien": "2",
        "LoaiDoiTuong": "1",
        "HinhThucTra": "08/12/2022 08:33:00",
        "MaTTHC": "1.001776",
        "TenTTHC": "Thực hiện, điều chỉnh, thôi hưởng trợ cấp xã hội hằng tháng, "
        "hỗ trợ kinh phí chăm sóc, nuôi dưỡng hằng tháng",
        "HoVaTen": "NGƯỜI KHÔNG CÓ THẬT",
        "NgayThangNamSinh": "08/12/2022",
        "GioiTinhId": "1034",
        "DanTocId": "1",
        "CMND": "999345678889",
        "CMND_NgayCap": "08/12/2022 00:00:00",
        "CMND_NoiCap": 1047,
        **home,
        **{f"HKTT_{name}": value for name, value in (home | address).items()},
        **{f"NOHT_{name}": value for name, value in (home | address).items()},
        "SoDienThoai": "0000000000",
        "Email": "cong.dan@example.vn",
        "NgayTiepNhan": "08/12/2022 08:32:35",
        "DonViXuLy": "Phường Phúc Xá, Quận Ba Đình, Thành phố Hà Nội",
        "NoiNopHoSo": "2",
        "HoSoCoThanhPhanSoHoa": "0",
        "TaiKhoanDuocXacThucVoiVNeID": "0",
        "DuocThanhToanTrucTuyen": "0",
        "LoaiDinhDanh": "2",
        "SoDinhDanh": "999345678889",
        "MaCSDL": "1",
        "StatusId": "1",
        "SubmittedDate": "08/12/2022 08:32:36",
        "UrlDetail": f"{HOST}/BTXH_ThongTinChung/GetViewDetail/00000000-0000-4000-8000-000000000000",
        "CertificateExtentData": NEW_XML,
    }
    return body | changes


def printed_final() -> dict[str, Any]:
    body = printed_dossier(LoaiDuLieu=100, CertificateExtentData=FINAL_XML)
    body[" NoiNopHoSo"] = body.pop("NoiNopHoSo")
    return body


PRINTED_STEP = {
    "MaHoSo": "000.00.15.G07-221209-0001",
    "TaiKhoanXuLy": "00001_cb",
    "NguoiXuLy": "CB Xã La Phù",
    "ChucDanh": "Cán bộ xử lý hồ sơ",
    "ThoiDiemXuLy": "08/12/2022 18:53:00",
    "DonViXuLy": "Phường Phúc Xá, Quận Ba Đình, Thành phố Hà Nội",
    "NoiDungXuLy": "CB Xã La Phù đã tiếp nhận xử lý hồ sơ",
    "StatusId": "2",
    "NgayBatDau": "08/12/2022 18:53:00",
    "NgayKetThucTheoQuyDinh": "08/12/2022 09:53:00",
    "UseridCreated": "00001_cb",
    "UseridEdited": None,
    "DateCreated": None,
    "DateEdited": "20/12/2022 09:53:00",
}
PRINTED_PULL = {
    "LoaiDuLieu": "1",
    "MaTinh": "01",
    "MaHuyen": "",
    "MaXa": "",
    "ThoiGianBatDau": "01/12/2022 09:53:00",
    "ThoiGianKetThuc": "11/12/2022 09:53:00",
}


def rules_of(visitor: Visitor) -> set[str]:
    return {remark["rule"] for remark in visitor.journal()[-1]["remarks"]}


def test_the_printed_new_dossier_is_accepted_with_every_oddity_named(visitor: Visitor) -> None:
    reply = visitor.btxh("DongBoDVC", printed_dossier())
    assert error_code(reply) == 0, reply.json
    named = {"B12", "B15", "B17", "B18", "B24", "B25", "B26", "B27", "B29", "B32", "B33", "B37", "B38", "B44"}
    assert named <= rules_of(visitor)


def test_the_printed_new_dossier_is_kept_in_the_form_of_the_table(tmp_path: Path) -> None:
    window = {"ThoiGianBatDau": "08/12/2022 08:32:35", "ThoiGianKetThuc": "08/12/2022 08:32:35"}
    with visiting(tmp_path, pull_source="all") as visitor:
        visitor.btxh("DongBoDVC", printed_dossier())
        kept = visitor.btxh("DanhSachHoSo", PRINTED_PULL | window).json["result"]["data"][0]
    assert (kept["hinhThucTra"], kept["cmnD_NoiCap"], kept["loaiDuLieu"]) == (None, "1047", "1")


def test_the_printed_step_is_accepted_after_its_dossier(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", printed_dossier())
    reply = visitor.btxh("XuLyHoSo", PRINTED_STEP)
    assert error_code(reply) == 0, reply.json
    assert {"B50", "B51", "B53"} <= rules_of(visitor)


def test_the_printed_final_result_is_accepted_with_its_broken_declaration_and_its_space(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", printed_dossier())
    reply = visitor.btxh("DongBoDVC", printed_final())
    assert error_code(reply) == 0, reply.json
    assert {"B31", "B35", "B43", "B47"} <= rules_of(visitor)


@pytest.mark.parametrize(
    ("operation", "kind"), [("DanhSachHoSo", "1"), ("DanhSachHoSo", "100"), ("TienTrinhXuLy", "100")]
)
def test_the_printed_pulls_are_accepted(visitor: Visitor, operation: str, kind: str) -> None:
    reply = visitor.btxh(operation, PRINTED_PULL | {"LoaiDuLieu": kind})
    assert error_code(reply) == 0, reply.json


def test_strict_refuses_the_printed_dossier_and_names_everything_at_once(tmp_path: Path) -> None:
    with visiting(tmp_path, mode="strict") as visitor:
        reply = visitor.btxh("DongBoDVC", printed_dossier())
        assert error_code(reply) == -5
        for name in (
            "LoaiDuLieu",
            "HinhThucTra",
            "CMND_NoiCap",
            "NOHT_MaThon",
            "SoDinhDanh",
        ):
            assert name in reply.json["message"]
        noted = {remark["rule"] for remark in visitor.journal()[-1]["remarks"] if remark["level"] == "note"}
        assert {"B18", "B32", "B37"} <= noted, "what no clause asks for is said, not refused"
