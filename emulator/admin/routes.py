"""Every route of the admin API."""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Mapping
from typing import NamedTuple

import orjson
from flask import Blueprint, Request, Response, request

from emulator import __version__
from emulator.admin import axis as access_rights
from emulator.admin import axis as axis_states
from emulator.admin import axis as rehearsals
from emulator.admin import citizens, dossiers, metrics, requests, sandboxes, scenarios, snapshots, state, system, verify
from emulator.admin import time as agenda
from emulator.admin import time as applications
from emulator.admin import time as clock
from emulator.admin.faults import FAULT_ROWS
from emulator.admin.guard import admit
from emulator.admin.problems import MEDIA_TYPE, Trouble
from emulator.admin.published import PUBLISHED_ROWS
from emulator.admin.request import AdminContext, AdminReply, AdminRequest, Handler
from emulator.country.sandbox import NoSandbox

# The routes of certification. What they need is imported when the first of them is called.


def _later(name: str) -> Handler:
    def handler(visit: AdminRequest) -> AdminReply:
        from emulator.admin import attempts

        answer: AdminReply = getattr(attempts, name)(visit)
        return answer

    return handler


ATTEMPT_ROWS: tuple[tuple[str, str, Handler, str, str], ...] = (
    ("GET", "/kits", _later("kits"), "Các bộ kiểm thử", "The kits in the box"),
    ("GET", "/attempts", _later("list_attempts"), "Các lượt kiểm thử", "All attempts"),
    ("POST", "/attempts", _later("start_attempt"), "Mở lượt kiểm thử", "Open an attempt"),
    ("GET", "/attempts/{attempt}", _later("show_attempt"), "Một lượt kiểm thử", "One attempt, as it stands"),
    ("POST", "/attempts/{attempt}/greet", _later("greet_client"), "Gọi thử", "A small task before the first scene"),
    (
        "GET",
        "/attempts/{attempt}/diagnosis",
        _later("diagnose_client"),
        "Chẩn đoán cấu hình",
        "Is the client set up rightly",
    ),
    ("POST", "/attempts/{attempt}/begin", _later("begin_scene"), "Bắt đầu cảnh kế tiếp", "Begin the next scene"),
    ("POST", "/attempts/{attempt}/end", _later("end_scene"), "Kết thúc cảnh", "End the scene"),
    ("POST", "/attempts/{attempt}/declare", _later("record_declaration"), "Ghi lời khai", "Write a declaration down"),
    ("POST", "/attempts/{attempt}/close", _later("close_attempt"), "Đóng lượt kiểm thử", "Close the attempt"),
    ("GET", "/attempts/{attempt}/report", _later("report"), "Báo cáo", "The report"),
    ("GET", "/attempts/{attempt}/evidence", _later("evidence"), "Chứng cứ để đóng gói", "Evidence for a bundle"),
)


# The rows of the axis in the table of the admin API: verb, path, handler, and what it is for.

AXIS_ROWS: tuple[tuple[str, str, Handler, str, str], ...] = (
    ("GET", "/access-rights", access_rights.list_rights, "Quyền truy cập", "Access rights of a provider"),
    ("POST", "/access-rights", access_rights.add_rights, "Cấp quyền", "Add selected subjects"),
    ("DELETE", "/access-rights", access_rights.remove_rights, "Bỏ quyền", "Remove selected subjects"),
    ("GET", "/access-rights/subjects", access_rights.search_subjects, "Tìm để cấp quyền", "Search subjects to add"),
    (
        "POST",
        "/access-rights/all",
        access_rights.add_all_rights,
        "Cấp cho mọi kết quả tìm",
        "Add every hit of a search",
    ),
    ("DELETE", "/access-rights/all", access_rights.remove_all_rights, "Bỏ mọi quyền", "Remove every right"),
    ("GET", "/subsystems", axis_states.list_subsystems, "Các hệ thống trên trục", "Subsystems of the axis"),
    ("PATCH", "/subsystems/{dstcode}", axis_states.change_subsystem, "Đổi trạng thái", "Break or mend a subsystem"),
    ("GET", "/hosts", axis_states.list_hosts, "Các máy chủ sau trục", "Hosts behind the axis"),
    ("PATCH", "/hosts/{host}", axis_states.change_host, "Đổi trạng thái máy chủ", "Break or mend a host"),
    ("GET", "/live-agencies", axis_states.list_live_agencies, "Cơ quan chạy thật", "Agencies that real machines play"),
    (
        "PUT",
        "/live-agencies/{dstcode}",
        axis_states.register_live_agency,
        "Khai báo chạy thật",
        "Register a live agency",
    ),
    ("DELETE", "/live-agencies/{dstcode}", axis_states.remove_live_agency, "Thôi chạy thật", "Play the agency again"),
    ("POST", "/rehearsals", rehearsals.rehearse_call, "Gọi thử vào một cơ quan", "Rehearse a call into an agency"),
)


