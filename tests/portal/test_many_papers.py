"""A pack with a file of papers beside it: found by owner, opened at the first question, never listed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from emulator.app import Country, found_country
from emulator.country.pack import Pack
from emulator.services.packs import load_pack
from emulator.services.portal.pack import PAPER_FILE
from emulator.services.portal.paper_index import index_papers
from emulator.settings import Settings
from emulator.store.paper_file import OF_OWNER, PaperRow, write_paper_file
from tests.conftest import Visitor
from tests.portal.portal_client import CITIZEN, LLTP, Portal

OWNER = "999000000007"


def lines(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield orjson.dumps(
            {
                "SoDinhDanhChuSoHuu": f"999{number % 100:09d}",
                "MaKetQua": LLTP,
                "TenGiayTo": "Phiếu lý lịch tư pháp số 1",
                "SoKyHieu": f"{number}/STP",
                "CoQuanChuQuan": "H22",
                "DanhSachTepDinhKem": [{"TenTep": "124.pdf", "DuongDan": "https://dichvucong.hagiang.gov.vn/x"}],
            }
        )


@pytest.fixture
def big_country(tmp_path: Path, co_ban: Pack) -> Iterator[Country]:
    folder = tmp_path / "goi-lon"
    shutil.copytree(co_ban.folder or Path(), folder)
    source = tmp_path / "papers.jsonl"
    source.write_bytes(b"\n".join(lines(1000)))
    assert index_papers(source, folder) == 1000
    country = found_country(Settings(), tmp_path / "store.db", {"co-ban": load_pack(folder)})
    yield country
    country.store.close()


def test_a_paper_of_the_file_is_found_beside_those_of_the_pack(big_country: Country) -> None:
    portal = Portal(Visitor(big_country))
    assert len(portal.found(SoDinhDanhChuSoHuu=OWNER)) == 10
    assert len(portal.found()) == 1
    numbered = [{"MaKetQua": LLTP, "SoKyHieu": "107/STP"}]
    assert [row["SoKyHieu"] for row in portal.found(SoDinhDanhChuSoHuu=OWNER, DanhSachDanhMucKetQua=numbered)] == [
        "107/STP"
    ]


def test_an_upload_stands_beside_the_papers_of_the_file(big_country: Country) -> None:
    portal = Portal(Visitor(big_country))
    upload = {
        "form": "original",
        "result_code": LLTP,
        "reference_number": "moi",
        "agency_code": "H22",
        "file_name": "a.pdf",
        "link": "https://dichvucong.hagiang.gov.vn/download/123.pdf",
    }
    portal.visitor.http.post(f"/__admin/citizens/{OWNER}/papers", json=upload)
    assert len(portal.found(SoDinhDanhChuSoHuu=OWNER)) == 11


def test_the_file_is_not_touched_before_the_first_question(tmp_path: Path, co_ban: Pack) -> None:
    folder = tmp_path / "goi-hong"
    shutil.copytree(co_ban.folder or Path(), folder)
    (folder / "portal" / PAPER_FILE).write_bytes(b"not a database")
    assert load_pack(folder).id == "co-ban"


def test_one_owners_papers_cost_a_search_of_the_index_and_no_scan(tmp_path: Path) -> None:
    path = tmp_path / PAPER_FILE
    write_paper_file(path, (PaperRow(f"{number:07d}", f"999{number % 100:09d}", "{}") for number in range(10_000)))
    with closing(sqlite3.connect(path)) as file:
        plan = "; ".join(str(row[-1]) for row in file.execute(f"EXPLAIN QUERY PLAN {OF_OWNER}", (OWNER,)))
    assert "SEARCH papers USING" in plan
    assert "SCAN" not in plan


def test_a_line_that_is_no_paper_is_named(tmp_path: Path) -> None:
    from emulator.services.portal.paper_index import BadPaper

    source = tmp_path / "papers.jsonl"
    source.write_bytes(next(lines(1)) + b'\n{"MaKetQua": "x"}\n')
    with pytest.raises(BadPaper, match=r"papers.jsonl:2"):
        index_papers(source, tmp_path)
    assert not (tmp_path / "portal" / PAPER_FILE).exists()


def test_the_citizen_of_the_small_set_keeps_a_paper_of_the_pack(big_country: Country) -> None:
    assert Portal(Visitor(big_country)).found(SoDinhDanhChuSoHuu=CITIZEN)[0]["SoKyHieu"] == "0001/STP-LLTP"
