"""What ``certify`` says about an attempt: a line a scene, and at the end the verdicts with what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

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


def progress(asked: Mapping[str, Any], *, is_quiet: bool) -> None:
    """Say which scene begins."""
    if not is_quiet:
        click.echo(f"[{asked['task']['no']}/{asked['scenes']}] {asked['title']['vi']}", err=True)


def summary(report: Mapping[str, Any], bundle: Path) -> str:
    """Return the verdicts, findings of what did not pass, and where the bundle lies."""
    lines = [f"{report['kit']['title']['vi']} {report['kit']['version']}"]
    for test in report["tests"]:
        word = click.style(f"{WORDS[test['verdict']]} ({test['verdict']})", fg=_COLOURS.get(test["verdict"]))
        lines.append(f"  {test['id']:<14} {test['level']:<6} {word}  {test['title']['vi']}")
        if test["verdict"] not in ("pass", "omit", "review"):
            lines += _why(test)
    lines += [
        "",
        f"Kết luận / conclusion: {report['conclusion']['vi']} / {report['conclusion']['en']}",
        f"Gói chứng cứ / bundle: {bundle}",
        f"Kiểm chứng / verify:   ndxp-emulator certify verify {bundle}",
    ]
    return "\n".join(lines)


def _why(test: Mapping[str, Any]) -> list[str]:
    told = []
    for finding in test["findings"]:
        if finding["answer"] == "good":
            continue
        seen = f" (#{', #'.join(map(str, finding['evidence']))})" if finding["evidence"] else ""
        told.append(f"      - {finding['vi']} / {finding['en']}{seen}")
    return [*told[:4], f"      → {test['next']['vi']} / {test['next']['en']}"]
