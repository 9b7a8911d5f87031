"""``ndxp-emulator call``: one call of a client, right or wrong on purpose, explained."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, TypedDict

import click

from emulator.cli.admin_client import AdminClient, HttpAnswer, Unreachable, server_options
from emulator.cli.logs import remark_lines
from emulator.cli.terminal import CannotStart

if TYPE_CHECKING:
    from emulator.journal.entry import EffectLine, EntryClock, JournalEntry, RemarkWords
    from emulator.kernel.exchange import JsonObject
    from emulator.services.client_view import ClientView
    from emulator.services.service import Ask

# What ``ndxp-emulator call`` prints: the request, the reply, and why, with the clauses and quirks it rests on.

_MOST = 1_500
_BECAME = {
    "answered": ("được trả lời", "answered"),
    "noted": ("vẫn được nhận, có ghi chú", "taken all the same, with a note"),
    "refused": ("bị từ chối", "refused"),
    "fault": ("lỗi của trình giả lập", "a fault of the emulator"),
}


def list_calls(*, as_json: bool) -> None:
    """Print the operations and what can be done wrong in each."""
    from emulator.cli.terminal import write_data
    from emulator.services.client_view import asks, mistakes_of

    if as_json:
        calls = [{"operation": name, "wrong": list(mistakes_of(name))} for name in asks()]
        mistakes = {
            wrong: {"vi": each.title.vi, "en": each.title.en}
            for name in asks()
            for wrong, each in mistakes_of(name).items()
        }
        write_data(json.dumps({"calls": calls, "mistakes": mistakes}, ensure_ascii=False, indent=2) + "\n")
        return
    for name in asks():
        click.echo(click.style(name, bold=True))
        for wrong, each in mistakes_of(name).items():
            click.echo(f"  --wrong {wrong:16} {each.title.vi} / {each.title.en}")


class ShownRequest(TypedDict):
    """What was asked, secrets masked."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


class ShownReply(TypedDict, total=False):
    """What came back, secrets masked; ``broken`` alone where the connection broke, in the words of this machine."""

    status: int
    headers: list[list[str]]
    body: str
    broken: str | None


class ShownEntry(TypedDict):
    """What the journal says of a call."""

    id: str
    operation: str | None
    clause: str | None
    outcome: str
    consumer: str | None
    clock: EntryClock
    remarks: list[RemarkWords]
    effects: list[EffectLine]
    scenario: JsonObject | None
    faults: list[str]


class MadeCall(TypedDict):
    """A call with what became of it: ``answered``, ``noted``, ``refused`` or ``fault``."""

    operation: str
    wrong: str | None
    became: str
    as_expected: bool
    request: ShownRequest
    reply: ShownReply
    entry: ShownEntry


def report(told: MadeCall) -> None:
    """Print a call for a person."""
    request, reply, entry = told["request"], told["reply"], told["entry"]
    _head("Yêu cầu / Request")
    click.echo(f"{request['method']} {request['path']}")
    for name, value in request["headers"].items():
        click.echo(f"{name}: {value}")
    _body(request["body"])
    _head("Trả lời / Reply")
    if "status" in reply:
        click.echo(f"HTTP {reply['status']}")
        _body(reply["body"])
    else:
        click.echo(reply["broken"])
    _head("Vì sao / Why")
    _verdict(told)
    click.echo(f"{entry['operation'] or '-'} · {entry['clause'] or '-'} · {entry['id']}")
    for fault in entry["faults"]:
        click.echo(f"lỗi cài sẵn / armed fault: {fault}")
    for remark in entry["remarks"]:
        _remark(remark)
    for effect in entry["effects"]:
        click.echo(click.style(f"+ {effect['shelf']} {effect['key']} ({effect['change']})", dim=True))


def _head(title: str) -> None:
    click.echo(click.style(f"── {title}", fg="cyan", bold=True))


def _body(text: str) -> None:
    if not text:
        return
    with contextlib.suppress(ValueError):  # what is no JSON is shown as it is
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    shown = text if len(text) <= _MOST else f"{text[:_MOST]}… ({len(text)} ký tự / characters; --json)"
    click.echo("".join(each if each.isprintable() or each == "\n" else "·" for each in shown))


def _verdict(told: MadeCall) -> None:
    outcome, became = told["entry"]["outcome"], told["became"]
    vi, en = _BECAME[became]
    if told["wrong"]:
        from emulator.services.client_view import mistakes_of

        title = mistakes_of(told["operation"])[told["wrong"]].title
        vi, en = f"{title.vi}: {vi}", f"{title.en}: {en}"
    click.echo(f"{click.style(outcome.upper(), fg='green' if told['as_expected'] else 'red', bold=True)}  {vi} / {en}")


def _remark(remark: RemarkWords) -> None:
    from emulator.wire.reading import QUIRKS

    for line in remark_lines(remark):
        click.echo(line)
    quirk = QUIRKS.get(remark["rule"])
    if quirk:
        click.echo(click.style(f"    {quirk.id} · {quirk.place}: {quirk.table} ↔ {quirk.sample}", dim=True))


