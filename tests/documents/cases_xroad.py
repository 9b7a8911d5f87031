"""Cases of the quirks that the adapters meet (K01, K20 to K23)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from emulator.app import found_country
from emulator.country.sandbox import Definition
from emulator.services.packs import load_pack
from emulator.settings import Settings
from tests.conftest import Visitor
from tests.documents.quirk_table import Stage, case
from tests.gateways.axis.axis import HAGIANG_URL, PORTAL, VXP, XRD, link, newest, remarks

PLACES = (VXP, XRD)


@contextmanager
def shipped(stage: Stage) -> Iterator[Visitor]:
    """Open a country with the shipped pack."""
    settings = Settings(default=Definition(mode=stage.mode))
    country = found_country(settings, stage.folder / "store.db", {"co-ban": load_pack("co-ban")})
    try:
        yield Visitor(country)
    finally:
        country.store.close()


def played(stage: Stage, *addresses: str, verb: str = "GET") -> list[tuple[int, list[str]]]:
    """Return status and remarks of some calls."""
    with shipped(stage) as visitor:
        return [said(visitor, address, verb) for address in addresses]


def said(visitor: Visitor, address: str, verb: str) -> tuple[int, list[str]]:
    reply = visitor.http.open(address, method=verb, json={} if verb == "POST" else None)
    assert newest(visitor)["response"]["status"] == reply.status_code
    return reply.status_code, remarks(visitor)


@case("K01")
def mapi_without_a_dstcode(stage: Stage) -> None:
    ((status, rules),) = played(stage, f"{XRD}/mapi/call", verb="POST")
    assert (status, rules) == (400, ["dstcode-missing"]) if stage.is_strict else "K01" in rules


@case("K20")
def both_adapters(stage: Stage) -> None:
    assert [status for status, _ in played(stage, *(link(context=place) for place in PLACES))] == [200, 200]


@case("K21")
def three_spellings_of_the_portal(stage: Stage) -> None:
    codes = ("vpcpdvcprovider", "vpccpdvcqgsub01", "vpcpcdvcqgsub01")
    addresses = [f"{XRD}/mapi/call?dstcode={PORTAL.replace('vpcpdvcprovider', code)}" for code in codes]
    answers = played(stage, *addresses, verb="POST")
    assert [("K21" in rules) for _, rules in answers] == [False, True, True]
    assert {status for status, _ in answers} == {200}


@case("K22")
def words_left_in(stage: Stage) -> None:
    address = f"{VXP}/download/124.pdf?dstcode={PORTAL}&providerurl=http://IP-SS-BNDP:8080"
    ((status, rules),) = played(stage, address)
    assert (status, rules) == (400, ["K22"])


@case("K23")
def letters_that_are_not_encoded(stage: Stage) -> None:
    address = link("/download/Quyết định trợ cấp xã hội.pdf".replace(" ", "%20"), url=HAGIANG_URL)
    on_the_line = address.encode().decode("latin-1")  # as WSGI hands bytes over
    raw = {"RAW_URI": on_the_line, "REQUEST_URI": on_the_line}
    with shipped(stage) as visitor:
        reply = visitor.http.get(address, environ_overrides=raw)
        assert (reply.status_code, remarks(visitor)) == ((400, ["K23"]) if stage.is_strict else (200, ["K23"]))
