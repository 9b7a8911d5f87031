"""The replies of the BTXH service: envelopes, rows, their XML, and the oddities of the printed ones (BTXH 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Literal
from xml.sax.saxutils import unescape

import orjson

from emulator.country.settings import OddityName
from emulator.kernel.clock import day_text, moment_text, read_day, read_moment
from emulator.kernel.exchange import Remark, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.kernel.values import value_class
from emulator.services.btxh.models import (
    DOSSIER_REPLY_FIELDS,
    FINAL_RESULT,
    LATER_FIELDS,
    STEP_REPLY_FIELDS,
    camel_key,
    respell_xml,
    without_results,
)
from emulator.wire.reading import ModeName

# Where the printed replies contradict the tables: each oddity can be asked for by name, some are a mode's habit.
#
# A sandbox's setting ``reply_oddities`` is None (as the mode says) or the exact list of oddities its replies show.

_ALL: frozenset[ModeName] = frozenset({"strict", "documented", "observed"})
_AS_PRINTED: frozenset[ModeName] = frozenset({"documented", "observed"})
_ON_REQUEST: frozenset[ModeName] = frozenset()


@value_class
class Oddity:
    """One oddity of the printed replies: its row in the register, what it does, and the modes that have it.

    ``of_steps`` tells that the replies of ``TienTrinhXuLy`` show it, ``of_dossiers`` those of ``DanhSachHoSo``.
    """

    quirk: str
    vi: str
    en: str
    modes: frozenset[ModeName] = _ON_REQUEST
    of_dossiers: bool = True
    of_steps: bool = False

    @property
    def remark(self) -> Remark:
        """Return what the journal says of a reply that shows the oddity."""
        return Remark(self.quirk, "note", "", f"{self.vi} (trả lời)", f"{self.en} (reply)")


ODDITIES: dict[OddityName, Oddity] = {
    "dates-with-time": Oddity(
        "B20", "Ngày sinh và ngày cấp kèm 00:00:00", "Birth and issue dates carry 00:00:00", frozenset({"documented"})
    ),
    "submitted-two-forms": Oddity(
        "B36",
        "submittedDate của hồ sơ mới viết yyyy-MM-dd HH:mm:ss, của kết quả viết dd/MM/yyyy HH:mm:ss",
        "submittedDate is yyyy-MM-dd HH:mm:ss for new dossiers, dd/MM/yyyy HH:mm:ss for results",
        _AS_PRINTED,
    ),
    "small-s-tags": Oddity(
        "B41",
        "XML viết DanhsachTaiLieuNop, DanhsachGiayToKetQua (chữ s thường)",
        "The XML lists are spelled with a small s",
        _ALL,
    ),
    "broken-xml": Oddity(
        "B42",
        "XML lỗi như mẫu: khai báo thừa dấu nháy, thẻ mở và thẻ đóng khác chữ hoa",
        "The XML is broken as printed: a stray quote in the declaration, tags that do not match",
    ),
    "sample-result-values": Oddity(
        "B49",
        "Kết quả trả về như mẫu: loaiDuLieu 1, statusId 1, danh sách kết quả rỗng",
        "Results look as printed: loaiDuLieu 1, statusId 1, no result paper",
    ),
    "step-status-id": Oddity(
        "B61",
        "Tiến trình có thêm khóa statusId",
        "Steps also carry statusId",
        _ON_REQUEST,
        of_dossiers=False,
        of_steps=True,
    ),
    "misspelt-handler": Oddity(
        "B62",
        "Tiến trình có thêm khóa nguaiXuLy",
        "Steps also carry the misspelt handler key",
        _AS_PRINTED,
        of_dossiers=False,
        of_steps=True,
    ),
    "misspelt-handler-alone": Oddity(
        "B62",
        "Tiến trình chỉ có khóa nguaiXuLy, như mẫu",
        "Steps carry the misspelt handler key alone, as printed",
        _ON_REQUEST,
        of_dossiers=False,
        of_steps=True,
    ),
    "sample-step-values": Oddity(
        "B63",
        "Tiến trình như mẫu: bước tiếp nhận mang trạng thái 1; bước sau bắt đầu và kết thúc sau 7 ngày",
        "Steps look as printed: acceptance says status 1, later steps start and end seven days late",
        of_dossiers=False,
        of_steps=True,
    ),
    "empty-strings": Oddity("B64", "Giá trị vắng mặt là chuỗi rỗng", "Absent values are empty strings", of_steps=True),
    "later-fields": Oddity(
        "later-fields",
        "Hồ sơ có thêm các trường hệ thống thực đang trả (loaiKetQua, ngayBanHanh, submitedDate…)",
        "Dossiers carry the later fields seen in a live reply",
        frozenset({"observed"}),
    ),
}


def in_force(mode: ModeName, chosen: Iterable[OddityName] | None) -> frozenset[OddityName]:
    """Return the oddities of a sandbox: those chosen, or its mode's habit when the choice is None."""
    if chosen is not None:
        return frozenset(chosen)
    return _habits(mode)


