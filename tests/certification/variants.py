"""Conforming variants of the reference client: every one does what the documents ask for, in another way.

A variant that a kit does not pass shows a check that certifies a taste.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from tests.clients.reference.filing import Filing
from tests.clients.reference.forms import Forms, nfc, second
from tests.clients.reference.gateway import TRIES, Gateway, Refused
from tests.clients.reference.khodl import KhoDl, agency
from tests.clients.reference.khodl import Refused as RefusedByPortal
from tests.clients.reference.memory import Memory
from tests.clients.reference.tasks import Client
from tests.clients.reference.wire import Lost, Reply, Wire

Words = dict[str, Any]
Headers = dict[str, str]


OPTIONAL = frozenset(
    ["KenhThucHien", "GioiTinhId", "DanTocId", "CMND_NgayCap", "CMND_NoiCap", "SoDienThoai", "Email"]
    + [f"{side}_{name}" for side in ("HKTT", "NOHT") for name in ("MaTinh", "MaHuyen", "MaXa", "MaThon", "ChiTiet")]
)
"""The optional fields of BTXH 3.1.1 and 3.1.3, but for UrlDetail and the XML."""


class Dressed:
    """A wire that says the same in other clothes."""

    def __init__(self, inner: Wire) -> None:
        self.inner = inner

    def send(self, method: str, url: str, headers: Headers, body: bytes = b"") -> Reply:
        return self.inner.send(method, url, self.headers(headers), self.body(headers, body))

    def pause(self, seconds: float) -> None:
        self.inner.pause(seconds)

    def headers(self, headers: Headers) -> Headers:
        return headers

    def body(self, headers: Headers, body: bytes) -> bytes:
        is_json = "json" in headers.get("Content-Type", "")
        return self.written(json.loads(body)).encode() if is_json else body

    def written(self, told: Any) -> str:
        return json.dumps(told, ensure_ascii=False)


class HeadersTurned(Dressed):
    """Headers in another order, in other letter case, with a scheme in capitals."""

    def headers(self, headers: Headers) -> Headers:
        return {name.upper(): value for name, value in reversed(headers.items())}


class HeadersMore(Dressed):
    """What proxies, tracing and HTTP libraries add."""

    def headers(self, headers: Headers) -> Headers:
        return headers | {
            "User-Agent": "Apache-HttpClient/4.5.13 (Java/1.8.0_352)",
            "Accept-Encoding": "gzip, deflate",
            "Accept-Language": "vi-VN,vi;q=0.9",
            "Cache-Control": "no-cache",
            "Connection": "keep-alive",
            "X-Request-Id": "00-4bf92f3577b34da6a3ce929d0e0e4736-01",
            "Via": "1.1 proxy.example.vn",
        }


class HeadersOfTheSdk(Dressed):
    """``ContentType`` beside ``Content-Type``, as the tables of BTXH 3.1 print it, and the JDK's own ``Accept``."""

    def headers(self, headers: Headers) -> Headers:
        told = headers | {"Accept": "text/html, image/gif, image/jpeg, */*; q=0.2"}
        return told | ({"ContentType": "application/json"} if "json" in headers.get("Content-Type", "") else {})


class AcceptsAnything(Dressed):
    def headers(self, headers: Headers) -> Headers:
        return headers | {"Accept": "*/*"}


class AcceptUnsaid(Dressed):
    def headers(self, headers: Headers) -> Headers:
        return {name: value for name, value in headers.items() if name != "Accept"}


class CharsetOtherwise(Dressed):
    """The charset unsaid where it was said, and said where it was not: JSON is UTF-8 by itself (RFC 8259)."""

    def headers(self, headers: Headers) -> Headers:
        swapped = {
            "application/json; charset=utf-8": "application/json",
            "application/json": "application/json;charset=UTF-8",
        }
        kind = headers.get("Content-Type", "")
        return headers | ({"Content-Type": swapped[kind]} if kind in swapped else {})


class KeysReversed(Dressed):
    def written(self, told: Any) -> str:
        return super().written(self.turned(told))

    def turned(self, told: Any) -> Any:
        if isinstance(told, dict):
            return {name: self.turned(value) for name, value in reversed(told.items())}
        return [self.turned(each) for each in told] if isinstance(told, list) else told


class Escaped(Dressed):
    """Nothing but ASCII, with ``\\u`` for the rest."""

    def written(self, told: Any) -> str:
        return json.dumps(told, ensure_ascii=True)


