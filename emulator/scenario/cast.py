"""Who directs a call: the scenarios that play in a sandbox, in the order in which they speak.

What the call itself wishes for, by its ``Prefer`` header or by a magic value, stands below.

"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from emulator.country.agenda import Lapsed, ScenarioState
from emulator.country.furnish import nearest
from emulator.country.pack import Pack
from emulator.country.positions import Problem
from emulator.country.sandbox import Sandbox
from emulator.country.world import CallDirector, World
from emulator.kernel.exchange import Call
from emulator.kernel.values import value_class
from emulator.scenario.library import Library, NoScenario
from emulator.scenario.script import LONGEST_MS, Blow, Refuse, Script, Step, Wish
from emulator.services.registry import FORWARD, staged_names

_MOST_KEPT = 64


class Missing(NamedTuple):
    """A scenario that should play and cannot be had, with the reason in both languages."""

    name: str
    vi: str
    en: str


class Cast:
    """Gives the scripts of a sandbox. What was read is kept: a call costs a look-up."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._texts: dict[str, Script] = {}

    def scripts_of(self, sandbox: Sandbox) -> tuple[list[Script], list[Missing]]:
        """Return the scenarios of a sandbox in the order in which they speak, and those that cannot be had."""
        from emulator.scenario.reader import BadScenario

        scripts, missing = list[Script](), list[Missing]()
        for wish in sandbox.definition.scenarios:
            try:
                scripts.append(self.script_of(wish))
            except NoScenario as trouble:
                missing.append(
                    Missing(wish["name"], f"không có kịch bản này{trouble.vi}", f"there is none{trouble.en}")
                )
            except (BadScenario, OSError) as trouble:
                missing.append(Missing(wish["name"], str(trouble), str(trouble)))
        scripts.sort(key=lambda script: script.priority)
        return scripts, missing

    def script_of(self, wish: Mapping[str, Any]) -> Script:
        """Return the scenario a wish names, or the one of its text.

        Raises:
            NoScenario: there is none of that name.
            BadScenario: its file or text is wrong, or a value does not fit its parameters.
        """
        values = wish.get("set") or {}
        if "text" not in wish:
            return self.library.get(wish["name"], values)
        key = sha256(json.dumps([wish["name"], wish["text"], values], sort_keys=True).encode()).hexdigest()
        if key not in self._texts:
            from emulator.scenario.reader import Source, read_script

            if len(self._texts) >= _MOST_KEPT:
                self._texts.pop(next(iter(self._texts)))
            self._texts[key] = read_script(Source(Path(f"{wish['name']}.yaml"), self.library, wish["text"], values))
        return self._texts[key]

    def problems_of(self, wish: Mapping[str, Any], pack: Pack) -> list[Problem]:
        """Return what keeps a scenario from playing over a pack. Raises NoScenario when there is none of that name."""
        from emulator.scenario.reader import Source, problems_of

        values = wish.get("set") or {}
        if "text" not in wish:
            return self.library.problems(wish["name"], values, pack)
        return problems_of(Source(Path(f"{wish['name']}.yaml"), self.library, wish["text"], values, pack))

    def enter_state(self, scenario: str | None, machine: str, state: str, world: World) -> None:
        """Put a machine into a state, with all that belongs to its entry.

        Raises:
            Lapsed: no scenario that plays has such a machine or state.
        """
        from emulator.scenario.performance import enter, schedule

        scripts = self.scripts_of(world.sandbox)[0]
        found = [each for each in scripts if machine in each.machines and scenario in (None, each.id)]
        if not found:
            vi, en = nearest(machine, [name for each in scripts for name in each.machines])
            raise Lapsed(f"không có chuỗi trạng thái “{machine}” đang diễn{vi}", f"no machine {machine!r} plays{en}")
        here = found[0].machines[machine]
        if state not in here.states:
            vi, en = nearest(state, here.states)
            raise Lapsed(f"“{machine}” không có trạng thái “{state}”{vi}", f"{machine!r} has no state {state!r}{en}")
        plot = ScenarioState(world.store, world.home, found[0].id)
        schedule(enter(here, state, plot, world), world)


def names_of(sandbox: Sandbox) -> Iterator[str]:
    """Yield the names of the scenarios that play in a sandbox."""
    return (str(each["name"]) for each in sandbox.definition.scenarios)


