"""What the axis is made of: subsystems, the hosts behind them, their files, access rights, and agencies served live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal
from urllib.parse import urlsplit

from emulator.country.shelf import Base, Fields, ShelfKind
from emulator.kernel.values import value_class
from emulator.wire.axis import SUBSYSTEM_FIELDS, grant_cells, member_list, name_row

PORTS = {"http": 80, "https": 443}

ServiceState = Literal["rest", "soap", "none", "disabled", "no-url", "bad-url"]


@value_class
class Subsystem:
    """One subsystem of the axis (KDL V.1, V.4).

    ``alias_of`` names the subsystem this is another spelling of (K21). ``default_service`` answers calls without
    a providerurl. ``is_listed``: shown by the list of security servers; ``is_subject``: found by "Add Subjects" (V.4).
    The last three let a trainer break it.
    """

    id: str
    member_name: str
    agency_code: str
    alias_of: str = ""
    default_service: str = ""
    is_listed: bool = True
    is_subject: bool = True
    is_reachable: bool = True
    service: ServiceState = "rest"
    notice: str = ""


@value_class
class Host:
    """A host behind a subsystem: ``name`` as links print it (``host`` or ``host:port``), ``service`` who answers."""

    name: str
    subsystem: str
    service: str
    scheme: str = "https"
    is_up: bool = True
    offers_ranges: bool = True
    is_outside: bool = False

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        given = self.name.rpartition(":")[2]
        return int(given) if given.isdigit() and ":" in self.name else PORTS[self.scheme]

    @property
    def plain_name(self) -> str:
        """Return its name without a port."""
        return self.name.rpartition(":")[0] if ":" in self.name else self.name

    @property
    def origin(self) -> str:
        """Return ``https://name[:port]``, as a providerurl is written."""
        return f"{self.scheme}://{self.name}"


@value_class
class HostedFile:
    """One file of a host. ``path`` is decoded and exact; ``file`` is where its bytes lie in the pack.

    ``text``: what it holds (UTF-8), for a file that lies in no pack but was put there later; ``content`` the same in
    Base64, for bytes that somebody uploaded; ``file`` is empty then. ``made_size``: so many bytes are made at every
    reading, a PDF that is the same every time.
    """

    host: str
    path: str
    name: str
    content_type: str
    file: str = ""
    is_attachment: bool = False
    text: str = ""
    content: str = ""
    made_size: str = ""


@value_class
class Grant:
    """One line of the screen Access Rights (KDL V.4): who may call a provider. Instants are virtual."""

    provider: str
    subject: str
    granted_at: int
    removed_at: int | None = None


@value_class
class Group:
    """A group of subsystems that rights may be given to (src:xroad-access-rights)."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)


@value_class
class LiveAgency:
    """An agency whose answers come from a real machine: the vendor's system under test."""

    dstcode: str
    base_url: str
    verify_tls: bool = True

    def is_at(self, scheme: str, host: str, port: int) -> bool:
        """Tell whether an origin is the machine's own."""
        own = urlsplit(self.base_url)
        return (own.scheme, own.hostname, own.port or PORTS[own.scheme]) == (scheme, host, port)


@value_class
class AgencyUnit:
    """An agency that works in a sandbox beside others: ``code`` as dossier codes begin with, and its subsystem."""

    code: str
    name: str
    subsystem: str


SUBSYSTEMS = ShelfKind("subsystems", Subsystem, lambda it: it.id, lambda it: it.agency_code, lambda _: 0)
HOSTS = ShelfKind("hosts", Host, lambda it: it.name, lambda it: it.subsystem, lambda _: 0)
HOSTED_FILES = ShelfKind("hosted_files", HostedFile, lambda it: it.host + it.path, lambda it: it.host, lambda _: 0)
GRANTS = ShelfKind(
    "grants", Grant, lambda it: f"{it.provider}|{it.subject}", lambda it: it.provider, lambda it: it.granted_at
)
GROUPS = ShelfKind("groups", Group, lambda it: it.id, lambda _: "", lambda _: 0)
LIVE_AGENCIES = ShelfKind("live_agencies", LiveAgency, lambda it: it.dstcode, lambda _: "", lambda _: 0)
UNITS = ShelfKind("units", AgencyUnit, lambda it: it.code, lambda _: "", lambda _: 0)


# Rows of a pack in, the axis out.


def axis_bases(tables: Mapping[str, Mapping[str, Fields]]) -> dict[str, Base[Any]]:
    """Return the axis of a pack by the name of the shelf. A row of ``subsystems`` wins over one of ``agencies``."""

    def rows(table: str) -> list[Fields]:
        return list(tables.get(table, {}).values())

    subsystems = [Subsystem(**_cells(row, SUBSYSTEM_FIELDS)) for row in (*rows("agencies"), *rows("subsystems"))]
    groups = [Group(row["id"] or "", row["name"] or "", member_list(row)) for row in rows("groups")]
    return {
        "subsystems": Base(SUBSYSTEMS, subsystems),
        "hosts": Base(HOSTS, [Host(**_cells(row)) for row in rows("hosts")]),
        "hosted_files": Base(HOSTED_FILES, [HostedFile(**_cells(row)) for row in rows("hosted_files")]),
        "grants": Base(GRANTS, [Grant(*grant_cells(row)) for row in rows("grants")]),
        "groups": Base(GROUPS, groups),
        "units": Base(UNITS, [AgencyUnit(**_cells(row)) for row in rows("units")]),
    }


def _cells(row: Fields, names: dict[str, str] | None = None) -> dict[str, Any]:
    return dict(name_row(row, names))
