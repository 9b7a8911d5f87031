"""Checks of where a client calls and what it says about its body (BTXH 3.1; facts-gateway A7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emulator.certification.checks.basics import Given, matching
from emulator.certification.finding import CheckOf, Finding, bad, good, unseen
from emulator.certification.scenes import Played

_OF_THE_LGSP = "B06"


def documented_only(scenes: Sequence[Played], given: Given) -> list[Finding]:
    """Say whether only documented addresses and methods were called; ``alias``: also the LGSP's address is one.

    How a token is asked for has a test of its own.
    """
    calls = [call for scene in scenes for call in scene.calls if not call.path.rstrip("/").endswith("/token")]
    if not calls:
        return [unseen("Chưa có lời gọi nào", "nothing was called")]
    wrong = [call for call in calls if not call.operation]
    if not given.get("alias", True):
        wrong += [call for call in calls if any(each["rule"] == _OF_THE_LGSP for each in call.remarks)]
    if wrong:
        vi, en = "Gọi địa chỉ hoặc phương thức không có trong tài liệu", "called what no document has"
        return [bad(vi, en, *wrong[:5], actual=f"{wrong[0].method} {wrong[0].path.rpartition('/s/')[2]}")]
    return [good("Chỉ gọi địa chỉ có trong tài liệu", "only documented addresses were called", *calls[:3])]


def declares(scenes: Sequence[Played], given: Given) -> list[Finding]:
    """Say whether calls that match carry ``header`` with the media type ``value``, parameters aside."""
    calls = [call for scene in scenes for call in matching(scene, given)]
    name, value = str(given["header"]), str(given["value"])
    if not calls:
        return [unseen("Chưa có lời gọi nào để xét", "there is no call to look at")]
    for call in calls:
        said = (call.header(name) or "").partition(";")[0].strip()
        if said.lower() != value:
            return [bad(f"Header {name} phải là {value}", f"{name} must be {value}", call, expected=value, actual=said)]
    return [good(f"Header {name} là {value}", f"{name} is {value}", *calls[:3])]


ADDRESSES: Mapping[str, CheckOf] = {"documented-only": documented_only, "declares": declares}
