"""Who may ask for what: groups of beneficiaries by age and situation, and the groups of each procedure.

The groups follow Decree 20/2021/NĐ-CP, article 5, in short; that the aged count from 80, and from 75 since 01/07/2025,
is the rule the two eras of the catalogue are paired with. Which group meets which procedure is ours.
"""

from __future__ import annotations

from typing import Literal

from emulator.wire.gso import Era

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
