"""What the admin API takes of files, days, units and packs, at every bound and one over it, and what it says else."""

from __future__ import annotations

import base64
import io
import json
import stat
import zipfile
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.conftest import Visitor

CITIZEN = "999094001009"
HOST = "dichvucong.hagiang.gov.vn"
ONE = base64.b64encode(b"x").decode()


def pointers(reply: TestResponse) -> list[str]:
    """Return the places that a refusal names, none for an answer."""
    assert reply.status_code in (200, 201, 422), reply.text
    return [each["pointer"] for each in reply.json.get("errors", [])] if reply.status_code == 422 else []


# A file on a host.


def put_file(visitor: Visitor, **wish: Any) -> TestResponse:
    return visitor.http.post(f"/__admin/hosts/{HOST}/files", json=wish)


def put_form(visitor: Visitor, *files: tuple[bytes, str], **fields: str) -> TestResponse:
    parts: dict[str, Any] = {**fields, "file": [(io.BytesIO(content), name) for content, name in files]}
    return visitor.http.post(f"/__admin/hosts/{HOST}/files", data=parts, content_type="multipart/form-data")


@pytest.mark.parametrize(("wish", "wrong"), [
    ({"file_name": "a.pdf", "content_base64": ONE}, []),
    ({"file_name": " ", "content_base64": ONE}, ["/file_name"]),
    ({"file_name": 1, "content_base64": ONE}, ["/file_name"]),
    ({"file_name": "a", "content_base64": ""}, ["/content_base64"]),
    ({"file_name": "a", "content_base64": "!"}, ["/content_base64"]),
    ({"file_name": "a", "content_base64": 1}, ["/content_base64"]),
    ({"file_name": "a", "link": f"https://{HOST}/a"}, ["/content_base64"]),
    ({"file_name": "a", "link": "/a"}, ["/link"]),
    ({"file_name": "a", "link": 1}, ["/link"]),
    ({}, ["/file_name", "/link"]),
    ({"files": None, "file_name": "a", "content_base64": ONE}, []),
    ({"files": []}, ["/files"]),
    ({"files": {}}, ["/files"]),
    ({"files": "ab"}, ["/files"]),
    ({"files": ["a"]}, ["/files"]),
    ({"files": [{"file_name": "a", "content_base64": ONE}, 1]}, ["/files"]),
    ({"files": [{"file_name": "a", "content_base64": ONE}]}, []),
    ({"files": [{"file_name": "a", "content_base64": ONE}, {"content_base64": "!"}]},
     ["/files/1/file_name", "/files/1/content_base64"]),
    ({"files": [{"file_name": "a", "content_base64": ONE}] * 20}, []),
    ({"files": [{"file_name": "a", "content_base64": ONE}] * 21}, ["/files"]),
    ({"file_name": "a", "content_base64": ONE, "content_type": "text/html; charset=utf-8"}, []),
    ({"file_name": "a", "content_base64": ONE, "content_type": "a/" + "b" * 127}, []),
    ({"file_name": "a", "content_base64": ONE, "content_type": "a/" + "b" * 128}, ["/content_type"]),
    ({"file_name": "a", "content_base64": ONE, "content_type": "a/b;" + "c" * 196}, []),
    ({"file_name": "a", "content_base64": ONE, "content_type": "a/b;" + "c" * 197}, ["/content_type"]),
    ({"file_name": "a", "content_base64": ONE, "content_type": "html"}, ["/content_type"]),
    ({"file_name": "a", "content_base64": ONE, "content_type": "a/b\r\nX: 1"}, ["/content_type"]),
])  # fmt: skip
def test_a_file_as_json_is_taken_or_each_of_its_faults_is_named(
    visitor: Visitor, wish: dict[str, Any], wrong: list[str]
) -> None:
    reply = put_file(visitor, **wish)
    assert pointers(reply) == wrong
    if wrong:
        assert f"/ The request has {len(wrong)} fault(s): {wrong[0]} " in reply.json["detail"]
    assert len(visitor.http.get(f"/__admin/hosts/{HOST}/files").json["files"]) >= (not wrong)
    if "content_type" in wish and not wrong:
        assert reply.json["content_type"] == wish["content_type"]


