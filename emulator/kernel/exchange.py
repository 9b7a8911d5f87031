"""The three values that cross the walls of the house: Call, Reply, Exchange."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from emulator.kernel.rules import Grounds, basis_of, check_registered, find_rule

Headers = tuple[tuple[str, str], ...]
Outcome = Literal["answered", "refused", "unmatched", "error", "happened", "lapsed"]
"""``happened`` and ``lapsed`` are for what the clock did: a scheduled effect, or one that had become impossible."""
CLOCK_EFFECT = "clock.effect"
CERTIFICATION = "certification."
"""What begins the operation of a certification's own marks in the journal. No caller can bring either about."""


ADMIN_CHANGE = "admin.change"
"""The operation of what was changed by the admin API."""


def is_behind_the_scenes(operation: str | None) -> bool:
    """Tell whether an entry of the journal is no call, but what the clock, a certification or an administrator did."""
    if operation is None:
        return False
    return operation in (CLOCK_EFFECT, ADMIN_CHANGE) or operation.startswith(CERTIFICATION)


Level = Literal["note", "error"]
Misdelivery = Literal["empty", "reset", "cut", "bad-chunk", "noise", "drip", "hang"]


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked.

    ``path`` is percent-decoded and has no sandbox prefix; ``target`` is the request target exactly as sent.
    Header names are lower case (the servers below us fold them), values are as sent, order and repeats are kept.
    ``body`` holds at most the configured limit; ``body_size`` is the number of bytes the client really sent.
    ``caller`` is the subsystem the emulator itself calls as (a rehearsal); no server ever sets it. ``unit`` is the
    agency whose own security server was addressed, empty for that of the sandbox's own.
    """

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    body_size: int = 0
    target: str = ""
    host: str = ""
    scheme: str = "http"
    client_ip: str = "127.0.0.1"
    caller: str | None = None
    unit: str = ""

    def header(self, name: str) -> str | None:
        """Return the first value of a header (lower-case name), or None."""
        for key, value in self.headers:
            if key == name:
                return value
        return None

    @property
    def media_type(self) -> str:
        """Return the media type of the body without its parameters, in lower case; empty where none is told."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def is_cut(self) -> bool:
        """True when the body was longer than the server keeps."""
        return self.body_size > len(self.body)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a reply leaves: whole and at once, or ``delay_s`` real seconds after it was written down, or badly.

    ``fault``: ``empty`` closes without a byte, ``reset`` breaks the connection (RST), ``cut`` closes after ``size``
    bytes of the body, ``bad-chunk`` sends the head and a chunk that is none, ``noise`` sends ``noise`` instead of HTTP,
    ``drip`` sends ``size`` bytes at a time with ``pause_s`` between, ``hang`` sends nothing until the client leaves.
    A ``cut`` body may drip as well, ``piece`` bytes at a time, and end in an RST (``resets``).
    """

    delay_s: float = 0.0
    fault: Misdelivery | None = None
    size: int = 0
    pause_s: float = 0.0
    noise: bytes = b""
    piece: int = 0
    resets: bool = False

    def as_dict(self) -> dict[str, int | str]:
        """Return the journal form of a bad delivery, empty for a good one."""
        if self.fault is None:
            return {}
        told: dict[str, int | str] = {"fault": self.fault}
        if self.fault in ("cut", "drip"):
            told["size"] = self.size
        if self.piece:
            told["piece"] = self.piece
        if self.pause_s:
            told["pause_ms"] = round(self.pause_s * 1000)
        if self.resets:
            told["ending"] = "reset"
        return told


AT_ONCE = Delivery()


_CHUNK = 262_144


@dataclass(frozen=True, slots=True)
class FileBody:
    """A body that is sent from a file in pieces, so that its size costs no memory.

    ``source`` is a path, or an open file that vanishes when it is closed. ``digest`` (``sha256:<hex>``) is that of
    the ``length`` bytes from ``offset`` on: of what is sent.
    """

    source: Path | BinaryIO
    offset: int
    length: int
    digest: str

    def close(self) -> None:
        """Let go of a body that will not be sent."""
        if not isinstance(self.source, Path):
            self.source.close()

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in pieces; closes the file at the end. Raises OSError when it cannot be read."""
        with self.source.open("rb") if isinstance(self.source, Path) else self.source as stream:
            stream.seek(self.offset)
            left = self.length
            while left and (chunk := stream.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back. Header names are written as the real platform writes them. With ``file``, ``body`` is empty."""

    status: int
    body: bytes = b""
    headers: Headers = ()
    delivery: Delivery = AT_ONCE
    file: FileBody | None = None

    def with_headers(self, before: Headers = (), after: Headers = ()) -> Reply:
        """Return the reply with headers put before and after its own."""
        return Reply(self.status, self.body, (*before, *self.headers, *after), self.delivery, self.file)

    @property
    def size(self) -> int:
        """Return the number of bytes of the body."""
        return self.file.length if self.file else len(self.body)

    def with_length(self) -> Reply:
        """Return the reply with its length: HTTP/1.0 has no chunks, and a kept connection would have no end."""
        if self.header("content-length") is not None or self.status in (204, 304):
            return self
        return self.with_headers(after=(("Content-Length", str(self.size)),))

    def header(self, name: str) -> str | None:
        """Return the first value of a header (lower-case name), or None."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Remark:
    """One observation about a call: a quirk met or a rule broken.

    ``rule`` is a quirk id (``B15``) or a rule of the register (``kernel.rules``); ``path`` is a JSON pointer into the
    body, or a header name. ``level`` is ``error`` when the call was refused for it, else ``note``. What the rule
    stands on, ``basis`` and ``source``, is looked up in the register when the exchange is written down; a ``source``
    that is given here counts instead. ``found``, ``expected`` and ``nearest`` are values of this call: what it said,
    what it should have said, and the right value or call that is nearest to it; empty where that says nothing.

    Raises:
        UnregisteredRule: no register holds the rule.
    """

    rule: str
    level: Level
    path: str
    vi: str
    en: str
    found: str = ""
    expected: str = ""
    nearest: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        check_registered(self.rule)

    def grounds(self, operation: str | None = None, clause: str | None = None) -> Grounds:
        """Return what the remark stands on in a call of this operation and clause."""
        if self.source:
            return Grounds(basis_of(self.source), self.source)
        return find_rule(self.rule, operation).grounds(clause)

    def as_dict(self, operation: str | None = None, clause: str | None = None) -> dict[str, str]:
        """Return the journal form in a call of this operation and clause."""
        grounds = self.grounds(operation, clause)
        values = {"found": self.found, "expected": self.expected, "nearest": self.nearest}
        return {
            "rule": self.rule,
            "level": self.level,
            "basis": grounds.basis,
            "source": grounds.source,
            "path": self.path,
            "vi": self.vi,
            "en": self.en,
            **{name: value for name, value in values.items() if value},
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """One change that the call made to the world. ``sha256`` is that of the record as it lies on its shelf now.

    ``before`` and ``after`` are the values of the record that tell where it stands, for a kind that has such; a record
    that was not there has no ``before``. ``fields`` are the official fields whose value is another now; the values
    themselves stand in the call, and names of people belong in no second place.
    """

    shelf: str
    key: str
    change: Literal["put", "drop"]
    sha256: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    fields: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the journal form."""
        told: dict[str, Any] = {"shelf": self.shelf, "key": self.key, "change": self.change}
        said = {"sha256": self.sha256, "before": self.before, "after": self.after, "fields": list(self.fields)}
        return told | {name: value for name, value in said.items() if value}


@dataclass(slots=True)
class Passage:
    """What a gateway learned of a call on its way, for whoever words the reply.

    ``api`` is the NDXP API that took it, name and version (``BTXH--v1.0``); ``cors`` the headers a browser is owed;
    ``callback`` the function a revocation is to be wrapped in (JSONP); ``axis`` the two subsystems, who calls and who
    provides.
    """

    api: str = ""
    cors: Headers = ()
    callback: str = ""
    axis: tuple[str, str] | None = None


MOST_REMARKS = 50
"""So many remarks of one exchange are kept; of those beyond there is a count."""


class RemarkList(list[Remark]):
    """The remarks of one exchange: the first ones, and how many were left out."""

    def __init__(self, remarks: Iterable[Remark] = ()) -> None:
        super().__init__()
        self.left_out = 0
        self.extend(remarks)

    @property
    def is_full(self) -> bool:
        """Tell whether one more would be left out."""
        return len(self) >= MOST_REMARKS

    def append(self, remark: Remark) -> None:
        """Keep a remark, or count it."""
        if self.is_full:
            self.left_out += 1
        else:
            super().append(remark)

    def extend(self, remarks: Iterable[Remark]) -> None:
        """Keep remarks, or count them; what another list has left out is left out here, too."""
        for remark in remarks:
            self.append(remark)
        self.left_out += getattr(remarks, "left_out", 0)

    def clear(self) -> None:
        """Forget all."""
        super().clear()
        self.left_out = 0


@dataclass(slots=True)
class Exchange:
    """A call and its reply, with what the emulator made of them. Filled in by the door, then written down once.

    ``faults`` are the faults that were armed and played; ``gateway`` is the name of the door that took the call.
    """

    call: Call
    operation: str | None = None
    clause: str | None = None
    consumer: str | None = None
    outcome: Outcome = "answered"
    remarks: RemarkList = field(default_factory=RemarkList)
    effects: list[Effect] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    passage: Passage = field(default_factory=Passage)
    staged: dict[str, Any] | None = None  # what a scenario did: its id, the step, the fault
    gateway: str = ""
    is_scenario_reply: bool = False  # a scenario or a fault answered in place of whoever would have


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
