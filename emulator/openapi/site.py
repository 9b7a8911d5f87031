"""The page that shows the document: Swagger UI, shipped with the emulator. It loads nothing from anywhere else."""

from __future__ import annotations

import gzip
from importlib.resources import files

from emulator.admin.request import PublishedPage

VIEWER = "5.35.0"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)
_TYPES = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "begin.js": "text/javascript; charset=utf-8",
    "LICENSE": "text/plain; charset=utf-8",
    "NOTICE": "text/plain; charset=utf-8",
    "swagger-ui-bundle.js.LICENSE.txt": "text/plain; charset=utf-8",
}
_PAGE = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>ndxp-emulator: OpenAPI</title><link rel="stylesheet" href="/__admin/docs/swagger-ui.css"></head>
<body><div id="document"></div>
<noscript>Trang này cần JavaScript; tài liệu ở /__admin/openapi.json. / This page needs JavaScript; the document is at
/__admin/openapi.json.</noscript>
<script src="/__admin/docs/swagger-ui-bundle.js"></script><script src="/__admin/docs/begin.js"></script></body></html>
"""


def page(name: str) -> PublishedPage | None:
    """Return ``openapi.json``, ``docs``, or a file of the page, ``docs/<name>``; None for anything else."""
    if name == "openapi.json":
        from emulator.openapi.document import as_bytes

        return PublishedPage(as_bytes(), "application/json", _HEADERS)
    if name == "docs":
        return PublishedPage(_PAGE.encode(), "text/html; charset=utf-8", _HEADERS)
    return _asset(name.removeprefix("docs/"))


def _asset(name: str) -> PublishedPage | None:
    content_type = _TYPES.get(name)
    if content_type is None:
        return None
    folder = files("emulator.openapi").joinpath("viewer")
    packed = folder.joinpath(f"{name}.gz")
    content = gzip.decompress(packed.read_bytes()) if packed.is_file() else folder.joinpath(name).read_bytes()
    return PublishedPage(content, content_type, _HEADERS)
