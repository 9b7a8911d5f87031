"""The plan as a file that ``ndxp-emulator certify`` takes again: JSON, which is YAML as well."""

from __future__ import annotations

from typing import Any

from emulator.certification.bundle.form import pretty
from emulator.certification.plan import Plan


def plan_text(plan: Plan) -> bytes:
    """Return the plan in the words of a plan file; what is not said is left out."""
    told: dict[str, Any] = {name: value for name, value in plan.as_dict().items() if value not in ("", {}, (), None)}
    told["patience"] = f"PT{told.pop('patience_s')}S"
    return pretty(told)
