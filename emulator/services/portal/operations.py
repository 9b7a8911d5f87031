"""The portal's table of contents: four addresses, and behind ``mapi/call`` the services by name.

``answer`` is the provider on the axis, ``answer_province`` behind a province's gateway.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from emulator.country.axis import accounts_of, own_unit_code, unit_code_of, units_of
from emulator.country.world import World
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.portal import catalogues, dossiers, papers, steps
from emulator.services.portal import session as sessions
from emulator.services.portal.envelope import (
    HTTP_STATUS,
    NO_SUCH_SERVICE,
    NOT_IN_CATALOGUE,
    NOT_YOURS,
    MapiCall,
    read_call,
    read_gateway_call,
    read_login,
    wrap_twice,
)
from emulator.services.portal.models import security_server_rows
from emulator.services.portal.pack import Portal
from emulator.services.portal.papers import JSON, PapersPrinting, look_up, printing_of
from emulator.services.portal.session import PortalCall, envelope_of, reading_of
from emulator.services.service import Both
from emulator.wire.codes import is_within, national_procedure_code
from emulator.wire.reading import ABSENT


class MapiService(NamedTuple):
    """One service of ``mapi/call``: its title in both languages, who answers it, and whether it takes data."""

    vi: str
    en: str
    answer: Callable[[PortalCall], Reply]
    pushes: bool = False
    clause: str = "portal-services"

    @property
    def title(self) -> Both:
        """Return the title."""
        return Both(self.vi, self.en)


_SMALL = catalogues.list_small_catalogue
MAPI: Mapping[str, MapiService] = {
    "LayDanhMucSSTaiTep": MapiService(
        "Danh sách máy chủ bảo mật tải tệp", "Security servers that serve files", catalogues.list_security_servers,
        clause="KDL V.1",
    ),
    "LayDanhMucCoQuan": MapiService("Danh mục cơ quan", "Agencies", catalogues.list_agencies),
    "LayDanhMucLinhVuc": MapiService("Danh mục lĩnh vực", "Sectors", catalogues.list_sectors),
    "LayDanhMucGioiTinh": MapiService("Danh mục giới tính", "Genders", _SMALL),
    "LayDanhMucTinhThanh": MapiService("Danh mục tỉnh, thành phố", "Provinces", _SMALL),
    "LayDanhMucQuanHuyen": MapiService("Danh mục quận, huyện", "Districts", _SMALL),
    "LayDanhMucPhuongXa": MapiService("Danh mục phường, xã", "Communes", _SMALL),
    "LayDanhMucQuocGia": MapiService("Danh mục quốc gia", "Countries", _SMALL),
    "LayDanhMucDanToc": MapiService("Danh mục dân tộc", "Ethnicities", _SMALL),
    "LayDanhMucTonGiao": MapiService("Danh mục tôn giáo", "Religions", _SMALL),
    "LayDanhMucTinhTrangHonNhan": MapiService("Danh mục tình trạng hôn nhân", "Marital statuses", _SMALL),
    "LayDanhMucDoiTuong": MapiService("Danh mục đối tượng", "Kinds of applicants", _SMALL),
    "LayDanhMucCapThucHien": MapiService("Danh mục cấp thực hiện", "Levels of government", _SMALL),
    "LayDanhMucCanCuPhapLy": MapiService("Danh mục căn cứ pháp lý", "Legal bases", _SMALL),
    "LayDanhMucLePhi": MapiService("Danh mục lệ phí", "Fees", _SMALL),
    "LayDanhSachTTHC": MapiService("Danh sách thủ tục", "Procedures", catalogues.list_procedures),
    "LayThuTuc": MapiService("Một thủ tục", "One procedure", catalogues.get_procedure),
    "LayDVC": MapiService("Dịch vụ công", "Public services", catalogues.list_services),
    "TraCuuHoSo": MapiService("Tra cứu hồ sơ", "Look a dossier up", steps.find_dossier),
    "TraCuuTechID": MapiService("Tra cứu TechID", "Look a technical id up", catalogues.find_technical_id),
    "LayDanhSachHoiDapGuiTuDVCQG": MapiService(
        "Câu hỏi chưa trả lời", "Questions not yet answered", catalogues.list_unanswered
    ),
    "LayDanhSachHoiDapBoCoQuan": MapiService("Câu hỏi của đơn vị", "Questions of a unit", catalogues.list_questions),
    "LayNoiDungTraLoiTheoCauHoi": MapiService(
        "Câu trả lời của một câu hỏi", "The answer to one", catalogues.get_answer
    ),
    "DongBoHoSoMC": MapiService("Đồng bộ hồ sơ", "Push dossiers", dossiers.synchronise_dossiers, True),
    "CapNhatTienDoHoSoMC": MapiService("Cập nhật tiến độ", "Push processing steps", steps.record_steps, True),
    "DongBoTrangThaiHoSo": MapiService("Báo trạng thái hồ sơ", "Report a status", steps.report_status, True),
    "DongBoHoiDap": MapiService("Đồng bộ hỏi đáp", "Publish questions", catalogues.publish_questions, True),
    "DongBoKetQuaHoiDapGuiTuDVCQG": MapiService(
        "Trả lời câu hỏi", "Answer questions", catalogues.answer_questions, True
    ),
    "DongBoDanhGia": MapiService("Đồng bộ đánh giá", "Push ratings", catalogues.record_ratings, True),
}  # fmt: skip
"""The services of ``mapi/call`` by name; their operations are ``dvcqg.mapi.<name>``."""
ALIASES = {"DongBoTrangThaiHoSoMC": "CapNhatTienDoHoSoMC"}
"""A name in circulation that no public code uses (src:portal-services)."""


class Address(NamedTuple):
    """What an address of the portal leads to: the operation's name in the journal, and its clause."""

    name: str
    clause: str