# The rows of time and of the ministry's living side in the table of the admin API.

TIME_ROWS: tuple[tuple[str, str, Handler, str, str], ...] = (
    ("GET", "/agenda", agenda.list_agenda, "Việc sắp xảy ra", "What is scheduled"),
    ("POST", "/agenda", agenda.schedule_effect, "Hẹn một việc", "Schedule an effect"),
    ("DELETE", "/agenda/{due}/{no}", agenda.cancel_effect, "Bỏ một việc đã hẹn", "Cancel an effect"),
    ("GET", "/snapshots", snapshots.list_snapshots, "Các bản chụp", "Snapshots"),
    ("POST", "/snapshots", snapshots.take_snapshot, "Chụp sandbox", "Take a snapshot"),
    ("POST", "/snapshots/{name}/restore", snapshots.restore_snapshot, "Quay lại bản chụp", "Go back to a snapshot"),
    ("DELETE", "/snapshots/{name}", snapshots.drop_snapshot, "Xoá bản chụp", "Forget a snapshot"),
    ("GET", "/state", state.export_state, "Xuất sandbox", "Export the sandbox as one TinyDB file"),
    ("POST", "/applications", applications.file_applications, "Công dân nộp hồ sơ", "Citizens file at the ministry"),
)


# The admin API as one table, and how a call finds its row.

PREFIX = "/__admin"
BODY_LIMIT = 1024 * 1024
_STATE_LIMIT = 32 * BODY_LIMIT
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_log = logging.getLogger(__name__)


class Route(NamedTuple):
    """One row. ``scoped`` ones also stand under ``/sandboxes/{sandbox}``; ``is_open`` ones need no admission."""

    verb: str
    path: str
    handler: Handler
    vi: str
    en: str
    scoped: bool = False
    is_open: bool = False
    body_limit: int = BODY_LIMIT


def _index(_: AdminRequest) -> AdminReply:
    """List the routes."""
    rows = [{"method": verb, "path": PREFIX + path, "vi": row.vi, "en": row.en} for (verb, path), row in TABLE.items()]
    return AdminReply({"name": "ndxp-emulator", "version": __version__, "routes": rows})


