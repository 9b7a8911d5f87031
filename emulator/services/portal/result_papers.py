"""The results inside a final push of BTXH, for whoever lists a citizen's results (BTXH 3.1.3)."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.services.btxh.extent import parse_extent
from emulator.services.portal.models import IssuedResult
from emulator.wire.reading import Reading, ReadingRules


def pushed_results(fields: Mapping[str, str | None]) -> list[IssuedResult]:
    """Return the results in ``CertificateExtentData`` of a final push that was accepted."""
    lists = parse_extent(fields.get("CertificateExtentData") or "", Reading(ReadingRules())) or {}
    return [
        IssuedResult(row.get("MaGiayToKetQua", ""), row.get("TenGiayTo", ""), row.get("DuongDanTepTinKetQua", ""))
        for row in lists.get("DanhSachGiayToKetQua", [])
    ]


def procedure_code_of(fields: Mapping[str, str | None]) -> str:
    """Return the procedure of a pushed dossier."""
    return fields.get("MaTTHC") or ""
