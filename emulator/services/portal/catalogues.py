"""Services that read: catalogues, procedures, public services, questions (KDL V.1; src:portal-services)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from emulator.kernel.clock import day_text, moment_text
from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.portal import bodies as wire
from emulator.services.portal import models as catalogue
from emulator.services.portal.bodies import read_elements
from emulator.services.portal.envelope import BAD_FIELD, NOT_IN_CATALOGUE
from emulator.services.portal.models import ListCall
from emulator.services.portal.pack import EVER
from emulator.services.portal.session import PortalCall
from emulator.wire import gso
from emulator.wire.codes import national_procedure_code

# The twelve catalogues of which only the names are public (src:portal-services). The keys of their rows are ours.

Row = dict[str, str]

TABLES = {
    "LayDanhMucGioiTinh": "genders",
    "LayDanhMucDanToc": "ethnicities",
    "LayDanhMucQuocGia": "countries",
    "LayDanhMucTonGiao": "religions",
    "LayDanhMucTinhTrangHonNhan": "marital_statuses",
    "LayDanhMucDoiTuong": "applicant_kinds",
    "LayDanhMucCapThucHien": "levels",
    "LayDanhMucCanCuPhapLy": "legal_bases",
    "LayDanhMucLePhi": "fees",
}
"""Service and the table of the pack behind it."""


class PlaceLevel(NamedTuple):
    """One level of administrative units: the keys of a row, that of the unit above it, and the filter by that."""

    keys: tuple[str, str]
    parent_key: str
    parent_keys: tuple[str, ...]


PLACES = {
    "LayDanhMucTinhThanh": PlaceLevel(("MATINHTHANH", "TENTINHTHANH"), "", ()),
    "LayDanhMucQuanHuyen": PlaceLevel(("MAQUANHUYEN", "TENQUANHUYEN"), "MATINHTHANH", ("maTinhThanh", "maTinh")),
    "LayDanhMucPhuongXa": PlaceLevel(("MAPHUONGXA", "TENPHUONGXA"), "MAQUANHUYEN", ("maQuanHuyen", "maHuyen")),
}


def parent_keys(service: str, era: str) -> tuple[str, ...]:
    """Return the request keys that narrow a level to one unit above; since 2025 that is the province (B73)."""
    if era == "2025" and service == "LayDanhMucPhuongXa":
        return PLACES["LayDanhMucQuanHuyen"].parent_keys
    return PLACES[service].parent_keys


def places(service: str, era: gso.Era, parent: str) -> list[Row]:
    """Return the units of a level, all or those of one unit above. ``era`` 2025: 34 provinces, no districts (B73)."""
    level, units = PLACES[service], gso.administration(era)
    code_key, name_key = level.keys
    if service == "LayDanhMucTinhThanh":
        return [{code_key: code, name_key: name} for code, name in units.provinces.items()]
    if service == "LayDanhMucQuanHuyen":
        below = list(units.districts.items())
    else:
        below = [(district or province, names) for (province, district), names in units.communes.items()]
    parent_key = "MATINHTHANH" if era == "2025" else level.parent_key
    return [
        {code_key: code, name_key: name, parent_key: above}
        for above, names in below
        if parent in ("", above)
        for code, name in names.items()
    ]


def list_security_servers(desk: PortalCall) -> Reply:
    """``LayDanhMucSSTaiTep``: whose security server serves files (KDL V.1).

    Units fetch it once a day, or when the portal has given notice of a change; whoever comes more often is told so.
    """
    _remark_on_repetition(desk)
    return desk.envelope.found_reply(catalogue.security_server_rows(desk.portal.security_servers()))


def _remark_on_repetition(desk: PortalCall) -> None:
    desk.world.hold()
    portal, now_ms = desk.portal, desk.world.now_ms
    before = portal.list_calls.get(desk.unit_code)
    portal.list_calls.put_record(ListCall(desk.unit_code, now_ms))
    if before is None or day_text(before.called_at) != day_text(now_ms):
        return
    if any(notice.at >= before.called_at for notice in portal.notices.with_prefix("")):
        return
    at = moment_text(before.called_at)
    vi = f"{desk.unit_code} đã lấy danh sách này lúc {at} và Cổng chưa thông báo thay đổi; mỗi ngày một lần là đủ"
    en = f"{desk.unit_code} fetched this list at {at} and no change was announced since; once a day is enough"
    desk.world.remark("ss-list-too-often", "/service", vi, en)


def list_agencies(desk: PortalCall) -> Reply:
    """``LayDanhMucCoQuan``."""
    return desk.envelope.found_reply(catalogue.agency_rows(desk.portal.base.agencies.values()))


def list_sectors(desk: PortalCall) -> Reply:
    """``LayDanhMucLinhVuc``."""
    return desk.envelope.found_reply(desk.portal.base.sectors)


def list_small_catalogue(desk: PortalCall) -> Reply:
    """One of the twelve catalogues of which only the names are public; the keys of their rows are ours."""
    name = desk.asked.service
    if name in PLACES:
        era = desk.world.settings.gso_era
        parent = desk.asked.text(*parent_keys(name, era))
        return desk.envelope.found_reply(places(name, era, parent))
    return desk.envelope.found_reply(desk.portal.base.catalogue(TABLES[name]))


def list_procedures(desk: PortalCall) -> Reply:
    """``LayDanhSachTTHC``."""
    return desk.envelope.found_reply(catalogue.procedure_rows(desk.portal.base.procedures.values()))


def get_procedure(desk: PortalCall) -> Reply:
    """``LayThuTuc``: an array of one, with the result codes a papers call may ask for (src:portal-procedure).

    Raises:
        ServiceRefusal: ``maTTHC`` is missing or not in the catalogue; the nearest code is named.
    """
    code = desk.asked.text("maTTHC")
    if not code:
        raise ServiceRefusal.for_rule(
            BAD_FIELD,
            "required",
            "/maTTHC",
            "Thiếu trường bắt buộc maTTHC: mã thủ tục, ví dụ 1.003709",
            "maTTHC is missing: a procedure code such as 1.003709",
            expected="maTTHC",
        )
    national = national_procedure_code(code)
    if national:
        desk.reading.meet(
            "K26",
            "/maTTHC",
            NOT_IN_CATALOGUE,
            f'maTTHC "{code}" mang hậu tố địa phương: dùng mã quốc gia {national}',
            f'maTTHC "{code}" carries a local suffix: the national code is {national}',
        )
    desk.settle()
    procedures = desk.portal.base.procedures
    found = procedures.get(national or code)
    if found is None:
        raise _unknown_procedure(code, procedures)
    return desk.envelope.found_reply([found.row])


def _unknown_procedure(code: str, procedures: Iterable[str]) -> ServiceRefusal:
    near = difflib.get_close_matches(code, procedures, 1)
    hint = f"; gần nhất là {near[0]}" if near else ""
    return ServiceRefusal.for_rule(
        NOT_IN_CATALOGUE,
        "procedure",
        "/maTTHC",
        f'maTTHC "{code}" không có trong danh mục thủ tục{hint}',
        f'maTTHC "{code}" is not in the catalogue of procedures',
        found=code,
        nearest=near[0] if near else "",
    )


def list_services(desk: PortalCall) -> Reply:
    """``LayDVC``: unlike the others an object with ``data`` (src:portal-envelopes). Filters are ours."""
    asked = desk.asked
    rows = catalogue.matching_services(
        desk.portal.base.services, asked.text("maDVC"), asked.text("maTTHC"), asked.text("maCoQuan")
    )
    return desk.envelope.found_reply({"data": rows})


def find_technical_id(desk: PortalCall) -> Reply:
    """``TraCuuTechID``: the portal's own id of the person behind an identity number; empty when there is no account."""
    number = desk.asked.text("mstorcmnd")
    if not number:
        raise ServiceRefusal.for_rule(
            BAD_FIELD,
            "required",
            "/mstorcmnd",
            "Thiếu trường bắt buộc mstorcmnd: số CCCD/CMND hoặc mã số thuế",
            "mstorcmnd is missing: an identity number or a tax code",
            expected="mstorcmnd",
        )
    provider = desk.asked.text("provider")
    if provider != "wso2is":
        desk.reading.note(
            "provider-name",
            "/provider",
            f'provider là "{provider}"; giá trị đã thấy trong thực tế là "wso2is"',
            f'provider is "{provider}"; the value seen in the field is "wso2is"',
        )
    desk.settle()
    found = desk.portal.base.technical_ids.get(number)
    return desk.envelope.found_reply([catalogue.technical_id_row(found)] if found else [])


