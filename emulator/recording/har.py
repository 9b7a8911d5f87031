"""A journal as HAR 1.2, for the tools people look at HTTP with. Secrets were masked before they come here."""

from __future__ import annotations

import base64
import binascii
import codecs
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from emulator.kernel.clock import to_ms
from emulator.kernel.exchange import Headers
from emulator.recording.cleaning import Heard, Raw

if TYPE_CHECKING:
    from emulator.journal.entry import EntryRequest, EntryResponse, JournalEntry

_FORM_TYPE = "x-www-form-urlencoded"
_REDIRECTS = range(300, 400)


def har_of(entries: Iterable[JournalEntry], version: str) -> dict[str, Any]:
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


def _entry(entry: JournalEntry) -> dict[str, Any]:
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


def _request(asked: EntryRequest) -> dict[str, Any]:
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


def _post_data(asked: EntryRequest, mime_type: str) -> dict[str, Any]:
    if "bodyAsBase64" in asked:  # HAR 1.2 has no coding for what is sent; a field of our own says it
        return {"mimeType": mime_type, "text": asked["bodyAsBase64"], "_encoding": "base64"}
    told: dict[str, Any] = {"mimeType": mime_type, "text": asked["body"]}
    if _FORM_TYPE in mime_type:
        told["params"] = _pairs(asked["body"])
    return told


def _response(answered: EntryResponse) -> dict[str, Any]:
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


# Reading HAR files, as browsers and proxies really write them, into exchanges that still have to be cleaned.
#
# Taken as they come: a byte order mark, UTF-16, fields that begin with ``_``, HTTP/2 pseudo headers, headers without a
# value, bodies in Base64 or not there at all, forms given as ``params`` only, status 0 for a call that was cut off.

_CODED = {"content-encoding", "transfer-encoding"}


class NoHar(ValueError):
    """A file is no HAR; ``vi`` and ``en`` say why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} / {en}")
        self.vi, self.en = vi, en


class Passed(NamedTuple):
    """An entry that is no call of the platform, or cannot be read; ``place`` counts from 0."""

    place: int
    vi: str
    en: str


def read_har(content: bytes, base_url: str = "") -> tuple[list[Heard], list[Passed]]:
    """Return the exchanges of a HAR file by time; with ``base_url``, only those of that address.

    Raises:
        NoHar: it is no JSON, or has no list of entries.
    """
    heard, passed = list[Heard](), list[Passed]()
    for place, entry in enumerate(_entries(content)):
        try:
            found = _read_exchange(place, entry, base_url.rstrip("/"))
        except (KeyError, TypeError, ValueError, AttributeError) as trouble:
            # The kind of trouble alone: its text may hold what the entry says.
            kind = type(trouble).__name__
            passed.append(Passed(place, f"không đọc được ({kind})", f"cannot be read ({kind})"))
            continue
        if isinstance(found, Heard):
            heard.append(found)
        else:
            passed.append(Passed(place, *found))
    heard.sort(key=lambda each: (each.at_ms, each.number))
    return [replace(each, number=number) for number, each in enumerate(heard, 1)], passed


def _entries(content: bytes) -> list[Any]:
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        document = json.loads(content.decode("utf-16" if is_wide else "utf-8-sig"))
    except UnicodeDecodeError:
        raise NoHar("không phải UTF-8", "not UTF-8") from None
    except (ValueError, RecursionError):
        raise NoHar("không phải JSON", "not JSON") from None
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise NoHar("không có log.entries: đây không phải tệp HAR", "there is no log.entries: this is no HAR file")
    return entries


def _read_exchange(place: int, entry: Mapping[str, Any], base_url: str) -> Heard | tuple[str, str]:
    asked, answered = entry["request"], entry.get("response") or {}
    url = str(asked["url"]).partition("#")[0]
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return "không phải http(s)", "not http(s)"
    if base_url and not (url == base_url or url.startswith((f"{base_url}/", f"{base_url}?"))):
        return "không thuộc địa chỉ đã chọn", "not of the chosen address"
    host = parts.netloc.rpartition("@")[2]
    target = url[len(base_url) :] if base_url else url.partition("://")[2].partition("/")[2]
    target = target if target.startswith("/") else f"/{target}"
    status = int(answered.get("status") or 0)
    return Heard(
        number=place + 1,
        at_ms=_instant(entry.get("startedDateTime")),
        method=str(asked.get("method") or "GET").upper(),
        target=target,
        request=_read_request(asked),
        status=status or None,
        response=_read_response(answered),
        took_ms=max(0, round(float(entry.get("time") or 0))),
        trouble=None if status else "broken",
        origin=f"{parts.scheme}://{host}",
    )


def _instant(text: Any) -> int:
    try:
        return to_ms(datetime.fromisoformat(str(text).replace("Z", "+00:00")))
    except ValueError:
        return 0


def _read_headers(given: Any) -> Headers:
    pairs = ((str(each.get("name") or ""), str(each.get("value") or "")) for each in given or ())
    return tuple(
        (name, value) for name, value in pairs if name and not name.startswith(":") and name.lower() not in _CODED
    )


def _read_request(asked: Mapping[str, Any]) -> Raw:
    headers, data = _read_headers(asked.get("headers")), asked.get("postData") or {}
    size = max(0, int(asked.get("bodySize") or 0))
    mime_type = str(data.get("mimeType") or "")
    if mime_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", mime_type))
    text, params = data.get("text"), data.get("params")
    if not text and params and "multipart" not in mime_type:
        text = urlencode(list(_params(params)))
    if text:
        return _raw(headers, str(text), str(data.get("_encoding") or data.get("encoding") or ""), size)
    return Raw(headers, b"" if not (size or params) else None, size, None if not (size or params) else "missing")


def _params(params: Any) -> Iterator[tuple[str, str]]:
    for each in params:
        yield str(each["name"]), str(each.get("value") or "")


def _read_response(answered: Mapping[str, Any]) -> Raw:
    headers, content = _read_headers(answered.get("headers")), answered.get("content") or {}
    size = max(0, int(content.get("size") or 0))
    mime_type = str(content.get("mimeType") or "")
    if mime_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", mime_type))
    if content.get("text"):
        return _raw(headers, str(content["text"]), str(content.get("encoding") or ""), size)
    return Raw(headers, None if size else b"", size, "missing" if size else None)


def _raw(headers: Headers, text: str, encoding: str, size: int) -> Raw:
    if encoding.lower() != "base64":
        return Raw(headers, text, size or len(text.encode()))
    try:
        body = base64.b64decode(text)
    except binascii.Error:
        return Raw(headers, None, size, "binary")
    return Raw(headers, body, size or len(body))
