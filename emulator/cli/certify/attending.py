"""Attended: a person works the vendor's system; here stands what to do, what has arrived, and why it did not match."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

import click

from emulator.cli.certify.session import Session
from emulator.cli.certify.wording import task_lines

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

    def tell_context(self, context: Mapping[str, Any]) -> None:
        """Print what has to be set in the vendor's system."""
        click.secho("Đặt trong hệ thống của đơn vị · To be set in the vendor's system", bold=True)
        click.echo(f"  base_url              {context['base_url']}")
        click.echo(f"  security_server_url   {context['security_server_url']}")
        for name, account in context["credentials"].items():
            click.echo(f"  {name:<21} " + "  ".join(f"{key}={value}" for key, value in account.items()))

    def greet(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for the first small task, by which the set-up is checked; return how it ended."""
        click.secho("\nGọi thử trước khi bắt đầu · A first try", bold=True)
        self._tell(asked)
        return self._wait(watch=False)

    def perform(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Let the person do one task; return how it ended.

        Raises:
            Paused: the person stops here.
        """
        self._tell(asked)
        click.echo(_KEYS)
        return self._wait(watch=True)

    def _tell(self, asked: Mapping[str, Any]) -> None:
        for line in task_lines(asked["task"]):
            click.echo(line)
        say = asked.get("say") or {}
        if say:
            click.secho(f"  ! {say.get('vi', '')} / {say.get('en', '')}", fg="yellow")

    def _wait(self, *, watch: bool) -> dict[str, Any]:
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


def _show_call(call: Mapping[str, Any]) -> None:
    colour = {"answered": "green", "refused": "yellow"}.get(call["outcome"], "red")
    name = call["operation"] or "?"
    click.secho(f"  ← {name} {call['method']} {call['path']} → {call['status']} {call['outcome']}", fg=colour)
    for why in call["why"]:
        click.echo(f"      {why['vi']} / {why['en']}")
