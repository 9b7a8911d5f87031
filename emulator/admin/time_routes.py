"""The rows of time and of the ministry's living side in the table of the admin API."""

from __future__ import annotations

from emulator.admin import agenda, applications, snapshots, state
from emulator.admin.visit import Handler

TIME_ROWS: tuple[tuple[str, str, Handler, str, str], ...] = (
    ("GET", "/agenda", agenda.listed, "Việc sắp xảy ra", "What is scheduled"),
    ("POST", "/agenda", agenda.added, "Hẹn một việc", "Schedule an effect"),
    ("DELETE", "/agenda/{due}/{no}", agenda.cancelled, "Bỏ một việc đã hẹn", "Cancel an effect"),
    ("GET", "/snapshots", snapshots.listed, "Các bản chụp", "Snapshots"),
    ("POST", "/snapshots", snapshots.taken, "Chụp sandbox", "Take a snapshot"),
    ("POST", "/snapshots/{name}/restore", snapshots.restored, "Quay lại bản chụp", "Go back to a snapshot"),
    ("DELETE", "/snapshots/{name}", snapshots.dropped, "Xoá bản chụp", "Forget a snapshot"),
    ("GET", "/state", state.exported, "Xuất sandbox", "Export the sandbox as one TinyDB file"),
    ("POST", "/applications", applications.filed, "Công dân nộp hồ sơ", "Citizens file at the ministry"),
)