ROUTES = (
    Route("GET", "", _index, "Danh sách này", "This list"),
    Route("GET", "/health", system.health, "Tiến trình còn sống", "The process answers", is_open=True),
    Route("GET", "/ready", system.ready, "Sẵn sàng phục vụ", "Packs and store can serve", is_open=True),
    Route("GET", "/metrics", metrics.expose_metrics, "Số đo dạng Prometheus", "Metrics, as Prometheus reads them"),
    *(Route(*row, is_open=True) for row in PUBLISHED_ROWS),
    Route("POST", "/reset", sandboxes.reset_every, "Đặt lại mọi sandbox", "Reset every sandbox"),
    Route("GET", "/sandboxes", sandboxes.list_sandboxes, "Các sandbox", "All sandboxes"),
    Route("POST", "/sandboxes", sandboxes.make_sandbox, "Tạo sandbox", "Make a sandbox"),
    Route("GET", "/sandboxes/{sandbox}", sandboxes.show_sandbox, "Một sandbox", "One sandbox"),
    Route("PATCH", "/sandboxes/{sandbox}", sandboxes.redefine_sandbox, "Đổi mode, profile", "Change mode or profile"),
    Route("DELETE", "/sandboxes/{sandbox}", sandboxes.drop_sandbox, "Xoá sandbox", "Drop a sandbox"),
    Route("POST", "/sandboxes/{sandbox}/reset", sandboxes.reset_sandbox, "Đặt lại sandbox", "Reset a sandbox"),
    Route("GET", "/settings", sandboxes.show_settings, "Thiết lập", "Settings", scoped=True),
    Route("PUT", "/settings", sandboxes.change_settings, "Đổi thiết lập", "Change some settings", scoped=True),
    Route("PATCH", "/settings", sandboxes.change_settings, "Đổi thiết lập", "Change some settings", scoped=True),
    Route("GET", "/scenario", scenarios.show_scenario, "Kịch bản đang diễn", "The playing scenario", scoped=True),
    Route("PUT", "/scenario", scenarios.choose_scenario, "Chọn kịch bản", "Choose a scenario", scoped=True),
    Route("PUT", "/scenario/states/{name}", scenarios.put_state, "Đặt trạng thái", "Set a state", scoped=True),
    Route("PUT", "/scenario/counters/{name}", scenarios.put_counter, "Đặt bộ đếm", "Set a counter", scoped=True),
    Route(
        "POST",
        "/scenario/reset",
        scenarios.reset_scenario,
        "Diễn lại từ đầu",
        "Play it from the beginning",
        scoped=True,
    ),
    Route(
        "GET", "/scenarios", scenarios.list_machines, "Trạng thái kiểu WireMock", "States, WireMock's way", scoped=True
    ),
    Route("PUT", "/scenarios/{name}/state", scenarios.put_state, "Đặt trạng thái", "Set a state", scoped=True),
    Route(
        "POST",
        "/scenarios/reset",
        scenarios.reset_scenario,
        "Diễn lại từ đầu",
        "Play it from the beginning",
        scoped=True,
    ),
    Route("GET", "/clock", clock.show_clock, "Đồng hồ", "The clock", scoped=True),
    Route("PUT", "/clock", clock.turn_clock, "Chỉnh đồng hồ", "Turn the clock", scoped=True),
    Route("GET", "/requests", requests.list_exchanges, "Nhật ký, mới nhất trước", "Journal, newest first", scoped=True),
    Route("DELETE", "/requests", requests.forget_journal, "Xoá nhật ký", "Forget the journal", scoped=True),
    Route("POST", "/requests/find", requests.find_requests, "Tìm theo mẫu", "Find by pattern", scoped=True),
    Route("POST", "/requests/count", requests.count_requests, "Đếm theo mẫu", "Count by pattern", scoped=True),
    Route("POST", "/requests/reset", requests.forget_journal, "Xóa nhật ký", "Forget the journal", scoped=True),
    Route("POST", "/requests/remove", requests.remove_requests, "Xóa theo mẫu", "Forget by pattern", scoped=True),
    Route("POST", "/near-misses/request", requests.miss_request, "Gần một yêu cầu", "Near a request", scoped=True),
    Route("POST", "/near-misses/request-pattern", requests.miss_pattern, "Gần một mẫu", "Near a pattern", scoped=True),
    Route("GET", "/requests/unmatched", requests.list_unmatched, "Lượt gọi lạc", "Unmatched requests", scoped=True),
    Route(
        "GET",
        "/requests/unmatched/near-misses",
        requests.list_near_misses,
        "Gần đúng nhất",
        "What was nearly hit",
        scoped=True,
    ),
    Route(
        "GET", "/requests/near-misses", requests.list_near_misses, "Gần đúng nhất", "What was nearly hit", scoped=True
    ),
    Route("GET", "/requests/{id}", requests.show_exchange, "Một lượt gọi", "One exchange", scoped=True),
    Route("POST", "/verify", verify.verify_calls, "Kiểm chứng số lượt", "Verify how often", scoped=True),
    Route("POST", "/verify-sequence", verify.verify_sequence, "Kiểm chứng thứ tự", "Verify an order", scoped=True),
    Route("GET", "/chain", requests.check_chain, "Kiểm tra chuỗi băm", "Check the hash chain", scoped=True),
    *(Route(*row, scoped=True) for row in (*AXIS_ROWS, *FAULT_ROWS, *TIME_ROWS)),
    *(Route(*row) for row in ATTEMPT_ROWS),
    Route(
        "PUT", "/state", state.import_state, "Nhập sandbox", "Import a sandbox", scoped=True, body_limit=_STATE_LIMIT
    ),
    Route("GET", "/dossiers", dossiers.list_dossiers, "Các hồ sơ đang giữ", "The dossiers held", scoped=True),
    Route("GET", "/citizens/{id}/results", citizens.list_results, "Kết quả", "A citizen's results", scoped=True),
    Route("GET", "/citizens/{id}/papers", citizens.list_papers, "Kho DL", "A citizen's papers", scoped=True),
    Route("POST", "/citizens/{id}/papers", citizens.keep_paper, "Lưu vào Kho DL", "Keep in Kho DL", scoped=True),
    Route("GET", "/ss-info", citizens.list_security_servers, "Danh sách SS", "Security servers", scoped=True),
    Route(
        "GET",
        "/dossiers/{code}",
        dossiers.show_dossier,
        "Một hồ sơ và tiến trình",
        "A dossier and its steps",
        scoped=True,
    ),
)
_SCOPE = "/sandboxes/{sandbox}"
TABLE = {(row.verb, row.path): row for row in ROUTES} | {
    (row.verb, _SCOPE + row.path): row for row in ROUTES if row.scoped
}
# Fixed words come before variables: /requests/unmatched is no request called "unmatched".
_SHAPES = sorted(
    ((re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), verb, path) for verb, path in TABLE),
    key=lambda shape: shape[2].count("{"),
)


