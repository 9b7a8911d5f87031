"""The schemas that validate, as JSON Schema: lengths, lists of values and forms are read off their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from emulator.admin import axis_schemas, schemas
from emulator.admin import schemas as fault_schemas
from emulator.admin import schemas as scenario_schemas
from emulator.services.portal import schemas as dvcqg_schemas
from emulator.wire.columns import Column

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
