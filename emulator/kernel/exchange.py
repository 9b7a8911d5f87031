"""The values that cross the walls of the house: Call, Reply, Exchange, and remarks with the rules they stand on."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast, get_args

from emulator.kernel.delivery import AT_ONCE, Delivery, FileBody
from emulator.kernel.values import value_class

Headers = tuple[tuple[str, str], ...]
JsonObject = dict[str, Any]
"""A JSON object that somebody else shapes: the body of a call, a line that was stored, words of a pack or a kit.

Whoever reads one looks for each member, and at its kind. What this program shapes itself has a type with its members.
"""
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


@value_class
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


@value_class
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


# The register of rules: what each remark stands on.
#
# A rule is registered once, as a row of the ``rules.csv`` beside the service or the gateway that owns it:
#
#     rule,scope,basis,source,level,vi,en
#     window,,document,BTXH 3.1.4,error,Khoảng thời gian lấy hồ sơ ngược,A pull's window ends before it begins
#
# ``scope`` narrows a row to the operations that begin with it (empty: all); the narrowest row that fits counts.
# ``basis`` is ``document`` (``source`` is a clause, or a row of the quirk register), ``platform`` (an entry of
# docs/sources) or ``ours`` (a decision, or the word ``ours``). A ``source`` of ``operation`` is the clause of the
# operation that was called, and decides the basis with it. ``level`` says what the rule may do: ``note``, ``error`` or
# ``both``.

Basis = Literal["document", "platform", "ours"]
Habit = Literal["note", "error", "both"]
OURS = "ours"
OF_OPERATION = "operation"
_COLUMNS = ("rule", "scope", "basis", "source", "level", "vi", "en")
_CLAUSE = re.compile(r"(BTXH|KDL)\b|[BK]\d\d\b")
_OWN = re.compile(r"ours\b|decision \d{4}\b")


class Grounds(NamedTuple):
    """What a remark stands on."""

    basis: Basis
    source: str


class Rule(NamedTuple):
    """One row of the register; ``owner`` is the file that holds it."""

    id: str
    scope: str
    basis: Basis
    source: str
    level: Habit
    vi: str
    en: str
    owner: str

    def grounds(self, clause: str | None) -> Grounds:
        """Return the rule's grounds in a call whose operation has this clause."""
        if self.source != OF_OPERATION:
            return Grounds(self.basis, self.source)
        return Grounds(basis_of(clause), clause) if clause else Grounds("ours", OURS)


class WrongRule(ValueError):
    """A row of a register that cannot be right; the text says file, line and what is wrong."""


class UnregisteredRule(LookupError):
    """A rule was raised that no register holds."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"rule {rule!r} is not registered: add a row to the rules.csv of the service that raises it")


_RULES: dict[str, list[Rule]] = {}
_FOUND: dict[tuple[str, str | None], Rule] = {}  # what find_rule has found: as many as rules times operations


def basis_of(source: str | None) -> Basis:
    """Return the basis that a source stands for: a clause or a quirk, an entry of docs/sources, or ourselves."""
    if not source or _OWN.match(source):
        return "ours"
    return "document" if _CLAUSE.match(source) else "platform"


def register_rule(rule: Rule) -> None:
    """Add one rule.

    Raises:
        WrongRule: another owner has registered the same rule for the same scope.
    """
    _FOUND.clear()
    rows = _RULES.setdefault(rule.id, [])
    for index, row in enumerate(rows):
        if row.scope == rule.scope:
            if row.owner != rule.owner:
                raise WrongRule(f"{rule.owner}: rule {rule.id!r} is registered by {row.owner} already")
            rows[index] = rule
            return
    rows.append(rule)
    rows.sort(key=lambda row: len(row.scope), reverse=True)


def register_rules(file: Path) -> None:
    """Add the rules of a register.

    Raises:
        WrongRule: the file has other columns, or a row that cannot be right.
    """
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if tuple(reader.fieldnames or ()) != _COLUMNS:
            raise WrongRule(f"{file}:1: the columns must be {','.join(_COLUMNS)}")
        for row in reader:
            register_rule(_read_row(row, file, reader.line_num))


def _read_row(row: dict[str, str], file: Path, line: int) -> Rule:
    where = f"{file}:{line}"
    if None in row or None in row.values():
        raise WrongRule(f"{where}: a row has {len(_COLUMNS)} columns; quote texts that hold commas")
    if row["basis"] not in get_args(Basis) or row["level"] not in get_args(Habit):
        raise WrongRule(f"{where}: basis {row['basis']!r} or level {row['level']!r} is no known word")
    if any(not row[name].strip() for name in ("rule", "source", "vi", "en")):
        raise WrongRule(f"{where}: rule, source, vi and en may not be blank")
    if row["source"] != OF_OPERATION and basis_of(row["source"]) != row["basis"]:
        raise WrongRule(f"{where}: source {row['source']!r} is no ground of basis {row['basis']!r}")
    basis, level = cast("Basis", row["basis"]), cast("Habit", row["level"])
    return Rule(row["rule"], row["scope"], basis, row["source"], level, row["vi"], row["en"], file.parent.name)


def registered_rules() -> Iterator[Rule]:
    """Yield every row that is registered so far, by rule and then from the narrowest scope to the widest."""
    for name in sorted(_RULES):
        yield from _RULES[name]


def check_registered(rule: str) -> None:
    """Raise UnregisteredRule for a rule that no register holds."""
    if rule not in _RULES:
        raise UnregisteredRule(rule)


def find_rule(rule: str, operation: str | None) -> Rule:
    """Return the narrowest row of a rule that fits an operation.

    Raises:
        UnregisteredRule: no row fits.
    """
    known = _FOUND.get((rule, operation))
    if known:
        return known
    for row in _RULES.get(rule, ()):
        if (operation or "").startswith(row.scope):
            _FOUND[rule, operation] = row
            return row
    raise UnregisteredRule(rule)


@value_class
class Remark:
    """One observation about a call: a quirk met or a rule broken.

    ``rule`` is a quirk id (``B15``) or a rule of the register; ``path`` is a JSON pointer into the
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


@value_class
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
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    fields: tuple[str, ...] = ()

    def as_dict(self) -> JsonObject:
        """Return the journal form."""
        told: JsonObject = {"shelf": self.shelf, "key": self.key, "change": self.change}
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
    staged: JsonObject | None = None  # what a scenario did: its id, the step, the fault
    gateway: str = ""
    is_scenario_reply: bool = False  # a scenario or a fault answered in place of whoever would have
