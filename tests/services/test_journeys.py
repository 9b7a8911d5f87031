"""The services of BTXH 3 in the order of use: A1, a province pushes; A2, it pulls what the ministry took in."""

from __future__ import annotations

from tests.builders import dossier, final_result, pull, step
from tests.conftest import Visitor
from tests.services.stories import CODE, ministry_dossier, ministry_step, visiting


def test_a_province_pushes_a_dossier_its_steps_and_its_result(visitor: Visitor) -> None:
    """BTXH-3.1.1-49, BTXH-3.1.2-19, BTXH-3.1.3-49."""
    assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
    for status, day in ((2, "20"), (4, "21"), (9, "23")):
        moved = visitor.btxh("XuLyHoSo", step(StatusId=str(status), ThoiDiemXuLy=f"{day}/11/2026"))
        assert moved.json == {"error_code": 0, "message": "Đồng bộ dữ liệu thành công"}
    assert visitor.btxh("DongBoDVC", final_result()).json["error_code"] == 0
    newest = visitor.journal()[-1]
    assert newest["clause"] == "BTXH 3.1.3"
    assert [each["rule"] for each in newest["remarks"]] == ["B33"]


def test_a_province_pulls_dossiers_steps_and_results(tmp_path) -> None:
    """NDXP-1.2.1-07."""
    with visiting(tmp_path, [ministry_dossier(status=9, has_result=True)], [ministry_step()]) as visitor:
        new = visitor.btxh("DanhSachHoSo", pull()).json["result"]
        steps = visitor.btxh("TienTrinhXuLy", pull()).json["result"]
        final = visitor.btxh("DanhSachHoSo", pull(LoaiDuLieu="100")).json["result"]
    assert [each["maHoSo"] for each in new["data"]] == [CODE]
    assert (new["error_code"], new["message"]) == (0, "Lấy dữ liệu thành công")
    assert [(each["maHoSo"], each["trangThai"]) for each in steps["data"]] == [(CODE, "2")]
    assert [(each["loaiDuLieu"], each["statusId"]) for each in final["data"]] == [("100", "9")]
    assert "KQ.G07.000290" in final["data"][0]["certificateExtentData"]


def test_a_pushed_step_of_a_ministry_dossier_is_pulled_back(tmp_path) -> None:
    with visiting(tmp_path, [ministry_dossier()]) as visitor:
        assert visitor.btxh("XuLyHoSo", step(MaHoSo=CODE)).json["error_code"] == 0
        steps = visitor.btxh("TienTrinhXuLy", pull()).json["result"]["data"]
        again = visitor.btxh("DanhSachHoSo", pull()).json["result"]["data"]
    assert [each["trangThai"] for each in steps] == ["2"]
    assert again[0]["statusId"] == "2"
