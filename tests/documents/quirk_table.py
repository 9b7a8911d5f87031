"""The cases of the register of quirks: each names its rows and is played in every mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.country.shelf import Dossier, ProcessingStep
from emulator.wire.reading import ModeName
from tests.conftest import Visitor
from tests.services.stories import visiting

MODES: tuple[ModeName, ...] = ("strict", "documented", "observed")


@dataclass(frozen=True)
class Stage:
    """Where a case is played: a country in one mode."""

    mode: ModeName
    folder: Path

    @property
    def is_strict(self) -> bool:
        return self.mode == "strict"

    def visiting(
        self, dossiers: Sequence[Dossier] = (), steps: Sequence[ProcessingStep] = (), **settings: Any
    ) -> AbstractContextManager[Visitor]:
        """Open a country whose pack holds these records."""
        return visiting(self.folder, dossiers, steps, self.mode, **settings)


Case = Callable[[Stage], None]
CASES: dict[str, list[Case]] = {}


def case(*quirks: str) -> Callable[[Case], Case]:
    """Enter a case for rows of the register."""

    def enter(play: Case) -> Case:
        for quirk in quirks:
            CASES.setdefault(quirk, []).append(play)
        return play

    return enter
