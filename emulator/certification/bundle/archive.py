"""The zip itself and how its files are written: the same files give the same bytes, and no others are taken."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import orjson

from emulator.certification.plan import Plan
from emulator.kernel.exchange import JsonObject

if TYPE_CHECKING:
    from emulator.certification.report import AttemptReport

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


# How the files of a bundle are written: which are there, and the bytes of each kind.

MANIFEST, SUMS, GUIDE = "manifest.json", "SHA256SUMS", "README.txt"
PLAN, CHALLENGE, JOURNAL, ENVIRONMENT = "plan.yaml", "challenge.json", "journal.jsonl", "environment.json"
REPORT, JUNIT, RESULTS = "report.json", "junit.xml", "results.csv"
SIGNED_CHALLENGE, VENDOR_KEY = "challenge.dsse.json", "keys/vendor.pem"
ATTESTATION, WITNESS = "attestation.dsse.json", "witness.dsse.json"
SEALS = (MANIFEST, SUMS, ATTESTATION, WITNESS)
"""Files that speak of the others; SHA256SUMS names none of them, the manifest only SHA256SUMS."""


def pretty(value: Any) -> bytes:
    """Return JSON for people: indented, keys sorted, a line's end at the end."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def sha256(content: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def kit_file(kit_id: str) -> str:
    """Return the name of a kit's file."""
    return f"kit/{kit_id}.yaml"


def lines_in(journal: bytes) -> list[bytes]:
    """Return the lines of a journal file.

    Raises:
        ValueError: it does not end with a line's end.
    """
    if not journal.endswith(b"\n"):
        raise ValueError("the journal does not end with a line's end")
    return journal[:-1].split(b"\n")


def report_in(files: Mapping[str, bytes]) -> AttemptReport:
    """Return the report of a bundle. What it says is a claim until the journal has been judged again.

    Raises:
        ValueError: it is no JSON object. A member that is missing is a KeyError for whoever reads it.
    """
    return cast("AttemptReport", object_in(files[REPORT]))


def object_in(content: bytes) -> JsonObject:
    """Return a JSON object that ``pretty`` or ``canonical`` wrote.

    Raises:
        ValueError: it is no JSON object, or it names something twice.
    """
    try:
        found = json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def plan_text(plan: Plan) -> bytes:
    """Return the plan in the words of a plan file; what is not said is left out."""
    told: JsonObject = {name: value for name, value in plan.as_dict().items() if value not in ("", {}, (), None)}
    told["patience"] = f"PT{told.pop('patience_s')}S"
    return pretty(told)
