"""How a dossier moves at the ministry's end: a step, a new status, perhaps a result with its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from emulator.country.agenda import Lapsed
from emulator.country.records import Dossier, step_of
from emulator.country.world import World
from emulator.kernel.clock import VIETNAM, day_text, to_datetime, to_ms
from emulator.services import ministry_report
from emulator.services.btxh import ministry as forms
from emulator.services.btxh.life.tiny_pdf import pdf
from emulator.services.btxh.life.units import ISSUED_FILES, IssuedFile
from emulator.services.btxh.ministry import Author, FiledPaper
from emulator.wire.codes import FINAL_STATUSES, judge_move, status_text

# When offices work: Monday to Friday, 08:00 to 12:00 and 13:00 to 17:00 in Vietnam. Holidays are not known. Ours.

_SHIFTS = ((time(8), time(12)), (time(13), time(17)))


def add_working_hours(from_ms: int, hours: float) -> int:
    """Return the instant, to the second, at which so many working hours have passed."""
    now = to_datetime(from_ms).replace(microsecond=0)
    left = timedelta(hours=hours)
    day = now.date()
    while True:
        for begin, end in _shifts(day):
            begun = max(begin, now)
            if begun < end:
                if begun + left <= end:
                    return to_ms(begun + left)
                left -= end - begun
        day += timedelta(days=1)


def due(from_ms: int, days: int) -> int:
    """Return the instant that is so many working days later, at the same time of day."""
    moment = to_datetime(from_ms)
    left = days
    while left:
        moment += timedelta(days=1)
        left -= moment.weekday() < 5
    return to_ms(moment)


def _shifts(day: date) -> list[tuple[datetime, datetime]]:
    if day.weekday() >= 5:
        return []
    return [(datetime.combine(day, begin, VIETNAM), datetime.combine(day, end, VIETNAM)) for begin, end in _SHIFTS]


_SUPPLEMENT = 5
_DAYS_FROM_YEAR_1 = 719_162  # .NET counts its ticks from the year 1
_FIRST_FILE = 60_000


def find_dossier(code: str, world: World) -> Dossier:
    """Return a dossier.

    Raises:
        Lapsed: nobody holds it any more.
    """
    dossier = world.dossiers.get(code)
    if dossier is None:
        raise Lapsed(f"Không có hồ sơ {code}", f"there is no dossier {code}")
    return dossier


def move(dossier: Dossier, status: int, author: Author, note: str, due_days: int, world: World) -> Dossier:
    """Write a step down and move the dossier; return it as it is now.

    Raises:
        Lapsed: the matrix of statuses does not allow the move, or the dossier has later steps.
    """
    if judge_move(dossier.status, status) == "illegal":
        vi = f"Hồ sơ {dossier.code} đang ở {status_text(dossier.status)}, không thể sang {status_text(status)}"
        raise Lapsed(vi, f"dossier {dossier.code} is in {dossier.status} and cannot go to {status}")
    last = world.steps.last_with_prefix(f"{dossier.code}/")
    if last and last.handled_at > world.now_ms:
        raise Lapsed(f"Hồ sơ {dossier.code} đã có bước sau thời điểm này", f"{dossier.code} has a later step")
    moved = enter_status(dossier, status, world.now_ms)
    _write(moved, last.number + 1 if last else 1, author, note, due_days, world)
    return moved


def begin(dossier: Dossier, status: int, author: Author, note: str, world: World) -> Dossier:
    """Put a new dossier on the shelf with its first step; return it."""
    begun = replace(dossier, status=status, fields=dossier.fields | forms.with_status(status))
    _write(begun, 1, author, note, 0, world)
    return begun


def _write(dossier: Dossier, number: int, author: Author, note: str, due_days: int, world: World) -> None:
    handled = world.now_ms // 1000 * 1000  # the wire knows seconds
    deadline = due(handled, due_days)
    fields = forms.step(dossier.code, dossier.status, author, note, (handled, deadline))
    world.dossiers.put_record(dossier)
    world.steps.put_record(step_of(dossier, number, dossier.status, handled, fields))
    ministry_report.report(dossier, author, note, deadline, world)


def enter_status(dossier: Dossier, status: int, now_ms: int) -> Dossier:
    """Return a dossier that has come to a status now."""
    result = dossier.result_fields
    if result is not None and status in FINAL_STATUSES:
        result = result | forms.with_status(status)
    return replace(
        dossier,
        status=status,
        changed_at=now_ms,
        came_from=dossier.came_from if status == dossier.status else dossier.status,
        supplement_count=dossier.supplement_count + (status == _SUPPLEMENT),
        result_fields=result,
    )


def issue(dossier: Dossier, name: str, result_code: str, world: World) -> Dossier:
    """Attach a result with its file to a dossier; return it as it is now."""
    number = world.count("issued-file") + _FIRST_FILE
    code = result_code or forms.result_code_of(world.pack.rows("procedures"), forms.procedure_of(dossier.fields))
    lines = ["QUYET DINH", f"So {number}/QD-UBND", f"Ho so {dossier.code}", f"Ngay {day_text(world.now_ms)}"]
    paper = keep(number, name, [*lines, "Tai lieu gia dinh"], world)
    base = dossier.result_fields or dossier.fields
    fields = forms.with_result(base, [replace(paper, result_code=code)], dossier.status)
    given_at = world.now_ms // 1000 * 1000  # the wire knows seconds: a window ends at 23:59:59
    issued = replace(dossier, result_fields=fields, changed_at=world.now_ms, result_given_at=given_at)
    world.dossiers.put_record(issued)
    return issued


def keep(number: int, name: str, lines: Sequence[str], world: World) -> FiledPaper:
    """Put a file where the ministry's portal puts files, under its .NET tick count, and return it."""
    moment = to_datetime(world.now_ms)
    ticks = (world.now_ms + 7 * 3_600_000) * 10_000 + _DAYS_FROM_YEAR_1 * 864_000_000_000 + number % 10_000
    path = f"/file/{moment:%Y%m%d}/{ticks}{name}"
    world.shelf(ISSUED_FILES).put_record(IssuedFile(path, list(lines)))
    return FiledPaper(number, name, path)


def issued_file(path: str, world: World) -> bytes | None:
    """Return the bytes of a file the ministry has issued, or None."""
    file = world.shelf(ISSUED_FILES).get(path)
    return pdf(*file.lines) if file else None
