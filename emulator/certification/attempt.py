"""An attempt: one plan carried out in a sandbox of its own. Everything it is stands in that sandbox's journal."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypedDict

from emulator.certification import evidence
from emulator.certification.challenge import Challenge, challenge_of
from emulator.certification.evidence import BEGUN, CLOSED, ENDED, OPENED, Entry, bare_entry, entries_of, lines_of
from emulator.certification.judge import Cue, Judgement, judge, running_order
from emulator.certification.kit import Both, Kit
from emulator.certification.kit_reader import kit_of
from emulator.certification.lines import GreetingMark, IssuedAccount, KitName, OpeningMark, SceneEnding, SceneMark
from emulator.certification.plan import Plan, plan_of
from emulator.certification.redaction import Redactor
from emulator.certification.scenes import BROKEN_OFF, AttemptRecord, record_of
from emulator.certification.stage import CertificationHost, aim_at, arm, pay, put_away, set_up, stimulus_for
from emulator.certification.tasks import TASKS
from emulator.certification.tasks.props import Assignment, Props
from emulator.certification.vocabulary import Task
from emulator.country.sandbox import Sandbox
from emulator.country.shelf import KEEPSAKES, Base, Keepsake, Shelf
from emulator.country.world import World
from emulator.journal.journal import Journal
from emulator.kernel.clock import Clock, random_for
from emulator.kernel.exchange import Call, Exchange, JsonObject
from emulator.kernel.values import value_class

PREFIX = "luot-"
"""What the sandbox of an attempt is called; "lượt" is the word for one try."""
_JOURNAL_LIMIT = 1_000_000
_KEY = "redaction key"
_SETTINGS = {"journal_limit": _JOURNAL_LIMIT, "magic_values": False, "prefer_header": False}
"""No caller may choose its own answers while it is judged."""
_DEFINITION = {"pack": "co-ban", "profile": "apim-3.2", "scenario": None}
"""Whatever a server was started with: an attempt is played in one and the same country everywhere."""


def keepsakes(world: World) -> Shelf[Keepsake]:
    """Return what an attempt keeps for itself."""
    return Shelf(KEEPSAKES, Base(KEEPSAKES), world)


class WrongMoment(Exception):
    """That cannot be done now; ``vi`` and ``en`` say why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


class Greeting(TypedDict):
    """The small task before the first scene, and what a person is told besides, by language."""

    task: Task
    say: Both


class SceneCall(Greeting):
    """The scene that begins: its task, what it is about, and of how many."""

    title: Both
    scenes: int


