"""What a client has come to: a test that needs it asks for the thing, never for another test's verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from emulator.certification.evidence import Entry

_LISTS = ("btxh.DanhSachHoSo", "btxh.TienTrinhXuLy")


class Reachable(NamedTuple):
    """One thing: its name for people, and how a call shows that it was reached."""

    vi: str
    en: str
    is_shown_by: Callable[[Entry], bool]


def _is(operation: str) -> Callable[[Entry], bool]:
    return lambda call: call.operation == operation and call.status == 200 and call.outcome == "answered"


REACHED: Mapping[str, Reachable] = {
    "token": Reachable("một token của cổng", "a token of the gateway", _is("ndxp.token")),
    "list": Reachable(
        "một danh sách của Bộ",
        "a list of the ministry's",
        lambda call: call.operation in _LISTS and call.status == 200 and call.outcome == "answered",
    ),
    "session": Reachable("một phiên mapi", "a mapi session", _is("dvcqg.mapi.login")),
    "papers-session": Reachable(
        "token của dịch vụ giấy tờ", "a token of the papers service", _is("dvcqg.papers.login")
    ),
    "papers": Reachable("câu trả lời về giấy tờ", "an answer about papers", _is("dvcqg.papers.find")),
    "published": Reachable(
        "một tệp trên máy chủ của đơn vị",
        "a file on the vendor's own server",
        lambda call: call.operation == "xroad.live" and call.status == 200,
    ),
}


def reached_in(calls: Iterable[Entry]) -> frozenset[str]:
    """Return the names of everything the calls of an attempt have reached."""
    left, found = dict(REACHED), set()
    for call in calls:
        for name in [name for name, each in left.items() if each.is_shown_by(call)]:
            found.add(name)
            del left[name]
    return frozenset(found)
