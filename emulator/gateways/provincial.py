"""A province's gateway before the portal: ``/KetNoiMotCuaQuocGia/<Service>`` with a Bearer token.

Sources: src:client-province-gateway.

Off unless a sandbox turns it on. Token, faults and their bodies are those of the NDXP gateway: both are one product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from emulator.country.world import World
from emulator.gateways.ndxp import faults
from emulator.gateways.ndxp.faults import DIALECTS
from emulator.gateways.ndxp.gateway import admit, say_unavailable
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import GatewayRefusal, Refusal
from emulator.services.service import Api, Operation, ProvinceGateway, Service, carry

CONTEXT = "KetNoiMotCuaQuocGia"
PREFIX = f"/{CONTEXT}/"
_API = Api(CONTEXT, CONTEXT, "1.0")
_VERBS = ("GET", "POST")


class ProvincialGateway:
    """The national portal as a province shows it to its own systems: no session, the service in the path."""

    name = "provincial"

    def __init__(self, portal: Service, operation: Operation) -> None:
        self._portal, self._operation = portal, operation

    def owns(self, call: Call) -> bool:
        """Calls below its path."""
        return call.path.startswith(PREFIX)

    def answer(self, exchange: Exchange, world: World) -> Reply:
        """Admit as the NDXP gateway does, then ask the portal."""
        call = exchange.call
        if not world.settings.provincial_gateway:
            raise GatewayRefusal("other", 404, 404, "Not Found", "The requested resource is not available.")
        operation = self._operation
        exchange.operation, exchange.clause = operation.name, operation.clause
        if call.method not in _VERBS:
            raise GatewayRefusal("other", 405, 405, "Method Not Allowed", "Use GET or POST.")
        admit(call, world, _API)
        return carry(
            self._portal, lambda call, world: world.apply_scenario() or operation.answer(call, world), call, world
        )

    def word(self, refusal: Refusal, exchange: Exchange, world: World) -> Reply:
        """Word a refusal as the NDXP gateway does."""
        if not isinstance(refusal, GatewayRefusal):  # a scenario lets a service refuse before it is asked
            refusal = GatewayRefusal("other", 500, 101500, "Runtime Error", "Error in Sender")
        return faults.word(refusal, exchange.call, DIALECTS[world.sandbox.definition.profile])

    def blocks(self, _call: Call, _enter: Callable[[], World]) -> bool:
        """The portal is in this house."""
        return False

    def word_breakdown(self, exchange: Exchange, world: World) -> Reply:
        """Answer for a fault of the emulator itself."""
        return self.word(GatewayRefusal("other", 500, 101500, "Runtime Error", "Error in Sender"), exchange, world)

    def unavailable(self, call: Call, world: World | None) -> Reply:
        """Answer as the NDXP gateway does."""
        return say_unavailable(call, world)


def provincial_gateways(services: Iterable[Service]) -> Iterator[ProvincialGateway]:
    """Yield the gateway with the operation that is declared for it."""
    for service in services:
        for operation in service.operations:
            if isinstance(operation.place, ProvinceGateway):
                yield ProvincialGateway(service, operation)
