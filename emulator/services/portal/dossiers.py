"""Dossiers on the portal: what is pushed, how they progress, and the rules they meet."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import replace

from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.portal import bodies as wire
from emulator.services.portal.bodies import dossier_rows
from emulator.services.portal.envelope import (
    BAD_FIELD,
    BAD_TRANSITION,
    EXISTS,
    NOT_IN_CATALOGUE,
    NOT_YOURS,
    UNKNOWN_DOSSIER,
)
from emulator.services.portal.links import by_mode, check_results, with_owner
from emulator.services.portal.models import PortalDossier, PortalStep, Procedure, StepReport
from emulator.services.portal.session import PortalCall
from emulator.wire.codes import (
    NO_ROOM,
    STATUS_NAMES,
    dossier_code_trouble,
    is_within,
    judge_move,
    short_form,
    status_text,
    unit_of_dossier_code,
)

# What must be true of a dossier pushed to the portal (src:portal-procedure, src:dossier-code, src:client-faults).


def check_dossier(dossier: PortalDossier, place: int, desk: PortalCall) -> None:
    """Judge a dossier by the catalogues and by itself; the reading collects what is wrong."""
    path = f"/data/{place}"
    _check_code(dossier, path, desk)
    _check_procedure(dossier, path, desk)
    _check_expected(dossier, path, desk)
    check_results(dossier, path, desk)


# What clients always send though no official table makes it mandatory (src:portal-dossier).
_EXPECTED = (
    "TenTTHC",
    "MaLinhVuc",
    "TenLinhVuc",
    "KenhThucHien",
    "LoaiDoiTuong",
    "TrichYeuHoSo",
    "NgayHenTra",
    "HinhThuc",
    "DonViXuLy",
)


def _check_expected(dossier: PortalDossier, path: str, desk: PortalCall) -> None:
    for name in _EXPECTED:
        if not dossier.fields.get(name):
            vi = f"{path[1:]}: thiếu {name}; các hệ thống đã biết luôn gửi trường này"
            en = f"{name} is absent; known systems send it"
            by_mode(desk, "expected-field", f"{path}/{name}", BAD_FIELD, vi, en, expected="String (≥ 1)")


def check_move(before: int | None, after: int, path: str, desk: PortalCall) -> None:
    """Judge a move between statuses (src:status-moves).

    Raises:
        ServiceRefusal: -7, the sandbox's setting ``status_moves`` is ``refuse``, and the matrix forbids the move, or
            only tolerates it and the mode is strict. The matrix is ours, so that by default it notes.
    """
    move = judge_move(before, after)
    if move == "legal":
        return
    came = "chưa có hồ sơ" if before is None else status_text(before)
    vi = f"Không thể cập nhật lên trạng thái {status_text(after)} từ {came}"
    stance = desk.world.settings.status_moves
    if stance == "off":
        return
    if stance == "refuse" and (move == "illegal" or desk.world.mode == "strict"):
        en = f"status {after} cannot follow {'nothing' if before is None else before}"
        raise ServiceRefusal.for_rule(
            BAD_TRANSITION, "transition-refused", path, vi, en, found=str(after), expected=_next_statuses(before)
        )
    en = f"status {before} to {after} is unusual"
    expected = _next_statuses(before)
    desk.reading.note("transition-tolerated", path, f"{vi}; chế độ này vẫn nhận", en, expected=expected)


def _next_statuses(before: int | None) -> str:
    """Return the statuses that our matrix lets follow, as a person reads them."""
    return ", ".join(str(each) for each in STATUS_NAMES if judge_move(before, each) == "legal") or "–"


def check_same_owner(stored: PortalDossier, dossier: PortalDossier) -> None:
    """Refuse a code that is used again for another person (src:dossier-code)."""
    if stored.owner_id and dossier.owner_id and stored.owner_id != dossier.owner_id:
        raise ServiceRefusal.for_rule(
            BAD_FIELD,
            "owner-changed",
            "/data",
            f"Mã hồ sơ {dossier.code} đã dùng cho chủ hồ sơ khác: SoDinhDanh không khớp",
            f"{dossier.code} belongs to another person: SoDinhDanh differs",
            found=dossier.code,
        )


def may_see(dossier: PortalDossier, unit_code: str) -> bool:
    """Tell whether a unit may ask for a dossier: its own, or one of its subtree."""
    return is_within(dossier.unit_code, unit_code) or is_within(unit_code, dossier.unit_code)


def _check_code(dossier: PortalDossier, path: str, desk: PortalCall) -> None:
    reading, name = desk.reading, f"{path}/MaHoSo"
    trouble = dossier_code_trouble(dossier.code, dossier.received_at)
    unit = unit_of_dossier_code(dossier.code)
    if trouble:
        vi, expected = f"MaHoSo {dossier.code}: {trouble.vi}", f"{short_form(desk.unit_code)}…-yyMMdd-nnnn"
        by_mode(desk, "dossier-code", name, BAD_FIELD, vi, trouble.en, expected=expected)
    elif not is_within(unit, desk.unit_code):
        vi = f"MaHoSo {dossier.code} thuộc {unit}, không thuộc đơn vị {desk.unit_code}"
        en, expected = f"{dossier.code} belongs to {unit}", f"{short_form(desk.unit_code)}…"
        by_mode(desk, "dossier-of-another-unit", name, NOT_YOURS, vi, en, expected=expected)
    due = dossier.fields.get("NgayHenTra", "")
    if due and due < dossier.fields.get("NgayTiepNhan", ""):
        vi = "NgayHenTra trước NgayTiepNhan"
        en, expected = "the due date is before the date of receipt", f"≥ {dossier.fields.get('NgayTiepNhan', '')}"
        reading.note("due-before-received", f"{path}/NgayHenTra", vi, en, expected=expected)


def _check_procedure(dossier: PortalDossier, path: str, desk: PortalCall) -> None:
    """The trio name, sector code and sector name must be what ``LayThuTuc`` says (src:portal-procedure)."""
    procedures = desk.portal.base.procedures
    found = procedures.get(dossier.procedure_code)
    if found is None:
        near = difflib.get_close_matches(dossier.procedure_code, procedures, 1)
        hint = f"; gần nhất là {near[0]}" if near else ""
        vi = f'{path[1:]}: MaTTHC "{dossier.procedure_code}" không có trong danh mục{hint}'
        values = {"expected": "LayDanhSachTTHC", "nearest": near[0] if near else ""}
        desk.reading.refuse("procedure", f"{path}/MaTTHC", NOT_IN_CATALOGUE, vi, "unknown procedure", **values)
        return
    for key, expected in _trio(dossier, found).items():
        given = dossier.fields[key]
        if given and _plain(given) not in {_plain(each) for each in expected}:
            vi = f'{path[1:]}: {key} "{given}" không khớp danh mục: cần "{expected[0]}"'
            en, values = (
                f"{key} is not the catalogue's",
                {"expected": ", ".join(expected)[:200], "nearest": expected[0]},
            )
            desk.reading.refuse("procedure-trio", f"{path}/{key}", NOT_IN_CATALOGUE, vi, en, **values)


def _trio(dossier: PortalDossier, procedure: Procedure) -> dict[str, list[str]]:
    chosen = [pair for pair in procedure.sectors if pair[0] == dossier.fields["MaLinhVuc"]] or list(procedure.sectors)
    return {
        "TenTTHC": [procedure.name],
        "MaLinhVuc": [code for code, _ in procedure.sectors],
        "TenLinhVuc": [name for _, name in chosen],
    }


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


# ``CapNhatTienDoHoSoMC`` and ``DongBoTrangThaiHoSo`` (src:portal-services, src:portal-step).


def record_steps(desk: PortalCall) -> Reply:
    """``CapNhatTienDoHoSoMC``: steps of dossiers the portal knows, whole or not at all.

    Raises:
        ServiceRefusal: too many steps, an unknown dossier, a move or a time that cannot be.
    """
    elements = wire.read_elements(desk.asked.given, desk.reading)
    limit = desk.world.settings.portal_steps_limit
    if len(elements) > limit:
        raise ServiceRefusal.for_rule(
            BAD_FIELD,
            "too-many-steps",
            "/data",
            f"data có {len(elements)} bước: tối đa {limit} bước mỗi lần gọi",
            f"data has {len(elements)} steps: at most {limit} in one call",
            found=str(len(elements)),
            expected=f"≤ {limit}",
        )
    reports = [wire.read_step(element, place, desk.reading) for place, element in enumerate(elements)]
    desk.settle()
    desk.world.hold()
    for place, report in enumerate(reports):
        if report:
            _record(report, place, desk)
    desk.settle()
    return desk.envelope.accepted_reply(f"Cập nhật tiến độ {len(reports)} bước thành công")


def _record(report: StepReport, place: int, desk: PortalCall) -> None:
    dossier = desk.portal.dossiers.get(report.code)
    if dossier is None:
        raise ServiceRefusal.for_rule(
            UNKNOWN_DOSSIER,
            "portal-dossier-unknown",
            f"/data/{place}/MaHoSo",
            f"Hồ sơ {report.code} không tồn tại: đồng bộ hồ sơ trước, tiến độ sau",
            f"Dossier {report.code} is unknown: push the dossier first, its steps after it",
            found=report.code,
            nearest="dvcqg.mapi.DongBoHoSoMC",
        )
    history = desk.portal.steps.with_prefix(f"{report.code}/")
    if any(step.fields == report.fields for step in history):
        desk.reading.note("step-repeated", f"/data/{place}", "Bước này đã gửi trước đó, giữ nguyên", "a repeated step")
        return
    _check_order(report, history, dossier, place, desk)
    desk.portal.steps.put_record(
        PortalStep(report.code, len(history) + 1, report.status, report.handled_at, report.fields)
    )
    if dossier.status != report.status and judge_move(dossier.status, report.status) != "illegal":
        desk.portal.dossiers.put_record(_move_status(dossier, report.status, desk))


def _check_order(
    report: StepReport, history: list[PortalStep], dossier: PortalDossier, place: int, desk: PortalCall
) -> None:
    """A series may start anywhere up to the dossier's own status; from then on the matrix judges each step."""
    path = f"/data/{place}"
    if not history:
        if report.status != dossier.status and judge_move(None, report.status) == "illegal":
            check_move(dossier.status, report.status, f"{path}/TrangThai", desk)
        return
    last = history[-1]
    if last.status != report.status:
        check_move(last.status, report.status, f"{path}/TrangThai", desk)
    if report.handled_at < last.handled_at:
        vi = f"data/{place}: ThoiDiemXuLy sớm hơn bước trước của hồ sơ {report.code}"
        desk.reading.note("step-backwards", f"{path}/ThoiDiemXuLy", vi, "earlier than the step before")


