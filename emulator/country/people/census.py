"""A census of people who cannot exist: families in places that do, from a seed alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from emulator.country import people
from emulator.country.people import citizen_id
from emulator.country.people.peoples import KINH, custom_of, region_of
from emulator.kernel.values import value_class
from emulator.wire import gso
from emulator.wire.gso import Era
from emulator.wire.identity import FEMALE, MALE, HomeAddress, Officer, PersonEntry

if TYPE_CHECKING:
    from faker import Faker


AS_OF = date(2026, 11, 20)
"""The day the ages are counted on unless another is asked for: the last day of the pack ``co-ban``."""
_CARD_FROM, _CARD_AGE = date(2021, 1, 1), 14
_ISSUER = "1047"


class NoSuchPlace(ValueError):
    """A province that the era does not have; the argument is its code."""


@value_class
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

    provinces = [each for each in gso.province_units(wish.era) if wish.province_code in ("", each.code)]
    if not provinces:
        raise NoSuchPlace(wish.province_code)
    fake = seeded_faker(wish.seed)
    wanted = BY_PROCEDURE.get(wish.procedure_code)
    serials = count(1)
    for number in count(1):
        home, ethnicity_id = _settle(fake.random, provinces, wish.era, number)
        yield from _family(fake, wish, (number, home, ethnicity_id), wanted, serials)


def _settle(luck: Random, provinces: list[gso.Unit], era: Era, number: int) -> tuple[HomeAddress, str]:
    province = luck.choice(provinces)
    district = luck.choice(gso.district_units(era, province.code))
    commune = luck.choice(gso.commune_units(era, province.code, district.code))
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
        citizen_id=citizen_id(member.gender_id, member.born_on, people.scatter_serial(serial)),
        id_issued_on=issued_on,
        id_issued_by=_ISSUER if issued_on else "",
        home=home,
        phone=people.phone(serial) if is_grown else "",
        mail=people.mail(serial) if is_grown else "",
        identity_card=people.identity_card(serial) if is_grown else "",
        tax_code=people.tax_code(serial) if is_grown else "",
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

    provinces = [each for each in gso.province_units(wish.era) if wish.province_code in ("", each.code)]
    if not provinces:
        raise NoSuchPlace(wish.province_code)
    names: Any = seeded_faker(wish.seed)
    luck: Random = names.random
    for serial in count(1):
        province = luck.choice(provinces)
        district = luck.choice(gso.district_units(wish.era, province.code))
        commune = luck.choice(gso.commune_units(wish.era, province.code, district.code))
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


# Households that fit together: who lives under one roof, how old each is, and whose name the children bear.
#
# The kinds of household, their shares and the gaps in years are ours. Parents are 18 to 42 years older than a child,
# a couple is at most eight years apart, children of one mother are born at least a year apart.

# Who may ask for what: groups of beneficiaries by age and situation, and the groups of each procedure.
#
# The groups follow Decree 20/2021/NĐ-CP, article 5, in short; that the aged count from 80, and from 75 since
# 01/07/2025, is the rule the two eras of the catalogue are paired with. Which group meets which procedure is ours.

Group = Literal["child", "student", "single_parent", "elderly", "disabled", "carer", "adult", "none"]

OLD_AGE: dict[Era, int] = {"2023": 80, "2025": 75}
CHILD_BELOW, GROWN_AT = 16, 18
_STUDENT_TO = 22
_MONTHLY: tuple[Group, ...] = ("child", "single_parent", "elderly", "disabled")
_HOMED: tuple[Group, ...] = ("child", "elderly", "disabled")
BY_PROCEDURE: dict[str, tuple[Group, ...]] = {
    "2.000286": _HOMED,
    "2.000282": _HOMED,
    "2.000477": _HOMED,
    "1.001776": _MONTHLY,
    "1.001758": _MONTHLY,
    "1.001753": _MONTHLY,
    "1.001731": ("adult", "carer", "single_parent"),
    "2.000777": ("adult", "student", "child", "elderly", "single_parent", "carer", "disabled"),
    "1.001739": ("carer",),
    "2.000744": ("adult", "carer", "single_parent"),
    "2.000751": ("adult", "carer", "single_parent"),
}
"""The groups whose people come to a procedure: the one who benefits, or for funerals, houses and care who asks."""


def group_by_age(age: int, era: Era) -> Group:
    """Return the group that age alone decides; ``none`` for somebody who is neither child, student, grown nor old."""
    if age < CHILD_BELOW:
        return "child"
    if age >= OLD_AGE[era]:
        return "elderly"
    if age >= GROWN_AT:
        return "adult"
    return "student" if age <= _STUDENT_TO else "none"


Role = Literal["head", "spouse", "child", "parent", "grandchild"]
_YEAR = 365.2425
_OLDEST = 104


class Member(NamedTuple):
    """Somebody of a household. ``line`` tells whose family name is borne: the household's, or an own one."""

    role: Role
    gender_id: str
    born_on: date
    line: Literal["household", "own"]
    group: Group


