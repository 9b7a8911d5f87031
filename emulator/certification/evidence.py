"""The evidence: a journal as a bundle holds it, the marks of an attempt in it, and what the client has come to.

One canonical JSON line is an entry, each naming its predecessor's digest. A judge sees these lines and nothing else, so
that whoever has the bundle reaches the same verdicts.

"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from time import perf_counter_ns
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from emulator.certification.lines import JournalLine, KeptBody, RequestLine, ResponseLine
from emulator.certification.redaction import Redactor
from emulator.country.world import World
from emulator.journal.entry import RemarkWords
from emulator.journal.write import Entry as Row
from emulator.journal.write import JournalPlace, Measured, canonical, digest, write_down
from emulator.kernel.clock import iso, system_ms, to_ms
from emulator.kernel.exchange import CERTIFICATION, Call, Exchange, JsonObject, Reply, is_behind_the_scenes


def lines_of(rows: Iterable[Row], before: str, redactor: Redactor) -> Iterator[bytes]:
    """Yield the lines of a bundle's journal; ``before`` is what the first one names as its predecessor."""
    for row in rows:
        line = redactor.swept(canonical(line_of(row, before, redactor)))
        before = digest(line)
        yield line


def line_of(row: Row, before: str, redactor: Redactor) -> JournalLine:
    """Return one exchange as a bundle's journal holds it, before secrets are swept out of the whole line."""
    story = json.loads(row.story)
    asked, said = story["request"], story["response"]
    told: JournalLine = {
        "prev": before,
        "seq": row.seq,
        "operation": row.operation,
        "clause": story["clause"],
        "outcome": row.outcome,
        "consumer": story["consumer"] and redactor.commitment(story["consumer"]),
        "virtual": story["virtual"],
        "wall": iso(row.wall_ms),
        "duration_us": row.duration_us,
        "request": {
            "method": row.method,
            "scheme": asked["scheme"],
            "host": asked["host"],
            "target": redactor.text(asked["target"]),
            "path": redactor.text(asked["path"]),
            "headers": [[name, redactor.header(name, value)] for name, value in asked["headers"]],
            "body_size": asked["body_size"],
            **_request_body(row, redactor),
        },
        "response": _response_as_dict(row, said, redactor),
        "remarks": redactor.remarks(story["remarks"], row.request_body.decode("utf-8", "replace")),
        "effects": story["effects"],
    }
    if story.get("scenario"):
        told["scenario"] = story["scenario"]
    if story.get("faults"):
        told["faults"] = story["faults"]
    return told


def _response_as_dict(row: Row, said: JsonObject, redactor: Redactor) -> ResponseLine:
    told: ResponseLine = {
        "status": row.status,
        "headers": [[name, redactor.header(name, value)] for name, value in said["headers"]],
        "body_size": said["body_size"],
    }
    if said["body_kept"]:
        told = {**told, **_body(row.response_body, redactor.redact_issued)}
    else:
        told["sha256"] = said["body_sha256"]
    if "delivery" in said:
        told["delivery"] = said["delivery"]
    if said.get("delay_ms"):
        told["delay_ms"] = said["delay_ms"]
    return told


def _request_body(row: Row, redactor: Redactor) -> KeptBody:
    if row.operation == ENDED:  # holds what the vendor's program printed, which may be anything
        return _body(row.request_body, lambda text: redactor.scrub_text(redactor.text(text)))
    return _body(row.request_body, redactor.text)


def _body(content: bytes, hide: Callable[[str], str]) -> KeptBody:
    if not content:
        return {}
    try:
        return {"body": hide(content.decode())}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def broken_at(lines: Iterable[bytes], before: str) -> str | None:
    """Return what is wrong with a chain of lines, or None."""
    for number, line in enumerate(lines, 1):
        try:
            told = json.loads(line)
        except ValueError:
            return f"line {number} is not JSON"
        if not isinstance(told, dict) or canonical(told) != line:
            return f"line {number} is not written canonically"
        if told.get("prev") != before:
            return f"line {number} does not follow the one before"
        before = digest(line)
    return None


