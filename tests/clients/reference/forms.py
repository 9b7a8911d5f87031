"""From what the counter knows to the official fields of BTXH 3.1.1 to 3.1.3, and back from what the ministry lists."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

Words = dict[str, Any]
CHANNELS = {"in-person": "1", "online": "2", "post": "3"}
DELIVERIES = {"counter": "0", "post": "1"}
PAYMENTS = {"none": "0", "national-portal": "1", "own-portal": "2", "direct": "3"}
KINDS = {"citizen": "1", "enterprise": "2", "authority": "3", "organisation": "4"}
ID_KINDS = {"citizen-card": "1", "identity-card": "2", "tax-code": "3"}
GENDERS = {"male": "1034", "female": "1035"}
DATABASES = {
    "population": "1",
    "enterprises": "2",
    "land": "3",
    "finance": "4",
    "insurance": "5",
    "statistics": "6",
    "sectoral": "7",
}
STATUSES = {
    "Mới đăng ký": "1",
    "Được tiếp nhận": "2",
    "Không được tiếp nhận": "3",
    "Đang xử lý": "4",
    "Yêu cầu bổ sung giấy tờ": "5",
    "Yêu cầu thực hiện nghĩa vụ tài chính": "6",
    "Công dân yêu cầu rút hồ sơ": "7",
    "Dừng xử lý": "8",
    "Đã xử lý xong": "9",
    "Đã trả kết quả": "10",
    "Bộ, ngành, địa phương từ chối": "11",
    "Đã nộp tại Cổng dịch vụ công (chưa gửi)": "13",
    "Không gửi được": "14",
}
ETHNICITIES = {"Kinh": "1", "Tày": "2", "Thái": "3", "Mường": "6", "H'Mông": "8", "Dao": "9"}
ISSUERS = {
    "Cục Cảnh sát QLHC về trật tự xã hội": "1047",
    "Cục Cảnh sát ĐKQL cư trú và DLQG về dân cư": "1048",
    "Thành phố Hà Nội": "1195",
    "Tỉnh Hòa Bình": "1213",
}
NOTE_LENGTH = 4000


def day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%d/%m/%Y}"


def second(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%d/%m/%Y %H:%M:%S}"


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


class Forms:
    """One method a form, so that a variant changes one thing."""

    vneid_as_printed = False

    def dossier(self, known: Words) -> Words:
        """BTXH 3.1.1: a new dossier."""
        return self._fields(known, "1", self.extent(known, []))

    def result(self, known: Words) -> Words:
        """BTXH 3.1.3: the final result of a dossier."""
        return self._fields(known, "100", self.extent(known, known["results"]))

    def _fields(self, known: Words, kind: str, extent: str) -> Words:
        it, place = known["applicant"], known["place"]
        owner = it.get("owner", {"id_kind": "citizen-card", "id_number": it["citizen_id"]})
        told = {
            "LoaiDuLieu": kind,
            "MaHoSo": known["dossier_code"],
            "MaLinhVuc": known["procedure"]["sector_code"],
            "TenLinhVuc": known["procedure"]["sector_name"],
            "KenhThucHien": CHANNELS.get(known.get("channel")),
            "LoaiDoiTuong": KINDS[it["kind"]],
            "HinhThucTra": DELIVERIES[known["delivery"]],
            "MaTTHC": known["procedure"]["code"],
            "TenTTHC": known["procedure"]["name"],
            "HoVaTen": self.name(it["full_name"]),
            "NgayThangNamSinh": day(it["born_on"]),
            "GioiTinhId": GENDERS.get(it.get("gender")),
            "DanTocId": ETHNICITIES.get(it.get("ethnicity")),
            "CMND": it["citizen_id"],
            "CMND_NgayCap": day(it["id_issued_on"]) if "id_issued_on" in it else None,
            "CMND_NoiCap": ISSUERS.get(it.get("id_issued_by"), it.get("id_issued_by")),
            **self.places(place, it["registered_address"], it.get("current_address")),
            "SoDienThoai": it.get("phone"),
            "Email": it.get("email"),
            "NgayTiepNhan": second(known["received_at"]),
            "DonViXuLy": place["unit"],
            "NoiNopHoSo": "2",
            "HoSoCoThanhPhanSoHoa": "1" if any(file["digitised"] for file in self.submitted(known)) else "0",
            "TaiKhoanDuocXacThucVoiVNeID": self.verified(known["vneid_verified"]),
            "DuocThanhToanTrucTuyen": PAYMENTS[known["payment"]],
            "LoaiDinhDanh": ID_KINDS[owner["id_kind"]],
            "SoDinhDanh": owner["id_number"],
            "MaCSDL": DATABASES[known["national_database"]],
            "StatusId": self.status(known["status"]["name"]),
            "SubmittedDate": second(known["submitted_at"]),
            "UrlDetail": f"https://motcua.hanoi.gov.vn/ho-so/{known['dossier_code']}",
            "CertificateExtentData": extent,
        }
        return {name: value for name, value in told.items() if value is not None}

    def submitted(self, known: Words) -> list[Words]:
        """The files that were not taken back."""
        return [file for file in known["files"] if not file.get("deleted")]

    def verified(self, is_verified: bool) -> str:
        """1 is yes, as the platform and the indicators read it; the table prints it the other way round (B33)."""
        return "1" if is_verified != self.vneid_as_printed else "0"

    def name(self, text: str) -> str:
        return nfc(text)

    def status(self, name: str) -> str:
        return STATUSES[name]

    def places(self, place: Words, home: Words, current: Words | None) -> Words:
        told = {"MaTinh": place["province"], "MaHuyen": place["district"], "MaXa": place["commune"]}
        words = {
            "MaTinh": "province",
            "MaHuyen": "district",
            "MaXa": "commune",
            "MaThon": "hamlet",
            "ChiTiet": "detail",
        }
        for prefix, address in (("HKTT", home), ("NOHT", current or {})):
            told |= {f"{prefix}_{name}": address.get(word) for name, word in words.items()}
        return told

    def extent(self, known: Words, results: list[Words]) -> str:
        """The XML inside the JSON: built as a tree, so that no name can break it."""
        root = ET.Element("ExtentData")
        filed = ET.SubElement(root, "DanhSachTaiLieuNop")
        for number, file in enumerate(self.submitted(known), 1):
            self._put(filed, "TaiLieuNop", self.filed(number, file))
        issued = ET.SubElement(root, "DanhSachGiayToKetQua")
        for number, result in enumerate(results, 1):
            self._put(issued, "GiayToKetQua", self.issued(number, result))
        return self.declaration() + self.serialised(root)

    def serialised(self, root: ET.Element) -> str:
        return ET.tostring(root, encoding="unicode")

    def declaration(self) -> str:
        return "<?xml version='1.0' encoding='utf-8'?>"

    def filed(self, number: int, file: Words) -> Words:
        return {
            "TepDinhKemId": str(number),
            "TenTepDinhKem": nfc(file["name"]),
            "IsDeleted": "0",
            "MaThanhPhanHoSo": file.get("component_code", ""),
            "DuongDanTaiTepTin": file["url"],
            "DuocSoHoa": "1" if file["digitised"] else "0",
            "DuocTaiSuDung": "1" if file["reused"] else "0",
            "DuocLayTuKhoDMQG": "1" if file["from_kho_dl"] else "0",
            "MaKetQuaThayThe": file.get("result_code", "0"),
        }

    def issued(self, number: int, result: Words) -> Words:
        return {
            "TenGiayTo": nfc(result["name"]),
            "MaThanhPhanHoSo": "",
            "GiayToId": str(number),
            "DuongDanTepTinKetQua": result["url"],
            "MaGiayToKetQua": result["result_code"],
        }

    def _put(self, parent: ET.Element, name: str, values: Words) -> None:
        child = ET.SubElement(parent, name)
        for key, value in values.items():
            ET.SubElement(child, key).text = value

    def note(self, text: str) -> str:
        return nfc(text)[:NOTE_LENGTH]

    def step(self, code: str, step: Words) -> Words:
        """BTXH 3.1.2: one processing step."""
        return {
            "MaHoSo": code,
            "TaiKhoanXuLy": step["officer"]["account"],
            "NguoiXuLy": nfc(step["officer"]["name"]),
            "ChucDanh": nfc(step["officer"]["title"]),
            "ThoiDiemXuLy": day(step["handled_at"]),
            "DonViXuLy": step["unit"],
            "NoiDungXuLy": self.note(step["note"]),
            "StatusId": self.status(step["status"]["name"]),
            "NgayBatDau": day(step["started_on"]),
            "NgayKetThucTheoQuyDinh": day(step["due_on"]),
            "UseridCreated": step["officer"]["account"],
            "UseridEdited": None,
            "DateCreated": second(step["handled_at"]),
            "DateEdited": None,
        }
