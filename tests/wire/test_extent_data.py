"""CertificateExtentData: an XML from a stranger is read, or refused by name (BTXH 3.1.1 field 44; B39 to B49)."""

from __future__ import annotations

import pytest

from emulator.kernel.clock import read_day
from emulator.services.btxh.checks import check_extent
from emulator.wire.reading import Reading, ReadingRules
from tests.builders import EXTENT_FINAL, EXTENT_NEW, dossier
from tests.conftest import Visitor

DOCTYPE = '<!DOCTYPE ExtentData [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


def read(xml: str, mode: str = "documented", kind: str = "1") -> Reading:
    reading = Reading(ReadingRules(mode, read_day("01/12/2026") or 0))
    check_extent({"CertificateExtentData": xml, "LoaiDuLieu": kind, "HoSoCoThanhPhanSoHoa": "1"}, reading)
    return reading


@pytest.mark.parametrize(
    ("xml", "rule"),
    [
        (DOCTYPE + EXTENT_NEW.split("?>")[1], "xml-doctype"),
        (EXTENT_NEW.replace("to-khai.pdf", "to-khai.pdf?a=1&b=2"), "xml"),
        (EXTENT_NEW.replace("</TaiLieuNop>", ""), "xml"),
        (EXTENT_NEW.replace("</DanhSachTaiLieuNop>", "</DanhsachTaiLieuNop>"), "xml"),
        (EXTENT_NEW.replace("to-khai", "\x00"), "xml"),
        ("chữ", "xml"),
        (EXTENT_NEW.replace("ExtentData", "Data"), "xml-root"),
        ("<a>" * 5000, "xml"),
        ("<ExtentData>" + " " * 4_000_001 + "</ExtentData>", "xml-too-large"),
    ],
)
@pytest.mark.parametrize("mode", ["strict", "documented", "observed"])
def test_xml_that_cannot_be_read_is_refused_in_every_mode(xml: str, rule: str, mode: str) -> None:
    assert rule in [broken.remark.rule for broken in read(xml, mode).broken]


def test_a_syntax_error_names_line_and_column(visitor: Visitor) -> None:
    xml = EXTENT_NEW.replace("to-khai.pdf</D", "to-khai.pdf?a=1&b=2</D")
    reply = visitor.btxh("DongBoDVC", dossier(CertificateExtentData=xml))
    assert reply.json["error_code"] == -11
    assert f"dòng 1, cột {xml.index('&b=') + 3}" in reply.json["message"]


def test_a_final_result_needs_a_paper_unless_clients_are_observed() -> None:
    assert [broken.remark.rule for broken in read(EXTENT_NEW, "documented", "100").broken] == ["B49"]
    observed = read(EXTENT_NEW, "observed", "100")
    assert (observed.broken, [note.rule for note in observed.notes]) == ([], ["B49"])


def test_a_submitted_file_sent_back_as_the_result_is_noted() -> None:
    xml = EXTENT_FINAL.replace("20261121/quyet-dinh.pdf", "20261121/to-khai.pdf")
    assert [note.rule for note in read(xml, "strict", "100").notes] == ["result-is-submitted-file"]


@pytest.mark.parametrize(
    ("code", "is_fine"), [("KQ.G15.000007", True), ("000.00.00.G01-KQ0266", True), ("KQ.015.000007", False)]
)
def test_both_grammars_of_result_codes_are_taken(code: str, is_fine: bool) -> None:
    reading = read(EXTENT_FINAL.replace("KQ.G07.000290", code), "strict", "100")
    assert reading.broken == []
    assert [note.rule for note in reading.notes if note.rule == "B47"] == ([] if is_fine else ["B47"])
