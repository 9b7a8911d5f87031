"""Faults of files and of replies that look odd."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from emulator.country.settings import OddityName
from emulator.country.world import World
from emulator.kernel.delivery import FileBody
from emulator.kernel.exchange import Exchange, Reply
from emulator.scenario.fault import FaultKind, Instead, Params, Schema, Upon, both, number
from emulator.scenario.faults_payload import with_body
from emulator.services.btxh.replies import ODDITIES, Oddity, in_force

# The printed oddities of the documents, one call at a time: what a sandbox's settings do for all calls.


def _showing(name: OddityName) -> Instead:
    def act(_exchange: Exchange, world: World, _params: Params) -> Reply | None:
        shown = in_force(world.mode, world.settings.reply_oddities) | {name}
        world.set_for_this_call(reply_oddities=tuple(sorted(shown)))
        return None

    return act


def _with(**settings: Any) -> Instead:
    def act(_exchange: Exchange, world: World, _params: Params) -> Reply | None:
        world.set_for_this_call(**settings)
        return None

    return act


def _of_btxh(name: OddityName, oddity: Oddity) -> FaultKind:
    pulls = {"btxh.DanhSachHoSo": oddity.of_dossiers, "btxh.TienTrinhXuLy": oddity.of_steps}
    title = both(oddity.vi, oddity.en)
    return FaultKind(
        "payload",
        title,
        title,
        "client-btxh-fields" if oddity.quirk == "later-fields" else oddity.quirk,
        _showing(name),
        at=tuple(name for name, shows in pulls.items() if shows),
    )


def _of_portal(vi: str, en: str, quirk: str, at: tuple[str, ...], **settings: Any) -> FaultKind:
    return FaultKind("payload", both(vi, en), both(vi, en), quirk, _with(**settings), at=at)


_MAPI, _PAPERS, _CODES = ("dvcqg.mapi.*",), ("dvcqg.papers.*",), ("btxh.*", "dvcqg.mapi.*")
PRINTED: Mapping[str, FaultKind] = {
    **{f"oddity-{name}": _of_btxh(name, oddity) for name, oddity in ODDITIES.items()},
    "oddity-result-alone": _of_portal(
        "Trả lời chỉ có result", "The reply has result alone", "K06", _MAPI, portal_reads_have_error_code=False
    ),
    "oddity-file-key": _of_portal(
        "Tên tệp nằm ở TenFile", "The file's name is in TenFile", "K15", _PAPERS, papers_file_key="TenFile"
    ),
    "oddity-short-agency": _of_portal(
        "Mã cơ quan dạng ngắn", "Agency codes in their short form", "K16", _PAPERS, papers_agency_form="short"
    ),
    "oddity-papers-not-asked": _of_portal(
        "Có cả giấy tờ không hỏi", "Papers that nobody asked for", "K17", _PAPERS, papers_as_sample=True
    ),
    "oddity-empty-is-null": _of_portal(
        "Không có giấy tờ thì result là null", "No paper: result is null", "K31", _PAPERS, papers_empty_is_null=True
    ),
    "code-as-string": _of_portal(
        "error_code là chuỗi",
        "error_code is a string",
        "B08",
        _CODES,
        error_code_style="string",
        portal_error_code_style="string",
    ),
    "code-as-00": _of_portal(
        "error_code thành công là chuỗi 00",
        "error_code of success is 00",
        "B08",
        _CODES,
        error_code_style="00",
        portal_error_code_style="00",
    ),
}


# Faults of downloaded files: what a careless client keeps as a citizen's paper (src:client-downloads).

_AT = ("province.download", "ministry.page")
_K02 = "client-downloads"
_OTHER_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
_ERROR_PAGE = b"<html><head><title>Error</title></head><body><h1>Unable to open the requested file</h1></body></html>"
# The industry's harmless test file for virus scanners (src:file-magic), in parts: whole, it would stop this very file.
_TEST_VIRUS = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-", "TEST-FILE!", "$H+H*")


def _another(body: Callable[[], bytes], content_type: str | None = None) -> Upon:
    def spoil(reply: Reply, exchange: Exchange, _world: World, _params: Params) -> Reply:
        if reply.status != 200 or exchange.call.method == "HEAD":
            return reply
        return with_body(reply, body(), content_type)

    return spoil


def _truncate_file(reply: Reply, exchange: Exchange, _world: World, params: Params) -> Reply:
    """Send the beginning of the file under a length that agrees with it, so that no client is warned by HTTP."""
    if reply.status != 200 or exchange.call.method == "HEAD":
        return reply
    kept = reply.size * params["percent"] // 100
    if reply.file is None:
        return with_body(reply, reply.body[:kept])
    part = replace(reply.file, length=kept)
    if not isinstance(part.source, Path):  # an open file is gone once it was read to its end
        return with_body(replace(reply, file=None), b"".join(part.chunks()))
    headers = tuple((name, str(kept) if name.lower() == "content-length" else value) for name, value in reply.headers)
    return replace(reply, file=replace(part, digest=_digest(part)), headers=headers)


def _digest(part: FileBody) -> str:
    reckoning = hashlib.sha256()
    for chunk in part.chunks():
        reckoning.update(chunk)
    return "sha256:" + reckoning.hexdigest()


def _file(title: Mapping[str, str], sees: Mapping[str, str], spoil: Upon, **params: Schema) -> FaultKind:
    return FaultKind("payload", title, sees, _K02, spoil=spoil, params=params, at=_AT, stage="body")


FILES: Mapping[str, FaultKind] = {
    "wrong-file": _file(
        both("Tệp của giấy tờ khác", "Another paper's file"),
        both("200, một tệp PDF khác, trắng", "200 and another PDF, a blank one"),
        _another(lambda: _OTHER_PDF),
    ),
    "truncated-file": _file(
        both("Tệp bị cụt", "Truncated file"),
        both("200, độ dài khớp, tệp thiếu phần cuối", "200, a length that agrees, a file without its end"),
        _truncate_file,
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
