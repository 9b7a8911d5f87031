"""The axis as one exchange sees it: who is there, who may call whom, and whose call a call is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import orjson

from emulator.country.access import basic_pair, bearer_word
from emulator.country.axis_records import (
    GRANTS,
    GROUPS,
    HOSTS,
    LIVE_AGENCIES,
    SUBSYSTEMS,
    UNITS,
    AgencyUnit,
    Grant,
    Group,
    Host,
    LiveAgency,
    Subsystem,
)
from emulator.country.sandbox import Sandbox
from emulator.country.world import World
from emulator.kernel.clock import consumer_text
from emulator.kernel.exchange import Call
from emulator.kernel.values import value_class
from emulator.wire.axis import SERVER_PREFIX, is_group, read_subject
from emulator.wire.codes import full_form, is_agency_code, short_form
from emulator.wire.json_body import MOST_PARTS, parts_of

if TYPE_CHECKING:
    from emulator.country.access import Token
    from emulator.country.shelf import Shelf
    from emulator.country.world import World


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

    @property
    def subsystems(self) -> Shelf[Subsystem]:
        """Return the subsystems that are registered."""
        return self._world.shelf(SUBSYSTEMS)

    @property
    def hosts(self) -> Shelf[Host]:
        """Return the hosts behind their servers."""
        return self._world.shelf(HOSTS)

    @property
    def grants(self) -> Shelf[Grant]:
        """Return the access rights, those that were taken away among them."""
        return self._world.shelf(GRANTS)

    @property
    def groups(self) -> Shelf[Group]:
        """Return the groups that rights are given to."""
        return self._world.shelf(GROUPS)

    @property
    def live_agencies(self) -> Shelf[LiveAgency]:
        """Return the machines that play an agency."""
        return self._world.shelf(LIVE_AGENCIES)

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


# The agencies that work in a sandbox, several at once: who they are, their accounts, and whose call a call is.
#
# One of them is the sandbox's own (``agency_code``, ``own_subsystem``); the others are the pack's, or were made by
# the admin API. Each has a security server of its own at ``/ss/<code>/…``, as the guide's IP-SS-BNĐP is each unit's
# own. Accounts are derived from the seed and stored nowhere, as a sandbox's consumer keys are derived from it.

HOME_UNIT = "H26"
AccountKind = Literal["mapi", "papers"]
_PREFIX = "mapi."


@value_class
class Account:
    """One account; ``unit`` is the calling unit it belongs to."""

    username: str
    password: str
    unit: str


# Accounts: two independent pairs per unit (src:portal-credentials, src:portal-login, src:portal-papers).


def own_unit_code(sandbox: Sandbox) -> str:
    """Return the agency code the sandbox's vendor works for."""
    return sandbox.settings.agency_code or HOME_UNIT


def portal_account(sandbox: Sandbox, unit: str = "") -> Account:
    """Return the account of ``mapi/login`` of a unit, the sandbox's own by default."""
    code = unit or own_unit_code(sandbox)
    return Account(f"{_PREFIX}{code.lower()}", _password(sandbox, "portal", unit), code)


def papers_account(sandbox: Sandbox, unit: str = "") -> Account:
    """Return the account of ``bndp/public/v1/login``; its name is the agency code in full, as seen in the field."""
    code = unit or own_unit_code(sandbox)
    return Account(full_form(code), _password(sandbox, "papers", unit), code)


def portal_credentials(sandbox: Sandbox, unit: str = "") -> dict[str, dict[str, str]]:
    """Return both accounts of a unit as the ready line and the admin API show them."""
    portal, papers = portal_account(sandbox, unit), papers_account(sandbox, unit)
    return {
        "portal": {"username": portal.username, "password": portal.password, "unit": portal.unit},
        "papers": {"username": papers.username, "password": papers.password},
    }


def _password(sandbox: Sandbox, kind: str, unit: str) -> str:
    """Return a password: the sandbox's own agency keeps its own when its code is changed."""
    whose = (kind,) if unit in ("", HOME_UNIT) else (kind, unit)
    return consumer_text(sandbox.definition.seed, sandbox.id, *whose, "password")


def accounts_of(world: World, kind: AccountKind) -> list[Account]:
    """Return every account of a kind that may log in."""
    make = portal_account if kind == "mapi" else papers_account
    others = [make(world.sandbox, unit.code) for unit in world.shelf(UNITS).with_prefix("")]
    return [make(world.sandbox), *others]


