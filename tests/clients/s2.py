"""S2: a province's portal, re-expressed from src:client-dossiers, src:portal-papers, src:client-downloads."""

from __future__ import annotations

from typing import Any

from tests.axis_country import PAPERS_URL, PATIENCE_S, PORTAL_CODE, AxisCountry
from tests.portal.portal_client import wanted

FORWARD = "/XrdAdapter/RestService/forward"


class S2Client:
    """Reads texts, not codes: "đã tồn tại" means push again as update, "thành công" means success."""

    def __init__(self, country: AxisCountry) -> None:
        self.country, self.posts = country, 0
        portal, papers = country.credentials["portal"], country.credentials["papers"]
        self.unit = portal["unit"]
        self._session = self._post("/mapi/login", portal)["session"]
        self._token = self._post("/bndp/public/v1/login", papers)["accessToken"]

    def _post(self, path: str, body: Any, token: str = "") -> Any:
        address = {"dstcode": PORTAL_CODE} | ({"providerurl": PAPERS_URL} if path.startswith("/bndp/") else {})
        headers = {"Accept": "application/json"} | ({"Authorization": token} if token else {})
        return self.country.http.post(
            self.country.security_server + FORWARD + path,
            params=address,
            json=body,
            headers=headers,
            timeout=PATIENCE_S,
        ).json()

    def call(self, service: str, **keys: Any) -> Any:
        self.posts += 1
        return self._post("/mapi/call", {"session": self._session, "madonvi": self.unit, "service": service, **keys})

    def push(self, dossier: dict[str, Any], *, updating: bool = False) -> bool:
        reply = self.call("DongBoHoSoMC", isUpdating=str(updating), data=[dossier])
        if reply["error_code"] not in ("0", "3", "-3"):
            return False
        if "đã tồn tại" in reply["message"]:
            return self.push(dossier, updating=True)
        return reply["error_code"] == "0" and "thành công" in reply["message"].lower()

    def papers(self, **changes: Any) -> list[dict[str, Any]] | None:
        """Return the list of papers, whatever ``errorCode`` says; TypeError without a ``result``."""
        reply = self._post("/bndp/public/v1/user/papers", wanted(**changes), self._token)
        found: list[dict[str, Any]] | None = reply["result"]["DanhSachGiayToKetQua"]
        return found

    def file_names(self, **changes: Any) -> list[str]:
        return [file["TenTep"] for paper in self.papers(**changes) or () for file in paper["DanhSachTepDinhKem"]]
