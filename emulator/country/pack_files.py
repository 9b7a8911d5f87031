"""The files that a pack's records link to: indexed once, read when asked for."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PREFIX = "/file/"
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


def _type(name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
