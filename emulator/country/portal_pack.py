"""The portal's part of a fixture pack: catalogues and papers. Read at the first question, then shared.

Files are TinyDB tables in official field names, in the pack's folder ``portal``. ``papers.json`` is for sets a person
edits; a set of hundreds of thousands lies beside it as ``papers.sqlite`` (docs/packs.md), opened read-only, not loaded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from emulator.country.portal_kinds import PAPERS, PORTAL_DOSSIERS, QUESTIONS
from emulator.country.shelf import Base
from emulator.services.portal import bodies as dvcqg_lists
from emulator.services.portal import bodies as dvcqg_questions
from emulator.services.portal import wire_catalogues as dvcqg_catalogue
from emulator.services.portal import wire_papers as dvcqg_papers
from emulator.services.portal.models import Paper, PortalDossier, Question
from emulator.services.portal.wire_catalogues import Agency, Procedure, ResultKind, Row
from emulator.store.paper_file import PaperFile

FOLDER = "portal"
PAPER_FILE = "papers.sqlite"


class PortalPackTrouble(Exception):
    """A portal table of a pack cannot be read; the sentence names file and row."""


class PortalBase:
    """Everything the portal knows before anything happens."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        own = _read_table(folder / "agencies.json", "agencies") if folder else []
        agencies = [*self._rows("agencies"), *own]  # the printed list comes first (KDL V.1)
        self.agencies: dict[str, Agency] = {
            agency.code: agency for agency in map(dvcqg_catalogue.read_agency, agencies)
        }
        self.sectors: list[Row] = self._rows("sectors")
        self.procedures: dict[str, Procedure] = {
            each.code: each for each in map(dvcqg_catalogue.read_procedure, self._rows("procedures"))
        }
        self.result_kinds: dict[str, ResultKind] = {
            each.code: each for each in map(dvcqg_catalogue.read_result_kind, self._rows("results"))
        }
        self.services: list[Row] = self._rows("services")
        self.technical_ids: dict[str, str] = dvcqg_catalogue.read_technical_ids(self._rows("accounts"))
        self.questions: Base[Question] = Base(
            QUESTIONS, map(dvcqg_questions.read_pack_question, self._rows("questions"))
        )
        self.dossiers: Base[PortalDossier] = Base(
            PORTAL_DOSSIERS, map(dvcqg_lists.read_pack_dossier, self._rows("dossiers"))
        )
        self.papers: Base[Paper] = self._papers()

    def catalogue(self, name: str) -> list[Row]:
        """Return a small catalogue of the pack by its table name, empty when the pack has none."""
        return self._rows(name)

    def _papers(self) -> Base[Paper]:
        small = Base(PAPERS, map(dvcqg_papers.read_pack_paper, self._rows("papers")))
        file = self._folder / FOLDER / PAPER_FILE if self._folder else None
        return FiledPapers(small, PaperFile(file)) if file and file.is_file() else small

    def _rows(self, table: str) -> list[Row]:
        return _read_table(self._folder / FOLDER / f"{table}.json", table) if self._folder else []


def _read_table(path: Path, table: str) -> list[Row]:
    if not path.is_file():
        return []
    try:
        content: Any = orjson.loads(path.read_bytes())
        rows = content[table]
        return [rows[number] for number in sorted(rows, key=int)]
    except (ValueError, KeyError, TypeError) as trouble:
        raise PortalPackTrouble(
            f"{path}: không đọc được bảng {table} / cannot read table {table}: {trouble!r}"
        ) from trouble


class FiledPapers(Base[Paper]):
    """The papers of ``papers.json`` and of ``papers.sqlite`` as one base; the second is asked per owner."""

    def __init__(self, small: Base[Paper], file: PaperFile) -> None:
        self._small, self._file = small, file
        self.by_key = _Filed(small.by_key, file)  # type: ignore[assignment]

    def window(self, place: str, first: int, last: int) -> list[tuple[int, str]]:
        """Return ``(0, key)`` of an owner's papers; a paper of a pack was always there."""
        if not first <= 0 <= last:
            return []
        keys = {key for _, key in self._small.window(place, first, last)}
        keys.update(row.key for row in self._file.of_owner(place))
        return [(0, key) for key in sorted(keys)]

    def with_prefix(self, prefix: str) -> list[str]:
        """Return the keys of ``papers.json`` alone: nobody lists a million papers."""
        return self._small.with_prefix(prefix)

    def keys_after(self, after: str) -> deque[str]:
        """Return the keys of ``papers.json`` alone that come after one."""
        return self._small.keys_after(after)


class _Filed(Mapping[str, Paper]):
    """Papers by key: the small set first, then the file."""

    def __init__(self, small: Mapping[str, Paper], file: PaperFile) -> None:
        self._small, self._file = small, file

    def __getitem__(self, key: str) -> Paper:
        kept = self._small.get(key)
        text = None if kept else self._file.get(key)
        if text is None and kept is None:
            raise KeyError(key)
        return kept or Paper(**orjson.loads(text or ""))

    def __iter__(self) -> Iterator[str]:
        return iter(self._small)

    def __len__(self) -> int:
        return len(self._small)


@lru_cache(8)
def portal_base(folder: Path | None) -> PortalBase:
    """Return the portal's part of a pack, read once per process."""
    return PortalBase(folder)
