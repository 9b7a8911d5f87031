"""A Bruno collection of the document's examples: a folder of text files that git can compare."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.openapi.example_requests import Pairs, Sent, folders

ENVIRONMENT = "may-nay"
_MODES = {"text": "json", "form": "formUrlEncoded"}


def files(document: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str]:
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
            written[f"{place}/{turn:03d}-{slug(sent.name)[:60].rstrip('-')}.bru"] = _request(sent, turn)
    return written


def slug(text: str) -> str:
    """Return a file name without marks, spaces and what file systems dislike."""
    base = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[^a-z0-9]+", "-", base.encode("ascii", "ignore").decode().lower()).strip("-")


def _request(sent: Sent, turn: int) -> str:
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
