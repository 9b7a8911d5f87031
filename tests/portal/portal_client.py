"""A client of the portal behind the adapter, and bodies that are right by the strictest reading."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from werkzeug.test import TestResponse

from emulator.country.axis import papers_account, portal_account
from emulator.country.settings import Mode
from emulator.kernel.clock import VIETNAM, to_ms
from tests.conftest import Visitor

FORWARD = "/XrdAdapter/RestService/forward"
ADDRESS = "?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
PAPERS_HOST = "&providerurl=https%3A%2F%2Fapigiaytocanhan.dichvucong.gov.vn"
CITIZEN, SECOND, THIRD = "999094001009", "999096002018", "999099003027"
OFFICER = "999084020180"
LLTP, BIRTH, DEED = "KQ.G15.000007", "000.00.00.G01-KQ0266", "KQ.G13.000101"


class Portal:
    """A province's system that talks to the national portal."""

    def __init__(self, visitor: Visitor, mode: Mode = "documented", **settings: Any) -> None:
        self.visitor, self.country = visitor, visitor.country
        sandboxes = self.country.sandboxes
        if mode != "documented":
            sandboxes.redefine(self.sandbox, {"mode": mode})
        self.settle(**settings)
        self.account = portal_account(self.sandbox)
        self.papers_account = papers_account(self.sandbox)

    @property
    def sandbox(self) -> Any:
        return self.country.sandboxes.get("default")

    def settle(self, **settings: Any) -> None:
        if settings:
            self.country.sandboxes.set_settings(self.sandbox, replace(self.sandbox.settings, **settings))

    def freeze(self, minutes: float = 0) -> None:
        """Stop the clock on 21/11/2026 08:00, or move it on from there."""
        from datetime import datetime, timedelta

        moment = datetime(2026, 11, 21, 8, tzinfo=VIETNAM) + timedelta(minutes=minutes)
        clock = self.sandbox.clock.freeze(0).set(0, to_ms(moment))
        self.country.sandboxes.set_clock(self.sandbox, clock)

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        given = {"data": body} if isinstance(body, (bytes, str)) else {"json": body}
        address = ADDRESS + (PAPERS_HOST if path.startswith("/bndp/") else "")
        return self.visitor.http.post(FORWARD + path + address, headers=headers, **given)

    def log_in(self, **changes: Any) -> TestResponse:
        body = {"username": self.account.username, "password": self.account.password} | changes
        return self.post("/mapi/login", body)

    def session(self) -> str:
        return str(self.log_in().json["session"])

    def call(self, service: str, session: str | None = None, door: str = "call", **keys: Any) -> TestResponse:
        body = {"session": session or self.session(), "madonvi": self.account.unit, "service": service} | keys
        return self.post(f"/mapi/{door}", body)

    def rows(self, service: str, **keys: Any) -> Any:
        reply = self.call(service, **keys).json
        assert reply["error_code"] == 0, reply
        return reply["result"]

    def push(self, *data: Any, updating: bool = False, **keys: Any) -> Any:
        return self.call("DongBoHoSoMC", isUpdating=str(updating), data=list(data), **keys).json

    def steps(self, *data: Any) -> Any:
        return self.call("CapNhatTienDoHoSoMC", data=list(data)).json

    def papers_token(self) -> str:
        body = {"username": self.papers_account.username, "password": self.papers_account.password}
        return str(self.post("/bndp/public/v1/login", body).json["accessToken"])

    def papers(self, token: str | None = None, **changes: Any) -> TestResponse:
        return self.post("/bndp/public/v1/user/papers", wanted(**changes), Authorization=token or self.papers_token())

    def found(self, **changes: Any) -> list[dict[str, Any]]:
        reply = self.papers(**changes).json
        assert reply["errorCode"] == "0", reply
        found: list[dict[str, Any]] = reply["result"]["DanhSachGiayToKetQua"]
        return found

    def last(self) -> dict[str, Any]:
        return self.visitor.journal()[-1]

    def rules(self) -> set[str]:
        return {remark["rule"] for remark in self.last()["remarks"]}


