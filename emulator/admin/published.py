"""The description of all interfaces: a document for programs, a page for people. Open to all: neither has secrets."""

from __future__ import annotations

from emulator.admin.problems import Trouble
from emulator.admin.request import AdminReply, AdminRequest, Handler


def document(visit: AdminRequest) -> AdminReply:
    """Return the OpenAPI document."""
    return _page(visit, "openapi.json")


def page(visit: AdminRequest) -> AdminReply:
    """Return the page that shows it."""
    return _page(visit, "docs")


def asset(visit: AdminRequest) -> AdminReply:
    """Return a file of that page.

    Raises:
        Trouble: it has none of that name.
    """
    return _page(visit, f"docs/{visit.named['asset']}")


def _page(visit: AdminRequest, name: str) -> AdminReply:
    found = visit.office.published(name)
    if found is None:
        near_vi, near_en = "Trang ở /__admin/docs.", "The page is at /__admin/docs."
        raise Trouble("no-such-route", path=f"/__admin/{name}", near_vi=near_vi, near_en=near_en)
    return AdminReply(found.content, content_type=found.content_type, headers=found.headers)


PUBLISHED_ROWS: tuple[tuple[str, str, Handler, str, str], ...] = (
    ("GET", "/openapi.json", document, "Tài liệu OpenAPI", "All interfaces as OpenAPI"),
    ("GET", "/docs", page, "Trang tài liệu", "The same as a page"),
    ("GET", "/docs/{asset}", asset, "Tệp của trang ấy", "A file of that page"),
)
