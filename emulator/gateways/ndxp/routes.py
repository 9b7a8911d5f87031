"""What the gateway offers, and how a call is matched to it. Routing comes before everything else (facts-gateway A4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from emulator.country.settings import SandboxSettings
from emulator.country.world import World
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import GatewayRefusal, ServiceRefusal

Provider = Callable[[Call, World], Reply]


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """One operation of an API: its name in the journal, the clause that describes it, and who answers."""

    name: str
    clause: str
    method: str
    resource: str
    answer: Provider


@dataclass(frozen=True)
class Api:
    """An API published on the gateway under ``/<context>/<version>``."""

    name: str
    context: str
    version: str
    operations: Mapping[str, ApiRoute]

    @property
    def base_path(self) -> str:
        """Return ``/apiBTXH/1.0``."""
        return f"/{self.context}/{self.version}"


class Published(NamedTuple):
    """An API with the way its provider words a refusal."""

    api: Api
    word: Callable[[ServiceRefusal, World], Reply]


class Listed(NamedTuple):
    """One thing a client can ask for, as a list of near misses shows it."""

    name: str
    method: str
    path: str
    clause: str


class Resource(NamedTuple):
    """A path of an API and its operation by method; ``is_mount`` marks the address without a version (B06)."""

    published: Published
    operations: Mapping[str, ApiRoute]
    is_mount: bool


class Routes:
    """All paths, looked up whole; built once."""

    def __init__(self, published: tuple[Published, ...]) -> None:
        self._published = published
        self._resources: dict[str, Resource] = {}
        for each in published:
            for base, is_mount in ((each.api.base_path, False), (f"/{each.api.context}", True)):
                self._add(each, base, is_mount)

    def _add(self, published: Published, base: str, is_mount: bool) -> None:
        for operation in published.api.operations.values():
            path = base + operation.resource
            known = self._resources.get(path)
            methods = {**(known.operations if known else {}), operation.method: operation}
            self._resources[path] = Resource(published, methods, is_mount)

    def find(self, call: Call, settings: SandboxSettings, *, mounted: bool) -> Resource:
        """Return the resource of a path; its methods are checked by ``operation_of``.

        Raises:
            GatewayRefusal: 404 ``Not Found`` without an API, 404 ``Runtime Error`` without a resource, 403 over HTTP
                when only HTTPS is open, 503 for a blocked API (facts-gateway A7).
        """
        resource = self._resources.get(call.path)
        if resource and (mounted or not resource.is_mount):
            _check_state(call, settings)
            return resource
        for each in self._published:
            base = each.api.base_path
            if call.path == base or call.path.startswith(base + "/"):
                _check_state(call, settings)
                raise _runtime(404, "No matching resource found for given API Request")
        raise not_found()

    def every(self) -> tuple[Listed, ...]:
        """Return all operations of all APIs, at their documented addresses."""
        return tuple(
            Listed(operation.name, operation.method, each.api.base_path + operation.resource, operation.clause)
            for each in self._published
            for operation in each.api.operations.values()
        )


def operation_of(resource: Resource, method: str) -> ApiRoute:
    """Return a resource's operation.

    Raises:
        GatewayRefusal: 405.
    """
    operation = resource.operations.get(method)
    if operation is None:
        raise _runtime(405, "Method not allowed for given API resource")
    return operation


def not_found() -> GatewayRefusal:
    """Return the answer for a path that no API has."""
    return GatewayRefusal("other", 404, 404, "Not Found", "The requested resource is not available.")


def _runtime(status: int, description: str) -> GatewayRefusal:
    return GatewayRefusal("other", status, status, "Runtime Error", description)


def _check_state(call: Call, settings: SandboxSettings) -> None:
    if settings.api_state == "retired":
        raise not_found()
    if settings.https_only and call.scheme != "https":
        description = f"Unsupported Transport [ {call.scheme} ]. The requested resource is not available."
        raise GatewayRefusal("other", 403, 403, "Forbidden", description)
    if settings.api_state == "blocked":
        description = (
            "This API has been blocked temporarily. Please try again later or contact the system administrators."
        )
        raise GatewayRefusal("other", 503, 700700, "API blocked", description)
