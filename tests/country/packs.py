"""A pack of one dossier that is right by the strictest reading. A test changes one thing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests import builders

CODE = "000.00.15.G07-261120-0001"
LINK = "https://dvcbtxh.molisa.gov.vn/file/20261121/to-khai.pdf"

ABOUT = {
    "id": "nho",
    "version": "1",
    "schema_version": "1",
    "title_vi": "Nhỏ",
    "title_en": "Small",
    "gso_era": "2023",
}
PROCEDURE = {
    "MaTTHC": "1.001731",
    "TenTTHC": "Hỗ trợ chi phí mai táng cho đối tượng bảo trợ xã hội",
    "MaLinhVuc": "G07-LD03",
    "TenLinhVuc": "Bảo trợ xã hội",
    "MaKetQua": "KQ.G07.000290",
}


def dossier(**changes: Any) -> dict[str, Any]:
    return builders.dossier(MaHoSo=CODE, StatusId="4") | changes


def step(status: int, hour: int, **changes: Any) -> dict[str, Any]:
    moment = f"20/11/2026 {hour:02d}:00:00"
    times = {"ThoiDiemXuLy": moment, "NgayBatDau": moment, "NgayKetThucTheoQuyDinh": "25/11/2026 17:00:00"}
    return builders.step(MaHoSo=CODE, StatusId=str(status), **times) | changes


def sheet(table: str, *rows: dict[str, Any]) -> str:
    """One field a line, so that a line of a test names one thing."""
    return json.dumps({table: {str(number): row for number, row in enumerate(rows, 1)}}, ensure_ascii=False, indent=1)


def small_pack(folder: Path) -> Path:
    folder.mkdir()
    sheets = {
        "pack": [ABOUT],
        "procedures": [PROCEDURE],
        "dossiers": [dossier()],
        "results": [],
        "steps": [step(1, 8), step(2, 9), step(4, 10)],
    }
    for table, rows in sheets.items():
        (folder / f"{table}.json").write_text(sheet(table, *rows), encoding="utf-8")
    file = folder / "files" / "20261121" / "to-khai.pdf"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"%PDF-1.4\n%%EOF\n")
    return folder
