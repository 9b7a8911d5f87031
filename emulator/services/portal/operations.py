"""The portal's table of contents: four addresses, and behind ``mapi/call`` the services by name.

``answer`` is the provider; ``name_of`` tells what a call is before it is answered.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from emulator.country.accounts import portal_account
from emulator.country.portal import Portal
from emulator.country.world import World
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.portal import catalogues, dossiers, papers, questions
from emulator.services.portal import dossiers as progress
from emulator.services.portal import session as sessions
from emulator.services.portal.envelope import MapiCall, read_call, read_login
from emulator.services.portal.fields import NO_SUCH_SERVICE, NOT_YOURS
from emulator.services.portal.session import PortalCall, envelope_of, printing_of, reading_of
from emulator.wire.agency_codes import is_within


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its name in the journal, the clause that describes it, and whether it takes data."""

    name: str
    clause: str
    pushes: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """One service of ``mapi/call`` and who answers it."""

    operation: Operation
    answer: Callable[[PortalCall], Reply]


_SERVICES = "facts-platforms §1.4"
_READS: dict[str, Callable[[PortalCall], Reply]] = {
    "LayDanhMucCoQuan": catalogues.list_agencies,
    "LayDanhMucLinhVuc": catalogues.list_sectors,
    **dict.fromkeys(
        (
            "LayDanhMucGioiTinh",
            "LayDanhMucTinhThanh",
            "LayDanhMucQuanHuyen",
            "LayDanhMucPhuongXa",
            "LayDanhMucQuocGia",
            "LayDanhMucDanToc",
            "LayDanhMucTonGiao",
            "LayDanhMucTinhTrangHonNhan",
            "LayDanhMucDoiTuong",
            "LayDanhMucCapThucHien",
            "LayDanhMucCanCuPhapLy",
            "LayDanhMucLePhi",
        ),
        catalogues.list_small_catalogue,
    ),
    "LayDanhSachTTHC": catalogues.list_procedures,
    "LayThuTuc": catalogues.get_procedure,
    "LayDVC": catalogues.list_services,
    "TraCuuHoSo": dossiers.find_dossier,
    "TraCuuTechID": catalogues.find_technical_id,
    "LayDanhSachHoiDapGuiTuDVCQG": questions.list_unanswered,
    "LayDanhSachHoiDapBoCoQuan": questions.list_all,
    "LayNoiDungTraLoiTheoCauHoi": questions.get_answer,
}
_PUSHES: dict[str, Callable[[PortalCall], Reply]] = {
    "DongBoHoSoMC": dossiers.synchronise_dossiers,
    "CapNhatTienDoHoSoMC": progress.record_steps,
    "DongBoTrangThaiHoSo": progress.report_status,
    "DongBoHoiDap": questions.publish_questions,
    "DongBoKetQuaHoiDapGuiTuDVCQG": questions.answer_questions,
    "DongBoDanhGia": questions.record_ratings,
}
OPERATIONS: dict[str, Service] = {
    "LayDanhMucSSTaiTep": Service(
        Operation("dvcqg.mapi.LayDanhMucSSTaiTep", "KDL V.1"), catalogues.list_security_servers
    ),
    **{name: Service(Operation(f"dvcqg.mapi.{name}", _SERVICES), answer) for name, answer in _READS.items()},
    **{name: Service(Operation(f"dvcqg.mapi.{name}", _SERVICES, True), answer) for name, answer in _PUSHES.items()},
}
ALIASES = {"DongBoTrangThaiHoSoMC": "CapNhatTienDoHoSoMC"}
"""A name in circulation that no public code uses (facts-platforms §1.4)."""

LOGIN = Operation("dvcqg.mapi.login", "facts-platforms §1.2")
CALL = Operation("dvcqg.mapi.call", "KDL V.1")
PAPERS_LOGIN = Operation("dvcqg.papers.login", "facts-platforms §1.8")
PAPERS = Operation("dvcqg.papers.find", "KDL V.2")
ADDRESSES: Mapping[str, Operation] = {
    "/mapi/login": LOGIN,
    "/mapi/call": CALL,
    "/mapi/g": CALL,
    "/bndp/public/v1/login": PAPERS_LOGIN,
    "/bndp/public/v1/user/papers": PAPERS,
}


def name_of(call: Call) -> Operation | None:
    """Return the operation an address leads to, before a body is read; None for an address the portal has not."""
    return ADDRESSES.get(call.path)


