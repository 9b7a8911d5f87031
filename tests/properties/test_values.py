"""A value of ours is compared, hashed, shown and copied as a frozen dataclass of the same members is."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

import pytest

from emulator.kernel.values import value_class


@value_class
class Place:
    name: str
    units: tuple[int, ...] = ()
    note: str = field(default="", compare=False, repr=False)


@value_class
class Nothing:
    pass


@value_class
class Town(Place):
    mayor: str = ""

    def __repr__(self) -> str:
        return "a town"


@dataclass(frozen=True, slots=True)
class Twin:
    name: str
    units: tuple[int, ...] = ()
    note: str = field(default="", compare=False, repr=False)


@pytest.mark.parametrize("given", [("a",), ("a", (1,)), ("a", (1,), "seen"), ("b", (1,), "seen"), ("", ())])
@pytest.mark.parametrize("other", [("a",), ("a", (1,)), ("a", (1,), "else"), ("b",)])
def test_values_are_equal_and_shown_when_and_as_a_frozen_dataclass_is(
    given: tuple[str, tuple[int, ...]], other: tuple[str, tuple[int, ...]]
) -> None:
    one, two = Place(*given), Place(*other)
    assert (one == two) is (Twin(*given) == Twin(*other))
    assert one != Twin(*given)
    assert hash(one) == hash(Place(*given))
    assert (len({one, two}) == 1) is (one == two)
    assert repr(one) == repr(Twin(*given)).replace("Twin", "Place")


def test_a_value_is_copied_and_has_no_room_for_other_names() -> None:
    assert replace(Place("a", (1,)), units=(2,)) == Place("a", (2,))
    assert [each.name for each in fields(Place)] == ["name", "units", "note"]
    assert not hasattr(Place("a"), "__dict__")
    assert (Nothing() == Nothing(), hash(Nothing()) == hash(Nothing()), repr(Nothing())) == (True, True, "Nothing()")


def test_a_class_keeps_its_own_words_and_is_not_equal_to_what_it_extends() -> None:
    assert repr(Town("a", mayor="b")) == "a town"
    assert Town("a") != Place("a")
    assert Town("a", mayor="b") != Town("a", mayor="c")
