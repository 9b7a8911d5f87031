"""What came of a class: read off the journals of its seats, as data, and as a page a person and one for the class."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import TypedDict

from emulator.classroom.classes import Classroom, Seat
from emulator.classroom.lessons import Lesson, LessonCard
from emulator.journal.entry import RemarkWords
from emulator.journal.journal import Entry, Journal
from emulator.kernel.clock import iso

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;"
    "width:100%}td,th{border:1px solid #888;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    "@media print{body{margin:0}}"
)


class LastRefusal(TypedDict):
    """A refusal in words: the call (``seq``, ``at`` in ISO 8601), the sentence that decided it, and the field."""

    seq: int
    operation: str
    at: str
    vi: str
    en: str
    path: str


class PassedStep(TypedDict):
    """A step that was passed, by the ids of lesson and step."""

    lesson: str
    step: str


class SeatReport(TypedDict):
    """What came of one seat: its calls by outcome and operation. ``hints`` are how many were shown of a lesson."""

    number: int
    person: str
    passed: list[PassedStep]
    hints: dict[str, int]
    calls: int
    outcomes: dict[str, int]
    operations: dict[str, int]
    first: str | None
    last: str | None
    last_refusal: LastRefusal | None


class ClassReport(TypedDict):
    """What came of a class."""

    name: str
    title: str
    opened: str
    lessons: list[LessonCard]
    seats: list[SeatReport]


def report_of_class(
    classroom: Classroom, seats: Sequence[Seat], lessons: Sequence[Lesson], journal: Journal
) -> ClassReport:
    """Return the report of a class; a seat whose sandbox is gone has no calls."""
    return {
        "name": classroom.name,
        "title": classroom.title,
        "opened": iso(classroom.made_ms),
        "lessons": [each.as_dict() for each in lessons],
        "seats": [_report_of_seat(seat, journal) for seat in seats],
    }


def _report_of_seat(seat: Seat, journal: Journal) -> SeatReport:
    rows = list(journal.calls(seat.sandbox.home)) if seat.sandbox else []
    outcomes = Counter(row.outcome for row in rows)
    refused = [row for row in rows if row.outcome == "refused"]
    return {
        "number": seat.number,
        "person": seat.person,
        "passed": seat.state.get("passed", []),
        "hints": {name: most for name, most in seat.state.get("hints", {}).items() if most},
        "calls": len(rows),
        "outcomes": dict(sorted(outcomes.items())),
        "operations": dict(sorted(Counter(row.operation or "?" for row in rows).items())),
        "first": iso(rows[0].wall_ms) if rows else None,
        "last": iso(rows[-1].wall_ms) if rows else None,
        "last_refusal": refusal_of(refused[-1]) if refused else None,
    }


def refusal_of(row: Entry) -> LastRefusal:
    """Return a refusal in words: the first remark of level error, else the first of all, else the status alone."""
    remarks: list[RemarkWords] = json.loads(row.story)["remarks"]
    decisive = next((each for each in remarks if each["level"] == "error"), next(iter(remarks), None))
    unsaid = f"HTTP {row.status}"
    return {
        "seq": row.seq,
        "operation": row.operation or "?",
        "at": iso(row.wall_ms),
        "vi": decisive["vi"] if decisive else unsaid,
        "en": decisive["en"] if decisive else unsaid,
        "path": decisive["path"] if decisive else "",
    }


# The report as pages. ``language`` is vi or en; every word of a person or of a client is escaped.


def page_of_seat(report: ClassReport, seat: SeatReport, language: str) -> str:
    """Return the page of one person."""

    def say(vi: str, en: str) -> str:
        return en if language == "en" else vi

    facts = [
        (say("Lượt gọi", "Calls"), str(seat["calls"])),
        (say("Được trả lời", "Answered"), str(seat["outcomes"].get("answered", 0))),
        (say("Bị từ chối", "Refused"), str(seat["outcomes"].get("refused", 0))),
        (say("Lượt đầu, lượt cuối", "First and last"), f"{_moment(seat['first'])} – {_moment(seat['last'])}"),
    ]
    parts = [f"<p>{escape(report['title'])}</p>", _table((), facts)]
    parts += _lesson_parts(report, seat, language)
    if seat["operations"]:
        parts.append(f"<h2>{say('Đã gọi những gì', 'What was called')}</h2>")
        parts.append(_table((), [(name, str(count)) for name, count in seat["operations"].items()]))
    if seat["last_refusal"]:
        refusal = seat["last_refusal"]
        parts.append(f"<h2>{say('Lần từ chối cuối', 'The last refusal')}</h2>")
        parts.append(f"<p><code>{escape(refusal['operation'])}</code>: {escape(say(refusal['vi'], refusal['en']))}</p>")
    return _page(seat["person"], "".join(parts), language)


def _lesson_parts(report: ClassReport, seat: SeatReport, language: str) -> Iterator[str]:
    if report["lessons"]:
        yield f"<h2>{'Lessons' if language == 'en' else 'Các bài'}</h2>"
        yield _table((), [_lesson_row(lesson, seat, language) for lesson in report["lessons"]])


def _lesson_row(lesson: LessonCard, seat: SeatReport, language: str) -> tuple[str, str]:
    passed = {each["step"] for each in seat["passed"] if each["lesson"] == lesson["id"]}
    count = f"{len(passed)}/{len(lesson['steps'])}"
    return lesson["title"][language], count


def page_of_class(report: ClassReport, language: str) -> str:
    """Return the page of the whole class: a row a person."""

    def say(vi: str, en: str) -> str:
        return en if language == "en" else vi

    lessons = [lesson["title"][language] for lesson in report["lessons"]]
    heads = (say("Chỗ", "Seat"), say("Tên", "Name"), say("Lượt gọi", "Calls"), say("Từ chối", "Refused"), *lessons)
    rows = [
        (
            str(seat["number"]),
            seat["person"],
            str(seat["calls"]),
            str(seat["outcomes"].get("refused", 0)),
            *(_lesson_row(lesson, seat, language)[1] for lesson in report["lessons"]),
        )
        for seat in report["seats"]
    ]
    opened = f"<p>{say('Mở lúc', 'Opened')} {_moment(report['opened'])}</p>"
    return _page(report["title"], opened + _table(heads, rows), language)


def table_of_class(report: ClassReport) -> str:
    """Return the class as CSV for a spreadsheet; a cell that a spreadsheet would compute begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["seat", "name", "calls", "answered", "refused", *(each["id"] for each in report["lessons"])])
    for seat in report["seats"]:
        person = f"'{seat['person']}" if seat["person"][:1] in "=+-@" else seat["person"]
        counts = [seat["calls"], seat["outcomes"].get("answered", 0), seat["outcomes"].get("refused", 0)]
        lessons = [_lesson_row(lesson, seat, "vi")[1].replace("/", " / ") for lesson in report["lessons"]]
        writer.writerow([seat["number"], person, *counts, *lessons])
    return text.getvalue()


def _moment(text: str | None) -> str:
    return text[:19].replace("T", " ") if text else "–"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if heads else ''}<tbody>{body}</tbody></table>"


def _page(title: str, content: str, language: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{content}</body></html>\n"
    )
