"""The pack ``co-ban`` as a client meets it: dossiers to pull, files that open, and nobody who exists."""

from __future__ import annotations

import filecmp
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from emulator.country.pack import Pack
from emulator.kernel.clock import read_day, to_datetime
from emulator.services.packs import load_pack
from emulator.wire.codes import STATUS_NAMES
from fixtures import make_portal
from fixtures.make_co_ban import Maker
from tests import builders
from tests.conftest import Visitor
from tests.gateways.axis.axis import link

HOST = {"Host": "dvcbtxh.molisa.gov.vn"}
LINK = re.compile(r"https://dvcbtxh\.molisa\.gov\.vn(/file/[^<]+)<")


def pulled(visitor: Visitor, operation: str = "DanhSachHoSo", **changes: Any) -> list[dict[str, Any]]:
    result = visitor.btxh(operation, builders.pull(**changes)).json["result"]
    assert result["error_code"] == 0, result
    found: list[dict[str, Any]] = result["data"]
    return found


def test_the_window_of_the_printed_request_finds_dossiers(visitor: Visitor) -> None:
    window = {"ThoiGianBatDau": "01/12/2022 09:53:00", "ThoiGianKetThuc": "11/12/2022 09:53:00"}
    assert len(pulled(visitor, MaTinh="01", **window)) >= 2
    assert len(pulled(visitor, LoaiDuLieu="100", MaTinh="01", **window)) >= 1
    assert len(pulled(visitor, "TienTrinhXuLy", MaTinh="01", **window)) >= 2


@pytest.mark.parametrize("province", ["01", "11", "62"])
def test_every_province_has_dossiers_steps_and_results_this_month(visitor: Visitor, province: str) -> None:
    dossiers = pulled(visitor, MaTinh=province)
    assert len(dossiers) >= 7
    assert {each["maTinh"] for each in dossiers} == {province}
    assert pulled(visitor, LoaiDuLieu="100", MaTinh=province)
    assert pulled(visitor, "TienTrinhXuLy", MaTinh=province)


def test_the_dossiers_cover_all_eleven_procedures_and_every_status(co_ban: Pack) -> None:
    dossiers = list(co_ban.dossiers.by_key.values())
    assert len(dossiers) == 30
    assert {each.fields["MaTTHC"] for each in dossiers} == {each["MaTTHC"] for each in co_ban.rows("procedures")}
    assert len(co_ban.rows("procedures")) == 11
    assert {each.status for each in dossiers} == set(STATUS_NAMES)
    assert (len(co_ban.rows("agencies")), len(co_ban.rows("people"))) == (6, 40)


def test_every_linked_file_opens_as_what_its_name_says(visitor: Visitor) -> None:
    paths = set()
    for province in ("01", "11", "62"):
        for kind in ("1", "100"):
            window = {"ThoiGianBatDau": "01/12/2022 00:00:00"}
            for each in pulled(visitor, LoaiDuLieu=kind, MaTinh=province, **window):
                paths.update(LINK.findall(each["certificateExtentData"]))
    assert len(paths) > 70
    for path in paths:
        reply = visitor.http.get(path, headers=HOST)
        assert reply.status_code == 200, path
        OPENERS[path.rpartition(".")[2]](reply.data, reply.headers["Content-Type"])


def open_pdf(body: bytes, content_type: str) -> None:
    assert content_type == "application/pdf"
    assert body.startswith(b"%PDF-1.4\n")
    assert body.endswith(b"%%EOF\n")
    table = int(body.rsplit(b"startxref\n", 1)[1].split()[0])
    assert body[table:].startswith(b"xref\n0 6\n")
    for number, entry in enumerate(body[table:].splitlines()[3:8], 1):
        assert body[int(entry[:10]) :].startswith(f"{number} 0 obj".encode())


def open_jpeg(body: bytes, content_type: str) -> None:
    assert content_type == "image/jpeg"
    assert body.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00")
    assert body.endswith(b"\xff\xd9")


