"""What a task is made from: seeded luck, people who cannot exist, places, codes; and what the wire must say of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from random import Random
from typing import Any, NamedTuple, NotRequired, TypedDict

from emulator.certification.plan import Plan
from emulator.certification.vocabulary import (
    Task,
    TaskAddress,
    TaskApplicant,
    TaskDossier,
    TaskFile,
    TaskPlace,
    TaskStep,
)
from emulator.country.people import Person, citizen_id, person_of
from emulator.country.world import World
from emulator.kernel.clock import iso, name_uuid, random_for, to_datetime
from emulator.services.btxh import catalogues
from emulator.services.btxh.life.moving import place_of
from emulator.wire import gso
from emulator.wire.codes import STATUS_NAMES
from emulator.wire.identity import FEMALE, MALE

HOME_PROVINCE = "01"
_CROWD = 40  # people a scene may have of its own


class ExpectedExtent(TypedDict):
    """Files and result papers as the XML must name them; ``deleted`` are links of what was taken back."""

    files: list[list[str]]
    marks: list[list[str]]
    deleted: list[str]
    results: list[list[str]]


class ExpectedPush(TypedDict):
    """What the wire must say of a dossier that is pushed, in its official fields, and of each of its steps."""

    fields: dict[str, str]
    extent: ExpectedExtent
    steps: list[dict[str, str]]


class ExpectedFiled(TypedDict):
    """A dossier that the ministry lists: ``odd`` is what is wrong with it, or empty; the others are paths.

    ``received`` is when it is listed, as the wire writes it; ``no`` the first scene that has it, for a check of many.
    """

    code: str
    odd: str
    files: list[str]
    results: list[str]
    deleted: NotRequired[list[str]]
    received: str
    no: NotRequired[int]


class ExpectedFile(TypedDict):
    """A file of a paper in Kho DL: its link as the agency writes it, and what a client must make of it."""

    name: str
    link: str
    path: str
    own_query: str
    encoded: str


class ExpectedPaper(TypedDict):
    """A paper in Kho DL, and behind which security server its files lie."""

    number: str
    result: str
    files: list[ExpectedFile]
    dstcode: str
    origin: str


class ServedFile(TypedDict):
    """A file that the vendor's own server publishes. ``size`` is in bytes."""

    path: str
    sha256: str
    size: int
    content_type: str


class ProviderVisit(TypedDict):
    """A call that another agency makes to the vendor's own server; ``raw`` is its path as it is sent."""

    method: str
    path: str
    caller: str
    about: str
    raw: NotRequired[str]
    dstcode: NotRequired[str]


class Expected(TypedDict, total=False):
    """What only the judge is told of a scene; which members are there follows from its task.

    ``dossiers`` are those to be pushed, by their codes, or those that the ministry lists.
    """

    api_key: str
    province: str
    dossiers: dict[str, ExpectedPush] | list[ExpectedFiled]
    ask: dict[str, str]
    code: str
    component: str
    stated_number: str
    allowed: list[str]
    chosen: ExpectedPaper | None
    others: list[ExpectedPaper]
    result: str
    link: str
    owner: dict[str, str]
    files: list[ServedFile]
    visits: list[ProviderVisit]


class Assignment(NamedTuple):
    """What a client is asked in a scene, and what only the judge is told."""

    task: Task
    expected: Expected


