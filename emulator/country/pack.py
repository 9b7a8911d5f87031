"""A fixture pack: what the country is before anything happens. Opened read-only, indexed once, shared.

A pack (docs/packs) is a folder of TinyDB files, one table each, in official field names, and of files they link to.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from emulator.country.axis_records import HOSTS, axis_bases
from emulator.country.pack_tables import OWN, Tables
from emulator.country.positions import Problem
from emulator.country.sandbox import ID_GRAMMAR
from emulator.country.shelf import (
    DETAIL_LINKS,
    DOSSIERS,
    STEPS,
    Base,
    DetailLink,
    Dossier,
    Fields,
    ProcessingStep,
    ShelfKind,
)
from emulator.kernel.refusals import StoreFailure
from emulator.kernel.values import value_class

if TYPE_CHECKING:
    from emulator.country.sandbox import Sandbox

T = TypeVar("T")


class PackTrouble(Exception):
    """A pack cannot be used; ``problems`` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class PackNotFound(PackTrouble):
    """There is no pack of that name and no such folder."""


# The files of a pack: those that its records link to, read when asked for, and whether any of its tables changed.

PREFIX = "/file/"
_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@value_class
class PackFile:
    """A file of the pack: its media type, and how to read its bytes."""

    content_type: str
    read: Callable[[], bytes]


class BadPath(ValueError):
    """A path that data name leads out of the folder it belongs to, or nowhere."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


def path_within(folders: Iterable[Path], name: str) -> Path:
    """Return the file that data name, below the first of some folders that has it: the one way from a name to a file.

    Raises:
        BadPath: the name is absolute, climbs, or passes a symbolic link; or there is no such file.
    """
    pure = PurePosixPath(name.replace("\\", "/"))
    if not name or pure.is_absolute() or ".." in pure.parts or ":" in pure.parts[0] or "\0" in name:
        raise BadPath(f"Đường dẫn “{name}” ra ngoài thư mục của gói", f"the path {name!r} leads out of the pack")
    for folder in folders:
        path = folder.joinpath(*pure.parts)
        if not path.is_file():
            continue
        if os.path.realpath(path) != os.path.join(os.path.realpath(folder), *pure.parts):
            said = f"Đường dẫn “{name}” đi qua liên kết tượng trưng", f"the path {name!r} passes a symbolic link"
            raise BadPath(*said)
        return path
    raise BadPath(f"Không có tệp “{name}” trong gói", f"the pack has no file {name!r}")


def files_of(folder: Path) -> dict[str, PackFile]:
    """Return the files below ``files/`` by their URL path: ``files/20261105/a.pdf`` is ``/file/20261105/a.pdf``.

    Nothing else can be reached by any spelling of a path. Symbolic links are passed over: a pack stays in its folder.
    """
    root = folder / "files"
    found = {}
    for place, _, names in os.walk(root):
        for name in names:
            path = Path(place, name)
            if not path.is_symlink():
                found[PREFIX + path.relative_to(root).as_posix()] = PackFile(_type(name), path.read_bytes)
    return found


class FoundFiles(Mapping[str, PackFile]):
    """The same, of a pack with too many files to list: each is looked for when it is asked for."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._roots = [folder / "files" for folder in folders]

    def __getitem__(self, path: str) -> PackFile:
        if not path.startswith(PREFIX):
            raise KeyError(path)
        try:
            found = path_within(self._roots, path.removeprefix(PREFIX))
        except BadPath:
            raise KeyError(path) from None
        return PackFile(_type(found.name), found.read_bytes)

    def __iter__(self) -> Iterator[str]:
        return iter({path: None for root in self._roots for path in files_of(root.parent)})

    def __len__(self) -> int:
        return sum(1 for _ in self)


Content = dict[str, list[int | str]]
"""Of each file its size, when it was last changed (ns, by content and by inode), and the SHA-256 of what it holds."""


def content_of(folders: Iterable[Path], known: Mapping[str, list[int | str]]) -> Content:
    """Return what a pack is made of, but for the files its records link to.

    A file that stands as ``known`` left it is not read again: nobody sets back the time of an inode.
    """
    found: Content = {}
    for number, folder in enumerate(folders):
        for path in _parts_of(folder):
            stat = path.lstat()
            stand = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]
            name = f"{number}/{path.relative_to(folder).as_posix()}"
            before = known.get(name, [])
            same = before[:3] == stand
            found[name] = list(before) if same else [*stand, _digest(path)]
    return found


def is_same_content(one: Mapping[str, list[int | str]], other: Mapping[str, list[int | str]]) -> bool:
    """Tell whether two packs hold the same bytes, whenever they were written."""
    return {name: each[-1] for name, each in one.items()} == {name: each[-1] for name, each in other.items()}


