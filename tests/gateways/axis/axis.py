"""Addresses of the axis, as clients write them."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.conftest import Visitor

HANOI = "VN:GOV:000.00.00.H26:hanoivdxpsvc01"
HAGIANG = "VN:GOV:000.00.00.H22:hagiangvdxpsvc01"
KONTUM = "VN:GOV:000.00.00.H34:kontumvdxpsvc01"
DIENBIEN = "VN:GOV:000.00.00.H18:dienbienvdxpsvc01"
QUANGNAM = "VN:GOV:000.00.00.H47:quangnamvdxpsvc01"
PORTAL = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
HAGIANG_URL = "https://dichvucong.hagiang.gov.vn"
VXP = "/VXPAdapter/RestService/forward"
XRD = "/XrdAdapter/RestService/forward"


def link(path: str = "/download/124.pdf", dstcode: str = HAGIANG, url: str = HAGIANG_URL, context: str = VXP) -> str:
    """Return an adapter URL put together as KDL V.3 case 1 says."""
    return f"{context}{path}?dstcode={dstcode}&providerurl={url}"


def fault(reply: TestResponse) -> tuple[int, str, str]:
    """Return status, fault code and sentence; the header must say the code too."""
    assert reply.headers["X-Road-Error"] == reply.json["type"]
    assert len(reply.json["detail"]) == 36
    return reply.status_code, reply.json["type"], reply.json["message"]


def remarks(visitor: Visitor) -> list[str]:
    """Return the rules the newest exchange was remarked on for."""
    return [remark["rule"] for remark in newest(visitor)["remarks"]]


def newest(visitor: Visitor) -> dict[str, Any]:
    """Return the newest exchange of the sandbox default."""
    return max(visitor.journal(), key=lambda exchange: exchange["seq"])