@dataclass(frozen=True)
class Props:
    """What one scene may use. ``no`` is the scene's number in the attempt; ``world`` is held."""

    no: int
    plan: Plan
    world: World

    @property
    def seed(self) -> int:
        """Return the attempt's seed."""
        return self.world.sandbox.definition.seed

    def luck(self, *purpose: object) -> Random:
        """Return the luck of one purpose within the scene."""
        return random_for(self.seed, "scene", self.no, *purpose)

    def deal(self, values: Sequence[Any], number: int, *purpose: object) -> Any:
        """Return one of some values for the ``number``-th of a row: as many in a row as there are values have each."""
        round_no, at = divmod(number - 1, len(values))
        cards = list(values)
        self.luck("deal", *purpose, round_no).shuffle(cards)
        return cards[at]

    def uuid(self, purpose: str) -> str:
        """Return an identity that follows from seed, attempt and scene alone, whatever was called before."""
        return name_uuid(self.seed, self.world.sandbox.id, "scene", self.no, purpose)

    @property
    def now(self) -> str:
        """Return the virtual instant, ISO 8601 with offset."""
        return iso(self.world.now_ms)

    def person(self, number: int) -> Person:
        """Return the scene's ``number``-th citizen, counted from 1; nobody of another scene has the same number."""
        found = person_of(self.luck("people").getrandbits(53), number)
        serial = (self.no * _CROWD + number) * 1009 % 1_000_000
        return replace(found, citizen_id=citizen_id(found.gender_id, found.born_on, serial))

    def dossier_code(self, number: int) -> str:
        """Return a code of the plan's agency that no other scene has, filed today (src:dossier-code)."""
        day = f"{to_datetime(self.world.now_ms):%y%m%d}"
        serial = self._serials[number - 1]
        return f"000.11.26.{self.plan.agency}-{day}-{serial:04d}"

    @cached_property
    def _serials(self) -> list[int]:
        start = (self.no - 1) * _CROWD % 9000
        return [1000 + (start + each) % 9000 for each in range(_CROWD)]

    def place(self, number: int) -> TaskPlace:
        """Return where a dossier is handled: GSO codes and names of a commune of the province."""
        luck, era = self.luck("place", number), self.world.settings.gso_era
        district = luck.choice(sorted(gso.districts(HOME_PROVINCE))) if era == "2023" else ""
        commune = luck.choice(sorted(gso.communes(era, HOME_PROVINCE, district)))
        found = place_of(era, HOME_PROVINCE, district, commune)
        return {"province": HOME_PROVINCE, "district": district, "commune": commune, "unit": found.unit}

    def procedure(self, number: int, code: str | None = None) -> Mapping[str, str]:
        """Return one of the eleven procedures (BTXH PL 1), with the code of its result."""
        rows = self.world.pack.rows("procedures")
        codes = sorted(catalogues.PROCEDURES)
        wanted = code or self.luck("procedure", number).choice(codes)
        row: Mapping[str, Any] = next(row for row in rows if row["MaTTHC"] == wanted)
        return {
            "code": wanted,
            "name": str(row["TenTTHC"]),
            "sector_code": str(row["MaLinhVuc"]),
            "sector_name": str(row["TenLinhVuc"]),
            "result_code": str(row.get("MaKetQua") or ""),
        }


# What the wire must say of a dossier told in words (BTXH 3.1.1 to 3.1.3): for the judge, never for the client.

DATABASES: Mapping[str, str] = {
    "population": "1",
    "enterprises": "2",
    "land": "3",
    "finance": "4",
    "insurance": "5",
    "statistics": "6",
    "sectoral": "7",
}
"""National databases by what a task calls them (BTXH 3.1.1, row 40)."""
_CHANNELS = {"in-person": "1", "online": "2", "post": "3"}
_DELIVERIES = {"counter": "0", "post": "1"}
_PAYMENTS = {"none": "0", "national-portal": "1", "own-portal": "2", "direct": "3"}
_NUMBERS = {name: str(number) for number, name in STATUS_NAMES.items()}
_ISSUERS = {name: number for number, name in catalogues.ISSUERS.items()}
_ETHNICITIES = {name: number for number, name in catalogues.ETHNICITIES.items()}
_GENDERS = {"female": FEMALE, "male": MALE}
_KINDS = {"citizen": "1", "enterprise": "2", "authority": "3", "organisation": "4"}
_ID_KINDS = {"citizen-card": "1", "identity-card": "2", "tax-code": "3"}


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%d/%m/%Y}"


def _second(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%d/%m/%Y %H:%M:%S}"


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def fields_of(made: TaskDossier, kind: str) -> dict[str, str]:
    """Return the official fields of a dossier; ``kind`` is LoaiDuLieu. Of VNeID the other reading passes, too (B33)."""
    place, how = made["place"], made["procedure"]
    return {
        "LoaiDuLieu": kind,
        "MaHoSo": made["dossier_code"],
        "MaLinhVuc": how["sector_code"],
        "TenLinhVuc": how["sector_name"],
        "MaTTHC": how["code"],
        "TenTTHC": how["name"],
        "KenhThucHien": _CHANNELS.get(made.get("channel", ""), ""),
        "HinhThucTra": _DELIVERIES[made["delivery"]],
        "DuocThanhToanTrucTuyen": _PAYMENTS[made["payment"]],
        "NoiNopHoSo": "2",
        "HoSoCoThanhPhanSoHoa": "1" if any(file["digitised"] for file in kept_files(made)) else "0",
        "TaiKhoanDuocXacThucVoiVNeID": "1" if made["vneid_verified"] else "0",
        "MaCSDL": DATABASES[made["national_database"]],
        "StatusId": _NUMBERS[made["status"]["name"]],
        "NgayTiepNhan": _second(made["received_at"]),
        "SubmittedDate": _second(made["submitted_at"]),
        "MaTinh": place["province"],
        "MaHuyen": place["district"],
        "MaXa": place["commune"],
        "DonViXuLy": place["unit"],
        **_applicant(made["applicant"]),
    }


