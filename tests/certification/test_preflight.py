"""Faults of a client's configuration are found before the first test, by name; none becomes a failed test."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from emulator.app import Country
from tests.certification.stand import Stand, StraightWire
from tests.clients.reference.forms import Forms
from tests.clients.reference.gateway import Gateway
from tests.clients.reference.tasks import Client
from tests.clients.reference.wire import Reply

Context = dict[str, Any]
FORWARD = "/XrdAdapter/RestService/forward"


@dataclass(frozen=True)
class Fault:
    """One configuration fault: the context a vendor got wrong, or the client that reads it wrongly."""

    finds: str
    spoil: Callable[[Context], None] = lambda context: None
    gateway: type[Gateway] = Gateway
    forms: type[Forms] = Forms


def key(name: str, change: Callable[[dict[str, str]], str]) -> Callable[[Context], None]:
    def spoil(context: Context) -> None:
        pair = context["credentials"]["production"]
        pair[name] = change(dict(pair))

    return spoil


def swapped(context: Context) -> None:
    pair = context["credentials"]["production"]
    pair["consumer_key"], pair["consumer_secret"] = pair["consumer_secret"], pair["consumer_key"]


def use_sandbox_pair(context: Context) -> None:
    context["credentials"]["production"] = context["credentials"]["sandbox"]


def use_default_pair(context: Context) -> None:
    context["credentials"]["production"] = context["default"]["production"]


def base(change: Callable[[str], str]) -> Callable[[Context], None]:
    def spoil(context: Context) -> None:
        context["base_url"] = change(context["base_url"])

    return spoil


class Asking(Gateway):
    """Asks for a token with headers and body of the vendor's own making."""

    def ask_for_token(self) -> Reply:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        return self.wire.send("POST", f"{self.base}/token", headers | self.header(), self.body())

    def header(self) -> dict[str, str]:
        return {"Authorization": f"Basic {self.encoded()}"}

    def text(self) -> str:
        return f"{self.pair['consumer_key']}:{self.pair['consumer_secret']}"

    def encoded(self) -> str:
        return base64.b64encode(self.text().encode()).decode()

    def body(self) -> bytes:
        return b"grant_type=client_credentials"


class Twice(Asking):
    def encoded(self) -> str:
        return base64.b64encode(super().encoded().encode()).decode()


class NotEncoded(Asking):
    def encoded(self) -> str:
        return self.text()


class WithoutHeader(Asking):
    def header(self) -> dict[str, str]:
        return {}


class InTheBody(WithoutHeader):
    def body(self) -> bytes:
        pair = self.pair
        return f"grant_type=client_credentials&client_id={pair['consumer_key']}&client_secret=x".encode()


class WithoutGrant(Asking):
    def body(self) -> bytes:
        return b""


class TokenByGet(Asking):
    def ask_for_token(self) -> Reply:
        return self.wire.send("GET", f"{self.base}/token?grant_type=client_credentials", self.header())


class Sending(Gateway):
    path, scheme, verb = "/apiBTXH/1.0/", "Bearer ", "POST"

    def send(self, operation: str, body: dict[str, Any], token: str) -> Reply:
        headers = {"Authorization": f"{self.scheme}{token}", "Content-Type": "application/json"}
        return self.wire.send(self.verb, f"{self.base}{self.path}{operation}", headers, json.dumps(body).encode())


class WithoutVersion(Sending):
    path = "/apiBTXH/"


class MiscasedPath(Sending):
    path = "/apibtxh/1.0/"


class OtherProduct(Sending):
    path = "/btxh-ws/services/"


class WithoutScheme(Sending):
    scheme = ""


class ByGet(Sending):
    verb = "GET"


class Stale(Gateway):
    def token(self, *, is_new: bool = False) -> str:
        return "11111111-2222-3333-8444-555555555555"


class Shifted(Forms):
    hours = 0.0

    def _fields(self, known: dict[str, Any], kind: str, extent: str) -> dict[str, Any]:
        moved = dict(known)
        for name in ("received_at", "submitted_at"):
            moved[name] = (datetime.fromisoformat(known[name]) + timedelta(hours=self.hours)).isoformat()
        return super()._fields(moved, kind, extent)


class InUtc(Shifted):
    hours = -7.0


class Fast(Shifted):
    hours = 2.0


class Slow(Shifted):
    hours = -20.0


FAULTS: dict[str, Fault] = {
    "wrong port, nothing arrives": Fault("KN-00", base(lambda url: url.replace("/s/", "/s/khong-co-"))),
    "a prefix of the vendor's own proxy": Fault("KN-01", base(lambda url: url + "/api")),
    "another letter case": Fault("KN-02", gateway=MiscasedPath),
    "the API without its version": Fault("KN-03", lambda context: context.update(strict=True), gateway=WithoutVersion),
    "GET instead of POST": Fault("KN-04", gateway=TokenByGet),
    "GET instead of POST for a push": Fault("KN-04", gateway=ByGet),
    "another product's address": Fault("KN-05", gateway=OtherProduct),
    "the default sandbox's address": Fault("KN-06", lambda context: (use_default_pair(context), plain(context))[0]),
    "key and secret swapped": Fault("KN-11", swapped),
    "the Sandbox pair": Fault("KN-12", use_sandbox_pair),
    "the keys of another sandbox": Fault("KN-13", use_default_pair),
    "a key with a blank": Fault("KN-14", key("consumer_key", lambda pair: pair["consumer_key"] + " ")),
    "a secret with a line end": Fault("KN-14", key("consumer_secret", lambda pair: pair["consumer_secret"] + "\n")),
    "a wrong secret": Fault("KN-15", key("consumer_secret", lambda _: "khong-phai")),
    "an unknown key": Fault("KN-16", key("consumer_key", lambda _: "khong-ai-biet")),
    "Base64 twice": Fault("KN-17", gateway=Twice),
    "no Base64": Fault("KN-18", gateway=NotEncoded),
    "no Authorization": Fault("KN-19", gateway=WithoutHeader),
    "keys in the body": Fault("KN-20", gateway=InTheBody),
    "no grant_type": Fault("KN-21", gateway=WithoutGrant),
    "a token without its scheme": Fault("KN-22", gateway=WithoutScheme),
    "a token kept from elsewhere": Fault("KN-23", gateway=Stale),
    "moments in UTC": Fault("KN-31", forms=InUtc),
    "a clock that is fast": Fault("KN-32", forms=Fast),
    "a clock that is slow": Fault("KN-33", forms=Slow),
}


