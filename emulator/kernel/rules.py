"""The register of rules: what each remark stands on.

A rule is registered once, as a row of the ``rules.csv`` beside the service or the gateway that owns it::

    rule,scope,basis,source,level,vi,en
    window,,document,BTXH 3.1.4,error,Khoảng thời gian lấy hồ sơ ngược,A pull's window ends before it begins

``scope`` narrows a row to the operations that begin with it (empty: all); the narrowest row that fits counts.
``basis`` is ``document`` (``source`` is a clause, or a row of the quirk register), ``platform`` (an entry of
docs/sources) or ``ours`` (a decision, or the word ``ours``). A ``source`` of ``operation`` is the clause of the
operation that was called, and decides the basis with it. ``level`` says what the rule may do: ``note``, ``error`` or
``both``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args

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
