"""Tasks about dossiers, told as a counter would: in words, dates and names, never in the fields of the wire."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from random import Random
from typing import cast

from emulator.certification.kit import KitWords
from emulator.certification.tasks.props import DATABASES, Assignment, Props, expected_of
from emulator.certification.vocabulary import (
    TaskAddress,
    TaskApplicant,
    TaskDossier,
    TaskFile,
    TaskOwner,
    TaskPlace,
    TaskResult,
    TaskStatus,
    TaskStep,
)
from emulator.country.people import citizen_id
from emulator.country.shelf import Dossier
from emulator.kernel.clock import iso, to_datetime
from emulator.kernel.exchange import JsonObject
from emulator.services.btxh import catalogues
from emulator.wire.codes import STATUS_NAMES
from emulator.wire.identity import FEMALE, MALE, NOBODY, is_tax_code, tax_remainder

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


def dossier(number: int, given: KitWords, props: Props) -> TaskDossier:
    """Return one dossier as the counter knows it.

    ``status`` is a number of BTXH PL 5, told by its name; ``with_result``; ``hostile`` names of files; ``nfd`` names in
    decomposed Unicode; ``channel``; ``procedure`` by code; ``vary``: applicants, owners, residences, files and result
    papers of every kind, and optional words told of one dossier and not of the next.
    """
    place, procedure = props.place(number), props.procedure(number, given.get("procedure"))
    received = props.world.now_ms // 1000 * 1000
    submitted = received - props.luck("dossier", number).randrange(1, 90) * 1000
    made: TaskDossier = {
        "dossier_code": props.dossier_code(number),
        "procedure": {
            "code": procedure["code"],
            "name": procedure["name"],
            "sector_code": procedure["sector_code"],
            "sector_name": procedure["sector_name"],
        },
        "channel": given.get("channel") or props.deal(["in-person", "online", "post"], number, "channel"),
        "delivery": props.deal(["counter", "post"], number, "delivery"),
        "payment": props.deal(["none", "national-portal", "own-portal", "direct"], number, "payment"),
        "vneid_verified": props.deal([True, False], number, "vneid"),
        "applicant": _applicant(number, given, place, props),
        "place": place,
        "received_at": iso(received),
        "submitted_at": iso(submitted),
        "status": status(int(given.get("status", 1))),
        "national_database": props.deal(sorted(DATABASES), number, "database"),
        "files": _files(number, given, props),
    }
    if given.get("with_result"):
        papers = props.deal((1, 2), number, "results") if given.get("vary") else 1
        made["results"] = [_result(number, at, procedure["result_code"], given, props) for at in range(1, papers + 1)]
    return vary(made, number, props) if given.get("vary") else made


def _applicant(number: int, given: KitWords, place: TaskPlace, props: Props) -> TaskApplicant:
    it, luck = props.person(number), props.luck("applicant", number)
    return {
        "kind": "citizen",
        "full_name": unicodedata.normalize("NFD" if given.get("nfd") else "NFC", it.name),
        "born_on": it.born_on.isoformat(),
        "gender": "female" if it.gender_id == FEMALE else "male",
        "ethnicity": props.deal(["Kinh", "Tày", "Mường", "Dao", "H'Mông"], number, "ethnicity"),
        "citizen_id": it.citizen_id,
        "id_issued_on": it.id_issued_on.isoformat(),
        "id_issued_by": catalogues.ISSUERS[props.deal(_ISSUERS, number, "issuer")],
        "phone": it.phone,
        "email": it.mail,
        "registered_address": _address(place, luck.randrange(1, 20)),
    }


def _address(place: TaskPlace, hamlet: int) -> TaskAddress:
    return {
        "province": place["province"],
        "district": place["district"],
        "commune": place["commune"],
        "hamlet": f"Tổ {hamlet}",
        "detail": f"Số 0, Tổ {hamlet}, đường Không Có Thật",
    }


def status(number: int) -> TaskStatus:
    """Return a status by its name in the catalogue (BTXH PL 5); the number is for the client to know."""
    return {"name": STATUS_NAMES[number]}


def _files(number: int, given: KitWords, props: Props) -> list[TaskFile]:
    names = ["to-khai.pdf", "giay-to-kem-theo.pdf"][: int(given.get("files", 2))]
    if given.get("hostile"):
        names = props.luck("names", number).sample(_HOSTILE, 2)
    return [_file(name, number, at, props) for at, name in enumerate(names, 1)]


def _file(name: str, number: int, at: int, props: Props) -> TaskFile:
    link = f"https://motcua.hanoi.gov.vn/tep/{props.no}/{number}/{at}?loai=nop&ban=1"
    return {"name": name, "url": link, "digitised": True, "reused": False, "from_kho_dl": False}


def _result(number: int, at: int, code: str, given: KitWords, props: Props) -> TaskResult:
    name = "quyet-dinh.pdf" if at == 1 else "thong-bao-muc-huong.pdf"
    if given.get("hostile"):
        name = props.luck("result", number, at).choice(_HOSTILE)
    link = f"https://motcua.hanoi.gov.vn/ket-qua/{props.no}/{number}{'' if at == 1 else f'-{at}'}?ky=1&so={number}"
    return {"name": name, "url": link, "result_code": code, "reference_number": f"{props.no}{number:02d}/QĐ-UBND"}


def push_dossiers(given: KitWords, props: Props) -> Assignment:
    """``count`` new dossiers were received; send them to the ministry (BTXH 3.1.1)."""
    return _task_of("push-dossiers", [dossier(number, given, props) for number in _numbers(given)], "1")


def push_results(given: KitWords, props: Props) -> Assignment:
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


def push_course(given: KitWords, props: Props) -> Assignment:
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


def _task_of(what: str, dossiers: list[TaskDossier], kind: str) -> Assignment:
    return Assignment({"do": what, "dossiers": dossiers}, {"dossiers": expected_of(dossiers, kind)})


def _put_before(made: TaskDossier, props: Props) -> None:
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


def _step(made: TaskDossier, number: int, at: int, given: KitWords, props: Props) -> TaskStep:
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


def _numbers(given: KitWords) -> range:
    return range(1, int(given.get("count", 1)) + 1)


# What varies between the dossiers of one task: no value of it may be taken for a constant.

_KINDS = ("citizen", "citizen", "citizen", "enterprise", "authority", "organisation")
_NAMES = ("", "", "letter", "word", "long")
_AGES = ("", "infant", "", "elderly")
_UNTOLD = (
    (),
    ("phone", "email"),
    ("ethnicity", "id_issued_on", "id_issued_by"),
    ("gender", "channel", "hamlet"),
)
"""Optional words by dossier: told of one, and not of the next; what is not known must not be made up, or left over."""
_LONG, _SYLLABLES = 60, ("Công", "Tằng", "Tôn", "Nữ", "Diệu", "Hằng", "Thu", "Ngọc", "Thiên", "Kim", "Hương", "Khánh")
_WORDS, _LETTERS = ("Điểu", "Thạch", "Nghiêm", "Rơmah"), ("Y", "Ô", "Đ", "A")


def vary(made: TaskDossier, number: int, props: Props) -> TaskDossier:
    """Return a dossier that differs from its neighbours in whatever the tables of BTXH 3.1.1 let differ."""
    it = made["applicant"]
    it["kind"], it["full_name"] = props.deal(_KINDS, number, "kind"), _name(it["full_name"], number, props)
    it.update(_born(it, number, props))
    if owner := _owner(it["kind"], number, props):
        it["owner"] = owner
    if props.deal((True, False), number, "residence"):
        elsewhere = props.place(number + _ELSEWHERE)
        it["current_address"] = _address(elsewhere, 20 + props.luck("residence", number).randrange(60))
    made["files"] = _varied_files(made["files"], number, props)
    for word in props.deal(_UNTOLD, number, "untold"):
        for told in (made, it, it["registered_address"], it.get("current_address", {})):
            cast("JsonObject", told).pop(word, None)
    return made


_ELSEWHERE = 500  # numbers of places that no dossier of a scene is handled at


def _name(usual: str, number: int, props: Props) -> str:
    """Return a name of one letter, of one word, of sixty letters, or the usual one."""
    luck = props.luck("name", number)
    how = props.deal(_NAMES, number, "name")
    if how == "letter":
        return luck.choice(_LETTERS)
    if how == "word":
        return luck.choice(_WORDS)
    if how == "long":
        syllables = [luck.choice(_SYLLABLES) for _ in range(_LONG)]
        return unicodedata.normalize("NFC", " ".join((usual, *syllables)))[:_LONG].rstrip().ljust(_LONG, "h")
    return usual


def _born(it: TaskApplicant, number: int, props: Props) -> TaskApplicant:
    """Return birth, number and card of an infant or of somebody very old; nothing for everybody else."""
    how, luck = props.deal(_AGES, number, "age"), props.luck("age", number)
    today = to_datetime(props.world.now_ms).date()
    if how == "infant":
        born = today - timedelta(days=luck.randrange(40, 300))
    elif how == "elderly":
        born = date(1922, 1, 1) + timedelta(days=luck.randrange(3000))
    else:
        return {}
    gender_id = FEMALE if it["gender"] == "female" else MALE
    own = citizen_id(gender_id, born, int(it["citizen_id"][-6:]))
    issued = max(born + timedelta(days=20), date.fromisoformat(it["id_issued_on"]))
    return {"born_on": born.isoformat(), "citizen_id": own, "id_issued_on": issued.isoformat()}


def _owner(kind: str, number: int, props: Props) -> TaskOwner | None:
    """Return who owns the dossier when it is not who files it: a body with a tax code, or somebody with an old card."""
    luck = props.luck("owner", number)
    if kind != "citizen":
        return {"id_kind": "tax-code", "id_number": _tax_code(luck)}
    if props.deal((False, True, False), number, "owner"):
        return {"id_kind": "identity-card", "id_number": f"{NOBODY}{luck.randrange(1_000_000):06d}"}
    return None


def _tax_code(luck: Random) -> str:
    """Return a tax code whose check digit is right; some are those of a branch."""
    while True:
        nine = f"{luck.randrange(1, 100_000_000):09d}"
        left = tax_remainder(nine)
        code = f"{nine}{10 - left}"
        if left and is_tax_code(code):
            return code if luck.random() < 0.5 else f"{code}-{luck.randrange(1, 100):03d}"


def _varied_files(files: list[TaskFile], number: int, props: Props) -> list[TaskFile]:
    how, luck = props.deal(("all", "some", "none"), number, "digitised"), props.luck("files", number)
    for at, file in enumerate(files):
        file["digitised"] = how == "all" or (how == "some" and at == 0)
        file["reused"], file["from_kho_dl"] = luck.random() < 0.5, luck.random() < 0.3
    if props.deal((True, False), number, "deleted"):
        gone = _file("nop-nham.pdf", number, len(files) + 1, props)
        gone["deleted"] = True
        files.insert(luck.randrange(len(files) + 1), gone)
    return files
