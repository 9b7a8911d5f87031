"""Kho DL: a citizen's papers found on the national portal and fetched over the axis (KDL II to V)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from tests.clients.reference.memory import Memory
from tests.clients.reference.wire import Lost, Reply, Wire

Words = dict[str, Any]
XRD, VXP = "/XrdAdapter/RestService/forward", "/VXPAdapter/RestService/forward"
PLACEHOLDER = "IP-SS-BNĐP:8080"
TRIES = 3
NO_SESSION = -2


class Refused(Exception):
    """The portal or the axis said no; trying again would not help."""


class NotAFile(Exception):
    """What came is not the paper: an error page, nothing, or a part of it."""


def stamp(moment: str) -> str:
    """The portal's dates: yyyyMMddHHmmss."""
    return f"{datetime.fromisoformat(moment):%Y%m%d%H%M%S}"


def agency(code: str) -> str:
    """H22 and H22.15 in the long form, 000.00.00.H22 and 000.00.15.H22: the list and the papers may differ."""
    if code[:3].isdigit():
        return code
    root, *groups = code.split(".")
    padded = [(groups[at] if at < len(groups) else "").zfill(width) for at, width in enumerate((2, 2, 3))]
    return ".".join([*reversed(padded), root])


class KhoDl:
    """One province's way to the portal: two logins that live side by side, and the list of security servers."""

    def __init__(self, context: Words, wire: Wire, memory: Memory) -> None:
        self.server, self.portal = context["security_server_url"], context["portal"]
        self.accounts, self.wire, self.memory = context["credentials"], wire, memory

    # The two services and their sessions.

    def mapi(self, service: str, **keys: Any) -> Any:
        """Call a service of the portal (KDL V.1)."""

        def body(session: str) -> Words:
            return {"session": session, "madonvi": self.accounts["portal"]["unit"], "service": service, **keys}

        return self._with_session("session", self.log_in, lambda it: self.post("/mapi/call", body(it)))

    def papers_call(self, body: Words) -> Any:
        """Call the papers service (KDL V.2)."""
        path = "/bndp/public/v1/user/papers"
        return self._with_session(
            "papers token", self.log_in_for_papers, lambda it: self.post(path, body, Authorization=it)
        )

    def _with_session(self, name: str, log_in: Any, call: Any) -> Any:
        """Use the session that is kept; only when it is refused ask for another, once."""
        kept = self.memory.get(name)
        said = call(kept) if kept else None
        if said is None or self.code_of(said) == NO_SESSION:
            kept = log_in()
            self.memory.put(name, kept)
            said = call(kept)
        if self.code_of(said) != 0:
            raise Refused(said.get("message"))
        return said

    def log_in(self) -> str:
        pair = self.accounts["portal"]
        return str(self._granted(self.post("/mapi/login", self.pair(pair)))["session"])

    def log_in_for_papers(self) -> str:
        pair = self.accounts["papers"]
        return str(self._granted(self.post("/bndp/public/v1/login", self.pair(pair)))["accessToken"])

    def pair(self, account: Words) -> Words:
        return {"username": account["username"], "password": account["password"]}

    def _granted(self, said: Words) -> Words:
        if self.code_of(said) != 0:
            raise Refused(said.get("message"))
        return said

    def code_of(self, said: Words) -> int:
        """The code decides, never the HTTP status; its name and type differ from service to service."""
        return int(said.get("error_code", said.get("errorCode", 0)))

    def post(self, path: str, body: Words, **more: str) -> Any:
        headers = {"Content-Type": "application/json", "Charset": "utf-8", "Accept": "application/json", **more}
        url = self.server + XRD + path + self.address(path)
        content = json.dumps(body, ensure_ascii=False).encode()
        reply = self.patiently(lambda: self.wire.send("POST", url, headers, content))
        if reply.status != 200:
            raise Refused(reply.status, reply.body[:200].decode(errors="replace"))
        return json.loads(reply.body)

    def address(self, path: str) -> str:
        to = {"dstcode": self.portal["dstcode"]}
        if path.startswith("/bndp/"):
            to["providerurl"] = self.portal["papers_url"]
        return "?" + urlencode(to)

    def patiently(self, send: Any) -> Reply:
        """Try again, a few times and later each time, what may pass by itself."""
        for number in range(1, TRIES + 1):
            try:
                reply: Reply = send()
            except Lost:
                if number == TRIES:
                    raise
            else:
                if number == TRIES or not self.may_pass(reply):
                    return reply
            self.wire.pause(0.2 * 2**number)
        raise AssertionError

    def may_pass(self, reply: Reply) -> bool:
        """Tell whether the trouble may pass: the network, not a missing right or an unknown member."""
        code = reply.header("X-Road-Error")
        return "NetworkError" in code if code else reply.status in (502, 503, 504)

    # What is asked for.

    def components(self, procedure: str) -> dict[str, Words]:
        """Return the components of a procedure by name, with the codes that may replace them (KDL II.2)."""
        row = self.mapi("LayThuTuc", maTTHC=procedure)["result"][0]
        self.row = row
        return {paper["TENGIAYTO"]: paper for case in row["THANHPHANHOSO"] for paper in case["GIAYTO"]}

    def national(self, code: str) -> str:
        """1.003709 for 1.003709.000.00.00.H26."""
        return ".".join(code.split(".")[:2])

    def find(self, task: Words, wanted: list[tuple[str, str]]) -> list[Words]:
        """Return the papers the citizen has of some result codes."""
        reply = self.papers_call(self.question(task, wanted))
        result = reply.get("result") or {}
        codes = [code for code, _ in wanted]
        return [paper for paper in result.get("DanhSachGiayToKetQua") or [] if paper["MaKetQua"] in codes]

    def question(self, task: Words, wanted: list[tuple[str, str]]) -> Words:
        owner = task["applicant"]
        asks = task.get("officer") or owner
        return {
            "MaThuTuc": self.national(task["procedure"]["code"]),
            "DanhSachDanhMucKetQua": [{"MaKetQua": code, "SoKyHieu": number} for code, number in wanted],
            "SoDinhDanhChuSoHuu": owner["citizen_id"],
            "HoTenNguoiYeuCau": asks["full_name"],
            "KenhThucHien": "1" if task["channel"] == "in-person" else "2",
            "SoDinhDanhNguoiYeuCau": asks["citizen_id"],
        }

    # Where the files are.

    def dstcode_of(self, code: str, now: str) -> str:
        """Find a holder's security server; a holder that is not there may have joined since: look once more."""
        kept = self.servers(now)
        found = kept.get(agency(code)) or self.refreshed(now).get(agency(code))
        if not found:
            raise Refused(f"no security server of {code}")
        return str(found)

    def servers(self, now: str) -> dict[str, str]:
        """Return the list of today (KDL V.1)."""
        kept = self.memory.get("servers")
        return kept["rows"] if kept and kept["day"] == now[:10] else self.refreshed(now)

    def refreshed(self, now: str) -> dict[str, str]:
        rows = self.mapi("LayDanhMucSSTaiTep")["result"]
        kept = {agency(row["MACOQUAN"]): row["DSTCODE"] for row in rows}
        self.memory.put("servers", {"day": now[:10], "rows": kept})
        return kept

    def link(self, given: str, holder: str, now: str) -> str:
        """Return the address a file is fetched from over the axis (KDL V.3)."""
        if PLACEHOLDER in given:
            return self.encoded(self.server + given.partition(PLACEHOLDER)[2])
        parts = urlsplit(given)
        own = f"{parts.query}&" if parts.query else ""
        to = urlencode({"dstcode": self.dstcode_of(holder, now), "providerurl": f"{parts.scheme}://{parts.netloc}"})
        return self.encoded(f"{self.server}{VXP}{parts.path}") + f"?{own}{to}"

    def encoded(self, url: str) -> str:
        """Encode the path once, whether or not it was encoded before; a query stays as it is."""
        front, _, query = url.partition("?")
        scheme, _, rest = front.partition("://")
        return f"{scheme}://{quote(unquote(rest), safe='/:')}" + (f"?{query}" if query else "")

    def fetch(self, file: Words, holder: str, now: str) -> bytes:
        """Return a file's bytes; a download carries no account of ours."""
        url = self.link(file["DuongDan"], holder, now)
        reply = self.patiently(lambda: self.wire.send("GET", url, {}))
        if reply.status != 200 or reply.header("X-Road-Error"):
            raise Refused(reply.status, reply.header("X-Road-Error"))
        return self.checked(file, reply)

    def checked(self, file: Words, reply: Reply) -> bytes:
        """HTTP 200 does not make a file: a page, nothing, or the half of it are no paper."""
        body, length = reply.body, reply.header("Content-Length")
        if not body or (length and int(length) != len(body)):
            raise NotAFile("empty or cut")
        if "html" in reply.header("Content-Type") or body.lstrip()[:1] == b"<":
            raise NotAFile("a page")
        if self.name(file).endswith(".pdf") and not (body.startswith(b"%PDF") and b"%%EOF" in body[-1024:]):
            raise NotAFile("no whole PDF")
        return body

    def name(self, file: Words) -> str:
        return str(file.get("TenTep") or file.get("TenFile"))
