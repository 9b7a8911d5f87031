"""Files that somebody uploads: to Kho DL, or as a whole pack.

What goes to Kho DL is read from a form or from JSON and put on the portal's own file host.

A citizen's upload lies at the portal (KDL III.2 step 4: "tải … vào KDL Cổng DVCQG"), so another agency downloads it as
any file: the portal is the holder, and its host stands behind its security server. The host's name is ours.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import mimetypes
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from emulator.admin.axis import hold_world, world_of
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.country.axis import Axis
from emulator.country.axis_records import HOSTED_FILES, Host, HostedFile
from emulator.country.world import World
from emulator.services.portal.links import read_link

if TYPE_CHECKING:
    from emulator.kernel.exchange import JsonObject

ROUTES = RouteTable("trục / axis", scoped=True)
_NOES = ("no-such-host",)
_FILE = {"file_name": "ket-qua.pdf", "content_base64": "JVBERi0xLjQK"}
STORE_HOST = "khodl.dichvucong.gov.vn"
UPLOAD_LIMIT = 24 * 1024 * 1024
"""Bytes of a whole upload. Ours: the guide names no limit, and a request has to have a bound."""
_MOST_FILES = 20
PACK_LIMIT = 32 * 1024 * 1024
"""Bytes of a pack as it is sent."""
MOST_UNPACKED = 128 * 1024 * 1024
MOST_PACK_FILES = 5_000
_LEFT_BEHIND = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class UploadedFile(NamedTuple):
    """One file of an upload: a link to where it lies already, or its bytes and their media type."""

    name: str
    link: str = ""
    content: bytes = b""
    content_type: str = ""


def is_multipart(body: bytes) -> bool:
    """Tell whether a body is a form with files; a JSON object never begins so."""
    begin = body[:1024].lstrip(b"\r\n")
    return begin.startswith(b"--") and b"form-data" in begin


def read_multipart(body: bytes) -> tuple[JsonObject, list[UploadedFile]]:
    """Read the fields and files of a form; its boundary is the body's own first line.

    Raises:
        Trouble: it is broken, has no file, or too many.
    """
    from werkzeug.formparser import parse_form_data

    boundary = body[:1024].lstrip(b"\r\n").partition(b"\r\n")[0][2:].decode("latin-1")
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": f'multipart/form-data; boundary="{boundary}"',
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    try:
        _, form, parts = parse_form_data(environ, silent=False, max_form_parts=100)
    except (ValueError, OSError) as trouble:
        raise Trouble("not-json", why=f"multipart/form-data: {trouble}") from None
    files = []
    for part in (part for _, group in parts.lists() for part in group):
        content = part.stream.read()
        part.close()
        if part.filename or content:  # a browser sends a nameless, empty part for a file that nobody chose
            kind = part.mimetype if _KIND.fullmatch(part.mimetype or "") else ""  # a browser's word is no fault
            files.append(UploadedFile(plain_name(part.filename or "tep"), "", content, kind))
    if files:
        _check_count(files)
    return {name: str(form[name]) for name in form}, files


def read_json_files(given: Mapping[str, object], faults: list[InputFault]) -> list[UploadedFile]:
    """Read the files of a JSON upload: ``files`` as a list, or one file beside the other fields."""
    rows = given.get("files")
    if rows is None:
        return [_json_file(given, "", faults)]
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        vi, en = "cần một danh sách có ít nhất một tệp", "a list of at least one file is expected"
        faults.append(InputFault("/files", vi, en))
        return []
    _check_count(rows)
    return [_json_file(row, f"/files/{place}", faults) for place, row in enumerate(rows)]


def _check_count(files: list[Any]) -> None:
    if len(files) > _MOST_FILES:
        raise invalid([InputFault("/files", f"tối đa {_MOST_FILES} tệp", f"at most {_MOST_FILES} files")])


def _json_file(row: Mapping[str, Any], path: str, faults: list[InputFault]) -> UploadedFile:
    name, link, encoded = (row.get(key) for key in ("file_name", "link", "content_base64"))
    if not isinstance(name, str) or not name.strip():
        faults.append(InputFault(f"{path}/file_name", "cần một chuỗi không rỗng", "a non-empty string is expected"))
        name = "tep"
    if encoded is not None:
        kind = str(row.get("content_type") or "")
        _check_kind(kind, f"{path}/content_type", faults)
        return UploadedFile(plain_name(name), "", _decode_content(encoded, f"{path}/content_base64", faults), kind)
    if not isinstance(link, str) or not read_link(link).host:
        faults.append(InputFault(f"{path}/link", "cần một địa chỉ http(s)", "an http(s) address is expected"))
        link = ""
    return UploadedFile(plain_name(name), link.strip())


_KIND = re.compile(r"[\w!#$&^.+-]{1,127}/[\w!#$&^.+-]{1,127}(?:[ \t]*;[ \t\x21-\x7e]*)?", re.ASCII)
_LONGEST_NAME = 200


def plain_name(name: str) -> str:
    """Return a file's name without folders and control characters: it goes to others, who may store under it."""
    bare = "".join(each for each in name.replace("\\", "/").rpartition("/")[2] if each.isprintable()).strip()
    return bare[-_LONGEST_NAME:] if bare.strip(".") else "tep"


