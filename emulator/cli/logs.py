"""``ndxp-emulator logs``: the journal of a running server, a line a call, as it happens."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click
from click.core import ParameterSource

from emulator.cli.admin_client import AdminClient, AdminRefused, Unreachable, server_options

if TYPE_CHECKING:
    from emulator.journal.entry import EntryRequest, EntryResponse, JournalEntry, RemarkWords

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator logs
  ndxp-emulator logs --follow
  ndxp-emulator logs --follow --outcome refused --operation btxh.DongBoDVC
  ndxp-emulator logs -n 5 --json --sandbox default
  ndxp-emulator logs --all-remarks --outcome refused
  ndxp-emulator logs show default.1.7
"""
_OUTCOMES = ("answered", "refused", "unmatched", "error")
_PAGE = 200
_MOST_DIGITS = 15
_AWAY = (502, 503, 504)


@click.group(epilog=_EXAMPLES, invoke_without_command=True)
@server_options
@click.option("--follow", "-f", is_flag=True, help="Theo dõi tiếp, Ctrl-C để dừng. / Go on until Ctrl-C.")
@click.option("-n", "number", type=click.IntRange(0, 2000), default=20, show_default=True, help="Số dòng. / Lines.")
@click.option("--json", "as_json", is_flag=True, help="Mỗi dòng một mục JSON. / One JSON entry a line.")
@click.option("--operation", help="Chỉ nghiệp vụ này. / This operation only.")
@click.option("--outcome", type=click.Choice(_OUTCOMES), help="Chỉ kết cục này. / This outcome only.")
@click.option("--status", type=int, help="Chỉ mã HTTP này. / This HTTP status only.")
@click.option("--path", help="Chỉ đường dẫn này, * là gì cũng được. / This path only, * for anything.")
@click.option("--rule", help="Chỉ lượt gọi có nhận xét này, ví dụ B15. / Calls with this remark only, such as B15.")
@click.option("--all-remarks", is_flag=True, help="In mọi nhận xét dưới mỗi dòng. / Every remark below its line.")
@click.option(
    "--interval", type=click.FloatRange(0.05, 60), default=0.5, show_default=True, help="Giây. / Seconds between looks."
)
@click.pass_context
def logs(
    context: click.Context,
    /,
    url: str,
    admin_token: str | None,
    sandbox: str,
    follow: bool,
    number: int,
    as_json: bool,
    all_remarks: bool,
    interval: float,
    **filters: Any,
) -> None:
    """Xem nhật ký của máy chủ đang chạy, mỗi cuộc gọi một dòng. / Show a running server's journal, a line a call.

    Mã thoát / exit codes: 0, 2 không hỏi được máy chủ / the server cannot be asked, 130 Ctrl-C.
    """
    if context.invoked_subcommand:
        return
    watch = _Watch(AdminClient(url, admin_token, sandbox), filters)
    for entry in watch.last(number):
        _show(entry, as_json, all_remarks)
    while follow:
        time.sleep(interval)
        for entry in watch.news():
            _show(entry, as_json, all_remarks)


@logs.command(
    epilog="""\b
Ví dụ / Examples:
  ndxp-emulator logs show default.1.7
  ndxp-emulator logs show 7 --json
"""
)
@click.argument("entry_id", metavar="ID")
@server_options
@click.option("--json", "as_json", is_flag=True, help="Mục nhật ký nguyên vẹn. / The journal entry whole.")
@click.pass_context
def show(context: click.Context, /, entry_id: str, as_json: bool, **_: Any) -> None:
    """Mở một lượt gọi: yêu cầu, trả lời, mọi nhận xét. / Open one call: request, reply, every remark.

    ID đứng trên mỗi dòng của `logs`; chỉ số thứ tự cũng được. / ID stands on every line of `logs`; its number will do.
    """
    from emulator.cli.terminal import write_data

    client = AdminClient(*(_said_last(context, name) for name in ("url", "admin_token", "sandbox")))
    entry = client.get(f"/requests/{quote(entry_id, safe='')}") if "." in entry_id else _by_number(client, entry_id)
    if as_json:
        write_data(json.dumps(entry, ensure_ascii=False) + "\n")
        return
    for line in page_of(entry):
        click.echo(line)


def _said_last(context: click.Context, name: str) -> Any:
    """Return an option of the server, which may stand before ``show`` or after it."""
    here = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    before = context.parent.params if context.parent else {}
    return context.params[name] if here else before.get(name, context.params[name])


