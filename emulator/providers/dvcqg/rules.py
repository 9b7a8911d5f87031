"""What must be true of a dossier pushed to the portal (facts-platforms §1.5, §2, §7)."""

from __future__ import annotations

import difflib
import unicodedata

from emulator.kernel.refusals import ServiceRefusal
from emulator.providers.dvcqg.desk import Desk
from emulator.wire.agency_codes import is_within
from emulator.wire.dossier_codes import dossier_code_trouble, unit_of_dossier_code
from emulator.wire.dvcqg_catalogue import Procedure
from emulator.wire.dvcqg_codes import BAD_FIELD, BAD_TRANSITION, NOT_IN_CATALOGUE, NOT_YOURS
from emulator.wire.dvcqg_forms import PortalDossier
from emulator.wire.dvcqg_lists import issued_results, submitted_links
from emulator.wire.result_codes import is_procedure_code, mended_result_code
from emulator.wire.statuses import FINAL_STATUSES, judge_move, status_text


def check_dossier(dossier: PortalDossier, place: int, desk: Desk) -> None:
    """Judge a dossier by the catalogues and by itself; the reading collects what is wrong."""
    path = f"/data/{place}"
    _check_code(dossier, path, desk)
    _check_procedure(dossier, path, desk)
    _check_results(dossier, path, desk)


def check_move(before: int | None, after: int, path: str, desk: Desk) -> None:
    """Judge a move between statuses (facts-platforms §2.3).

    Raises:
        ServiceRefusal: -7, the matrix forbids it, or only tolerates it and the mode is strict.
    """
    move = judge_move(before, after)
    if move == "legal":
        return
    came = "chưa có hồ sơ" if before is None else status_text(before)
    vi = f"Không thể cập nhật lên trạng thái {status_text(after)} từ {came}"
    if move == "illegal" or desk.world.mode == "strict":
        raise ServiceRefusal(BAD_TRANSITION, vi)
    desk.reading.note(
        "transition-tolerated", path, f"{vi}; chế độ này vẫn nhận", f"status {before} to {after} is unusual"
    )


def check_same_owner(stored: PortalDossier, dossier: PortalDossier) -> None:
    """Refuse a code that is used again for another person (facts-platforms §2.1)."""
    if stored.owner_id and dossier.owner_id and stored.owner_id != dossier.owner_id:
        raise ServiceRefusal(BAD_FIELD, f"Mã hồ sơ {dossier.code} đã dùng cho chủ hồ sơ khác: SoDinhDanh không khớp")


def may_see(dossier: PortalDossier, unit_code: str) -> bool:
    """Tell whether a unit may ask for a dossier: its own, or one of its subtree."""
    return is_within(dossier.unit_code, unit_code) or is_within(unit_code, dossier.unit_code)


def _check_code(dossier: PortalDossier, path: str, desk: Desk) -> None:
    reading, name = desk.reading, f"{path}/MaHoSo"
    trouble = dossier_code_trouble(dossier.code, dossier.received_at)
    unit = unit_of_dossier_code(dossier.code)
    if trouble:
        by_mode(desk, "dossier-code", name, BAD_FIELD, f"MaHoSo {dossier.code}: {trouble.vi}", trouble.en)
    elif not is_within(unit, desk.unit_code):
        vi = f"MaHoSo {dossier.code} thuộc {unit}, không thuộc đơn vị {desk.unit_code}"
        by_mode(desk, "dossier-of-another-unit", name, NOT_YOURS, vi, f"{dossier.code} belongs to {unit}")
    due = dossier.fields.get("NgayHenTra", "")
    if due and due < dossier.fields.get("NgayTiepNhan", ""):
        vi = "NgayHenTra trước NgayTiepNhan"
        reading.note("due-before-received", f"{path}/NgayHenTra", vi, "the due date is before the date of receipt")


def _check_procedure(dossier: PortalDossier, path: str, desk: Desk) -> None:
    """The trio name, sector code and sector name must be what ``LayThuTuc`` says (facts-platforms §1.5)."""
    procedures = desk.portal.base.procedures
    found = procedures.get(dossier.procedure_code)
    if found is None:
        near = difflib.get_close_matches(dossier.procedure_code, procedures, 1)
        hint = f"; gần nhất là {near[0]}" if near else ""
        vi = f'{path[1:]}: MaTTHC "{dossier.procedure_code}" không có trong danh mục{hint}'
        desk.reading.refuse("procedure", f"{path}/MaTTHC", NOT_IN_CATALOGUE, vi, "unknown procedure")
        return
    for key, expected in _trio(dossier, found).items():
        given = dossier.fields[key]
        if _plain(given) not in {_plain(each) for each in expected}:
            vi = f'{path[1:]}: {key} "{given}" không khớp danh mục: cần "{expected[0]}"'
            desk.reading.refuse(
                "procedure-trio", f"{path}/{key}", NOT_IN_CATALOGUE, vi, f"{key} is not the catalogue's"
            )


def _trio(dossier: PortalDossier, procedure: Procedure) -> dict[str, list[str]]:
    chosen = [pair for pair in procedure.sectors if pair[0] == dossier.fields["MaLinhVuc"]] or list(procedure.sectors)
    return {
        "TenTTHC": [procedure.name],
        "MaLinhVuc": [code for code, _ in procedure.sectors],
        "TenLinhVuc": [name for _, name in chosen],
    }


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def _check_results(dossier: PortalDossier, path: str, desk: Desk) -> None:
    results = issued_results(dossier)
    links = submitted_links(dossier)
    for number, result in enumerate(results):
        where = f"{path}/DanhSachGiayToKetQua/{number}"
        _check_result_code(result.result_code, where, desk)
        if result.link in links:
            vi = f"{where[1:]}: tệp đã nộp được gửi lại làm kết quả ({result.link})"
            desk.reading.note("submitted-file-as-result", where, vi, "a submitted file comes back as the result")
    if results and dossier.status not in FINAL_STATUSES:
        vi = f"Có kết quả khi trạng thái là {status_text(dossier.status)}; kết quả đi cùng trạng thái 9 hoặc 10"
        desk.reading.note("result-before-end", f"{path}/TrangThaiHoSo", vi, "a result before status 9 or 10")


def _check_result_code(code: str, where: str, desk: Desk) -> None:
    path = f"{where}/MaGiayToKetQua"
    mended = mended_result_code(code)
    if mended:
        vi = f'{path[1:]} "{code}" không đúng dạng mã kết quả; có phải {mended}?'
        desk.reading.refuse("K28", path, NOT_IN_CATALOGUE, vi, f"did you mean {mended}?")
    elif is_procedure_code(code):
        vi = f'{path[1:]} "{code}" là mã thủ tục, không phải mã kết quả'
        by_mode(desk, "procedure-as-result", path, NOT_IN_CATALOGUE, vi, "a procedure code stands for a result code")
    elif code not in desk.portal.base.result_kinds:
        vi = f'{path[1:]} "{code}" không có trong danh mục kết quả'
        by_mode(desk, "result-code", path, NOT_IN_CATALOGUE, vi, "the result code is in no catalogue")


def by_mode(desk: Desk, rule: str, path: str, code: int, vi: str, en: str) -> None:
    """Refuse in strict, remark elsewhere."""
    if desk.world.mode == "strict":
        desk.reading.refuse(rule, path, code, vi, en)
    else:
        desk.reading.note(rule, path, vi, en)
