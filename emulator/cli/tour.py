"""``ndxp-emulator tour``: three minutes: a push, a refusal and why, a fault, time that jumps, the console."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from emulator.cli.admin_client import AdminClient
from emulator.cli.call import make_call
from emulator.cli.logs import in_order, plain
from emulator.cli.terminal import CannotStart
from emulator.kernel.values import value_class
from emulator.settings import PREFIX

if TYPE_CHECKING:
    from emulator.cli.call import ShownEntry, ShownReply
    from emulator.journal.entry import JournalEntry
    from emulator.services.client_view import ClientView
    from emulator.services.service import Ask

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator tour
  ndxp-emulator tour --lang en --no-wait
  ndxp-emulator tour --url http://127.0.0.1:8080
"""
_PUSH = "btxh.DongBoDVC"
_WIDEST = 600
_HOURS = "PT2H"


@value_class
class Stop:
    """One thing to see: a title, what to look at, and what happens."""

    title: tuple[str, str]
    text: tuple[str, str]
    steps: tuple[Callable[[Guide], None], ...]


class Guide:
    """Who leads through a sandbox, in one language."""

    def __init__(self, client: AdminClient, language: str) -> None:
        self.client, self.language = client, language
        self.token = ""

    def say(self, vi: str, en: str) -> None:
        """Print a sentence in the language of the tour."""
        click.echo(vi if self.language == "vi" else en)

    def call(self, operation: str, wrong: str | None = None) -> None:
        """Make a call and print request, reply and what the journal says of it."""
        told = make_call(self.client, operation, wrong)
        self._show(f"{told['request']['method']} {told['request']['path']}", told["reply"], told["entry"])

    def take_token(self) -> None:
        """Take a token as a client does, and keep it."""
        view, ask = _draft("ndxp.token", self.client)
        answer = json.loads(view.send(ask).body)
        self.token = answer["access_token"]
        shown = json.dumps(answer | {"access_token": "…"}, ensure_ascii=False)
        self._show(f"{ask.method} {view.prefix}{ask.path}", {"status": 200, "body": shown}, self._newest())

    def push_with_kept_token(self) -> None:
        """Push with the token that was kept, however old it has become."""
        view, ask = _draft(_PUSH, self.client)
        answer = view.send(ask, Authorization=f"Bearer {self.token}")
        reply: ShownReply = {"status": answer.status, "body": answer.body.decode("utf-8", "replace")}
        self._show(f"{ask.method} {view.prefix}{ask.path}", reply, self._newest())

    def arm_lost_reply(self) -> None:
        """Let the next push be served and its reply be lost."""
        fault = {"fault": "reply-lost", "on": _PUSH, "times": 1, "params": {"ending": "reset"}}
        self.client.ask("POST", "/faults", {"faults": [fault]})

    def jump(self) -> None:
        """Let hours pass in a moment."""
        before = self.client.get("/clock")["virtual"]
        after = self.client.ask("PUT", "/clock", {"action": "advance", "by": _HOURS})["virtual"]
        click.echo(f"  {before} → {after}")

    def show_addresses(self) -> None:
        """Print where the same can be looked at by eye: here while the server lives, or on one of the reader's own."""
        click.echo("  ndxp-emulator serve --open")
        click.echo(f"  {self.client.base_url}/__console/s/{self.client.sandbox}/journal")

    def _newest(self) -> JournalEntry:
        entry: JournalEntry = self.client.get("/requests", limit=1)["requests"][0]
        return entry

    def _show(self, request: str, reply: ShownReply, entry: ShownEntry) -> None:
        click.echo(click.style(f"  → {plain(request)}", bold=True))
        if "status" in reply:
            click.echo(click.style(f"  ← HTTP {reply['status']} ", bold=True) + plain(reply["body"])[:_WIDEST])
        else:
            self.say(click.style("  ← (đứt kết nối)", bold=True), click.style("  ← (connection broken)", bold=True))
        for remark in in_order(entry["remarks"])[:3]:
            said = remark["vi"] if self.language == "vi" else remark["en"]
            click.echo(f"    {remark['rule']} {remark['path']}: {plain(said)} ({remark['source']})")
        for effect in entry["effects"]:
            click.echo(click.style(f"    + {effect['shelf']} {effect['key']}", dim=True))


def _draft(operation: str, client: AdminClient) -> tuple[ClientView, Ask]:
    """Return the sandbox as a client sees it, and a right call of the operation."""
    from emulator.services.client_view import ClientView, put_together

    view = ClientView(client)
    return view, put_together(operation, None, view)


