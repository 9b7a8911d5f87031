"""Reading what agencies push to the portal: dossiers, steps, status reports, questions and ratings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from emulator.country.shelf import IssuedResult
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.portal.envelope import BAD_FIELD, check_batch, read_stamp
from emulator.services.portal.models import Fields, Lists, PortalDossier, Question, Rating, StatusReport, StepReport
from emulator.wire.json_body import kind_of
from emulator.wire.reading import Reading

if TYPE_CHECKING:
    from marshmallow import Schema


# Reading what agencies push to the portal: dossiers, steps, status reports
# (src:portal-services, src:portal-dossier, src:portal-step).

_TRUE, _FALSE = "True", "False"


@cache
def _schema(name: str) -> Schema:
    from emulator.services.portal import schemas as dvcqg_schemas

    made: Schema = getattr(dvcqg_schemas, name)()
    return made


def dossier_columns() -> dict[str, bool]:
    """Return the fields of a dossier of ``DongBoHoSoMC``, each with whether it holds a list."""
    shape = _schema("PortalDossierSchema")
    return {str(each.data_key or name): hasattr(each, "nested") for name, each in shape.fields.items()}


def _show_value(value: object) -> str:
    """Return a value as JSON writes it, cut to a line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"


def read_is_updating(given: dict[str, Any], reading: Reading) -> bool:
    """Read ``isUpdating``: the capitalised strings ``True`` and ``False`` (src:portal-services)."""
    value = given.get("isUpdating")
    if value in (_TRUE, _FALSE):
        return bool(value == _TRUE)
    if str(value).lower() in ("true", "false") and reading.mode != "strict":
        reading.note(
            "is-updating-spelling",
            "/isUpdating",
            f'isUpdating là {_show_value(value)}; dạng chuẩn là chuỗi "True" hoặc "False"',
            f'isUpdating is {_show_value(value)}; the known form is the string "True" or "False"',
        )
        return str(value).lower() == "true"
    reading.refuse(
        "is-updating",
        "/isUpdating",
        BAD_FIELD,
        f'isUpdating là {_show_value(value)}: cần chuỗi "True" hoặc "False"',
        'isUpdating must be the string "True" or "False"',
        expected='"True", "False"',
    )
    reading.check()
    return False


def read_elements(given: dict[str, Any], reading: Reading) -> list[dict[str, Any]]:
    """Return the elements of ``data``; one object alone is taken as a list of one, with a remark.

    Raises:
        ServiceRefusal: ``data`` is not a list of objects, or empty.
    """
    value = given.get("data")
    if isinstance(value, dict) and reading.mode != "strict":
        reading.note(
            "data-not-a-list", "/data", "data là một đối tượng; dạng chuẩn là mảng", "data is an object, not a list"
        )
        value = [value]
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
        vi, en = "data phải là một mảng có ít nhất một đối tượng", "data must be a list of at least one object"
        found = " ".join(kind_of(value)) if not value else ""
        raise ServiceRefusal.for_rule(BAD_FIELD, "data-list", "/data", vi, en, found=found, expected="[{…}]")
    check_batch(value)
    return value


def read_dossier(element: dict[str, Any], place: int, unit_code: str, reading: Reading) -> PortalDossier | None:
    """Read one element of ``DongBoHoSoMC``; None when a rule was broken, which the reading then names."""
    path = f"/data/{place}"
    fields, lists = _load("PortalDossierSchema", element, path, reading)
    if not fields:
        return None
    identities = lists["DinhDanhCHS"]
    return PortalDossier(
        code=fields["MaHoSo"],
        unit_code=unit_code,
        procedure_code=fields["MaTTHC"],
        status=int(fields["TrangThaiHoSo"]),
        owner_id=str(identities[0]["SoDinhDanh"]) if identities else "",
        received_at=read_stamp(fields["NgayTiepNhan"]) or 0,
        changed_at=reading.rules.now_ms,
        fields=fields,
        lists=lists,
    )


def read_step(element: dict[str, Any], place: int, reading: Reading) -> StepReport | None:
    """Read one element of ``CapNhatTienDoHoSoMC``; None when a rule was broken."""
    fields, _ = _load("PortalStepSchema", element, f"/data/{place}", reading)
    if not fields:
        return None
    return StepReport(fields["MaHoSo"], int(fields["TrangThai"]), read_stamp(fields["ThoiDiemXuLy"]) or 0, fields)