def report_status(desk: PortalCall) -> Reply:
    """``DongBoTrangThaiHoSo``: how a dossier that citizens filed on the portal stands at its agency.

    Raises:
        ServiceRefusal: -4 for a code the portal does not know, -7 for a move the matrix forbids.
    """
    report = wire.read_status_report(desk.asked.given, desk.reading)
    desk.settle()
    desk.world.hold()
    dossier = desk.portal.dossiers.get(report.code)
    if dossier is None:
        raise ServiceRefusal.for_rule(
            UNKNOWN_DOSSIER,
            "portal-dossier-unknown",
            "/data/MaHoSo",
            f"Hồ sơ {report.code} không tồn tại trên Cổng DVCQG",
            f"The portal has no dossier {report.code}",
            found=report.code,
            nearest="dvcqg.mapi.TraCuuHoSo",
        )
    if dossier.origin != "portal":
        vi = f"Hồ sơ {report.code} do đơn vị đồng bộ lên, không nộp tại Cổng DVCQG: dùng CapNhatTienDoHoSoMC"
        desk.reading.note("report-of-own-dossier", "/data/MaHoSo", vi, "not filed on the portal")
    if dossier.status != report.status:
        check_move(dossier.status, report.status, "/data/TrangThai", desk)
    desk.portal.dossiers.put_record(_move_status(dossier, report.status, desk))
    number = len(desk.portal.steps.with_prefix(f"{report.code}/")) + 1
    desk.portal.steps.put_record(PortalStep(report.code, number, report.status, report.handled_at, report.fields))
    desk.settle()
    return desk.envelope.accepted_reply(f"Đồng bộ trạng thái hồ sơ {report.code} thành công")


