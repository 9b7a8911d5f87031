"""What admin calls may say, declared once."""

from __future__ import annotations

import dataclasses
import difflib
import types
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from emulator.admin.problems import InputFault, invalid
from emulator.admin.request import AdminRequest
from emulator.country.access import ROLES
from emulator.country.furnish import nearest
from emulator.country.sandbox import ID_GRAMMAR
from emulator.country.settings import BOUNDS, MODES, MOST, PROFILES, SPELLINGS, SandboxSettings
from emulator.scenario.faults import FAULTS

if TYPE_CHECKING:
    from emulator.kernel.exchange import JsonObject


def load_request(request: AdminRequest, schema: Schema, *, may_be_empty: bool = False) -> JsonObject:
    """Return what was sent to a sandbox that is there. Raises Trouble when something is wrong."""
    request.sandbox()
    return load(schema, request.content(may_be_empty=may_be_empty))


# What may be sent to the routes of scenarios.


class PlayWish(Schema):
    """One scenario of several, with the values its parameters are set to."""

    scenario = fields.String(required=True)
    set = fields.Dict(keys=fields.String(), values=fields.Raw())


class ScenarioChoice(Schema):
    """``PUT /__admin/scenario``: a name (null: none), several names, or the text of a scenario."""

    scenario = fields.String(allow_none=True)
    set = fields.Dict(keys=fields.String(), values=fields.Raw())
    scenarios = fields.List(fields.Nested(PlayWish), validate=validate.Length(min=1, max=8))
    text = fields.String()

    @validates_schema
    def _name_one(self, data: dict[str, Any], **_: Any) -> None:
        if sum(name in data for name in ("scenario", "scenarios", "text")) != 1:
            words = "scenario, scenarios, text"
            raise ValidationError(f"cần đúng một trong: {words} / exactly one of {words} is needed", "scenario")


class StateWish(Schema):
    """``PUT /__admin/scenario/states/{name}``, and WireMock's ``PUT /__admin/scenarios/{name}/state``."""

    state = fields.String()


class CounterWish(Schema):
    """``PUT /__admin/scenario/counters/{name}``."""

    value = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(0, 2**53, error="phải từ 0 đến 2^53 / must be from 0 to 2^53"),
    )


# What may be sent to the admin API. Imported when the first body or query arrives, not at the start.

ARMED = ("armed_faults",)  # settings that routes of their own change
_TRACE_ID = "gồm 32 chữ số 0-9a-f / has 32 digits 0-9a-f"
_BOTH = {
    "Unknown field.": ("không có tên này", "there is no such name"),
    "Missing data for required field.": ("là bắt buộc", "is required"),
    "Field may not be null.": ("không được là null", "may not be null"),
    "Not a valid string.": ("phải là chuỗi", "must be a string"),
    "Not a valid integer.": ("phải là số nguyên", "must be an integer"),
    "Not a valid number.": ("phải là số", "must be a number"),
    "Special numeric values (nan or infinity) are not permitted.": ("phải là số hữu hạn", "must be a finite number"),
    "Not a valid boolean.": ("phải là true hoặc false", "must be true or false"),
    "Not a valid list.": ("phải là danh sách", "must be a list"),
    "Not a valid mapping type.": ("phải là một đối tượng", "must be an object"),
}


_MANY = 20  # names that a person still reads


class OneOfNames(validate.OneOf):
    """The check that a value is one of some names; it names the nearest, and all of them where they are few."""

    def _format_error(self, value: Any) -> str:
        vi, en = nearest(value, map(str, self.choices)) if isinstance(value, str) else ("", "")
        if vi and len(list(self.choices)) > _MANY:
            return f"không có tên này{vi} / there is no such name{en}"
        names = ", ".join(map(str, self.choices))
        return f"phải là một trong: {names}{vi} / must be one of: {names}{en}"


def one_of(choices: tuple[Any, ...]) -> validate.OneOf:
    """Return the check that a value is one of these, worded in both languages."""
    return OneOfNames(choices)


def between(low: float, high: float | None = None) -> validate.Range:
    """Return the check that a number is within bounds, worded in both languages."""
    vi, en = f"phải từ {low}", f"must be at least {low}"
    if high is not None:
        vi, en = f"{vi} đến {high}", f"{en} and at most {high}"
    return validate.Range(min=low, max=high, error=f"{vi} / {en}")