@dataclass(frozen=True)
class Attempt:
    """An attempt and where it is played."""

    house: CertificationHost
    sandbox: Sandbox
    plan: Plan
    kit: Kit
    challenge: Challenge

    @property
    def id(self) -> str:
        """Return the id, which is that of its sandbox."""
        return self.sandbox.id

    def redactor(self) -> Redactor:
        """Return a redactor of this attempt; its key stands in the sandbox and in no bundle."""
        kept = keepsakes(self.enter(Exchange(Call("GET", "/")))).get(_KEY)
        pairs = self.house.sandboxes.credentials(self.sandbox)
        secrets = [text for pair in pairs for text in (pair.consumer_secret, pair.consumer_key)]
        key = bytes.fromhex(kept.text if kept else "")
        return Redactor(key, identity=self.plan.redaction == "identity", secrets=secrets)

    def lines(self, redactor: Redactor | None = None) -> list[bytes]:
        """Return the journal as a bundle holds it."""
        rows = self.house.journal.each(self.sandbox.home)
        return list(lines_of(rows, self.challenge.digest, redactor or self.redactor()))

    def record(self) -> AttemptRecord:
        """Return what has been played so far."""
        return record_of(entries_of(self.lines()))

    def standing(self) -> Standing:
        """Return which scene it has come to."""
        return standing_in(self.house.journal, self.sandbox.home)

    def greet(self) -> Greeting:
        """Return a small task before the first scene, by which a client shows that it is set up rightly.

        Raises:
            WrongMoment: a scene has been begun, or there is none to play.
        """
        if self.standing() != Standing():
            raise WrongMoment("Các cảnh đã bắt đầu", "the scenes have begun")
        order = self.order()
        if not order:
            raise WrongMoment("Kế hoạch không có cảnh nào để diễn", "the plan has no scene to play")
        scene = order[0].scene
        cue = replace(order[0], no=len(order) + 1, scene=replace(scene, given={**scene.given, "count": 1}))

        def mark(world: World) -> GreetingMark:
            return {"task": self._task(cue, world).task}

        return {"task": evidence.write_mark(self.enter, evidence.GREETED, mark)["task"], "say": cue.scene.say}

    def order(self) -> tuple[Cue, ...]:
        """Return every scene of the attempt."""
        return running_order(self.kit, self.plan, self.challenge.seed)

    def judge_now(self) -> Judgement:
        """Return the verdicts as they stand now."""
        return judge(self.kit, self.plan, self.record())

    def begin(self) -> SceneCall | None:
        """Set the next scene up and return what the client is asked to do; None when all have been played.

        Raises:
            WrongMoment: a scene is being played, or the attempt is closed.
        """
        standing = self.standing()
        if standing.is_closed:
            raise WrongMoment("Lượt kiểm thử đã đóng", "the attempt is closed")
        if standing.scene:
            raise WrongMoment("Cảnh trước chưa kết thúc", "the scene before has not ended")
        order = self.order()
        if standing.done == len(order):
            return None
        cue = order[standing.done]
        task = self._begin(cue)
        return {"task": task, "say": cue.scene.say, "title": dict(cue.test.title), "scenes": len(order)}

    def _begin(self, cue: Cue) -> Task:
        luck = random_for(self.challenge.seed, "stimulus", cue.no)
        told = set_up(self.house, self.sandbox, stimulus_for(cue.scene, self.plan), cue.no, luck)

        def mark(world: World) -> SceneMark:
            asked = self._task(cue, world)
            return {
                "no": cue.no,
                "test": cue.test.id,
                "role": cue.scene.role,
                "task": asked.task,
                "stimulus": aim_at(told, asked),
                "expected": asked.expected,
            }

        written = evidence.write_mark(self.enter, evidence.BEGUN, mark)
        arm(self.house, self.sandbox, written["stimulus"])
        return written["task"]

    def _task(self, cue: Cue, world: World) -> Assignment:
        props = Props(cue.no, self.plan, world)
        made = TASKS[cue.scene.task](cue.scene.given, props)
        task: Task = {"no": cue.no, "now": props.now, **made.task}
        return Assignment(task, {"api_key": self._issued_key(), **made.expected})

    def _issued_key(self) -> str:
        """Return the consumer key the client must use; by its name in the mark a bundle shows it as a commitment."""
        return str(self.house.sandboxes.credentials_shown(self.sandbox)["production"]["consumer_key"])

    def end(self, ending: SceneEnding) -> None:
        """End the scene that is played, ``broken-off`` to have it played again; how it ended is kept as evidence.

        Raises:
            WrongMoment: no scene is played.
        """
        scene = self.standing().scene
        if scene is None:
            raise WrongMoment("Không có cảnh nào đang diễn", "no scene is being played")
        if ending["how"] == "done":
            pay(scene["expected"].get("visits", ()), self.house.serve, self.id)
        put_away(self.house, self.sandbox, scene["stimulus"])
        evidence.write_mark(self.enter, evidence.ENDED, lambda _: {**ending, "no": scene["no"]})

    def declare(self, test_id: str, words: Mapping[str, object]) -> None:
        """Write down what a person declares for an attest test."""
        evidence.write_mark(self.enter, evidence.DECLARED, lambda _: {"test": test_id, **words})

    def close(self) -> None:
        """Close the attempt: nothing can be added, and what was never exercised is inconclusive.

        Raises:
            WrongMoment: it is closed already.
        """
        if self.standing().is_closed:
            raise WrongMoment("Lượt kiểm thử đã đóng", "the attempt is closed")
        evidence.write_mark(self.enter, evidence.CLOSED, lambda _: {})

    def enter(self, exchange: Exchange) -> World:
        """Return the attempt's world as it is now."""
        return self.house.enter(self.house.sandboxes.get(self.id), exchange)


