"""How a dossier moves at the ministry's end, in whose hands, in which hours; perhaps a result with its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Literal

from emulator.country.agenda import Lapsed
from emulator.country.shelf import Dossier, ShelfKind, step_of
from emulator.country.world import World
from emulator.kernel.clock import VIETNAM, day_text, to_datetime, to_ms
from emulator.kernel.values import value_class
from emulator.services import citizens
from emulator.services.btxh import ministry as forms
from emulator.services.btxh.ministry import Author, FiledPaper, Place
from emulator.wire.codes import FINAL_STATUSES, judge_move, status_text
from emulator.wire.gso import Era, names_of

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
    citizens.report(dossier, author, note, deadline, world)


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


# A small PDF that every viewer opens, the same bytes every time.


def pdf(*lines: str) -> bytes:
    """Return a one-page PDF 1.4. ``lines`` are ASCII: the built-in fonts have no Vietnamese letters."""
    escaped = (line.translate({40: "\\(", 41: "\\)", 92: "\\\\"}) for line in lines)
    text = "BT /F1 14 Tf 56 780 Td 20 TL " + " ".join(f"({line}) Tj T*" for line in escaped) + " ET"
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    objects = [f"{number} 0 obj\n{part}\nendobj\n".encode("ascii") for number, part in enumerate(parts, 1)]
    head = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    *starts, end = accumulate((len(each) for each in objects), initial=len(head))
    table = "".join(f"{start:010d} 00000 n \n" for start in starts)
    tail = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{end}\n%%EOF\n"
    return head + b"".join(objects) + tail.encode("ascii")


# Who handles a dossier: commune, district, province or a social-assistance facility, named after the place (annex 1).
#
# Account names and titles follow the steps that BTXH 3.1.6 prints (``09889_cb``, "CB Xã La Phù"); those of the levels
# above are ours.

Level = Literal["citizen", "commune", "commune-chair", "police", "district", "district-chair", "province", "facility"]
LEVELS: dict[str, tuple[str, str, str]] = {
    "citizen": ("{commune_code}_cd", "Công dân", "Công dân"),
    "commune": ("{commune_code}_cb", "CB {commune}", "Cán bộ xử lý hồ sơ"),
    "commune-chair": ("{commune_code}_ct", "Chủ tịch UBND {commune}", "Chủ tịch UBND cấp xã"),
    "police": ("{commune_code}_ca", "Công an {commune}", "Cán bộ Công an cấp xã"),
    "district": ("{district_code}_pldtbxh", "CV Phòng LĐTBXH {district}", "Chuyên viên Phòng LĐTBXH"),
    "district-chair": ("{district_code}_ct", "Chủ tịch UBND {district}", "Chủ tịch UBND cấp huyện"),
    "province": ("{province_code}_sldtbxh", "CV Sở LĐTBXH {province}", "Chuyên viên Sở LĐTBXH"),
    "facility": ("{province_code}_cstgxh", "CB Cơ sở trợ giúp xã hội {province}", "Cán bộ tiếp nhận"),
}
"""Account, name and title by level; a place without districts (since 01/07/2025) is handled by the province instead."""
_INSTEAD = {"district": "province", "district-chair": "province"}


def place_of(era: Era, province_code: str, district_code: str, commune_code: str) -> Place:
    """Return a place with its names in one line, as ``DonViXuLy`` prints them."""
    names = names_of(era, province_code, district_code, commune_code)
    return Place(province_code, district_code, commune_code, ", ".join(filter(None, reversed(names))))


def author(level: str, dossier: Dossier, era: Era) -> Author:
    """Return who handles a dossier at a level."""
    province, district, commune = names_of(era, dossier.province_code, dossier.district_code, dossier.commune_code)
    at = _INSTEAD.get(level, level) if not district else level
    account, name, title = LEVELS[at]
    words = {
        "province_code": dossier.province_code,
        "district_code": dossier.district_code,
        "commune_code": dossier.commune_code,
        "province": province,
        "district": district,
        "commune": commune or district or province,
    }
    unit = ", ".join(filter(None, (commune, district, province)[_BEGINS.get(at, 0) :]))
    return Author(account.format(**words), name.format(**words), title, unit)


_BEGINS = {"district": 1, "district-chair": 1, "province": 2, "facility": 2}


# What the ministry's living side remembers beside dossiers and steps: the files that it issued.


@value_class
class IssuedFile:
    """A file behind a link of the ministry. Its bytes are made of ``lines`` (ASCII) whenever somebody fetches it."""

    path: str
    lines: list[str]


ISSUED_FILES = ShelfKind(
    name="issued_files", record=IssuedFile, key=lambda file: file.path, place=lambda _: "", moment=lambda _: 0
)