class Pretty(Dressed):
    """Indented, with Windows' ends of line."""

    def written(self, told: Any) -> str:
        return json.dumps(told, ensure_ascii=False, indent=4).replace("\n", "\r\n") + "\r\n"


class LikePhp(Dressed):
    """What ``json_encode`` makes: no spaces, ``\\u`` and ``\\/``."""

    def written(self, told: Any) -> str:
        return json.dumps(told, separators=(",", ":")).replace("/", "\\/")


class TokenScope(Dressed):
    """Asks for a token with a scope, and another order of the form."""

    def body(self, headers: Headers, body: bytes) -> bytes:
        return b"scope=default&" + body if body.startswith(b"grant_type") else body


class AddressInHeaders(Dressed):
    """``dstcode`` and ``providerurl`` of the axis as headers, not in the query."""

    def send(self, method: str, url: str, headers: Headers, body: bytes = b"") -> Reply:
        from urllib.parse import unquote

        front, _, query = url.partition("?")
        pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
        moved = {name: unquote(value) for name, value in pairs if name in ("dstcode", "providerurl")}
        rest = "&".join(f"{name}={value}" for name, value in pairs if name not in moved)
        return self.inner.send(method, front + (f"?{rest}" if rest else ""), headers | moved, body)


class HexLower(Dressed):
    """Percent-encoding in small letters."""

    def send(self, method: str, url: str, headers: Headers, body: bytes = b"") -> Reply:
        front, *rest = url.split("%")
        small = front + "".join(f"%{each[:2].lower()}{each[2:]}" for each in rest)
        return self.inner.send(method, small, headers, body)


class Slow(Dressed):
    """Takes a few seconds over every call."""

    def send(self, method: str, url: str, headers: Headers, body: bytes = b"") -> Reply:
        self.inner.pause(4)
        return self.inner.send(method, url, headers, body)


class Composed(Dressed):
    """Puts all text into NFC on its way out."""

    def body(self, headers: Headers, body: bytes) -> bytes:
        return nfc(body.decode()).encode()


class XmlBare(Forms):
    """No XML declaration."""

    def declaration(self) -> str:
        return ""


class XmlDoubleQuoted(Forms):
    """Another declaration, and every empty element with two tags."""

    def declaration(self) -> str:
        return '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

    def serialised(self, root: ET.Element) -> str:
        return ET.tostring(root, encoding="unicode", short_empty_elements=False)


class XmlPrinted(Forms):
    """Namespaces declared and never used, as in the samples of BTXH 3.1, and indented."""

    def serialised(self, root: ET.Element) -> str:
        ET.indent(root)
        root.attrib = {
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xmlns:xsd": "http://www.w3.org/2001/XMLSchema",
        }
        return ET.tostring(root, encoding="unicode")


class Numbers(Forms):
    """The two fields the samples print as JSON numbers, as numbers (B12, B27)."""

    def _fields(self, known: Words, kind: str, extent: str) -> Words:
        told = super()._fields(known, kind, extent)
        names = [name for name in ("LoaiDuLieu", "CMND_NoiCap") if told.get(name, "").isdigit()]
        return told | {name: int(told[name]) for name in names}


class XmlPrintedClient(Client):
    forms_class = XmlPrinted


class XmlBareClient(Client):
    forms_class = XmlBare


class XmlDoubleQuotedClient(Client):
    forms_class = XmlDoubleQuoted


class NumbersClient(Client):
    forms_class = Numbers

    def question(self, name: str, task: Words) -> Words:
        asked = super().question(name, task)
        return asked | ({"LoaiDuLieu": int(name)} if name.isdigit() else {})


class EagerGateway(Gateway):
    """Three tries at once, then one more after a while; what the service says about waiting is heeded."""

    def _patiently(self, send: Any) -> Reply:
        for number in range(1, TRIES + 1):
            try:
                reply: Reply = send()
            except Lost:
                if number == TRIES:
                    raise
                self.wire.pause(0 if number < 3 else 5)
                continue
            if number == TRIES or not self.is_passing(reply):
                return reply
            self.wire.pause(self.wait_s(reply, number) if reply.status == 429 or number == 3 else 0)
        raise AssertionError


class EagerPapers(KhoDl):
    """A second try at once, a third after a while."""

    def patiently(self, send: Any) -> Reply:
        try:
            reply: Reply = send()
        except Lost:
            reply = Reply(503, {}, b"")
        return super().patiently(send) if self.may_pass(reply) else reply


