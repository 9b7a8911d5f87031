"""A sandbox as one TinyDB file: read by people, compared by git, and back again to the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tinydb import TinyDB

from emulator.app import Country, found_country
from emulator.cli import main
from emulator.country.pack import Pack
from emulator.settings import Settings
from tests.builders import dossier
from tests.conftest import Visitor
from tests.life.ministry import Ministry


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["state", *words])


@pytest.fixture
def lived(tmp_path: Path, country: Country, ministry: Ministry, visitor: Visitor) -> Path:
    """A store in which something has happened and something is scheduled."""
    ministry.file(count=3)
    visitor.btxh("DongBoDVC", dossier())
    ministry.admin("PUT", "/settings", {"pull_limit": 9})
    ministry.advance("P2D")
    country.store.close()
    return tmp_path / "store.db"


def test_what_is_exported_imported_and_exported_again_has_the_same_bytes(lived: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    for how in (("--force",), ("--force", "--journal", "--secrets")):
        assert run("export", "--store", str(lived), "-o", str(first), *how).exit_code == 0
        assert run("import", str(first), "--store", str(lived), "--sandbox", "copy").output == ""
        assert run("export", "--store", str(lived), "--sandbox", "copy", "-o", str(second), *how).exit_code == 0
        assert first.read_bytes() == second.read_bytes()
    with TinyDB(first) as database:
        assert {"state", "records", "counters", "agenda", "journal"} == database.tables()
        assert len(database.table("agenda")) > 0


def test_results_are_found_in_a_file_of_before_they_had_a_day_of_their_own(
    tmp_path: Path, ministry: Ministry, visitor: Visitor
) -> None:
    """An export of an older version has no rows of the index by which LoaiDuLieu 100 is answered."""
    ministry.file(count=3)
    ministry.advance("P60D")
    ever = ("01/11/2026 00:00:00", "31/12/2027 23:59:59")
    found = ministry.pulled("DanhSachHoSo", "100", *ever)
    assert found
    content = visitor.http.get("/__admin/state").json
    rows = content["records"]
    content["records"] = {number: row for number, row in rows.items() if "@" not in row["shelf"]}
    assert len(content["records"]) < len(rows)
    assert visitor.http.put("/__admin/sandboxes/default/state", json=content).status_code == 200
    assert ministry.pulled("DanhSachHoSo", "100", *ever) == found


def test_the_copy_lives_on_as_the_original_does(lived: Path, tmp_path: Path, co_ban: Pack) -> None:
    file = tmp_path / "a.json"
    run("export", "--store", str(lived), "-o", str(file))
    run("import", str(file), "--store", str(lived), "--sandbox", "copy")
    country = found_country(Settings(), lived, {"co-ban": co_ban})
    visitor, seen = Visitor(country), []
    for name in ("default", "copy"):
        base = f"/__admin/sandboxes/{name}"
        visitor.http.put(f"{base}/clock", json={"action": "advance", "by": "P60D"})
        seen.append(visitor.http.get(f"{base}/dossiers?limit=1000").json)
    country.store.close()
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("table", "number", "name", "value", "said"),
    [
        ("state", "1", "mode", "stric", "mode phải là strict"),
        ("state", "1", "settings", {"pul_limit": 3}, "pul_limit: không có thiết lập này"),
        ("state", "1", "clock", {"virtal_ms": 3}, "gần nhất: “virtual_ms”"),
        ("records", "1", "moment", "x", "moment phải là số nguyên"),
        ("records", "1", "vale", 1, "gần nhất: “value”"),
        ("agenda", "1", "effect", {"kind": "stge"}, "gần nhất: “stage”"),
        ("counters", "1", "name", 5, "name phải là chuỗi"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_place(
    lived: Path, tmp_path: Path, table: str, number: str, name: str, value: object, said: str
) -> None:
    file = tmp_path / "a.json"
    run("export", "--store", str(lived), "-o", str(file))
    content = json.loads(file.read_text(encoding="utf-8"))
    content[table][number][name] = value
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    result = run("import", str(file), "--store", str(lived))
    assert result.exit_code == 2
    place, _, sentence = result.output.partition(": ")
    assert place.startswith(f"{file}:")
    assert int(place.split(":")[-2]) > 1
    assert said in sentence


def test_a_store_that_a_server_holds_is_refused_and_the_server_is_asked_instead(tmp_path: Path) -> None:
    from tests.serving import Server

    file, store = tmp_path / "a.json", tmp_path / "served.db"
    with Server("--store", str(store)) as server:
        held = run("export", "--store", str(store))
        assert held.exit_code == 2
        assert "đang được một trình giả lập khác dùng" in held.output
        assert run("export", "--url", server.base_url, "-o", str(file)).exit_code == 0
        assert run("import", str(file), "--url", server.base_url, "--sandbox", "copy").exit_code == 0
        again = run("export", "--url", server.base_url, "--sandbox", "copy")
        assert again.output == file.read_text(encoding="utf-8")
