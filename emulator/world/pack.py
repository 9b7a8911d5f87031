"""A fixture pack: what the country is before anything happens. Opened read-only, indexed once, shared."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulator.world.kinds import DOSSIERS, STEPS
from emulator.world.records import Dossier, ProcessingStep
from emulator.world.shelf import Base


@dataclass(frozen=True)
class Pack:
    """The read-only base of every sandbox that names it."""

    id: str
    dossiers: Base[Dossier] = field(default_factory=lambda: Base(DOSSIERS))
    steps: Base[ProcessingStep] = field(default_factory=lambda: Base(STEPS))
