"""The files of a pack: those that its records link to, read when asked for, and whether any of its tables changed."""

from __future__ import annotations

import hashlib
import mimetypes
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PREFIX = "/file/"
COMPILED = "compiled.sqlite"
"""The file of a compiled pack, in the pack's folder."""
_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
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
        if path.resolve() != folder.resolve().joinpath(*pure.parts):
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
