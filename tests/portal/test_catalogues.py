"""Services that read (KDL V.1; src:portal-services, src:portal-procedure)."""

from __future__ import annotations

import pytest

from emulator.services.portal.declaration import SERVICE
from emulator.services.portal.operations import ADDRESSES, MAPI
from tests.portal.portal_client import LLTP, Portal


def test_the_list_of_security_servers_has_the_three_printed_keys(portal: Portal) -> None:
    """KDL-V.1-10."""
    rows = portal.rows("LayDanhMucSSTaiTep")
    assert all(list(row) == ["MACOQUAN", "TENCOQUAN", "DSTCODE"] for row in rows)
    servers = {row["MACOQUAN"]: row["DSTCODE"] for row in rows}
    assert servers["000.00.00.H22"] == "VN:GOV:000.00.00.H22:hagiangvdxpsvc01"
    assert all(servers.values())
    assert portal.last()["clause"] == "KDL V.1"


def test_a_member_of_class_com_is_listed_like_the_others(portal: Portal) -> None:
    servers = {row["MACOQUAN"]: row["DSTCODE"] for row in portal.rows("LayDanhMucSSTaiTep")}
    assert servers["000.00.00.G01"].startswith("VN:COM:")


def test_the_sample_envelope_has_result_alone(portal: Portal) -> None:
    portal.settle(portal_reads_have_error_code=False)
    assert list(portal.call("LayDanhMucSSTaiTep").json) == ["result"]


def test_agencies_without_a_security_server_stand_in_the_list_of_agencies(portal: Portal) -> None:
    rows = {row["MADONVI"]: row for row in portal.rows("LayDanhMucCoQuan")}
    assert rows["G15"] == {"MADONVI": "G15", "TENDONVI": "Bộ Tư pháp", "CAPDONVI": "1"}
    assert rows["H26"]["CAPDONVI"] == "2"
    assert rows["H26.15"]["CAPDONVI"] == "3"


def test_sectors(portal: Portal) -> None:
    assert {"MALINHVUC": "G07-LD03", "TENLINHVUC": "Bảo trợ xã hội", "MANGANH": "G07"} in portal.rows(
        "LayDanhMucLinhVuc"
    )


@pytest.mark.parametrize(
    ("service", "row"),
    [
        ("LayDanhMucGioiTinh", {"MAGIOITINH": "1034", "TENGIOITINH": "Nam"}),
        ("LayDanhMucTinhThanh", {"MATINHTHANH": "01", "TENTINHTHANH": "Thành phố Hà Nội"}),
        ("LayDanhMucQuanHuyen", {"MAQUANHUYEN": "001", "TENQUANHUYEN": "Quận Ba Đình", "MATINHTHANH": "01"}),
        ("LayDanhMucPhuongXa", {"MAPHUONGXA": "00001", "TENPHUONGXA": "Phường Phúc Xá", "MAQUANHUYEN": "001"}),
        ("LayDanhMucQuocGia", {"MAQUOCGIA": "VN", "TENQUOCGIA": "Việt Nam"}),
        ("LayDanhMucDanToc", {"MADANTOC": "1", "TENDANTOC": "Kinh"}),
        ("LayDanhMucTonGiao", {"MATONGIAO": "1", "TENTONGIAO": "Không"}),
        ("LayDanhMucTinhTrangHonNhan", {"MATINHTRANGHONNHAN": "2", "TENTINHTRANGHONNHAN": "Đã kết hôn"}),
        ("LayDanhMucDoiTuong", {"MADOITUONG": "1", "TENDOITUONG": "Người dân"}),
        ("LayDanhMucCapThucHien", {"CAPTHUCHIEN": "1", "TENCAP": "Cấp Tỉnh"}),
        ("LayDanhMucLePhi", {"MAPHILEPHI": "LP002", "TENPHILEPHI": "Phí thẩm định", "SOTIEN": "360000"}),
    ],
)
def test_each_small_catalogue_has_its_rows(portal: Portal, service: str, row: dict[str, str]) -> None:
    assert row in portal.rows(service)


def test_legal_bases(portal: Portal) -> None:
    assert "61/2018/NĐ-CP" in {row["SOVANBAN"] for row in portal.rows("LayDanhMucCanCuPhapLy")}


