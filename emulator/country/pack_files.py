"""The files that a pack's records link to: indexed once, read when asked for."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
