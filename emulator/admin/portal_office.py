"""What people do at the portal: keep the list of V.1, ask for support, file a dossier (KDL III, V)."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import islice
from typing import Any

from emulator.admin.axis import find_subsystem, hold_world, load_wish, world_of
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.country.axis import Axis, nearest_of, own_unit_code, units_of
from emulator.kernel.clock import iso
from emulator.services.portal import filing as portal_filing
from emulator.services.portal.models import SupportRequest, read_agency, security_server_rows
from emulator.services.portal.pack import Portal
from emulator.wire.codes import full_form, is_agency_code, is_result_code, short_form

ROUTES = RouteTable("đất nước / country", scoped=True)
_KONTUM = "VN:GOV:000.00.00.H34:kontumvdxpsvc01"
_SUPPORT = {"result_code": "KQ.G15.000008", "title": "Phiếu lý lịch tư pháp số 2", "monthly_uses": 120}
_MOST_PEOPLE = 500
_FILING = {"procedure": "2.000488", "agency": "H26"}

# What the portal's forms let one choose from.


@ROUTES.add(
    "GET",
    "/portal-catalogues",
    "Danh mục của Cổng",
    "What the portal's forms choose from",
    RouteDoc("PortalCatalogues"),
)
def list_catalogues(request: AdminRequest) -> AdminReply:
    """List up to 500 people of the pack, and the portal's procedures, results and agencies, in the words of its forms.

    ``may_be_kept`` counts accepted requests for support (KDL III.1 step 4). ``is_callable``: the portal can hand a
    dossier to that agency.
    """
    world = world_of(request)
    portal = Portal(world)
    kinds = [portal.result_kind(code) for code in portal.base.result_kinds]
    callable_codes = {short_form(each.code) for each in portal.security_servers()} | {u.code for u in units_of(world)}
    return AdminReply(
        {
            "citizens": [{"id": row["CMND"], "name": row["HoVaTen"]} for row in islice(world.people(), _MOST_PEOPLE)],
            "procedures": [{"code": each.code, "name": each.name} for each in portal.base.procedures.values()],
            "results": [
                {"code": kind.code, "title": kind.title, "may_be_kept": kind.may_be_kept} for kind in kinds if kind
            ],
            "agencies": [
                {
                    "code": short_form(each.code),
                    "name": each.name,
                    "is_callable": short_form(each.code) in callable_codes,
                }
                for each in portal.base.agencies.values()
            ],
        }
    )


# "Danh sách SS tải tệp kho dữ liệu" (KDL V.1, V.3), and what the units are told of it.


@ROUTES.add("GET", "/ss-info", "Danh sách SS", "Security servers", RouteDoc("SecurityServers"))
def list_security_servers(request: AdminRequest) -> AdminReply:
    """Return the page "Danh sách SS tải tệp kho dữ liệu" as JSON (KDL V.3)."""
    return AdminReply({"security_servers": security_server_rows(Portal(world_of(request)).security_servers())})


@ROUTES.add(
    "PUT",
    "/ss-info/{agency}",
    "Đổi danh sách SS",
    "Change the list",
    RouteDoc("ListedServerNotice", "ListedServer", {"dstcode": _KONTUM}, noes=("no-such-subsystem", "invalid")),
)
def put_security_server(request: AdminRequest) -> AdminReply:
    """Put an agency on the list, or change its row; every unit is given notice (KDL V.1).

    Raises:
        Trouble: the code is none, or nobody on the axis has the dstcode: an entry that leads nowhere is no entry.
    """
    code = _agency_code(request)
    wish = load_wish(request, "ListedServer")
    with hold_world(request) as world:
        portal = Portal(world)
        find_subsystem(Axis(world), wish["dstcode"])
        known = portal.listed.get(code) or portal.agency(code)
        name = wish.get("name") or (known.name if known else code)
        row = {"MACOQUAN": code, "TENCOQUAN": name, "DSTCODE": wish["dstcode"]}
        notice = portal.list_agency(read_agency(row))
    return AdminReply({"security_server": row, "notice": _notice(notice)})


@ROUTES.add(
    "DELETE",
    "/ss-info/{agency}",
    "Bỏ khỏi danh sách SS",
    "Take off the list",
    RouteDoc("GivenNotice", noes=("no-such-agency", "invalid"), last=1),
)
def drop_security_server(request: AdminRequest) -> AdminReply:
    """Take an agency off the list; every unit is given notice.

    Raises:
        Trouble: it is not on it.
    """
    code = _agency_code(request)
    with hold_world(request) as world:
        portal = Portal(world)
        listed = next((each for each in portal.security_servers() if each.code == code), None)
        if listed is None:
            near = nearest_of(code, [each.code for each in portal.security_servers()])
            raise Trouble("no-such-agency", name=code, near=near)
        notice = portal.list_agency(replace(listed, security_server=""))
    return AdminReply({"notice": _notice(notice)})


@ROUTES.add("GET", "/notices", "Thông báo của Cổng", "What the portal told its units", RouteDoc("Notices"))
def list_notices(request: AdminRequest) -> AdminReply:
    """List what the portal has told its units, oldest first."""
    return AdminReply({"notices": [_notice(each) for each in Portal(world_of(request)).notices.with_prefix("")]})


def _agency_code(request: AdminRequest) -> str:
    code = request.named["agency"].strip().upper()
    if not is_agency_code(code):
        raise invalid([InputFault("?agency", "không phải mã định danh cơ quan", "is no agency code")])
    return full_form(code)


def _notice(notice: Any) -> dict[str, Any]:
    return asdict(notice) | {"at": iso(notice.at)}


# "Gửi yêu cầu hỗ trợ": a unit asks that a result may be kept (KDL III.1 step 4).


@ROUTES.add("GET", "/support-requests", "Yêu cầu hỗ trợ", "Requests for support", RouteDoc("SupportRequests"))
def list_support_requests(request: AdminRequest) -> AdminReply:
    """List the requests for support, by result code."""
    found = Portal(world_of(request)).support_requests.with_prefix("")
    return AdminReply({"support_requests": [_request_card(each) for each in found]})


@ROUTES.add(
    "POST",
    "/support-requests",
    "Gửi yêu cầu hỗ trợ",
    "Ask for support",
    RouteDoc("SupportRequest", "SupportWish", _SUPPORT, noes=("invalid",), status=("201",)),
)
def send_support_request(request: AdminRequest) -> AdminReply:
    """Ask for a result code to be kept: code, title, uses a month. The portal accepts it by another call.

    Raises:
        Trouble: a field is wrong.
    """
    wish = load_wish(request, "SupportWish")
    with hold_world(request) as world:
        unit = short_form(full_form(wish.get("unit") or own_unit_code(world.sandbox)))
        faults = []
        if not is_result_code(wish["result_code"]):
            vi, en = "không đúng dạng mã kết quả KQ.<mã>.<6 số> hay <mã>-KQ<4 số>", "is no result code of either form"
            faults.append(InputFault("/result_code", vi, en))
        if not is_agency_code(unit):
            faults.append(InputFault("/unit", "không phải mã định danh cơ quan", "is no agency code"))
        if faults:
            raise invalid(faults)
        asked = SupportRequest(wish["result_code"], wish["title"], wish["monthly_uses"], unit, world.now_ms)
        Portal(world).support_requests.put_record(asked)
    return AdminReply(_request_card(asked), 201)


@ROUTES.add(
    "POST",
    "/support-requests/{result_code}/accept",
    "Nhận yêu cầu",
    "Accept a request",
    RouteDoc("SupportRequest", noes=("no-such-support-request",), last=1),
)
def accept_support_request(request: AdminRequest) -> AdminReply:
    """Let the results of a requested code be kept from now on.

    Raises:
        Trouble: nobody asked for that code.
    """
    code = request.named["result_code"]
    with hold_world(request) as world:
        portal = Portal(world)
        found = portal.support_requests.get(code)
        if found is None:
            raise Trouble("no-such-support-request", name=code)
        accepted = replace(found, is_accepted=True)
        portal.support_requests.put_record(accepted)
    return AdminReply(_request_card(accepted))


def _request_card(request: SupportRequest) -> dict[str, Any]:
    return asdict(request) | {"asked_at": iso(request.asked_at)}


# A citizen files at the portal, and the portal calls the province by itself (KDL III.1).


@ROUTES.add(
    "POST",
    "/citizens/{id}/dossiers",
    "Nộp tại Cổng DVCQG",
    "File at the portal",
    RouteDoc("FiledAtPortal", "FilingWish", _FILING, noes=("not-filed", "invalid"), status=("201",), last=-1),
)
def file_dossier(request: AdminRequest) -> AdminReply:
    """File a dossier at the portal for a citizen: it is written down there and handed to the agency over the axis.

    Raises:
        Trouble: the procedure or the agency is not known.
    """
    wish = load_wish(request, "FilingWish")
    with hold_world(request) as world:
        try:
            said = {"ChuHoSo": wish.get("applicant"), "TrichYeuHoSo": wish.get("summary")}
            filed = portal_filing.file_at_portal(
                request.named["id"], wish["procedure"], wish["agency"], world, {k: v for k, v in said.items() if v}
            )
        except portal_filing.CannotFile as trouble:
            raise Trouble("not-filed", vi=trouble.vi, en=trouble.en) from None
        played = portal_filing.played_reply(filed, world) if portal_filing.is_played(filed, world) else None
        call = portal_filing.hand_over_call(filed, world)
    reply = played or request.context.serve(call)
    answer = portal_filing.body_of(reply)
    with hold_world(request) as world:
        status = portal_filing.settle_hand_over(filed.code, reply.status, answer, world)
    return AdminReply({"code": filed.code, "status": status, "reply": {"http": reply.status, "body": answer}}, 201)
