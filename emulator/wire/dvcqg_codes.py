"""Error codes of the national portal. The table is ours: no document prints one (facts-platforms §1.3, §9)."""

from __future__ import annotations

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
"""The HTTP status of each code when a sandbox asks for one; the portal itself answers 200 (facts-clients §2.1)."""