class Boolean(fields.Boolean):
    """JSON's own true and false, and nothing that resembles them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class SandboxWish(Schema):
    """``POST /__admin/sandboxes``."""

    id = fields.String(
        validate=validate.Regexp(
            ID_GRAMMAR.pattern + r"\Z",
            error="gồm 1 đến 63 ký tự a-z, 0-9, '-' (không ở hai đầu) / "
            "has 1 to 63 characters a-z, 0-9, '-' (not at either end)",
        )
    )
    pack = fields.String()
    mode = fields.String(validate=one_of(MODES))
    profile = fields.String(validate=one_of(PROFILES))
    seed = fields.Integer(strict=True, validate=between(-(2**53), 2**53))
    owner = fields.String(validate=validate.Length(1, 100))
    ttl_s = fields.Integer(strict=True, validate=between(1, 366 * 24 * 3600))
    scenario = fields.String(allow_none=True)


class TokenWish(Schema):
    """``POST /__admin/sandboxes/{id}/token``."""

    role = fields.String(validate=one_of(ROLES), load_default="owner")


class SandboxChange(Schema):
    """``PATCH /__admin/sandboxes/{id}``."""

    mode = fields.String(validate=one_of(MODES))
    profile = fields.String(validate=one_of(PROFILES))
    scenario = fields.String(allow_none=True)


class ClockTurn(Schema):
    """``PUT /__admin/clock``."""

    action = fields.String(required=True, validate=one_of(("freeze", "set", "advance", "scale", "reset")))
    to = fields.String()
    by = fields.Raw()
    scale = fields.Float(validate=between(0.001, 100_000))


class JournalQuery(Schema):
    """The query of ``GET /__admin/requests``."""

    limit = fields.Integer(load_default=500, validate=between(0, 2000))
    offset = fields.Integer(load_default=0, validate=between(0, 2**53))
    after = fields.Integer(load_default=0, validate=between(0, 2**53))
    since = fields.String()
    order = fields.String(load_default="desc", validate=one_of(("asc", "desc")))
    operation = fields.String()
    outcome = fields.String(validate=one_of(("answered", "refused", "unmatched", "error", "happened", "lapsed")))
    clock = fields.String(load_default="hide", validate=one_of(("hide", "show")))
    admin = fields.String(load_default="hide", validate=one_of(("hide", "show")))
    total = fields.String(load_default="exact", validate=one_of(("exact", "skip")))
    status = fields.Integer(validate=between(0, 999))
    method = fields.String()
    path = fields.String()
    rule = fields.String()
    consumer = fields.String()
    q = fields.String()
    trace = fields.String(validate=validate.Regexp(r"[0-9a-f]{32}\Z", error=_TRACE_ID))


class DossierQuery(Schema):
    """The query of ``GET /__admin/dossiers``; ``key_kind`` chooses the system behind the production or sandbox keys."""

    limit = fields.Integer(load_default=100, validate=between(1, 1000))
    after = fields.String(load_default="")
    key_kind = fields.String(load_default="production", validate=one_of(("production", "sandbox")))
    code = fields.String()
    status = fields.Integer()
    q = fields.String(validate=validate.Length(max=200, error="dài quá 200 ký tự / is longer than 200 characters"))


class PortalDossierQuery(Schema):
    """The query of ``GET /__admin/portal-dossiers``; ``owner`` and ``unit`` are a citizen's number and an agency."""

    limit = fields.Integer(load_default=100, validate=between(1, 1000))
    after = fields.String(load_default="")
    owner = fields.String()
    unit = fields.String()
    status = fields.Integer()
    q = fields.String(validate=validate.Length(max=200, error="dài quá 200 ký tự / is longer than 200 characters"))


class OneDossierQuery(Schema):
    """The query of ``GET /__admin/dossiers/{code}``."""

    key_kind = fields.String(load_default="production", validate=one_of(("production", "sandbox")))


class AgendaQuery(Schema):
    """The query of ``GET /__admin/agenda``."""

    limit = fields.Integer(load_default=100, validate=between(1, 1000))
    after = fields.String(load_default="")


class AgendaWish(Schema):
    """``POST /__admin/agenda``: an effect, and when."""

    at = fields.String()
    after = fields.Raw()
    effect = fields.Dict(required=True)


class SnapshotWish(Schema):
    """``POST /__admin/snapshots``."""

    name = fields.String(
        validate=validate.Regexp(
            r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}\Z",
            error="gồm 1 đến 63 ký tự a-z, 0-9, '.', '_', '-' / has 1 to 63 characters a-z, 0-9, '.', '_', '-'",
        )
    )


class Application(Schema):
    """``POST /__admin/applications``."""

    procedure = fields.String()
    province = fields.String()
    district = fields.String()
    commune = fields.String()
    person = fields.Raw()
    count = fields.Integer(strict=True, load_default=1, validate=between(1, 1000))


class Wait(Schema):
    """How long a verification may wait, in milliseconds."""

    within_ms = fields.Integer(strict=True, load_default=0, validate=between(0, 60_000))


class Expectation(Wait):
    """How often a pattern is expected to have matched."""

    count = fields.Integer(strict=True, validate=between(0))
    at_least = fields.Integer(strict=True, validate=between(0))
    at_most = fields.Integer(strict=True, validate=between(0))


