"""Rules about what the ministry already knows. Sources and choices: decision 0003; src:dossier-code, src:status-moves.

No clause speaks of what may follow what: all but one of these rules are ours and note (decision 0040). A rule says what
is unusual to the reading, which decides between refusing and remarking; it knows neither JSON nor envelopes. Call these
after ``world.hold()``, then ``reading.check()``.
"""

from __future__ import annotations

from collections.abc import Sequence

from emulator.country.records import Dossier, ProcessingStep
from emulator.kernel.clock import VIETNAM, moment_text, to_datetime
from emulator.services.btxh.catalogues import PROCEDURES
from emulator.services.btxh.ministry import procedure_of
from emulator.services.btxh.models import FINAL_RESULT, DossierForm, StepForm
from emulator.wire import codes
from emulator.wire.codes import FINAL_STATUSES, judge_move, legal_after, status_text
from emulator.wire.columns import lies_ahead
from emulator.wire.reading import Reading, told

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