@cache
def _habits(mode: ModeName) -> frozenset[OddityName]:
    return frozenset(name for name, oddity in ODDITIES.items() if mode in oddity.modes)


def remarks(oddities: Iterable[OddityName], *, of_steps: bool) -> list[Remark]:
    """Return what the journal says of a reply that shows these oddities, in the order of the table."""
    shown = frozenset(oddities)
    return [
        oddity.remark
        for name, oddity in ODDITIES.items()
        if name in shown and (oddity.of_steps if of_steps else oddity.of_dossiers)
    ]


# Which row of the register a difference between two replies belongs to, by the place where they differ.

DriftKind = Literal["status", "header", "missing", "extra", "order", "casing", "type", "form", "value", "not-json"]

# Kinds of difference, the end of the pointer they are met at, and the row. The first that fits counts.
_ROWS: tuple[tuple[str, str, str], ...] = (
    ("missing extra", r"/nguaiXuLy", "B62"),
    ("missing extra", r"/(?:statusId|trangThai)", "B61"),
    ("casing missing extra", r"/DanhsachTaiLieuNop|/DanhSachTaiLieuNop", "B40"),
    ("casing missing extra", r"/DanhsachGiayToKetQua", "B41"),
    ("form type", r"/certificateExtentData", "B42"),
    ("form", r"/(?:ngayThangNamSinh)", "B20"),
    ("form", r"/(?:cmnD_NgayCap)", "B26"),
    ("form missing extra casing", r"/submit{1,2}edDate", "B36"),
    ("form", r"/(?:thoiDiemXuLy|ngayBatDau|ngayKetThucTheoQuyDinh)", "B50"),
    ("missing extra", r"/(?:TenTep|TenFile)", "K15"),
    ("form value", r"/CoQuanChuQuan", "K16"),
    ("type", r"/(?:DanhSachGiayToKetQua|result)", "K31"),
    ("type value", r"/errorCode", "K19"),
    ("missing extra", r"(?:^|/result)/(?:error_code|message)", "K06"),
    ("missing extra", r"^/result", "B07"),
    ("type", r"/error_code", "B08"),
    ("value", r"/scope", "B04"),
    ("casing", r"/(?:MACOQUAN|TENCOQUAN|DSTCODE|MaCoQuan|TenCoQuan|DstCode)", "K08"),
    ("form-empty", r"/\w+", "B64"),
    ("casing", r"/\w+", "B60"),
)


def quirk_of_difference(kind: str, pointer: str) -> str | None:
    """Return the id of the row two replies differ in, or None when no row speaks of it.

    ``kind`` is a ``DriftKind``, or ``form-empty`` where one side has null and the other an empty text.
    """
    for kinds, pattern, row in _ROWS:
        if kind in kinds.split() and re.search(rf"(?:{pattern})$", pointer, re.IGNORECASE if kind != "casing" else 0):
            return row
    return None


# The replies of the BTXH service: two envelopes, and dossiers and steps as the printed replies show them (BTXH 3).

CodeStyle = Literal["number", "string", "00"]
Item = dict[str, str | None]
Printed = Item | orjson.Fragment
"""A row of a list: as an object, or as the JSON text of one."""

_JSON = (("Content-Type", "application/json; charset=UTF-8"),)
_DETAIL = re.compile(r"/BTXH_ThongTinChung/GetViewDetail/([^/?#]+)$")
_STEP_TIMES = ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh")
_LAST_MS = read_moment("31/12/9999 23:59:59") or 0
_WEEK_MS = 7 * 24 * 3600 * 1000


