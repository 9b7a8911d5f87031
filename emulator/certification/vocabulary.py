"""The words of tasks: what a client is given to do, in a vocabulary that is a public contract.

Kept here once: the schema (``docs/schemas/task.schema.json``), the page (``docs/kits``) and what a person
at an attended attempt reads are derived from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, TypedDict

from emulator.kernel.exchange import JsonObject
from emulator.kernel.values import value_class

Kind = Literal["text", "moment", "day", "flag", "number", "object", "list", "link"]


@value_class
class TaskWord:
    """One word: its meaning in both languages, the kind of its value, and what the value may be, if that is listed."""

    vi: str
    en: str
    kind: Kind = "text"
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)


_DO = {
    "push-dossiers": ("gửi hồ sơ mới lên Bộ (DongBoDVC, LoaiDuLieu 1)", "push new dossiers"),
    "push-results": ("gửi kết quả cuối cùng lên Bộ (DongBoDVC, LoaiDuLieu 100)", "push final results"),
    "push-course": ("gửi hồ sơ rồi các bước xử lý (DongBoDVC, XuLyHoSo)", "push dossiers, then their steps"),
    "pull-dossiers": ("lấy hồ sơ đăng ký trên cổng của Bộ (DanhSachHoSo, LoaiDuLieu 1)", "fetch new dossiers"),
    "pull-results": ("lấy kết quả cuối cùng (DanhSachHoSo, LoaiDuLieu 100)", "fetch final results"),
    "pull-steps": ("lấy tiến trình xử lý (TienTrinhXuLy)", "fetch processing steps"),
    "file-with-papers": ("nộp hồ sơ, lấy giấy tờ từ Kho DL rồi gửi lên Cổng", "file a dossier with papers of Kho DL"),
    "finish-with-result": ("hồ sơ đã xong: gửi hồ sơ và kết quả lên Cổng", "send a finished dossier and its result"),
    "serve-files": ("đưa tệp lên máy chủ của mình để cơ quan khác tới tải", "publish files for other agencies"),
}
_CHANNELS = {
    "in-person": ("trực tiếp", "in person"),
    "online": ("trực tuyến", "online"),
    "post": ("bưu chính công ích", "by public post"),
}
_PAYMENTS = {
    "none": ("không phát sinh", "none"),
    "national-portal": ("trực tuyến trên Cổng DVCQG", "online at the national portal"),
    "own-portal": ("trực tuyến trên cổng của đơn vị", "online at the agency's own portal"),
    "direct": ("trực tiếp", "at the counter"),
}
_DATABASES = {
    "population": ("dân cư", "population"),
    "enterprises": ("doanh nghiệp", "enterprises"),
    "land": ("đất đai", "land"),
    "finance": ("tài chính", "finance"),
    "insurance": ("bảo hiểm", "insurance"),
    "statistics": ("thống kê", "statistics"),
    "sectoral": ("chuyên ngành", "sectoral"),
}
_APPLICANTS = {
    "citizen": ("người dân", "a citizen"),
    "enterprise": ("doanh nghiệp", "an enterprise"),
    "authority": ("cơ quan nhà nước", "a state body"),
    "organisation": ("tổ chức khác", "another organisation"),
}
_ID_KINDS = {
    "citizen-card": ("căn cước công dân", "citizen card"),
    "identity-card": ("chứng minh nhân dân", "identity card of nine digits"),
    "tax-code": ("mã số thuế", "tax code"),
}
WORDS: Mapping[str, TaskWord] = {
    "no": TaskWord("cảnh số", "number of the scene", "number"),
    "now": TaskWord("thời điểm", "the virtual instant of the scene", "moment"),
    "do": TaskWord("việc cần làm", "what is to be done", "text", _DO),
    "dossiers": TaskWord("hồ sơ", "the dossiers", "list"),
    "dossier_code": TaskWord("mã hồ sơ", "the dossier's code; the system may give one of its own, and keeps to it"),
    "procedure": TaskWord("thủ tục", "the procedure", "object"),
    "code": TaskWord("mã", "code"),
    "name": TaskWord("tên", "name"),
    "sector_code": TaskWord("mã lĩnh vực", "code of the sector"),
    "sector_name": TaskWord("lĩnh vực", "the sector"),
    "channel": TaskWord("kênh nộp", "how it was filed", "text", _CHANNELS),
    "delivery": TaskWord(
        "hình thức trả",
        "how the result is handed out",
        "text",
        {"counter": ("tại bộ phận một cửa", "at the counter"), "post": ("bưu chính công ích", "by public post")},
    ),
    "payment": TaskWord("thanh toán", "how the fee is paid", "text", _PAYMENTS),
    "vneid_verified": TaskWord("đã xác thực VNeID", "the account is verified by VNeID", "flag"),
    "applicant": TaskWord("người nộp", "who files", "object"),
    "kind": TaskWord("loại", "what kind of applicant", "text", _APPLICANTS),
    "full_name": TaskWord("họ và tên", "full name, perhaps in decomposed Unicode"),
    "born_on": TaskWord("ngày sinh", "day of birth", "day"),
    "gender": TaskWord("giới tính", "gender", "text", {"male": ("nam", "male"), "female": ("nữ", "female")}),
    "ethnicity": TaskWord("dân tộc", "ethnicity, by its name"),
    "citizen_id": TaskWord("số định danh", "identity number"),
    "id_issued_on": TaskWord("ngày cấp", "when the identity paper was issued", "day"),
    "id_issued_by": TaskWord("nơi cấp", "who issued it, by name"),
    "phone": TaskWord("điện thoại", "telephone"),
    "email": TaskWord("thư điện tử", "mail address"),
    "owner": TaskWord(
        "chủ hồ sơ; không nêu thì là chính người nộp, với căn cước công dân",
        "who owns the dossier; unsaid: who files it, by citizen card",
        "object",
    ),
    "id_kind": TaskWord("loại định danh", "what kind of number", "text", _ID_KINDS),
    "id_number": TaskWord("số định danh của chủ hồ sơ", "number of the owner"),
    "registered_address": TaskWord("thường trú", "registered address", "object"),
    "current_address": TaskWord(
        "nơi ở hiện tại, khi khác thường trú", "where the applicant lives, when it is elsewhere", "object"
    ),
    "province": TaskWord("tỉnh (GSO)", "GSO code of the province"),
    "district": TaskWord("huyện (GSO)", "GSO code of the district, or empty"),
    "commune": TaskWord("xã (GSO)", "GSO code of the commune"),
    "hamlet": TaskWord("thôn, tổ", "hamlet"),
    "detail": TaskWord("chi tiết", "rest of the address"),
    "place": TaskWord("nơi xử lý", "where it is handled", "object"),
    "unit": TaskWord("đơn vị", "the handling unit, by name"),
    "received_at": TaskWord("tiếp nhận lúc", "when it was received", "moment"),
    "submitted_at": TaskWord("nộp lúc", "when it was submitted", "moment"),
    "status": TaskWord("trạng thái", "status, by its name in annex 5", "object"),
    "national_database": TaskWord("CSDL quốc gia đã dùng", "national database that was used", "text", _DATABASES),
    "files": TaskWord("tệp nộp", "submitted files", "list"),
    "url": TaskWord("đường dẫn", "where the file lies", "link"),
    "digitised": TaskWord("đã số hóa", "it was digitised", "flag"),
    "reused": TaskWord("tái sử dụng", "it was used again", "flag"),
    "deleted": TaskWord(
        "đã rút lại, không còn là tài liệu nộp", "it was taken back and is no longer submitted", "flag"
    ),
    "from_kho_dl": TaskWord("lấy từ Kho DL", "it comes from Kho DL", "flag"),
    "results": TaskWord("giấy tờ kết quả", "result papers", "list"),
    "result_code": TaskWord("mã kết quả", "code of the result"),
    "reference_number": TaskWord("số ký hiệu", "reference number"),
    "steps": TaskWord("các bước xử lý", "processing steps", "list"),
    "handled_at": TaskWord("xử lý lúc", "when the step was taken", "moment"),
    "officer": TaskWord("cán bộ", "the officer", "object"),
    "account": TaskWord("tài khoản", "account of the officer"),
    "title": TaskWord("chức danh", "position of the officer"),
    "note": TaskWord("nội dung", "what was noted"),
    "started_on": TaskWord("bắt đầu", "when the step began", "moment"),
    "due_on": TaskWord("hạn", "when it is due", "moment"),
    "due_at": TaskWord("hẹn trả", "when the result was promised for", "moment"),
    "since": TaskWord("lấy từ lúc", "where to begin when nothing was fetched before", "moment"),
    "moments": TaskWord("các lần lấy", "the instants at which to fetch, one after another", "list"),
    "components": TaskWord("thành phần hồ sơ cần lấy từ Kho DL", "components to be taken from Kho DL", "list"),
    "component": TaskWord("thành phần", "name of the component"),
    "stated_number": TaskWord("số ký hiệu người dân khai", "reference number the citizen states, or empty"),
    "citizen_chooses": TaskWord("người dân chọn", "what the citizen picks of what is shown", "list"),
    "number": TaskWord("số ký hiệu", "reference number; none: the citizen has no such paper"),
    "notices": TaskWord("thông báo của Cổng", "notices of the portal", "list"),
    "summary": TaskWord("trích yếu", "summary of the dossier"),
    "known_to_portal": TaskWord("Cổng đã có hồ sơ này", "the portal has the dossier already", "flag"),
    "finished_at": TaskWord("xong lúc", "when it was finished", "moment"),
    "file": TaskWord("tên tệp", "name of the file"),
    "path": TaskWord("đường dẫn trên máy chủ của đơn vị", "path on the vendor's own server"),
    "content_type": TaskWord("kiểu nội dung", "media type"),
    "content": TaskWord("nội dung: head + piece × times + tail", "content: head + piece × times + tail", "object"),
    "head": TaskWord("phần đầu (base64)", "its beginning, in base64"),
    "piece": TaskWord("đoạn lặp (base64)", "the piece that is repeated, in base64"),
    "times": TaskWord("số lần lặp", "how often the piece is repeated", "number"),
    "tail": TaskWord("phần cuối (base64)", "its end, in base64"),
    "sha256": TaskWord("mã băm", "digest of the content"),
    "size": TaskWord("độ dài, byte", "length in bytes", "number"),
}


# A task itself: which of the words stand where. All that is told of one thing, and not of the next, may be missing.


class TaskAddress(TypedDict, total=False):
    """An address: GSO codes of the province, district (or empty) and commune, and the rest in words."""

    province: str
    district: str
    commune: str
    hamlet: str
    detail: str


class TaskPlace(TypedDict):
    """Where a dossier is handled: GSO codes, and the unit by its name."""

    province: str
    district: str
    commune: str
    unit: str


class TaskProcedure(TypedDict, total=False):
    """A procedure with its sector."""

    code: str
    name: str
    sector_code: str
    sector_name: str


class TaskStatus(TypedDict):
    """A status by its name (BTXH PL 5)."""

    name: str


class TaskOwner(TypedDict):
    """Who owns a dossier, by the kind of the number and the number."""

    id_kind: str
    id_number: str


class TaskApplicant(TypedDict, total=False):
    """Who files. Days are ISO 8601; without ``owner`` the dossier is the applicant's own."""

    kind: str
    full_name: str
    born_on: str
    gender: str
    ethnicity: str
    citizen_id: str
    id_issued_on: str
    id_issued_by: str
    phone: str
    email: str
    registered_address: TaskAddress
    owner: TaskOwner
    current_address: TaskAddress


