"""Judging again: the same kit, plan, challenge and journal must give the same files, byte by byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emulator.certification.bundle import form
from emulator.certification.bundle.finding import Point
from emulator.certification.bundle.pack import derived

Files = Mapping[str, bytes]


def judged_again(files: Files) -> Iterator[Point]:
    """Look whether the verdicts follow from the journal, and whether the scenes follow from the challenge."""
    ours = derived(files)
    told, made = form.object_in(files[form.REPORT]), form.object_in(ours[form.REPORT])
    yield from _order(made)
    wrong = [name for name, content in ours.items() if files[name] != content]
    if not wrong:
        yield Point("judgement", "good", "Chấm lại cho đúng từng byte", "judged again: the same bytes")
    elif told["emulator"] == made["emulator"]:
        vi = f"Chấm lại cho kết quả khác ở: {', '.join(wrong)}"
        yield Point("judgement", "bad", vi, f"judged again, these differ: {', '.join(wrong)}")
    else:
        yield _by_another_judge(told, made)


def _order(report: Mapping[str, Any]) -> Iterator[Point]:
    if report["disorder"]:
        yield Point("scenes", "bad", report["disorder"]["vi"], report["disorder"]["en"])
    else:
        yield Point("scenes", "good", "Các cảnh đúng theo thử thách", "the scenes follow from the challenge")


def _by_another_judge(told: Mapping[str, Any], made: Mapping[str, Any]) -> Point:
    """Return what can be said when another version judged: the verdicts can be compared, the bytes cannot."""
    version = told["emulator"]["version"]
    differ = differences(told, made)
    if differ:
        names = ", ".join(test for test, _, _ in differ)
        vi = f"Bản cài này chấm khác bản {version} ở: {names}"
        return Point("judgement", "bad", vi, f"this version judges otherwise than {version}: {names}")
    vi = f"Gói do bản khác ({version}) chấm; bản này chấm lại cho cùng kết luận. Muốn so từng byte, dùng đúng bản đó"
    en = f"judged by another version ({version}); ours reaches the same verdicts. For the bytes use that very version"
    return Point("judgement", "note", vi, en)


def differences(told: Mapping[str, Any], made: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (test, verdict in the bundle, verdict now) where reports differ; ``conclusion`` stands for the whole."""
    before, after = ({test["id"]: test["verdict"] for test in each["tests"]} for each in (told, made))
    both = [(name, before.get(name, "–"), after.get(name, "–")) for name in sorted({*before, *after})]
    both.append(("conclusion", told["conclusion"]["word"], made["conclusion"]["word"]))
    return [each for each in both if each[1] != each[2]]
