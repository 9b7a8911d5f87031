"""The document as generators of clients need it: no anonymous objects, plain tags, plain nullables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]
_REF = "#/components/schemas/"
_LITERAL = frozenset({"enum", "const", "default", "example", "examples", "required"})
_SHARED = {frozenset({"vi", "en"}): "Both"}
"""Names for shapes that stand in many places and belong to none."""


def make_generatable(document: Json) -> Json:
    """Return the document with the same meaning: every object has a name, every tag is one plain word."""
    schemas: Json = document["components"]["schemas"]
    names = _Names(schemas)
    for name in list(schemas):
        schemas[name] = names.inside(_plain(schemas[name]), name)
    for operation in _operations(document):
        base = _words(operation["operationId"])
        for place, holder in _contents(operation):
            holder["schema"] = names.name_objects(_plain(holder["schema"]), base + place)
        operation["tags"] = [tag_of(each) for each in operation["tags"]]
    document["tags"] = [{"name": tag_of(each["name"]), "description": each["name"]} for each in document["tags"]]
    schemas |= names.made
    return document


def tag_of(title: str) -> str:
    """Return ``vdxp-downloads`` of ``VDXP: tải tệp / downloads``: what a module or a class may be called."""
    area, colon, rest = title.partition(":")
    english = (rest if colon else area).rpartition("/")[2]
    text = f"{area}-{english}" if colon else english
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _operations(document: Json) -> Iterator[Json]:
    for path in document["paths"].values():
        yield from (each for verb, each in path.items() if verb != "parameters" and "operationId" in each)


def _contents(operation: Json) -> Iterator[tuple[str, Json]]:
    """Yield everything of an operation that holds a schema, with a word for its place."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if "schema" in media:
            yield "Body", media
    for status, reply in operation["responses"].items():
        for media in reply.get("content", {}).values():
            if "schema" in media:
                yield f"Reply{status}", media


def _plain(schema: Any) -> Any:
    """Return a schema whose nullable simple types are one list of types, as every generator reads them."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {word: value if word in _LITERAL else _plain(value) for word, value in schema.items()}
    choices = found.get("anyOf")
    if isinstance(choices, list) and len(choices) == 2 and choices[1] == {"type": "null"}:
        simple = choices[0]
        if isinstance(simple.get("type"), str) and "properties" not in simple:
            enum = {"enum": [*simple["enum"], None]} if "enum" in simple else {}
            return {
                **{k: v for k, v in found.items() if k != "anyOf"},
                **simple,
                **enum,
                "type": [simple["type"], "null"],
            }
    if found.get("pattern") == "/":
        found["pattern"] = "^/.*"
    return found


class _Names:
    """Gives every anonymous object a name of its own; the same object in two places has one name."""

    def __init__(self, taken: Mapping[str, Any]) -> None:
        self._taken = set(taken)
        self._by_content: dict[str, str] = {}
        self.made: Json = {}

    def name_objects(self, schema: Any, place: str) -> Any:
        """Return a reference to the object, or the schema with the objects inside it named."""
        if isinstance(schema, list):
            return [self.name_objects(each, place) for each in schema]
        if not isinstance(schema, dict):
            return schema
        if "properties" not in schema:
            return self.inside(schema, place)
        content = json.dumps(schema, sort_keys=True)
        name = self._by_content.get(content)
        if name is None:
            name = self._free(_SHARED.get(frozenset(schema["properties"]), place))
            self._by_content[content] = name
            self.made[name] = self.inside(schema, name)
        if "null" in schema.get("type", ()):
            return {"anyOf": [{"$ref": _REF + name}, {"type": "null"}]}
        return {"$ref": _REF + name}

    def inside(self, schema: Json, place: str) -> Json:
        """Return a schema that keeps its own place, with every object inside it named."""
        found: Json = {}
        for word, value in schema.items():
            if word == "properties":
                found[word] = {key: self.name_objects(each, place + _words(key)) for key, each in value.items()}
            elif word in ("items", "additionalProperties", "not"):
                found[word] = self.name_objects(value, f"{place}{'Item' if word == 'items' else 'Value'}")
            elif word in ("anyOf", "oneOf", "allOf"):
                found[word] = [self.name_objects(each, f"{place}{number or ''}") for number, each in enumerate(value)]
            else:
                found[word] = value
        return found

    def _free(self, wish: str) -> str:
        name, number = wish, 2
        while name in self._taken:
            name, number = f"{wish}{number}", number + 1
        self._taken.add(name)
        return name


def _words(text: str) -> str:
    """Return ``AdminGetClock`` of ``admin.get.clock``."""
    return "".join(each[:1].upper() + each[1:] for each in re.split(r"[^A-Za-z0-9]+", text) if each)