@pytest.mark.parametrize(("given", "kept", "kind"), [
    ("a.pdf", "a.pdf", "application/pdf"),
    ("a.khong-co-duoi", "a.khong-co-duoi", "application/octet-stream"),
    ("../../b.png", "b.png", "image/png"),
    ("c:\\d\\e.txt", "e.txt", "text/plain"),
    ("a\u202eb\x00.pdf", "ab.pdf", "application/pdf"),
    ("...", "tep", "application/octet-stream"),
    ("a/", "tep", "application/octet-stream"),
    ("x" * 196 + ".pdf", "x" * 196 + ".pdf", "application/pdf"),
    ("x" * 197 + ".pdf", "x" * 196 + ".pdf", "application/pdf"),
])  # fmt: skip
def test_a_file_keeps_its_plain_name_and_the_kind_that_its_ending_says(
    visitor: Visitor, given: str, kept: str, kind: str
) -> None:
    made = put_file(visitor, file_name=given, content_base64=ONE)
    assert made.status_code == 201
    assert (made.json["host"], made.json["name"], made.json["content_type"]) == (HOST, kept, kind)
    assert made.json["link"].startswith(f"https://{HOST}/tep/")
    assert made.json in visitor.http.get(f"/__admin/hosts/{HOST}/files").json["files"]


@pytest.mark.parametrize(("count", "wrong"), [(0, ["/content_base64"]), (1, []), (20, []), (21, ["/files"])])
def test_a_form_has_from_one_to_twenty_files(visitor: Visitor, count: int, wrong: list[str]) -> None:
    assert pointers(put_form(visitor, *[(b"x", f"{each}.pdf") for each in range(count)], so="1")) == wrong


def test_a_form_with_a_nameless_empty_part_has_no_file_and_one_that_is_broken_is_no_body(visitor: Visitor) -> None:
    head = '--ranh\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: %s\r\n\r\n'
    part = head + "%s\r\n--ranh--\r\n"
    address = f"/__admin/hosts/{HOST}/files"
    assert pointers(visitor.http.post(address, data=part % ("", "text/plain", ""))) == ["/content_base64"]
    nameless = visitor.http.post(address, data="\r\n" + part % ("", "text/html", "x"))
    assert (nameless.status_code, nameless.json["name"], nameless.json["content_type"]) == (201, "tep", "text/html")
    odd = visitor.http.post(address, data=part % ("a.png", "html", "x"))
    assert (odd.status_code, odd.json["content_type"]) == (201, "image/png")
    for body in ('--ranh\r\nContent-Disposition: form-data; name="file"', "--ranh but no form"):
        broken = visitor.http.post(address, data=body)
        assert (broken.status_code, broken.json["code"]) == (400, "not-json"), body
    missing = visitor.http.post("/__admin/hosts/dichvucong.hagiang.gov.vnn/files", json={
        "file_name": "a", "content_base64": ONE})  # fmt: skip
    assert (missing.status_code, missing.json["code"]) == (404, "no-such-host")
    assert HOST in missing.json["detail"]


# A paper of a citizen: its fields, and how long it is good.

PAPER = {"form": "original", "result_code": "KQ.G15.000007", "reference_number": "1/STP", "agency_code": "H26"}


def keep(visitor: Visitor, **wish: Any) -> TestResponse:
    file = {"file_name": "a.pdf", "content_base64": ONE}
    return visitor.http.post(f"/__admin/citizens/{CITIZEN}/papers", json={**PAPER, **file, **wish})


@pytest.mark.parametrize(("wish", "wrong"), [
    ({}, []),
    ({"form": "certified-copy"}, []),
    ({"form": "electronic-certification"}, []),
    ({"form": "copy"}, ["/form"]),
    ({"form": " "}, ["/form"]),
    ({"form": 1}, ["/form", "/form"]),
    ({"result_code": ""}, ["/result_code"]),
    ({"reference_number": None}, ["/reference_number"]),
    ({"agency_code": "x"}, ["/agency_code"]),
    ({"agency_code": ""}, ["/agency_code"]),
    ({"effective_on": "2026-01-01"}, ["/effective_on"]),
    ({"effective_on": "02/01/2026", "expires_on": "02/01/2026"}, []),
    ({"effective_on": "02/01/2026", "expires_on": "01/01/2026"}, ["/expires_on"]),
    ({"expires_on": "31/02/2026"}, ["/expires_on"]),
    ({"effective_on": "01/01/2026", "valid_for": 0}, ["/valid_for"]),
    ({"effective_on": "01/01/2026", "valid_for": 1200, "valid_unit": "day"}, []),
    ({"effective_on": "01/01/2026", "valid_for": 1201, "valid_unit": "day"}, ["/valid_for"]),
    ({"effective_on": "01/01/2026", "valid_for": "năm"}, ["/valid_for"]),
    ({"effective_on": "01/01/2026", "valid_for": 1, "valid_unit": "week"}, ["/valid_unit"]),
    ({"valid_for": 1}, ["/effective_on"]),
    ({"valid_for": ""}, []),
])  # fmt: skip
def test_a_paper_is_kept_or_each_of_its_faults_is_named(
    visitor: Visitor, wish: dict[str, Any], wrong: list[str]
) -> None:
    before = len(visitor.http.get(f"/__admin/citizens/{CITIZEN}/papers").json["papers"])
    assert pointers(keep(visitor, **wish)) == wrong
    after = len(visitor.http.get(f"/__admin/citizens/{CITIZEN}/papers").json["papers"])
    assert after - before == (not wrong)


