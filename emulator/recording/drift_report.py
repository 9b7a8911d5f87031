"""The drift report: what a platform answered, beside what the emulator would have answered, call by call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

from emulator.kernel.values import value_class
from emulator.recording.drift import (
    PSEUDONYM_RULES,
    STATE_RULES,
    DriftDifference,
    body_differences,
    header_differences,
    status_difference,
)
from emulator.recording.replay import Answered, ReplayedExchange
from emulator.recording.session import Recorded
from emulator.wire.reading import QUIRKS, ModeName


@value_class
class Drift:
    """One drift. ``quirk`` is a row of the register, if one speaks of it; ``agrees_in`` are the modes without it."""

    number: int
    call: str
    operation: str | None
    kind: str
    pointer: str
    recorded: str
    emulated: str
    quirk: str | None
    agrees_in: tuple[ModeName, ...]
    rules: tuple[str, ...] = ()


@value_class
class NotCompared:
    """An exchange, or a drift of it, that says nothing about the platform; and why."""

    number: int
    vi: str
    en: str


@dataclass(slots=True)
class Report:
    """All of it. There is a drift when ``drifts`` is not empty."""

    mode: ModeName
    calls: int = 0
    drifts: list[Drift] = field(default_factory=list)
    not_compared: list[NotCompared] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self) | {"format": "ndxp-emulator/drift/1"}


def report_of(told_by_mode: Mapping[ModeName, Sequence[ReplayedExchange]], mode: ModeName) -> Report:
    """Return the report for one mode; the other modes only tell which of them would agree."""
    report = Report(mode)
    for place, told in enumerate(told_by_mode[mode]):
        report.calls += 1
        reason = _reason_against(told)
        if reason:
            report.not_compared.append(NotCompared(told.recorded.number, *reason))
            continue
        answers = {name: each[place].answered for name, each in told_by_mode.items()}
        _compare(told.recorded, answers, report)
    return report


def _reason_against(told: ReplayedExchange) -> tuple[str, str] | None:
    recorded, answered = told
    if recorded.status is None or recorded.trouble:
        return "nền tảng không trả lời trọn vẹn", "the platform gave no whole answer"
    if answered is None:
        return "thân yêu cầu không được ghi nên không gửi lại được", "the request's body was not recorded"
    refusing = {rule for rule, level, _ in answered.remarks if level == "error"}
    if refusing & STATE_RULES and _is_refused(answered):
        return (
            "trình giả lập mới không có dữ liệu mà nền tảng đã có (hồ sơ chưa từng gửi trong bản ghi)",
            "a fresh emulator does not hold what the platform held (a dossier this session never pushed)",
        )
    if refusing and refusing <= PSEUDONYM_RULES:
        return "mã số thuế giả không thể đúng số kiểm tra", "a tax code that nobody has cannot pass the check digit"
    return None


def _is_refused(answered: Answered) -> bool:
    return answered.outcome == "refused"


def _compare(recorded: Recorded, answers: Mapping[ModeName, Answered | None], report: Report) -> None:
    found = {mode: list(_differences(recorded, answer)) for mode, answer in answers.items() if answer}
    own = answers[report.mode]
    for difference in found[report.mode]:
        key = (difference.kind, difference.pointer)
        agrees = tuple(mode for mode, each in found.items() if key not in {(one.kind, one.pointer) for one in each})
        quirk = difference.row if difference.kind not in ("status", "value") else None
        report.drifts.append(
            Drift(
                number=recorded.number,
                call=f"{recorded.method} {recorded.path}",
                operation=own.operation if own else None,
                kind=difference.kind,
                pointer=difference.pointer,
                recorded=difference.recorded,
                emulated=difference.emulated,
                quirk=quirk or _explaining_quirk(answers, report.mode, agrees) or difference.row,
                agrees_in=agrees,
                rules=tuple(sorted({rule for rule, level, _ in (own.remarks if own else ()) if level == "error"})),
            )
        )


def _differences(recorded: Recorded, answered: Answered) -> Iterable[DriftDifference]:
    yield from status_difference(recorded.status or 0, answered.status)
    yield from header_differences(recorded.response.headers, answered.headers)
    text = recorded.response.content.text
    if text is not None and recorded.method != "HEAD":
        yield from body_differences(text, answered.body.decode("utf-8", "replace"))


def _explaining_quirk(
    answers: Mapping[ModeName, Answered | None], mode: ModeName, agrees: tuple[ModeName, ...]
) -> str | None:
    """Return the row for which the emulator refused, or which the mode that agrees treats otherwise."""
    own = answers[mode]
    refusing = [rule for rule, level, _ in (own.remarks if own else ()) if level == "error" and rule in QUIRKS]
    if refusing:
        return refusing[0]
    for other in agrees:
        answer = answers[other]
        rows = [rule for rule, level, _ in (answer.remarks if answer else ()) if level == "error" and rule in QUIRKS]
        if rows:
            return rows[0]
    return None


# The drift report for people: as text, and as one page of HTML that needs nothing else.

KINDS = {
    "status": ("mã HTTP khác", "another HTTP status"),
    "header": ("header khác", "another header"),
    "missing": ("trình giả lập không có trường này", "the emulator has no such field"),
    "extra": ("chỉ trình giả lập có trường này", "only the emulator has this field"),
    "order": ("thứ tự trường khác", "another order of fields"),
    "casing": ("chữ hoa, chữ thường khác", "other upper and lower case"),
    "type": ("kiểu dữ liệu khác", "another type"),
    "form": ("dạng ngày giờ hoặc XML khác", "another form of date or XML"),
    "value": ("mã khác", "another code"),
    "not-json": ("dạng thân khác", "another kind of body"),
}
_STYLE = (
    "body{font-family:system-ui,sans-serif;margin:2rem;max-width:80rem}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #999;padding:.3rem .5rem;text-align:left;vertical-align:top}th{background:#eee}"
    "code{white-space:pre-wrap;overflow-wrap:anywhere}"
)


def summary(report: Report) -> tuple[str, str]:
    """Return the first sentence, in Vietnamese and English."""
    compared = report.calls - len({each.number for each in report.not_compared})
    counted = len(report.drifts)
    vi = f"{compared}/{report.calls} cuộc gọi so sánh được ở chế độ {report.mode}: {counted or 'không có'} chỗ lệch"
    return vi, f"{compared} of {report.calls} calls compared in mode {report.mode}: {counted or 'no'} drifts"


def as_text(report: Report) -> str:
    """Return the report as lines."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield " / ".join(summary(report))
    for drift in report.drifts:
        vi, en = KINDS[drift.kind]
        yield f"#{drift.number} {drift.operation or drift.call} {drift.pointer or '·'}: {vi} / {en}"
        yield f"    nền tảng / platform: {drift.recorded}    giả lập / emulator: {drift.emulated}"
        for sentence in filter(None, (_quirk(drift), _agreement(drift), _rules(drift))):
            yield f"    {sentence}"
    for each in report.not_compared:
        yield f"#{each.number} không so sánh / not compared: {each.vi} / {each.en}"


