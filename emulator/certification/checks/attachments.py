"""Checks of what a dossier carries that was taken from Kho DL (KDL II, IV, V.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emulator.certification.checks.basics import Given
from emulator.certification.checks.downloads import attached_papers, elements, pushes_of
from emulator.certification.finding import CheckOf, Finding, bad, good, unseen
from emulator.certification.scenes import Played


def attaches_the_chosen(scenes: Sequence[Played], _given: Given) -> list[Finding]:
    """Say whether the dossier carries every file of the chosen paper, and no other paper's."""
    return [_attaching(scene) for scene in scenes]


def _attaching(scene: Played) -> Finding:
    chosen, calls = scene.expected["chosen"], pushes_of(scene)
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


def marks_what_it_attached(scenes: Sequence[Played], _given: Given) -> list[Finding]:
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


def files_all_the_same(scenes: Sequence[Played], _given: Given) -> list[Finding]:
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


def names_the_files(scenes: Sequence[Played], _given: Given) -> list[Finding]:
    """Say whether what is attached bears the names the files have in Kho DL (K15)."""
    found = []
    for scene in scenes:
        names = {file["name"] for file in scene.expected["chosen"]["files"]}
        for call, row in attached_papers(scene):
            if row.get("TenTepDinhKem") not in names:
                vi, en = "Tên tệp không phải tên nhận được", "the file's name is not the one received"
                found.append(bad(vi, en, call, expected=", ".join(names), actual=row.get("TenTepDinhKem")))
            else:
                found.append(good("Tên tệp đúng như nhận được", "the file's name is the one received", call))
    return found or [unseen("Chưa có tệp nào được đính kèm", "no file was attached")]


def attaches_nothing(scenes: Sequence[Played], _given: Given) -> list[Finding]:
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


def sends_its_result(scenes: Sequence[Played], _given: Given) -> list[Finding]:
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