class Eager(Client):
    gateway_class, papers_class = EagerGateway, EagerPapers


class OneTryGateway(Gateway):
    """Never tries at once again: the outbox does, after everything else."""

    def _patiently(self, send: Any) -> Reply:
        reply: Reply = send()
        if self.is_passing(reply):
            self.wire.pause(self.wait_s(reply, 1))
            raise Lost(reply.status)
        return reply


class Outbox(Client):
    """An outbox: everything is sent once in order; what did not get through is sent again in later rounds."""

    gateway_class = OneTryGateway

    def push_dossiers(self, task: Words) -> None:
        self.emptied([self.forms.dossier(known) for known in task["dossiers"]])

    def push_results(self, task: Words) -> None:
        self.emptied([self.forms.result(known) for known in task["dossiers"]])

    def emptied(self, waiting: list[Words]) -> None:
        for _ in range(TRIES):
            waiting = [body for body in waiting if self.is_stuck("DongBoDVC", body)]
            if not waiting:
                return
            self.wire.pause(5)

    def is_stuck(self, operation: str, body: Words) -> bool:
        try:
            self.gateway.call(operation, body)
        except Lost:
            return True
        except Refused as trouble:
            self.log.append(f"{operation} {body['MaHoSo']}: {trouble}")
        return False

    def push(self, operation: str, body: Words) -> bool:
        before = len(self.log)
        for _ in range(TRIES):
            if not self.is_stuck(operation, body):
                return len(self.log) == before
            self.wire.pause(5)
        return False


class CodesAsNumbers(Gateway):
    """Reads ``error_code`` as a number, whether it came as one or as text."""

    def read(self, operation: str, reply: Reply) -> Any:
        try:
            said = json.loads(reply.body.decode("utf-8-sig"))
            told = said.get("result", said)
            code = int(told["error_code"])
        except (ValueError, KeyError, TypeError, AttributeError) as trouble:
            raise Refused(reply.status, repr(trouble)) from None
        if reply.status != 200 or code != 0:
            raise Refused(code, told.get("message"))
        return told


class CodesAsNumbersClient(Client):
    gateway_class = CodesAsNumbers


class Foreseeing(Client):
    """Asks for a token before the old one runs out, by ``expires_in`` and its own clock."""

    def do(self, task: Words) -> None:
        now = datetime.fromisoformat(task["now"])
        until = self.memory.get("token until")
        if until and now >= datetime.fromisoformat(until):
            self.memory.put("token", None)
        super().do(task)
        if self.gateway.lives_s is not None:
            self.memory.put("token until", (now + timedelta(seconds=self.gateway.lives_s - 120)).isoformat())
            self.gateway.lives_s = None


class ForeseeingGateway(Gateway):
    lives_s: float | None = None

    def ask_for_token(self) -> Reply:
        reply = super().ask_for_token()
        if reply.status == 200:
            self.lives_s = float(json.loads(reply.body)["expires_in"])
        return reply


Foreseeing.gateway_class = ForeseeingGateway


class Decomposed(Client):
    """Its database holds names in NFD; they are composed on their way out."""

    def do(self, task: Words) -> None:
        super().do(self.stored(task))

    def stored(self, known: Any, name: str = "") -> Any:
        if isinstance(known, dict):
            return {key: self.stored(value, key) for key, value in known.items()}
        if isinstance(known, list):
            return [self.stored(each, name) for each in known]
        free = ("full_name", "unit", "note", "detail", "summary", "title")
        return unicodedata.normalize("NFD", known) if name in free else known


class Overlapping(Client):
    """Its windows begin a quarter of an hour before the last one ended: a clock may be slow."""

    def window(self, name: str, task: Words) -> tuple[str, str]:
        first, last = super().window(name, task)
        if self.memory.get(f"end of {name}") is None:
            return first, last
        return (datetime.fromisoformat(first) - timedelta(minutes=15)).isoformat(), last


class Sparse(Filing):
    """Leaves out of a dossier what is empty."""

    def dossier(self, task: Words, status: str) -> Words:
        return {name: value for name, value in super().dossier(task, status).items() if value != ""}


class SparseClient(Client):
    """Leaves optional fields out that hold nothing."""

    filing_class = Sparse