def wanted(**changes: Any) -> dict[str, Any]:
    """A papers call of an officer for the first citizen of the pack (KDL V.2)."""
    body: dict[str, Any] = {
        "MaThuTuc": "1.003709",
        "DanhSachDanhMucKetQua": [{"MaKetQua": LLTP, "SoKyHieu": ""}],
        "SoDinhDanhChuSoHuu": CITIZEN,
        "HoTenNguoiYeuCau": "CÁN BỘ KHÔNG CÓ THẬT",
        "KenhThucHien": "1",
        "SoDinhDanhNguoiYeuCau": OFFICER,
    }
    return {key: value for key, value in (body | changes).items() if value is not None}


def dossier(**changes: Any) -> dict[str, Any]:
    """One element of DongBoHoSoMC (src:portal-dossier)."""
    body: dict[str, Any] = {
        "MaHoSo": "H26.15-261120-0001",
        "MaTTHC": "2.000488",
        "TenTTHC": "Cấp Phiếu lý lịch tư pháp cho công dân Việt Nam, người nước ngoài đang cư trú tại Việt Nam",
        "MaLinhVuc": "G15-LT01",
        "TenLinhVuc": "Lý lịch tư pháp",
        "SoBienNhan": "",
        "KenhThucHien": "2",
        "ChuHoSo": "TRẦN VĂN NHIÊN CHÂU",
        "LoaiDoiTuong": "1",
        "MaDoiTuong": "",
        "ThongTinKhac": "",
        "Email": "nguoi.01@example.vn",
        "Fax": "",
        "SoDienThoai": "0000000001",
        "TrichYeuHoSo": "Đề nghị cấp Phiếu lý lịch tư pháp số 1",
        "NgayTiepNhan": "20261120083236",
        "NgayHenTra": "20261204173000",
        "TrangThaiHoSo": "2",
        "NgayTra": "",
        "ThongTinTra": "",
        "HinhThuc": "0",
        "NgayKetThucXuLy": "",
        "DonViXuLy": "Sở Tư pháp thành phố Hà Nội",
        "GhiChu": "",
        "NoiNopHoSo": "2",
        "HoSoCoThanhPhanSoHoa": "1",
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "DuocThanhToanTrucTuyen": "0",
        "NgayTuChoi": "",
        "NgayNopHoSo": "20261120083000",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": CITIZEN}],
        "DSKetNoiCSDL": [{"MaCSDL": "1"}],
        "TaiLieuNop": [
            {
                "TepDinhKemId": "1",
                "TenTepDinhKem": "to-khai.pdf",
                "IsDeleted": "False",
                "MaThanhPhanHoSo": "GT.2.000488.01",
                "DuongDanTaiTepTin": "https://dichvucong.hanoi.example.vn/tep/to-khai.pdf",
                "DuocSoHoa": "1",
                "DuocTaiSuDung": "0",
                "DuocLayTuKhoDMQG": "0",
                "MaKetQuaThayThe": "",
            }
        ],
        "DanhSachLePhi": [],
        "DanhSachTepDinhKemKhac": [],
        "DanhSachHoSoBoSung": [],
        "DanhSachGiayToKetQua": [],
    }
    return body | changes


def result(**changes: Any) -> dict[str, str]:
    """One element of DanhSachGiayToKetQua."""
    body = {
        "TenGiayTo": "Phiếu lý lịch tư pháp số 1",
        "MaThanhPhanHoSo": "",
        "GiayToId": "41634",
        "DuongDanTepTinKetQua": "https://dichvucong.hagiang.gov.vn/download/124.pdf",
        "MaGiayToKetQua": LLTP,
    }
    return body | changes


def step(**changes: Any) -> dict[str, str]:
    """One element of CapNhatTienDoHoSoMC."""
    body = {
        "MaHoSo": "H26.15-261120-0001",
        "NguoiXuLy": "Cán bộ Sở Tư pháp",
        "ChucDanh": "Chuyên viên",
        "ThoiDiemXuLy": "20261120090000",
        "PhongBanXuLy": "Bộ phận một cửa",
        "NoiDungXuLy": "Đã tiếp nhận hồ sơ",
        "TrangThai": "2",
        "NgayBatDau": "20261120090000",
        "NgayKetThucTheoQuyDinh": "20261125173000",
    }
    return body | changes
