"""HAR 1.2: what is exported is HAR by its own specification; what browsers write is taken."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from emulator.app import Country
from tests.builders import dossier, pull
from tests.conftest import Visitor
from tests.recording.platforms import REAL_CARD, REAL_MAIL, REAL_NAME, REAL_NUMBER, REAL_PHONE, emulator_as_platform
from tests.recording.sessions import run

# The objects of HAR 1.2 (the archived specification of the W3C's Web Performance group): name, type, "?" if optional.
_PAIR = {"name": str, "value": str, "comment?": str}
_SHAPES: dict[str, dict[str, Any]] = {
    "log": {
        "version": str, "creator": "creator", "browser?": "creator", "pages?": list, "entries": ["entry"],
        "comment?": str,
    },
    "creator": {"name": str, "version": str, "comment?": str},
    "entry": {
        "pageref?": str, "startedDateTime": str, "time": (int, float), "request": "request", "response": "response",
        "cache": dict, "timings": "timings", "serverIPAddress?": str, "connection?": str, "comment?": str,
    },
    "request": {
        "method": str, "url": str, "httpVersion": str, "cookies": list, "headers": ["pair"], "queryString": ["pair"],
        "postData?": "postData", "headersSize": int, "bodySize": int, "comment?": str,
    },
    "response": {
        "status": int, "statusText": str, "httpVersion": str, "cookies": list, "headers": ["pair"],
        "content": "content", "redirectURL": str, "headersSize": int, "bodySize": int, "comment?": str,
    },
    "postData": {"mimeType": str, "params?": ["pair"], "text?": str, "comment?": str},
    "content": {
        "size": int, "compression?": int, "mimeType": str, "text?": str, "encoding?": str, "comment?": str,
    },
    "timings": {
        "blocked?": (int, float), "dns?": (int, float), "connect?": (int, float), "send": (int, float),
        "wait": (int, float), "receive": (int, float), "ssl?": (int, float), "comment?": str,
    },
    "pair": _PAIR,
}  # fmt: skip


def check_har(value: Any, kind: Any, where: str = "log") -> None:
    """Hold a value against HAR 1.2; custom fields begin with an underscore."""
    if isinstance(kind, list):
        assert isinstance(value, list), where
        for place, each in enumerate(value):
            check_har(each, kind[0], f"{where}[{place}]")
    elif isinstance(kind, str):
        shape = _SHAPES[kind]
        known = {name.removesuffix("?") for name in shape}
        assert set() < {name for name in value if not name.startswith("_")} <= known, where
        for name, inner in shape.items():
            bare = name.removesuffix("?")
            if not name.endswith("?"):
                assert bare in value, f"{where}.{bare}"
            if bare in value:
                check_har(value[bare], inner, f"{where}.{bare}")
    else:
        assert isinstance(value, kind), where
        assert not isinstance(value, bool), where


def har(text: str) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(text)["log"]
    check_har(log, "log")
    assert log["version"] == "1.2"
    for entry in log["entries"]:
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo
        assert urlsplit(entry["request"]["url"]).hostname
        told = [part for name, part in entry["timings"].items() if name != "comment" and part >= 0]
        assert entry["time"] == sum(told)
    return log


def talk(visitor: Visitor) -> None:
    """A login, a push, a pull, a question about a file, nonsense bytes, and an address nobody has."""
    visitor.btxh("DongBoDVC", dossier())
    visitor.btxh("DanhSachHoSo", pull())
    visitor.http.get("/file/20261121/khong-co.pdf?a=1&b=&a=2", headers={"Host": "dvcbtxh.molisa.gov.vn"})
    visitor.btxh("DongBoDVC", b"\xff\xfe")
    visitor.http.post("/khong-co", data={"client_secret": "rat-bi-mat", "x": "1"})


def test_a_journal_is_exported_as_har_from_a_server_and_from_a_file_alike(country: Country, tmp_path: Path) -> None:
    visitor = Visitor(country)
    talk(visitor)
    token = visitor.token()
    with emulator_as_platform(country) as url:
        online = run("har", "export", "--url", url)
        assert run("har", "export", "--url", url, "--sandbox", "khong-co").exit_code == 2
    country.store.close()
    offline = run("har", "export", "--store", country.store.path, "--output", tmp_path / "a.har")
    assert (online.exit_code, offline.exit_code) == (0, 0), offline.output
    log = har((tmp_path / "a.har").read_text(encoding="utf-8"))
    assert har(online.stdout) == log
    assert [each["request"]["method"] for each in log["entries"]].count("GET") == 1
    pulled = next(each for each in log["entries"] if "DanhSachHoSo" in each["request"]["url"])
    assert json.loads(pulled["response"]["content"]["text"])["result"]["error_code"] == 0
    asked = next(each["request"] for each in log["entries"] if each["request"]["method"] == "GET")
    assert [each["value"] for each in asked["queryString"]] == ["1", "", "2"]
    for secret in (token, "rat-bi-mat", visitor.basic()["Authorization"][6:]):
        assert secret not in online.stdout
    again = run("har", "export", "--store", country.store.path, "--output", tmp_path / "a.har")
    assert (again.exit_code, "--force" in again.output) == (2, True)


def test_an_export_comes_back_as_a_session_that_does_not_drift(country: Country, tmp_path: Path) -> None:
    visitor, file, session = Visitor(country), tmp_path / "a.har", tmp_path / "phien.jsonl"
    visitor.btxh("DongBoDVC", dossier())
    visitor.btxh("DanhSachHoSo", pull())
    with emulator_as_platform(country) as url:
        run("har", "export", "--url", url, "-o", file)
    imported = run("har", "import", file, "--out", session)
    assert imported.exit_code == 0, imported.output
    result = run("diff", session)
    assert result.exit_code == 0, result.output
    made = run("scenario", "from-recording", session, "--id", "tu-har", "--out", tmp_path)
    assert made.exit_code == 0, made.output


def entry(
    url: str, *, answer: dict[str, Any] | None = None, asked: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """An entry as browsers write it."""
    return {
        "_initiator": {"type": "script"}, "_priority": "High", "_resourceType": "fetch", "cache": {}, "pageref": "p",
        "startedDateTime": "2026-11-20T03:00:01.123Z", "time": 12.5, "timings": {"_blocked_queueing": 1},
        "request": {
            "method": "POST", "url": url, "httpVersion": "h2",
            "cookies": [{"name": "JSESSIONID", "value": "bi-mat-cua-toi"}],
            "headers": [
                {"name": ":authority", "value": "api.example.vn"}, {"name": ":path", "value": "/"},
                {"name": "cookie", "value": "JSESSIONID=bi-mat-cua-toi"}, {"name": "x-null", "value": None},
            ],
            "queryString": [], "headersSize": -1, "bodySize": 3, **(asked or {}),
        },
        "response": {
            "status": 200, "statusText": "", "httpVersion": "h2", "cookies": [],
            "headers": [{"name": ":status", "value": "200"}, {"name": "content-encoding", "value": "br"}],
            "content": {"size": 10, "mimeType": "application/json", **(answer or {})}, "redirectURL": "",
            "headersSize": -1, "bodySize": -1, "_transferSize": 100,
        },
        **more,
    }  # fmt: skip


def imported(
    tmp_path: Path, entries: list[Any], *flags: str, encoding: str = "utf-8-sig"
) -> tuple[Any, list[dict[str, Any]]]:
    file, session = tmp_path / "b.har", tmp_path / "b.jsonl"
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), encoding=encoding)
    result = run("har", "import", file, "--out", session, *flags)
    if not session.is_file():
        return result, []
    return result, [json.loads(line) for line in session.read_text(encoding="utf-8").splitlines()]


def test_what_browsers_write_is_taken_and_cleaned(tmp_path: Path) -> None:
    person = json.dumps({"HoVaTen": REAL_NAME, "CMND": REAL_NUMBER, "session": "phien-bi-mat"}, ensure_ascii=False)
    params = [{"name": "Email", "value": REAL_MAIL}, {"name": "SoDienThoai", "value": REAL_PHONE}]
    entries = [
        entry(
            "https://api.example.vn/v1/a?cccd=" + REAL_NUMBER,
            answer={"text": base64.b64encode(person.encode()).decode(), "encoding": "base64"},
        ),
        entry(
            "https://api.example.vn/v1/b",
            asked={"postData": {"mimeType": "application/x-www-form-urlencoded", "params": params}},
        ),
        entry("https://api.example.vn/v1/c"),
        entry("https://api.example.vn/v1/d", answer={"text": person}, startedDateTime="2026-11-20T03:00:00.000Z"),
        entry("https://api.example.vn/v1/e") | {"response": {"status": 0, "headers": [], "content": {}}},
        entry("https://do-dem.example.com/x"),
        entry("data:text/plain,x"),
        {"request": None},
    ]
    result, lines = imported(tmp_path, entries, "--to", "https://api.example.vn/v1")
    assert result.exit_code == 0, result.output
    for place in (5, 6, 7):
        assert f"entries[{place}]: " in result.stderr
    assert [line["request"]["target"].partition("?")[0] for line in lines] == ["/d", "/a", "/b", "/c", "/e"]
    first, second, form, missing, cut = lines
    assert json.loads(first["response"]["body"])["CMND"] == json.loads(second["response"]["body"])["CMND"]
    assert json.loads(first["response"]["body"])["CMND"] in second["request"]["target"]
    assert form["request"]["body"].startswith("Email=nguoi.")
    assert (missing["response"]["body"], missing["response"]["omitted"]) == (None, "missing")
    assert (cut["response"]["status"], cut["trouble"]) == (None, "broken")
    text = json.dumps(lines, ensure_ascii=False) + result.output
    assert not [each for each in (REAL_NAME, REAL_NUMBER, REAL_MAIL, REAL_PHONE, "bi-mat") if each in text]
    assert not [name for line in lines for name, _ in line["request"]["headers"] if name.startswith(":")]


def test_files_of_other_programs_in_other_codings_are_read(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-16"):
        folder = tmp_path / encoding
        folder.mkdir()
        result, lines = imported(folder, [entry("http://api.example.vn/a")], encoding=encoding)
        assert (result.exit_code, len(lines)) == (0, 1), result.output


def test_what_is_no_har_is_refused(tmp_path: Path) -> None:
    for text in ("", "{", "[]", "{}", '{"log": []}', '{"log": {"entries": {}}}', '{"log": {"entries": []}}'):
        file = tmp_path / "x.har"
        file.write_text(text)
        result = run("har", "import", file, "--out", tmp_path / "x.jsonl")
        assert (result.exit_code, "x.har" in result.output) == (2, True), text
    assert not (tmp_path / "x.jsonl").exists()
    result, _ = imported(tmp_path, [entry("http://api.example.vn/a")])
    assert result.exit_code == 0
    again, _ = imported(tmp_path, [entry("http://api.example.vn/a")])
    assert (again.exit_code, "b.jsonl đã có" in again.output, "b.jsonl exists" in again.output) == (2, True, True)


def test_the_same_key_gives_the_same_pseudonyms_and_another_key_others(tmp_path: Path) -> None:
    person, told = json.dumps({"CMND": REAL_NUMBER, "HoVaTen": REAL_NAME}, ensure_ascii=False), []
    for number, word in enumerate("aab"):
        folder, key = tmp_path / str(number), tmp_path / f"{word}.key"
        folder.mkdir()
        key.write_text(word * 32)
        _, [line] = imported(folder, [entry("http://x.vn/a", answer={"text": person})], "--key-file", str(key))
        told.append(line["response"]["body"])
    assert told[0] == told[1] != told[2]
    key.write_text("ngan")
    assert imported(tmp_path, [entry("http://x.vn/a")], "--key-file", str(key))[0].exit_code == 2


def test_running_numbers_of_dossiers_are_replaced_on_request(tmp_path: Path) -> None:
    code = "000.11.26.H26-261120-4711"
    answer = json.dumps({"maHoSo": code, "message": f"Hồ sơ {code} đã có"})
    _, [line] = imported(tmp_path, [entry(f"http://x.vn/ho-so/{code}", answer={"text": answer})], "--replace-codes")
    body = json.loads(line["response"]["body"])
    assert body["maHoSo"] != code
    assert body["maHoSo"].startswith("000.11.26.H26-261120-")
    assert body["maHoSo"] in body["message"]
    assert line["request"]["target"] == f"/ho-so/{body['maHoSo']}"


def test_people_are_found_under_many_names_and_in_many_forms(tmp_path: Path) -> None:
    said = {
        "ghiChu": f"Bà Lò Thị Hoa Ban và ông Trần Văn Không hẹn 8h; tel {REAL_PHONE[:4]}.{REAL_PHONE[4:]}",
        "soCMND_cu": REAL_CARD, "TEN_NGUOI_NOP": REAL_NAME, "noi": "Đường Lê Thánh Tông, Thành phố Hồ Chí Minh",
        "tep": "x" * 300, "trong": json.dumps({"hoTen": REAL_NAME.lower()}),
        "xml": f"<a cmnd='{REAL_CARD}'>{REAL_NAME}</a>",
        "tenTTHC": "Cấp lại Giấy phép", "CMND_NgayCap": "10/05/2021 00:00:00", "sdt": int("9" + REAL_PHONE[2:]),
        "login": "nva.bo@" + "bo.gov.vn", "capCuu": None, "thu_tu": 12,
        "matKhau": "Rat-Bi-Mat-1", "dong": "Rat-Bi-Mat-1",
    }  # fmt: skip
    text = json.dumps(said, ensure_ascii=False)
    result, [line] = imported(tmp_path, [entry("http://x.vn/a", answer={"text": text})])
    assert result.exit_code == 0, result.output
    kept = line["response"]["body"]
    forbidden = ("Hoa Ban", "Văn Không", "Kiều Oanh", "kiều oanh", REAL_CARD, REAL_PHONE[4:], "bo.gov", "Rat-Bi", "xxx")
    assert [each for each in forbidden if each in kept] == []
    body = json.loads(kept)
    assert list(body) == list(said)
    assert (body["tenTTHC"], body["noi"], body["capCuu"], body["thu_tu"]) == tuple(
        said[name] for name in ("tenTTHC", "noi", "capCuu", "thu_tu")
    )
    assert isinstance(body["sdt"], int)
    assert body["CMND_NgayCap"].endswith("/2021 00:00:00")
    assert body["TEN_NGUOI_NOP"].lower() == json.loads(body["trong"])["hoTen"]


def test_what_is_no_text_and_no_number_stays_under_the_name_of_a_person_or_a_secret(tmp_path: Path) -> None:
    text = '{"hoTen":null,"soCMND":true,"diaChi":false,"sdt":null,"password":null}'
    result, [line] = imported(tmp_path, [entry("http://x.vn/a", answer={"text": text})])
    assert result.exit_code == 0, result.output
    assert line["response"]["body"] == text


@pytest.mark.parametrize(
    ("to", "url", "target"),
    [
        ("", "http://x.vn", "/"),
        ("", "https://x.vn/a?b=1#c", "/a?b=1"),
        ("", "ws://x.vn/a", None),
        ("https://x.vn/v1", "https://x.vn/v1", "/"),
        ("https://x.vn/v1", "https://x.vn/v1?b=1", "/?b=1"),
        ("https://x.vn/v1", "https://x.vn/v1/a", "/a"),
        ("https://x.vn/v1", "https://x.vn/v12/a", None),
        ("https://x.vn/v1", "http://x.vn/v1/a", None),
    ],
)
def test_of_the_chosen_address_is_what_lies_under_it_and_nothing_beside_it(
    tmp_path: Path, to: str, url: str, target: str | None
) -> None:
    entries = [entry(url), entry((to or "http://x.vn") + "/luon-co")]
    result, lines = imported(tmp_path, entries, *(("--to", to) if to else ()))
    assert [line["request"]["target"] for line in lines] == ([target] if target else []) + ["/luon-co"]
    assert ("entries[0]: " in result.stderr) is (target is None)


def test_a_list_under_the_name_of_a_person_holds_persons_and_what_follows_it_does_not(tmp_path: Path) -> None:
    said = {"hoTen": [REAL_NAME, [REAL_NAME]], "tenTTHC": "Cấp Giấy Phép", "ds": [{"hoTen": REAL_NAME}, "Cấp Lại Thẻ"]}
    text = json.dumps(said, ensure_ascii=False)
    _, [line] = imported(tmp_path, [entry("http://x.vn/a", answer={"text": text})])
    kept = json.loads(line["response"]["body"])
    person = kept["hoTen"][0]
    assert person != REAL_NAME
    assert kept == {"hoTen": [person, [person]], "tenTTHC": "Cấp Giấy Phép", "ds": [{"hoTen": person}, "Cấp Lại Thẻ"]}


def test_a_number_that_is_none_keeps_its_length_its_marks_and_what_is_a_digit_or_a_capital(tmp_path: Path) -> None:
    text = json.dumps({"SoDinhDanh": "XY-4071/bc"})
    _, [line] = imported(tmp_path, [entry("http://x.vn/a", answer={"text": text})])
    made = json.loads(line["response"]["body"])["SoDinhDanh"]
    assert re.fullmatch(r"[A-Z]{2}-\d{4}/[a-z]{2}", made)
    assert made != "XY-4071/bc"