@value_class
class Printing:
    """How a sandbox prints its replies: the oddities in force and the form of ``error_code`` (B08)."""

    oddities: frozenset[OddityName] = frozenset()
    code_style: CodeStyle = "number"

    def code(self, code: int) -> int | str:
        """Return an error code as this sandbox prints it; style ``00`` changes success only."""
        if self.code_style == "number":
            return code
        return "00" if self.code_style == "00" and code == 0 else str(code)


def accepted_reply(printing: Printing) -> Reply:
    """Return the flat reply of the push services: ``{"error_code": 0, "message": …}`` (BTXH 3.1.1; B07, B08)."""
    return _flat(printing.code(0), "Đồng bộ dữ liệu thành công")


def refused_reply(refusal: ServiceRefusal, printing: Printing) -> Reply:
    """Return the flat refusal of the push services: HTTP 200, ``error_code`` not 0."""
    return _flat(printing.code(refusal.code), refusal.message)


def list_reply(items: Sequence[Printed], printing: Printing) -> Reply:
    """Return what a pull found: ``{"result": {"message", "error_code", "data"}}`` (BTXH 3.1.4)."""
    return _nested_reply("Lấy dữ liệu thành công", printing.code(0), items)


def pull_refused(refusal: ServiceRefusal, printing: Printing) -> Reply:
    """Return the refusal of a pull in the envelope of its success.

    No document shows one. ``data`` stays a list, empty, because a real client breaks on null (src:client-btxh-calls).
    """
    return _nested_reply(refusal.message, printing.code(refusal.code), ())


def _flat(code: int | str, message: str) -> Reply:
    return Reply(200, orjson.dumps({"error_code": code, "message": message}), _JSON)


def _nested_reply(message: str, code: int | str, data: Sequence[Printed]) -> Reply:
    return Reply(200, orjson.dumps({"result": {"message": message, "error_code": code, "data": data}}), _JSON)


def dossier_item(
    fields: Mapping[str, str | None],
    record_kind: int,
    status: int,
    printing: Printing,
    result: tuple[Mapping[str, str | None], int] | None = None,
) -> Item:
    """Return one dossier of ``DanhSachHoSo``: 44 keys in the printed order, null for what is absent (B60, B64).

    ``fields`` are the official fields; ``record_kind`` and ``status`` are what the world knows now. ``result`` are the
    fields of the dossier's result and the instant it was given, which the later fields speak of.
    """
    oddities, is_result = printing.oddities, record_kind == FINAL_RESULT
    as_sample = is_result and "sample-result-values" in oddities
    get, absent = fields.get, _absent(oddities)
    item: Item = {key: get(name) or absent for name, key in _DOSSIER_KEYS}
    item["loaiDuLieu"] = "1" if as_sample else str(record_kind)
    item["statusId"] = "1" if as_sample else str(status)
    if "dates-with-time" in oddities:
        for key in _DAY_KEYS:
            item[key] = _with_time(item[key])
    item["certificateExtentData"] = _xml(item["certificateExtentData"], as_sample, is_result, oddities)
    if "later-fields" in oddities:
        item |= _later_fields(fields, result, oddities)
    if not is_result and "submitted-two-forms" in oddities:
        item["submittedDate"] = _year_first(item["submittedDate"])
    return item


_DOSSIER_KEYS = tuple((name, camel_key(name)) for name in DOSSIER_REPLY_FIELDS)
_DAY_KEYS = tuple(map(camel_key, ("NgayThangNamSinh", "CMND_NgayCap")))


def _later_fields(
    fields: Mapping[str, str | None],
    result: tuple[Mapping[str, str | None], int] | None,
    oddities: frozenset[OddityName],
) -> Item:
    said = {"SubmitedDate": fields.get("SubmittedDate"), **fields}
    known = (_of_result(*result) if result else {}) | {name: value for name, value in said.items() if value}
    return {camel_key(name): _value(known.get(name), oddities) for name in LATER_FIELDS}


_RESULT_TITLE = re.compile(r"<GiayToKetQua>.*?<TenGiayTo>([^<]*)</TenGiayTo>", re.DOTALL)


