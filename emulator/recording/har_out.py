"""A journal as HAR 1.2, for the tools people look at HTTP with. Secrets were masked before they come here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_FORM_TYPE = "x-www-form-urlencoded"
_REDIRECTS = range(300, 400)
Entry = Mapping[str, Any]


def har_of(entries: Iterable[Entry], version: str) -> dict[str, Any]:
    """Return a HAR document of journal entries (``journal.entry.as_entry``), in the order they come."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "ndxp-emulator", "version": version},
            "pages": [],
            "entries": [_entry(each) for each in entries],
        }
    }


def as_text(document: Mapping[str, Any]) -> str:
    """Return a HAR file's text."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _entry(entry: Entry) -> dict[str, Any]:
    total = int(entry["timing"]["totalTime"])
    return {
        "startedDateTime": entry["request"]["loggedDateString"],
        "time": total,
        "request": _request(entry["request"]),
        "response": _response(entry["response"]),
        "cache": {},
        "timings": {"send": 0, "wait": total, "receive": 0},
        "comment": " ".join(filter(None, (entry["operation"], entry["outcome"]))),
        "_id": entry["id"],
        "_remarks": entry["remarks"],
    }


def _request(asked: Entry) -> dict[str, Any]:
    url = _whole(str(asked["absoluteUrl"]))
    headers = _headers(asked["headers"])
    document = {
        "method": asked["method"],
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "queryString": _pairs(urlsplit(url).query),
        "headersSize": -1,
        "bodySize": asked["bodySize"],
    }
    if asked.get("body") or asked.get("bodyAsBase64"):
        document["postData"] = _post_data(asked, _value(headers, "content-type"))
    return document


def _whole(url: str) -> str:
    """Return an address with a host: a call over HTTP/1.0 names none."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://localhost{rest}" if rest.startswith("/") else url


def _post_data(asked: Entry, mime_type: str) -> dict[str, Any]:
    if "bodyAsBase64" in asked:  # HAR 1.2 has no coding for what is sent; a field of our own says it
        return {"mimeType": mime_type, "text": asked["bodyAsBase64"], "_encoding": "base64"}
    told: dict[str, Any] = {"mimeType": mime_type, "text": asked["body"]}
    if _FORM_TYPE in mime_type:
        told["params"] = _pairs(asked["body"])
    return told


def _response(answered: Entry) -> dict[str, Any]:
    headers, status = _headers(answered["headers"]), int(answered["status"])
    content: dict[str, Any] = {"size": answered["bytesSent"], "mimeType": _value(headers, "content-type")}
    if "bodyAsBase64" in answered:
        content |= {"text": answered["bodyAsBase64"], "encoding": "base64"}
    elif "body" in answered:
        content["text"] = answered["body"]
    else:
        content["comment"] = f"not kept, {answered['bodySha256']}"
    return {
        "status": status,
        "statusText": _phrase(status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "content": content,
        "redirectURL": _value(headers, "location") if status in _REDIRECTS else "",
        "headersSize": -1,
        "bodySize": answered["bytesSent"],
    }


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in {each.value for each in HTTPStatus} else ""


def _headers(headers: Mapping[str, str | list[str]]) -> list[dict[str, str]]:
    return [
        {"name": name, "value": value}
        for name, values in headers.items()
        for value in (values if isinstance(values, list) else [values])
    ]


def _pairs(query: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in parse_qsl(query, keep_blank_values=True)]


def _value(headers: list[dict[str, str]], name: str) -> str:
    return next((each["value"] for each in headers if each["name"].lower() == name), "")
