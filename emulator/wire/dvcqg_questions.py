"""Questions, answers and ratings (facts-platforms §1.4). The pairing of the services is ours where no text gives it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from emulator.kernel.refusals import ServiceRefusal
from emulator.wire.dvcqg_codes import BAD_FIELD
from emulator.wire.dvcqg_dates import read_stamp
from emulator.wire.dvcqg_forms import Fields, Question, Rating
from emulator.wire.reading import Reading

Row = dict[str, Any]
QUESTION_FIELDS = (
    "HOIDAPID",
    "MALINHVUC",
    "MADONVI",
    "TENDONVI",
    "NOIDUNG",
    "HOVATEN",
    "DIACHI",
    "SODIENTHOAI",
    "THUDIENTU",
    "MATTHC",
)
ANSWER_FIELDS = ("TRALOIID", "NOIDUNGTRALOI", "NGUOITRALOI", "CHUCVUNGUOITRALOI", "NGAYTRALOI")


def read_pack_question(row: Mapping[str, Any]) -> Question:
    """Read one row of ``portal/questions.json``; ``NGAYGUI`` is when it was asked."""
    return Question(row["HOIDAPID"], row["MADONVI"], read_stamp(row["NGAYGUI"]) or 0, _fields(row, QUESTION_FIELDS))


def question_rows(questions: Iterable[Question]) -> list[Row]:
    """Return the rows of ``LayDanhSachHoiDapGuiTuDVCQG`` and ``LayDanhSachHoiDapBoCoQuan``."""
    return [dict(question.fields) for question in questions]


def answer_rows(question: Question) -> list[Row]:
    """Return the rows of ``LayNoiDungTraLoiTheoCauHoi``: none when nobody has answered."""
    return [{"HOIDAPID": question.id, **question.answer_fields}] if question.answer_fields else []


def read_question(row: Mapping[str, Any], place: int, unit_code: str, reading: Reading) -> Question | None:
    """Read one element of ``DongBoHoiDap``: question and answer that an agency publishes. None when it is broken."""
    upper = _upper(row)
    if not _has(upper, ("HOIDAPID", "NOIDUNG"), place, reading):
        return None
    answer = _fields(upper, ANSWER_FIELDS) if upper.get("NOIDUNGTRALOI") else None
    fields = _fields(upper, QUESTION_FIELDS) | {"MADONVI": upper.get("MADONVI") or unit_code}
    return Question(str(upper["HOIDAPID"]), unit_code, reading.rules.now_ms, fields, answer)


def read_answer(row: Mapping[str, Any], place: int, reading: Reading) -> tuple[str, Fields] | None:
    """Read one element of ``DongBoKetQuaHoiDapGuiTuDVCQG``: the question's id and the answer. None when broken."""
    upper = _upper(row)
    if not _has(upper, ("HOIDAPID", "NOIDUNGTRALOI", "NGUOITRALOI", "NGAYTRALOI"), place, reading):
        return None
    if read_stamp(str(upper["NGAYTRALOI"])) is None:
        reading.refuse(
            "field",
            f"/data/{place}/NGAYTRALOI",
            BAD_FIELD,
            f'data/{place}: NGAYTRALOI "{upper["NGAYTRALOI"]}" sai định dạng: cần yyyyMMddHHmmss',
            "NGAYTRALOI is not yyyyMMddHHmmss",
        )
        return None
    return str(upper["HOIDAPID"]), _fields(upper, ANSWER_FIELDS)


def read_rating(row: Mapping[str, Any], place: int, unit_code: str, reading: Reading) -> Rating | None:
    """Read one element of ``DongBoDanhGia``: a monthly summary, keyed by its month. Its keys are ours. None: broken."""
    upper = _upper(row)
    if not _has(upper, ("THANG", "NAM"), place, reading):
        return None
    month, year = str(upper["THANG"]).zfill(2), str(upper["NAM"])
    if not (month.isdigit() and year.isdigit() and 1 <= int(month) <= 12 and len(year) == 4):
        reading.refuse(
            "field",
            f"/data/{place}/THANG",
            BAD_FIELD,
            f"data/{place}: THANG và NAM phải là một tháng, ví dụ 11 và 2026",
            "THANG and NAM must be a month",
        )
        return None
    fields = {key: "" if value is None else str(value) for key, value in upper.items()}
    return Rating(unit_code, f"{year}-{month}", reading.rules.now_ms, fields)


def question_id(given_text: str) -> str:
    """Return the id asked for. Raises ServiceRefusal when ``cauhoiid`` is missing."""
    if not given_text:
        raise ServiceRefusal(BAD_FIELD, "Thiếu trường bắt buộc cauhoiid: mã câu hỏi (HOIDAPID)")
    return given_text


def _upper(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key.upper(): value for key, value in row.items()}


def _fields(row: Mapping[str, Any], names: Iterable[str]) -> Fields:
    return {name: "" if row.get(name) is None else str(row[name]) for name in names}


def _has(row: Mapping[str, Any], names: Iterable[str], place: int, reading: Reading) -> bool:
    missing = [name for name in names if row.get(name) in (None, "")]
    for name in missing:
        reading.refuse(
            "required",
            f"/data/{place}/{name}",
            BAD_FIELD,
            f"data/{place}: thiếu trường bắt buộc {name}",
            f"data/{place}: {name} is missing",
        )
    return not missing
