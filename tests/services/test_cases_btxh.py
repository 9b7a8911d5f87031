"""What an audit of the BTXH service found wrong, row by row (B1 to B21, B24, B25): the right value, in each mode."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest

from emulator.kernel.clock import read_day, read_moment
from emulator.wire.reading import REFUSING, OwnRule
from tests.builders import EXTENT_FINAL, EXTENT_NEW, dossier, final_result, pull, step
from tests.conftest import Visitor
from tests.services.stories import CODE, ministry_dossier, ministry_step, visiting

MODES = ("strict", "documented", "observed")
ALL, TOLERANT = MODES, ("documented", "observed")


class Case(NamedTuple):
    """One push: its changes, the modes that take it, and the rule that the journal names."""

    row: str
    changes: Mapping[str, Any]
    taken_in: tuple[str, ...]
    rule: str
    operation: str = "DongBoDVC"


def extent(old: str, new: str, of: str = EXTENT_NEW) -> dict[str, str]:
    assert old in of
    return {"CertificateExtentData": of.replace(old, new)}


def blank(row: str, text: str) -> Case:
    return Case(row, {"DanTocId": text}, ALL, "blank")


ISLAND = {"MaTinh": "51", "MaHuyen": "536", "MaXa": ""}
CASES = (
    *(blank("B1", text) for text in ("   ", "\u00a0", "\u3000", "\t")),
    Case("B1", {"GioiTinhId": "\u00a0"}, ALL, "blank"),
    Case("B1", {"CMND_NgayCap": "\u3000"}, ALL, "blank"),
    Case("B1", {"HKTT_MaTinh": "  "}, ALL, "blank"),
    *(Case("B3", {"StatusId": status}, ALL, "transition") for status in ("3", "5", "6", "7", "8", "11", "14")),
    *(
        Case("B4", {"LoaiDuLieu": "100", "StatusId": status, **extent("", "", EXTENT_FINAL)}, ALL, rule)
        for status, rule in (("9", "result-without-dossier"), ("10", "result-without-dossier"), ("1", "B35"))
    ),
    Case("B5", {"DanTocId": "29"}, ALL, "B22"),
    Case("B5", {"DanTocId": "54"}, ALL, "B22"),
    Case("B11", extent("<IsDeleted>0", "<IsDeleted>false"), ALL, "B45"),
    Case("B11", extent("<DuocSoHoa>1", "<DuocSoHoa>true"), ALL, "B45"),
    *(
        Case("B12", {"MaTinh": province, "MaHuyen": district, "MaXa": ""}, ALL, "no-communes")
        for province, district in (("51", "536"), ("77", "755"), ("31", "318"), ("45", "471"), ("48", "498"))
    ),
    Case("B15", {"TaiKhoanDuocXacThucVoiVNeID": "0"}, ALL, "B33"),
    Case("B15", {"TaiKhoanDuocXacThucVoiVNeID": "1"}, ALL, "B33"),
    Case("B16", {"HoVaTen": "NGƯỜI\u200b KHÔNG CÓ"}, ALL, "invisible-character"),
    Case("B16", {"HoVaTen": "NGƯỜI\nKHÔNG CÓ"}, ALL, "invisible-character"),
    Case("B16", {"HoVaTen": "NGƯỜI\x00KHÔNG CÓ"}, (), "nul-character"),
    Case("B16", {"NoiDungXuLy": "hai\ndòng"}, ALL, "", "XuLyHoSo"),
    Case("B17", {"NgayTiepNhan": "20/11/2027 08:32:36", "MaHoSo": "000.11.26.H26-271120-0001"}, ALL, "future-date"),
    Case("B17", {"CMND_NgayCap": "01/01/2030"}, ALL, "future-date"),
    Case("B17", {"CMND_NgayCap": "15/03/1950"}, ALL, "issued-before-birth"),
    Case("B17", {"NgayThangNamSinh": "01/01/2027"}, (), "B25"),
    Case("B17", {"ThoiDiemXuLy": "31/12/9999"}, ALL, "future-date", "XuLyHoSo"),
    Case("B18", {"SubmittedDate": "2026-11-20 08:32:35"}, TOLERANT, "B36"),
    Case("B18", extent("DanhSachTaiLieuNop", "DanhsachTaiLieuNop"), ALL, "B40"),
    Case("B18", extent("DanhSachGiayToKetQua", "DanhsachGiayToKetQua"), ALL, "B41"),
    Case("B18", extent("DanhSachTaiLieuNop", "DANHSACHTAILIEUNOP"), TOLERANT, "list-name"),
    Case("B19", {"MaTinh": "11", "MaHuyen": "094", "MaXa": "03127"}, ALL, "foreign-province"),
    Case("B20", extent("to-khai.pdf</Ten", "<![CDATA[<!DOCTYPE a>]]></Ten"), ALL, ""),
    Case("B20", extent("<ExtentData>", "<!-- <!DOCTYPE a> --><ExtentData>"), ALL, ""),
    Case("B20", extent("<ExtentData>", "<!-- a --><!DOCTYPE a><ExtentData>"), (), "xml-doctype"),
    Case("B21", extent("<TaiLieuNop>", "<TaiLieuNop la='1'>"), ALL, "B45"),
    Case("B21", extent("<TaiLieuNop>", "<TaiLieuNop>chữ thừa"), ALL, "B45"),
    Case("B21", extent("<IsDeleted>", "<IsDeleted>1</IsDeleted><IsDeleted>"), ALL, "B45"),
    Case("B21", {"CertificateExtentData": "<ExtentData><DanhSachTaiLieuNop/></ExtentData>"}, ALL, "no-documents"),
    Case("B21", {"UrlDetail": "không phải địa chỉ"}, ALL, "not-a-link"),
)


def named(case: Case) -> str:
    text = json.dumps(dict(case.changes), ensure_ascii=True)
    return f"{case.row}-{case.rule or 'silent'}-{text[:50]}"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", CASES, ids=named)
def test_what_is_pushed_is_taken_where_the_documents_allow_it_and_the_journal_says_what_was_met(
    tmp_path: Path, case: Case, mode: str
) -> None:
    with visiting(tmp_path, mode=mode) as visitor:
        if case.operation == "XuLyHoSo":
            assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
        body = {"DongBoDVC": dossier, "XuLyHoSo": step}[case.operation](**case.changes)
        reply = visitor.btxh(case.operation, body)
        remarks = visitor.journal()[-1]["remarks"]
    is_taken = mode in case.taken_in or (case.rule == "B25" and mode != "strict")
    assert reply.status_code == 200
    assert (reply.json["error_code"] == 0) is is_taken, reply.json
    levels = {each["level"] for each in remarks if each["rule"] == case.rule}
    assert levels == ({"note" if is_taken else "error"} if case.rule else set()), remarks
    if case.rule:
        assert [each for each in remarks if not (each["vi"] and each["en"])] == []


@pytest.mark.parametrize("mode", MODES)
def test_steps_may_come_in_the_order_that_the_document_prints(tmp_path: Path, mode: str) -> None:
    """B3: BTXH 3.1.6 prints 1, then 4."""
    with visiting(tmp_path, mode=mode) as visitor:
        assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
        codes = [visitor.btxh("XuLyHoSo", step(StatusId=status)).json["error_code"] for status in ("1", "4")]
    assert codes == [0, 0]


@pytest.mark.parametrize("mode", MODES)
def test_a_dossier_and_its_result_need_no_step_between_them(tmp_path: Path, mode: str) -> None:
    """B4: services 1 and 2 are optional, 3 is mandatory (BTXH 3)."""
    with visiting(tmp_path, mode=mode) as visitor:
        assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
        assert visitor.btxh("DongBoDVC", final_result()).json["error_code"] == 0


@pytest.mark.parametrize(("meaning", "stored", "read"), [("gso", "30", "mã GSO"), ("annex", "2", "Id phụ lục")])
@pytest.mark.parametrize("mode", MODES)
def test_an_ambiguous_ethnicity_is_read_as_the_setting_says_and_both_readings_are_named(
    tmp_path: Path, mode: str, meaning: str, stored: str, read: str
) -> None:
    """B5."""
    with visiting(tmp_path, mode=mode, ethnicity_meaning=meaning, pull_source="all") as visitor:
        assert visitor.btxh("DongBoDVC", dossier(DanTocId="30")).json["error_code"] == 0
        remark = next(each for each in visitor.journal()[-1]["remarks"] if each["rule"] == "B22")
        item = visitor.btxh("DanhSachHoSo", pull()).json["result"]["data"][0]
    assert item["danTocId"] == stored
    assert "Co" in remark["vi"]
    assert "Tày" in remark["vi"]
    assert remark["vi"].endswith(f"đọc theo {read}")


CONTENT_TYPES = (
    ("text/plain", (), ()),
    ("text/xml", (), ()),
    ("application/x-www-form-urlencoded", (), ()),
    (None, ("documented", "observed"), ()),
    ("application/x-www-form-urlencoded", ("documented",), (("ContentType", "application/json"),)),
)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("kind", "taken_in", "more"), CONTENT_TYPES)
def test_a_body_that_does_not_say_it_is_json_is_taken_as_the_mode_says(
    tmp_path: Path, mode: str, kind: str | None, taken_in: tuple[str, ...], more: tuple[tuple[str, str], ...]
) -> None:
    """B6: the document states the header; who names it ContentType follows the document's own spelling."""
    with visiting(tmp_path, mode=mode) as visitor:
        headers = {"Authorization": f"Bearer {visitor.token()}", **dict(more)}
        body = json.dumps(dossier())
        reply = visitor.http.post("/apiBTXH/1.0/DongBoDVC", data=body, content_type=kind, headers=headers)
        levels = [each["level"] for each in visitor.journal()[-1]["remarks"] if each["path"] == "Content-Type"]
    is_taken = mode in taken_in or mode == "observed"
    assert (reply.json["error_code"] == 0) is is_taken
    assert levels == ["note" if is_taken else "error"]


