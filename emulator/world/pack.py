"""A fixture pack: what the country is before anything happens. Opened read-only, indexed once, shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from emulator.wire.btxh import detail_id
from emulator.world.kinds import DETAIL_LINKS, DOSSIERS, STEPS
from emulator.world.records import DetailLink, Dossier, ProcessingStep
from emulator.world.shelf import Base


@dataclass(frozen=True, slots=True)
class PackFile:
    """A file of the pack: its media type, and how to read its bytes."""

    content_type: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Pack:
    """The read-only base of every sandbox that names it."""

    id: str
    dossiers: Base[Dossier] = field(default_factory=lambda: Base(DOSSIERS))
    steps: Base[ProcessingStep] = field(default_factory=lambda: Base(STEPS))
    files: Mapping[str, PackFile] = field(default_factory=dict)

    def file(self, path: str) -> PackFile | None:
        """Return the file served under a URL path, such as ``/file/20261121/to-khai.pdf``, or None."""
        return self.files.get(path)

    @cached_property
    def detail_links(self) -> Base[DetailLink]:
        """Return the pages of the pack's dossiers on the ministry's portal."""
        pages = ((detail_id(dossier.fields), dossier.code) for dossier in self.dossiers.by_key.values())
        return Base(DETAIL_LINKS, [DetailLink(page, code) for page, code in pages if page])