def admin(office: AdminContext) -> Blueprint:
    """Return everything under ``/__admin``."""
    blueprint = Blueprint("admin", __name__, url_prefix=PREFIX)

    @blueprint.route(
        "/", defaults={"path": ""}, strict_slashes=False, methods=_METHODS, provide_automatic_options=False
    )
    @blueprint.route("/<path:path>", methods=_METHODS, provide_automatic_options=False)
    def serve(path: str) -> Response:
        try:
            return _json(_answer(office, request, f"/{path}".rstrip("/")))
        except Trouble as trouble:
            return _problem(trouble)
        except NoSandbox as gone:
            return _problem(Trouble("no-such-sandbox", name=gone.args[0]))
        except Exception:
            _log.exception("the admin API failed on %s %s", request.method, request.path)
            return _problem(Trouble("emulator-fault"))

    return blueprint


def _answer(office: AdminContext, incoming: Request, path: str) -> AdminReply:
    verb = "GET" if incoming.method == "HEAD" else incoming.method
    row, named = _row_of(verb, path)
    if row is None or not row.is_open:
        admit(dict(incoming.headers), incoming.scheme, incoming.host, office.admin_token)
    base = f"{incoming.scheme}://{incoming.host}"
    if row is None:
        raise _missing_row(verb, path)
    return row.handler(AdminRequest(office, named, incoming.args.to_dict(), _body(incoming, row.body_limit), base))


def answer_in_process(
    office: AdminContext, verb: str, path: str, query: Mapping[str, str], body: bytes, base: str
) -> AdminReply:
    """AdminReply an admin call that comes from inside this process, whose caller was let in already.

    Args:
        office: what the admin API works with.
        verb: ``GET``, ``POST``, …
        path: below ``/__admin``, as ``/requests`` or ``/sandboxes/{id}/requests``.
        query: the query's values by name.
        body: a JSON text, or nothing.
        base: ``http://host`` as the person sees it.

    Raises:
        Trouble: what a caller over HTTP would get as a problem document.
    """
    row, named = _row_of(verb, path)
    if row is None:
        raise _missing_row(verb, path)
    return row.handler(AdminRequest(office, named, query, body, base))


def _row_of(verb: str, path: str) -> tuple[Route | None, dict[str, str]]:
    found = {shape_verb: (TABLE[shape_verb, shape], match) for match, shape_verb, shape in _matching(path)}
    return found.get(verb, (None, {}))


def _missing_row(verb: str, path: str) -> Trouble:
    verbs = sorted(shape_verb for _, shape_verb, _ in _matching(path))
    if not verbs:
        return _nowhere(path)
    allow = ", ".join(verbs)
    return Trouble("wrong-verb", path=PREFIX + path, verb=verb, allow=allow, headers={"Allow": allow})


def _matching(path: str) -> list[tuple[dict[str, str], str, str]]:
    """Return (variables, verb, shape) of the rows of a path; of two shapes only the more definite one counts."""
    hits = [(match.groupdict(), verb, shape) for pattern, verb, shape in _SHAPES if (match := pattern.fullmatch(path))]
    return [hit for hit in hits if hit[2].count("{") == hits[0][2].count("{")]


def _nowhere(path: str) -> Trouble:
    near = difflib.get_close_matches(path, [shape for _, shape in TABLE], 1, 0.5)
    near_vi = f"Gần nhất: {PREFIX}{near[0]}." if near else f"Xem danh sách tại {PREFIX}."
    near_en = f"The nearest is {PREFIX}{near[0]}." if near else f"See the list at {PREFIX}."
    return Trouble("no-such-route", path=PREFIX + path, near_vi=near_vi, near_en=near_en)


def _body(incoming: Request, limit: int) -> bytes:
    if (incoming.content_length or 0) > limit:
        raise Trouble("body-too-large", limit=limit)
    # Behind ASGI nobody promises Werkzeug that a chunked body ends, so it would show an empty one.
    stream = incoming.environ["wsgi.input"] if "Transfer-Encoding" in incoming.headers else incoming.stream
    body: bytes = stream.read(limit + 1)
    if len(body) > limit:
        raise Trouble("body-too-large", limit=limit)
    return body


def _json(answer: AdminReply) -> Response:
    body = answer.body if isinstance(answer.body, bytes) else orjson.dumps(answer.body)
    return Response(body, answer.status, dict(answer.headers), content_type=answer.content_type)


def _problem(trouble: Trouble) -> Response:
    response = Response(orjson.dumps(trouble.document()), trouble.status, content_type=MEDIA_TYPE)
    response.headers.update(trouble.headers)
    return response
