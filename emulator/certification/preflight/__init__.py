"""Preflight: is the client set up rightly? Asked before the first test, so that no configuration is a failed test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict
from urllib.parse import urlsplit

from emulator.certification import evidence
from emulator.certification.attempt import Attempt
from emulator.certification.preflight.situation import ADDRESS_RULES, Arrived, SetUpTrouble, Situation, quote
from emulator.certification.preflight.token_rules import AXIS_RULES, TIME_RULES, TOKEN_RULES
from emulator.country.axis import Axis
from emulator.country.world import World
from emulator.kernel.exchange import Call, Exchange
from emulator.services.btxh import ministry as ministry_forms

RULES = (*ADDRESS_RULES, *TOKEN_RULES, *TIME_RULES, *AXIS_RULES)
_NOTHING: SetUpTrouble = {
    "id": "KN-00",
    "vi": "Chưa có lời gọi nào đến: địa chỉ, cổng, proxy, tường lửa hoặc chứng thư TLS sai, hoặc sai đoạn /s/<mã lượt>",
    "en": "no call arrived: address, port, proxy, firewall or TLS certificate is wrong, or /s/<id> in the address",
    "mend": {
        "vi": "Gọi thử base_url + /token bằng curl từ chính máy chạy phần mềm; bỏ proxy cho địa chỉ này",
        "en": "call base_url + /token with curl from the client's own machine; exempt the address from any proxy",
    },
    "calls": [],
}
_SILENT: SetUpTrouble = {
    "id": "KN-07",
    "vi": "Có lời gọi nhưng chưa dịch vụ nào được gọi thành công",
    "en": "calls arrived, but no service was called with success",
    "mend": {
        "vi": "Sửa điều mà lời từ chối dưới đây nêu (trường, lý do), rồi gọi thử lại",
        "en": "mend what the refusal below names (field, reason), and try again",
    },
    "calls": [],
}


class Diagnosis(TypedDict):
    """What is wrong with a client's set-up: nothing when it is ``ready``. ``arrived`` calls were looked at."""

    ready: bool
    arrived: int
    troubles: list[SetUpTrouble]


def diagnosis(attempt: Attempt) -> Diagnosis:
    """Return what is wrong with the client's set-up, judged by what it called since it was asked to greet."""
    situation = _situation(attempt)
    found = [rule.as_dict(calls) for rule in RULES if (calls := rule.find(situation))]
    if not situation.arrived:
        found = [_NOTHING]
    elif not situation.answered_calls and not found:
        refused = [each for each in situation.arrived if each.row.outcome != "answered"]
        found = [{**_SILENT, "calls": [quote(each) for each in (refused or situation.arrived)[:3]]}]
    return {"ready": not found, "arrived": len(situation.arrived), "troubles": found}


def _situation(attempt: Attempt) -> Situation:
    house = attempt.house
    world = attempt.enter(Exchange(Call("GET", "/")))
    greeted = [row for row in house.journal.each(attempt.sandbox.home) if row.operation == evidence.GREETED]
    since = greeted[-1] if greeted else None
    own = house.journal.calls(attempt.sandbox.home, since.seq if since else 0)
    default = house.sandboxes.get("default")
    strays = [row for row in house.journal.calls(default.home) if since and row.wall_ms >= since.wall_ms]
    axis = Axis(world)
    return Situation(
        arrived=[*(Arrived(row) for row in own), *(Arrived(row, is_stray=True) for row in strays)],
        ours=house.sandboxes.credentials_shown(attempt.sandbox),
        others=house.sandboxes.credentials_shown(default),
        portal_dstcode=world.settings.portal_subsystem,
        papers_url=papers_url_of(world),
        agency=attempt.plan.agency,
        known_dstcodes=frozenset(each.id for each in axis.subsystems.each()),
    )


# What a client under test is told: where the country is, with which credentials, what to do now. A public contract.
#
# A driven client gets it as a JSON file whose path stands in ``NDXP_CERT_CONTEXT``. It ends with exit code 0 when it
# has done what it wanted, which may be to hold back; anything else is read as a crash.


class PortalAddress(TypedDict):
    """Where the portal is on the axis, and the ``providerurl`` of its papers service."""

    dstcode: str
    papers_url: str


class ClientContext(TypedDict):
    """What a client under test is told. ``credentials`` are pairs of words by account, ``hosts`` addresses by host."""

    attempt: str
    base_url: str
    security_server_url: str
    credentials: Mapping[str, Mapping[str, str]]
    agency: str
    mode: str
    own_subsystem: str
    hosts: dict[str, str]
    portal: PortalAddress


def context_of(attempt: Attempt, base: str) -> ClientContext:
    """Return the context of an attempt; ``base`` is the emulator's address as the client sees it."""
    world = attempt.enter(Exchange(Call("GET", "/")))
    credentials = attempt.house.sandboxes.credentials_shown(attempt.sandbox)
    address = f"{base}/s/{attempt.id}"
    return {
        "attempt": attempt.id,
        "base_url": address,
        "security_server_url": address,
        "credentials": credentials,
        "agency": attempt.plan.agency,
        "mode": attempt.plan.mode,  # how the platforms read what the documents leave open (docs/quirks)
        "own_subsystem": world.settings.own_subsystem,
        "hosts": {urlsplit(ministry_forms.SITE).netloc: address},  # links in replies lead there; here is where it is
        "portal": {"dstcode": world.settings.portal_subsystem, "papers_url": papers_url_of(world)},
    }


def papers_url_of(world: World) -> str:
    """Return the ``providerurl`` of the papers service (KDL V.2)."""
    return next((f"https://{host.name}" for host in Axis(world).hosts.each() if host.service == "papers"), "")