def _parts_of(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        if Path(place) == folder and "files" in folders:
            folders.remove("files")
        yield from (Path(place, name) for name in sorted(names) if not name.endswith((".sqlite", ".part")))


def _digest(path: Path) -> str:
    if path.is_symlink():
        return f"-> {os.readlink(path)}"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _type(name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


@dataclass(frozen=True)
class Pack:
    """The read-only base of every sandbox that names it."""

    id: str
    dossiers: Base[Dossier] = field(default_factory=lambda: Base(DOSSIERS))
    steps: Base[ProcessingStep] = field(default_factory=lambda: Base(STEPS))
    files: Mapping[str, PackFile] = field(default_factory=dict)
    tables: Tables = field(default_factory=dict)
    folder: Path | None = None
    page_of: Callable[[Fields], str | None] = OWN.page_of
    below: tuple[Path, ...] = ()
    links: Base[DetailLink] | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """Return the pack's folder and those of the packs it extends, its own first."""
        return (self.folder, *self.below) if self.folder else ()

    def settings(self) -> dict[str, Any]:
        """Return the settings that a sandbox of this pack begins with: its agency, its subsystem, its magic values."""
        row = next(iter(self.rows("pack")), {})
        brought = {"agency_code": row.get("agency"), "own_subsystem": row.get("subsystem")}
        magic = {"magic_values": row["magic_values"] == "1"} if row.get("magic_values") else {}
        return {name: value for name, value in brought.items() if value} | magic

    def rows(self, table: str) -> list[Fields]:
        """Return the records of a table in official field names: ``agencies``, ``procedures``, ``people``."""
        return list(self.tables.get(table, {}).values())

    @cached_property
    def axis(self) -> Mapping[str, Base[Any]]:
        """Return what the pack puts on the axis, by the name of the shelf."""
        return axis_bases(self.tables)

    def base(self, kind: ShelfKind[T]) -> Base[T]:
        """Return the pack's records of a kind of the axis; an empty base when it has none."""
        found: Base[T] = self.axis.get(kind.name) or Base(kind)
        return found

    def file(self, path: str) -> PackFile | None:
        """Return the file served under a URL path, such as ``/file/20261121/to-khai.pdf``, or None."""
        return self.files.get(path)

    @cached_property
    def detail_links(self) -> Base[DetailLink]:
        """Return the pages of the pack's dossiers on the ministry's portal."""
        if self.links is not None:
            return self.links
        pages = ((self.page_of(dossier.fields), dossier.code) for dossier in self.dossiers.by_key.values())
        return Base(DETAIL_LINKS, [DetailLink(page, code) for page, code in pages if page])


# The packs of a server.


class Packs(Mapping[str, Pack]):
    """The packs of a server by name: those it was started with, and those brought in while it runs.

    What is brought in lies in a folder that all workers look into. A pack appears there whole, and is opened where it
    is first asked for.
    """

    def __init__(self, started: Mapping[str, Pack], folder: Path, load: Callable[[Path], Pack]) -> None:
        """``folder`` is where those brought in lie, ``load`` opens one of them."""
        self._started, self.folder, self._load = dict(started), folder, load
        self._opened: dict[str, tuple[tuple[int, int], Pack]] = {}
        self._looked_ns, self._outside = -1, frozenset[str]()
        self._digests = dict[tuple[str, int], str]()

    def __getitem__(self, name: str) -> Pack:
        if name in self._started:
            return self._started[name]
        if not ID_GRAMMAR.fullmatch(name):
            raise KeyError(name)
        try:
            stat = (self.folder / name / "pack.json").stat()
        except (OSError, ValueError):
            raise KeyError(name) from None
        mark, kept = (stat.st_ino, stat.st_mtime_ns), self._opened.get(name)
        if kept is None or kept[0] != mark:
            kept = self._opened[name] = mark, self._load(self.folder / name)
        return kept[1]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._started, *self.brought()])

    def __len__(self) -> int:
        return len(self._started) + len(self.brought())

    def brought(self) -> list[str]:
        """Return the names of the packs that were brought in, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(each.name for each in self.folder.iterdir() if ID_GRAMMAR.fullmatch(each.name))

    def settings_of(self, name: str) -> Mapping[str, Any]:
        """Return the settings that a pack brings to its sandboxes; none for a pack that is not there."""
        pack = self.get(name)
        return pack.settings() if pack else {}

    def is_outside(self, host: str) -> bool:
        """Tell whether a host of any pack is one that only the axis may call."""
        try:  # of every call: one look at the disk, not two
            stand_ns = os.stat(self.folder).st_mtime_ns
        except (FileNotFoundError, NotADirectoryError):
            stand_ns = 0
        if stand_ns != self._looked_ns:
            self._looked_ns = stand_ns
            hosts = (host for pack in self.values() for host in pack.base(HOSTS).by_key.values())
            self._outside = frozenset(each.name for each in hosts if each.is_outside)
        return host in self._outside

    def digest_of(self, name: str) -> str:
        """Return a digest of all that a pack holds, but for the files its records link to; empty for no pack."""
        pack = self.get(name)
        if pack is None:
            return ""
        key = (name, id(pack))
        if key not in self._digests:
            parts = sorted((path, str(told[-1])) for path, told in content_of(pack.folders, {}).items())
            self._digests[key] = sha256(json.dumps(parts).encode()).hexdigest()[:16]
        return self._digests[key]

    def find(self, sandbox: Sandbox) -> Pack:
        """Return the pack of a sandbox; where it has a digest, the very one it was made from.

        Raises:
            StoreFailure: this server has no such pack, or another of that name.
        """
        name, wanted = sandbox.definition.pack, sandbox.pack_digest
        pack = self.get(name)
        if pack is None:
            raise StoreFailure("other-pack", f"{sandbox.id}: no pack {name!r} here")
        if wanted and wanted != (mine := self.digest_of(name)):
            told = f"{sandbox.id} was made from the pack {name} {wanted}, this server has {mine}"
            raise StoreFailure("other-pack", f"{told}: reset it, or serve it where that pack is")
        return pack

    def drop(self, name: str) -> None:
        """Remove a pack that was brought in. Raises KeyError when none of that name was."""
        if name not in self.brought():
            raise KeyError(name)
        gone = self.folder / f".{uuid4().hex}"
        (self.folder / name).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
        self._opened.pop(name, None)