def settings_schema() -> Schema:
    """Return the schema of the sandbox settings, made from their declaration."""
    hints = get_type_hints(SandboxSettings)
    names = [each.name for each in dataclasses.fields(SandboxSettings) if each.name not in ARMED]
    made: type[Schema] = Schema.from_dict({name: _setting(name, hints[name]) for name in names}, name="SettingsChange")
    return made()


def _setting(name: str, hint: Any) -> fields.Field[Any]:
    if name in BOUNDS:
        return fields.Integer(strict=True, validate=between(*BOUNDS[name]))
    if name in SPELLINGS:
        shape = SPELLINGS[name]
        return fields.String(
            validate=validate.Regexp(shape + r"\Z", error=f"phải có dạng {shape} / must look like {shape}")
        )
    return _field_of(hint)


def _field_of(hint: Any, *, or_none: bool = False) -> fields.Field[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        rest = [each for each in arguments if each is not type(None)]
        nullable = len(rest) < len(arguments)
        return _field_of(rest[0], or_none=nullable) if len(rest) == 1 else fields.Raw(allow_none=nullable)
    if origin is Literal:
        return fields.Raw(allow_none=or_none, validate=one_of(arguments))
    if origin in (tuple, list):
        return fields.List(_field_of(arguments[0]) if arguments else fields.Raw(), allow_none=or_none)
    if origin is dict:
        return fields.Dict(keys=_field_of(arguments[0]), values=_field_of(arguments[1]), allow_none=or_none)
    if hint in (int, float):
        return _number(hint, or_none)
    kinds: Mapping[Any, type[fields.Field[Any]]] = {str: fields.String, bool: Boolean}
    return kinds.get(origin or hint, fields.Raw)(allow_none=or_none)


def _number(hint: Any, or_none: bool) -> fields.Field[Any]:
    if hint is float:
        return fields.Float(allow_none=or_none, validate=between(0))
    return fields.Integer(strict=True, allow_none=or_none, validate=between(0, MOST))


def load(schema: Schema, content: Mapping[str, object], mark: str = "/") -> JsonObject:
    """Return what was sent, in its types.

    Args:
        schema: what is expected.
        content: what was sent.
        mark: what stands before a name in a fault: ``/`` in a body, ``?`` in a query.

    Raises:
        Trouble: something is wrong; every fault is named.
    """
    try:
        loaded: JsonObject = schema.load(content, unknown=RAISE)
    except ValidationError as trouble:
        raise invalid(_faults(trouble.messages, mark, tuple(schema.fields))) from None
    return loaded


def _faults(messages: Any, pointer: str, known: tuple[str, ...]) -> list[InputFault]:
    if isinstance(messages, Mapping):
        return [
            fault
            for name, inner in messages.items()
            for fault in _faults(inner, f"{pointer}{name}" if len(pointer) == 1 else f"{pointer}/{name}", known)
        ]
    return [_fault(str(message), pointer, known) for message in messages]


def _fault(message: str, pointer: str, known: tuple[str, ...]) -> InputFault:
    if message == "Unknown field.":
        near = difflib.get_close_matches(pointer[1:], known, 1, 0.5)
        names = ", ".join(known)
        vi = f"không có tên này; gần nhất: {near[0]}" if near else f"không có tên này; có: {names}"
        en = f"there is no such name; nearest: {near[0]}" if near else f"there is no such name; there are: {names}"
        return InputFault(pointer, vi, en)
    vi, _, en = message.partition(" / ")
    return InputFault(pointer, *(_BOTH.get(message) or (vi, en or vi)))


# What may be sent to arm faults. Imported when the first body arrives.


def _least(low: float, high: float | None = None) -> validate.Range:
    top = "" if high is None else f" đến {high:g}"
    top_en = "" if high is None else f" and at most {high:g}"
    return validate.Range(min=low, max=high, error=f"phải từ {low:g}{top} / must be at least {low:g}{top_en}")


class WishedFault(Schema):
    """One fault to arm."""

    fault = fields.String(required=True, validate=one_of(tuple(FAULTS)))
    on = fields.String(load_default="*")
    nth = fields.List(fields.Integer(strict=True, validate=_least(1)), load_default=list)
    times = fields.Integer(strict=True, allow_none=True, load_default=None, validate=_least(1))
    probability = fields.Float(load_default=1.0, validate=_least(0, 1))
    seed = fields.Integer(strict=True, allow_none=True, load_default=None)
    ttl_ms = fields.Integer(strict=True, validate=_least(1))
    params = fields.Dict(keys=fields.String(), load_default=dict)


class ArmedFaults(Schema):
    """``PUT`` and ``POST /__admin/faults``."""

    faults = fields.List(fields.Nested(WishedFault), required=True)
