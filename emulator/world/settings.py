"""What can be set per sandbox, with the emulator's own defaults. None means: as the mode says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["strict", "documented", "observed"]
Profile = Literal["apim-2.6", "apim-3.2", "apim-4.x"]
MODES: tuple[Mode, ...] = ("strict", "documented", "observed")
PROFILES: tuple[Profile, ...] = ("apim-2.6", "apim-3.2", "apim-4.x")


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """The settings of one sandbox; ``PUT /__admin/sandboxes/{id}/settings`` takes any part of them."""

    journal_limit: int = 10_000
    error_code_style: Literal["number", "string", "00"] = "number"
    token_lifetime_s: int = 3600
    # How bodies are read. None means as the mode says (B33), or not checked (B18).
    vneid_meaning: Literal["printed", "inverted"] | None = None
    gso_era: Literal["2023", "2025"] = "2023"
    agency_code: str | None = "H26"
