"""Right calls of the portal for ``ndxp-emulator call``, and what makes them wrong. Nobody in them exists."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from emulator.services.interface import read_interface
from emulator.services.portal.operations import GATEWAY_QUERY
from emulator.services.service import COMMON_MISTAKES, MISSING, Ask, Both, Caller, Mistake, wrong_fields

CALL = "dvcqg.mapi.call"
WRONG_PASSWORD = wrong_fields("wrong-password", Both("Sai mật khẩu", "A wrong password"), {"password": "sai"})
WRONG_SESSION = wrong_fields("wrong-session", Both("Phiên không có", "A session nobody opened"), {"session": "sai"})
NO_PROCEDURE = wrong_fields("missing-field", COMMON_MISTAKES["missing-field"], {"MaThuTuc": MISSING})
MISSING_TOKEN = Mistake(
    "missing-token",
    Both("Không gửi token", "No token is sent"),
    lambda ask: ask._replace(headers={key: text for key, text in ask.headers.items() if key != "Authorization"}),
)
_NEW_DOSSIER, _STATUS = "DongBoHoSoMC", "DongBoTrangThaiHoSo"
_FINDS = ("TraCuuHoSo", "CapNhatTienDoHoSoMC")


def papers() -> dict[str, Any]:
    """Return a citizen's question for her own papers; she is in the pack ``co-ban``."""
    return {
        "MaThuTuc": "1.003709",
        "DanhSachDanhMucKetQua": [{"MaKetQua": "KQ.G15.000007", "SoKyHieu": ""}],
        "SoDinhDanhChuSoHuu": "999094001009",
        "HoTenNguoiYeuCau": "",
        "KenhThucHien": "2",
        "SoDinhDanhNguoiYeuCau": "",
    }


def ask_session(caller: Caller) -> Ask:
    """Log in for a session."""
    account = caller.credentials["portal"]
    return caller.ask("dvcqg.mapi.login", {"username": account["username"], "password": account["password"]})


def ask_papers_token(caller: Caller) -> Ask:
    """Log in at the papers service."""
    return caller.ask("dvcqg.papers.login", dict(caller.credentials["papers"]))


def ask_papers(caller: Caller) -> Ask:
    """Find a citizen's papers."""
    token = caller.fetch(ask_papers_token(caller), "accessToken")
    return caller.ask("dvcqg.papers.find", papers(), {"Authorization": token})


def sample_of(service: str) -> Callable[[Caller], Ask]:
    """Return how a service of ``mapi/call`` is asked: with the example of its interface, and codes of its own."""

    def ask(caller: Caller) -> Ask:
        session = caller.fetch(ask_session(caller), "session")
        return _call(caller, session, service, _example(service, session, caller))

    return ask


def ask_province(caller: Caller) -> Ask:
    """Ask for the agencies through a province's gateway."""
    ask = caller.ask("dvcqg.province")
    return ask._replace(path=f"{ask.path}LayDanhMucCoQuan")


def ask_province_push(caller: Caller) -> Ask:
    """Push a dossier as a bare list, with the unit in the query."""
    example = read_interface(__package__)["services"][_NEW_DOSSIER]["example"]
    ask = caller.ask("dvcqg.province-push", _with_code(example, _code(caller)))
    unit, rows = caller.credentials["portal"]["unit"], (ask.fields or {})["data"]
    return ask._replace(
        path=f"{ask.path}?MaDinhDanhDV={unit}&isUpdating=False", body=json.dumps(rows, ensure_ascii=False).encode()
    )


def ask_province_papers(caller: Caller) -> Ask:
    """Find a citizen's papers by a procedure alone."""
    ask = caller.ask("dvcqg.province-papers")
    asked = papers()
    query = "&".join(f"{name[0].lower()}{name[1:]}={asked[name]}" for name in GATEWAY_QUERY)
    return ask._replace(path=f"{ask.path}?{query}")


def ask_page(caller: Caller) -> Ask:
    """Look at the public list of security servers."""
    return caller.ask("dvcqg.page")


def _call(caller: Caller, session: str, service: str, given: Mapping[str, Any]) -> Ask:
    unit = caller.credentials["portal"]["unit"]
    return caller.ask(CALL, {"session": session, "madonvi": unit, "service": service, **given})


def _example(service: str, session: str, caller: Caller) -> dict[str, Any]:
    example: dict[str, Any] = read_interface(__package__)["services"][service]["example"]
    if service == _NEW_DOSSIER:
        return _with_code(example, _code(caller))
    if service in _FINDS:
        code = _code(caller)
        pushed = _with_code(read_interface(__package__)["services"][_NEW_DOSSIER]["example"], code)
        caller.fetch(_call(caller, session, _NEW_DOSSIER, pushed), "error_code")
        return {"mahoso": code} if service == "TraCuuHoSo" else _with_code(example, code)
    return example


def _with_code(example: Mapping[str, Any], code: str) -> dict[str, Any]:
    return {**example, "data": [{**row, "MaHoSo": code} for row in example["data"]]}


def _code(caller: Caller) -> str:
    """Return a code of a dossier of the portal: the province's own, without the leading zeros of the ministry's."""
    return caller.next_dossier_code().removeprefix("000.00.26.").replace("-", ".15-", 1)
