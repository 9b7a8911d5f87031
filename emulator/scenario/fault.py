"""What a fault is, and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from fnmatch import fnmatchcase
from typing import Any, Literal

from emulator.country.world import World
from emulator.kernel.exchange import Exchange, Reply
from emulator.kernel.values import value_class
from emulator.services.registry import login_names, names_on, names_that_refuse

# What travels between a scenario and a fault.

Params = Mapping[str, Any]


# One fault: its name in two languages, what it takes, and what it does to an exchange.

Kind = Literal["socket", "timing", "payload", "gateway", "token", "x-road"]
Stage = Literal["answer", "headers", "body", "pace", "end"]
"""Where on its way a reply meets a fault: who answers, its head, its content, how fast it leaves, how the line ends."""
SILENT_ENDS = frozenset({"empty", "reset", "hang", "noise", "bad-chunk"})
"""Ends of a line on which nothing of the body arrives: what was done to the body before has not acted."""
Schema = Mapping[str, Any]
Instead = Callable[[Exchange, World, Params], Reply | None]
Upon = Callable[[Reply, Exchange, World, Params], Reply]
LOGINS, REFUSING = "@login", "@refusing"
OCCURRENCE = "occurrence"
"""A parameter that nobody chooses: how often an armed fault or a step has struck, this time included."""
LUCK = "luck"
"""Another: what the luck of this one strike is drawn from, a tuple of texts and numbers; absent for a caller's wish."""

_TYPES: Mapping[str, tuple[type, ...]] = {"integer": (int,), "number": (int, float), "string": (str,)}


class WrongParam(ValueError):
    """A parameter that the fault does not have, or a value it does not take; ``name`` says which."""

    def __init__(self, name: str, vi: str, en: str) -> None:
        super().__init__(f"{name} {en}")
        self.name, self.vi, self.en = name, vi, en


def number(default: float, vi: str, en: str, low: float = 0, high: float = 3_600_000) -> Schema:
    """Return the JSON Schema of a number between two bounds; a whole default asks for whole numbers."""
    kind = "integer" if isinstance(default, int) else "number"
    return {"type": kind, "default": default, "minimum": low, "maximum": high, "description": f"{vi} / {en}"}


def choice(choices: tuple[str, ...], vi: str, en: str) -> Schema:
    """Return the JSON Schema of a word; the first choice is the default."""
    return {"type": "string", "default": choices[0], "enum": list(choices), "description": f"{vi} / {en}"}


def flag(vi: str, en: str) -> Schema:
    """Return the JSON Schema of something that is false unless it is asked for."""
    return {"type": "boolean", "default": False, "description": f"{vi} / {en}"}


def speak_not(_exchange: Exchange, _world: World, _params: Params) -> Reply | None:
    """Say nothing instead of the provider."""
    return None


def leave_alone(reply: Reply, _exchange: Exchange, _world: World, _params: Params) -> Reply:
    """Let a reply go as it is."""
    return reply


@value_class
class FaultKind:
    """One fault.

    ``act`` is asked when the operation is named and the caller admitted: it may answer for the provider, change the
    country (and raise AskAgain), raise a Refusal, or return None. ``spoil`` gets the reply before it is written down
    and returns it as it shall leave. ``sees`` says what a client notices; ``at`` are globs of the operations where the
    fault has a meaning: ``@ndxp`` is all that a gateway carries, ``@login`` what gives out a token, ``@refusing`` what
    has an error code of its own. ``strikes_any_call`` holds for faults of the line: they also meet calls that were
    refused. ``stage`` is where it strikes; one that returns the very reply it got has not acted.
    """

    kind: Kind
    title: Mapping[str, str]
    sees: Mapping[str, str]
    source: str
    act: Instead = speak_not
    spoil: Upon = leave_alone
    params: Mapping[str, Schema] = field(default_factory=dict)
    at: tuple[str, ...] = ("*",)
    strikes_any_call: bool = False
    stage: Stage = "answer"

    def instead(self, exchange: Exchange, world: World, params: Params) -> Reply | None:
        """Return the answer to give without asking the provider, or None; may raise a Refusal or AskAgain."""
        return self.act(exchange, world, self._complete(params))

    def upon(self, reply: Reply, exchange: Exchange, world: World, params: Params) -> Reply:
        """Return the reply as it leaves."""
        return self.spoil(reply, exchange, world, self._complete(params))

    @property
    def globs(self) -> tuple[str, ...]:
        """Return ``at`` in names of operations alone."""
        return tuple(name for glob in self.at for name in _names_of(glob))

    def fits(self, operation: str) -> bool:
        """Tell whether the fault has a meaning at an operation."""
        return any(fnmatchcase(operation, glob) for glob in self.globs)

    def check(self, given: Params) -> None:
        """Check parameters against their schemas.

        Raises:
            WrongParam: one is unknown or wrong.
        """
        for name, value in given.items():
            if name not in self.params:
                names = ", ".join(self.params) or "–"
                raise WrongParam(name, f"không có tham số này; có: {names}", f"is no parameter; there are: {names}")
            _check(name, value, self.params[name])

    def _complete(self, given: Params) -> Params:
        return {name: schema["default"] for name, schema in self.params.items()} | dict(given)


def _names_of(glob: str) -> tuple[str, ...]:
    if not glob.startswith("@"):
        return (glob,)
    if glob == REFUSING:
        return names_that_refuse()
    return login_names() if glob == LOGINS else names_on(glob[1:])


def _check(name: str, value: object, schema: Schema) -> None:
    kind = schema["type"]
    fits = isinstance(value, bool) if kind == "boolean" else isinstance(value, _TYPES[kind])
    if not fits or (kind != "boolean" and isinstance(value, bool)):
        raise WrongParam(name, f"phải thuộc kiểu {kind}", f"must be of type {kind}")
    if value not in schema.get("enum", [value]):
        names = ", ".join(schema["enum"])
        raise WrongParam(name, f"phải là một trong: {names}", f"must be one of: {names}")
    if isinstance(value, (int, float)) and "minimum" in schema:
        low, high = schema["minimum"], schema["maximum"]
        if not low <= value <= high:
            raise WrongParam(name, f"phải từ {low:g} đến {high:g}", f"must be from {low:g} to {high:g}")


def both(vi: str, en: str) -> Mapping[str, str]:
    """Return a sentence in both languages."""
    return {"vi": vi, "en": en}
