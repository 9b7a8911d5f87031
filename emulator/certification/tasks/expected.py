"""What the wire must say of a dossier told in words (BTXH 3.1.1 to 3.1.3): for the judge, never for the client."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emulator.services.btxh import catalogues
from emulator.wire.identity import FEMALE, MALE
from emulator.wire.statuses import STATUS_NAMES

DATABASES: Mapping[str, str] = {
    "population": "1",
    "enterprises": "2",
    "land": "3",
    "finance": "4",
    "insurance": "5",
    "statistics": "6",
    "sectoral": "7",
}
"""National databases by what a task calls them (BTXH 3.1.1, row 40)."""
_CHANNELS = {"in-person": "1", "online": "2", "post": "3"}
_DELIVERIES = {"counter": "0", "post": "1"}
_PAYMENTS = {"none": "0", "national-portal": "1", "own-portal": "2", "direct": "3"}
_NUMBERS = {name: str(number) for number, name in STATUS_NAMES.items()}
_ISSUERS = {name: number for number, name in catalogues.ISSUERS.items()}
_ETHNICITIES = {name: number for number, name in catalogues.ETHNICITIES.items()}
Made = Mapping[str, Any]


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%d/%m/%Y}"


def _second(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%d/%m/%Y %H:%M:%S}"


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def fields_of(made: Made, kind: str) -> dict[str, str]:
    """Return the official fields of a dossier; ``kind`` is LoaiDuLieu. Of VNeID the other reading passes, too (B33)."""
    place, how = made["place"], made["procedure"]
    return {
        "LoaiDuLieu": kind,
        "MaHoSo": made["dossier_code"],
        "MaLinhVuc": how["sector_code"],
        "TenLinhVuc": how["sector_name"],
        "MaTTHC": how["code"],
        "TenTTHC": how["name"],
        "KenhThucHien": _CHANNELS[made["channel"]],
        "HinhThucTra": _DELIVERIES[made["delivery"]],
        "DuocThanhToanTrucTuyen": _PAYMENTS[made["payment"]],
        "NoiNopHoSo": "2",
        "HoSoCoThanhPhanSoHoa": "1" if any(file["digitised"] for file in made["files"]) else "0",
        "TaiKhoanDuocXacThucVoiVNeID": "1" if made["vneid_verified"] else "0",
        "MaCSDL": DATABASES[made["national_database"]],
        "StatusId": _NUMBERS[made["status"]["name"]],
        "NgayTiepNhan": _second(made["received_at"]),
        "SubmittedDate": _second(made["submitted_at"]),
        "MaTinh": place["province"],
        "MaHuyen": place["district"],
        "MaXa": place["commune"],
        "DonViXuLy": place["unit"],
        **_applicant(made["applicant"]),
    }


def _applicant(it: Made) -> dict[str, str]:
    home = it["registered_address"]
    told = {
        "HoVaTen": _nfc(it["full_name"]),
        "NgayThangNamSinh": _day(it["born_on"]),
        "GioiTinhId": FEMALE if it["gender"] == "female" else MALE,
        "DanTocId": _ETHNICITIES[it["ethnicity"]],
        "CMND": it["citizen_id"],
        "CMND_NgayCap": _day(it["id_issued_on"]),
        "CMND_NoiCap": _ISSUERS[it["id_issued_by"]],
        "SoDienThoai": it["phone"],
        "Email": it["email"],
        "LoaiDoiTuong": "1",
        "LoaiDinhDanh": "1",
        "SoDinhDanh": it["citizen_id"],
    }
    names = {"MaTinh": "province", "MaHuyen": "district", "MaXa": "commune", "MaThon": "hamlet", "ChiTiet": "detail"}
    return told | {f"{side}_{name}": home[word] for side in ("HKTT", "NOHT") for name, word in names.items()}


def extent_of(made: Made) -> dict[str, Any]:
    """Return the files and result papers of a dossier as the XML must name them."""
    return {
        "files": [[_nfc(file["name"]), file["url"]] for file in made["files"]],
        "results": [[_nfc(paper["name"]), paper["url"], paper["result_code"]] for paper in made.get("results", ())],
    }


def step_of(made: Made, step: Made) -> dict[str, str]:
    """Return the official fields of a processing step (BTXH 3.1.2); moments hold their time, days may be sent."""
    return {
        "MaHoSo": made["dossier_code"],
        "TaiKhoanXuLy": step["officer"]["account"],
        "NguoiXuLy": step["officer"]["name"],
        "ChucDanh": step["officer"]["title"],
        "ThoiDiemXuLy": _second(step["handled_at"]),
        "DonViXuLy": step["unit"],
        "NoiDungXuLy": _nfc(step["note"]),
        "StatusId": _NUMBERS[step["status"]["name"]],
        "NgayBatDau": _second(step["started_on"]),
        "NgayKetThucTheoQuyDinh": _second(step["due_on"]),
    }


def expected_of(dossiers: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return, by dossier code, what the judge compares: fields, extent, steps."""
    return {
        made["dossier_code"]: {
            "fields": fields_of(made, kind),
            "extent": extent_of(made),
            "steps": [step_of(made, step) for step in made.get("steps", ())],
        }
        for made in dossiers
    }
