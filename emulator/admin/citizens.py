"""What a citizen does on the portal, done for them: see results, keep them in Kho DL, upload papers (KDL III)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from emulator.admin.axis import hold_world, world_of
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.admin.uploads import (
    UPLOAD_LIMIT,
    UploadedFile,
    is_multipart,
    link_of,
    read_json_files,
    read_multipart,
    store_file,
)
from emulator.country.world import World
from emulator.kernel.clock import day_text, read_day, to_datetime, to_ms
from emulator.services import citizens as citizen_results
from emulator.services.citizens import Keeping
from emulator.services.portal.models import Paper
from emulator.services.portal.pack import Portal
from emulator.services.portal.papers import has_expired
from emulator.wire.codes import full_form, is_agency_code

ROUTES = RouteTable("đất nước / country", scoped=True)

FORMS = ("original", "certified-copy", "electronic-certification")
"""What may be uploaded: bản chính, bản sao y, bản chứng thực điện tử (KDL III.2 step 4)."""
VALID_UNITS = ("day", "month", "year")
"""The units of "Thời gian hiệu lực" (KDL III.1 step 3)."""
_UPLOAD = ("form", "result_code", "reference_number", "agency_code")
_LONGEST = 1200
_MONTHS = 12


@ROUTES.add("GET", "/citizens/{id}/results", "Kết quả", "A citizen's results", RouteDoc("CitizenResults"))
def list_results(request: AdminRequest) -> AdminReply:
    """List a citizen's final results, "Dịch vụ công của tôi"."""
    found = citizen_results.results_of(world_of(request), request.named["id"])
    return AdminReply({"results": [asdict(each) for each in found]})


@ROUTES.add("GET", "/citizens/{id}/papers", "Kho DL", "A citizen's papers", RouteDoc("Papers"))
def list_papers(request: AdminRequest) -> AdminReply:
    """List the papers in a citizen's Kho DL, those past their last day too, as the guide's screen does (KDL IV.2)."""
    world = world_of(request)
    papers = Portal(world).papers_of(request.named["id"])
    return AdminReply({"papers": [_card(each, world) for each in papers]})


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
            "link": "https://dichvucong.hanoi.gov.vn/tep/phieu.pdf",
        },
        noes=("no-such-result", "may-not-be-kept", "over-quota"),
        status=("201",),
    ),
    body_limit=UPLOAD_LIMIT,
)
def keep_paper(request: AdminRequest) -> AdminReply:
    """Keep a result (``{"result": id}``), or upload a paper; 201 with the paper.

    An upload comes as JSON, with links or ``content_base64``, or as a form with its files (``multipart/form-data``).

    Raises:
        Trouble: no such result, the catalogue does not let it in, or a field of the upload is wrong.
    """
    given, files = read_multipart(request.body) if is_multipart(request.body) else (request.content(), [])
    citizen = request.named["id"]
    with hold_world(request) as world:
        try:
            if "result" in given:
                paper = citizen_results.keep_result(world, citizen, str(given["result"]), _keeping(given))
            else:
                wish = _upload_of(given, files)
                paper = citizen_results.upload_paper(world, _build_upload(wish, citizen, world))
        except citizen_results.NoSuchResult as missing:
            raise Trouble("no-such-result", name=missing.args[0], citizen=citizen) from None
        except citizen_results.MayNotBeKept as refusal:
            raise Trouble("may-not-be-kept", name=refusal.args[0]) from None
        card = _card(paper, world)
    return AdminReply(card, 201)


def _card(paper: Paper, world: World) -> dict[str, Any]:
    return asdict(paper) | {"has_expired": has_expired(paper, world.now_ms)}


# How long a paper is good (KDL III.1 step 3: Ngày hiệu lực, Ngày hết hạn, Thời gian hiệu lực, Đơn vị hiệu lực).


def _keeping(given: Mapping[str, Any]) -> Keeping:
    faults: list[InputFault] = []
    effective, expires = (_day(name, given, faults) for name in ("effective_on", "expires_on"))
    if not expires and given.get("valid_for") not in (None, ""):
        expires = _last_day(effective, given, faults)
    first, last = read_day(effective), read_day(expires)
    if first is not None and last is not None and last < first:
        vi, en = "trước ngày hiệu lực", "lies before the day it takes effect"
        faults.append(InputFault("/expires_on", vi, en))
    if faults:
        raise invalid(faults)
    return Keeping(str(given.get("reference_number") or "").strip(), effective, expires)


