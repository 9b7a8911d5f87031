"""What every service of the portal is given: the caller's body, who calls, the notes, and the reply's form."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.wire.dvcqg import Envelope, MapiCall
from emulator.wire.dvcqg_papers import PapersPrinting
from emulator.wire.reading import Reading, ReadingRules
from emulator.world.portal import Portal
from emulator.world.world import World


@dataclass(frozen=True, slots=True)
class Desk:
    """One call of an admitted unit."""

    asked: MapiCall
    world: World
    portal: Portal
    reading: Reading
    envelope: Envelope

    @property
    def unit_code(self) -> str:
        """Return the unit that calls."""
        return self.asked.unit_code

    def settle(self) -> None:
        """Refuse when a rule was broken, else hand the notes to the journal. Reading ends here; the pen comes next.

        Raises:
            ServiceRefusal: at least one rule was broken.
        """
        self.reading.check()
        self.world.exchange.remarks.extend(self.reading.notes)
        self.reading.notes.clear()


def reading_of(world: World) -> Reading:
    """Return an empty reading under the sandbox's mode, time and settings."""
    settings = world.settings
    return Reading(
        ReadingRules(world.mode, world.now_ms, settings.gso_era, settings.agency_code, settings.vneid_meaning)
    )


def envelope_of(world: World) -> Envelope:
    """Return the form of ``mapi`` replies in this sandbox."""
    settings = world.settings
    return Envelope(
        settings.portal_error_code_style,
        settings.portal_reads_have_error_code,
        settings.portal_maps_errors_to_http,
        settings.portal_duplicate_code,
    )


def printing_of(world: World) -> PapersPrinting:
    """Return the form of papers replies: what the settings say, else what the mode says (K15, K16)."""
    settings, strict = world.settings, world.mode == "strict"
    return PapersPrinting(
        settings.papers_file_key or ("TenTep" if strict else "both"),
        settings.papers_agency_form or ("full" if strict else "short"),
        settings.papers_empty_is_null,
        settings.portal_maps_errors_to_http,
    )
