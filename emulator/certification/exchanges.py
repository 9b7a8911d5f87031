"""The journal as the report shows it: a line an exchange, and the texts of those a finding cites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NotRequired, TypedDict

from emulator.certification.evidence import Entry
from emulator.certification.judge import Judgement
from emulator.certification.kit import Both
from emulator.certification.lines import RequestLine, ResponseLine
from emulator.services.btxh.kpi import Facts, facts_of, latest
from emulator.wire.reading import QUIRKS, ModeName

_MOST_TEXT = 1_500
_MOST_CITED = 300


class QuotedRemark(TypedDict):
    """The first remark of an exchange, in the words of the journal."""

    rule: str
    level: str
    vi: str
    en: str


class ExchangeLine(TypedDict):
    """One call of an attempt in the report. ``scene`` is None for what was called between two scenes.

    ``wall`` and ``virtual`` are ISO 8601; ``request`` and ``reply`` are headers and body as text, of the calls that a
    finding cites.
    """

    seq: int
    wall: str
    virtual: str
    scene: int | None
    operation: str
    method: str
    target: str
    status: int
    outcome: str
    remark: NotRequired[QuotedRemark]
    request: NotRequired[str]
    reply: NotRequired[str]


def list_exchanges(judgement: Judgement) -> list[ExchangeLine]:
    """Return every call of the attempt: when, in which scene, what was asked, how it ended, the first remark.

    Those that findings cite have ``request`` and ``reply`` as well: headers and body, long texts cut.
    """
    record, wanted = judgement.record, _cited_numbers(judgement)
    scenes = {entry.seq: scene.no for scene in (*record.void, *record.scenes) for entry in scene.entries}
    calls = [entry for entry in record.entries if entry.is_call]
    return [_line(entry, scenes.get(entry.seq), is_cited=entry.seq in wanted) for entry in calls]


def _line(entry: Entry, scene: int | None, *, is_cited: bool) -> ExchangeLine:
    told: ExchangeLine = {
        "seq": entry.seq,
        "wall": entry.told["wall"],
        "virtual": entry.told["virtual"],
        "scene": scene,
        "operation": entry.operation,
        "method": entry.method,
        "target": _bound_text(entry.told["request"]["target"]),
        "status": entry.status,
        "outcome": entry.outcome,
    }
    if entry.remarks:
        said = entry.remarks[0]
        told["remark"] = {"rule": said["rule"], "level": said["level"], "vi": said["vi"], "en": said["en"]}
    if is_cited:
        told["request"], told["reply"] = _message(entry.told["request"]), _message(entry.told["response"])
    return told


def _cited_numbers(judgement: Judgement) -> set[int]:
    numbers = [number for test in judgement.tests for found in test.findings for number in found.evidence]
    return set(list(dict.fromkeys(numbers))[:_MOST_CITED])


def _message(part: RequestLine | ResponseLine) -> str:
    head = _bound_text("\n".join(f"{name}: {value}" for name, value in part["headers"]))
    body = _body(part)
    return f"{head}\n\n{_bound_text(body)}" if body else head


def _body(part: RequestLine | ResponseLine) -> str:
    if "body" in part:
        return str(part["body"])
    return f"({part['body_size']} bytes)" if part.get("body_size") else ""


def _bound_text(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}… (+{len(text) - _MOST_TEXT})"


def operations(entries: Iterable[Entry]) -> dict[str, int]:
    """Return how often each operation was called; calls that matched none stand under an empty name."""
    found: dict[str, int] = {}
    for entry in entries:
        if entry.is_call:
            found[entry.operation] = found.get(entry.operation, 0) + 1
    return dict(sorted(found.items()))


class QuirkLine(TypedDict):
    """One discrepancy of the documents that an attempt met. ``does`` and ``behaviour`` are what this mode does.

    ``relied_on``, ``refused`` and both together (``exchanges``) are numbers of the journal.
    """

    id: str
    title: Both
    place: str
    table: str
    sample: str
    mode: ModeName
    does: str
    behaviour: str
    relied_on: list[int]
    refused: list[int]
    exchanges: list[int]


def list_discrepancies(entries: Iterable[Entry], mode: ModeName) -> list[QuirkLine]:
    """Return each quirk the calls met: what the document says, what this mode does, and in which exchanges.

    ``relied_on`` are exchanges that were answered all the same, ``refused`` those that were refused for it.
    """
    found: dict[str, QuirkLine] = {}
    for entry in entries:
        for remark in entry.remarks:
            if entry.is_call and remark["rule"] in QUIRKS:
                row = found.setdefault(remark["rule"], _row(remark["rule"], mode, remark["vi"], remark["en"]))
                row["refused" if remark["level"] == "error" else "relied_on"].append(entry.seq)
    return [_once(found[name]) for name in QUIRKS if name in found]


def _row(name: str, mode: ModeName, vi: str, en: str) -> QuirkLine:
    quirk = QUIRKS[name]
    return {
        "id": name,
        "title": {"vi": _at(quirk.place, vi), "en": _at(quirk.place, en)},
        "place": quirk.place,
        "table": quirk.table,
        "sample": quirk.sample,
        "mode": mode,
        "does": getattr(quirk, mode),
        "behaviour": quirk.behaviour(mode).value,
        "relied_on": [],
        "refused": [],
        "exchanges": [],
    }


def _at(place: str, sentence: str) -> str:
    """Return a sentence with the field it is about, once; a place told in words is no field, and speaks English."""
    return sentence if " " in place or sentence.startswith(place) else f"{place}: {sentence}"


def _once(row: QuirkLine) -> QuirkLine:
    relied_on, refused = sorted(set(row["relied_on"])), sorted(set(row["refused"]))
    return {**row, "relied_on": relied_on, "refused": refused, "exchanges": sorted({*relied_on, *refused})}


# Indicators of Decision 766 estimated from the dossiers an attempt pushed: an estimate, never a score of the
# province.
#
# What cannot be known from pushed dossiers is listed with its reason, not guessed (src:kpi-766).

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


class IndicatorLine(TypedDict):
    """One indicator of Decision 766: of ``denominator`` dossiers that count, ``numerator`` are so."""

    id: str
    title: Both
    numerator: int
    denominator: int
    percent: float | None


class UnknownIndicator(TypedDict):
    """An indicator that pushed dossiers say nothing of, and why."""

    id: str
    vi: str
    en: str


class KpiNotes(TypedDict):
    """What the estimates are, and what is not estimated."""

    vi: str
    en: str
    not_computed: list[UnknownIndicator]


def estimates(entries: Iterable[Entry]) -> list[IndicatorLine]:
    """Return each indicator with numerator, denominator and percent (None when nothing counts); none without pushes."""
    facts = pushed_dossiers(entries)
    return [_indicator(*rule, facts) for rule in _RULES] if facts else []


def kpi_notes() -> KpiNotes:
    """Return what the estimates are, and which indicators cannot be known from pushed dossiers, with the reason."""
    unknown: list[UnknownIndicator] = [{"id": name, "vi": vi, "en": en} for name, vi, en in _UNKNOWN]
    return {"vi": _SAID["vi"], "en": _SAID["en"], "not_computed": unknown}


def pushed_dossiers(entries: Iterable[Entry]) -> list[Facts]:
    """Return the dossiers that were pushed and taken, one row each."""
    taken = (entry for entry in entries if entry.operation == _PUSH and entry.outcome == "answered")
    return latest(facts for entry in taken if (facts := facts_of(entry.text)) is not None)


def _indicator(name: str, vi: str, en: str, counts: _Is, is_so: _Is, facts: Sequence[Facts]) -> IndicatorLine:
    base = [each for each in facts if counts(each)]
    number = sum(1 for each in base if is_so(each))
    percent = round(100 * number / len(base), 1) if base else None
    title = {"vi": vi, "en": en}
    return {"id": name, "title": title, "numerator": number, "denominator": len(base), "percent": percent}
