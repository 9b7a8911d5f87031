"""How dossiers on the portal progress: steps and statuses that agencies report, and where a dossier stands."""

from __future__ import annotations

from dataclasses import replace

from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.portal import bodies as wire
from emulator.services.portal.bodies import dossier_rows
from emulator.services.portal.dossiers import check_move
from emulator.services.portal.envelope import BAD_FIELD, UNKNOWN_DOSSIER
from emulator.services.portal.models import PortalDossier, PortalStep, StepReport
from emulator.services.portal.session import PortalCall
from emulator.wire.codes import is_within, judge_move

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


# ``TraCuuHoSo`` (src:portal-dossier).


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


def may_see(dossier: PortalDossier, unit_code: str) -> bool:
    """Tell whether a unit may ask for a dossier: its own, or one of its subtree."""
    return is_within(dossier.unit_code, unit_code) or is_within(unit_code, dossier.unit_code)