@pytest.mark.parametrize("mode", MODES)
def test_one_absurd_date_does_not_mark_the_steps_that_follow(tmp_path: Path, mode: str) -> None:
    """B17: even where a trainer has backward steps refused."""
    with visiting(tmp_path, mode=mode, own_rules={"backward-step": "refuse"}) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        far = visitor.btxh("XuLyHoSo", step(ThoiDiemXuLy="31/12/9999"))
        real = visitor.btxh("XuLyHoSo", step(StatusId="4", ThoiDiemXuLy="21/11/2026"))
        rules = [each["rule"] for each in visitor.journal()[-1]["remarks"]]
    assert [far.json["error_code"], real.json["error_code"]] == [0, 0]
    assert "backward-step" not in rules


@pytest.mark.parametrize("mode", MODES)
def test_what_a_pull_prints_can_be_pushed_back_in_the_same_mode(tmp_path: Path, mode: str) -> None:
    """B18: every value as it was printed, under the name of the request's table."""
    names = {name.casefold(): name for name in dossier()}
    with visiting(tmp_path, [ministry_dossier(status=9, has_result=True)], [ministry_step()], mode=mode) as visitor:
        printed = [
            item
            for kind in ("1", "100")
            for item in visitor.btxh("DanhSachHoSo", pull(LoaiDuLieu=kind)).json["result"]["data"]
        ]
        assert len(printed) == 2
        for number, item in enumerate(printed, 7):
            body = {names[key.casefold()]: value for key, value in item.items() if key.casefold() in names}
            assert body.keys() == dossier().keys()
            reply = visitor.btxh("DongBoDVC", body | {"MaHoSo": f"{CODE[:-1]}{number}"})
            assert reply.json["error_code"] == 0, reply.json


