"""What the gateway offers, and how a call is matched to it. Routing comes before everything else (src:apim-faults)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from emulator.country.settings import SandboxSettings
from emulator.kernel.exchange import Call
from emulator.kernel.refusals import GatewayRefusal
from emulator.services.service import Api, Listed, Operation, Service


class Resource(NamedTuple):
    """A path of an API and its operation by method; ``is_mount`` marks the address without a version (B06)."""

    service: Service
    api: Api
    operations: Mapping[str, Operation]
    is_mount: bool


class Routes:
    """All paths, looked up whole; built once."""

    def __init__(self, services: tuple[Service, ...]) -> None:
        self._published = tuple(_published(services))
        self._bases = tuple(dict.fromkeys(api.base_path for _, api, _ in self._published))
        self._resources: dict[str, Resource] = {}
        for service, api, operation in self._published:
            self._add(service, api, operation, api.base_path, is_mount=False)
            self._add(service, api, operation, f"/{api.context}", is_mount=True)

    def _add(self, service: Service, api: Api, operation: Operation, base: str, *, is_mount: bool) -> None:
        known = self._resources.get(base + operation.path)
        methods = {**(known.operations if known else {}), operation.method: operation}
        self._resources[base + operation.path] = Resource(service, api, methods, is_mount)

    def find(self, call: Call, settings: SandboxSettings, *, mounted: bool) -> Resource:
        """Return the resource of a path; its methods are checked by ``operation_of``.

        Raises:
            GatewayRefusal: 404 ``Not Found`` without an API, 404 ``Runtime Error`` without a resource, 403 over HTTP
                when only HTTPS is open, 503 for a blocked API (src:apim-transport).
        """
        resource = self._resources.get(call.path)
        if resource and (mounted or not resource.is_mount):
            _check_state(call, settings)
            return resource
        for base in self._bases:
            if call.path == base or call.path.startswith(base + "/"):
                _check_state(call, settings)
                raise _runtime(404, "No matching resource found for given API Request")
        raise not_found()

    def every(self) -> tuple[Listed, ...]:
        """Return all operations of all APIs, at their documented addresses."""
        return tuple(
            Listed(operation.name, operation.method, api.base_path + operation.path, operation.clause)
            for _, api, operation in self._published
        )


def _published(services: tuple[Service, ...]) -> Iterator[tuple[Service, Api, Operation]]:
    for service in services:
        for operation in service.operations:
            place = service.place_of(operation)
            if isinstance(place, Api) and not operation.within:
                yield service, place, operation


def operation_of(resource: Resource, method: str) -> Operation:
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
