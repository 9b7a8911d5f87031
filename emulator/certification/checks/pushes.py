"""Checks of what a push says against what the counter told, and of the order of pushes (BTXH 3.1.1 to 3.1.3)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from emulator.certification.checks.basics import as_tuple
from emulator.certification.checks.delivery import code_of, is_confirmed, is_refused, told_codes
from emulator.certification.evidence import Entry
from emulator.certification.kit import KitWords
from emulator.certification.scenes import CheckOf, Finding, Played, bad, good, unseen
from emulator.wire.xml_tree import BrokenXml, xml_tree

_PUSH, _STEP = "btxh.DongBoDVC", "btxh.XuLyHoSo"
_OPTIONAL = frozenset(
    ["KenhThucHien", "GioiTinhId", "DanTocId", "CMND_NgayCap", "CMND_NoiCap", "SoDienThoai", "Email"]
    + [f"{side}_{name}" for side in ("HKTT", "NOHT") for name in ("MaTinh", "MaHuyen", "MaXa", "MaThon", "ChiTiet")]
)
"""Fields that need not be sent; what is sent must still be true."""
_VNEID = "TaiKhoanDuocXacThucVoiVNeID"
_DAYS = frozenset(("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh"))
_MIDNIGHT = " 00:00:00"


def _last(scene: Played) -> Iterator[tuple[Entry, Mapping[str, Any]]]:
    """Yield, for each dossier that was pushed, its last push and what was expected of it."""
    for code, expected in scene.pushed.items():
        calls = [call for call in scene.of(_PUSH) if code_of(call) == code]
        if calls:
            yield calls[-1], expected


def _sent_text(body: Mapping[str, Any], field: str) -> str:
    """Return what was sent; a day may be written with its midnight, so that a midnight is compared without it."""
    value = body.get(field)
    text = "" if value is None else unicodedata.normalize("NFC", str(value)).strip()
    return text.removesuffix(_MIDNIGHT)


def says_what_was_told(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the ``fields`` of each push mean what the counter told; a value that never varies is named so."""
    pairs = [pair for scene in scenes for pair in _last(scene)]
    if not pairs:
        return [unseen("Chưa có hồ sơ nào được gửi", "no dossier was pushed")]
    fields = as_tuple(given["fields"])
    wrong = [found for field in fields if field != _VNEID and (found := _compare_field(field, pairs))]
    read = [_reading_of_vneid(pairs)] if _VNEID in fields else []
    wrong += [found for found in read if found.answer == "bad"]
    told = good("Các trường đúng với dữ liệu được giao", "the fields say what was told", *_calls(pairs)[:5])
    return wrong or [told, *read]


def _reading_of_vneid(pairs: Sequence[tuple[Entry, Mapping[str, Any]]]) -> Finding:
    """Say which of the two readings the pushes follow: 0 is yes, as the table prints it, or 1 is yes (B33)."""
    said = [(expected["fields"][_VNEID] == "1", _sent_text(call.body, _VNEID)) for call, expected in pairs]
    calls = _calls(pairs)[:5]
    if all(value == ("1" if is_so else "0") for is_so, value in said):
        return good("VNeID: 1 là có", "VNeID: 1 is yes", *calls)
    if all(value == ("0" if is_so else "1") for is_so, value in said):
        return good("VNeID: 0 là có, đúng như bảng in", "VNeID: 0 is yes, as the table prints it", *calls)
    vi, en = f"{_VNEID} không theo cách đọc nào của bảng", f"{_VNEID} follows neither reading of the table"
    told = " | ".join(", ".join(yes if is_so else no for is_so, _ in said[:8]) for yes, no in ("10", "01"))
    seen = ", ".join(value or "–" for _, value in said[:8])
    return bad(vi, en, *calls, expected=told, actual=seen)


def _calls(pairs: Sequence[tuple[Entry, Any]]) -> list[Entry]:
    return [call for call, _ in pairs]


def _compare_field(field: str, pairs: Sequence[tuple[Entry, Mapping[str, Any]]]) -> Finding | None:
    told = [(call, _sent_text(expected["fields"], field), _sent_text(call.body, field)) for call, expected in pairs]
    wrong = [each for each in told if each[1] != each[2] and not _is_free(field, each)]
    if not wrong:
        return None
    _, expected, actual = wrong[0]
    if len(told) > 2 and len({each[2] for each in told}) == 1 and len({each[1] for each in told}) > 1:
        vi, en = f"{field} là hằng số, không theo hồ sơ", f"{field} is a constant and does not follow the dossier"
    elif not expected:
        vi, en = f"{field} được gửi dù quầy không biết", f"{field} was sent, though the counter does not know it"
    else:
        vi, en = f"{field} khác với dữ liệu được giao", f"{field} differs from what was told"
    return bad(vi, en, *[each[0] for each in wrong[:5]], expected=expected or "–", actual=actual or "–")


