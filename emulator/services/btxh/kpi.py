"""What a pushed dossier says about the indicators of Decision 766 (src:kpi-766), read without judging it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from emulator.kernel.values import value_class
from emulator.services.btxh.extent import DOCUMENTS, RESULTS, parse_extent
from emulator.services.btxh.models import FINAL_RESULT
from emulator.wire.json_body import is_deep
from emulator.wire.reading import Reading, ReadingRules

_ONLINE, _VERIFIED, _POPULATION = "2", "1", "1"
_REUSED = ("1", "2")


@value_class
class Facts:
    """One dossier as the indicators see it; ``procedure`` and ``channel`` are codes as sent."""

    code: str
    procedure: str = ""
    channel: str = ""
    is_finished: bool = False
    has_result: bool = False
    has_result_link: bool = False
    has_attachment: bool = False
    is_reused: bool = False
    is_from_store: bool = False
    is_verified: bool = False

    @property
    def is_online(self) -> bool:
        """Tell whether it was filed online; a channel that is not said counts as filed in person."""
        return self.channel == _ONLINE


def facts_of(body: str) -> Facts | None:
    """Return what a body of ``DongBoDVC`` says, or None when it is not one."""
    try:
        given = None if is_deep(body.encode()) else json.loads(body.removeprefix("\ufeff"))
    except ValueError:
        return None
    if not isinstance(given, dict) or not given.get("MaHoSo"):
        return None
    return _facts(given)


def _facts(given: Mapping[str, Any]) -> Facts:
    def text(name: str) -> str:
        return str(given.get(name) or "").strip()

    lists = parse_extent(text("CertificateExtentData"), Reading(ReadingRules("observed"))) or {}
    papers, files = lists.get(RESULTS, []), lists.get(DOCUMENTS, [])
    is_from_store = any(file.get("DuocLayTuKhoDMQG") == "1" for file in files)
    return Facts(
        code=text("MaHoSo"),
        procedure=text("MaTTHC"),
        channel=text("KenhThucHien"),
        is_finished=text("LoaiDuLieu") == str(FINAL_RESULT),
        has_result=any(paper.get("DuongDanTepTinKetQua") and paper.get("MaGiayToKetQua") for paper in papers),
        has_result_link=any(paper.get("DuongDanTepTinKetQua") for paper in papers),
        has_attachment=any(file.get("DuongDanTaiTepTin") for file in files),
        is_reused=text("HoSoCoThanhPhanSoHoa") == "1" or any(file.get("DuocTaiSuDung") in _REUSED for file in files),
        is_from_store=is_from_store,
        is_verified=text("TaiKhoanDuocXacThucVoiVNeID") == _VERIFIED or is_from_store or text("MaCSDL") == _POPULATION,
    )


def latest(facts: Iterable[Facts]) -> list[Facts]:
    """Return one row a dossier, what was said last, in the order in which they first came."""
    found: dict[str, Facts] = {}
    for each in facts:
        found[each.code] = each
    return list(found.values())