# Who directs a call: the sandbox's scenarios and armed faults, the caller's own wishes, or nobody.

FindWishes = Callable[[Call, World], tuple[Wish, ...]]
Settle = Callable[[int], Sandbox]


class DirectorFinder:
    """Finds a director for a call. A call of a sandbox without a scenario that wishes nothing costs a few looks."""

    def __init__(self, cast: Cast, wishes: tuple[FindWishes, ...] = (), settle: Settle | None = None) -> None:
        """``settle`` lets happen what is due on the clock of the sandbox of that number, and returns the sandbox."""
        self._cast, self._wishes, self._settle = cast, wishes, settle

    def director_for(self, call: Call, world: World) -> CallDirector | None:
        """Return the director of one exchange, or None."""
        wishes: tuple[Wish, ...] = ()
        for find in self._wishes:
            wishes += find(call, world)
        armed = world.settings.armed_faults
        if not (world.sandbox.definition.scenarios or wishes or armed):
            return None
        from emulator.scenario.armed import ArmedStrikes
        from emulator.scenario.director import Director
        from emulator.scenario.fields import CallFields

        scripts, missing = self._cast.scripts_of(world.sandbox)
        for each in missing:
            vi, en = f"Kịch bản {each.name} không diễn: {each.vi}", f"Scenario {each.name} does not play: {each.en}"
            world.remark("scenario-missing", "", vi, en)
        return Director(scripts, wishes, CallFields(call), ArmedStrikes(armed) if armed else None, self._settle)


# Wishes for one call in its ``Prefer`` header (RFC 7240): ``code=503``, ``fault=NAME``, ``delay=2000`` (ms).
#
# The words are Prism's, but for ``fault``, which is ours.

ORIGIN = "Prefer"
_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def wishful_names() -> tuple[str, ...]:
    """Return where a wish that is no fault of a gateway is granted: as late as the operation is known."""
    return tuple(name for name in staged_names() if name != FORWARD.name)


def preferred_wishes(call: Call, world: World) -> tuple[Wish, ...]:
    """Return what the caller wishes for this call. Wishes we cannot grant are remarked upon and else ignored."""
    value = call.header("prefer")
    if value is None or not world.settings.prefer_header:
        return ()
    wished = dict(_pairs(value))
    step = Step(
        name=value,
        on=wishful_names() if "fault" not in wished else ("*",),
        refuse=_refuse(wished, world),
        faults=_blows(wished, world),
        delay_ms=_delay_ms(wished, world),
    )
    is_idle = step.refuse is None and not step.faults and not step.delay_ms
    return () if is_idle else (Wish(ORIGIN, step),)


def _pairs(value: str) -> Iterator[tuple[str, str]]:
    for part in value.replace(";", ",").split(","):
        name, equals, said = part.partition("=")
        if equals and name.strip().lower() in ("code", "fault", "delay"):
            yield name.strip().lower(), said.strip().strip('"')


def _refuse(wished: dict[str, str], world: World) -> Refuse | None:
    said = wished.get("code")
    if said is None:
        return None
    if not said.isascii() or not said.isdecimal() or not 400 <= int(said) <= 599:
        _note_ignored("code", "mã HTTP từ 400 đến 599", "an HTTP status from 400 to 599", world)
        return None
    return Refuse(status=int(said), message=_REASONS.get(int(said), "Runtime Error"), description="Prefer: code")


def _blows(wished: dict[str, str], world: World) -> tuple[Blow, ...]:
    said = wished.get("fault")
    if said is None:
        return ()
    from emulator.scenario.faults import FAULTS

    if said not in FAULTS:
        _note_ignored("fault", f"tên một lỗi đã biết, không phải '{said}'", f"a known fault, not '{said}'", world)
        return ()
    return (Blow(said),)


def _delay_ms(wished: dict[str, str], world: World) -> int:
    said = wished.get("delay", "0")
    if not said.isascii() or not said.isdecimal() or len(said) > 9 or int(said) > LONGEST_MS:
        _note_ignored("delay", f"mili giây, đến {LONGEST_MS}", f"milliseconds, up to {LONGEST_MS}", world)
        return 0
    return int(said)


def _note_ignored(name: str, vi: str, en: str, world: World) -> None:
    world.remark("prefer", "prefer", f"Prefer: bỏ qua {name}; cần {vi}", f"Prefer: {name} is ignored; {en} is expected")


