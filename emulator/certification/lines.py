"""A line of a bundle's journal, member by member; and what stands in those that are marks of the certification."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:
    from emulator.certification.challenge import ChallengeWords
    from emulator.certification.kit import Role
    from emulator.certification.plan import PlanWords
    from emulator.certification.tasks.props import Expected
    from emulator.certification.vocabulary import Task
    from emulator.journal.entry import EffectLine, RemarkWords
    from emulator.kernel.exchange import JsonObject


class KeptBody(TypedDict, total=False):
    """A body: as text, or in base64 where it is none; nothing where there was none."""

    body: str
    base64: str


class RequestLine(KeptBody, total=False):
    """What was asked: names of headers as they were sent, values redacted. ``body_size`` is in bytes, as sent."""

    method: str
    scheme: str
    host: str
    target: str
    path: str
    headers: list[list[str]]
    body_size: int


class ResponseLine(KeptBody, total=False):
    """What went back. ``sha256`` stands for a body that was not kept, ``delivery`` tells of one that left badly."""

    status: int
    headers: list[list[str]]
    body_size: int
    sha256: str
    delivery: JsonObject
    delay_ms: int


class JournalLine(TypedDict, total=False):
    """One exchange as a bundle's journal holds it. ``virtual`` and ``wall`` are ISO 8601, ``consumer`` a commitment.

    Whoever looks at a mark for the house itself, or at the journal of a lesson, makes one with less in it.
    """

    prev: str
    seq: int
    operation: str | None
    clause: str | None
    outcome: str
    consumer: str | None
    virtual: str
    wall: str
    duration_us: int
    request: RequestLine
    response: ResponseLine
    remarks: list[RemarkWords]
    effects: list[EffectLine]
    scenario: JsonObject
    faults: list[str]


class KitName(TypedDict):
    """Which kit: its id, version, and the digest of its file."""

    id: str
    version: str
    digest: str


class IssuedAccount(TypedDict):
    """What a client was given to sign in with, in every form in which it will stand in headers and bodies."""

    account: str
    api_key: str
    client_secret: str
    access_key: str


class OpeningMark(TypedDict):
    """How an attempt begins."""

    plan: PlanWords
    challenge: ChallengeWords
    kit: KitName
    issued: list[IssuedAccount]


class DrawnStimulus(TypedDict, total=False):
    """What the emulator does while a scene plays, as the seed drew it; what is not there does not happen.

    ``faults`` are as ``PUT /__admin/faults`` takes them, ``effects`` as the clock does, ``settings`` those of the
    sandbox; ``kept`` is what the settings were before. ``advance_ms`` are milliseconds on the virtual clock.
    """

    faults: list[JsonObject]
    settings: JsonObject
    advance_ms: int
    effects: list[JsonObject]
    scenario: str
    kept: JsonObject


class SceneMark(TypedDict):
    """How a scene begins: which it is, what the client is asked, what meets it, and what only the judge is told."""

    no: int
    test: str
    role: Role
    task: Task
    stimulus: DrawnStimulus
    expected: Expected


class GreetingMark(TypedDict):
    """The small task before the first scene."""

    task: Task


class SceneEnding(TypedDict, total=False):
    """How a scene ended: ``done``, ``crashed``, ``timeout`` or ``broken-off``; empty while it is played.

    ``exit_code``, ``output`` (its end) and ``isolation`` are those of the vendor's program, where one was run.
    """

    no: int
    how: str
    exit_code: int
    output: str
    isolation: str


class DeclaredWords(TypedDict):
    """What a person declares, and with what it can be compared."""

    by: str
    statement: str
    attachment: NotRequired[str]


class Declaration(DeclaredWords):
    """The mark of a declaration: for which test it is."""

    test: str
