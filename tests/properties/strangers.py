"""What a careless or hostile client may send: bodies, paths, verbs and headers that nobody has thought of."""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple
from urllib.parse import quote

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.builders import dossier, final_result, pull, step
from tests.gateways.axis.axis import link
from tests.portal.portal_client import ADDRESS, FORWARD, PAPERS_HOST, wanted

IS_FIXED = os.environ.get("HYPOTHESIS_PROFILE") != "random"
"""Property tests draw the same in every run, unless somebody asks for others."""
BOUNDED = settings(
    deadline=None,
    database=None,
    derandomize=IS_FIXED,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Spot(NamedTuple):
    """An operation: its verb, its address, and a body it would take."""

    method: str
    path: str
    body: Any


def portal(service: str, **keys: Any) -> Spot:
    body = {"session": "SESSION", "madonvi": "H26", "service": service} | keys
    return Spot("POST", f"{FORWARD}/mapi/call{ADDRESS}", body)


BTXH = [
    Spot("POST", f"/apiBTXH/1.0/{name}", body)
    for name, body in (
        ("DongBoDVC", dossier()),
        ("DongBoDVC", final_result()),
        ("XuLyHoSo", step()),
        ("DanhSachHoSo", pull()),
        ("TienTrinhXuLy", pull()),
    )
]
TOKEN = [
    Spot("POST", "/token", {"grant_type": "client_credentials", "validity_period": "60", "scope": "a"}),
    Spot("POST", "/revoke", {"token": "x"}),
]
AXIS = [
    Spot("GET", link(), None),
    Spot("POST", f"{FORWARD}/mapi/login{ADDRESS}", {"username": "a", "password": "b"}),
    Spot("POST", f"{FORWARD}/bndp/public/v1/login{ADDRESS}{PAPERS_HOST}", {"username": "a", "password": "b"}),
    Spot("POST", f"{FORWARD}/bndp/public/v1/user/papers{ADDRESS}{PAPERS_HOST}", wanted()),
    portal("DongBoHoSoMC", isUpdating="False", data=[{"MaHoSo": "H26-261120-0001"}]),
    portal("CapNhatTienDoHoSoMC", data=[{"MaHoSo": "H26-261120-0001", "TrangThai": "2"}]),
    portal("DongBoTrangThaiHoSo", type="2", data={"MaHoSo": "H26-261120-0001", "TrangThai": "2"}),
    portal("TraCuuHoSo", mahoso="H26-261120-0001"),
    portal("LayThuTuc", maTTHC="1.001776"),
    portal("LayDanhMucSSTaiTep"),
    portal("TraCuuTechID", provider="wso2is", mstorcmnd="999094001009"),
    portal("DongBoHoiDap", data=[{}]),
]
ADMIN = [
    Spot(method, f"/__admin{path}", body)
    for method, path, body in (
        ("GET", "/requests?outcome=refused&limit=2", None),
        ("POST", "/requests/find", {"method": "POST", "urlPath": "/token"}),
        ("POST", "/requests/count", {"bodyPatterns": [{"matchesJsonPath": "$.MaHoSo"}]}),
        ("POST", "/verify", {"request": {"method": "POST"}, "count": 1}),
        ("POST", "/verify-sequence", {"requests": [{"method": "POST"}]}),
        ("PUT", "/settings", {"throttle_limit": 5, "token_lifetime_s": 60}),
        ("PUT", "/clock", {"action": "advance", "by": "PT1M"}),
        ("PUT", "/clock", {"action": "set", "to": "2026-11-21T08:00:00+07:00"}),
        ("POST", "/sandboxes", {"id": "moi", "mode": "strict"}),
        ("PATCH", "/sandboxes/khac", {"mode": "observed"}),
        ("GET", "/sandboxes/khac", None),
        ("GET", "/dossiers?limit=2", None),
        ("GET", "/dossiers/000.11.26.H26-261120-0001", None),
        ("GET", "/citizens/999094001009/results", None),
        ("POST", "/citizens/999094001009/papers", {"MaKetQua": "KQ.G15.000007"}),
        ("GET", "/ss-info", None),
        ("GET", "/access-rights", None),
        ("GET", "/chain", None),
    )
]
SITES = [
    Spot("GET", "/file/20261120/639307898040000000giayto.jpg", None),
    Spot("GET", "/BTXH_ThongTinChung/GetViewDetail/00000000-0000-4000-8000-000000000000", None),
    Spot("POST", "/KetNoiMotCuaQuocGia/LayThuTuc", {"maTTHC": "1.001776"}),
    Spot("GET", "/web/mtv/x", None),
]

TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            " ",
            "0",
            "-1",
            "1",
            "10",
            "100",
            "31/02/2026",
            "99/99/9999",
            "20/11/2026 25:61:61",
            "1e400",
            "NaN",
            "null",
        ]
    ),
    st.sampled_from(
        ["\x00", "\ufeff", "\u202e", "\ud800", "＋１", "٩٩٩", "a" * 5000, "' OR 1=1 --", "<![CDATA[", "%00"]
    ),
    st.sampled_from(
        ["<?xml version='1.0'?><ExtentData><a></ExtentData>", "<ExtentData/>", "http://[::1", "//", "$[?("]
    ),
    st.sampled_from(
        ["9" * 400, "VN:GOV", "VN:GOV:a:b:c", "31/12/9999 23:59:59", "01/01/0001 00:00:00", "P1Y", "PT1e9H"]
    ),
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([2**63, -(2**63), 10**400, 2**31]),
        st.floats(),
        TEXTS,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)
RAW = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b"{}",
            b"\xef\xbb\xbf{}",
            b"[" * 5000,
            b'{"a":' * 3000,
            b"\xff\xfe{\x00}\x00",
            b"0" * 9000,
        ]
    ),
)
HEADER_TEXTS = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40),
    st.sampled_from(
        ["", "Basic", "Basic x", "Bearer", "Bearer  ", "text/xml", "application/json; charset=zz", "gzip", "*/*"]
    ),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "Authorization",
            "Content-Type",
            "Accept",
            "dstcode",
            "providerurl",
            "Range",
            "Prefer",
            "AccessKey",
            "Host",
            "X-Road-Client",
            "lgspaccesstoken",
            "If-None-Match",
            "Origin",
            "Content-Encoding",
            "Charset",
            "X-Forwarded-For",
        ]
    ),
    HEADER_TEXTS,
    max_size=3,
)
VERBS = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "FOO"])


@st.composite
def changed(draw: st.DrawFn, body: Any) -> bytes:
    """A body that is right but for one or a few places, or is no body at all."""
    if not isinstance(body, dict) or draw(st.integers(0, 5)) == 0:
        return draw(RAW)
    given = dict(body)
    for name in draw(st.lists(st.sampled_from(sorted(body)), min_size=0, max_size=3)):
        if draw(st.booleans()):
            given[name] = draw(VALUES)
        else:
            given.pop(name, None)
    if draw(st.integers(0, 4)) == 0:
        given[draw(TEXTS)] = draw(VALUES)
    return json.dumps(given).encode()


@st.composite
def paths(draw: st.DrawFn, path: str) -> str:
    """The address, or something near it, or something else altogether."""
    way = draw(st.integers(0, 6))
    if way > 2:
        return path
    odd = quote(draw(TEXTS).encode("utf-8", "surrogatepass"), safe=draw(st.sampled_from(["", "/?&=%:"])))
    if way == 0:
        return f"/{odd}"
    base, mark, query = path.partition("?")
    return f"{base}/{odd}{mark}{query}" if way == 1 else f"{base}?{query}&{odd}={odd}"
