"""The screens, the country and the scenarios as pages: what a form says is what is done, and no more."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest

from emulator.scenario.library import shipped_folder
from tests.builders import dossier
from tests.conftest import Visitor
from tests.console.story import CITIZEN, KONTUM
from tests.console.test_forms import look, press, server

__all__ = ["server"]
SCENARIO = (shipped_folder() / "faults" / "tep-rong.yaml").read_text("utf-8")
HOST = "dichvucong.hagiang.gov.vn"
CODE = "000.11.26.H26-261120-0001"


def hosted(visitor: Visitor, content: bytes, name: str = "tep") -> str:
    wish = {"file_name": name, "content_base64": base64.b64encode(content).decode()}
    made = visitor.http.post(f"/__admin/hosts/{HOST}/files", json=wish)
    assert made.status_code == 201, made.text
    link: str = made.json["link"]
    return link


def newest(visitor: Visitor, operation: str) -> dict[str, Any]:
    found = visitor.http.get(f"/__admin/requests?limit=1&operation={operation}").json["requests"]
    assert found, f"{operation} was not called"
    entry: dict[str, Any] = found[0]
    return entry


def wrong_places(visitor: Visitor, path: str, **form: Any) -> list[str]:
    refused = press(visitor, path, **form)
    assert refused.status_code == 422, refused.text
    return re.findall(r"<code>(/[^<]*)</code>", refused.text)


# Files.


@pytest.mark.parametrize(("content", "kind", "is_shown", "ending", "saved_as"), [
    (b"\x89PNG\r\n" + b"\0" * 999_994, "image/png", True, "png", "image/png"),
    (b"\x89PNG\r\n" + b"\0" * 999_995, "image/png", False, "png", "image/png"),
    (b"\xff\xd8\xff\xe0", "image/jpeg", True, "jpg", "image/jpeg"),
    (b"%PDF-1.7", "application/pdf", False, "pdf", "application/pdf"),
    (b"PDF", "no PDF, PNG or JPEG", False, "bin", "application/octet-stream"),
], ids=["picture at the bound", "one byte over it", "jpeg", "pdf", "other"])  # fmt: skip
def test_a_file_is_shown_as_a_picture_up_to_its_bound_and_saved_by_what_it_is(
    visitor: Visitor, content: bytes, kind: str, is_shown: bool, ending: str, saved_as: str
) -> None:
    form = {"link": hosted(visitor, content), "unit": "H26"}
    looked = press(visitor, "/screens/file", **form)
    assert looked.status_code == 200
    assert (f'src="data:{kind};base64,' in looked.text) is is_shown
    assert hashlib.sha256(content).hexdigest() in looked.text
    saved = press(visitor, "/screens/file", **form, do="save")
    number = visitor.http.get("/__admin/requests?limit=1").json["requests"][0]["seq"]
    assert (saved.status_code, saved.content_type, saved.data) == (200, saved_as, content)
    assert saved.headers["Content-Disposition"] == f'attachment; filename="tep-{number}.{ending}"'


@pytest.mark.parametrize(("content", "first"), [
    (b"x" * 4_095 + b"\0", "000000  78 78"),
    (b"x" * 4_096 + b"\0", "x" * 2_000 + "…"),
    (b"a\n" * 31_999 + b"yz", "a"),
], ids=["nul among the first 4096", "nul after them", "text at the bound"])  # fmt: skip
def test_a_file_is_text_where_its_beginning_holds_no_nul(visitor: Visitor, content: bytes, first: str) -> None:
    looked = press(visitor, "/screens/file", link=hosted(visitor, content), unit="H26").text
    shown = re.findall(r'<span class="text">(.*?)</span>', looked)
    assert shown[0].startswith(first)


def test_a_long_text_file_is_printed_by_its_first_sixty_four_thousand_bytes(visitor: Visitor) -> None:
    content = (b"y" * 1_999 + b"\n") * 31 + b"z" * 1_999 + b"END"
    shown = press(visitor, "/screens/file", link=hosted(visitor, content), unit="H26").text
    assert "z" * 1_999 + "E</span>" in shown
    assert "EN" not in shown.partition("z" * 1_999)[2][:3]


def test_a_file_that_could_not_be_fetched_is_not_saved_and_its_page_says_the_status(visitor: Visitor) -> None:
    link = hosted(visitor, b"x")
    assert press(visitor, "/axis", what="host", name=HOST, on="0").status_code == 303
    for form in ({"do": "save"}, {}):
        looked = press(visitor, "/screens/file", link=link, unit="H26", **form)
        assert looked.status_code == 200
        assert "<strong>HTTP 500</strong>" in looked.text
        assert 'value="save"' not in looked.text


def download_of(visitor: Visitor, **form: str) -> str:
    assert press(visitor, "/screens/file", **form).status_code == 200
    url: str = visitor.http.get("/__admin/requests?limit=1").json["requests"][0]["request"]["url"]
    return unquote(url)


def test_a_download_is_put_together_from_the_holder_or_from_the_host(visitor: Visitor) -> None:
    visitor.http.put("/__admin/ss-info/H34", json={"dstcode": KONTUM})
    link = f"https://{HOST}/a%20b/c.pdf?x=1"
    place = f"/VXPAdapter/RestService/forward/a b/c.pdf?x=1&dstcode=%s&providerurl=https://{HOST}"
    own, theirs = "VN:GOV:000.00.00.H22:hagiangvdxpsvc01", KONTUM
    urls = [download_of(visitor, link=link, unit="H26", holder=holder) for holder in ("", "H34", "H99")]
    assert [url.endswith(place % dst) for url, dst in zip(urls, (own, theirs, own), strict=True)] == [True] * 3, urls
    assert download_of(visitor, link=f"https://{HOST}:8443/c.pdf").startswith("/VXPAdapter/")
    plain = download_of(visitor, link=f"https://{HOST}/c.pdf", unit="H26")
    assert "c.pdf?dstcode=" in plain
    assert wrong_places(visitor, "/screens/file", link="/c.pdf", holder="H34") == ["/link"]


# The citizen's portal.


def filed_by(visitor: Visitor, number: str, *lists: str) -> set[str]:
    """Return the codes of a citizen's dossiers, at the portal and at the ministry."""
    found = [
        visitor.http.get(f"/__admin{path}", query_string={key: number}).json["dossiers"]
        for path, key in (("/portal-dossiers", "owner"), ("/dossiers", "q"))
        if not lists or path in lists
    ]
    return {each["code"] for some in found for each in some}


