"""The axis as one exchange sees it: who is there, and who may call whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from itertools import islice

from emulator.country.records import GRANTS, GROUPS, HOSTS, LIVE_AGENCIES, SUBSYSTEMS, Grant, Subsystem
from emulator.country.world import World
from emulator.wire.axis import is_group, read_subject
from emulator.wire.codes import full_form, is_agency_code

_EVER = 2**62
_LONGEST = 120
_MOST_COMPARED = 2000


def nearest_of(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """Return the known word nearest to one, whatever their case; empty without one. Bounded in what it compares."""
    by_fold = {each.casefold(): each for each in islice(known, _MOST_COMPARED)}
    found = get_close_matches(word.strip()[:_LONGEST].casefold(), by_fold, 1, likeness)
    return by_fold[found[0]] if found else ""


class Axis:
    """The axis as one exchange sees it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.subsystems = world.shelf(SUBSYSTEMS)
        self.hosts = world.shelf(HOSTS)
        self.grants = world.shelf(GRANTS)
        self.groups = world.shelf(GROUPS)
        self.live_agencies = world.shelf(LIVE_AGENCIES)

    def subsystem(self, dstcode: str) -> Subsystem | None:
        """Return a subsystem; for another spelling of it, the one that is meant."""
        found = self.subsystems.get(dstcode)
        return self.subsystems.get(found.alias_of) if found and found.alias_of else found

    def rights(self, provider: str) -> list[Grant]:
        """Return the access rights of a provider, oldest first."""
        return [grant for grant in self.grants.window(provider, 0, _EVER) if grant.removed_at is None]

    def may_call(self, consumer: str, provider: str) -> bool:
        """Tell whether a consumer is admitted now: exact subsystem or group, nobody by default.

        Sources: src:xroad-access-rights.

        Whole identifiers are compared: another spelling that leads to the same subsystem gives no right (K21). A
        change counts only once the provider's server has noticed it (``grant_settling_s``).
        """
        subjects = [each.subject for each in self.grants.window(provider, 0, _EVER) if self._is_in_force(each)]
        return consumer in subjects or any(is_group(each) and self._holds(each, consumer) for each in subjects)

    def _is_in_force(self, grant: Grant) -> bool:
        noticed_ms = self._world.now_ms - self._world.settings.grant_settling_s * 1000
        return grant.granted_at <= noticed_ms and (grant.removed_at is None or grant.removed_at > noticed_ms)

    def _holds(self, group_id: str, consumer: str) -> bool:
        group = self.groups.get(group_id)
        return group is not None and consumer in group.members

    def grant(self, provider: str, subject: str) -> Grant:
        """Give a right now; one that is there already keeps its date. The world must be held."""
        kept = self.grants.get(f"{provider}|{subject}")
        if kept and kept.removed_at is None:
            return kept
        given = Grant(provider, subject, self._world.now_ms)
        self.grants.put_record(given)
        return given

    def withdraw(self, grant: Grant) -> None:
        """Take a right away now. The world must be held."""
        self.grants.put_record(replace(grant, removed_at=self._world.now_ms))

    def search(self, words: str) -> list[tuple[str, str]]:
        """Return (name, subject) of every subsystem and group with ``words`` in name or id, as "Add Subjects" does.

        ``words`` may be an id as the screen prints it (KDL V.4); spellings that the screen does not show are not found.
        """
        wanted = read_subject(words).casefold()
        everyone = [(it.member_name, it.id) for it in self.subsystems.with_prefix("") if it.is_subject]
        everyone += [(it.name, it.id) for it in self.groups.with_prefix("")]
        return [pair for pair in everyone if wanted in pair[0].casefold() or wanted in pair[1].casefold()]

    def nearest_subsystem(self, text: str) -> str:
        """Return the identifier that a wrong one, or the code of an agency, most likely means; empty without one."""
        ids = [each.alias_of or each.id for each in self.subsystems.with_prefix("")]
        code = full_form(text.strip().upper())
        of_agency = [each for each in ids if is_agency_code(code) and f":{code}:" in each]
        return of_agency[0] if of_agency else nearest_of(read_subject(text), ids)

    def nearest_host(self, name: str) -> str:
        """Return the name of the host that is nearest to one nobody has; empty without one."""
        return nearest_of(name, [each.name for each in self.hosts.with_prefix("")])

    def url_of(self, dstcode: str) -> str:
        """Return ``providerurl=…`` of the first host of a subsystem; empty when it has none."""
        own = (host for host in self.hosts.with_prefix("") if host.subsystem == dstcode)
        return next((f"providerurl={host.origin}" for host in own), "")

    def nearest_pair(self, host: str) -> str:
        """Return ``dstcode=…&providerurl=…`` of the host whose name is nearest to one nobody has; empty without one."""
        near = self.hosts.get(self.nearest_host(host))
        return f"dstcode={near.subsystem}&providerurl={near.origin}" if near else ""

    def name_of(self, subject: str) -> str:
        """Return the name the screen shows beside a subject; empty when nobody has that id."""
        group, subsystem = self.groups.get(subject), self.subsystems.get(subject)
        return group.name if group else subsystem.member_name if subsystem else ""
