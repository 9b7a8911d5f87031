"""The portal's error codes, its date dialect, and the numbers that name an owner of papers."""

from __future__ import annotations

import re
from datetime import datetime

from emulator.kernel.clock import VIETNAM, to_datetime, to_ms

# Error codes of the national portal. The table is ours: no document prints one (src:portal-envelopes).

SUCCESS = 0
BAD_BODY = -1
BAD_SESSION = -2
EXISTS = -3
EXISTS_OTHER = 3
UNKNOWN_DOSSIER = -4
BAD_FIELD = -5
NOT_IN_CATALOGUE = -6
BAD_TRANSITION = -7
NOT_YOURS = -8
NO_SUCH_SERVICE = -9

MEANINGS: dict[int, str] = {
    SUCCESS: "Thành công",
    BAD_BODY: "Lỗi chung, sai cấu trúc JSON",
    BAD_SESSION: "Phiên làm việc không hợp lệ hoặc đã hết hạn",
    EXISTS: "Hồ sơ đã tồn tại (isUpdating=False)",
    EXISTS_OTHER: "Hồ sơ đã tồn tại (isUpdating=False), mã khác gặp trong thực tế",
    UNKNOWN_DOSSIER: "Hồ sơ không tồn tại (isUpdating=True)",
    BAD_FIELD: "Thiếu trường bắt buộc, sai định dạng hoặc quá độ dài",
    NOT_IN_CATALOGUE: "Mã không có trong danh mục",
    BAD_TRANSITION: "Không thể cập nhật lên trạng thái",
    NOT_YOURS: "Đơn vị không có quyền hoặc madonvi không khớp phiên",
    NO_SUCH_SERVICE: "Dịch vụ không tồn tại",
}

HTTP_STATUS: dict[int, int] = {
    BAD_BODY: 400,
    BAD_SESSION: 401,
    EXISTS: 409,
    EXISTS_OTHER: 409,
    UNKNOWN_DOSSIER: 404,
    BAD_FIELD: 400,
    NOT_IN_CATALOGUE: 400,
    BAD_TRANSITION: 409,
    NOT_YOURS: 403,
    NO_SUCH_SERVICE: 404,
}
"""The HTTP status of each code when a sandbox asks for one; the portal itself answers 200 (src:client-error-codes)."""


# The portal's date dialect: ``yyyyMMddHHmmss`` in Vietnamese time (src:portal-dossier).

_STAMP = re.compile(r"\d{14}", re.ASCII)


def read_stamp(text: str) -> int | None:
    """Read ``yyyyMMddHHmmss``; None when it is not one or not a moment of the calendar."""
    if not _STAMP.fullmatch(text):
        return None
    try:
        return to_ms(datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM))
    except ValueError:
        return None


def stamp(instant_ms: int) -> str:
    """Return an instant as ``yyyyMMddHHmmss``."""
    return to_datetime(instant_ms).strftime("%Y%m%d%H%M%S")


# Numbers that name an owner of papers: CCCD, or the tax code of an enterprise (KDL V.2 row 3; K13).

_CITIZEN = re.compile(r"\d{12}", re.ASCII)
_TAX = re.compile(r"\d{10}(?:-\d{3})?", re.ASCII)


def is_identity_number(text: str) -> bool:
    """Tell whether a text is a citizen's number of 12 digits or a tax code of 10, with or without a branch."""
    return bool(_CITIZEN.fullmatch(text) or _TAX.fullmatch(text))