class AsPrinted(Forms):
    """Every code of the tables as they print it: VNeID 0 is yes, 1 is no (BTXH 3.1.1, row 36)."""

    def verified(self, is_verified: bool) -> str:
        return "0" if is_verified else "1"


class AsPrintedClient(Client):
    forms_class = AsPrinted


class OwnCodes(Client):
    """Its one-stop system gives codes of its own, the same one for a dossier at every push."""

    def own(self, known: Words) -> Words:
        head, _, number = known["dossier_code"].rpartition("-")
        return known | {"dossier_code": f"{head}-9{number}"}

    def push_dossiers(self, task: Words) -> None:
        super().push_dossiers(task | {"dossiers": [self.own(known) for known in task["dossiers"]]})

    def push_results(self, task: Words) -> None:
        super().push_results(task | {"dossiers": [self.own(known) for known in task["dossiers"]]})

    def push_course(self, task: Words) -> None:
        super().push_course(task | {"dossiers": [self.own(known) for known in task["dossiers"]]})


class Backwards(Client):
    """Works from the newest dossier to the oldest."""

    def push_dossiers(self, task: Words) -> None:
        super().push_dossiers(task | {"dossiers": task["dossiers"][::-1]})

    def push_results(self, task: Words) -> None:
        super().push_results(task | {"dossiers": task["dossiers"][::-1]})

    def push_course(self, task: Words) -> None:
        super().push_course(task | {"dossiers": task["dossiers"][::-1]})


class ThreeTriesGateway(Gateway):
    """Whatever is no success is tried three times more, with a pause that grows: also what was refused."""

    def call(self, operation: str, body: Words) -> Any:
        for number in range(1, 4):
            try:
                return super().call(operation, body)
            except (Refused, Lost):
                self.wire.pause(2.0**number)
        return super().call(operation, body)


class ThreeTries(Client):
    gateway_class = ThreeTriesGateway


class PendingFirst(Client):
    """What was refused or lost is tried again before anything new is begun, in whatever task comes next."""

    def do(self, task: Words) -> None:
        if "now" in task:
            self.gateway.set_clock(task["now"])
        waiting = self.memory.get("pending", [])
        self.memory.put("pending", [])
        for operation, body in waiting:
            self.push(operation, body)
        super().do(task)

    def push(self, operation: str, body: Words) -> bool:
        is_done = super().push(operation, body)
        if not is_done:
            self.memory.put("pending", [*self.memory.get("pending", []), [operation, body]][-3:])
        return is_done


class FreshToken(Client):
    """A program that keeps no token between its runs."""

    def do(self, task: Words) -> None:
        self.memory.put("token", None)
        super().do(task)


class AllOptionalLeftOut(Forms):
    """Sends mandatory fields alone, as the tables allow."""

    def _fields(self, known: Words, kind: str, extent: str) -> Words:
        told = super()._fields(known, kind, extent)
        return {name: value for name, value in told.items() if name not in OPTIONAL}


class MandatoryAlone(Client):
    forms_class = AllOptionalLeftOut


class DaysWithMidnight(Forms):
    """Days with 00:00:00 behind them, as the samples print them."""

    def _fields(self, known: Words, kind: str, extent: str) -> Words:
        told = super()._fields(known, kind, extent)
        return told | ({"CMND_NgayCap": f"{told['CMND_NgayCap']} 00:00:00"} if "CMND_NgayCap" in told else {})


class DaysAsSampled(Client):
    forms_class = DaysWithMidnight


class StepsWithTime(Forms):
    """Moments of a step with their time, though the table says dd/MM/yyyy."""

    def step(self, code: str, step: Words) -> Words:
        return super().step(code, step) | {"ThoiDiemXuLy": second(step["handled_at"])}


class StepsToTheSecond(Client):
    forms_class = StepsWithTime


class ElementsTurned(Forms):
    """The elements of a document in another order."""

    def filed(self, number: int, file: Words) -> Words:
        return dict(reversed(super().filed(number, file).items()))


class ElementsTurnedClient(Client):
    forms_class = ElementsTurned


class Chatty(Dressed):
    """Asks every address with a trailing header of a tracing agent and a cookie it once got."""

    def headers(self, headers: Headers) -> Headers:
        return headers | {
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "Pragma": "no-cache",
        }


class TokenSafetyMargin(Foreseeing):
    """Asks anew when a token has less than half its life left."""

    def do(self, task: Words) -> None:
        Client.do(self, task)