@pytest.mark.parametrize(("path", "form"), [
    ("/screens/citizen/file", {"procedure": "2.000488", "agency": "H26", "applicant": "Ở"}),
    ("/screens/citizen/file-at-ministry", {"procedure": "1.001731"}),
])  # fmt: skip
def test_a_citizen_files_online_and_at_the_ministry_and_sees_it(
    visitor: Visitor, path: str, form: dict[str, str]
) -> None:
    number = CITIZEN
    had = filed_by(visitor, number)
    assert wrong_places(visitor, path, **form, id=" ") == ["/id"]
    filed = press(visitor, path, **form, id=f" {number} ")
    assert (filed.status_code, filed.location) == (303, f"/__console/screens/citizen?id={number}")
    (code,) = filed_by(visitor, number) - had
    assert code in look(visitor, "/screens/citizen", id=number)
    assert (code in filed_by(visitor, number, "/dossiers")) is path.endswith("ministry")


def test_without_a_number_the_citizens_page_asks_for_one_and_shows_nothing(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier(MaHoSo=CODE))
    assert CODE not in look(visitor, "/citizens")
    assert CODE not in look(visitor, "/screens/citizen", id=" ")
    assert CODE in look(visitor, "/citizens", id=dossier()["CMND"])


# The one-stop desk.


def test_the_desk_is_that_of_the_unit_asked_for_or_the_first(visitor: Visitor) -> None:
    units = [each["code"] for each in visitor.http.get("/__admin/units").json["units"]]
    wish = {"procedure": "2.000488", "agency": "H22", "applicant": "Ở"}
    code = visitor.http.post(f"/__admin/citizens/{CITIZEN}/dossiers", json=wish).json["code"]
    assert units[0] != "H22"
    assert code not in look(visitor, "/screens/one-stop")
    assert code in look(visitor, "/screens/one-stop", unit=" h22 ")
    assert visitor.http.get("/__console/screens/one-stop?unit=H99").status_code == 404