@dataclass(frozen=True)
class Entry:
    """One exchange as the judge sees it.

    ``dossier``: the code by which the task knows the dossier it is about, where the client gave it a code of its own.
    """

    told: JournalLine = field(repr=False)
    dossier: str = ""

    @cached_property
    def seq(self) -> int:
        """Return the number in the journal, which is what evidence is cited by."""
        return int(self.told["seq"])

    @property
    def digest(self) -> str:
        """Return the digest of the line, by which the next one names it."""
        return digest(canonical(self.told))

    @cached_property
    def operation(self) -> str:
        """Return the operation's name, empty when the call matched none."""
        return self.told["operation"] or ""

    @property
    def is_call(self) -> bool:
        """Tell whether a client called: neither the clock nor a mark."""
        return not is_behind_the_scenes(self.operation)

    @property
    def is_mark(self) -> bool:
        """Tell whether the certification itself wrote it."""
        return self.operation.startswith(CERTIFICATION)

    @cached_property
    def at_ms(self) -> int:
        """Return the virtual instant."""
        from datetime import datetime

        return to_ms(datetime.fromisoformat(self.told["virtual"]))

    @cached_property
    def wall_ms(self) -> int:
        """Return the wall instant."""
        from datetime import datetime

        return to_ms(datetime.fromisoformat(self.told["wall"]))

    @property
    def outcome(self) -> str:
        """Return ``answered``, ``refused``, ``unmatched`` or ``error``."""
        return str(self.told["outcome"])

    @property
    def status(self) -> int:
        """Return the HTTP status of the reply."""
        return int(self.told["response"]["status"])

    @property
    def method(self) -> str:
        """Return the HTTP method."""
        return str(self.told["request"]["method"])

    @cached_property
    def path(self) -> str:
        """Return the decoded path as it was sent, with the sandbox's prefix."""
        return unquote(urlsplit(self.told["request"]["target"]).path)

    @cached_property
    def query(self) -> dict[str, str]:
        """Return the query's values by name, the last of each."""
        return dict(parse_qsl(urlsplit(self.told["request"]["target"]).query, keep_blank_values=True))

    def header(self, name: str) -> str | None:
        """Return the first value of a request header (lower-case name), or None."""
        return next((value for key, value in self.told["request"]["headers"] if key.lower() == name), None)

    def reply_header(self, name: str) -> str | None:
        """Return the first value of a reply header (lower-case name), or None."""
        return next((value for key, value in self.told["response"]["headers"] if key.lower() == name), None)

    @cached_property
    def body(self) -> Any:
        """Return the request body as JSON, or None when it is none; a dossier bears the code of the task in it."""
        said = _json(self.told["request"].get("body"))
        return {**said, "MaHoSo": self.dossier} if self.dossier and isinstance(said, dict) else said

    @property
    def own_code(self) -> str:
        """Return the dossier code as it was sent, empty when there is none."""
        said = _json(self.told["request"].get("body"))
        return str(said.get("MaHoSo", "")) if isinstance(said, dict) else ""

    @property
    def text(self) -> str:
        """Return the request body as text."""
        return str(self.told["request"].get("body", ""))

    @property
    def content(self) -> bytes:
        """Return the request body as bytes, as far as the journal shows it."""
        coded = self.told["request"].get("base64")
        return base64.b64decode(coded) if coded else self.text.encode()

    @cached_property
    def reply(self) -> Any:
        """Return the reply's body as JSON, or None when it is none."""
        return _json(self.told["response"].get("body"))

    @property
    def reply_text(self) -> str:
        """Return the reply's body as text."""
        return str(self.told["response"].get("body", ""))

    @property
    def faults(self) -> list[str]:
        """Return the faults that were played on this exchange."""
        return [*self.told.get("faults", ()), *filter(None, [(self.told.get("scenario") or {}).get("fault")])]

    @property
    def remarks(self) -> list[RemarkWords]:
        """Return what the emulator remarked."""
        return list(self.told["remarks"])

    @cached_property
    def token(self) -> str | None:
        """Return the bearer token the call carried (as its commitment), or None."""
        value = self.header("authorization") or ""
        scheme, _, token = value.partition(" ")
        return token if scheme.lower() == "bearer" and token else None

    @property
    def is_lost(self) -> bool:
        """Tell whether the reply never reached the client whole."""
        return bool(self.told["response"].get("delivery"))