def _is_free(field: str, told: tuple[Entry, str, str]) -> bool:
    """Tell whether a field may say something else: an optional one nothing, a residence that is not told the home."""
    call, expected, actual = told
    if field in _OPTIONAL and not actual:
        return True
    is_residence = field.startswith(_RESIDENCE) and not expected
    return is_residence and actual == _sent_text(call.body, field.replace(_RESIDENCE, "HKTT_"))


_RESIDENCE = "NOHT_"


def sends_what_it_knows(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether optional fields that the counter told were sent, too: nobody asks for them twice."""
    pairs = [pair for scene in scenes for pair in _last(scene)]
    if not pairs:
        return [unseen("Chưa có hồ sơ nào được gửi", "no dossier was pushed")]
    wrong = []
    for field in sorted(_OPTIONAL):
        left = [call for call, expected in pairs if expected["fields"][field] and not _sent_text(call.body, field)]
        if left:
            vi, en = f"{field} được giao mà không gửi", f"{field} was told and not sent"
            wrong.append(bad(vi, en, *left[:5], expected=len(pairs), actual=len(pairs) - len(left)))
    said = "Trường không bắt buộc có dữ liệu đều được gửi", "optional fields that were told are sent"
    return wrong or [good(*said, *_calls(pairs)[:5])]


def steps_say(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the ``fields`` of each step mean what the counter told, step by step in the order told."""
    pairs = [(call, wanted) for scene in scenes for call, wanted in _paired_steps(scene)]
    if not pairs:
        return [unseen("Chưa có bước nào được gửi", "no step was pushed")]
    wrong = [found for field in as_tuple(given["fields"]) if (found := _step_compared(field, pairs))]
    return wrong or [good("Các bước đúng với dữ liệu được giao", "the steps say what was told", *_calls(pairs)[:5])]


def _paired_steps(scene: Played) -> Iterator[tuple[Entry, Mapping[str, str]]]:
    for code, expected in scene.pushed.items():
        yield from zip(steps_of(scene, code), expected["steps"], strict=False)


def steps_of(scene: Played, code: str) -> list[Entry]:
    """Return the steps that were sent of a dossier; the same step sent again counts once."""
    kept: list[Entry] = []
    for call in scene.of(_STEP):
        if code_of(call) == code and not (kept and kept[-1].body == call.body):
            kept.append(call)
    return kept


def _step_compared(field: str, pairs: Sequence[tuple[Entry, Mapping[str, str]]]) -> Finding | None:
    for call, wanted in pairs:
        actual, expected = _sent_text(call.body, field), _sent_text(wanted, field)
        fits = expected.startswith(actual) and len(actual) >= 10 if field in _DAYS else actual == expected
        if field == "NoiDungXuLy" and len(expected) > len(actual) > 100:
            fits = expected[:100] == actual[:100]
        if not fits:
            vi, en = f"{field} khác với dữ liệu được giao", f"{field} differs from what was told"
            return bad(vi, en, call, expected=expected[:80], actual=actual[:80] or "–")
    return None


def keeps_codes(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether each dossier has one code, at every push, and no two the same: the one told, or the system's own."""
    calls = [(call, told_codes(scene)) for scene in scenes for call in scene.of(_PUSH, _STEP)]
    if not calls:
        return [unseen("Chưa có hồ sơ nào được gửi", "no dossier was pushed")]
    seen: dict[str, str] = {}
    for call, codes in calls:
        if code_of(call) not in codes:
            vi, en = "MaHoSo không phải của hồ sơ nào được giao", "MaHoSo belongs to no dossier of the task"
            return [bad(vi, en, call, expected=codes[0], actual=call.own_code)]
        before = seen.setdefault(code_of(call), call.own_code)
        if before != call.own_code:
            vi, en = "Một hồ sơ được gửi dưới hai mã", "one dossier was pushed under two codes"
            return [bad(vi, en, call, expected=before, actual=call.own_code)]
    if len(set(seen.values())) < len(seen):
        vi, en = "Hai hồ sơ mang một mã", "two dossiers bear one code"
        return [bad(vi, en, calls[0][0], expected=len(seen), actual=len(set(seen.values())))]
    return [good("Mỗi hồ sơ một mã", "one dossier, one code", calls[0][0])]


def _is_plain(name: str, value: object) -> bool:
    is_printed = name in ("LoaiDuLieu", "CMND_NoiCap") and isinstance(value, int) and not isinstance(value, bool)
    return value is None or isinstance(value, str) or is_printed


def plain_strings(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether each body is one JSON object of Strings with names without stray spaces (B31).

    The printed samples have numbers in two places (B12, B27); whoever copies them is right, too.
    """
    calls = [call for scene in scenes for call in scene.of(_PUSH, _STEP)]
    for call in calls:
        body = call.body if isinstance(call.body, dict) else {"": 0}
        odd = [name for name, value in body.items() if name != name.strip() or not _is_plain(name, value)]
        if odd:
            vi, en = "Giá trị phải là chuỗi, tên trường không thừa dấu cách", "values are Strings, names have no spaces"
            return [bad(vi, en, call, expected="String", actual=", ".join(map(repr, odd[:5])))]
    if not calls:
        return [unseen("Chưa có hồ sơ nào được gửi", "no dossier was pushed")]
    return [good("Mọi giá trị là chuỗi", "all values are Strings", *calls[:3])]


def is_composed(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether Vietnamese text is sent in composed Unicode (NFC), though the counter told it decomposed."""
    calls = [call for scene in scenes for call in scene.of(_PUSH, _STEP)]
    for call in calls:
        if not unicodedata.is_normalized("NFC", str(call.body)):
            vi, en = "Văn bản tiếng Việt chưa ở dạng dựng sẵn (NFC)", "Vietnamese text is not composed (NFC)"
            return [bad(vi, en, call, expected="NFC", actual="NFD")]
    if not calls:
        return [unseen("Chưa có hồ sơ nào được gửi", "no dossier was pushed")]
    return [good("Văn bản ở dạng NFC", "text is in NFC", *calls[:3])]


def extent_says(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the XML names the ``parts`` the counter told, in whatever order; it must be well-formed.

    ``files``, ``results``, ``codes``; ``marks``: digitised, used again, from Kho DL; ``deleted``: files that were taken
    back are left out, or marked so.
    """
    pairs = [pair for scene in scenes for pair in _last(scene)]
    if not pairs:
        return [unseen("Chưa có hồ sơ nào được gửi", "no dossier was pushed")]
    wrong = [found for call, expected in pairs if (found := _extent(call, expected["extent"], given))]
    return wrong[:5] or [good("CertificateExtentData đúng với hồ sơ", "the XML says what was told", *_calls(pairs)[:3])]


def _extent(call: Entry, expected: Mapping[str, Any], given: KitWords) -> Finding | None:
    try:
        root = xml_tree(str(call.body.get("CertificateExtentData") or "")).get("ExtentData")
    except BrokenXml as trouble:
        vi, en = "CertificateExtentData không phải XML đúng cú pháp", "CertificateExtentData is not well-formed XML"
        return bad(vi, en, call, expected="<ExtentData>", actual=str(trouble)[:120])
    tree = root if isinstance(root, dict) else {}
    filed, gone = _items(tree, "DanhSachTaiLieuNop", "TaiLieuNop", _FILED), set(expected["deleted"])
    kept, papers = [each for each in filed if each[1] not in gone], _items(tree, *_RESULT)
    parts = {
        "files": ([each[:2] for each in kept], expected["files"]),
        "marks": ([each[1:5] for each in kept], expected["marks"]),
        "deleted": ([each[1] for each in filed if each[1] in gone and each[5] not in _DELETED], []),
        "results": ([each[:2] for each in papers], [each[:2] for each in expected["results"]]),
        "codes": ([each[2:] for each in papers], [each[2:] for each in expected["results"]]),
    }
    for part in as_tuple(given["parts"]):
        found, wanted = map(sorted, parts[part])
        if found != wanted:
            vi, en = f"Phần {part} khác với hồ sơ được giao", f"the part {part} differs from what was told"
            return bad(vi, en, call, expected=wanted, actual=found)
    return None


_FILED = ("TenTepDinhKem", "DuongDanTaiTepTin", "DuocSoHoa", "DuocTaiSuDung", "DuocLayTuKhoDMQG", "IsDeleted")
_RESULT = ("DanhSachGiayToKetQua", "GiayToKetQua", ("TenGiayTo", "DuongDanTepTinKetQua", "MaGiayToKetQua"))
_DELETED = ("1", "True", "true")


def _items(tree: Mapping[str, Any], group: str, item: str, names: tuple[str, ...]) -> list[list[str]]:
    content = tree.get(group) or next((each for name, each in tree.items() if name.lower() == group.lower()), None)
    found = content.get(item, []) if isinstance(content, dict) else []
    many = found if isinstance(found, list) else [found]
    return [
        [unicodedata.normalize("NFC", str(each.get(name) or "")) for name in names]
        for each in many
        if isinstance(each, dict)
    ]


PUSHES: Mapping[str, CheckOf] = {
    "says-what-was-told": says_what_was_told,
    "sends-what-it-knows": sends_what_it_knows,
    "steps-say": steps_say,
    "keeps-codes": keeps_codes,
    "plain-strings": plain_strings,
    "is-composed": is_composed,
    "extent-says": extent_says,
}


# Checks of the order in which a dossier's pushes come, and of what a refusal stops (BTXH 3.1.1, 3.1.2).


def steps_in_order(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
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
    told = [each["StatusId"] for each in scene.pushed[code]["steps"]]
    if sent != told:
        vi, en = "Các bước không theo trình tự được giao", "the steps are not those taken, in their order"
        return bad(vi, en, *steps[:5], expected=", ".join(told), actual=", ".join(sent))
    return good("Các bước theo đúng trình tự", "the steps come in their order", *steps[:5])


def stops_after_refusal(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
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


def tries_the_same(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
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
