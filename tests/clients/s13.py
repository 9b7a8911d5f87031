"""S13: a court's system, re-expressed from src:client-downloads."""

from __future__ import annotations

from tests.axis_country import PATIENCE_S, AxisCountry


class S13Client:
    """Puts its own adapter in place of all that stands before a link's fourth slash, and keeps whatever comes."""

    def __init__(self, country: AxisCountry) -> None:
        self.country = country
        self.kept: dict[str, bytes] = {}

    def rewritten(self, link: str) -> str:
        return f"{self.country.security_server}/VXPAdapter/{link.split('/', 4)[4]}"

    def store(self, link: str) -> bytes:
        """Fetch with a plain GET and keep the body whatever the status."""
        self.kept[link] = self.country.http.get(self.rewritten(link), timeout=PATIENCE_S).content
        return self.kept[link]