def _move_status(dossier: PortalDossier, status: int, desk: PortalCall) -> PortalDossier:
    fields = dossier.fields | {"TrangThaiHoSo": str(status)}
    return replace(dossier, status=status, changed_at=desk.world.now_ms, fields=fields)


# ``DongBoHoSoMC`` and ``TraCuuHoSo`` (src:portal-dossier).
#
# A batch is taken whole or not at all: no source says, and a half-taken batch cannot be told from its one reply. Ours.


def synchronise_dossiers(desk: PortalCall) -> Reply:
    """``DongBoHoSoMC``: create (``isUpdating`` False) or update (True) dossiers.

    Raises:
        ServiceRefusal: a field, a code or a move between statuses is wrong; on create -3 for a code that is there,
            on update -4 for one that is not.
    """
    is_updating = wire.read_is_updating(desk.asked.given, desk.reading)
    dossiers = _read_batch(desk)
    desk.settle()
    desk.world.hold()
    full = None if is_updating else desk.world.why_full(len(dossiers))
    if full:
        desk.reading.refuse("sandbox-full", "", NO_ROOM, *full)
    for place, dossier in enumerate(dossiers):
        kept = _follow(dossier, desk.portal.dossiers.get(dossier.code), is_updating, place, desk)
        desk.portal.dossiers.put_record(kept)
    desk.settle()
    done = "Cập nhật" if is_updating else "Đồng bộ"
    return desk.envelope.accepted_reply(f"{done} {len(dossiers)} hồ sơ thành công")


