"""Clients that use Kho DL with one fault each, as real ones have them.

Sources: src:portal-papers, src:client-faults.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.clients.reference.filing import Filing
from tests.clients.reference.khodl import NO_SESSION, PLACEHOLDER, TRIES, VXP, KhoDl, Refused, agency
from tests.clients.reference.memory import Memory
from tests.clients.reference.tasks import Client
from tests.clients.reference.wire import Lost, Reply, Wire

Words = dict[str, Any]


class WithoutHeader(Wire):
    """Drops one header of the calls to an address."""

    def __init__(self, wire: Wire, header: str, address: str) -> None:
        self.wire, self.header, self.address = wire, header, address

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        kept = {name: value for name, value in headers.items() if self.address not in url or name != self.header}
        return self.wire.send(method, url, kept, body)

    def pause(self, seconds: float) -> None:
        self.wire.pause(seconds)


class MapiWithoutCharset(KhoDl):
    def __init__(self, context: Words, wire: Wire, memory: Memory) -> None:
        super().__init__(context, WithoutHeader(wire, "Charset", "/mapi/"), memory)


class MapiWithoutDstcode(KhoDl):
    def address(self, path: str) -> str:
        return "" if path.startswith("/mapi/") else super().address(path)


class LoginPerCall(KhoDl):
    def mapi(self, service: str, **keys: Any) -> Any:
        self.memory.put("session", self.log_in())
        return super().mapi(service, **keys)


class ForgetsTheCall(KhoDl):
    """Logs in when its session is refused, and gives this dossier up all the same."""

    forgets = "session"

    def _with_session(self, name: str, log_in: Any, call: Any) -> Any:
        kept = self.memory.get(name)
        if name != self.forgets or not kept:
            return super()._with_session(name, log_in, call)
        said = call(kept)
        if self.code_of(said) == NO_SESSION:
            self.memory.put(name, log_in())
        if self.code_of(said) != 0:
            raise Refused(said.get("message"))
        return said


class ForgetsTheSearch(ForgetsTheCall):
    forgets = "papers token"


class OnePasswordForBoth(KhoDl):
    """Tries the portal's account at the papers service first."""

    def log_in_for_papers(self) -> str:
        self.post("/bndp/public/v1/login", self.pair(self.accounts["portal"]))
        return super().log_in_for_papers()


class PapersWithoutCharset(KhoDl):
    def __init__(self, context: Words, wire: Wire, memory: Memory) -> None:
        super().__init__(context, WithoutHeader(wire, "Charset", "/bndp/"), memory)


class ClosingSlash(KhoDl):
    def address(self, path: str) -> str:
        return super().address(path) + ("%2F" if path.startswith("/bndp/") else "")


class LoginPerSearch(KhoDl):
    def papers_call(self, body: Words) -> Any:
        self.memory.put("papers token", self.log_in_for_papers())
        return super().papers_call(body)


class LocalProcedureCode(KhoDl):
    def question(self, task: Words, wanted: list[tuple[str, str]]) -> Words:
        return super().question(task, wanted) | {"MaThuTuc": task["procedure"]["code"]}


class WholeCatalogue(KhoDl):
    """Asks for every code it knows, and only when that is refused for those of the procedure."""

    def find(self, task: Words, wanted: list[tuple[str, str]]) -> list[Words]:
        try:
            super().find(task, [*wanted, ("KQ.G07.000477", ""), ("KQ.G07.000282", "")])
        except Refused:
            return super().find(task, wanted)
        return []


class AlwaysTheCounter(KhoDl):
    """Says channel 3 of what citizens file online."""

    def question(self, task: Words, wanted: list[tuple[str, str]]) -> Words:
        asked = super().question(task, wanted)
        return asked if "officer" in task else asked | {"KenhThucHien": "3"}


class OwnerAsOfficer(KhoDl):
    def question(self, task: Words, wanted: list[tuple[str, str]]) -> Words:
        return super().question(task, wanted) | {"SoDinhDanhNguoiYeuCau": task["applicant"]["citizen_id"]}


class NamelessOfficer(KhoDl):
    def question(self, task: Words, wanted: list[tuple[str, str]]) -> Words:
        asked = super().question(task, wanted)
        return asked | {"HoTenNguoiYeuCau": "Cán bộ một cửa"} if "officer" in task else asked


class NoPaperNumber(KhoDl):
    def find(self, task: Words, wanted: list[tuple[str, str]]) -> list[Words]:
        return super().find(task, [(code, "") for code, _ in wanted])


class TakesTheFirst(Filing):
    def chosen(self, found: list[Words], wish: Words, task: Words) -> Words | None:
        return found[0] if found else None


class FirstFileOnly(Filing):
    def fetched(self, paper: Words, component: Words, task: Words) -> list[Words]:
        first = paper | {"DanhSachTepDinhKem": paper["DanhSachTepDinhKem"][:1]}
        return super().fetched(first, component, task)


