"""From a session to a scenario that plays it again."""

from __future__ import annotations

import json
from pathlib import Path

import requests

from emulator.app import Country, found_country
from emulator.country.pack import Pack
from emulator.country.sandbox import Definition
from emulator.settings import Settings
from tests.conftest import Visitor
from tests.recording.platforms import REAL_NUMBER, Recorder, emulator_as_platform
from tests.recording.sessions import Vendor, exchange, run, session


def told(answers: list[requests.Response]) -> list[tuple[int, str, str]]:
    return [(each.status_code, each.headers["Content-Type"], each.text) for each in answers]


def test_a_recorded_platform_is_replayed_answer_by_answer(country: Country, tmp_path: Path, co_ban: Pack) -> None:
    visitor, out = Visitor(country), tmp_path / "out"
    country.sandboxes.change_settings(country.sandboxes.get("default"), {"error_code_style": "00"})
    with (
        emulator_as_platform(country) as url,
        Recorder(url, out, "--scenario", "nhu-that") as recorder,
        Vendor(recorder.url, visitor.basic()) as vendor,
    ):
        first = vendor.tell_the_story()
        lines = recorder.stop()
    assert (recorder.code, '"00"' in first[0].text) == (0, True), recorder.said
    assert run("validate", out / "nhu-that.yaml").output == ""
    settings = Settings(default=Definition(scenario="nhu-that"), scenarios=(out / "nhu-that.yaml",))
    other = found_country(settings, tmp_path / "other.db", {"co-ban": co_ban})
    with emulator_as_platform(other) as url, Vendor(url, Visitor(other).basic()) as vendor:
        again = vendor.tell_the_story()
    other.store.close()
    assert [each["response"]["body"] for each in lines[1:]] == [each.text for each in again]
    # Nobody's data are in the answers of pushes, so these are the very same.
    assert told(again)[:5] == told(first)[:5]
    steps = [entry["scenario"] for entry in Visitor(other).journal() if entry["scenario"]]
    assert len(steps) == 7


def test_answers_that_alternate_come_in_their_order_and_the_last_one_stays(tmp_path: Path) -> None:
    busy = {"response": {"status": 503}}
    lines = [exchange(1, "", **busy), exchange(2, {"error_code": 0}), exchange(3, "", **busy)]
    result = run("scenario", "from-recording", session(tmp_path, *lines), "--id", "luc-co", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout.splitlines()[-1])["played"] == 3
    text = (tmp_path / "luc-co.yaml").read_text(encoding="utf-8")
    assert text.count("nth: 1") == 1
    assert "when:" not in text


def test_calls_that_are_answered_differently_are_told_apart_by_their_fields(tmp_path: Path) -> None:
    lines = []
    for number in range(1, 7):
        kind = "1" if number % 2 else "100"
        lines.append(
            exchange(number, {"error_code": 0, "message": kind}, asked={"LoaiDuLieu": kind, "MaHoSo": str(number)})
        )
    result = run("scenario", "from-recording", session(tmp_path, *lines), "--id", "hai-loai", "--out", tmp_path)
    assert json.loads(result.stdout.splitlines()[-1])["steps"] == 2, result.output
    assert "body.LoaiDuLieu" in (tmp_path / "hai-loai.yaml").read_text(encoding="utf-8")


def test_what_cannot_be_replayed_is_said(tmp_path: Path) -> None:
    lines = [
        exchange(1, {"access_token": "***"}, request={"target": "/token", "body": "grant_type=client_credentials"}),
        exchange(2, "", request={"target": "/khong-co"}),
        exchange(3, "", response={"status": None}, trouble="timeout"),
        exchange(4, {}, response={"status": 401}),
        exchange(5, {"error_code": 0}, response={"body": None, "omitted": "binary"}),
    ]
    result = run("scenario", "from-recording", session(tmp_path, *lines), "--id", "mot-phan", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    for number in (1, 2, 3, 4):
        assert f"#{number}: " in result.stderr
    assert "#5: " not in result.stderr
    nothing = run("scenario", "from-recording", session(tmp_path, lines[1]), "--id", "khong-gi", "--out", tmp_path)
    assert nothing.exit_code == 2
    assert not (tmp_path / "khong-gi.yaml").exists()


def test_a_session_with_somebody_in_it_or_none_at_all_is_refused(tmp_path: Path) -> None:
    for line in (exchange(1, {"cccd": REAL_NUMBER}), '{"format": "khac"}', "[1]", "x"):
        for words in (("scenario", "from-recording", "--id", "a", "--out", tmp_path), ("diff",)):
            result = run(*words, session(tmp_path, exchange(2, {}), line))
            assert (result.exit_code, "phien.jsonl:2:" in result.output) == (2, True), result.output
            assert REAL_NUMBER not in result.output
    assert run("diff", tmp_path / "khong-co.jsonl").exit_code == 2
    assert run("scenario", "from-recording", session(tmp_path, exchange(1, {})), "--id", "A b").exit_code == 2


def test_a_refusal_of_the_axis_answers_only_the_address_it_was_met_at(tmp_path: Path) -> None:
    forward = "/XrdAdapter/RestService/forward"
    dstcode = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
    lines = [
        exchange(1, {"message": "khac"}, request={"target": f"{forward}/mapi/login?dstcode={dstcode}", "body": "{}"}),
        exchange(
            2,
            {"type": "Server.ServerProxy.NetworkError"},
            request={"target": f"{forward}/a?dstcode={dstcode}&providerurl=https://khong-co.example.vn", "body": "{}"},
            response={"status": 500},
        ),
    ]
    result = run("scenario", "from-recording", session(tmp_path, *lines), "--id", "truc", "--out", tmp_path)
    assert json.loads(result.stdout.splitlines()[-1])["played"] == 2, result.output
    assert "query.providerurl: https://khong-co.example.vn" in (tmp_path / "truc.yaml").read_text(encoding="utf-8")
