"""The table that finds the row of the register for a difference of two replies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.services.btxh.replies import quirk_of_difference
from emulator.wire.reading import QUIRKS
from tests.builders import dossier, pull
from tests.recording.sessions import exchange, run, session


@pytest.mark.parametrize(
    ("kind", "pointer", "row"),
    [
        ("missing", "/result/data/*/nguaiXuLy", "B62"),
        ("extra", "/result/data/*/statusId", "B61"),
        ("casing", "/result/data/*/certificateExtentData/ExtentData/DanhsachGiayToKetQua", "B41"),
        ("form", "/result/data/*/certificateExtentData", "B42"),
        ("form", "/result/data/*/ngayThangNamSinh", "B20"),
        ("form", "/result/data/*/submittedDate", "B36"),
        ("missing", "/result/DanhSachGiayToKetQua/*/DanhSachTepDinhKem/*/TenFile", "K15"),
        ("type", "/result/DanhSachGiayToKetQua", "K31"),
        ("type", "/errorCode", "K19"),
        ("missing", "/error_code", "K06"),
        ("missing", "/result", "B07"),
        ("type", "/error_code", "B08"),
        ("form-empty", "/result/data/*/email", "B64"),
        ("casing", "/result/data/*/hoVaTen", "B60"),
        ("order", "/result", None),
        ("status", "", None),
    ],
)
def test_a_place_and_a_kind_of_difference_lead_to_the_row(kind: str, pointer: str, row: str | None) -> None:
    assert quirk_of_difference(kind, pointer) == row
    assert row in {None, *QUIRKS}


def row_of(tmp_path: Path, **changes: Any) -> list[tuple[str, str, str | None]]:
    """Compare one pulled dossier, as another platform prints it, with the emulator's."""
    told: dict[str, Any] = {}
    for name, value in (dossier() | {"LoaiDuLieu": "1"}).items():
        told[name[0].lower() + name[1:]] = value
    answer = {"result": {"message": "x", "error_code": 0, "data": [told | changes]}}
    asked = pull(ThoiGianBatDau="01/01/2025 00:00:00", ThoiGianKetThuc="31/12/2027 00:00:00")
    result = run("diff", session(tmp_path, exchange(1, answer, operation="DanhSachHoSo", asked=asked)), "--json")
    return [(each["kind"], each["pointer"], each["quirk"]) for each in json.loads(result.stdout)["drifts"]]


def test_rows_of_lists_are_compared_by_what_any_of_them_has(tmp_path: Path) -> None:
    found = row_of(tmp_path, email="", submittedDate="2026-11-20T08:32:35", laKhac=1)
    at = "/result/data/*"
    assert ("missing", f"{at}/laKhac", None) in found
    assert ("form", f"{at}/submittedDate", "B36") in found
    assert ("casing", f"{at}/cMND", "B60") in found
    assert ("casing", f"{at}/hoVaTen", "B60") not in found
    assert not [each for each in found if each[1] == f"{at}/maHoSo"]
