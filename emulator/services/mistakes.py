"""Ways to be wrong on purpose that several services share: a field that is left out or says something else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from emulator.services.service import Ask, Both, Mistake

MISSING = object()
"""In place of a value: the field is left out."""
COMMON_MISTAKES = {
    "missing-field": Both("Thiếu một trường bắt buộc", "A required field is left out"),
    "bad-date": Both("Ngày không đúng dạng", "A date in a wrong form"),
}
"""Titles by name, so that the same mistake is called the same in every service."""
_JSON = "application/json"


def post_of(path: str, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Ask:
    """Return a POST of a JSON object."""
    body = json.dumps(fields, ensure_ascii=False).encode()
    return Ask("POST", path, {**(headers or {}), "Content-Type": _JSON, "Accept": _JSON}, body, fields)


def wrong_fields(name: str, title: Both, changes: Mapping[str, Any]) -> Mistake:
    """Return the mistake of a JSON body in which fields are changed, or left out where they are ``MISSING``."""

    def spoil(ask: Ask) -> Ask:
        changed = {**(ask.fields or {}), **changes}
        return post_of(ask.path, {key: value for key, value in changed.items() if value is not MISSING}, ask.headers)

    return Mistake(name, title, spoil)


def replace_in_path(name: str, title: Both, old: str, new: str) -> Mistake:
    """Return the mistake of an address in which a part is another."""
    return Mistake(name, title, lambda ask: ask._replace(path=ask.path.replace(old, new, 1)))