def _check_kind(kind: str, path: str, faults: list[InputFault]) -> None:
    if kind and not (len(kind) <= _LONGEST_NAME and _KIND.fullmatch(kind)):
        faults.append(InputFault(path, "cần kiểu nội dung, ví dụ application/pdf", "a media type is expected"))


def _decode_content(encoded: object, path: str, faults: list[InputFault]) -> bytes:
    try:
        content = base64.b64decode(str(encoded), validate=True) if isinstance(encoded, str) else b""
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        vi, en = "cần Base64 của ít nhất một byte", "Base64 of at least one byte is expected"
        faults.append(InputFault(path, vi, en))
    return content


def store_file(file: UploadedFile, world: World, host: str = STORE_HOST) -> HostedFile:
    """Put the bytes of a file on a host, the portal's by default. The world must be held.

    Raises:
        Trouble: the sandbox has uploaded as many bytes as the server lets it.
    """
    most = world.count_uploaded(len(file.content))
    if most is not None:
        raise Trouble("over-quota", what="uploaded-bytes", most=most)
    axis = Axis(world)
    if host == STORE_HOST and axis.hosts.get(STORE_HOST) is None:
        axis.hosts.put_record(Host(STORE_HOST, world.settings.portal_subsystem, "files", is_outside=True))
    name, number = plain_name(file.name), world.count("uploaded-file")
    path = f"/tep/{world.uuid(f'upload-{number}')}/{name}"
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    content = base64.b64encode(file.content).decode()
    hosted = HostedFile(host, path, name, file.content_type or guessed, "", content=content)
    world.shelf(HOSTED_FILES).put_record(hosted)
    return hosted


def link_of(file: HostedFile, world: World) -> str:
    """Return the link by which a result or a paper names a file of a host."""
    known = Axis(world).hosts.get(file.host)
    return f"{known.scheme if known else 'https'}://{file.host}{quote(file.path)}"


# Files of any host of the axis: what an agency's officer attaches to a result (KDL III.1 step 2).


@ROUTES.add("GET", "/hosts/{host}/files", "Tệp của một máy chủ", "Files of a host", RouteDoc("HostedFiles", noes=_NOES))
def list_hosted_files(request: AdminRequest) -> AdminReply:
    """List the files of a host, with the link that a result or a paper names each by."""
    world, host = world_of(request), _host(request)
    found = world.shelf(HOSTED_FILES).window(host, 0, 0)
    return AdminReply({"files": [_file_card(each, world) for each in found]})


@ROUTES.add(
    "POST",
    "/hosts/{host}/files",
    "Đặt tệp lên máy chủ",
    "Put a file on a host",
    RouteDoc("HostedFile", "FileWish", _FILE, noes=(*_NOES, "invalid", "over-quota"), status=("201",)),
    body_limit=UPLOAD_LIMIT,
)
def add_hosted_file(request: AdminRequest) -> AdminReply:
    """Put one file on a host of the axis, as JSON with ``content_base64`` or as a form with its file.

    Raises:
        Trouble: there is no such host, or no file with bytes.
    """
    request.sandbox()
    faults: list[InputFault] = []
    if is_multipart(request.body):
        files = read_multipart(request.body)[1]
    else:
        files = read_json_files(request.content(), faults)
    if not faults and not (files and files[0].content):
        vi, en = "cần byte của một tệp", "the bytes of a file are expected"
        faults.append(InputFault("/content_base64", vi, en))
    if faults:
        raise invalid(faults)
    host = _host(request)
    with hold_world(request) as world:
        card = _file_card(store_file(files[0], world, host), world)
    return AdminReply(card, 201)


def _host(request: AdminRequest) -> str:
    name, axis = request.named["host"], Axis(world_of(request))
    if axis.hosts.get(name) is None:
        raise Trouble("no-such-host", name=name, near=axis.nearest_host(name))
    return name


