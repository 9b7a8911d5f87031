"""Checks of taking pulled dossiers over: files fetched whole, one step "Được tiếp nhận" (BTXH 3.1.4, 3.1.2; B75)."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence

from emulator.certification.checks import pulls
from emulator.certification.checks.basics import Given, as_tuple
from emulator.certification.checks.pulls import Told, expected_dossiers, is_list
from emulator.certification.evidence import Entry
from emulator.certification.finding import CheckOf, Finding, bad, good, unseen
from emulator.certification.scenes import Played

_STEP, _FILE = "btxh.XuLyHoSo", "ministry.page"
_STEPS = "btxh.TienTrinhXuLy"
_RECEIVED, _NEW, _RESULT = "2", "1", "100"


def files_fetched(scenes: Sequence[Played], given: Given) -> list[Finding]:
    """Say whether the files of every listed dossier were fetched: those handed in, or with ``of: results`` issued.

    What a scene left undone in which the program broke down is not held against it twice: see ``survives``.
    """
    which = str(given.get("of", "files"))
    shown = _first_lists(scenes, *((_RESULT, "None") if which == "results" else (_NEW,)))
    fetched = _file_downloads(scenes)
    wanted = [
        (each, path) for each in expected_dossiers(scenes, given) for path in each[which] if each["code"] in shown
    ]
    if not wanted:
        return [unseen("Chưa có hồ sơ nào được lấy về", "no dossier was fetched")]
    missed = [(each, path) for each, path in wanted if not any(call.path.endswith(path) for call in fetched)]
    if missed:
        each, path = missed[0]
        vi = f"Chưa tải {len(missed)} tệp, ví dụ của hồ sơ {each['code']}"
        en = f"{len(missed)} files were not fetched, such as one of {each['code']}"
        return [_undone(scenes)(vi, en, shown[each["code"]], expected=path)]
    return [good(f"Đã tải {len(wanted)} tệp", f"{len(wanted)} files were fetched", *fetched[:3])]


def deleted_left(scenes: Sequence[Played], given: Given) -> list[Finding]:
    """Say whether no file was fetched that its citizen took back: ``IsDeleted`` 1 in the list (BTXH 3.1.4)."""
    shown, fetched = _first_lists(scenes, _NEW), _file_downloads(scenes)
    gone = [
        (each, path)
        for each in expected_dossiers(scenes, given)
        for path in each.get("deleted", ())
        if each["code"] in shown
    ]
    if not gone:
        return [unseen("Chưa gặp tệp đã xóa nào", "no deleted file was met")]
    wrong = [(each, path, call) for each, path in gone for call in fetched if call.path.endswith(path)]
    if wrong:
        each, path, call = wrong[0]
        vi = f"Hồ sơ {each['code']}: tải cả tệp đã xóa (IsDeleted 1)"
        return [bad(vi, f"{each['code']}: a deleted file (IsDeleted 1) was fetched", call, expected="–", actual=path)]
    vi, en = f"{len(gone)} tệp đã xóa được để yên", f"{len(gone)} deleted files were left alone"
    return [good(vi, en, *(shown[each["code"]] for each, _ in gone[:3]))]


def reports_dossiers(scenes: Sequence[Played], given: Given) -> list[Finding]:
    """Say whether every listed dossier was reported as received.

    One whose file could not be fetched is excused: it may wait for a better day.
    """
    shown, pushed = _first_lists(scenes, _NEW), _received_steps(scenes)
    wanted = [each for each in expected_dossiers(scenes, given) if each["code"] in shown and not _waits(each, scenes)]
    if not wanted:
        return [unseen("Chưa có hồ sơ nào được lấy về", "no dossier was fetched")]
    findings = []
    for each in wanted:
        steps = pushed.get(each["code"], [])
        if not any(call.outcome == "answered" for call in steps):
            vi, en = f"Hồ sơ {each['code']} chưa được báo tiếp nhận", f"{each['code']} was not reported as received"
            findings.append(_undone(scenes)(vi, en, shown[each["code"]], *steps, expected="StatusId 2"))
    said = f"Đã báo tiếp nhận {len(wanted)} hồ sơ", f"{len(wanted)} dossiers were reported as received"
    return findings[:5] or [good(*said, *(pushed[each["code"]][0] for each in wanted[:3]))]


def _undone(scenes: Sequence[Played]) -> Callable[..., Finding]:
    return unseen if any(scene.has_crashed for scene in scenes) else bad


def left_alone(scenes: Sequence[Played], given: Given) -> list[Finding]:
    """Say whether dossiers that are not whole were not reported as received: ``odd`` by kind, or hit by ``fault``."""
    shown, pushed = _first_lists(scenes, _NEW), _received_steps(scenes)
    if "fault" in given:
        found = [each for each in expected_dossiers(scenes, {}) if _is_hit(each, scenes, as_tuple(given["fault"]))]
    else:
        found = [each for each in expected_dossiers(scenes, given) if each["code"] in shown]
    if not found:
        return [unseen("Chưa gặp hồ sơ lỗi", "no such dossier was met")]
    good_ones = set(map(id, _file_downloads(scenes)))
    wrong = [
        each["code"]
        for each in found
        if each["code"] in pushed
        and not ("fault" in given and _is_whole_by(pushed[each["code"]][0], each, scenes, good_ones))
    ]
    if wrong:
        vi = f"Hồ sơ {wrong[0]} chưa đủ dữ liệu mà đã báo tiếp nhận"
        en = f"{wrong[0]} is not whole, yet it was reported as received"
        return [bad(vi, en, *pushed[wrong[0]][:3], expected="–", actual="StatusId 2")]
    vi, en = "Hồ sơ lỗi không bị coi là đã tiếp nhận", "what is not whole was not taken over"
    return [good(vi, en, *(shown[each["code"]] for each in found[:3]))]


def not_again(scenes: Sequence[Played], given: Given) -> list[Finding]:
    """Say whether a dossier that was listed more than once was taken over once, in all scenes together."""
    lists = [call for scene in scenes for call in scene.calls if is_list(call)]
    times: dict[str, int] = {}
    for call in lists:
        for code in pulls.codes_in(call):
            times[code] = times.get(code, 0) + 1
    twice = [each for each in expected_dossiers(scenes, given) if times.get(each["code"], 0) > 1]
    if not twice:
        return [unseen("Chưa có hồ sơ nào được liệt kê hai lần", "no dossier was listed twice")]
    pushed = _received_steps(scenes)
    wrong = [code for each in twice if len(_settled_calls(pushed.get(code := each["code"], []))) > 1]
    if wrong:
        vi, en = f"Hồ sơ {wrong[0]} được tiếp nhận nhiều lần", f"{wrong[0]} was taken over more than once"
        return [bad(vi, en, *pushed[wrong[0]][:5], expected=1, actual=len(pushed[wrong[0]]))]
    return [good("Hồ sơ lặp lại không bị tiếp nhận lại", "what came twice was taken over once", *lists[:3])]


def _settled_calls(calls: Sequence[Entry]) -> list[Entry]:
    """Return the calls but those whose reply was lost: to send these again is right."""
    return [call for call in calls if not call.is_lost and call.status == 200]


def _first_lists(scenes: Sequence[Played], *kinds: str) -> Mapping[str, Entry]:
    """Return the first list of some kinds in which each code came; ``None`` is the kind of steps."""
    found: dict[str, Entry] = {}
    for call in (call for scene in scenes for call in scene.calls if is_list(call)):
        if call.operation != _STEPS and str(call.body.get("LoaiDuLieu")) not in kinds:
            continue
        if call.operation == _STEPS and "None" not in kinds:
            continue
        for code in pulls.codes_in(call):
            found.setdefault(code, call)
    return found


def _received_steps(scenes: Sequence[Played]) -> dict[str, list[Entry]]:
    """Return the steps "received" by dossier, whatever was said to them."""
    found: dict[str, list[Entry]] = {}
    for call in (call for scene in scenes for call in scene.of(_STEP)):
        if isinstance(call.body, dict) and str(call.body.get("StatusId")) == _RECEIVED:
            found.setdefault(str(call.body.get("MaHoSo")), []).append(call)
    return found


def _file_downloads(scenes: Sequence[Played]) -> list[Entry]:
    calls = [call for scene in scenes for call in scene.of(_FILE) if call.method == "GET"]
    return [call for call in calls if call.status == 200 and not call.is_lost and not call.faults]


def _tries(each: Told, scenes: Sequence[Played]) -> list[list[Entry]]:
    """Return the tries to fetch each of a dossier's files."""
    calls = [call for scene in scenes for call in scene.of(_FILE)]
    return [[call for call in calls if call.path.endswith(path)] for path in each["files"]]


