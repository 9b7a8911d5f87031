"""The hash chain: each exchange names the one before it, so that none can be changed or left out unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import orjson

from emulator.store.journal_rows import JournalRow


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a value: UTF-8, keys sorted, no spaces, no escapes beyond JSON's own."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(content: bytes) -> str:
    """Return ``sha256:<hex>``."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def first_break(rows: Iterable[JournalRow]) -> str | None:
    """Return a sentence about the first exchange that does not fit, or None when the chain holds.

    The oldest kept exchange is taken at its word for its predecessor: a bounded journal forgets its beginning.
    """
    before: JournalRow | None = None
    for row in rows:
        trouble = _trouble(row, before)
        if trouble:
            return f"seq {row.seq}: {trouble}"
        before = row
    return None


def follows(row: JournalRow, head: str) -> bool:
    """Tell whether an exchange says that it comes after the one with that digest."""
    return bool(json.loads(row.story)["prev"] == head)


def _trouble(row: JournalRow, before: JournalRow | None) -> str | None:
    story = json.loads(row.story)
    if digest(row.story.encode()) != row.self:
        return "the story does not match its digest"
    if not _fits(row.request_body, story["request"]):
        return "the request body does not match its digest"
    if story["response"].get("body_kept", True) and not _fits(row.response_body, story["response"]):
        return "the response body does not match its digest"
    if before and (row.seq != before.seq + 1 or story["prev"] != before.self):
        return f"does not follow seq {before.seq}"
    return None


def _fits(body: bytes, said: dict[str, Any]) -> bool:
    """Tell whether a kept body is the one that was digested; of a long one only the beginning is there."""
    if "body_beginning" in said:
        return len(body) == int(said["body_beginning"])
    return digest(body) == str(said["body_sha256"])
