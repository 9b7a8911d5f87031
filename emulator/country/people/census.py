"""A census of people who cannot exist: families in places that do, from a seed alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

from emulator.country.people import strangers
from emulator.country.people.families import BY_PROCEDURE, Group, Member, age_on, household
from emulator.country.people.peoples import KINH, custom_of, region_of
from emulator.country.people.strangers import citizen_id
from emulator.wire import gso_names
from emulator.wire.gso import Era
from emulator.wire.identity import FEMALE, MALE
from emulator.wire.people_sheet import HomeAddress, Officer, PersonEntry

if TYPE_CHECKING:
    from faker import Faker

AS_OF = date(2026, 11, 20)
"""The day the ages are counted on unless another is asked for: the last day of the pack ``co-ban``."""
_CARD_FROM, _CARD_AGE = date(2021, 1, 1), 14
_ISSUER = "1047"


class NoSuchPlace(ValueError):
    """A province that the era does not have; the argument is its code."""


@dataclass(frozen=True, slots=True)
class CensusWish:
    """What people are asked for. Empty codes mean all of them."""

    seed: int = 42
    era: Era = "2023"
    province_code: str = ""
    procedure_code: str = ""
    as_of: date = AS_OF


def census(wish: CensusWish) -> Iterator[PersonEntry]:
    """Yield people without end, family by family; the same wish gives the same people on every machine.

    With a procedure only those come who may ask for it; otherwise whole households.

    Raises:
        NoSuchPlace: the province is not in the era's catalogue.
    """
    from emulator.country.people.peoples import seeded_faker

    provinces = [each for each in gso_names.provinces(wish.era) if wish.province_code in ("", each.code)]
    if not provinces:
        raise NoSuchPlace(wish.province_code)
    fake = seeded_faker(wish.seed)
    wanted = BY_PROCEDURE.get(wish.procedure_code)
    serials = count(1)
    for number in count(1):
        home, ethnicity_id = _settle(fake.random, provinces, wish.era, number)
        yield from _family(fake, wish, (number, home, ethnicity_id), wanted, serials)


def _settle(luck: Random, provinces: list[gso_names.Unit], era: Era, number: int) -> tuple[HomeAddress, str]:
    province = luck.choice(provinces)
    district = luck.choice(gso_names.districts(era, province.code))
    commune = luck.choice(gso_names.communes(era, province.code, district.code))
    region = region_of(province.code)
    ethnicity_id = KINH if luck.randrange(100) < region.kinh_share else luck.choice(region.others)
    is_village = commune.name.startswith("Xã")
    hamlet = f"{'Thôn' if is_village else 'Tổ'} {luck.randint(1, 20)}"
    detail = f"Số 0/{number}, {hamlet}, đường Không Có Thật"
    names = ", ".join(filter(None, (commune.name, district.name, province.name)))
    return HomeAddress(province.code, district.code, commune.code, hamlet, detail, names), ethnicity_id


def _family(
    fake: Faker,
    wish: CensusWish,
    roof: tuple[int, HomeAddress, str],
    wanted: tuple[Group, ...] | None,
    serials: Iterator[int],
) -> Iterator[PersonEntry]:
    family_no, home, ethnicity_id = roof
    custom = custom_of(ethnicity_id, home.province_code)
    names: Any = fake
    shared = names.family_name_of(custom)
    for member in household(fake.random, wish.as_of, wish.era):
        if wanted is not None and member.group not in wanted:
            continue
        family = names.family_name_of(custom) if member.line == "own" else shared
        name = names.full_name_of(custom, family, member.gender_id)
        yield _entry(fake.random, wish.as_of, member, (family_no, home, ethnicity_id, name), next(serials))


def _entry(
    luck: Random, as_of: date, member: Member, about: tuple[int, HomeAddress, str, str], serial: int
) -> PersonEntry:
    family_no, home, ethnicity_id, name = about
    issued_on = _draw_issue_day(luck, member.born_on, as_of)
    is_grown = age_on(member.born_on, as_of) >= _CARD_AGE
    return PersonEntry(
        name=name,
        gender_id=member.gender_id,
        born_on=member.born_on,
        ethnicity_id=ethnicity_id,
        citizen_id=citizen_id(member.gender_id, member.born_on, strangers.scatter_serial(serial)),
        id_issued_on=issued_on,
        id_issued_by=_ISSUER if issued_on else "",
        home=home,
        phone=strangers.phone(serial) if is_grown else "",
        mail=strangers.mail(serial) if is_grown else "",
        identity_card=strangers.identity_card(serial) if is_grown else "",
        tax_code=strangers.tax_code(serial) if is_grown else "",
        family_no=family_no,
        role=member.role,
        group=member.group,
    )


def _draw_issue_day(luck: Random, born_on: date, as_of: date) -> date | None:
    """Return a day on which the card may have been issued: after the fourteenth birthday, before ``as_of``."""
    fourteen = born_on + timedelta(days=_CARD_AGE * 366)
    first = max(_CARD_FROM, fourteen)
    days = (as_of - first).days
    return first + timedelta(days=luck.randrange(days)) if days > 0 else None


# Agencies, officers and the numbers of their papers, as the drafting rules write them (Decree 30/2020/NĐ-CP).

_TITLES = (
    "Công chức Văn hóa - xã hội",
    "Công chức tiếp nhận và trả kết quả",
    "Chuyên viên",
    "Chủ tịch Ủy ban nhân dân",
    "Phó Chủ tịch Ủy ban nhân dân",
)
_KINDS = ("QĐ", "TB", "GXN", "TTr", "BC")


def officers(wish: CensusWish) -> Iterator[Officer]:
    """Yield officers of commune committees without end; the procedure of the wish is not looked at.

    Raises:
        NoSuchPlace: the province is not in the era's catalogue.
    """
    from emulator.country.people.peoples import seeded_faker

    provinces = [each for each in gso_names.provinces(wish.era) if wish.province_code in ("", each.code)]
    if not provinces:
        raise NoSuchPlace(wish.province_code)
    names: Any = seeded_faker(wish.seed)
    luck: Random = names.random
    for serial in count(1):
        province = luck.choice(provinces)
        district = luck.choice(gso_names.districts(wish.era, province.code))
        commune = luck.choice(gso_names.communes(wish.era, province.code, district.code))
        gender_id = luck.choice((MALE, FEMALE))
        custom = custom_of(KINH, province.code)
        name = names.full_name_of(custom, names.family_name_of(custom), gender_id)
        unit = ", ".join(filter(None, (commune.name, district.name, province.name)))
        yield Officer(
            account=f"{commune.code}_cb{serial}",
            name=name,
            title=luck.choice(_TITLES),
            unit=f"Ủy ban nhân dân {unit}",
            reference_number=reference_number(luck.randint(1, 400), luck.choice(_KINDS), "UBND"),
        )


def reference_number(number: int, kind: str, agency: str) -> str:
    """Return number and sign of a paper: ``12/QĐ-UBND``; below ten with a leading zero (annex I, II.3)."""
    return f"{number:02d}/{kind}-{agency}"
