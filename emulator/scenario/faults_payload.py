"""Faults of the content: a reply arrives well and cannot be read as it was meant.

Sources: src:client-failures, src:client-faults.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from emulator.country.world import World
from emulator.kernel.exchange import Exchange, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.scenario.fault import REFUSING, FaultKind, Params, Schema, Upon, both, choice, number
from emulator.wire.codes import BAD_JSON

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_LOGIN_PAGE = (
    '<!DOCTYPE html>\n<html lang="vi"><head><meta charset="utf-8"><title>Đăng nhập</title></head>\n'
    '<body><form method="post" action="/login"><input name="username"><input name="password" type="password">'
    "<button>Đăng nhập</button></form></body></html>\n"
)


def with_body(reply: Reply, body: bytes, content_type: str | None = None) -> Reply:
    """Return a reply with another body, and with the length and type that belong to it."""
    if reply.file:
        reply.file.close()
    told = {"content-length": str(len(body))} | ({"content-type": content_type} if content_type else {})
    headers = tuple((name, told.get(name.lower(), value)) for name, value in reply.headers)
    return replace(reply, body=body, file=None, headers=headers)


def _edit_json(change: Callable[[Any, Params], Any]) -> Upon:
    def spoil(reply: Reply, _exchange: Exchange, world: World, params: Params) -> Reply:
        content = _content(reply)
        if content is None:
            world.remark("fault-without-json", "", "Trả lời không phải JSON", "The reply is no JSON: it is left alone")
            return reply
        changed = change(content, params)
        if changed == content:
            return reply
        return with_body(reply, json.dumps(changed, ensure_ascii=False, separators=(",", ":")).encode())

    return spoil


def _content(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except ValueError:
        return None


def _null_records(content: Any, _params: Params) -> Any:
    """Put null where the records are: in the list of ``result``, else in ``result``, else in a ``data`` of its own."""
    if not isinstance(content, dict):
        return None
    result = content.get("result")
    if isinstance(result, dict):
        return {**content, "result": {key: None if isinstance(each, list) else each for key, each in result.items()}}
    return {**content, ("result" if "result" in content else "data"): None}


def _without(*names: str) -> Callable[[Any, Params], Any]:
    def change(content: Any, _params: Params) -> Any:
        if not isinstance(content, dict):
            return content
        kept = {key: each for key, each in content.items() if key not in names}
        result = kept.get("result")
        if isinstance(result, dict):
            kept["result"] = {key: each for key, each in result.items() if key not in names}
        return kept

    return change


def _twice(content: Any, params: Params) -> Any:
    if isinstance(content, dict):
        return {key: _twice(each, params) for key, each in content.items()}
    if isinstance(content, list) and content and isinstance(content[0], dict):
        return [each for each in content for _ in range(2)]
    return content


def _recase_keys(content: Any, params: Params) -> Any:
    if isinstance(content, dict):
        return {_key(key, params["casing"]): _recase_keys(each, params) for key, each in content.items()}
    return [_recase_keys(each, params) for each in content] if isinstance(content, list) else content


def _key(key: str, casing: str) -> str:
    if casing == "pascal":
        return key[:1].upper() + key[1:]
    return key.upper() if casing == "upper" else key.lower()


def _fail_softly(content: Any, params: Params) -> Any:
    """Say that the call failed, in the type the code has, and leave what stands beside it."""
    if not isinstance(content, dict):
        return content
    code = params["code"]
    said = {key: _fail_softly(each, params) if key == "result" else each for key, each in content.items()}
    for key in said.keys() & {"error_code", "errorCode"}:
        said[key] = str(code) if isinstance(said[key], str) else code
    return said


def _reword_message(content: Any, _params: Params) -> Any:
    if not isinstance(content, dict):
        return content
    return {
        key: "OK" if key == "message" else _reword_message(each, _params) if key == "result" else each
        for key, each in content.items()
    }


def _break_json(reply: Reply, _exchange: Exchange, _world: World, _params: Params) -> Reply:
    return with_body(reply, reply.body[: len(reply.body) * 2 // 3])


def _encoded_twice(reply: Reply, _exchange: Exchange, _world: World, _params: Params) -> Reply:
    return with_body(reply, json.dumps(reply.body.decode("utf-8", "replace"), ensure_ascii=False).encode())


def _empty_body(reply: Reply, _exchange: Exchange, _world: World, _params: Params) -> Reply:
    return with_body(reply, b"")


def _login_page(_exchange: Exchange, _world: World, _params: Params) -> Reply:
    body = _LOGIN_PAGE.encode()
    return Reply(200, body, (("Content-Type", "text/html; charset=UTF-8"), ("Content-Length", str(len(body)))))


def _refuse_softly(_exchange: Exchange, _world: World, params: Params) -> Reply:
    raise ServiceRefusal(int(params["error_code"]), "Hệ thống đang bận, vui lòng thử lại sau")


def _miscode_charset(reply: Reply, _exchange: Exchange, _world: World, params: Params) -> Reply:
    """Send other bytes than the headers promise; letters that the charset has not become question marks."""
    text, charset = reply.body.decode("utf-8", "replace"), params["charset"]
    if charset == "utf-8-bom":
        return with_body(reply, b"\xef\xbb\xbf" + reply.body)
    if charset == "utf-16":
        return with_body(reply, text.encode("utf-16"))
    return with_body(reply, "".join(map(_for_1258, text)).encode("cp1258", "replace"))


def _for_1258(letter: str) -> str:
    """Return a letter as windows-1258 has it: the base, then its tone."""
    parts = unicodedata.normalize("NFD", letter)
    tones = "".join(mark for mark in parts if mark in _TONES)
    return unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES)) + tones


def _payload(
    title: Mapping[str, str],
    sees: Mapping[str, str],
    spoil: Upon,
    source: str = "client-faults",
    **params: Schema,
) -> FaultKind:
    return FaultKind("payload", title, sees, source, spoil=spoil, params=params, stage="body")


_R01 = "client-failures"
PAYLOADS: Mapping[str, FaultKind] = {
    "service-refused": FaultKind(
        "payload",
        both("Dịch vụ từ chối: error_code khác 0 với mã HTTP 200", "The service says no: error_code with HTTP 200"),
        both("200, error_code khác 0, data rỗng", "200, error_code not 0, no data"),
        "client-faults",
        _refuse_softly,
        at=(REFUSING,),
        params={"error_code": number(BAD_JSON, "mã lỗi của dịch vụ", "the service's error code", -99, -1)},
    ),
    "html-login-page": FaultKind(
        "payload",
        both("Trang đăng nhập HTML với mã 200", "An HTML login page with 200"),
        both("200, text/html; dịch vụ chưa nhận được lời gọi", "200 and text/html; the service never saw the call"),
        _R01,
        _login_page,
    ),
    "broken-json": _payload(
        both("JSON đứt ở giữa", "Broken JSON"),
        both("200, độ dài đúng, JSON không đọc được", "200 and a right length, but no JSON"),
        _break_json,
        _R01,
    ),
    "wrong-charset": _payload(
        both("Sai bảng mã", "Wrong charset"),
        both("đầu trang ghi UTF-8, nội dung là bảng mã khác", "the head says UTF-8, the bytes are something else"),
        _miscode_charset,
        "json-rfc",
        charset=choice(("windows-1258", "utf-16", "utf-8-bom"), "bảng mã thật", "what the bytes are"),
    ),
    "data-null": _payload(
        both("Danh sách là null", "data: null"),
        both("null ở chỗ của danh sách", "null where the list belongs"),
        _edit_json(_null_records),
    ),
    "missing-result": _payload(
        both("Thiếu result", "No result"),
        both("phong bì không có khóa result", "the envelope has no key result"),
        _edit_json(_without("result")),
    ),
    "missing-code": _payload(
        both("Thiếu error_code", "No error_code"),
        both("phong bì không có error_code, errorCode", "the envelope has neither error_code nor errorCode"),
        _edit_json(_without("error_code", "errorCode")),
        "client-failures",
    ),
    "error-beside-data": _payload(
        both("Báo lỗi mà vẫn có dữ liệu", "An error beside data"),
        both("error_code, errorCode khác 0; dữ liệu vẫn có", "error_code, errorCode is not 0; the data are there"),
        _edit_json(_fail_softly),
        "KDL V.2",
        code=number(-1, "mã lỗi", "the code", -99, -1),
    ),
    "double-encoded": _payload(
        both("JSON mã hóa hai lần", "Double-encoded JSON"),
        both("nội dung là một chuỗi JSON chứa JSON", "the body is a JSON string that holds JSON"),
        _encoded_twice,
        "client-province-gateway",
    ),
    "duplicate-records": _payload(
        both("Bản ghi lặp", "Duplicate records"),
        both("mỗi bản ghi có hai lần", "every record comes twice"),
        _edit_json(_twice),
        "client-btxh-calls",
    ),
    "odd-casing": _payload(
        both("Tên khóa viết hoa thường khác", "Odd casing"),
        both("tên khóa viết khác chữ hoa, chữ thường", "keys in another letter case"),
        _edit_json(_recase_keys),
        casing=choice(("pascal", "upper", "lower"), "cách viết", "how keys are written"),
    ),
    "other-wording": _payload(
        both("Lời khác, mã vẫn thế", "Other words, same code"),
        both("message là OK; mã không đổi", "message is OK, the code stays"),
        _edit_json(_reword_message),
        "client-faults",
    ),
    "empty-body": _payload(
        both("Nội dung rỗng với mã 200", "An empty body with 200"),
        both("200, 0 byte", "200 and 0 bytes"),
        _empty_body,
        _R01,
    ),
}
