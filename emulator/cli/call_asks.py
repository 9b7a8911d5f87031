"""The calls ``ndxp-emulator call`` can make: how each is put together for the sandbox as it is now."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from emulator.cli.admin_client import AdminClient, Answer
from emulator.cli.stopping import CannotStart
from emulator.kernel.clock import VIETNAM
from emulator.kernel.dice import consumer_text
from emulator.wire import samples

_NUMBERS = 9_000  # the running numbers above are magic (docs/magic-values.md)
_FORWARD = "/XrdAdapter/RestService/forward"
_PORTAL = "?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
_PAPERS = f"{_PORTAL}&providerurl=https%3A%2F%2Fapigiaytocanhan.dichvucong.gov.vn"
_FILE = "?dstcode=VN:GOV:000.00.00.H22:hagiangvdxpsvc01&providerurl=https%3A%2F%2Fdichvucong.hagiang.gov.vn"
_DOWNLOAD = f"/VXPAdapter/RestService/forward/download/124.pdf{_FILE}"
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_DERIVED = {
    ("production", "consumer_secret"): ("production", "secret"),
    ("portal", "password"): ("portal", "password"),
    ("papers", "password"): ("papers", "password"),
}


class Ask(NamedTuple):
    """A call before it is sent; ``fields`` is the body's object when it is one."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None = None
    fields: dict[str, Any] | None = None


class Desk:
    """A sandbox as a client sees it: its address, credentials and time, and what must be fetched before a call."""

    def __init__(self, client: AdminClient) -> None:
        """Look the sandbox up. Raises Unreachable and Refused."""
        self._client = client
        card, self._agency = client.ask("GET", ""), client.get("/settings")["agency_code"] or "H26"
        self.now = datetime.fromisoformat(client.get("/clock")["virtual"]).astimezone(VIETNAM)
        self.prefix = "" if client.sandbox == "default" else f"/s/{client.sandbox}"
        self.credentials: dict[str, dict[str, str]] = card["credentials"]
        for (account, member), (kind, what) in _DERIVED.items():  # the API masks them, but they follow from the seed
            self.credentials[account][member] = consumer_text(card["seed"], card["id"], kind, what)
        newest = client.get("/requests", limit=1)["requests"]
        self._number = (newest[0]["seq"] if newest else 0) % _NUMBERS

    def send(self, ask: Ask, **headers: str) -> Answer:
        """Send a call to the sandbox."""
        return self._client.send(ask.method, self.prefix + ask.path, ask.headers | headers, ask.body)

    def fetched(self, ask: Ask, member: str) -> str:
        """Return a member of the JSON that answers a call which must succeed before the real one."""
        answer = self.send(ask)
        try:
            return str(json.loads(answer.body)[member])
        except (ValueError, KeyError, TypeError):
            said = answer.body.decode("utf-8", "replace")[:300]
            raise CannotStart(
                f"{ask.path}: cuộc gọi chuẩn bị không xong, HTTP {answer.status}: {said} / a call that must come first "
                f"failed, HTTP {answer.status}"
            ) from None

    def bearer(self) -> dict[str, str]:
        """Return the header with a fresh access token."""
        return {"Authorization": f"Bearer {self.fetched(token(self), 'access_token')}"}

    def code(self) -> str:
        """Return a dossier code that was not used yet."""
        self._number = (self._number + 1) % _NUMBERS
        return samples.dossier_code(self._agency, self.now, self._number)


def token(desk: Desk) -> Ask:
    """Ask for an access token."""
    pair = desk.credentials["production"]
    basic = base64.b64encode(f"{pair['consumer_key']}:{pair['consumer_secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": _FORM}
    return Ask("POST", "/token", headers, b"grant_type=client_credentials")


def posted(path: str, fields: dict[str, Any], headers: dict[str, str] | None = None) -> Ask:
    """Return a POST of a JSON object."""
    body = json.dumps(fields, ensure_ascii=False).encode()
    return Ask("POST", path, (headers or {}) | {"Content-Type": _JSON, "Accept": _JSON}, body, fields)


def _btxh(desk: Desk, name: str, fields: dict[str, Any]) -> Ask:
    return posted(f"/apiBTXH/1.0/{name}", fields, desk.bearer())


def _push(desk: Desk) -> Ask:
    return _btxh(desk, "DongBoDVC", samples.dossier(desk.code(), desk.now))


def _step(desk: Desk) -> Ask:
    first = _push(desk)
    desk.fetched(first, "error_code")
    return _btxh(desk, "XuLyHoSo", samples.step((first.fields or {})["MaHoSo"], desk.now))


def _log_in(desk: Desk) -> Ask:
    account = desk.credentials["portal"]
    fields = {"username": account["username"], "password": account["password"]}
    return posted(f"{_FORWARD}/mapi/login{_PORTAL}", fields)


def _provinces(desk: Desk) -> Ask:
    session, unit = desk.fetched(_log_in(desk), "session"), desk.credentials["portal"]["unit"]
    body = samples.session_call(session, unit, "LayDanhMucTinhThanh")
    return posted(f"{_FORWARD}/mapi/call{_PORTAL}", body)


def _papers(desk: Desk) -> Ask:
    login = posted(f"{_FORWARD}/bndp/public/v1/login{_PAPERS}", dict(desk.credentials["papers"]))
    headers = {"Authorization": desk.fetched(login, "accessToken")}
    return posted(f"{_FORWARD}/bndp/public/v1/user/papers{_PAPERS}", samples.papers(), headers)


ASKS: dict[str, Callable[[Desk], Ask]] = {
    "ndxp.token": token,
    "btxh.DongBoDVC": _push,
    "btxh.XuLyHoSo": _step,
    "btxh.DanhSachHoSo": lambda desk: _btxh(desk, "DanhSachHoSo", samples.pull(desk.now, with_kind=True)),
    "btxh.TienTrinhXuLy": lambda desk: _btxh(desk, "TienTrinhXuLy", samples.pull(desk.now, with_kind=False)),
    "dvcqg.mapi.login": _log_in,
    "dvcqg.mapi.LayDanhMucTinhThanh": _provinces,
    "dvcqg.papers.find": _papers,
    "province.download": lambda _desk: Ask("GET", _DOWNLOAD, {}),
}
"""By operation: who puts a right call together."""
