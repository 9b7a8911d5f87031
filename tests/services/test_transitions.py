"""Every cell of the matrix of decision 0003, through the front door, in every mode.

No clause has an order of statuses: unless ``status_moves`` says refuse, every documented value is taken with a note.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders import dossier, final_result, step
from tests.conftest import Visitor
from tests.services.stories import ministry_dossier, ministry_step, visiting

STATUSES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14)
# from: legal, doubtful. Copied from the published matrix, not from the code.
MATRIX = {
    1: ({2, 3, 5, 7, 11}, {6}),
    2: ({4, 5, 6, 7, 8, 9}, {3}),
    3: (set(), set()),
    4: ({4, 5, 6, 7, 8, 9}, {2, 10}),
    5: ({1, 2, 3, 4, 7, 8}, {5}),
    6: ({2, 4, 7, 8, 9}, set()),
    7: (set(), set()),
    8: (set(), {4, 10}),
    9: ({9, 10}, {4}),
    10: (set(), {9}),
    11: (set(), set()),
    13: ({1, 11, 14}, {2, 7}),
    14: ({1, 13}, set()),
}
FIRST = ({1, 2, 13}, {4, 9, 10})
MODES = ("strict", "documented", "observed")


def code_of(before: int, after: int) -> str:
    return f"000.11.26.H26-261120-{before:02d}{after:02d}"


def expected(cell: tuple[set[int], set[int]], after: int, stance: str) -> tuple[int, bool]:
    """Return the error code, and whether the journal speaks of the move."""
    legal, doubtful = cell
    if after in legal:
        return 0, False
    return (0 if after in doubtful or stance != "refuse" else -7), stance != "off"


def seen(visitor: Visitor, reply: dict[str, int]) -> tuple[int, bool]:
    return reply["error_code"], "transition" in [each["rule"] for each in visitor.journal()[-1]["remarks"]]


STANCES = [(mode, "note") for mode in MODES] + [(mode, "refuse") for mode in MODES] + [("documented", "off")]


@pytest.mark.parametrize(("mode", "stance"), STANCES)
def test_every_step_is_judged_by_the_matrix(tmp_path, mode: str, stance: str) -> None:
    dossiers = [
        ministry_dossier(code_of(before, after), status=before, origin="local")
        for before in STATUSES
        for after in STATUSES
    ]
    wrong = []
    with visiting(tmp_path, dossiers, mode=mode, status_moves=stance) as visitor:
        headers = {"Authorization": f"Bearer {visitor.token()}"}
        for before in STATUSES:
            for after in STATUSES:
                body = step(MaHoSo=code_of(before, after), StatusId=str(after))
                reply = visitor.http.post("/apiBTXH/1.0/XuLyHoSo", json=body, headers=headers).json
                if reply["error_code"] != expected(MATRIX[before], after, stance)[0]:
                    wrong.append((before, after, reply))
        spoken = [entry for entry in visitor.journal() if "transition" in [each["rule"] for each in entry["remarks"]]]
    assert not wrong
    assert len(spoken) == sum(
        expected(MATRIX[before], after, stance)[1] for before in STATUSES for after in STATUSES
    ), "the journal speaks of every move outside the matrix"


@pytest.mark.parametrize(("mode", "stance"), STANCES)
def test_a_first_push_may_say_what_the_first_row_allows(tmp_path, mode: str, stance: str) -> None:
    wrong = []
    with visiting(tmp_path, mode=mode, status_moves=stance) as visitor:
        for after in STATUSES:
            reply = visitor.btxh("DongBoDVC", dossier(MaHoSo=code_of(0, after), StatusId=str(after))).json
            if seen(visitor, reply) != expected(FIRST, after, stance):
                wrong.append((after, reply))
    assert not wrong


@pytest.fixture
def strict(tmp_path) -> Iterator[Visitor]:
    """A country whose trainer wants the matrix kept."""
    with visiting(tmp_path, mode="strict", status_moves="refuse") as visitor:
        yield visitor


def moved(visitor: Visitor, *statuses: int) -> list[int]:
    """Push the steps, a day apart, and return the error codes."""
    day = 20
    codes = []
    for number, status in enumerate(statuses):
        body = step(StatusId=str(status), ThoiDiemXuLy=f"{day + number}/11/2026", NgayKetThucTheoQuyDinh="30/11/2026")
        codes.append(visitor.btxh("XuLyHoSo", body).json["error_code"])
    return codes


def test_a_dossier_sent_back_from_filing_may_be_filed_again(strict: Visitor) -> None:
    strict.btxh("DongBoDVC", dossier())
    assert moved(strict, 5, 1) == [0, 0]


def test_a_dossier_sent_back_from_processing_is_not_filed_anew(strict: Visitor) -> None:
    strict.btxh("DongBoDVC", dossier())
    assert moved(strict, 2, 5, 1) == [0, 0, -7]


def test_the_refusal_names_both_statuses_and_changes_nothing(strict: Visitor) -> None:
    visitor = strict
    visitor.btxh("DongBoDVC", dossier())
    reply = visitor.btxh("XuLyHoSo", step(StatusId="9")).json
    assert reply["message"] == (
        "Không thể cập nhật lên trạng thái 9 (Đã xử lý xong): hồ sơ đang ở trạng thái 1 (Mới đăng ký)"
    )
    newest = visitor.journal()[-1]
    assert newest["outcome"] == "refused"
    assert newest["effects"] == []
    assert [each["rule"] for each in newest["remarks"] if each["level"] == "error"] == ["transition"]
    assert moved(visitor, 2) == [0]


@pytest.mark.parametrize("stance", ["off", "note", "refuse"])
@pytest.mark.parametrize("mode", MODES)
def test_a_result_may_close_an_open_dossier_without_steps(tmp_path, mode: str, stance: str) -> None:
    with visiting(tmp_path, mode=mode, status_moves=stance) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        assert visitor.btxh("DongBoDVC", final_result()).json["error_code"] == 0


@pytest.mark.parametrize(("stance", "code"), [("note", 0), ("refuse", -7)])
@pytest.mark.parametrize("mode", MODES)
def test_a_result_revives_a_refused_dossier_only_where_nobody_keeps_the_matrix(
    tmp_path, mode: str, stance: str, code: int
) -> None:
    with visiting(tmp_path, mode=mode, status_moves=stance) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        moved(visitor, 3)
        assert seen(visitor, visitor.btxh("DongBoDVC", final_result()).json) == (code, True)


@pytest.mark.parametrize("mode", MODES)
def test_a_second_request_for_papers_is_remarked_as_overdue(tmp_path, mode: str) -> None:
    with visiting(tmp_path, mode=mode) as visitor:
        visitor.btxh("DongBoDVC", dossier())
        assert moved(visitor, 2, 5, 4, 5) == [0, 0, 0, 0]
        remark = next(each for each in visitor.journal()[-1]["remarks"] if each["rule"] == "supplement-twice")
    assert "quá hạn theo KPI" in remark["vi"]


def test_requests_for_papers_in_the_pack_count_too(tmp_path) -> None:
    steps = [ministry_step(number=1, StatusId="5", ThoiDiemXuLy="20/11/2026")]
    with visiting(tmp_path, [ministry_dossier(status=4)], steps) as visitor:
        body = step(MaHoSo="000.00.15.G07-261120-0002", StatusId="5", ThoiDiemXuLy="21/11/2026")
        assert visitor.btxh("XuLyHoSo", body).json["error_code"] == 0
        assert "supplement-twice" in [each["rule"] for each in visitor.journal()[-1]["remarks"]]


@pytest.mark.parametrize(("before", "code"), [("1", 0), ("4", -7)])
def test_the_steps_of_the_pack_tell_where_a_dossier_was_sent_back_from(tmp_path, before: str, code: int) -> None:
    steps = [
        ministry_step(number=1, StatusId=before, ThoiDiemXuLy="20/11/2026"),
        ministry_step(number=2, StatusId="5", ThoiDiemXuLy="21/11/2026"),
    ]
    with visiting(tmp_path, [ministry_dossier(status=5)], steps, status_moves="refuse") as visitor:
        body = step(MaHoSo="000.00.15.G07-261120-0002", StatusId="1", ThoiDiemXuLy="22/11/2026")
        assert visitor.btxh("XuLyHoSo", body).json["error_code"] == code
