"""Clients with one fault each in how they treat token and gateway, and the test of ``cong-ndxp`` that must see it.

Each is a fault that vendors' clients were seen with, or that an official sentence warns of
(src:client-tokens, src:client-failures).
"""

from __future__ import annotations

import json
from typing import Any

from tests.clients.reference.gateway import Gateway, Refused
from tests.clients.reference.tasks import Client
from tests.clients.reference.wire import Lost, Reply


class TokenByGet(Gateway):
    def ask_for_token(self) -> Reply:
        headers = {"Authorization": self.basic()}
        return self.wire.send("GET", f"{self.base}/token?grant_type=client_credentials", headers)


class PairInForm(Gateway):
    def ask_for_token(self) -> Reply:
        pair = f"client_id={self.pair['consumer_key']}&client_secret={self.pair['consumer_secret']}"
        return self.post_token({}, f"grant_type=client_credentials&{pair}")


class TokenAsJson(Gateway):
    def ask_for_token(self) -> Reply:
        headers = {"Authorization": self.basic(), "Content-Type": "application/json"}
        return self.wire.send("POST", f"{self.base}/token", headers, b'{"grant_type":"client_credentials"}')


class NoGrantType(Gateway):
    def ask_for_token(self) -> Reply:
        return self.post_token({"Authorization": self.basic()}, "")


class GrantTwice(Gateway):
    def ask_for_token(self) -> Reply:
        twice = "grant_type=client_credentials&grant_type=client_credentials"
        return self.post_token({"Authorization": self.basic()}, twice)


class PairInAddress(Gateway):
    def ask_for_token(self) -> Reply:
        headers = {"Authorization": self.basic(), "Content-Type": "application/x-www-form-urlencoded"}
        pair = f"client_id={self.pair['consumer_key']}&client_secret={self.pair['consumer_secret']}"
        return self.wire.send("POST", f"{self.base}/token?{pair}", headers, b"grant_type=client_credentials")


class PairTwice(Gateway):
    def ask_for_token(self) -> Reply:
        pair = f"client_id={self.pair['consumer_key']}&client_secret={self.pair['consumer_secret']}"
        return self.post_token({"Authorization": self.basic()}, f"grant_type=client_credentials&{pair}")


class SandboxPair(Gateway):
    def __init__(self, context: dict[str, Any], *others: Any) -> None:
        super().__init__(context, *others)
        self.pair = context["credentials"]["sandbox"]


class OtherPairOnRenewal(Gateway):
    def __init__(self, context: dict[str, Any], *others: Any) -> None:
        super().__init__(context, *others)
        self.spare = context["credentials"]["sandbox"]

    def token(self, *, is_new: bool = False) -> str:
        if is_new:
            self.pair, self.spare = self.spare, self.pair
        return super().token(is_new=is_new)


class LoginPerCall(Gateway):
    def call(self, operation: str, body: dict[str, Any]) -> Any:
        self.token(is_new=True)
        return super().call(operation, body)


class SmallBearer(Gateway):
    def authorization(self, token: str) -> str:
        return f"bearer {token}"


class RawToken(Gateway):
    def authorization(self, token: str) -> str:
        return token


class TokenInAddress(Gateway):
    def address(self, operation: str) -> str:
        return f"{super().address(operation)}?access_token={self.token()}"


class TokenInBody(Gateway):
    def send(self, operation: str, body: dict[str, Any], token: str) -> Reply:
        return super().send(operation, {**body, "access_token": token}, token)


class EchoesTokenType(Gateway):
    kind = "Bearer"

    def ask_for_token(self) -> Reply:
        reply = super().ask_for_token()
        if reply.status == 200:
            self.kind = json.loads(reply.body)["token_type"]
        return reply

    def authorization(self, token: str) -> str:
        return f"{self.kind} {token}"


class AsksWhatNobodyOffers(Gateway):
    def call(self, operation: str, body: dict[str, Any]) -> Any:
        self.send("TraCuuHoSo", {"MaHoSo": body.get("MaHoSo")}, self.token())
        return super().call(operation, body)


class JsonAsText(Gateway):
    content_type = "text/plain"


class NeverRenews(Gateway):
    def call(self, operation: str, body: dict[str, Any]) -> Any:
        return self.read(operation, self._patiently(lambda: self.send(operation, body, self.token())))


class ForgetsTheCall(Gateway):
    def call(self, operation: str, body: dict[str, Any]) -> Any:
        reply = self._patiently(lambda: self.send(operation, body, self.token()))
        if reply.status == 401:
            self.token(is_new=True)
        return self.read(operation, reply)


class KeepsTheOldToken(Gateway):
    def call(self, operation: str, body: dict[str, Any]) -> Any:
        old = self.token()
        reply = self._patiently(lambda: self.send(operation, body, old))
        if reply.status == 401:
            self.token(is_new=True)
            reply = self._patiently(lambda: self.send(operation, body, old))
        return self.read(operation, reply)


