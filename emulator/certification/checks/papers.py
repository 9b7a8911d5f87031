"""Checks of both logins of the portal, of what is asked of Kho DL, and of the vendor's own server (KDL V.1 to V.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.certification.checks.basics import as_tuple
from emulator.certification.evidence import Entry
from emulator.certification.kit import KitWords
from emulator.certification.scenes import CheckOf, Finding, Played, bad, good, unseen

FIND = "dvcqg.papers.find"
_NO_SESSION = "-2"


def credential(call: Entry) -> str:
    """Return the session or token a call carried, as its commitment."""
    body = call.body if isinstance(call.body, dict) else {}
    return str(body.get("session") or (call.header("authorization") or "").rpartition(" ")[2])


def code_of(call: Entry) -> str:
    """Return the code of a reply of the portal; empty when there is none."""
    said = call.reply if isinstance(call.reply, dict) else {}
    return str(said.get("error_code", said.get("errorCode", "")))


def _calls_beyond_login(scene: Played, given: KitWords) -> list[Entry]:
    login = str(given["login"])
    return [call for call in scene.of(*as_tuple(given["calls"])) if call.operation != login]


def keeps_its_session(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the calls of all scenes together needed at most ``logins`` (1) logins, for at least ``least`` (2)."""
    logins = [call for scene in scenes for call in scene.of(str(given["login"]))]
    calls = [call for scene in scenes for call in _calls_beyond_login(scene, given)]
    most, least = int(given.get("logins", 1)), int(given.get("least", 2))
    if len(logins) > most:
        vi, en = "Đăng nhập lại khi phiên trước còn hạn", "logs in again while the session before lives"
        return [bad(vi, en, *logins[:5], expected=f"≤ {most}", actual=len(logins))]
    if len(calls) < least:
        vi, en = "Chưa đủ lời gọi để biết phiên có được dùng lại", "too few calls to see whether a session is reused"
        return [unseen(vi, en, *calls, expected=f"≥ {least}", actual=len(calls))]
    vi, en = f"{len(calls)} lời gọi, {len(logins)} lần đăng nhập", f"{len(calls)} calls, {len(logins)} logins"
    return [good(vi, en, *logins, *calls[:3])]


