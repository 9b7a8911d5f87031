"""The report as data: what it quotes, counts and estimates can be found again in the journal and the ledger."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from emulator.certification.evidence import Entry
from emulator.certification.exchanges import estimates
from emulator.certification.ledger import quote_requirements
from emulator.journal.write import digest
from tests.certification.packed import played

ROOT = Path(__file__).resolve().parents[2]


def report() -> Any:
    return played()[1]


def test_every_requirement_a_test_cites_is_quoted_from_the_ledger() -> None:
    wanted = {name for test in report()["tests"] for name in test["requirements"]}
    assert wanted
    assert set(report()["requirements"]) == wanted
    with (ROOT / "requirements" / "ndxp.csv").open(encoding="utf-8", newline="") as source:
        rows = {row["id"]: row for row in csv.DictReader(source)}
    for name in wanted & set(rows):
        told = report()["requirements"][name]
        assert (told["vi"], told["level"]) == (rows[name]["text_vi"], rows[name]["level"])
    assert quote_requirements(["không có"]) == {}


def test_every_call_stands_in_the_list_with_its_scene_and_first_remark() -> None:
    lines = [json.loads(line) for line in played()[0]["journal"]]
    unseen = ("certification.", "admin.")
    calls = [line for line in lines if not line["operation"].startswith(unseen)]
    listed = report()["exchanges"]
    assert [each["seq"] for each in listed] == [line["seq"] for line in calls]
    assert report()["journal"] == {"lines": len(lines), "head": digest(played()[0]["journal"][-1].encode())}
    for each, line in zip(listed, calls, strict=True):
        assert each["status"] == line["response"]["status"]
        assert each.get("remark", {}).get("rule") == (line["remarks"][0]["rule"] if line["remarks"] else None)
        if each["scene"] is not None:
            assert each["scene"] >= 1


def test_what_a_finding_cites_is_there_to_read_and_bounded() -> None:
    calls = {each["seq"] for each in report()["exchanges"]}
    numbers = {number for test in report()["tests"] for each in test["findings"] for number in each["evidence"]}
    shown = [each for each in report()["exchanges"] if "request" in each]
    assert {each["seq"] for each in shown} == numbers & calls
    assert "authorization: Bearer [sha256:" in "".join(each["request"] for each in shown)
    assert all(each["reply"] and len(each["request"]) + len(each["reply"]) < 6_400 for each in shown)


def test_discrepancies_of_the_documents_name_the_exchanges_that_relied_on_them() -> None:
    rows = {row["id"]: row for row in report()["quirks"]}
    assert "B33" in rows, "the reference client says whether an account is verified"
    assert rows["B33"]["place"]
    assert rows["B33"]["mode"] == "documented"
    remarked = [each["seq"] for each in report()["exchanges"] if each.get("remark", {}).get("rule") == "B33"]
    assert set(remarked) - set(rows["B33"]["exchanges"]) == set()
    assert rows["B33"]["exchanges"] == sorted({*rows["B33"]["relied_on"], *rows["B33"]["refused"]})


def pushed(code: str, outcome: str = "answered", **fields: str) -> Entry:
    body = {"LoaiDuLieu": "1", "MaHoSo": code, "KenhThucHien": "1", **fields}
    told = {"seq": 1, "operation": "btxh.DongBoDVC", "outcome": outcome, "request": {"body": json.dumps(body)}}
    return Entry(told)


RESULT = (
    "<ExtentData><DanhSachTaiLieuNop><TaiLieuNop><TenTepDinhKem>a.pdf</TenTepDinhKem><DuongDanTaiTepTin>https://a/1"
    "</DuongDanTaiTepTin><DuocTaiSuDung>1</DuocTaiSuDung></TaiLieuNop></DanhSachTaiLieuNop><DanhSachGiayToKetQua>"
    "<GiayToKetQua><TenGiayTo>b.pdf</TenGiayTo><DuongDanTepTinKetQua>https://a/2</DuongDanTepTinKetQua>"
    "<MaGiayToKetQua>KQ.G07.000290</MaGiayToKetQua></GiayToKetQua></DanhSachGiayToKetQua></ExtentData>"
)
FINAL = {"LoaiDuLieu": "100", "CertificateExtentData": RESULT}


@pytest.mark.parametrize(
    ("indicator", "entries", "wanted"),
    [
        ("3.3", [pushed("a", **FINAL, KenhThucHien="2"), pushed("b", **FINAL), pushed("c")], (1, 2)),
        ("3.3", [pushed("a", KenhThucHien="2"), pushed("a", **FINAL, KenhThucHien="2")], (1, 1)),
        ("4.1", [pushed("a", **FINAL), pushed("b", LoaiDuLieu="100")], (1, 2)),
        ("4.2", [pushed("a", **FINAL), pushed("b", "refused", **FINAL)], (1, 1)),
        ("4.3", [pushed("a", **FINAL), pushed("b", HoSoCoThanhPhanSoHoa="1"), pushed("c")], (2, 3)),
        ("4.4", [pushed("a", **FINAL), pushed("b")], (1, 2)),
        (
            "4.5",
            [pushed("a", TaiKhoanDuocXacThucVoiVNeID="1"), pushed("b", MaCSDL="1"), pushed("c", MaCSDL="2")],
            (2, 3),
        ),
        ("4.1", [pushed("a")], (0, 0)),
    ],
)
def test_an_indicator_is_a_numerator_over_a_denominator_of_pushed_dossiers(
    indicator: str, entries: list[Entry], wanted: tuple[int, int]
) -> None:
    found = next(each for each in estimates(entries) if each["id"] == indicator)
    assert (found["numerator"], found["denominator"]) == wanted
    assert found["percent"] == (round(100 * wanted[0] / wanted[1], 1) if wanted[1] else None)


def test_indicators_that_cannot_be_known_are_named_with_the_reason() -> None:
    notes = report()["kpi_notes"]
    assert {each["id"] for each in notes["not_computed"]} == {"1.4", "2.1", "3.6"}
    assert all(each["vi"] and each["en"] for each in notes["not_computed"])
    assert "Ước tính" in notes["vi"]
    assert estimates([]) == [], "an attempt that pushed nothing has nothing to estimate"


def test_level_validity_and_the_parts_of_a_printed_report_are_there() -> None:
    told = report()
    assert (told["level"]["id"], [each["id"] for each in told["level"]["ladder"]]) == ("L0", ["L0", "L1", "L2", "L3"])
    assert all(each["proves"]["vi"] and each["does_not_prove"]["vi"] for each in told["level"]["ladder"])
    assert told["level"]["isolation"]["id"] == "", "no command was run: nothing was kept apart, and that is said"
    assert all("bị bỏ ra" in told["level"]["ladder"][at]["does_not_prove"]["vi"] for at in (1, 2))
    assert told["validity"] is None, "a self-check is not valid towards anybody"
    assert set(told["parts"]) == {"basis", "environment", "scope", "summary", "disclaimer"}
    assert told["parts"]["scope"]["operations"]["btxh.DongBoDVC"] > 5
    passed = [each["verdict"] in ("pass", "warn") for each in told["tests"]]
    assert told["parts"]["summary"]["percent"] == round(100 * sum(passed) / len(passed), 1)
