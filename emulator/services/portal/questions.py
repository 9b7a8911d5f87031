"""Questions, answers and ratings (src:portal-services)."""

from __future__ import annotations

import difflib
from dataclasses import replace

from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.portal import bodies as wire
from emulator.services.portal.bodies import read_elements
from emulator.services.portal.envelope import NOT_IN_CATALOGUE
from emulator.services.portal.pack import EVER
from emulator.services.portal.session import PortalCall


def list_unanswered(desk: PortalCall) -> Reply:
    """``LayDanhSachHoiDapGuiTuDVCQG``: questions citizens sent to this unit that nobody has answered yet."""
    asked = desk.portal.questions.window(desk.unit_code, 0, EVER)
    return desk.envelope.found_reply(wire.question_rows(each for each in asked if not each.answer_fields))


def list_all(desk: PortalCall) -> Reply:
    """``LayDanhSachHoiDapBoCoQuan``: every question of this unit, answered or not."""
    return desk.envelope.found_reply(wire.question_rows(desk.portal.questions.window(desk.unit_code, 0, EVER)))


def _no_question(wanted: str, desk: PortalCall) -> ServiceRefusal:
    near = difflib.get_close_matches(wanted[:40], [each.id for each in desk.portal.questions.with_prefix("")], 1, 0.3)
    return ServiceRefusal.for_rule(
        NOT_IN_CATALOGUE,
        "question-unknown",
        "/cauhoiid",
        f"Không có câu hỏi {wanted}",
        f"There is no question {wanted}",
        found=wanted,
        nearest=near[0] if near else "",
    )


def get_answer(desk: PortalCall) -> Reply:
    """``LayNoiDungTraLoiTheoCauHoi``: the answer to ``cauhoiid``.

    Raises:
        ServiceRefusal: -6, there is no such question.
    """
    wanted = wire.question_id(desk.asked.text("cauhoiid"))
    found = desk.portal.questions.get(wanted)
    if found is None:
        raise _no_question(wanted, desk)
    return desk.envelope.found_reply(wire.answer_rows(found))


def publish_questions(desk: PortalCall) -> Reply:
    """``DongBoHoiDap``: a unit publishes questions with their answers."""
    rows = read_elements(desk.asked.given, desk.reading)
    read = [wire.read_question(row, place, desk.unit_code, desk.reading) for place, row in enumerate(rows)]
    desk.settle()
    desk.world.hold()
    for question in read:
        if question:
            desk.portal.questions.put_record(question)
    return desk.envelope.accepted_reply(f"Đồng bộ {len(read)} hỏi đáp thành công")


def answer_questions(desk: PortalCall) -> Reply:
    """``DongBoKetQuaHoiDapGuiTuDVCQG``: a unit answers questions that came from the portal.

    Raises:
        ServiceRefusal: -6, one of the questions is not there; none of the answers is kept then.
    """
    rows = read_elements(desk.asked.given, desk.reading)
    read = [wire.read_answer(row, place, desk.reading) for place, row in enumerate(rows)]
    desk.settle()
    desk.world.hold()
    for each in read:
        if each:
            _answer(*each, desk)
    return desk.envelope.accepted_reply(f"Đồng bộ {len(read)} câu trả lời thành công")


def _answer(wanted: str, fields: dict[str, str], desk: PortalCall) -> None:
    question = desk.portal.questions.get(wanted)
    if question is None:
        raise _no_question(wanted, desk)
    desk.portal.questions.put_record(replace(question, answer_fields=fields))


def record_ratings(desk: PortalCall) -> Reply:
    """``DongBoDanhGia``: monthly summaries of votes; a month sent again replaces the old one."""
    rows = read_elements(desk.asked.given, desk.reading)
    read = [wire.read_rating(row, place, desk.unit_code, desk.reading) for place, row in enumerate(rows)]
    desk.settle()
    desk.world.hold()
    for rating in read:
        if rating:
            desk.portal.ratings.put_record(rating)
    return desk.envelope.accepted_reply(f"Đồng bộ {len(read)} đánh giá thành công")