def open_docx(body: bytes, content_type: str) -> None:
    assert content_type.endswith("wordprocessingml.document")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert "[Content_Types].xml" in archive.namelist()
        assert "ĐƠN ĐỀ NGHỊ" in "".join(etree.fromstring(archive.read("word/document.xml")).itertext())


OPENERS = {"pdf": open_pdf, "jpg": open_jpeg, "docx": open_docx}


@pytest.mark.parametrize(
    "path",
    [
        "/file/../pack.json",
        "/file/20261120/../../pack.json",
        "/file/%2e%2e/people.json",
        "/file//etc/passwd",
        "/file/..%5cpack.json",
        "/file/",
        "/file/20261120",
    ],
)
def test_no_path_leads_out_of_the_files_of_the_pack(visitor: Visitor, path: str) -> None:
    assert visitor.http.get(path, headers=HOST).status_code == 404


@pytest.mark.parametrize(
    "file", ["/etc/passwd", "../../pyproject.toml", "..\\..\\pyproject.toml", "hosted/../../../pyproject.toml"]
)
def test_no_path_in_an_imported_state_leads_out_of_the_pack(visitor: Visitor, file: str) -> None:
    host, address = "dichvucong.hagiang.gov.vn", link("/file/x.txt")
    hosted = {"host": host, "path": "/file/x.txt", "name": "x.txt", "content_type": "text/plain", "file": file}
    record = {"shelf": "hosted_files", "key": f"{host}/file/x.txt", "place": host, "moment": 0, "value": hosted}

    def import_state(**changes: object) -> int:
        state = visitor.http.get("/__admin/state").json
        state["records"]["1"] = record | {"value": hosted | changes}
        return int(visitor.http.put("/__admin/state", json=state).status_code)

    assert import_state(file="", text="of the state") == 200
    assert visitor.http.get(address).text == "of the state"
    assert import_state() == 200
    assert visitor.http.get(address).status_code == 404


def test_nobody_in_the_pack_can_exist(co_ban: Pack) -> None:
    people = co_ban.rows("people")
    told = [*people, *(each.fields for each in co_ban.dossiers.by_key.values())]
    for person in told:
        number = str(person["CMND"])
        born = to_datetime(read_day(str(person["NgayThangNamSinh"])) or 0)
        century_and_sex = (born.year - 1900) // 100 * 2 + (person["GioiTinhId"] == "1035")
        assert number[:6] == f"999{century_and_sex}{born:%y}"
        assert str(person["Email"]).endswith("@example.vn")
        assert str(person["SoDienThoai"]).startswith("00000000")
    assert len({each["CMND"] for each in people}) == len({each["HoVaTen"] for each in people}) == 40


def test_a_dossier_code_carries_the_day_of_receipt(co_ban: Pack) -> None:
    assert co_ban.dossiers.by_key
    for dossier in co_ban.dossiers.by_key.values():
        assert re.fullmatch(r"000\.00\.15\.G07-\d{6}-\d{4}", dossier.code)
        assert dossier.code[14:20] == f"{to_datetime(dossier.received_at):%y%m%d}"


def test_the_shipped_pack_is_what_its_script_makes(tmp_path: Path) -> None:
    shipped = Path(__file__).resolve().parents[2] / "fixtures" / "co-ban"
    Maker(tmp_path).make()
    make_portal.make(tmp_path / "portal")
    names = sorted(str(path.relative_to(shipped)) for path in shipped.rglob("*") if path.is_file())
    made = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert made == names
    assert filecmp.cmpfiles(shipped, tmp_path, names, shallow=False)[0] == names


def test_a_pack_is_only_read(tmp_path: Path, co_ban: Pack) -> None:
    Maker(tmp_path).make()
    for path in tmp_path.rglob("*.json"):
        path.chmod(0o444)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.json")}
    assert load_pack(tmp_path).dossiers.by_key == co_ban.dossiers.by_key
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.json")} == before
