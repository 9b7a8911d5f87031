"""A reader of the document: sends what it shows, and judges answers by what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema_rs
from werkzeug.test import TestResponse

from tests.conftest import Visitor

VERBS = ("get", "put", "post", "delete", "patch", "head", "options")
VARIABLE = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class Request:
    """One request as the document shows it; ``status`` and ``answer`` are what it promises."""

    operation: dict[str, Any]
    verb: str
    path: str
    name: str
    media: str
    value: Any
    status: str

    @property
    def answer(self) -> Any:
        content = self.operation["responses"][self.status].get("content", {})
        for media in content.values():
            if self.name in media.get("examples", {}):
                return media["examples"][self.name]["value"]
        return None


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (path, verb, operation), in the order in which they are sent."""
    found = [(path, verb, item[verb]) for path, item in document["paths"].items() for verb in VERBS if verb in item]
    return sorted(found, key=lambda each: each[2]["x-turn"])


def requests(document: dict[str, Any]) -> Iterator[Request]:
    for path, verb, operation in operations(document):
        body = operation.get("requestBody", {}).get("content", {})
        shown = [(media, *each) for media, told in body.items() for each in told.get("examples", {}).items()]
        for media, name, example in shown or [("", "", {})]:
            status = example.get("x-status", operation["x-status"])
            yield Request(operation, verb, path, name, media, example.get("value"), status)


def target(request: Request) -> str:
    """Return path and query with the examples of the parameters."""
    path, asked = request.path, []
    for each in request.operation.get("parameters", ()):
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", quote(str(each["example"]), safe="{}"))
        elif each["in"] == "query" and "example" in each:
            asked.append((each["name"], each["example"]))
    return f"{path}?{urlencode(asked)}" if asked else path


@dataclass
class Reader:
    visitor: Visitor
    document: dict[str, Any]
    variables: dict[str, str] = field(default_factory=dict)

    def send(self, request: Request) -> TestResponse:
        headers = {}
        for scheme in (name for each in request.operation["security"] for name in each):
            headers |= self.credential(scheme)
        given: dict[str, Any] = {}
        if request.value is not None:
            value = json.loads(self.filled(json.dumps(request.value)))
            given = {"data": value} if "urlencoded" in request.media else {"json": value}
        reply = self.visitor.http.open(
            self.filled(target(request)), method=request.verb.upper(), headers=headers, **given
        )
        for variable, member in request.operation.get("x-keeps", {}).items():
            if reply.is_json and member in reply.json:
                self.variables[variable] = reply.json[member]
        return reply

    def filled(self, text: str) -> str:
        return VARIABLE.sub(lambda found: json.dumps(self.variables[found[1]])[1:-1], text)

    def credential(self, scheme: str) -> dict[str, str]:
        match scheme:
            case "key_pair":
                return self.visitor.basic()
            case "access_token":
                return {"Authorization": f"Bearer {self.variables['access_token']}"}
            case "papers_token":
                return {"Authorization": self.variables["papers_token"]}
            case _:
                return {}

    def trouble(self, operation: dict[str, Any], reply: TestResponse) -> str:
        """Return what an answer has that the document does not say; empty when there is nothing."""
        told = operation["responses"].get(str(reply.status_code))
        if told is None:
            return f"status {reply.status_code} is not documented: {reply.data[:300]!r}"
        content = told.get("content")
        if content is None:
            return f"a body where none is documented: {reply.data[:300]!r}" if reply.data else ""
        media = reply.mimetype if reply.mimetype in content else "*/*"
        if media not in content:
            return f"{reply.mimetype} is not documented for {reply.status_code}"
        if not media.endswith("json"):
            return ""
        schema = {**content[media]["schema"], "components": self.document["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema)
        return "; ".join(f"{each.instance_path}: {each.message}" for each in validator.iter_errors(reply.json))[:600]
