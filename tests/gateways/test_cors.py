"""Cross-origin headers (src:apim-cors)."""

from __future__ import annotations

import pytest

from emulator.country.settings import PROFILES, Profile
from tests.conftest import Visitor
from tests.gateways.desk import PUSH, Desk

ORIGIN = ("Access-Control-Allow-Origin", "*")
METHODS = ("Access-Control-Allow-Methods", "POST")
OLD = "authorization,Access-Control-Allow-Origin,Content-Type,SOAPAction"
NAMES = {"apim-2.6": OLD, "apim-3.2": f"{OLD},apikey,testKey", "apim-4.x": f"{OLD},apikey,testKey"}
ASKS = {"Origin": "https://mot-cua.example.vn", "Access-Control-Request-Method": "POST"}


def cors(profile: str, extra: str = "") -> list[tuple[str, str]]:
    return [ORIGIN, METHODS, ("Access-Control-Allow-Headers", NAMES[profile] + extra)]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_preflight_needs_no_token(visitor: Visitor, profile: Profile) -> None:
    """NDXP-A8-01."""
    reply = Desk(visitor, profile).ask("OPTIONS", PUSH, headers=ASKS)
    assert (reply.status_code, reply.data) == (200, b"")
    assert list(reply.headers)[:-1] == cors(profile)


@pytest.mark.parametrize("asks", [{}, {"Access-Control-Request-Method": "GET"}])
def test_options_that_ask_for_nothing_we_have_are_a_wrong_verb(visitor: Visitor, asks: dict[str, str]) -> None:
    assert Desk(visitor).ask("OPTIONS", PUSH, headers=asks).status_code == 405


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("is_admitted", [True, False])
def test_ordinary_and_fault_answers_carry_them_too(visitor: Visitor, profile: Profile, is_admitted: bool) -> None:
    reply = Desk(visitor, profile).push(None if is_admitted else {})
    found = [each for each in reply.headers if each[0].startswith("Access-Control")]
    assert found == ([ORIGIN] if profile == "apim-4.x" else cors(profile))


def test_a_renamed_header_may_be_sent_by_a_page(visitor: Visitor) -> None:
    reply = Desk(visitor, auth_header="AccessKey").ask("OPTIONS", PUSH, headers=ASKS)
    assert list(reply.headers)[:-1] == cors("apim-3.2", ",AccessKey")


def test_the_token_endpoint_has_none(visitor: Visitor) -> None:
    names = [name for name, _ in Desk(visitor).token_reply().headers]
    assert not [name for name in names if name.startswith("Access-Control")]