LOGIN = Address("dvcqg.mapi.login", "portal-login")
CALL = Address("dvcqg.mapi.call", "KDL V.1")
PAPERS_LOGIN = Address("dvcqg.papers.login", "portal-papers")
PAPERS = Address("dvcqg.papers.find", "KDL V.2")
PROVINCE_PUSH = Address("dvcqg.province-push", "client-province-push")
PROVINCE_PAPERS = Address("dvcqg.province-papers", "client-province-papers")
PROVINCE_PLAIN = "/SynsTTHCC/"
"""Where a province's gateway passes replies on as they are (src:client-province-push)."""
ADDRESSES: Mapping[str, Address] = {
    "/mapi/login": LOGIN,
    "/mapi/call": CALL,
    "/mapi/g": CALL,
    "/bndp/public/v1/login": PAPERS_LOGIN,
    "/bndp/public/v1/user/papers": PAPERS,
}


def answer(call: Call, world: World) -> Reply:
    """Answer a call that the adapter brought to the portal; raises ServiceRefusal."""
    address = ADDRESSES.get(call.path)
    if address is None:
        _remark_on_address(call, world)
        return Reply(404, b"", (("Content-Type", "text/html;charset=utf-8"),))
    if call.method != "POST":
        return Reply(405, b"", (("Allow", "POST"),))
    _name(address, world)
    staged = world.apply_scenario() if address is not CALL else None  # a call of mapi speaks once its service is known
    return staged or _HANDLERS[address](call, world)


def _remark_on_address(call: Call, world: World) -> None:
    near = difflib.get_close_matches(call.path, ADDRESSES, 1, 0.3)
    vi, en = (f"; gần nhất là {near[0]}", f"; the nearest is {near[0]}") if near else ("", "")
    world.remark(
        "unknown-address",
        "path",
        f"Cổng DVCQG không có {call.path}{vi}",
        f"The portal has no {call.path}{en}",
        "error",
        found=call.path[:120],
        nearest=near[0] if near else "",
    )


def serve(asked: MapiCall, world: World) -> Reply:
    """Answer one service for a caller who has been admitted; raises ServiceRefusal.

    A province's gateway, which has its own way of admitting, comes in here too (src:client-province-gateway).
    """
    name = ALIASES.get(asked.service, asked.service)
    service = _service(name, asked.service)
    _name(_address_of(name, service), world)
    asked = replace(asked, service=name)
    staged = world.apply_scenario()  # it may change how this call is read and answered
    reading = reading_of(world)
    reading.given = asked.given
    return staged or service.answer(PortalCall(asked, world, Portal(world), reading, envelope_of(world)))


