"""Households that fit together: who lives under one roof, how old each is, and whose name the children bear.

The kinds of household, their shares and the gaps in years are ours. Parents are 18 to 42 years older than a child, a
couple is at most eight years apart, children of one mother are born at least a year apart.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Literal, NamedTuple

from emulator.wire.gso import Era
from emulator.wire.identity import FEMALE, MALE

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


class Draft:
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


def _couple(draft: Draft) -> None:
    father = draft.add("head", MALE, draft.luck.uniform(24, 50))
    mother = draft.add("spouse", FEMALE, max(20.0, father + draft.luck.uniform(-8, 3)), own=True)
    draft.children((father, mother), 4)


def _single_parent(draft: Draft) -> None:
    mother = draft.add("head", FEMALE, draft.luck.uniform(20, 46), group="single_parent")
    draft.children((mother,), 3, oldest=CHILD_BELOW - 0.1)


def _three_generations(draft: Draft) -> None:
    father = draft.add("head", MALE, draft.luck.uniform(30, 55))
    mother = draft.add("spouse", FEMALE, father + draft.luck.uniform(-8, 3), own=True)
    draft.children((father, mother), 3)
    old = draft.add("parent", MALE, min(father + draft.luck.uniform(20, 40), _OLDEST))
    wife = min(max(old + draft.luck.uniform(-8, 3), father + GROWN_AT + 1), father + 41.9, _OLDEST)
    draft.add("parent", FEMALE, wife, own=True)


def _aged(draft: Draft) -> None:
    head = draft.add("head", draft.gender(), draft.luck.uniform(OLD_AGE[draft.era] + 0.1, _OLDEST - 3))
    if draft.luck.random() < 0.4:
        gender_id = FEMALE if draft.members[0].gender_id == MALE else MALE
        draft.add("spouse", gender_id, min(head + draft.luck.uniform(-8, 3), _OLDEST), own=True)


def _grandparent_carer(draft: Draft) -> None:
    age = draft.luck.uniform(50, 70)
    draft.add("head", draft.gender(), age, group="carer")
    draft.children((min(age - 20, 45.0),), 2, role="grandchild", oldest=CHILD_BELOW - 0.1)


def _draw_disabled(draft: Draft) -> None:
    parent = draft.add("head", FEMALE, draft.luck.uniform(40, 72))
    # Anybody can be disabled: a small child as well as somebody of fifty.
    draft.add("child", draft.gender(), draft.luck.uniform(max(1, parent - 41.9), parent - 18.05), group="disabled")


_KINDS: tuple[tuple[Callable[[Draft], None], int], ...] = (
    (_couple, 40),
    (_three_generations, 20),
    (_single_parent, 12),
    (_aged, 12),
    (_grandparent_carer, 8),
    (_draw_disabled, 8),
)


def household(luck: Random, as_of: date, era: Era) -> list[Member]:
    """Return one to eight people who can live together as a family on a day."""
    draft = Draft(luck, as_of, era)
    makers, shares = zip(*_KINDS, strict=True)
    luck.choices(makers, shares)[0](draft)
    return draft.members


def age_on(born_on: date, day: date) -> int:
    """Return an age in whole years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
