"""The screens of the platforms that the guides show: the citizen's portal, an agency's desk, the administrators'."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.uploads import UPLOAD_LIMIT
from emulator.console.annotated import AnnotatedBody, annotate, annotate_bytes
from emulator.console.caller import segment
from emulator.console.data import citizen_records
from emulator.console.journal import entry_of, newest_number
from emulator.console.repeat import download_call, send_call, unit_call
from emulator.console.site import go_to, person
from emulator.console.words import given_words, number_or_text
from emulator.kernel.exchange import Reply
from emulator.services.portal.envelope import stamp

if TYPE_CHECKING:
    from emulator.journal.entry import JournalEntry

# The citizen's portal (KDL III): file online, "Dịch vụ công của tôi", keep a result, upload a paper.


def screens() -> str:
    """Show which screens there are."""
    return render_template("screens.html")


def citizen_portal() -> str:
    """Show *Dịch vụ công của tôi* of one citizen, and the forms to file, keep and upload."""
    number = request.args.get("id", "").strip()
    catalogues = person().caller.get("/portal-catalogues")
    return render_template(
        "screen_citizen.html",
        number=number,
        catalogues=catalogues,
        kinds=_kinds_kept(catalogues),
        **citizen_records(number),
    )


def _kinds_kept(catalogues: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in catalogues["results"] if each["may_be_kept"]]


def file_online() -> AnyResponse:
    """File a dossier at the national portal as a citizen, in five fields: who, name, procedure, agency, what about."""
    given = _read_form("procedure", "agency", "applicant", "summary")
    number = _citizen()
    person().caller.change("POST", f"/citizens/{segment(number)}/dossiers", given)
    return go_to("/screens/citizen", id=number)


def file_at_ministry() -> AnyResponse:
    """File a dossier at the ministry as a citizen, in five fields: who, which procedure, and where."""
    number = _citizen()
    given = _read_form("procedure", "province", "district", "commune")
    person().caller.change("POST", "/applications", {"count": 1, "person": number, **given})
    return go_to("/screens/citizen", id=number)


def keep_result() -> AnyResponse:
    """Keep a result in the citizen's Kho DL, with the days of KDL III.1 step 3."""
    number = _citizen()
    wish = _read_form("result", "reference_number", "effective_on", "expires_on", "valid_for", "valid_unit")
    if "valid_for" not in wish:
        wish.pop("valid_unit", None)
    person().caller.change("POST", f"/citizens/{segment(number)}/papers", wish)
    return go_to("/screens/citizen", id=number)


def upload_paper(number: str) -> AnyResponse:
    """Upload a paper, its bytes or a link, in one of the three forms of KDL III.2. The form goes on as it came."""
    person().caller.pass_on("POST", f"/citizens/{segment(number)}/papers", _form_bytes())
    return go_to("/screens/citizen", id=number)


def _form_bytes() -> bytes:
    content = request.get_data(cache=False)
    if len(content) > UPLOAD_LIMIT:
        raise Trouble("body-too-large", limit=UPLOAD_LIMIT)
    return content


def _citizen() -> str:
    number = request.form.get("id", "").strip()
    if not number:
        raise invalid([InputFault("/id", "cần số định danh", "a citizen's number is needed")])
    return number


def _read_form(*names: str) -> dict[str, str]:
    return given_words(request.form, names)


# An agency's one-stop desk (KDL III.1 step 2, IV): its system calls the portal and the axis as any client does.


_MOST_HANDED = 100


def one_stop() -> str:
    """Show an agency's desk: the dossiers the portal handed it, and what the last call answered."""
    caller = person().caller
    units = caller.get("/units")["units"]
    unit = request.args.get("unit", "").strip().upper() or units[0]["code"]
    here = next((each for each in units if each["code"] == unit), None)
    if here is None:
        raise Trouble("no-such-unit", name=unit)
    entry = _entry_seen()
    handed = caller.get("/portal-dossiers", unit=unit, limit=_MOST_HANDED)
    return render_template(
        "screen_one_stop.html",
        units=units,
        unit=here,
        dossiers=handed["dossiers"],
        has_more=handed["meta"]["next"] is not None,
        catalogues=caller.get("/portal-catalogues"),
        files=[each for host in here["hosts"] for each in caller.get(f"/hosts/{segment(host)}/files")["files"]],
        entry=entry,
        papers=_papers_in(entry),
    )


def _entry_seen() -> JournalEntry | None:
    number = request.args.get("seen", "")
    return entry_of(number) if number else None


def _papers_in(entry: JournalEntry | None) -> list[dict[str, Any]] | None:
    """Return the papers that an answer of the papers service lists, None for any other."""
    if entry is None or entry["operation"] != "dvcqg.papers.find":
        return None
    try:
        found: list[dict[str, Any]] = json.loads(entry["response"]["body"])["result"]["DanhSachGiayToKetQua"]
    except (ValueError, KeyError, TypeError):
        return None
    return found


