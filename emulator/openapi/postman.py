"""A Postman collection (v2.1) of the document's examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.openapi.example_requests import Sent, folders

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_BASIC = {"username": "{{consumer_key}}", "password": "{{consumer_secret}}"}


def collection(document: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
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
