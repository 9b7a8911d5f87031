"""A pack holds together before it serves: references, paths, its own agency; and packs of who does not program."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from emulator.app import found_country
from emulator.cli import main
from emulator.country.access import Quotas
from emulator.country.filed_base import CompiledBase
from emulator.country.pack import Pack, PackTrouble
from emulator.services.packs import load_pack
from emulator.settings import Settings
from tests.builders import pull, small_pack
from tests.conftest import Visitor

OWN = "VN:GOV:000.00.00.H96:h96vdxpsvc01"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    made = run("pack", "new", "ca-mau", "--province", 96, "--out", tmp_path)
    assert made.exit_code == 0, made.output
    return tmp_path / "ca-mau"


def change(pack: Path, name: str, edit: Callable[[dict[str, Any]], object]) -> None:
    path = pack / f"{name}.json"
    table = path.stem
    content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {table: {}}
    edit(content[table])
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def test_a_new_pack_is_right_and_runs_at_once_with_its_own_agency(pack: Path, tmp_path: Path) -> None:
    """F9: the pack says its agency, subsystem and accounts."""
    assert (run("validate", pack).exit_code, run("validate", pack).output) == (0, "")
    opened = load_pack(pack)
    assert (len(opened.rows("people")), len(opened.rows("dossiers"))) == (40 + 5, 30 + 8)
    country = found_country(Settings(), tmp_path / "store.db", {"co-ban": opened})
    shown = country.sandboxes.credentials_shown(country.sandboxes.get("default"))
    assert shown["papers"]["username"] == "000.00.00.H96"
    visitor = Visitor(country)
    url = "/VXPAdapter/RestService/forward/mapi/login?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
    reply = visitor.http.post(url, json={**shown["portal"]})
    assert (reply.status_code, "X-Road-Error" in reply.headers) == (200, False), reply.data
    assert country.sandboxes.get("default").settings.own_subsystem == OWN
    country.store.close()


def _add(row: dict[str, Any]) -> Callable[[dict[str, Any]], object]:
    return lambda rows: rows.__setitem__("99", row)


_HOSTED = {"host": "dichvucong.h96.example.vn", "path": "/x", "name": "x", "content_type": "text/plain"}


@pytest.mark.parametrize(
    ("name", "edit", "vi"),
    [
        ("pack", lambda rows: rows.clear(), "pack.json phải có đúng một bản ghi"),
        ("pack", lambda rows: rows["1"].__setitem__("provinces", "99"), "provinces: không có tỉnh “99”"),
        ("pack", lambda rows: rows["1"].__setitem__("extends", "co-bann"), "extends: Không có gói"),
        ("pack", lambda rows: rows["1"].__setitem__("subsystem", OWN + "x"), "gần nhất"),
        ("grants", _add({"provider": OWN, "subject": "VN:X", "granted_on": "01/11/2026"}), "subject: không có"),
        ("hosts", _add({"name": "a.example.vn", "subsystem": "VN:X", "service": "files"}), "subsystem: không có"),
        ("hosted_files", _add({**_HOSTED, "file": "/etc/passwd"}), "ra ngoài thư mục của gói"),
        ("hosted_files", _add({**_HOSTED, "file": "../../x"}), "ra ngoài thư mục của gói"),
        ("hosted_files", _add({**_HOSTED, "file": "..\\..\\x"}), "ra ngoài thư mục của gói"),
        ("hosted_files", _add({**_HOSTED, "file": "hosted/khong-co.pdf"}), "Không có tệp"),
        (
            "portal/papers",
            lambda rows: rows["1"].__setitem__("SoDinhDanhChuSoHuu", "999000000000"),
            "không có trong people",
        ),
        ("portal/papers", lambda rows: rows["1"].pop("TenGiayTo"), "Thiếu trường TenGiayTo"),
        ("portal/papers", lambda rows: rows["1"].__setitem__("MaKetQua", "KQ.G15.00007"), "gần nhất: “KQ.G15.000007”"),
        ("portal/papers", lambda rows: rows["1"].__setitem__("TenGiayToo", "x"), "gần nhất: “TenGiayTo”"),
        ("portal/papers", lambda rows: rows["1"].__setitem__("TenGiayTo", 5), "TenGiayTo phải là chuỗi"),
        ("portal/papers", lambda rows: rows["1"].__setitem__("DanhSachTepDinhKem", "x"), "phải là danh sách"),
        ("portal/papers", lambda rows: rows["1"].__setitem__("TenGiayTo", "a\u200bb"), "rộng bằng không (U+200B)"),
        ("people", lambda rows: rows["1"].__setitem__("HoVaTen", "A\u00a0B"), "dấu cách không ngắt (U+00A0)"),
        ("people", lambda rows: rows["1"].__setitem__("HoVaTen", 5), "HoVaTen phải là chuỗi"),
        ("hosts", lambda rows: rows["1"].__setitem__("is_up", "co"), "is_up: “co” không phải một trong: 0, 1"),
        ("hosts", lambda rows: rows["1"].__setitem__("scheme", "htps"), "gần nhất: “https”"),
        ("agencies", lambda rows: rows["1"].__setitem__("DSTCODE", "VN:GOV:x"), "không phải DSTCODE"),
        (
            "subsystems",
            _add({"MACOQUAN": "H96", "TENCOQUAN": "A", "DSTCODE": "VN:GOV:000.00.00.H96:b", "service": "rets"}),
            "gần nhất: “rest”",
        ),
        ("portal/paper", _add({}), "Tệp lạ paper.json; gần nhất: “papers.json”"),
        ("removed", _add({"table": "dossiers", "ky": "x"}), "Trường lạ “ky”; gần nhất: “key”"),
    ],
)
def test_what_does_not_hold_is_refused_by_validate_and_by_the_start_with_its_place(
    pack: Path, name: str, edit: Callable[[dict[str, Any]], object], vi: str
) -> None:
    """F7 and S1."""
    change(pack, name, edit)
    checked = run("validate", "--format", "json", pack)
    problems = json.loads(checked.output)
    assert checked.exit_code == 2
    assert [each for each in problems if vi in each["vi"] and each["line"] >= 1], problems
    with pytest.raises(PackTrouble) as trouble:
        load_pack(pack)
    assert vi in str(trouble.value)


def test_a_symbolic_link_leads_nowhere(pack: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    os.symlink(secret, pack / "hosted" / "link.txt")
    change(pack, "hosted_files", _add({**_HOSTED, "file": "hosted/link.txt"}))
    assert "liên kết tượng trưng" in run("validate", pack).output
    with pytest.raises(PackTrouble):
        load_pack(pack)


def test_a_number_that_could_be_somebodys_is_named_without_being_asked(pack: Path) -> None:
    change(pack, "portal/papers", lambda rows: rows["1"].__setitem__("TenGiayTo", "001" + "190000001"))
    checked = run("validate", pack)
    assert checked.exit_code == 2
    assert "papers.json:" in checked.output


def test_a_folder_is_found_by_its_bare_name(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10."""
    monkeypatch.chdir(pack.parent)
    assert load_pack("ca-mau").id == load_pack("./ca-mau").id == "ca-mau"


