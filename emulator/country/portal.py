"""The national portal as one exchange sees it: its shelves over the pack, and its catalogues."""

from __future__ import annotations

from emulator.country.portal_kinds import LISTED_AGENCIES, PAPERS, PORTAL_DOSSIERS, PORTAL_STEPS, QUESTIONS, RATINGS
from emulator.country.portal_pack import portal_base
from emulator.country.shelf import Base, Shelf
from emulator.country.world import World
from emulator.services.portal.models import Paper, PortalStep, Rating
from emulator.services.portal.wire_catalogues import Agency
from emulator.wire.agency_codes import is_same_agency

EVER = 2**62
_NO_STEPS: Base[PortalStep] = Base(PORTAL_STEPS)
_NO_RATINGS: Base[Rating] = Base(RATINGS)
_NOBODY_ELSE: Base[Agency] = Base(LISTED_AGENCIES)


class Portal:
    """The shelves and catalogues of the national portal. Made where they are used; nothing else pays for them."""

    def __init__(self, world: World) -> None:
        self.base = portal_base(world.pack.folder)
        self.dossiers = Shelf(PORTAL_DOSSIERS, self.base.dossiers, world)
        self.steps = Shelf(PORTAL_STEPS, _NO_STEPS, world)
        self.papers = Shelf(PAPERS, self.base.papers, world)
        self.questions = Shelf(QUESTIONS, self.base.questions, world)
        self.ratings = Shelf(RATINGS, _NO_RATINGS, world)
        self.listed = Shelf(LISTED_AGENCIES, _NOBODY_ELSE, world)

    def papers_of(self, owner_id: str) -> list[Paper]:
        """Return the papers in a citizen's Kho DL, those of the pack first, then in the order they were kept."""
        return self.papers.window(owner_id, 0, EVER)

    def security_servers(self) -> list[Agency]:
        """Return the agencies whose security server serves files (KDL V.1, V.3); ``listed`` changes the pack's list."""
        agencies = self.base.agencies | {agency.code: agency for agency in self.listed.each()}
        return [agency for agency in agencies.values() if agency.security_server]

    def agency(self, code: str) -> Agency | None:
        """Return an agency by its code in either form (K16)."""
        found = self.base.agencies.get(code)
        return found or next((each for each in self.base.agencies.values() if is_same_agency(each.code, code)), None)
