"""The accounts of the national portal: two independent pairs per sandbox (facts-platforms §0.1, §1.2, §1.8).

They are derived from the seed and stored nowhere, as a sandbox's consumer keys are derived from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from emulator.country.sandbox import Sandbox
from emulator.kernel.dice import consumer_text
from emulator.wire.agency_codes import full_form

HOME_UNIT = "H26"


@dataclass(frozen=True, slots=True)
class Account:
    """One account; ``unit`` is the calling unit it belongs to."""

    username: str
    password: str
    unit: str


def unit_of(sandbox: Sandbox) -> str:
    """Return the agency code the sandbox's vendor works for."""
    return sandbox.settings.agency_code or HOME_UNIT


def portal_account(sandbox: Sandbox) -> Account:
    """Return the account of ``mapi/login``."""
    unit = unit_of(sandbox)
    return Account(f"mapi.{unit.lower()}", _password(sandbox, "portal"), unit)


def papers_account(sandbox: Sandbox) -> Account:
    """Return the account of ``bndp/public/v1/login``; its name is the agency code in full, as seen in the field."""
    unit = unit_of(sandbox)
    return Account(full_form(unit), _password(sandbox, "papers"), unit)


def portal_credentials(sandbox: Sandbox) -> dict[str, dict[str, str]]:
    """Return both accounts as the ready line and the admin API show them."""
    portal, papers = portal_account(sandbox), papers_account(sandbox)
    return {
        "portal": {"username": portal.username, "password": portal.password, "unit": portal.unit},
        "papers": {"username": papers.username, "password": papers.password},
    }


def _password(sandbox: Sandbox, kind: str) -> str:
    return consumer_text(sandbox.definition.seed, sandbox.id, kind, "password")
