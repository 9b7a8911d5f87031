"""Indicators of Decision 766 estimated from the dossiers an attempt pushed: an estimate, never a score of the province.

What cannot be known from pushed dossiers is listed with its reason, not guessed (src:kpi-766).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from emulator.certification.evidence import Entry
from emulator.services.btxh.kpi import Facts, facts_of, latest

_PUSH = "btxh.DongBoDVC"
_SAID = {
    "vi": "Ước tính trên dữ liệu thử của lượt này, không phải điểm KPI của đơn vị",
    "en": "An estimate on this attempt's test data, not the agency's score",
}
_Is = Callable[[Facts], bool]
_RULES: tuple[tuple[str, str, str, _Is, _Is], ...] = (
    (
        "3.3",
        "Hồ sơ trực tuyến có kết quả điện tử (đường dẫn và mã kết quả) trên hồ sơ đã có kết quả",
        "Filed online, with an electronic result (link and result code), of the finished dossiers",
        lambda it: it.is_finished,
        lambda it: it.is_online and it.has_result,
    ),
    (
        "4.1",
        "Có đường dẫn kết quả trên hồ sơ đã có kết quả",
        "With a link to the result, of the finished dossiers",
        lambda it: it.is_finished,
        lambda it: it.has_result_link,
    ),
    (
        "4.2",
        "Có tệp ở cả thành phần hồ sơ và kết quả trên hồ sơ đã có kết quả",
        "With files both of components and of the result, of the finished dossiers",
        lambda it: it.is_finished,
        lambda it: it.has_attachment and it.has_result_link,
    ),
    (
        "4.3",
        "Có thành phần được số hóa hoặc tái sử dụng trên hồ sơ đã đồng bộ",
        "With a component digitised or used again, of the synchronised dossiers",
        lambda _: True,
        lambda it: it.is_reused,
    ),
    (
        "4.4",
        "Có tệp lấy từ kho dữ liệu, hoặc có đường dẫn kết quả, trên hồ sơ đã đồng bộ",
        "With a file from the data store, or a link to the result, of the synchronised dossiers",
        lambda _: True,
        lambda it: it.is_from_store or it.has_result_link,
    ),
    (
        "4.5",
        "Tài khoản xác thực VNeID, hoặc lấy từ kho dữ liệu, hoặc kết nối CSDL dân cư, trên hồ sơ đã đồng bộ",
        "Verified by VNeID, or from the data store, or of the population database, of the synchronised dossiers",
        lambda _: True,
        lambda it: it.is_verified,
    ),
)
_UNKNOWN = (
    ("1.4", "cần số hồ sơ toàn quốc để so", "the national counts to compare with are not known here"),
    ("2.1", "gói đồng bộ không có ngày hẹn trả của hồ sơ", "a pushed dossier does not say the day it was promised for"),
    ("3.6", "gói đồng bộ không cho biết thủ tục có thu phí", "a pushed dossier does not say whether there is a fee"),
)


def estimates(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return each indicator with numerator, denominator and percent (None when nothing counts); none without pushes."""
    facts = pushed_dossiers(entries)
    return [_indicator(*rule, facts) for rule in _RULES] if facts else []


def kpi_notes() -> dict[str, Any]:
    """Return what the estimates are, and which indicators cannot be known from pushed dossiers, with the reason."""
    return {**_SAID, "not_computed": [{"id": name, "vi": vi, "en": en} for name, vi, en in _UNKNOWN]}


def pushed_dossiers(entries: Iterable[Entry]) -> list[Facts]:
    """Return the dossiers that were pushed and taken, one row each."""
    taken = (entry for entry in entries if entry.operation == _PUSH and entry.outcome == "answered")
    return latest(facts for entry in taken if (facts := facts_of(entry.text)) is not None)


def _indicator(name: str, vi: str, en: str, counts: _Is, is_so: _Is, facts: Sequence[Facts]) -> dict[str, Any]:
    base = [each for each in facts if counts(each)]
    number = sum(1 for each in base if is_so(each))
    percent = round(100 * number / len(base), 1) if base else None
    title = {"vi": vi, "en": en}
    return {"id": name, "title": title, "numerator": number, "denominator": len(base), "percent": percent}