# Magic values: a dossier code or a citizen number that gets an outcome, so that a client need not change.
#
# Ours. A number NN stands in the running number of a dossier code (``…-261120-99NN``) and at the end of a citizen
# number (``9999000000NN``): 999 is no country's code, so neither is anybody's.

_VALUE = re.compile(rb"(?:-\d{6}-99|(?<!\d)9999000000)(\d\d)(?!\d)")


@value_class
class Magic:
    """One row of the table."""

    vi: str
    en: str
    refuse: Refuse | None = None
    fault: str | None = None
    delay_ms: int = 0


def _gateway(status: int, code: int, message: str, description: str, vi: str) -> Magic:
    return Magic(vi, f"HTTP {status}, {code} {message}", Refuse(None, status, code, message, description))


def _service(code: int, message: str, en: str) -> Magic:
    return Magic(
        f"Dịch vụ trả error_code {code}", f"the service answers error_code {code}: {en}", Refuse(code, message=message)
    )


MAGIC: Mapping[int, Magic] = {
    1: _gateway(500, 101500, "Runtime Error", "Error in Sender", "Lỗi trong cổng"),
    2: _gateway(502, 502, "Bad Gateway", "Bad Gateway", "Cổng không hiểu trả lời của dịch vụ"),
    3: _gateway(503, 303001, "Runtime Error", "Currently , Address endpoint is suspended", "Điểm cuối bị treo"),
    4: _gateway(504, 101504, "Runtime Error", "Send timeout", "Quá thời gian chờ dịch vụ"),
    5: _gateway(429, 900804, "Message throttled out", "You have exceeded your quota", "Vượt hạn mức"),
    6: _gateway(403, 900907, "Blocked", "The requested API is temporarily blocked", "Thuê bao bị khóa"),
    7: _gateway(401, 900901, "Invalid Credentials", "Access failure for API", "Token hết hiệu lực"),
    21: _service(-1, "Hệ thống đang bận, vui lòng thử lại sau", "busy"),
    22: _service(-3, "Hồ sơ đã tồn tại", "the dossier is there already"),
    23: _service(99, "Lỗi không xác định", "unknown error"),
    41: Magic("Trả lời đúng sau 2 giây", "the right reply after 2 seconds", delay_ms=2_000),
    42: Magic("Trả lời đúng sau 10 giây", "the right reply after 10 seconds", delay_ms=10_000),
    43: Magic("Trả lời đúng sau 30 giây", "the right reply after 30 seconds", delay_ms=30_000),
    44: Magic("Trả lời đúng sau 65 giây", "the right reply after 65 seconds", delay_ms=65_000),
}
_FAULT_NAMES: Mapping[int, str] = {
    61: "EMPTY_RESPONSE",
    62: "MALFORMED_RESPONSE_CHUNK",
    63: "RANDOM_DATA_THEN_CLOSE",
    64: "CONNECTION_RESET_BY_PEER",
}


@cache
def magic_table() -> dict[int, Magic]:
    """Return the whole table by number: outcomes worded here, and the faults that can be had by a value."""
    from emulator.scenario.faults import FAULTS

    blows = {
        number: Magic(FAULTS[name].title["vi"], FAULTS[name].title["en"], fault=name)
        for number, name in _FAULT_NAMES.items()
        if name in FAULTS
    }
    return {**MAGIC, **blows}


def magic_wishes(call: Call, world: World) -> tuple[Wish, ...]:
    """Return the outcome of the first magic value in the body or query of a call."""
    body = call.body
    if not (b"-99" in body or b"9999000000" in body or "99" in call.query) or not world.settings.magic_values:
        return ()
    found = _VALUE.search(body) or _VALUE.search(call.query.encode("latin-1", "replace"))
    magic = magic_table().get(int(found[1])) if found else None
    if magic is None or found is None:
        return ()
    vi = f"Giá trị đặc biệt {found[0].decode()}: {magic.vi}; thiết lập magic_values tắt được"
    en = f"Magic value {found[0].decode()}: {magic.en}; the setting magic_values turns them off"
    world.remark("magic-value", "", vi, en)
    fault = (Blow(magic.fault),) if magic.fault else ()
    step = Step(name=found[0].decode(), on=wishful_names(), refuse=magic.refuse, faults=fault, delay_ms=magic.delay_ms)
    return (Wish("magic", step),)
