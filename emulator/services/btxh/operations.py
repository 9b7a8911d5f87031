"""The operations of the BTXH service: pushes, judged by what is known and filed (BTXH 3.1.1 to 3.1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from emulator.country.shelf import DetailLink, Dossier, ProcessingStep, step_of
from emulator.country.world import World
from emulator.kernel.clock import VIETNAM, moment_text, to_datetime
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.btxh import replies
from emulator.services.btxh.bodies import read_dossier, read_step
from emulator.services.btxh.catalogues import PROCEDURES
from emulator.services.btxh.ministry import procedure_of
from emulator.services.btxh.models import FINAL_RESULT, DossierForm, StepForm
from emulator.services.btxh.replies import detail_id, in_force
from emulator.wire import codes
from emulator.wire.codes import FINAL_STATUSES, NO_ROOM, judge_move, legal_after, status_text
from emulator.wire.columns import lies_ahead
from emulator.wire.reading import Reading, ReadingRules, told

# Putting what was pushed on the shelves.


def is_known(form: DossierForm, stored: Dossier | None) -> bool:
    """Tell whether the very same push was accepted before, so that a retry changes nothing."""
    if stored is None:
        return False
    known = stored.result_fields if form.record_kind == FINAL_RESULT else stored.fields
    return known == form.fields


def file_dossier(form: DossierForm, stored: Dossier | None, world: World) -> None:
    """Store a new dossier, or what a second push changes of a stored one; the code stays one dossier."""
    status = status_after(form, stored)
    is_final = form.record_kind == FINAL_RESULT
    dossier = Dossier(
        code=form.code,
        origin=stored.origin if stored else "local",
        province_code=form.province_code,
        district_code=form.district_code,
        commune_code=form.commune_code,
        status=stored.status if stored else status,
        owner_id=form.owner_id,
        received_at=form.received_at,
        submitted_at=form.submitted_at,
        changed_at=world.now_ms,
        fields=stored.fields if stored and is_final else form.fields,
        result_fields=form.fields if is_final else stored.result_fields if stored else None,
        came_from=stored.came_from if stored else None,
        supplement_count=stored.supplement_count if stored else 0,
        result_given_at=world.now_ms // 1000 * 1000 if is_final else stored.result_given_at if stored else None,
    )
    world.dossiers.put_record(dossier if status == dossier.status else _enter_status(dossier, status))
    page = detail_id(form.fields)
    if page and world.detail_links.get(page) is None:
        world.detail_links.put_record(DetailLink(page, form.code))


def file_step(form: StepForm, dossier: Dossier, number: int, world: World) -> None:
    """Store a step as number ``number`` of its dossier, and move the dossier to the step's status."""
    world.steps.put_record(step_of(dossier, number, form.status, form.handled_at, form.fields))
    world.dossiers.put_record(replace(_enter_status(dossier, form.status), changed_at=world.now_ms))


def _enter_status(dossier: Dossier, status: int) -> Dossier:
    came_from = dossier.came_from if status == dossier.status else dossier.status
    supplements = dossier.supplement_count + (status == SUPPLEMENT)
    return replace(dossier, status=status, came_from=came_from, supplement_count=supplements)


# What the ministry already knows. Sources and choices: decision 0003; src:dossier-code, src:status-moves.
#
# No clause speaks of what may follow what: all but one of these rules are ours and note (decision 0040). A rule says
# what is unusual to the reading, which decides between refusing and remarking; it knows neither JSON nor envelopes.
# They are called after ``world.hold()``, then ``reading.check()``.

SUPPLEMENT = 5
_LISTED = 60
_OPEN = frozenset({1, 2, 4, 5, 6})


def judge_dossier(form: DossierForm, stored: Dossier | None, reading: Reading) -> None:
    """Judge a pushed dossier against the one already stored under its code."""
    if stored is None:
        if form.record_kind == FINAL_RESULT:
            _judge_result_of_unknown(form, reading)
        else:
            _judge_move(None, form.status, None, reading)
        return
    if stored.owner_id != form.owner_id:
        vi = f"MaHoSo {form.code} đã tồn tại cho người khác; một mã hồ sơ chỉ thuộc về một người"
        en = f"{form.code} belongs to another person already"
        if reading.meet_own("other-person", "/MaHoSo", codes.EXISTS, vi, en, expected=f"≠ {form.code}"):
            return
    after = status_after(form, stored)
    if after != stored.status:
        _judge_move(stored.status, after, stored.came_from, reading, is_final=form.record_kind == FINAL_RESULT)


def judge_procedure(form: DossierForm, retired: Sequence[str], reading: Reading) -> None:
    """Refuse a new dossier of a procedure that the ministry has struck off its catalogue meanwhile. Ours."""
    code = procedure_of(form.fields)
    if code in retired:
        vi = f"MaTTHC {code} đã bị bãi bỏ trong danh mục của Bộ; không nhận hồ sơ mới"
        values = {"expected": ", ".join(each for each in PROCEDURES if each not in retired)[:_LISTED]}
        reading.refuse("retired-procedure", "/MaTTHC", codes.NOT_IN_CATALOGUE, vi, f"{code} is retired", **values)


