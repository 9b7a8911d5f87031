"""Checks of fetching from the ministry (BTXH 3.1.4 to 3.1.6): what was asked for, listed, fetched, and taken over.

A dossier is *taken over* when its files were fetched and the province pushed a step "Được tiếp nhận" (2) for it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from emulator.certification.checks.basics import as_tuple
from emulator.certification.evidence import Entry
from emulator.certification.kit import KitWords
from emulator.certification.scenes import CheckOf, Finding, Played, bad, good, unseen
from emulator.kernel.clock import moment_text, read_moment

if TYPE_CHECKING:
    from emulator.certification.tasks.props import ExpectedFiled

_PULLS = ("btxh.DanhSachHoSo", "btxh.TienTrinhXuLy")
_SECOND_MS = 1000
_DAY_MS = 86_400_000


def is_list(call: Entry) -> bool:
    """Tell whether a client was given a list it could read: whole, JSON, ``error_code`` 0."""
    result = call.reply.get("result") if isinstance(call.reply, dict) else None
    return (
        call.operation in _PULLS
        and call.status == 200
        and not call.is_lost
        and isinstance(result, dict)
        and str(result.get("error_code")) in ("0", "00")
    )


def codes_in(call: Entry) -> list[str]:
    """Return the codes that a list holds."""
    return [str(item.get("maHoSo")) for item in call.reply["result"].get("data") or []]


def expected_dossiers(scenes: Sequence[Played], given: KitWords) -> list[ExpectedFiled]:
    """Return the dossiers a check is about, each with the number of the first scene that has it.

    ``odd``: one or several words; empty: those nothing is wrong with.
    """
    wanted = as_tuple(given.get("odd", ("", "nulls")))
    found: dict[str, ExpectedFiled] = {}
    for scene in scenes:
        for each in scene.listed:
            before = found.get(each["code"], {"no": scene.no, **each})
            new = {name: value for name, value in each.items() if value}
            found[each["code"]] = cast("ExpectedFiled", {**before, **new})
    return [each for each in found.values() if each["odd"] in wanted]


def _calls(scenes: Sequence[Played], *operations: str) -> list[Entry]:
    return [call for scene in scenes for call in scene.of(*operations)]


def _pulls(scenes: Sequence[Played], given: KitWords) -> list[Entry]:
    kind, operation = given.get("kind"), given.get("operation", _PULLS[0])
    calls = [call for call in _calls(scenes, *as_tuple(operation)) if isinstance(call.body, dict)]
    return [call for call in calls if kind is None or str(call.body.get("LoaiDuLieu")) == str(kind)]


def asks_rightly(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether each pull names its kind, its own province and a window in the documented form."""
    calls = _calls(scenes, *as_tuple(given.get("operation", _PULLS[0])))
    if not calls:
        return [unseen("Chưa có lời gọi lấy dữ liệu", "nothing was pulled")]
    found = [finding for scene in scenes for call in scene.of(*_PULLS) for finding in _faults_of(call, scene, given)]
    return found or [good("Các lời gọi lấy dữ liệu đúng đặc tả", "every pull follows the document", *calls[:5])]