def report_status() -> AnyResponse:
    """Tell the portal how a dossier stands (``DongBoTrangThaiHoSo``)."""
    form = request.form
    data = {
        "MaHoSo": form.get("code", ""),
        "TrangThai": form.get("status", "").strip(),
        "NoiDung": form.get("note", "").strip(),
        "NgayXuLy": stamp(person().caller.now_ms()),
    }
    return _call_as_unit("dvcqg.mapi.DongBoTrangThaiHoSo", {"data": {**data, "TaiLieuXuLy": []}})


def give_result() -> AnyResponse:
    """End a dossier with a result (``DongBoHoSoMC``): a file of the agency's host, or one that is put there now."""
    form, caller = request.form, person().caller
    known = caller.get(f"/portal-dossiers/{segment(form.get('code', ''))}")
    link = form.get("link", "").strip() or _hosted_upload(form.get("host", ""))
    code, title = form.get("result_code", "").strip(), form.get("title", "").strip()
    catalogue = {each["code"]: each["title"] for each in caller.get("/portal-catalogues")["results"]}
    now = stamp(caller.now_ms())
    row = {
        **known["fields"],
        **known["lists"],
        "TrangThaiHoSo": form.get("status", "9"),
        "NgayTra": now,
        "NgayKetThucXuLy": now,
        "DanhSachGiayToKetQua": [
            {
                "TenGiayTo": title or catalogue.get(code, code),
                "MaThanhPhanHoSo": "",
                "GiayToId": hashlib.sha256(link.encode()).hexdigest()[:8],
                "DuongDanTepTinKetQua": link,
                "MaGiayToKetQua": code,
            }
        ],
    }
    return _call_as_unit("dvcqg.mapi.DongBoHoSoMC", {"isUpdating": "True", "data": [row]})


def _hosted_upload(host: str) -> str:
    dropped = request.files.get("file")
    content = dropped.read(UPLOAD_LIMIT + 1) if dropped else b""
    if not content or len(content) > UPLOAD_LIMIT:
        vi, en = "cần một tệp đến 24 MB, hoặc một tệp có sẵn", "a file of up to 24 MB is needed, or one that is there"
        raise invalid([InputFault("/file", vi, en)])
    encoded = base64.b64encode(content).decode()
    name = (dropped.filename if dropped else "") or "ket-qua"
    wish = {"file_name": name, "content_base64": encoded}
    link: str = person().caller.change("POST", f"/hosts/{segment(host)}/files", wish)["link"]
    return link


def find_papers() -> AnyResponse:
    """Look for a citizen's papers (KDL V.2), online or at the counter."""
    form = request.form
    counter = form.get("channel", "2") != "2"
    officer = {
        name: form.get(name, "").strip() if counter else "" for name in ("HoTenNguoiYeuCau", "SoDinhDanhNguoiYeuCau")
    }
    wanted = {"MaKetQua": form.get("result_code", "").strip(), "SoKyHieu": form.get("reference_number", "").strip()}
    changes = {
        "MaThuTuc": form.get("procedure", "").strip(),
        "DanhSachDanhMucKetQua": [wanted],
        "SoDinhDanhChuSoHuu": form.get("owner", "").strip(),
        "KenhThucHien": form.get("channel", "2"),
    }
    return _call_as_unit("dvcqg.papers.find", changes | officer)


def _call_as_unit(operation: str, changes: dict[str, Any]) -> AnyResponse:
    unit = request.form.get("unit", "").strip()
    send_call(person().caller, unit_call(person().caller, unit, operation, changes))
    return go_to("/screens/one-stop", unit=unit, seen=str(newest_number()))


# Files: looked at without a browser ever being handed what a stranger says it is.

_MOST_TEXT = 64_000
"""Bytes of a text file that a page prints."""
_MOST_PICTURE = 1_000_000
_MAGIC = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


class FileLook(NamedTuple):
    """A file as a page shows it: what its bytes are, whatever its sender calls them."""

    status: int
    said: str
    kind: str
    size: int
    digest: str
    picture: str
    body: AnnotatedBody | None


def open_file() -> AnyResponse | str:
    """Download a file over the axis as an agency does, one of its own as the portal does; show it or save it."""
    form, caller = request.form, person().caller
    link, unit = form.get("link", ""), form.get("unit", "")
    draft = download_call(caller, unit, link, form.get("holder", ""))
    settings = caller.get("/settings")
    is_own = not unit and f"dstcode={settings['own_subsystem']}&" in draft.url  # nobody asks itself over the axis
    reply = send_call(caller, draft, settings["portal_caller"] if is_own else None)
    number, content = newest_number(), _bytes_of(reply)
    look = look_at(reply, content)
    if form.get("do") == "save" and reply.status == 200:
        answer = Response(
            content, content_type=look.kind if look.kind in dict(_MAGIC).values() else "application/octet-stream"
        )
        ending = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}.get(look.kind, "bin")
        answer.headers["Content-Disposition"] = f'attachment; filename="tep-{number}.{ending}"'
        return answer
    return render_template("file.html", look=look, link=link, number=number, unit=unit, holder=form.get("holder", ""))


def _bytes_of(reply: Reply) -> bytes:
    return b"".join(reply.file.chunks()) if reply.file else reply.body


