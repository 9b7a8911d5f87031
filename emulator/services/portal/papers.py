"""The papers service: find what a citizen keeps in Kho DL (KDL V.2).

The citizen looks from the form filled in online (KDL IV.1), an officer from the counter (KDL IV.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import orjson

from emulator.country.axis import accounts_of, nearest_of
from emulator.country.world import World
from emulator.kernel.clock import read_day
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.kernel.values import value_class
from emulator.services.portal import session as sessions
from emulator.services.portal.envelope import BAD_FIELD, HTTP_STATUS, NOT_IN_CATALOGUE, read_login
from emulator.services.portal.models import Paper, PapersForm, Procedure, WantedResult
from emulator.services.portal.pack import Portal
from emulator.services.portal.session import reading_of
from emulator.wire.codes import full_form, mended_result_code, national_procedure_code, short_form
from emulator.wire.json_body import kind_of, read_object, strip_trailing_commas
from emulator.wire.reading import Reading, told

_DAY_MS = 86_400_000


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
    token = sessions.admit(sessions.papers_token(call), world, "papers", "token trong header Authorization")
    world.exchange.consumer = token.consumer_key
    reading = reading_of(world)
    _check_headers(call, reading)
    return printing_of(world).papers_reply(look_up(call.body, call.body_size, reading, world))


def look_up(body: bytes, size: int, reading: Reading, world: World) -> list[Paper]:
    """Return the papers that a body of ``user/papers`` asks for.

    Raises:
        ServiceRefusal: a field is wrong, or a result code does not belong to the procedure.
    """
    portal = Portal(world)
    form = read_papers_call(body, size, reading)
    _check_procedure(form, portal, reading)
    reading.check()
    world.exchange.remarks.extend(reading.notes)
    chosen = _select_papers(form, portal.papers_of(form.owner_id), world)
    _remark_on_expiry(chosen, world)
    return chosen


def has_expired(paper: Paper, now_ms: int) -> bool:
    """Tell whether a paper's last day lies before an instant's day."""
    last = read_day(paper.expires_on) if paper.expires_on else None
    return last is not None and last + _DAY_MS <= now_ms


def _remark_on_expiry(papers: list[Paper], world: World) -> None:
    """Say which papers are past their last day: the reply has no field for it, the guide's screen shows it (IV.2)."""
    for paper in papers:
        if has_expired(paper, world.now_ms):
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


# Numbers that name an owner of papers: CCCD, or the tax code of an enterprise (KDL V.2 row 3; K13).

_CITIZEN = re.compile(r"\d{12}", re.ASCII)
_TAX = re.compile(r"\d{10}(?:-\d{3})?", re.ASCII)


def is_identity_number(text: str) -> bool:
    """Tell whether a text is a citizen's number of 12 digits or a tax code of 10, with or without a branch."""
    return bool(_CITIZEN.fullmatch(text) or _TAX.fullmatch(text))


# What the papers service reads and writes (KDL V.2).

FileKey = Literal["TenTep", "TenFile", "both"]
AgencyForm = Literal["full", "short"]
JSON = (("Content-Type", "application/json; charset=UTF-8"),)
_OFFICER_CHANNELS = ("1", "3")
_SIGNATURE = "Signature"
_KIND_NAMES = {list: "mảng", dict: "đối tượng", bool: "true/false"}


@value_class
class PapersPrinting:
    """How a sandbox prints papers: file key (K15), agency code (K16), an empty list as null (K31), HTTP mapping."""

    file_key: FileKey = "both"
    agency_form: AgencyForm = "short"
    empty_is_null: bool = False
    maps_status: bool = False

    def papers_reply(self, papers: Iterable[Paper]) -> Reply:
        """Return the reply of ``user/papers``; ``signature`` is a constant, as printed (K19)."""
        rows = [self._row(paper) for paper in papers]
        result = None if self.empty_is_null and not rows else {"DanhSachGiayToKetQua": rows}
        body = {"errorCode": "0", "message": "Successfully", "signature": _SIGNATURE, "result": result}
        return Reply(200, orjson.dumps(body), JSON)

    def data_reply(self, papers: Iterable[Paper]) -> Reply:
        """Return the reply of a province's gateway: the rows under ``Data`` (src:client-province-papers)."""
        return Reply(200, orjson.dumps({"Data": [self._row(paper) for paper in papers]}), JSON)

    def login_reply(self, token: str, lifetime_s: int) -> Reply:
        """Return the reply of the login; ``accessToken`` stands at top level (src:portal-papers)."""
        body = {"errorCode": "0", "message": "Successfully", "accessToken": token, "expiresIn": lifetime_s}
        return Reply(200, orjson.dumps(body), JSON)

    def refused_reply(self, refusal: ServiceRefusal) -> Reply:
        """Return a refusal with an empty list: a real client reads the list whatever the code (src:portal-papers)."""
        status = HTTP_STATUS.get(refusal.code, 400) if self.maps_status else 200
        body = {
            "errorCode": str(refusal.code),
            "message": refusal.message,
            "signature": _SIGNATURE,
            "result": {"DanhSachGiayToKetQua": []},
        }
        return Reply(status, orjson.dumps(body), JSON)

    def _row(self, paper: Paper) -> dict[str, Any]:
        spelled = full_form if self.agency_form == "full" else short_form
        return {
            "MaKetQua": paper.result_code,
            "TenGiayTo": paper.title,
            "SoKyHieu": paper.reference_number,
            "CoQuanChuQuan": spelled(paper.agency_code),
            "DanhSachTepDinhKem": [self._file(file) for file in paper.files],
        }

    def _file(self, file: Mapping[str, str]) -> dict[str, str]:
        names = ("TenTep", "TenFile") if self.file_key == "both" else (self.file_key,)
        return dict.fromkeys(names, file["name"]) | {"DuongDan": file["link"]}