def unit_code_of(username: str) -> str:
    """Return the unit that an account of either kind belongs to; empty for a name that no account has."""
    code = username[len(_PREFIX) :].upper() if username.startswith(_PREFIX) else short_form(username)
    return code if is_agency_code(code) else ""


# Units: the sandbox's own and the others.


def own_unit(world: World) -> AgencyUnit:
    """Return the sandbox's own agency as it is set up now."""
    code = own_unit_code(world.sandbox)
    listed = world.shelf(UNITS).get(code)
    return AgencyUnit(code, listed.name if listed else code, world.settings.own_subsystem)


def units_of(world: World) -> list[AgencyUnit]:
    """Return every unit of the sandbox, its own first."""
    own = own_unit(world)
    return [own, *(unit for unit in world.shelf(UNITS).with_prefix("") if unit.code != own.code)]


def find_unit(code: str, world: World) -> AgencyUnit | None:
    """Return a unit by its code in either form; None when none of that code works here."""
    wanted, own = short_form(full_form(code.upper())), own_unit(world)
    if short_form(full_form(own.code)) == wanted:  # nearly every call is the own agency's: the others stay unread
        return own
    return next((unit for unit in units_of(world) if short_form(full_form(unit.code)) == wanted), None)


def nearest_unit(word: str, world: World) -> str:
    """Return the code of the unit that a wrong one most likely means; empty without one."""
    return nearest_of(word, [unit.code for unit in units_of(world)])


def contact_of(unit: AgencyUnit, world: World, base_url: str) -> dict[str, Any]:
    """Return what a unit's own system needs to work: its code and subsystem, its security server, its two accounts.

    ``base_url`` is where the server is reached. The passwords are in it: whoever shows it to others masks them.
    """
    sandbox = world.sandbox
    is_own = unit.code == own_unit_code(sandbox)
    prefix = "" if sandbox.id == "default" else f"/s/{sandbox.id}"
    return {
        "code": unit.code,
        "name": unit.name,
        "subsystem": unit.subsystem,
        "is_own": is_own,
        "security_server": f"{base_url}{prefix}{SERVER_PREFIX}{unit.code}",
        "credentials": portal_credentials(sandbox, "" if is_own else unit.code),
    }


class NoSuchUnit(Exception):
    """A call came to the security server of a unit that does not work in this sandbox; the text is its code."""


def unit_of_call(call: Call, world: World) -> AgencyUnit:
    """Return the unit whose call it is: by the server it was sent to, else by its credential, else the own one.

    Raises:
        NoSuchUnit: the address names a unit that is not there.
    """
    if call.unit:
        found = find_unit(call.unit, world)
        if found is None:
            raise NoSuchUnit(call.unit)
        return found
    named = _subsystem_of_key(call, world)
    if named:
        return AgencyUnit("", "", named)
    code = _code_of_account(call, world)
    return (find_unit(code, world) if code else None) or own_unit(world)


def _subsystem_of_key(call: Call, world: World) -> str | None:
    """Return the subsystem named beside the consumer key that a call bears (``subsystem_by_consumer``)."""
    named = world.settings.subsystem_by_consumer
    if not named:
        return None
    header = call.header("authorization") or ""
    token = world.presented or world.keyring.token(bearer_word(header))
    scheme, _, rest = header.partition(" ")
    key = token.consumer_key if token else basic_pair(rest)[0] if scheme.lower() == "basic" else ""
    return named.get(key)


def _code_of_account(call: Call, world: World) -> str:
    """Return the unit of the account a call logs in with, or whose session or papers token it bears."""
    given = _body_texts(call)
    if call.path.endswith(("/mapi/login", "/bndp/public/v1/login")):
        return unit_code_of(given.get("username", ""))
    header = (call.header("authorization") or "").strip()
    token: Token | None = None
    for text in (given.get("session", ""), header, bearer_word(header)):
        token = token or (world.keyring.token(text) if text else None)
    if token is None or token.scope not in ("mapi", "papers"):
        return ""
    return unit_code_of(token.consumer_key)


def _body_texts(call: Call) -> dict[str, str]:
    """Return the strings at the top of a JSON body, by name in lower case; none for a call without an account."""
    if "/mapi/" not in call.path and "/bndp/" not in call.path:
        return {}
    try:
        content = orjson.loads(call.body) if parts_of(call.body) <= MOST_PARTS else None
    except ValueError:
        return {}
    pairs = content.items() if isinstance(content, dict) else ()
    return {name.lower(): value for name, value in pairs if isinstance(value, str)}