def look_at(reply: Reply, content: bytes) -> FileLook:
    """Return what a page may show of a downloaded file."""
    kind = next((name for magic, name in _MAGIC if content.startswith(magic)), "")
    is_picture = kind.startswith("image/") and len(content) <= _MOST_PICTURE
    is_text = not kind and b"\0" not in content[:4096]
    body = None if kind or not content else annotate_bytes(content)
    if is_text and content:
        body = annotate(content[:_MOST_TEXT].decode("utf-8", "replace"), "", ())
    picture = f"data:{kind};base64,{base64.b64encode(content).decode()}" if is_picture else ""
    digest = hashlib.sha256(content).hexdigest()
    return FileLook(reply.status, reply.header("content-type") or "", kind, len(content), digest, picture, body)


# Access Rights of a security server (KDL V.4).


def access_rights() -> str:
    """Show *Access Rights* of a security server: who may call, and the search that adds more."""
    caller = person().caller
    provider, query = request.args.get("provider", ""), request.args.get("q", "").strip()
    return render_template(
        "screen_rights.html",
        screen=caller.get("/access-rights", provider=provider or None),
        subsystems=caller.get("/subsystems")["subsystems"],
        found=caller.get("/access-rights/subjects", q=query)["subjects"] if query else [],
        q=query,
    )


def change_rights() -> AnyResponse:
    """Add or remove the selected subjects, or all of a search."""
    form, caller = request.form, person().caller
    provider, chosen = form.get("provider", ""), form.getlist("subject")
    match form.get("do"):
        case "add":
            caller.change("POST", "/access-rights", {"provider": provider, "subjects": chosen})
        case "add-all":
            caller.change("POST", "/access-rights/all", {"provider": provider, "search": form.get("q", "")})
        case "remove":
            caller.change("DELETE", "/access-rights", {"provider": provider, "subjects": chosen})
        case "remove-all":
            caller.change("DELETE", "/access-rights/all", {"provider": provider})
        case _:
            raise invalid([InputFault("/do", "không có việc này", "there is no such action")])
    return go_to("/screens/access-rights", provider=provider, q=form.get("q", ""))


# The portal's administration: "Danh sách SS tải tệp" (KDL V.3), notices, "Gửi yêu cầu hỗ trợ" (KDL III.1 step 4).


def security_servers() -> str:
    """Show *Danh sách SS tải tệp* and what the units were told of its changes."""
    caller = person().caller
    notices = caller.get("/notices")["notices"]
    return render_template(
        "screen_servers.html",
        rows=caller.get("/ss-info")["security_servers"],
        notices=notices[::-1],
        subsystems=caller.get("/subsystems")["subsystems"],
    )


def change_server() -> AnyResponse:
    """Put an agency on the list, change its row, or take it off."""
    agency, caller = request.form.get("agency", "").strip(), person().caller
    address = f"/ss-info/{segment(agency)}"
    if request.form.get("do") == "drop":
        caller.change("DELETE", address)
    else:
        caller.change("PUT", address, _read_form("dstcode", "name"))
    return go_to("/screens/security-servers")


def support() -> str:
    """Show *Gửi yêu cầu hỗ trợ*: what units asked to be kept in Kho DL, and what was accepted."""
    caller = person().caller
    return render_template(
        "screen_support.html",
        asked=caller.get("/support-requests")["support_requests"],
        catalogues=caller.get("/portal-catalogues"),
        units=caller.get("/units")["units"],
    )


def ask_support() -> AnyResponse:
    """Send a request: result code, title, uses a month."""
    wish: dict[str, Any] = dict(_read_form("result_code", "title", "unit"))
    wish["monthly_uses"] = number_or_text(request.form.get("monthly_uses", "").strip())
    person().caller.change("POST", "/support-requests", wish)
    return go_to("/screens/support")


def accept_support() -> AnyResponse:
    """Accept a request as the portal's administrator."""
    code = segment(request.form.get("result_code", ""))
    person().caller.change("POST", f"/support-requests/{code}/accept")
    return go_to("/screens/support")


PAGES = (
    ("/screens", screens, ("GET",)),
    ("/screens/citizen", citizen_portal, ("GET",)),
    ("/screens/citizen/file", file_online, ("POST",)),
    ("/screens/citizen/file-at-ministry", file_at_ministry, ("POST",)),
    ("/screens/citizen/keep", keep_result, ("POST",)),
    ("/screens/citizen/<number>/upload", upload_paper, ("POST",)),
    ("/screens/one-stop", one_stop, ("GET",)),
    ("/screens/one-stop/status", report_status, ("POST",)),
    ("/screens/one-stop/result", give_result, ("POST",)),
    ("/screens/one-stop/papers", find_papers, ("POST",)),
    ("/screens/file", open_file, ("POST",)),
    ("/screens/access-rights", access_rights, ("GET",)),
    ("/screens/access-rights", change_rights, ("POST",)),
    ("/screens/security-servers", security_servers, ("GET",)),
    ("/screens/security-servers", change_server, ("POST",)),
    ("/screens/support", support, ("GET",)),
    ("/screens/support", ask_support, ("POST",)),
    ("/screens/support/accept", accept_support, ("POST",)),
)
