"""What holds a journal together: its chain, the challenge it begins with, the kit it was judged by, its dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from emulator.certification.bundle import form
from emulator.certification.bundle.finding import Point
from emulator.certification.bundle.form import plan_text
from emulator.certification.bundle.levels import major_of
from emulator.certification.challenge import Challenge, challenge_of
from emulator.certification.evidence import Entry, broken_at, entries_of
from emulator.certification.plan import plan_of
from emulator.certification.scenes import record_of
from emulator.journal.chain import digest
from emulator.kernel.clock import to_datetime

Files = Mapping[str, bytes]


def chain(files: Files) -> Iterator[Point]:
    """Look whether each line follows the one before, from the challenge to the end, without a gap."""
    lines = form.lines_in(files[form.JOURNAL])
    broken = broken_at(lines, _challenge(files).digest)
    if broken:
        yield Point("chain", "bad", f"Chuỗi nhật ký đứt: {broken}", f"the chain of the journal breaks: {broken}")
        return
    numbers = [Entry(entry.told).seq for entry in entries_of(lines)]
    if numbers != list(range(1, len(lines) + 1)):
        yield Point("chain", "bad", "Số thứ tự nhật ký không liền nhau", "the journal's numbers have a gap")
        return
    yield Point("chain", "good", f"{len(lines)} dòng nhật ký nối liền nhau", f"{len(lines)} lines, an unbroken chain")


def _challenge(files: Files) -> Challenge:
    told = form.object_in(files[form.CHALLENGE])
    if form.pretty(told) != files[form.CHALLENGE]:
        raise ValueError(f"{form.CHALLENGE} is not written as packed")
    return challenge_of(told)


def bound(files: Files) -> Iterator[Point]:
    """Look whether the attempt was opened with this plan, challenge and kit, and while the challenge was valid."""
    challenge, entries = _challenge(files), entries_of(form.lines_in(files[form.JOURNAL]))
    opened = record_of(entries).opened
    plan = plan_of(opened["plan"])
    kit = files[form.kit_file(plan.kit)]
    wrong: list[tuple[str, str]] = []
    if opened["challenge"] != challenge.as_dict():
        wrong.append(("thử thách khác với thử thách lúc mở lượt", "the challenge is not the one it was opened with"))
    if plan_text(plan) != files[form.PLAN]:
        wrong.append(("kế hoạch khác với kế hoạch lúc mở lượt", "the plan is not the one it was opened with"))
    if not digest(kit) == challenge.kit_digest == opened["kit"]["digest"] or challenge.kit != plan.kit:
        wrong.append(("bộ kiểm thử khác với bộ mà thử thách nêu", "the kit is not the one the challenge names"))
    if not challenge.holds_at(entries[0].wall_ms):
        wrong.append(("lượt mở ngoài hạn của thử thách", "it was opened while the challenge was not valid"))
    for vi, en in wrong:
        yield Point("binding", "bad", vi[0].upper() + vi[1:], en)
    if not wrong:
        vi = f"Dòng đầu gắn với thử thách {challenge.digest[:23]}…"
        yield Point("binding", "good", vi, f"the first line is bound to challenge {challenge.digest[:23]}…")


def same_kit(files: Files) -> Iterator[Point]:
    """Look whether the kit in the bundle is the one in the box."""
    name, own = _kits(files)
    if own is None:
        vi = f"Bản cài này không có bộ kiểm thử {name}; đã chấm bằng bộ trong gói"
        yield Point("kit", "note", vi, f"this installation has no kit {name}; judged with the bundle's own")
    elif own == files[form.kit_file(name)]:
        yield Point("kit", "good", f"Bộ kiểm thử đúng là bộ {name} của bản cài này", f"the kit is {name} of this box")
    else:
        vi = f"Bộ kiểm thử trong gói KHÁC bộ {name} của bản cài này; hãy hỏi vì sao"
        yield Point("kit", "note", vi, f"the kit in the bundle is NOT kit {name} of this box: ask why")


def _kits(files: Files) -> tuple[str, bytes | None]:
    """Return the id of the kit, and the text of the box's own, if it has it."""
    from emulator.certification.kit_reader import kit_names, shipped_kits

    name = next(name for name in files if name.startswith("kit/")).removeprefix("kit/").removesuffix(".yaml")
    return name, (shipped_kits() / f"{name}.yaml").read_bytes() if name in kit_names() else None


def dates(files: Files, now_ms: int) -> Iterator[Point]:
    """Look whether the report still counts."""
    validity: Mapping[str, Any] = form.object_in(files[form.REPORT])["validity"]
    until = datetime.fromisoformat(validity["until"])
    if to_datetime(now_ms) > until:
        yield Point("validity", "bad", f"Đã hết hiệu lực từ {iso_of(until)}", f"expired at {iso_of(until)}")
        return
    major = _major_in_the_box(files)
    if int(major or 0) > int(validity["kit_major"]):
        vi = f"Đã hết hiệu lực: bộ kiểm thử đã có phiên bản chính {major}"
        yield Point("validity", "bad", vi, f"expired: the kit has major version {major} now")
        return
    yield Point("validity", "good", f"Còn hiệu lực đến {iso_of(until)}", f"valid until {iso_of(until)}")


def iso_of(moment: datetime) -> str:
    """Return an instant to the minute, as people read it."""
    return moment.isoformat(timespec="minutes")


def _major_in_the_box(files: Files) -> str:
    """Return the major version of the box's kit when it is another than the bundle's, else nothing."""
    from emulator.certification.kit_reader import kit_of

    name, own = _kits(files)
    return major_of(kit_of(name).version) if own and own != files[form.kit_file(name)] else ""
