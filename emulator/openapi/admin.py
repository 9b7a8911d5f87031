"""The admin API: every route of its table, as it is declared beside the function that answers it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from emulator.admin import axis_schemas, class_schemas, schemas
from emulator.admin import schemas as fault_schemas
from emulator.admin import schemas as scenario_schemas
from emulator.admin.citizens import FORMS, VALID_UNITS
from emulator.admin.problems import MEDIA_TYPE, WORDINGS
from emulator.admin.request import PREFIX
from emulator.admin.route import Route, RouteDoc
from emulator.admin.routes import TABLE
from emulator.journal.matchers import BODY_MATCHERS, HEADER_MATCHERS, OPTIONS
from emulator.journal.patterns import WORDS
from emulator.services.interface import (
    ANY,
    FLAG,
    INTEGER,
    OBJECT,
    TEXT,
    Example,
    OperationDoc,
    ReplyDoc,
    Shape,
    in_path,
    in_query,
    mapping,
    one_of,
    record,
    ref,
    rows,
)
from emulator.services.portal import schemas as dvcqg_schemas
from emulator.wire.columns import Column

# The schemas that validate, as JSON Schema: lengths, lists of values and forms are read off their fields.

_STAMP, _DAY = r"^\d{14}$", r"^\d{2}/\d{2}/\d{4}$"
_FORMS = {
    "day": _DAY,
    "moment": rf"{_DAY[:-1]} \d{{2}}:\d{{2}}:\d{{2}}$",
    "province": r"^\d{2}$",
    "district": r"^\d{3}$",
    "commune": r"^\d{5}$",
}
QUERIES: Mapping[str, type[Schema]] = {
    "journal": schemas.JournalQuery,
    "dossiers": schemas.DossierQuery,
    "portal-dossiers": schemas.PortalDossierQuery,
    "agenda": schemas.AgendaQuery,
}


def named_schemas() -> dict[str, type[Schema] | Schema]:
    """Return what bodies of the admin API are checked by, each under its name among the components."""
    return {
        "SandboxWish": schemas.SandboxWish,
        "TokenWish": schemas.TokenWish,
        "ClassWish": class_schemas.ClassWish,
        "ClassAction": class_schemas.ClassAction,
        "SeatAction": class_schemas.SeatAction,
        "SandboxChange": schemas.SandboxChange,
        "SettingsChange": schemas.settings_schema(),
        "ClockTurn": schemas.ClockTurn,
        "AgendaWish": schemas.AgendaWish,
        "SnapshotWish": schemas.SnapshotWish,
        "Application": schemas.Application,
        "Provider": axis_schemas.Provider,
        "Selected": axis_schemas.Selected,
        "Search": axis_schemas.SubjectSearch,
        "SubsystemChange": axis_schemas.SubsystemChange,
        "HostChange": axis_schemas.HostChange,
        "LiveWish": axis_schemas.Live,
        "RehearsalWish": axis_schemas.Rehearsal,
        "UnitWish": axis_schemas.UnitWish,
        "ListedServer": axis_schemas.ListedServer,
        "SupportWish": axis_schemas.SupportWish,
        "FilingWish": axis_schemas.FilingWish,
        "ArmedFaults": fault_schemas.ArmedFaults,
        "ScenarioChoice": scenario_schemas.ScenarioChoice,
        "StateWish": scenario_schemas.StateWish,
        "CounterWish": scenario_schemas.CounterWish,
        "Expectation": schemas.Expectation,
        "Wait": schemas.Wait,
    }


class Reader(MarshmallowPlugin):
    """apispec's reader of marshmallow schemas, which also knows the fields of this house."""

    def init_spec(self, spec: Any) -> None:
        """Begin to read for a document."""
        super().init_spec(spec)
        for told in (_of_column, _of_portal_text, _of_pattern):
            self.converter.add_attribute_function(told)  # type: ignore[union-attr]


def reader() -> Reader:
    """Return a reader that describes schemas in place unless they are among the components."""
    return Reader(schema_name_resolver=_in_place)


def _in_place(_: object) -> Any:
    """Name nothing: what is named stands in ``named_schemas``."""
    return None


