"""The rows of time and of the ministry's living side in the table of the admin API."""

from __future__ import annotations

from emulator.admin import agenda, applications
from emulator.admin.visit import Handler

TIME_ROWS: tuple[tuple[str, str, Handler, str, str], ...] = (
    ("GET", "/agenda", agenda.listed, "Việc sắp xảy ra", "What is scheduled"),
    ("POST", "/agenda", agenda.added, "Hẹn một việc", "Schedule an effect"),
    ("DELETE", "/agenda/{due}/{no}", agenda.cancelled, "Bỏ một việc đã hẹn", "Cancel an effect"),
    ("POST", "/applications", applications.filed, "Công dân nộp hồ sơ", "Citizens file at the ministry"),
)
