"""The drift report for people: as text, and as one page of HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from emulator.recording.drift_report import Drift, Report
from emulator.wire.quirks import QUIRKS

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
    return f"{row.id} ({row.place}; docs/quirks.md)" if row else ""


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
