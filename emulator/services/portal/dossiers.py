"""Dossiers pushed to the portal, and the rules that they and their results meet."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import replace

from emulator.country.axis import nearest_of
from emulator.country.shelf import IssuedResult
from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.portal import bodies as wire
from emulator.services.portal.bodies import issued_results, submitted_links
from emulator.services.portal.envelope import (
    BAD_FIELD,
    BAD_TRANSITION,
    EXISTS,
    NOT_IN_CATALOGUE,
    NOT_YOURS,
    UNKNOWN_DOSSIER,
)
from emulator.services.portal.links import is_missing_file, link_trouble
from emulator.services.portal.models import PortalDossier, Procedure
from emulator.services.portal.papers import is_identity_number
from emulator.services.portal.session import PortalCall
from emulator.wire.codes import (
    FINAL_STATUSES,
    NO_ROOM,
    STATUS_NAMES,
    dossier_code_trouble,
    is_procedure_code,
    is_within,
    judge_move,
    mended_result_code,
    short_form,
    status_text,
    unit_of_dossier_code,
)

# What must be true of a dossier pushed to the portal (src:portal-procedure, src:dossier-code, src:client-faults).


def check_dossier(dossier: PortalDossier, place: int, desk: PortalCall) -> None:
    """Judge a dossier by the catalogues and by itself; the reading collects what is wrong."""
    path = f"/data/{place}"
    _check_code(dossier, path, desk)
    _check_procedure(dossier, path, desk)
    _check_expected(dossier, path, desk)
    check_results(dossier, path, desk)


# What clients always send though no official table makes it mandatory (src:portal-dossier).
_EXPECTED = (
    "TenTTHC",
    "MaLinhVuc",
    "TenLinhVuc",
    "KenhThucHien",
    "LoaiDoiTuong",
    "TrichYeuHoSo",
    "NgayHenTra",
    "HinhThuc",
    "DonViXuLy",
)


def _check_expected(dossier: PortalDossier, path: str, desk: PortalCall) -> None:
    for name in _EXPECTED:
        if not dossier.fields.get(name):
            vi = f"{path[1:]}: thiếu {name}; các hệ thống đã biết luôn gửi trường này"
            en = f"{name} is absent; known systems send it"
            desk.reading.refuse_in_strict(
                "expected-field", f"{path}/{name}", BAD_FIELD, vi, en, expected="String (≥ 1)"
            )


def check_move(before: int | None, after: int, path: str, desk: PortalCall) -> None:
    """Judge a move between statuses (src:status-moves).

    Raises:
        ServiceRefusal: -7, the sandbox's setting ``status_moves`` is ``refuse``, and the matrix forbids the move, or
            only tolerates it and the mode is strict. The matrix is ours, so that by default it notes.
    """
    move = judge_move(before, after)
    if move == "legal":
        return
    came = "chưa có hồ sơ" if before is None else status_text(before)
    vi = f"Không thể cập nhật lên trạng thái {status_text(after)} từ {came}"
    stance = desk.world.settings.status_moves
    if stance == "off":
        return
    if stance == "refuse" and (move == "illegal" or desk.world.mode == "strict"):
        en = f"status {after} cannot follow {'nothing' if before is None else before}"
        raise ServiceRefusal.for_rule(
            BAD_TRANSITION, "transition-refused", path, vi, en, found=str(after), expected=_next_statuses(before)
        )
    en = f"status {before} to {after} is unusual"
    expected = _next_statuses(before)
    desk.reading.note("transition-tolerated", path, f"{vi}; chế độ này vẫn nhận", en, expected=expected)


def _next_statuses(before: int | None) -> str:
    """Return the statuses that our matrix lets follow, as a person reads them."""
    return ", ".join(str(each) for each in STATUS_NAMES if judge_move(before, each) == "legal") or "–"


def check_same_owner(stored: PortalDossier, dossier: PortalDossier) -> None:
    """Refuse a code that is used again for another person (src:dossier-code)."""
    if stored.owner_id and dossier.owner_id and stored.owner_id != dossier.owner_id:
        raise ServiceRefusal.for_rule(
            BAD_FIELD,
            "owner-changed",
            "/data",
            f"Mã hồ sơ {dossier.code} đã dùng cho chủ hồ sơ khác: SoDinhDanh không khớp",
            f"{dossier.code} belongs to another person: SoDinhDanh differs",
            found=dossier.code,
        )


def _check_code(dossier: PortalDossier, path: str, desk: PortalCall) -> None:
    reading, name = desk.reading, f"{path}/MaHoSo"
    trouble = dossier_code_trouble(dossier.code, dossier.received_at)
    unit = unit_of_dossier_code(dossier.code)
    if trouble:
        vi, expected = f"MaHoSo {dossier.code}: {trouble.vi}", f"{short_form(desk.unit_code)}…-yyMMdd-nnnn"
        desk.reading.refuse_in_strict("dossier-code", name, BAD_FIELD, vi, trouble.en, expected=expected)
    elif not is_within(unit, desk.unit_code):
        vi = f"MaHoSo {dossier.code} thuộc {unit}, không thuộc đơn vị {desk.unit_code}"
        en, expected = f"{dossier.code} belongs to {unit}", f"{short_form(desk.unit_code)}…"
        desk.reading.refuse_in_strict("dossier-of-another-unit", name, NOT_YOURS, vi, en, expected=expected)
    due = dossier.fields.get("NgayHenTra", "")
    if due and due < dossier.fields.get("NgayTiepNhan", ""):
        vi = "NgayHenTra trước NgayTiepNhan"
        en, expected = "the due date is before the date of receipt", f"≥ {dossier.fields.get('NgayTiepNhan', '')}"
        reading.note("due-before-received", f"{path}/NgayHenTra", vi, en, expected=expected)


def _check_procedure(dossier: PortalDossier, path: str, desk: PortalCall) -> None:
    """The trio name, sector code and sector name must be what ``LayThuTuc`` says (src:portal-procedure)."""
    procedures = desk.portal.base.procedures
    found = procedures.get(dossier.procedure_code)
    if found is None:
        near = difflib.get_close_matches(dossier.procedure_code, procedures, 1)
        hint = f"; gần nhất là {near[0]}" if near else ""
        vi = f'{path[1:]}: MaTTHC "{dossier.procedure_code}" không có trong danh mục{hint}'
        values = {"expected": "LayDanhSachTTHC", "nearest": near[0] if near else ""}
        desk.reading.refuse("procedure", f"{path}/MaTTHC", NOT_IN_CATALOGUE, vi, "unknown procedure", **values)
        return
    for key, expected in _trio(dossier, found).items():
        given = dossier.fields[key]
        if given and _plain(given) not in {_plain(each) for each in expected}:
            vi = f'{path[1:]}: {key} "{given}" không khớp danh mục: cần "{expected[0]}"'
            en, values = (
                f"{key} is not the catalogue's",
                {"expected": ", ".join(expected)[:200], "nearest": expected[0]},
            )
            desk.reading.refuse("procedure-trio", f"{path}/{key}", NOT_IN_CATALOGUE, vi, en, **values)


def _trio(dossier: PortalDossier, procedure: Procedure) -> dict[str, list[str]]:
    chosen = [pair for pair in procedure.sectors if pair[0] == dossier.fields["MaLinhVuc"]] or list(procedure.sectors)
    return {
        "TenTTHC": [procedure.name],
        "MaLinhVuc": [code for code, _ in procedure.sectors],
        "TenLinhVuc": [name for _, name in chosen],
    }


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


# What a pushed result must be for the steps that come after it: kept by its owner, found, and downloaded elsewhere.
#
# KDL III.1 steps 3 and 4, V.2 and V.3. No table of the push is published, so what only a later step needs is noted,
# and refused in strict.

_MOST_JUDGED = 500
"""Results of one dossier that are judged: each costs a look at the axis, and no paper has so many. Ours."""


def check_results(dossier: PortalDossier, path: str, desk: PortalCall) -> None:
    """Judge the results of a dossier, and whether there are some when there should be; the reading collects it."""
    results, links = issued_results(dossier), submitted_links(dossier)
    if len(results) > _MOST_JUDGED:
        vi = f"{path[1:]}: {len(results)} kết quả trong một hồ sơ; chỉ {_MOST_JUDGED} kết quả đầu được xét"
        en, values = (
            f"{len(results)} results in one dossier: the first {_MOST_JUDGED} are judged",
            {"found": str(len(results))},
        )
        where, due = f"{path}/DanhSachGiayToKetQua", f"≤ {_MOST_JUDGED}"
        desk.reading.note("too-many-results", where, vi, en, expected=due, **values)
    for number, result in enumerate(results[:_MOST_JUDGED]):
        _check_result(result, dossier, f"{path}/DanhSachGiayToKetQua/{number}", links, desk)
    if results and dossier.status not in FINAL_STATUSES:
        vi = f"Có kết quả khi trạng thái là {status_text(dossier.status)}; kết quả đi cùng trạng thái 9 hoặc 10"
        where, en = f"{path}/TrangThaiHoSo", "a result before status 9 or 10"
        desk.reading.note("result-before-end", where, vi, en, expected="9, 10")
    if dossier.status in FINAL_STATUSES:
        _check_end(dossier, results, path, desk)


def _check_result(
    result: IssuedResult, dossier: PortalDossier, where: str, links: frozenset[str], desk: PortalCall
) -> None:
    _check_result_code(result.result_code, where, dossier, desk)
    if result.link in links:
        vi = f"{where[1:]}: tệp đã nộp được gửi lại làm kết quả ({result.link})"
        desk.reading.note("submitted-file-as-result", where, vi, "a submitted file comes back as the result")
    _check_link(result.link, f"{where}/DuongDanTepTinKetQua", desk)
    if not result.paper_id:
        vi = f"{where[1:]}: thiếu GiayToId; đồng bộ lại thì kết quả chỉ còn nhận ra theo mã và đường dẫn"
        en = "a result without GiayToId: pushed again, it is known by code and link alone"
        desk.reading.note("result-without-id", f"{where}/GiayToId", vi, en, expected="String (≥ 1)")


def _check_link(link: str, where: str, desk: PortalCall) -> None:
    """A link must lead to the file by the rule of KDL V.3; a file that is not there yet may still come."""
    trouble = link_trouble(link, desk.world)
    if trouble:
        vi, values = f"{where[1:]}: {trouble.vi}", {"expected": trouble.expected, "nearest": trouble.nearest}
        desk.reading.refuse_in_strict(trouble.rule, where, BAD_FIELD, vi, trouble.en, **values)
    elif is_missing_file(link, desk.world):
        vi = f"{where[1:]}: máy chủ chưa có tệp này: lúc này tải về sẽ nhận 404"
        en = "the host has no such file yet: a download would get 404 now"
        desk.reading.note("result-file", where, vi, en, expected="GET → 200")


def _check_end(dossier: PortalDossier, results: list[IssuedResult], path: str, desk: PortalCall) -> None:
    """A finished dossier has what its procedure gives, and somebody to keep it."""
    procedure = desk.portal.base.procedures.get(dossier.procedure_code)
    if not results and procedure and procedure.own_result_codes:
        codes = ", ".join(sorted(procedure.own_result_codes))
        vi = f"{path[1:]}: trạng thái {status_text(dossier.status)} mà không có kết quả; thủ tục này cấp {codes}"
        en = f"status {dossier.status} without a result; the procedure gives {codes}"
        desk.reading.refuse_in_strict(
            "end-without-result", f"{path}/DanhSachGiayToKetQua", BAD_FIELD, vi, en, expected=codes
        )
    if results and not dossier.owner_id:
        vi = (
            f"{path[1:]}: kết quả không có chủ: DinhDanhCHS trống và MaDoiTuong không cho biết là ai; không ai lưu được"
        )
        en = "a result without an owner: nobody can keep it in Kho DL"
        expected = '[{"LoaiDinhDanh": "1", "SoDinhDanh": "…"}]'
        desk.reading.refuse_in_strict(
            "result-without-owner", f"{path}/DinhDanhCHS", BAD_FIELD, vi, en, expected=expected
        )
    elif results and not is_identity_number(dossier.owner_id):
        vi = f"{path[1:]}: chủ hồ sơ {dossier.owner_id} không phải CCCD 12 số hay mã số thuế: tra cứu không ra"
        en = f"the owner {dossier.owner_id} is no CCCD of 12 digits and no tax code: papers are not found by it"
        where, expected = f"{path}/DinhDanhCHS/0/SoDinhDanh", "\\d{12}, \\d{10}, \\d{10}-\\d{3}"
        desk.reading.refuse_in_strict("result-owner-number", where, BAD_FIELD, vi, en, expected=expected)


def _check_result_code(code: str, where: str, dossier: PortalDossier, desk: PortalCall) -> None:
    path = f"{where}/MaGiayToKetQua"
    mended = mended_result_code(code)
    procedure = desk.portal.base.procedures.get(dossier.procedure_code)
    own = procedure.own_result_codes if procedure else frozenset[str]()
    if mended:
        vi = f'{path[1:]} "{code}" không đúng dạng mã kết quả; có phải {mended}?'
        desk.reading.refuse("K28", path, NOT_IN_CATALOGUE, vi, f"did you mean {mended}?", found=code, nearest=mended)
    elif is_procedure_code(code):
        vi = f'{path[1:]} "{code}" là mã thủ tục, không phải mã kết quả'
        en, codes = "a procedure code stands for a result code", ", ".join(sorted(own))
        desk.reading.refuse_in_strict(
            "procedure-as-result", path, NOT_IN_CATALOGUE, vi, en, expected=codes, nearest=min(own, default="")
        )
    elif desk.portal.result_kind(code) is None:
        vi = f'{path[1:]} "{code}" không có trong danh mục kết quả'
        near = nearest_of(code, sorted(own)) or nearest_of(code, desk.portal.base.result_kinds)
        en, codes = "the result code is in no catalogue", ", ".join(sorted(own))
        desk.reading.refuse_in_strict("result-code", path, NOT_IN_CATALOGUE, vi, en, expected=codes, nearest=near)
    elif own and code not in own:
        near = next(iter(difflib.get_close_matches(code, own, 1)), min(own))
        vi = f'{path[1:]} "{code}" là kết quả của thủ tục khác; thủ tục {dossier.procedure_code} cấp {near}'
        en = f"{code} is the result of another procedure; {dossier.procedure_code} gives {near}"
        codes = ", ".join(sorted(own))
        desk.reading.refuse_in_strict(
            "result-of-another-procedure", path, NOT_IN_CATALOGUE, vi, en, expected=codes, nearest=near
        )


# Who owns a dossier: DinhDanhCHS, else the account behind MaDoiTuong (a TechID of TraCuuTechID).


def with_owner(dossier: PortalDossier, place: int, desk: PortalCall) -> PortalDossier:
    """Return a dossier with its owner named, by its TechID when it names nobody otherwise."""
    technical_id = dossier.fields.get("MaDoiTuong", "")
    if not technical_id:
        return dossier
    people = desk.portal.base.technical_ids
    owner = next((number for number, each in people.items() if each == technical_id), "")
    path = f"/data/{place}/MaDoiTuong"
    if not owner:
        vi = f'data/{place}/MaDoiTuong "{technical_id}" không phải TechID nào của Cổng DVCQG (TraCuuTechID)'
        en, near = f"{technical_id} is nobody's TechID", "dvcqg.mapi.TraCuuTechID"
        desk.reading.refuse_in_strict(
            "technical-id", path, NOT_IN_CATALOGUE, vi, en, expected="TECHNICALID", nearest=near
        )
    elif dossier.owner_id and dossier.owner_id != owner:
        vi = f"data/{place}/MaDoiTuong là TechID của người khác chủ hồ sơ trong DinhDanhCHS"
        en, near = "the TechID is not that of DinhDanhCHS", people.get(dossier.owner_id, "")
        desk.reading.refuse_in_strict("technical-id-of-another", path, BAD_FIELD, vi, en, expected=near, nearest=near)
    return replace(dossier, owner_id=dossier.owner_id or owner)


# ``DongBoHoSoMC`` (src:portal-dossier).
#
# A batch is taken whole or not at all: no source says, and a half-taken batch cannot be told from its one reply. Ours.


def synchronise_dossiers(desk: PortalCall) -> Reply:
    """``DongBoHoSoMC``: create (``isUpdating`` False) or update (True) dossiers.

    Raises:
        ServiceRefusal: a field, a code or a move between statuses is wrong; on create -3 for a code that is there,
            on update -4 for one that is not.
    """
    is_updating = wire.read_is_updating(desk.asked.given, desk.reading)
    dossiers = _read_batch(desk)
    desk.settle()
    desk.world.hold()
    full = None if is_updating else desk.world.why_full(len(dossiers))
    if full:
        desk.reading.refuse("sandbox-full", "", NO_ROOM, *full)
    for place, dossier in enumerate(dossiers):
        kept = _follow(dossier, desk.portal.dossiers.get(dossier.code), is_updating, place, desk)
        desk.portal.dossiers.put_record(kept)
    desk.settle()
    done = "Cập nhật" if is_updating else "Đồng bộ"
    return desk.envelope.accepted_reply(f"{done} {len(dossiers)} hồ sơ thành công")


def _read_batch(desk: PortalCall) -> list[PortalDossier]:
    dossiers: list[PortalDossier] = []
    for place, element in enumerate(wire.read_elements(desk.asked.given, desk.reading)):
        dossier = wire.read_dossier(element, place, desk.unit_code, desk.reading)
        if dossier is None:
            continue
        if any(dossier.code == other.code for other in dossiers):
            wire.refuse_field(
                desk.reading, "repeated-code", f"/data/{place}/MaHoSo", BAD_FIELD, "lặp lại trong cùng một lần gọi", ""
            )
        dossier = with_owner(dossier, place, desk)
        check_dossier(dossier, place, desk)
        dossiers.append(dossier)
    return dossiers


def _follow(
    dossier: PortalDossier, stored: PortalDossier | None, is_updating: bool, place: int, desk: PortalCall
) -> PortalDossier:
    """Return the dossier as it is to be kept after the one that is stored."""
    if stored and not is_updating:
        raise ServiceRefusal.for_rule(
            EXISTS,
            "dossier-exists",
            f"/data/{place}/MaHoSo",
            f"Hồ sơ {dossier.code} đã tồn tại",
            f"Dossier {dossier.code} exists already",
            found="isUpdating False",
            expected="isUpdating True",
        )
    if is_updating and not stored:
        raise ServiceRefusal.for_rule(
            UNKNOWN_DOSSIER,
            "portal-dossier-unknown",
            f"/data/{place}/MaHoSo",
            f"Hồ sơ {dossier.code} không tồn tại: hãy gửi với isUpdating = False",
            f"Dossier {dossier.code} is unknown: send it with isUpdating False",
            found="isUpdating True",
            expected="isUpdating False",
        )
    before = stored.status if stored else None
    if before != dossier.status:
        check_move(before, dossier.status, f"/data/{place}/TrangThaiHoSo", desk)
    if stored is None:
        return dossier
    check_same_owner(stored, dossier)
    return replace(dossier, owner_id=dossier.owner_id or stored.owner_id, origin=stored.origin)