def _by_number(client: AdminClient, text: str) -> JournalEntry:
    if not text.isascii() or not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise click.BadParameter(
            "cần mã như default.1.7 hoặc số thứ tự như 7 / an id such as default.1.7 or a number such as 7 is needed",
            param_hint="ID",
        )
    number = int(text)
    found: list[JournalEntry] = client.get("/requests", order="asc", after=number - 1, limit=1)["requests"]
    if not found or found[0]["seq"] != number:
        raise click.ClickException(f"nhật ký không có lượt số {number} / the journal has no entry number {number}")
    return found[0]


def _show(entry: JournalEntry, as_json: bool, all_remarks: bool) -> None:
    from emulator.cli.terminal import write_data

    if as_json:
        write_data(json.dumps(entry, ensure_ascii=False) + "\n")
        return
    click.echo(line_of({**entry, "remarks": []} if all_remarks else entry))
    for remark in in_order(entry["remarks"]) if all_remarks else ():
        for line in remark_lines(remark):
            click.echo(f"    {line}")


class _Watch:
    """Where in a journal somebody has read up to. A reset, a new store and a restarted server are noticed."""

    def __init__(self, client: AdminClient, filters: dict[str, Any]) -> None:
        self._client, self._filters = client, filters
        self._newest: JournalEntry | None = None
        self._is_away = False

    def last(self, number: int) -> Iterator[JournalEntry]:
        """Yield the newest entries that fit, oldest first, and remember where the journal ends."""
        self._newest = self._end()
        after = self._newest["seq"] if self._newest else 0
        found = self._client.get("/requests", limit=number, **self._filters)["requests"]
        yield from (entry for entry in reversed(found) if entry["seq"] <= after)

    def news(self) -> Iterator[JournalEntry]:
        """Yield what came since, oldest first; nothing while the server is away."""
        try:
            newest = self._end()
            self._greet()
            if newest is None or (self._newest and newest["id"] == self._newest["id"] and self._is_same(newest)):
                return
            after = self._newest["seq"] if self._newest and self._goes_on(newest) else 0
            while after < newest["seq"]:
                page = self._client.get("/requests", order="asc", after=after, limit=_PAGE, **self._filters)["requests"]
                fresh = [entry for entry in page if entry["seq"] <= newest["seq"]]
                yield from fresh
                after = fresh[-1]["seq"] if len(fresh) == _PAGE else newest["seq"]
            self._newest = newest
        except Unreachable as trouble:
            self._miss(str(trouble))
        except AdminRefused as trouble:
            if trouble.status not in _AWAY:
                raise
            self._miss(str(trouble))

    def _end(self) -> JournalEntry | None:
        newest: list[JournalEntry] = self._client.get("/requests", limit=1)["requests"]
        return newest[0] if newest else None

    def _is_same(self, newest: JournalEntry) -> bool:
        return self._newest is not None and bool(newest["chain"]["self"] == self._newest["chain"]["self"])

    def _goes_on(self, newest: JournalEntry) -> bool:
        """Tell whether the journal still is the one that was read: the last entry read stands in it unchanged."""
        last = self._newest
        if last is None or newest["seq"] <= last["seq"] or _epoch(newest) != _epoch(last):
            return False
        try:
            return bool(self._client.get(f"/requests/{last['id']}")["chain"]["self"] == last["chain"]["self"])
        except AdminRefused as trouble:
            return trouble.status == 404  # pushed out by the bound, or forgotten: numbers go on

    def _miss(self, sentence: str) -> None:
        if not self._is_away:
            click.echo(f"… {sentence}", err=True)
        self._is_away = True

    def _greet(self) -> None:
        if self._is_away:
            click.echo("… máy chủ đã trở lại / the server is back", err=True)
        self._is_away = False


def _epoch(entry: JournalEntry) -> str:
    return str(entry["id"]).rpartition(".")[0]


# One call on one line: when, what became of it, what was asked, and why.

_VERDICTS = {
    "answered": ("OK", "green"),
    "refused": ("REFUSED", "yellow"),
    "unmatched": ("UNMATCHED", "magenta"),
    "error": ("FAULT", "red"),
    "happened": ("CLOCK", "cyan"),
    "lapsed": ("LAPSED", "cyan"),
}

_WHAT, _WHY = 120, 400  # letters a line of the journal gives to an address, and to a sentence