def _service(name: str, asked: str) -> MapiService:
    found = MAPI.get(name)
    if found:
        return found
    near = difflib.get_close_matches(asked, [*MAPI, *ALIASES], 1, 0.3)
    hint = f"; gần nhất là {near[0]}" if near else ""
    raise ServiceRefusal.for_rule(
        NO_SUCH_SERVICE,
        "service-unknown",
        "/service",
        f'Dịch vụ "{asked}" không tồn tại{hint}',
        f'There is no service "{asked}"',
        found=asked[:80] or ABSENT,
        expected="LayDanhMucCoQuan, DongBoHoSoMC, …",
        nearest=near[0] if near else "",
    )


def _address_of(name: str, service: MapiService) -> Address:
    return Address(f"dvcqg.mapi.{name}", service.clause)


def _log_in(call: Call, world: World) -> Reply:
    form = read_login(call.body, call.body_size, reading_of(world))
    accounts, lifetime_min = accounts_of(world, "mapi"), world.settings.portal_session_lifetime_min
    return envelope_of(world).login_reply(sessions.open_session(form, accounts, world, "mapi", lifetime_min).token)


def _call(call: Call, world: World) -> Reply:
    reading = reading_of(world)
    asked = read_call(call.body, call.body_size, reading)
    world.exchange.remarks.extend(reading.notes)
    name = ALIASES.get(asked.service, asked.service)
    if name in MAPI:
        _name(_address_of(name, MAPI[name]), world)
    token = sessions.admit(asked.session, world, "mapi", "trường session")
    world.exchange.consumer = token.consumer_key
    unit = unit_code_of(token.consumer_key) or own_unit_code(world.sandbox)
    if not is_within(asked.unit_code, unit):
        raise ServiceRefusal.for_rule(
            NOT_YOURS,
            "session-of-another-unit",
            "/madonvi",
            f'madonvi "{asked.unit_code}" không khớp phiên: phiên này của đơn vị {unit}',
            f'madonvi "{asked.unit_code}" does not fit the session, which is of unit {unit}',
            found=asked.unit_code[:40],
            expected=str(unit),
        )
    return serve(asked, world)


_HANDLERS: dict[Address, Callable[[Call, World], Reply]] = {
    LOGIN: _log_in,
    CALL: _call,
    PAPERS_LOGIN: papers.log_in,
    PAPERS: papers.find_papers,
}


def _name(address: Address, world: World) -> None:
    world.exchange.operation, world.exchange.clause = address


def word(refusal: ServiceRefusal, world: World) -> Reply:
    """Put a refusal into the envelope of ``mapi`` or of the papers service, whichever was called."""
    if isinstance(refusal, sessions.SessionExpired):
        sessions.count_use_after_end(refusal, world)
    operation = world.exchange.operation or ""
    if operation in (PAPERS_LOGIN.name, PAPERS.name):
        return printing_of(world).refused_reply(refusal)
    if operation == PROVINCE_PAPERS.name:
        is_asked_by_query = world.exchange.call.method == "GET"
        printing = printing_of(world)
        return _refused_data_reply(refusal, printing) if is_asked_by_query else printing.refused_reply(refusal)
    service = MAPI.get(operation.removeprefix("dvcqg.mapi."))
    pushes = bool(service and service.pushes) or operation == PROVINCE_PUSH.name
    reply = envelope_of(world).refused_reply(refusal, pushes=pushes)
    return through_province(reply, world) if world.exchange.gateway == "provincial" else reply


# The portal behind a province's gateway: no session, the service in the path (src:client-province-gateway).


def answer_province(call: Call, world: World) -> Reply:
    """Answer a service named by the path: query or body hold its keys, a bare list is its ``data``.

    ``MaDinhDanhDV`` says for which unit; without it the call is the sandbox's own agency's.
    """
    service = call.path.rpartition("/")[2]
    asked = read_gateway_call(service, own_unit_code(world.sandbox), call.query, call.body)
    unit = _named_unit(asked.text("MaDinhDanhDV"), world)
    return through_province(serve(replace(asked, unit_code=unit or asked.unit_code), world), world)


