"""Playing a bundle's attempt again: the same pack, seed, clock and calls must give what the journal says they gave.

An edited request needs, from there on, a whole conversation that this very country would have had. What only the
vendor's own machines can answer is not played; it is counted, and a level's sentence names it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from emulator.certification import evidence
from emulator.certification.attempt import Attempt, WrongMoment, open_attempt
from emulator.certification.bundle import archive
from emulator.certification.bundle.again import is_by_this_judge
from emulator.certification.bundle.finding import Point
from emulator.certification.bundle.pack import kit_in
from emulator.certification.challenge import challenge_of
from emulator.certification.evidence import Entry, entries_of, line_of
from emulator.certification.lines import DrawnStimulus, JournalLine
from emulator.certification.plan import plan_of
from emulator.certification.redaction import COMMITMENT, Openings, hidden_as_secret
from emulator.certification.stage import CertificationHost, put_away
from emulator.journal.write import canonical
from emulator.kernel.clock import Clock
from emulator.kernel.exchange import ADMIN_CHANGE, CLOCK_EFFECT, Call, JsonObject

Files = Mapping[str, bytes]
Hosts = Callable[[], AbstractContextManager[CertificationHost]]
"""Opens an empty country of its own for one replay."""
_OUTSIDE, _AXIS = "xroad.live", "xroad."
_COMPARED = ("operation", "clause", "outcome", "consumer", "virtual", "response", "remarks", "effects")
_COMPARED_IF_THERE = ("scenario", "faults")


@dataclass
class Replayed:
    """What came of it. ``left_out``: numbers of entries that were not played again, by why (``vi / en``).

    ``differs_at``: the first entry that this country would have answered otherwise, and where in it.
    """

    calls: int = 0
    scenes: int = 0
    left_out: dict[str, list[int]] = field(default_factory=dict)
    differs_at: tuple[int, str] | None = None


OUTSIDE = "máy chủ của đơn vị / the vendor's own server"
CHANGED = "người quản trị thay đổi / changed by an administrator"
CLOSED = "dữ liệu cá nhân bị che, chưa mở được / hidden personal data that nothing opens"
BINARY = "thân chỉ còn mã băm / bodies of which the digest alone is kept"


def replay(files: Files, hosts: Hosts) -> Replayed:
    """Play the attempt of a bundle again, call by call, until something differs."""
    with hosts() as host:
        return _Stage(files, host, has_calls=True).play()


def replay_scenes(files: Files, hosts: Hosts) -> Replayed:
    """Set every scene of a bundle up again without a single call: tasks follow from challenge, kit and pack alone."""
    with hosts() as host:
        return _Stage(files, host, has_calls=False).play()


class _Stage:
    """One attempt on its way through a country that was empty when it began."""

    def __init__(self, files: Files, host: CertificationHost, *, has_calls: bool) -> None:
        self._entries = entries_of(archive.lines_in(files[archive.JOURNAL]))
        opened = self._entries[0].body
        self._plan, self._challenge = plan_of(opened["plan"]), challenge_of(opened["challenge"])
        self._kit = kit_in(files, self._plan.kit)
        self._id = str(archive.object_in(files[archive.ENVIRONMENT])["attempt"])
        self._host, self._has_calls = host, has_calls
        self._done = Replayed()
        self._openings: Openings | None = None
        self._has_visits = False

    def play(self) -> Replayed:
        """Play it, and return what came of it."""
        wanted = [each for each in self._entries if self._has_calls or each.operation in _SCENERY]
        for entry in wanted:
            found = self._step(entry)
            if found is not None:
                self._done.differs_at = (entry.seq, found)
                break
        return self._done

    def _step(self, entry: Entry) -> str | None:
        """Play one entry; return where it differs."""
        why = self._cannot_play(entry) if self._has_calls else None
        if why:
            self._done.left_out.setdefault(why, []).append(entry.seq)
            self._write_gap()
            return None
        if entry.is_call and (_has_no_body(entry) or not _is_one_address(entry)):
            return "/request"
        strangers = self._unknown_in(entry) if entry.is_call else set()
        if self._newest() < entry.seq or not self._has_calls:
            try:
                self._act(entry)
            except WrongMoment as wrong:
                return wrong.en
        return self._compare_replies(entry, has_strangers=bool(strangers))

    def _cannot_play(self, entry: Entry) -> str | None:
        if entry.operation == ADMIN_CHANGE and not _has_turned_the_clock_alone(entry):
            return CHANGED
        if entry.operation == _OUTSIDE or (self._has_visits and entry.operation.startswith(_AXIS)):
            return OUTSIDE
        if not entry.is_call:
            return None
        if _has_no_body(entry) and entry.outcome != "answered":
            return BINARY
        return CLOSED if self._unknown_in(entry) - self._secrets_in(entry) else None

    def _unknown_in(self, entry: Entry) -> set[str]:
        """Return the commitments of a call that nothing has told yet; those of persons only where persons are hidden.

        A secret is none of these exceptions: the country tells every secret that opens anything, so that one it never
        told is played as what it is, a stranger's.
        """
        asked = entry.told["request"]
        texts = [asked["target"], asked["path"], entry.text, *(value for _, value in asked["headers"])]
        return {each for text in texts for each in COMMITMENT.findall(text) if not self._known_openings.is_known(each)}

    def _secrets_in(self, entry: Entry) -> set[str]:
        if self._plan.redaction != "identity":
            return self._unknown_in(entry)
        asked = entry.told["request"]
        texts = [asked["target"], asked["path"], entry.text]
        return hidden_as_secret(texts, asked["headers"])

    def _write_gap(self) -> None:
        """Leave a line out without giving its number to the next one: identities follow from numbers."""
        evidence.write_mark(self._attempt().enter, evidence.LEFT_OUT, lambda _: {})

    def _newest(self) -> int:
        if not self._is_open:
            return 0
        return self._host.journal.newest(self._host.sandboxes.get(self._id).home)

    @property
    def _is_open(self) -> bool:
        return any(each.id == self._id for each in self._host.sandboxes.every())

    def _attempt(self) -> Attempt:
        sandbox = self._host.sandboxes.get(self._id)
        return Attempt(self._host, sandbox, self._plan, self._kit, self._challenge)

    def _act(self, entry: Entry) -> None:
        if entry.operation == evidence.OPENED:
            open_attempt(self._host, self._id, self._plan, self._challenge, kit=self._kit, at_ms=entry.at_ms)
            return
        self._turn(entry.at_ms - self._advance(entry))
        if entry.operation == evidence.BEGUN:
            self._attempt().begin()
            self._done.scenes += 1
            self._has_visits = bool(entry.body["expected"].get("visits"))
        elif entry.operation == evidence.GREETED:
            self._attempt().greet()
        elif entry.operation == evidence.ENDED:
            put_away(self._host, self._attempt().sandbox, self._stimulus())
            self._copy(entry)
        elif entry.is_mark or entry.operation == ADMIN_CHANGE:
            self._copy(entry)
        elif entry.operation != CLOCK_EFFECT:
            self._call(entry)

    @property
    def _known_openings(self) -> Openings:
        """Return what is known of commitments; the first mark, which is no call, opens the country that tells it."""
        if self._openings is None:
            self._openings = Openings(self._attempt().redactor())
        return self._openings

    def _copy(self, entry: Entry) -> None:
        """Write down again what a person or the vendor's program said, or that somebody turned the clock."""
        evidence.write_mark(self._attempt().enter, entry.operation, lambda _: entry.body)

    def _advance(self, entry: Entry) -> int:
        told = entry.body if entry.operation == evidence.BEGUN else None
        return int(told["stimulus"].get("advance_ms", 0)) if isinstance(told, dict) else 0

    def _stimulus(self) -> DrawnStimulus:
        scene = self._attempt().standing().scene
        if scene is None:
            raise KeyError("stimulus")
        return scene["stimulus"]

    def _turn(self, at_ms: int) -> None:
        sandbox = self._host.sandboxes.get(self._id)
        self._host.sandboxes.set_clock(sandbox, Clock(virtual_ms=at_ms, frozen=True))

    def _call(self, entry: Entry) -> None:
        reply = self._host.serve(_call_of(entry, self._known_openings, f"/s/{self._id}"))
        if reply.file:
            reply.file.close()
        self._done.calls += 1

    def _compare_replies(self, entry: Entry, *, has_strangers: bool) -> str | None:
        home = self._host.sandboxes.get(self._id).home
        number = entry.seq if self._has_calls or entry.operation == evidence.OPENED else self._newest()
        row = self._host.journal.entry(home, number)
        if row is None:
            return "–"
        redactor = self._known_openings.redactor
        made: JournalLine = json.loads(redactor.swept(canonical(line_of(row, "", redactor))))
        if has_strangers and _are_refusals(entry, Entry(made)):
            return None  # in which words a stranger is refused may hang on what he said
        written = entry.told
        names = [*_COMPARED, *(name for name in _COMPARED_IF_THERE if name in written or name in made)]
        one, other = (_members(each, names) for each in (written, made))
        # An attempt keeps a key by chance, to make commitments with; without calls a dossier has not moved on.
        if entry.operation == evidence.OPENED or not self._has_calls:
            one["effects"], other["effects"] = (_without_digests(each["effects"]) for each in (one, other))
        other["effects"] = _as_far_as_told(one["effects"], other["effects"])
        found = self._known_openings.first_difference(one, other)
        if found or not entry.is_mark:
            return found
        return self._known_openings.first_difference(entry.body, Entry(made).body, "/task")


