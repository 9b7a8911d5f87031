"""What the wire must say of a dossier told in words (BTXH 3.1.1 to 3.1.3): for the judge, never for the client."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emulator.services.btxh import catalogues
from emulator.wire.codes import STATUS_NAMES
from emulator.wire.identity import FEMALE, MALE

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
_GENDERS = {"female": FEMALE, "male": MALE}
_KINDS = {"citizen": "1", "enterprise": "2", "authority": "3", "organisation": "4"}
_ID_KINDS = {"citizen-card": "1", "identity-card": "2", "tax-code": "3"}
_HOME = {"MaTinh": "province", "MaHuyen": "district", "MaXa": "commune", "MaThon": "hamlet", "ChiTiet": "detail"}
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
        "KenhThucHien": _CHANNELS.get(made.get("channel", ""), ""),
        "HinhThucTra": _DELIVERIES[made["delivery"]],
        "DuocThanhToanTrucTuyen": _PAYMENTS[made["payment"]],
        "NoiNopHoSo": "2",
        "HoSoCoThanhPhanSoHoa": "1" if any(file["digitised"] for file in kept_files(made)) else "0",
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
    """Return the fields of who files and who owns; what the counter does not know is empty."""
    owner = it.get("owner", {"id_kind": "citizen-card", "id_number": it["citizen_id"]})
    told = {
        "HoVaTen": _nfc(it["full_name"]),
        "NgayThangNamSinh": _day(it["born_on"]),
        "GioiTinhId": _GENDERS.get(it.get("gender", ""), ""),
        "DanTocId": _ETHNICITIES.get(it.get("ethnicity", ""), ""),
        "CMND": it["citizen_id"],
        "CMND_NgayCap": _day(it["id_issued_on"]) if "id_issued_on" in it else "",
        "CMND_NoiCap": _ISSUERS.get(it.get("id_issued_by", ""), ""),
        "SoDienThoai": it.get("phone", ""),
        "Email": it.get("email", ""),
        "LoaiDoiTuong": _KINDS[it["kind"]],
        "LoaiDinhDanh": _ID_KINDS[owner["id_kind"]],
        "SoDinhDanh": owner["id_number"],
    }
    homes = {"HKTT": it["registered_address"], "NOHT": it.get("current_address", {})}
    return told | {f"{side}_{name}": home.get(word, "") for side, home in homes.items() for name, word in _HOME.items()}


def kept_files(made: Made) -> list[Made]:
    """Return the files of a dossier that were not taken back."""
    return [file for file in made["files"] if not file.get("deleted")]


def extent_of(made: Made) -> dict[str, Any]:
    """Return the files and result papers of a dossier as the XML must name them; ``deleted`` are links taken back."""
    kept = kept_files(made)
    return {
        "files": [[_nfc(file["name"]), file["url"]] for file in kept],
        "marks": [[file["url"], *("1" if file[word] else "0" for word in _MARKS)] for file in kept],
        "deleted": [file["url"] for file in made["files"] if file.get("deleted")],
        "results": [[_nfc(paper["name"]), paper["url"], paper["result_code"]] for paper in made.get("results", ())],
    }


_MARKS = ("digitised", "reused", "from_kho_dl")


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
