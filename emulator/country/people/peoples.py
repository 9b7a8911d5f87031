"""The 54 ethnic groups: where each lives in this pretend country, and how its people are called.

Family names are widely known ones of the larger groups; the shares of the groups in a region, and Kinh names for the
groups that are not listed, are ours. No statistics stand behind them.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from faker import Faker
from faker.providers.person.vi_VN import Provider as VietnameseNames

from emulator.country import people
from emulator.wire.identity import FEMALE, MALE, NOBODY, PLACEHOLDER, is_tax_code, read_citizen_number

if TYPE_CHECKING:
    from faker import Faker


KINH = "1"


class Custom(NamedTuple):
    """How a people is named: family names; the word between family and given name, of men and of women.

    ``given_first``: the clan's name comes last and the mother's clan is handed on (``Y Nam Niê``).
    """

    families: tuple[str, ...]
    man: str = "Văn"
    woman: str = "Thị"
    given_first: bool = False


def _custom(families: str, man: str = "Văn", woman: str = "Thị", *, given_first: bool = False) -> Custom:
    return Custom(tuple(families.split(", ")), man, woman, given_first)


_NORTH = "Nguyễn, Nguyễn, Nguyễn, Trần, Lê, Phạm, Vũ, Hoàng, Đỗ, Bùi, Đặng, Ngô, Dương, Đào"
_CENTRE = "Nguyễn, Nguyễn, Trần, Lê, Lê, Phạm, Võ, Hồ, Phan, Trương, Đặng, Đinh, Cao"
_SOUTH = "Nguyễn, Nguyễn, Trần, Lê, Phạm, Huỳnh, Võ, Phan, Trương, Bùi, Đặng, Lý, Mai"
KINH_CUSTOMS = {"north": _custom(_NORTH), "centre": _custom(_CENTRE), "south": _custom(_SOUTH)}
CUSTOMS: dict[str, Custom] = {
    "2": _custom("Hoàng, Nông, Triệu, Bế, Ma, La, Lục, Chu, Hà"),
    "3": _custom("Lò, Cầm, Quàng, Lường, Tòng, Cà, Vì, Điêu, Bạc"),
    "4": _custom("Trần, Lâm, Lý, Huỳnh, Quách, Lưu, Vương, Tăng, Mã"),
    "5": _custom("Thạch, Sơn, Kim, Lâm, Danh, Châu, Kiên"),
    "6": _custom("Bùi, Quách, Đinh, Bạch, Hà, Phạm"),
    "7": _custom("Nông, Hoàng, Lương, Vi, Mông, Đàm, Sầm, Phùng"),
    "8": _custom("Giàng, Vàng, Sùng, Mùa, Thào, Hờ, Lầu, Vừ, Hạng", "A"),
    "9": _custom("Bàn, Đặng, Triệu, Phùng, Chảo, Tẩn, Phàn"),
    "10": _custom("Rơ Châm, Rơ Mah, Ksor, Siu, Kpă, Rah Lan, Nay", "", "H'"),
    "12": _custom("Niê, Mlô, Êban, Kbuôr, Byă, Ayŭn, Ênuôl", "Y", "H'", given_first=True),
    "13": _custom("Đinh", "", "Thị"),
    "14": _custom("", "A", "Y", given_first=True),
    "15": _custom("Hoàng, La, Lý, Nịnh, Trương, Trần"),
    "16": _custom("Cil, Kon Sơ, Lơ Mu, Bon Niêng", "K'", "Ka", given_first=True),
    "17": _custom("Bá, Đàng, Quảng, Thiên, Thập, Châu, Nại"),
    "18": _custom("Diệp, Lưu, Trương, Từ, Ôn, Ninh, Lý"),
    "19": _custom("Phạm, Đinh"),
    "20": _custom("Điểu", "", "Thị"),
    "21": _custom("Mang, Cao, Chamaléa, Katơr, Pi Năng, Mấu"),
    "22": _custom("Điểu", "", "Thị"),
    "23": _custom("Hồ"),
    "25": _custom("Vàng, Lù, Lục, Nông, Phan"),
    "26": _custom("Alăng, Bling, Zơrâm, Arâl, Pơloong", "", "Thị"),
    "27": _custom("", "A", "Y", given_first=True),
    "28": _custom("", "K'", "Ka", given_first=True),
    "29": _custom("Lò, Vì, Moong, Cụt, Lữ"),
    "30": _custom("Hồ"),
    "31": _custom("Hồ"),
    "33": _custom("Lò, Quàng, Hoàng"),
    "34": _custom("Lò, Vì, Lường"),
    "35": _custom("Lỳ, Chu, Pờ, Sừng, Vù, Phà, Khoàng"),
    "37": _custom("Lò, Lường, Vì, Quàng"),
    "52": _custom("", "A", "Y", given_first=True),
    "54": _custom("", "A", "Y", given_first=True),
}

# First province code of each region (GSO numbers provinces from north to south), its share of Kinh in per cent, and
# the others who live there, the larger first.
_REGIONS: tuple[tuple[str, int, str, str], ...] = (
    ("01", 98, "north", "6 2"),
    ("02", 25, "north", "2 7 8 9 4 15 18 11 25 32 36 38 40 43 46 47 48 49 51"),
    ("10", 25, "north", "3 8 6 9 2 25 29 33 34 35 37 38 39 40 41 42 43 45 49 50"),
    ("19", 70, "north", "2 7 18 15 9 4 11 6"),
    ("26", 99, "north", "6"),
    ("38", 85, "centre", "3 6 8 24 29 23 30 31 37 44 53"),
    ("48", 92, "centre", "26 19 27 30 31 17 14 21 16"),
    ("62", 60, "centre", "10 12 13 14 20 16 27 28 36 31 7 2 8 52 54"),
    ("70", 95, "south", "4 5 22 32 17 28"),
    ("80", 92, "south", "5 4 17"),
)


class Region(NamedTuple):
    """A part of the country: its share of Kinh in per cent, which Kinh names it prefers, who else lives there."""

    kinh_share: int
    kinh_names: str
    others: tuple[str, ...]


def region_of(province: str) -> Region:
    """Return the region of a province by its GSO code; codes of both eras are numbered alike."""
    share, names, others = next(row[1:] for row in reversed(_REGIONS) if province >= row[0])
    return Region(share, names, tuple(others.split()))


def custom_of(ethnicity_id: str, province: str) -> Custom:
    """Return how a people is named in a province; a group without names of its own is named as the Kinh are (ours)."""
    return CUSTOMS.get(ethnicity_id) or KINH_CUSTOMS[region_of(province).kinh_names]


# Names by people and region: Faker's Vietnamese provider with the customs of ``peoples``. Imports Faker.


class NamesByPeople(VietnameseNames):
    """Adds ``family_name_of`` and ``full_name_of`` to Faker's ``vi_VN``."""

    def family_name_of(self, custom: Custom) -> str:
        """Return a family name, or the empty text for a people that has none."""
        return str(self.generator.random.choice(custom.families))

    def full_name_of(self, custom: Custom, family: str, gender_id: str) -> str:
        """Return a whole name: ``Lò Văn Nam Hưng``, ``Y Nam Hưng Niê``, ``A Nam Hưng``."""
        is_woman = gender_id == FEMALE
        between = custom.woman if is_woman else custom.man
        given = " ".join(self.given_syllables(is_woman, {*family.split(), between}))
        order = (between, given, family) if custom.given_first else (family, between, given)
        return " ".join(filter(None, order)).replace("' ", "'")

    def given_syllables(self, is_woman: bool, taken: set[str]) -> list[str]:
        """Return two different syllables of a given name that are not among ``taken``."""
        names = sorted(set(self.first_names_female if is_woman else self.first_names_male) - taken)
        return list(self.generator.random.sample(names, 2))


