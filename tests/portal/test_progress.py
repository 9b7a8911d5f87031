"""CapNhatTienDoHoSoMC and DongBoTrangThaiHoSo (src:portal-services, src:portal-step)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.portal.portal_client import Portal, dossier, step

FILED_ON_PORTAL = "G22.99-261110-0001"


@pytest.fixture
def known(portal: Portal) -> Portal:
    portal.push(dossier())
    return portal


def test_a_step_moves_its_dossier(known: Portal) -> None:
    reply = known.steps(step(), step(TrangThai="4", ThoiDiemXuLy="20261121090000"))
    assert reply["error_code"] == "0"
    assert "thành công" in reply["message"]
    (row,) = known.rows("TraCuuHoSo", mahoso="H26.15-261120-0001")
    assert row["TRANGTHAIHOSO"] == "4"


def test_the_other_name_in_circulation_is_the_same_service(known: Portal) -> None:
    assert known.call("DongBoTrangThaiHoSoMC", data=[step()]).json["error_code"] == "0"
    assert known.last()["operation"] == "dvcqg.mapi.CapNhatTienDoHoSoMC"


def test_a_step_of_an_unknown_dossier_is_refused(portal: Portal) -> None:
    assert portal.steps(step())["error_code"] == "-4"


def test_more_than_ten_steps_are_refused(known: Portal) -> None:
    reply = known.steps(*[step(NoiDungXuLy=f"Bước {number}") for number in range(11)])
    assert reply["error_code"] == "-5"
    assert "tối đa 10" in reply["message"]


def test_the_limit_of_steps_is_a_setting(known: Portal) -> None:
    known.settle(portal_steps_limit=2)
    assert known.steps(step(), step(NoiDungXuLy="b"), step(NoiDungXuLy="c"))["error_code"] == "-5"


def test_a_move_the_matrix_forbids_is_refused_and_keeps_nothing(known: Portal) -> None:
    known.settle(status_moves="refuse")
    reply = known.steps(step(), step(TrangThai="10", ThoiDiemXuLy="20261121090000"))
    assert reply["error_code"] == "-7"
    assert "Không thể cập nhật lên trạng thái" in reply["message"]
    assert known.steps(step(TrangThai="2"))["error_code"] == "0"
    assert "step-repeated" not in known.rules()


def test_a_step_sent_again_is_kept_once(known: Portal) -> None:
    known.steps(step())
    assert known.steps(step())["error_code"] == "0"
    assert "step-repeated" in known.rules()


def test_time_that_runs_backwards_is_remarked(known: Portal) -> None:
    known.steps(step())
    assert known.steps(step(TrangThai="4", ThoiDiemXuLy="20261119090000"))["error_code"] == "0"
    assert "step-backwards" in known.rules()


def test_time_that_runs_backwards_is_ours_and_refused_nowhere(strict_portal: Portal) -> None:
    strict_portal.push(dossier())
    strict_portal.steps(step())
    assert strict_portal.steps(step(TrangThai="4", ThoiDiemXuLy="20261119090000"))["error_code"] == "0"
    assert "step-backwards" in strict_portal.rules()


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"NguoiXuLy": "a" * 51}, "-5"), ({"NoiDungXuLy": ""}, "-5"), ({"TrangThai": "12"}, "-6")],
)
def test_a_wrong_step_is_refused(known: Portal, changes: dict[str, str], code: str) -> None:
    assert known.steps(step(**changes))["error_code"] == code


def report(**changes: Any) -> dict[str, Any]:
    body = {
        "MaHoSo": FILED_ON_PORTAL,
        "MaHoSoDonVi": "H26.15-261110-0009",
        "MaDoiTuong": "",
        "TrangThai": "2",
        "NoiDung": "Đã tiếp nhận",
        "NgayXuLy": "20261110100000",
        "TaiLieuXuLy": [],
    }
    return body | changes


def send(portal: Portal, data: Any, kind: str = "2") -> Any:
    return portal.call("DongBoTrangThaiHoSo", type=kind, data=data).json


def test_the_status_of_a_dossier_filed_on_the_portal_is_followed(portal: Portal) -> None:
    assert send(portal, report())["error_code"] == "0"
    assert portal.rows("TraCuuHoSo", mahoso=FILED_ON_PORTAL)[0]["TRANGTHAIHOSO"] == "2"


def test_a_refusal_by_the_agency_is_status_11(portal: Portal) -> None:
    assert send(portal, report(TrangThai="11"))["error_code"] == "0"


def test_a_report_that_skips_the_reception_is_refused_where_a_setting_asks_for_it(portal: Portal) -> None:
    portal.settle(status_moves="refuse")
    assert send(portal, report(TrangThai="10"))["error_code"] == "-7"
    portal.settle(status_moves="note")
    assert send(portal, report(TrangThai="10"))["error_code"] == "0"


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [("1", report(), "-5"), ("2", [report()], "-5"), ("2", report(MaHoSo="x"), "-4"), ("2", report(NgayXuLy=""), "-5")],
)
def test_a_report_of_the_wrong_form_is_refused(portal: Portal, kind: str, data: Any, code: str) -> None:
    assert send(portal, data, kind)["error_code"] == code


def test_a_report_about_a_dossier_the_agency_pushed_itself_is_remarked(portal: Portal) -> None:
    portal.push(dossier())
    assert send(portal, report(MaHoSo="H26.15-261120-0001", TrangThai="4"))["error_code"] == "0"
    assert "report-of-own-dossier" in portal.rules()
