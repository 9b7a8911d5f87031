"""Names by people and region: Faker's Vietnamese provider with the customs of ``peoples``. Imports Faker."""

from __future__ import annotations

from faker import Faker
from faker.providers.person.vi_VN import Provider as VietnameseNames

from emulator.country.people.peoples import Custom
from emulator.wire.identity import FEMALE


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
