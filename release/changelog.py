"""What ``CHANGELOG.md`` says of a version: the notes of its release."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADING = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<day>\d{4}-\d\d-\d\d))?$", re.MULTILINE)


class NotReady(Exception):
    """What stands in the way of a release, in one sentence."""


@dataclass(frozen=True)
class Entry:
    """The notes of a version, Markdown without the heading, and the day it was released, ISO 8601."""

    version: str
    day: str
    notes: str


def read_entry(changelog: str, version: str) -> Entry:
    """Return what a changelog says of ``version``.

    Raises:
        NotReady: it has no entry, no day or nothing to say.
    """
    headings = list(_HEADING.finditer(changelog))
    ends = [heading.start() for heading in headings[1:]] + [len(changelog)]
    for heading, end in zip(headings, ends, strict=True):
        if heading["name"] != version:
            continue
        notes = changelog[heading.end() : end].strip()
        if heading["day"] and notes:
            return Entry(version, heading["day"], notes + "\n")
        raise NotReady(f"CHANGELOG.md: ## [{version}] needs a day (## [{version}] - YYYY-MM-DD) and notes below it.")
    raise NotReady(f"CHANGELOG.md has no entry ## [{version}] - YYYY-MM-DD: write down what this version brings.")
