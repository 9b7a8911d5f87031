"""Faults on the axis and at the portal: addresses behind the adapter, and the two accounts."""

from __future__ import annotations

from emulator.certification.preflight.situation import Arrived, PreflightRule, Situation

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
