"""A vendor's own program that is a province: a process of its own, with nothing of the emulator in it.

It is started with its card (JSON: code, security server, accounts), serves what the axis and the portal ask of it, and
does what it is told line by line. When the portal hands it a dossier it looks up the citizen's paper and fetches it by
itself, before it answers.
"""

from __future__ import annotations

import hashlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

PAPER = b"%PDF-1.4 cua chuong trinh nha thau\n" + bytes(range(256)) * 1200
PORTAL = "dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
PAPERS = f"{PORTAL}&providerurl=https://apigiaytocanhan.dichvucong.gov.vn"
FORWARD = "/RestService/forward"
OPENER = build_opener(ProxyHandler({}))


def full_form(code: str) -> str:
    """Join the two spellings of an agency's code, as KDL V.1 and V.2 print them."""
    return code if code.count(".") == 3 else f"000.00.00.{code[:3]}"


class Province:
    """The program's state: who it is, its logins, and what came to it."""

    def __init__(self, card: dict[str, Any]) -> None:
        self.card, self.server = card, card["security_server"]
        self.taken: list[dict[str, Any]] = []
        accounts = card["credentials"]
        self.session = self.post("/mapi/login", PORTAL, pair(accounts["portal"]))["session"]
        self.token = self.post("/bndp/public/v1/login", PAPERS, pair(accounts["papers"]))["accessToken"]

    def post(self, path: str, query: str, body: Any, **headers: str) -> Any:
        told = {"Content-Type": "application/json", "Charset": "utf-8", **headers}
        address = f"{self.server}/XrdAdapter{FORWARD}{path}?{query}"
        with OPENER.open(Request(address, json.dumps(body).encode(), told), timeout=30) as reply:
            return json.loads(reply.read())

    def call(self, service: str, **keys: Any) -> Any:
        body = {"session": self.session, "madonvi": self.card["code"], "service": service, **keys}
        return self.post("/mapi/call", PORTAL, body)

    def push(self, dossier: dict[str, Any]) -> Any:
        return self.call("DongBoHoSoMC", isUpdating="False", data=[dossier])

    def find(self, asked: dict[str, Any]) -> Any:
        return self.post("/bndp/public/v1/user/papers", PAPERS, asked, Authorization=self.token)

    def fetch(self, paper: dict[str, Any]) -> dict[str, Any]:
        servers = {row["MACOQUAN"]: row["DSTCODE"] for row in self.call("LayDanhMucSSTaiTep")["result"]}
        link = urlsplit(paper["DanhSachTepDinhKem"][0]["DuongDan"])
        query = f"dstcode={servers[full_form(paper['CoQuanChuQuan'])]}&providerurl={link.scheme}://{link.netloc}"
        address = f"{self.server}/VXPAdapter{FORWARD}{quote(unquote(link.path))}?{query}"
        with OPENER.open(address, timeout=30) as reply:
            content = reply.read()
        return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def take(self, given: dict[str, Any]) -> dict[str, Any]:
        """Take a dossier from the portal: the citizen is not asked again for a paper that Kho DL has."""
        owner = given["data"]["DinhDanhCHS"][0]["SoDinhDanh"]
        found = self.find(self.card["looks_for"] | {"SoDinhDanhChuSoHuu": owner})["result"]["DanhSachGiayToKetQua"]
        files = [self.fetch(paper) for paper in found]
        self.taken.append({"dossier": given["data"]["MaHoSo"], "files": files})
        return {"error_code": 0, "message": f"{given['data']['MaHoSo']}|{len(files)}"}


def pair(account: dict[str, str]) -> dict[str, str]:
    return {"username": account["username"], "password": account["password"]}


class Desk(BaseHTTPRequestHandler):
    """What the province's server answers: files, and dossiers that the portal hands over."""

    province: Province
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.say(PAPER, "application/pdf") if self.path.startswith("/ket-qua/") else self.say(b"", "text/plain", 404)

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.say(json.dumps(self.province.take(given)).encode(), "application/json")

    def say(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


def answer(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    Thread(target=server.serve_forever, daemon=True).start()
    answer({"base_url": f"http://127.0.0.1:{server.server_port}"})
    Desk.province = province = Province(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        wish = json.loads(line)
        does = {
            "push": province.push,
            "find": province.find,
            "fetch": province.fetch,
            "taken": lambda _: province.taken,
        }
        answer(does[wish["do"]](wish["with"]))


if __name__ == "__main__":
    main()
