"""Tasks about dossiers, told as a counter would: in words, dates and names, never in the fields of the wire."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from random import Random
from typing import Any

from emulator.certification.tasks.expected import DATABASES, expected_of
from emulator.certification.tasks.props import Props
from emulator.country.people import Person
from emulator.country.records import Dossier
from emulator.kernel.clock import iso
from emulator.services.btxh import catalogues
from emulator.wire.identity import FEMALE
from emulator.wire.statuses import STATUS_NAMES

Words = Mapping[str, Any]
_ISSUERS = ("1047", "1048", "1195", "1213")
_OFFICERS = ("Cán bộ Tiếp Nhận", "Cán bộ Thẩm Định", "Cán bộ Chi Trả", "Lãnh đạo Phòng")
_FINAL = (9, 10)
_LONG_NOTE = "Nội dung xử lý dài hơn bảng cho phép; "
_HOUR_MS = 3_600_000
_HOSTILE = (
    "Đơn & tờ khai <mẫu 1a>.pdf",
    'Giấy "xác nhận" của UBND.pdf',
    "Bản sao 'có chứng thực' & dấu.pdf",
    "Tờ khai số 1 ]]> phụ lục.pdf",
    "Hộ khẩu 50% & ảnh > 2MB.jpg",
)
"""File names that break XML put together by hand."""


def dossier(number: int, given: Words, props: Props) -> dict[str, Any]:
    """Return one dossier as the counter knows it.

    ``status`` is a number of BTXH PL 5, told by its name; ``with_result``; ``hostile`` names of files; ``nfd`` names in
    decomposed Unicode; ``channel``; ``procedure`` by code.
    """
    it, luck = props.person(number), props.luck("dossier", number)
    place, procedure = props.place(number), props.procedure(number, given.get("procedure"))
    received = props.world.now_ms // 1000 * 1000
    submitted = received - luck.randrange(1, 90) * 1000
    names = _names(given, props, number)
    made: dict[str, Any] = {
        "dossier_code": props.dossier_code(number),
        "procedure": {name: value for name, value in procedure.items() if name != "result_code"},
        "channel": given.get("channel") or luck.choice(["in-person", "online", "post"]),
        "delivery": luck.choice(["counter", "post"]),
        "payment": luck.choice(["none", "national-portal", "own-portal", "direct"]),
        "vneid_verified": luck.random() < 0.5,
        "applicant": _applicant(it, given, place, luck),
        "place": dict(place),
        "received_at": iso(received),
        "submitted_at": iso(submitted),
        "status": status(int(given.get("status", 1))),
        "national_database": luck.choice(sorted(DATABASES)),
        "files": [_file(name, number, at, props) for at, name in enumerate(names, 1)],
    }
    if given.get("with_result"):
        made["results"] = [_result(number, procedure["result_code"], given, props)]
    return made


def _applicant(it: Person, given: Words, place: Mapping[str, str], luck: Random) -> dict[str, Any]:
    return {
        "kind": "citizen",
        "full_name": unicodedata.normalize("NFD" if given.get("nfd") else "NFC", it.name),
        "born_on": it.born_on.isoformat(),
        "gender": "female" if it.gender_id == FEMALE else "male",
        "ethnicity": luck.choice(["Kinh", "Tày", "Mường", "Dao", "H'Mông"]),
        "citizen_id": it.citizen_id,
        "id_issued_on": it.id_issued_on.isoformat(),
        "id_issued_by": catalogues.ISSUERS[luck.choice(_ISSUERS)],
        "phone": it.phone,
        "email": it.mail,
        "registered_address": _address(place, luck.randrange(1, 20)),
    }


def _names(given: Words, props: Props, number: int) -> list[str]:
    if given.get("hostile"):
        return props.luck("names", number).sample(_HOSTILE, 2)
    return ["to-khai.pdf", "giay-to-kem-theo.pdf"][: int(given.get("files", 2))]


def _address(place: Mapping[str, str], hamlet: int) -> dict[str, str]:
    codes = {name: place[name] for name in ("province", "district", "commune")}
    return codes | {"hamlet": f"Tổ {hamlet}", "detail": f"Số 0, Tổ {hamlet}, đường Không Có Thật"}


def status(number: int) -> dict[str, str]:
    """Return a status by its name in the catalogue (BTXH PL 5); the number is for the client to know."""
    return {"name": STATUS_NAMES[number]}


def _file(name: str, number: int, at: int, props: Props) -> dict[str, Any]:
    link = f"https://motcua.hanoi.gov.vn/tep/{props.no}/{number}/{at}?loai=nop&ban=1"
    return {"name": name, "url": link, "digitised": True, "reused": False, "from_kho_dl": False}


def _result(number: int, code: str, given: Words, props: Props) -> dict[str, str]:
    name = props.luck("result", number).choice(_HOSTILE) if given.get("hostile") else "quyet-dinh.pdf"
    link = f"https://motcua.hanoi.gov.vn/ket-qua/{props.no}/{number}?ky=1&so={number}"
    return {"name": name, "url": link, "result_code": code, "reference_number": f"{props.no}{number:02d}/QĐ-UBND"}


def push_dossiers(given: Words, props: Props) -> dict[str, Any]:
    """``count`` new dossiers were received; send them to the ministry (BTXH 3.1.1)."""
    return _task_of("push-dossiers", [dossier(number, given, props) for number in _numbers(given)], "1")


def push_results(given: Words, props: Props) -> dict[str, Any]:
    """``count`` dossiers are finished; send their final results (BTXH 3.1.3).

    They were pushed before: mode strict takes no result of a dossier it has never seen.
    """
    made = []
    for number in _numbers(given):
        words = {"status": props.luck("final", number).choice(_FINAL), "with_result": True} | dict(given)
        made.append(dossier(number, words, props))
        if props.world.mode == "strict":
            _put_before(made[-1], props)
    return _task_of("push-results", made, "100")


def push_course(given: Words, props: Props) -> dict[str, Any]:
    """``count`` dossiers are received and handled; send each, then the steps ``statuses`` (BTXH 3.1.1, 3.1.2).

    ``courses``: the steps of each dossier in turn instead; ``note``: how long a step's note is, in characters.
    """
    courses = given.get("courses") or [given.get("statuses", (2, 4))] * int(given.get("count", 1))
    dossiers = []
    for number, course in enumerate(courses, 1):
        made = dossier(number, {"status": 1} | dict(given), props)
        made["steps"] = [_step(made, int(each), at, given, props) for at, each in enumerate(course, 1)]
        dossiers.append(made)
    return _task_of("push-course", dossiers, "1")


def _task_of(what: str, dossiers: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    expected = {"dossiers": expected_of(dossiers, kind)}
    return {"do": what, "dossiers": dossiers, "expected": expected}


def _put_before(made: Mapping[str, Any], props: Props) -> None:
    """Put a dossier into the ministry's store as if it had been pushed and handled up to status 9."""
    fields = expected_of([{**made, "status": status(9)}], "1")[made["dossier_code"]]["fields"]
    place, now = made["place"], props.world.now_ms
    stored = Dossier(
        code=made["dossier_code"],
        origin="local",
        province_code=place["province"],
        district_code=place["district"],
        commune_code=place["commune"],
        status=9,
        owner_id=made["applicant"]["citizen_id"],
        received_at=now,
        submitted_at=now,
        changed_at=now,
        fields=dict(fields),
    )
    props.world.dossiers.put_record(stored)


def _step(made: Mapping[str, Any], number: int, at: int, given: Words, props: Props) -> dict[str, Any]:
    commune = made["place"]["commune"]
    moment = props.world.now_ms // 1000 * 1000 + at * 1000
    officer = props.luck("officer", made["dossier_code"], at).randrange(len(_OFFICERS))
    note = f"{STATUS_NAMES[number]} (bước {at})"
    if given.get("note"):
        note = (_LONG_NOTE * 200)[: int(given["note"])]
    return {
        "status": status(number),
        "handled_at": iso(moment),
        "officer": {
            "account": f"{commune}_cb{officer}",
            "name": f"CB Một Cửa {officer}",
            "title": _OFFICERS[officer],
        },
        "unit": made["place"]["unit"],
        "note": note,
        "started_on": iso(moment),
        "due_on": iso(moment + (5 + officer) * 24 * _HOUR_MS),
    }


def _numbers(given: Words) -> range:
    return range(1, int(given.get("count", 1)) + 1)
