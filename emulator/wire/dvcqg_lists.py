"""What a stored portal dossier says in its official lists, and how ``TraCuuHoSo`` prints it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.wire.dvcqg_dates import read_stamp
from emulator.wire.dvcqg_forms import IssuedResult, PortalDossier


def issued_results(dossier: PortalDossier) -> list[IssuedResult]:
    """Return the results of ``DanhSachGiayToKetQua``."""
    return [
        IssuedResult(row["MaGiayToKetQua"], row["TenGiayTo"], row["DuongDanTepTinKetQua"])
        for row in dossier.lists.get("DanhSachGiayToKetQua", [])
    ]


def submitted_links(dossier: PortalDossier) -> frozenset[str]:
    """Return the links of ``TaiLieuNop``."""
    rows = dossier.lists.get("TaiLieuNop", [])
    return frozenset(row["DuongDanTaiTepTin"] for row in rows if row["DuongDanTaiTepTin"])


def dossier_rows(dossier: PortalDossier) -> list[dict[str, Any]]:
    """Return the row of ``TraCuuHoSo``: the pushed names in upper case, as every read prints its keys. Ours."""
    fields = dossier.fields | {"TrangThaiHoSo": str(dossier.status)}
    return [{name.upper(): value for name, value in fields.items()}]


def read_pack_dossier(row: Mapping[str, Any]) -> PortalDossier:
    """Read one row of ``portal/dossiers.json``: a dossier citizens filed on the portal, waiting for its agency."""
    fields = {key: value for key, value in row.items() if isinstance(value, str)}
    lists = {key: value for key, value in row.items() if isinstance(value, list)}
    received_at = read_stamp(row["NgayTiepNhan"]) or 0
    return PortalDossier(
        code=row["MaHoSo"],
        unit_code=row["MADONVI"],
        procedure_code=row["MaTTHC"],
        status=int(row["TrangThaiHoSo"]),
        owner_id=lists["DinhDanhCHS"][0]["SoDinhDanh"],
        received_at=received_at,
        changed_at=received_at,
        fields=fields,
        lists=lists,
        origin="portal",
    )
