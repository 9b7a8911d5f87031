"""What may be sent to the routes of classes."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from emulator.admin.class_room import ACTIONS
from emulator.admin.schemas import between, one_of
from emulator.country.settings import MODES

_CLASS_NAME = validate.Regexp(
    r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\Z",
    error="gồm 1 đến 40 ký tự a-z, 0-9, '-' (không ở hai đầu) / "
    "has 1 to 40 characters a-z, 0-9, '-' (not at either end)",
)


class ClassWish(Schema):
    """``POST /__admin/classes``: the names of its people, or how many ``seats`` without names."""

    name = fields.String(required=True, validate=_CLASS_NAME)
    title = fields.String(validate=validate.Length(1, 200))
    people = fields.List(fields.String(validate=validate.Length(1, 200)), validate=validate.Length(1, 200))
    seats = fields.Integer(strict=True, validate=between(1, 200))
    lessons = fields.List(fields.String(), validate=validate.Length(0, 40))
    owner = fields.String(validate=validate.Length(1, 100))
    pack = fields.String()
    mode = fields.String(validate=one_of(MODES))
    ttl_s = fields.Integer(strict=True, validate=between(1, 366 * 24 * 3600))

    @validates_schema
    def _have_people(self, data: dict[str, Any], **_: Any) -> None:
        if ("people" in data) is ("seats" in data):
            raise ValidationError(
                "cần đúng một trong: people, seats / exactly one of people, seats is needed", "people"
            )


class ClassAction(Schema):
    """``POST /__admin/classes/{class}/actions``: what is done (``do``), to which ``seats`` (none named: to all)."""

    do = fields.String(required=True, validate=one_of(ACTIONS))
    seats = fields.List(fields.Integer(strict=True, validate=between(1, 200)), validate=validate.Length(1, 200))
    text = fields.String(allow_none=True, validate=validate.Length(0, 500))
    scenario = fields.String(allow_none=True)
    lesson = fields.String()


class SeatAction(Schema):
    """``POST /__admin/sandboxes/{sandbox}/seat``."""

    do = fields.String(required=True, validate=one_of(("hint", "stuck", "unstuck", "again", "move")))
    lesson = fields.String()