def _members(line: JournalLine, names: Sequence[str]) -> JsonObject:
    return {name: line.get(name) for name in names}


def _has_no_body(entry: Entry) -> bool:
    """Tell whether a call had a body of which nothing is shown: the emulator keeps none only where it refused."""
    asked = entry.told["request"]
    return bool(asked["body_size"]) and not asked.keys() & {"body", "base64"}


def _is_one_address(entry: Entry) -> bool:
    """Tell whether the address that a judge reads is the one that is called again."""
    return entry.path.endswith(entry.told["request"]["path"])


def _are_refusals(written: Entry, made: Entry) -> bool:
    """Tell whether a call was refused, and is again: nothing came of it, then or now."""
    kept = [(each.operation, each.outcome, each.faults, list(each.told["effects"])) for each in (written, made)]
    both = all(each.outcome == "refused" and 400 <= each.status < 500 for each in (written, made))
    return both and kept[0] == kept[1] and not kept[0][3]


_NEWER = ("before", "after", "fields")
_SCENERY = (evidence.OPENED, evidence.GREETED, evidence.BEGUN, evidence.ENDED)


def _as_far_as_told(written: Any, made: Any) -> Any:
    """Return effects without what an older journal told of none of them: where a record stood before and after."""
    if any("after" in each for each in written):
        return made
    return [{name: value for name, value in each.items() if name not in _NEWER} for each in made]


