"""The OpenAPI document of the emulated services and of the admin API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from apispec import APISpec

from emulator import __version__
from emulator.openapi import admin, admin_shapes
from emulator.openapi import services as emulated
from emulator.openapi.generators import make_generatable
from emulator.openapi.schemas import named_schemas, reader
from emulator.services.interface import OperationDoc

OPENAPI = "3.1.0"
_ABOUT = """Trình giả lập ngoại tuyến của NDXP/NGSP, VDXP và Cổng Dịch vụ công quốc gia. Tài liệu này được viết từ \
chính các lược đồ kiểm tra dữ liệu; mọi ví dụ trong đó đều được một bài kiểm thử gửi đi.

An offline emulator of Vietnam's national data exchange platforms. This document is written from the very schemas that \
validate, and every example in it is sent by a test.

* `/s/{sandbox}/…` trước một dịch vụ giả lập chọn sandbox. / before an emulated service chooses the sandbox.
* `{{ten}}` trong ví dụ là biến: xem `x-variables`. / in an example is a variable: see `x-variables`.
* Lỗi đặt qua `/__admin/faults`, kịch bản và `Prefer` có thể trả bất cứ gì: đó là việc của chúng. / Armed faults, \
scenarios and `Prefer` may answer anything: that is what they are for.
"""
SCHEMES: dict[str, dict[str, Any]] = {
    "key_pair": {"type": "http", "scheme": "basic", "description": "consumer_key:consumer_secret (BTXH 2.1.1)"},
    "access_token": {"type": "http", "scheme": "bearer", "description": "/token"},
    "papers_token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "bndp/public/v1/login; raw or after Bearer (K04)",
    },
    "admin_token": {"type": "http", "scheme": "bearer", "description": "serve --admin-token"},
    "admin_header": {"type": "apiKey", "in": "header", "name": "X-Admin-Token", "description": "serve --admin-token"},
}
VARIABLES = {
    "base_url": "http://127.0.0.1:8080",
    "consumer_key": "ready line, credentials.production",
    "consumer_secret": "ready line, credentials.production",
    "portal_username": "ready line, credentials.portal",
    "portal_password": "ready line, credentials.portal",
    "portal_unit": "ready line, credentials.portal",
    "papers_username": "ready line, credentials.papers",
    "papers_password": "ready line, credentials.papers",
    "admin_token": "serve --admin-token",
    "access_token": "/token",
    "session": "mapi/login",
    "papers_token": "bndp/public/v1/login",
    "attempt": "POST /__admin/attempts",
}


@cache
def as_bytes() -> bytes:
    """Return the document as JSON text."""
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()


def document() -> dict[str, Any]:
    """Return the document."""
    spec = APISpec(
        title="ndxp-emulator",
        version=__version__,
        openapi_version=OPENAPI,
        plugins=[reader()],
        info={"description": _ABOUT, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        servers=[{"url": "/"}],
        **{"x-variables": VARIABLES},
    )
    _add_components(spec)
    for operation in operations():
        spec.path(path=operation.path, operations={operation.verb.lower(): operation.as_dict()})
    for tag in dict.fromkeys(operation.tag for operation in operations()):
        spec.tag({"name": tag})
    return make_generatable(spec.to_dict())


def _add_components(spec: APISpec) -> None:
    for name, scheme in SCHEMES.items():
        spec.components.security_scheme(name, scheme)
    for name, schema in named_schemas().items():
        spec.components.schema(name, schema=schema)
    for part in (emulated.components(), admin_shapes.shapes(), admin.shapes()):
        for name, shape in part.items():
            if isinstance(shape, Mapping):
                spec.components.schema(name, component=dict(shape))
            else:
                spec.components.schema(name, schema=shape)


def operations() -> Iterator[OperationDoc]:
    """Yield every operation; those of the services in the order of a first conversation."""
    for turn, operation in enumerate(emulated.operations(), 1):
        yield replace(operation, turn=turn * 10)
    yield from admin.operations()