# Questions, answers and ratings (src:portal-services).


def list_unanswered(desk: PortalCall) -> Reply:
    """``LayDanhSachHoiDapGuiTuDVCQG``: questions citizens sent to this unit that nobody has answered yet."""
    asked = desk.portal.questions.window(desk.unit_code, 0, EVER)
    return desk.envelope.found_reply(wire.question_rows(each for each in asked if not each.answer_fields))


def list_questions(desk: PortalCall) -> Reply:
    """``LayDanhSachHoiDapBoCoQuan``: every question of this unit, answered or not."""
    return desk.envelope.found_reply(wire.question_rows(desk.portal.questions.window(desk.unit_code, 0, EVER)))


def _no_question(wanted: str, desk: PortalCall) -> ServiceRefusal:
    near = difflib.get_close_matches(wanted[:40], [each.id for each in desk.portal.questions.with_prefix("")], 1, 0.3)
    return ServiceRefusal.for_rule(
        NOT_IN_CATALOGUE,
        "question-unknown",
        "/cauhoiid",
        f"Không có câu hỏi {wanted}",
        f"There is no question {wanted}",
        found=wanted,
        nearest=near[0] if near else "",
    )


def get_answer(desk: PortalCall) -> Reply:
    """``LayNoiDungTraLoiTheoCauHoi``: the answer to ``cauhoiid``.

    Raises:
        ServiceRefusal: -6, there is no such question.
    """
    wanted = wire.question_id(desk.asked.text("cauhoiid"))
    found = desk.portal.questions.get(wanted)
    if found is None:
        raise _no_question(wanted, desk)
    return desk.envelope.found_reply(wire.answer_rows(found))


