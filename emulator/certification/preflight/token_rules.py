"""Faults of the keys, on the axis and at the portal: what was sent to get a token, and with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emulator.certification.preflight.situation import Arrived, PreflightRule, Situation, decode_base64
from emulator.kernel.clock import read_moment

Pair = tuple[str, str]


def _pair(accounts: Mapping[str, Mapping[str, str]], kind: str) -> Pair:
    found = accounts.get(kind, {})
    return found.get("consumer_key", ""), found.get("consumer_secret", "")


def _with_pair(situation: Situation) -> list[tuple[Arrived, Pair]]:
    return [(each, each.pair) for each in situation.token_calls if each.pair]


def _swapped_pairs(situation: Situation) -> list[Arrived]:
    pairs = [_pair(situation.ours, kind) for kind in ("production", "sandbox")]
    return [each for each, pair in _with_pair(situation) if pair[::-1] in pairs]


def _sandbox_pair(situation: Situation) -> list[Arrived]:
    return [each for each, pair in _with_pair(situation) if pair == _pair(situation.ours, "sandbox")]


def _other_attempt(situation: Situation) -> list[Arrived]:
    pairs = [_pair(situation.others, kind) for kind in ("production", "sandbox")]
    return [each for each, pair in _with_pair(situation) if pair in pairs]


def _untrimmed_pairs(situation: Situation) -> list[Arrived]:
    pairs = [_pair(situation.ours, kind) for kind in ("production", "sandbox")]

    def trim_pair(pair: Pair) -> Pair:
        return pair[0].strip().strip("\ufeff\"'"), pair[1].strip().strip("\ufeff\"'")

    return [each for each, pair in _with_pair(situation) if pair not in pairs and trim_pair(pair) in pairs]


def _wrong_secret(situation: Situation) -> list[Arrived]:
    key, secret = _pair(situation.ours, "production")
    untrimmed = {id(each) for each in _untrimmed_pairs(situation)}
    return [
        each
        for each, pair in _with_pair(situation)
        if pair[0] == key and pair[1] != secret and id(each) not in untrimmed
    ]


def _unknown_key(situation: Situation) -> list[Arrived]:
    keys = {_pair(side, kind)[0] for side in (situation.ours, situation.others) for kind in ("production", "sandbox")}
    secrets = {_pair(situation.ours, kind)[1] for kind in ("production", "sandbox")}
    untrimmed = {id(each) for each in _untrimmed_pairs(situation)}
    return [
        each
        for each, pair in _with_pair(situation)
        if pair[0] not in keys and pair[0] not in secrets and id(each) not in untrimmed
    ]


def _basic(each: Arrived) -> str:
    scheme, _, value = each.header("authorization").partition(" ")
    return value if scheme.lower() == "basic" else ""


def _twice(situation: Situation) -> list[Arrived]:
    def is_twice(each: Arrived) -> bool:
        once = decode_base64(_basic(each))
        return once is not None and ":" not in once and ":" in (decode_base64(once) or "")

    return [each for each in situation.token_calls if is_twice(each)]


def _not_encoded(situation: Situation) -> list[Arrived]:
    return [each for each in situation.token_calls if ":" in _basic(each)]


def _no_basic(situation: Situation) -> list[Arrived]:
    return [
        each
        for each in situation.token_calls
        if not each.header("authorization") and "client_id" not in each.form and "client_id" not in each.query
    ]


def _in_the_body(situation: Situation) -> list[Arrived]:
    return [
        each
        for each in situation.token_calls
        if not each.header("authorization") and ("client_id" in each.form or "client_id" in each.query)
    ]


def _no_grant(situation: Situation) -> list[Arrived]:
    def is_wrong(each: Arrived) -> bool:
        return each.row.method == "POST" and each.form.get("grant_type") != ["client_credentials"]

    return [each for each in situation.token_calls if is_wrong(each) and each.row.status >= 400]


def _no_bearer(situation: Situation) -> list[Arrived]:
    return [
        each
        for each in situation.of("btxh.")
        if each.row.status == 401 and not each.header("authorization").startswith("Bearer ")
    ]


def _foreign_token(situation: Situation) -> list[Arrived]:
    if any(each.row.status == 200 for each in situation.token_calls):
        return []
    return [
        each
        for each in situation.of("btxh.")
        if each.row.status == 401 and each.header("authorization").startswith("Bearer ")
    ]


TOKEN_RULES = (
    PreflightRule(
        "KN-11", "Consumer key và consumer secret bị đổi chỗ", "consumer key and consumer secret are swapped",
        "Đặt key trước dấu hai chấm, secret sau", "put the key before the colon and the secret after it",
        _swapped_pairs,
    ),
    PreflightRule(
        "KN-12", "Dùng cặp khóa Sandbox thay cho Production", "the Sandbox pair is used instead of the Production pair",
        "Dùng cặp production trong thông tin kết nối", "use the production pair of the context", _sandbox_pair,
    ),
    PreflightRule(
        "KN-13", "Dùng khóa của sandbox 'default' hoặc lượt khác", "the keys of another sandbox are used",
        "Dùng khóa của chính lượt kiểm thử này", "use the keys of this very attempt", _other_attempt,
    ),
    PreflightRule(
        "KN-14", "Khóa có dấu cách, xuống dòng hoặc dấu nháy thừa", "the keys carry blanks, line ends or quotes",
        "Cắt khoảng trắng khi đọc cấu hình", "trim what is read from the configuration", _untrimmed_pairs,
    ),
    PreflightRule(
        "KN-15", "Consumer secret sai", "the consumer secret is wrong",
        "Chép lại secret từ thông tin kết nối", "copy the secret from the context again", _wrong_secret,
    ),
    PreflightRule(
        "KN-16", "Consumer key lạ", "the consumer key is unknown",
        "Chép lại key từ thông tin kết nối", "copy the key from the context again", _unknown_key,
    ),
    PreflightRule(
        "KN-17", "Mã hóa Base64 hai lần", "encoded in Base64 twice",
        "Mã hóa key:secret đúng một lần", "encode key:secret exactly once", _twice,
    ),
    PreflightRule(
        "KN-18", "Chưa mã hóa Base64", "not encoded in Base64",
        "Authorization: Basic Base64(key:secret)", "send Authorization: Basic Base64(key:secret)", _not_encoded,
    ),
    PreflightRule(
        "KN-19", "Lời gọi token không có Authorization", "the token call has no Authorization",
        "Thêm Authorization: Basic Base64(key:secret)", "add Authorization: Basic Base64(key:secret)", _no_basic,
    ),
    PreflightRule(
        "KN-20", "Khóa đặt trong thân hoặc URL thay cho Authorization", "the keys stand in body or URL",
        "Đặt khóa trong Authorization: Basic (BTXH 2.1.2)", "put them into Authorization: Basic (BTXH 2.1.2)",
        _in_the_body,
    ),
    PreflightRule(
        "KN-21", "Thiếu grant_type=client_credentials dạng form", "grant_type=client_credentials is missing",
        "Gửi thân grant_type=client_credentials, kiểu application/x-www-form-urlencoded",
        "send the body grant_type=client_credentials as application/x-www-form-urlencoded", _no_grant,
    ),
    PreflightRule(
        "KN-22", "Gọi API không có Bearer token", "the API is called without a Bearer token",
        "Thêm Authorization: Bearer <access_token>", "add Authorization: Bearer <access_token>", _no_bearer,
    ),
    PreflightRule(
        "KN-23", "Dùng token không do lượt này cấp", "the token was not issued by this attempt",
        "Xóa token đã lưu, xin token mới tại base_url", "forget the kept token and ask at base_url", _foreign_token,
    ),
)  # fmt: skip


_FIELDS = ("SubmittedDate", "NgayTiepNhan", "ThoiGianKetThuc", "ThoiDiemXuLy")
_TOLERANCE_MS = 5 * 60_000
_ZONE_MS = 7 * 3_600_000


def _offsets(each: Arrived) -> Iterator[int]:
    """Yield how far ahead of the sandbox's clock each moment of a body is, in ms."""
    for name in _FIELDS:
        value: Any = each.body.get(name)
        moment = read_moment(value) if isinstance(value, str) else None
        if moment is not None:
            yield moment - each.row.virtual_ms