def _day(name: str, given: Mapping[str, Any], faults: list[InputFault]) -> str:
    text = str(given.get(name) or "").strip()
    if text and read_day(text) is None:
        faults.append(InputFault(f"/{name}", "cần một ngày dd/MM/yyyy", "a day dd/MM/yyyy is expected"))
        return ""
    return text


def _last_day(effective: str, given: Mapping[str, Any], faults: list[InputFault]) -> str:
    amount, unit = str(given.get("valid_for")).strip(), str(given.get("valid_unit") or "month")
    first = read_day(effective)
    if not (amount.isascii() and amount.isdigit() and 0 < int(amount) <= _LONGEST):
        vi, en = f"cần một số từ 1 đến {_LONGEST}", f"a number from 1 to {_LONGEST} is expected"
        faults.append(InputFault("/valid_for", vi, en))
    elif unit not in VALID_UNITS:
        vi, en = f"cần một trong {', '.join(VALID_UNITS)}", f"one of {', '.join(VALID_UNITS)} is expected"
        faults.append(InputFault("/valid_unit", vi, en))
    elif first is None:
        faults.append(InputFault("/effective_on", "cần có cùng valid_for", "is needed beside valid_for"))
    else:
        return _add_to_window(first, int(amount), unit)
    return ""


def _add_to_window(first: int, amount: int, unit: str) -> str:
    if unit == "day":
        return day_text(first + amount * 86_400_000)
    begin = to_datetime(first)
    months = begin.month - 1 + amount * (_MONTHS if unit == "year" else 1)
    year, month = begin.year + months // _MONTHS, months % _MONTHS + 1
    for day in range(begin.day, 27, -1):  # 31/01 and a month is the last day of February
        try:
            return day_text(to_ms(begin.replace(year=year, month=month, day=day)))
        except ValueError:
            continue
    return day_text(to_ms(begin.replace(year=year, month=month)))


# Uploads: papers of a dossier filed in person (KDL III.2 step 4).


class _Upload(NamedTuple):
    """An upload that has been checked; a file has a link already, or bytes that are still to be put on a host."""

    texts: Mapping[str, str]
    title: str
    keeping: Keeping
    files: list[UploadedFile]


def _upload_of(given: Mapping[str, Any], files: list[UploadedFile]) -> _Upload:
    texts = {name: str(given.get(name) or "").strip() for name in _UPLOAD}
    faults = [
        InputFault(f"/{name}", "cần một chuỗi không rỗng", "a non-empty string is expected")
        for name in _UPLOAD
        if not isinstance(given.get(name), str) or not texts[name]
    ]
    if texts["form"] and texts["form"] not in FORMS:
        faults.append(
            InputFault("/form", f"cần một trong {', '.join(FORMS)}", f"one of {', '.join(FORMS)} is expected")
        )
    if texts["agency_code"] and not is_agency_code(texts["agency_code"]):
        faults.append(InputFault("/agency_code", "không phải mã định danh cơ quan", "is no agency code"))
    all_files = files or read_json_files(given, faults)
    if faults:
        raise invalid(faults)
    return _Upload(texts, str(given.get("title") or ""), _keeping(given), all_files)


def _build_upload(wish: _Upload, citizen: str, world: World) -> Paper:
    texts = wish.texts
    kind = Portal(world).result_kind(texts["result_code"])
    issuer = full_form(texts["agency_code"])
    return Paper(
        id=f"{citizen}/{texts['result_code']}/{issuer}/{texts['reference_number']}",
        owner_id=citizen,
        result_code=texts["result_code"],
        title=wish.title or (kind.title if kind else wish.files[0].name),
        reference_number=texts["reference_number"],
        agency_code=issuer,
        files=[
            {"name": file.name, "link": file.link or link_of(store_file(file, world), world)} for file in wish.files
        ],
        kept_at=world.now_ms,
        form=texts["form"],
        issuer_code=issuer,
        effective_on=wish.keeping.effective_on,
        expires_on=wish.keeping.expires_on,
    )