class TaskOfficer(TypedDict, total=False):
    """An officer: by account, name and position; or, who asks Kho DL for a citizen, by name and number."""

    account: str
    name: str
    title: str
    full_name: str
    citizen_id: str


class TaskContent(TypedDict):
    """The content of a file: head + piece × times + tail, each of them in base64."""

    head: str
    piece: str
    times: int
    tail: str


class TaskFile(TypedDict, total=False):
    """A file: one that was handed in (``url``), or one to be published (``path``). ``size`` is in bytes."""

    name: str
    url: str
    digitised: bool
    reused: bool
    from_kho_dl: bool
    deleted: bool
    path: str
    content_type: str
    content: TaskContent
    sha256: str
    size: int


class TaskResult(TypedDict, total=False):
    """A result paper."""

    name: str
    url: str
    result_code: str
    reference_number: str
    file: str


class TaskStep(TypedDict):
    """A processing step; moments are ISO 8601."""

    status: TaskStatus
    handled_at: str
    officer: TaskOfficer
    unit: str
    note: str
    started_on: str
    due_on: str


class TaskDossier(TypedDict, total=False):
    """A dossier as the counter knows it."""

    dossier_code: str
    procedure: TaskProcedure
    channel: str
    delivery: str
    payment: str
    vneid_verified: bool
    applicant: TaskApplicant
    place: TaskPlace
    received_at: str
    submitted_at: str
    status: TaskStatus
    national_database: str
    files: list[TaskFile]
    results: list[TaskResult]
    steps: list[TaskStep]