class KnowsOneNameKey(KhoDl):
    def name(self, file: Words) -> str:
        return str(file.get("TenTep", "tep.pdf"))


class NoPaperNoFiling(Filing):
    """Waits for a paper that does not exist."""

    def attachments(self, wish: Words, components: dict[str, Words], task: Words) -> list[Words]:
        found = super().attachments(wish, components, task)
        if not found and task["citizen_chooses"][0]["number"] is None:
            raise Refused("no paper")
        return found


class TakesWhatComes(KhoDl):
    """Does not look which code a paper has."""

    def find(self, task: Words, wanted: list[tuple[str, str]]) -> list[Words]:
        result = self.papers_call(self.question(task, wanted)).get("result") or {}
        return result.get("DanhSachGiayToKetQua") or []


class IgnoresErrorCode(KhoDl):
    """Reads result whatever errorCode says, unless it is about the session."""

    def code_of(self, said: Words) -> int:
        code = super().code_of(said)
        return code if "errorCode" not in said or code == NO_SESSION else 0


class ListPerDownload(KhoDl):
    def servers(self, now: str) -> dict[str, str]:
        return self.refreshed(now)


class ListForEver(KhoDl):
    def servers(self, now: str) -> dict[str, str]:
        kept = self.memory.get("servers")
        return kept["rows"] if kept else self.refreshed(now)


class IgnoresNotices(Filing):
    def attachments(self, wish: Words, components: dict[str, Words], task: Words) -> list[Words]:
        return super().attachments(wish, components, task | {"notices": []})


class TrustsItsList(KhoDl):
    def dstcode_of(self, code: str, now: str) -> str:
        found = self.servers(now).get(agency(code))
        if not found:
            raise Refused(f"no security server of {code}")
        return found


class ShortCodesOnly(KhoDl):
    def dstcode_of(self, code: str, now: str) -> str:
        if code.startswith("000."):
            raise Refused(f"no agency {code}")
        return super().dstcode_of(code, now)


class NoProviderUrlFirst(KhoDl):
    """Leaves providerurl out, and adds it when that is refused."""

    def fetch(self, file: Words, holder: str, now: str) -> bytes:
        url = self.link(file["DuongDan"], holder, now)
        if PLACEHOLDER not in file["DuongDan"]:
            self.wire.send("GET", url.partition("&providerurl=")[0], {})
        return super().fetch(file, holder, now)


class WrapsTwice(KhoDl):
    def link(self, given: str, holder: str, now: str) -> str:
        if PLACEHOLDER not in given:
            return super().link(given, holder, now)
        wrapped = super().link(given, holder, now)
        return self.server + VXP + wrapped.removeprefix(self.server)


class LeavesThePlaceholder(KhoDl):
    def link(self, given: str, holder: str, now: str) -> str:
        return given if PLACEHOLDER in given else super().link(given, holder, now)


class EncodesTwice(KhoDl):
    def encoded(self, url: str) -> str:
        return super().encoded(url).replace("%", "%25")


class DropsTheQuery(KhoDl):
    def link(self, given: str, holder: str, now: str) -> str:
        return super().link(given if PLACEHOLDER in given else given.partition("?")[0], holder, now)


class ShowsItsToken(KhoDl):
    def fetch(self, file: Words, holder: str, now: str) -> bytes:
        wire, token = self.wire, str(self.memory.get("papers token"))
        self.wire = WithToken(wire, token)
        try:
            return super().fetch(file, holder, now)
        finally:
            self.wire = wire


class WithToken(WithoutHeader):
    def __init__(self, wire: Wire, token: str) -> None:
        super().__init__(wire, "", "")
        self.token = token

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        if "/VXPAdapter/" in url:
            headers = headers | {"Authorization": self.token}
        return self.wire.send(method, url, headers, body)


class InsistsOnARight(KhoDl):
    def fetch(self, file: Words, holder: str, now: str) -> bytes:
        for _ in range(2 * TRIES):  # three tries with back-off are nobody's fault
            reply = self.wire.send("GET", self.link(file["DuongDan"], holder, now), {})
            code = reply.header("X-Road-Error")
            if not code or "NetworkError" in code:
                break
        return super().fetch(file, holder, now)


class GuessesTheDstcode(KhoDl):
    def dstcode_of(self, code: str, now: str) -> str:
        try:
            return super().dstcode_of(code, now)
        except Refused:
            return f"VN:GOV:{agency(code)}:{code[-3:].lower()}ss01"


class KnocksWithoutEnd(KhoDl):
    def fetch(self, file: Words, holder: str, now: str) -> bytes:
        for _ in range(4 * TRIES):
            reply = self.wire.send("GET", self.link(file["DuongDan"], holder, now), {})
            if "NetworkError" not in reply.header("X-Road-Error"):
                break
        return super().fetch(file, holder, now)


