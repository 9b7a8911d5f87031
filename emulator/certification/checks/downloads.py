"""Checks of the way a paper takes: from the list of security servers over the axis into the dossier (KDL II to V)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from emulator.certification.checks.basics import as_tuple
from emulator.certification.checks.papers import FIND, code_of
from emulator.certification.evidence import Entry
from emulator.certification.kit import KitWords
from emulator.certification.scenes import CheckOf, Finding, Played, bad, good, unseen
from emulator.kernel.exchange import JsonObject
from emulator.services.service import BYPASSED

if TYPE_CHECKING:
    from emulator.certification.tasks.props import ExpectedFile, ExpectedPaper

PUSH = "dvcqg.mapi.DongBoHoSoMC"
DOWNLOAD, FORWARD = "province.download", "xroad.forward"
_AXIS = "/RestService/forward"
_SECRETS = ("authorization", "cookie", "apikey", "session", "token")


def path_of(call: Entry) -> str:
    """Return the path behind the axis."""
    return call.path.partition(_AXIS)[2]


def address_of(call: Entry, name: str) -> str:
    """Return ``dstcode`` or ``providerurl`` as the client gave it: query or header."""
    return call.query.get(name) or call.header(name) or ""


def downloads_of(scene: Played, paper: ExpectedPaper) -> list[Entry]:
    """Return the downloads of a paper's files, whatever became of them."""
    paths = {file["path"] for file in paper["files"]}
    return [call for call in scene.of(DOWNLOAD, FORWARD) if path_of(call) in paths]


def pushes_of(scene: Played) -> list[Entry]:
    """Return the calls that sent this scene's dossier to the portal."""
    return [call for call in scene.of(PUSH) if any(each.get("MaHoSo") == _code(scene) for each in elements(call))]


def elements(call: Entry) -> list[JsonObject]:
    """Return the dossiers of a push."""
    data = call.body.get("data") if isinstance(call.body, dict) else None
    return [each for each in (data if isinstance(data, list) else [data]) if isinstance(each, dict)]


def _code(scene: Played) -> str:
    return str(scene.task.get("dossier_code"))


def attached_papers(scene: Played) -> list[tuple[Entry, JsonObject]]:
    """Return what the dossier says was taken from Kho DL, by its mark or by its link."""
    every = [scene.expected["chosen"], *scene.expected["others"]]
    links = {file["link"] for paper in every if paper for file in paper["files"]}
    return [
        (call, row)
        for call in pushes_of(scene)
        for element in elements(call)
        for row in element.get("TaiLieuNop") or []
        if str(row.get("DuocLayTuKhoDMQG")) == "1" or row.get("DuongDanTaiTepTin") in links
    ]


