"""What a pull finds: place, window, kind, source, order, number (BTXH 3.1.4 to 3.1.6; B55 to B59)."""

from __future__ import annotations

import pytest

from tests.builders import dossier, final_result, pull
from tests.services.stories import ministry_dossier, ministry_step, visiting

EARLY, LATE, FAR = "000.00.15.G07-261110-0001", "000.00.15.G07-261112-0001", "000.00.15.G07-261111-0001"
THREE = [
    ministry_dossier(LATE, NgayTiepNhan="12/11/2026 09:00:00", SubmittedDate="01/11/2026 09:00:00", MaXa="00004"),
    ministry_dossier(EARLY, NgayTiepNhan="10/11/2026 09:00:00", SubmittedDate="03/11/2026 09:00:00"),
    ministry_dossier(
        FAR, NgayTiepNhan="11/11/2026 09:00:00", SubmittedDate="02/11/2026 09:00:00", MaHuyen="274", MaXa="09889"
    ),
]


def codes(visitor, operation: str = "DanhSachHoSo", **changes) -> list[str]:
    return [each["maHoSo"] for each in visitor.btxh(operation, pull(**changes)).json["result"]["data"]]


def test_dossiers_come_oldest_first(tmp_path) -> None:
    with visiting(tmp_path, THREE) as visitor:
        assert codes(visitor) == [EARLY, FAR, LATE]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("10/11/2026 09:00:00", "12/11/2026 09:00:00", [EARLY, FAR, LATE]),
        ("10/11/2026 09:00:01", "12/11/2026 08:59:59", [FAR]),
        ("11/11/2026 09:00:00", "11/11/2026 09:00:00", [FAR]),
        ("13/11/2026 00:00:00", "14/11/2026 00:00:00", []),
    ],
)
def test_both_ends_belong_to_the_window(tmp_path, first: str, last: str, found: list[str]) -> None:
    with visiting(tmp_path, THREE, mode="strict") as visitor:
        assert codes(visitor, ThoiGianBatDau=first, ThoiGianKetThuc=last) == found


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("11/11/2026 09:00:00", "11/11/2026 09:00:00", []),
        ("11/11/2026 09:00:00", "11/11/2026 09:00:01", []),
        ("11/11/2026 09:00:01", "11/11/2026 09:00:00", [("note", "/ThoiGianKetThuc", "≥ 11/11/2026 09:00:01")]),
    ],
)
def test_a_window_that_ends_before_it_begins_is_noted_and_one_of_a_moment_is_not(tmp_path, first, last, told) -> None:
    with visiting(tmp_path, THREE) as visitor:
        codes(visitor, ThoiGianBatDau=first, ThoiGianKetThuc=last)
        remarks = [each for each in visitor.journal()[-1]["remarks"] if each["rule"] == "window-order"]
        assert [(each["level"], each["path"], each["expected"]) for each in remarks] == told


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ({"MaHuyen": "001"}, [EARLY, LATE]),
        ({"MaHuyen": "001", "MaXa": "00004"}, [LATE]),
        ({"MaHuyen": "274", "MaXa": "09889"}, [FAR]),
        ({"MaHuyen": None, "MaXa": None}, [EARLY, FAR, LATE]),
        ({"MaHuyen": "", "MaXa": ""}, [EARLY, FAR, LATE]),
    ],
)
def test_district_and_commune_narrow_the_pull(tmp_path, place, found: list[str]) -> None:
    with visiting(tmp_path, THREE) as visitor:
        assert codes(visitor, **place) == found


def test_another_province_sees_nothing_of_this_one(tmp_path) -> None:
    with visiting(tmp_path, THREE) as visitor:
        assert codes(visitor, MaTinh="79") == []


def test_an_empty_window_is_a_success_with_an_empty_list(tmp_path) -> None:
    with visiting(tmp_path) as visitor:
        reply = visitor.btxh("DanhSachHoSo", pull())
    assert reply.data.decode() == '{"result":{"message":"Lấy dữ liệu thành công","error_code":0,"data":[]}}'


def test_a_refused_pull_answers_in_the_envelope_of_a_pull(tmp_path) -> None:
    """BTXH-3.1.4-10, BTXH-3.1.6-09."""
    with visiting(tmp_path) as visitor:
        for operation in ("DanhSachHoSo", "TienTrinhXuLy"):
            result = visitor.btxh(operation, pull(MaTinh="")).json["result"]
            assert list(result) == ["message", "error_code", "data"]
            assert result["error_code"] < 0
            assert result["data"] == []
            assert visitor.journal()[-1]["outcome"] == "refused"


@pytest.mark.parametrize("mode", ["strict", "documented", "observed"])
def test_a_window_that_ends_before_it_begins_holds_nothing_and_is_remarked(tmp_path, mode: str) -> None:
    backwards = pull(ThoiGianBatDau="30/11/2026 00:00:00", ThoiGianKetThuc="01/11/2026 00:00:00")
    with visiting(tmp_path, THREE, mode=mode) as visitor:
        result = visitor.btxh("DanhSachHoSo", backwards).json["result"]
        assert (result["error_code"], result["data"]) == (0, [])
        remark = next(each for each in visitor.journal()[-1]["remarks"] if each["rule"] == "window-order")
    assert "ThoiGianBatDau 30/11/2026 00:00:00 sau ThoiGianKetThuc 01/11/2026 00:00:00" in remark["vi"]