def _has_turned_the_clock_alone(entry: Entry) -> bool:
    """Tell whether a change only turned the clock, as clients do to let time pass: every entry has its instant."""
    changed = entry.body.get("changed") if isinstance(entry.body, dict) else None
    return isinstance(changed, dict) and not changed.keys() - {"clock"} and not entry.told["effects"]


def _without_digests(effects: Any) -> list[dict[str, str]]:
    return [{name: value for name, value in each.items() if name not in ("sha256", *_NEWER)} for each in effects]


def _call_of(entry: Entry, openings: Openings, prefix: str) -> Call:
    """Return the call an entry tells, with its hidden values opened."""
    asked = entry.told["request"]
    target = openings.open_text(asked["target"], "form")
    path = openings.open_text(asked["path"])
    kind = "form" if "urlencoded" in (entry.header("content-type") or "") else "json"
    content = entry.content if asked.get("base64") else openings.open_text(entry.text, kind).encode()
    is_as_sent = content == entry.content
    return Call(
        method=entry.method,
        path=f"{prefix}{path}" if unquote(target).startswith(f"{prefix}/") else path,
        query=target.partition("?")[2],
        headers=tuple((name, openings.open_text(value)) for name, value in asked["headers"]),
        body=content,
        body_size=int(asked["body_size"]) if is_as_sent else len(content),
        target=target,
        host=asked["host"],
        scheme=asked["scheme"],
    )


