"""S2 against the real server: texts in place of codes, and what goes unnoticed.

Sources: KDL V.2; src:client-dossiers, src:portal-papers.
"""

from __future__ import annotations

import pytest

from tests.axis_country import AxisCountry
from tests.clients.s2 import S2Client
from tests.portal.portal_client import CITIZEN, dossier, result


@pytest.mark.parametrize("code", [3, -3])
def test_s2_creates_and_then_updates_on_da_ton_tai(country: AxisCountry, code: int) -> None:
    country.settle(portal_duplicate_code=code)
    client = S2Client(country)
    assert client.push(dossier())
    assert client.push(dossier(TrangThaiHoSo="4"))
    assert client.posts == 3
    told = [each["outcome"] for each in country.journal() if each["operation"] == "dvcqg.mapi.DongBoHoSoMC"]
    assert told == ["answered", "refused", "answered"]


@pytest.mark.parametrize("style", ["number", "00"])
def test_s2_takes_a_success_for_a_failure_when_error_code_is_not_the_text_0(country: AxisCountry, style: str) -> None:
    country.settle(portal_error_code_style=style)
    assert not S2Client(country).push(dossier())
    assert country.last()["outcome"] == "answered"


def test_s2_takes_no_refusal_for_success(country: AxisCountry) -> None:
    assert not S2Client(country).push(dossier(TenTTHC="x"))


def test_s2_reads_tentep_and_does_not_notice_a_refusal(country: AxisCountry) -> None:
    client = S2Client(country)
    assert client.file_names() == ["124.pdf"]
    assert client.file_names(MaThuTuc="9.999999") == []
    assert country.last()["outcome"] == "refused"


def test_s2_finds_no_name_where_only_tenfile_is_printed(country: AxisCountry) -> None:
    country.settle(papers_file_key="TenFile")
    with pytest.raises(KeyError):
        S2Client(country).file_names()


def test_s2_breaks_when_there_is_no_result(country: AxisCountry) -> None:
    country.settle(papers_empty_is_null=True)
    with pytest.raises(TypeError):
        S2Client(country).papers(SoDinhDanhChuSoHuu="999000000000")


def test_s2_sends_the_owner_as_officer_and_a_local_code_and_the_journal_says_so(country: AxisCountry) -> None:
    client = S2Client(country)
    names = client.file_names(SoDinhDanhNguoiYeuCau=CITIZEN, MaThuTuc="1.003709.000.00.00.H56")
    assert names == ["124.pdf"]
    assert {"K11", "K26"} <= country.rules()


def test_s2_sends_a_procedure_code_as_result_code_and_the_journal_says_so(country: AxisCountry) -> None:
    body = dossier(TrangThaiHoSo="9", DanhSachGiayToKetQua=[result(MaGiayToKetQua="2.000488")])
    assert S2Client(country).push(body)
    assert "procedure-as-result" in country.rules()
