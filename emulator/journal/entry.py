"""An exchange as people and programs read it: a superset of WireMock's serve event."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, NotRequired, TypedDict

from emulator.journal.redaction import masked_headers, masked_text
from emulator.kernel.clock import iso
from emulator.kernel.exchange import JsonObject, Level
from emulator.store.world_rows import JournalRow


def entry_id(sandbox: str, epoch: int, seq: int) -> str:
    """Return ``default.1.412``: sandbox, epoch, sequence number."""
    return f"{sandbox}.{epoch}.{seq}"


class RemarkWords(TypedDict):
    """A remark as the journal holds it. A journal of an older edition says neither ``basis`` nor ``source``."""

    rule: str
    level: Level
    basis: str
    source: str
    path: str
    vi: str
    en: str
    found: NotRequired[str]
    expected: NotRequired[str]
    nearest: NotRequired[str]


class EffectLine(TypedDict):
    """An effect as the journal holds it; a journal of an older edition says none of the last three."""

    shelf: str
    key: str
    change: Literal["put", "drop"]
    sha256: NotRequired[str]
    before: NotRequired[Mapping[str, object]]
    after: NotRequired[Mapping[str, object]]
    fields: NotRequired[list[str]]


class EntryBody(TypedDict, total=False):
    """What is shown of a body: its text, or Base64 where it is none.

    Of one that was too long ``bodyBeginning`` is how many bytes were kept, and ``bodySha256`` the digest of the whole;
    of one that was not kept there is the digest alone.
    """

    body: str
    bodyAsBase64: str
    bodyBeginning: int
    bodySha256: str


class EntryRequest(EntryBody):
    """What was asked. A header that came several times has a list; ``loggedDate`` is in wall milliseconds."""

    method: str
    url: str
    absoluteUrl: str
    path: str
    clientIp: str
    headers: dict[str, str | list[str]]
    bodySize: int
    loggedDate: int
    loggedDateString: str


class EntryDelivery(TypedDict, total=False):
    """How a reply left, where it left badly."""

    delivery: JsonObject


class EntryResponse(EntryBody, EntryDelivery):
    """What went back."""

    status: int
    headers: dict[str, str | list[str]]
    bytesSent: int


class EntryClock(TypedDict):
    """When it was, on the sandbox's clock and on the machine's (ISO 8601)."""

    virtual: str
    wall: str


class EntryTiming(TypedDict):
    """How long it took, in milliseconds."""

    serveTime: int
    addedDelay: int
    totalTime: int


class EntryCorrelation(TypedDict):
    """Whose work a call is part of."""

    traceparent: str | None


class EntryChain(TypedDict):
    """The digest of the exchange before it, and its own as it was written, before any masking."""

    prev: str
    self: str


class RemarksLeftOut(TypedDict, total=False):
    """How many remarks were too many to be kept."""

    remarksLeftOut: int


class JournalEntry(RemarksLeftOut):
    """An exchange as people and programs read it. ``fault`` is the first of ``faults``, of those that were played.

    ``scenario`` is what a scenario did: its id, the step, the fault.
    """

    id: str
    seq: int
    sandbox: str
    state: str
    wasMatched: bool
    operation: str | None
    clause: str | None
    outcome: str
    consumer: str | None
    clock: EntryClock
    request: EntryRequest
    response: EntryResponse
    timing: EntryTiming
    remarks: list[RemarkWords]
    effects: list[EffectLine]
    scenario: JsonObject | None
    fault: str | None
    faults: list[str]
    correlation: EntryCorrelation
    chain: EntryChain


class LoggedRequest(EntryRequest):
    """A request as WireMock gives it, and whose entry it is."""

    id: str
    seq: int
    operation: str | None
    outcome: str
    wasMatched: bool
    status: int


def as_entry(row: JournalRow, *, secrets: bool = False) -> JournalEntry:
    """Return the journal entry of a row; ``secrets`` leaves credentials readable."""
    story: JsonObject = json.loads(row.story)
    left: RemarksLeftOut = {"remarksLeftOut": story["remarks_left_out"]} if "remarks_left_out" in story else {}
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
        **left,
        "effects": story["effects"],
        "scenario": story.get("scenario"),
        "fault": story.get("fault"),
        "faults": story.get("faults", []),
        "correlation": {"traceparent": traceparent_of(story["request"]["headers"])},
        "chain": {"prev": story["prev"], "self": row.self},
    }


def as_logged_request(row: JournalRow, *, secrets: bool = False) -> LoggedRequest:
    """Return the flat form WireMock gives to ``find`` and ``unmatched``: the request, and whose entry it is."""
    entry = as_entry(row, secrets=secrets)
    return {
        "id": entry["id"],
        "seq": entry["seq"],
        "operation": entry["operation"],
        "outcome": entry["outcome"],
        "wasMatched": entry["wasMatched"],
        **entry["request"],
        "status": row.status,
    }


def _request(row: JournalRow, story: JsonObject, secrets: bool) -> EntryRequest:
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


def _response(row: JournalRow, story: JsonObject, secrets: bool) -> EntryResponse:
    said = story["response"]
    lost: EntryBody = {"bodySha256": said["body_sha256"]}
    shown = _body(row.response_body, secrets, said) if said["body_kept"] else lost
    delivered: EntryDelivery = {"delivery": said["delivery"]} if "delivery" in said else {}
    return {
        "status": row.status,
        "headers": dict_of(said["headers"], secrets),
        **shown,
        "bytesSent": said["body_size"],
        **delivered,
    }


def _timing(row: JournalRow, story: JsonObject) -> EntryTiming:
    serve, delay = round(row.duration_us / 1000), int(story["response"].get("delay_ms", 0))
    return {"serveTime": serve, "addedDelay": delay, "totalTime": serve + delay}


def url_of(story: JsonObject) -> str:
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


def _body(content: bytes, secrets: bool, said: JsonObject) -> EntryBody:
    """Return a body as text when it is one; of a body that was too long, its beginning and what that is of."""
    cut: EntryBody = {}
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
