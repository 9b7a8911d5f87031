"""The file hosts of other agencies, declared: any path of a host behind the axis is a file (KDL V.3)."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from emulator.country.axis import nearest_of
from emulator.country.records import HOSTED_FILES, HOSTS, HostedFile
from emulator.country.world import World
from emulator.kernel.exchange import Call, Headers, Reply
from emulator.services.province.contents import HostedContent, content_of
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
