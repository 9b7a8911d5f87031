"""The shelves of the country, one line a noun."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from emulator.country.records import DetailLink, Dossier, Keepsake, ProcessingStep
from emulator.country.shelf import SecondIndex, ShelfKind

T = TypeVar("T")
TEST_SYSTEM = "test-system"


def of_test_system(kind: ShelfKind[T]) -> ShelfKind[T]:
    """Return the shelf of the same nouns in the system behind the sandbox keys (decision 0041)."""
    return replace(kind, name=f"{TEST_SYSTEM}/{kind.name}")


def given_at(dossier: Dossier) -> int | None:
    """Return the instant at which a dossier's result was given, None while it has none."""
    if dossier.result_fields is None:
        return None
    return dossier.changed_at if dossier.result_given_at is None else dossier.result_given_at


DOSSIERS = ShelfKind(
    name="dossiers",
    record=Dossier,
    key=lambda dossier: dossier.code,
    place=lambda dossier: f"{dossier.origin}/{dossier.province_code}",
    moment=lambda dossier: dossier.received_at,
    second=SecondIndex("results", given_at),
    told=("status",),
)
STEPS = ShelfKind(
    name="steps",
    record=ProcessingStep,
    key=lambda step: f"{step.dossier_code}/{step.number:05d}",
    place=lambda step: f"{step.origin}/{step.province_code}",
    moment=lambda step: step.handled_at,
)
DETAIL_LINKS = ShelfKind(
    name="detail_links",
    record=DetailLink,
    key=lambda link: link.id,
    place=lambda _: "",
    moment=lambda _: 0,
)
PERSON = "person/"
"""What begins the names of keepsakes that are people: those whom a scenario adds to the pack's."""
KEEPSAKES = ShelfKind(
    name="keepsakes",
    record=Keepsake,
    key=lambda keepsake: keepsake.name,
    place=lambda _: "",
    moment=lambda _: 0,
)
COUNTRY_KINDS: tuple[ShelfKind[Any], ...] = (
    *(DOSSIERS, STEPS, DETAIL_LINKS, KEEPSAKES),
    *(of_test_system(DOSSIERS), of_test_system(STEPS), of_test_system(DETAIL_LINKS)),
)
"""The kinds that any country keeps, and those of the system behind the sandbox keys."""