def _is_zone(offset: int) -> bool:
    return any(abs(offset - sign * _ZONE_MS) < _TOLERANCE_MS for sign in (1, -1))


def _zone(situation: Situation) -> list[Arrived]:
    return [each for each in situation.of("btxh.") if any(map(_is_zone, _offsets(each)))]


def _ahead(situation: Situation) -> list[Arrived]:
    def is_ahead(each: Arrived) -> bool:
        return any(offset > _TOLERANCE_MS and not _is_zone(offset) for offset in _offsets(each))

    return [each for each in situation.of("btxh.") if is_ahead(each)]


def _behind(situation: Situation) -> list[Arrived]:
    def is_behind(each: Arrived) -> bool:
        offsets = list(_offsets(each))
        return bool(offsets) and all(offset < -_TOLERANCE_MS and not _is_zone(offset) for offset in offsets)

    return [each for each in situation.of("btxh.") if is_behind(each)]


TIME_RULES = (
    PreflightRule(
        "KN-31", "Múi giờ sai: lệch đúng bảy giờ", "the time zone is wrong: exactly seven hours off",
        "Ghi thời điểm theo giờ Việt Nam (UTC+7)", "write moments in Vietnamese time (UTC+7)", _zone,
    ),
    PreflightRule(
        "KN-32", "Đồng hồ của phần mềm chạy nhanh", "the client's clock is ahead",
        "Đồng bộ đồng hồ (NTP), hoặc theo giờ 'now' được giao", "set the clock (NTP), or take the 'now' of the task",
        _ahead,
    ),
    PreflightRule(
        "KN-33", "Đồng hồ của phần mềm chạy chậm", "the client's clock is behind",
        "Đồng bộ đồng hồ (NTP), hoặc theo giờ 'now' được giao", "set the clock (NTP), or take the 'now' of the task",
        _behind,
    ),
)  # fmt: skip


