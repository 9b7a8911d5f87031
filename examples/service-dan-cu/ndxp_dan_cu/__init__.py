"""A made-up population look-up on the NDXP gateway: a service that a package of its own brings to ndxp-emulator."""

from __future__ import annotations

import csv
import json
from functools import cache
from importlib.resources import files
from typing import Any

from emulator.country.world import World
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.interface import Interface, interface_of, read_interface
from emulator.services.service import COMMON_MISTAKES, MISSING, Api, Ask, Both, Caller, Operation, Service, wrong_fields

NOT_JSON, MISSING_FIELD, NOBODY, OTHER_NAME = -1, -2, -3, -4


@cache
def people() -> dict[str, dict[str, str]]:
    """Return the people there are, by their number. None of them exists: the numbers begin with 999."""
    text = files(__name__).joinpath("people.csv").read_text(encoding="utf-8")
    return {row["SoDinhDanh"]: row for row in csv.DictReader(text.splitlines())}


def look_up(call: Call, _world: World) -> Reply:
    """``TraCuu``: return a person whose number and name belong together; raises ServiceRefusal."""
    asked = _read(call.body)
    person = people().get(asked["SoDinhDanh"])
    if person is None:
        raise ServiceRefusal(NOBODY, f"Không có số định danh {asked['SoDinhDanh']}")
    if person["HoVaTen"].casefold() != asked["HoVaTen"].strip().casefold():
        raise ServiceRefusal(OTHER_NAME, "Họ tên không khớp số định danh")
    return _reply({"error_code": 0, "message": "Thành công", "data": person})


def word_refusal(refusal: ServiceRefusal, _world: World) -> Reply:
    """Put a refusal into the service's own envelope."""
    return _reply({"error_code": refusal.code, "message": refusal.message, "data": None})


def _read(body: bytes) -> dict[str, str]:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise ServiceRefusal(NOT_JSON, "Thân yêu cầu phải là một đối tượng JSON")
    for name in ("SoDinhDanh", "HoVaTen"):
        if not isinstance(asked.get(name), str):
            raise ServiceRefusal(MISSING_FIELD, f"Thiếu trường bắt buộc {name}")
    return asked


def _reply(content: dict[str, Any]) -> Reply:
    body = json.dumps(content, ensure_ascii=False).encode()
    return Reply(200, body, (("Content-Type", "application/json; charset=utf-8"),))


def ask_person(caller: Caller) -> Ask:
    """Return the right call that ``ndxp-emulator call dan-cu.TraCuu`` makes."""
    return caller.ask("dan-cu.TraCuu", {"SoDinhDanh": "999185000012", "HoVaTen": "Nguyễn Thị Không Có Thật"})


def describe() -> Interface:
    """Return shapes and examples for OpenAPI and the collections."""
    return interface_of(read_interface(__name__))


SERVICE = Service(
    name="dan-cu",
    title=Both("Tra cứu dân cư (mẫu)", "Population look-up (example)"),
    document="ours",
    place=Api("DanCu", "apiDanCu", "1.0"),
    operations=(
        Operation(
            name="dan-cu.TraCuu",
            clause="ours",
            title=Both("Tra cứu một người theo số và họ tên", "Look a person up by number and name"),
            path="/TraCuu",
            answer=look_up,
            sample=ask_person,
            mistakes=(
                wrong_fields("missing-field", COMMON_MISTAKES["missing-field"], {"HoVaTen": MISSING}),
                wrong_fields("nobody", Both("Số không ai có", "A number nobody has"), {"SoDinhDanh": "999000000000"}),
                wrong_fields("other-name", Both("Tên người khác", "Another's name"), {"HoVaTen": "Trần Không Ai"}),
            ),
        ),
    ),
    interface=describe,
    word=word_refusal,
)
