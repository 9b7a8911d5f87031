"""The admin API as one table."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint

from emulator.admin.office import Office


def admin(office: Office) -> Blueprint:
    """Return the routes under ``/__admin``."""
    blueprint = Blueprint("admin", __name__, url_prefix="/__admin")

    @blueprint.get("/ready")
    def ready() -> dict[str, Any]:
        return {"status": "ready"}

    @blueprint.get("/requests")
    def requests() -> dict[str, Any]:
        sandbox = office.sandboxes.get("default")
        rows = office.journal.entries(sandbox.home)
        return {"requests": [json.loads(row.story) for row in rows], "meta": {"total": len(rows)}}

    return blueprint
