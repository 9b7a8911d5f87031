"""The portal's own administration site, of which one page is printed: KDL V.3."""

from __future__ import annotations

from html import escape

from emulator.country.world import World
from emulator.kernel.exchange import Call, Reply
from emulator.services.portal.pack import Portal
from emulator.services.portal.wire_catalogues import security_server_rows

PAGE = "/web/mtv/ss_info/index"
_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_TITLE = "Danh sách SS tải tệp kho dữ liệu"


def answer(call: Call, world: World) -> Reply:
    """Return the list of security servers as a page that people and screen readers can read; 404 elsewhere."""
    if call.path.rstrip("/") != PAGE:
        return Reply(404, b"Not Found", (("Content-Type", "text/plain; charset=utf-8"),))
    rows = security_server_rows(Portal(world).security_servers())
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("STT", *rows[0])) if rows else ""
    lines = "".join(_line(number, list(row.values())) for number, row in enumerate(rows, 1))
    page = (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{_TITLE}</title></head><body><main>'
        f"<h1>{_TITLE}</h1><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></main></body></html>"
    )
    return Reply(200, page.encode(), _HTML)


def _line(number: int, cells: list[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in (str(number), *cells)) + "</tr>"
