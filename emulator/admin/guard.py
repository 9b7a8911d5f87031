"""Who may use the admin API: the holder of the token, or, without one, programs of this machine."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from emulator.admin.problems import Trouble


def admit(headers: Mapping[str, str], scheme: str, host: str, token: str | None) -> None:
    """Let a call in.

    A web page can make a browser call us, under our own name (cross-site) or under a name of its own that it points
    to this machine (DNS rebinding); neither can know the token, and without one both give themselves away.

    Raises:
        Trouble: the token is missing or wrong; the host is not this machine's; another site sent the call.
    """
    if token is not None:
        _check_token(headers, token)
        return
    if not _is_local(host):
        raise Trouble("foreign-host", host=host)
    origin = headers.get("Origin")
    if origin is not None and origin != f"{scheme}://{host}":
        raise Trouble("foreign-origin", origin=origin)
    if headers.get("Sec-Fetch-Site") == "cross-site":
        raise Trouble("foreign-origin", origin=headers.get("Referer", "?"))


def _check_token(headers: Mapping[str, str], token: str) -> None:
    scheme, _, bearer = headers.get("Authorization", "").partition(" ")
    given = headers.get("X-Admin-Token") or (bearer.strip() if scheme.lower() == "bearer" else "")
    if not hmac.compare_digest(given.encode(), token.encode()):
        raise Trouble("token-needed", headers={"WWW-Authenticate": 'Bearer realm="ndxp-emulator admin"'})


def _is_local(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
