"""Identity data of people who cannot exist, in the form of the data they stand for.

The rules that make each impossible are those of ``numbers`` and ``strangers``. Sex, century and year of a citizen
number are kept, since rules about a dossier hang on them (B25); so is the year of a day.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from emulator.country.people import strangers
from emulator.country.people.peoples import KINH_CUSTOMS
from emulator.wire.identity import FEMALE, MALE, NOBODY, PLACEHOLDER, is_tax_code, read_citizen_number

if TYPE_CHECKING:
    from faker import Faker

_DAY = re.compile(
    r"(?P<d>\d{2})/(?P<m>\d{2})/(?P<y>\d{4})(?!\d)|(?P<y2>\d{4})-(?P<m2>\d{2})-(?P<d2>\d{2})(?!\d)"
    r"|^(?P<y3>(?:19|20)\d{2})(?P<m3>\d{2})(?P<d3>\d{2})(?=$|\d{6}$)",
    re.ASCII,
)
_SHORT_HAMLET = 10


@lru_cache(1)
def _names() -> Faker:
    from emulator.country.people.peoples import seeded_faker

    return seeded_faker(0)


def full_name(luck: int, is_female: bool) -> str:
    """Return a name of four syllables; the same number gives the same name."""
    fake: Any = _names()
    fake.seed_instance(luck)
    custom = KINH_CUSTOMS["north"]
    gender_id = FEMALE if is_female else MALE
    return str(fake.full_name_of(custom, fake.family_name_of(custom), gender_id))


def personal_number(text: str, serial: int) -> str | None:
    """Return a number of the same kind that nobody has; None when ``text`` has the form of none.

    What cannot be anybody's already stays as it is, so that the broken number stays broken in the same way.
    """
    citizen = read_citizen_number(text)
    if citizen:
        is_nobodys = citizen.birthplace in ("nobody", "impossible")
        return text if is_nobodys else f"{NOBODY}{text[3:6]}{strangers.scatter_serial(serial):06d}"
    if re.fullmatch(r"\d{9}", text, re.ASCII):
        return text if text == PLACEHOLDER or text.startswith(NOBODY) else strangers.identity_card(serial)
    if re.fullmatch(r"\d{10}(-\d{3})?", text, re.ASCII):
        return strangers.tax_code(serial) + text[10:] if is_tax_code(text) else text
    return None


def other_day(text: str, luck: int, today: date) -> str:
    """Return a text with every day in it moved within its year; what was not after ``today`` is not after it now.

    Takes ``dd/MM/yyyy``, ``yyyy-MM-dd`` and ``yyyyMMdd``, each with or without a time behind it.
    """

    def move(found: re.Match[str]) -> str:
        parts = found.groupdict()
        tail = next(tail for tail in ("", "2", "3") if parts[f"y{tail}"])
        year, month, day = (parts[f"{letter}{tail}"] for letter in "ymd")
        new = _move_birthday(int(year), int(month), int(day), luck, today)
        form = {"": "{1:02d}/{0:02d}/{2}", "2": "{2}-{0:02d}-{1:02d}", "3": "{2}{0:02d}{1:02d}"}[tail]
        return form.format(*new, year)

    return _DAY.sub(move, text)


def _move_birthday(year: int, month: int, day: int, luck: int, today: date) -> tuple[int, int]:
    new = (luck % 12 + 1, luck // 12 % 28 + 1)
    is_past = (year, month, day) <= (today.year, today.month, today.day)
    return (1, 1) if is_past and (year, *new) > (today.year, today.month, today.day) else new


def hamlet(text: str, serial: int) -> str:
    """Return the name of a hamlet, longer than ten characters when the other was (B29)."""
    short = f"Thôn {serial % 20 + 1}"
    return short if len(text) <= _SHORT_HAMLET else f"{short} Không Có Thật"


def address(serial: int) -> str:
    """Return an address that leads nowhere."""
    return f"Số 0/{serial}, đường Không Có Thật"
