"""Clients with one fault each in what they push, and the test of ``btxh-a1`` that must see it.

A fault of a mapping that results and new dossiers share is seen twice: the second test stands behind the first.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any
from xml.etree import ElementTree as ET

from emulator.certification.kit_reader import kit_of
from tests.clients.reference.forms import Forms, day, second
from tests.clients.reference.gateway import Gateway, Refused
from tests.clients.reference.tasks import Client
from tests.clients.reference.wire import Lost, Reply

Words = dict[str, Any]


class Changed(Forms):
    """Sends dossiers with some fields of its own making."""

    def _fields(self, known: Words, kind: str, extent: str) -> Words:
        told = super()._fields(known, kind, extent)
        return told | self.change(told, known)

    def change(self, told: Words, known: Words) -> Words:
        raise NotImplementedError


class GendersSwapped(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {"GioiTinhId": "1034" if told["GioiTinhId"] == "1035" else "1035"} if "GioiTinhId" in told else {}


class EthnicityById(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {"DanTocId": str(int(told["DanTocId"]) + 28)} if "DanTocId" in told else {}


class IssuerAsText(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {"CMND_NoiCap": known["applicant"].get("id_issued_by")}


class MadeUpIdentity(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {"SoDinhDanh": "000000001", "LoaiDinhDanh": "2"}


class MonthFirst(Changed):
    def change(self, told: Words, known: Words) -> Words:
        year, month, date = known["applicant"]["born_on"].split("-")
        return {
            "NgayThangNamSinh": f"{month}/{date}/{year}" if int(date) < 13 else f"{int(date) - 1:02d}/{month}/{year}"
        }


class OneUnit(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {"DonViXuLy": "UBND Thành phố"}


class ProcedureOfThePast(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {"MaTTHC": "1.001776", "TenTTHC": "Trợ cấp xã hội"}


class AlwaysVerified(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {"TaiKhoanDuocXacThucVoiVNeID": "1"}


class OneDatabase(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {"MaCSDL": "1"}


class PaymentsShifted(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {"DuocThanhToanTrucTuyen": {"0": "3", "1": "0", "2": "1", "3": "2"}[told["DuocThanhToanTrucTuyen"]]}


class SevenHoursOff(Changed):
    def change(self, told: Words, known: Words) -> Words:
        from datetime import UTC, datetime

        names = {"NgayTiepNhan": "received_at", "SubmittedDate": "submitted_at"}
        return {f: second(datetime.fromisoformat(known[w]).astimezone(UTC).isoformat()) for f, w in names.items()}


class AlwaysHandedOut(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {"StatusId": "10"} if told["LoaiDuLieu"] == "100" else {}


class NamesWithSpaces(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {" SoDienThoai": told.get("SoDienThoai")}


class OneCodeForAll(Changed):
    """Every dossier of a day has the day's first code: the second overwrites the first."""

    def change(self, told: Words, known: Words) -> Words:
        return {"MaHoSo": f"{told['MaHoSo'].rpartition('-')[0]}-0001"}


class FieldForgotten(Changed):
    def change(self, told: Words, known: Words) -> Words:
        return {"HinhThucTra": "2"}


