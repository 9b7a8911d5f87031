"""``ndxp-emulator diff``: the drift report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.app import Country
from tests.builders import dossier, pull, step
from tests.conftest import Visitor
from tests.recording.platforms import Recorder, emulator_as_platform
from tests.recording.sessions import Vendor, exchange, run, session

ACCEPTED = {"error_code": 0, "message": "Thành công"}


def report(path: Path, *flags: str) -> tuple[int, dict[str, Any]]:
    result = run("diff", path, "--json", *flags)
    assert result.exit_code in (0, 1), result.output
    return result.exit_code, json.loads(result.stdout)


def test_the_emulator_does_not_drift_from_itself(country: Country, tmp_path: Path) -> None:
    with (
        emulator_as_platform(country) as url,
        Recorder(url, tmp_path) as recorder,
        Vendor(recorder.url, Visitor(country).basic()) as vendor,
    ):
        vendor.tell_the_story()
        vendor.http.headers["Authorization"] = "Bearer sai"
        vendor.btxh("DanhSachHoSo", pull())
        recorder.stop()
    code, told = report(recorder.session)
    assert (code, told["drifts"], told["calls"], told["not_compared"]) == (0, [], 9, [])
    text = run("diff", recorder.session).output
    assert "không có chỗ lệch" in text
    assert "no drifts" in text


def test_a_platform_in_another_mode_drifts_where_the_register_says_and_that_mode_agrees(
    country: Country, tmp_path: Path
) -> None:
    country.sandboxes.redefine(country.sandboxes.get("default"), {"mode": "strict"})
    with (
        emulator_as_platform(country) as url,
        Recorder(url, tmp_path) as recorder,
        Vendor(recorder.url, Visitor(country).basic()) as vendor,
    ):
        vendor.log_in()
        vendor.btxh("DongBoDVC", dossier(LoaiDuLieu=1))
        recorder.stop()
    code, told = report(recorder.session)
    assert code == 1
    [drift] = [each for each in told["drifts"] if each["kind"] == "value"]
    assert (drift["pointer"], drift["quirk"], drift["agrees_in"]) == ("/error_code", "B12", ["strict"])
    assert report(recorder.session, "--mode", "strict")[0] == 0


@pytest.mark.parametrize(
    ("answer", "kind", "pointer", "quirk"),
    [
        ({"message": "x", "error_code": 0}, "order", "", None),
        ({"error_code": "0", "message": "x"}, "type", "/error_code", "B08"),
        ({"error_code": 5, "message": "x"}, "value", "/error_code", None),
        ({"Error_Code": 0, "message": "x"}, "casing", "/Error_Code", "B60"),
        ({"error_code": 0}, "extra", "/message", "K06"),
        ({"error_code": 0, "message": "x", "a/b": None}, "missing", "/a~1b", None),
        ("<html></html>", "not-json", "", None),
        ('{"error_code": 0, "message": "x"', "not-json", "", None),
    ],
)
def test_each_difference_is_named_with_its_place(
    answer: Any, kind: str, pointer: str, quirk: str | None, tmp_path: Path
) -> None:
    code, told = report(session(tmp_path, exchange(1, answer)))
    bodies = [each for each in told["drifts"] if each["kind"] not in ("status", "header")]
    assert (code, [(each["kind"], each["pointer"], each["quirk"]) for each in bodies]) == (1, [(kind, pointer, quirk)])


def test_status_and_stable_headers_count_and_those_of_the_moment_do_not(tmp_path: Path) -> None:
    response = {
        "status": 201,
        "headers": [["Content-Type", "text/json"], ["Date", "x"], ["Server", "nginx"], ["X-La", "1"], ["Via", "1.1 x"]],
    }
    _, told = report(session(tmp_path, exchange(1, ACCEPTED, response=response)))
    found = {(each["kind"], each["pointer"]) for each in told["drifts"]}
    assert {("status", ""), ("header", "content-type"), ("header", "x-la")} <= found
    assert not {each for each in found if each[1] in ("date", "server", "via")}


def test_what_only_the_platform_held_is_no_drift(tmp_path: Path) -> None:
    lines = exchange(1, ACCEPTED, operation="XuLyHoSo", asked=step()), exchange(2, ACCEPTED)
    _, told = report(session(tmp_path, *lines))
    assert [each["number"] for each in told["not_compared"]] == [1]
    assert set() < {each["number"] for each in told["drifts"]} <= {2}
    assert run("diff", session(tmp_path, lines[0])).exit_code == 2


def test_no_value_of_the_session_is_in_the_report(tmp_path: Path) -> None:
    rows = [{"hoVaTen": "TÊN GIẢ TRONG BẢN GHI", "ngayTiepNhan": "2026-11-20T08:00:00", "la": "GIÁ TRỊ LẠ"}]
    answer = {"result": {"error_code": 0, "message": "x", "data": rows}}
    path = session(tmp_path, exchange(1, answer, operation="DanhSachHoSo", asked=pull()))
    for flags in ((), ("--json",), ("--html",)):
        text = run("diff", path, *flags).output
        assert "TÊN GIẢ" not in text
        assert "GIÁ TRỊ" not in text


def test_the_page_of_html_shows_both_languages_and_runs_nothing(tmp_path: Path) -> None:
    answer = {"error_code": 0, "message": "x", "<script>alert(1)</script>": 1}
    page = run("diff", session(tmp_path, exchange(1, answer)), "--html").output
    assert page.startswith("<!doctype html>")
    assert "trình giả lập không có trường này / the emulator has no such field" in page
    assert "<script" not in page


def test_it_refuses_what_is_no_session(tmp_path: Path) -> None:
    assert run("diff", session(tmp_path, "")).exit_code == 2
    assert run("diff", session(tmp_path, exchange(1, {})), "--mode", "loose").exit_code == 2
    assert run("diff", session(tmp_path, exchange(1, {})), "--pack", "khong-co").exit_code == 2


def test_logins_and_sessions_of_the_portal_are_those_of_the_emulator(country: Country, tmp_path: Path) -> None:
    visitor, shown = Visitor(country), country.sandboxes.credentials_shown(country.sandboxes.get("default"))
    forward, dstcode = "/XrdAdapter/RestService/forward", "?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
    account = {name: shown["portal"][name] for name in ("username", "password")}
    session = visitor.http.post(f"{forward}/mapi/login{dstcode}", json=account).json["session"]
    asked = {"session": session, "madonvi": shown["portal"]["unit"], "service": "LayDanhMucSSTaiTep"}
    assert visitor.http.post(f"{forward}/mapi/call{dstcode}", json=asked).json["error_code"] == 0
    country.store.close()
    run("har", "export", "--store", country.store.path, "-o", tmp_path / "a.har")
    assert session not in (tmp_path / "a.har").read_text(encoding="utf-8")
    assert run("har", "import", tmp_path / "a.har", "--out", tmp_path / "a.jsonl").exit_code == 0
    result = run("diff", tmp_path / "a.jsonl", "--json")
    assert (result.exit_code, json.loads(result.stdout)["calls"]) == (0, 2), result.output
