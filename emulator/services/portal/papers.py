"""The papers service: find what a citizen keeps in Kho DL (KDL V.2).

The citizen looks from the form filled in online (KDL IV.1), an officer from the counter (KDL IV.2).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from emulator.country.axis import accounts_of, nearest_of
from emulator.country.world import World
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.portal import session as sessions
from emulator.services.portal.envelope import BAD_FIELD, BAD_SESSION, NOT_IN_CATALOGUE, dump, read_login
from emulator.services.portal.models import Paper, PapersForm, Procedure, WantedResult
from emulator.services.portal.pack import Portal
from emulator.services.portal.session import printing_of, reading_of
from emulator.services.portal.wire_papers import GATEWAY_QUERY, read_papers_call
from emulator.wire.codes import national_procedure_code
from emulator.wire.reading import Reading


def log_in(call: Call, world: World) -> Reply:
    """``bndp/public/v1/login``: user name and password for an ``accessToken`` (src:portal-papers)."""
    form = read_login(call.body, call.body_size, reading_of(world))
    lifetime_min = world.settings.papers_token_lifetime_min
    token = sessions.open_session(form, accounts_of(world, "papers"), world, "papers", lifetime_min)
    return printing_of(world).login_reply(token.token, ((token.expires_at or 0) - world.now_ms) // 1000)


def find_papers(call: Call, world: World) -> Reply:
    """``bndp/public/v1/user/papers`` (KDL V.2).

    Raises:
        ServiceRefusal: no living token, a field is wrong, or a result code does not belong to the procedure.
    """
    token = sessions.admit(_token_text(call), world, "papers", "token trong header Authorization")
    world.exchange.consumer = token.consumer_key
    reading = reading_of(world)
    _check_headers(call, reading)
    return printing_of(world).papers_reply(_look_up(call.body, call.body_size, reading, world))


def _look_up(body: bytes, size: int, reading: Reading, world: World) -> list[Paper]:
    portal = Portal(world)
    form = read_papers_call(body, size, reading)
    _check_procedure(form, portal, reading)
    reading.check()
    world.exchange.remarks.extend(reading.notes)
    chosen = _select_papers(form, portal.papers_of(form.owner_id), world)
    _remark_on_expiry(chosen, world)
    return chosen


def find_through_province(call: Call, world: World) -> Reply:
    """Find papers through a province's gateway, which has a token of its own (src:client-province-papers).

    GET names the procedure alone and is answered ``{"Data": [...]}``; POST has the body of KDL V.2 and its reply.

    Raises:
        ServiceRefusal: a field is wrong, or there is no such procedure.
    """
    reading, printing = reading_of(world), printing_of(world)
    if call.method == "POST":
        return printing.papers_reply(_look_up(call.body, call.body_size, reading, world))
    given = {name.lower(): text for name, text in parse_qsl(call.query, keep_blank_values=True)}
    form: dict[str, Any] = {name: given.get(name.lower(), "") for name in GATEWAY_QUERY}
    form["DanhSachDanhMucKetQua"] = _codes_of_procedure(form["MaThuTuc"], world)
    body = dump(form)
    return printing.data_reply(_look_up(body, len(body), reading, world))


def _codes_of_procedure(code: str, world: World) -> list[dict[str, str]]:
    """Return what the gateway asks for: every result that belongs to a procedure and needs no number of its own."""
    portal = Portal(world)
    procedure = portal.base.procedures.get(national_procedure_code(code) or code)
    if procedure is None:
        vi = f'maThuTuc "{code[:40]}" không có trong danh mục thủ tục'
        raise ServiceRefusal.for_rule(NOT_IN_CATALOGUE, "procedure", "/maThuTuc", vi, "unknown procedure", found=code)
    kinds = {each: portal.result_kind(each) for each in sorted(procedure.result_codes)}
    return [{"MaKetQua": each, "SoKyHieu": ""} for each, kind in kinds.items() if not (kind and kind.has_several)]


def _remark_on_expiry(papers: list[Paper], world: World) -> None:
    """Say which papers are past their last day: the reply has no field for it, the guide's screen shows it (IV.2)."""
    for paper in papers:
        if paper.has_expired(world.now_ms):
            vi = f"Giấy tờ {paper.reference_number} ({paper.result_code}) đã hết hạn ngày {paper.expires_on}"
            en = f"paper {paper.reference_number} ({paper.result_code}) expired on {paper.expires_on}"
            world.remark("paper-expired", "/result/DanhSachGiayToKetQua", vi, en)