class XmlByHand(Forms):
    def _put(self, parent: ET.Element, name: str, values: Words) -> None:
        child = ET.SubElement(parent, name)
        for key, value in values.items():
            ET.SubElement(child, key).text = f"\0{value}\0"

    def extent(self, known: Words, results: list[Words]) -> str:
        root = super().extent(known, results)
        parts = root.split("\0")
        raw = [text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") for text in parts[1::2]]
        return "".join(part for pair in zip(parts[::2], [*raw, ""], strict=True) for part in pair)


class FilesLeftOut(Forms):
    def submitted(self, known: Words) -> list[Words]:
        return super().submitted(known)[:1]


class ProcedureAsResult(Forms):
    def result(self, known: Words) -> Words:
        named = [{**each, "result_code": known["procedure"]["code"]} for each in known["results"]]
        return super().result({**known, "results": named})


class SubmittedFileAsResult(Forms):
    def result(self, known: Words) -> Words:
        papers = [{**each, "url": known["files"][0]["url"]} for each in known["results"]]
        return super().result({**known, "results": papers})


class Decomposed(Forms):
    def name(self, text: str) -> str:
        return unicodedata.normalize("NFD", text)


class ThreeAndEightSwapped(Forms):
    def step(self, code: str, step: Words) -> Words:
        told = super().step(code, step)
        return told | {"StatusId": {"3": "8", "8": "3"}.get(told["StatusId"], told["StatusId"])}


class RewritesToNine(Forms):
    def step(self, code: str, step: Words) -> Words:
        told = super().step(code, step)
        return told | {"StatusId": "9" if told["StatusId"] in ("5", "6", "8") else told["StatusId"]}


class OneOfficer(Forms):
    def step(self, code: str, step: Words) -> Words:
        return super().step(code, step) | {"TaiKhoanXuLy": "admin", "NguoiXuLy": "Quản trị", "ChucDanh": "Cán bộ"}


class DueTomorrow(Forms):
    def step(self, code: str, step: Words) -> Words:
        return super().step(code, step) | {"NgayKetThucTheoQuyDinh": day(step["handled_at"])}


class NotesAtFullLength(Forms):
    def note(self, text: str) -> str:
        return text


class NewStatusSwapped(Forms):
    def dossier(self, known: Words) -> Words:
        told = super().dossier(known)
        return (
            told
            if "steps" in known
            else told | {"StatusId": {"1": "2", "2": "1"}.get(told["StatusId"], told["StatusId"])}
        )


class TrustsHttp(Gateway):
    def read(self, operation: str, reply: Reply) -> Any:
        return {} if reply.status == 200 and reply.body else super().read(operation, reply)


class TrustsTheWords(Gateway):
    def read(self, operation: str, reply: Reply) -> Any:
        if reply.status == 200 and json.loads(reply.body).get("message") == "OK":
            return {}
        return super().read(operation, reply)


class InsistsOnRefused(Gateway):
    def call(self, operation: str, body: Words) -> Any:
        for _ in range(4):
            try:
                return super().call(operation, body)
            except Refused:
                continue
        return super().call(operation, body)


class OnlyTheNumberZero(Gateway):
    def read(self, operation: str, reply: Reply) -> Any:
        told = super().read(operation, reply)
        if told.get("error_code") != 0:
            self.send(operation, {**json.loads("{}"), **self.last}, self.token())
        return told

    def call(self, operation: str, body: Words) -> Any:
        self.last = body
        return super().call(operation, body)


class NeverSendsAgain(Gateway):
    def is_passing(self, reply: Reply) -> bool:
        return reply.status == 429


class DropsOnBrokenLines(Gateway):
    def send(self, operation: str, body: Words, token: str) -> Reply:
        try:
            return super().send(operation, body, token)
        except Lost as trouble:
            raise Refused(0, str(trouble)) from trouble


class NewCodeOnRetry(Gateway):
    def send(self, operation: str, body: Words, token: str) -> Reply:
        try:
            return super().send(operation, body, token)
        except Lost:
            head, _, number = body["MaHoSo"].rpartition("-")
            body["MaHoSo"] = f"{head}-{(int(number) + 5000) % 10000:04d}"
            raise


class StopsTheBatch(Client):
    def push_results(self, task: Words) -> None:
        for known in task["dossiers"]:
            if not self.push("DongBoDVC", self.forms.result(known)):
                return


class ReadsTheFirstReplyOnly(Client):
    """Looks at the dossier's reply again where the step's should be read (src:client-btxh-calls)."""

    def push_course(self, task: Words) -> None:
        for known in task["dossiers"]:
            if self.push("DongBoDVC", self.forms.dossier(known)):
                for step in known["steps"]:
                    self.push("XuLyHoSo", self.forms.step(known["dossier_code"], step))


class StepsFirst(Client):
    def push_course(self, task: Words) -> None:
        for known in task["dossiers"]:
            self.push("XuLyHoSo", self.forms.step(known["dossier_code"], known["steps"][0]))
            super().push_course({"dossiers": [known]})


def client(part: type) -> type[Client]:
    """Return the reference client with one part replaced."""
    if issubclass(part, Client):
        return part
    slot = "forms_class" if issubclass(part, Forms) else "gateway_class"
    return type(part.__name__, (Client,), {slot: part})


RESULTS_AND_NEW = "BTXH-HS-02"
EVERYWHERE = tuple(test.id for test in kit_of("btxh-a1").tests)
SENT_AGAIN = tuple(f"BTXH-GL-{number:02d}" for number in range(1, 6))
"""What loses or doubles a result is required wherever it happens."""
MUTANTS: dict[type, tuple[str, ...]] = {
    FieldForgotten: ("BTXH-KQ-01", "BTXH-KQ-05", "BTXH-HS-01", RESULTS_AND_NEW),
    GendersSwapped: ("BTXH-KQ-02", RESULTS_AND_NEW),
    EthnicityById: ("BTXH-KQ-02", RESULTS_AND_NEW),
    IssuerAsText: ("BTXH-KQ-02", RESULTS_AND_NEW),
    MadeUpIdentity: ("BTXH-KQ-02", RESULTS_AND_NEW),
    MonthFirst: ("BTXH-KQ-02", RESULTS_AND_NEW),
    OneUnit: ("BTXH-KQ-03", RESULTS_AND_NEW),
    ProcedureOfThePast: ("BTXH-KQ-04", RESULTS_AND_NEW),
    AlwaysVerified: ("BTXH-KQ-05", RESULTS_AND_NEW),
    OneDatabase: ("BTXH-KQ-05", RESULTS_AND_NEW),
    PaymentsShifted: ("BTXH-KQ-05", RESULTS_AND_NEW),
    SevenHoursOff: ("BTXH-KQ-06", RESULTS_AND_NEW),
    AlwaysHandedOut: ("BTXH-KQ-07",),
    XmlByHand: ("BTXH-KQ-08", "BTXH-HS-03", "BTXH-KQ-01", "BTXH-KQ-10", "BTXH-HS-01"),
    FilesLeftOut: ("BTXH-KQ-08", "BTXH-HS-03"),
    ProcedureAsResult: ("BTXH-KQ-09",),
    SubmittedFileAsResult: ("BTXH-KQ-10", "BTXH-KQ-08"),
    Decomposed: ("BTXH-KQ-11",),
    NamesWithSpaces: ("BTXH-KQ-12",),
    OneCodeForAll: ("BTXH-KQ-13", *EVERYWHERE),
    NewStatusSwapped: (RESULTS_AND_NEW,),
    NewCodeOnRetry: ("BTXH-HS-04", *SENT_AGAIN),
    StepsFirst: ("BTXH-BX-01", "BTXH-BX-02", "BTXH-BX-03", "BTXH-BX-04", "BTXH-BX-05", "BTXH-BX-06", "BTXH-BX-07"),
    ThreeAndEightSwapped: ("BTXH-BX-02",),
    RewritesToNine: ("BTXH-BX-02",),
    OneOfficer: ("BTXH-BX-03",),
    DueTomorrow: ("BTXH-BX-03",),
    NotesAtFullLength: ("BTXH-BX-04",),
    TrustsHttp: ("BTXH-BX-05", "BTXH-BX-06", "BTXH-BX-07"),
    ReadsTheFirstReplyOnly: ("BTXH-BX-06",),
    TrustsTheWords: ("BTXH-BX-07",),
    InsistsOnRefused: ("BTXH-TL-01",),
    StopsTheBatch: ("BTXH-TL-02",),
    OnlyTheNumberZero: ("BTXH-TL-03",),
    NeverSendsAgain: ("BTXH-GL-02", *SENT_AGAIN),
    DropsOnBrokenLines: ("BTXH-GL-03", "BTXH-HS-04", *SENT_AGAIN),
}
"""Client → the test that must fail first, then those that may fail with it."""