_STOPS = (
    Stop(
        ("Lấy token", "Get a token"),
        (
            "Mọi cuộc gọi bắt đầu bằng token của cổng NDXP (BTXH 2.1).",
            "Every call begins with a token of the NDXP gateway (BTXH 2.1).",
        ),
        (Guide.take_token,),
    ),
    Stop(
        ("Gửi một hồ sơ", "Push a dossier"),
        (
            "Hồ sơ bảo trợ xã hội, đủ trường (BTXH 3.1.1). Dòng có dấu + là điều đã được ghi lại.",
            "A social-assistance dossier, all fields filled (BTXH 3.1.1). A line with + is what was written down.",
        ),
        (lambda guide: guide.call(_PUSH),),
    ),
    Stop(
        ("Bị từ chối, và vì sao", "Refused, and why"),
        (
            "Cùng hồ sơ với mã thủ tục lạ. Nhật ký nói trường nào sai, theo quy tắc nào, dựa vào đâu.",
            "The same with an unknown procedure. The journal says which field, by which rule, and what it rests on.",
        ),
        (lambda guide: guide.call(_PUSH, "wrong-procedure"),),
    ),
    Stop(
        ("Đường truyền đứt", "The line breaks"),
        (
            "Một lỗi được đặt: hồ sơ được nhận nhưng trả lời mất giữa đường. Hệ thống của bạn có gửi lại không?",
            "A fault is armed: the dossier is taken and the reply is lost on its way. Does your system send it again?",
        ),
        (Guide.arm_lost_reply, lambda guide: guide.call(_PUSH)),
    ),
    Stop(
        ("Đi tới hai giờ sau", "Two hours later"),
        (
            "Đồng hồ của sandbox nhảy tới; token lấy lúc đầu hết hạn và bị từ chối.",
            "The sandbox's clock jumps; the token of the beginning has expired and is refused.",
        ),
        (Guide.jump, Guide.push_with_kept_token),
    ),
    Stop(
        ("Xem bằng mắt", "See it by eye"),
        (
            "Trang xem có mọi cuộc gọi vừa rồi, từng ghi chú ở đúng trường của nó.",
            "The console has every call of this tour, each remark at its field.",
        ),
        (Guide.show_addresses,),
    ),
)
_AFTER = (
    "Tiếp theo: ndxp-emulator serve, trỏ hệ thống của bạn vào đó; ndxp-emulator call --list, logs --follow.",
    "Next: ndxp-emulator serve, point your system at it; ndxp-emulator call --list, logs --follow.",
)


@click.command(epilog=_EXAMPLES)
@click.option(
    "--url",
    envvar=f"{PREFIX}URL",
    help="Máy chủ đang chạy; bỏ trống thì tự chạy một máy chủ. / A running server; without it, one is started.",
)
@click.option("--admin-token", envvar=f"{PREFIX}ADMIN_TOKEN", help=f"Mã quản trị. / Admin token. [{PREFIX}ADMIN_TOKEN]")
@click.option("--lang", type=click.Choice(["vi", "en"]), help="Ngôn ngữ; mặc định theo LANG. / Language; by LANG.")
@click.option("--no-wait", is_flag=True, help="Không chờ Enter giữa các chặng. / Do not wait for Enter between stops.")
def tour(url: str | None, admin_token: str | None, lang: str | None, no_wait: bool) -> None:
    """Ba phút đi qua mọi thứ trong terminal. / Three minutes through everything, in the terminal.

    Dùng một sandbox riêng, xong thì xóa. / In a sandbox of its own, removed at the end.
    """
    language = lang or ("en" if os.environ.get("LANG", "").startswith("en") else "vi")
    waits = not no_wait and sys.stdin is not None and sys.stdin.isatty()
    with _server(url, admin_token) as address, _sandbox(address, admin_token) as client:
        guide = Guide(client, language)
        for number, stop in enumerate(_STOPS, 1):
            click.echo(click.style(f"\n{number}/{len(_STOPS)} ", dim=True), nl=False)
            guide.say(*(click.style(title, fg="cyan", bold=True) for title in stop.title))
            guide.say(*stop.text)
            for step in stop.steps:
                step(guide)
            if waits:
                guide.say("  (Enter: tiếp)", "  (Enter: go on)")
                input()
        guide.say(*(f"\n{text}" for text in _AFTER))


@contextmanager
def _server(url: str | None, token: str | None) -> Iterator[str]:
    """Give the address of the server that was named, or of one that lives as long as the tour."""
    if url:
        AdminClient(url, token).ask_house("GET", "/sandboxes")
        yield url
        return
    from emulator.testing.server import CannotServe, OwnServer

    try:
        server = OwnServer()
    except CannotServe as trouble:
        raise CannotStart(str(trouble)) from trouble
    try:
        yield server.base_url
    finally:
        server.close()


@contextmanager
def _sandbox(url: str, token: str | None) -> Iterator[AdminClient]:
    name = f"tham-quan-{secrets.token_hex(4)}"
    client = AdminClient(url, token, name)
    client.ask_house("POST", "/sandboxes", {"id": name})
    try:
        yield client
    finally:
        client.ask_house("DELETE", f"/sandboxes/{name}")
