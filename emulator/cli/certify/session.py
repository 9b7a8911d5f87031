"""One attempt as the command line carries it out, over the admin API."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from emulator.cli.admin_client import AdminClient
from emulator.cli.certify.wording import task_lines
from emulator.cli.terminal import CannotStart
from emulator.kernel.exchange import JsonObject
from emulator.settings import PREFIX

if TYPE_CHECKING:
    from emulator.admin.attempt_cards import ShownCall, StandingAttempt
    from emulator.certification.attempt import Greeting, SceneCall
    from emulator.certification.bundle.pack import AttemptEvidence
    from emulator.certification.challenge import ChallengeWords
    from emulator.certification.lines import SceneEnding
    from emulator.certification.preflight import ClientContext, Diagnosis
    from emulator.certification.report import AttemptReport


@dataclass(frozen=True)
class Session:
    """An attempt on a server. Every method may raise Unreachable or Refused."""

    client: AdminClient
    id: str
    context: ClientContext

    def _post(self, verb: str, body: Mapping[str, object] | None = None) -> Any:
        return self.client.ask_house("POST", f"/attempts/{self.id}/{verb}", dict(body or {}))

    def _get(self, what: str = "") -> Any:
        return self.client.ask_house("GET", f"/attempts/{self.id}{what}")

    def greet(self) -> Greeting:
        """Ask for a small task before the first scene."""
        return cast("Greeting", self._post("greet"))

    def diagnosis(self) -> Diagnosis:
        """Return what is wrong with the client's set-up."""
        return cast("Diagnosis", self._get("/diagnosis"))

    def begin(self) -> SceneCall | None:
        """Begin the next scene; None when all have been played."""
        asked = self._post("begin")
        return None if asked["task"] is None else cast("SceneCall", asked)

    def end(self, ending: SceneEnding) -> None:
        """End the scene."""
        self._post("end", ending)

    def close(self) -> None:
        """Close the attempt."""
        self._post("close")

    def standing(self) -> StandingAttempt:
        """Return the attempt as it stands."""
        return cast("StandingAttempt", self._get())

    def report(self) -> AttemptReport:
        """Return the report."""
        return cast("AttemptReport", self._get("/report"))

    def evidence(self) -> AttemptEvidence:
        """Return what the bundle is made from."""
        return cast("AttemptEvidence", self._get("/evidence"))


def open_session(client: AdminClient, plan: JsonObject, challenge: ChallengeWords | None) -> Session:
    """Open an attempt on a server; ``plan`` in the words of its file."""
    body: JsonObject = {"plan": plan}
    made = client.ask_house("POST", "/attempts", body | ({"challenge": challenge} if challenge else {}))
    return Session(client, made["id"], made["context"])


def find_session(client: AdminClient, attempt_id: str | None = None) -> Session | None:
    """Return an attempt that is on a server: the one named, else the newest that is not closed, else None."""
    every = client.ask_house("GET", "/attempts")["attempts"]
    ids = [each["id"] for each in every if attempt_id in (None, each["id"]) and (attempt_id or not each["closed"])]
    if not ids:
        return None
    return Session(client, ids[-1], client.ask_house("GET", f"/attempts/{ids[-1]}")["context"])


_STOP_S = 10
_ROOT = Path(__file__).resolve().parents[3]


def _start_server(store: Path, port: int) -> subprocess.Popen[str]:
    flags = ["--store", str(store), "--port", str(port), "--quiet"]
    environment = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    environment.pop("PORT", None)
    return subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-P", "-m", "emulator.cli.certify.examiner", "serve", *flags],
        env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), environment.get("PYTHONPATH"))))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