def renews_its_session(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether a client whose session was refused (-2) logged in once and called again with the new one."""
    return [_renewal(scene, given) for scene in scenes]


def _renewal(scene: Played, given: KitWords) -> Finding:
    dead = next((call for call in _calls_beyond_login(scene, given) if code_of(call) == _NO_SESSION), None)
    logins = [call for call in scene.of(str(given["login"])) if code_of(call) == "0"]
    if dead is None:
        if logins and any(code_of(call) == "0" for call in _calls_beyond_login(scene, given)):
            vi, en = "Đã đăng nhập lại trước khi bị từ chối", "logged in again before it was refused"
            return good(vi, en, logins[0])
        return unseen("Chưa gặp phiên hết hạn", "no expired session was met")
    again = next((call for call in _calls_beyond_login(scene, given) if call.seq > dead.seq and credential(call)), None)
    later = [call for call in logins if call.seq > dead.seq and (again is None or call.seq < again.seq)]
    if not later:
        return bad("Phiên bị từ chối mà không đăng nhập lại", "the session was refused, and there was no login", dead)
    if len(later) > 1:
        vi, en = "Đăng nhập nhiều lần cho một lần hết hạn", "logs in several times for one expiry"
        return bad(vi, en, dead, *later[:3], expected=1, actual=len(later))
    if again is None or credential(again) == credential(dead):
        vi, en = "Không gọi lại bằng phiên mới", "did not call again with the new session"
        return bad(vi, en, dead, *later, *([again] if again else []))
    return good("Đăng nhập một lần rồi gọi lại", "logged in once and called again", dead, later[0], again)


def not_remarked(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the calls of ``operation`` earned one of the remarks ``rules``."""
    calls = [call for scene in scenes for call in scene.of(*as_tuple(given["operation"]))]
    rules = set(as_tuple(given["rules"]))
    wrong = [(call, each) for call in calls for each in call.remarks if each["rule"] in rules]
    if not calls:
        return [unseen("Chưa có lời gọi nào để xét", "there is no call to look at")]
    found = [bad(each["vi"], each["en"], call, expected=each["rule"], actual=each["path"]) for call, each in wrong]
    return found[:5] or [good("Lời gọi đúng quy cách", "the calls are well formed", *calls[:3])]


def sends_json(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the calls of ``operation`` carry the headers of KDL V.1, V.2 and a body that is JSON."""
    calls = [call for scene in scenes for call in scene.of(*as_tuple(given["operation"]))]
    if not calls:
        return [unseen("Chưa có lời gọi nào để xét", "there is no call to look at")]
    found = [each for call in calls for each in _form(call)]
    return found[:5] or [good("Header và thân đúng quy định", "headers and body are as prescribed", *calls[:3])]


def _form(call: Entry) -> list[Finding]:
    kind = (call.header("content-type") or "").partition(";")[0].strip().lower()
    charset = (call.header("charset") or "").strip().lower()
    found = []
    if kind != "application/json":
        vi, en = "Content-Type phải là application/json", "Content-Type must be application/json"
        found.append(bad(vi, en, call, expected="application/json", actual=kind))
    if charset != "utf-8":
        vi, en = "Phải có header Charset: utf-8", "the header Charset: utf-8 must be there"
        found.append(bad(vi, en, call, expected="utf-8", actual=charset))
    if not isinstance(call.body, dict):
        found.append(bad("Thân không phải JSON hợp lệ", "the body is no valid JSON", call))
    return found


def finds_its_way(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether a call to ``path`` was refused by the axis for its address: dstcode, providerurl, their writing."""
    lost = [call for scene in scenes for call in scene.of("xroad.forward") if str(given["path"]) in call.path]
    if lost:
        said = "; ".join(each["vi"] for each in lost[0].remarks) or lost[0].reply_text[:200]
        return [bad(f"Trục từ chối địa chỉ: {said}", "the axis refused the address", *lost[:3])]
    return [good("Địa chỉ được trục nhận", "the axis took the addresses")]


def asks_for(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether papers calls hold in ``fields`` what the dossier says (KDL V.2)."""
    return [found for scene in scenes for found in _fields_asked(scene, given)]


def _fields_asked(scene: Played, given: KitWords) -> list[Finding]:
    calls = scene.of(FIND)
    if not calls:
        return [unseen("Chưa hỏi giấy tờ", "no papers were asked for")]
    wanted: Mapping[str, Any] = scene.expected["ask"]
    wrong = []
    for call in calls:
        body = call.body if isinstance(call.body, dict) else {}
        for name in as_tuple(given["fields"]):
            if name in wanted and str(body.get(name)) != str(wanted[name]):
                vi, en = f"{name} không đúng với hồ sơ đang xử lý", f"{name} is not what the dossier says"
                wrong.append(bad(vi, en, call, expected=wanted[name], actual=body.get(name)))
    return wrong[:5] or [good("Hỏi đúng thông tin của hồ sơ", "asks with the dossier's own data", *calls[:3])]


def asks_its_codes(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether the result codes asked for belong to the procedure, the wanted one among them."""
    return [_codes_asked(scene) for scene in scenes]


def _codes_asked(scene: Played) -> Finding:
    calls = scene.of(FIND)
    rows = [(call, row) for call in calls for row in _rows(call)]
    if not calls:
        return unseen("Chưa hỏi giấy tờ", "no papers were asked for")
    allowed, code = scene.expected["allowed"], scene.expected["code"]
    strange = [(call, row) for call, row in rows if row.get("MaKetQua") not in allowed]
    if strange:
        vi, en = "Mã kết quả không ứng với thủ tục", "a result code does not belong to the procedure"
        return bad(vi, en, strange[0][0], expected=", ".join(allowed), actual=strange[0][1].get("MaKetQua"))
    mine = [(call, row) for call, row in rows if row.get("MaKetQua") == code]
    if not mine:
        return bad("Không hỏi mã của thành phần hồ sơ", "the component's code is not asked for", *calls, expected=code)
    return good("Hỏi đúng mã kết quả của thủ tục", "asks for result codes of the procedure", mine[0][0])


def states_the_number(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether SoKyHieu is the number the citizen states, where one code has several papers (KDL V.2)."""
    return [_number_stated(scene) for scene in scenes]


def _number_stated(scene: Played) -> Finding:
    stated, code = scene.expected["stated_number"], scene.expected["code"]
    rows = [(call, row) for call in scene.of(FIND) for row in _rows(call) if row.get("MaKetQua") == code]
    if not rows:
        return unseen("Chưa hỏi giấy tờ", "no papers were asked for")
    for call, row in rows:
        if row.get("SoKyHieu") != stated:
            vi, en = "SoKyHieu không phải số người dân khai", "SoKyHieu is not the number the citizen states"
            return bad(vi, en, call, expected=stated, actual=row.get("SoKyHieu", ""))
    return good("Có SoKyHieu của giấy tờ", "SoKyHieu names the paper", rows[0][0])


def _rows(call: Entry) -> list[Mapping[str, Any]]:
    body = call.body if isinstance(call.body, dict) else {}
    return [row for row in body.get("DanhSachDanhMucKetQua") or [] if isinstance(row, dict)]


PAPERS: Mapping[str, CheckOf] = {
    "keeps-its-session": keeps_its_session,
    "renews-its-session": renews_its_session,
    "not-remarked": not_remarked,
    "sends-json": sends_json,
    "finds-its-way": finds_its_way,
    "asks-for": asks_for,
    "asks-its-codes": asks_its_codes,
    "states-the-number": states_the_number,
}


# Checks of the vendor's own server, to which other agencies came over the axis (KDL V.3, VDXP C2).

_LIVE, _FORWARD = "xroad.live", "xroad.forward"
ProviderCall = tuple[Mapping[str, Any], Entry]


def calls_of_provider(scene: Played) -> list[ProviderCall]:
    """Return the visits of a scene with what came of them: they are its last calls over the axis."""
    wanted = list(scene.expected["visits"])
    calls = scene.of(_LIVE, _FORWARD)[-len(wanted) :]
    return list(zip(wanted, calls, strict=False))


def _about(scenes: Sequence[Played], about: Sequence[str]) -> list[tuple[Played, Mapping[str, Any], Entry]]:
    return [
        (scene, visit, call) for scene in scenes for visit, call in calls_of_provider(scene) if visit["about"] in about
    ]


def digest_of(call: Entry) -> str:
    """Return the digest of a reply's body as it was sent."""
    told = call.told["response"]
    return str(told.get("sha256") or "sha256:" + hashlib.sha256(str(told.get("body", "")).encode()).hexdigest())


def serves_its_files(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether every published file came back with 200, byte for byte."""
    found = []
    for scene, visit, call in _about(scenes, ("file",)):
        file = next(each for each in scene.expected["files"] if each["path"] == visit["path"])
        if call.status != 200:
            vi, en = f"Tệp đã công bố trả mã {call.status}", f"a published file was answered with {call.status}"
            found.append(bad(vi, en, call, expected=200, actual=call.reply_header("x-road-error") or call.status))
        elif digest_of(call) != file["sha256"]:
            vi, en = "Nội dung tệp khác tệp đã công bố", "the bytes are not those of the published file"
            found.append(bad(vi, en, call, expected=file["sha256"], actual=digest_of(call)))
        else:
            found.append(good("Tệp về đúng từng byte", "the file came byte for byte", call))
    return found or [unseen("Chưa có cơ quan nào tải tệp", "no agency has come for a file")]


def types_its_files(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether Content-Type and length are true to the files."""
    found = []
    for scene, visit, call in _about(scenes, ("file",)):
        file = next(each for each in scene.expected["files"] if each["path"] == visit["path"])
        kind = (call.reply_header("content-type") or "").partition(";")[0].strip().lower()
        size = int(call.told["response"]["body_size"])
        if kind != file["content_type"]:
            vi, en = "Content-Type không đúng loại tệp", "Content-Type is not the file's type"
            found.append(bad(vi, en, call, expected=file["content_type"], actual=kind or "–"))
        elif size != file["size"]:
            vi, en = "Độ dài không phải của tệp", "the length is not the file's"
            found.append(bad(vi, en, call, expected=file["size"], actual=size))
        else:
            found.append(good("Loại và độ dài đúng với tệp", "type and length are true to the file", call))
    return found or [unseen("Chưa có cơ quan nào tải tệp", "no agency has come for a file")]


def refuses_the_rest(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether visits ``about`` something that is not published, or not theirs to do, got a 4xx."""
    found = []
    for _, visit, call in _about(scenes, as_tuple(given["about"])):
        if 400 <= call.status < 500 and call.operation == _LIVE and not call.reply_header("x-road-error"):
            found.append(good(f"Từ chối bằng {call.status}", f"refused with {call.status}", call))
            continue
        vi = f"{visit['method']} {visit['path']} phải bị từ chối bằng 4xx, không phải {call.status}"
        en = f"{visit['method']} {visit['path']} must be refused with 4xx and not {call.status}"
        found.append(bad(vi, en, call, expected="4xx", actual=call.status))
    return found or [unseen("Chưa có cơ quan nào gọi tới", "no agency has called")]


PROVIDER: Mapping[str, CheckOf] = {
    "serves-its-files": serves_its_files,
    "types-its-files": types_its_files,
    "refuses-the-rest": refuses_the_rest,
}
