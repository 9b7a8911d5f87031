"""What has happened before the pages are looked at: a refusal, a push, dossiers at the portal, a paper, an attempt."""

from __future__ import annotations

from typing import Any

import requests

from tests.builders import dossier

NEWCOMER = "999088010099"
CITIZEN = "999094001009"
ATTEMPT = "luot-anh"
CLASS = "lop-anh"
KONTUM = "VN:GOV:000.00.00.H34:kontumvdxpsvc01"
PAGES = (
    "/", "/journal", "/journal/send", "/journal/chain", "/dossiers", "/citizens", "/axis", "/screens",
    "/screens/citizen", "/screens/access-rights", "/screens/security-servers", "/scenarios", "/scenarios/editor",
    "/certification", "/certification/kits/btxh-a1", "/server", "/portal-dossiers", "/screens/one-stop",
    "/screens/support",
)  # fmt: skip
"""Every page that is there before anything has happened."""
EVERY_PAGE = (
    *PAGES, "/login", "/join", "/journal/2", "/journal/3", "/journal/5", "/journal?outcome=refused", "/journal/2/edit",
    "/journal/2/scenario", "/journal/send?operation=btxh.DongBoDVC", "/dossiers?q=TRỢ", "/dossiers?q=khong-co",
    "/dossiers/000.11.26.H26-261120-0001", "/portal-dossiers/G22.99-261110-0001", f"/screens/citizen?id={NEWCOMER}",
    f"/citizens?id={CITIZEN}", f"/screens/citizen?id={CITIZEN}", "/screens/one-stop?unit=H22",
    "/screens/access-rights?q=G22", "/scenarios/editor?name=tep-rong", f"/certification/attempts/{ATTEMPT}",
    f"/certification/attempts/{ATTEMPT}/report", "/?view=wall", "/classes", f"/classes/{CLASS}",
    f"/classes/{CLASS}?view=wall", f"/s/{CLASS}-01/class", f"/s/{CLASS}-01/class/solutions/token?in=php",
)  # fmt: skip
"""The same, and those that show what the story has left behind."""
NO_PAGES = ("/journal/999999", "/khong-co-trang-nay")
"""Addresses that lead nowhere; they have a page that says so."""
PARTS = (
    "/live", "/journal/live", "/journal/har", "/journal/2/request", f"/certification/attempts/{ATTEMPT}/live",
    f"/certification/attempts/{ATTEMPT}/report.json", f"/classes/{CLASS}/live", f"/s/{CLASS}-01/class/live",
)  # fmt: skip
"""What is no page of its own: live parts, and files."""
NAME = "<b>Không" + "Có" * 30
"""A long name of a person, which no roster refuses."""
HOSTILE = "<script>alert(1)</script>\u202egnp.exe " + "Không" * 60


def tell_story(base: str, credentials: dict[str, Any]) -> None:
    """Let it happen where nothing has happened yet: exchange 2 is refused, 3 matches nothing, 5 is taken."""
    push(base, credentials, dossier(MaTTHC="9.9"))
    requests.get(f"{base}/apiBTXH/1.0/dongbodvc", timeout=30)
    push(base, credentials, dossier())
    wish = {"procedure": "2.000488", "agency": "H22", "applicant": "CÔNG DÂN KHÔNG CÓ THẬT", "summary": "Xin cấp phiếu"}
    admin(base, "POST", f"/citizens/{NEWCOMER}/dossiers", wish)
    paper = {"form": "original", "result_code": "KQ.G15.000007", "reference_number": "77/STP", "agency_code": "H34"}
    content = {"file_name": "phieu.pdf", "content_base64": "JVBERi0xLjQK"}
    admin(base, "POST", f"/citizens/{NEWCOMER}/papers", {**paper, **content, "expires_on": "01/05/2027"})
    admin(base, "PUT", "/ss-info/H34", {"dstcode": KONTUM})
    admin(base, "POST", "/support-requests", {"result_code": "KQ.G15.000008", "title": "Phiếu số 2", "monthly_uses": 9})
    leave_more(base, credentials)
    admin(base, "PUT", "/scenario", {"scenario": "dung-trinh-tu"})
    admin(base, "POST", "/faults", {"faults": [{"fault": "gateway-503", "on": "btxh.DongBoDVC", "times": 1}]})
    plan = {"kit": "btxh-a1", "product": {"name": "Một Cửa", "version": "1.0", "vendor": "Không Có Thật"}}
    admin(base, "POST", "/attempts", {"plan": plan, "id": ATTEMPT})
    admin(base, "POST", f"/attempts/{ATTEMPT}/begin", {})
    begin_class(base)


def leave_more(base: str, credentials: dict[str, Any]) -> None:
    """Leave what else a page may have to show: hostile names, an agenda, a snapshot, a live agency."""
    push(base, credentials, dossier(HoVaTen=HOSTILE, MaHoSo="000.11.26.H26-261120-0666", DonViXuLy="x" * 4_000))
    wish = {"procedure": "2.000488", "agency": "H26", "applicant": HOSTILE[:200], "summary": HOSTILE[:200]}
    admin(base, "POST", f"/citizens/{NEWCOMER}/dossiers", wish)
    admin(base, "POST", "/applications", {"count": 1})
    admin(base, "POST", "/snapshots", {"name": "truoc-khi-doi"})
    admin(base, "PUT", "/units/H47", {"base_url": "http://127.0.0.1:9"})


def begin_class(base: str) -> None:
    """Open a class: the first seat has passed a step, was refused and is stuck; the solution of its lesson is open."""
    made = admin(base, "POST", "/classes", {"name": CLASS, "people": ["Nguyễn Văn Không Có Thật", "Lê Ở", NAME]})
    seat = made["seats"][0]
    push(seat["base_url"], seat["credentials"], dossier(MaTTHC="9.9"))
    for wish in ({"do": "hint"}, {"do": "stuck"}):
        admin(base, "POST", f"/sandboxes/{seat['sandbox']}/seat", wish)
    for act in ({"do": "message", "text": "Nghỉ 10 phút"}, {"do": "solution", "lesson": "token"}):
        admin(base, "POST", f"/classes/{CLASS}/actions", act)


def admin(base: str, verb: str, path: str, body: Any) -> Any:
    reply = requests.request(verb, f"{base}/__admin{path}", json=body, timeout=30)
    assert reply.status_code < 300, (path, reply.text)
    return reply.json()


def push(base: str, credentials: dict[str, Any], body: dict[str, str]) -> dict[str, Any]:
    """Push a dossier as a client does: a token, then the call."""
    pair = credentials["production"]
    basic = (pair["consumer_key"], pair["consumer_secret"])
    asked = requests.post(f"{base}/token", data={"grant_type": "client_credentials"}, auth=basic, timeout=30)
    headers = {"Authorization": f"Bearer {asked.json()['access_token']}"}
    found: dict[str, Any] = requests.post(
        f"{base}/apiBTXH/1.0/DongBoDVC", json=body, headers=headers, timeout=30
    ).json()
    return found
