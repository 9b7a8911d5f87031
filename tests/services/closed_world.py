"""What a declared service must be everywhere: each question returns the names of what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from emulator.cli.admin_client import AdminClient, HttpAnswer
from emulator.openapi import collections
from emulator.openapi.document import document
from emulator.scenario.operations import has_error_code, staged_names
from emulator.services.client_view import ClientView, asks, mistakes_of, put_together
from emulator.services.registry import Declared, is_address_only, operations
from emulator.services.service import Api, AxisAddress, Service, Site

SAID = "Hệ thống đang bận, vui lòng thử lại sau"
"""The sentence of the fault ``service-refused``."""
PASSES_ON = {"dvcqg.province": "dvcqg.mapi.LayDanhMucCoQuan", "dvcqg.province-push": "dvcqg.mapi.DongBoHoSoMC"}
"""What is written down under the name of the service it turns out to ask for."""


def callable_names() -> list[str]:
    """Return every declared operation that is more than an address."""
    return [name for name, each in operations().items() if not is_address_only(each)]


def missing_in_declaration(service: Service) -> Iterator[str]:
    """Yield what a declaration leaves out, by name."""
    for operation in service.operations:
        if is_address_only(Declared(service, operation)):
            continue
        if operation.sample is None:
            yield f"{operation.name}: sample"
        if not operation.clause:
            yield f"{operation.name}: clause"
        if not all(operation.title):
            yield f"{operation.name}: title"
    described = service.interface().operations
    for operation in service.operations:
        if operation.within or isinstance(service.place_of(operation), Site):
            continue
        said = described.get(operation.name)
        if said is None:
            yield f"{operation.name}: interface"
        elif operation.method == "POST" and not said.examples:
            yield f"{operation.name}: example"


def missing_in_openapi(service: Service) -> Iterator[str]:
    """Yield the operations whose address is not in the document or not in a collection."""
    whole = document()
    paths = set(whole["paths"])
    written = {
        "postman": json.dumps(collections.collection(whole, {}), ensure_ascii=False),
        "bruno": json.dumps(collections.files(whole, {}), ensure_ascii=False),
    }
    for operation in service.operations:
        address = _address(service, operation.path, service.place_of(operation))
        if not any(path.startswith(address) for path in paths):
            yield f"{operation.name}: OpenAPI"
        for name, text in written.items():
            if operation.path not in text:
                yield f"{operation.name}: {name}"
        if operation.within and operation.name.rpartition(".")[2] not in written["postman"]:
            yield f"{operation.name}: postman"


def _address(service: Service, path: str, place: object) -> str:
    if isinstance(place, Api):
        return place.base_path + path
    return f"/{{adapter}}/RestService/forward{path}" if isinstance(place, AxisAddress) else path


class Walk:
    """One sandbox of a running server, walked operation by operation."""

    def __init__(self, base_url: str, sandbox: str) -> None:
        self.client = AdminClient(base_url, sandbox=sandbox)

    def _settle(self, name: str) -> None:
        self.client.ask("PATCH", "/settings", dict(operations()[name].operation.needs))

    def call(self, name: str, wrong: str | None = None) -> tuple[HttpAnswer, dict[str, Any]]:
        """Make a call as ``call`` does; return the answer and its journal entry."""
        self._settle(name)
        view = ClientView(self.client)
        answer = view.send(put_together(name, wrong, view))
        return answer, self.client.get("/requests", limit=1)["requests"][0]

    def missing(self, name: str) -> Iterator[str]:
        """Yield what an operation cannot do, by name."""
        if name not in asks():
            yield f"{name}: call"
            return
        if name not in staged_names():
            yield f"{name}: scenario"
            return
        yield from self._missing_in_call(name)
        yield from self._missing_in_faults(name)
        found = self.client.ask("POST", "/verify", {"operation": PASSES_ON.get(name, name), "at_least": 1})
        if not found["verified"]:
            yield f"{name}: verify"

    def _missing_in_call(self, name: str) -> Iterator[str]:
        answer, entry = self.call(name)
        if (entry["operation"], entry["outcome"]) != (PASSES_ON.get(name, name), "answered") or answer.status >= 400:
            yield f"{name}: call {answer.status} {entry['operation']} {entry['outcome']} {answer.body[:200]!r}"
        if not mistakes_of(name):
            yield f"{name}: --wrong"
        for wrong in mistakes_of(name):
            spoilt, entry = self.call(name, wrong)
            if entry["outcome"] == "answered" and spoilt.status < 400 and not entry["remarks"]:
                yield f"{name}: --wrong {wrong} was answered"
            if entry["outcome"] == "error":
                yield f"{name}: --wrong {wrong} is a fault of the emulator"

    def _missing_in_faults(self, name: str) -> Iterator[str]:
        target = PASSES_ON.get(name, name)
        self.client.ask("PUT", "/faults", {"faults": [{"fault": "html-login-page", "on": target, "times": 1}]})
        answer, entry = self.call(name)
        if b"<html" not in answer.body.lower() or not entry["faults"]:
            yield f"{name}: fault {answer.status} {answer.body[:80]!r}"
        self.client.ask("DELETE", "/faults")
        if not has_error_code(name):
            return
        wish = {"fault": "service-refused", "on": name, "times": 1, "params": {"error_code": -7}}
        self.client.ask("PUT", "/faults", {"faults": [wish]})
        answer, entry = self.call(name)
        self.client.ask("DELETE", "/faults")
        is_worded = SAID in answer.body.decode() and "-7" in answer.body.decode() and answer.status == 200
        if not is_worded or entry["outcome"] != "refused" or entry["response"]["status"] != 200:
            yield f"{name}: refusal {answer.status} {answer.body[:120]!r}"