def read_status_report(given: dict[str, Any], reading: Reading) -> StatusReport:
    """Read ``DongBoTrangThaiHoSo``: ``type`` "2" and ``data`` as one object (src:portal-services).

    Raises:
        ServiceRefusal: a rule was broken.
    """
    kind, data = given.get("type"), given.get("data")
    if kind != "2":
        reading.refuse(
            "report-type",
            "/type",
            BAD_FIELD,
            f'type là {_show_value(kind)}: cần chuỗi "2"',
            'type must be "2"',
            expected='"2"',
        )
    if not isinstance(data, dict):
        reading.refuse(
            "report-data",
            "/data",
            BAD_FIELD,
            "data phải là một đối tượng, không phải mảng",
            "data must be an object",
            expected="{…}",
        )
        data = {}
    reading.check()
    fields, _ = _load("StatusReportSchema", data, "/data", reading)
    reading.check()
    return StatusReport(
        code=fields["MaHoSo"],
        local_code=fields["MaHoSoDonVi"],
        status=int(fields["TrangThai"]),
        handled_at=read_stamp(fields["NgayXuLy"]) or 0,
        note=fields["NoiDung"],
        fields=fields,
    )


def refuse_field(reading: Reading, rule: str, path: str, code: int, vi: str, en: str, **values: str) -> None:
    """Break a rule about one field; the sentence begins with its path inside ``data``."""
    reading.refuse(rule, path, code, f"{path.removeprefix('/')}: {vi}", en, **values)


def _load(schema_name: str, element: dict[str, Any], path: str, reading: Reading) -> tuple[Fields, Lists]:
    from marshmallow import ValidationError

    schema = _schema(schema_name)
    _note_unknown(schema, element, path, reading)
    try:
        loaded: dict[str, Any] = schema.load(element)
    except ValidationError as trouble:
        for where, what in _troubles(trouble.messages, path):
            _refuse(where, what, reading)
        return {}, {}
    fields: Fields = {}
    lists: Lists = {}
    for name, each in schema.fields.items():
        key, value = each.data_key or name, loaded[name]
        if isinstance(value, list):
            lists[key] = _official(each, value)
        else:
            fields[key] = value or ""
    return fields, lists


