"""``CapNhatTienDoHoSoMC`` and ``DongBoTrangThaiHoSo`` (facts-platforms §1.4, §1.7)."""

from __future__ import annotations

from dataclasses import replace

from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.providers.dvcqg import rules
from emulator.providers.dvcqg.desk import Desk
from emulator.wire import dvcqg_dossier as wire
from emulator.wire.dvcqg_codes import BAD_FIELD, UNKNOWN_DOSSIER
from emulator.wire.dvcqg_forms import PortalDossier, PortalStep, StepReport
from emulator.wire.statuses import judge_move


def record_steps(desk: Desk) -> Reply:
    """``CapNhatTienDoHoSoMC``: steps of dossiers the portal knows, whole or not at all.

    Raises:
        ServiceRefusal: too many steps, an unknown dossier, a move or a time that cannot be.
    """
    elements = wire.read_elements(desk.asked.given, desk.reading)
    limit = desk.world.settings.portal_steps_limit
    if len(elements) > limit:
        raise ServiceRefusal(BAD_FIELD, f"data có {len(elements)} bước: tối đa {limit} bước mỗi lần gọi")
    reports = [wire.read_step(element, place, desk.reading) for place, element in enumerate(elements)]
    desk.settle()
    desk.world.hold()
    for place, report in enumerate(reports):
        if report:
            _record(report, place, desk)
    desk.settle()
    return desk.envelope.accepted(f"Cập nhật tiến độ {len(reports)} bước thành công")


def _record(report: StepReport, place: int, desk: Desk) -> None:
    dossier = desk.portal.dossiers.get(report.code)
    if dossier is None:
        raise ServiceRefusal(UNKNOWN_DOSSIER, f"Hồ sơ {report.code} không tồn tại: đồng bộ hồ sơ trước, tiến độ sau")
    history = desk.portal.steps.with_prefix(f"{report.code}/")
    if any(step.fields == report.fields for step in history):
        desk.reading.note("step-repeated", f"/data/{place}", "Bước này đã gửi trước đó, giữ nguyên", "a repeated step")
        return
    _check_order(report, history, dossier, place, desk)
    desk.portal.steps.put(PortalStep(report.code, len(history) + 1, report.status, report.handled_at, report.fields))
    if dossier.status != report.status and judge_move(dossier.status, report.status) != "illegal":
        desk.portal.dossiers.put(_moved(dossier, report.status, desk))


def _check_order(report: StepReport, history: list[PortalStep], dossier: PortalDossier, place: int, desk: Desk) -> None:
    """A series may start anywhere up to the dossier's own status; from then on the matrix judges each step."""
    path = f"/data/{place}"
    if not history:
        if report.status != dossier.status and judge_move(None, report.status) == "illegal":
            rules.check_move(dossier.status, report.status, f"{path}/TrangThai", desk)
        return
    last = history[-1]
    if last.status != report.status:
        rules.check_move(last.status, report.status, f"{path}/TrangThai", desk)
    if report.handled_at < last.handled_at:
        vi = f"data/{place}: ThoiDiemXuLy sớm hơn bước trước của hồ sơ {report.code}"
        rules.by_mode(desk, "step-backwards", f"{path}/ThoiDiemXuLy", BAD_FIELD, vi, "earlier than the step before")
        desk.reading.check()


def report_status(desk: Desk) -> Reply:
    """``DongBoTrangThaiHoSo``: how a dossier that citizens filed on the portal stands at its agency.

    Raises:
        ServiceRefusal: -4 for a code the portal does not know, -7 for a move the matrix forbids.
    """
    report = wire.read_status_report(desk.asked.given, desk.reading)
    desk.settle()
    desk.world.hold()
    dossier = desk.portal.dossiers.get(report.code)
    if dossier is None:
        raise ServiceRefusal(UNKNOWN_DOSSIER, f"Hồ sơ {report.code} không tồn tại trên Cổng DVCQG")
    if dossier.origin != "portal":
        vi = f"Hồ sơ {report.code} do đơn vị đồng bộ lên, không nộp tại Cổng DVCQG: dùng CapNhatTienDoHoSoMC"
        rules.by_mode(desk, "report-of-own-dossier", "/data/MaHoSo", BAD_FIELD, vi, "not filed on the portal")
        desk.reading.check()
    if dossier.status != report.status:
        rules.check_move(dossier.status, report.status, "/data/TrangThai", desk)
    desk.portal.dossiers.put(_moved(dossier, report.status, desk))
    number = len(desk.portal.steps.with_prefix(f"{report.code}/")) + 1
    desk.portal.steps.put(PortalStep(report.code, number, report.status, report.handled_at, report.fields))
    desk.settle()
    return desk.envelope.accepted(f"Đồng bộ trạng thái hồ sơ {report.code} thành công")


def _moved(dossier: PortalDossier, status: int, desk: Desk) -> PortalDossier:
    fields = dossier.fields | {"TrangThaiHoSo": str(status)}
    return replace(dossier, status=status, changed_at=desk.world.now_ms, fields=fields)
