"""What holds a journal together: its chain, the challenge it begins with, the kit it was judged by, its dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from emulator.certification.bundle import form
from emulator.certification.bundle.finding import Point
from emulator.certification.bundle.form import plan_text
from emulator.certification.bundle.keys import public_key
from emulator.certification.bundle.levels import major_of
from emulator.certification.challenge import Challenge, challenge_of
from emulator.certification.evidence import Entry, broken_at, entries_of
from emulator.certification.plan import plan_of
from emulator.certification.scenes import record_of
from emulator.journal.write import digest
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


def check_binding(files: Files, demanded: Challenge | None = None) -> Iterator[Point]:
    """Look whether plan, challenge and kit are those it was opened with, and the challenge is this vendor's.

    ``demanded`` is the challenge a reader expects: none but that very one will do.
    """
    challenge = _challenge(files)
    wrong = [*_not_as_opened(files, challenge), *_not_for_this_vendor(files, challenge)]
    if demanded is not None and demanded != challenge:
        vi = f"gói trả lời thử thách {_name(challenge)}, không phải {_name(demanded)}"
        wrong.append((vi, f"it answers challenge {_name(challenge)} and not {_name(demanded)}"))
    yield from _points_of(wrong, challenge)


def bound_as_before(files: Files, demanded: Challenge | None = None) -> Iterator[Point]:
    """Look at a bundle of the older form: its challenges named no vendor."""
    challenge = _challenge(files)
    wrong = [*_not_as_opened(files, challenge)]
    if demanded is not None and demanded != challenge:
        wrong.append(("gói trả lời một thử thách khác", "it answers another challenge"))
    yield from _points_of(wrong, challenge)


def _points_of(wrong: list[tuple[str, str]], challenge: Challenge) -> Iterator[Point]:
    for vi, en in wrong:
        yield Point("binding", "bad", vi[0].upper() + vi[1:], en)
    if not wrong:
        vi = f"Dòng đầu gắn với thử thách {_name(challenge)}"
        yield Point("binding", "good", vi, f"the first line is bound to challenge {_name(challenge)}")


def _name(challenge: Challenge) -> str:
    return challenge.serial or f"{challenge.digest[:23]}…"


def _not_as_opened(files: Files, challenge: Challenge) -> Iterator[tuple[str, str]]:
    entries = entries_of(form.lines_in(files[form.JOURNAL]))
    opened = record_of(entries).opened
    plan = plan_of(opened["plan"])
    kit = files[form.kit_file(plan.kit)]
    if opened["challenge"] != challenge.as_dict():
        yield "thử thách khác với thử thách lúc mở lượt", "the challenge is not the one it was opened with"
    if plan_text(plan) != files[form.PLAN]:
        yield "kế hoạch khác với kế hoạch lúc mở lượt", "the plan is not the one it was opened with"
    if not digest(kit) == challenge.kit_digest == opened["kit"]["digest"] or challenge.kit != plan.kit:
        yield "bộ kiểm thử khác với bộ mà thử thách nêu", "the kit is not the one the challenge names"
    if not challenge.holds_at(entries[0].wall_ms):
        yield "lượt mở ngoài hạn của thử thách", "it was opened while the challenge was not valid"


def _not_for_this_vendor(files: Files, challenge: Challenge) -> Iterator[tuple[str, str]]:
    if form.SIGNED_CHALLENGE not in files:
        return
    if not challenge.vendor_key or not challenge.serial:
        vi = "thử thách không nêu khóa của đơn vị nào: ai cũng dùng được"
        yield vi, "the challenge names no vendor's key: anybody could use it"
        return
    held = public_key(files[form.VENDOR_KEY]).id if form.VENDOR_KEY in files else "–"
    if held != challenge.vendor_key:
        vi = f"thử thách phát cho khóa {challenge.vendor_key[:16]}…, gói ký bằng khóa {held[:16]}…"
        yield vi, f"the challenge is for key {challenge.vendor_key[:16]}…, the bundle is signed by {held[:16]}…"
    other = challenge.stranger_to(form.object_in(files[form.REPORT])["plan"]["product"])
    if other:
        what, said, here = other
        vi = f"thử thách phát cho “{said}”, gói là của “{here}”"
        yield vi, f"the challenge was handed out for {what} {said!r}, the bundle is about {here!r}"


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
    validity: Mapping[str, Any] | None = form.object_in(files[form.REPORT])["validity"]
    if validity is None:
        vi = "Tự kiểm tra (L0) không có hiệu lực với ai khác"
        yield Point("validity", "note", vi, "a self-check (L0) is not valid towards anybody")
        return
    until = datetime.fromisoformat(validity["until"])
    if to_datetime(now_ms) > until:
        yield Point("validity", "void", f"Đã hết hiệu lực từ {iso_of(until)}", f"expired at {iso_of(until)}")
        return
    major = _major_in_the_box(files)
    if int(major or 0) > int(validity["kit_major"]):
        vi = f"Đã hết hiệu lực: bộ kiểm thử đã có phiên bản chính {major}"
        yield Point("validity", "void", vi, f"expired: the kit has major version {major} now")
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