def status_after(form: DossierForm, stored: Dossier | None) -> int:
    """Return the dossier's status after a push. A result that says neither 9 nor 10 changes none (B35)."""
    if stored and form.record_kind == FINAL_RESULT and form.status not in FINAL_STATUSES:
        return stored.status
    return form.status


def is_repeated(form: StepForm, history: Sequence[ProcessingStep]) -> bool:
    """Tell whether the very same step is stored: time, officer, words, everything."""
    return any(step.fields == form.fields for step in history)


def judge_step(form: StepForm, dossier: Dossier | None, history: Sequence[ProcessingStep], reading: Reading) -> None:
    """Judge a step against its dossier and the steps before it."""
    if dossier is None:
        vi = f"Hồ sơ {form.code} không tồn tại; hãy gọi DongBoDVC trước khi gửi tiến trình"
        en = f"Dossier {form.code} is unknown; push it with DongBoDVC first"
        values = {"expected": "DongBoDVC", "nearest": f"POST /apiBTXH/1.0/DongBoDVC {form.code}"}
        reading.refuse("unknown-dossier", "/MaHoSo", codes.UNKNOWN_DOSSIER, vi, en, **values)
        return
    if is_repeated(form, history):
        vi = f"Bước xử lý này của hồ sơ {form.code} đã tồn tại; nội dung hoặc thời điểm phải khác"
        en = "The very same step is stored already; content or time must differ"
        same = form.fields.get("ThoiDiemXuLy") or ""
        values = {"found": f"ThoiDiemXuLy {same}", "expected": f"ThoiDiemXuLy > {same}"}
        reading.meet_own("repeated-step", "/MaHoSo", codes.EXISTS, vi, en, **values)
        return
    _judge_time(form.handled_at, history, reading)
    _judge_move(dossier.status, form.status, _came_from(dossier, history), reading)
    if form.status == SUPPLEMENT and supplements(dossier, history):
        vi = "Yêu cầu bổ sung (trạng thái 5) lần thứ hai trở đi: hồ sơ bị tính quá hạn theo KPI 766"
        en = "A second request for papers counts as overdue by KPI 766"
        reading.note("supplement-twice", "/StatusId", vi, en, expected="≠ 5")


def tell_other_keys(code: str, reading: Reading) -> None:
    """Say that the other kind of key has pushed a dossier: production and sandbox keys reach two systems."""
    vi = f"Hồ sơ {code} nằm ở hệ thống sau loại khóa kia: khóa chính thức và khóa thử nghiệm tới hai hệ thống"
    en = f"Dossier {code} is in the system behind the other kind of key: production and sandbox keys reach two"
    values = {"found": code, "expected": "production | sandbox", "nearest": "sandbox_keys_reach: production"}
    reading.note("held-by-other-keys", "/MaHoSo", vi, en, **values)


def supplements(dossier: Dossier, history: Sequence[ProcessingStep]) -> int:
    """Return how often the dossier was sent back for papers so far."""
    return max(dossier.supplement_count, sum(step.status == SUPPLEMENT for step in history))


def _came_from(dossier: Dossier, history: Sequence[ProcessingStep]) -> int | None:
    """Return the status before the present one; a dossier of the pack tells it by its steps."""
    earlier = [step.status for step in history if step.status != dossier.status]
    return dossier.came_from or (earlier[-1] if earlier else None)


def _judge_result_of_unknown(form: DossierForm, reading: Reading) -> None:
    """Only the final push is mandatory (BTXH 3, row 3; B11), so a province may begin with it."""
    vi = f"Hồ sơ {form.code} chưa được đồng bộ; chỉ dịch vụ 3 là bắt buộc, nên kết quả cuối cùng được nhận"
    en = f"Dossier {form.code} was not pushed before; only service 3 is mandatory, so its final result is taken"
    reading.meet_own("result-without-dossier", "/MaHoSo", codes.UNKNOWN_DOSSIER, vi, en, expected='LoaiDuLieu "1"')


def _judge_time(handled_at: int, history: Sequence[ProcessingStep], reading: Reading) -> None:
    """A step lies after those already stored; a day without hours is compared by the day (B50).

    A stored step that lies after the sandbox's own today is passed over: one absurd date must not mark all that follow.
    """
    earlier = [step.handled_at for step in history if not lies_ahead(step.handled_at, reading.rules.now_ms)]
    if not earlier:
        return
    previous = max(earlier)
    if _is_day(handled_at) or _is_day(previous):
        is_backward = to_datetime(handled_at).date() < to_datetime(previous).date()
    else:
        is_backward = handled_at < previous
    if is_backward:
        vi = f"ThoiDiemXuLy {moment_text(handled_at)} lùi trước bước đã có lúc {moment_text(previous)}"
        en = "The step lies before the one already stored"
        reading.meet_own(
            "backward-step", "/ThoiDiemXuLy", codes.BAD_TRANSITION, vi, en, expected=f"≥ {moment_text(previous)}"
        )


