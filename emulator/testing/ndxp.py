"""The handle of one sandbox: addresses, keys, clock, faults, scenario, settings and journal."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .evidence import Evidence
from .line import Line, Refused, ask

KeyPair = Mapping[str, str]


class AdminDesk:
    """The admin API of one sandbox."""

    def __init__(self, line: Line, sandbox: str) -> None:
        self.line, self.sandbox = line, sandbox

    def ask(self, method: str, path: str, content: Any = None, *, takes: tuple[int, ...] = ()) -> Any:
        """Call a route below ``/__admin/sandboxes/<id>``; see ``line.ask``."""
        return ask(self.line, method, f"/sandboxes/{self.sandbox}{path}", content, takes=takes)


class Ndxp:
    """A country of one test. ``base_url`` is what the client under test is given."""

    def __init__(self, line: Line, card: Mapping[str, Any]) -> None:
        self.id: str = card["id"]
        self.base_url = f"{line.base_url}/s/{self.id}"
        self.admin_url = f"{line.base_url}/__admin/sandboxes/{self.id}"
        self.credentials: Mapping[str, KeyPair] = card["credentials"]
        self._desk = AdminDesk(line, self.id)
        self.journal = Evidence(self._desk.ask)
        self.clock = Clock(self._desk)
        self.faults = Faults(self._desk)
        self.scenario = Scenario(self._desk)

    def __repr__(self) -> str:
        """Name the sandbox in the tracebacks of pytest."""
        return f"<{type(self).__name__} {self.base_url}>"

    @property
    def consumer_key(self) -> str:
        """The production key."""
        return self.credentials["production"]["consumer_key"]

    @property
    def consumer_secret(self) -> str:
        """The production secret."""
        return self.credentials["production"]["consumer_secret"]

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change the settings that are named (docs/admin), and return all."""
        answer: dict[str, Any] = self._desk.ask("PATCH", "/settings", changes) if changes else self.ask("/settings")
        return answer

    def mode(self, mode: str) -> None:
        """Change the mode: ``strict``, ``documented`` or ``observed``."""
        self._desk.ask("PATCH", "", {"mode": mode})

    def ask(self, path: str, method: str = "GET", content: Any = None) -> Any:
        """Call any other admin route of this sandbox, such as ``/dossiers``. Raises Refused."""
        return self._desk.ask(method, path, content)

    def reset(self) -> None:
        """Put the sandbox back to its pack."""
        self._desk.ask("POST", "/reset")

    def drop(self) -> None:
        """Remove the sandbox; one that is gone already may be."""
        with contextlib.suppress(Refused):
            self._desk.ask("DELETE", "")


class Clock:
    """The virtual clock. Moments without an offset are Vietnamese time."""

    def __init__(self, desk: AdminDesk) -> None:
        self._desk = desk

    def now(self) -> datetime:
        """Return what the clock says."""
        return datetime.fromisoformat(self._desk.ask("GET", "/clock")["virtual"])

    def freeze(self, at: datetime | str | None = None) -> None:
        """Stop the clock, now or at a moment."""
        self._turn("freeze", **({} if at is None else {"to": _moment(at)}))

    def set(self, to: datetime | str) -> None:
        """Set the clock; it may go back."""
        self._turn("set", to=_moment(to))

    def advance(self, by: timedelta | str) -> None:
        """Let time pass at once: ``timedelta(days=2)`` or ``P2D``."""
        self._turn("advance", by={"seconds": by.total_seconds()} if isinstance(by, timedelta) else by)

    def scale(self, scale: float) -> None:
        """Let virtual time run ``scale`` times as fast."""
        self._turn("scale", scale=scale)

    def reset(self) -> None:
        """Let the clock show the time of the machine again."""
        self._turn("reset")

    def _turn(self, action: str, **more: Any) -> None:
        self._desk.ask("PUT", "/clock", {"action": action, **more})


def _moment(at: datetime | str) -> str:
    return at.isoformat() if isinstance(at, datetime) else at


class Faults:
    """The faults that are armed (docs/faults)."""

    def __init__(self, desk: AdminDesk) -> None:
        self._desk = desk

    def arm(
        self,
        fault: str,
        on: str = "*",
        *,
        nth: int | list[int] | None = None,
        times: int | None = None,
        probability: float | None = None,
        seed: int | None = None,
        ttl_ms: int | None = None,
        **params: Any,
    ) -> None:
        """Arm a fault beside the others.

        Args:
            fault: its name, such as ``token-expired``.
            on: a glob of operations, such as ``btxh.*``.
            nth: strike these calls alone, counted from 1.
            times: strike so often at most.
            probability: of striking a call, 0 to 1.
            seed: of that probability.
            ttl_ms: virtual milliseconds until it is disarmed.
            params: parameters of the fault itself.
        """
        given = {
            "nth": [nth] if isinstance(nth, int) else nth,
            "times": times,
            "probability": probability,
            "seed": seed,
            "ttl_ms": ttl_ms,
        }
        wish = {"fault": fault, "on": on, "params": params} | {k: v for k, v in given.items() if v is not None}
        self._desk.ask("POST", "/faults", {"faults": [wish]})

    def armed(self) -> list[dict[str, Any]]:
        """Return the armed faults, each with how often it has ``fired``."""
        faults: list[dict[str, Any]] = self._desk.ask("GET", "/faults")["faults"]
        return faults

    def disarm(self) -> None:
        """Disarm all."""
        self._desk.ask("DELETE", "/faults")


class Scenario:
    """The scenario that plays (docs/scenarios)."""

    def __init__(self, desk: AdminDesk) -> None:
        self._desk = desk

    def play(self, name: str | Path | None, **values: Any) -> None:
        """Play a scenario from its beginning; None plays none.

        Args:
            name: of a scenario of the library, or the path of a file ``….yaml``, which need not lie on the server.
            values: of its parameters.

        Raises:
            Refused: there is none of that name, or something is wrong with it or a value.
        """
        wish: dict[str, Any] = {"scenario": name}
        if name is not None and str(name).endswith((".yaml", ".yml")):
            wish = {"text": Path(name).read_text(encoding="utf-8-sig")}
        self._desk.ask("PUT", "/scenario", wish | ({"set": values} if values else {}))

    def shown(self) -> dict[str, Any]:
        """Return it with its states and counters."""
        shown: dict[str, Any] = self._desk.ask("GET", "/scenario")
        return shown

    def state(self, machine: str, state: str) -> None:
        """Put a machine into a state."""
        self._desk.ask("PUT", f"/scenario/states/{quote(machine, safe='')}", {"state": state})


def make(line: Line, sandbox: str, wish: Mapping[str, Any]) -> Ndxp:
    """Make a sandbox.

    Args:
        line: the emulator.
        sandbox: the id it gets; when that is taken, as on a server that others use, some luck is added.
        wish: ``pack``, ``mode``, ``profile``, ``seed``, ``scenario``; all optional.

    Raises:
        Refused: the wish cannot be granted.
    """
    try:
        return Ndxp(line, ask(line, "POST", "/sandboxes", {"id": sandbox, **wish}))
    except Refused as refusal:
        if refusal.problem.get("code") != "sandbox-exists":
            raise
    return Ndxp(line, ask(line, "POST", "/sandboxes", {"id": f"{sandbox[:54]}-{secrets.token_hex(4)}", **wish}))
