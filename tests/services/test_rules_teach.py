"""Every rule of BTXH is met here, and its remark teaches: what it stands on, what came, what is due.

The rules of the gateway are met in ``tests/gateways/test_answers_table.py``, row by row and release by release.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from emulator.kernel.exchange import registered_rules
from tests.builders import EXTENT_FINAL, EXTENT_NEW, dossier, final_result, pull, step
from tests.conftest import Visitor
from tests.gateways.test_refusals_teach import PYTHON
from tests.house import sources
from tests.services.stories import ministry_dossier, visiting
from tests.services.test_cases_btxh import MODES, OWN, code_for

Meet = Callable[[Visitor], Any]


def push(**changes: Any) -> Meet:
    return lambda visitor: visitor.btxh("DongBoDVC", dossier(**changes))


def after(*earlier: Meet) -> Callable[[Meet], Meet]:
    def both(last: Meet) -> Meet:
        def meet(visitor: Visitor) -> Any:
            for each in earlier:
                each(visitor)
            return last(visitor)

        return meet

    return both


def raw(body: bytes, operation: str = "DongBoDVC") -> Meet:
    return lambda visitor: visitor.btxh(operation, body)


def xml(old: str, new: str, **changes: Any) -> Meet:
    assert old in EXTENT_NEW
    return push(CertificateExtentData=EXTENT_NEW.replace(old, new), **changes)


def handle(**changes: Any) -> Meet:
    return lambda visitor: visitor.btxh("XuLyHoSo", step(**changes))


def finish(**changes: Any) -> Meet:
    return lambda visitor: visitor.btxh("DongBoDVC", final_result(**changes))


def fetch(operation: str = "DanhSachHoSo", **changes: Any) -> Meet:
    return lambda visitor: visitor.btxh(operation, pull(**changes))


SAME_FILE = EXTENT_FINAL.replace("quyet-dinh.pdf", "to-khai.pdf")
MEET: dict[str, Meet] = {
    "already-synchronised": after(push())(push()),
    "blank": push(DanTocId="  "),
    "catalogue-name": push(TenTTHC="Tên khác hẳn"),
    "date": push(NgayTiepNhan="2026-11-20T08:32"),
    "digits": push(MaTinh="Hà Nội"),
    "dossier-code": push(MaHoSo="HS-1"),
    "edge-spaces": push(HoVaTen=" NGƯỜI KHÔNG CÓ THẬT"),
    "gso": push(MaXa="99999"),
    "held-by-other-keys": after(
        lambda visitor: visitor.btxh(
            "DongBoDVC", dossier(), headers={"Authorization": f"Bearer {visitor.token('sandbox')}"}
        )
    )(handle()),
    "issuer": push(CMND_NoiCap="9999"),
    "json-type": push(HoVaTen=["x"]),
    "later-field": push(SoQuyetDinh="1"),
    "length": push(HoVaTen="A" * 251),
    "list-name": xml("DanhSachTaiLieuNop", "DANHSACHTAILIEUNOP"),
    "local-procedure-code": push(MaTTHC="1.001731.000.00.00.H26"),
    "no-communes": push(MaTinh="51", MaHuyen="536", MaXa=""),
    "no-documents": push(CertificateExtentData="<ExtentData><DanhSachTaiLieuNop /></ExtentData>"),
    "nul-character": push(HoVaTen="A\x00B"),
    "placeholder": push(CMND="000000001"),
    "repeated-field": push(mahoso="x"),
    "result-is-submitted-file": after(push())(finish(CertificateExtentData=SAME_FILE)),
    "retired-procedure": push(),
    "supplement-twice": after(push(), handle(StatusId="5"))(handle(StatusId="5", NoiDungXuLy="Lần hai")),
    "transition": push(StatusId="14"),
    "unknown-dossier": handle(),
    "value": push(StatusId="99"),
    "xml": push(CertificateExtentData="<ExtentData><a></ExtentData>"),
    "xml-doctype": push(CertificateExtentData="<!DOCTYPE a><ExtentData/>"),
    "xml-root": push(CertificateExtentData="<Khac/>"),
    "xml-too-large": push(CertificateExtentData=EXTENT_NEW.replace("to-khai.pdf", "a" * 4_000_001)),
    # Rules of the wire that BTXH's bodies can break.
    "required": push(MaHoSo=""),
    "unknown-field": push(MaHoSoo="x"),
    "bom": raw(b"\xef\xbb\xbf{}"),
    "not-json": raw(b'{"a" 1}'),
    "not-an-object": raw(b"[1]"),
    "not-utf-8": raw(b'{"a": "\xff"}'),
    "body-is-packed": raw(gzip.compress(b'{"a": 1}')),
    "nested-too-deeply": raw(b'{"a":' + b"[" * 100_000),
    "body-too-large": raw(b'"' + b"a" * 20 * 1024 * 1024 + b'"'),
    # Rows of the quirk register whose remark is made of what a client sent.
    "B01": lambda visitor: visitor.btxh("DongBoDVC", dossier(AcceptKey="khoa")),
    "B12": push(LoaiDuLieu=1),
    "B13": fetch(LoaiDuLieu=1),
    "B14": fetch("TienTrinhXuLy"),
    "B15": push(HinhThucTra="20/11/2026 08:32:36"),
    "B16": push(MaHoSo="000.11.26.H26-261120-0001" + "9" * 5),
    "B17": push(MaHoSo="000.11.26.H26-261119-0001"),
    "B19": push(KenhThucHien=""),
    "B20": push(NgayThangNamSinh="15/03/1960 00:00:00"),
    "B21": push(GioiTinhId="1"),
    "B22": push(DanTocId="29"),
    "B23": push(CMND="12345"),
    "B24": push(LoaiDinhDanh="3", SoDinhDanh="1"),
    "B25": push(GioiTinhId="1035"),
    "B26": push(CMND_NgayCap="10/05/2021 00:00:00"),
    "B27": push(CMND_NoiCap=1047),
    "B28": push(mahoso="000.11.26.H26-261120-0001"),
    "B29": push(NOHT_MaThon="Tổ dân phố số 12"),
    "B30": push(MaTinh="1"),
    "B31": push(**{" NoiNopHoSo": "2"}),
    "B33": push(),
    "B34": push(MaCSDL="1,2"),
    "B36": push(SubmittedDate="2026-11-20 08:32:35"),
    "B38": push(UrlDetail="https://dvcbtxh.molisa.gov.vn/x"),
    "B39": push(CertificateExtendedData=EXTENT_NEW),
    "B40": xml("DanhSachTaiLieuNop", "DanhsachTaiLieuNop"),
    "B41": xml("DanhSachGiayToKetQua", "DanhsachGiayToKetQua"),
    "B43": xml("<?xml version='1.0' encoding='utf-8'?>", "<?xml version='1.0' encoding='utf-8'>"),
    "B44": xml("<ExtentData>", "<ExtentData xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>"),
    "B49": push(CertificateExtentData="<ExtentData/>"),
    "B50": after(push())(handle(ThoiDiemXuLy="20/11/2026 09:00:00")),
    "B53": after(push())(handle(DateEdited="20/11/2026 09:00:00")),
    "B54": after(push())(handle(DonViXuLy="")),
    "B55": fetch(ThoiGianBatDau="202611010000"),
    "B59": fetch(),
    "B65": push(CMND_NoiCap="1246"),
    "B66": push(CMND_NoiCap="Công an thành phố Hà Nội"),
    "B67": push(StatusId="12"),
    "B69": push(MaTTHC="1.01731"),
    "B70": push(HoVaTen="NGU\u031bO\u031b\u0300I"),
    "B73": push(MaHuyen=""),
    "B75": xml("https://dvcbtxh.molisa.gov.vn", "ftp://dvcbtxh.molisa.gov.vn"),
}
COVERED = {("repeated-field", "strict")}  # strict has refused the other name already (B28)
DROPPED = {"B28": "MaHoSo", "B31": "NoiNopHoSo", "B39": "CertificateExtentData"}
SETTINGS: Mapping[str, dict[str, Any]] = {"retired-procedure": {"retired_procedures": ["1.001731"]}}
OF_A_REPLY = frozenset({"later-fields"})  # what our own reply is made of: nothing of the client's was found
ASKS_NOTHING = frozenset({"already-synchronised", "later-field", "B14", "unknown-field", "B01"})  # nothing else is due


def met(visitor: Visitor, rule: str) -> dict[str, Any]:
    """Meet a rule and return its remark."""
    if rule in DROPPED:
        body = {name: value for name, value in dossier().items() if name != DROPPED[rule]}
        renamed = {"B28": "mahoso", "B31": " NoiNopHoSo", "B39": "CertificateExtendedData"}[rule]
        visitor.btxh("DongBoDVC", body | {renamed: dossier()[DROPPED[rule]]})
    elif rule in OWN:
        code_for(visitor, rule)
    else:
        MEET[rule](visitor)
    entry = visitor.journal()[-1]
    found: list[dict[str, Any]] = [each for each in entry["remarks"] if each["rule"] == rule]
    assert found, [(each["rule"], each["en"]) for each in entry["remarks"]]
    return next((each for each in found if each["level"] == "error"), found[0])


PLAYED = [(rule, mode) for rule in sorted({*MEET, *OWN}) for mode in MODES if (rule, mode) not in COVERED]


@pytest.mark.parametrize(("rule", "mode"), PLAYED)
def test_a_remark_says_what_it_stands_on_what_came_and_what_is_due(tmp_path: Path, rule: str, mode: str) -> None:
    with visiting(tmp_path, [ministry_dossier()], mode=mode, **SETTINGS.get(rule, {})) as visitor:
        remark = met(visitor, rule)
    assert remark["basis"] in ("document", "platform", "ours")
    assert sources.trouble_with(remark["source"]) == ""
    assert remark["vi"].strip()
    assert remark["en"].strip()
    assert remark["vi"] != remark["en"]
    assert remark.get("found"), remark
    assert ("expected" not in remark) is (rule in ASKS_NOTHING), remark
    texts = json.dumps([remark.get(name, "") for name in ("vi", "en", "found", "expected", "nearest")])
    assert not PYTHON.search(texts), texts


def test_every_rule_of_the_register_has_its_place_here() -> None:
    mine = {rule.id for rule in registered_rules() if rule.owner == "btxh"}
    assert len(mine) > 40
    assert mine - {*MEET, *OWN} == OF_A_REPLY


NEAREST = {
    "date": "20/11/2026 08:32:00",
    "B28": "MaHoSo",
    "B30": "01",
    "B36": "20/11/2026 08:32:35",
    "B69": "1.001731",
    "B17": "000.11.26.H26-261120-0001",
    "catalogue-name": dossier()["TenTTHC"],
    "dossier-code": "H26-261120-0001",
    "local-procedure-code": "1.001731",
    "list-name": "DanhSachTaiLieuNop",
    "unknown-field": "MaHoSo",
    "B20": "15/03/1960",
    "B21": "1034",
    "sector": "G07-LD03",
    "B32": "1",
}


@pytest.mark.parametrize("rule", NEAREST)
def test_the_nearest_right_value_is_named(tmp_path: Path, rule: str) -> None:
    with visiting(tmp_path) as visitor:
        assert met(visitor, rule)["nearest"] == NEAREST[rule]


@pytest.mark.parametrize(
    ("field", "said", "nearest"),
    [
        ("NgayThangNamSinh", "15-3-1960", "15/03/1960"),
        ("NgayThangNamSinh", "15.03.1960", "15/03/1960"),
        ("NgayThangNamSinh", "1960-03-15", "15/03/1960"),
        ("NgayThangNamSinh", "3/15/1960", "15/03/1960"),
        ("NgayThangNamSinh", "1960-03-15T08:30", "15/03/1960"),
        ("NgayThangNamSinh", "31/31/1960", ""),
        ("NgayThangNamSinh", "tháng ba 1960", ""),
        ("NgayTiepNhan", "2026-11-20 8:30", "20/11/2026 08:30:00"),
        ("NgayTiepNhan", "20-11-2026 08:30:15", "20/11/2026 08:30:15"),
        ("NgayTiepNhan", "20/11/2026", "20/11/2026 00:00:00"),
        ("MaTinh", "1", "01"),
        ("MaXa", "4", "00004"),
        ("MaXa", "٤", ""),
        ("GioiTinhId", "1O35", "1035"),
    ],
)
def test_what_was_written_another_way_is_told_as_the_table_writes_it(
    tmp_path: Path, field: str, said: str, nearest: str
) -> None:
    with visiting(tmp_path) as visitor:
        visitor.btxh("DongBoDVC", dossier(**{field: said}))
        on_it = [each for each in visitor.journal()[-1]["remarks"] if each["path"] == f"/{field}"]
        assert on_it
        assert {each.get("nearest", "") for each in on_it} == {nearest}
        assert {each["found"] for each in on_it} == {said}


def test_a_remark_on_a_field_that_is_not_there_says_so(tmp_path: Path) -> None:
    body = {name: value for name, value in dossier().items() if name not in ("HoVaTen", "MaTTHC")}
    with visiting(tmp_path) as visitor:
        visitor.btxh("DongBoDVC", body | {"MaTTHC": None})
        told = {each["path"]: each for each in visitor.journal()[-1]["remarks"] if each["rule"] == "required"}
    assert (told["/HoVaTen"]["found"], told["/HoVaTen"]["expected"]) == ("∅", "String ≤ 250")
    assert (told["/MaTTHC"]["found"], told["/MaTTHC"]["expected"]) == ("null", "String ≤ 50")
