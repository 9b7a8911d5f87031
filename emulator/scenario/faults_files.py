"""Faults of downloaded files: what a careless client keeps as a citizen's paper (facts-platforms §5.3 K02)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from emulator.kernel.exchange import Exchange, FileBody, Reply
from emulator.scenario.contract import Params
from emulator.scenario.fault import Fault, Schema, Upon, both, number
from emulator.scenario.faults_payload import with_body
from emulator.world.world import World

_AT = ("province.download", "ministry.page")
_K02 = "facts-platforms §5.3 K02"
_OTHER_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
_ERROR_PAGE = b"<html><head><title>Error</title></head><body><h1>Unable to open the requested file</h1></body></html>"
# The industry's harmless test file for virus scanners, in parts: whole, it would stop this very file.
_TEST_VIRUS = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-", "TEST-FILE!", "$H+H*")


def _another(body: Callable[[], bytes], content_type: str | None = None) -> Upon:
    def spoil(reply: Reply, exchange: Exchange, _world: World, _params: Params) -> Reply:
        if reply.status != 200 or exchange.call.method == "HEAD":
            return reply
        return with_body(reply, body(), content_type)

    return spoil


def _truncated(reply: Reply, exchange: Exchange, _world: World, params: Params) -> Reply:
    """Send the beginning of the file under a length that agrees with it, so that no client is warned by HTTP."""
    if reply.status != 200 or exchange.call.method == "HEAD":
        return reply
    kept = reply.size * params["percent"] // 100
    if reply.file is None:
        return with_body(reply, reply.body[:kept])
    part = replace(reply.file, length=kept)
    headers = tuple((name, str(kept) if name.lower() == "content-length" else value) for name, value in reply.headers)
    return replace(reply, file=replace(part, digest=_digest(part)), headers=headers)


def _digest(part: FileBody) -> str:
    reckoning = hashlib.sha256()
    for chunk in part.chunks():
        reckoning.update(chunk)
    return "sha256:" + reckoning.hexdigest()


def _file(title: Mapping[str, str], sees: Mapping[str, str], spoil: Upon, **params: Schema) -> Fault:
    return Fault("payload", title, sees, _K02, spoil=spoil, params=params, at=_AT)


FILES: Mapping[str, Fault] = {
    "wrong-file": _file(
        both("Tệp của giấy tờ khác", "Another paper's file"),
        both("200, một tệp PDF khác, trắng", "200 and another PDF, a blank one"),
        _another(lambda: _OTHER_PDF),
    ),
    "truncated-file": _file(
        both("Tệp bị cụt", "Truncated file"),
        both("200, độ dài khớp, tệp thiếu phần cuối", "200, a length that agrees, a file without its end"),
        _truncated,
        percent=number(50, "phần trăm còn lại", "percent that is left", 0, 99),
    ),
    "empty-file": _file(both("Tệp 0 byte", "Empty file"), both("200, 0 byte", "200 and 0 bytes"), _another(bytes)),
    "html-file": _file(
        both("Trang lỗi HTML thay tệp", "An HTML error page as the file"),
        both("200, text/html", "200 and text/html"),
        _another(lambda: _ERROR_PAGE, "text/html"),
    ),
    "virus-like-file": _file(
        both("Tệp thử của phần mềm diệt virus", "The test file of virus scanners"),
        both("200, tệp EICAR, vô hại", "200 and the EICAR test file, which is harmless"),
        _another(lambda: "".join(_TEST_VIRUS).encode()),
    ),
}
