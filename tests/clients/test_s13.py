"""S13 against the real server: links cut at the fourth slash, bodies kept blindly (KDL V.3; src:client-downloads)."""

from __future__ import annotations

from tests.axis_country import AxisCountry
from tests.clients.s2 import S2Client
from tests.clients.s13 import S13Client
from tests.gateways.axis.axis import HANOI, QUANGNAM, XRD, link
from tests.gateways.axis.test_downloads import HOSTED
from tests.portal.portal_client import SECOND


def link_of(country: AxisCountry, **changes: str) -> str:
    papers = S2Client(country).papers(**changes) or []
    return str(papers[0]["DanhSachTepDinhKem"][0]["DuongDan"])


def test_s13_arrives_with_a_link_that_is_an_adapter_address_in_either_context(country: AxisCountry) -> None:
    whole = (HOSTED / "hagiang-124.pdf").read_bytes()
    for context in (XRD, "/VXPAdapter/RestService/forward"):
        assert S13Client(country).store("http://10.0.0.9:8081" + link(context=context)) == whole


def test_s13_downloads_a_paper_of_case_2_once_it_has_the_right(country: AxisCountry) -> None:
    client, address = S13Client(country), link_of(country, SoDinhDanhChuSoHuu=SECOND)
    assert b'"Server.ServerProxy.AccessDenied"' in client.store(address)
    assert country.rules() == {"access-denied"}
    country.do("POST", "/access-rights", {"provider": QUANGNAM, "subjects": [HANOI]})
    assert client.store(address) == (HOSTED / "quangnam-7.pdf").read_bytes()


def test_s13_loses_a_link_of_case_1_keeps_the_answer_as_a_paper_and_the_journal_says_so(country: AxisCountry) -> None:
    client, address = S13Client(country), link_of(country)
    assert not client.store(address).startswith(b"%PDF")
    (lost,) = country.do("GET", "/requests/unmatched")["requests"]
    assert (lost["status"], lost["url"]) == (404, "/VXPAdapter/124.pdf")


def test_s13_keeps_an_error_page_as_a_paper_and_the_journal_says_so(country: AxisCountry) -> None:
    page = S13Client(country).store("http://10.0.0.9:8081" + link("/download/loi.pdf"))
    assert page.lstrip().startswith(b"<")
    assert country.last()["response"]["status"] == 200
    assert country.rules() == {"wrong-content-type"}
