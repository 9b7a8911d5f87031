"""Rules about documents and results: which lists must be there, and what they must agree with (B32, B47, B49)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from emulator.wire import codes
from emulator.wire.catalogues import PROCEDURES
from emulator.wire.dossier_rules import Texts
from emulator.wire.extent_data import PATH, Lists, extent_of, parse_extent
from emulator.wire.extent_fields import DOCUMENTS, RESULTS
from emulator.wire.forms import ExtentData, ResultPaper
from emulator.wire.reading import Reading

RESULT_CODE = re.compile(r"KQ\.[A-Z]\d{2}\.\d{6}|\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}-KQ\d{4}", re.ASCII)


def check_extent(texts: Texts, reading: Reading) -> ExtentData:
    """Parse the XML and check it against the rest of the body; what was refused comes back empty."""
    text = texts.get("CertificateExtentData")
    lists: Lists | None = parse_extent(text, reading) if text else {}
    if lists is None:
        return ExtentData()
    _check_lists(texts.get("LoaiDuLieu") == "100", lists, reading)
    extent = extent_of(lists)
    _check_digitised(texts.get("HoSoCoThanhPhanSoHoa"), extent, reading)
    for number, item in enumerate(lists.get(DOCUMENTS, ()), 1):
        if item.get("DuocTaiSuDung") == "2":
            vi, en = "DuocTaiSuDung 2: tái sử dụng kèm MaKetQuaThayThe", "DuocTaiSuDung is 2"
            reading.note("B46", f"{PATH}/{DOCUMENTS}/{number}", vi, en)
    _check_links(extent, reading)
    if extent.result_papers:
        _check_results(extent, reading)
    return extent


def _check_lists(is_final: bool, lists: Lists, reading: Reading) -> None:
    missing = [] if DOCUMENTS in lists else [DOCUMENTS]
    if is_final and not lists.get(RESULTS):
        missing.append(RESULTS)
    for name in missing:
        vi, en = (
            f"CertificateExtentData thiếu {name} bắt buộc",
            f"CertificateExtentData has no {name}, which is mandatory",
        )
        reading.meet("B49", f"{PATH}/{name}", codes.BAD_XML, vi, en)


def _check_digitised(said: str | None, extent: ExtentData, reading: Reading) -> None:
    digitised = sum(document.is_digitised for document in extent.submitted_documents)
    if said and extent.submitted_documents and (said == "1") != (digitised > 0):
        vi = f"HoSoCoThanhPhanSoHoa {said} nhưng có {digitised} tài liệu DuocSoHoa 1"
        en = f"HoSoCoThanhPhanSoHoa is {said}, {digitised} documents are digitised"
        reading.meet("B32", "/HoSoCoThanhPhanSoHoa", codes.CONTRADICTION, vi, en)


def _check_links(extent: ExtentData, reading: Reading) -> None:
    submitted = {document.link for document in extent.submitted_documents if document.link}
    results = {paper.link for paper in extent.result_papers if paper.link}
    for link in sorted(submitted & results):
        vi, en = f"tệp nộp được gửi lại làm kết quả: {link}", f"a submitted file is sent as the result: {link}"
        reading.note("result-is-submitted-file", PATH, vi, en)
    for link in sorted(submitted | results):
        if not link.startswith(("http://", "https://")):
            vi, en = f"đường dẫn không phải http(s): {link}", f"not an http(s) address: {link}"
            reading.note("B75", PATH, vi, en)


def _check_results(extent: ExtentData, reading: Reading) -> None:
    stems = {PurePosixPath(document.attachment_name).stem for document in extent.submitted_documents}
    for number, paper in enumerate(extent.result_papers, 1):
        _check_result(paper, f"{PATH}/{RESULTS}/{number}", stems, reading)


def _check_result(paper: ResultPaper, path: str, stems: set[str], reading: Reading) -> None:
    code = paper.result_code
    if code in PROCEDURES:
        vi, en = f"MaGiayToKetQua “{code}” là mã thủ tục, không phải mã kết quả", f"“{code}” is the code of a procedure"
        reading.meet("B47", f"{path}/MaGiayToKetQua", codes.NOT_IN_CATALOGUE, vi, en)
    elif not RESULT_CODE.fullmatch(code):
        vi = f"MaGiayToKetQua “{code}” sai cấu trúc, ví dụ KQ.G07.000290"
        reading.meet("B47", f"{path}/MaGiayToKetQua", codes.BAD_FIELD, vi, f"“{code}” is not like KQ.G07.000290")
    elif PurePosixPath(paper.paper_title).stem in stems:
        vi, en = (
            f"kết quả “{paper.paper_title}” mang tên một tệp nộp",
            f"“{paper.paper_title}” bears a submitted file's name",
        )
        reading.note("B47", path, vi, en)