def _is_day(instant_ms: int) -> bool:
    moment = to_datetime(instant_ms).astimezone(VIETNAM)
    return not (moment.hour or moment.minute or moment.second)


def _judge_move(
    before: int | None, after: int, came_from: int | None, reading: Reading, is_final: bool = False
) -> None:
    """Compare a move with the matrix (decision 0003), which no document has: what becomes of it is a setting.

    Back to 1 from 5 fits only if the 5 was entered from 1. A final result may close an open dossier at once: sending
    steps is optional (BTXH 3, rows 1 and 2).
    """
    ruling = judge_move(before, after)
    if (before, after) == (SUPPLEMENT, 1) and came_from not in (None, 1):
        ruling = "illegal"
    if ruling == "illegal" and is_final and before in _OPEN and after in FINAL_STATUSES:
        ruling = "tolerated"
    stance = reading.rules.status_moves
    if ruling == "legal":
        return
    if ruling == "tolerated" and stance == "refuse":
        stance = "note"
    vi = f"Không thể cập nhật lên trạng thái {status_text(after)}: hồ sơ đang ở {_standing(before)}"
    if stance == "note":
        vi = f"Ít thấy: từ {_standing(before)} lên {status_text(after)}; tài liệu không quy định thứ tự trạng thái"
    en = f"Status {after} after {before or 'nothing'} is unusual; the document has no order of statuses"
    usual = ", ".join(map(str, legal_after(before)))
    reading.take_stance(stance, "transition", "/StatusId", codes.BAD_TRANSITION, vi, en, expected=usual or told(before))


def _standing(status: int | None) -> str:
    return "trước lần đồng bộ đầu tiên" if status is None else f"trạng thái {status_text(status)}"


# The operations of the service (BTXH 3); ``declaration`` is the table of contents.
#
# Provinces of model A1 push what they do themselves, those of model A2 pull what the ministry did (BTXH 1.2).


def synchronise_dossier(call: Call, world: World) -> Reply:
    """``DongBoDVC``: a province pushes a new dossier (BTXH 3.1.1) or its final result (BTXH 3.1.3; B48)."""
    reading = reading_of(world)
    form = read_dossier(call.body, call.body_size, reading)
    if form.record_kind == FINAL_RESULT:
        world.exchange.clause = "BTXH 3.1.3"
    world.hold()
    stored = world.dossiers.get(form.code)
    if is_known(form, stored):
        vi, en = "Nội dung này đã được đồng bộ", "The very same content is stored"
        reading.note("already-synchronised", "", vi, en, found=form.code)
    else:
        if stored is None and world.settings.retired_procedures:
            judge_procedure(form, world.settings.retired_procedures, reading)
        judge_dossier(form, stored, reading)
        full = world.why_full() if stored is None else None
        if full:
            reading.refuse("sandbox-full", "", NO_ROOM, *full)
        reading.check()
        file_dossier(form, stored, world)
    return _accept_push(reading, world)


def record_step(call: Call, world: World) -> Reply:
    """``XuLyHoSo``: a province pushes one processing step (BTXH 3.1.2)."""
    reading = reading_of(world)
    form = read_step(call.body, call.body_size, reading)
    world.hold()
    dossier = world.dossiers.get(form.code)
    history = world.steps.with_prefix(f"{form.code}/")
    if world.is_held_by_other_keys(form.code):
        tell_other_keys(form.code, reading)
    judge_step(form, dossier, history, reading)
    reading.check()
    if dossier and not is_repeated(form, history):
        file_step(form, dossier, len(history) + 1, world)
    return _accept_push(reading, world)


_PULLS = frozenset({"btxh.DanhSachHoSo", "btxh.TienTrinhXuLy"})


def word(refusal: ServiceRefusal, world: World) -> Reply:
    """Put a refusal into the envelope of the operation that was called."""
    wording = replies.pull_refused if world.exchange.operation in _PULLS else replies.refused_reply
    return wording(refusal, printing_of(world))


def reading_of(world: World) -> Reading:
    """Return an empty reading under the sandbox's mode, time and settings."""
    settings = world.settings
    return Reading(
        ReadingRules(
            mode=world.mode,
            now_ms=world.now_ms,
            gso_era=settings.gso_era,
            agency_code=settings.agency_code,
            vneid_meaning=settings.vneid_meaning,
            ethnicity_meaning=settings.ethnicity_meaning,
            status_moves=settings.status_moves,
            own_rules=settings.own_rules,
        ),
        world.exchange.call.header("content-encoding") or "",
    )


def printing_of(world: World) -> replies.Printing:
    """Return how the sandbox prints its replies."""
    settings = world.settings
    return replies.Printing(in_force(world.mode, settings.reply_oddities), settings.error_code_style)


def _accept_push(reading: Reading, world: World) -> Reply:
    world.exchange.remarks.extend(reading.notes)
    return replies.accepted_reply(printing_of(world))
