"""What may be sent to the routes of the axis, of units and of the portal. Imported with the first body."""

from __future__ import annotations

from typing import get_args

from marshmallow import Schema, fields, validate

from emulator.country.axis_records import ServiceState

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


class SubjectSearch(Provider):
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


class UnitWish(Schema):
    """``PUT …/units/{unit}``: an agency that works in the sandbox; everything has a default."""

    name = fields.String(validate=_NAME)
    subsystem = fields.String(validate=_NAME)
    hosts = fields.List(fields.String(validate=_NAME), validate=validate.Length(max=20))
    base_url = fields.String(validate=_NAME)
    verify_tls = fields.Boolean(truthy={True}, falsy={False})


class ListedServer(Schema):
    """``PUT …/ss-info/{agency}``: a row of the list of security servers (KDL V.1)."""

    name = fields.String(validate=_NAME)
    dstcode = fields.String(required=True, validate=_NAME)


class SupportWish(Schema):
    """``POST …/support-requests``: what the guide asks for, and which unit asks (its own by default)."""

    result_code = fields.String(required=True, validate=_NAME)
    title = fields.String(required=True, validate=_NAME)
    monthly_uses = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(1, 10_000_000, error="phải từ 1 đến 10000000 / must be from 1 to 10000000"),
    )
    unit = fields.String(validate=_NAME)


class FilingWish(Schema):
    """``POST …/citizens/{id}/dossiers``: which procedure, at which agency, in whose name and what about."""

    procedure = fields.String(required=True, validate=_NAME)
    agency = fields.String(required=True, validate=_NAME)
    applicant = fields.String(validate=validate.Length(1, 200, error="phải có 1 đến 200 ký tự / must have 1 to 200"))
    summary = fields.String(validate=validate.Length(1, 1000, error="phải có 1 đến 1000 ký tự / must have 1 to 1000"))


class Rehearsal(Schema):
    """``POST …/rehearsals``; ``path`` for a download, ``file`` for downloadfile, ``body`` in place of ours."""

    kind = fields.String(load_default="download")
    dstcode = fields.String(validate=_NAME)
    caller = fields.String(validate=_NAME)
    path = fields.String(validate=_PATH)
    file = fields.String(validate=_NAME)
    body = fields.Raw()
    providerurl = fields.String(validate=_NAME)
    method = fields.String(
        load_default="GET", validate=validate.OneOf(("GET", "HEAD"), error="phải là GET hay HEAD / must be GET or HEAD")
    )
    range = fields.String(
        validate=validate.Regexp(r"bytes=\d*-\d*$", error="phải có dạng bytes=0-99 / must look like bytes=0-99")
    )
