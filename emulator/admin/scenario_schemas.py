"""What may be sent to the routes of scenarios."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class ScenarioChoice(Schema):
    """``PUT /__admin/scenario``."""

    scenario = fields.String(required=True, allow_none=True)


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