def printing_of(world: World) -> PapersPrinting:
    """Return the form of papers replies: what the settings say, else what the mode says (K15, K16)."""
    settings, strict = world.settings, world.mode == "strict"
    return PapersPrinting(
        settings.papers_file_key or ("TenTep" if strict else "both"),
        settings.papers_agency_form or ("full" if strict else "short"),
        settings.papers_empty_is_null,
        settings.portal_maps_errors_to_http,
    )


def read_papers_call(body: bytes, size: int, reading: Reading) -> PapersForm:
    """Read a body of ``user/papers`` (KDL V.2 rows 1 to 6).

    Raises:
        ServiceRefusal: at least one rule was broken; all are named.
    """
    whole = without_trailing_commas(body, reading) if size == len(body) else body
    given = reading.given = read_object(whole, size if whole is body else len(whole), reading)
    owner = _text(given, "SoDinhDanhChuSoHuu", reading)
    channel = _text(given, "KenhThucHien", reading)
    if channel and channel not in ("1", "2", "3"):
        vi = f'"{channel}": cần 1 (trực tiếp), 2 (trực tuyến) hoặc 3 (bưu chính công ích)'
        en = f'"{channel}": 1 (in person), 2 (online) or 3 (by post) is expected'
        _refuse(reading, "KenhThucHien", vi, en, "1, 2, 3")
    requester, name = _requester(given, owner, channel, reading)
    for key, number in (("SoDinhDanhChuSoHuu", owner), ("SoDinhDanhNguoiYeuCau", requester)):
        _check_number(key, number, reading)
    form = PapersForm(_procedure_code(given, reading), _read_wanted(given, reading), owner, requester, name, channel)
    reading.check()
    return form


def without_trailing_commas(body: bytes, reading: Reading) -> bytes:
    """Return the body without commas before a closing bracket, which the printed sample has (K09)."""
    stripped = strip_trailing_commas(body)
    if stripped == body:
        return body
    reading.meet(
        "K09",
        "",
        -1,
        "Dấu phẩy thừa trước dấu đóng ngoặc: không phải JSON hợp lệ",
        "A comma before a closing bracket: not valid JSON",
    )
    reading.check()
    return stripped


def _refuse(reading: Reading, key: str, vi: str, en: str, expected: str, rule: str = "field") -> None:
    reading.refuse(rule, f"/{key}", BAD_FIELD, f"{key} {vi}", f"{key} {en}", expected=expected)


_MUST = ("là trường bắt buộc: cần một chuỗi không rỗng", "is mandatory: a text that is not empty is expected")
_A_TEXT = "String (≥ 1)"


def _text(given: Mapping[str, Any], key: str, reading: Reading) -> str:
    value = read_text(given.get(key), key, reading)
    if value:
        return value
    if value is not None:
        _refuse(reading, key, *_MUST, _A_TEXT, rule="required")
    return ""