class RenewsWithoutEnd(Gateway):
    def call(self, operation: str, body: dict[str, Any]) -> Any:
        for _ in range(12):
            reply = self._patiently(lambda: self.send(operation, body, self.token()))
            if reply.status != 401:
                break
            self.token(is_new=True)
        return self.read(operation, reply)


class InsistsOnAToken(Gateway):
    def token(self, *, is_new: bool = False) -> str:
        for _ in range(11):
            try:
                return super().token(is_new=is_new)
            except Refused:
                continue
        return super().token(is_new=is_new)


class NeverLooksAtItsClock(Gateway):
    def set_clock(self, now: str) -> None:
        pass


class HammersThroughQuota(Gateway):
    def wait_s(self, reply: Reply, number: int) -> float:
        return 0.3 if reply.status == 429 else super().wait_s(reply, number)


class DropsWhatIsThrottled(Gateway):
    def is_passing(self, reply: Reply) -> bool:
        return reply.status != 429 and super().is_passing(reply)


class GivesUpOnServerTrouble(Gateway):
    def is_passing(self, reply: Reply) -> bool:
        return reply.status < 500 and super().is_passing(reply)


class Hammers(Gateway):
    def _patiently(self, send: Any) -> Reply:
        for _ in range(30):
            reply: Reply = super()._patiently(send)
            if reply.status < 500:
                break
        return reply

    def wait_s(self, reply: Reply, number: int) -> float:
        return super().wait_s(reply, number) if reply.status == 429 else 0.0


class GivesUpOnBrokenLines(Gateway):
    def send(self, operation: str, body: dict[str, Any], token: str) -> Reply:
        try:
            return super().send(operation, body, token)
        except Lost as trouble:
            raise Refused(0, str(trouble)) from trouble


class TakesAnyPageForSuccess(Gateway):
    def is_passing(self, reply: Reply) -> bool:
        return reply.status != 200 and super().is_passing(reply)

    def read(self, operation: str, reply: Reply) -> Any:
        return {} if reply.status == 200 else super().read(operation, reply)


class InsistsWhereForbidden(Gateway):
    def is_passing(self, reply: Reply) -> bool:
        return reply.status == 403 or super().is_passing(reply)


class GuessesAddresses(Gateway):
    def send(self, operation: str, body: dict[str, Any], token: str) -> Reply:
        reply = super().send(operation, body, token)
        for guess in ("v1", "2.0", "api") if reply.status == 404 else ():
            address = f"{self.base}/apiBTXH/{guess}/{operation}"
            self.wire.send("POST", address, {"Authorization": f"Bearer {token}"}, json.dumps(body).encode())
        return reply


def client(gateway: type[Gateway]) -> type[Client]:
    """Return the reference client with another gateway."""
    return type(gateway.__name__, (Client,), {"gateway_class": gateway})


MUTANTS: dict[type[Gateway], str] = {
    TokenByGet: "NDXP-TK-01",
    PairInForm: "NDXP-TK-01",
    TokenAsJson: "NDXP-TK-02",
    NoGrantType: "NDXP-TK-02",
    GrantTwice: "NDXP-TK-02",
    PairInAddress: "NDXP-TK-03",
    PairTwice: "NDXP-TK-03",
    SandboxPair: "NDXP-TK-04",
    OtherPairOnRenewal: "NDXP-TK-04",
    LoginPerCall: "NDXP-TK-05",
    SmallBearer: "NDXP-TK-06",
    RawToken: "NDXP-TK-06",
    TokenInAddress: "NDXP-TK-06",
    TokenInBody: "NDXP-TK-06",
    EchoesTokenType: "NDXP-TK-07",
    AsksWhatNobodyOffers: "NDXP-TK-08",
    JsonAsText: "NDXP-TK-08",
    NeverRenews: "NDXP-TK-09",
    ForgetsTheCall: "NDXP-TK-09",
    KeepsTheOldToken: "NDXP-TK-09",
    NeverLooksAtItsClock: "NDXP-TK-12",
    InsistsOnAToken: "NDXP-TK-13",
    RenewsWithoutEnd: "NDXP-TK-14",
    HammersThroughQuota: "NDXP-GW-01",
    DropsWhatIsThrottled: "NDXP-GW-01",
    GivesUpOnServerTrouble: "NDXP-GW-02",
    Hammers: "NDXP-GW-03",
    GivesUpOnBrokenLines: "NDXP-GW-04",
    TakesAnyPageForSuccess: "NDXP-GW-05",
    InsistsWhereForbidden: "NDXP-GW-06",
    GuessesAddresses: "NDXP-GW-07",
}

RENEWED = ("NDXP-TK-10", "NDXP-TK-11", "NDXP-GW-04")
ALSO: dict[type[Gateway], tuple[str, ...]] = {
    NeverRenews: RENEWED,
    ForgetsTheCall: RENEWED,
    KeepsTheOldToken: RENEWED,
    DropsWhatIsThrottled: ("NDXP-GW-02",),
    GivesUpOnServerTrouble: ("NDXP-GW-01", "NDXP-GW-04", "NDXP-GW-05"),
}
"""Required tests behind the first that may fail for the same fault: a result is lost there, too."""
