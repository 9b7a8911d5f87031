"""What a task is made from: the seed's luck, people who cannot exist, places, codes; nothing known beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import Any

from emulator.certification.plan import Plan
from emulator.country.people import Person, citizen_id, person_of
from emulator.country.world import World
from emulator.kernel.clock import iso, name_uuid, random_for, to_datetime
from emulator.services.btxh import catalogues
from emulator.services.btxh.life.units import place_of
from emulator.wire import gso

HOME_PROVINCE = "01"
_CROWD = 40  # people a scene may have of its own


@dataclass(frozen=True)
class Props:
    """What one scene may use. ``no`` is the scene's number in the attempt; ``world`` is held."""

    no: int
    plan: Plan
    world: World

    @property
    def seed(self) -> int:
        """Return the attempt's seed."""
        return self.world.sandbox.definition.seed

    def luck(self, *purpose: object) -> Random:
        """Return the luck of one purpose within the scene."""
        return random_for(self.seed, "scene", self.no, *purpose)

    def deal(self, values: Sequence[Any], number: int, *purpose: object) -> Any:
        """Return one of some values for the ``number``-th of a row: as many in a row as there are values have each."""
        round_no, at = divmod(number - 1, len(values))
        cards = list(values)
        self.luck("deal", *purpose, round_no).shuffle(cards)
        return cards[at]

    def uuid(self, purpose: str) -> str:
        """Return an identity that follows from seed, attempt and scene alone, whatever was called before."""
        return name_uuid(self.seed, self.world.sandbox.id, "scene", self.no, purpose)

    @property
    def now(self) -> str:
        """Return the virtual instant, ISO 8601 with offset."""
        return iso(self.world.now_ms)

    def person(self, number: int) -> Person:
        """Return the scene's ``number``-th citizen, counted from 1; nobody of another scene has the same number."""
        found = person_of(self.luck("people").getrandbits(53), number)
        serial = (self.no * _CROWD + number) * 1009 % 1_000_000
        return replace(found, citizen_id=citizen_id(found.gender_id, found.born_on, serial))

    def dossier_code(self, number: int) -> str:
        """Return a code of the plan's agency that no other scene has, filed today (src:dossier-code)."""
        day = f"{to_datetime(self.world.now_ms):%y%m%d}"
        serial = self._serials[number - 1]
        return f"000.11.26.{self.plan.agency}-{day}-{serial:04d}"

    @cached_property
    def _serials(self) -> list[int]:
        start = (self.no - 1) * _CROWD % 9000
        return [1000 + (start + each) % 9000 for each in range(_CROWD)]

    def place(self, number: int) -> Mapping[str, str]:
        """Return where a dossier is handled: GSO codes and names of a commune of the province."""
        luck, era = self.luck("place", number), self.world.settings.gso_era
        district = luck.choice(sorted(gso.districts(HOME_PROVINCE))) if era == "2023" else ""
        commune = luck.choice(sorted(gso.communes(era, HOME_PROVINCE, district)))
        found = place_of(era, HOME_PROVINCE, district, commune)
        return {"province": HOME_PROVINCE, "district": district, "commune": commune, "unit": found.unit}

    def procedure(self, number: int, code: str | None = None) -> Mapping[str, str]:
        """Return one of the eleven procedures (BTXH PL 1), with the code of its result."""
        rows = self.world.pack.rows("procedures")
        codes = sorted(catalogues.PROCEDURES)
        wanted = code or self.luck("procedure", number).choice(codes)
        row: Mapping[str, Any] = next(row for row in rows if row["MaTTHC"] == wanted)
        return {
            "code": wanted,
            "name": str(row["TenTTHC"]),
            "sector_code": str(row["MaLinhVuc"]),
            "sector_name": str(row["TenLinhVuc"]),
            "result_code": str(row.get("MaKetQua") or ""),
        }
