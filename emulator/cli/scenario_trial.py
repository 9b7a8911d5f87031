"""Playing a scenario over a file of calls, without a server: what would be said and done, line by line."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from emulator.cli.in_process import FreshEmulator
from emulator.country.pack import Pack
from emulator.country.sandbox import Definition
from emulator.kernel.clock import to_ms
from emulator.kernel.exchange import Call
from emulator.scenario.operations import matching, nearest_operation
from emulator.scenario.words import length_ms
from emulator.services.registry import operations
from emulator.services.service import Api

_WORDS = {"wait", "at", "on", "method", "path", "body", "headers", "token"}


def lines_of(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (place, line) of a file of calls; blank lines and those that begin with ``#`` are passed over.

    Raises:
        ValueError: a line is no JSON object, or has a word that it may not have; the place is said.
    """
    for number, text in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        place = f"{path}:{number}"
        try:
            line = json.loads(text)
        except ValueError as trouble:
            raise ValueError(f"{place}: không phải JSON / not JSON: {trouble}") from None
        unknown = set(line) - _WORDS if isinstance(line, dict) else {"…"}
        if unknown:
            known = ", ".join(sorted(_WORDS))
            raise ValueError(f"{place}: từ lạ {', '.join(unknown)}; có: {known} / unknown word; there are: {known}")
        yield place, line


class Trial:
    """One scenario over one fresh country. Use as a context."""

    def __init__(self, name: str, scenario: str, pack: Pack, values: Mapping[str, str], begin: str) -> None:
        path = Path(name)
        places = (path.resolve(), path.resolve().parent) if path.suffix in (".yaml", ".yml") else ()
        wish: dict[str, Any] = {"name": scenario, **({"set": dict(values)} if values else {})}
        definition = Definition(pack=pack.id, scenario=scenario, scenarios=(wish,))
        self._emulator = FreshEmulator(pack, definition, None, places)
        self._now_ms = to_ms(datetime.fromisoformat(begin))
        self._seen, self._token = 0, ""
        self._emulator.change_settings(token_lifetime_s=-1)  # weeks pass between two calls
        self._emulator.begin_at(self._now_ms)

    def __enter__(self) -> Trial:
        return self

    def __exit__(self, *_: object) -> None:
        self._emulator.__exit__()

    def play(self, placed: tuple[str, Mapping[str, Any]]) -> Iterator[str]:
        """Yield what came of one line: what the clock did meanwhile, and what the call was answered."""
        place, line = placed
        self._pass_time(place, line)
        self._emulator.wait_until(self._now_ms)
        yield from self._tell_entries()
        if "on" in line or "path" in line:
            self._emulator.ask(self._call(place, line), self._now_ms)
            yield from self._tell_entries()

    def _pass_time(self, place: str, line: Mapping[str, Any]) -> None:
        if "wait" in line:
            length = length_ms(str(line["wait"]))
            if length is None:
                raise ValueError(f"{place}: wait: cần P2D, PT3S / a length of time is expected")
            self._now_ms += length
        if "at" in line:
            self._now_ms = to_ms(datetime.fromisoformat(str(line["at"])))

    def _call(self, place: str, line: Mapping[str, Any]) -> Call:
        target = line.get("path") or self._path_of(place, str(line["on"]))
        body = line.get("body", "")
        raw = body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()
        headers = {name.lower(): str(value) for name, value in line.get("headers", {}).items()}
        headers.setdefault("content-type", "application/json")
        headers.setdefault("host", "localhost")
        if "authorization" not in headers and line.get("token", True):
            headers["authorization"] = self._credential(target)
        parts = urlsplit(target)
        method = line.get("method", "POST" if raw else "GET")
        return Call(method, parts.path, parts.query, tuple(headers.items()), raw, len(raw), target, headers["host"])

    def _path_of(self, place: str, name: str) -> str:
        declared = operations().get(name)
        if name == "ndxp.token":
            return "/token"
        where = (declared.operation.place or declared.service.place) if declared else None
        if declared is None or not isinstance(where, Api):
            said = "" if matching(name) else nearest_operation(name)
            raise ValueError(f"{place}: on: cần path cho {name}{said} / a path is needed for {name}")
        return f"{where.base_path}{declared.operation.path}"

    def _credential(self, target: str) -> str:
        account = self._emulator.account
        pair = base64.b64encode(f"{account.consumer_key}:{account.consumer_secret}".encode()).decode()
        if target.startswith("/token"):
            return f"Basic {pair}"
        return f"Bearer {self._token or self._log_in(pair)}"

    def _log_in(self, pair: str) -> str:
        headers = (("authorization", f"Basic {pair}"), ("content-type", "application/x-www-form-urlencoded"))
        body = b"grant_type=client_credentials"
        reply = self._emulator.ask(Call("POST", "/token", "", headers, body, len(body), "/token"), self._now_ms)
        if reply.status == 200:
            self._token = str(json.loads(reply.body)["access_token"])
        return self._token

    def _tell_entries(self) -> Iterator[str]:
        for entry in self._emulator.entries_from(self._seen + 1):
            self._seen = entry["seq"]
            yield _sentence(entry)


def _sentence(entry: Mapping[str, Any]) -> str:
    """Return one line: when, what, the answer, and which step or fault spoke."""
    spoke = entry["scenario"] or {}
    steps = [f"{each['id']}/{each['step']}" for each in (spoke, *spoke.get("also", ())) if each]
    faults = [f"fault {name}" for name in entry["faults"]]
    when = entry["clock"]["virtual"][:19]
    if entry["operation"] == "clock.effect":
        kind, effect = entry["request"]["path"].rpartition("/")[2], entry["request"].get("body", "")
        return f"{when}  * {kind} {effect} {entry['outcome']}"
    said = " ".join((*steps, *faults))
    body = entry["response"].get("body", "")[:80].replace("\n", " ")
    asked = entry["operation"] or entry["request"]["path"]
    return f"{when}  {asked} {entry['response']['status']} {said} {body}".rstrip()
