"""``ndxp-emulator call``: one call to a running emulator, right or wrong on purpose, and why it went as it did."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.admin_client import AdminClient, Answer, Unreachable, server_options
from emulator.cli.stopping import CannotStart

if TYPE_CHECKING:
    from emulator.cli.call_asks import Ask, Desk

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
    from emulator.cli.call_asks import Desk
    from emulator.cli.call_report import list_calls, report
    from emulator.cli.terminal import write_data

    if lists:
        list_calls(as_json=as_json)
        return
    name = _known(operation, wrong)
    client = AdminClient(url, admin_token, sandbox)
    told = _made(Desk(client), client, name, wrong)
    if as_json:
        write_data(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        report(told)
    raise SystemExit(0 if told["as_expected"] else 1)


def _known(operation: str | None, wrong: str | None) -> str:
    from emulator.cli.call_asks import ASKS
    from emulator.cli.call_mistakes import mistakes_of
    from emulator.world.furnish import nearest

    if operation is None:
        raise click.UsageError("Thiếu tên nghiệp vụ, xem --list. / Name an operation, see --list.")
    if operation not in ASKS:
        vi, en = nearest(operation, ASKS)
        raise CannotStart(f"Không gọi thử được “{operation}”{vi} / There is no call {operation!r}{en} (--list)")
    mistakes = mistakes_of(operation)
    if wrong is not None and wrong not in mistakes:
        names = ", ".join(mistakes)
        raise CannotStart(
            f"--wrong: {operation} không có cách sai “{wrong}”; có: {names} / {operation} has no mistake {wrong!r}; "
            f"there are: {names}"
        )
    return operation


def _made(desk: Desk, client: AdminClient, operation: str, wrong: str | None) -> dict[str, Any]:
    """Make the call; return what was asked, what came back, and the journal's entry of it."""
    import secrets

    from emulator.cli.call_asks import ASKS
    from emulator.cli.call_mistakes import MISTAKES

    ask = ASKS[operation](desk)
    if wrong:
        ask = MISTAKES[wrong].spoil(ask, operation)
    trace = secrets.token_hex(16)
    broken = None
    try:
        answer = desk.send(ask, traceparent=f"00-{trace}-{secrets.token_hex(8)}-01")
    except Unreachable as trouble:  # a fault may have broken the connection: the journal knows
        answer, broken = None, str(trouble)
    entries = client.get("/requests", trace=trace, limit=1)["requests"]
    if not entries:
        raise CannotStart(broken or "Nhật ký không có cuộc gọi này. / The journal does not have this call.")
    entry = entries[0]
    became = _became(entry, wrong)
    return {
        "operation": operation,
        "wrong": wrong,
        "became": became,
        "as_expected": became == "answered" if wrong is None else became in ("refused", "noted"),
        "request": _request(desk, ask),
        "reply": _reply(answer) if answer else {"broken": broken},
        "entry": {name: entry[name] for name in _TOLD},
    }


def _became(entry: dict[str, Any], wrong: str | None) -> str:
    """Return what became of a call. A remark on a right call is no objection: many tell of a reply's own oddities."""
    if entry["outcome"] == "error":
        return "fault"
    if entry["outcome"] != "answered" or entry["response"]["status"] >= 400:
        return "refused"
    return "noted" if wrong and entry["remarks"] else "answered"


_TOLD = ("id", "operation", "clause", "outcome", "consumer", "clock", "remarks", "effects", "scenario", "faults")


def _request(desk: Desk, ask: Ask) -> dict[str, Any]:
    from emulator.journal.redaction import masked_header, masked_text

    return {
        "method": ask.method,
        "path": desk.prefix + ask.path,
        "headers": {name: masked_header(name, value) for name, value in ask.headers.items()},
        "body": masked_text((ask.body or b"").decode("utf-8", "replace")),
    }


def _reply(answer: Answer) -> dict[str, Any]:
    from emulator.journal.redaction import masked_header, masked_text

    try:
        body = masked_text(answer.body.decode())
    except UnicodeDecodeError:
        body = f"({len(answer.body)} byte)"
    headers = [[name, masked_header(name, value)] for name, value in answer.headers]
    return {"status": answer.status, "headers": headers, "body": body}
