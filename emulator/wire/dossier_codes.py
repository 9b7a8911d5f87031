"""``MaHoSo``: unit, date of receipt, running number (Circular 01/2018/TT-VPCP art. 19; src:dossier-code)."""

from __future__ import annotations

import re
from typing import NamedTuple

from emulator.kernel.clock import to_datetime
from emulator.wire.agency_codes import is_agency_code

_FORM = re.compile(r"([A-Z0-9.]+)-(\d{6})-(\d{4})", re.ASCII)


class CodeTrouble(NamedTuple):
    """What is wrong with a dossier code."""

    vi: str
    en: str


def dossier_code_trouble(code: str, received_at: int) -> CodeTrouble | None:
    """Return what is wrong with a dossier code received at an instant; None when nothing is."""
    found = _FORM.fullmatch(code)
    if not found or not is_agency_code(found[1]):
        return CodeTrouble(
            "cần dạng <mã đơn vị>-yyMMdd-<số thứ tự 4 chữ số>, ví dụ H26.11-261120-0001",
            "not <unit>-yyMMdd-<four digits>",
        )
    day = f"{to_datetime(received_at):%y%m%d}"
    if found[2] != day:
        return CodeTrouble(f"phần ngày {found[2]} khác ngày tiếp nhận {day}", f"{found[2]} is not the day of receipt")
    return None


_AGENCY = re.compile(r"(?<![A-Z0-9.])(?:[0-9.]+\.)?([A-Z]\d{2})[.\d]*-\d{6}-\d{4}(?!\d)", re.ASCII)


def agencies_in(text: str) -> list[str]:
    """Return the agencies (``H26``) of all dossier codes in a text, as often as they stand there."""
    return _AGENCY.findall(text)


def unit_of_dossier_code(code: str) -> str:
    """Return the unit code a dossier code begins with."""
    return code.partition("-")[0]