@pytest.mark.parametrize(("wish", "last"), [
    ({"valid_for": 1, "valid_unit": "day"}, "01/02/2027"),
    ({"valid_for": "1"}, "28/02/2027"),
    ({"valid_for": 13, "valid_unit": "month"}, "29/02/2028"),
    ({"valid_for": 11, "valid_unit": "month"}, "31/12/2027"),
    ({"valid_for": 12, "valid_unit": "month"}, "31/01/2028"),
    ({"valid_for": 3, "valid_unit": "month"}, "30/04/2027"),
    ({"valid_for": 2, "valid_unit": "year"}, "31/01/2029"),
    ({"valid_for": 2, "valid_unit": "year", "expires_on": "05/05/2027"}, "05/05/2027"),
    ({}, ""),
])  # fmt: skip
def test_a_paper_is_good_from_its_first_day_for_so_many_days_months_or_years(
    visitor: Visitor, wish: dict[str, Any], last: str
) -> None:
    kept = keep(visitor, effective_on="31/01/2027", **wish)
    assert kept.status_code == 201
    assert (kept.json["effective_on"], kept.json["expires_on"]) == ("31/01/2027", last)
    assert kept.json["issuer_code"] == "000.00.00.H26"
    assert keep(visitor, effective_on="10/03/2027", valid_for=1).json["expires_on"] == "10/04/2027"


def test_a_paper_is_called_as_it_says_else_as_the_catalogue_says_else_as_its_file(visitor: Visitor) -> None:
    titles = {each["code"]: each["title"] for each in visitor.http.get("/__admin/portal-catalogues").json["results"]}
    assert keep(visitor, title="Phiếu").json["title"] == "Phiếu"
    assert keep(visitor).json["title"] == titles["KQ.G15.000007"]
    unknown = keep(visitor, result_code="KQ.G15.999999")
    assert (unknown.status_code, unknown.json["code"]) == (409, "may-not-be-kept")
    (file,) = keep(visitor, link=f"https://{HOST}/a.pdf", content_base64=None).json["files"]
    assert file == {"name": "a.pdf", "link": f"https://{HOST}/a.pdf"}
    (file,) = keep(visitor).json["files"]
    assert file["link"].startswith("https://khodl.dichvucong.gov.vn/tep/")


# An agency that works here.


def unit(visitor: Visitor, code: str, **wish: Any) -> TestResponse:
    return visitor.http.put(f"/__admin/units/{code}", json=wish)


def servers(visitor: Visitor) -> list[str]:
    return [each["DSTCODE"] for each in visitor.http.get("/__admin/ss-info").json["security_servers"]]


def test_a_new_unit_gets_its_place_on_the_axis_once_and_keeps_it(visitor: Visitor) -> None:
    given = "VN:GOV:000.00.00.H63:donvimoi01"
    before = servers(visitor)
    assert given not in before
    first = unit(visitor, " h63 ", subsystem=given, name="Một")
    assert (first.status_code, first.json["code"], first.json["name"], first.json["subsystem"]) == (
        200, "H63", "Một", given)  # fmt: skip
    listed = servers(visitor)
    assert listed.count(given) == 1
    assert sorted({*before, given}) == sorted({*before, *listed})
    known = [each["id"] for each in visitor.http.get("/__admin/subsystems").json["subsystems"]]
    assert known.count(given) == 1
    again = unit(visitor, "H63").json
    assert (again["name"], again["subsystem"]) == ("Một", given)
    assert servers(visitor) == listed
    rights = visitor.http.get("/__admin/access-rights", query_string={"provider": given}).json
    assert rights["provider"] == given
    portal = visitor.http.get("/__admin/settings").json["portal_subsystem"]
    called = visitor.http.get("/__admin/access-rights", query_string={"provider": portal}).json["rights"]
    assert given in [each["subject"] for each in called]