def _official(nested: Any, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    keys = {name: each.data_key for name, each in nested.schema.fields.items()}
    return [{keys[name]: value or "" for name, value in row.items()} for row in rows]


def _note_unknown(schema: Schema, element: dict[str, Any], path: str, reading: Reading) -> None:
    known = [each.data_key or name for name, each in schema.fields.items()]
    for key in element:
        if key in known:
            continue
        near = reading.near(key, known)
        hint = f"; có phải {near}?" if near else ""
        vi, en = f"Trường {key} không có trong tài liệu{hint}", f"{key} is unknown"
        reading.note("unknown-field", f"{path}/{key}", vi, en, nearest=near)
    _note_numbers(schema, element, path, reading)
    for name, each in schema.fields.items():
        rows = element.get(each.data_key or name)
        if isinstance(rows, list) and hasattr(each, "schema"):
            for place, row in enumerate(rows):
                if isinstance(row, dict):
                    _note_unknown(each.schema, row, f"{path}/{each.data_key}/{place}", reading)


def _note_numbers(schema: Schema, element: dict[str, Any], path: str, reading: Reading) -> None:
    """Say which texts came as numbers: every client that is known sends strings (src:portal-dossier)."""
    for name, each in schema.fields.items():
        key = each.data_key or name
        value = element.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            vi, en = (
                f"{path[1:]}/{key} là số {value}; dạng chuẩn là chuỗi",
                f"{key} is the number {value}, not a string",
            )
            reading.note("number-for-text", f"{path}/{key}", vi, en, expected=f'"{value}"', nearest=f'"{value}"')


def _troubles(messages: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _troubles(inner, path if key == "_schema" else f"{path}/{key}")
        return
    for each in messages:
        yield path, each


def _refuse(path: str, trouble: Any, reading: Reading) -> None:
    name = path.rpartition("/")[2]
    if isinstance(trouble, str):
        reading.refuse(
            "field-shape",
            path,
            BAD_FIELD,
            f"{path.removeprefix('/')}: {name} phải là mảng các đối tượng",
            f"{name} must be a list of objects",
            expected="[{…}]",
        )
        return
    code, vi, en, expected = trouble
    said = vi.replace("{name}", name), en.replace("{name}", name)
    refuse_field(reading, "field", path, code, *said, expected=expected)


# What a stored portal dossier says in its official lists, and how ``TraCuuHoSo`` prints it.


def issued_results(dossier: PortalDossier) -> list[IssuedResult]:
    """Return the results of ``DanhSachGiayToKetQua``."""
    return [
        IssuedResult(row["MaGiayToKetQua"], row["TenGiayTo"], row["DuongDanTepTinKetQua"], row.get("GiayToId", ""))
        for row in dossier.lists.get("DanhSachGiayToKetQua", [])
    ]


def submitted_links(dossier: PortalDossier) -> frozenset[str]:
    """Return the links of ``TaiLieuNop``."""
    rows = dossier.lists.get("TaiLieuNop", [])
    return frozenset(row["DuongDanTaiTepTin"] for row in rows if row["DuongDanTaiTepTin"])


def dossier_rows(dossier: PortalDossier) -> list[dict[str, Any]]:
    """Return the row of ``TraCuuHoSo``: the pushed names in upper case, as every read prints its keys. Ours."""
    fields = dossier.fields | {"TrangThaiHoSo": str(dossier.status)}
    return [{name.upper(): value for name, value in fields.items()}]


def read_pack_dossier(row: Mapping[str, Any]) -> PortalDossier:
    """Read one row of ``portal/dossiers.json``: a dossier citizens filed on the portal, waiting for its agency."""
    fields = {key: value for key, value in row.items() if isinstance(value, str)}
    lists = {key: value for key, value in row.items() if isinstance(value, list)}
    received_at = read_stamp(row["NgayTiepNhan"]) or 0
    return PortalDossier(
        code=row["MaHoSo"],
        unit_code=row["MADONVI"],
        procedure_code=row["MaTTHC"],
        status=int(row["TrangThaiHoSo"]),
        owner_id=lists["DinhDanhCHS"][0]["SoDinhDanh"],
        received_at=received_at,
        changed_at=received_at,
        fields=fields,
        lists=lists,
        origin="portal",
    )


# Questions, answers and ratings (src:portal-services). The pairing of the services is ours where no text gives it.

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
        where, form = f"/data/{place}/NGAYTRALOI", "yyyyMMddHHmmss"
        vi = f'data/{place}: NGAYTRALOI "{upper["NGAYTRALOI"]}" sai định dạng: cần {form}'
        reading.refuse("field", where, BAD_FIELD, vi, f"NGAYTRALOI is not {form}", expected=form)
        return None
    return str(upper["HOIDAPID"]), _fields(upper, ANSWER_FIELDS)


def read_rating(row: Mapping[str, Any], place: int, unit_code: str, reading: Reading) -> Rating | None:
    """Read one element of ``DongBoDanhGia``: a monthly summary, keyed by its month. Its keys are ours. None: broken."""
    upper = _upper(row)
    if not _has(upper, ("THANG", "NAM"), place, reading):
        return None
    month, year = str(upper["THANG"]).zfill(2), str(upper["NAM"])
    if not (month.isdigit() and year.isdigit() and 1 <= int(month) <= 12 and len(year) == 4):
        vi = f"data/{place}: THANG và NAM phải là một tháng, ví dụ 11 và 2026"
        where, en = f"/data/{place}/THANG", "THANG and NAM must be a month"
        reading.refuse("field", where, BAD_FIELD, vi, en, expected="1…12")
        return None
    fields = {key: "" if value is None else str(value) for key, value in upper.items()}
    return Rating(unit_code, f"{year}-{month}", reading.rules.now_ms, fields)


def question_id(given_text: str) -> str:
    """Return the id asked for. Raises ServiceRefusal when ``cauhoiid`` is missing."""
    if not given_text:
        raise ServiceRefusal.for_rule(
            BAD_FIELD,
            "required",
            "/cauhoiid",
            "Thiếu trường bắt buộc cauhoiid: mã câu hỏi (HOIDAPID)",
            "cauhoiid is missing: the question's HOIDAPID",
            expected="cauhoiid",
        )
    return given_text


def _upper(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key.upper(): value for key, value in row.items()}


def _fields(row: Mapping[str, Any], names: Iterable[str]) -> Fields:
    return {name: "" if row.get(name) is None else str(row[name]) for name in names}


def _has(row: Mapping[str, Any], names: Iterable[str], place: int, reading: Reading) -> bool:
    missing = [name for name in names if row.get(name) in (None, "")]
    for name in missing:
        vi, en = f"data/{place}: thiếu trường bắt buộc {name}", f"data/{place}: {name} is missing"
        reading.refuse("required", f"/data/{place}/{name}", BAD_FIELD, vi, en, expected="String (≥ 1)")
    return not missing