def answer(call: Call, world: World) -> Reply:
    """Answer a call that the adapter brought to the portal; refusals come worded, at HTTP 200."""
    operation = name_of(call)
    if operation is None:
        _remark_on_address(call, world)
        return Reply(404, b"", (("Content-Type", "text/html;charset=utf-8"),))
    if call.method != "POST":
        return Reply(405, b"", (("Allow", "POST"),))
    _name(operation, world)
    try:
        staged = (
            world.apply_scenario() if operation is not CALL else None
        )  # a call of mapi speaks once its service is known
        return staged or _HANDLERS[operation.name](call, world)
    except ServiceRefusal as refusal:
        return _refuse(refusal, world, is_papers=operation in (PAPERS_LOGIN, PAPERS))


def _remark_on_address(call: Call, world: World) -> None:
    near = difflib.get_close_matches(call.path, ADDRESSES, 1, 0.3)
    vi, en = (f"; gần nhất là {near[0]}", f"; the nearest is {near[0]}") if near else ("", "")
    world.remark(
        "unknown-address", "path", f"Cổng DVCQG không có {call.path}{vi}", f"The portal has no {call.path}{en}", "error"
    )


def serve(asked: MapiCall, world: World) -> Reply:
    """Answer one service for a caller who has been admitted; raises ServiceRefusal.

    A province's gateway, which has its own way of admitting, comes in here too (facts-clients §2.5).
    """
    service = _service(asked.service)
    _name(service.operation, world)
    asked = replace(asked, service=ALIASES.get(asked.service, asked.service))
    staged = world.apply_scenario()  # it may change how this call is read and answered
    return staged or service.answer(PortalCall(asked, world, Portal(world), reading_of(world), envelope_of(world)))


def word(refusal: ServiceRefusal, world: World) -> Reply:
    """Put a refusal of ``mapi`` into its envelope and leave nothing of the call behind."""
    return _refuse(refusal, world, is_papers=False)


def _service(name: str) -> Service:
    found = OPERATIONS.get(ALIASES.get(name, name))
    if found:
        return found
    near = difflib.get_close_matches(name, [*OPERATIONS, *ALIASES], 1, 0.3)
    hint = f"; gần nhất là {near[0]}" if near else ""
    raise ServiceRefusal(NO_SUCH_SERVICE, f'Dịch vụ "{name}" không tồn tại{hint}')


def _log_in(call: Call, world: World) -> Reply:
    form = read_login(call.body, call.body_size, reading_of(world))
    account, lifetime_min = portal_account(world.sandbox), world.settings.portal_session_lifetime_min
    return envelope_of(world).login_reply(sessions.open_session(form, account, world, "mapi", lifetime_min).token)


def _call(call: Call, world: World) -> Reply:
    reading = reading_of(world)
    asked = read_call(call.body, call.body_size, reading)
    world.exchange.remarks.extend(reading.notes)
    service = OPERATIONS.get(ALIASES.get(asked.service, asked.service))
    if service:
        _name(service.operation, world)
    token = sessions.admit(asked.session, world, "mapi", "trường session")
    world.exchange.consumer = token.consumer_key
    unit = portal_account(world.sandbox).unit
    if not is_within(asked.unit_code, unit):
        raise ServiceRefusal(NOT_YOURS, f'madonvi "{asked.unit_code}" không khớp phiên: phiên này của đơn vị {unit}')
    return serve(asked, world)


_HANDLERS: dict[str, Callable[[Call, World], Reply]] = {
    LOGIN.name: _log_in,
    CALL.name: _call,
    PAPERS_LOGIN.name: papers.log_in,
    PAPERS.name: papers.find_papers,
}


def _name(operation: Operation, world: World) -> None:
    world.exchange.operation, world.exchange.clause = operation.name, operation.clause


def _refuse(refusal: ServiceRefusal, world: World, *, is_papers: bool) -> Reply:
    world.release()
    world.exchange.outcome = "refused"
    known = set(world.exchange.remarks)
    world.exchange.remarks.extend(each for each in refusal.remarks if each not in known)
    if isinstance(refusal, sessions.SessionExpired):
        sessions.count_use_after_end(refusal, world)
    if is_papers:
        return printing_of(world).refused_reply(refusal)
    operation = world.exchange.operation
    pushes = any(each.operation.pushes and each.operation.name == operation for each in OPERATIONS.values())
    return envelope_of(world).refused_reply(refusal, pushes=pushes)