def _file_card(file: HostedFile, world: World) -> dict[str, str]:
    return {
        "host": file.host,
        "path": file.path,
        "name": file.name,
        "content_type": file.content_type,
        "link": link_of(file, world),
    }


# A whole pack.


def read_pack_upload(body: bytes) -> dict[str, bytes]:
    """Read the files of a pack by their paths in it: a zip, or JSON ``{"files": {"pack.json": {…}}}``.

    A value that is no object is Base64. Nothing of it is on the disk yet. A folder that holds everything, as a zip of a
    folder has, is left out.

    Raises:
        Trouble: it cannot be read, is too much, or a path leads out of the pack or is no pack's.
    """
    is_zip = body[:4] in (b"PK\x03\x04", b"PK\x05\x06")
    files = dict(_zip_files(body) if is_zip else _json_files(body))
    top = PurePosixPath(next(iter(files), "x")).parts[0] + "/"
    if "pack.json" not in files and f"{top}pack.json" in files and all(name.startswith(top) for name in files):
        return {name.removeprefix(top): content for name, content in files.items()}
    return files


def _zip_files(body: bytes) -> Iterator[tuple[str, bytes]]:
    left, seen = MOST_UNPACKED, set[str]()
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            rows = [each for each in archive.infolist() if not each.is_dir()]
            rows = [each for each in rows if not any(mark in each.filename for mark in _LEFT_BEHIND)]
            _check_pack_count(len(rows))
            for row in rows:
                _check_pack_path(row.filename, seen)
                if stat.S_ISLNK(row.external_attr >> 16):
                    raise _wrong_file(row.filename, "liên kết tượng trưng", "a symbolic link")
                with archive.open(row) as file:  # what its header says of its size is not believed
                    content = file.read(left + 1)
                left -= len(content)
                _check_unpacked(left)
                yield row.filename, content
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as trouble:
        raise invalid(
            [InputFault("", f"không đọc được tệp zip: {trouble}", f"the zip cannot be read: {trouble}")]
        ) from None


def _json_files(body: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as trouble:
        raise Trouble("not-json", why=trouble) from None
    if not isinstance(content, dict):
        raise Trouble("not-an-object")
    files = content.get("files")
    if not isinstance(files, dict) or not files:
        vi, en = (
            "cần một tệp zip, hoặc các tệp của gói theo đường dẫn",
            "a zip, or the pack's files by path, are expected",
        )
        raise invalid([InputFault("/files", vi, en)])
    _check_pack_count(len(files))
    left, seen, faults = MOST_UNPACKED, set[str](), list[InputFault]()
    for name, value in files.items():
        _check_pack_path(name, seen)
        if isinstance(value, dict):
            raw = json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
        else:
            raw = _decode_content(value, f"/files/{name.replace('~', '~0').replace('/', '~1')}", faults)
        if faults:
            raise invalid(faults)
        left -= len(raw)
        _check_unpacked(left)
        yield name, raw


def _check_pack_count(count: int) -> None:
    if count > MOST_PACK_FILES:
        raise invalid([InputFault("/files", f"tối đa {MOST_PACK_FILES} tệp", f"at most {MOST_PACK_FILES} files")])


def _check_unpacked(left: int) -> None:
    if left < 0:
        most = f"{MOST_UNPACKED // 1024 // 1024} MB"
        raise invalid([InputFault("/files", f"giải nén ra lớn hơn {most}", f"unpacks to more than {most}")])


def _check_pack_path(name: str, seen: set[str]) -> None:
    """Look at the path of one file: relative, plain, once, and nothing that the emulator makes by itself."""
    pure = PurePosixPath(name)
    is_plain = name.isprintable() and "\\" not in name and ":" not in name and len(name) <= 255
    if not is_plain or not pure.parts or pure.is_absolute() or ".." in pure.parts or str(pure) != name:
        raise _wrong_file(
            name, "đường dẫn ra ngoài gói hoặc không viết đúng", "the path leads out of the pack, or is odd"
        )
    if name.casefold() in seen:
        raise _wrong_file(name, "có hai lần", "is there twice")
    if pure.suffix.casefold() in (".sqlite", ".part"):
        raise _wrong_file(
            name, "tệp do trình giả lập tự làm, không nhận", "the emulator makes such files, and takes none"
        )
    seen.add(name.casefold())


def _wrong_file(name: str, vi: str, en: str) -> Trouble:
    return invalid([InputFault(name[:255], vi, en)])