@contextmanager
def own_server(store: Path, port: int, token: str) -> Iterator[str]:
    """Run a server on a store of its own for as long as the context lasts; yield its address.

    Its admin API wants ``token``, which goes down a pipe: a program that is judged must not see what awaits it. The
    server ends with this process, however that ends.

    Raises:
        CannotStart: it did not come up; what it said stands in the sentence.
    """
    process = _start_server(store, port)
    try:
        if process.stdin:
            process.stdin.write(f"{token}\n")
            process.stdin.flush()
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            _, said = process.communicate()  # lets go of its leash first: whoever holds that holds the stream
            raise CannotStart(said.strip() or "Máy chủ không khởi động. / The server did not come up.")
        yield str(json.loads(line)["base_url"])
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()


# Attended: a person works the vendor's system; here stands what to do, what has arrived, and why it did not match.

_EVERY_S = 0.4
_KEYS = """\
  Enter  xong cảnh này · this scene is done       r  làm lại cảnh · play it again
  s      bỏ qua, không làm được · cannot be done  q  dừng, tiếp tục sau bằng certify resume · stop, resume later"""


class Paused(Exception):
    """The person wants to go on another day."""


class Attendant:
    """Tells the person what to do, scene by scene. Lines from stdin are the keys, so that a script can press them."""

    def __init__(self, session: Session, patience_s: int) -> None:
        self._session, self._patience_s = session, patience_s
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            self._lines.put(line.strip().lower())
        self._lines.put(None)

    def tell_context(self, context: ClientContext) -> None:
        """Print what has to be set in the vendor's system."""
        click.secho("Đặt trong hệ thống của đơn vị · To be set in the vendor's system", bold=True)
        click.echo(f"  base_url              {context['base_url']}")
        click.echo(f"  security_server_url   {context['security_server_url']}")
        for name, account in context["credentials"].items():
            click.echo(f"  {name:<21} " + "  ".join(f"{key}={value}" for key, value in account.items()))

    def greet(self, asked: Greeting) -> SceneEnding:
        """Ask for the first small task, by which the set-up is checked; return how it ended."""
        click.secho("\nGọi thử trước khi bắt đầu · A first try", bold=True)
        self._tell(asked)
        return self._wait(watch=False)

    def perform(self, asked: Greeting) -> SceneEnding:
        """Let the person do one task; return how it ended.

        Raises:
            Paused: the person stops here.
        """
        self._tell(asked)
        click.echo(_KEYS)
        return self._wait(watch=True)

    def _tell(self, asked: Greeting) -> None:
        for line in task_lines(asked["task"]):
            click.echo(line)
        say = asked.get("say") or {}
        if say:
            click.secho(f"  ! {say.get('vi', '')} / {say.get('en', '')}", fg="yellow")

    def _wait(self, *, watch: bool) -> SceneEnding:
        shown, until = 0, time.monotonic() + self._patience_s
        while True:
            if watch:
                shown = self._show(shown)
            try:
                key = self._lines.get(timeout=_EVERY_S)
            except queue.Empty:
                if time.monotonic() > until:  # a person may have gone for lunch: the scene stays
                    click.secho("  Vẫn chờ: Enter xong, s bỏ qua, q dừng · Still waiting", fg="yellow")
                    until = time.monotonic() + self._patience_s
                continue
            if key is None or key == "q":
                raise Paused
            if key in ("", "r", "s"):
                return {"how": {"": "done", "r": "broken-off", "s": "timeout"}[key]}

    def _show(self, shown: int) -> int:
        scene = self._session.standing()["scene"]
        arrived = scene["arrived"] if scene else []
        for call in arrived:
            if call["seq"] > shown:
                _show_call(call)
                shown = call["seq"]
        return shown


def _show_call(call: ShownCall) -> None:
    colour = {"answered": "green", "refused": "yellow"}.get(call["outcome"], "red")
    name = call["operation"] or "?"
    click.secho(f"  ← {name} {call['method']} {call['path']} → {call['status']} {call['outcome']}", fg=colour)
    for why in call["why"]:
        click.echo(f"      {why['vi']} / {why['en']}")
