"""Bodies, queries and paths made from the document find no answer that it does not describe, and no fault of ours.

A 5xx that the platforms document (X-Road's 500, the gateway's 500 and 503) is an answer; the emulator's own fault is
told by the journal's outcome ``error``, and by the admin API's ``emulator-fault``, which is documented nowhere.
``NDXP_FUZZ_EXAMPLES`` makes the run longer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.openapi.reader import Reader, operations, requests
from tests.properties.strangers import IS_FIXED

EXAMPLES = int(os.environ.get("NDXP_FUZZ_EXAMPLES", "2"))
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
ITSELF = ("/__admin/openapi.json", "get")  # schemathesis leaves out the address it was told to load
SCOPE = "/__admin/sandboxes/{sandbox}/"
MOST = {"within_ms": 0, "count": 2, "applications_per_day": 2}
"""Wishes that are granted and only cost time."""
FAMILIES: dict[str, Callable[[str], bool]] = {
    "services": lambda path: not path.startswith("/__admin"),
    "admin": lambda path: path.startswith("/__admin") and not path.startswith(SCOPE),
    "any sandbox": lambda path: path.startswith(SCOPE),
}


def bounded(value: Any) -> Any:
    """Return a body that asks for nothing that only takes long."""
    if not isinstance(value, dict):
        return value
    return {
        name: min(each, MOST[name]) if name in MOST and isinstance(each, int) else bounded(each)
        for name, each in value.items()
    }


class Stranger:
    """Sends what schemathesis makes of an operation; often where something is found, and as somebody who is let in."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.wrong = reader, dict[str, str]()
        for request in requests(reader.document):
            if "x-keeps" in request.operation:
                reader.send(request)
        reader.visitor.http.post("/__admin/sandboxes", json={"id": "vi-du"})

    def ask(self, operation: APIOperation[Any, Any], mode: GenerationMode, examples: int) -> None:
        told = self.reader.document["paths"][operation.path][operation.method]

        @settings(
            max_examples=examples,
            database=None,
            derandomize=IS_FIXED,
            deadline=None,
            print_blob=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), at_home=st.booleans())
        def run(case: Case, at_home: bool) -> None:
            self.prepare(case, told, at_home)
            self.judge(case)

        run()

    def prepare(self, case: Case, told: dict[str, Any], at_home: bool) -> None:
        for each in told.get("parameters", ()):
            if "example" not in each or not (at_home or each["name"] == "sandbox"):
                continue
            if each["in"] == "path":
                case.path_parameters[each["name"]] = self.reader.filled(each["example"])
            elif each["in"] == "query" and case.query is not None:
                case.query[each["name"]] = each["example"]
        for scheme in (name for each in told["security"] for name in each):
            case.headers.update(self.reader.credential(scheme))
        case.body = bounded(case.body)
        if isinstance(case.body, dict) and at_home and "session" in case.body:
            case.body |= {"session": self.reader.variables["session"], "madonvi": "H26"}

    def judge(self, case: Case) -> None:
        response = case.call()
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            self.wrong[case.operation.label] = told_in_short(group, response)


def told_in_short(group: FailureGroup, response: Any) -> str:
    troubles = "; ".join(f"{each.title}: {each.message.partition(chr(10))[0]}" for each in group.exceptions)
    return f"{response.status_code} {troubles}: {response.content[:300]!r}"


def modes(operation: APIOperation[Any, Any]) -> Iterator[GenerationMode]:
    """Yield the ways to ask: as described; and otherwise, where there is anything but a path to get wrong."""
    yield GenerationMode.POSITIVE
    if operation.body or operation.query or operation.headers:
        yield GenerationMode.NEGATIVE


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_that_the_document_lets_one_send_gets_an_answer_it_does_not_describe(
    reader: Reader, family: str
) -> None:
    stranger = Stranger(reader)
    schema = schemathesis.openapi.from_wsgi("/__admin/openapi.json", reader.visitor.http.application)
    asked = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if FAMILIES[family](operation.path):
            asked.add((operation.path, operation.method))
            for mode in modes(operation):
                stranger.ask(operation, mode, max(1, EXAMPLES // 2) if family == "any sandbox" else EXAMPLES)
    every = {(path, verb) for path, verb, _ in operations(reader.document) if FAMILIES[family](path)}
    assert every - asked - {ITSELF} == set()
    assert not stranger.wrong, "\n".join(f"{label}: {trouble}" for label, trouble in stranger.wrong.items())
    failed = reader.visitor.http.get("/__admin/requests?outcome=error").json
    assert failed["meta"]["total"] == 0, failed["requests"][0]["remarks"]
