"""What can be asked of a journal, in the words of the columns that answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.kernel.exchange import CERTIFICATION, CLOCK_EFFECT, is_behind_the_scenes
from emulator.store.journal_rows import Condition


@dataclass(frozen=True, slots=True)
class Search:
    """A question; None and the empty text mean: whatever. ``since_ms`` is a wall instant, as WireMock's ``since``.

    What the clock or a certification did is no call: it is found ``with_clock``, or by its operation or outcome.
    """

    operation: str | None = None
    outcome: str | None = None
    status: int | None = None
    method: str | None = None
    path: str | None = None
    rule: str | None = None
    consumer: str | None = None
    q: str | None = None
    trace: str | None = None
    since_ms: int | None = None
    after: int = 0
    with_clock: bool = False

    def conditions(self) -> list[Condition]:
        """Return what the store must check."""
        asked: list[tuple[str, Any]] = [
            ("operation = ?", self.operation),
            ("outcome = ?", self.outcome),
            ("status = ?", self.status),
            ("method = ?", self.method and self.method.upper()),
            ("path GLOB ?", self.path and _glob(self.path)),
            ("json_extract(story, '$.consumer') = ?", self.consumer),
            ("wall_ms >= ?", self.since_ms),
        ]
        kept = [Condition(sql, (value,)) for sql, value in asked if value not in (None, "")]
        asks_for_it = is_behind_the_scenes(self.operation) or self.outcome in ("happened", "lapsed")
        if not self.with_clock and not asks_for_it:
            kept.append(Condition(_IS_CALL, (CLOCK_EFFECT, CERTIFICATION + "%")))
        if self.rule:
            kept.append(Condition(_HAS_RULE, (self.rule,)))
        if self.trace:
            kept.append(Condition(_HAS_TRACE, (f'%["traceparent","__-{self.trace}-%',)))
        if self.q:
            kept.append(Condition(_HAS_TEXT, (_like(self.q),) * 4))
        return kept


_IS_CALL = "(operation IS NULL OR (operation <> ? AND operation NOT LIKE ?))"
_HAS_RULE = "EXISTS (SELECT 1 FROM json_each(story, '$.remarks') WHERE json_extract(value, '$.rule') = ?)"
_HAS_TRACE = "json_extract(story, '$.request.headers') LIKE ?"
_HAS_TEXT = (
    r"(path LIKE ? ESCAPE '\' OR json_extract(story, '$.remarks') LIKE ? ESCAPE '\'"
    r" OR CAST(request_body AS TEXT) LIKE ? ESCAPE '\' OR CAST(response_body AS TEXT) LIKE ? ESCAPE '\')"
)


def _glob(path: str) -> str:
    """Return the pattern of a path in which only ``*`` is special."""
    return path.replace("[", "[[]").replace("?", "[?]")


def _like(text: str) -> str:
    for special in "\\%_":
        text = text.replace(special, "\\" + special)
    return f"%{text}%"