def _applicant(it: TaskApplicant) -> dict[str, str]:
    """Return the fields of who files and who owns; what the counter does not know is empty."""
    owner = it.get("owner", {"id_kind": "citizen-card", "id_number": it["citizen_id"]})
    told = {
        "HoVaTen": _nfc(it["full_name"]),
        "NgayThangNamSinh": _day(it["born_on"]),
        "GioiTinhId": _GENDERS.get(it.get("gender", ""), ""),
        "DanTocId": _ETHNICITIES.get(it.get("ethnicity", ""), ""),
        "CMND": it["citizen_id"],
        "CMND_NgayCap": _day(it["id_issued_on"]) if "id_issued_on" in it else "",
        "CMND_NoiCap": _ISSUERS.get(it.get("id_issued_by", ""), ""),
        "SoDienThoai": it.get("phone", ""),
        "Email": it.get("email", ""),
        "LoaiDoiTuong": _KINDS[it["kind"]],
        "LoaiDinhDanh": _ID_KINDS[owner["id_kind"]],
        "SoDinhDanh": owner["id_number"],
    }
    return told | _home("HKTT", it["registered_address"]) | _home("NOHT", it.get("current_address", {}))


def _home(side: str, told: TaskAddress) -> dict[str, str]:
    """Return the fields of an address; what is not known of it is empty."""
    return {
        f"{side}_MaTinh": told.get("province", ""),
        f"{side}_MaHuyen": told.get("district", ""),
        f"{side}_MaXa": told.get("commune", ""),
        f"{side}_MaThon": told.get("hamlet", ""),
        f"{side}_ChiTiet": told.get("detail", ""),
    }


def kept_files(made: TaskDossier) -> list[TaskFile]:
    """Return the files of a dossier that were not taken back."""
    return [file for file in made["files"] if not file.get("deleted")]


def extent_of(made: TaskDossier) -> ExpectedExtent:
    """Return the files and result papers of a dossier as the XML must name them; ``deleted`` are links taken back."""
    kept = kept_files(made)
    return {
        "files": [[_nfc(file["name"]), file["url"]] for file in kept],
        "marks": [[file["url"], *("1" if is_so else "0" for is_so in _marks(file))] for file in kept],
        "deleted": [file["url"] for file in made["files"] if file.get("deleted")],
        "results": [[_nfc(paper["name"]), paper["url"], paper["result_code"]] for paper in made.get("results", ())],
    }


def _marks(file: TaskFile) -> tuple[bool, bool, bool]:
    return file["digitised"], file["reused"], file["from_kho_dl"]


def step_of(made: TaskDossier, step: TaskStep) -> dict[str, str]:
    """Return the official fields of a processing step (BTXH 3.1.2); moments hold their time, days may be sent."""
    return {
        "MaHoSo": made["dossier_code"],
        "TaiKhoanXuLy": step["officer"]["account"],
        "NguoiXuLy": step["officer"]["name"],
        "ChucDanh": step["officer"]["title"],
        "ThoiDiemXuLy": _second(step["handled_at"]),
        "DonViXuLy": step["unit"],
        "NoiDungXuLy": _nfc(step["note"]),
        "StatusId": _NUMBERS[step["status"]["name"]],
        "NgayBatDau": _second(step["started_on"]),
        "NgayKetThucTheoQuyDinh": _second(step["due_on"]),
    }


def expected_of(dossiers: list[TaskDossier], kind: str) -> dict[str, ExpectedPush]:
    """Return, by dossier code, what the judge compares: fields, extent, steps."""
    return {
        made["dossier_code"]: {
            "fields": fields_of(made, kind),
            "extent": extent_of(made),
            "steps": [step_of(made, step) for step in made.get("steps", ())],
        }
        for made in dossiers
    }
