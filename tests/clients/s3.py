"""S3: a ministry's single-page application, re-expressed from src:portal-papers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.axis_country import PAPERS_URL, PATIENCE_S, PORTAL_CODE, AxisCountry
from tests.portal.portal_client import wanted

FORWARD = "/XrdAdapter/RestService/forward"


class S3Client:
    """Puts both values of the address into the query without their names, and the token raw into its header."""

    def __init__(self, country: AxisCountry, *, names_parameters: bool = False) -> None:
        self.country = country
        names = ("dstcode=", "providerurl=") if names_parameters else ("", "")
        values = (quote(PORTAL_CODE, safe=""), quote(PAPERS_URL, safe=""))
        self.query = "&".join(name + value for name, value in zip(names, values, strict=True))

    def post(self, path: str, body: Any, **headers: str) -> dict[str, Any]:
        """Return the body as JSON, whatever the status."""
        reply = self.country.http.post(
            f"{self.country.security_server}{FORWARD}{path}?{self.query}",
            json=body,
            headers={"Charset": "utf-8", **headers},
            timeout=PATIENCE_S,
        )
        return dict(reply.json())

    def token(self) -> str:
        account = self.country.credentials["papers"]
        body = {"username": account["username"], "password": account["password"]}
        return str(self.post("/bndp/public/v1/login", body).get("accessToken", "undefined"))

    def papers(self, **changes: Any) -> dict[str, Any]:
        return self.post("/bndp/public/v1/user/papers", wanted(**changes), Authorization=self.token())
