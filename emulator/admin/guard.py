"""Who may use the admin API, and for what. Everything that asks it, asks here.

The holder of the admin token may do all; without such a token, programs of this machine may. The holder of a sandbox's
token may use that sandbox and knows of no other: an *owner* may do all with it, a *viewer* may look. A token of an
owner's name (a class, a province) does the same for every sandbox of that name.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from emulator.admin.problems import Trouble
from emulator.country.access import Tenants
from emulator.country.sandbox import Sandbox
from emulator.kernel.values import value_class

if TYPE_CHECKING:
    from emulator.admin.route import Route

Role = Literal["admin", "owner", "viewer"]
TOKEN_HEADER = "X-Admin-Token"  # noqa: S105 - the name of a header
_READS = ("GET", "HEAD")
# Questions whose wording is too long for a query; and what a tenant may ask without naming its sandbox.
QUESTIONS = ("/requests/find", "/requests/count", "/verify", "/verify-sequence", "/near-misses/request")
_OF_NO_SANDBOX = ("", "/kits", "/attempts", "/usage")
_OF_MANY = (*_OF_NO_SANDBOX, "/sandboxes")
_CLASSES = "/classes"


@value_class
class AdminIdentity:
    """Who asks: an owner or viewer is bound to one ``sandbox``, or to all of one ``owner``'s name.

    ``has_token`` tells that they showed a token; the administrator of this machine needs none.
    """

    role: Role
    sandbox: Sandbox | None = None
    owner: str = ""
    has_token: bool = False
    token_id: str = ""
    """The beginning of the digest of a token of this server's own making; empty for the administrator's."""

    @property
    def may_see_secrets(self) -> bool:
        """Tell whether credentials may be shown."""
        return self.has_token and self.role != "viewer"

    def may_see(self, sandbox: Sandbox) -> bool:
        """Tell whether a sandbox is there for this caller: an attempt that a tenant opened is the tenant's, too."""
        if self.sandbox is not None:
            return self.sandbox.no in (sandbox.no, sandbox.parent_no)
        return self.role == "admin" or bool(self.owner and self.owner == sandbox.owner)

    @property
    def name(self) -> str:
        """Return what this caller is called: the sandbox or owner it is bound to, else the role."""
        return self.sandbox.id if self.sandbox else self.owner or self.role

    def as_dict(self) -> dict[str, str | None]:
        """Return how the journal names who changed something."""
        name = None if self.role == "admin" else self.name
        return {"role": self.role, "name": name, "token_id": self.token_id or None}


ADMIN = AdminIdentity("admin")
"""Whoever asks from inside the process, where nothing is asked of nobody."""


def identify(headers: Mapping[str, str], scheme: str, host: str, token: str | None, tenants: Tenants) -> AdminIdentity:
    """Let a call in and say whose it is.

    Raises:
        Trouble: the token is missing or wrong; without an admin token, the host is not this machine's or another site
            sent the call.
    """
    given = token_in(headers)
    if token is not None and hmac.compare_digest(given.encode(), token.encode()):
        return AdminIdentity("admin", has_token=True)
    found = tenants.grant_of(given)
    if found:
        return AdminIdentity(found.role, found.sandbox, found.owner, has_token=True, token_id=found.token_id)
    admit(headers, scheme, host, token)
    return AdminIdentity("admin")


def authorise(caller: AdminIdentity, route: Route, named: Mapping[str, str], tenants: Tenants) -> None:
    """Check that a caller may do what a route does to what its path names.

    Raises:
        Trouble: 404 for another's sandbox, as for one that is not there; 403 for what only the administrator may do,
            or for a change by a viewer.
    """
    if caller.role == "admin":
        return
    if route.path.startswith(_CLASSES):
        _authorise_in_class(caller, route)
        return
    name = named.get("sandbox") or named.get("attempt") or ("default" if route.scoped else None)
    if name is None:
        paths = _OF_NO_SANDBOX if caller.sandbox else _OF_MANY
        if route.path not in paths or (route.verb not in _READS and caller.role != "owner"):
            raise Trouble("admin-only")
        return
    if not _is_theirs(caller, name, tenants):
        raise Trouble("no-such-sandbox", name=name)
    if caller.role == "viewer" and route.verb not in _READS and route.path not in QUESTIONS:
        raise Trouble("viewers-look", name=caller.name)


def _authorise_in_class(caller: AdminIdentity, route: Route) -> None:
    """Check that a caller may ask about classes at all; which are theirs, each route finds by their owner's name."""
    if caller.sandbox is not None:
        raise Trouble("admin-only")
    if caller.role == "viewer" and route.verb not in _READS:
        raise Trouble("viewers-look", name=caller.name)


def authorise_pages(caller: AdminIdentity, sandbox: str, verb: str, tenants: Tenants) -> None:
    """Check that a caller may see the pages of a sandbox, and, for a form, change something there. Raises Trouble."""
    if caller.role == "admin":
        return
    if not _is_theirs(caller, sandbox, tenants):
        raise Trouble("no-such-sandbox", name=sandbox)
    if caller.role == "viewer" and verb not in _READS:
        raise Trouble("viewers-look", name=caller.name)


def _is_theirs(caller: AdminIdentity, name: str, tenants: Tenants) -> bool:
    try:
        return caller.may_see(tenants.get(name))
    except KeyError:
        return False


def token_in(headers: Mapping[str, str]) -> str:
    """Return the token a call shows, in its own header or as a Bearer token; empty when it shows none."""
    scheme, _, bearer = headers.get("Authorization", "").partition(" ")
    return headers.get(TOKEN_HEADER) or (bearer.strip() if scheme.lower() == "bearer" else "")


def admit(headers: Mapping[str, str], scheme: str, host: str, token: str | None) -> None:
    """Let a call of the administrator in.

    A web page can make a browser call us, under our own name (cross-site) or under a name of its own that it points
    to this machine (DNS rebinding); neither can know the token, and without one both give themselves away.

    Raises:
        Trouble: the token is missing or wrong; the host is not this machine's; another site sent the call.
    """
    if token is not None:
        if not hmac.compare_digest(token_in(headers).encode(), token.encode()):
            raise Trouble("token-needed", headers={"WWW-Authenticate": 'Bearer realm="ndxp-emulator admin"'})
        return
    if not _is_local(host):
        raise Trouble("foreign-host", host=host)
    origin = headers.get("Origin")
    if origin is not None and origin != f"{scheme}://{host}":
        raise Trouble("foreign-origin", origin=origin)
    if headers.get("Sec-Fetch-Site") == "cross-site":
        raise Trouble("foreign-origin", origin=headers.get("Referer", "?"))


def _is_local(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
