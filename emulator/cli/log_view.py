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
        click.style(_plain(what), bold=True),
        click.style(f"{entry['timing']['totalTime']} ms", dim=True),
    ]
    why = reason_of(entry)
    return " ".join(parts) + (f"  {why}" if why else "")


def reason_of(entry: dict[str, Any]) -> str:
    """Return why a call went as it did: its first remark, errors first, and how many more there are."""
    remarks = sorted(entry["remarks"], key=lambda remark: remark["level"] != "error")
    told = [f"[{fault}]" for fault in entry.get("faults") or ([entry["fault"]] if entry.get("fault") else [])]
    if remarks:
        first = remarks[0]
        told.append(f"{first['rule']}: {_plain(first['vi'])} / {_plain(first['en'])}")
    if len(remarks) > 1:
        told.append(f"(+{len(remarks) - 1})")
    return " ".join(told)


def _plain(text: str) -> str:
    """Return a text as one line that no terminal obeys: a caller may have written it."""
    return "".join(letter if letter.isprintable() else "·" for letter in " ".join(text.split()))