def _named_unit(code: str, world: World) -> str:
    """Return the unit that a gateway call names; empty, with a remark, for one that does not work here."""
    if not code or any(is_within(code, unit.code) for unit in units_of(world)):
        return code
    known = ", ".join(unit.code for unit in units_of(world))
    world.remark(
        "gateway-unit",
        "/MaDinhDanhDV",
        f"MaDinhDanhDV '{code[:40]}' không phải đơn vị của sandbox; có {known}",
        f"MaDinhDanhDV '{code[:40]}' is no unit of the sandbox; there are {known}",
        found=code[:40],
        expected=known[:80],
    )
    return ""


GATEWAY_QUERY = (
    "MaThuTuc",
    "KenhThucHien",
    "SoDinhDanhChuSoHuu",
    "SoDinhDanhNguoiYeuCau",
    "HoTenNguoiYeuCau",
)
"""What a province's gateway is asked with, each with a small first letter (src:client-province-papers)."""


def find_through_province(call: Call, world: World) -> Reply:
    """Find papers through a province's gateway, which has a token of its own (src:client-province-papers).

    GET names the procedure alone and is answered ``{"Data": [...]}``; POST has the body of KDL V.2 and its reply.

    Raises:
        ServiceRefusal: a field is wrong, or there is no such procedure.
    """
    reading, printing = reading_of(world), printing_of(world)
    if call.method == "POST":
        return printing.papers_reply(look_up(call.body, call.body_size, reading, world))
    given = {name.lower(): text for name, text in parse_qsl(call.query, keep_blank_values=True)}
    form: dict[str, Any] = {name: given.get(name.lower(), "") for name in GATEWAY_QUERY}
    form["DanhSachDanhMucKetQua"] = _codes_of_procedure(form["MaThuTuc"], world)
    body = orjson.dumps(form)
    return printing.data_reply(look_up(body, len(body), reading, world))


def _codes_of_procedure(code: str, world: World) -> list[dict[str, str]]:
    """Return what the gateway asks for: every result that belongs to a procedure and needs no number of its own."""
    portal = Portal(world)
    procedure = portal.base.procedures.get(national_procedure_code(code) or code)
    if procedure is None:
        vi = f'maThuTuc "{code[:40]}" không có trong danh mục thủ tục'
        raise ServiceRefusal.for_rule(NOT_IN_CATALOGUE, "procedure", "/maThuTuc", vi, "unknown procedure", found=code)
    kinds = {each: portal.result_kind(each) for each in sorted(procedure.result_codes)}
    return [{"MaKetQua": each, "SoKyHieu": ""} for each, kind in kinds.items() if not (kind and kind.has_several)]


def _refused_data_reply(refusal: ServiceRefusal, printing: PapersPrinting) -> Reply:
    """Return a refusal that its one known reader takes for no papers; code and message beside it are ours."""
    status = HTTP_STATUS.get(refusal.code, 400) if printing.maps_status else 200
    return Reply(status, orjson.dumps({"Data": [], "errorCode": str(refusal.code), "message": refusal.message}), JSON)


def through_province(reply: Reply, world: World) -> Reply:
    """Return a reply as a province's gateway passes it on: one of them encodes twice where the sandbox says so."""
    encodes_twice = world.settings.provincial_gateway_double_encodes
    is_plain = world.exchange.call.path.startswith(PROVINCE_PLAIN)
    return wrap_twice(reply) if encodes_twice and not is_plain else reply


# The portal's own administration site, of which one page is printed: KDL V.3.

PAGE = "/web/mtv/ss_info/index"
_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_TITLE = "Danh sách SS tải tệp kho dữ liệu"


def answer_admin_site(call: Call, world: World) -> Reply:
    """Return the list of security servers as a page that people and screen readers can read; 404 elsewhere."""
    if call.path.rstrip("/") != PAGE:
        return Reply(404, b"Not Found", (("Content-Type", "text/plain; charset=utf-8"),))
    rows = security_server_rows(Portal(world).security_servers())
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("STT", *rows[0])) if rows else ""
    lines = "".join(_line(number, list(row.values())) for number, row in enumerate(rows, 1))
    page = (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{_TITLE}</title></head><body><main>'
        f"<h1>{_TITLE}</h1><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></main></body></html>"
    )
    return Reply(200, page.encode(), _HTML)


def _line(number: int, cells: list[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in (str(number), *cells)) + "</tr>"
