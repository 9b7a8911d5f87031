"""A task as a person reads it: Vietnamese names of things, days and times as they are written here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.certification import vocabulary

if TYPE_CHECKING:
    from emulator.certification.attempt import SceneCall
    from emulator.certification.report import AttemptReport, ReportedTest

_VALUES = {value: vi for word in vocabulary.WORDS.values() for value, (vi, _) in word.values.items()}


def _label(name: str) -> str:
    known = vocabulary.WORDS.get(name)
    return known.vi if known else name


_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def task_lines(task: Mapping[str, object], depth: int = 1) -> list[str]:
    """Return a task as lines to read."""
    lines = []
    indent = "  " * depth
    for name, value in task.items():
        label = _label(name)
        if isinstance(value, Mapping):
            lines += [f"{indent}{label}:", *task_lines(value, depth + 1)]
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for number, each in enumerate(value, 1):
                lines += [f"{indent}{label} {number}:", *task_lines(each, depth + 1)]
        else:
            lines.append(f"{indent}{label}: {_plain(value)}")
    return lines


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "–"
    text = "" if value is None else str(value)
    if _MOMENT.match(text):
        return f"{datetime.fromisoformat(text):%d/%m/%Y %H:%M:%S}"
    if _DAY.fullmatch(text):
        return f"{datetime.fromisoformat(text):%d/%m/%Y}"
    return _VALUES.get(text, text) or "–"


_COLOURS = {"pass": "green", "warn": "yellow", "fail": "red", "error": "red", "omit": "bright_black"}
WORDS = {
    "pass": "đạt",
    "warn": "đạt, có lưu ý",
    "fail": "KHÔNG ĐẠT",
    "inconclusive": "chưa đủ căn cứ",
    "skip": "bỏ qua: phép trước chưa đạt",
    "omit": "không áp dụng",
    "review": "chờ người xem xét",
    "error": "lỗi của trình giả lập",
    "waiting": "đang chờ",
}


def progress(asked: SceneCall, *, is_quiet: bool) -> None:
    """Say which scene begins."""
    if not is_quiet:
        click.echo(f"[{asked['task']['no']}/{asked['scenes']}] {asked['title']['vi']}", err=True)


def summary(report: AttemptReport, bundle: Path | None) -> str:
    """Return the verdicts, findings of what did not pass, and where the bundle lies."""
    lines = [f"{report['kit']['title']['vi']} {report['kit']['version']}"]
    for test in [each for each in report["tests"] if bundle or each["verdict"] != "omit"]:
        word = click.style(f"{WORDS[test['verdict']]} ({test['verdict']})", fg=_COLOURS.get(test["verdict"]))
        lines.append(f"  {test['id']:<14} {test['level']:<6} {word}  {test['title']['vi']}")
        if test["verdict"] not in ("pass", "omit", "review"):
            lines += _why(test)
    if bundle is None:
        vi, en = "Tập dượt một phần bộ kiểm thử: không có gói chứng cứ", "a rehearsal of a part: there is no bundle"
        return "\n".join([*lines, "", f"{vi} / {en}"])
    lines += [
        "",
        f"Kết luận / conclusion: {report['conclusion']['vi']} / {report['conclusion']['en']}",
        f"Gói chứng cứ / bundle: {bundle}",
        f"Kiểm chứng / verify:   ndxp-emulator certify verify {bundle}",
    ]
    return "\n".join(lines)


def _why(test: ReportedTest) -> list[str]:
    told = []
    for finding in test["findings"]:
        if finding["answer"] == "good":
            continue
        seen = f" (#{', #'.join(map(str, finding['evidence']))})" if finding["evidence"] else ""
        told.append(f"      - {finding['vi']} / {finding['en']}{seen}")
    return [*told[:4], f"      → {test['next']['vi']} / {test['next']['en']}"]