def read_text(value: Any, path: str, reading: Reading) -> str | None:
    """Return the text of a field that the table calls a String; empty when it is absent, None when it was refused.

    A number is noted as a number, and refused in strict; what is neither text nor number is refused.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    kind = _KIND_NAMES.get(type(value), type(value).__name__)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        vi, en = f"{path} phải là chuỗi, đang là số {value}", f"{path} must be a string, it is the number {value}"
        is_strict = reading.mode == "strict"
        reading.refuse_in_strict("number-for-text", f"/{path}", BAD_FIELD, vi, en, found=str(value), expected="String")
        return None if is_strict else str(value)
    vi, en = f"{path} phải là chuỗi, đang là {kind}", f"{path} must be a string, it is {kind_of(value)[1]}"
    reading.refuse("not-a-text", f"/{path}", BAD_FIELD, vi, en, found=told(value), expected="String")
    return None


def _procedure_code(given: Mapping[str, Any], reading: Reading) -> str:
    if "MaThuTuc" not in given and "MaTTHC" in given:
        reading.meet(
            "K10", "/MaTTHC", BAD_FIELD, "MaTTHC: tên trường ở đây là MaThuTuc", "MaTTHC is spelled MaThuTuc here"
        )
        given = {**given, "MaThuTuc": given["MaTTHC"]}
    code = _text(given, "MaThuTuc", reading)
    national = national_procedure_code(code)
    if national is None:
        return code
    reading.meet(
        "K26",
        "/MaThuTuc",
        NOT_IN_CATALOGUE,
        f'MaThuTuc "{code}" mang hậu tố địa phương: dùng mã quốc gia {national}',
        f'MaThuTuc "{code}" carries a local suffix: the national code is {national}',
        expected=national,
        nearest=national,
    )
    return national


def _read_wanted(given: Mapping[str, Any], reading: Reading) -> tuple[WantedResult, ...]:
    rows = given.get("DanhSachDanhMucKetQua")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        vi = "phải là mảng có ít nhất một đối tượng {MaKetQua, SoKyHieu}"
        en = "must be a list of at least one object {MaKetQua, SoKyHieu}"
        _refuse(reading, "DanhSachDanhMucKetQua", vi, en, '[{"MaKetQua": "…", "SoKyHieu": "…"}]')
        return ()
    return tuple(_wanted_result(row, place, reading) for place, row in enumerate(rows))


def _wanted_result(row: Mapping[str, Any], place: int, reading: Reading) -> WantedResult:
    path = f"DanhSachDanhMucKetQua/{place}"
    code = read_text(row.get("MaKetQua"), f"{path}/MaKetQua", reading)
    number = read_text(row.get("SoKyHieu"), f"{path}/SoKyHieu", reading)
    if not code:
        if code is not None:
            _refuse(reading, f"{path}/MaKetQua", *_MUST, _A_TEXT, rule="required")
        return WantedResult("", "")
    mended = mended_result_code(code)
    if mended:
        vi = f'"{code}" không đúng dạng mã kết quả; có phải {mended}?'
        en = f'{path}/MaKetQua "{code}" is no result code; did you mean {mended}?'
        reading.refuse("K28", f"/{path}/MaKetQua", NOT_IN_CATALOGUE, f"{path}/MaKetQua {vi}", en, nearest=mended)
    return WantedResult(code, number or "")


def _requester(given: Mapping[str, Any], owner: str, channel: str, reading: Reading) -> tuple[str, str]:
    texts = {key: read_text(given.get(key), key, reading) for key in ("SoDinhDanhNguoiYeuCau", "HoTenNguoiYeuCau")}
    number, name = (text or "" for text in texts.values())
    if channel not in _OFFICER_CHANNELS:
        return number, name
    for key, value in texts.items():
        if value == "":
            _miss_officer(key, channel, reading)
    if number and number == owner:
        reading.meet(
            "K11",
            "/SoDinhDanhNguoiYeuCau",
            BAD_FIELD,
            f"SoDinhDanhNguoiYeuCau trùng số của chủ sở hữu ở kênh {channel}: cần số của cán bộ tiếp nhận",
            f"the requester is the owner on channel {channel}: the officer's number is expected",
        )
    return number, name


def _miss_officer(key: str, channel: str, reading: Reading) -> None:
    vi = f"{key} là trường bắt buộc khi KenhThucHien = {channel}: thông tin cán bộ tiếp nhận hồ sơ"
    en = f"{key} is mandatory on channel {channel}: the officer who receives the dossier"
    if channel == "3":
        reading.meet("K12", f"/{key}", BAD_FIELD, vi, en)
    else:
        reading.refuse("required", f"/{key}", BAD_FIELD, vi, en)


def _check_number(key: str, number: str, reading: Reading) -> None:
    if not number or is_identity_number(number):
        return
    if len(number) == 9 and number.isascii() and number.isdigit():
        reading.meet(
            "K13",
            f"/{key}",
            BAD_FIELD,
            f'{key} "{number}" có 9 chữ số: cần CCCD 12 chữ số hoặc mã số thuế',
            f'{key} "{number}" has 9 digits: 12, or a tax code, are expected',
        )
        return
    vi, en = (
        f'"{number}" không phải CCCD 12 chữ số hoặc mã số thuế',
        f'"{number}" is no CCCD of 12 digits and no tax code',
    )
    _refuse(reading, key, vi, en, "\\d{12}, \\d{10}, \\d{10}-\\d{3}")
