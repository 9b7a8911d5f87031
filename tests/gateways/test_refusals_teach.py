"""Every refusal, at every door, says why: what it stands on, what was found or expected, in words of people."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from emulator.scenario.faults import FAULTS
from emulator.services.client_view import CannotCall, mistakes_of
from tests.builders import dossier, step
from tests.house import sources
from tests.services.closed_world import Walk, callable_names
from tests.serving import Server

Entry = dict[str, Any]
PYTHON = re.compile(
    r"\b(?:dict|NoneType|None|Traceback|KeyError|ValueError|TypeError|JSONDecodeError)\b"
    r"|Expecting |<class '|object at 0x"
)
FORWARD = "/XrdAdapter/RestService/forward"
PORTAL = "dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
NOWHERE = [
    ("GET", "/khong/co"),
    ("POST", "/apibtxh/1.0/dongbodvc"),
    ("POST", "/apiBTXH/1.0/DongBoDCV"),
    ("GET", "/apiBTXH/1.0/DongBoDVC"),
    ("GET", "/token"),
    ("DELETE", "/revoke"),
    ("POST", "/apiBTXH/2.0/DongBoDVC"),
    ("POST", f"{FORWARD}/mapi/logout?{PORTAL}"),
    ("GET", f"{FORWARD}/mapi/login?{PORTAL}"),
    ("POST", f"{FORWARD}/mapi/login?dstcode=VN:GOV:000.00.00.H99:khong"),
    ("POST", f"{FORWARD}/mapi/login?dstcode=sai"),
    ("GET", f"{FORWARD}/download/khong.pdf?dstcode=VN:GOV:000.00.00.H22:hagiangvdxpsvc01"
            "&providerurl=https://dichvucong.hagiang.gov.vn"),
    ("GET", f"{FORWARD}/download/x.pdf"),
    ("POST", "/KetNoiMotCuaQuocGia/LayDanhMucCoQuan"),
]  # fmt: skip
SETTINGS = [
    {"subscription": "blocked"},
    {"subscription": "inactive"},
    {"subscription": "none"},
    {"api_state": "blocked"},
    {"api_state": "retired"},
    {"https_only": True},
    {"missing_endpoint": "production"},
    {"throttle_limit": 0},
    {"downtime_notice": "bảo trì"},
    {"access_key": "khoa"},
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--quiet", "--workers", "1") as made:
        yield made


@pytest.fixture(scope="module")
def walk(server: Server) -> Walk:
    return Walk(server.base_url, "default")


def entries_of(walk: Walk) -> list[Entry]:
    return walk.client.get("/requests", limit=2000)["requests"]


def trouble_with(entry: Entry) -> Iterator[str]:
    """Yield what a refusal does not teach."""
    where = f"{entry['operation']} {entry['request']['method']} {entry['request']['url'][:80]}"
    remarks = entry["remarks"]
    reasons = [each for each in remarks if each["level"] == "error"]
    staged = [each for each in remarks if each["rule"] == "scenario" or each["rule"].startswith("fault:")]
    if not reasons and not staged:
        yield f"{where}: no reason, {entry['response']['status']} {entry['outcome']}"
    for each in remarks:
        if not (each["vi"].strip() and each["en"].strip()) or sources.trouble_with(each["source"]):
            yield f"{where}: {each['rule']} has no sentence or no source ({each['source']})"
        if each["level"] == "error" and not any(each.get(name) for name in ("found", "expected", "nearest")):
            yield f"{where}: {each['rule']} at {each['path']} says neither what came nor what is due: {each['en']}"
        texts = " ".join(each.get(name, "") for name in ("vi", "en", "found", "expected", "nearest"))
        if PYTHON.search(texts):
            yield f"{where}: {each['rule']} speaks Python: {texts}"


def is_refused(entry: Entry) -> bool:
    return entry["outcome"] in ("refused", "unmatched")


@pytest.mark.parametrize("name", callable_names())
def test_whatever_is_wrong_with_a_call_its_refusal_says_why(walk: Walk, name: str) -> None:
    made = [walk.call(name, wrong)[1] for wrong in mistakes_of(name)]
    refused = [entry for entry in made if is_refused(entry) or entry["response"]["status"] >= 400]
    assert refused
    assert [entry["outcome"] for entry in refused if not is_refused(entry)] == []
    assert [said for entry in refused for said in trouble_with(entry)] == []


@pytest.mark.parametrize(("method", "path"), NOWHERE, ids=[f"{method} {path[:50]}" for method, path in NOWHERE])
def test_an_address_or_a_method_that_is_wrong_is_never_an_answer(walk: Walk, method: str, path: str) -> None:
    walk.client.ask("POST", "/reset")
    answer = requests.request(method, walk.client.base_url + path, timeout=30)
    assert answer.status_code >= 400
    (entry,) = entries_of(walk)
    assert is_refused(entry)
    assert list(trouble_with(entry)) == []
    assert any(each.get("found") or each.get("expected") or each.get("nearest") for each in entry["remarks"])


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_what_a_setting_refuses_says_which(walk: Walk, settings: dict[str, Any]) -> None:
    walk.client.ask("POST", "/reset")
    walk.client.ask("PATCH", "/settings", settings)
    _, entry = walk.call("btxh.DanhSachHoSo")
    walk.client.ask("POST", "/reset")
    assert is_refused(entry)
    assert list(trouble_with(entry)) == []


def token_of(server: Server, kind: str) -> str:
    keys = server.ready["credentials"][kind]
    pair, form = (keys["consumer_key"], keys["consumer_secret"]), {"grant_type": "client_credentials"}
    with requests.Session() as session:
        session.trust_env = False
        return str(session.post(f"{server.base_url}/token", data=form, auth=pair, timeout=30).json()["access_token"])


LGSP = {"lgsp_adds_token": True, "access_key": "khoa", "lgsp_token": "ve"}


@pytest.mark.parametrize(("settings", "headers", "body", "found"), [
    (LGSP, {}, {}, "∅"),
    (LGSP, {"Authorization": "Bearer sai"}, {}, "Bearer ***"),
    (LGSP, {"Authorization": "Basic c2Fp"}, {"AcceptKey": "khoa"}, "Basic ***"),
    (LGSP, {"Authorization": "Bearer ve"}, {}, "∅"),
    (LGSP, {"Authorization": "Bearer ve"}, {"AccessKey": "khoa"}, "∅"),
    (LGSP | {"lgsp_token": None}, {}, {}, "∅"),
    (LGSP | {"lgsp_token": None}, {}, {"AcceptKey": "sai"}, "***"),
], ids=str)  # fmt: skip
def test_what_a_provinces_gateway_refuses_says_what_came_and_never_the_secret(
    walk: Walk, settings: dict[str, Any], headers: dict[str, str], body: dict[str, str], found: str
) -> None:
    walk.client.ask("POST", "/reset")
    walk.client.ask("PATCH", "/settings", settings)
    answer = requests.post(f"{walk.client.base_url}/apiBTXH/DongBoDVC", json=body, headers=headers, timeout=30)
    (entry,) = entries_of(walk)
    walk.client.ask("POST", "/reset")
    assert answer.status_code == 401
    assert is_refused(entry)
    assert list(trouble_with(entry)) == []
    (reason,) = [each for each in entry["remarks"] if each["rule"] == "ndxp-lgsp-key-missing"]
    assert (reason["found"], bool(reason["expected"])) == (found, True)
    assert not re.search(r"\b(sai|khoa|ve|c2Fp)\b", " ".join(map(str, reason.values())))


@pytest.mark.parametrize("path", ["DongBoHoSoMC", "getfile", "KhongCo", ""])
@pytest.mark.parametrize("body", [b"[", b'"a"', b"\xff", b"[[[[" * 1000, b"\x1f\x8b\x08", b'{"DuongDan": 1}'])
def test_what_a_provinces_gateway_to_the_portal_refuses_teaches_too(
    server: Server, walk: Walk, path: str, body: bytes
) -> None:
    walk.client.ask("POST", "/reset")
    walk.client.ask("PATCH", "/settings", {"provincial_gateway": True})
    bearer = {"Authorization": f"Bearer {token_of(server, 'production')}", "Content-Type": "application/json"}
    requests.post(f"{walk.client.base_url}/KetNoiMotCuaQuocGia/{path}", data=body, headers=bearer, timeout=30)
    entry = entries_of(walk)[0]
    walk.client.ask("POST", "/reset")
    assert is_refused(entry)
    assert list(trouble_with(entry)) == []


def test_a_step_by_a_key_of_the_other_kind_is_told_where_its_dossier_is(server: Server, walk: Walk) -> None:
    walk.client.ask("POST", "/reset")
    for kind, path, made in (("sandbox", "DongBoDVC", dossier()), ("production", "XuLyHoSo", step())):
        bearer = {"Authorization": f"Bearer {token_of(server, kind)}"}
        address = f"{walk.client.base_url}/apiBTXH/1.0/{path}"
        answer = requests.post(address, json=made, headers=bearer, timeout=30).json()
        assert answer["error_code"] == (0 if kind == "sandbox" else -4)
    entry = entries_of(walk)[0]
    assert list(trouble_with(entry)) == []
    assert {"unknown-dossier", "held-by-other-keys"} <= {each["rule"] for each in entry["remarks"]}


REFUSING_KINDS = ("gateway", "token", "x-road", "payload")
ASKED = (
    "btxh.DanhSachHoSo",
    "btxh.TienTrinhXuLy",
    "dvcqg.mapi.LayDanhMucCoQuan",
    "dvcqg.papers.find",
    "province.download",
)


@pytest.mark.parametrize("name", sorted(name for name, each in FAULTS.items() if each.kind in REFUSING_KINDS))
def test_a_fault_that_refuses_is_named_with_its_source(walk: Walk, name: str) -> None:
    walk.client.ask("POST", "/reset")
    target = next((each for each in ASKED if FAULTS[name].fits(each)), None)
    if target is None:  # a fault of the login alone
        target = "dvcqg.mapi.login" if FAULTS[name].fits("dvcqg.mapi.login") else "ndxp.token"
    walk.client.ask("PUT", "/faults", {"faults": [{"fault": name, "on": target, "times": 1}]})
    with contextlib.suppress(CannotCall):  # the login that comes first may be what is refused
        walk.call("btxh.DanhSachHoSo" if target == "ndxp.token" else target)
    walk.client.ask("DELETE", "/faults")
    struck = [each for each in entries_of(walk) if name in each["faults"]]
    assert struck
    assert [said for entry in struck if is_refused(entry) for said in trouble_with(entry)] == []