@pytest.mark.parametrize("mode", MODES)
def test_a_pull_for_another_province_than_the_accounts_is_said(tmp_path: Path, mode: str) -> None:
    """B19."""
    with visiting(tmp_path, mode=mode, agency_code="H26") as visitor:
        assert visitor.btxh("DanhSachHoSo", pull(MaTinh="11")).json["result"]["error_code"] == 0
        assert "foreign-province" in [each["rule"] for each in visitor.journal()[-1]["remarks"]]
        visitor.btxh("DanhSachHoSo", pull(MaTinh="01"))
        assert "foreign-province" not in [each["rule"] for each in visitor.journal()[-1]["remarks"]]


WRONG_BODIES = (
    b"[]",
    b'"a"',
    b"true",
    b"null",
    b"1.5",
    b"{",
    b'{"a" 1}',
    b'{"a":1,}',
    b'{"a":1} x',
    b'{"a":"',
    b'{"a":"\\q"}',
    b'{"a":"\\ud800"}',
    b'{"a":NaN}',
    b'{"a":' + b"9" * 5000 + b"}",
    b'{"a":' + b"[" * 100_000,
    b"",
    b"\xff",
)
WRONG_VALUES: tuple[Any, ...] = ({}, [], True, 1.5, ["x"], {"a": 1})
INNER = ("'dict'", "dict", "list", "NoneType", "bool", "float", "Expecting", "char ", "Extra data", "Traceback")


@pytest.mark.parametrize("operation", ["DongBoDVC", "XuLyHoSo", "DanhSachHoSo", "TienTrinhXuLy"])
def test_a_refusal_speaks_vietnamese_and_no_python(visitor: Visitor, operation: str) -> None:
    """B24."""
    said = [visitor.btxh(operation, body) for body in WRONG_BODIES]
    said += [visitor.btxh(operation, {"MaHoSo": value, "MaTinh": value}) for value in WRONG_VALUES]
    said += [visitor.btxh("DongBoDVC", dossier(CertificateExtentData=xml)) for xml in ("<a>", "<a>&b", "<a b=<>", "x")]
    assert len(said) > 20
    for reply in said:
        answer = reply.json.get("result", reply.json)
        assert answer["error_code"] < 0
        assert not [word for word in INNER if word in answer["message"]], answer["message"]


