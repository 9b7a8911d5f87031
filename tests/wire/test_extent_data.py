"""CertificateExtentData: an XML from a stranger is read, or refused by name (BTXH 3.1.1 field 44; B39 to B49)."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.kernel.clock import read_day
from emulator.services.btxh import extent
from emulator.services.btxh.checks import check_extent
from emulator.wire.reading import Reading, ReadingRules
from tests.builders import EXTENT_FINAL, EXTENT_NEW, dossier
from tests.conftest import Visitor
from tests.documents.test_printed_samples import FINAL_XML, NEW_XML
from tests.properties.strangers import IS_FIXED

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


# The plain form and the parser: one reading of what both can read.

SAMPLES = (EXTENT_NEW, EXTENT_FINAL, NEW_XML, FINAL_XML, FINAL_XML.replace("'utf-8'>", "'utf-8'?>"))
PIECES = st.sampled_from(
    [
        *("<TenTepDinhKem>a</TenTepDinhKem>", "<La>b</La>", "<DuocSoHoa>7</DuocSoHoa>", "<DuocSoHoa>true</DuocSoHoa>"),
        *(
            "<TaiLieuNop></TaiLieuNop>",
            "<TaiLieuNop />",
            "<GiayToKetQua>",
            "</GiayToKetQua>",
            "<IsDeleted/>",
            "<a",
            ">",
        ),
        *(" x='1'", " xmlns:xsi='http://www.w3.org/2001/XMLSchema'", "<!-- ghi chú -->", "<![CDATA[x]]>", "]]>"),
        *(
            "&amp;",
            "&",
            "<",
            "\r\n",
            "\t",
            "\n",
            " ",
            "\u00a0",
            "\x01",
            "\ufffe",
            "e\u0301",
            "chữ",
            "0",
            "KQ.G07.000290",
        ),
    ]
)
CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.just("") | PIECES), max_size=4)


def everything_read(xml: str, *, by_parser: bool) -> tuple[Any, Any, Any]:
    reading = Reading(ReadingRules("documented", read_day("01/12/2026") or 0))
    with mock.patch.object(extent, "_PLAIN", mock.Mock(read=lambda _: None)) if by_parser else mock.MagicMock():
        lists = extent.parse_extent(xml, reading)
    return lists, reading.notes, reading.broken


@settings(deadline=None, database=None, derandomize=IS_FIXED, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SAMPLES), CUTS)
def test_what_is_read_without_a_tree_is_what_the_parser_reads(sample: str, cuts: Any) -> None:
    for place, size, piece in cuts:
        at = int(place * len(sample))
        sample = sample[:at] + piece + sample[at + size :]
    assert everything_read(sample, by_parser=False) == everything_read(sample, by_parser=True)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_printed_samples_are_read_without_a_tree(sample: str) -> None:
    with mock.patch.object(extent, "_parse", side_effect=AssertionError):
        lists, _, broken = everything_read(sample, by_parser=False)
    assert lists
    assert lists["DanhSachTaiLieuNop"]
    assert not broken