def _of_column(_: Any, field: fields.Field[Any], **__: Any) -> dict[str, Any]:
    """Read a field of the BTXH tables, as mode strict holds a body to it."""
    column = field.metadata.get("column")
    if not isinstance(column, Column):
        return {}
    told: dict[str, Any] = {"description": column.label}
    if column.values:
        listed = sorted(column.values, key=lambda each: (len(each), each))
        told["enum"] = listed if column.required else [*listed, "", None]
    elif column.form in _FORMS:
        told["pattern"] = _FORMS[column.form] if column.required else f"{_FORMS[column.form]}|^$"
    elif column.required:
        told["minLength"] = 1
    if column.most and "enum" not in told:
        told["maxLength"] = column.most
    return told


def _of_portal_text(_: Any, field: fields.Field[Any], **__: Any) -> dict[str, Any]:
    """Read a field of the portal's pushes."""
    if not isinstance(field, dvcqg_schemas.LimitedText):
        return {}
    told: dict[str, Any] = {"type": "string" if field.required else ["string", "null"]}
    if field.choices:
        told["enum"] = [*field.choices] if field.required else [*field.choices, "", None]
    elif field.dated:
        told["pattern"] = _STAMP if field.required else f"{_STAMP}|^$"
    elif field.required:
        told["minLength"] = 1
    if field.limit:
        told["maxLength"] = field.limit
    return told