# Each of ours can be made to refuse, or to be silent: a body that meets it, by the name of the rule.
OWN: dict[str, tuple[str, Mapping[str, Any]]] = {
    "birth-after-today": ("DongBoDVC", {"NgayThangNamSinh": "02/12/2026", "CMND": "999999999"}),
    "future-date": ("DongBoDVC", {"CMND_NgayCap": "02/12/2026"}),
    "issued-before-birth": ("DongBoDVC", {"CMND_NgayCap": "15/03/1950"}),
    "B37": ("DongBoDVC", {"SubmittedDate": "20/11/2026 08:32:37"}),
    "B18": ("DongBoDVC", {"MaHoSo": "000.00.15.G07-261120-0001"}),
    "foreign-province": ("DongBoDVC", {"MaTinh": "11", "MaHuyen": "094", "MaXa": "03127"}),
    "dossier-number": ("DongBoDVC", {"MaHoSo": "000.11.26.H26-261120-00001"[:26].replace("000.11.26.", "")}),
    "sector-code": ("DongBoDVC", {"MaLinhVuc": "LD03"}),
    "sector": ("DongBoDVC", {"MaLinhVuc": "G07-LD04"}),
    "tax-code": ("DongBoDVC", {"LoaiDinhDanh": "3", "SoDinhDanh": "9999999999"}),
    "B32": ("DongBoDVC", {"HoSoCoThanhPhanSoHoa": "0"}),
    "B35": ("DongBoDVC", {"LoaiDuLieu": "100", "CertificateExtentData": EXTENT_FINAL}),
    "B47": ("DongBoDVC", extent("KQ.G07.000290", "1.001731", EXTENT_FINAL)),
    "result-without-dossier": ("DongBoDVC", final_result()),
    "B45": ("DongBoDVC", extent("<IsDeleted>", "<KichThuoc>9</KichThuoc><IsDeleted>")),
    "B46": ("DongBoDVC", extent("<DuocTaiSuDung>0", "<DuocTaiSuDung>3")),
    "duplicate-name": ("DongBoDVC", {}),
    "invisible-character": ("DongBoDVC", {"HoVaTen": "A\u200bB"}),
    "not-a-link": ("DongBoDVC", {"UrlDetail": "x"}),
    "other-person": ("DongBoDVC", {"CMND": "999060000002", "SoDinhDanh": "999060000002"}),
    "backward-step": ("XuLyHoSo", {"ThoiDiemXuLy": "19/11/2026"}),
    "repeated-step": ("XuLyHoSo", {}),
    "B51": ("XuLyHoSo", {"NgayKetThucTheoQuyDinh": "19/11/2026", "NoiDungXuLy": "Khác"}),
    "window-order": (
        "DanhSachHoSo",
        {"ThoiGianBatDau": "30/11/2026 23:59:59", "ThoiGianKetThuc": "01/11/2026 00:00:00"},
    ),
}
STORED_BEFORE = ("other-person", "backward-step", "repeated-step", "B51")


def code_for(visitor: Visitor, rule: str) -> int:
    """Meet a rule of ours and return the error code."""
    operation, changes = OWN[rule]
    if rule in STORED_BEFORE:
        assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
    if operation == "XuLyHoSo":
        assert visitor.btxh("XuLyHoSo", step()).json["error_code"] == 0
    body: Any = {"DongBoDVC": dossier, "XuLyHoSo": step, "DanhSachHoSo": pull}[operation](**changes)
    if rule == "duplicate-name":
        body = json.dumps(body)[:-1] + ', "HoVaTen": "NGƯỜI KHÔNG CÓ THẬT"}'
    reply = visitor.btxh(operation, body).json
    return int(reply.get("result", reply)["error_code"])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rule", OWN)
def test_what_is_ours_refuses_in_no_mode_until_a_setting_says_so(tmp_path: Path, rule: str, mode: str) -> None:
    for stance, folder in (("note", "a"), ("refuse", "b"), ("off", "c")):
        place = tmp_path / folder
        place.mkdir()
        with visiting(place, mode=mode, own_rules={} if stance == "note" else {rule: stance}) as visitor:
            code = code_for(visitor, rule)
            newest = visitor.journal()[-1]["remarks"]
        assert (code < 0) is (stance == "refuse"), (stance, newest)
        assert ("error" in {each["level"] for each in newest}) is (stance == "refuse"), newest


