"""Reading a body of ``XuLyHoSo`` (BTXH 3.1.2)."""

from __future__ import annotations

from typing import Any

from emulator.wire import codes
from emulator.wire.dates import day_or_moment
from emulator.wire.dossier_rules import Texts
from emulator.wire.forms import Fields, StepForm
from emulator.wire.json_body import read_object
from emulator.wire.reading import Reading


def read_step(body: bytes, size: int, reading: Reading) -> StepForm:
    """Read a processing step; a date with a time keeps it (B50).

    Raises:
        ServiceRefusal: at least one rule was broken; all are named.
    """
    fields, faulty = _fields(read_object(body, size, reading), reading)
    sound: Texts = fields if not faulty else {name: text for name, text in fields.items() if name not in faulty}
    _check_order(sound, reading)
    _check_authors(sound, reading)
    reading.check()
    handled, started, due = (
        day_or_moment(fields.get(name) or "") or 0 for name in ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh")
    )
    return StepForm(fields["MaHoSo"] or "", int(fields["StatusId"] or 0), handled, started, due, fields)


def _fields(given: dict[str, Any], reading: Reading) -> tuple[Fields, set[str]]:
    from emulator.wire.schemas import table

    columns = table("step")
    if columns.by_the_book(given):
        return given, set()
    from emulator.wire.specials import STEP
    from emulator.wire.tidy import bring_into_form

    tidy = bring_into_form(given, columns, STEP, reading)
    return tidy.texts, tidy.faulty


def _check_order(texts: Texts, reading: Reading) -> None:
    started, due = texts.get("NgayBatDau"), texts.get("NgayKetThucTheoQuyDinh")
    if started and due and (day_or_moment(due) or 0) < (day_or_moment(started) or 0):
        vi = f"NgayKetThucTheoQuyDinh {due} trước NgayBatDau {started}"
        reading.meet("B51", "/NgayKetThucTheoQuyDinh", codes.CONTRADICTION, vi, f"due {due}, started {started}")


def _check_authors(texts: Texts, reading: Reading) -> None:
    if not texts.get("DonViXuLy"):
        reading.note("B54", "/DonViXuLy", "DonViXuLy trống: ở đây không bắt buộc", "DonViXuLy is absent: optional here")
    if texts.get("DateEdited") and not (texts.get("UseridEdited") and texts.get("DateCreated")):
        vi, en = "DateEdited có mà UseridEdited hoặc DateCreated trống", "edited, but not by whom or not when created"
        reading.note("B53", "/DateEdited", vi, en)