class WholeDays(Client):
    """Asks for whole days, from midnight to midnight, and takes over what it does not have yet."""

    def window(self, name: str, task: Words) -> tuple[str, str]:
        first, last = super().window(name, task)
        return f"{first[:10]}T00:00:00{first[-6:]}", last


class DayByDay(Client):
    """Polls every day by itself, from midnight to midnight: dossiers, results and steps, each by the time it has."""

    def listed(self, operation: str, name: str, task: Words) -> list[Words] | None:
        first, last = super().window(name, task)
        day, items = datetime.fromisoformat(first), []
        while day.date() <= datetime.fromisoformat(last).date():
            found = super().listed(operation, name, task | {"day": day.date().isoformat()})
            if found is None:
                return None
            items += found
            day += timedelta(days=1)
        return items

    def window(self, name: str, task: Words) -> tuple[str, str]:
        zone = task["now"][-6:]
        return f"{task['day']}T00:00:00{zone}", f"{task['day']}T23:59:59{zone}"


class CaseOfCodes(Forms):
    """Codes of one figure written with an explicit scheme in upper-case addresses; nothing else."""

    def name(self, text: str) -> str:
        return nfc(" ".join(text.split()))


class TidyNames(Client):
    forms_class = CaseOfCodes


class EmptyForUnknown(Forms):
    """What the counter does not know is sent as an empty String, or as null."""

    unknown: str | None = ""

    def _fields(self, known: Words, kind: str, extent: str) -> Words:
        return dict.fromkeys(OPTIONAL, self.unknown) | super()._fields(known, kind, extent)


class NullForUnknown(EmptyForUnknown):
    unknown = None


class EmptyForUnknownClient(Client):
    forms_class = EmptyForUnknown


class NullForUnknownClient(Client):
    forms_class = NullForUnknown


class HomeForResidence(Forms):
    """Who is not known to live elsewhere lives where he is registered."""

    def places(self, place: Words, home: Words, current: Words | None) -> Words:
        return super().places(place, home, current or home)


class HomeForResidenceClient(Client):
    forms_class = HomeForResidence


class DeletedMarked(Forms):
    """Files that were taken back stay in the list, marked as deleted; papers come newest first."""

    def submitted(self, known: Words) -> list[Words]:
        return list(known["files"])

    def filed(self, number: int, file: Words) -> Words:
        return super().filed(number, file) | ({"IsDeleted": "1"} if file.get("deleted") else {})

    def extent(self, known: Words, results: list[Words]) -> str:
        return super().extent(known | {"files": known["files"][::-1]}, results[::-1])

    def _fields(self, known: Words, kind: str, extent: str) -> Words:
        is_digitised = any(file["digitised"] for file in known["files"] if not file.get("deleted"))
        return super()._fields(known, kind, extent) | {"HoSoCoThanhPhanSoHoa": "1" if is_digitised else "0"}


class DeletedMarkedClient(Client):
    forms_class = DeletedMarked


class ListsOfTheDay(KhoDl):
    """Whatever list it was given serves for the whole day: asked for again on the next, or on a notice (KDL V.1)."""

    day = ""

    def components(self, procedure: str) -> dict[str, Words]:
        kept = self.memory.get("procedures", {})
        rows = kept.get("rows", {}) if kept.get("day") == self.day else {}
        if procedure not in rows:
            super().components(procedure)
            rows = rows | {procedure: self.row}
            self.memory.put("procedures", {"day": self.day, "rows": rows})
        self.row = rows[procedure]
        return {paper["TENGIAYTO"]: paper for case in self.row["THANHPHANHOSO"] for paper in case["GIAYTO"]}

    def dstcode_of(self, code: str, now: str) -> str:
        found = self.servers(now).get(agency(code))
        if not found:
            raise RefusedByPortal(f"no security server of {code} today")
        return str(found)


class ListsForADay(Client):
    papers_class = ListsOfTheDay

    def do(self, task: Words) -> None:
        ListsOfTheDay.day = str(task.get("now", ""))[:10]
        super().do(task)


def dressed(wire_class: type[Dressed], client: type[Client] = Client) -> Callable[[Words, Wire], Client]:
    """Return a maker of a client behind a wire."""
    return lambda context, wire: client(context, wire_class(wire), Memory())


BTXH, KDL = ("cong-ndxp", "btxh-a1", "btxh-a2"), ("kho-dl",)
EVERY = BTXH + KDL