def test_every_rule_of_ours_has_such_a_case() -> None:
    assert set(OWN) == set(get_args(OwnRule))


def test_a_misspelt_rule_or_stance_is_refused_by_the_admin_api(visitor: Visitor) -> None:
    for wrong in ({"backward-steps": "note"}, {"backward-step": "accept"}):
        reply = visitor.http.patch("/__admin/sandboxes/default/settings", json={"own_rules": wrong})
        assert reply.status_code == 422
        assert "backward-step" in reply.get_data(as_text=True)
    right = visitor.http.patch("/__admin/sandboxes/default/settings", json={"own_rules": {"backward-step": "refuse"}})
    assert right.status_code == 200


def test_the_short_list_of_rules_of_ours_that_always_refuse_gives_a_reason_for_each() -> None:
    assert set(REFUSING) == {
        "unknown-dossier",
        "nul-character",
        "xml-doctype",
        "xml-too-large",
        "body-too-large",
        "nested-too-deeply",
        "retired-procedure",
    }
    assert all(len(reason) > 20 for reason in REFUSING.values())


def assert_read_by_the_public_client(item: Mapping[str, Any]) -> None:
    """Read a pulled dossier as the one public client does: exact forms, four more dates once ngayBanHanh is there."""
    assert read_day(item["ngayThangNamSinh"])
    if item["ngayBanHanh"]:
        assert read_day(item["ngayBanHanh"])
        assert all(read_moment(item[name]) for name in ("ngayTiepNhan", "ngayHenTra", "ngayKetThucXuLy_ThucTe"))


def test_an_observed_pull_is_what_the_public_client_can_read(tmp_path: Path) -> None:
    """B25."""
    filed, done = ministry_dossier(CODE[:-1] + "8"), ministry_dossier(status=10, has_result=True)
    with visiting(tmp_path, [filed, done], mode="observed") as visitor:
        new = visitor.btxh("DanhSachHoSo", pull()).json["result"]["data"]
        final = visitor.btxh("DanhSachHoSo", pull(LoaiDuLieu="100")).json["result"]["data"]
    assert (len(new), len(final)) == (2, 1)
    for item in (*new, *final):
        assert_read_by_the_public_client(item)
    assert final[0]["ngayBanHanh"] == "25/11/2026"
    assert all(final[0][name] for name in ("loaiKetQua", "soQuyetDinh", "coQuanBanHanh", "trichYeu", "ngayHenTra"))
    assert {item["ngayBanHanh"] for item in new} == {None, "25/11/2026"}


HOAN_KIEM_2025 = {"MaTinh": "01", "MaHuyen": "", "MaXa": "00070"}


@pytest.mark.parametrize("mode", MODES)
def test_the_administration_of_2025_works_without_anything_to_install(visitor: Visitor, mode: str) -> None:
    """B13: the setting is taken and calls are answered; personal papers go on bearing the addresses of before."""
    assert visitor.http.post("/__admin/sandboxes", json={"id": mode, "mode": mode}).status_code == 201
    set_up = visitor.http.patch(f"/__admin/sandboxes/{mode}/settings", json={"gso_era": "2025"})
    assert set_up.status_code == 200
    headers = {"Authorization": f"Bearer {visitor.token(sandbox=mode)}"}
    path = f"/s/{mode}/apiBTXH/1.0/DongBoDVC"
    new = visitor.http.post(path, json=dossier(**HOAN_KIEM_2025), headers=headers)
    assert new.json["error_code"] == 0, new.json
    newest = visitor.http.get(f"/__admin/sandboxes/{mode}/requests?limit=1").json["requests"][0]
    papers = {each["path"]: each for each in newest["remarks"] if each["rule"] == "B73" and "_" in each["path"]}
    assert set(papers) == {"/HKTT_MaTinh", "/NOHT_MaTinh"}
    assert papers["/HKTT_MaTinh"]["found"] == "01/001/00001"
    assert {each["level"] for each in papers.values()} == {"note"}
    old = visitor.http.post(path, json=dossier(MaHoSo="000.11.26.H26-261120-0002"), headers=headers)
    assert (old.json["error_code"] != 0) is (mode == "strict"), old.json
    unknown = dossier(**HOAN_KIEM_2025 | {"MaXa": "99999"}, MaHoSo="000.11.26.H26-261120-0003")
    assert visitor.http.post(path, json=unknown, headers=headers).json["error_code"] == -6
