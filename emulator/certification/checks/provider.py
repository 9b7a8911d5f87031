"""Checks of the vendor's own server, to which other agencies came over the axis (KDL V.3, VDXP C2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.certification.checks.basics import Given, as_tuple
from emulator.certification.evidence import Entry
from emulator.certification.finding import CheckOf, Finding, bad, good, unseen
from emulator.certification.scenes import Played

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


def serves_its_files(scenes: Sequence[Played], _given: Given) -> list[Finding]:
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


def types_its_files(scenes: Sequence[Played], _given: Given) -> list[Finding]:
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


def refuses_the_rest(scenes: Sequence[Played], given: Given) -> list[Finding]:
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