def _waits(each: Told, scenes: Sequence[Played]) -> bool:
    good_ones = set(map(id, _file_downloads(scenes)))
    return any(tries and not any(id(call) in good_ones for call in tries) for tries in _tries(each, scenes))


def _is_hit(each: Told, scenes: Sequence[Played], faults: Sequence[str]) -> bool:
    """Tell whether a try of one of its files was spoilt."""
    return any(set(call.faults) & set(faults) for tries in _tries(each, scenes) for call in tries)


def _is_whole_by(report: Entry, each: Told, scenes: Sequence[Played], good_ones: Container[int]) -> bool:
    """Tell whether every file of a dossier had been fetched whole when it was reported."""
    tries = _tries(each, scenes)
    return all(any(id(call) in good_ones and call.seq < report.seq for call in of_one) for of_one in tries)


TAKEOVERS: Mapping[str, CheckOf] = {
    "asks-rightly": pulls.asks_rightly,
    "windows-meet": pulls.windows_meet,
    "windows-are-lean": pulls.windows_are_lean,
    "all-listed": pulls.all_listed,
    "survives": pulls.survives,
    "files-fetched": files_fetched,
    "deleted-left": deleted_left,
    "reported": reports_dossiers,
    "left-alone": left_alone,
    "not-again": not_again,
}
