"""Between two services: what the ministry tells the portal of a dossier filed with it, model A2.

Sources: BTXH 1.2; src:portal-dossier, src:portal-step.

No document prints such a report; its fields are those of the pushes that provinces make.
"""

from __future__ import annotations

from collections.abc import Mapping

from emulator.country.records import Dossier
from emulator.country.world import World
from emulator.kernel.clock import read_moment
from emulator.services.btxh.extent import pushed_results
from emulator.services.btxh.ministry import UNIT, Author, procedure_of
from emulator.services.portal.envelope import stamp
from emulator.services.portal.models import Fields, Lists, PortalDossier, PortalStep
from emulator.services.portal.pack import Portal

Given = Mapping[str, str | None]
_SAME = (
    "MaHoSo",
    "MaTTHC",
    "TenTTHC",
    "MaLinhVuc",
    "TenLinhVuc",
    "KenhThucHien",
    "LoaiDoiTuong",
    "Email",
    "SoDienThoai",
    "DonViXuLy",
    "NoiNopHoSo",
    "HoSoCoThanhPhanSoHoa",
    "TaiKhoanDuocXacThucVoiVNeID",
    "DuocThanhToanTrucTuyen",
)
_HANDLER_LIMIT = 50


def report(dossier: Dossier, author: Author, note: str, due_ms: int, world: World) -> None:
    """Tell the portal how a dossier stands, and the step that led there; nothing in model A1, or of pushed dossiers.

    They stand under the unit of the sandbox's own agency, for whom the ministry reports, so that it finds them. Ours.
    """
    if world.settings.model != "A2" or dossier.origin != "ministry":
        return
    portal = Portal(world)
    portal.dossiers.put_record(
        PortalDossier(
            code=dossier.code,
            unit_code=world.settings.agency_code or UNIT,
            procedure_code=procedure_of(dossier.fields),
            status=dossier.status,
            owner_id=dossier.owner_id,
            received_at=dossier.received_at,
            changed_at=world.now_ms,
            fields=dossier_fields(dossier.fields, dossier.status, due_ms),
            lists=dossier_lists(dossier.fields, dossier.result_fields),
        )
    )
    last = portal.steps.last_with_prefix(f"{dossier.code}/")
    number = last.number + 1 if last else 1
    fields = step_fields(dossier.code, dossier.status, author, note, world.now_ms, due_ms)
    portal.steps.put_record(PortalStep(dossier.code, number, dossier.status, world.now_ms, fields))


def dossier_fields(fields: Given, status: int, due_ms: int) -> Fields:
    """Return the scalar fields of ``DongBoHoSoMC`` for a dossier of BTXH."""
    return {name: fields.get(name) or "" for name in _SAME} | {
        "ChuHoSo": fields.get("HoVaTen") or "",
        "TrichYeuHoSo": fields.get("TenTTHC") or "",
        "NgayTiepNhan": _stamp_or_empty(fields.get("NgayTiepNhan")),
        "NgayNopHoSo": _stamp_or_empty(fields.get("SubmittedDate")),
        "NgayHenTra": stamp(due_ms),
        "TrangThaiHoSo": str(status),
        "HinhThuc": fields.get("HinhThucTra") or "0",
    }


def dossier_lists(fields: Given, result_fields: Given | None) -> Lists:
    """Return the lists: whose dossier it is, and its results."""
    owner = {"LoaiDinhDanh": fields.get("LoaiDinhDanh") or "1", "SoDinhDanh": fields.get("SoDinhDanh") or ""}
    results = [
        {"TenGiayTo": each.title, "DuongDanTepTinKetQua": each.link, "MaGiayToKetQua": each.result_code}
        for each in (pushed_results(result_fields) if result_fields else ())
    ]
    return {"DinhDanhCHS": [owner], "DanhSachGiayToKetQua": results}


def step_fields(code: str, status: int, author: Author, note: str, handled_ms: int, due_ms: int) -> Fields:
    """Return one element of ``CapNhatTienDoHoSoMC``."""
    return {
        "MaHoSo": code,
        "NguoiXuLy": author.name[:_HANDLER_LIMIT],
        "ChucDanh": author.title,
        "ThoiDiemXuLy": stamp(handled_ms),
        "PhongBanXuLy": author.unit,
        "NoiDungXuLy": note,
        "TrangThai": str(status),
        "NgayBatDau": stamp(handled_ms),
        "NgayKetThucTheoQuyDinh": stamp(due_ms),
    }


def _stamp_or_empty(moment: str | None) -> str:
    found = read_moment(moment or "")
    return "" if found is None else stamp(found)
