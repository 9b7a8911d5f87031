"""Forty more clients with one fault each: constants where the task tells, the first of several, wrong links, hammering.

Each was planted by somebody who knew the documents alone. Client → kit, the test whose clause it breaks, and the tests
that see the same field a second time.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from emulator.certification.kit_reader import kit_of
from tests.clients.reference.filing import Filing
from tests.clients.reference.forms import Forms
from tests.clients.reference.gateway import Gateway
from tests.clients.reference.tasks import Client
from tests.clients.reference.wire import Reply

Words = dict[str, Any]
Change = Callable[[Words, Words], Words]
A1, A2, GATEWAY, KHO_DL = "btxh-a1", "btxh-a2", "cong-ndxp", "kho-dl"
NEW = ("BTXH-HS-02",)


class Mutant(NamedTuple):
    maker: type[Client]
    kit: str
    first: str
    others: tuple[str, ...] = ()


def pushing(change: Change) -> type[Client]:
    """A client whose dossiers say something else in some fields."""

    class Changed(Forms):
        def _fields(self, known: Words, kind: str, extent: str) -> Words:
            told = super()._fields(known, kind, extent)
            return told | change(told, known)

    return type("Pushing", (Client,), {"forms_class": Changed})


def constant(**fields: Any) -> type[Client]:
    return pushing(lambda _told, _known: dict(fields))


def filed(change: Change) -> type[Client]:
    """A client whose submitted documents say something else."""

    class Changed(Forms):
        def filed(self, number: int, file: Words) -> Words:
            told = super().filed(number, file)
            return told | change(told, file)

    return type("FiledOtherwise", (Client,), {"forms_class": Changed})


def issued(change: Change) -> type[Client]:
    """A client whose result papers say something else."""

    class Changed(Forms):
        def issued(self, number: int, result: Words) -> Words:
            told = super().issued(number, result)
            return told | change(told, result)

    return type("IssuedOtherwise", (Client,), {"forms_class": Changed})


def stepping(change: Change) -> type[Client]:
    """A client whose steps say something else."""

    class Changed(Forms):
        def step(self, code: str, step: Words) -> Words:
            told = super().step(code, step)
            return told | change(told, step)

    return type("Stepping", (Client,), {"forms_class": Changed})


def attaching(change: Change) -> type[Client]:
    """A client whose papers from Kho DL are attached otherwise."""

    class Changed(Filing):
        def row(self, paper: Words, file: Words, component: Words) -> Words:
            told = super().row(paper, file, component)
            return told | change(told, component)

    return type("Attaching", (Client,), {"filing_class": Changed})


def plain_ascii(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


class LeftFromTheLast(Forms):
    """Fills what it is not told from the dossier before."""

    def _fields(self, known: Words, kind: str, extent: str) -> Words:
        told = super()._fields(known, kind, extent)
        self.before: Words = getattr(self, "before", {}) | told
        return self.before | told


class HomeAlone(Forms):
    """Knows one address of a person."""

    def places(self, place: Words, home: Words, current: Words | None) -> Words:
        return super().places(place, home, home)


class FirstResultAlone(Forms):
    def extent(self, known: Words, results: list[Words]) -> str:
        return super().extent(known, results[:1])


class TakenBackAndSent(Forms):
    """Does not look whether a file was taken back."""

    def submitted(self, known: Words) -> list[Words]:
        return list(known["files"])


class WithoutOptional(Forms):
    """Sends telephone and mail when it feels like it, which is never."""

    def _fields(self, known: Words, kind: str, extent: str) -> Words:
        told = super()._fields(known, kind, extent)
        return {name: value for name, value in told.items() if name not in ("SoDienThoai", "Email")}


def forms(part: type[Forms]) -> type[Client]:
    return type(part.__name__, (Client,), {"forms_class": part})


def owner_is_applicant(told: Words, _known: Words) -> Words:
    return {"LoaiDinhDanh": "1", "SoDinhDanh": told["CMND"]}


class LastStepOnly(Client):
    def push_course(self, task: Words) -> None:
        super().push_course({"dossiers": [known | {"steps": known["steps"][-1:]} for known in task["dossiers"]]})


class StepsBackwards(Client):
    def push_course(self, task: Words) -> None:
        super().push_course({"dossiers": [known | {"steps": known["steps"][::-1]} for known in task["dossiers"]]})


class FirstStepTwice(Client):
    def push_course(self, task: Words) -> None:
        twice = [known | {"steps": [known["steps"][0], *known["steps"][:-1]]} for known in task["dossiers"]]
        super().push_course({"dossiers": twice})


class FirstDossierOnly(Client):
    def push_results(self, task: Words) -> None:
        super().push_results(task | {"dossiers": task["dossiers"][:1]})


class ChangedWhenSentAgain(Gateway):
    """A resend says something else: the hour at which it is sent."""

    count = 0

    def send(self, operation: str, body: Words, token: str) -> Reply:
        ChangedWhenSentAgain.count += 1
        return super().send(operation, body | {"UrlDetail": f"https://motcua.example.vn/{self.count}"}, token)


class HammersThroughOutages(Gateway):
    """Twelve tries without a pause while the gateway is down."""

    def send(self, operation: str, body: Words, token: str) -> Reply:
        reply = super().send(operation, body, token)
        for _ in range(12 if reply.status in (502, 503, 504) else 0):
            reply = super().send(operation, body, token)
        return reply


def gateway(part: type[Gateway]) -> type[Client]:
    return type(part.__name__, (Client,), {"gateway_class": part})


def _everywhere(kit: str) -> tuple[str, ...]:
    return tuple(test.id for test in kit_of(kit).tests)


MUTANTS: Mapping[str, Mutant] = {
    "one channel": Mutant(constant(KenhThucHien="2"), A1, "BTXH-KQ-05", NEW),
    "one way of delivery": Mutant(constant(HinhThucTra="1"), A1, "BTXH-KQ-05", NEW),
    "one payment": Mutant(constant(DuocThanhToanTrucTuyen="0"), A1, "BTXH-KQ-05", NEW),
    "another portal": Mutant(constant(NoiNopHoSo="1"), A1, "BTXH-KQ-05", NEW),
    "nothing digitised": Mutant(constant(HoSoCoThanhPhanSoHoa="0"), A1, "BTXH-KQ-05", NEW),
    "nobody verified": Mutant(constant(TaiKhoanDuocXacThucVoiVNeID="0"), A1, "BTXH-KQ-05", NEW),
    "all are men": Mutant(constant(GioiTinhId="1034"), A1, "BTXH-KQ-02", NEW),
    "all are Kinh": Mutant(constant(DanTocId="1"), A1, "BTXH-KQ-02", NEW),
    "one issuer": Mutant(constant(CMND_NoiCap="1047"), A1, "BTXH-KQ-02", NEW),
    "issued at birth": Mutant(
        pushing(lambda told, _: {"CMND_NgayCap": told["NgayThangNamSinh"]}), A1, "BTXH-KQ-02", NEW
    ),
    "born when issued": Mutant(
        pushing(lambda told, _: {"NgayThangNamSinh": told.get("CMND_NgayCap", "01/07/2021")}), A1, "BTXH-KQ-02", NEW
    ),
    "one telephone": Mutant(constant(SoDienThoai="0000000000"), A1, "BTXH-KQ-02", NEW),
    "one mail box": Mutant(constant(Email="mot.cua@example.vn"), A1, "BTXH-KQ-02", NEW),
    "names in capitals": Mutant(pushing(lambda told, _: {"HoVaTen": told["HoVaTen"].upper()}), A1, "BTXH-KQ-02", NEW),
    "names without accents": Mutant(
        pushing(lambda told, _: {"HoVaTen": plain_ascii(told["HoVaTen"])}), A1, "BTXH-KQ-02", NEW
    ),
    "names cut at ten": Mutant(pushing(lambda told, _: {"HoVaTen": told["HoVaTen"][:10]}), A1, "BTXH-KQ-02", NEW),
    "all are enterprises": Mutant(constant(LoaiDoiTuong="2"), A1, "BTXH-KQ-02", NEW),
    "all are citizens": Mutant(constant(LoaiDoiTuong="1"), A1, "BTXH-KQ-02", NEW),
    "who files is who owns": Mutant(pushing(owner_is_applicant), A1, "BTXH-KQ-02", NEW),
    "names cut at fifty": Mutant(pushing(lambda told, _: {"HoVaTen": told["HoVaTen"][:50]}), A1, "BTXH-KQ-02", NEW),
    "names have two words": Mutant(
        pushing(lambda told, _: {} if " " in told["HoVaTen"] else {"HoVaTen": f"Nguyễn {told['HoVaTen']}"}),
        A1, "BTXH-KQ-02", NEW,
    ),
    "left from the one before": Mutant(forms(LeftFromTheLast), A1, "BTXH-KQ-02", (*NEW, "BTXH-KQ-03", "BTXH-KQ-05")),
    "telephone made up": Mutant(
        pushing(lambda told, _: {"SoDienThoai": told.get("SoDienThoai", "0000000000")}), A1, "BTXH-KQ-02", NEW
    ),
    "lives where registered": Mutant(forms(HomeAlone), A1, "BTXH-KQ-03", NEW),
    "told and not sent": Mutant(forms(WithoutOptional), A1, "BTXH-KQ-14"),
    "everything digitised": Mutant(constant(HoSoCoThanhPhanSoHoa="1"), A1, "BTXH-KQ-05", NEW),
    "every file digitised": Mutant(filed(lambda _told, _file: {"DuocSoHoa": "1"}), A1, "BTXH-KQ-15"),
    "taken back and sent": Mutant(forms(TakenBackAndSent), A1, "BTXH-KQ-15", (*NEW, "BTXH-KQ-05")),
    "the first result alone": Mutant(forms(FirstResultAlone), A1, "BTXH-KQ-10", ("BTXH-KQ-08",)),
    "one hamlet": Mutant(constant(HKTT_MaThon="Tổ 1", NOHT_MaThon="Tổ 1"), A1, "BTXH-KQ-03", NEW),
    "address left to one line": Mutant(constant(HKTT_ChiTiet="Hà Nội"), A1, "BTXH-KQ-03", NEW),
    "lives where it is handled": Mutant(
        pushing(lambda told, _: {"DonViXuLy": told["HKTT_ChiTiet"]}), A1, "BTXH-KQ-03", NEW
    ),
    "one sector": Mutant(constant(TenLinhVuc="Người có công"), A1, "BTXH-KQ-04", NEW),
    "procedures by code": Mutant(pushing(lambda told, _: {"TenTTHC": told["MaTTHC"]}), A1, "BTXH-KQ-04", NEW),
    "submitted when received": Mutant(
        pushing(lambda told, _: {"SubmittedDate": told["NgayTiepNhan"]}), A1, "BTXH-KQ-06", NEW
    ),
    "received at midnight": Mutant(
        pushing(lambda told, _: {"NgayTiepNhan": f"{told['NgayTiepNhan'][:10]} 00:00:00"}), A1, "BTXH-KQ-06", NEW
    ),
    "always done": Mutant(
        pushing(lambda told, _: {"StatusId": "9"} if told["LoaiDuLieu"] == "100" else {}), A1, "BTXH-KQ-07"
    ),
    "one link for all files": Mutant(
        filed(lambda _told, _file: {"DuongDanTaiTepTin": "https://motcua.hanoi.gov.vn/tep/1"}),
        A1, "BTXH-KQ-08", ("BTXH-HS-03",),
    ),
    "file names without accents": Mutant(
        filed(lambda told, _: {"TenTepDinhKem": plain_ascii(told["TenTepDinhKem"])}),
        A1, "BTXH-KQ-08", ("BTXH-HS-03",),
    ),
    "links without their query": Mutant(
        filed(lambda told, _: {"DuongDanTaiTepTin": told["DuongDanTaiTepTin"].partition("?")[0]}),
        A1, "BTXH-KQ-08", ("BTXH-HS-03",),
    ),
    "results without a link's query": Mutant(
        issued(lambda told, _: {"DuongDanTepTinKetQua": told["DuongDanTepTinKetQua"].partition("?")[0]}),
        A1, "BTXH-KQ-10", ("BTXH-KQ-08",),
    ),
    "results named by their code": Mutant(
        issued(lambda told, _: {"TenGiayTo": told["MaGiayToKetQua"]}), A1, "BTXH-KQ-10", ("BTXH-KQ-08",)
    ),
    "one result code": Mutant(issued(lambda _told, _result: {"MaGiayToKetQua": "KQ.G07.000001"}), A1, "BTXH-KQ-09"),
    "statuses as numbers": Mutant(
        pushing(lambda told, _: {"StatusId": int(told["StatusId"])}), A1, "BTXH-KQ-12", _everywhere(A1)
    ),
    "the last step alone": Mutant(LastStepOnly, A1, "BTXH-BX-01", _everywhere(A1)),
    "steps backwards": Mutant(StepsBackwards, A1, "BTXH-BX-01", _everywhere(A1)),
    "the first step twice": Mutant(FirstStepTwice, A1, "BTXH-BX-01", _everywhere(A1)),
    "always under way": Mutant(stepping(lambda _told, _step: {"StatusId": "4"}), A1, "BTXH-BX-02", _everywhere(A1)),
    "one unit for steps": Mutant(stepping(lambda _told, _step: {"DonViXuLy": "Sở"}), A1, "BTXH-BX-03"),
    "begun when due": Mutant(
        stepping(lambda told, _: {"NgayBatDau": told["NgayKetThucTheoQuyDinh"]}), A1, "BTXH-BX-03"
    ),
    "one title": Mutant(stepping(lambda _told, _step: {"ChucDanh": "Chuyên viên"}), A1, "BTXH-BX-03"),
    "the first of a batch": Mutant(FirstDossierOnly, A1, "BTXH-TL-02", _everywhere(A1)),
    "another content when sent again": Mutant(
        gateway(ChangedWhenSentAgain), A1, "BTXH-GL-01", ("BTXH-HS-04", *(f"BTXH-GL-{n:02d}" for n in range(2, 6)))
    ),
    "twelve tries at once": Mutant(gateway(HammersThroughOutages), GATEWAY, "NDXP-GW-03"),
    "the wrong component": Mutant(
        attaching(lambda _told, _component: {"MaThanhPhanHoSo": "TP-0"}), KHO_DL, "KDL-HS-01"
    ),
    "no result code on a paper": Mutant(
        attaching(lambda _told, _component: {"MaKetQuaThayThe": ""}), KHO_DL, "KDL-HS-01"
    ),
}  # fmt: skip
