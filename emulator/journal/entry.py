"""An exchange as people and programs read it: a superset of WireMock's serve event."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from emulator.journal.redaction import masked_headers, masked_text
from emulator.kernel.clock import iso
from emulator.store.world_rows import JournalRow


def entry_id(sandbox: str, epoch: int, seq: int) -> str:
    """Return ``default.1.412``: sandbox, epoch, sequence number."""
    return f"{sandbox}.{epoch}.{seq}"


def as_entry(row: JournalRow, *, secrets: bool = False) -> dict[str, Any]:
    """Return the journal entry of a row; ``secrets`` leaves credentials readable.

    ``fault`` is the first of those that were played. ``timing`` is in milliseconds.
    ``chain.self`` is the digest of the exchange as it was written, before any masking.
    """
    story = json.loads(row.story)
    return {
        "id": entry_id(story["sandbox"], row.epoch, row.seq),
        "seq": row.seq,
        "sandbox": story["sandbox"],
        "state": "completed",
        "wasMatched": row.outcome != "unmatched",
        "operation": row.operation,
        "clause": story["clause"],
        "outcome": row.outcome,
        "consumer": story["consumer"],
        "clock": {"virtual": story["virtual"], "wall": iso(row.wall_ms)},
        "request": _request(row, story, secrets),
        "response": _response(row, story, secrets),
        "timing": _timing(row, story),
        "remarks": story["remarks"],
        **({"remarksLeftOut": story["remarks_left_out"]} if "remarks_left_out" in story else {}),
        "effects": story["effects"],
        "scenario": story.get("scenario"),
        "fault": story.get("fault"),
        "faults": story.get("faults", []),
        "correlation": {"traceparent": traceparent_of(story["request"]["headers"])},
        "chain": {"prev": story["prev"], "self": row.self},
    }


def as_logged_request(row: JournalRow, *, secrets: bool = False) -> dict[str, Any]:
    """Return the flat form WireMock gives to ``find`` and ``unmatched``: the request, and whose entry it is."""
    entry = as_entry(row, secrets=secrets)
    kept = {name: entry[name] for name in ("id", "seq", "operation", "outcome", "wasMatched")}
    return {**kept, **entry["request"], "status": row.status}


def _request(row: JournalRow, story: dict[str, Any], secrets: bool) -> dict[str, Any]:
    said = story["request"]
    headers = dict_of(said["headers"], secrets)
    absolute = said["target"]
    if absolute.startswith("/"):
        absolute = f"{said['scheme']}://{said['host']}{absolute}"
    url = url_of(story)
    return {
        "method": row.method,
        "url": url if secrets else masked_text(url),
        "absoluteUrl": absolute if secrets else masked_text(absolute),
        "path": row.path,
        "clientIp": row.client_ip,
        "headers": headers,
        **_body(row.request_body, secrets, said),
        "bodySize": said["body_size"],
        "loggedDate": row.wall_ms,
        "loggedDateString": datetime.fromtimestamp(row.wall_ms / 1000, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z"),
    }


def _response(row: JournalRow, story: dict[str, Any], secrets: bool) -> dict[str, Any]:
    said = story["response"]
    return {
        "status": row.status,
        "headers": dict_of(said["headers"], secrets),
        **(_body(row.response_body, secrets, said) if said["body_kept"] else {"bodySha256": said["body_sha256"]}),
        "bytesSent": said["body_size"],
        **({"delivery": said["delivery"]} if "delivery" in said else {}),
    }


def _timing(row: JournalRow, story: dict[str, Any]) -> dict[str, int]:
    serve, delay = round(row.duration_us / 1000), int(story["response"].get("delay_ms", 0))
    return {"serveTime": serve, "addedDelay": delay, "totalTime": serve + delay}


def url_of(story: dict[str, Any]) -> str:
    """Return path and query as sent, without the prefix that names the sandbox."""
    target = str(story["request"]["target"])
    if not target.startswith("/") and "://" in target:
        target = "/" + target.partition("://")[2].partition("/")[2]
    prefix = f"/s/{story['sandbox']}/"
    return "/" + target[len(prefix) :] if target.startswith(prefix) else target


def dict_of(headers: list[list[str]], secrets: bool) -> dict[str, str | list[str]]:
    """Return headers as a JSON object: a name that came several times has the list of its values."""
    pairs = [(name, value) for name, value in headers]
    merged: dict[str, str | list[str]] = {}
    for name, value in pairs if secrets else masked_headers(pairs):
        before = merged.get(name)
        if before is None:
            merged[name] = value
        else:
            merged[name] = [*before, value] if isinstance(before, list) else [before, value]
    return merged


def _body(content: bytes, secrets: bool, said: dict[str, Any]) -> dict[str, Any]:
    """Return a body as text when it is one; of a body that was too long, its beginning and what that is of."""
    cut = {}
    if "body_beginning" in said:
        cut = {"bodyBeginning": said["body_beginning"], "bodySha256": said["body_sha256"]}
    try:
        text = content.decode("utf-8", "ignore" if cut else "strict")
    except UnicodeDecodeError:
        return {"bodyAsBase64": base64.b64encode(content).decode(), **cut}
    return {"body": text if secrets else masked_text(text), **cut}


# The header ``traceparent`` (W3C Trace Context, level 1): whose work a call is part of.

_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.+)?", re.ASCII)
_SIZE = 55


def traceparent_of(headers: Iterable[Sequence[str]]) -> str | None:
    """Return the traceparent among (lower-case name, value) pairs; None when there is none, several, or a wrong one.

    Version 00 has exactly four parts; a later one may have more.
    """
    values = [value for name, value in headers if name == "traceparent"]
    if len(values) != 1 or not _FORM.fullmatch(values[0]):
        return None
    return None if values[0].startswith("00-") and len(values[0]) != _SIZE else values[0]
