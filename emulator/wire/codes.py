"""Codes that several services share: errors, results, procedures, agencies and statuses.

The error codes are ours: no public text lists any (src:portal-envelopes, B08).
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

from emulator.kernel.clock import to_datetime

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


# Agency codes: two written forms of one name (src:agency-codes; K16).
#
# QCVN 102:2016 reads right to left with every group present, ``000.00.15.G07``; Decision 20/2020/QĐ-TTg reads left to
# right without the empty ones, ``G07.15``. Clients meet both and must join them.

_OLD = re.compile(r"(\d{3})\.(\d{2})\.(\d{2})\.([A-Z]\d{2})", re.ASCII)
_NEW = re.compile(r"([A-Z]\d{2})((?:\.[A-Z0-9]{1,3})*)", re.ASCII)
_WIDTHS = (2, 2, 3)


def is_agency_code(text: str) -> bool:
    """Tell whether a text is an agency code in either form."""
    return bool(_OLD.fullmatch(text) or (len(text) <= 35 and _NEW.fullmatch(text)))


@lru_cache(1024)
def short_form(code: str) -> str:
    """Return ``G07.15`` for ``000.00.15.G07``; any other text comes back as it is."""
    found = _OLD.fullmatch(code)
    if not found:
        return code
    *low, root = found.groups()
    groups = list(reversed(low))
    while groups and not int(groups[-1]):
        groups.pop()
    return ".".join([root, *groups])


def full_form(code: str) -> str:
    """Return ``000.00.15.G07`` for ``G07.15``; a code that has no such form comes back as it is."""
    found = _NEW.fullmatch(code)
    if not found:
        return code
    groups = found.group(2).split(".")[1:]
    fits = len(groups) <= len(_WIDTHS) and all(
        group.isdigit() and len(group) <= width for group, width in zip(groups, _WIDTHS, strict=False)
    )
    if not fits:
        return code
    padded = [(groups[place] if place < len(groups) else "").zfill(width) for place, width in enumerate(_WIDTHS)]
    return ".".join([*reversed(padded), found.group(1)])


def root_of(code: str) -> str:
    """Return the first-level code, ``G07`` for both forms; empty for a text that is no agency code."""
    found = _OLD.fullmatch(code)
    if found:
        return found.group(4)
    found = _NEW.fullmatch(code)
    return found.group(1) if found else ""


def is_same_agency(one: str, other: str) -> bool:
    """Tell whether two codes, in whichever forms, name one agency."""
    return full_form(one) == full_form(other)


def is_within(code: str, unit_code: str) -> bool:
    """Tell whether an agency is a unit or belongs to its subtree."""
    own, unit = short_form(full_form(code)), short_form(full_form(unit_code))
    return own == unit or own.startswith(unit + ".")


@lru_cache(1024)
def province_of(code: str) -> str | None:
    """Return the GSO code of the province that an agency belongs to, ``01`` for ``H26.11``; None for a ministry's.

    The codes are those of before 01/07/2025 (Circular 01/2018/TT-VPCP, annex; decision 0040).
    """
    return _provinces().get(root_of(code))


@cache
def _provinces() -> dict[str, str]:
    text = files("emulator.wire").joinpath("agency_provinces.csv").read_text(encoding="utf-8")
    return {row["agency"]: row["province"] for row in csv.DictReader(text.splitlines())}


# Statuses of a dossier and the moves between them (BTXH PL 5; the matrix is ours, from src:status-moves).

Move = Literal["legal", "tolerated", "illegal"]
Start = int | None

STATUS_NAMES: dict[int, str] = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
    11: "Bộ, ngành, địa phương từ chối",
    13: "Đã nộp tại Cổng dịch vụ công (chưa gửi)",
    14: "Không gửi được",
}
"""Every status there is; 12 does not exist (B67)."""
STATUS_NAMES_EN: dict[int, str] = {
    1: "newly registered",
    2: "accepted",
    3: "not accepted",
    4: "in process",
    5: "papers to be added",
    6: "a fee to be paid",
    7: "withdrawn by the citizen",
    8: "stopped",
    9: "processed",
    10: "result given",
    11: "refused by the agency",
    13: "filed at the portal, not sent yet",
    14: "could not be sent",
}
"""The same in English; these are ours."""

FINAL_STATUSES = frozenset({9, 10})
"""The statuses in which a dossier has its result."""

_LEGAL: dict[Start, frozenset[int]] = {
    None: frozenset({1, 2, 13}),
    13: frozenset({1, 11, 14}),
    14: frozenset({1, 13}),
    1: frozenset({2, 3, 5, 7, 11}),
    2: frozenset({4, 5, 6, 7, 8, 9}),
    4: frozenset({4, 5, 6, 7, 8, 9}),
    5: frozenset({1, 2, 3, 4, 7, 8}),
    6: frozenset({2, 4, 7, 8, 9}),
    9: frozenset({9, 10}),
}
_TOLERATED: dict[Start, frozenset[int]] = {
    None: frozenset({4, 9, 10}),
    13: frozenset({2, 7}),
    1: frozenset({6}),
    2: frozenset({3}),
    4: frozenset({2, 10}),
    5: frozenset({5}),
    8: frozenset({4, 10}),
    9: frozenset({4}),
    10: frozenset({9}),
}


def judge_move(before: int | None, after: int) -> Move:
    """Tell whether a dossier may go from one status to another; ``before`` is None for a new dossier.

    ``tolerated`` is legal with a remark, except in mode ``strict``. Staying in a status is told apart by the caller:
    a repeated status is judged by the matrix like any other move.
    """
    if after in _LEGAL.get(before, frozenset()):
        return "legal"
    return "tolerated" if after in _TOLERATED.get(before, frozenset()) else "illegal"


def legal_after(before: int | None) -> list[int]:
    """Return the statuses that usually follow one; ``before`` is None for a new dossier."""
    return sorted(_LEGAL.get(before, frozenset()))


def status_text(status: int) -> str:
    """Return ``4 (Đang xử lý)``."""
    return f"{status} ({STATUS_NAMES.get(status, 'không có trong danh mục')})"
