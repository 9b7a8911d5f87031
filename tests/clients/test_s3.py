"""S3 against the real server: an address without names, a token without a scheme (KDL V.2; src:portal-papers)."""

from __future__ import annotations

from tests.axis_country import PATIENCE_S, AxisCountry
from tests.clients.s3 import FORWARD, S3Client


def test_s3_gets_no_token_from_a_query_without_names_and_the_journal_says_so(country: AxisCountry) -> None:
    assert S3Client(country).token() == "undefined"
    told = country.last()
    assert (told["response"]["status"], told["outcome"]) == (400, "refused")
    assert country.rules() == {"nameless-parameters"}


def test_s3_shows_nothing_and_does_not_notice_that_it_was_refused(country: AxisCountry) -> None:
    assert "result" not in S3Client(country).papers()
    assert [each["response"]["status"] for each in country.journal()] == [400, 400]


def test_s3_finds_papers_with_a_raw_token_once_the_parameters_have_names(country: AxisCountry) -> None:
    """KDL-V.2-22."""
    client = S3Client(country, names_parameters=True)
    (paper,) = client.papers(KenhThucHien="2")["result"]["DanhSachGiayToKetQua"]
    assert paper["DanhSachTepDinhKem"][0]["TenTep"] == "124.pdf"
    assert country.rules() == set()


def test_s3_fetches_a_token_for_every_page_and_the_journal_says_so(country: AxisCountry) -> None:
    client = S3Client(country, names_parameters=True)
    for _ in range(3):
        client.token()
    assert country.rules() == {"session-not-reused"}
    client.token()
    assert country.rules() == {"login-before-every-call"}


def test_s4_posts_an_empty_login_and_shows_success_for_any_answer(country: AxisCountry) -> None:
    reply = country.http.post(country.security_server + FORWARD + "/mapi/login", timeout=PATIENCE_S)
    assert (reply.status_code, reply.json()["error_code"]) == (200, -1)
    assert country.last()["outcome"] == "refused"