def test_the_desk_reports_a_status_and_gives_a_result_with_a_file_of_its_own(visitor: Visitor) -> None:
    wish = {"procedure": "2.000488", "agency": "H22", "applicant": "Ở"}
    code = visitor.http.post(f"/__admin/citizens/{CITIZEN}/dossiers", json=wish).json["code"]
    told = press(visitor, "/screens/one-stop/status", unit="H22", code=code, status=" 2 ", note=" Đang xử lý ")
    entry = newest(visitor, "dvcqg.mapi.DongBoTrangThaiHoSo")
    assert (told.status_code, told.location) == (303, f"/__console/screens/one-stop?unit=H22&seen={entry['seq']}")
    row = json.loads(entry["request"]["body"])["data"]
    row = row[0] if isinstance(row, list) else row
    assert (row["MaHoSo"], row["TrangThai"], row["NoiDung"], row["TaiLieuXuLy"]) == (code, "2", "Đang xử lý", [])
    given = {"unit": "H22", "code": code, "host": HOST, "result_code": "KQ.G15.000007", "title": ""}
    assert wrong_places(visitor, "/screens/one-stop/result", **given) == ["/file"]
    assert wrong_places(visitor, "/screens/one-stop/result", **given, file=(io.BytesIO(b""), "a.pdf")) == ["/file"]
    press(visitor, "/screens/one-stop/result", **given, file=(io.BytesIO(b"%PDF-1"), "phieu.pdf"))
    sent = json.loads(newest(visitor, "dvcqg.mapi.DongBoHoSoMC")["request"]["body"])
    (row,) = sent["data"]
    (paper,) = row["DanhSachGiayToKetQua"]
    assert (sent["isUpdating"], row["MaHoSo"], row["TrangThaiHoSo"]) == ("True", code, "9")
    link = paper["DuongDanTepTinKetQua"]
    assert link.startswith(f"https://{HOST}/")
    assert link.endswith("phieu.pdf")
    assert paper["GiayToId"] == hashlib.sha256(link.encode()).hexdigest()[:8]
    titles = {each["code"]: each["title"] for each in visitor.http.get("/__admin/portal-catalogues").json["results"]}
    assert paper["TenGiayTo"] == titles["KQ.G15.000007"]
    press(visitor, "/screens/one-stop/result", **given | {"link": link, "title": "Phiếu", "status": "10"})
    (row,) = json.loads(newest(visitor, "dvcqg.mapi.DongBoHoSoMC")["request"]["body"])["data"]
    assert (row["TrangThaiHoSo"], row["DanhSachGiayToKetQua"][0]["TenGiayTo"]) == ("10", "Phiếu")


