"""The examples of the document as requests that can be sent one after the other: what collections are made of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

Pairs = tuple[tuple[str, str], ...]
_VERBS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request. ``path`` is encoded; ``text`` is a JSON body, ``form`` the fields of a form.

    ``status`` is the one expected; ``keeps`` says which member of the answer goes into which variable.
    """

    folder: str
    name: str
    verb: str
    path: str
    query: Pairs
    auth: str
    text: str | None
    form: Pairs
    status: int
    keeps: Mapping[str, str]


def folders(document: Mapping[str, Any]) -> dict[str, list[Sent]]:
    """Return all requests by folder, in an order in which each finds what it needs."""
    found: dict[str, list[Sent]] = {}
    for path, verb, operation in _operations(document):
        for sent in _requests(path, verb, operation):
            found.setdefault(sent.folder, []).append(sent)
    return found


def _operations(document: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    rows = [(path, verb, item[verb]) for path, item in document["paths"].items() for verb in _VERBS if verb in item]
    return sorted(rows, key=lambda row: row[2]["x-turn"])


def _requests(path: str, verb: str, operation: Mapping[str, Any]) -> Iterator[Sent]:
    bodies = operation.get("requestBody", {}).get("content", {})
    shown = [(media, each) for media, body in bodies.items() for each in body.get("examples", {}).values()]
    for media, example in shown or [("", {})]:
        value, is_form = example.get("value"), "urlencoded" in media
        title = operation["summary"] if len(shown) < 2 else f"{operation['summary']}: {example['summary']}"
        yield Sent(
            folder=operation.get("x-folder", operation["tags"][0]),
            name=title,
            verb=verb.upper(),
            path=_path(path, operation),
            query=tuple(
                (each["name"], str(each["example"])) for each in _parameters(operation, "query") if "example" in each
            ),
            auth=next((name for scheme in operation["security"] for name in scheme), ""),
            text=None if value is None or is_form else json.dumps(value, ensure_ascii=False, indent=2),
            form=tuple(value.items()) if is_form else (),
            status=int(example.get("x-status", operation["x-status"])),
            keeps={} if "x-status" in example else operation.get("x-keeps", {}),
        )


def _parameters(operation: Mapping[str, Any], place: str) -> Iterator[Mapping[str, Any]]:
    return (each for each in operation.get("parameters", ()) if each["in"] == place)


def _path(path: str, operation: Mapping[str, Any]) -> str:
    for each in _parameters(operation, "path"):
        path = path.replace(f"{{{each['name']}}}", quote(each["example"], safe=":{}"))
    return path