_BASES = {
    "document": "tài liệu / document",
    "platform": "nền tảng / platform",
    "ours": "của trình giả lập / ours",
}
_VALUES = ("có / found", "cần / expected", "gần nhất / nearest")


def line_of(entry: JournalEntry) -> str:
    """Return the line of a journal entry."""
    verdict, colour = _VERDICTS.get(entry["outcome"], (entry["outcome"].upper(), "white"))
    request, status = entry["request"], entry["response"]["status"]
    if verdict == "OK" and status >= 400:
        verdict, colour = "ANSWERED", "yellow"
    what = entry["operation"] or request["url"]
    parts = [
        click.style(entry["clock"]["wall"][11:19], dim=True),
        click.style(f"{verdict:9}", fg=colour, bold=True),
        f"{status:3}",
        f"{request['method']:4}",
        click.style(_shorten(plain(what), _WHAT), bold=True),
        click.style(f"{entry['timing']['totalTime']} ms", dim=True),
        click.style(entry["id"], dim=True),
    ]
    why = reason_of(entry)
    return " ".join(parts) + (f"  {why}" if why else "")


def page_of(entry: JournalEntry) -> list[str]:
    """Return everything a person needs to understand one call: its line, what was sent and answered, every remark."""
    request, reply = entry["request"], entry["response"]
    asked = f"{request['method']} {request['url']}"
    lines = [line_of({**entry, "remarks": []}), f"{entry['operation'] or '-'} · {entry['clause'] or '-'}"]
    lines += [
        "",
        click.style("── Yêu cầu / Request", fg="cyan", bold=True),
        *_message(request, asked),
    ]
    lines += ["", click.style(f"── Trả lời / Reply {reply['status']}", fg="cyan", bold=True), *_message(reply)]
    lines += ["", click.style("── Nhận xét / Remarks", fg="cyan", bold=True)]
    remarks = [line for remark in in_order(entry["remarks"]) for line in remark_lines(remark)]
    return lines + (remarks or ["(không có nhận xét nào / no remark)"])


def _message(message: EntryRequest | EntryResponse, asked: str = "") -> list[str]:
    head = [plain(asked)] if asked else []
    named = [
        (name, value if isinstance(value, list) else [value]) for name, value in sorted(message["headers"].items())
    ]
    head += [plain(f"{name}: {each}") for name, values in named for each in values]
    return [*head, *(plain(line) for line in str(message.get("body", "")).splitlines())]


def in_order(remarks: list[RemarkWords]) -> list[RemarkWords]:
    """Return remarks as people read them: what the call was refused for comes first."""
    return sorted(remarks, key=lambda remark: remark["level"] != "error")


def remark_lines(remark: RemarkWords) -> list[str]:
    """Return a remark as lines: rule, place and sentence, then what it stands on, then the values it names.

    A journal of an older edition says no basis: its remarks have no second line.
    """
    colour = "yellow" if remark["level"] == "error" else None
    place = f" {plain(remark['path'])}" if remark["path"] else ""
    rule = click.style(remark["rule"], fg=colour, bold=True)
    lines = [f"{rule}{place}: {plain(remark['vi'])} / {plain(remark['en'])}"]
    if "basis" in remark:
        lines.append(f"    {_BASES.get(remark['basis'], remark['basis'])} · {remark['source']}")
    values = (remark.get("found"), remark.get("expected"), remark.get("nearest"))
    return [*lines, *(f"    {word}: {plain(value)}" for word, value in zip(_VALUES, values, strict=True) if value)]


def reason_of(entry: JournalEntry) -> str:
    """Return why a call went as it did: its first remark, errors first, and how many more there are."""
    remarks = in_order(entry["remarks"])
    told = [f"[{fault}]" for fault in entry.get("faults") or [entry.get("fault") or ""] if fault]
    if remarks:
        first = remarks[0]
        told.append(f"{first['rule']}: {_shorten(plain(first['vi']), _WHY)} / {_shorten(plain(first['en']), _WHY)}")
    if len(remarks) > 1:
        told.append(f"(+{len(remarks) - 1})")
    return " ".join(told)


def _shorten(text: str, room: int) -> str:
    """Return a text that fits into a line with others; ``logs show`` has all of it."""
    return text if len(text) <= room else f"{text[: room - 1]}…"


def plain(text: str) -> str:
    """Return a text as one line that no terminal obeys: a caller may have written it."""
    return "".join(letter if letter.isprintable() else "·" for letter in " ".join(text.split()))
