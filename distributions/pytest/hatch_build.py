"""Brings the emulator's own modules of the plugin into the distribution; an sdist has them already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHARED = ("evidence", "line", "marks", "ndxp", "plugin", "server")


class SharedModules(BuildHookInterface[Any]):
    """The modules of ``emulator/testing`` that need nothing but pytest."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's
        """Add them to what is built, where the emulator's checkout is around."""
        testing = Path(self.root).resolve().parents[1] / "emulator" / "testing"
        if testing.is_dir():
            places = {str(testing / f"{name}.py"): f"ndxp_emulator_pytest/{name}.py" for name in SHARED}
            build_data["force_include"].update(places)
