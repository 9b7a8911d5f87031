"""The description of all interfaces: a document for programs, a page for people. Open to all: neither has secrets."""

from __future__ import annotations

from emulator.admin.problems import Trouble
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable

ROUTES = RouteTable(is_open=True)


@ROUTES.add("GET", "/openapi.json", "Tài liệu OpenAPI", "All interfaces as OpenAPI", RouteDoc("Document"))
def show_document(request: AdminRequest) -> AdminReply:
    """Return the OpenAPI document."""
    return _page(request, "openapi.json")


@ROUTES.add("GET", "/docs", "Trang tài liệu", "The same as a page", RouteDoc("", media="text/html"))
def show_page(request: AdminRequest) -> AdminReply:
    """Return the page that shows it."""
    return _page(request, "docs")


@ROUTES.add(
    "GET",
    "/docs/{asset}",
    "Tệp của trang ấy",
    "A file of that page",
    RouteDoc("", noes=("no-such-route",), media="*/*"),
)
def show_asset(request: AdminRequest) -> AdminReply:
    """Return a file of that page.

    Raises:
        Trouble: it has none of that name.
    """
    return _page(request, f"docs/{request.named['asset']}")


def _page(request: AdminRequest, name: str) -> AdminReply:
    found = request.context.published(name)
    if found is None:
        near_vi, near_en = "Trang ở /__admin/docs.", "The page is at /__admin/docs."
        raise Trouble("no-such-route", path=f"/__admin/{name}", near_vi=near_vi, near_en=near_en)
    return AdminReply(found.content, content_type=found.content_type, headers=found.headers)
