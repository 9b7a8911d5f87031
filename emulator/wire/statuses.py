"""Statuses of a dossier and the moves between them (BTXH PL 5; the matrix is ours, from src:status-moves)."""

from __future__ import annotations

from typing import Literal

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
