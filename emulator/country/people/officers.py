"""Agencies, officers and the numbers of their papers, as the drafting rules write them (Decree 30/2020/NĐ-CP)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

from emulator.country.people.census import CensusWish, NoSuchPlace
from emulator.country.people.peoples import KINH, custom_of
from emulator.wire import gso_names
from emulator.wire.identity import FEMALE, MALE
from emulator.wire.people_sheet import Officer

if TYPE_CHECKING:
    from random import Random

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
    from emulator.country.people.names import seeded_faker

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
