"""Judging and printing again: the same kit, plan, challenge and journal must give the same files, byte by byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emulator.certification.bundle import archive
from emulator.certification.bundle.finding import Point
from emulator.certification.bundle.levels import PAGES, PAGES_IN_ENGLISH, pages
from emulator.certification.bundle.pack import derive_files, printers
from emulator.certification.outline import judge_digest
from emulator.certification.report import AttemptReport

Files = Mapping[str, bytes]


def judged_again(files: Files) -> Iterator[Point]:
    """Look whether the verdicts follow from the journal, and whether the scenes follow from the challenge."""
    ours = derive_files(files)
    told, made = archive.report_in(files), archive.report_in(ours)
    yield from _order(made)
    wrong = [name for name, content in ours.items() if files[name] != content]
    if not wrong:
        yield Point("judgement", "good", "Chấm lại cho đúng từng byte", "judged again: the same bytes")
    elif is_by_this_judge(told):
        vi = f"Chấm lại cho kết quả khác ở: {', '.join(wrong)}"
        yield Point("judgement", "bad", vi, f"judged again, these differ: {', '.join(wrong)}")
    else:
        yield _by_another_judge(told, made)


def is_by_this_judge(report: AttemptReport) -> bool:
    """Tell whether a report says that this very version made it."""
    return bool(report["emulator"].get("judge") == judge_digest())


def _order(report: AttemptReport) -> Iterator[Point]:
    if report["disorder"]:
        yield Point("scenes", "bad", report["disorder"]["vi"], report["disorder"]["en"])
    else:
        yield Point("scenes", "good", "Các cảnh đúng theo thử thách", "the scenes follow from the challenge")
    if report["closed"] is None:
        vi = "Nhật ký không có dòng đóng lượt: lượt chưa xong, hoặc phần cuối đã bị cắt"
        yield Point("scenes", "open", vi, "the journal does not end with its closing line: not finished, or cut off")


def _by_another_judge(told: AttemptReport, made: AttemptReport) -> Point:
    """Return what can be said when another version judged: the verdicts can be compared, the bytes cannot."""
    version = told["emulator"]["version"]
    differ = differences(told, made)
    if differ:
        names = ", ".join(test for test, _, _ in differ)
        vi = f"Bản cài này chấm khác bản {version} ở: {names}; hãy kiểm bằng đúng bản đó"
        return Point("judgement", "open", vi, f"this version judges otherwise than {version}: {names}; verify with it")
    vi = f"Gói do bản khác ({version}) chấm; bản này chấm lại cho cùng kết luận. Muốn so từng byte, dùng đúng bản đó"
    en = f"judged by another version ({version}); ours reaches the same verdicts. For the bytes use that very version"
    return Point("judgement", "open", vi, en)


def differences(told: AttemptReport, made: AttemptReport) -> list[tuple[str, str, str]]:
    """Return (test, verdict in the bundle, verdict now) where reports differ; ``conclusion`` stands for the whole."""
    before, after = ({test["id"]: test["verdict"] for test in each["tests"]} for each in (told, made))
    both = [(name, before.get(name, "–"), after.get(name, "–")) for name in sorted({*before, *after})]
    both.append(("conclusion", told["conclusion"]["word"], made["conclusion"]["word"]))
    return [each for each in both if each[1] != each[2]]


def printed_again(files: Files) -> Iterator[Point]:
    """Look whether page and sheet are those of the report: what a person reads is what was judged."""
    report = archive.report_in(files)
    theirs, ours = archive.object_in(files[archive.ENVIRONMENT]).get("printers"), printers()
    if "fpdf2" not in ours:
        vi = 'Chưa so được trang in: cài thêm phần chứng nhận, pip install "ndxp-emulator[certify]"'
        yield Point("pages", "open", vi, 'the printed pages were not compared: pip install "ndxp-emulator[certify]"')
        return
    made = pages(files[archive.REPORT])
    there = [name for name in (*PAGES, *PAGES_IN_ENGLISH) if name in files]
    wrong = [name for name in there if files[name] != made[name]]
    if not wrong:
        yield Point("pages", "good", "HTML và PDF in lại đúng từng byte", "HTML and PDF, printed again: the same bytes")
    elif theirs == ours and is_by_this_judge(report):
        names = ", ".join(wrong)
        vi = f"Trang cho người đọc không phải trang của báo cáo này: {names}"
        yield Point("pages", "bad", vi, f"the pages for people are not those of this report: {names}")
    else:
        told = ", ".join(f"{name} {version}" for name, version in sorted((theirs or {}).items())) or "?"
        vi = f"In lại bằng thư viện khác nên chưa so được {', '.join(wrong)}; gói in bằng {told}"
        en = f"printed by other libraries, so {', '.join(wrong)} could not be compared; they were {told}"
        yield Point("pages", "open", vi, en)