def _quirk(drift: Drift) -> str:
    row = QUIRKS.get(drift.quirk or "")
    return f"{row.id} ({row.place}; docs/quirks)" if row else ""


def _agreement(drift: Drift) -> str:
    return f"giống ở chế độ / agrees in mode: {', '.join(drift.agrees_in)}" if drift.agrees_in else ""


def _rules(drift: Drift) -> str:
    if drift.kind not in ("status", "value") or not drift.rules:
        return ""
    return f"giả lập từ chối vì / the emulator refuses for: {', '.join(drift.rules)}"


def as_html(report: Report, name: str) -> str:
    """Return the report as a page; ``name`` is that of the session."""
    vi, en = summary(report)
    heads = ("#", "dịch vụ · operation", "chỗ · place", "lệch · drift", "nền tảng · platform", "giả lập · emulator",
             "quirk", "giống ở · agrees in")  # fmt: skip
    head = "".join(f"<th>{each}</th>" for each in heads)
    rows = "".join(_row(drift) for drift in report.drifts)
    left = "".join(f"<li>#{each.number}: {escape(each.vi)} / {escape(each.en)}</li>" for each in report.not_compared)
    return (
        f'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8"><title>{escape(name)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>Báo cáo lệch · Drift report</h1><p>{escape(name)}</p>"
        f'<p>{escape(vi)}</p><p lang="en">{escape(en)}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>'
        f"</table><h2>Không so sánh · Not compared</h2><ul>{left or '<li>–</li>'}</ul></body></html>\n"
    )


def _row(drift: Drift) -> str:
    vi, en = KINDS[drift.kind]
    cells = (
        str(drift.number), drift.operation or drift.call, drift.pointer or "·", f"{vi} / {en}", drift.recorded,
        drift.emulated, _quirk(drift) or "–", ", ".join(drift.agrees_in) or "–",
    )  # fmt: skip
    return "<tr>" + "".join(f"<td><code>{escape(cell)}</code></td>" for cell in cells) + "</tr>"
