"""Classes in a store: opened whole or not at all, found again after a restart, closed with their sandboxes.

Names of people stand in the rows of a class and nowhere else: in no sandbox, no journal and no chain.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from hashlib import sha256
from typing import Any

from emulator.classroom.roster import labels_of
from emulator.country.access import Tenants
from emulator.country.furnish import nearest
from emulator.country.positions import Problem
from emulator.country.sandbox import NoSandbox, Sandbox, Sandboxes, secret_seed
from emulator.kernel.clock import system_ms
from emulator.kernel.values import value_class
from emulator.store import access_rows
from emulator.store.access_rows import ClassRow, SeatRow
from emulator.store.store import Store

LONGEST_CLASS_NAME = 40
"""Letters of a class's name: a seat's sandbox is called by it and by the seat's number."""
HINTS = 3
"""Hints that a step of a lesson has."""
State = dict[str, Any]


class ClassExists(Exception):
    """A class, or a sandbox of the name that one of its seats would bear, is there already."""


class NoClass(KeyError):
    """There is no class of that name (any more)."""


class BadLesson(Exception):
    """A lesson cannot be used; ``problems`` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class NoLesson(KeyError):
    """There is no lesson of that name; ``vi`` and ``en`` name the nearest one."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self.vi, self.en = nearest(name, known)


@value_class
class Seat:
    """One place of a class. ``sandbox`` is None when somebody has dropped it by itself."""

    class_name: str
    number: int
    person: str
    sandbox: Sandbox | None
    state: State = field(default_factory=dict)
    version: int = 1

    @property
    def sandbox_id(self) -> str:
        """Return the name of its sandbox."""
        return seat_name(self.class_name, self.number)


@value_class
class Classroom:
    """A class as it stands. ``state`` is what its trainer has set."""

    name: str
    owner: str
    made_ms: int
    state: State

    @property
    def title(self) -> str:
        """Return what the class is called on its pages."""
        return str(self.state.get("title") or self.name)

    @property
    def lessons(self) -> tuple[str, ...]:
        """Return the ids of its lessons, in their order."""
        return tuple(self.state.get("lessons", ()))


@value_class
class NewClass:
    """What a class is to be: the names of its people, its lessons, and what its sandboxes are made from."""

    name: str
    people: Sequence[str]
    owner: str
    title: str = ""
    lessons: Sequence[str] = ()
    lifetime_s: int | None = None
    definition: Mapping[str, Any] = field(default_factory=dict)


def seat_name(class_name: str, number: int) -> str:
    """Return the name of the sandbox that is a seat."""
    return f"{class_name}-{number:02d}"


