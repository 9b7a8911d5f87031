"""What ``ndxp-emulator call --wrong`` can do wrong: one thing at a time."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import NamedTuple

from emulator.cli.call import ASKS, Ask, post_of
from emulator.services.btxh.samples import WRONG_FIELDS, spoilt

_PUSHES = ("btxh.DongBoDVC", "btxh.XuLyHoSo")
_PULLS = ("btxh.DanhSachHoSo", "btxh.TienTrinhXuLy")
_BTXH = (*_PUSHES, *_PULLS)
_PORTAL = ("dvcqg.mapi.login", "dvcqg.mapi.LayDanhMucTinhThanh", "dvcqg.papers.find")
_AXIS = (*_PORTAL, "province.download")
_LOGIN, _SESSION = ("dvcqg.mapi.login",), ("dvcqg.mapi.LayDanhMucTinhThanh",)
_NOBODY = base64.b64encode(b"nobody:wrong").decode()


class Mistake(NamedTuple):
    """One way to be wrong, in which operations, and how a right call is spoilt."""

    vi: str
    en: str
    operations: tuple[str, ...]
    spoil: Callable[[Ask, str], Ask]


def _with_header(name: str, value: str | None) -> Callable[[Ask, str], Ask]:
    def spoil(ask: Ask, _operation: str) -> Ask:
        kept = {each: text for each, text in ask.headers.items() if each != name}
        return ask._replace(headers=kept if value is None else kept | {name: value})

    return spoil


def _with_field(name: str, value: str) -> Callable[[Ask, str], Ask]:
    return lambda ask, _operation: post_of(ask.path, (ask.fields or {}) | {name: value}, ask.headers)


def _with_path(old: str, new: str) -> Callable[[Ask, str], Ask]:
    return lambda ask, _operation: ask._replace(path=ask.path.replace(old, new, 1))


def _fields(name: str) -> Callable[[Ask, str], Ask]:
    return lambda ask, operation: post_of(
        ask.path, spoilt(ask.fields or {}, WRONG_FIELDS[name][operation]), ask.headers
    )


def _of_fields(name: str, vi: str, en: str) -> Mistake:
    return Mistake(vi, en, tuple(WRONG_FIELDS[name]), _fields(name))


def _misspell(ask: Ask, _operation: str) -> Ask:
    path, mark, query = ask.path.partition("?")
    return ask._replace(path=f"{path}s{mark}{query}")


def _by_get(ask: Ask, _operation: str) -> Ask:
    return ask._replace(method="GET", body=None)


def _cut(ask: Ask, _operation: str) -> Ask:
    return ask._replace(body=(ask.body or b"")[:-1])


MISTAKES: dict[str, Mistake] = {
    "missing-token": Mistake(
        "Không gửi token", "No token is sent", (*_BTXH, "dvcqg.papers.find"), _with_header("Authorization", None)
    ),
    "wrong-token": Mistake(
        "Token không ai cấp", "A token nobody issued", _BTXH, _with_header("Authorization", "Bearer khong-ai-cap")
    ),
    "wrong-secret": Mistake(
        "Sai consumer key và secret",
        "Consumer key and secret are wrong",
        ("ndxp.token",),
        _with_header("Authorization", f"Basic {_NOBODY}"),
    ),
    "wrong-grant": Mistake(
        "grant_type không được phép",
        "A grant_type that is not allowed",
        ("ndxp.token",),
        lambda ask, _operation: ask._replace(body=b"grant_type=password&username=a&password=b"),
    ),
    "wrong-method": Mistake("GET thay cho POST", "GET instead of POST", ("ndxp.token", *_BTXH, *_PORTAL), _by_get),
    "wrong-path": Mistake("Sai đường dẫn một chữ", "One letter too many in the path", tuple(ASKS), _misspell),
    "bad-json": Mistake("JSON bị cụt", "JSON that is cut short", (*_BTXH, *_PORTAL), _cut),
    "missing-field": _of_fields("missing-field", "Thiếu một trường bắt buộc", "A required field is left out"),
    "bad-date": _of_fields("bad-date", "Ngày không đúng dạng", "A date in a wrong form"),
    "bad-window": _of_fields("bad-window", "Kỳ kết thúc trước khi bắt đầu", "A window that ends before it begins"),
    "bad-xml": _of_fields("bad-xml", "XML bị cụt", "XML that is cut short"),
    "wrong-procedure": _of_fields("wrong-procedure", "Mã thủ tục không có", "A procedure that does not exist"),
    "wrong-agency": _of_fields("wrong-agency", "Mã hồ sơ của cơ quan khác", "A dossier code of another agency"),
    "wrong-place": _of_fields("wrong-place", "Mã xã không có", "A commune that does not exist"),
    "wrong-status": _of_fields("wrong-status", "Trạng thái không có", "A status that does not exist"),
    "unknown-dossier": _of_fields("unknown-dossier", "Hồ sơ chưa ai gửi", "A dossier that nobody pushed"),
    "wrong-password": Mistake(
        "Sai mật khẩu", "A wrong password", ("dvcqg.mapi.login",), _with_field("password", "sai")
    ),
    "wrong-session": Mistake("Phiên không có", "A session nobody opened", _SESSION, _with_field("session", "sai")),
    "wrong-dstcode": Mistake(
        "dstcode không có", "A dstcode that does not exist", _AXIS, _with_path("dstcode=VN:GOV", "dstcode=VN:KHONG")
    ),
    "wrong-file": Mistake(
        "Tệp không có", "A file that does not exist", ("province.download",), _with_path("124.pdf", "khong-co.pdf")
    ),
}


def mistakes_of(operation: str) -> Iterable[str]:
    """Return the names of the mistakes that an operation can be called with."""
    return [name for name, mistake in MISTAKES.items() if operation in mistake.operations]
