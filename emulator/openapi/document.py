"""The OpenAPI document of the emulated services and of the admin API."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from apispec import APISpec

from emulator import __version__
from emulator.admin.request import PublishedPage
from emulator.openapi import admin, admin_shapes
from emulator.openapi import services as emulated
from emulator.openapi.admin import named_schemas, reader
from emulator.services.interface import OperationDoc

if TYPE_CHECKING:
    from emulator.kernel.exchange import JsonObject

# The document as generators of clients need it: no anonymous objects, plain tags, plain nullables.

_REF = "#/components/schemas/"
_LITERAL = frozenset({"enum", "const", "default", "example", "examples", "required"})
_SHARED = {frozenset({"vi", "en"}): "Both"}
"""Names for shapes that stand in many places and belong to none."""


def make_generatable(document: JsonObject) -> JsonObject:
    """Return the document with the same meaning: every object has a name, every tag is one plain word."""
    schemas: JsonObject = document["components"]["schemas"]
    names = _Names(schemas)
    for name in list(schemas):
        schemas[name] = names.inside(_plain(schemas[name]), name)
    for operation in _operations(document):
        base = _words(operation["operationId"])
        for place, holder in _contents(operation):
            holder["schema"] = names.name_objects(_plain(holder["schema"]), base + place)
        operation["tags"] = [tag_of(each) for each in operation["tags"]]
    document["tags"] = [{"name": tag_of(each["name"]), "description": each["name"]} for each in document["tags"]]
    schemas |= names.made
    return document


def tag_of(title: str) -> str:
    """Return ``vdxp-downloads`` of ``VDXP: tải tệp / downloads``: what a module or a class may be called."""
    area, colon, rest = title.partition(":")
    english = (rest if colon else area).rpartition("/")[2]
    text = f"{area}-{english}" if colon else english
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _operations(document: JsonObject) -> Iterator[JsonObject]:
    for path in document["paths"].values():
        yield from (each for verb, each in path.items() if verb != "parameters" and "operationId" in each)


def _contents(operation: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """Yield everything of an operation that holds a schema, with a word for its place."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if "schema" in media:
            yield "Body", media
    for status, reply in operation["responses"].items():
        for media in reply.get("content", {}).values():
            if "schema" in media:
                yield f"Reply{status}", media


def _plain(schema: Any) -> Any:
    """Return a schema without what generators stumble over: a slash as pattern, a default beside null in an enum."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {word: value if word in _LITERAL else _plain(value) for word, value in schema.items()}
    if found.get("pattern") == "/":
        found["pattern"] = "^/.*"
    if "enum" in found and "null" in found.get("type", ()):
        found.pop("default", None)  # openapi-generator's go gives it a type that it does not write
    return found


class _Names:
    """Gives every anonymous object a name of its own; the same object in two places has one name."""

    def __init__(self, taken: Mapping[str, Any]) -> None:
        self._taken = set(taken)
        self._by_content: dict[str, str] = {}
        self.made: JsonObject = {}

    def name_objects(self, schema: Any, place: str) -> Any:
        """Return a reference to the object, or the schema with the objects inside it named."""
        if isinstance(schema, list):
            return [self.name_objects(each, place) for each in schema]
        if not isinstance(schema, dict):
            return schema
        if "properties" not in schema:
            return self.inside(schema, place)
        content = json.dumps(schema, sort_keys=True)
        name = self._by_content.get(content)
        if name is None:
            name = self._free(_SHARED.get(frozenset(schema["properties"]), place))
            self._by_content[content] = name
            self.made[name] = self.inside(schema, name)
        if "null" in schema.get("type", ()):
            return {"anyOf": [{"$ref": _REF + name}, {"type": "null"}]}
        return {"$ref": _REF + name}

    def inside(self, schema: JsonObject, place: str) -> JsonObject:
        """Return a schema that keeps its own place, with every object inside it named."""
        found: JsonObject = {}
        for word, value in schema.items():
            if word == "properties":
                found[word] = {key: self.name_objects(each, place + _words(key)) for key, each in value.items()}
            elif word in ("items", "additionalProperties", "not"):
                found[word] = self.name_objects(value, f"{place}{'Item' if word == 'items' else 'Value'}")
            elif word in ("anyOf", "oneOf", "allOf"):
                found[word] = [self.name_objects(each, f"{place}{number or ''}") for number, each in enumerate(value)]
            else:
                found[word] = value
        return found

    def _free(self, wish: str) -> str:
        name, number = wish, 2
        while name in self._taken:
            name, number = f"{wish}{number}", number + 1
        self._taken.add(name)
        return name


def _words(text: str) -> str:
    """Return ``AdminGetClock`` of ``admin.get.clock``."""
    return "".join(each[:1].upper() + each[1:] for each in re.split(r"[^A-Za-z0-9]+", text) if each)


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


def document() -> JsonObject:
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


# The page that shows the document: Swagger UI, shipped with the emulator. It loads nothing from anywhere else.

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