VARIANTS: Mapping[str, tuple[Callable[[Words, Any], Client], tuple[str, ...]]] = {
    "headers turned round": (dressed(HeadersTurned), EVERY),
    "more headers": (dressed(HeadersMore), EVERY),
    "headers of the SDK": (dressed(HeadersOfTheSdk), EVERY),
    "accepts anything": (dressed(AcceptsAnything), EVERY),
    "accept unsaid": (dressed(AcceptUnsaid), EVERY),
    "charset said otherwise": (dressed(CharsetOtherwise), EVERY),
    "keys reversed": (dressed(KeysReversed), EVERY),
    "escaped": (dressed(Escaped), EVERY),
    "pretty": (dressed(Pretty), EVERY),
    "like PHP": (dressed(LikePhp), EVERY),
    "slow": (dressed(Slow), EVERY),
    "NFC from NFD": (dressed(Composed, Decomposed), EVERY),
    "eager": (Eager, EVERY),
    "a scope": (dressed(TokenScope), BTXH),
    "address in headers": (dressed(AddressInHeaders), KDL),
    "small hex digits": (dressed(HexLower), ("btxh-a2", *KDL)),
    "XML without declaration": (XmlBareClient, BTXH[:2]),
    "XML in double quotes": (XmlDoubleQuotedClient, BTXH[:2]),
    "XML as printed": (XmlPrintedClient, BTXH[:2]),
    "numbers": (NumbersClient, BTXH),
    "outbox": (Outbox, BTXH),
    "codes as numbers": (CodesAsNumbersClient, BTXH),
    "foreseeing": (Foreseeing, BTXH),
    "overlapping windows": (Overlapping, ("btxh-a2",)),
    "nothing empty": (SparseClient, KDL),
    "VNeID as printed": (AsPrintedClient, ("btxh-a1",)),
    "codes of its own": (OwnCodes, ("btxh-a1", "cong-ndxp")),
    "backwards": (Backwards, BTXH[:2]),
    "three tries": (ThreeTries, BTXH),
    "pending first": (PendingFirst, BTXH[:2]),
    "a fresh token each time": (FreshToken, BTXH),
    "mandatory fields alone": (MandatoryAlone, BTXH[:2]),
    "days as sampled": (DaysAsSampled, BTXH[:2]),
    "steps to the second": (StepsToTheSecond, ("btxh-a1",)),
    "elements turned": (ElementsTurnedClient, BTXH[:2]),
    "chatty": (dressed(Chatty), EVERY),
    "token with a margin": (TokenSafetyMargin, BTXH),
    "whole days": (WholeDays, ("btxh-a2",)),
    "day by day": (DayByDay, ("btxh-a2",)),
    "tidy names": (TidyNames, BTXH[:2]),
    "lists for a day": (ListsForADay, KDL),
    "empty for unknown": (EmptyForUnknownClient, BTXH[:2]),
    "null for unknown": (NullForUnknownClient, BTXH[:2]),
    "home for residence": (HomeForResidenceClient, BTXH[:2]),
    "deleted files marked": (DeletedMarkedClient, BTXH[:2]),
    "three tries, printed, backwards": (type("Literal", (ThreeTries, Backwards, AsPrintedClient), {}), BTXH[:2]),
}
"""By name: who makes the client, and the kits in which it does anything otherwise than the reference client."""

ADVISED: Mapping[tuple[str, str], frozenset[str]] = {
    ("lists for a day", "kho-dl"): frozenset({"KDL-LS-04"}),  # the advice is to look again for whom it does not know
    ("mandatory fields alone", "btxh-a1"): frozenset(
        {"BTXH-KQ-14", "BTXH-HS-05"}
    ),  # the advice is to send what is known
    ("slow", "cong-ndxp"): frozenset({"NDXP-GW-01"}),  # so slow that no quota ever stops it
    ("eager", "cong-ndxp"): frozenset({"NDXP-GW-03"}),  # the advice is to pause between tries
    ("three tries", "cong-ndxp"): frozenset({"NDXP-TK-14", "NDXP-GW-03", "NDXP-GW-06"}),  # the advice is to stop sooner
    ("three tries, printed, backwards", "cong-ndxp"): frozenset({"NDXP-TK-14", "NDXP-GW-03", "NDXP-GW-06"}),
}
"""The advice (SHOULD) a variant does not take: tests that are no condition for passing."""