# Faults on the axis and at the portal: addresses behind the adapter, and the two accounts.

_LOGIN, _PAPERS = "/mapi/login", "/bndp/public/v1/login"


def _forwards(situation: Situation) -> list[Arrived]:
    return [each for each in situation.arrived if "/RestService/forward" in each.path]


def _dstcode(each: Arrived) -> str:
    return each.query.get("dstcode", [each.header("dstcode")])[0]


def _nameless(situation: Situation) -> list[Arrived]:
    return [
        each
        for each in _forwards(situation)
        if not _dstcode(each) and "VN:GOV:" in each.raw_query and "dstcode=" not in each.raw_query
    ]


def _no_dstcode(situation: Situation) -> list[Arrived]:
    nameless = {id(each) for each in _nameless(situation)}
    return [
        each for each in _forwards(situation) if not _dstcode(each) and id(each) not in nameless and _has_failed(each)
    ]


def _unknown_dstcode(situation: Situation) -> list[Arrived]:
    return [each for each in _forwards(situation) if _dstcode(each) and _dstcode(each) not in situation.known_dstcodes]


def _has_failed(each: Arrived) -> bool:
    return each.row.outcome != "answered"


def _wrong_provider(situation: Situation) -> list[Arrived]:
    def given_provider(each: Arrived) -> str:
        return each.query.get("providerurl", [each.header("providerurl")])[0].rstrip("/")

    papers = [each for each in _forwards(situation) if "/bndp/" in each.path]
    return [each for each in papers if given_provider(each) != situation.papers_url and _has_failed(each)]


def _logins(situation: Situation, path: str) -> list[Arrived]:
    return [each for each in _forwards(situation) if each.path.endswith(path) and each.body]


def _account(situation: Situation, path: str, own: str, other: str, *, is_swap: bool) -> list[Arrived]:
    """Return the logins that were refused: with the other service's account, or with neither."""
    right, swapped = situation.ours.get(own, {}), situation.ours.get(other, {})
    found = []
    for each in _logins(situation, path):
        said = (each.body.get("username"), each.body.get("password"))
        if said == (right.get("username"), right.get("password")):
            continue
        if (said == (swapped.get("username"), swapped.get("password"))) == is_swap:
            found.append(each)
    return found


def _mixed_accounts(situation: Situation) -> list[Arrived]:
    return [
        *_account(situation, _LOGIN, "portal", "papers", is_swap=True),
        *_account(situation, _PAPERS, "papers", "portal", is_swap=True),
    ]


def _portal_account(situation: Situation) -> list[Arrived]:
    return _account(situation, _LOGIN, "portal", "papers", is_swap=False)


def _papers_account(situation: Situation) -> list[Arrived]:
    return _account(situation, _PAPERS, "papers", "portal", is_swap=False)


def _unit(situation: Situation) -> list[Arrived]:
    calls = [each for each in situation.of("dvcqg.mapi.") if "madonvi" in each.body]
    return [each for each in calls if each.body["madonvi"] != situation.ours.get("portal", {}).get("unit")]


AXIS_RULES = (
    PreflightRule(
        "KN-41", "Thiếu tên tham số dstcode, providerurl trong URL", "dstcode and providerurl have no names in the URL",
        "Viết ?dstcode=…&providerurl=…", "write ?dstcode=…&providerurl=…", _nameless,
    ),
    PreflightRule(
        "KN-42", "Thiếu dstcode", "dstcode is missing",
        "Thêm dstcode vào header hoặc URL", "add dstcode as a header or in the URL", _no_dstcode,
    ),
    PreflightRule(
        "KN-43", "dstcode không có trên trục", "nobody on the axis has that dstcode",
        "Chép dstcode từ LayDanhMucSSTaiTep hoặc thông tin kết nối", "copy it from LayDanhMucSSTaiTep or the context",
        _unknown_dstcode,
    ),
    PreflightRule(
        "KN-44", "Thiếu hoặc sai providerurl của dịch vụ giấy tờ", "providerurl of the papers service is wrong",
        "Đặt providerurl là papers_url, mã hóa phần trăm", "set providerurl to papers_url, percent-encoded",
        _wrong_provider,
    ),
    PreflightRule(
        "KN-45", "Lẫn tài khoản mapi và tài khoản giấy tờ", "the accounts of mapi and papers are mixed up",
        "Hai dịch vụ có hai tài khoản riêng", "the two services have an account each", _mixed_accounts,
    ),
    PreflightRule(
        "KN-46", "Sai tài khoản mapi/login", "the account of mapi/login is wrong",
        "Chép lại tài khoản portal", "copy the portal account again", _portal_account,
    ),
    PreflightRule(
        "KN-47", "Sai tài khoản dịch vụ giấy tờ", "the account of the papers service is wrong",
        "Chép lại tài khoản papers", "copy the papers account again", _papers_account,
    ),
    PreflightRule(
        "KN-48", "madonvi không phải của tài khoản", "madonvi is not the account's",
        "Dùng mã đơn vị trong thông tin kết nối", "use the unit of the context", _unit,
    ),
)  # fmt: skip
