"""What a citizen does on the portal, done for them: see results, keep them in Kho DL, upload papers (KDL III)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.country.world import World
from emulator.kernel.exchange import Call, Exchange
from emulator.services import citizens as citizen_results
from emulator.services.portal.models import Paper
from emulator.services.portal.pack import Portal
from emulator.services.portal.wire_catalogues import security_server_rows
from emulator.wire.agency_codes import full_form, is_agency_code

ROUTES = RouteTable("đất nước / country", scoped=True)

FORMS = ("original", "certified-copy", "electronic-certification")
"""What may be uploaded: bản chính, bản sao y, bản chứng thực điện tử (KDL III.2 step 4)."""
_UPLOAD = ("form", "result_code", "reference_number", "agency_code", "file_name", "link")


@ROUTES.add("GET", "/citizens/{id}/results", "Kết quả", "A citizen's results", RouteDoc("CitizenResults"))
def list_results(request: AdminRequest) -> AdminReply:
    """List a citizen's final results, "Dịch vụ công của tôi"."""
    found = citizen_results.results_of(_world(request), request.named["id"])
    return AdminReply({"results": [asdict(each) for each in found]})


@ROUTES.add("GET", "/citizens/{id}/papers", "Kho DL", "A citizen's papers", RouteDoc("Papers"))
def list_papers(request: AdminRequest) -> AdminReply:
    """List the papers in a citizen's Kho DL."""
    return AdminReply({"papers": [asdict(each) for each in Portal(_world(request)).papers_of(request.named["id"])]})


@ROUTES.add(
    "POST",
    "/citizens/{id}/papers",
    "Lưu vào Kho DL",
    "Keep in Kho DL",
    RouteDoc(
        "Paper",
        "PaperWish",
        {
            "form": "original",
            "result_code": "KQ.G15.000007",
            "reference_number": "9001/STP-LLTP",
            "agency_code": "H26",
            "file_name": "phieu.pdf",
            "link": "https://dichvucong.hanoi.example.vn/tep/phieu.pdf",
        },
        noes=("no-such-result", "may-not-be-kept"),
        status=("201",),
    ),
)
def keep_paper(request: AdminRequest) -> AdminReply:
    """Keep a result (``{"result": id}``), or upload a paper; 201 with the paper.

    Raises:
        Trouble: no such result, the catalogue does not let it in, or a field of the upload is wrong.
    """
    given, citizen = request.content(), request.named["id"]
    with _hold_world(request) as world:
        try:
            if "result" in given:
                number = str(given.get("reference_number") or "")
                paper = citizen_results.keep_result(world, citizen, str(given["result"]), number)
            else:
                paper = citizen_results.upload_paper(world, _build_upload(given, citizen, world))
        except citizen_results.NoSuchResult as missing:
            raise Trouble("no-such-result", name=missing.args[0], citizen=citizen) from None
        except citizen_results.MayNotBeKept as refusal:
            raise Trouble("may-not-be-kept", name=refusal.args[0]) from None
    return AdminReply(asdict(paper), 201)


@ROUTES.add("GET", "/ss-info", "Danh sách SS", "Security servers", RouteDoc("SecurityServers"))
def list_security_servers(request: AdminRequest) -> AdminReply:
    """Return the page "Danh sách SS tải tệp kho dữ liệu" as JSON (KDL V.3)."""
    return AdminReply({"security_servers": security_server_rows(Portal(_world(request)).security_servers())})


def _build_upload(given: dict[str, Any], citizen: str, world: World) -> Paper:
    values = {name: given.get(name) for name in _UPLOAD}
    faults = [
        InputFault(f"/{name}", "cần một chuỗi không rỗng", "a non-empty string is expected")
        for name, value in values.items()
        if not isinstance(value, str) or not value.strip()
    ]
    text = {name: str(value).strip() for name, value in values.items()}
    if text["form"] not in FORMS:
        faults.append(
            InputFault("/form", f"cần một trong {', '.join(FORMS)}", f"one of {', '.join(FORMS)} is expected")
        )
    if not is_agency_code(text["agency_code"]):
        faults.append(InputFault("/agency_code", "không phải mã định danh cơ quan", "is no agency code"))
    if not text["link"].startswith(("http://", "https://")):
        faults.append(InputFault("/link", "cần một địa chỉ http(s)", "an http(s) address is expected"))
    if faults:
        raise invalid(faults)
    kind = Portal(world).base.result_kinds.get(text["result_code"])
    return Paper(
        id=f"{citizen}/{text['result_code']}/{text['reference_number']}",
        owner_id=citizen,
        result_code=text["result_code"],
        title=str(given.get("title") or (kind.title if kind else text["file_name"])),
        reference_number=text["reference_number"],
        agency_code=full_form(text["agency_code"]),
        files=[{"name": text["file_name"], "link": text["link"]}],
        kept_at=world.now_ms,
        form=text["form"],
    )


def _world(request: AdminRequest) -> World:
    return request.context.enter(request.sandbox(), Exchange(Call("GET", "/")))


@contextmanager
def _hold_world(request: AdminRequest) -> Iterator[World]:
    """Hold the sandbox's world: committed at the end, forgotten on an exception."""
    world = _world(request)
    world.hold()
    try:
        yield world
        world.commit()
    finally:
        world.release()