# ``ndxp-emulator call``: one call to a running emulator, right or wrong on purpose, and why it went as it did.

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator call --list
  ndxp-emulator call btxh.DongBoDVC
  ndxp-emulator call btxh.DongBoDVC --wrong missing-token
  ndxp-emulator call btxh.XuLyHoSo --wrong unknown-dossier --sandbox lop-a
  ndxp-emulator call dvcqg.papers.find --json
"""


@click.command(epilog=_EXAMPLES)
@click.argument("operation", required=False)
@server_options
@click.option("--wrong", help="Cố ý sai thế nào, xem --list. / How to be wrong on purpose, see --list.")
@click.option("--list", "lists", is_flag=True, help="Liệt kê nghiệp vụ và cách sai. / List operations and mistakes.")
@click.option("--json", "as_json", is_flag=True, help="In JSON. / Print JSON.")
def call(
    operation: str | None,
    url: str,
    admin_token: str | None,
    sandbox: str,
    wrong: str | None,
    lists: bool,
    as_json: bool,
) -> None:
    """Gọi thử một nghiệp vụ, đúng hoặc cố ý sai, và giải thích. / Make one call, right or wrong, and explain it.

    Mã thoát / exit codes: 0 như mong đợi: gọi đúng được trả lời, gọi sai bị từ chối / as expected: a right call is
    answered, a wrong one refused or noted; 1 khác mong đợi / otherwise; 2 không gọi được / the call cannot be made.
    """
    from emulator.cli.terminal import write_data

    if lists:
        list_calls(as_json=as_json)
        return
    name = _check_names(operation, wrong)
    client = AdminClient(url, admin_token, sandbox)
    told = make_call(client, name, wrong)
    if as_json:
        write_data(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        report(told)
    raise SystemExit(0 if told["as_expected"] else 1)


def _check_names(operation: str | None, wrong: str | None) -> str:
    from emulator.country.furnish import nearest
    from emulator.services.client_view import asks, mistakes_of

    if operation is None:
        raise click.UsageError("Thiếu tên nghiệp vụ, xem --list. / Name an operation, see --list.")
    if operation not in asks():
        vi, en = nearest(operation, asks())
        raise CannotStart(f"Không gọi thử được “{operation}”{vi} / There is no call {operation!r}{en} (--list)")
    mistakes = mistakes_of(operation)
    if wrong is not None and wrong not in mistakes:
        names = ", ".join(mistakes)
        raise CannotStart(
            f"--wrong: {operation} không có cách sai “{wrong}”; có: {names} / {operation} has no mistake {wrong!r}; "
            f"there are: {names}"
        )
    return operation


def make_call(client: AdminClient, operation: str, wrong: str | None) -> MadeCall:
    """Make the call; return what was asked, what came back, and the journal's entry of it. Raises CannotStart."""
    import secrets

    from emulator.services.client_view import CannotCall, ClientView, put_together

    desk = ClientView(client)
    try:
        ask = put_together(operation, wrong, desk)
    except CannotCall as trouble:
        raise CannotStart(str(trouble)) from trouble
    trace = secrets.token_hex(16)
    broken = None
    try:
        answer = desk.send(ask, traceparent=f"00-{trace}-{secrets.token_hex(8)}-01")
    except Unreachable as trouble:  # a fault may have broken the connection: the journal knows
        answer, broken = None, str(trouble)
    entries = client.get("/requests", trace=trace, limit=1)["requests"]
    if not entries:
        raise CannotStart(broken or "Nhật ký không có cuộc gọi này. / The journal does not have this call.")
    entry: JournalEntry = entries[0]
    became = _became(entry, wrong)
    return {
        "operation": operation,
        "wrong": wrong,
        "became": became,
        "as_expected": became == "answered" if wrong is None else became in ("refused", "noted"),
        "request": _request(desk, ask),
        "reply": _reply(answer) if answer else {"broken": broken},
        "entry": _entry(entry),
    }


def _entry(entry: JournalEntry) -> ShownEntry:
    return {
        "id": entry["id"],
        "operation": entry["operation"],
        "clause": entry["clause"],
        "outcome": entry["outcome"],
        "consumer": entry["consumer"],
        "clock": entry["clock"],
        "remarks": entry["remarks"],
        "effects": entry["effects"],
        "scenario": entry["scenario"],
        "faults": entry["faults"],
    }


def _became(entry: JournalEntry, wrong: str | None) -> str:
    """Return what became of a call. A remark on a right call is no objection: many tell of a reply's own oddities."""
    if entry["outcome"] == "error":
        return "fault"
    if entry["outcome"] != "answered" or entry["response"]["status"] >= 400:
        return "refused"
    return "noted" if wrong and entry["remarks"] else "answered"


def _request(desk: ClientView, ask: Ask) -> ShownRequest:
    from emulator.journal.redaction import masked_header, masked_text

    return {
        "method": ask.method,
        "path": desk.prefix + ask.path,
        "headers": {name: masked_header(name, value) for name, value in ask.headers.items()},
        "body": masked_text((ask.body or b"").decode("utf-8", "replace")),
    }


def _reply(answer: HttpAnswer) -> ShownReply:
    from emulator.journal.redaction import masked_header, masked_text

    try:
        body = masked_text(answer.body.decode())
    except UnicodeDecodeError:
        body = f"({len(answer.body)} byte)"
    headers = [[name, masked_header(name, value)] for name, value in answer.headers]
    return {"status": answer.status, "headers": headers, "body": body}
