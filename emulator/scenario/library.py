"""The scenarios this process knows: those in the box, and the files and folders it was given."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from emulator.country.furnish import nearest
from emulator.country.pack import Pack
from emulator.country.positions import Problem
from emulator.scenario.script import Script

_MOST_KEPT = 256
_DEEPEST = 3
_log = logging.getLogger(__name__)


class NoScenario(KeyError):
    """There is no scenario of that name; ``vi`` and ``en`` name the nearest one."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self.vi, self.en = nearest(name, known)


class _Kept(NamedTuple):
    marks: tuple[tuple[Path, int, int], ...]
    script: Script


FRAGMENTS = "fragments"
"""The folder, beside scenarios, of the parts that they ``use``."""
LESSONS = "lessons"
"""The folder, beside scenarios, of what is no scenario: the lessons of a class."""


@cache
def shipped_folder() -> Path:
    """Return the folder of the scenarios in the box: of the installed package, or of the checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_data" / "scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"


class Library:
    """Scenarios by id, which is their file's name. A file is read when it is first asked for.

    A place is a file, or a folder with those in the folders below it; one that is added later is found when it is asked
    for. With ``is_watched`` a changed file is read again; while it is wrong, the script read before stays in force.
    """

    def __init__(self, places: Iterable[Path] = (), *, is_watched: bool = False) -> None:
        self._places, self._is_watched = (*places, shipped_folder()), is_watched
        self._kept: dict[str, _Kept] = {}
        self._paths: dict[str, Path] | None = None

    def paths(self) -> dict[str, Path]:
        """Return all scenario files by id; what stands in a place given first wins."""
        found: dict[str, Path] = {}
        for place in self._places:
            for path in _files_of(place):
                if path.parent.name not in (FRAGMENTS, LESSONS):
                    found.setdefault(path.stem, path)
        return found

    def path_of(self, name: str) -> Path:
        """Return the file of a scenario. Raises NoScenario when there is none."""
        if self._paths is None or name not in self._paths:
            self._paths = self.paths()
        if name not in self._paths:
            raise NoScenario(name, self._paths)
        return self._paths[name]

    def fragments(self) -> dict[str, Path]:
        """Return all fragments by name: files in folders called ``fragments``."""
        found: dict[str, Path] = {}
        for place in self._places:
            for path in _files_of(place if place.is_dir() else place.parent):
                if path.parent.name == FRAGMENTS:
                    found.setdefault(path.stem, path)
        return found

    def fragment_of(self, name: str) -> Path:
        """Return the file of a fragment. Raises NoScenario when there is none."""
        found = self.fragments()
        if name not in found:
            raise NoScenario(name, found)
        return found[name]

    def get(self, name: str, values: Mapping[str, Any] | None = None) -> Script:
        """Return a scenario, read with values for its parameters.

        Raises:
            NoScenario: there is none of that name.
            BadScenario: its file or a value is wrong, and was never right since this process began.
        """
        key = json.dumps([name, values or {}], sort_keys=True, default=str)
        kept = self._kept.get(key)
        if kept and not (self._is_watched and _marks(path for path, _, _ in kept.marks) != kept.marks):
            return kept.script
        return self._fresh(name, values or {}, key, kept)

    def _fresh(self, name: str, values: Mapping[str, Any], key: str, kept: _Kept | None) -> Script:
        from emulator.scenario.reader import BadScenario, Source, read_source

        path = self.path_of(name)
        try:
            found = read_source(Source(path, self, values=values))
            if found.script is None:
                raise BadScenario(found.problems)
        except (OSError, BadScenario) as trouble:
            if kept is None:
                raise
            _log.warning("the scenario stays as it was read before: %s", trouble)
            return kept.script
        if len(self._kept) >= _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[key] = _Kept(_marks(found.files), found.script)
        return found.script

    def problems(self, name: str, values: Mapping[str, Any] | None = None, pack: Pack | None = None) -> list[Problem]:
        """Return what is wrong with a scenario's file as it is now, held against a pack when one is given."""
        from emulator.scenario.reader import Source, problems_of

        return problems_of(Source(self.path_of(name), self, values=values or {}, pack=pack))


def _files_of(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    return sorted(path for path in place.rglob("*.yaml") if len(path.relative_to(place).parts) <= _DEEPEST)


def _marks(paths: Iterable[Path]) -> tuple[tuple[Path, int, int], ...]:
    """Return what tells a changed file: its time and size, zeros for one that is gone."""
    marks = []
    for path in paths:
        try:
            stat = path.stat()
            marks.append((path, stat.st_mtime_ns, stat.st_size))
        except OSError:
            marks.append((path, 0, 0))
    return tuple(marks)
