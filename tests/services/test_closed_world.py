"""One declaration is enough: every declared operation is everywhere, and what is half wired is told by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from emulator.country.world import World
from emulator.kernel.exchange import Call, Reply
from emulator.services import registry
from emulator.services.btxh.declaration import SERVICE as BTXH
from emulator.services.interface import Described, Interface
from emulator.services.service import Api, Both, Operation, Service
from tests.services import closed_world
from tests.serving import Server


@pytest.fixture(scope="module")
def walk() -> Iterator[closed_world.Walk]:
    with Server("--store", ":memory:", "--quiet", "--workers", "1") as server:
        yield closed_world.Walk(server.base_url, "default")


@pytest.mark.parametrize("name", closed_world.callable_names())
def test_an_operation_is_called_refused_faulted_and_verified(walk: closed_world.Walk, name: str) -> None:
    assert list(walk.missing(name)) == []


def test_every_service_that_comes_with_the_emulator_is_declared_whole() -> None:
    names = [service.name for service in registry.services()]
    assert {"btxh", "portal", "province"} <= set(names)
    assert [each for service in registry.services() for each in closed_world.missing_in_declaration(service)] == []
    assert [each for service in registry.services() for each in closed_world.missing_in_openapi(service)] == []


def _answer(_call: Call, _world: World) -> Reply:
    return Reply(200)


HALF = Service(
    "nua-voi",
    Both("Nửa vời", "Half wired"),
    "ours",
    Api("NuaVoi", "apiNuaVoi", "1.0"),
    (Operation("nua-voi.Hoi", "", Both("Hỏi", ""), "/Hoi", _answer),),
    lambda: Interface({}, {"nua-voi.Hoi": Described()}),
)


def test_a_half_wired_service_is_told_by_the_name_of_what_is_missing() -> None:
    assert list(closed_world.missing_in_declaration(HALF)) == [
        "nua-voi.Hoi: sample",
        "nua-voi.Hoi: clause",
        "nua-voi.Hoi: title",
        "nua-voi.Hoi: example",
    ]
    undescribed = replace(HALF, interface=lambda: Interface({}, {}))
    assert "nua-voi.Hoi: interface" in closed_world.missing_in_declaration(undescribed)
    assert list(closed_world.missing_in_openapi(HALF)) == [
        "nua-voi.Hoi: OpenAPI",
        "nua-voi.Hoi: postman",
        "nua-voi.Hoi: bruno",
    ]


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (replace(HALF, name="btxh"), "btxh"),
        (replace(HALF, operations=(replace(HALF.operations[0], name="btxh.DongBoDVC"),)), "btxh.DongBoDVC"),
        (replace(HALF, operations=(replace(HALF.operations[0], name="ndxp.token"),)), "ndxp.token"),
        (replace(HALF, operations=(replace(HALF.operations[0], name="khong cham"),)), "khong cham"),
        (replace(HALF, operations=(replace(HALF.operations[0], within="nua-voi.Khong"),)), "nua-voi.Khong"),
        (replace(HALF, place=Api("X", "apiBTXH", "1.0"), operations=(replace(HALF.operations[0], path="/XuLyHoSo"),)),
         "POST /apiBTXH/1.0/XuLyHoSo"),
    ],
    ids=["name", "operation", "gateway", "no-name", "within", "address"],
)  # fmt: skip
def test_services_that_cannot_stand_side_by_side_are_refused_by_name(other: Service, says: str) -> None:
    with pytest.raises(registry.ServiceTrouble, match=r"nua-voi|btxh") as trouble:
        registry.check((BTXH, other))
    assert says in str(trouble.value)
