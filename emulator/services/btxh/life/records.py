"""What the ministry's living side remembers beside dossiers and steps: the files that it issued."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.country.shelf import ShelfKind


@dataclass(frozen=True, slots=True)
class IssuedFile:
    """A file behind a link of the ministry. Its bytes are made of ``lines`` (ASCII) whenever somebody fetches it."""

    path: str
    lines: list[str]


ISSUED_FILES = ShelfKind(
    name="issued_files", record=IssuedFile, key=lambda file: file.path, place=lambda _: "", moment=lambda _: 0
)