def _read_batch(desk: PortalCall) -> list[PortalDossier]:
    dossiers: list[PortalDossier] = []
    for place, element in enumerate(wire.read_elements(desk.asked.given, desk.reading)):
        dossier = wire.read_dossier(element, place, desk.unit_code, desk.reading)
        if dossier is None:
            continue
        if any(dossier.code == other.code for other in dossiers):
            wire.refuse_field(
                desk.reading, "repeated-code", f"/data/{place}/MaHoSo", BAD_FIELD, "lặp lại trong cùng một lần gọi", ""
            )
        dossier = with_owner(dossier, place, desk)
        check_dossier(dossier, place, desk)
        dossiers.append(dossier)
    return dossiers


def _follow(
    dossier: PortalDossier, stored: PortalDossier | None, is_updating: bool, place: int, desk: PortalCall
) -> PortalDossier:
    """Return the dossier as it is to be kept after the one that is stored."""
    if stored and not is_updating:
        raise ServiceRefusal.for_rule(
            EXISTS,
            "dossier-exists",
            f"/data/{place}/MaHoSo",
            f"Hồ sơ {dossier.code} đã tồn tại",
            f"Dossier {dossier.code} exists already",
            found="isUpdating False",
            expected="isUpdating True",
        )
    if is_updating and not stored:
        raise ServiceRefusal.for_rule(
            UNKNOWN_DOSSIER,
            "portal-dossier-unknown",
            f"/data/{place}/MaHoSo",
            f"Hồ sơ {dossier.code} không tồn tại: hãy gửi với isUpdating = False",
            f"Dossier {dossier.code} is unknown: send it with isUpdating False",
            found="isUpdating True",
            expected="isUpdating False",
        )
    before = stored.status if stored else None
    if before != dossier.status:
        check_move(before, dossier.status, f"/data/{place}/TrangThaiHoSo", desk)
    if stored is None:
        return dossier
    check_same_owner(stored, dossier)
    return replace(dossier, owner_id=dossier.owner_id or stored.owner_id, origin=stored.origin)


def find_dossier(desk: PortalCall) -> Reply:
    """``TraCuuHoSo``: a list that is empty for a dossier not yet synchronised. The keys of its row are ours."""
    code = desk.asked.text("mahoso")
    if not code:
        raise ServiceRefusal.for_rule(
            BAD_FIELD,
            "required",
            "/mahoso",
            "Thiếu trường bắt buộc mahoso: mã hồ sơ",
            "mahoso is missing: a dossier code",
            expected="mahoso",
        )
    found = desk.portal.dossiers.get(code)
    visible = found is not None and may_see(found, desk.unit_code)
    return desk.envelope.found_reply(dossier_rows(found) if found and visible else [])
