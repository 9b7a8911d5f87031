"""The screen "Access Rights" (KDL V.4), by the admin API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Visitor
from tests.gateways.axis.axis import HAGIANG, HANOI, QUANGNAM, fault, link

RIGHTS = "/__admin/access-rights"
ADDRESS = link("/download/7.pdf", QUANGNAM, "https://dichvucong.quangnam.gov.vn")


def subjects(reply: Any) -> list[str]:
    return [row["subject"] for row in reply.json["rights"]]


def test_denied_then_granted_then_allowed_then_removed_then_denied(visitor: Visitor) -> None:
    assert fault(visitor.http.get(ADDRESS))[1] == "Server.ServerProxy.AccessDenied"
    added = visitor.http.post(RIGHTS, json={"provider": QUANGNAM, "subjects": [HANOI]})
    assert HANOI in subjects(added)
    assert visitor.http.get(ADDRESS).status_code == 200
    visitor.http.delete(RIGHTS, json={"provider": QUANGNAM, "subjects": [HANOI]})
    assert fault(visitor.http.get(ADDRESS))[1] == "Server.ServerProxy.AccessDenied"


def test_the_screen_shows_name_id_and_the_day_of_the_grant(visitor: Visitor) -> None:
    rows = visitor.http.get(RIGHTS, query_string={"provider": HAGIANG}).json["rights"]
    assert rows[0]["subject"] == "VN:GOV:000.00.00.G22:vpcpcdvcqgsub01"
    assert (rows[0]["name"], rows[0]["given_on"]) == ("Văn phòng Chính phủ", "2019-11-06")


def test_a_search_for_g22_finds_what_the_guide_shows(visitor: Visitor) -> None:
    found = visitor.http.get(RIGHTS + "/subjects?q=G22").json["subjects"]
    assert {each["subject"].rpartition(":")[2] for each in found} >= {
        "g22ss01dvcqg",
        "TEST",
        "DVCQG_TEST",
        "vpcpcdvcqgsub01",
        "vpcpsubtest01",
        "g22ss01",
    }


def test_add_all_adds_every_hit_and_remove_all_leaves_nobody(visitor: Visitor) -> None:
    added = visitor.http.post(RIGHTS + "/all", json={"provider": QUANGNAM, "search": "Hà Giang"})
    assert HAGIANG in subjects(added)
    assert subjects(visitor.http.delete(RIGHTS + "/all", json={"provider": QUANGNAM})) == []


def test_a_group_admits_its_members(visitor: Visitor) -> None:
    visitor.http.post(RIGHTS, json={"provider": QUANGNAM, "subjects": ["GLOBALGROUP:VN:cac-tinh"]})
    assert visitor.http.get(ADDRESS).status_code == 200


def test_a_changed_right_counts_once_the_server_has_noticed(visitor: Visitor) -> None:
    visitor.http.put("/__admin/settings", json={"grant_settling_s": 60})
    visitor.http.put("/__admin/clock", json={"action": "freeze"})
    visitor.http.post(RIGHTS, json={"provider": QUANGNAM, "subjects": [HANOI]})
    assert visitor.http.get(ADDRESS).status_code == 500
    visitor.http.put("/__admin/clock", json={"action": "advance", "by": "PT1M"})
    assert visitor.http.get(ADDRESS).status_code == 200
    visitor.http.delete(RIGHTS + "/all", json={"provider": QUANGNAM})
    assert visitor.http.get(ADDRESS).status_code == 200
    visitor.http.put("/__admin/clock", json={"action": "advance", "by": "PT1M"})
    assert visitor.http.get(ADDRESS).status_code == 500


def test_somebody_who_is_not_on_the_axis_cannot_be_given_a_right(visitor: Visitor) -> None:
    reply = visitor.http.post(RIGHTS, json={"provider": QUANGNAM, "subjects": ["VN:GOV:la:la"]})
    assert (reply.status_code, reply.json["code"]) == (404, "no-such-subsystem")


@pytest.mark.parametrize(("verb", "path", "body", "nearest"), [
    ("POST", "access-rights", {"subjects": ["VN:GOV:000.00.00.H22:hagiangvdxpsvc02"]}, HAGIANG),
    ("GET", "access-rights?provider=H22", None, HAGIANG),
    ("PATCH", "subsystems/VN:GOV:000.00.00.H22:hagiang", {"service": "none"}, HAGIANG),
    ("PATCH", "hosts/dichvucong.hagiang.vn", {"is_up": False}, "dichvucong.hagiang.gov.vn"),
    ("DELETE", "units/H43", None, "H34"),
    ("PUT", "ss-info/H22", {"dstcode": HAGIANG.lower()}, HAGIANG),
    ("DELETE", "ss-info/H62", None, "000.00.00.H26"),
    ("POST", "citizens/999088010099/dossiers", {"procedure": "2.000488", "agency": "H62"}, "H26"),
    ("POST", "citizens/999088010099/dossiers", {"procedure": "2.00488", "agency": "H22"}, "2.000488"),
])  # fmt: skip
def test_a_name_that_is_not_there_is_answered_with_the_nearest(
    visitor: Visitor, verb: str, path: str, body: Any, nearest: str
) -> None:
    said = visitor.http.open(f"/__admin/sandboxes/default/{path}", method=verb, json=body).json
    assert said["status"] in (404, 409), said
    assert f"“{nearest}”" in said["vi"]
    assert f"nearest: '{nearest}'" in said["en"]


def test_rights_of_one_sandbox_are_not_those_of_another(visitor: Visitor) -> None:
    visitor.http.post("/__admin/sandboxes", json={"id": "khac"})
    visitor.http.post("/__admin/sandboxes/khac/access-rights", json={"provider": QUANGNAM, "subjects": [HANOI]})
    assert visitor.http.get("/s/khac" + ADDRESS).status_code == 200
    assert visitor.http.get(ADDRESS).status_code == 500