def test_a_result_takes_a_file_of_twenty_four_megabytes_and_none_that_is_longer(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emulator.console.screens.UPLOAD_LIMIT", 64)
    wish = {"procedure": "2.000488", "agency": "H22", "applicant": "Ở"}
    code = visitor.http.post(f"/__admin/citizens/{CITIZEN}/dossiers", json=wish).json["code"]
    given = {"unit": "H22", "code": code, "host": HOST, "result_code": "KQ.G15.000007"}
    for length, status in ((64, 303), (65, 422)):
        file = (io.BytesIO(b"%PDF-" + b"x" * (length - 5)), "a.pdf")
        assert press(visitor, "/screens/one-stop/result", **given, file=file).status_code == status, length


def test_a_paper_goes_on_as_it_came_up_to_the_bound_of_an_upload(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "999088010099"
    given = {"form": "original", "result_code": "KQ.G15.000007", "reference_number": "77/STP", "agency_code": "H34"}
    rows = [(f'name="{name}"', value) for name, value in given.items()]
    rows.append(('name="file"; filename="a.pdf"', "%PDF-1"))
    parts = [f"--ranh\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n" for head, value in rows]
    body = "".join([*parts, "--ranh--\r\n"]).encode()
    for limit, status in ((len(body) - 1, 413), (len(body), 303)):
        monkeypatch.setattr("emulator.console.screens.UPLOAD_LIMIT", limit)
        kept = visitor.http.post(
            f"/__console/screens/citizen/{number}/upload", data=body, content_type="multipart/form-data; boundary=ranh"
        )
        assert kept.status_code == status
        assert ("77/STP" in look(visitor, "/citizens", id=number)) is (status == 303)
    assert kept.location == f"/__console/screens/citizen?id={number}"


@pytest.mark.parametrize(("channel", "officer"), [("", ""), ("2", ""), ("1", "CÁN BỘ")])
def test_papers_are_looked_for_online_without_an_officer_and_at_the_counter_with_one(
    visitor: Visitor, channel: str, officer: str
) -> None:
    form = {"unit": "H26", "owner": CITIZEN, "result_code": " KQ.G15.000007 ", "HoTenNguoiYeuCau": " CÁN BỘ "}
    reply = press(visitor, "/screens/one-stop/papers", **form, **({"channel": channel} if channel else {}))
    entry = newest(visitor, "dvcqg.papers.find")
    asked = json.loads(entry["request"]["body"])
    assert (asked["KenhThucHien"], asked["HoTenNguoiYeuCau"]) == (channel or "2", officer)
    assert asked["DanhSachDanhMucKetQua"] == [{"MaKetQua": "KQ.G15.000007", "SoKyHieu": ""}]
    assert asked["SoDinhDanhChuSoHuu"] == CITIZEN
    assert visitor.http.get(reply.location).status_code == 200


# The axis, the rights, the list of V.1, support.


def test_each_switch_of_the_axis_turns_what_it_names(visitor: Visitor) -> None:
    def standing(path: str, key: str, name: str) -> Any:
        found = visitor.http.get(f"/__admin/{path}").json[path.replace("-", "_")]
        return next(each[key] for each in found if name in each.values())

    name = visitor.http.get("/__admin/subsystems").json["subsystems"][0]["id"]
    for what, path, key, called in (
        ("subsystem", "subsystems", "is_reachable", name), ("host", "hosts", "is_up", HOST),
    ):  # fmt: skip
        for on, is_on in (("0", False), ("1", True)):
            assert press(visitor, "/axis", what=what, name=called, on=on).status_code == 303
            assert standing(path, key, called) is is_on


def test_an_agency_is_put_to_work_and_keeps_what_a_later_form_leaves_empty(visitor: Visitor) -> None:
    def unit() -> tuple[str, list[str]]:
        (found,) = [each for each in visitor.http.get("/__admin/units").json["units"] if each["code"] == "H47"]
        return found["name"], [host for host in found["hosts"] if host.endswith("example.vn")]

    assert press(visitor, "/axis/units", code="H47", name="Một", hosts="a.example.vn, b.example.vn").status_code == 303
    assert unit() == ("Một", ["a.example.vn", "b.example.vn"])
    assert press(visitor, "/axis/units", code="H47", name="Hai", hosts=" ").status_code == 303
    assert unit() == ("Hai", ["a.example.vn", "b.example.vn"])


def test_rights_are_added_found_and_removed_by_the_buttons_of_the_screen(visitor: Visitor) -> None:
    screen = visitor.http.get("/__admin/access-rights").json
    provider = screen["provider"]

    def allowed() -> set[str]:
        found = visitor.http.get("/__admin/access-rights", query_string={"provider": provider}).json["rights"]
        return {each["subject"] for each in found}

    some = sorted(allowed())[:1]
    assert some
    for do, is_there in (("remove", False), ("add", True)):
        done = press(visitor, "/screens/access-rights", do=do, provider=provider, subject=some)
        assert done.status_code == 303
        assert (some[0] in allowed()) is is_there, do
    press(visitor, "/screens/access-rights", do="remove-all", provider=provider)
    assert allowed() == set()
    press(visitor, "/screens/access-rights", do="add-all", provider=provider, q="G22")
    assert some[0] in allowed()


def test_the_list_of_security_servers_is_changed_and_dropped_from(visitor: Visitor) -> None:
    def listed() -> dict[str, str]:
        return {each["MACOQUAN"]: each["DSTCODE"] for each in
                visitor.http.get("/__admin/ss-info").json["security_servers"]}  # fmt: skip

    rest = {code: there for code, there in listed().items() if code != "000.00.00.H47"}
    assert press(visitor, "/screens/security-servers", agency=" H47 ", do="drop").status_code == 303
    assert listed() == rest
    assert press(visitor, "/screens/security-servers", agency="H47", dstcode=KONTUM).status_code == 303
    assert listed() == {**rest, "000.00.00.H47": KONTUM}


def test_support_is_asked_for_and_accepted(visitor: Visitor) -> None:
    form = {"result_code": "KQ.G15.000008", "title": "Phiếu số 2", "monthly_uses": " 9 "}
    assert press(visitor, "/screens/support", **form).status_code == 303
    (asked,) = visitor.http.get("/__admin/support-requests").json["support_requests"]
    assert (asked["monthly_uses"], asked["title"]) == (9, "Phiếu số 2")
    assert press(visitor, "/screens/support/accept", result_code="KQ.G15.000008").status_code == 303
    (now,) = visitor.http.get("/__admin/support-requests").json["support_requests"]
    assert now != asked


# Dossiers.


def test_one_application_leads_to_its_dossier_and_several_to_the_list(visitor: Visitor) -> None:
    one = press(visitor, "/dossiers", procedure="1.001731")
    (code,) = [each["code"] for each in visitor.http.get("/__admin/dossiers?status=1").json["dossiers"]
               if each["code"] in unquote(one.location)]  # fmt: skip
    assert unquote(one.location) == f"/__console/dossiers/{code}"
    assert press(visitor, "/dossiers", count="2").location == "/__console/dossiers"


def test_a_move_that_came_about_leads_to_the_dossier(visitor: Visitor) -> None:
    code = unquote(press(visitor, "/dossiers", count="1").location.rpartition("/")[2])
    moved = press(visitor, f"/dossiers/{code}/move", status=" 2 ")
    assert (moved.status_code, unquote(moved.location)) == (303, f"/__console/dossiers/{code}")
    assert visitor.http.get(f"/__admin/dossiers/{code}").json["status"] == 2


def test_a_dossier_shows_each_of_its_links_once_and_whether_the_axis_knows_the_host(visitor: Visitor) -> None:
    known, foreign = f"https://{HOST}/a.pdf?x=1&y=2", "https://khong-ai.example.vn/b.pdf"
    visitor.btxh("DongBoDVC", dossier(MaHoSo=CODE, DonViXuLy=f"{known} {foreign} {known} x"))
    page = unescape(visitor.http.get(f"/__console/dossiers/{CODE}?lang=en").text)
    assert page.count(f'name="link" value="{known}"') == 1
    assert page.count(f"<p><code>{foreign}</code>") == 1
    assert "this host is not on the axis" in page


# Scenarios.


def test_what_plays_is_chosen_restarted_stopped_and_its_state_is_put(visitor: Visitor) -> None:
    def playing() -> dict[str, Any]:
        found: dict[str, Any] = visitor.http.get("/__admin/scenario").json
        return found

    assert press(visitor, "/scenarios", scenario="dung-trinh-tu").status_code == 303
    assert playing()["scenario"] == "dung-trinh-tu"
    for path, form, state in (("/states/dung-trinh-tu", {"state": "da-tiep-nhan"}, "da-tiep-nhan"),
                              ("/restart", {}, "moi")):  # fmt: skip
        assert press(visitor, f"/scenarios{path}", **form).status_code == 303
        assert playing()["states"]["dung-trinh-tu"]["state"] == state
    assert press(visitor, "/scenarios").status_code == 303
    assert playing()["scenario"] is None


@pytest.mark.parametrize(("form", "armed"), [
    ({"on": " btxh.DongBoDVC ", "times": " 3 "}, {"on": "btxh.DongBoDVC", "times": 3}),
    ({"on": " ", "times": " "}, {"on": "*", "times": None}),
    ({"on": "*", "params": ' {} '}, {"on": "*", "times": None}),
])  # fmt: skip
def test_a_fault_is_armed_as_the_form_says_and_disarmed(
    visitor: Visitor, form: dict[str, str], armed: dict[str, Any]
) -> None:
    def faults() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = visitor.http.get("/__admin/faults").json["faults"]
        return found

    for _ in range(2):
        assert press(visitor, "/scenarios/faults", fault="gateway-503", **form).status_code == 303
    first, second = faults()
    assert {name: first.get(name) for name in ("fault", *armed)} == {"fault": "gateway-503", **armed}
    assert press(visitor, "/scenarios/faults/disarm", id=first["id"]).status_code == 303
    assert faults() == [second]
    assert press(visitor, "/scenarios/faults/disarm", id="").status_code == 303
    assert faults() == []


@pytest.mark.parametrize("params", ["{", "[]", "1", "null"])
def test_parameters_of_a_fault_that_are_no_object_are_refused(visitor: Visitor, params: str) -> None:
    form = {"fault": "gateway-503", "on": "*", "params": params}
    assert wrong_places(visitor, "/scenarios/faults", **form) == ["/params"]
    assert visitor.http.get("/__admin/faults").json["faults"] == []


def test_a_snapshot_is_taken_and_gone_back_to(visitor: Visitor) -> None:
    assert press(visitor, "/scenarios/snapshots", name=" truoc ").status_code == 303
    visitor.btxh("DongBoDVC", dossier(MaHoSo=CODE))
    assert "truoc" in look(visitor, "/scenarios")
    assert press(visitor, "/scenarios/snapshots/truoc/restore").status_code == 303
    assert visitor.http.get(f"/__admin/dossiers/{CODE}").status_code == 404


def editor_of(page: str) -> str:
    return unescape(re.search(r'name="text"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1])


def test_the_editor_opens_a_scenario_of_the_library_whole_and_nothing_for_another_name(visitor: Visitor) -> None:
    opened = visitor.http.get("/__console/scenarios/editor?name=tep-rong&lang=en").text
    assert editor_of(opened).strip() == SCENARIO.strip()
    assert "Nothing is wrong." in opened
    for query in ("", "&name=khong-co"):
        empty = visitor.http.get(f"/__console/scenarios/editor?lang=en{query}").text
        assert editor_of(empty) == ""
        assert "Nothing is wrong." not in empty


@pytest.mark.parametrize("id_", ["tep-khac", "'tep-2'", '"TEP"', "a b", "Ở", "a/b"])
def test_the_editor_takes_any_id_as_the_files_name_and_names_the_place_of_one_that_is_none(
    visitor: Visitor, id_: str
) -> None:
    text = SCENARIO.replace("id: tep-rong", f"id: {id_}")
    reply = press(visitor, "/scenarios/editor/problems", text=text).text
    line = 1 + text[: text.index("\nid:") + 1].count("\n") if not text.startswith("id:") else 1
    if id_.strip("'\"").startswith("tep"):
        assert "Nothing is wrong." in reply
    else:
        assert re.findall(r"<li>(line \d+, column \d+)", reply) == [f"line {line}, column 5"]


@pytest.mark.parametrize(("length", "status"), [(256 * 1024, 200), (256 * 1024 + 1, 422)])
def test_the_editor_takes_a_text_up_to_its_bound(visitor: Visitor, length: int, status: int) -> None:
    text = "#" + "x" * (length - 1)
    assert press(visitor, "/scenarios/editor/problems", text=text).status_code == status


@pytest.mark.parametrize(("count", "is_more"), [(50, False), (51, True)])
def test_what_the_clock_will_bring_is_listed_up_to_fifty(visitor: Visitor, count: int, is_more: bool) -> None:
    for _ in range(count):
        wish = {"after": "P1D", "effect": {"kind": "application"}}
        put = visitor.http.post("/__admin/agenda", json=wish)
        assert put.status_code == 201, put.text
    page = look(visitor, "/scenarios")
    assert ("and what comes after" in page) is is_more
    assert page.partition('class="timeline"')[2].partition("</ol>")[0].count("<li>") == 50
