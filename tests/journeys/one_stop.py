"""A vendor's one-stop system as the Kho DL guide wants it: one login, the list once, links as in KDL V.3."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote, urlsplit

import requests

from emulator.wire.codes import full_form
from tests.axis_country import PAPERS_URL, PATIENCE_S, PORTAL_CODE, AxisCountry

XRD, VXP = "/XrdAdapter/RestService/forward", "/VXPAdapter/RestService/forward"
PLACEHOLDER = "http://IP-SS-BNĐP:8080"


class OneStop:
    """The system of the agency its country plays at this moment."""

    def __init__(self, country: AxisCountry) -> None:
        self.country = country
        self.session = self.token = ""
        self._servers: dict[str, str] = {}

    def post(self, path: str, body: Any, **headers: str) -> Any:
        address = f"?dstcode={PORTAL_CODE}" + (f"&providerurl={PAPERS_URL}" if path.startswith("/bndp/") else "")
        reply = self.country.http.post(
            self.country.security_server + XRD + path + address, json=body, headers=headers, timeout=PATIENCE_S
        )
        assert reply.status_code == 200, reply.text
        return reply.json()

    def log_in(self) -> None:
        accounts = self.country.credentials
        self.session = self.post("/mapi/login", accounts["portal"])["session"]
        self.token = self.post("/bndp/public/v1/login", accounts["papers"])["accessToken"]

    def call(self, service: str, **keys: Any) -> Any:
        unit = self.country.credentials["portal"]["unit"]
        return self.post("/mapi/call", {"session": self.session, "madonvi": unit, "service": service, **keys})

    def ask_papers(self, procedure: str, codes: list[str], owner: str, **officer: str) -> Any:
        body = {
            "MaThuTuc": procedure,
            "DanhSachDanhMucKetQua": [{"MaKetQua": code, "SoKyHieu": ""} for code in codes],
            "SoDinhDanhChuSoHuu": owner,
            "KenhThucHien": "1" if officer else "2",
        }
        return self.post("/bndp/public/v1/user/papers", body | officer, Authorization=self.token)

    def papers(self, procedure: str, codes: list[str], owner: str, **officer: str) -> list[dict[str, Any]]:
        reply = self.ask_papers(procedure, codes, owner, **officer)
        assert reply["errorCode"] == "0", reply
        found: list[dict[str, Any]] = reply["result"]["DanhSachGiayToKetQua"]
        return found

    def wanted_codes(self, procedure: str) -> list[str]:
        """Return the results of other procedures that may stand for components of this one (KDL II.2)."""
        (row,) = self.call("LayThuTuc", maTTHC=procedure)["result"]
        papers = [paper for case in row["THANHPHANHOSO"] for paper in case["GIAYTO"]]
        return [paper["MA_KQ_THAYTHE"] for paper in papers if paper["MA_KQ_THAYTHE"]]

    def dstcode_of(self, agency: str) -> str:
        """Find a holder's security server in V.1, and nowhere else."""
        if not self._servers:
            rows = self.call("LayDanhMucSSTaiTep")["result"]
            self._servers = {row["MACOQUAN"]: row["DSTCODE"] for row in rows}
        return self._servers[full_form(agency)]

    def address_of(self, link: str, holder: str) -> str:
        """Return the address a file is downloaded from (KDL V.3, cases 1 and 2)."""
        if link.startswith(PLACEHOLDER):
            return link.replace(PLACEHOLDER, self.country.security_server)
        parts = urlsplit(link)
        path, origin = quote(unquote(parts.path)), f"{parts.scheme}://{parts.netloc}"
        return f"{self.country.security_server}{VXP}{path}?dstcode={self.dstcode_of(holder)}&providerurl={origin}"

    def fetch(self, paper: dict[str, Any], number: int = 0) -> requests.Response:
        """Download a file of a paper over the axis."""
        link = paper["DanhSachTepDinhKem"][number]["DuongDan"]
        return self.country.http.get(self.address_of(link, paper["CoQuanChuQuan"]), timeout=PATIENCE_S)
