"""What the scenarios of the first edition say and do to the same calls, one line a call.

``python -m tests.scenario.golden`` writes ``golden.json`` anew; what changes in it is a change of what they tell.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from emulator.app import found_country
from emulator.scenario.library import shipped_folder
from emulator.services.packs import load_pack
from emulator.settings import Settings
from tests.builders import dossier, final_result, pull, step
from tests.conftest import Visitor
from tests.gateways.axis.axis import link

FILE = Path(__file__).with_name("golden.json")
FIRST = [path.stem for room in ("faults", "happy", "training") for path in sorted((shipped_folder() / room).glob("*"))]
CODES = ("000.11.26.H26-261120-0001", "000.11.26.H26-261120-0002")
_OWN_HEADERS = ("date", "activityid", "x-request-id", "traceparent")


def told_by(visitor: Visitor, name: str) -> list[str]:
    """Play one scenario from noon of 1 December 2026; return what each call was told and what acted on it."""
    http = visitor.http
    http.put("/__admin/scenario", json={"scenario": None})
    http.post("/__admin/reset")
    http.put("/__admin/clock", json={"action": "freeze", "to": "2026-12-01T12:00:00+07:00"})
    token = {"Authorization": f"Bearer {visitor.token()}", "Accept": "application/json"}
    assert http.put("/__admin/scenario", json={"scenario": name}).status_code == 200
    return [_line(call, visitor) for call in _calls(visitor, token)]


def _calls(visitor: Visitor, token: dict[str, str]) -> Iterator[tuple[str, TestResponse | str]]:
    for _ in range(2):
        for _ in range(2):
            yield "token", _ask(lambda: visitor.http.post("/token", data=_FORM, headers=visitor.basic()))
        for number in range(3):
            yield from _round(visitor, token, CODES[number % 2])
        visitor.http.put("/__admin/clock", json={"action": "advance", "by": "PT25M"})
    for name, body in _mistaken():
        yield name, _ask(lambda: visitor.http.post(f"/apiBTXH/1.0/{name}", json=body, headers=token))  # noqa: B023 - at once


def _mistaken() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what the clients that the training scenarios are for send."""
    code = "000.11.26.H26-261120-0003"
    yield "XuLyHoSo", step(StatusId="8", NoiDungXuLy="Không tiếp nhận")
    yield "DongBoDVC", dossier(MaHoSo=code, SoDinhDanh="000000001")
    yield "DongBoDVC", dossier(MaHoSo=code, GioiTinhId="1")
    yield "DongBoDVC", final_result(CertificateExtentData="<ExtentData />")
    yield "DanhSachHoSo", pull(ThoiGianBatDau="30/11/2026 00:00:00")
    yield "DongBoDVC", dossier(MaHoSo=code, NgayThangNamSinh="1990-02-01")
    yield "DongBoDVC", dossier(MaHoSo=code, CertificateExtentData="<ExtentData>A & B</ExtentData>")


_FORM = {"grant_type": "client_credentials"}


def _round(visitor: Visitor, token: dict[str, str], code: str) -> Iterator[tuple[str, TestResponse | str]]:
    bodies: dict[str, Any] = {"DongBoDVC": dossier(MaHoSo=code), "XuLyHoSo": step(MaHoSo=code), "DanhSachHoSo": pull()}
    for name, body in bodies.items():
        yield name, _ask(lambda: visitor.http.post(f"/apiBTXH/1.0/{name}", json=body, headers=token))  # noqa: B023 - asked at once
    yield "download", _ask(lambda: visitor.http.get(link()))


def _ask(ask: Any) -> TestResponse | str:
    try:
        reply: TestResponse = ask()
    except ConnectionError as trouble:
        return f"{type(trouble).__name__}: {trouble}"
    return reply


def _line(call: tuple[str, TestResponse | str], visitor: Visitor) -> str:
    name, reply = call
    entry = visitor.http.get("/__admin/requests?limit=1").json["requests"][0]
    staged, faults = entry["scenario"] or {}, ",".join(entry.get("faults") or ())
    acted = " ".join(filter(None, (staged.get("step"), staged.get("goto"), faults)))
    if isinstance(reply, str):
        return f"{name} {reply} {acted}".strip()
    headers = sorted(pair for pair in reply.headers.items() if pair[0].lower() not in _OWN_HEADERS)
    said = b"" if name == "token" and reply.status_code == 200 else reply.data  # a token is luck of its own
    digest = hashlib.sha256(repr(headers).encode() + said).hexdigest()[:10]
    return f"{name} {reply.status_code} {digest} {acted}".strip()


def made_anew(visitor: Visitor) -> dict[str, list[str]]:
    """Return the story of every scenario of the first edition."""
    return {name: told_by(visitor, name) for name in FIRST}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        country = found_country(Settings(), Path(folder) / "store.db", {"co-ban": load_pack("co-ban")})
        FILE.write_text(json.dumps(made_anew(Visitor(country)), indent=0) + "\n", encoding="utf-8")
        country.store.close()
