"""What may be sent to arm faults. Imported when the first body arrives."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from emulator.scenario.faults import FAULTS

_NAMES = ", ".join(FAULTS)


def _least(low: float, high: float | None = None) -> validate.Range:
    top = "" if high is None else f" đến {high:g}"
    top_en = "" if high is None else f" and at most {high:g}"
    return validate.Range(min=low, max=high, error=f"phải từ {low:g}{top} / must be at least {low:g}{top_en}")


class WishedFault(Schema):
    """One fault to arm."""

    fault = fields.String(
        required=True,
        validate=validate.OneOf(list(FAULTS), error=f"phải là một trong: {_NAMES} / must be one of: {_NAMES}"),
    )
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
