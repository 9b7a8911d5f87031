"""A call that comes again: one dossier, one step, and no other person's (decision 0003)."""

from __future__ import annotations

import pytest

from tests.builders import EXTENT_NEW, dossier, final_result, pull, step
from tests.conftest import Visitor
from tests.services.stories import visiting

MODES = ("strict", "documented", "observed")
PULL_ALL = {"pull_source": "all"}


def pulled(visitor: Visitor, operation: str = "DanhSachHoSo", **changes: str) -> list[dict[str, str]]:
    until_today = pull(ThoiGianKetThuc="01/12/2026 23:59:59") | changes
    found: list[dict[str, str]] = visitor.btxh(operation, until_today).json["result"]["data"]
    return found


@pytest.mark.parametrize("mode", MODES)
def test_the_same_push_twice_is_one_dossier(tmp_path, mode: str) -> None:
    with visiting(tmp_path, mode=mode, **PULL_ALL) as visitor:
        replies = [visitor.btxh("DongBoDVC", dossier()).json for _ in range(3)]
        newest = visitor.journal()[-1]
        assert len(pulled(visitor)) == 1
    assert [reply["error_code"] for reply in replies] == [0, 0, 0]
    assert newest["effects"] == []
    assert "already-synchronised" in [each["rule"] for each in newest["remarks"]]


def test_the_same_push_after_steps_does_not_take_the_dossier_back(tmp_path) -> None:
    with visiting(tmp_path, **PULL_ALL) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        visitor.btxh("XuLyHoSo", step())
        assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
        assert [each["statusId"] for each in pulled(visitor)] == ["2"]


def test_a_changed_push_replaces_the_data_of_the_same_dossier(tmp_path) -> None:
    with visiting(tmp_path, **PULL_ALL) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        assert visitor.btxh("DongBoDVC", dossier(SoDienThoai="0000000001")).json["error_code"] == 0
        assert [each["soDienThoai"] for each in pulled(visitor)] == ["0000000001"]