def test_a_pack_takes_away_what_it_does_not_want_of_the_one_it_extends(pack: Path) -> None:
    code = "000.00.15.G07-261105-0501"
    assert code in load_pack(pack).dossiers.by_key
    change(pack, "removed", _add({"table": "dossiers", "key": code}))
    opened = load_pack(pack)
    assert code not in opened.dossiers.by_key
    assert [row for row in opened.rows("steps") if row["MaHoSo"] == code] == []


def test_packs_that_extend_each_other_are_refused(pack: Path) -> None:
    change(pack, "pack", lambda rows: rows["1"].__setitem__("extends", "ca-mau"))
    assert "extends thành vòng" in run("validate", pack).output


def test_a_pack_goes_into_a_workbook_and_comes_back(pack: Path, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    book, back = tmp_path / "goi.xlsx", tmp_path / "goi"
    assert run("pack", "export", "co-ban", book).exit_code == 0
    made = run("pack", "import", book, "--out", back)
    assert made.exit_code == 0, made.output
    assert (run("validate", back).exit_code, run("validate", back).output) == (0, "")
    assert load_pack(back).tables["people"].keys() == load_pack("co-ban").tables["people"].keys()


def test_a_new_pack_goes_into_a_workbook_and_comes_back_whole(pack: Path, tmp_path: Path) -> None:
    """The portal's tables are sheets too; the files lie beside the workbook."""
    pytest.importorskip("openpyxl")
    book, back = tmp_path / "goi.xlsx", tmp_path / "goi"
    assert run("pack", "export", pack, book).exit_code == 0
    made = run("pack", "import", book, "--out", back)
    assert made.exit_code == 0, made.output
    assert (run("validate", back).exit_code, run("validate", back).output) == (0, "")
    for name in ("portal/papers.json", "portal/accounts.json", "hosted/1.pdf"):
        assert (back / name).read_bytes() == (pack / name).read_bytes(), name
    assert run("pack", "import", book, "--out", back).exit_code == 2


@pytest.mark.parametrize(
    ("sheet", "column", "value", "said"),
    [
        ("hosts", "subsystem", "VN:X:Y:Z", "subsystem: không có hệ thống con “VN:X:Y:Z”"),
        ("subsystems", "service", "rets", "gần nhất: “rest”"),
        ("people", "HoVaTen", "A\u200bB", "dấu cách rộng bằng không (U+200B)"),
        ("dossiers", "MaTTHC", "9.999999", "Không có thủ tục 9.999999"),
        ("portal-papers", "MaKetQua", "KQ.X", "MaKetQua: không có trong portal/results.json"),
        ("portal-papers", "SoDinhDanhChuSoHuu", "999000000000", "không có trong people.json"),
        ("portal-papers", "DanhSachTepDinhKem", "[", "Danh sách phải là JSON"),
    ],
)
def test_what_hangs_loose_in_a_workbook_is_told_by_its_cell(
    workbook: Path, tmp_path: Path, sheet: str, column: str, value: str, said: str
) -> None:
    """All that ``validate`` says of a pack is said of the cell it was written in, and nothing is made."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(workbook)
    place = [cell.value for cell in book[sheet][1]].index(column) + 1
    cell = book[sheet].cell(2, place)
    cell.value = value
    book.save(workbook.with_name("sai.xlsx"))
    refused = run("pack", "import", workbook.with_name("sai.xlsx"), "--out", tmp_path / "b")
    assert refused.exit_code == 2
    told = [line for line in refused.output.splitlines() if line.startswith(f"{sheet}!{cell.coordinate}: ")]
    assert [line for line in told if said in line], refused.output
    assert not (tmp_path / "b").exists()


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("openpyxl")
    folder = tmp_path_factory.mktemp("book")
    run("pack", "new", "ca-mau", "--province", 96, "--out", folder)
    run("pack", "export", folder / "ca-mau", folder / "goi.xlsx")
    (folder / "goi.files").rename(folder / "sai.files")
    return folder / "goi.xlsx"


def test_a_workbook_is_told_its_mistakes_by_sheet_row_and_column(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "people"
    for row in (["HoVaTen", "NgayThangNamSinh", "CMNDD", "CMND"], ["A", "31/02/1990", "x", "001" + "190000001"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    refused = run("pack", "import", tmp_path / "a.xlsx", "--out", tmp_path / "b")
    assert refused.exit_code == 2
    for said in (
        "people!C1: Cột lạ “CMNDD”; gần nhất: “CMND”",
        "people!B2:",
        "people!D2:",
        "pack!A1: Thiếu trang pack",
    ):
        assert said in refused.output, refused.output
    assert not (tmp_path / "b").exists()


def test_steps_and_xml_are_written_for_who_writes_dossiers_in_a_workbook(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    assert run("pack", "export", "co-ban", tmp_path / "a.xlsx").exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["steps"].delete_rows(2, book["steps"].max_row)
    assert book["dossiers"].max_row > 20
    book.save(tmp_path / "a.xlsx")
    assert run("pack", "import", tmp_path / "a.xlsx", "--out", tmp_path / "b").exit_code == 0
    assert run("validate", tmp_path / "b").output == ""
    opened = load_pack(tmp_path / "b")
    finished = [each for each in opened.dossiers.by_key.values() if each.status == 10]
    assert len(finished) >= 5
    assert all(len(opened.steps.with_prefix(f"{each.code}/")) >= 2 for each in finished)


def test_a_province_that_is_none_is_refused_and_a_folder_is_never_overwritten(pack: Path, tmp_path: Path) -> None:
    refused = run("pack", "new", "x", "--province", 99, "--out", tmp_path)
    assert (refused.exit_code, (tmp_path / "x").exists()) == (2, False)
    assert run("pack", "new", "ca-mau", "--province", 96, "--out", tmp_path).exit_code == 2


def test_a_compiled_pack_answers_as_the_one_that_is_read_and_follows_every_change(pack: Path, tmp_path: Path) -> None:
    read = load_pack(pack)
    made = run("pack", "compile", pack)
    assert (made.exit_code, made.output) == (0, f"{pack / 'compiled.sqlite'}\n"), made.output
    compiled = load_pack(pack)
    assert isinstance(compiled.dossiers, CompiledBase)
    assert dict(compiled.dossiers.by_key) == read.dossiers.by_key
    assert dict(compiled.steps.by_key) == read.steps.by_key
    assert [*compiled.tables] == [*read.tables]
    assert compiled.rows("people") == read.rows("people")
    for shelf in ("dossiers", "steps"):
        assert _sorted(compiled.rows(shelf)) == _sorted(read.rows(shelf))
    with_a_file = next(iter(read.files))
    assert compiled.files[with_a_file].read() == read.files[with_a_file].read()
    told = [_conversation({"co-ban": each}, tmp_path / f"{name}.db") for name, each in (("a", read), ("b", compiled))]
    assert told[0] == told[1]
    os.utime(pack / "dossiers.json", (0, 0))
    assert isinstance(load_pack(pack).dossiers, CompiledBase)
    change(pack, "people", lambda rows: rows["1"].__setitem__("HoVaTen", "Người Mới"))
    assert not isinstance(load_pack(pack).dossiers, CompiledBase)
    assert "Người Mới" in {row["HoVaTen"] for row in load_pack(pack).rows("people")}


def _sorted(rows: list[dict[str, str | None]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def _conversation(packs: dict[str, Pack], place: Path) -> list[tuple[int, bytes]]:
    """Pull the dossiers of a month, the results, the steps, a page and a file."""
    country = found_country(Settings(), place, packs)
    visitor, told = Visitor(country), []
    for body in ({"LoaiDuLieu": "1"}, {"LoaiDuLieu": "100"}, {"LoaiDuLieu": "1", "MaTinh": "96"}):
        told.append(visitor.btxh("DanhSachHoSo", pull(**body)))
    told.append(visitor.btxh("TienTrinhXuLy", pull()))
    country.store.close()
    return [(each.status_code, each.data) for each in told]


def test_a_new_pack_of_thousands_of_dossiers_keeps_to_the_grammar_of_their_codes(tmp_path: Path) -> None:
    """Its serials begin anew for each unit and day: 3,000 of one row would have had five digits."""
    assert run("pack", "new", "x", "--province", 96, "--dossiers", 3010, "--out", tmp_path).exit_code == 0
    rows = json.loads((tmp_path / "x" / "dossiers.json").read_text(encoding="utf-8"))["dossiers"].values()
    codes = {row["MaHoSo"] for row in rows}
    assert len(codes) == 3010
    assert [code for code in codes if not re.fullmatch(r"[0-9.]+[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4}", code)] == []


def test_a_pack_with_a_mistake_in_every_row_is_told_a_screenful_and_how_many_more(pack: Path) -> None:
    wrong = {str(number): {"MaHoSo": f"sai {number}"} for number in range(1, 601)}
    change(pack, "results", lambda rows: (rows.clear(), rows.update(wrong)))
    said = run("validate", pack)
    *shown, last = said.output.splitlines()
    everything = json.loads(run("validate", "--format", "json", pack).output)
    assert (said.exit_code, len(shown)) == (2, 500)
    left = len(everything) - 500
    assert last == f"… và {left} lỗi nữa; --format json cho tất cả. / … and {left} more; --format json has all."
    text = (pack / "results.json").read_text(encoding="utf-8").splitlines()
    of_code = [each for each in everything if "MaHoSo" in each["en"]]
    assert len(of_code) >= 600
    assert [each for each in of_code if not text[each["line"] - 1].lstrip().startswith('"MaHoSo"')] == []


def test_a_large_pack_is_compiled_at_its_first_start_and_a_wrong_one_is_not(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emulator.services.packs.LARGE", 1)
    assert isinstance(load_pack(pack).dossiers, CompiledBase)
    change(pack, "pack", lambda rows: rows["1"].__setitem__("provinces", "99"))
    with pytest.raises(PackTrouble) as trouble:
        load_pack(pack)
    assert "không có tỉnh “99”" in str(trouble.value)


def test_what_is_no_compiled_pack_is_passed_over(pack: Path) -> None:
    (pack / "compiled.sqlite").write_bytes(b"cut short")
    assert not isinstance(load_pack(pack).dossiers, CompiledBase)
    assert (run("validate", pack).exit_code, run("validate", pack).output) == (0, "")


# Packs that are brought in by the admin API of a server that is shared.


def _zipped(folder: Path, top: str = "") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, top + path.relative_to(folder).as_posix())
    return made.getvalue()


def _one_file(name: str, content: bytes = b"x", mode: int = 0o600) -> bytes:
    made = io.BytesIO()
    row = zipfile.ZipInfo(name)
    row.external_attr = (stat.S_IFLNK if mode == 0 else stat.S_IFREG | mode) << 16
    row.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(row, content)
    return made.getvalue()


@pytest.fixture
def shared(tmp_path: Path, co_ban: Pack) -> Iterator[Visitor]:
    settings = Settings(quotas=Quotas(packs=2), packs_folder=tmp_path / "brought")
    country = found_country(settings, tmp_path / "shared.db", {"co-ban": co_ban})
    yield Visitor(country)
    country.store.close()


@pytest.mark.parametrize("top", ["", "ca-mau/"])
def test_a_pack_is_brought_in_as_a_zip_played_and_taken_away(pack: Path, shared: Visitor, top: str) -> None:
    brought = shared.http.put("/__admin/packs/ca-mau", data=_zipped(pack, top), content_type="application/zip")
    assert (brought.status_code, brought.json["brought"]) == (201, True), brought.text
    made = shared.http.post("/__admin/sandboxes", json={"id": "lop", "pack": "ca-mau"})
    assert (made.status_code, made.json["credentials"]["papers"]["username"]) == (201, "000.00.00.H96"), made.text
    assert shared.http.get("/__admin/packs").json["meta"] == {"total": 2, "brought": 1, "most": 2}
    assert shared.http.delete("/__admin/packs/ca-mau").json["code"] == "pack-in-use"
    assert shared.http.put("/__admin/packs/ca-mau", data=_zipped(pack)).json["code"] == "pack-exists"
    shared.http.delete("/__admin/sandboxes/lop")
    assert shared.http.delete("/__admin/packs/ca-mau").status_code == 200
    assert shared.http.delete("/__admin/packs/co-ban").json["code"] == "no-such-pack"
    assert shared.http.post("/__admin/sandboxes", json={"pack": "ca-mau"}).status_code == 422


def test_a_pack_is_brought_in_as_json_and_counts_against_the_quota(shared: Visitor) -> None:
    file = base64.b64encode(b"%PDF-1.4").decode()
    for name in ("nho", "nho-2"):
        files = {"pack.json": small_pack(id=name), "files/20261105/moi.pdf": file}
        reply = shared.http.put(f"/__admin/packs/{name}", json={"files": files})
        assert reply.status_code == 201, reply.text
    files = {"pack.json": small_pack(id="nho-3")}
    assert shared.http.put("/__admin/packs/nho-3", json={"files": files}).json["code"] == "over-quota"


@pytest.mark.parametrize(
    ("files", "place", "en"),
    [
        ({"pack.json": small_pack(provinces="99")}, "pack.json:11:17", "there is no province '99'"),
        ({"pack.json": small_pack(id="khac")}, "pack.json:4:10", "the id must be 'nho'"),
        ({"pack.json": small_pack(extends="../../../etc")}, "pack.json:10:15", "extends: no pack"),
        ({"pack.json": small_pack(extends="co-bann")}, "pack.json:10:15", "nearest: 'co-ban'"),
        ({"pack.json": small_pack(), "peple.json": {"peple": {}}}, "peple.json:1:1", "unknown file"),
        ({"a.json": small_pack()}, "pack.json:1:1", "pack.json is missing"),
        ({"../pack.json": small_pack()}, "../pack.json", "leads out of the pack"),
        ({"/etc/pack.json": small_pack()}, "/etc/pack.json", "leads out of the pack"),
        ({"files/../../x": "eA=="}, "files/../../x", "leads out of the pack"),
        ({"files\\..\\x": "eA=="}, "files\\..\\x", "leads out of the pack"),
        ({"compiled.sqlite": "eA=="}, "compiled.sqlite", "takes none"),
        ({"files/a": "không"}, "/files/files~1a", "Base64"),
        ({}, "/files", "are expected"),
    ],
)
def test_what_is_wrong_with_a_pack_sent_is_told_at_its_place_and_nothing_of_it_stays(
    shared: Visitor, files: dict[str, Any], place: str, en: str
) -> None:
    reply = shared.http.put("/__admin/packs/nho", data=json.dumps({"files": files}))
    assert (reply.status_code, reply.content_type) == (422, "application/problem+json"), reply.text
    assert [each for each in reply.json["errors"] if each["pointer"] == place and en in each["en"]], reply.json
    folder = shared.country.settings.packs_folder
    assert folder is not None
    assert list(folder.glob("*")) + list(folder.glob(".*")) == []


@pytest.mark.parametrize(
    ("body", "en"),
    [
        (_one_file("../../x"), "leads out of the pack"),
        (_one_file("files/link", b"/etc/passwd", mode=0), "a symbolic link"),
        (_one_file("files/bomb", b"\0" * (129 * 1024 * 1024)), "unpacks to more than 128 MB"),
        (b"PK\x03\x04 cut short", "the zip cannot be read"),
    ],
    ids=["climbs", "link", "bomb", "broken"],
)
def test_a_zip_that_means_harm_is_refused(shared: Visitor, body: bytes, en: str) -> None:
    reply = shared.http.put("/__admin/packs/nho", data=body)
    assert (reply.status_code, en in reply.json["errors"][0]["en"]) == (422, True), reply.text
