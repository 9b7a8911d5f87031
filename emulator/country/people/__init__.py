"""People who cannot exist: passers-by of the pack ``co-ban`` here, families of a province in ``census``.

No country has the birthplace code 999, so no such identity number was ever issued (src:identity-numbers). Names are
four syllables put together at random from the syllables of Faker's Vietnamese lists. Faker is imported when the first
name is drawn.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from emulator.kernel.values import value_class
from emulator.wire.identity import tax_remainder

if TYPE_CHECKING:
    from faker import Faker


NOWHERE = "999"
MALE, FEMALE = "1034", "1035"
_FIRST_BIRTH, _LAST_BIRTH = date(1938, 1, 1), date(2008, 12, 31)
_FAMILY_NAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Vũ", "Đặng", "Bùi", "Dương", "Mai", "Hoàng")


@value_class
class Person:
    """Somebody who is nobody. ``gender_id`` is 1034 (Nam) or 1035 (Nữ), as in BTXH annex 3."""

    name: str
    gender_id: str
    born_on: date
    citizen_id: str
    id_issued_on: date
    phone: str
    mail: str


def people(seed: int) -> Iterator[Person]:
    """Yield people without end; the same seed gives the same people."""
    luck = Random(seed)
    names: set[str] = set()
    for number in count(1):
        gender_id = MALE if luck.random() < 0.5 else FEMALE
        name = _name(luck, gender_id)
        while name in names:
            name = _name(luck, gender_id)
        names.add(name)
        yield _person(luck, number, name, gender_id)


class _Lists(threading.local):
    """Faker's Vietnamese lists, put together once a thread; what is drawn follows from the luck lent to them."""

    @cached_property
    def faker(self) -> Faker:
        from faker import Faker

        return Faker("vi_VN")

    def given_name(self, luck: Random, gender_id: str) -> str:
        self.faker.factories[0].random = luck
        return str(self.faker.first_name_female() if gender_id == FEMALE else self.faker.first_name_male())


_LISTS = _Lists()


class _Crowd:
    """People without end, kept as far as somebody has asked."""

    def __init__(self, seed: int) -> None:
        self._source = people(seed)
        self._known: list[Person] = []

    def person(self, number: int) -> Person:
        while len(self._known) < number:
            self._known.append(next(self._source))
        return self._known[number - 1]


@lru_cache(8)
def _crowd(seed: int) -> _Crowd:
    return _Crowd(seed)


def person_of(seed: int, number: int) -> Person:
    """Return the ``number``-th (from 1) of the people of a seed; those of the last few seeds are kept."""
    return _crowd(seed).person(number)


def _person(luck: Random, number: int, name: str, gender_id: str) -> Person:
    born_on = _FIRST_BIRTH + timedelta(days=luck.randrange((_LAST_BIRTH - _FIRST_BIRTH).days))
    return Person(
        name=name,
        gender_id=gender_id,
        born_on=born_on,
        citizen_id=citizen_id(gender_id, born_on, number * 1009 % 1_000_000),
        id_issued_on=date(2021, 7, 1) + timedelta(days=luck.randrange(480)),
        phone=f"{number:010d}",
        mail=f"nguoi.{number:02d}@example.vn",
    )


def _name(luck: Random, gender_id: str) -> str:
    """Return family name, middle name and two given syllables; a name of four parts meets few living people."""
    middle = "Thị" if gender_id == FEMALE else "Văn"
    syllables: list[str] = []
    while len(syllables) < 2:
        syllable = _LISTS.given_name(luck, gender_id)
        if " " not in syllable and syllable not in (*_FAMILY_NAMES, middle, *syllables):
            syllables.append(syllable)
    return " ".join((luck.choice(_FAMILY_NAMES), middle, *syllables))


def citizen_id(gender_id: str, born_on: date, number: int) -> str:
    """Return 12 digits: 999, century and sex, year, six digits (Circular 07/2016/TT-BCA art. 7)."""
    century = (born_on.year - 1900) // 100 * 2 + (gender_id == FEMALE)
    return f"{NOWHERE}{century}{born_on:%y}{number:06d}"


# Numbers, telephones and mail addresses that nobody has and nobody can be given.
#
# Each follows the structure of the real thing up to the rule that makes it impossible; the rules are in docs/packs.
# ``serial`` counts people from 1; below a million, different serials give different numbers.

MOST_PEOPLE = 1_000_000
# Prime to a million, so that the serials walk through all six digits and neighbours in a list differ.
_STRIDE = 733_331


def scatter_serial(serial: int) -> int:
    """Return six digits that no other serial below a million has."""
    return serial * _STRIDE % MOST_PEOPLE


def identity_card(serial: int) -> str:
    """Return nine digits that begin with 999: the offices that issued such cards were numbered 01 to 38 (ours)."""
    return f"999{scatter_serial(serial):06d}"


def tax_code(serial: int) -> str:
    """Return ten digits whose check digit is wrong, so that no enterprise can have them (src:tax-codes)."""
    nine = f"990{serial:06d}"
    return nine + str((10 - tax_remainder(nine) + 5) % 10)


def phone(serial: int) -> str:
    """Return ten digits that cannot be dialled: after the 0 of the trunk no Vietnamese number begins with another 0."""
    return f"{serial:010d}"


def mail(serial: int) -> str:
    """Return an address at ``example.vn``, the house's own name for examples."""
    return f"nguoi.{serial:06d}@example.vn"