def test_the_same_result_twice_is_accepted_once_more_and_changes_nothing(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    visitor.btxh("DongBoDVC", final_result())
    assert visitor.btxh("DongBoDVC", final_result()).json["error_code"] == 0
    assert visitor.journal()[-1]["effects"] == []


@pytest.mark.parametrize(("stance", "code"), [("note", 0), ("refuse", -4)])
@pytest.mark.parametrize("mode", MODES)
def test_a_result_for_an_unknown_dossier_is_remarked_and_refused_on_request(
    tmp_path, mode: str, stance: str, code: int
) -> None:
    rule = "result-without-dossier"
    with visiting(tmp_path, mode=mode, own_rules={rule: stance}) as visitor:
        assert visitor.btxh("DongBoDVC", final_result()).json["error_code"] == code
        assert rule in [each["rule"] for each in visitor.journal()[-1]["remarks"]]


@pytest.mark.parametrize("mode", MODES)
def test_a_step_for_an_unknown_dossier_is_refused(tmp_path, mode: str) -> None:
    with visiting(tmp_path, mode=mode) as visitor:
        reply = visitor.btxh("XuLyHoSo", step()).json
    assert reply["error_code"] == -4
    assert "000.11.26.H26-261120-0001 không tồn tại" in reply["message"]


@pytest.mark.parametrize("mode", MODES)
def test_a_code_is_not_used_again_for_another_person_where_the_trainer_says_so(tmp_path, mode: str) -> None:
    with visiting(tmp_path, mode=mode, own_rules={"other-person": "refuse"}, **PULL_ALL) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        other = dossier(CMND="999060000002", SoDinhDanh="999060000002")
        reply = visitor.btxh("DongBoDVC", other).json
        assert reply["error_code"] == -3
        assert "đã tồn tại cho người khác" in reply["message"]
        assert [each["cmnd"] for each in pulled(visitor)] == ["999060000001"]


@pytest.mark.parametrize("mode", MODES)
def test_a_mistyped_identity_number_can_be_mended_by_a_second_push(tmp_path, mode: str) -> None:
    with visiting(tmp_path, mode=mode, **PULL_ALL) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        mended = dossier(CMND="999060000002", SoDinhDanh="999060000002")
        assert visitor.btxh("DongBoDVC", mended).json["error_code"] == 0
        assert "other-person" in [each["rule"] for each in visitor.journal()[-1]["remarks"]]
        assert [each["cmnd"] for each in pulled(visitor)] == ["999060000002"]


@pytest.mark.parametrize(("stance", "code"), [("note", 0), ("refuse", -3)])
@pytest.mark.parametrize("mode", MODES)
def test_the_very_same_step_is_never_stored_twice(tmp_path, mode: str, stance: str, code: int) -> None:
    with visiting(tmp_path, mode=mode, own_rules={"repeated-step": stance}, **PULL_ALL) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        visitor.btxh("XuLyHoSo", step())
        assert visitor.btxh("XuLyHoSo", step()).json["error_code"] == code
        assert "repeated-step" in [each["rule"] for each in visitor.journal()[-1]["remarks"]]
        assert len(pulled(visitor, "TienTrinhXuLy")) == 1


def test_a_step_with_other_words_is_another_step(tmp_path) -> None:
    with visiting(tmp_path, **PULL_ALL) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        visitor.btxh("XuLyHoSo", step())
        for words in ("Đang thẩm định", "Đang trình ký"):
            assert visitor.btxh("XuLyHoSo", step(StatusId="4", NoiDungXuLy=words)).json["error_code"] == 0
        assert [each["noiDungXuLy"] for each in pulled(visitor, "TienTrinhXuLy")] == [
            "Đã tiếp nhận hồ sơ",
            "Đang thẩm định",
            "Đang trình ký",
        ]


@pytest.mark.parametrize(("stance", "code"), [("note", 0), ("refuse", -7)])
@pytest.mark.parametrize("mode", MODES)
def test_time_that_runs_backwards_is_remarked(tmp_path, mode: str, stance: str, code: int) -> None:
    with visiting(tmp_path, mode=mode, own_rules={"backward-step": stance}) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        visitor.btxh("XuLyHoSo", step(ThoiDiemXuLy="22/11/2026"))
        reply = visitor.btxh("XuLyHoSo", step(StatusId="4", ThoiDiemXuLy="21/11/2026")).json
        assert reply["error_code"] == code
        assert "backward-step" in [each["rule"] for each in visitor.journal()[-1]["remarks"]]


def test_a_day_without_hours_is_not_before_an_hour_of_that_day(tmp_path) -> None:
    with visiting(tmp_path, own_rules={"backward-step": "refuse"}) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        visitor.btxh("XuLyHoSo", step(ThoiDiemXuLy="21/11/2026 10:00:00"))
        assert visitor.btxh("XuLyHoSo", step(StatusId="4", ThoiDiemXuLy="21/11/2026")).json["error_code"] == 0
        earlier = step(StatusId="4", ThoiDiemXuLy="20/11/2026 09:00:00", NoiDungXuLy="Muộn")
        assert visitor.btxh("XuLyHoSo", earlier).json["error_code"] == -7


@pytest.mark.parametrize("mode", ["documented", "observed"])
def test_a_result_that_still_says_new_keeps_the_status(tmp_path, mode: str) -> None:
    with visiting(tmp_path, mode=mode, **PULL_ALL) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        visitor.btxh("XuLyHoSo", step())
        visitor.btxh("XuLyHoSo", step(StatusId="4", NoiDungXuLy="Đang xử lý"))
        assert visitor.btxh("DongBoDVC", final_result(StatusId="1")).json["error_code"] == 0
        assert [each["statusId"] for each in pulled(visitor, LoaiDuLieu="100")] == ["4"]


def test_a_result_leaves_what_was_filed_as_it_was(tmp_path) -> None:
    with visiting(tmp_path, **PULL_ALL) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        visitor.btxh("DongBoDVC", final_result())
        new, final = pulled(visitor), pulled(visitor, LoaiDuLieu="100")
    assert "KQ.G07" not in new[0]["certificateExtentData"]
    assert "KQ.G07" in final[0]["certificateExtentData"]
    assert "KQ.G07" not in EXTENT_NEW
