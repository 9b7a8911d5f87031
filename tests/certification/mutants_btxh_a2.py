"""Clients that fetch from the ministry with one fault each, as vendors make them; each names the test that finds it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from emulator.certification.kit_reader import kit_of
from tests.clients.reference.gateway import Refused
from tests.clients.reference.pulls import FILED, NEW, RESULT, STEPS, NotWhole
from tests.clients.reference.tasks import Client
from tests.clients.reference.wire import Lost, Reply

Words = dict[str, Any]


class AsksForItsNeighbour(Client):
    def question(self, name: str, task: Words) -> Words:
        return super().question(name, task) | ({"MaTinh": "17"} if name == NEW else {})


class WritesIsoDates(Client):
    def question(self, name: str, task: Words) -> Words:
        return super().question(name, task) | ({"ThoiGianBatDau": task["since"]} if name == NEW else {})


class AsksForResultsInstead(Client):
    def question(self, name: str, task: Words) -> Words:
        return super().question(name, task) | ({"LoaiDuLieu": "100"} if name == NEW else {})


class SwapsTheEnds(Client):
    def window(self, name: str, task: Words) -> tuple[str, str]:
        first, last = super().window(name, task)
        return (last, first) if name == NEW else (first, last)


class FetchesTheFirstFileAlone(Client):
    def links(self, item: Words, group: str, name: str) -> list[str]:
        return super().links(item, group, name)[:1]


class ScrapesLinksFromTheText(Client):
    """A regular expression in place of an XML reader: ``&amp;`` stays as it is."""

    def links(self, item: Words, group: str, name: str) -> list[str]:
        links = super().links(item, group, name)
        return re.findall(f"<{name}>(.*?)</{name}>", item["certificateExtentData"]) if links else links


class TakesDeletedFiles(Client):
    """Does not look at ``IsDeleted``."""

    def links(self, item: Words, group: str, name: str) -> list[str]:
        kept = item["certificateExtentData"]
        shown = item | {"certificateExtentData": kept and kept.replace("<IsDeleted>1<", "<IsDeleted>0<")}
        return super().links(shown, group, name)


class LooksBackTwentyThreeHours(Client):
    def window(self, name: str, task: Words) -> tuple[str, str]:
        first, last = super().window(name, task)
        return (_before(last, hours=23), last) if name == NEW else (first, last)


class LooksBackAWeekAtMost(Client):
    def window(self, name: str, task: Words) -> tuple[str, str]:
        first, last = super().window(name, task)
        return (max(first, _before(last, days=7)), last) if name == NEW else (first, last)


class BeginsASecondLater(Client):
    def window(self, name: str, task: Words) -> tuple[str, str]:
        first, last = super().window(name, task)
        is_first = first == task["since"]
        return (first if is_first or name != NEW else _before(first, seconds=-1), last)


class TakesOverWhateverIsListed(Client):
    def is_known(self, code: str) -> bool:
        return False


class RemembersAfterTheWholeList(Client):
    """Codes are written down when the list is done: two rows of one list are two dossiers."""

    known: tuple[str, ...] = ()

    def is_known(self, code: str) -> bool:
        return code in self.known

    def fetch(self, kind: str, task: Words, handle: Any) -> None:
        super().fetch(kind, task, handle)
        self.known = tuple(self.memory.get("taken over", []))


class TakesARefusalForAnEmptyList(Client):
    kind = NEW

    def listed(self, operation: str, name: str, task: Words) -> list[Words] | None:
        try:
            return self.items(self.gateway.call(operation, self.question(name, task)))
        except Refused as trouble:
            return [] if name == self.kind and str(trouble.args[0]).startswith("-") else None
        except Lost:
            return None


class TakesARefusedResultForAnEmptyList(TakesARefusalForAnEmptyList):
    kind = RESULT


class TakesRefusedStepsForAnEmptyList(TakesARefusalForAnEmptyList):
    kind = STEPS


class TakesNoReplyForAnEmptyList(Client):
    def listed(self, operation: str, name: str, task: Words) -> list[Words] | None:
        try:
            return self.items(self.gateway.call(operation, self.question(name, task)))
        except Refused as trouble:
            return [] if trouble.args[0] == 500 else None
        except Lost:
            return []


class CannotReadNull(Client):
    def items(self, told: Words) -> list[Words]:
        return list(told["data"])


class LooksAtTheFirstRow(Client):
    def items(self, told: Words) -> list[Words]:
        if told["data"] is not None:
            self.log.append(f"từ {told['data'][0]['maHoSo']}")
        return super().items(told)


class BreaksOnBrokenXml(Client):
    def tree(self, text: str | None) -> ET.Element:
        return ET.fromstring(text or "<ExtentData/>")


class TakesBrokenXmlForNone(Client):
    def tree(self, text: str | None) -> ET.Element:
        try:
            return ET.fromstring(text or "<ExtentData/>")
        except ET.ParseError:
            return ET.Element("ExtentData")


class KnowsDaysWithoutATime(Client):
    def day(self, text: str | None) -> str:
        return self.read(text, "%d/%m/%Y").date().isoformat() if text else ""


class KnowsOneFormOfMoments(Client):
    def moment(self, text: str | None) -> str:
        return self.read(text or "", "%d/%m/%Y %H:%M:%S").isoformat()


class TrimsNull(Client):
    def text(self, value: str | None) -> str:
        return value.strip()  # type: ignore[union-attr]


class KnowsOneSpellingOfLists(Client):
    def links(self, item: Words, group: str, name: str) -> list[str]:
        root = self.tree(item["certificateExtentData"])
        wanted = "DanhSachTaiLieuNop" if group == FILED[0] else "DanhSachGiayToKetQua"
        rows = [row for child in root if child.tag == wanted for row in child]
        return [row.findtext(name) or "" for row in rows if row.findtext("IsDeleted") != "1"]


class BreaksOnAnUnknownProcedure(Client):
    def procedure(self, item: Words) -> str:
        known = {code: f"thủ tục {code}" for code in _PROCEDURES}
        return known[item["maTTHC"]]


_PROCEDURES = (
    *("1.001731", "1.001739", "1.001753", "1.001758", "1.001776", "2.000282"),
    *("2.000286", "2.000477", "2.000744", "2.000751", "2.000777"),
)


class KeepsErrorPages(Client):
    def is_file(self, reply: Reply) -> bool:
        return reply.status == 404 or super().is_file(reply)


class StopsAtAMissingFile(Client):
    def keep(self, link: str) -> bytes:
        try:
            return super().keep(link)
        except NotWhole as trouble:
            if ": 404" in str(trouble):
                raise FileNotFoundError(link) from None
            raise


class KeepsWhateverComesWith200(Client):
    def is_file(self, reply: Reply) -> bool:
        return reply.status == 200


class BreaksWhenTheFileHostDoes(Client):
    def keep(self, link: str) -> bytes:
        try:
            reply = self.wire.send("GET", self.address(link), {})
        except Lost:
            raise RuntimeError(link) from None
        if reply.status >= 500:
            raise RuntimeError(f"{link}: {reply.status}")
        return reply.body if self.is_file(reply) else super().keep(link)


class AsksForNewOnesInsteadOfResults(Client):
    def question(self, name: str, task: Words) -> Words:
        return super().question(name, task) | ({"LoaiDuLieu": "1"} if task["do"] == "pull-results" else {})


class SkipsResultsOfKnownDossiers(Client):
    def keep_result(self, item: Words, task: Words) -> None:
        if not self.is_known(item["maHoSo"]):
            super().keep_result(item, task)


class PollsByReceiptAlone(Client):
    """Looks for the result of a dossier on the day the dossier was received, whenever that was."""

    def pull_results(self, task: Words) -> None:
        for code in self.memory.get("taken over", []):
            year, month, day = re.findall("..", code.split("-")[1])
            self.fetch(RESULT, task | {"day": f"20{year}-{month}-{day}"}, self.keep_result)
        if not self.memory.get("taken over", []):
            super().pull_results(task)

    def window(self, name: str, task: Words) -> tuple[str, str]:
        first, last = super().window(name, task)
        if name != RESULT or "day" not in task:
            return first, last
        return f"{task['day']}T00:00:00{last[-6:]}", f"{task['day']}T23:59:59{last[-6:]}"


class BelievesTheKindPrintedBack(Client):
    def keep_result(self, item: Words, task: Words) -> None:
        if item["loaiDuLieu"] == NEW:
            self.take_over(item, task)
        else:
            super().keep_result(item, task)


class LeavesFiveMinutesOfStepsOut(Client):
    def window(self, name: str, task: Words) -> tuple[str, str]:
        first, last = super().window(name, task)
        return (_before(first, minutes=-5), last) if name == STEPS else (first, last)


class ReadsTheStatusUnderAnotherName(Client):
    def status_of(self, step: Words) -> str:
        return str(step.get("statusId"))


def _before(moment: str, **span: int) -> str:
    return (datetime.fromisoformat(moment) - timedelta(**span)).isoformat()


MUTANTS: dict[str, tuple[type[Client], str]] = {
    "asks for its neighbour": (AsksForItsNeighbour, "A2-PULL-01"),
    "writes ISO dates": (WritesIsoDates, "A2-PULL-01"),
    "asks for results instead": (AsksForResultsInstead, "A2-PULL-01"),
    "swaps the ends": (SwapsTheEnds, "A2-PULL-01"),
    "fetches the first file alone": (FetchesTheFirstFileAlone, "A2-PULL-02"),
    "scrapes links from the text": (ScrapesLinksFromTheText, "A2-PULL-02"),
    "looks back 23 hours": (LooksBackTwentyThreeHours, "A2-PULL-03"),
    "looks back a week at most": (LooksBackAWeekAtMost, "A2-PULL-03"),
    "begins a second later": (BeginsASecondLater, "A2-PULL-04"),
    "takes over whatever is listed": (TakesOverWhateverIsListed, "A2-PULL-05"),
    "remembers after the whole list": (RemembersAfterTheWholeList, "A2-PULL-05"),
    "takes a refusal for an empty list": (TakesARefusalForAnEmptyList, "A2-PULL-06"),
    "takes no reply for an empty list": (TakesNoReplyForAnEmptyList, "A2-PULL-07"),
    "cannot read null": (CannotReadNull, "A2-PULL-08"),
    "looks at the first row": (LooksAtTheFirstRow, "A2-PULL-09"),
    "breaks on broken XML": (BreaksOnBrokenXml, "A2-PULL-10"),
    "takes broken XML for none": (TakesBrokenXmlForNone, "A2-PULL-10"),
    "knows days without a time": (KnowsDaysWithoutATime, "A2-PULL-11"),
    "knows one form of moments": (KnowsOneFormOfMoments, "A2-PULL-11"),
    "trims null": (TrimsNull, "A2-PULL-11"),
    "knows one spelling of lists": (KnowsOneSpellingOfLists, "A2-PULL-12"),
    "breaks on an unknown procedure": (BreaksOnAnUnknownProcedure, "A2-PULL-13"),
    "keeps error pages": (KeepsErrorPages, "A2-FILE-01"),
    "stops at a missing file": (StopsAtAMissingFile, "A2-FILE-01"),
    "keeps whatever comes with 200": (KeepsWhateverComesWith200, "A2-FILE-02"),
    "breaks when the file host does": (BreaksWhenTheFileHostDoes, "A2-FILE-03"),
    "takes deleted files": (TakesDeletedFiles, "A2-FILE-04"),
    "asks for new ones instead of results": (AsksForNewOnesInsteadOfResults, "A2-RES-01"),
    "skips results of known dossiers": (SkipsResultsOfKnownDossiers, "A2-RES-02"),
    "polls by receipt alone": (PollsByReceiptAlone, "A2-RES-02"),
    "believes the kind printed back": (BelievesTheKindPrintedBack, "A2-RES-03"),
    "takes a refused result for an empty list": (TakesARefusedResultForAnEmptyList, "A2-RES-04"),
    "leaves five minutes of steps out": (LeavesFiveMinutesOfStepsOut, "A2-STEP-01"),
    "reads the status under another name": (ReadsTheStatusUnderAnotherName, "A2-STEP-02"),
    "takes refused steps for an empty list": (TakesRefusedStepsForAnEmptyList, "A2-STEP-03"),
}

ALSO: dict[str, tuple[str, ...]] = {
    "swaps the ends": tuple(test.id for test in kit_of("btxh-a2").tests),
    "scrapes links from the text": ("A2-FILE-04",),
}
"""Tests behind the first that may fail for the same fault: whoever asks for nothing is given nothing."""
