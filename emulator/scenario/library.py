"""The scenarios this process knows: those in the box, and the files and folders it was given."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from emulator.country.furnish import nearest
from emulator.country.positions import Problem
from emulator.scenario.script import Script

_log = logging.getLogger(__name__)


class NoScenario(KeyError):
    """There is no scenario of that name; ``vi`` and ``en`` name the nearest one."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self.vi, self.en = nearest(name, known)


class _Kept(NamedTuple):
    mark: tuple[int, int]
    script: Script


@cache
def shipped_folder() -> Path:
    """Return the folder of the scenarios in the box: of the installed package, or of the checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_data" / "scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"


class Library:
    """Scenarios by id, which is their file's name. A file is read when it is first asked for.

    With ``is_watched`` a changed file is read again; while it is wrong, the script read before stays in force.
    """

    def __init__(self, places: Iterable[Path] = (), *, is_watched: bool = False) -> None:
        self._places, self._is_watched = (*places, shipped_folder()), is_watched
        self._kept: dict[str, _Kept] = {}
        self._paths: dict[str, Path] | None = None

    def paths(self) -> dict[str, Path]:
        """Return all scenario files by id; what stands in a place given first wins."""
        found: dict[str, Path] = {}
        for place in self._places:
            files = sorted(place.rglob("*.yaml")) if place.is_dir() else [place]
            for path in files:
                found.setdefault(path.stem, path)
        return found

    def path_of(self, name: str) -> Path:
        """Return the file of a scenario. Raises NoScenario when there is none."""
        if self._paths is None or name not in self._paths:
            self._paths = self.paths()
        if name not in self._paths:
            raise NoScenario(name, self._paths)
        return self._paths[name]

    def get(self, name: str) -> Script:
        """Return a scenario.

        Raises:
            NoScenario: there is none of that name.
            BadScenario: its file is wrong, and was never right since this process began.
        """
        kept = self._kept.get(name)
        if kept and not self._is_watched:
            return kept.script
        return self._fresh(name, kept)

    def _fresh(self, name: str, kept: _Kept | None) -> Script:
        from emulator.scenario.reader import BadScenario, read_script

        path = self.path_of(name)
        try:
            stat = path.stat()
            mark = (stat.st_mtime_ns, stat.st_size)
            if kept and kept.mark == mark:
                return kept.script
            script = read_script(path)
        except (OSError, BadScenario) as trouble:
            if kept is None:
                raise
            _log.warning("the scenario stays as it was read before: %s", trouble)
            return kept.script
        self._kept[name] = _Kept(mark, script)
        return script

    def problems(self, name: str) -> list[Problem]:
        """Return what is wrong with a scenario's file as it is now."""
        from emulator.scenario.reader import problems_of

        return problems_of(self.path_of(name))