def _json(text: str | None) -> Any:
    if not text:
        return None
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return None


def bare_entry(row: Row) -> Entry:
    """Return an entry that knows number, operation and body, unredacted: of a mark, for the house itself."""
    asked: RequestLine = {"body": row.request_body.decode()}
    return Entry({"seq": row.seq, "operation": row.operation, "request": asked})


def entries_of(lines: Iterable[bytes]) -> list[Entry]:
    """Return the entries of a bundle's journal."""
    return [Entry(json.loads(line)) for line in lines]


# Marks: where an attempt begins and ends, and what was asked of the client, written into the very chain it leaves.

OPENED, GREETED, BEGUN, ENDED, DECLARED, CLOSED, LEFT_OUT = (
    CERTIFICATION + word for word in ("opened", "greeted", "begun", "ended", "declared", "closed", "left-out")
)
"""``LEFT_OUT`` stands in no bundle: a replay writes it where the journal has a call that cannot be played again."""
_NOTHING_SAID = Reply(200)


def exchange_of(operation: str, told: Mapping[str, object]) -> Exchange:
    """Return the exchange that a mark is in the journal: nobody called, ``told`` is its request body."""
    path = "/" + operation.replace(".", "/")
    body = canonical(told)
    call = Call("MARK", path, body=body, body_size=len(body), target=path, client_ip="")
    return Exchange(call, operation=operation, outcome="happened")


Mark = TypeVar("Mark", bound=Mapping[str, object])


def write_mark(enter: Callable[[Exchange], World], operation: str, told: Callable[[World], Mark]) -> Mark:
    """Hold the sandbox's world, let ``told`` change it and say what the mark holds, and write both down at once."""
    started = perf_counter_ns()
    world = enter(Exchange(Call("MARK", "/")))
    world.hold()
    try:
        words = told(world)
        exchange = exchange_of(operation, words)
        exchange.effects.extend(world.exchange.effects)
        bounds = world.sandbox.journal_bounds
        page = JournalPlace(
            world.sandbox.id, world.home, world.seq, world.head, world.now_ms, bounds, world.journal_size
        )
        measured = Measured(system_ms(), (perf_counter_ns() - started) // 1000)
        write_down(world.store, page, exchange, _NOTHING_SAID, measured)
    except BaseException:
        world.release()
        raise
    world.commit()
    return words


# What a client has come to: a test that needs it asks for the thing, never for another test's verdict.

_LISTS = ("btxh.DanhSachHoSo", "btxh.TienTrinhXuLy")


class Reachable(NamedTuple):
    """One thing: its name for people, and how a call shows that it was reached."""

    vi: str
    en: str
    is_shown_by: Callable[[Entry], bool]


def _is(operation: str) -> Callable[[Entry], bool]:
    return lambda call: call.operation == operation and call.status == 200 and call.outcome == "answered"


REACHED: Mapping[str, Reachable] = {
    "token": Reachable("một token của cổng", "a token of the gateway", _is("ndxp.token")),
    "list": Reachable(
        "một danh sách của Bộ",
        "a list of the ministry's",
        lambda call: call.operation in _LISTS and call.status == 200 and call.outcome == "answered",
    ),
    "session": Reachable("một phiên mapi", "a mapi session", _is("dvcqg.mapi.login")),
    "papers-session": Reachable(
        "token của dịch vụ giấy tờ", "a token of the papers service", _is("dvcqg.papers.login")
    ),
    "papers": Reachable("câu trả lời về giấy tờ", "an answer about papers", _is("dvcqg.papers.find")),
    "published": Reachable(
        "một tệp trên máy chủ của đơn vị",
        "a file on the vendor's own server",
        lambda call: call.operation == "xroad.live" and call.status == 200,
    ),
}


def reached_in(calls: Iterable[Entry]) -> frozenset[str]:
    """Return the names of everything the calls of an attempt have reached."""
    left, found = dict(REACHED), set()
    for call in calls:
        for name in [name for name, each in left.items() if each.is_shown_by(call)]:
            found.add(name)
            del left[name]
    return frozenset(found)