def fetches_the_chosen(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether every file of the chosen paper was fetched over the axis, and no other paper's file."""
    return [_fetching(scene) for scene in scenes]


def _chosen(scene: Played) -> ExpectedPaper:
    """Return the paper that the citizen chooses, in a scene in which there is one."""
    return cast("ExpectedPaper", scene.expected["chosen"])


def _fetching(scene: Played) -> Finding:
    chosen = _chosen(scene)
    others = [call for paper in scene.expected["others"] for call in downloads_of(scene, paper)]
    if others:
        vi, en = "Tải giấy tờ mà người dân không chọn", "fetches a paper that the citizen did not choose"
        return bad(vi, en, *others[:3], expected=chosen["number"])
    calls = downloads_of(scene, chosen)
    missed = [each for each in chosen["files"] if not any(path_of(call) == each["path"] for call in calls)]
    if missed:
        return _not_fetched(scene, calls, missed)
    return good("Tải đúng giấy tờ được chọn", "fetches the paper that was chosen", *calls[:3])


def _not_fetched(scene: Played, calls: list[Entry], missed: Sequence[ExpectedFile]) -> Finding:
    tried = [call for call in scene.of(DOWNLOAD, FORWARD, BYPASSED, "") if call not in calls]
    vi, en = "Chưa tải tệp của giấy tờ qua trục", "a file of the paper was not fetched over the axis"
    if attached_papers(scene) or pushes_of(scene) or tried:
        seen = [*tried, *pushes_of(scene)]
        return bad(vi, en, *seen[:3], expected=missed[0]["encoded"], actual=path_of(tried[0]) if tried else "")
    return unseen(vi, en, expected=missed[0]["encoded"])


def addresses_the_holder(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether every download names the paper's holder: dstcode of the list, and the link's own origin (KDL V.3)."""
    return [_addressing(scene, as_tuple(given.get("names", ("dstcode", "providerurl")))) for scene in scenes]


def _addressing(scene: Played, names: Sequence[str]) -> Finding:
    chosen = _chosen(scene)
    calls, wanted = downloads_of(scene, chosen), {"dstcode": chosen["dstcode"], "providerurl": chosen["origin"]}
    for call in calls:
        for name in names:
            if address_of(call, name) != wanted[name]:
                vi, en = f"{name} không phải của cơ quan giữ giấy tờ", f"{name} is not that of the paper's holder"
                return bad(vi, en, call, expected=wanted[name], actual=address_of(call, name))
    if not calls:
        return unseen("Chưa tải tệp nào", "no file was fetched")
    return good("Lời gọi ghi đúng cơ quan giữ giấy tờ", "the calls name the paper's holder", *calls[:3])


def keeps_the_query(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether the link's own query arrived unchanged and in order (VDXP C1)."""
    found = []
    for scene in scenes:
        for file in _chosen(scene)["files"]:
            calls = [call for call in scene.of(DOWNLOAD, FORWARD) if path_of(call) == file["path"]]
            wrong = [call for call in calls if not _has_query(call, file["own_query"])]
            if wrong:
                vi, en = "Mất tham số riêng của đường dẫn", "the link's own parameters were lost"
                found.append(
                    bad(vi, en, wrong[0], expected=file["own_query"], actual=wrong[0].told["request"]["target"])
                )
            elif calls:
                found.append(good("Giữ tham số riêng của đường dẫn", "the link's own parameters are kept", *calls[:2]))
    return found or [unseen("Chưa tải tệp nào", "no file was fetched")]


def _has_query(call: Entry, wanted: str) -> bool:
    sent = str(call.told["request"]["target"]).partition("?")[2].split("&")
    return "&".join(pair for pair in sent if pair.startswith(("loai=", "ma="))) == wanted


def shows_no_secret(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether downloads went without the client's own accounts and sessions (VDXP C1)."""
    calls = [call for scene in scenes for call in scene.of(DOWNLOAD)]
    shown = [(call, name) for call in calls for name in _SECRETS if call.header(name) or name in call.query]
    if shown:
        call, name = shown[0]
        vi, en = f"Gửi {name} của dịch vụ khác cho bên giữ tệp", f"sends {name} of another service to the holder"
        return [bad(vi, en, call, expected="–", actual=name)]
    if not calls:
        return [unseen("Chưa tải tệp nào", "no file was fetched")]
    return [good("Tải tệp không kèm tài khoản nào", "downloads carry no account", *calls[:3])]


def tries_few(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether a download that was refused was tried at most ``at_most`` times."""
    most, findings = int(given["at_most"]), []
    for scene in scenes:
        calls = scene.while_played(scene.of(DOWNLOAD, FORWARD))
        if len(calls) > most:
            vi, en = "Thử lại quá nhiều lần", "tries too often"
            findings.append(bad(vi, en, *calls[:5], expected=f"≤ {most}", actual=len(calls)))
        else:
            findings.append(good(f"{len(calls)} lượt tải", f"{len(calls)} downloads", *calls))
    return findings


DOWNLOADS: Mapping[str, CheckOf] = {
    "fetches-the-chosen": fetches_the_chosen,
    "addresses-the-holder": addresses_the_holder,
    "keeps-the-query": keeps_the_query,
    "shows-no-secret": shows_no_secret,
    "tries-few": tries_few,
}


LIST = "dvcqg.mapi.LayDanhMucSSTaiTep"
_OFTEN = 2
"""Twice in a scene: for the new day, and for a holder that is not in it."""


def keeps_the_list(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
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


def renews_the_list(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
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
    if files or (has_papers and pushes_of(scene)):
        vi, en = "Dùng danh mục cũ, không lấy lại", "works with the old list and does not ask anew"
        return bad(vi, en, *files[:2], *pushes_of(scene)[:1], expected=1, actual=len(asked))
    return unseen("Chưa tải tệp nào", "no file was fetched")


SERVERS: Mapping[str, CheckOf] = {
    "keeps-the-list": keeps_the_list,
    "renews-the-list": renews_the_list,
}


# Checks of what a dossier carries that was taken from Kho DL (KDL II, IV, V.3).


def attaches_the_chosen(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether the dossier carries every file of the chosen paper, and no other paper's."""
    return [_attaching(scene) for scene in scenes]


def _attaching(scene: Played) -> Finding:
    chosen, calls = _chosen(scene), pushes_of(scene)
    rows = attached_papers(scene)
    if not calls:
        return unseen("Chưa gửi hồ sơ lên Cổng", "the dossier was not sent to the portal")
    other_links = {file["link"] for paper in scene.expected["others"] for file in paper["files"]}
    strange = [row for _, row in rows if row.get("DuongDanTaiTepTin") in other_links]
    if strange:
        vi, en = "Đính kèm giấy tờ mà người dân không chọn", "attaches a paper that the citizen did not choose"
        return bad(vi, en, rows[0][0], expected=chosen["number"], actual=strange[0]["DuongDanTaiTepTin"])
    if len(rows) < len(chosen["files"]):
        vi, en = "Hồ sơ thiếu tệp của giấy tờ đã chọn", "files of the chosen paper are missing in the dossier"
        return bad(vi, en, *calls[:2], expected=len(chosen["files"]), actual=len(rows))
    return good("Hồ sơ mang giấy tờ đã chọn", "the dossier carries the chosen paper", rows[0][0])


def marks_what_it_attached(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether attached files are marked as taken from Kho DL, under component and result code."""
    found = []
    for scene in scenes:
        wanted = {"DuocLayTuKhoDMQG": "1", "MaThanhPhanHoSo": scene.expected["component"]}
        wanted["MaKetQuaThayThe"] = scene.expected["code"]
        for call, row in attached_papers(scene):
            wrong = [name for name, value in wanted.items() if str(row.get(name)) != value]
            vi, en = "Tệp ghi rõ lấy từ Kho DL", "the file is marked as taken from Kho DL"
            found += [] if wrong else [good(vi, en, call)]
            for name in wrong:
                vi, en = f"{name} của tệp lấy từ Kho DL chưa đúng", f"{name} of a file from Kho DL is not right"
                found.append(bad(vi, en, call, expected=wanted[name], actual=row.get(name)))
    return found or [unseen("Chưa có tệp nào được đính kèm", "no file was attached")]


def files_all_the_same(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether the dossier was sent although Kho DL had no paper for it."""
    return [_filing(scene) for scene in scenes]


def _filing(scene: Played) -> Finding:
    asked, sent = scene.of("dvcqg.papers.find"), pushes_of(scene)
    if sent:
        return good("Hồ sơ vẫn được gửi", "the dossier was sent all the same", sent[0])
    if asked and scene.is_over:
        vi, en = "Không có giấy tờ thì không gửi hồ sơ nữa", "without a paper the dossier is not sent"
        return bad(vi, en, *asked[:2], expected=scene.task["dossier_code"], actual="–")
    return unseen("Chưa hỏi giấy tờ", "no papers were asked for")


def names_the_files(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether what is attached bears the names the files have in Kho DL (K15)."""
    found = []
    for scene in scenes:
        names = {file["name"] for file in _chosen(scene)["files"]}
        for call, row in attached_papers(scene):
            if row.get("TenTepDinhKem") not in names:
                vi, en = "Tên tệp không phải tên nhận được", "the file's name is not the one received"
                found.append(bad(vi, en, call, expected=", ".join(names), actual=row.get("TenTepDinhKem")))
            else:
                found.append(good("Tên tệp đúng như nhận được", "the file's name is the one received", call))
    return found or [unseen("Chưa có tệp nào được đính kèm", "no file was attached")]


def attaches_nothing(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether the dossier goes without a paper from Kho DL."""
    rows = [each for scene in scenes for each in attached_papers(scene)]
    if rows:
        vi, en = "Đính kèm thứ không phải giấy tờ nguyên vẹn", "attaches what is no whole paper"
        return [bad(vi, en, rows[0][0], expected="–", actual=rows[0][1].get("DuongDanTaiTepTin"))]
    return [good("Không đính kèm gì từ Kho DL", "nothing from Kho DL was attached")]


ATTACHMENTS: Mapping[str, CheckOf] = {
    "attaches-the-chosen": attaches_the_chosen,
    "marks-what-it-attached": marks_what_it_attached,
    "files-all-the-same": files_all_the_same,
    "names-the-files": names_the_files,
    "attaches-nothing": attaches_nothing,
}


_FINAL = ("9", "10")


def sends_its_result(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether the finished dossier carries its result: code of the catalogue, link, owner, a final status."""
    return [_sending(scene) for scene in scenes]


def _sending(scene: Played) -> Finding:
    calls = pushes_of(scene)
    if not calls:
        return unseen("Chưa gửi hồ sơ lên Cổng", "the dossier was not sent to the portal")
    call, wanted = calls[-1], scene.expected
    dossier = next(each for each in elements(call) if each.get("MaHoSo") == scene.task["dossier_code"])
    rows = [row for row in dossier.get("DanhSachGiayToKetQua") or [] if isinstance(row, dict)]
    owners = [row.get("SoDinhDanh") for row in dossier.get("DinhDanhCHS") or [] if isinstance(row, dict)]
    seen = {
        "MaGiayToKetQua": (wanted["result"], [row.get("MaGiayToKetQua") for row in rows]),
        "DuongDanTepTinKetQua": (wanted["link"], [row.get("DuongDanTepTinKetQua") for row in rows]),
        "DinhDanhCHS": (wanted["owner"]["SoDinhDanh"], owners),
    }
    for name, (expected, given) in seen.items():
        if expected not in given:
            vi, en = f"{name} của kết quả chưa đúng", f"{name} of the result is not right"
            return bad(vi, en, call, expected=expected, actual=", ".join(map(str, given)))
    if str(dossier.get("TrangThaiHoSo")) not in _FINAL:
        vi, en = "Hồ sơ đã xong phải mang trạng thái 9 hoặc 10", "a finished dossier has status 9 or 10"
        return bad(vi, en, call, expected="9, 10", actual=dossier.get("TrangThaiHoSo"))
    return good("Kết quả lên Cổng với mã và đường dẫn", "the result reached the portal with code and link", call)


RESULTS: Mapping[str, CheckOf] = {"sends-its-result": sends_its_result}