def _of_pattern(converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    r"""Spell a pattern as ECMA 262 does, bound at both ends, where Python has ``\Z``."""
    pattern = converter.field2pattern(field).get("pattern", "")
    bound = pattern.removesuffix("\\Z")
    return {} if bound == pattern else {"pattern": f"^{bound}$"}


_NAMED = {
    "sandbox": "vi-du",
    "class": "lop-vi-du",
    "seat": "1",
    "owner": "tinh-a",
    "id": "1",
    "code": "000.00.15.G07-221202-0501",
    "dstcode": "VN:GOV:000.00.00.H34:kontumvdxpsvc01",
    "host": "motcua.kontum.gov.vn",
    "due": "1893430800000",
    "no": "1",
    "attempt": "{{attempt}}",
    "unit": "H34",
    "agency": "H34",
    "pack": "goi-vi-du",
    "result_code": "KQ.G15.000008",
}
"""Values of the variables of paths: what the pack has, or what an earlier example has made."""

_BY_PATH = {
    "/citizens/{id}": {"id": "999094001009"},
    "/portal-dossiers/{code}": {"code": "G22.99-261110-0001"},
    "/scenario/counters/{name}": {"name": "tiep-nhan"},
    "/scenario/states/{name}": {"name": "dung-trinh-tu"},
    "/scenarios/{name}": {"name": "dung-trinh-tu"},
    "/snapshots/{name}": {"name": "truoc-khi-thu"},
    "/docs/{asset}": {"asset": "swagger-ui.css"},
}
_ADMITTED: tuple[Mapping[str, list[str]], ...] = ({}, {"admin_token": []}, {"admin_header": []})
_GUARD = ("token-needed", "foreign-host", "foreign-origin")
_READ = ("not-json", "not-an-object", "body-too-large", "invalid")
_CLEAN_UP = "admin: dọn dẹp / clean-up"
_DONE = {"200": ("Xong", "Done"), "201": ("Đã tạo", "Made"), "202": ("Đúng như mong đợi", "It holds")}


def shapes() -> dict[str, Shape]:
    """Return the components that admin bodies have beside those that marshmallow checks."""
    pattern = _pattern()
    given = ("form", "result_code", "reference_number", "agency_code")
    filled: Shape = {"type": "string", "minLength": 1}
    file: dict[str, Shape] = {"file_name": filled, "link": TEXT, "content_base64": TEXT, "content_type": TEXT}
    a_file: Shape = {"type": "object", "properties": file, "required": ["file_name"]}
    days: dict[str, Shape] = {
        "effective_on": TEXT,
        "expires_on": TEXT,
        "valid_for": {"type": ["integer", "string"]},
        "valid_unit": {"enum": list(VALID_UNITS)},
    }
    upload = {**dict.fromkeys(given, filled), "form": {"enum": list(FORMS)}, **file, **days, "files": rows(a_file)}
    kept = {"result": filled, "reference_number": TEXT, **days}
    words = pattern["properties"]
    wait: Shape = {"type": "integer", "minimum": 0, "maximum": 60_000, "default": 0}
    often: Shape = {"type": "integer", "minimum": 0}
    own = {"count": often, "at_least": often, "at_most": often, "within_ms": wait}
    sequence = {"sequence": {**rows(ref("RequestPattern")), "minItems": 1}, "within_ms": wait}
    return {
        "Document": OBJECT,
        "RequestPattern": pattern,
        "Verification": {**pattern, "properties": {**words, **own}},
        "SequenceVerification": record(sequence, optional=("within_ms",)),
        "FileWish": {**a_file, "required": ["file_name", "content_base64"]},
        "PackUpload": record({"files": mapping(one_of(OBJECT, TEXT))}),
        "PaperWish": {
            "anyOf": [
                {"type": "object", "properties": kept, "required": ["result"]},
                {"type": "object", "properties": {**upload, "title": TEXT}, "required": list(given)},
            ]
        },
    }


def _pattern() -> Shape:
    kinds: dict[str, Shape] = {
        "headers": mapping(_matchers(HEADER_MATCHERS)),
        "queryParameters": mapping(_matchers(HEADER_MATCHERS)),
        "bodyPatterns": rows(_matchers(BODY_MATCHERS)),
        "body": OBJECT,
        "basicAuthCredentials": record({"username": TEXT, "password": TEXT}),
        "basicAuth": record({"username": TEXT, "password": TEXT}),
        "status": INTEGER,
    }
    return record({word: kinds.get(word, TEXT) for word in WORDS}, optional=tuple(WORDS))


def _matchers(known: Mapping[str, Any]) -> Shape:
    kinds: dict[str, Shape] = {"absent": FLAG, "equalToJson": ANY}
    kinds |= {"matchesJsonPath": one_of(TEXT, OBJECT)}
    words = {word: kinds.get(word, TEXT) for word in known} | dict.fromkeys(OPTIONS, FLAG)
    return {**record(words, optional=tuple(words)), "minProperties": 1}


def operations() -> Iterator[OperationDoc]:
    """Yield every route, scoped ones under both addresses."""
    for place, ((verb, path), route) in enumerate(TABLE.items()):
        yield _operation(verb, path, route, 100_000 * (route.doc.last + 10) + 10 * place)


def _operation(verb: str, path: str, route: Route, turn: int) -> OperationDoc:
    is_scoped, doc = path != route.path, route.doc
    return OperationDoc(
        verb,
        PREFIX + path,
        ".".join(("admin", verb.lower(), *re.findall(r"[\w-]+", path))),
        _tag(route) if not is_scoped else "admin: mọi sandbox / any sandbox",
        route.vi,
        route.en,
        {**_success_answers(doc), **_noes(path, route)},
        parameters=(*_variables(path), *_words(doc)),
        body=ref(doc.takes) if doc.takes else None,
        is_body_needed=not doc.may_be_empty,
        examples={"vi-du": Example(route.vi, route.en, doc.example)} if doc.takes else {},
        security=() if route.is_open else _ADMITTED,
        usual=doc.usual,
        keeps=doc.keeps,
        folder=_CLEAN_UP if doc.last > 0 else "",
        turn=turn,
    )


def _tag(route: Route) -> str:
    return f"admin: {route.group}" if route.group else "admin"


def _success_answers(doc: RouteDoc) -> dict[str, ReplyDoc]:
    content: dict[str, Shape] = {doc.media: ref(doc.answer) if doc.answer else {}}
    content |= dict.fromkeys(doc.other_media, TEXT)
    return {status: ReplyDoc(*_DONE[status], content) for status in doc.status}


def _noes(path: str, route: Route) -> dict[str, ReplyDoc]:
    codes = [*route.doc.noes]
    if not route.is_open:
        codes += _GUARD
    if "{" in path:
        codes.append("no-such-route")
    if "{sandbox}" in path:
        codes.append("no-such-sandbox")
    if route.doc.takes:
        codes += _READ
    by_status: dict[str, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(str(WORDINGS[code].status), []).append(code)
    return {status: _no(status, found) for status, found in sorted(by_status.items())}


def _no(status: str, codes: list[str]) -> ReplyDoc:
    title = f"{HTTPStatus(int(status)).phrase}: {', '.join(codes)}"
    return ReplyDoc("Từ chối", title, {MEDIA_TYPE: ref("Problem")})


def _variables(path: str) -> Iterator[Mapping[str, Any]]:
    own = next((values for begin, values in _BY_PATH.items() if begin in path), {})
    for name in re.findall(r"\{(\w+)\}", path):
        yield in_path(name, own.get(name) or _NAMED[name])


def _words(doc: RouteDoc) -> Iterator[Mapping[str, Any]]:
    for word in doc.words:
        yield in_query(*word)
    if doc.query:
        yield {"in": "query", "schema": QUERIES[doc.query]}