def _faults_of(call: Entry, scene: Played, given: KitWords) -> Iterator[Finding]:
    body = call.body if isinstance(call.body, dict) else {}
    kinds = as_tuple(given.get("kinds", ("1", "100")))
    if call.operation == _PULLS[0] and str(body.get("LoaiDuLieu")) not in kinds:
        yield bad("LoaiDuLieu sai", "wrong LoaiDuLieu", call, expected=kinds, actual=body.get("LoaiDuLieu"))
    if body.get("MaTinh") != scene.expected.get("province"):
        vi, en = "MaTinh không phải tỉnh của đơn vị", "MaTinh is not the province that asks"
        yield bad(vi, en, call, expected=scene.expected.get("province"), actual=body.get("MaTinh"))
    kind = (call.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        yield bad("Content-Type phải là application/json", "Content-Type must be application/json", call, actual=kind)
    yield from _faults_of_window(call, body)


def _faults_of_window(call: Entry, body: Mapping[str, Any]) -> Iterator[Finding]:
    moments = {name: read_moment(str(body.get(name))) for name in ("ThoiGianBatDau", "ThoiGianKetThuc")}
    for name, moment in moments.items():
        if moment is None:
            vi, en = f"{name} sai định dạng", f"{name} is not in the documented form"
            yield bad(vi, en, call, expected="dd/MM/yyyy HH:mm:ss", actual=body.get(name))
    first, last = moments.values()
    if first is not None and last is not None and first > last:
        vi, en = "ThoiGianBatDau sau ThoiGianKetThuc", "the window ends before it begins"
        yield bad(vi, en, call, expected=f"≤ {body['ThoiGianKetThuc']}", actual=body["ThoiGianBatDau"])


def windows_meet(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether windows that brought a list follow each other without a gap; at least ``at_least`` (2)."""
    calls = [call for call in _pulls(scenes, given) if is_list(call)]
    windows = [(window, call) for call in calls if (window := _window(call))]
    if len(windows) < int(given.get("at_least", 2)):
        return [unseen("Chưa đủ cửa sổ thời gian để xét", "too few windows to look at", *calls)]
    found, reached = [], windows[0][0][1]
    for (first, last), call in windows[1:]:
        if first > reached + _SECOND_MS:
            vi, en = "Có khoảng thời gian không được lấy", "a stretch of time was never asked for"
            found.append(bad(vi, en, call, expected=f"≤ {moment_text(reached)}", actual=moment_text(first)))
        reached = max(reached, last)
    return found[:5] or [good("Các cửa sổ nối tiếp nhau", "the windows follow each other", *calls[:5])]


def windows_are_lean(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether a window asks again for at most ``minutes`` (60) that were listed before."""
    most = int(given.get("minutes", 60)) * 60 * _SECOND_MS
    reached: int | None = None
    found, seen = [], []
    for call in (call for call in _pulls(scenes, given) if is_list(call)):
        window = _window(call)
        if window is None:
            continue
        seen.append(call)
        if reached is not None and reached - window[0] > most:
            vi, en = "Cửa sổ lấy lại quá nhiều dữ liệu đã có", "the window asks again for what was listed long before"
            found.append(bad(vi, en, call, expected=f"≥ {moment_text(reached - most)}", actual=moment_text(window[0])))
        reached = max(reached or 0, window[1])
    if len(seen) < 2:
        return [unseen("Chưa đủ cửa sổ thời gian để xét", "too few windows to look at", *seen)]
    return found[:3] or [good("Cửa sổ không lấy lại nhiều", "the windows overlap little", *seen[:3])]


def _window(call: Entry) -> tuple[int, int] | None:
    body = call.body if isinstance(call.body, dict) else {}
    first, last = (read_moment(str(body.get(name))) for name in ("ThoiGianBatDau", "ThoiGianKetThuc"))
    return None if first is None or last is None else (first, last)


def all_listed(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the windows that brought a list left no dossier out: what lies in a gap is lost to its citizen.

    ``late``: a window that ends more days than that before it is asked for leaves out all that came since.
    """
    lists = [call for call in _pulls(scenes, given) if is_list(call)]
    if not lists:
        return [unseen("Chưa nhận được danh sách nào", "no list was received")]
    shown = {code for call in lists for code in codes_in(call)}
    missed = [each for each in expected_dossiers(scenes, given) if each["code"] not in shown]
    lost = [each for each in missed if _is_passed_over(each, _pulls(_since(each, scenes), given), given)]
    if lost:
        vi = f"Bỏ sót {len(lost)} hồ sơ, ví dụ {lost[0]['code']} tiếp nhận {lost[0]['received']}"
        en = f"{len(lost)} dossiers were never asked for, such as {lost[0]['code']} of {lost[0]['received']}"
        return [bad(vi, en, *lists[-3:], expected=lost[0]["received"], actual=_windows_told(lists[-3:]))]
    if missed:
        vi, en = "Danh sách nhận được không có hồ sơ cần xét", "the lists hold other things than what this is about"
        return [unseen(vi, en, *lists[-3:])]
    return [good("Mọi hồ sơ đều đã được lấy", "every dossier was fetched", *lists[:3])]


def _since(each: ExpectedFiled, scenes: Sequence[Played]) -> list[Played]:
    """Return the scenes from that on in which a dossier was there to be fetched."""
    return [scene for scene in scenes if scene.no >= each["no"]]


def _is_passed_over(each: ExpectedFiled, calls: Sequence[Entry], given: KitWords) -> bool:
    """Tell whether windows went beyond an instant and none holds it; one that is not reached may still be."""
    late = int(given["late"]) * _DAY_MS if "late" in given else None
    moment = read_moment(str(each["received"])) or 0
    asked = [(window, call.at_ms) for call in calls if is_list(call) and (window := _window(call))]
    windows = [window for window, _ in asked]
    reached = max((last if late is None else max(last, at - late) for (_, last), at in asked), default=0)
    return reached >= moment and not any(first <= moment <= last for first, last in windows)


def _windows_told(calls: Sequence[Entry]) -> str:
    return "; ".join(f"{call.body.get('ThoiGianBatDau')} – {call.body.get('ThoiGianKetThuc')}" for call in calls)


def survives(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the program went on living after what it met.

    ``fault`` by name, a list that holds an ``odd`` dossier, or a list of ``size`` (0).
    """
    met = [(scene, call) for scene in scenes for call in scene.calls if _is_met(call, scene, given)]
    if not met:
        return [unseen("Chưa gặp tình huống này", "this was not met")]
    broken = [call for scene, call in met if scene.has_crashed]
    if broken:
        return [bad("Phần mềm dừng đột ngột sau trả lời này", "the program broke down on this reply", *broken[:3])]
    return [good("Phần mềm vẫn chạy", "the program went on", *(call for _, call in met[:3]))]


def _is_met(call: Entry, scene: Played, given: KitWords) -> bool:
    if "fault" in given:
        return any(fault in call.faults for fault in as_tuple(given["fault"]))
    if not is_list(call):
        return False
    if "odd" in given:
        return bool({each["code"] for each in expected_dossiers([scene], given)} & set(codes_in(call)))
    return len(codes_in(call)) == int(given.get("size", 0))


# Checks of taking pulled dossiers over: files fetched whole, one step "Được tiếp nhận" (BTXH 3.1.4, 3.1.2; B75).

_STEP, _FILE = "btxh.XuLyHoSo", "ministry.page"
_STEPS = "btxh.TienTrinhXuLy"
_RECEIVED, _NEW, _RESULT = "2", "1", "100"


def files_fetched(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the files of every listed dossier were fetched: those handed in, or with ``of: results`` issued.

    What a scene left undone in which the program broke down is not held against it twice: see ``survives``.
    """
    which = str(given.get("of", "files"))

    def paths_of(each: ExpectedFiled) -> list[str]:
        return {"files": each["files"], "results": each["results"]}[which]

    shown = _first_lists(scenes, *((_RESULT, "None") if which == "results" else (_NEW,)))
    fetched = _file_downloads(scenes)
    wanted = [
        (each, path) for each in expected_dossiers(scenes, given) for path in paths_of(each) if each["code"] in shown
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


def deleted_left(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
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


def reports_dossiers(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
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


def left_alone(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
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


def not_again(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether a dossier that was listed more than once was taken over once, in all scenes together."""
    lists = [call for scene in scenes for call in scene.calls if is_list(call)]
    times: dict[str, int] = {}
    for call in lists:
        for code in codes_in(call):
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
        for code in codes_in(call):
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


def _tries(each: ExpectedFiled, scenes: Sequence[Played]) -> list[list[Entry]]:
    """Return the tries to fetch each of a dossier's files."""
    calls = [call for scene in scenes for call in scene.of(_FILE)]
    return [[call for call in calls if call.path.endswith(path)] for path in each["files"]]


def _waits(each: ExpectedFiled, scenes: Sequence[Played]) -> bool:
    good_ones = set(map(id, _file_downloads(scenes)))
    return any(tries and not any(id(call) in good_ones for call in tries) for tries in _tries(each, scenes))


def _is_hit(each: ExpectedFiled, scenes: Sequence[Played], faults: Sequence[str]) -> bool:
    """Tell whether a try of one of its files was spoilt."""
    return any(set(call.faults) & set(faults) for tries in _tries(each, scenes) for call in tries)


def _is_whole_by(report: Entry, each: ExpectedFiled, scenes: Sequence[Played], good_ones: Container[int]) -> bool:
    """Tell whether every file of a dossier had been fetched whole when it was reported."""
    tries = _tries(each, scenes)
    return all(any(id(call) in good_ones and call.seq < report.seq for call in of_one) for of_one in tries)


TAKEOVERS: Mapping[str, CheckOf] = {
    "asks-rightly": asks_rightly,
    "windows-meet": windows_meet,
    "windows-are-lean": windows_are_lean,
    "all-listed": all_listed,
    "survives": survives,
    "files-fetched": files_fetched,
    "deleted-left": deleted_left,
    "reported": reports_dossiers,
    "left-alone": left_alone,
    "not-again": not_again,
}
