"""The file hosts of other agencies, declared: any path of a host behind the axis is a file (KDL V.3)."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast
from urllib.parse import quote

from emulator.country.axis import nearest_of
from emulator.country.axis_records import HOSTED_FILES, HOSTS, HostedFile
from emulator.country.pack import BadPath, path_within
from emulator.country.world import World
from emulator.kernel.delivery import FileBody
from emulator.kernel.exchange import Call, Headers, Reply
from emulator.services.service import Ask, AxisAddress, Both, Caller, Operation, Service, replace_in_path

if TYPE_CHECKING:
    from emulator.services.interface import Interface


# File hosts of other provinces: downloads, parts of files, digests.

# One byte range of a file (RFC 9110 §14).


class Slice(NamedTuple):
    """``length`` bytes from ``offset`` on."""

    offset: int
    length: int


NO_RANGE = Slice(-1, 0)
_ONE = re.compile(r"(\d*)-(\d*)", re.ASCII)
_MOST_RANGES = 20
_DIGITS = 18
"""A place in a file has no more digits than this; a longer number lies beyond the end of any."""


def read_range(header: str | None, size: int) -> Slice | None:
    """Return the part that is asked for; NO_RANGE for the whole file; None when no range can be satisfied.

    A header that is malformed is ignored, and so is one that asks for several parts of the file, as RFC 9110 lets a
    server do; of several ranges only those count that the file has.
    """
    unit, sign, rest = (header or "").replace(" ", "").replace("\t", "").partition("=")
    specs = [each for each in rest.split(",", _MOST_RANGES) if each]
    if not sign or unit.lower() != "bytes" or not specs:
        return NO_RANGE
    parts = [_read_spec(each, size) for each in specs]
    if NO_RANGE in parts:
        return NO_RANGE
    there = [part for part in parts if part]
    return there[0] if len(there) == 1 else NO_RANGE if there else None


def _read_spec(spec: str, size: int) -> Slice | None:
    """Return one range of a header; NO_RANGE when it is malformed, None when the file has no such part."""
    found = _ONE.fullmatch(spec)
    if not found or not any(found.groups()):
        return NO_RANGE
    first, last = (digits.lstrip("0")[:_DIGITS] or digits[:1] for digits in found.groups())
    if not first:
        length = min(int(last), size)
        return Slice(size - length, length) if length else None
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return NO_RANGE
    return Slice(start, end - start + 1) if start < size else None


# The operation of an agency's file host.
#
# Links are paths of files (KDL V.3), sent whole or in part
# (src:http-rfc), or opaque ones, as the screen of KDL IV.2 shows.

_ALLOWED = ("GET", "HEAD")
_LIKENESS, _SAID = 0.85, 120
_NOT_FOUND = b"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"


def download(call: Call, world: World) -> Reply:
    """Send a file of the host the call names, whole or in part (KDL V.3).

    A link needs no Authorization (src:client-downloads). Methods but GET and HEAD get 405: one known client posts here.
    """
    world.exchange.operation, world.exchange.clause = "province.download", "KDL V.3"
    staged = world.apply_scenario()
    if staged:
        return staged
    if call.method not in _ALLOWED:
        return Reply(405, b"", (("Allow", ", ".join(_ALLOWED)), ("Content-Length", "0")))
    hosted = world.shelf(HOSTED_FILES).get(call.host + call.path)
    content = content_of(hosted, world) if hosted else None
    if hosted is None or content is None:
        _remark_on_miss(call, world)
        return Reply(404, _NOT_FOUND, (("Content-Type", "text/html"), ("Content-Length", str(len(_NOT_FOUND)))))
    return _send(call, hosted, content, world)


def _send(call: Call, hosted: HostedFile, content: HostedContent, world: World) -> Reply:
    size, tag = content.size, content.tag
    host = world.shelf(HOSTS).get(hosted.host)
    offers_ranges = host is None or host.offers_ranges
    headers = (*_headers(hosted, offers_ranges=offers_ranges), ("ETag", tag))
    unmet = _condition_status(call, tag)
    if unmet:
        return Reply(unmet, b"", (("ETag", tag), *((("Content-Length", "0"),) if unmet != 304 else ())))
    takes_part = offers_ranges and call.method == "GET" and call.header("if-range") in (None, tag)
    wanted = read_range(call.header("range"), size) if takes_part else NO_RANGE
    _remark_on_content(hosted, size, world)
    if wanted is None:
        return Reply(416, b"", (("Content-Range", f"bytes */{size}"), ("Content-Length", "0")))
    part = wanted if wanted is not NO_RANGE else Slice(0, size)
    body = content.part(part.offset, part.length)
    headers = (*headers, ("Content-Length", str(part.length)))
    if wanted is NO_RANGE:
        return Reply(200, headers=headers, file=body)
    last = part.offset + part.length - 1
    return Reply(206, headers=(*headers, ("Content-Range", f"bytes {part.offset}-{last}/{size}")), file=body)


def _condition_status(call: Call, tag: str) -> int:
    """Return 412 or 304 when a condition of the call is not met, 0 when it is (RFC 9110 §13.2.2)."""
    match, none_match = call.header("if-match"), call.header("if-none-match")
    if match is not None and not _names(match, tag, weak=False):
        return 412
    return 304 if none_match is not None and _names(none_match, tag, weak=True) else 0


def _names(header: str, tag: str, *, weak: bool) -> bool:
    given = [each.strip() for each in header.split(",")]
    return "*" in given or any((each.removeprefix("W/") if weak else each) == tag for each in given)


def _headers(hosted: HostedFile, *, offers_ranges: bool) -> Headers:
    headers: Headers = (("Content-Type", hosted.content_type),)
    if hosted.is_attachment:
        headers += (("Content-Disposition", f"attachment; filename*=UTF-8''{quote(hosted.name)}"),)
    return (*headers, ("Accept-Ranges", "bytes")) if offers_ranges else headers


def _remark_on_content(hosted: HostedFile, size: int, world: World) -> None:
    """Say what a careless client will store as a paper (src:client-downloads: bytes are kept whatever they are)."""
    if size == 0:
        world.remark("empty-file", "body", "Tệp trả về có 0 byte", "The file that was sent has 0 bytes")
    is_page = hosted.content_type.startswith("text/html")
    if is_page and not hosted.name.lower().endswith((".html", ".htm")):
        vi = f"Tệp '{hosted.name}' được trả với Content-Type text/html; phải kiểm tra nội dung trước khi lưu"
        world.remark("wrong-content-type", "content-type", vi, f"'{hosted.name}' was sent as text/html")


def _remark_on_miss(call: Call, world: World) -> None:
    for form in ("NFD", "NFC"):
        other = unicodedata.normalize(form, call.path)
        if other != call.path and world.shelf(HOSTED_FILES).get(call.host + other):
            vi = f"Tên tệp trên máy chủ viết theo {form}; phải giữ nguyên từng byte của DuongDan, không chuẩn hóa lại"
            world.remark("renormalised-name", "path", vi, f"The name is kept in {form}; send the link's bytes as given")
            return
    paths = [each.path for each in world.shelf(HOSTED_FILES).window(call.host, 0, 0)]
    near = nearest_of(call.path, paths, _LIKENESS) if paths else ""
    if near:
        vi = f"Máy chủ {call.host} không có tệp '{call.path[:_SAID]}'; gần nhất là '{near}'"
        en = f"Host {call.host} has no file '{call.path[:_SAID]}'; the nearest is '{near}'"
        world.remark("no-such-resource", "path", vi, en, "error", found=call.path[:_SAID], nearest=near)


_WRONG_FILE = replace_in_path(
    "wrong-file", Both("Tệp không có", "A file that does not exist"), "124.pdf", "khong-co.pdf"
)


def _ask_file(caller: Caller) -> Ask:
    ask = caller.ask("province.download")
    return ask._replace(path=ask.path.replace("/download/?", "/download/124.pdf?", 1))


def _interface() -> Interface:
    from emulator.services.province.interface import (
        interface,  # schemas and shapes are read when somebody asks for them
    )

    return interface()


SERVICE = Service(
    name="province",
    title=Both("Máy chủ tệp của cơ quan khác", "File hosts of other agencies"),
    document="KDL",
    place=AxisAddress(
        "files", "VN:GOV:000.00.00.H22:hagiangvdxpsvc01", "https://dichvucong.hagiang.gov.vn", "VXPAdapter"
    ),
    operations=(
        Operation(
            "province.download",
            "KDL V.3",
            Both("Tải tệp của cơ quan khác", "Download a file of another agency"),
            "/download/",
            download,
            method="GET",
            sample=_ask_file,
            mistakes=(_WRONG_FILE,),
        ),
    ),
    answer=download,
    interface=_interface,
)


# Where the bytes of a hosted file come from: the pack's folder, what somebody uploaded, or made at every reading.

_CHUNK = 1 << 20


class HostedContent(NamedTuple):
    """The whole bytes of a file, as a source that parts are sent from; ``path`` when they lie on disk."""

    size: int
    path: Path | None = None
    stream: BinaryIO | None = None
    made_size: int = 0

    @property
    def tag(self) -> str:
        """Return the entity tag: the same bytes have the same one, on every machine."""
        if self.path:
            digest = digest_of(self.path, 0, self.size)
        elif self.made_size:
            digest = _made_digest(self.made_size, 0, self.made_size)
        else:
            digest = _digest_of_stream(self.stream or cast("BinaryIO", io.BytesIO()), 0, self.size)
        return f'"{digest.removeprefix("sha256:")[:16]}"'

    def part(self, offset: int, length: int) -> FileBody:
        """Return a part of the file as a body."""
        if self.path:
            return FileBody(self.path, offset, length, digest_of(self.path, offset, length))
        if self.made_size:
            return FileBody(
                _open_binary(MadePdf(self.made_size)), offset, length, _made_digest(self.made_size, offset, length)
            )
        stream = self.stream or cast("BinaryIO", io.BytesIO())
        return FileBody(stream, offset, length, _digest_of_stream(stream, offset, length))


def content_of(hosted: HostedFile, world: World) -> HostedContent | None:
    """Return the bytes of a hosted file; None when they lie nowhere in the pack, whatever a state or scenario names."""
    if hosted.made_size:
        return HostedContent(int(hosted.made_size), made_size=int(hosted.made_size))
    if hosted.text or hosted.content:
        body = base64.b64decode(hosted.content) if hosted.content else hosted.text.encode()
        return HostedContent(len(body), stream=cast("BinaryIO", io.BytesIO(body)))
    try:
        path = path_within(world.pack.folders, hosted.file)
    except BadPath:
        return None
    return HostedContent(path.stat().st_size, path)


# Digests, reckoned once per file and part as long as it does not change.


def digest_of(path: Path, offset: int, length: int) -> str:
    """Return ``sha256:<hex>`` of a part of a file."""
    status = path.stat()
    return _digest(path, status.st_mtime_ns, status.st_size, offset, length)


@lru_cache(maxsize=4096)
def _digest(path: Path, _mtime_ns: int, _size: int, offset: int, length: int) -> str:
    with path.open("rb") as stream:
        return _digest_of_stream(stream, offset, length)


@lru_cache(maxsize=256)
def _made_digest(size: int, offset: int, length: int) -> str:
    return _digest_of_stream(_open_binary(MadePdf(size)), offset, length)


def _digest_of_stream(stream: BinaryIO, offset: int, length: int) -> str:
    reckoning = hashlib.sha256()
    stream.seek(offset)
    while length and (chunk := stream.read(min(_CHUNK, length))):
        length -= len(chunk)
        reckoning.update(chunk)
    return "sha256:" + reckoning.hexdigest()


# A PDF of any size that takes no room: a page of a scan whose bytes are counted out when they are read.

_LINE = 64
_HEAD = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
_PAGE = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
LEAST_MADE = 4096


class MadePdf(io.RawIOBase):
    """A PDF of ``size`` bytes: one empty page and an attached scan, the same bytes every time."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size, self._at = size, 0
        self._tail = _tail(self._scan_length(size))
        self._front = _HEAD + _PAGE + _scan_head(self._scan_length(size))

    @staticmethod
    def _scan_length(size: int) -> int:
        """Return how many bytes are left for the scan; head and tail are as long as their numbers make them."""
        length = size - LEAST_MADE // 2
        for _ in range(4):
            around = len(_HEAD + _PAGE + _scan_head(length)) + len(_tail(length))
            length = size - around
        return length

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read from anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return the bytes from here on."""
        end = self._size if size < 0 else min(self._size, self._at + size)
        piece = self._bytes(self._at, end)
        self._at = max(self._at, end)
        return piece

    def _bytes(self, start: int, end: int) -> bytes:
        front, tail_at = len(self._front), self._size - len(self._tail)
        scan = b""
        if start < tail_at and end > front:
            first, last = max(start, front) - front, min(end, tail_at) - front
            lines = b"".join(b"%063d\n" % number for number in range(first // _LINE, last // _LINE + 1))
            scan = lines[first % _LINE : first % _LINE + last - first]
        before = self._front[start:end] if start < front else b""
        after = self._tail[max(0, start - tail_at) : end - tail_at] if end > tail_at else b""
        return before + scan + after


def _scan_head(length: int) -> bytes:
    return b"4 0 obj<</Length %d>>stream\n" % length


def _tail(scan_length: int) -> bytes:
    pages = (len(b"%PDF-1.4\n"), _HEAD.index(b"2 0 obj"), len(_HEAD), len(_HEAD + _PAGE))
    table = b"".join(b"%010d 00000 n \n" % at for at in pages)
    xref_at = len(_HEAD + _PAGE + _scan_head(scan_length)) + scan_length + len(b"\nendstream endobj\n")
    trailer = b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % xref_at
    return b"\nendstream endobj\nxref\n0 5\n0000000000 65535 f \n" + table + trailer


def _open_binary(stream: io.RawIOBase) -> BinaryIO:
    return cast("BinaryIO", stream)