def open_attempt(
    house: CertificationHost,
    attempt_id: str,
    plan: Plan,
    challenge: Challenge,
    *,
    kit: Kit | None = None,
    at_ms: int | None = None,
    make: Callable[[str, JsonObject], Sandbox] | None = None,
) -> Attempt:
    """Make the sandbox of an attempt and write its first entry, which holds plan and challenge.

    ``kit`` and ``at_ms`` are for playing an attempt again: the kit of its bundle, the instant at which it was opened.
    ``make`` is who makes the sandbox when that is not for the sandboxes themselves alone.

    Raises:
        SandboxExists: the id is taken.
        NoKit: the plan's kit is not in the box.
    """
    kit = kit or kit_of(plan.kit)
    sandbox = (make or house.sandboxes.create)(attempt_id, {**_DEFINITION, "mode": plan.mode, "seed": challenge.seed})
    house.sandboxes.change_settings(sandbox, {**_SETTINGS, "agency_code": plan.agency})
    if at_ms is not None:
        house.sandboxes.set_clock(sandbox, Clock(virtual_ms=at_ms, frozen=True))
    attempt = Attempt(house, house.sandboxes.get(attempt_id), plan, kit, challenge)

    def write_opening(world: World) -> OpeningMark:
        keepsakes(world).put_record(Keepsake(_KEY, secrets.token_hex(32)))
        named: KitName = {"id": kit.id, "version": kit.version, "digest": kit.digest}
        told, issued = challenge.as_dict(), _list_issued(attempt)
        return {"plan": plan.as_dict(), "challenge": told, "kit": named, "issued": issued}

    evidence.write_mark(attempt.enter, evidence.OPENED, write_opening)
    if at_ms is None:  # played again, each declaration comes at its own instant
        for test_id, words in plan.attestations.items():
            attempt.declare(test_id, words)
    return attempt


def _list_issued(attempt: Attempt) -> list[IssuedAccount]:
    """Return every account of a client.

    The names are such that a bundle shows commitments: whoever plays the attempt again knows whose they are.
    """
    given = attempt.house.sandboxes.credentials_shown(attempt.sandbox)
    pairs = [(name, *_pair(words)) for name, words in given.items()]
    return [
        {
            "account": name,
            "api_key": user,
            "client_secret": password,
            "access_key": base64.b64encode(f"{user}:{password}".encode()).decode(),
        }
        for name, user, password in pairs
    ]


def _pair(words: Mapping[str, str]) -> tuple[str, str]:
    if "consumer_key" in words:
        return words["consumer_key"], words["consumer_secret"]
    return words["username"], words["password"]


def attempt_of(house: CertificationHost, attempt_id: str) -> Attempt:
    """Return an attempt by id.

    Raises:
        NoSandbox: there is no such sandbox.
        WrongMoment: that sandbox is not one of an attempt.
    """
    sandbox = house.settle_due(house.sandboxes.get(attempt_id))
    first = house.journal.entry(sandbox.home, 1)
    if first is None or first.operation != evidence.OPENED:
        raise WrongMoment("Sandbox này không phải lượt kiểm thử", "this sandbox is not an attempt")
    told = json.loads(first.request_body)
    plan = plan_of(told["plan"])
    return Attempt(house, sandbox, plan, kit_of(plan.kit), challenge_of(told["challenge"]))


_TURNS = (OPENED, BEGUN, ENDED, CLOSED)
_CHUNK = 50


@value_class
class Standing:
    """``done`` scenes count and need not be played again; ``scene`` is what was told of the one being played."""

    done: int = 0
    scene: SceneMark | None = None
    is_closed: bool = False


def standing_in(journal: Journal, home: tuple[int, int]) -> Standing:
    """Return where the attempt of a sandbox stands.

    Scenes are played in the order of their numbers, so that the last number tells how many there were.
    """
    mark = _last_turn(journal, home)
    if mark.operation == CLOSED:
        return Standing(is_closed=True)
    if mark.operation == BEGUN:
        return Standing(int(mark.body["no"]) - 1, mark.body)
    if mark.operation == ENDED:
        return Standing(int(mark.body["no"]) - (mark.body["how"] == BROKEN_OFF))
    return Standing()


def _last_turn(journal: Journal, home: tuple[int, int]) -> Entry:
    last = journal.newest(home)
    while last > 0:
        for row in reversed(journal.entries(home, max(0, last - _CHUNK), min(last, _CHUNK))):
            if row.operation in _TURNS:
                return bare_entry(row)
        last -= _CHUNK
    raise LookupError("the journal of an attempt has no mark")