def test_places_are_narrowed_by_the_unit_above(portal: Portal) -> None:
    rows = portal.rows("LayDanhMucPhuongXa", maHuyen="001")
    assert {row["MAQUANHUYEN"] for row in rows} == {"001"}
    assert portal.rows("LayDanhMucPhuongXa", maHuyen="../tinh_tp") == []


def test_in_the_era_of_2025_there_are_34_provinces_and_no_districts(portal: Portal) -> None:
    portal.settle(gso_era="2025")
    assert len(portal.rows("LayDanhMucTinhThanh")) == 34
    assert portal.rows("LayDanhMucQuanHuyen") == []
    assert {row["MATINHTHANH"] for row in portal.rows("LayDanhMucPhuongXa", maTinh="01")} == {"01"}


def test_every_procedure_of_the_list_can_be_asked_for(portal: Portal) -> None:
    session = portal.session()
    codes = [row["MATTHC"] for row in portal.call("LayDanhSachTTHC", session).json["result"]]
    assert {"2.000488", "1.003709", "1.001193", "1.001731"} <= set(codes)
    for code in codes:
        (found,) = portal.call("LayThuTuc", session, maTTHC=code).json["result"]
        assert found["MATTHC"] == code


def test_a_procedure_is_an_array_of_one_with_every_known_key(portal: Portal) -> None:
    (found,) = portal.rows("LayThuTuc", maTTHC="1.003709")
    assert found["LINHVUCTHUCHIEN"] == [{"MALINHVUC": "G18-KB01", "TENLINHVUC": "Khám bệnh, chữa bệnh"}]
    assert {row["KENH"] for row in found["CACHTHUCTHUCHIEN"]} == {"1", "2", "3"}
    assert {"TRINHTUTHUCHIEN", "CAPTHUCHIEN", "DOITUONGTHUCHIEN", "CANCUPHAPLY", "TTHCLIENQUAN"} <= set(found)
    assert "COQUAN" not in found


def test_a_component_names_the_result_of_another_procedure_that_replaces_it(portal: Portal) -> None:
    (wanting,) = portal.rows("LayThuTuc", maTTHC="1.003709")
    (giving,) = portal.rows("LayThuTuc", maTTHC="2.000488")
    replaced = {paper["MA_KQ_THAYTHE"] for case in wanting["THANHPHANHOSO"] for paper in case["GIAYTO"]}
    assert LLTP in replaced
    assert LLTP in {row["MAKETQUA"] for row in giving["KETQUATHUCHIEN"]}


@pytest.mark.parametrize(("code", "error_code"), [("", -5), ("9.999999", -6)])
def test_a_procedure_that_is_not_there_is_refused(portal: Portal, code: str, error_code: int) -> None:
    assert portal.call("LayThuTuc", maTTHC=code).json["error_code"] == error_code


def test_a_mistyped_procedure_names_the_nearest(portal: Portal) -> None:
    assert "1.003709" in portal.call("LayThuTuc", maTTHC="1.003790").json["message"]


def test_public_services_stand_in_an_object_with_data(portal: Portal) -> None:
    rows = portal.rows("LayDVC", maTTHC="2.000488")["data"]
    assert [row["MATTHC"] for row in rows] == ["2.000488"]
    assert rows[0]["APDUNGDVC"][0]["MADONVI"] == "H26"
    assert portal.rows("LayDVC", maCoQuan="H99")["data"] == []


def test_a_technical_id_is_found_for_a_citizen_with_an_account(portal: Portal) -> None:
    (row,) = portal.rows("TraCuuTechID", provider="wso2is", mstorcmnd="999094001009")
    assert len(row["TECHNICALID"]) == 36
    assert portal.rows("TraCuuTechID", provider="wso2is", mstorcmnd="999000000000") == []


def test_another_identity_provider_is_remarked(portal: Portal) -> None:
    portal.rows("TraCuuTechID", provider="vneid", mstorcmnd="999094001009")
    assert "provider-name" in portal.rules()


def test_every_operation_has_a_name_and_a_clause_of_its_own() -> None:
    forwarded = [each for each in SERVICE.operations if SERVICE.place_of(each).gateway == "axis"]
    assert all(each.name.startswith("dvcqg.") and each.clause for each in forwarded)
    assert len({each.name for each in forwarded}) == len(MAPI) + len(set(ADDRESSES.values()))
