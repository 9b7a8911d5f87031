"""Reading a body of ``DanhSachHoSo`` or ``TienTrinhXuLy`` (BTXH 3.1.4 to 3.1.6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulator.kernel.clock import VIETNAM, moment_text, to_ms
from emulator.wire import codes
from emulator.wire.dates import moment_of
from emulator.wire.dossier_rules import Texts
from emulator.wire.forms import Fields, PullForm
from emulator.wire.json_body import read_object
from emulator.wire.place_rules import check_places
from emulator.wire.reading import Reading
from emulator.wire.specials import LEVELS, unit
from emulator.wire.tidy import Dialect, Tidy, bring_into_form

_TWELVE = 12


def read_pull(body: bytes, size: int, reading: Reading, takes_kind: bool) -> PullForm:
    """Read a pull; ``takes_kind`` tells that the operation has ``LoaiDuLieu`` (``DanhSachHoSo`` has, B14).

    Both ends belong to the window (B56); an empty district or commune means all (B59).

    Raises:
        ServiceRefusal: at least one rule was broken; all are named.
    """
    fields, faulty = _fields(read_object(body, size, reading), takes_kind, reading)
    sound: Texts = fields if not faulty else {name: text for name, text in fields.items() if name not in faulty}
    check_places(sound, reading, ("",))
    first, last = (moment_of(sound.get(name) or "") or 0 for name in ("ThoiGianBatDau", "ThoiGianKetThuc"))
    if first and last and first > last:
        vi = f"ThoiGianBatDau {sound['ThoiGianBatDau']} sau ThoiGianKetThuc {sound['ThoiGianKetThuc']}"
        reading.refuse("window", "/ThoiGianKetThuc", codes.BAD_WINDOW, vi, "the window ends before it begins")
    if not faulty and not (sound.get("MaHuyen") and sound.get("MaXa")):
        vi, en = "MaHuyen hoặc MaXa trống: lấy tất cả", "MaHuyen or MaXa is empty: all of them"
        reading.note("B59", "/MaHuyen", vi, en)
    reading.check()
    kind = int(fields["LoaiDuLieu"] or 0) if takes_kind else None
    return PullForm(kind, fields["MaTinh"] or "", fields.get("MaHuyen") or "", fields.get("MaXa") or "", first, last)


def _fields(given: dict[str, Any], takes_kind: bool, reading: Reading) -> tuple[Fields, set[str]]:
    from emulator.wire.schemas import table

    columns = table("dossier_pull" if takes_kind else "progress_pull")
    if columns.by_the_book(given):
        return given, set()
    tidy = bring_into_form(given, columns, _DIALECT if takes_kind else _PROGRESS, reading)
    return tidy.texts, tidy.faulty


def _twelve_digits(tidy: Tidy, name: str, text: str) -> str | None:
    if len(text) != _TWELVE or not (text.isascii() and text.isdigit()):
        return text
    moment = _read_digits(text, "%Y%m%d%H%M") or _read_digits(text, "%d%m%Y%H%M")
    if moment is None:
        return text
    meant = moment_text(moment)
    tidy.meet("B55", name, f"mười hai chữ số, đọc là {meant}", f"twelve digits, read as {meant}")
    return meant


def _read_digits(text: str, form: str) -> int | None:
    try:
        moment = datetime.strptime(text, form).replace(tzinfo=VIETNAM)
    except ValueError:
        return None
    return to_ms(moment) if 1900 < moment.year < 2200 else None


_DIALECT = Dialect(
    aliases={},
    numbers={"LoaiDuLieu": "B13"},
    specials={
        "ThoiGianBatDau": _twelve_digits,
        "ThoiGianKetThuc": _twelve_digits,
        **{name: unit(level) for name, level in LEVELS.items()},
    },
    ignored={},
    absences={},
)
_PROGRESS = Dialect(_DIALECT.aliases, {}, _DIALECT.specials, {"LoaiDuLieu": "B14"}, {})
