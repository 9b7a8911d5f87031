"""The replies of the BTXH service: two envelopes, and dossiers and steps as the printed replies show them (BTXH 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import orjson

from emulator.kernel.clock import moment_text, read_day, read_moment
from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.wire import reply_xml
from emulator.wire.forms import FINAL_RESULT
from emulator.wire.names import DOSSIER_REPLY_FIELDS, LATER_FIELDS, STEP_REPLY_FIELDS, camel_key
from emulator.wire.oddities import OddityName

CodeStyle = Literal["number", "string", "00"]
Item = dict[str, str | None]

_JSON = (("Content-Type", "application/json; charset=UTF-8"),)
_DETAIL = re.compile(r"/BTXH_ThongTinChung/GetViewDetail/([^/?#]+)$")
_STEP_TIMES = ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh")
_WEEK_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Printing:
    """How a sandbox prints its replies: the oddities in force and the form of ``error_code`` (B08)."""

    oddities: frozenset[OddityName] = frozenset()
    code_style: CodeStyle = "number"

    def code(self, code: int) -> int | str:
        """Return an error code as this sandbox prints it; style ``00`` changes success only."""
        if self.code_style == "number":
            return code
        return "00" if self.code_style == "00" and code == 0 else str(code)


def accepted(printing: Printing) -> Reply:
    """Return the flat reply of the push services: ``{"error_code": 0, "message": …}`` (BTXH 3.1.1; B07, B08)."""
    return _flat(printing.code(0), "Đồng bộ dữ liệu thành công")


def refused(refusal: ServiceRefusal, printing: Printing) -> Reply:
    """Return the flat refusal of the push services: HTTP 200, ``error_code`` not 0."""
    return _flat(printing.code(refusal.code), refusal.message)


def listed(items: Sequence[Item], printing: Printing) -> Reply:
    """Return what a pull found: ``{"result": {"message", "error_code", "data"}}`` (BTXH 3.1.4)."""
    return _nested("Lấy dữ liệu thành công", printing.code(0), items)


def pull_refused(refusal: ServiceRefusal, printing: Printing) -> Reply:
    """Return the refusal of a pull in the envelope of its success.

    No document shows one. ``data`` stays a list, empty, because a real client breaks on null (facts-clients 6.1).
    """
    return _nested(refusal.message, printing.code(refusal.code), ())


def _flat(code: int | str, message: str) -> Reply:
    return Reply(200, orjson.dumps({"error_code": code, "message": message}), _JSON)


def _nested(message: str, code: int | str, data: Sequence[Item]) -> Reply:
    return Reply(200, orjson.dumps({"result": {"message": message, "error_code": code, "data": data}}), _JSON)


def dossier_item(fields: Mapping[str, str | None], record_kind: int, status: int, printing: Printing) -> Item:
    """Return one dossier of ``DanhSachHoSo``: 44 keys in the printed order, null for what is absent (B60, B64).

    ``fields`` are the official fields; ``record_kind`` and ``status`` are what the world knows now.
    """
    oddities = printing.oddities
    as_sample = record_kind == FINAL_RESULT and "sample-result-values" in oddities
    known = dict(fields) | {"LoaiDuLieu": "1" if as_sample else str(record_kind), "StatusId": str(status)}
    if as_sample:
        known["StatusId"] = "1"
    if "dates-with-time" in oddities:
        known |= {name: _with_time(known.get(name)) for name in ("NgayThangNamSinh", "CMND_NgayCap")}
    known["CertificateExtentData"] = _xml(known.get("CertificateExtentData"), as_sample, oddities)
    item = {camel_key(name): _value(known.get(name), oddities) for name in DOSSIER_REPLY_FIELDS}
    if record_kind != FINAL_RESULT and "submitted-two-forms" in oddities:
        item["submittedDate"] = _year_first(item["submittedDate"])
    if "later-fields" in oddities:
        known.setdefault("SubmitedDate", known.get("SubmittedDate"))
        item |= {camel_key(name): _value(known.get(name), oddities) for name in LATER_FIELDS}
    return item


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
        item[camel_key(name)] = _value(known.get(name), oddities)
        if name == "NguoiXuLy" and "misspelt-handler" in oddities:
            item["nguaiXuLy"] = item[camel_key(name)]
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
    late = moment_text(handled_at + _WEEK_MS)
    return {"NgayBatDau": late, "NgayKetThucTheoQuyDinh": late}


def _value(value: str | None, oddities: frozenset[OddityName]) -> str | None:
    return value or ("" if "empty-strings" in oddities else None)


def _with_time(day: str | None) -> str | None:
    return f"{day} 00:00:00" if day and len(day) == len("dd/MM/yyyy") else day


def _year_first(moment: str | None) -> str | None:
    """Turn ``dd/MM/yyyy HH:mm:ss`` into ``yyyy-MM-dd HH:mm:ss``, as the sample of BTXH 3.1.4 prints it (B36)."""
    if not moment:
        return moment
    day, _, clock = moment.partition(" ")
    return "-".join(reversed(day.split("/"))) + (f" {clock}" if clock else "")


def _xml(text: str | None, without_results: bool, oddities: frozenset[OddityName]) -> str | None:
    if not text:
        return text
    if without_results:
        text = reply_xml.without_results(text)
    return reply_xml.printed(text, small_s="small-s-tags" in oddities, broken="broken-xml" in oddities)