def scene_points(files: Files, hosts: Hosts | None) -> Iterator[Point]:
    """Look whether every task and every stimulus follows from challenge, kit and pack alone."""
    if hosts is None:
        yield _not_here("tasks")
        return
    found, wanted = replay_scenes(files, hosts), _scenes_in(files)
    if found.differs_at:
        yield _differs("tasks", found.differs_at, files)
    elif not found.scenes or found.scenes != wanted:
        vi = f"Chỉ dựng lại được {found.scenes} trên {wanted} cảnh: chưa chứng minh được gì"
        yield Point("tasks", "bad", vi, f"only {found.scenes} of {wanted} scenes were made again: that shows nothing")
    else:
        vi = f"Đề bài và sự cố của cả {wanted} cảnh đúng là sinh từ thử thách và bộ kiểm thử"
        yield Point("tasks", "good", vi, f"tasks and stimuli of all {wanted} scenes follow from challenge and kit")


def replay_points(files: Files, hosts: Hosts | None) -> Iterator[Point]:
    """Look whether the calls of the journal, made again, are answered as the journal says they were."""
    if hosts is None:
        yield _not_here("replay")
        return
    found = replay(files, hosts)
    left_out = sum(map(len, found.left_out.values()))
    if found.differs_at:
        yield _differs("replay", found.differs_at, files)
    elif not found.calls:
        vi = "Không phát lại được cuộc gọi nào: chưa chứng minh được gì"
        yield Point("replay", "bad", vi, "not a single call could be played again: that shows nothing")
    else:
        vi = f"Phát lại {found.calls} cuộc gọi: mã trả lời, thân, nhận xét, tác động đúng như nhật ký"
        en = f"{found.calls} calls played again: status, body, remarks and effects are those of the journal"
        yield Point("replay", "good", vi, en)
    for why, numbers in found.left_out.items():
        why_vi, _, why_en = why.partition(" / ")
        told = ", ".join(f"#{number}" for number in numbers[:8]) + ("…" if len(numbers) > 8 else "")
        vi = f"{len(numbers)} cuộc gọi không phát lại được ({why_vi}): {told}; điều chúng nói chỉ là lời của gói"
        en = (
            f"{len(numbers)} of {left_out} calls not played again "
            f"({why_en}): {told}; for these the bundle's word stands"
        )
        yield Point("not-replayed", "open" if why == CLOSED else "note", vi, en)


def _not_here(name: str) -> Point:
    return Point(name, "open", "Chưa phát lại lượt thử", "the attempt was not played again")


def _scenes_in(files: Files) -> int:
    return sum(1 for each in entries_of(archive.lines_in(files[archive.JOURNAL])) if each.operation == evidence.BEGUN)


def _differs(name: str, where: tuple[int, str], files: Files) -> Point:
    number, place = where
    vi = f"Dòng nhật ký #{number} không phải điều trình giả lập này đã làm ({place})"
    en = f"line #{number} of the journal is not what this emulator did ({place})"
    report = archive.report_in(files)
    if is_by_this_judge(report):
        return Point(name, "bad", vi, en)
    version = report["emulator"]["version"]
    return Point(name, "open", f"{vi}; gói do bản {version} làm, hãy kiểm bằng bản đó", f"{en}; use version {version}")
