"""Faults of the address: where the calls go."""

from __future__ import annotations

from emulator.certification.preflight.situation import Arrived, PreflightRule, Situation

_KNOWN = ("/token", "/revoke", "/apiBTXH/", "/XrdAdapter/", "/VXPAdapter/", "/KetNoiMotCuaQuocGia/")


def _unmatched_calls(situation: Situation) -> list[Arrived]:
    return [each for each in situation.arrived if each.row.outcome == "unmatched"]


def _prefixed_calls(situation: Situation) -> list[Arrived]:
    return [
        each
        for each in _unmatched_calls(situation)
        if any(known in each.path and not each.path.startswith(known) for known in _KNOWN)
    ]


def _miscased_calls(situation: Situation) -> list[Arrived]:
    return [
        each
        for each in _unmatched_calls(situation)
        if any(each.path.lower().startswith(known.lower()) and not each.path.startswith(known) for known in _KNOWN)
    ]


def _versionless(situation: Situation) -> list[Arrived]:
    def is_wrong(each: Arrived) -> bool:
        return each.path.startswith("/apiBTXH/") and not each.path.startswith("/apiBTXH/1.0/")

    return [each for each in _unmatched_calls(situation) if is_wrong(each)]


def _wrong_verb(situation: Situation) -> list[Arrived]:
    posts = ("/token", "/apiBTXH/1.0/", "/XrdAdapter/RestService/forward/mapi/")
    return [
        each
        for each in situation.arrived
        if each.row.method == "GET" and each.path.startswith(posts) and each.row.outcome != "answered"
    ]


def _elsewhere(situation: Situation) -> list[Arrived]:
    explained = {
        id(each) for find in (_prefixed_calls, _miscased_calls, _versionless, _wrong_verb) for each in find(situation)
    }
    return [each for each in _unmatched_calls(situation) if id(each) not in explained]


def _stray(situation: Situation) -> list[Arrived]:
    strays = [each for each in situation.arrived if each.is_stray]
    return strays if strays and len(strays) == len(situation.arrived) else []


ADDRESS_RULES = (
    PreflightRule(
        "KN-01",
        "Địa chỉ gốc có thêm đoạn thừa trước đường dẫn",
        "the base address has something extra before the path",
        "Đặt địa chỉ gốc đúng như base_url, không thêm /api hay tên ứng dụng",
        "set the base address exactly to base_url, without /api or an application's name",
        _prefixed_calls,
    ),
    PreflightRule(
        "KN-02",
        "Đường dẫn viết sai chữ hoa, chữ thường",
        "the path is spelled in the wrong letter case",
        "Viết đúng /token, /apiBTXH/1.0/…, /XrdAdapter/…, /VXPAdapter/…",
        "spell /token, /apiBTXH/1.0/…, /XrdAdapter/…, /VXPAdapter/… exactly",
        _miscased_calls,
    ),
    PreflightRule(
        "KN-03",
        "Thiếu hoặc sai phiên bản API trong đường dẫn",
        "the API's version is missing from the path, or another",
        "Dùng /apiBTXH/1.0/<dịch vụ>",
        "use /apiBTXH/1.0/<operation>",
        _versionless,
    ),
    PreflightRule(
        "KN-04",
        "Gọi bằng GET thay cho POST",
        "called by GET instead of POST",
        "Dùng POST",
        "use POST",
        _wrong_verb,
    ),
    PreflightRule(
        "KN-05",
        "Đường dẫn không thuộc nền tảng nào",
        "the path belongs to none of the platforms",
        "So với bảng dịch vụ trong README",
        "compare with the table of operations in the README",
        _elsewhere,
    ),
    PreflightRule(
        "KN-06",
        "Các lời gọi đến sandbox 'default', không đến lượt kiểm thử này",
        "the calls go to the sandbox 'default' instead of this attempt",
        "Dùng base_url và khóa của lượt kiểm thử, có đoạn /s/<mã lượt>",
        "use the attempt's own base_url, with /s/<id>, and its keys",
        _stray,
    ),
)