class TaskComponent(TypedDict):
    """A component to be taken from Kho DL."""

    name: str
    stated_number: str


class TaskChoice(TypedDict):
    """What the citizen picks for a component; ``number`` None: there is no such paper."""

    component: str
    number: str | None


class Task(TypedDict, total=False):
    """What a client is asked in one scene; ``do`` says which, and with it which of the others are there."""

    no: int
    now: str
    do: str
    dossiers: list[TaskDossier]
    province: str
    district: str
    since: str
    moments: list[str]
    officer: TaskOfficer
    dossier_code: str
    procedure: TaskProcedure
    channel: str
    applicant: TaskApplicant
    summary: str
    unit: str
    submitted_at: str
    received_at: str
    due_at: str
    files: list[TaskFile]
    components: list[TaskComponent]
    citizen_chooses: list[TaskChoice]
    notices: list[str]
    known_to_portal: bool
    finished_at: str
    results: list[TaskResult]


def schema() -> JsonObject:
    """Return the JSON Schema of a task: every word that may stand in it, wherever it stands."""
    entry: JsonObject = {"$ref": "#/$defs/part"}
    properties = {name: _shape(word, entry) for name, word in WORDS.items()}
    part = {"type": "object", "properties": properties, "additionalProperties": False}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "task",
        "$defs": {"part": part},
        "allOf": [entry],
        "required": ["no", "now", "do"],
    }


def _shape(word: TaskWord, entry: JsonObject) -> JsonObject:
    kinds: Mapping[str, JsonObject] = {
        "flag": {"type": "boolean"},
        "number": {"type": "integer"},
        "object": dict(entry),
        "list": {"type": "array", "items": {"anyOf": [dict(entry), {"type": "string"}]}},
    }
    shape = kinds.get(word.kind, {"type": ["string", "null"]})
    told = {"description": f"{word.vi} / {word.en}"}
    return {**shape, **told, **({"enum": list(word.values)} if word.values else {})}