def test_a_unit_without_a_wish_is_called_and_placed_as_the_portals_list_says(visitor: Visitor) -> None:
    (row,) = [each for each in visitor.http.get("/__admin/ss-info").json["security_servers"]
              if each["MACOQUAN"] == "000.00.00.H47"]  # fmt: skip
    made = unit(visitor, "H47").json
    assert (made["name"], made["subsystem"]) == (row["TENCOQUAN"], row["DSTCODE"])
    assert servers(visitor).count(row["DSTCODE"]) == 1
    visitor.http.delete("/__admin/units/H47")
    visitor.http.put("/__admin/ss-info/H47", json={"dstcode": "VN:GOV:000.00.00.H34:kontumvdxpsvc01"})
    before = servers(visitor)
    assert unit(visitor, "H47").json["subsystem"] == "VN:GOV:000.00.00.H34:kontumvdxpsvc01"
    assert servers(visitor) == before


@pytest.mark.parametrize(("wish", "wrong"), [
    ({"hosts": ["Tep.Kontum.example.vn:8443"]}, []),
    ({"hosts": ["a.example.vn", ""]}, ["/hosts/1"]),
    ({"hosts": ["a/b"]}, ["/hosts/0"]),
    ({"hosts": ["a@b"]}, ["/hosts/0"]),
    ({"hosts": ["a b"]}, ["/hosts/0"]),
    ({"hosts": [HOST]}, ["/hosts/0"]),
    ({"subsystem": "x"}, ["/subsystem"]),
])  # fmt: skip
def test_a_unit_takes_hosts_that_are_nobodys_and_a_refused_one_changes_nothing(
    visitor: Visitor, wish: dict[str, Any], wrong: list[str]
) -> None:
    before = [each["code"] for each in visitor.http.get("/__admin/units").json["units"]]
    made = unit(visitor, "H47", **wish)
    assert pointers(made) == wrong
    after = [each["code"] for each in visitor.http.get("/__admin/units").json["units"]]
    assert after == [*before, *(["H47"] if not wrong else [])]
    if not wrong:
        assert "tep.kontum.example.vn:8443" in made.json["hosts"]


def test_a_unit_is_taken_out_and_the_sandboxs_own_is_not(visitor: Visitor) -> None:
    own = visitor.http.get("/__admin/units").json["units"][0]["code"]
    refused = visitor.http.delete(f"/__admin/units/{own}")
    assert (refused.status_code, pointers(refused)) == (422, ["?unit"])
    missing = visitor.http.delete("/__admin/units/H47")
    assert (missing.status_code, missing.json["code"]) == (404, "no-such-unit")
    unit(visitor, "H47")
    shown = visitor.http.get("/__admin/units").json["units"]
    assert {pair["password"] for each in shown for pair in each["credentials"].values()} == {"***"}
    assert visitor.http.delete("/__admin/units/h47").status_code == 200
    assert "H47" not in [each["code"] for each in visitor.http.get("/__admin/units").json["units"]]
    assert pointers(visitor.http.delete("/__admin/units/xyz")) == ["?unit"]


# Dossiers in pages.