def _check_headers(call: Call, reading: Reading) -> None:
    """Judge the two headers that KDL V.2 prints for the call."""
    kind = call.media_type
    if kind != "application/json":
        vi = f'Content-Type là "{kind or "không có"}": cần application/json'
        en = f"Content-Type is {kind or 'absent'}: application/json is expected"
        reading.refuse_in_strict(
            "content-type-json", "content-type", BAD_FIELD, vi, en, found=kind, expected="application/json"
        )
    charset = (call.header("charset") or "").strip().lower().replace("-", "")
    if charset != "utf8" and reading.mode == "strict":
        vi = "Thiếu header Charset: utf-8, đứng riêng cạnh Content-Type"
        en = "the header Charset: utf-8, beside Content-Type, is absent"
        reading.note("charset-header", "charset", vi, en, found=charset, expected="Charset: utf-8")


def _token_text(call: Call) -> str:
    """Return the token, raw or after ``Bearer``: the scheme is not documented (K04)."""
    text = (call.header("authorization") or "").strip()
    if not text:
        raise ServiceRefusal.for_rule(
            BAD_SESSION,
            "papers-token-missing",
            "authorization",
            "Thiếu header Authorization: cần token lấy từ bndp/public/v1/login",
            "The header Authorization is missing: the token of bndp/public/v1/login is expected",
            expected="Authorization: <accessToken>",
            nearest="POST /bndp/public/v1/login (dvcqg.papers.login)",
        )
    scheme, _, rest = text.partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else text


def _check_procedure(form: PapersForm, portal: Portal, reading: Reading) -> None:
    procedure = portal.base.procedures.get(form.procedure_code)
    if procedure is None:
        vi = f'MaThuTuc "{form.procedure_code}" không có trong danh mục thủ tục'
        near = nearest_of(form.procedure_code, portal.base.procedures)
        en, expected = "unknown procedure", "LayDanhSachTTHC"
        reading.refuse("procedure", "/MaThuTuc", NOT_IN_CATALOGUE, vi, en, expected=expected, nearest=near)
        return
    for place, wanted in enumerate(form.wanted):
        _check_wanted(wanted, f"/DanhSachDanhMucKetQua/{place}", procedure, portal, reading)


def _check_wanted(wanted: WantedResult, path: str, procedure: Procedure, portal: Portal, reading: Reading) -> None:
    if wanted.code not in procedure.result_codes:
        vi = f'Mã kết quả "{wanted.code}" không hợp lệ: không ứng với thủ tục {procedure.code}'
        en = f"{wanted.code} is no result of procedure {procedure.code} nor replaces one of its components"
        codes = sorted(procedure.result_codes)
        values = {
            "expected": ", ".join(codes)[:200],
            "nearest": nearest_of(wanted.code, codes) or min(codes, default=""),
        }
        reading.refuse("K30", f"{path}/MaKetQua", NOT_IN_CATALOGUE, vi, en, **values)
        return
    kind = portal.result_kind(wanted.code)
    if kind and kind.has_several and not wanted.reference_number:
        vi = f"SoKyHieu là trường bắt buộc với {kind.title} ({kind.code}): một người có thể có nhiều giấy"
        en = "several papers have this code"
        reading.refuse("reference-number", f"{path}/SoKyHieu", BAD_FIELD, vi, en, expected="String (≥ 1)")


def _select_papers(form: PapersForm, papers: list[Paper], world: World) -> list[Paper]:
    if world.settings.papers_as_sample:
        return papers
    return [paper for paper in papers if any(_fits(paper, wanted) for wanted in form.wanted)]


def _fits(paper: Paper, wanted: WantedResult) -> bool:
    return paper.result_code == wanted.code and wanted.reference_number in ("", paper.reference_number)
