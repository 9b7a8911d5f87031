"""The gateway as a door: routing, then authentication, then the provider (facts-gateway A4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from emulator.gateways.ndxp import faults, tokens
from emulator.gateways.ndxp.routes import Api, Operation
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import GatewayRefusal, Refusal, ServiceRefusal
from emulator.world.world import World


class Published(NamedTuple):
    """An API with the way its provider words a refusal."""

    api: Api
    word: Callable[[ServiceRefusal, World], Reply]


class NdxpGateway:
    """``api.ngsp.gov.vn``. The last door: it also answers for paths that nobody has."""

    def __init__(self, published: tuple[Published, ...]) -> None:
        self._published = published

    def owns(self, _call: Call) -> bool:
        """Every call that no other door owns."""
        return True

    def answer(self, exchange: Exchange, world: World) -> Reply:
        """Serve ``/token`` or an operation of a published API."""
        call = exchange.call
        if call.path == "/token":
            exchange.operation, exchange.clause = "ndxp.token", "BTXH 2.1.1"
            return tokens.issue(call, world)
        published, operation = self._route(call)
        exchange.operation, exchange.clause = operation.name, operation.clause
        token = tokens.admit(call, world, published.api)
        exchange.consumer = token.consumer_key
        try:
            return operation.answer(call, world)
        except ServiceRefusal as refusal:
            world.release()
            exchange.outcome = "refused"
            exchange.remarks.extend(refusal.remarks)
            return published.word(refusal, world)

    def _route(self, call: Call) -> tuple[Published, Operation]:
        for published in self._published:
            base = published.api.base_path + "/"
            operation = published.api.operations.get(call.path.removeprefix(base))
            if call.path.startswith(base) and operation:
                return published, operation
        raise GatewayRefusal("other", 404, 404, "Not Found", "The requested resource is not available.")

    def word(self, refusal: Refusal, exchange: Exchange, world: World) -> Reply:
        """Word a gateway refusal in the profile's dialect."""
        if not isinstance(refusal, GatewayRefusal):
            raise TypeError(refusal)
        return faults.word(refusal, exchange.call, world.sandbox.definition.profile)

    def blocks(self, _call: Call, _enter: Callable[[], World]) -> bool:
        """Its providers are all in this house."""
        return False

    def broken(self, exchange: Exchange, world: World) -> Reply:
        """Answer as the gateway does when a backend fails (facts-gateway A7, 101500)."""
        refusal = GatewayRefusal("other", 500, 101500, "Runtime Error", "Error in Sender")
        return self.word(refusal, exchange, world)
