"""A Postman collection (v2.1) of the document's examples."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from emulator.kernel.values import value_class

if TYPE_CHECKING:
    from emulator.kernel.exchange import JsonObject

# The examples of the document as requests that can be sent one after the other: what collections are made of.

Pairs = tuple[tuple[str, str], ...]
_VERBS = ("get", "put", "post", "delete", "patch")


@value_class
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


def folders(document: JsonObject) -> dict[str, list[Sent]]:
    """Return all requests by folder, in an order in which each finds what it needs."""
    found: dict[str, list[Sent]] = {}
    for path, verb, operation in _operations(document):
        for sent in _requests(path, verb, operation):
            found.setdefault(sent.folder, []).append(sent)
    return found


def _operations(document: JsonObject) -> list[tuple[str, str, Mapping[str, Any]]]:
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


SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_BASIC = {"username": "{{consumer_key}}", "password": "{{consumer_secret}}"}


def collection(document: JsonObject, values: Mapping[str, str]) -> JsonObject:
    """Return the collection; ``values`` are those of the variables that are known before the first request."""
    info = document["info"]
    names = {**dict.fromkeys(document["x-variables"], ""), **values}
    return {
        "info": {"name": f"{info['title']} {info['version']}", "description": info["description"], "schema": SCHEMA},
        "variable": [{"key": name, "value": value, "type": "string"} for name, value in names.items()],
        "item": [
            {"name": folder, "item": [_item(sent) for sent in requests]}
            for folder, requests in folders(document).items()
        ],
    }


def _item(sent: Sent) -> dict[str, Any]:
    script = {"type": "text/javascript", "exec": _script(sent)}
    return {"name": sent.name, "event": [{"listen": "test", "script": script}], "request": _request(sent)}


def _request(sent: Sent) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in sent.query)
    url: dict[str, Any] = {
        "raw": f"{{{{base_url}}}}{sent.path}" + (f"?{query}" if query else ""),
        "host": ["{{base_url}}"],
        "path": sent.path.removeprefix("/").split("/"),
    }
    if sent.query:
        url["query"] = _pairs(sent.query)
    request: dict[str, Any] = {"method": sent.verb, "header": _headers(sent), "url": url, "auth": _auth(sent)}
    if sent.text is not None:
        request["body"] = {"mode": "raw", "raw": sent.text, "options": {"raw": {"language": "json"}}}
    elif sent.form:
        request["body"] = {"mode": "urlencoded", "urlencoded": _pairs(sent.form)}
    return request


def _pairs(pairs: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"key": name, "value": value} for name, value in pairs]


def _headers(sent: Sent) -> list[dict[str, str]]:
    told = {"papers_token": ("Authorization", "{{papers_token}}"), "admin_token": ("X-Admin-Token", "{{admin_token}}")}
    pairs = [told[sent.auth]] if sent.auth in told else []
    if sent.text is not None:
        pairs.append(("Content-Type", "application/json"))
    return _pairs(tuple(pairs))


def _auth(sent: Sent) -> dict[str, Any]:
    if sent.auth == "key_pair":
        return {"type": "basic", "basic": [{"key": k, "value": v, "type": "string"} for k, v in _BASIC.items()]}
    if sent.auth == "access_token":
        return {"type": "bearer", "bearer": [{"key": "token", "value": "{{access_token}}", "type": "string"}]}
    return {"type": "noauth"}


def _script(sent: Sent) -> list[str]:
    lines = [f'pm.test("HTTP {sent.status}", () => pm.response.to.have.status({sent.status}));']
    for variable, member in sent.keeps.items():
        lines += [
            f"const {variable} = pm.response.json().{member};",
            f'if ({variable}) {{ pm.collectionVariables.set("{variable}", {variable}); }}',
        ]
    return lines


# A Bruno collection of the document's examples: a folder of text files that git can compare.

ENVIRONMENT = "may-nay"
_MODES = {"text": "json", "form": "formUrlEncoded"}


def files(document: JsonObject, values: Mapping[str, str]) -> dict[str, str]:
    """Return the text of every file by its path in the collection; ``values`` are those of the known variables."""
    name = f"{document['info']['title']} {document['info']['version']}"
    head = {"version": "1", "name": name, "type": "collection", "ignore": []}
    names = {**dict.fromkeys(document["x-variables"], ""), **values}
    written = {
        "bruno.json": json.dumps(head, ensure_ascii=False, indent=2) + "\n",
        f"environments/{ENVIRONMENT}.bru": _block("vars", tuple(names.items())),
    }
    for number, (folder, requests) in enumerate(folders(document).items(), 1):
        place = f"{number:02d}-{slug(folder)}"
        written[f"{place}/folder.bru"] = _block("meta", (("name", _plain(folder)), ("seq", str(number))))
        for turn, sent in enumerate(requests, 1):
            written[f"{place}/{turn:03d}-{slug(sent.name)[:60].rstrip('-')}.bru"] = _bruno_request(sent, turn)
    return written


def slug(text: str) -> str:
    """Return a file name without marks, spaces and what file systems dislike."""
    base = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[^a-z0-9]+", "-", base.encode("ascii", "ignore").decode().lower()).strip("-")


def _bruno_request(sent: Sent, turn: int) -> str:
    return "\n".join(_blocks(sent, turn))


def _blocks(sent: Sent, turn: int) -> Iterator[str]:
    auth = {"key_pair": "basic", "access_token": "bearer"}.get(sent.auth, "none")
    mode = _MODES["text"] if sent.text is not None else _MODES["form"] if sent.form else "none"
    query = "&".join(f"{name}={value}" for name, value in sent.query)
    address = f"{{{{base_url}}}}{sent.path}" + (f"?{query}" if query else "")
    yield _block("meta", (("name", _plain(sent.name)), ("type", "http"), ("seq", str(turn))))
    yield _block(sent.verb.lower(), (("url", address), ("body", mode), ("auth", auth)))
    if sent.query:
        yield _block("params:query", sent.query)
    if sent.auth in ("papers_token", "admin_token"):
        header = "Authorization" if sent.auth == "papers_token" else "X-Admin-Token"
        yield _block("headers", ((header, f"{{{{{sent.auth}}}}}"),))
    if auth == "basic":
        yield _block("auth:basic", (("username", "{{consumer_key}}"), ("password", "{{consumer_secret}}")))
    if auth == "bearer":
        yield _block("auth:bearer", (("token", "{{access_token}}"),))
    if sent.text is not None:
        yield _text_block("body:json", sent.text)
    if sent.form:
        yield _block("body:form-urlencoded", sent.form)
    if sent.keeps:
        kept = tuple((name, f"res.body.{member}") for name, member in sent.keeps.items())
        yield _block("vars:post-response", kept)
    yield _block("assert", (("res.status", f"eq {sent.status}"),))


def _block(name: str, pairs: Pairs) -> str:
    return f"{name} {{\n" + "".join(f"  {key}: {value}\n" for key, value in pairs) + "}\n"


def _text_block(name: str, text: str) -> str:
    return f"{name} {{\n" + "".join(f"  {line}\n" for line in text.splitlines()) + "}\n"


def _plain(name: str) -> str:
    return re.sub(r'[{}"<>|?*\\]', "", name).replace("/", "·")
