"""Checks of the list of security servers: kept for the day, asked for anew when it has changed (KDL V.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emulator.certification.checks.basics import Given
from emulator.certification.checks.downloads import DOWNLOAD, FORWARD, pushed
from emulator.certification.checks.papers import FIND, code_of
from emulator.certification.finding import CheckOf, Finding, bad, good, unseen
from emulator.certification.scenes import Played

LIST = "dvcqg.mapi.LayDanhMucSSTaiTep"
_OFTEN = 2
"""Twice in a scene: for the new day, and for a holder that is not in it."""


def keeps_the_list(scenes: Sequence[Played], _given: Given) -> list[Finding]:
    """Say whether the list of security servers was asked for at most once in all scenes together (KDL V.1)."""
    asked = [call for scene in scenes for call in scene.of(LIST)]
    files = [call for scene in scenes for call in scene.of(DOWNLOAD, FORWARD)]
    if len(asked) > 1:
        vi, en = "Lấy danh mục máy chủ bảo mật nhiều lần trong ngày", "asks for the list several times a day"
        return [bad(vi, en, *asked[:5], expected="≤ 1", actual=len(asked))]
    if len(files) < 2:
        return [unseen("Chưa đủ lượt tải tệp", "too few downloads", *files, expected="≥ 2", actual=len(files))]
    vi, en = "Danh mục được giữ lại để dùng trong ngày", "the list is kept for the day"
    return [good(vi, en, *asked, *files[:2])]


def renews_the_list(scenes: Sequence[Played], _given: Given) -> list[Finding]:
    """Say whether each scene asked for the list anew before it fetched a file (KDL V.1)."""
    return [_list_of(scene) for scene in scenes]


def _list_of(scene: Played) -> Finding:
    asked, files = scene.of(LIST), scene.of(DOWNLOAD, FORWARD)
    if len(asked) > _OFTEN:
        vi, en = "Lấy danh mục nhiều hơn cần thiết", "asks for the list more often than needed"
        return bad(vi, en, *asked[:5], expected=f"≤ {_OFTEN}", actual=len(asked))
    if asked and (not files or asked[0].seq < files[-1].seq):
        return good("Đã lấy lại danh mục máy chủ bảo mật", "the list was asked for anew", asked[0], *files[-1:])
    has_papers = any(code_of(call) == "0" for call in scene.of(FIND))
    if files or (has_papers and pushed(scene)):
        vi, en = "Dùng danh mục cũ, không lấy lại", "works with the old list and does not ask anew"
        return bad(vi, en, *files[:2], *pushed(scene)[:1], expected=1, actual=len(asked))
    return unseen("Chưa tải tệp nào", "no file was fetched")


SERVERS: Mapping[str, CheckOf] = {
    "keeps-the-list": keeps_the_list,
    "renews-the-list": renews_the_list,
}
