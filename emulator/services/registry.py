"""All services there are, those of this house and those that installed packages bring, and all operations by name.

A package brings a service through the entry points ``ndxp_emulator.services``; what does not load, is no Service, or
takes a name or an address that somebody has, is refused by name when the emulator starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple

from emulator.country.effects import EffectKind, bring_effects
from emulator.country.shelf import ShelfKind
from emulator.services.btxh import declaration as btxh
from emulator.services.portal import declaration as portal
from emulator.services.province import declaration as province
from emulator.services.service import BYPASSED, Api, AxisAddress, Both, Operation, Service, Site

GROUP = "ndxp_emulator.services"
_OURS = (btxh.SERVICE, portal.SERVICE, province.SERVICE)
_NAME = re.compile(r"[a-z][a-z0-9-]*(?:\.[A-Za-z][A-Za-z0-9-]*)*", re.ASCII)


class GatewayOperation(NamedTuple):
    """What a gateway answers itself, whoever stands behind it."""

    gateway: str
    name: str
    method: str
    path: str
    clause: str
    title: Both


TOKEN = GatewayOperation(
    "ndxp", "ndxp.token", "POST", "/token", "BTXH 2.1.1", Both("Xin token", "Ask for a token")
)  # fmt: skip
REVOKE = GatewayOperation(
    "ndxp", "ndxp.revoke", "POST", "/revoke", "apim-revoke", Both("Thu hồi token", "Revoke a token")
)  # fmt: skip
_FORWARD = "/XrdAdapter/RestService/forward"
FORWARD = GatewayOperation(
    "axis", "xroad.forward", "POST", _FORWARD, "KDL V.3", Both("Chuyển tiếp", "Forward a call")
)  # fmt: skip
"""Every call of the axis has this name until it has been forwarded and has its own."""
LIVE = GatewayOperation(
    "axis", "xroad.live", "POST", _FORWARD, "KDL V.3", Both("Hệ thống thật", "A live agency")
)  # fmt: skip
OF_GATEWAYS = (TOKEN, REVOKE, FORWARD, LIVE)


class ServiceTrouble(Exception):
    """A service cannot be used; the sentence names it and says why."""


@cache
def services() -> tuple[Service, ...]:
    """Return all services, ours first, then those of packages in the order of their names.

    Raises:
        ServiceTrouble: one does not load, or clashes with another.
    """
    every = (*_OURS, *map(_load, sorted(entry_points(group=GROUP), key=lambda entry: entry.name)))
    check(every)
    return every


def _load(entry: EntryPoint) -> Service:
    where = f"Dịch vụ “{entry.name}” ({entry.value})"
    try:
        found = entry.load()
    except Exception as trouble:  # whatever a package of somebody else does when it is imported
        raise ServiceTrouble(f"{where} không nạp được: {trouble!r} / the service does not load") from trouble
    if not isinstance(found, Service):
        kind = type(found).__name__
        raise ServiceTrouble(f"{where} phải là một Service, không phải {kind} / must be a Service, not {kind}")
    return found


def check(every: Iterable[Service]) -> None:
    """Look whether services can stand side by side.

    Raises:
        ServiceTrouble: a name is no name or is taken, an address is taken, or an operation is within none.
    """
    taken: dict[str, str] = {}
    for each in OF_GATEWAYS:
        taken |= dict.fromkeys((each.name, f"{each.method} {each.path}"), "cổng / a gateway")
    for service in every:
        names = {each.name for each in service.operations}
        for claim in _claims(service):
            if claim in taken:
                other = taken[claim]
                vi, en = f"{claim} đã thuộc {other}", f"{claim} already belongs to {other}"
                raise ServiceTrouble(f"Dịch vụ “{service.name}”: {vi} / {en}")
            taken[claim] = service.name
        for operation in service.operations:
            if not _NAME.fullmatch(operation.name) or "." not in operation.name:
                vi, en = "tên thao tác có dạng dich-vu.ThaoTac", "an operation is named service.Operation"
                raise ServiceTrouble(f"Dịch vụ “{service.name}”: {operation.name}: {vi} / {en}")
            if operation.within and operation.within not in names:
                vi, en = f"không có {operation.within}", f"there is no {operation.within}"
                raise ServiceTrouble(f"Dịch vụ “{service.name}”: {operation.name}: {vi} / {en}")


def _claims(service: Service) -> Iterator[str]:
    """Yield everything of a service that nobody else may have: names, and addresses of its gateway."""
    yield service.name
    yield from (f"effect: {name}" for name in service.effects)
    yield from dict.fromkeys(each.name for each in service.operations)
    for operation in service.operations:
        place = service.place_of(operation)
        if operation.within:
            continue
        if isinstance(place, Api):
            yield f"{operation.method} {place.base_path}{operation.path}"
            yield f"{operation.method} /{place.context}{operation.path}"
    places = {service.place_of(each) for each in service.operations}
    yield from sorted(f"axis: {place.backend}" for place in places if isinstance(place, AxisAddress))
    yield from sorted(f"site: {place.host}" for place in places if isinstance(place, Site))


def _effects() -> Mapping[str, EffectKind]:
    return {name: kind for service in services() for name, kind in service.effects.items()}


bring_effects(_effects)


def shelf_kinds() -> tuple[ShelfKind[Any], ...]:
    """Return the kinds of records that services keep."""
    return tuple(kind for service in services() for kind in service.shelves)


class Declared(NamedTuple):
    """An operation with the service it belongs to."""

    service: Service
    operation: Operation


@cache
def operations() -> Mapping[str, Declared]:
    """Return every operation of every service by its name. Raises ServiceTrouble."""
    found: dict[str, Declared] = {}
    for service in services():
        for operation in service.operations:
            found.setdefault(operation.name, Declared(service, operation))
    return found


def is_address_only(declared: Declared) -> bool:
    """Tell whether an operation is but the address of others, so that no scenario can be on it."""
    return any(each.within == declared.operation.name for each in declared.service.operations)


@cache
def staged_names() -> tuple[str, ...]:
    """Return the names of all operations that a scenario may be on, those of the gateways included."""
    own = [each.name for each in OF_GATEWAYS]
    return (*own, *(name for name, each in operations().items() if not is_address_only(each)))


@cache
def journalled_names() -> tuple[str, ...]:
    """Return every name by which a journal may call an exchange with a platform, answered or not."""
    return (*dict.fromkeys((*staged_names(), *operations())), BYPASSED)


@cache
def names_on(gateway: str) -> tuple[str, ...]:
    """Return the operations that a gateway carries, as few globs as say it."""
    return _globs(name for name in operations() if gateway_of(name) == gateway)


@cache
def names_that_refuse() -> tuple[str, ...]:
    """Return the operations that can say no in an envelope of their service's own, as few globs as say it."""
    return _globs(name for name, each in operations().items() if each.service.refuses(each.operation))


def _globs(names: Iterable[str]) -> tuple[str, ...]:
    """Return ``btxh.*`` in place of operations where none of that family is left out."""
    wanted, found = set(names), []
    for name in operations():
        if name in wanted:
            prefix = name.rpartition(".")[0]
            family = {each for each in operations() if each.rpartition(".")[0] == prefix}
            found.append(f"{prefix}.*" if family <= wanted else name)
    return tuple(dict.fromkeys(found))


@cache
def host_services() -> tuple[str, ...]:
    """Return the words of who may answer at a host of the axis. Raises ServiceTrouble."""
    places = [service.place_of(each) for service in services() for each in service.operations]
    return tuple(sorted({each.backend for each in places if isinstance(each, AxisAddress)}))


@cache
def login_names() -> tuple[str, ...]:
    """Return the operations that give out a token or a session."""
    return (TOKEN.name, *(name for name, each in operations().items() if each.operation.logs_in))


@cache
def gateway_of(name: str) -> str:
    """Return the gateway that carries an operation: ``ndxp``, ``axis``, ``site``, ``provincial``; empty for none."""
    declared = operations().get(name)
    if declared:
        return declared.service.place_of(declared.operation).gateway
    return next((each.gateway for each in OF_GATEWAYS if each.name == name), "")
