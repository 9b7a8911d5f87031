"""What the routes of the axis accept."""

from __future__ import annotations

from typing import Any, get_args

from marshmallow import Schema, fields, validate

from emulator.admin.schemas import load
from emulator.admin.visit import Visit
from emulator.world.axis_records import ServiceState

_NAME = validate.Length(min=1, error="phải khác rỗng / must not be empty")
_PATH = validate.Regexp(r"/", error="phải bắt đầu bằng '/' / must begin with '/'")
_SERVICES = get_args(ServiceState)
_STATE = validate.OneOf(_SERVICES, error=f"phải là {', '.join(_SERVICES)} / must be one of {', '.join(_SERVICES)}")


class Provider(Schema):
    """Whose access rights: the sandbox's own subsystem by default."""

    provider = fields.String(validate=_NAME)


class Selected(Provider):
    """Selected subjects."""

    subjects = fields.List(fields.String(validate=_NAME), required=True, validate=_NAME)


class Search(Provider):
    """Every hit of a search."""

    search = fields.String(required=True, validate=_NAME)


class SubsystemChange(Schema):
    """``PATCH …/subsystems/{dstcode}``."""

    is_reachable = fields.Boolean(truthy={True}, falsy={False})
    service = fields.String(validate=_STATE)
    notice = fields.String()


class HostChange(Schema):
    """``PATCH …/hosts/{host}``."""

    is_up = fields.Boolean(truthy={True}, falsy={False})
    offers_ranges = fields.Boolean(truthy={True}, falsy={False})


class Live(Schema):
    """``PUT …/live-agencies/{dstcode}``."""

    base_url = fields.String(required=True, validate=_NAME)
    verify_tls = fields.Boolean(truthy={True}, falsy={False}, load_default=True)
    name = fields.String(validate=_NAME)


class Rehearsal(Schema):
    """``POST …/rehearsals``; ``path`` for a download, ``file`` for downloadfile, ``body`` in place of ours."""

    kind = fields.String(load_default="download")
    dstcode = fields.String(validate=_NAME)
    caller = fields.String(validate=_NAME)
    path = fields.String(validate=_PATH)
    file = fields.String(validate=_NAME)
    body = fields.Raw()


def asked(visit: Visit, schema: Schema, *, may_be_empty: bool = False) -> dict[str, Any]:
    """Return what was sent to a sandbox that is there. Raises Trouble when something is wrong."""
    visit.sandbox()
    return load(schema, visit.content(may_be_empty=may_be_empty))
