"""A session: the file of what was recorded. JSON Lines, one exchange a line, canonical JSON (docs/recording)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from emulator.country.positions import Problem
from emulator.country.privacy import text_problems
from emulator.journal.write import canonical
from emulator.kernel.exchange import Headers
from emulator.kernel.values import value_class

FORMAT = "ndxp-emulator/session/1"
Trouble = Literal["refused", "timeout", "tls", "cut", "broken"]
Omission = Literal["binary", "large", "multipart", "missing"]
"""Why a body is not there: no text, over the limit, a form with files, or not in the HAR file."""


@value_class
class Content:
    """A body: its text, or why there is none. ``size`` is in bytes as sent, before anything was replaced."""

    text: str | None = ""
    size: int = 0
    omitted: Omission | None = None


@value_class
class Said:
    """One side of an exchange: headers in the order they came, secrets masked, and the body."""

    headers: Headers = ()
    content: Content = Content()

    def header(self, name: str) -> str:
        """Return the first value of a header (lower-case name), empty when absent."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@value_class
class Recorded:
    """One exchange. ``at_ms`` is when the call came, ``took_ms`` how long the answer took.

    ``status`` is None when no answer came; ``trouble`` then says why, or that the answer broke off.
    """

    number: int
    at_ms: int
    method: str
    target: str
    request: Said
    status: int | None
    response: Said
    took_ms: int = 0
    trouble: Trouble | None = None
    origin: str = ""

    @property
    def path(self) -> str:
        """Return the path of the target, as sent."""
        return self.target.partition("?")[0]


class BadSession(Exception):
    """A file is no session, or holds what could be somebody's; ``problems`` says where."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def as_line(exchange: Recorded) -> bytes:
    """Return the line of an exchange, with its line end."""
    document = {
        "format": FORMAT,
        "number": exchange.number,
        "at_ms": exchange.at_ms,
        "took_ms": exchange.took_ms,
        "origin": exchange.origin,
        "trouble": exchange.trouble,
        "request": {"method": exchange.method, "target": exchange.target, **_side(exchange.request)},
        "response": {"status": exchange.status, **_side(exchange.response)},
    }
    return canonical(document) + b"\n"


def _side(said: Said) -> dict[str, Any]:
    content = said.content
    return {
        "headers": [list(pair) for pair in said.headers],
        "body": content.text,
        "body_size": content.size,
        "omitted": content.omitted,
    }


def read_session(path: Path) -> list[Recorded]:
    """Return the exchanges of a session, in the order of their numbers.

    Raises:
        BadSession: a line is no exchange, or holds what could be somebody's.
        OSError: the file cannot be read.
    """
    found, problems = list[Recorded](), list[Problem]()
    for number, raw in enumerate(path.read_bytes().splitlines(), 1):
        if not raw.strip():
            continue
        try:
            exchange = _exchange(json.loads(raw))
        except (ValueError, KeyError, TypeError, AttributeError) as trouble:
            vi, en = f"dòng không phải một cuộc gọi đã ghi: {trouble!r}", f"this line is no exchange: {trouble!r}"
            problems.append(Problem(str(path), number, 1, vi, en))
            continue
        problems += [replace(each, path=str(path), line=number) for each in privacy_problems(exchange)]
        found.append(exchange)
    if problems:
        raise BadSession(sorted(problems))
    return sorted(found, key=lambda each: each.number)


def privacy_problems(exchange: Recorded) -> list[Problem]:
    """Return what in an exchange could be somebody's. Bodies are looked at as texts, not as escaped in a line."""
    from urllib.parse import unquote

    texts = [unquote(exchange.target)]
    for said in (exchange.request, exchange.response):
        texts += [f"{name}: {value}" for name, value in said.headers]
        texts.append(said.content.text or "")
    name = f"#{exchange.number}"
    return [problem for text in texts for problem in text_problems(name, text)]


def _exchange(document: dict[str, Any]) -> Recorded:
    if document["format"] != FORMAT:
        raise ValueError(document["format"])
    asked, answered = document["request"], document["response"]
    status = answered["status"]
    return Recorded(
        number=int(document["number"]),
        at_ms=int(document["at_ms"]),
        method=str(asked["method"]),
        target=str(asked["target"]),
        request=_parse_side(asked),
        status=None if status is None else int(status),
        response=_parse_side(answered),
        took_ms=int(document["took_ms"]),
        trouble=document["trouble"],
        origin=str(document["origin"]),
    )


def _parse_side(side: dict[str, Any]) -> Said:
    headers = tuple((str(name), str(value)) for name, value in side["headers"])
    body = side["body"]
    return Said(headers, Content(None if body is None else str(body), int(side["body_size"]), side["omitted"]))
