"""Finding out what hidden values are while an attempt is played again: what the country says once more opens them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_plus

from emulator.certification.redaction import COMMITMENT

_HOLE = r"(.*?)"


class Openings:
    """What is known of commitments by now; one commitment stands for one value, wherever it is met."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def open_text(self, text: str) -> str | None:
        """Return a text with its values in place of commitments, or None when one of them is not known."""
        found = {name: self._values.get(name) for name in COMMITMENT.findall(text)}
        if None in found.values():
            return None
        return COMMITMENT.sub(lambda each: str(found[each[0]]), text)

    def first_difference(self, written: Any, made: Any, place: str = "") -> str | None:
        """Return where what is written down differs from what was made now, or None; learn what is hidden in it."""
        if isinstance(written, dict) and isinstance(made, dict):
            if written.keys() != made.keys():
                return f"{place}/{min(written.keys() ^ made.keys())}"
            return self._first((f"{place}/{name}", written[name], made[name]) for name in written)
        if isinstance(written, list) and isinstance(made, list):
            if len(written) != len(made):
                return f"{place} ({len(written)} ≠ {len(made)})"
            return self._first((f"{place}/{at}", each, made[at]) for at, each in enumerate(written))
        if isinstance(written, str) and isinstance(made, str):
            return None if written == made or self._fits(written, made) else place
        return None if written == made else place

    def _first(self, pairs: Iterable[tuple[str, Any, Any]]) -> str | None:
        return next((told for place, one, other in pairs if (told := self.first_difference(one, other, place))), None)

    def _fits(self, written: str, made: str) -> bool:
        names = COMMITMENT.findall(written)
        if not names:
            return False
        pattern = _HOLE.join(map(re.escape, COMMITMENT.split(written)))
        found = re.fullmatch(pattern, made, re.DOTALL)
        if not found:
            return False
        met = dict(self._values)
        for name, text in zip(names, found.groups(), strict=True):
            if met.setdefault(name, text) not in (text, unquote_plus(text), _unescaped(text)):
                return False
        self._values = met
        return True


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text