def test_dossiers_are_paged_by_code_to_the_last_and_filtered_by_status_and_unit(visitor: Visitor) -> None:
    for path in ("/dossiers", "/portal-dossiers"):
        wish = {"procedure": "2.000488", "agency": "H22", "applicant": "Ở"}
        visitor.http.post(f"/__admin/citizens/{CITIZEN}/dossiers", json=wish)
        whole = visitor.http.get(f"/__admin{path}", query_string={"limit": 1000}).json
        codes = [each["code"] for each in whole["dossiers"]]
        assert len(codes) > 1
        assert codes == sorted(codes)
        assert whole["meta"]["next"] is None
        exact = visitor.http.get(f"/__admin{path}", query_string={"limit": len(codes)}).json
        assert ([each["code"] for each in exact["dossiers"]], exact["meta"]["next"]) == (codes, None)
        one = visitor.http.get(f"/__admin{path}", query_string={"limit": 1}).json
        assert ([each["code"] for each in one["dossiers"]], one["meta"]["next"]) == (codes[:1], codes[0])
        rest = visitor.http.get(f"/__admin{path}", query_string={"limit": 1000, "after": codes[0]}).json
        assert [each["code"] for each in rest["dossiers"]] == codes[1:]
        for status in {each["status"] for each in whole["dossiers"]}:
            found = visitor.http.get(f"/__admin{path}", query_string={"limit": 1000, "status": status}).json["dossiers"]
            assert [each["code"] for each in found] == [
                each["code"] for each in whole["dossiers"] if each["status"] == status
            ]
        missing = visitor.http.get(f"/__admin{path}/khong-co")
        assert (missing.status_code, missing.json["code"]) == (404, "no-such-dossier")
    handed = visitor.http.get("/__admin/portal-dossiers?unit=000.00.00.H22&limit=1000").json["dossiers"]
    assert handed
    assert {each["unit_code"].rpartition(".")[2] for each in handed} == {"H22"}
    mine = visitor.http.get("/__admin/portal-dossiers", query_string={"owner": CITIZEN, "limit": 1000}).json["dossiers"]
    assert len(mine) > 1
    assert {each["owner_id"] for each in mine} == {CITIZEN}
    later = visitor.http.get("/__admin/portal-dossiers", query_string={"owner": CITIZEN, "after": mine[0]["code"]}).json
    assert [each["code"] for each in later["dossiers"]] == [each["code"] for each in mine[1:]]


# A pack.

CARD = {"id": "goi-thu"}


def zipped(*rows: tuple[str, bytes], kind: int = 0) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in rows:
            info = zipfile.ZipInfo(name)
            info.external_attr = kind << 16
            archive.writestr(info, content)
    return made.getvalue()


@pytest.mark.parametrize(("body", "words"), [
    (zipped(("../a.json", b"{}")), "leads out of the pack"),
    (zipped(("/a.json", b"{}")), "leads out of the pack"),
    (zipped(("a:b.json", b"{}")), "leads out of the pack"),
    (zipped(("a//b.json", b"{}")), "leads out of the pack"),
    (zipped(("a/" + "b" * 254, b"{}")), "leads out of the pack"),
    (zipped(("a.json", b"{}"), ("A.JSON", b"{}")), "is there twice"),
    (zipped(("a.SQLITE", b"")), "the emulator makes such files"),
    (zipped(("a.part", b"")), "the emulator makes such files"),
    (zipped(("a.json", b"/etc"), kind=stat.S_IFLNK | 0o777), "a symbolic link"),
    (b"PK\x03\x04" + b"x" * 40, "the zip cannot be read"),
    (json.dumps({"files": {}}).encode(), "a zip, or the pack's files by path"),
    (json.dumps({"files": []}).encode(), "a zip, or the pack's files by path"),
    (json.dumps({"files": {"a.csv": "!"}}).encode(), "Base64 of at least one byte"),
    (json.dumps({"files": {"a\\b": {}}}).encode(), "leads out of the pack"),
    (json.dumps({"files": {f"{each}.json": {} for each in range(5_001)}}).encode(), "at most 5000 files"),
])  # fmt: skip
def test_a_pack_that_may_not_be_is_refused_with_its_reason(visitor: Visitor, body: bytes, words: str) -> None:
    refused = visitor.http.put("/__admin/packs/goi-thu", data=body)
    assert (refused.status_code, refused.json["code"]) == (422, "invalid"), refused.text
    assert any(words in each["en"] for each in refused.json["errors"]), refused.text
    assert max(len(each["pointer"]) for each in refused.json["errors"]) <= 255


@pytest.mark.parametrize(("size", "is_over"), [(1024 * 1024, False), (1024 * 1024 + 1, True)])
@pytest.mark.parametrize("is_zip", [True, False])
def test_a_pack_unpacks_up_to_its_bound(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, size: int, is_over: bool, is_zip: bool
) -> None:
    monkeypatch.setattr("emulator.admin.uploads.MOST_UNPACKED", 1024 * 1024)
    rows = (("a.txt", b"x"), ("b.txt", b"x" * (size - 1)))
    coded = {name: base64.b64encode(content).decode() for name, content in rows}
    body = zipped(*rows) if is_zip else json.dumps({"files": coded}).encode()
    refused = visitor.http.put("/__admin/packs/goi-thu", data=body)
    assert refused.status_code == 422
    told = [each["en"] for each in refused.json["errors"]]
    assert ("unpacks to more than 1 MB" in told) is is_over, told