class Classes:
    """The classes of a store."""

    def __init__(self, store: Store, sandboxes: Sandboxes, tenants: Tenants) -> None:
        self._store, self._sandboxes, self._tenants = store, sandboxes, tenants

    def open(self, wish: NewClass) -> tuple[Classroom, list[tuple[Seat, str]]]:
        """Make a class with its seats; return it, and each seat with its token. All of it, or nothing.

        Raises:
            ClassExists: the class is there.
            OverQuota: there is no room for so many sandboxes.
            SandboxExists: a sandbox bears the name of a seat.
        """
        made: list[tuple[Seat, str]] = []
        try:
            with self._store.writing():
                if access_rows.get_class(self._store, wish.name):
                    raise ClassExists(wish.name)
                state = json.dumps({"title": wish.title, "lessons": list(wish.lessons)})
                access_rows.add_class(self._store, ClassRow(wish.name, wish.owner, system_ms(), state))
                for number, person in enumerate(labels_of(wish.people), 1):
                    made.append(self._add_seat(wish, number, person))
        except BaseException:
            self._sandboxes.forget([seat.sandbox.no for seat, _ in made if seat.sandbox])
            raise
        return self.get(wish.name), made

    def _add_seat(self, wish: NewClass, number: int, person: str) -> tuple[Seat, str]:
        self._tenants.check_room(wish.owner)
        made = self._sandboxes.create(seat_name(wish.name, number), {**wish.definition, "seed": secret_seed()})
        sandbox = self._tenants.assign(made, wish.owner, wish.lifetime_s)
        access_rows.add_seat(self._store, SeatRow(wish.name, number, sandbox.no, person, "{}", 1))
        token = self._tenants.issue_token(sandbox, is_typed=True)
        return Seat(wish.name, number, person, sandbox), token

    def get(self, name: str) -> Classroom:
        """Return a class. Raises NoClass."""
        row = access_rows.get_class(self._store, name)
        if row is None:
            raise NoClass(name)
        return _classroom_of(row)

    def every(self) -> list[Classroom]:
        """Return all classes, the oldest first."""
        return [_classroom_of(row) for row in access_rows.every_class(self._store)]

    def seats(self, name: str) -> list[Seat]:
        """Return the seats of a class by their numbers."""
        return [self._seat_of(row) for row in access_rows.seats_of(self._store, name)]

    def seat_of(self, sandbox: Sandbox) -> Seat | None:
        """Return the seat that a sandbox is; None when it is none."""
        row = access_rows.seat_of_sandbox(self._store, sandbox.no)
        return self._seat_of(row) if row else None

    def _seat_of(self, row: SeatRow) -> Seat:
        try:
            sandbox: Sandbox | None = self._sandboxes.of_no(row.sandbox_no)
        except NoSandbox:
            sandbox = None
        return Seat(row.class_name, row.number, row.person, sandbox, json.loads(row.state), row.version)

    def mark(self, classroom: Classroom) -> str:
        """Return a word that is another one when something in a class has changed since, or a minute has passed."""
        numbers = access_rows.mark_of_class(self._store, classroom.name)
        state = sha256(json.dumps(classroom.state, sort_keys=True).encode()).hexdigest()[:8]
        return ".".join(map(str, (*numbers, state, system_ms() // 60_000)))

    def renew_token(self, seat: Seat) -> str:
        """Return a new token of a seat; the one on its sheet opens nothing any more. Raises NoSandbox."""
        if seat.sandbox is None:
            raise NoSandbox(seat.sandbox_id)
        return self._tenants.issue_token(seat.sandbox, is_typed=True)

    def change_class(self, name: str, change: Callable[[State], State]) -> Classroom:
        """Change the state of a class from what it is now. Raises NoClass."""
        with self._store.writing():
            classroom = self.get(name)
            access_rows.write_class(self._store, name, json.dumps(change(dict(classroom.state))))
        return self.get(name)

    def change_seat(self, seat: Seat, change: Callable[[State], State]) -> Seat | None:
        """Change the state of a seat from what it is now; None when the seat is gone."""
        with self._store.writing():
            rows = access_rows.seats_of(self._store, seat.class_name)
            row = next((each for each in rows if each.number == seat.number), None)
            if row is None:
                return None
            state = change(json.loads(row.state))
            access_rows.write_seat(self._store, seat.class_name, seat.number, json.dumps(state))
        return Seat(seat.class_name, seat.number, row.person, seat.sandbox, state, row.version + 1)

    def close(self, name: str) -> list[str]:
        """Remove a class, its sandboxes and its own token; return the names of the sandboxes. Raises NoClass."""
        with self._store.writing():
            classroom = self.get(name)
            gone = [seat.sandbox for seat in self.seats(name) if seat.sandbox is not None]
            numbers = {sandbox.no for sandbox in gone}  # and the attempts that a seat has opened
            gone += [each for each in self._sandboxes.every() if each.parent_no in numbers]
            for sandbox in gone:
                self._sandboxes.drop(sandbox)
            access_rows.drop_class(self._store, name)
            if classroom.owner == own_owner(name):
                self._tenants.end_owner_tokens(classroom.owner)
        return [sandbox.id for sandbox in gone]


def own_owner(name: str) -> str:
    """Return the owner of a class that was opened for nobody else: it ends with the class."""
    return f"class:{name}"


def _classroom_of(row: ClassRow) -> Classroom:
    return Classroom(row.name, row.owner, row.made_ms, json.loads(row.state))
