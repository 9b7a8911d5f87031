"""Checks of the results an agency sends to the portal, from where they enter Kho DL (KDL II.1, II.2, III)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emulator.certification.checks.basics import Given
from emulator.certification.checks.downloads import elements, pushed
from emulator.certification.finding import CheckOf, Finding, bad, good, unseen
from emulator.certification.scenes import Played

_FINAL = ("9", "10")


def sends_its_result(scenes: Sequence[Played], _given: Given) -> list[Finding]:
    """Say whether the finished dossier carries its result: code of the catalogue, link, owner, a final status."""
    return [_sending(scene) for scene in scenes]


def _sending(scene: Played) -> Finding:
    calls = pushed(scene)
    if not calls:
        return unseen("Chưa gửi hồ sơ lên Cổng", "the dossier was not sent to the portal")
    call, wanted = calls[-1], scene.expected
    dossier = next(each for each in elements(call) if each.get("MaHoSo") == scene.task["dossier_code"])
    rows = [row for row in dossier.get("DanhSachGiayToKetQua") or [] if isinstance(row, dict)]
    owners = [row.get("SoDinhDanh") for row in dossier.get("DinhDanhCHS") or [] if isinstance(row, dict)]
    seen = {
        "MaGiayToKetQua": (wanted["result"], [row.get("MaGiayToKetQua") for row in rows]),
        "DuongDanTepTinKetQua": (wanted["link"], [row.get("DuongDanTepTinKetQua") for row in rows]),
        "DinhDanhCHS": (wanted["owner"]["SoDinhDanh"], owners),
    }
    for name, (expected, given) in seen.items():
        if expected not in given:
            vi, en = f"{name} của kết quả chưa đúng", f"{name} of the result is not right"
            return bad(vi, en, call, expected=expected, actual=", ".join(map(str, given)))
    if str(dossier.get("TrangThaiHoSo")) not in _FINAL:
        vi, en = "Hồ sơ đã xong phải mang trạng thái 9 hoặc 10", "a finished dossier has status 9 or 10"
        return bad(vi, en, call, expected="9, 10", actual=dossier.get("TrangThaiHoSo"))
    return good("Kết quả lên Cổng với mã và đường dẫn", "the result reached the portal with code and link", call)


RESULTS: Mapping[str, CheckOf] = {"sends-its-result": sends_its_result}
