"""What ``ndxp-emulator call`` prints: the request, the reply, and why, with the clauses and quirks it rests on."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import click

_MOST = 1_500
_BECAME = {
    "answered": ("được trả lời", "answered"),
    "noted": ("vẫn được nhận, có ghi chú", "taken all the same, with a note"),
    "refused": ("bị từ chối", "refused"),
    "fault": ("lỗi của trình giả lập", "a fault of the emulator"),
}


def list_calls(*, as_json: bool) -> None:
    """Print the operations and what can be done wrong in each."""
    from emulator.cli.call_asks import ASKS
    from emulator.cli.call_mistakes import MISTAKES, mistakes_of
    from emulator.cli.terminal import write_data

    if as_json:
        calls = [{"operation": name, "wrong": mistakes_of(name)} for name in ASKS]
        mistakes = {name: {"vi": each.vi, "en": each.en} for name, each in MISTAKES.items()}
        write_data(json.dumps({"calls": calls, "mistakes": mistakes}, ensure_ascii=False, indent=2) + "\n")
        return
    for name in ASKS:
        click.echo(click.style(name, bold=True))
        for wrong in mistakes_of(name):
            click.echo(f"  --wrong {wrong:16} {MISTAKES[wrong].vi} / {MISTAKES[wrong].en}")


def report(told: dict[str, Any]) -> None:
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


def _verdict(told: dict[str, Any]) -> None:
    outcome, became = told["entry"]["outcome"], told["became"]
    vi, en = _BECAME[became]
    if told["wrong"]:
        from emulator.cli.call_mistakes import MISTAKES

        mistake = MISTAKES[told["wrong"]]
        vi, en = f"{mistake.vi}: {vi}", f"{mistake.en}: {en}"
    click.echo(f"{click.style(outcome.upper(), fg='green' if told['as_expected'] else 'red', bold=True)}  {vi} / {en}")
    if became == "refused" and not told["entry"]["remarks"]:
        click.echo("Nền tảng nói lý do trong chính câu trả lời trên. / The platform says why in the reply itself.")


def _remark(remark: dict[str, str]) -> None:
    from emulator.wire.quirks import QUIRKS

    colour = "yellow" if remark["level"] == "error" else None
    place = f" {remark['path']}" if remark["path"] else ""
    click.echo(f"{click.style(remark['rule'], fg=colour, bold=True)}{place}: {remark['vi']} / {remark['en']}")
    quirk = QUIRKS.get(remark["rule"])
    if quirk:
        click.echo(click.style(f"    {quirk.id} · {quirk.place}: {quirk.table} ↔ {quirk.sample}", dim=True))