def seeded_faker(seed: int) -> Faker:
    """Return Faker's Vietnamese generator with our provider; the same seed gives the same names."""
    fake = Faker("vi_VN")
    fake.add_provider(NamesByPeople)
    fake.seed_instance(seed)
    return fake


# Identity data of people who cannot exist, in the form of the data they stand for.
#
# The rules that make each impossible are those of ``people`` itself. Sex, century and year of a citizen number are
# kept, since rules about a dossier hang on them (B25); so is the year of a day.

_DAY = re.compile(
    r"(?P<d>\d{2})/(?P<m>\d{2})/(?P<y>\d{4})(?!\d)|(?P<y2>\d{4})-(?P<m2>\d{2})-(?P<d2>\d{2})(?!\d)"
    r"|^(?P<y3>(?:19|20)\d{2})(?P<m3>\d{2})(?P<d3>\d{2})(?=$|\d{6}$)",
    re.ASCII,
)
_SHORT_HAMLET = 10


@lru_cache(1)
def _names() -> Faker:

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
        return text if is_nobodys else f"{NOBODY}{text[3:6]}{people.scatter_serial(serial):06d}"
    if re.fullmatch(r"\d{9}", text, re.ASCII):
        return text if text == PLACEHOLDER or text.startswith(NOBODY) else people.identity_card(serial)
    if re.fullmatch(r"\d{10}(-\d{3})?", text, re.ASCII):
        return people.tax_code(serial) + text[10:] if is_tax_code(text) else text
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
