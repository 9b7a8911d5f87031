"""What the links of a dossier lead to: attached files and the public page of a dossier (BTXH 3.1.4; B38, B75).

The documents print the links and nothing else about them; what the page shows is ours. It shows the state of a
dossier and nobody's personal data, since the link needs no token.
"""

from __future__ import annotations

from html import escape

from emulator.country.records import Dossier
from emulator.country.world import World
from emulator.kernel.clock import moment_text
from emulator.kernel.exchange import Call, Reply
from emulator.services.btxh import replies as btxh
from emulator.wire.statuses import status_text

_DETAIL = "/BTXH_ThongTinChung/GetViewDetail/"
_HTML = (("Content-Type", "text/html; charset=utf-8"),)


def answer(call: Call, world: World) -> Reply:
    """Return the file or page of a path; an HTML page with 404 for what is not there."""
    if call.path.startswith(_DETAIL):
        link = world.detail_links.get(call.path.removeprefix(_DETAIL))
        dossier = world.dossiers.get(link.dossier_code) if link else None
        return _page_of(dossier, world) if dossier else _nothing_at(call.path)
    file = world.pack.file(call.path)
    if file is None:
        return _issued_page(call.path, world)
    return Reply(200, file.read(), (("Content-Type", file.content_type),))


def _issued_page(path: str, world: World) -> Reply:
    """Return a file that the ministry has issued since the pack was made."""
    from emulator.services.btxh.life.moving import issued_file

    body = issued_file(path, world)
    return _nothing_at(path) if body is None else Reply(200, body, (("Content-Type", "application/pdf"),))


def _page_of(dossier: Dossier, world: World) -> Reply:
    rows = [
        ("Mã hồ sơ", dossier.code),
        ("Thủ tục", btxh.procedure_title(dossier.fields)),
        ("Trạng thái", status_text(dossier.status)),
        ("Ngày tiếp nhận", moment_text(dossier.received_at)),
        ("Kết quả", "Đã có" if dossier.result_fields else "Chưa có"),
    ]
    history = world.steps.with_prefix(f"{dossier.code}/")
    steps = "".join(f"<li>{moment_text(step.handled_at)}: {escape(status_text(step.status))}</li>" for step in history)
    table = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return _page(200, f"Hồ sơ {dossier.code}", f"<table>{table}</table><h2>Tiến trình xử lý</h2><ol>{steps}</ol>")


def _nothing_at(path: str) -> Reply:
    return _page(404, "Không tìm thấy", f"<p>Không có tệp hoặc hồ sơ nào tại {escape(path)}.</p>")


def _page(status: int, title: str, content: str) -> Reply:
    shown = escape(title)
    page = (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{shown}</title></head>'
        f"<body><h1>{shown}</h1>{content}</body></html>"
    )
    return Reply(status, page.encode(), _HTML)
