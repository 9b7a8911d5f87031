"""The zip itself: the same files give the same bytes, and bytes that we would have written otherwise are refused."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

SIZE_LIMIT = 256 * 1024 * 1024
"""Bytes. Nothing is compressed, so that no bundle unpacks to more than itself."""
_MOST_FILES = 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}(/[A-Za-z0-9][A-Za-z0-9._-]{0,63})?", re.ASCII)
_BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3
_ENCRYPTED = 0x1


class BadBundle(Exception):
    """A bundle cannot even be read; ``vi`` and ``en`` say why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Return the one zip of some files: sorted by name, stored as they are, dated 1980."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_STORED, allowZip64=False) as archive:
        for name in sorted(files):
            about = ZipInfo(name, _BEGINNING_OF_TIME)
            about.create_system, about.external_attr = _UNIX, _PLAIN_FILE
            archive.writestr(about, files[name])
    return target.getvalue()


@dataclass(frozen=True)
class Container:
    """What a zip holds, and whether it is byte for byte the one that ``zipped`` makes of it."""

    files: dict[str, bytes]
    is_ours: bool


def unzip_files(raw: bytes) -> dict[str, bytes]:
    """Return the files of a bundle by name.

    Raises:
        BadBundle: it is no zip, or not one that ``zipped`` writes: foreign names, twice the same name, compression,
            comments, gaps, a single byte of a header that is different.
    """
    found = unpack_zip(raw)
    if not found.is_ours:
        raise BadBundle(
            "Tệp zip không được đóng như công cụ này đóng: có byte lạ, hoặc đã được đóng lại",
            "the zip is not packed as this tool packs: it has foreign bytes, or was packed again",
        )
    return found.files


def unpack_zip(raw: bytes) -> Container:
    """Return the files of a bundle, also of one that another program has packed again.

    Raises:
        BadBundle: it is no zip, too large, or holds names that no bundle has.
    """
    if len(raw) > SIZE_LIMIT:
        raise _too_large()
    try:
        files = _read(raw)
    except (
        BadZipFile,
        zlib.error,
        struct.error,
        ValueError,
        OSError,
        EOFError,
        RuntimeError,
        OverflowError,
    ) as trouble:
        raise BadBundle(f"Không phải tệp zip lành lặn: {trouble}", f"not a sound zip file: {trouble}") from trouble
    return Container(files, zip_files(files) == raw)


def _too_large() -> BadBundle:
    most = SIZE_LIMIT // 1024 // 1024
    return BadBundle(f"Gói lớn hơn {most} MB", f"the bundle is larger than {most} MB")


def _read(raw: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(raw)) as archive:
        listed = archive.infolist()
        if len(listed) > _MOST_FILES:
            raise BadBundle(f"Gói có hơn {_MOST_FILES} tệp", f"the bundle has more than {_MOST_FILES} files")
        names = [each.filename for each in listed]
        for each in listed:
            _check_entry(each, names)
        if sum(each.file_size for each in listed) > SIZE_LIMIT:
            raise _too_large()
        return {each.filename: _content_of(archive, each) for each in listed}


def _content_of(archive: ZipFile, entry: ZipInfo) -> bytes:
    """Return a file, and no more of it than its head announces: what is said there has been added up."""
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise BadZipFile(f"{entry.filename}: {len(content)} bytes, not {entry.file_size}")
    return content


def _check_entry(entry: ZipInfo, names: list[str]) -> None:
    name = entry.filename
    if not _NAME.fullmatch(name):
        raise BadBundle(f"Tên tệp không được phép: {name!r}", f"a file name that is not allowed: {name!r}")
    if names.count(name) > 1:
        raise BadBundle(f"Có hai tệp cùng tên {name}", f"there are two files named {name}")
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadBundle(f"Tệp {name} bị mã hóa hoặc nén lạ", f"the file {name} is encrypted, or oddly compressed")
