"""The report for people: findings first, nine parts, one language a page, readable without a network and on paper."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from pypdf import PdfReader

from emulator.app import Country
from emulator.certification.report import html, pdf
from emulator.certification.report.blocks import Cell
from emulator.certification.report.tests_part import case_rows
from tests.certification.stand import Stand
from tests.clients.reference.tasks import Client

PARTS = (
    "1. Căn cứ",
    "2. Thành phần",
    "3. Đối tượng và môi trường",
    "4. Phạm vi",
    "5. Kịch bản và kết quả",
    "6. Tổng hợp",
    "7. Sai khác tài liệu",
    "8. Kết luận",
    "9. Phụ lục",
)


class Idle(Client):
    """Does nothing at all, so that every test has a finding."""

    def do(self, task: dict[str, Any]) -> None:
        self.log.append(task["do"])


@pytest.fixture
def reports(country: Country) -> dict[str, dict[str, Any]]:
    return {"good": Stand(country, "cong-ndxp").play(), "idle": Stand(country, "cong-ndxp", "x").play(Idle)}


def text_of(raw: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages).split())


def test_the_printed_report_has_the_nations_motto_the_nine_parts_and_its_fonts(reports: Any) -> None:
    raw = pdf(reports["good"])
    text = text_of(raw)
    for wanted in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "BIÊN BẢN KIỂM THỬ KẾT NỐI, TÍCH HỢP", *PARTS):
        assert wanted in text
    assert [text.index(part) for part in PARTS] == sorted(text.index(part) for part in PARTS)
    fonts = [
        font.get_object() for page in PdfReader(io.BytesIO(raw)).pages for font in page["/Resources"]["/Font"].values()
    ]
    files = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert files
    assert all("/FontFile2" in each for each in files)


SPOKEN = {
    "vi": ("KẾT LUẬN", "CẦN LÀM GÌ", "Bắt buộc", "1. Căn cứ", "ký, ghi rõ họ tên", "Đạt"),
    "en": ("CONCLUSION", "WHAT TO MEND", "required", "1. Legal bases", "signature, full name", "pass"),
}


@pytest.mark.parametrize(("language", "other"), [("vi", "en"), ("en", "vi")])
def test_a_page_speaks_one_language(reports: Any, language: Any, other: str) -> None:
    assert set(reports) == {"good", "idle"}
    for report in reports.values():
        sheet, page = text_of(pdf(report, language)), html(report, language).decode()
        assert f'<html lang="{language}">' in page
        for text in (sheet, re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)):
            assert [word for word in SPOKEN[language][:5] if word not in text] == []
            assert [word for word in SPOKEN[other] if word in text.replace("NDXP-", "")] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_typical_pass_has_twelve_pages_at_most(reports: Any, language: Any) -> None:
    assert 3 < len(PdfReader(io.BytesIO(pdf(reports["good"], language))).pages) <= 12


def test_findings_come_before_everything_else_and_name_the_test(reports: Any) -> None:
    text = text_of(pdf(reports["idle"]))
    first = reports["idle"]["tests"][0]
    assert first["verdict"] == "inconclusive"
    assert text.index("KẾT LUẬN") < text.index(first["id"]) < text.index("CẦN LÀM GÌ") < text.index(PARTS[0])
    page = html(reports["idle"]).decode()
    assert page.index(first["id"]) < page.index('id="findings"') < page.index(PARTS[0])


@pytest.mark.parametrize(
    ("language", "part", "place"), [("vi", "8. Kết luận", "ký, ghi"), ("en", "8. Conclusion", "seal")]
)
def test_whoever_signs_sees_above_his_name_what_he_signs(reports: Any, language: Any, part: str, place: str) -> None:
    assert set(reports) == {"good", "idle"}
    for report in reports.values():
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf(report, language))).pages]
        assert [place in page for page in pages if part in page] == [True]


def test_what_was_declared_asks_for_a_reviewer_and_not_for_a_declaration(reports: Any) -> None:
    declared = [test["id"] for test in reports["good"]["tests"] if test["verdict"] == "review"]
    assert declared
    text = text_of(pdf(reports["good"]))
    assert "Người xem xét đối chiếu từng lời khai với minh chứng" in text
    assert "rồi khai lại" not in text.partition("1. Căn cứ")[0]


def test_what_was_found_twice_in_a_test_is_said_once(reports: Any) -> None:
    told = [
        (test["id"], cells[1].vi)
        for test in reports["idle"]["tests"]
        for cells in case_rows(test, Cell(""))
        if cells[0].vi == "Thực tế"
    ]
    assert len(told) == len(set(told)) > 10


def test_every_test_is_in_the_report_even_if_nothing_happened(reports: Any) -> None:
    assert all(len(report["tests"]) > 20 for report in reports.values())
    assert len(reports) == 2
    for report in reports.values():
        page, text = html(report).decode(), text_of(pdf(report))
        for test in report["tests"]:
            assert f'id="t-{test["id"]}"' in page
            assert test["id"] in text


def test_the_same_report_gives_the_same_bytes(reports: Any) -> None:
    again = json.loads(json.dumps(reports["idle"]))
    assert pdf(again) == pdf(reports["idle"])
    assert html(again) == html(reports["idle"])


def test_the_page_needs_nothing_from_outside_and_its_links_lead_somewhere(reports: Any) -> None:
    assert len(reports) == 2
    for report in reports.values():
        page = html(report).decode()
        assert re.findall(r"""(?:src|href)=["'](?!#)""", page) == []
        assert "default-src 'none'" in page
        targets = set(re.findall(r'id="([^"]+)"', page))
        assert set() < {link for link in re.findall(r'href="#([^"]+)"', page) if not link.startswith("e")} <= targets


def test_a_hostile_name_is_text_and_nothing_else(reports: Any) -> None:
    report = json.loads(json.dumps(reports["good"]))
    hostile = '<script>alert(1)</script> & "Phần mềm" {{ 7*7 }}'
    report["plan"]["product"]["name"] = hostile
    page = html(report).decode()
    assert "<script" not in page
    assert "{{ 7*7 }}" in page
    assert "<script>alert(1)</script>" in text_of(pdf(report))


def test_a_report_of_an_attempt_that_is_still_open_can_be_read(country: Country) -> None:
    stand = Stand(country, "cong-ndxp")
    report = stand.report()
    assert "Đang chờ" in html(report).decode()
    assert "Đang chờ" in text_of(pdf(report))
