"""One call on one line: when, what became of it, what was asked, and why."""

from __future__ import annotations

from typing import Any

import click

_VERDICTS = {
    "answered": ("OK", "green"),
    "refused": ("REFUSED", "yellow"),
    "unmatched": ("UNMATCHED", "magenta"),
    "error": ("FAULT", "red"),
    "happened": ("CLOCK", "cyan"),
    "lapsed": ("LAPSED", "cyan"),
}

_BASES = {
    "document": "tài liệu / document",
    "platform": "nền tảng / platform",
    "ours": "của trình giả lập / ours",
}
_VALUES = {"found": "có / found", "expected": "cần / expected", "nearest": "gần nhất / nearest"}


def line_of(entry: dict[str, Any]) -> str:
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
        click.style(plain(what), bold=True),
        click.style(f"{entry['timing']['totalTime']} ms", dim=True),
        click.style(entry["id"], dim=True),
    ]
    why = reason_of(entry)
    return " ".join(parts) + (f"  {why}" if why else "")


def page_of(entry: dict[str, Any]) -> list[str]:
    """Return everything a person needs to understand one call: its line, what was sent and answered, every remark."""
    request, reply = entry["request"], entry["response"]
    lines = [line_of({**entry, "remarks": []}), f"{entry['operation'] or '-'} · {entry['clause'] or '-'}"]
    lines += ["", click.style("── Yêu cầu / Request", fg="cyan", bold=True), *_message(request)]
    lines += ["", click.style(f"── Trả lời / Reply {reply['status']}", fg="cyan", bold=True), *_message(reply)]
    lines += ["", click.style("── Nhận xét / Remarks", fg="cyan", bold=True)]
    remarks = [line for remark in in_order(entry["remarks"]) for line in remark_lines(remark)]
    return lines + (remarks or ["(không có nhận xét nào / no remark)"])


def _message(message: dict[str, Any]) -> list[str]:
    head = [plain(f"{message['method']} {message['url']}")] if "method" in message else []
    named = [
        (name, value if isinstance(value, list) else [value]) for name, value in sorted(message["headers"].items())
    ]
    head += [plain(f"{name}: {each}") for name, values in named for each in values]
    return [*head, *(plain(line) for line in str(message.get("body", "")).splitlines())]


def in_order(remarks: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return remarks as people read them: what the call was refused for comes first."""
    return sorted(remarks, key=lambda remark: remark["level"] != "error")


def remark_lines(remark: dict[str, str]) -> list[str]:
    """Return a remark as lines: rule, place and sentence, then what it stands on, then the values it names.

    A journal of an older edition says no basis: its remarks have no second line.
    """
    colour = "yellow" if remark["level"] == "error" else None
    place = f" {plain(remark['path'])}" if remark["path"] else ""
    rule = click.style(remark["rule"], fg=colour, bold=True)
    lines = [f"{rule}{place}: {plain(remark['vi'])} / {plain(remark['en'])}"]
    if "basis" in remark:
        lines.append(f"    {_BASES.get(remark['basis'], remark['basis'])} · {remark['source']}")
    values = [f"{word}: {plain(remark[name])}" for name, word in _VALUES.items() if remark.get(name)]
    return [*lines, *(f"    {value}" for value in values)]


def reason_of(entry: dict[str, Any]) -> str:
    """Return why a call went as it did: its first remark, errors first, and how many more there are."""
    remarks = in_order(entry["remarks"])
    told = [f"[{fault}]" for fault in entry.get("faults") or ([entry["fault"]] if entry.get("fault") else [])]
    if remarks:
        first = remarks[0]
        told.append(f"{first['rule']}: {plain(first['vi'])} / {plain(first['en'])}")
    if len(remarks) > 1:
        told.append(f"(+{len(remarks) - 1})")
    return " ".join(told)


def plain(text: str) -> str:
    """Return a text as one line that no terminal obeys: a caller may have written it."""
    return "".join(letter if letter.isprintable() else "·" for letter in " ".join(text.split()))