def plain(context: Context) -> None:
    context["base_url"] = context["base_url"].partition("/s/")[0]


def greeted(country: Country, fault: Fault) -> tuple[dict[str, Any], Stand]:
    stand = Stand(country, "cong-ndxp")
    default = country.sandboxes.credentials_shown(country.sandboxes.get("default"))
    context = json.loads(json.dumps(stand.context)) | {"default": default}
    fault.spoil(context)
    if context.get("strict"):
        settings = f"/sandboxes/{stand.id}/settings"
        stand.admin("PUT", settings, {"lgsp_mount": False})

    class Misled(Client):
        gateway_class, forms_class = fault.gateway, fault.forms

    client = Misled(context, StraightWire(stand.visitor, stand.id))
    stand.did(client, stand.admin("POST", f"/attempts/{stand.id}/greet")["task"])
    found = stand.admin("GET", f"/attempts/{stand.id}/diagnosis")
    assert set() < {test["verdict"] for test in stand.report()["tests"]} <= {"waiting", "omit", "skip", "review"}
    return found, stand


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_configuration_is_found_and_named(country: Country, name: str) -> None:
    found, _ = greeted(country, FAULTS[name])
    assert not found["ready"]
    assert FAULTS[name].finds in [each["id"] for each in found["troubles"]]
    for each in found["troubles"]:
        assert all(each[word] for word in ("vi", "en"))
        assert all(each["mend"].values())


class WithoutName(Forms):
    def _fields(self, known: dict[str, Any], kind: str, extent: str) -> dict[str, Any]:
        return super()._fields(known, kind, extent) | {"HoVaTen": "", "StatusId": "99"}


def test_a_first_push_that_is_refused_is_told_in_the_words_of_the_refusal(country: Country) -> None:
    found, _ = greeted(country, Fault("KN-07", forms=WithoutName))
    (trouble,) = found["troubles"]
    assert trouble["id"] == "KN-07"
    assert "/HoVaTen" in trouble["calls"][0]
    assert "/StatusId" in trouble["calls"][0]
    assert "lời từ chối dưới đây" in trouble["mend"]["vi"]


def test_a_client_that_is_set_up_rightly_is_ready(country: Country) -> None:
    found, _ = greeted(country, Fault(""))
    assert (found["ready"], found["troubles"]) == (True, [])
    assert found["arrived"] >= 2


@pytest.mark.parametrize("name", ["a wrong secret", "key and secret swapped", "the Sandbox pair"])
def test_no_diagnosis_tells_a_secret(country: Country, name: str) -> None:
    found, stand = greeted(country, FAULTS[name])
    secrets = [stand.context["credentials"][kind]["consumer_secret"] for kind in ("production", "sandbox")]
    assert not [each for each in (*secrets, "khong-phai") if each in json.dumps(found)]


AXIS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "no names of parameters": ("KN-41", "/mapi/login?VN%3AGOV%3A000.00.00.G22%3Avpcpdvcprovider", {}),
    "an unknown dstcode": ("KN-43", "/mapi/login?dstcode=VN:GOV:000.00.00.G99:khong", {}),
    "no providerurl": ("KN-44", "/bndp/public/v1/login?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider", {"papers": 1}),
    "the papers account at mapi": ("KN-45", "/mapi/login?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider", {"papers": 1}),
    "a wrong password": ("KN-46", "/mapi/login?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider", {"password": "sai"}),
    "a wrong papers account": (
        "KN-47",
        "/bndp/public/v1/login?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
        "&providerurl=https%3A%2F%2Fapigiaytocanhan.dichvucong.gov.vn",
        {"password": "sai"},
    ),
}


@pytest.mark.parametrize("name", AXIS)
def test_a_fault_on_the_axis_is_found_and_named(country: Country, name: str) -> None:
    finds, path, how = AXIS[name]
    stand = Stand(country, "cong-ndxp")
    stand.admin("POST", f"/attempts/{stand.id}/greet")
    account = dict(stand.context["credentials"]["papers" if how.pop("papers", None) else "portal"])
    body = json.dumps({**account, **how}).encode()
    wire = StraightWire(stand.visitor, stand.id)
    wire.send("POST", stand.context["security_server_url"] + FORWARD + path, {"Content-Type": "application/json"}, body)
    found = stand.admin("GET", f"/attempts/{stand.id}/diagnosis")
    assert finds in [each["id"] for each in found["troubles"]]


def test_a_client_may_greet_again_until_the_first_scene_begins(country: Country) -> None:
    stand = Stand(country, "cong-ndxp")
    for _ in range(2):
        stand.admin("POST", f"/attempts/{stand.id}/greet")
    stand.admin("POST", f"/attempts/{stand.id}/begin")
    refused = stand.visitor.http.post(f"/__admin/attempts/{stand.id}/greet")
    assert (refused.status_code, refused.json["code"]) == (409, "wrong-moment")
