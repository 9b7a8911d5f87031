"""Checks of the order in which a dossier's pushes come, and of what a refusal stops (BTXH 3.1.1, 3.1.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from emulator.certification.checks.basics import Given
from emulator.certification.checks.delivery import code_of, is_confirmed, is_refused, told_codes
from emulator.certification.checks.pushes import steps_of
from emulator.certification.evidence import Entry
from emulator.certification.finding import CheckOf, Finding, bad, good, unseen
from emulator.certification.scenes import Played

_PUSH, _STEP = "btxh.DongBoDVC", "btxh.XuLyHoSo"


def steps_in_order(scenes: Sequence[Played], _given: Given) -> list[Finding]:
    """Say whether each dossier's steps come after it was accepted, all of them, in the order they were taken."""
    return [_check_order(scene, code) for scene in scenes for code in told_codes(scene)]


def _check_order(scene: Played, code: str) -> Finding:
    steps = steps_of(scene, code)
    if not steps:
        return unseen(f"Chưa gửi bước nào của {code}", f"no step of {code} was sent")
    taken = next((call for call in scene.of(_PUSH) if code_of(call) == code and is_confirmed(call)), None)
    if taken is None or taken.seq > steps[0].seq:
        vi, en = "Gửi bước trước khi hồ sơ được nhận", "sent a step before its dossier was accepted"
        return bad(vi, en, steps[0])
    sent = [str(call.body.get("StatusId")) for call in steps]
    told = [each["StatusId"] for each in scene.expected["dossiers"][code]["steps"]]
    if sent != told:
        vi, en = "Các bước không theo trình tự được giao", "the steps are not those taken, in their order"
        return bad(vi, en, *steps[:5], expected=", ".join(told), actual=", ".join(sent))
    return good("Các bước theo đúng trình tự", "the steps come in their order", *steps[:5])


def stops_after_refusal(scenes: Sequence[Played], _given: Given) -> list[Finding]:
    """Say whether, after the service refused a push of a dossier, no further step of that dossier was sent."""
    findings = []
    for scene in scenes:
        for refused in [call for call in scene.of(_PUSH, _STEP) if is_refused(call)]:
            later = [call for call in scene.of(_STEP) if call.seq > refused.seq and code_of(call) == code_of(refused)]
            taken = [call for call in later if call.body == refused.body and is_confirmed(call)]
            if taken and refused.operation == _STEP:  # it was taken at last: the dossier may go on
                vi, en = "Bước bị từ chối được gửi lại và được nhận rồi mới đi tiếp", "sent again, taken, then went on"
                between = [call for call in later if call.body != refused.body and call.seq < taken[0].seq]
                findings.append(_check_stop(refused, between) if between else good(vi, en, refused, taken[0]))
                continue
            findings.append(_check_stop(refused, [call for call in later if call.body != refused.body]))
    return findings or [unseen("Chưa có lời gọi nào bị từ chối", "nothing was refused")]


def _check_stop(refused: Entry, later: list[Entry]) -> Finding:
    if later:
        vi, en = "Hồ sơ bị từ chối mà vẫn gửi bước tiếp theo", "went on with a dossier that was refused"
        return bad(vi, en, refused, *later[:3], expected=0, actual=len(later))
    return good("Dừng hồ sơ bị từ chối", "stopped the dossier that was refused", refused)


def tries_the_same(scenes: Sequence[Played], _given: Given) -> list[Finding]:
    """Say whether a push without a confirmation is sent again as it was: the same code, the same content."""
    findings = []
    for scene in scenes:
        for before, after in pairwise(scene.of(_PUSH)):
            if before.faults and not is_confirmed(before) and not is_refused(before):
                findings.append(_same(before, after, code_of(after) in told_codes(scene)))
    return findings or [unseen("Chưa thấy lần gửi lại nào", "nothing was sent again")]


def _same(before: Entry, after: Entry, is_told: bool) -> Finding:
    if not is_told or (code_of(after) == code_of(before) and after.own_code != before.own_code):
        vi, en = "Gửi lại bằng một mã hồ sơ mới", "sent again under a new dossier code"
        return bad(vi, en, before, after, expected=before.own_code, actual=after.own_code)
    if code_of(after) == code_of(before) and after.body != before.body:
        return bad("Gửi lại với nội dung khác", "sent again with another content", before, after)
    return good("Gửi lại đúng hồ sơ cũ", "sent the same again", before, after)


COURSES: Mapping[str, CheckOf] = {
    "steps-in-order": steps_in_order,
    "stops-after-refusal": stops_after_refusal,
    "tries-the-same": tries_the_same,
}
