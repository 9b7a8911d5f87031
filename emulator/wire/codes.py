"""The error codes of the emulated services. They are ours: no public text lists any (src:portal-envelopes, B08)."""

from __future__ import annotations

from typing import NamedTuple

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
)
