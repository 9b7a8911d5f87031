"""How the body of a call is printed: line by line, as what it is, so much of it, and each remark at its line."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.builders import EXTENT_NEW, dossier
from tests.conftest import Visitor

LINE = re.compile(r'<li class="d(\d)( marked)?( error)?"><span class="text">(.*?)</span>(.*?)</li>\n', re.DOTALL)
CUT = "(cut; see the raw bytes)"
LONGER = "The body is longer than this page prints"


def printed(visitor: Visitor, body: bytes | str, content_type: str = "application/json") -> str:
    """Return what a page prints of the body of a call."""
    visitor.http.post("/apiBTXH/1.0/DongBoDVC", data=body, content_type=content_type)
    return body_on(visitor.http.get(f"/__console/journal/{visitor.journal()[-1]['seq']}?lang=en").text)


def body_on(page: str) -> str:
    return page[page.index("<h2>Request</h2>") : page.index("<h2>Reply</h2>")]


def lines_of(shown: str) -> list[tuple[int, str]]:
    return [(int(found[1]), unescape(found[4])) for found in LINE.finditer(shown)]


@pytest.mark.parametrize(("content_type", "body", "lines"), [
    ("application/json", '{"a":[1,{"b":"Ở"},"c"],"d":{},"e":[],"f":null}', [
        (0, "{"), (1, '"a": ['), (2, "1,"), (2, "{"), (3, '"b": "Ở"'), (2, "},"), (2, '"c"'), (1, "],"),
        (1, '"d": {},'), (1, '"e": [],'), (1, '"f": null'), (0, "}")]),
    ("text/xml", '<a xmlns="urn:x" k="1"><b>c</b><d e="2"/><f> </f></a>', [
        (0, '<a k="1">'), (1, "<b>c</b>"), (1, '<d e="2"/>'), (1, "<f/>"), (0, "</a>")]),
    ("application/json", '{"x":" <a><b>c</b></a>","y":1}', [
        (0, "{"), (1, '"x": "'), (2, "<a>"), (3, "<b>c</b>"), (2, "</a>"), (1, '",'), (1, '"y": 1'), (0, "}")]),
    ("application/json", '{"x":"<a","y":1}', [(0, "{"), (1, '"x": "<a",'), (1, '"y": 1'), (0, "}")]),
    ("application/json", "<a\n<b", [(0, "<a"), (0, "<b")]),
    ("application/x-www-form-urlencoded", "a=1%20Ở&b=", [(0, "a = 1 Ở"), (0, "b = ")]),
    ("text/plain", "a=1&b=", [(0, "a=1&b=")]),
    ("application/json", "0", [(0, "0")]),
    ("application/json", " \n", []),
    ("application/json", "", []),
], ids=["json", "xml", "xml in json", "broken xml in json", "broken xml", "form", "text", "a number", "blank", "none"],
)  # fmt: skip
def test_a_body_is_printed_line_by_line_as_what_it_is(
    visitor: Visitor, content_type: str, body: str, lines: list[tuple[int, str]]
) -> None:
    shown = printed(visitor, body.encode(), content_type)
    assert lines_of(shown) == lines
    assert ("No body." in shown) is (not lines)
    assert CUT not in shown
    assert LONGER not in shown


@pytest.mark.parametrize(("length", "is_cut"), [(2_000, False), (2_001, True)])
def test_a_value_is_printed_up_to_its_bound_and_what_was_cut_is_said(
    visitor: Visitor, length: int, is_cut: bool
) -> None:
    shown = printed(visitor, b"x" * length, "text/plain")
    assert lines_of(shown) == [(0, "x" * 2_000 + "…" * is_cut)]
    assert (CUT in shown) is is_cut


@pytest.mark.parametrize(("count", "is_cut"), [(3_000, False), (3_001, True)])
def test_a_body_is_printed_up_to_so_many_lines(visitor: Visitor, count: int, is_cut: bool) -> None:
    shown = printed(visitor, b"x\n" * count, "text/plain")
    assert (len(lines_of(shown)), LONGER in shown) == (3_000, is_cut)


@pytest.mark.parametrize(("length", "is_cut"), [(512, False), (513, True)])
def test_what_is_no_text_is_printed_sixteen_bytes_a_line_up_to_its_bound(
    visitor: Visitor, length: int, is_cut: bool
) -> None:
    content = (b"\xff\x1f\x20~\x7f" + b"0123456789ab" + b"\xfe" * length)[:length]
    shown = printed(visitor, content)
    lines = lines_of(shown)
    assert lines[0] == (0, "000000  ff 1f 20 7e 7f 30 31 32 33 34 35 36 37 38 39 61  .. ~.0123456789a")
    assert lines[1][1].startswith("000010  62 fe fe")
    assert lines[-1][1].startswith("0001f0  ")
    assert (len(lines), LONGER in shown) == (32, is_cut)


def test_a_short_row_of_bytes_keeps_its_columns(visitor: Visitor) -> None:
    assert lines_of(printed(visitor, b"\xffA")) == [(0, f"000000  {'ff 41':47}  .A")]


def marked(page: str) -> list[tuple[str, bool, list[str]]]:
    """Return the lines that have a remark: their text, whether it is an error, and the pointers of the remarks."""
    found = [each for each in LINE.finditer(body_on(page)) if each[2]]
    return [(unescape(each[4]), bool(each[3]), re.findall(r"· <code>(/.*?)</code>", each[5])) for each in found]


def test_a_remark_about_the_second_row_of_a_list_stands_at_that_row(visitor: Visitor) -> None:
    row = EXTENT_NEW[EXTENT_NEW.index("<TaiLieuNop>") : EXTENT_NEW.index("</DanhSachTaiLieuNop>")]
    wrong = row.replace("<IsDeleted>0", "<IsDeleted>7")
    extent = EXTENT_NEW.replace(row, row + wrong)
    visitor.btxh("DongBoDVC", dossier(CertificateExtentData=extent))
    entry = visitor.journal()[-1]
    (pointer,) = {each["path"] for each in entry["remarks"] if "IsDeleted" in each["path"]}
    assert "/2/" in pointer
    found = marked(visitor.http.get(f"/__console/journal/{entry['seq']}?lang=en").text)
    assert ("<IsDeleted>7</IsDeleted>", False, [pointer]) in found
    assert "<IsDeleted>0</IsDeleted>" not in [text for text, _, _ in found]


def test_a_remark_about_what_is_not_there_stands_at_the_line_around_it_or_above_the_body(visitor: Visitor) -> None:
    body = dossier()
    del body["MaTTHC"]
    visitor.btxh("DongBoDVC", body)
    entry = visitor.journal()[-1]
    assert [each["path"] for each in entry["remarks"] if each["level"] == "error"] == ["/MaTTHC"]
    page = visitor.http.get(f"/__console/journal/{entry['seq']}?lang=en").text
    assert [text for text, is_error, _ in marked(page) if is_error] == []
    assert "<code>/MaTTHC</code>" in page[page.index("Remarks on the call as a whole") : page.index("<h2>Request</h2>")]
