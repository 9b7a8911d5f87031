"""Models A1 and A2 (BTXH 1.2): who reports to whom. A province that pulls day by day has a module of its own."""

from __future__ import annotations

from tests.builders import dossier, step
from tests.conftest import Visitor
from tests.life.ministry import Ministry
from tests.portal.portal_client import Portal


def test_in_model_a2_the_ministry_reports_to_the_national_portal_and_in_a1_it_does_not(
    ministry: Ministry, visitor: Visitor
) -> None:
    """BTXH-1.2-04."""
    (silent,) = ministry.file(procedure="1.001731")
    portal = Portal(visitor, model="A2")
    (code,) = ministry.file(procedure="1.001731")
    (row,) = portal.rows("TraCuuHoSo", mahoso=code)
    assert (row["MAHOSO"], row["TRANGTHAIHOSO"]) == (code, "1")
    ministry.advance("P60D")
    (row,) = portal.rows("TraCuuHoSo", mahoso=code)
    assert row["TRANGTHAIHOSO"] == str(ministry.dossier(code)["status"]) != "1"
    portal = Portal(visitor, model="A1")
    (silent,) = ministry.file(procedure="1.001731")
    assert portal.rows("TraCuuHoSo", mahoso=silent) == []


def test_in_model_a1_the_ministry_asks_again_and_refuses_what_a_province_pushed(
    ministry: Ministry, visitor: Visitor
) -> None:
    ministry.turn("set", to="2026-11-21T08:00:00+07:00")
    ministry.admin("PATCH", "/settings", {"status_moves": "refuse"})
    code = dossier()["MaHoSo"]
    assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
    ministry.schedule(
        "2026-11-21T09:00:00+07:00", kind="move", dossier=code, status=3, level="district", note="Sai thẩm quyền"
    )
    ministry.advance("PT2H")
    held = ministry.dossier(code)
    assert (held["status"], held["steps"][-1]["fields"]["NoiDungXuLy"]) == (3, "Sai thẩm quyền")
    assert visitor.btxh("XuLyHoSo", step(StatusId="4", ThoiDiemXuLy="21/11/2026")).json["error_code"] != 0


def test_a_procedure_struck_off_the_catalogue_is_taken_no_longer(ministry: Ministry, visitor: Visitor) -> None:
    ministry.schedule("2026-11-24T00:00:00+07:00", kind="set", settings={"retired_procedures": ["1.001731"]})
    assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
    ministry.advance("P2D")
    late = dossier(MaHoSo="000.11.26.H26-261120-0002")
    reply = visitor.btxh("DongBoDVC", late).json
    assert reply["error_code"] != 0
    assert "bãi bỏ" in reply["message"]
    ministry.admin("POST", "/applications", {"procedure": "1.001731"}, 409)