class TakesPages(KhoDl):
    def checked(self, file: Words, reply: Reply) -> bytes:
        return reply.body if reply.body[:1] == b"<" else super().checked(file, reply)


class TakesNothingForAFile(KhoDl):
    def checked(self, file: Words, reply: Reply) -> bytes:
        return super().checked(file, reply) if reply.body else b""


class IgnoresTheStatus(KhoDl):
    def fetch(self, file: Words, holder: str, now: str) -> bytes:
        try:
            return super().fetch(file, holder, now)
        except Refused as refused:
            if refused.args[0] in (500, 502, 503, 504):
                return b"whatever came"
            raise


class KeepsTheHalf(KhoDl):
    def fetch(self, file: Words, holder: str, now: str) -> bytes:
        try:
            return super().fetch(file, holder, now)
        except Lost:
            return b"%PDF-1.4"


class KnowsNoPdf(KhoDl):
    def checked(self, file: Words, reply: Reply) -> bytes:
        whole = replace(reply, body=reply.body + b"%%EOF") if reply.body.startswith(b"%PDF") else reply
        return super().checked(file, replace(whole, headers={}))


class ForgetsTheMark(Filing):
    def row(self, paper: Words, file: Words, component: Words) -> Words:
        return super().row(paper, file, component) | {"DuocLayTuKhoDMQG": "0"}


class SendsAgain(Filing):
    def push(self, task: Words, status: str, attached: list[Words], results: list[Words]) -> None:
        for _ in range(2 * TRIES):  # three tries are nobody's fault
            try:
                return super().push(task, status, attached, results)
            except Refused:
                continue
        return None


class ProcedureAsResult(Filing):
    def result(self, given: Words) -> Words:
        return super().result(given) | {"MaGiayToKetQua": self.papers.row["MATTHC"]}


class ResultWithoutLink(Filing):
    def result(self, given: Words) -> Words:
        return super().result(given) | {"DuongDanTepTinKetQua": given["file"]}


def client(part: type[KhoDl] | type[Filing]) -> type[Client]:
    """Return the reference client with one part replaced."""
    name = "papers_class" if issubclass(part, KhoDl) else "filing_class"
    return type(part.__name__, (Client,), {name: part})


MUTANTS: dict[type[KhoDl] | type[Filing], str] = {
    MapiWithoutCharset: "KDL-SS-01",
    MapiWithoutDstcode: "KDL-SS-01",
    LoginPerCall: "KDL-SS-02",
    ForgetsTheCall: "KDL-SS-03",
    OnePasswordForBoth: "KDL-SS-04",
    PapersWithoutCharset: "KDL-PP-01",
    ClosingSlash: "KDL-PP-01",
    LoginPerSearch: "KDL-PP-02",
    ForgetsTheSearch: "KDL-PP-03",
    LocalProcedureCode: "KDL-PP-04",
    WholeCatalogue: "KDL-PP-05",
    AlwaysTheCounter: "KDL-PP-06",
    OwnerAsOfficer: "KDL-PP-07",
    NamelessOfficer: "KDL-PP-07",
    NoPaperNumber: "KDL-PP-08",
    TakesTheFirst: "KDL-CH-01",
    FirstFileOnly: "KDL-CH-02",
    KnowsOneNameKey: "KDL-CH-02",
    NoPaperNoFiling: "KDL-CH-03",
    TakesWhatComes: "KDL-CH-04",
    IgnoresErrorCode: "KDL-CH-05",
    ListPerDownload: "KDL-LS-01",
    ListForEver: "KDL-LS-02",
    IgnoresNotices: "KDL-LS-03",
    TrustsItsList: "KDL-LS-04",
    ShortCodesOnly: "KDL-LS-05",
    NoProviderUrlFirst: "KDL-DL-01",
    WrapsTwice: "KDL-DL-02",
    LeavesThePlaceholder: "KDL-DL-02",
    EncodesTwice: "KDL-DL-03",
    DropsTheQuery: "KDL-DL-04",
    ShowsItsToken: "KDL-DL-05",
    InsistsOnARight: "KDL-DL-06",
    GuessesTheDstcode: "KDL-DL-07",
    KnocksWithoutEnd: "KDL-DL-08",
    TakesPages: "KDL-HD-01",
    TakesNothingForAFile: "KDL-HD-02",
    IgnoresTheStatus: "KDL-HD-03",
    KeepsTheHalf: "KDL-HD-04",
    KnowsNoPdf: "KDL-HD-05",
    ForgetsTheMark: "KDL-HS-01",
    SendsAgain: "KDL-HS-02",
    ProcedureAsResult: "KDL-HS-03",
    ResultWithoutLink: "KDL-HS-03",
}