def _of_result(fields: Mapping[str, str | None], given_at: int) -> Item:
    """Return the later fields of a dossier that has a result; a real client reads four dates as soon as one is there.

    What the push itself said of them goes before; the rest follows from the result (facts of a live reply; B25 ours).
    """
    title = _RESULT_TITLE.search(fields.get("CertificateExtentData") or "")
    name = unescape(title.group(1)) if title else ""
    return {
        "LoaiKetQua": "1",
        "NgayBanHanh": day_text(given_at),
        "SoQuyetDinh": f"{(fields.get('MaHoSo') or '').rpartition('-')[2]}/QĐ-UBND",
        "CoQuanBanHanh": fields.get("DonViXuLy"),
        "TrichYeu": name or fields.get("TenTTHC"),
        "NgayHenTra": moment_text(given_at),
        "NgayKetThucXuLy_ThucTe": moment_text(given_at),
    }


def step_item(fields: Mapping[str, str | None], status: int, printing: Printing) -> Item:
    """Return one step of ``TienTrinhXuLy``: 16 keys in the printed order (BTXH 3.1.6; B61, B62).

    Its three times carry hours, as the sample does, also when the push gave a day alone (B50).
    """
    oddities = printing.oddities
    known = dict(fields) | {"TrangThai": str(status)}
    known |= {name: _with_time(known.get(name)) for name in _STEP_TIMES}
    if "sample-step-values" in oddities:
        known |= _as_printed_step(known, status)
    item: Item = {}
    for name in STEP_REPLY_FIELDS:
        key = "nguaiXuLy" if name == "NguoiXuLy" and "misspelt-handler-alone" in oddities else camel_key(name)
        item[key] = _value(known.get(name), oddities)
        if name == "NguoiXuLy" and "misspelt-handler" in oddities:
            item["nguaiXuLy"] = item[key]
    if "step-status-id" in oddities:
        item[camel_key("StatusId")] = known["TrangThai"]
    return item


def detail_id(fields: Mapping[str, str | None]) -> str | None:
    """Return the identity in ``UrlDetail`` when it points to the ministry's own page, else None (BTXH 3.1.4)."""
    found = _DETAIL.search(fields.get("UrlDetail") or "")
    return found.group(1) if found else None


def procedure_title(fields: Mapping[str, str | None]) -> str:
    """Return the name of the procedure, with its code."""
    return f"{fields.get('TenTTHC') or ''} ({fields.get('MaTTHC') or ''})"


def _as_printed_step(known: Mapping[str, str | None], status: int) -> Item:
    """Return what the sample gets wrong (B63): acceptance says 1; a later step begins and ends a week late."""
    if status == 2:
        return {"TrangThai": "1"}
    handled_at = read_moment(known.get("ThoiDiemXuLy") or "") or read_day(known.get("ThoiDiemXuLy") or "") or 0
    late = moment_text(min(handled_at + _WEEK_MS, _LAST_MS))
    return {"NgayBatDau": late, "NgayKetThucTheoQuyDinh": late}


def _absent(oddities: frozenset[OddityName]) -> str | None:
    """Return what stands in place of a value that is not there (B64)."""
    return "" if "empty-strings" in oddities else None


def _value(value: str | None, oddities: frozenset[OddityName]) -> str | None:
    return value or _absent(oddities)


def _with_time(day: str | None) -> str | None:
    return f"{day} 00:00:00" if day and len(day) == len("dd/MM/yyyy") else day


def _year_first(moment: str | None) -> str | None:
    """Turn ``dd/MM/yyyy HH:mm:ss`` into ``yyyy-MM-dd HH:mm:ss``, as the sample of BTXH 3.1.4 prints it (B36)."""
    if not moment:
        return moment
    day, _, clock = moment.partition(" ")
    return "-".join(reversed(day.split("/"))) + (f" {clock}" if clock else "")


def _xml(text: str | None, drop_results: bool, is_result: bool, oddities: frozenset[OddityName]) -> str | None:
    if not text:
        return text
    if drop_results:
        text = without_results(text)
    small_s, broken = "small-s-tags" in oddities, "broken-xml" in oddities
    return respell_xml(text, small_s=small_s, broken=broken, is_result=is_result)