class HouseholdDraft:
    """A household being put together as of a day."""

    def __init__(self, luck: Random, as_of: date, era: Era) -> None:
        self.luck, self.as_of, self.era = luck, as_of, era
        self.members: list[Member] = []

    def add(self, role: Role, gender_id: str, age: float, *, own: bool = False, group: Group | None = None) -> float:
        """Add somebody of an age in years; return the age."""
        # The day before the birthday and the day itself are told apart by whole days, never by a fraction.
        born_on = self.as_of - timedelta(days=round(age * _YEAR))
        years = age_on(born_on, self.as_of)
        named = group or group_by_age(years, self.era)
        self.members.append(Member(role, gender_id, born_on, "own" if own else "household", named))
        return age

    def children(self, parents: tuple[float, ...], most: int, *, role: Role = "child", oldest: float = 17.5) -> None:
        """Add one to ``most`` children of parents of these ages, the mother's last; the eldest comes first."""
        high, low = min(min(parents) - GROWN_AT - 0.05, oldest), max(parents[-1] - 41.9, 0.1)
        wanted, age = self.luck.randint(1, most), self.luck.uniform(low, max(high, low))
        for _ in range(wanted):
            self.add(role, self.gender(), age)
            age -= self.luck.uniform(1.2, 5)
            if age < low:
                return

    def gender(self) -> str:
        """Return one of the two codes of BTXH annex 3."""
        return self.luck.choice((MALE, FEMALE))


def _couple(draft: HouseholdDraft) -> None:
    father = draft.add("head", MALE, draft.luck.uniform(24, 50))
    mother = draft.add("spouse", FEMALE, max(20.0, father + draft.luck.uniform(-8, 3)), own=True)
    draft.children((father, mother), 4)


def _single_parent(draft: HouseholdDraft) -> None:
    mother = draft.add("head", FEMALE, draft.luck.uniform(20, 46), group="single_parent")
    draft.children((mother,), 3, oldest=CHILD_BELOW - 0.1)


def _three_generations(draft: HouseholdDraft) -> None:
    father = draft.add("head", MALE, draft.luck.uniform(30, 55))
    mother = draft.add("spouse", FEMALE, father + draft.luck.uniform(-8, 3), own=True)
    draft.children((father, mother), 3)
    old = draft.add("parent", MALE, min(father + draft.luck.uniform(20, 40), _OLDEST))
    wife = min(max(old + draft.luck.uniform(-8, 3), father + GROWN_AT + 1), father + 41.9, _OLDEST)
    draft.add("parent", FEMALE, wife, own=True)


def _draw_aged(draft: HouseholdDraft) -> None:
    head = draft.add("head", draft.gender(), draft.luck.uniform(OLD_AGE[draft.era] + 0.1, _OLDEST - 3))
    if draft.luck.random() < 0.4:
        gender_id = FEMALE if draft.members[0].gender_id == MALE else MALE
        draft.add("spouse", gender_id, min(head + draft.luck.uniform(-8, 3), _OLDEST), own=True)


def _grandparent_carer(draft: HouseholdDraft) -> None:
    age = draft.luck.uniform(50, 70)
    draft.add("head", draft.gender(), age, group="carer")
    draft.children((min(age - 20, 45.0),), 2, role="grandchild", oldest=CHILD_BELOW - 0.1)


def _draw_disabled(draft: HouseholdDraft) -> None:
    parent = draft.add("head", FEMALE, draft.luck.uniform(40, 72))
    # Anybody can be disabled: a small child as well as somebody of fifty.
    draft.add("child", draft.gender(), draft.luck.uniform(max(1, parent - 41.9), parent - 18.05), group="disabled")


_HOUSEHOLDS: tuple[tuple[Callable[[HouseholdDraft], None], int], ...] = (
    (_couple, 40),
    (_three_generations, 20),
    (_single_parent, 12),
    (_draw_aged, 12),
    (_grandparent_carer, 8),
    (_draw_disabled, 8),
)


def household(luck: Random, as_of: date, era: Era) -> list[Member]:
    """Return one to eight people who can live together as a family on a day."""
    draft = HouseholdDraft(luck, as_of, era)
    makers, shares = zip(*_HOUSEHOLDS, strict=True)
    luck.choices(makers, shares)[0](draft)
    return draft.members


def age_on(born_on: date, day: date) -> int:
    """Return an age in whole years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
