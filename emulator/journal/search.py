"""What can be asked of a journal, in the words of the columns that answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.kernel.exchange import ADMIN_CHANGE, CERTIFICATION, CLOCK_EFFECT, is_behind_the_scenes
from emulator.store.journal_rows import Condition
from emulator.store.store import SqlDialect


@dataclass(frozen=True, slots=True)
class Search:
    """A question; None and the empty text mean: whatever. ``since_ms`` is a wall instant, as WireMock's ``since``.

    What the clock or a certification did is no call: it is found ``with_clock``, or by its operation or outcome. What
    an administrator changed is found ``with_admin``, or by its operation.
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
    with_admin: bool = False

    def conditions(self, dialect: SqlDialect) -> list[Condition]:
        """Return what the store must check, in the words of its database."""
        asked: list[tuple[str, Any]] = [
            ("operation = ?", self.operation),
            ("outcome = ?", self.outcome),
            ("status = ?", self.status),
            ("method = ?", self.method and self.method.upper()),
            dialect.like_path(self.path) if self.path else ("", None),
            (f"{dialect.member('story', 'consumer')} = ?", self.consumer),
            ("wall_ms >= ?", self.since_ms),
        ]
        kept = [Condition(sql, (value,)) for sql, value in asked if value not in (None, "")]
        asks_for_it = is_behind_the_scenes(self.operation) or self.outcome in ("happened", "lapsed")
        if not self.with_clock and not asks_for_it:
            kept.append(Condition(_IS_CALL, (CLOCK_EFFECT, CERTIFICATION + "%")))
        if not self.with_admin and self.operation != ADMIN_CHANGE:
            kept.append(Condition("(operation IS NULL OR operation <> ?)", (ADMIN_CHANGE,)))
        if self.rule:
            kept.append(Condition(dialect.has_rule(), (self.rule,)))
        if self.trace:
            kept.append(
                Condition(
                    f"{dialect.member('story', 'request', 'headers')} LIKE ?", (f'%["traceparent","__-{self.trace}-%',)
                )
            )
        if self.q:
            kept.append(Condition(_has_text(dialect), (_like(self.q),) * 4))
        return kept


_IS_CALL = "(operation IS NULL OR (operation <> ? AND operation NOT LIKE ?))"


def _has_text(dialect: SqlDialect) -> str:
    places = ("path", dialect.member("story", "remarks"), *map(dialect.text_of, ("request_body", "response_body")))
    return "(" + " OR ".join(rf"{place} {dialect.like} ? ESCAPE '\'" for place in places) + ")"


def _like(text: str) -> str:
    for special in "\\%_":
        text = text.replace(special, "\\" + special)
    return f"%{text}%"
