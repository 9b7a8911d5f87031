"""The rows of the axis in the table of the admin API: verb, path, handler, and what it is for."""

from __future__ import annotations

from emulator.admin import access_rights, axis_states, rehearsals
from emulator.admin.visit import Handler

AXIS_ROWS: tuple[tuple[str, str, Handler, str, str], ...] = (
    ("GET", "/access-rights", access_rights.listed, "Quyền truy cập", "Access rights of a provider"),
    ("POST", "/access-rights", access_rights.added, "Cấp quyền", "Add selected subjects"),
    ("DELETE", "/access-rights", access_rights.removed, "Bỏ quyền", "Remove selected subjects"),
    ("GET", "/access-rights/subjects", access_rights.subjects, "Tìm để cấp quyền", "Search subjects to add"),
    ("POST", "/access-rights/all", access_rights.added_all, "Cấp cho mọi kết quả tìm", "Add every hit of a search"),
    ("DELETE", "/access-rights/all", access_rights.removed_all, "Bỏ mọi quyền", "Remove every right"),
    ("GET", "/subsystems", axis_states.subsystems, "Các hệ thống trên trục", "Subsystems of the axis"),
    ("PATCH", "/subsystems/{dstcode}", axis_states.change_subsystem, "Đổi trạng thái", "Break or mend a subsystem"),
    ("GET", "/hosts", axis_states.hosts, "Các máy chủ sau trục", "Hosts behind the axis"),
    ("PATCH", "/hosts/{host}", axis_states.change_host, "Đổi trạng thái máy chủ", "Break or mend a host"),
    ("GET", "/live-agencies", axis_states.live_agencies, "Cơ quan chạy thật", "Agencies that real machines play"),
    ("PUT", "/live-agencies/{dstcode}", axis_states.enliven, "Khai báo chạy thật", "Register a live agency"),
    ("DELETE", "/live-agencies/{dstcode}", axis_states.still, "Thôi chạy thật", "Play the agency again"),
    ("POST", "/rehearsals", rehearsals.rehearsed, "Gọi thử vào một cơ quan", "Rehearse a call into an agency"),
)
