"""The collections: what they send, in their order and with their variables, is answered as they expect."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from werkzeug.test import TestResponse

from emulator.cli import main
from tests.conftest import Visitor

BASE = "http://127.0.0.1:9"
VARIABLE = re.compile(r"\{\{(\w+)\}\}")


def run(*words: str) -> Any:
    return CliRunner().invoke(main, ["openapi", *words])


class Tool:
    """What Postman and Bruno do: fill in variables, send, keep what a request says, compare the status."""

    def __init__(self, visitor: Visitor, variables: dict[str, str]) -> None:
        self.visitor, self.variables, self.sent = visitor, variables, 0
        self.wrong: list[str] = []

    def fill(self, text: str) -> str:
        return VARIABLE.sub(lambda found: self.variables[found[1]], text)

    def send(self, name: str, verb: str, url: str, headers: dict[str, str], body: Any, status: int) -> TestResponse:
        reply = self.visitor.http.open(self.fill(url).removeprefix(BASE), method=verb, headers=headers, data=body)
        self.sent += 1
        if reply.status_code != status:
            self.wrong.append(f"{verb} {url} ({name}): {reply.status_code}, not {status}: {reply.data[:200]!r}")
        return reply

    def keep(self, reply: TestResponse, variable: str, member: str) -> None:
        self.variables[variable] = reply.json[member]


def basic(tool: Tool, username: str, password: str) -> dict[str, str]:
    pair = f"{tool.fill(username)}:{tool.fill(password)}"
    return {"Authorization": "Basic " + b64encode(pair.encode()).decode()}


def play_postman(collection: dict[str, Any], tool: Tool) -> None:
    for folder in collection["item"]:
        for item in folder["item"]:
            request, script = item["request"], "\n".join(item["event"][0]["script"]["exec"])
            headers = {each["key"]: tool.fill(each["value"]) for each in request["header"]}
            auth = {each["key"]: each["value"] for each in request["auth"].get(request["auth"]["type"], [])}
            if request["auth"]["type"] == "basic":
                headers |= basic(tool, auth["username"], auth["password"])
            elif request["auth"]["type"] == "bearer":
                headers["Authorization"] = f"Bearer {tool.fill(auth['token'])}"
            body = request.get("body", {"mode": "none"})
            given: Any = None
            if body["mode"] == "raw":
                given = tool.fill(body["raw"]).encode()
            elif body["mode"] == "urlencoded":
                given = {each["key"]: tool.fill(each["value"]) for each in body["urlencoded"]}
            status = int(re.findall(r"have\.status\((\d+)\)", script)[0])
            reply = tool.send(item["name"], request["method"], request["url"]["raw"], headers, given, status)
            for variable, member in re.findall(r"const (\w+) = pm\.response\.json\(\)\.(\w+);", script):
                tool.keep(reply, variable, member)


def variables(collection: dict[str, Any]) -> dict[str, str]:
    return {each["key"]: each["value"] for each in collection["variable"]}


def test_a_postman_collection_runs_from_top_to_bottom_and_once_more(visitor: Visitor) -> None:
    collection = json.loads(run("--format", "postman", "--base-url", BASE).stdout)
    for _ in range(2):
        tool = Tool(visitor, variables(collection))
        play_postman(collection, tool)
        assert not tool.wrong, "\n".join(tool.wrong)
        assert tool.sent > 150


def test_a_postman_collection_has_the_published_structure_and_begins_with_the_token() -> None:
    collection = json.loads(run("--format", "postman").stdout)
    assert collection["info"]["schema"] == "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    first = collection["item"][0]["item"][0]
    assert first["request"]["url"]["raw"] == "{{base_url}}/token"
    for folder in collection["item"]:
        assert folder.keys() == {"name", "item"}
        for item in folder["item"]:
            assert {"name", "event", "request"} == item.keys()
            assert {"method", "header", "url", "auth"} <= item["request"].keys()
            assert item["request"]["url"]["raw"].startswith(item["request"]["url"]["host"][0] + "/")


def blocks(text: str) -> dict[str, str]:
    """Return the blocks of a .bru file."""
    return dict(re.findall(r"^([\w:-]+) \{\n(.*?)^\}$", text, re.DOTALL | re.MULTILINE))


def pairs(block: str) -> dict[str, str]:
    split = (line.strip().partition(":") for line in block.splitlines())
    return {name: value.strip() for name, _, value in split}


def bruno_requests(folder: Path) -> Iterator[dict[str, str]]:
    for path in sorted(folder.glob("*/*.bru")):
        if path.name != "folder.bru" and path.parent.name != "environments":
            yield blocks(path.read_text(encoding="utf-8"))


def play_bruno(folder: Path, tool: Tool) -> None:
    for each in bruno_requests(folder):
        verb = next(name for name in each if name in ("get", "post", "put", "patch", "delete"))
        asked = pairs(each[verb])
        headers = {name: tool.fill(value) for name, value in pairs(each.get("headers", "")).items()}
        if "auth:basic" in each:
            headers |= basic(tool, **pairs(each["auth:basic"]))
        if "auth:bearer" in each:
            headers["Authorization"] = f"Bearer {tool.fill(pairs(each['auth:bearer'])['token'])}"
        given: Any = None
        if asked["body"] == "json":
            given, headers["Content-Type"] = tool.fill(each["body:json"]).encode(), "application/json"
        elif asked["body"] == "formUrlEncoded":
            given = {name: tool.fill(value) for name, value in pairs(each["body:form-urlencoded"]).items()}
        status = int(pairs(each["assert"])["res.status"].removeprefix("eq "))
        reply = tool.send(pairs(each["meta"])["name"], verb.upper(), asked["url"], headers, given, status)
        for variable, place in pairs(each.get("vars:post-response", "")).items():
            tool.keep(reply, variable, place.removeprefix("res.body."))


def test_a_bruno_collection_runs_from_top_to_bottom_on_a_fresh_server(visitor: Visitor, tmp_path: Path) -> None:
    assert run("--format", "bruno", "--base-url", BASE, "--out", str(tmp_path / "b")).exit_code == 0
    assert json.loads((tmp_path / "b" / "bruno.json").read_text(encoding="utf-8"))["type"] == "collection"
    environment = blocks((tmp_path / "b" / "environments" / "may-nay.bru").read_text(encoding="utf-8"))
    tool = Tool(visitor, pairs(environment["vars"]))
    play_bruno(tmp_path / "b", tool)
    assert not tool.wrong, "\n".join(tool.wrong)
    assert tool.sent > 150


def test_the_document_on_stdout_is_the_one_that_is_served(visitor: Visitor) -> None:
    assert json.loads(run().stdout) == visitor.http.get("/__admin/openapi.json").json


def test_the_keys_are_those_of_a_server_with_that_seed(visitor: Visitor) -> None:
    shown = variables(json.loads(run("--format", "postman").stdout))
    sandboxes = visitor.country.sandboxes
    pair = sandboxes.credentials_shown(sandboxes.get("default"))["production"]
    assert (shown["consumer_key"], shown["consumer_secret"]) == (pair["consumer_key"], pair["consumer_secret"])
    other = variables(json.loads(run("--format", "postman", "--seed", "7").stdout))
    assert other["consumer_key"] != shown["consumer_key"]


@pytest.mark.parametrize(
    "words",
    [
        ("--format", "bruno"),
        ("--base-url", "localhost:8080"),
        ("--out", "{there}"),
        ("--format", "bruno", "--out", "{there}"),
        ("--out", "{folder}"),
        ("--out", "{folder}/nowhere/x.json"),
        ("--format", "har"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_left(tmp_path: Path, words: tuple[str, ...]) -> None:
    there = tmp_path / "there.json"
    there.write_text("mine", encoding="utf-8")
    result = run(*(word.format(there=there, folder=tmp_path) for word in words))
    assert result.exit_code == 2
    assert result.stderr
    assert "Traceback" not in result.stderr
    assert [(each.name, each.read_text(encoding="utf-8")) for each in tmp_path.iterdir()] == [("there.json", "mine")]