def test_a_trainer_can_have_a_window_that_ends_before_it_begins_refused(tmp_path) -> None:
    backwards = pull(ThoiGianBatDau="30/11/2026 00:00:00", ThoiGianKetThuc="01/11/2026 00:00:00")
    with visiting(tmp_path, THREE, own_rules={"window-order": "refuse"}) as visitor:
        assert visitor.btxh("DanhSachHoSo", backwards).json["result"]["error_code"] == -13


def test_only_what_was_filed_with_the_ministry_is_pulled(tmp_path) -> None:
    with visiting(tmp_path, THREE[:1]) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        assert codes(visitor) == [LATE]


def test_a_setting_pulls_pushed_dossiers_too(tmp_path) -> None:
    with visiting(tmp_path, THREE[:1], pull_source="all") as visitor:
        visitor.btxh("DongBoDVC", dossier())
        assert codes(visitor) == [LATE, dossier()["MaHoSo"]]


def test_results_are_those_dossiers_that_have_one(tmp_path) -> None:
    done = ministry_dossier(status=10, has_result=True)
    with visiting(tmp_path, [*THREE, done]) as visitor:
        assert codes(visitor, LoaiDuLieu="100") == [done.code]


@pytest.mark.parametrize(
    ("window_on", "found"),
    [("by-service", []), ("received", []), ("submitted", [LATE, FAR, EARLY]), ("changed", [])],
)
def test_a_setting_chooses_the_time_that_the_window_means(tmp_path, window_on: str, found: list[str]) -> None:
    window = {"ThoiGianBatDau": "01/11/2026 00:00:00", "ThoiGianKetThuc": "03/11/2026 23:59:59"}
    with visiting(tmp_path, THREE, window_on=window_on) as visitor:
        assert codes(visitor, **window) == found


@pytest.mark.parametrize(("window_on", "day"), [("by-service", "25"), ("received", "20"), ("submitted", "20")])
def test_a_result_is_found_on_the_day_it_was_given_unless_a_setting_says_otherwise(
    tmp_path, window_on: str, day: str
) -> None:
    """B2, B57: received and submitted on the 20th, the result given on the 25th."""
    done = ministry_dossier(status=10, has_result=True, given="25/11/2026 15:00:00")
    with visiting(tmp_path, [done], window_on=window_on) as visitor:
        found = {
            each: codes(
                visitor,
                LoaiDuLieu="100",
                ThoiGianBatDau=f"{each}/11/2026 00:00:00",
                ThoiGianKetThuc=f"{each}/11/2026 23:59:59",
            )
            for each in ("19", "20", "24", "25", "26")
        }
    assert {each for each, rows in found.items() if rows == [done.code]} == {day}
    assert sum(map(len, found.values())) == 1


def test_a_pushed_result_is_found_by_the_moment_of_its_push_once_its_dossier_is_replaced(tmp_path) -> None:
    today = {"ThoiGianBatDau": "01/12/2026 00:00:00", "ThoiGianKetThuc": "01/12/2026 23:59:59", "LoaiDuLieu": "100"}
    with visiting(tmp_path, [ministry_dossier(LATE)], pull_source="all") as visitor:
        assert codes(visitor, **today) == []
        visitor.btxh("DongBoDVC", final_result(MaHoSo=LATE))
        assert codes(visitor, **today) == [LATE]
        visitor.btxh("DongBoDVC", dossier(MaHoSo=LATE, SoDienThoai="0000000001"))
        assert codes(visitor, **today) == [LATE]


def test_the_last_change_can_be_the_window(tmp_path) -> None:
    window = {"ThoiGianBatDau": "25/11/2026 00:00:00", "ThoiGianKetThuc": "25/11/2026 00:00:00"}
    with visiting(tmp_path, THREE, window_on="changed") as visitor:
        assert codes(visitor, **window) == [EARLY, FAR, LATE]


def test_a_setting_limits_the_number(tmp_path) -> None:
    with visiting(tmp_path, THREE, [ministry_step(number=n) for n in (1, 2, 3)], pull_limit=2) as visitor:
        assert codes(visitor) == [EARLY, FAR]
        assert len(codes(visitor, "TienTrinhXuLy")) == 2


def test_steps_are_windowed_by_the_time_of_handling(tmp_path) -> None:
    steps = [
        ministry_step(number=1, ThoiDiemXuLy="20/11/2026 08:00:00"),
        ministry_step(number=2, ThoiDiemXuLy="22/11/2026 08:00:00", StatusId="4"),
    ]
    window = {"ThoiGianBatDau": "22/11/2026 08:00:00", "ThoiGianKetThuc": "22/11/2026 08:00:00"}
    with visiting(tmp_path, steps=steps) as visitor:
        found = visitor.btxh("TienTrinhXuLy", pull(**window)).json["result"]["data"]
    assert [(each["trangThai"], each["thoiDiemXuLy"]) for each in found] == [("4", "22/11/2026 08:00:00")]


def test_pulling_again_finds_the_same(tmp_path) -> None:
    with visiting(tmp_path, THREE) as visitor:
        first = visitor.btxh("DanhSachHoSo", pull()).data
        assert visitor.btxh("DanhSachHoSo", pull()).data == first
