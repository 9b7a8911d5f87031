"""The error codes of the emulated services. They are ours: no public text lists any (src:portal-envelopes, B08)."""

from __future__ import annotations

import re
from typing import NamedTuple

from emulator.kernel.clock import to_datetime
from emulator.wire.agency_codes import is_agency_code

DONE = 0
BAD_JSON = -1
BAD_SESSION = -2
EXISTS = -3
UNKNOWN_DOSSIER = -4
BAD_FIELD = -5
NOT_IN_CATALOGUE = -6
BAD_TRANSITION = -7
NOT_ALLOWED = -8
NO_SUCH_SERVICE = -9
CONTRADICTION = -10
BAD_XML = -11
TOO_LARGE = -12
BAD_WINDOW = -13
NO_ROOM = -14


class ErrorCode(NamedTuple):
    """One row of the published table; ``source`` is what the number stands on."""

    number: int
    vi: str
    en: str
    source: str = "ours"


ERROR_CODES = (
    ErrorCode(DONE, "Thành công", "Done", "BTXH 3.1.1"),
    ErrorCode(BAD_JSON, "Lỗi chung; thân yêu cầu không phải một đối tượng JSON", "General; the body is no JSON object"),
    ErrorCode(BAD_SESSION, "Phiên làm việc không hợp lệ hoặc đã hết hạn", "The session is unknown or has expired"),
    ErrorCode(EXISTS, "Hồ sơ đã tồn tại", "The dossier exists already", "portal-envelopes"),
    ErrorCode(UNKNOWN_DOSSIER, "Hồ sơ không tồn tại", "There is no such dossier"),
    ErrorCode(
        BAD_FIELD,
        "Thiếu trường bắt buộc, sai kiểu, sai định dạng hoặc quá độ dài",
        "A field is missing, of the wrong type or form, or too long",
    ),
    ErrorCode(NOT_IN_CATALOGUE, "Mã không có trong danh mục", "A code is not in its catalogue"),
    ErrorCode(BAD_TRANSITION, "Không thể cập nhật lên trạng thái", "The status cannot follow the present one"),
    ErrorCode(NOT_ALLOWED, "Đơn vị không có quyền", "The unit has no right to do this"),
    ErrorCode(NO_SUCH_SERVICE, "Dịch vụ không tồn tại", "There is no such service"),
    ErrorCode(CONTRADICTION, "Các trường mâu thuẫn nhau", "Two fields contradict each other"),
    ErrorCode(BAD_XML, "CertificateExtentData không hợp lệ", "CertificateExtentData is not valid"),
    ErrorCode(TOO_LARGE, "Thân yêu cầu quá lớn", "The body is too large"),
    ErrorCode(BAD_WINDOW, "Khoảng thời gian không hợp lệ", "The window of time is not valid"),
    ErrorCode(NO_ROOM, "Hộp cát đã đủ hồ sơ (hạn mức của máy chủ)", "The sandbox is full (a quota of the server)"),
)


# Codes of results (K18, K28) and of procedures (K26; src:procedure-codes): their grammars and the usual slips.

_DOTTED = re.compile(r"KQ\.[A-Z]\d{2}\.\d{6}", re.ASCII)
_AGENCY_FIRST = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}-KQ\d{4}", re.ASCII)
_MISREAD = re.compile(r"KQ\.0(\d{2})\.(\d{6})", re.ASCII)
_PROCEDURE = re.compile(r"[1-9]\.\d{6}", re.ASCII)
_LOCAL_PROCEDURE = re.compile(r"([1-9]\.\d{6})\.(?:000\.00\.00\.)?[A-Z]\d{2}", re.ASCII)


def is_result_code(text: str) -> bool:
    """Tell whether a text is a result code: ``KQ.G15.000007`` or ``000.00.00.G01-KQ0266``; both are valid (K18)."""
    return bool(_DOTTED.fullmatch(text) or _AGENCY_FIRST.fullmatch(text))


def mended_result_code(text: str) -> str | None:
    """Return ``KQ.G15.000007`` for ``KQ.015.000007``, in which a scan read G as 0 (K28); None for any other text."""
    found = _MISREAD.fullmatch(text)
    return f"KQ.G{found[1]}.{found[2]}" if found else None


def is_procedure_code(text: str) -> bool:
    """Tell whether a text is a procedure code in its national form."""
    return bool(_PROCEDURE.fullmatch(text))


def national_procedure_code(text: str) -> str | None:
    """Return ``1.003709`` for ``1.003709.000.00.00.H34`` (K26); None for a text that has no such suffix."""
    found = _LOCAL_PROCEDURE.fullmatch(text)
    return found[1] if found else None


# ``MaHoSo``: unit, date of receipt, running number (Circular 01/2018/TT-VPCP art. 19; src:dossier-code).

_FORM = re.compile(r"([A-Z0-9.]+)-(\d{6})-(\d{4})", re.ASCII)


class CodeTrouble(NamedTuple):
    """What is wrong with a dossier code."""

    vi: str
    en: str


def dossier_code_trouble(code: str, received_at: int) -> CodeTrouble | None:
    """Return what is wrong with a dossier code received at an instant; None when nothing is."""
    found = _FORM.fullmatch(code)
    if not found or not is_agency_code(found[1]):
        return CodeTrouble(
            "cần dạng <mã đơn vị>-yyMMdd-<số thứ tự 4 chữ số>, ví dụ H26.11-261120-0001",
            "not <unit>-yyMMdd-<four digits>",
        )
    day = f"{to_datetime(received_at):%y%m%d}"
    if found[2] != day:
        return CodeTrouble(f"phần ngày {found[2]} khác ngày tiếp nhận {day}", f"{found[2]} is not the day of receipt")
    return None


_AGENCY = re.compile(r"(?<![A-Z0-9.])(?:[0-9.]+\.)?([A-Z]\d{2})[.\d]*-\d{6}-\d{4}(?!\d)", re.ASCII)


def agencies_in(text: str) -> list[str]:
    """Return the agencies (``H26``) of all dossier codes in a text, as often as they stand there."""
    return _AGENCY.findall(text)


def unit_of_dossier_code(code: str) -> str:
    """Return the unit code a dossier code begins with."""
    return code.partition("-")[0]
