"""The printed oddities of the documents, one call at a time: what a sandbox's settings do for all calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.kernel.exchange import Exchange, Reply
from emulator.scenario.contract import Params
from emulator.scenario.fault import Fault, Instead, both
from emulator.wire.oddities import ODDITIES, Oddity, OddityName, in_force
from emulator.world.world import World


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


def _of_btxh(name: OddityName, oddity: Oddity) -> Fault:
    pulls = {"btxh.DanhSachHoSo": oddity.of_dossiers, "btxh.TienTrinhXuLy": oddity.of_steps}
    title = both(oddity.vi, oddity.en)
    return Fault(
        "payload",
        title,
        title,
        f"docs/quirks.md {oddity.quirk}",
        _showing(name),
        at=tuple(name for name, shows in pulls.items() if shows),
    )


def _of_portal(vi: str, en: str, quirk: str, at: tuple[str, ...], **settings: Any) -> Fault:
    return Fault("payload", both(vi, en), both(vi, en), f"docs/quirks.md {quirk}", _with(**settings), at=at)


_MAPI, _PAPERS, _CODES = ("dvcqg.mapi.*",), ("dvcqg.papers.*",), ("btxh.*", "dvcqg.mapi.*")
PRINTED: Mapping[str, Fault] = {
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