def publish_questions(desk: PortalCall) -> Reply:
    """``DongBoHoiDap``: a unit publishes questions with their answers."""
    rows = read_elements(desk.asked.given, desk.reading)
    read = [wire.read_question(row, place, desk.unit_code, desk.reading) for place, row in enumerate(rows)]
    desk.settle()
    desk.world.hold()
    for question in read:
        if question:
            desk.portal.questions.put_record(question)
    return desk.envelope.accepted_reply(f"Đồng bộ {len(read)} hỏi đáp thành công")


def answer_questions(desk: PortalCall) -> Reply:
    """``DongBoKetQuaHoiDapGuiTuDVCQG``: a unit answers questions that came from the portal.

    Raises:
        ServiceRefusal: -6, one of the questions is not there; none of the answers is kept then.
    """
    rows = read_elements(desk.asked.given, desk.reading)
    read = [wire.read_answer(row, place, desk.reading) for place, row in enumerate(rows)]
    desk.settle()
    desk.world.hold()
    for each in read:
        if each:
            _answer(*each, desk)
    return desk.envelope.accepted_reply(f"Đồng bộ {len(read)} câu trả lời thành công")


def _answer(wanted: str, fields: dict[str, str], desk: PortalCall) -> None:
    question = desk.portal.questions.get(wanted)
    if question is None:
        raise _no_question(wanted, desk)
    desk.portal.questions.put_record(replace(question, answer_fields=fields))


def record_ratings(desk: PortalCall) -> Reply:
    """``DongBoDanhGia``: monthly summaries of votes; a month sent again replaces the old one."""
    rows = read_elements(desk.asked.given, desk.reading)
    read = [wire.read_rating(row, place, desk.unit_code, desk.reading) for place, row in enumerate(rows)]
    desk.settle()
    desk.world.hold()
    for rating in read:
        if rating:
            desk.portal.ratings.put_record(rating)
    return desk.envelope.accepted_reply(f"Đồng bộ {len(read)} đánh giá thành công")
