"""The journal as the admin API shows it."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta

import pytest

from emulator.kernel.exchange import ADMIN_CHANGE, CLOCK_EFFECT
from tests.builders import dossier
from tests.conftest import Visitor


def test_an_entry_has_the_words_of_wiremock_and_ours(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    entry = visitor.journal()[-1]
    assert entry["id"] == "default.1.2"
    assert entry["wasMatched"] is True
    assert entry["state"] == "completed"
    assert entry["outcome"] == "answered"
    assert entry["request"]["method"] == "POST"
    assert entry["request"]["url"] == "/apiBTXH/1.0/DongBoDVC"
    assert entry["request"]["absoluteUrl"] == "http://localhost/apiBTXH/1.0/DongBoDVC"
    assert entry["request"]["clientIp"] == "127.0.0.1"
    assert json.loads(entry["request"]["body"]) == dossier()
    logged = datetime.fromisoformat(entry["request"]["loggedDateString"])
    assert (logged.utcoffset(), round(logged.timestamp() * 1000)) == (timedelta(0), entry["request"]["loggedDate"])
    assert entry["response"]["status"] == 200
    assert entry["response"]["bytesSent"] == len(entry["response"]["body"].encode())
    assert set(entry["timing"]) == {"serveTime", "addedDelay", "totalTime"}
    assert entry["clock"]["virtual"].endswith("+07:00")
    assert entry["chain"]["self"].startswith("sha256:")


def test_the_list_is_newest_first_and_says_how_many_there_are(visitor: Visitor) -> None:
    for _ in range(3):
        visitor.http.get("/nowhere")
    answer = visitor.http.get("/__admin/requests?limit=2").json
    assert [entry["seq"] for entry in answer["requests"]] == [3, 2]
    assert answer["meta"] == {"total": 3, "truncated": True}
    assert answer["requestJournalDisabled"] is False
    rest = visitor.http.get("/__admin/requests?limit=2&offset=2").json
    assert [entry["seq"] for entry in rest["requests"]] == [1]
    assert rest["meta"]["truncated"] is False
    following = visitor.http.get("/__admin/requests?after=1&order=asc").json
    assert [entry["seq"] for entry in following["requests"]] == [2, 3]


@pytest.mark.parametrize("total", ["exact", "skip"])
@pytest.mark.parametrize(
    ("page", "seqs", "is_cut"),
    [
        ("limit=2", [3, 2], True),
        ("limit=3", [3, 2, 1], False),
        ("limit=4", [3, 2, 1], False),
        ("limit=1&offset=1", [2], True),
        ("limit=2&offset=1", [2, 1], False),
        ("limit=2&offset=3", [], False),
    ],
)
def test_a_page_says_whether_more_follow_whether_or_not_they_are_counted(
    visitor: Visitor, total: str, page: str, seqs: list[int], is_cut: bool
) -> None:
    for _ in range(3):
        visitor.http.get("/nowhere")
    answer = visitor.http.get(f"/__admin/requests?{page}&total={total}").json
    assert [entry["seq"] for entry in answer["requests"]] == seqs
    assert answer["meta"] == {"total": 3 if total == "exact" else None, "truncated": is_cut}


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", [False, False]),
        ("clock=show", [True, False]),
        ("admin=show", [False, True]),
        ("clock=show&admin=show", [True, True]),
        ("outcome=happened", [True, False]),
        ("operation=clock.effect", [True, False]),
        ("operation=admin.change", [False, True]),
    ],
)
def test_what_the_clock_and_a_hand_have_done_is_shown_to_whoever_asks(
    visitor: Visitor, query: str, seen: list[bool]
) -> None:
    visitor.http.put("/__admin/clock", json={"action": "freeze"})
    effect = {"kind": "set", "settings": {"pull_limit": 7}}
    visitor.http.post("/__admin/agenda", json={"after": "PT1H", "effect": effect})
    visitor.http.put("/__admin/clock", json={"action": "advance", "by": "P1D"})
    visitor.http.get("/nowhere")
    shown = visitor.http.get(f"/__admin/requests?{query}").json["requests"]
    operations = {entry["operation"] for entry in shown}
    assert [CLOCK_EFFECT in operations, ADMIN_CHANGE in operations] == seen
    assert {entry["response"]["status"] for entry in shown if entry["operation"] == ADMIN_CHANGE} == (
        {200} if seen[1] else set()
    )


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("operation=ndxp.token", [1]),
        ("operation=btxh.DongBoDVC", [2]),
        ("outcome=unmatched", [3]),
        ("status=404", [3]),
        ("method=get", [3]),
        ("path=/apiBTXH/*", [2]),
        ("path=/nowhere", [3]),
        ("q=NOWHERE", [3]),
        ("q=261120-0001", [2]),
        ("q=100%25", []),
        ("consumer=nobody", []),
        ("rule=B15", []),
        ("since=2001-01-01", [1, 2, 3]),
        ("since=2999-01-01T00:00:00Z", []),
    ],
)
def test_the_list_can_be_filtered(visitor: Visitor, query: str, wanted: list[int]) -> None:
    visitor.btxh("DongBoDVC", dossier())
    visitor.http.get("/nowhere")
    answer = visitor.http.get(f"/__admin/requests?order=asc&{query}").json
    assert [entry["seq"] for entry in answer["requests"]] == wanted


@pytest.mark.parametrize(
    ("word", "name", "near"),
    [
        ("operation", "btxh.DongboDVC", "btxh.DongBoDVC"),
        ("operation", "ndxp.tokn", "ndxp.token"),
        ("rule", "matthcc", ""),
    ],
)
def test_the_name_of_nothing_is_refused_wherever_one_is_taken(
    visitor: Visitor, word: str, name: str, near: str
) -> None:
    """T2: a question with a misspelt name would find nothing, and look like an answer."""
    pattern = {word: name}
    asked = [
        visitor.http.get("/__admin/requests", query_string=pattern),
        *(visitor.http.post(f"/__admin/{path}", json=pattern) for path in ("requests/find", "requests/count")),
        visitor.http.post("/__admin/verify", json={**pattern, "count": 0}),
        visitor.http.post("/__admin/verify-sequence", json={"sequence": [pattern]}),
        visitor.http.post("/__admin/requests/remove", json=pattern),
    ]
    told = [each.json["errors"][0] for each in asked if each.status_code == 422]
    assert len(told) == len(asked)
    assert {each["en"] for each in told} == {told[0]["en"]}
    assert (name in told[0]["en"], near in told[0]["en"], word in told[0]["pointer"]) == (True, True, True)


def test_entries_are_found_by_the_consumer_that_called(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    credentials = visitor.http.get("/__admin/sandboxes/default").json["credentials"]
    key = credentials["production"]["consumer_key"]
    visitor.http.get("/nowhere")
    answer = visitor.http.get("/__admin/requests", query_string={"consumer": key}).json
    assert answer["requests"][0]["operation"] == "btxh.DongBoDVC"
    assert {entry["consumer"] for entry in answer["requests"]} == {key}


def test_a_broken_rule_is_found_by_its_name(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier(MaHoSo=""))
    rules = [remark["rule"] for entry in visitor.journal() for remark in entry["remarks"]]
    assert rules
    for rule in rules:
        answer = visitor.http.get("/__admin/requests", query_string={"rule": rule}).json
        assert [entry["operation"] for entry in answer["requests"]] == ["btxh.DongBoDVC"]


def test_one_entry_is_read_by_its_id_or_its_number(visitor: Visitor) -> None:
    visitor.http.get("/nowhere")
    assert visitor.http.get("/__admin/requests/default.1.1").json["request"]["url"] == "/nowhere"
    assert visitor.http.get("/__admin/requests/1").json["id"] == "default.1.1"
    for wrong in ("default.1.2", "default.2.1", "other.1.1", "x", "²", "9" * 40):
        reply = visitor.http.get(f"/__admin/requests/{wrong}")
        assert (reply.status_code, reply.json["code"]) == (404, "no-such-request")


def test_a_body_that_is_not_text_is_kept_as_base64(visitor: Visitor) -> None:
    visitor.http.post("/nowhere", data=b"\xff\x00\xfe")
    request = visitor.journal()[0]["request"]
    assert "body" not in request
    assert base64.b64decode(request["bodyAsBase64"]) == b"\xff\x00\xfe"


def test_a_body_that_is_text_is_kept_as_it_was(visitor: Visitor) -> None:
    body = '{ "a" : "Hồ sơ\\u0020",\r\n "b":1.0 }'
    visitor.http.post("/nowhere", data=body.encode())
    assert visitor.journal()[0]["request"]["body"] == body


def test_forgetting_keeps_numbers_and_chain_going(visitor: Visitor) -> None:
    visitor.http.get("/one")
    assert visitor.http.delete("/__admin/requests").json == {}
    assert visitor.journal() == []
    visitor.http.get("/two")
    assert [entry["seq"] for entry in visitor.journal()] == [2]
    assert visitor.http.get("/__admin/chain").json["ok"] is True


def test_a_pattern_in_wiremocks_words_finds_and_counts(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    visitor.http.get("/nowhere?x=1", headers={"X-Trace": "abc"})
    cases = {
        2: [{"method": "POST"}],
        1: [
            {"url": "/nowhere?x=1"},
            {"urlPath": "/nowhere"},
            {"urlPattern": "/nowh.*"},
            {"urlPathPattern": "/nowhere"},
            {"headers": {"x-trace": {"equalTo": "ABC", "caseInsensitive": True}}},
            {"headers": {"X-Trace": {"matches": "a.c"}}},
            {"queryParameters": {"x": {"equalTo": "1"}}},
            {"bodyPatterns": [{"contains": "261120-0001"}]},
            {"bodyPatterns": [{"equalToJson": dossier()}]},
            {"bodyPatterns": [{"matchesJsonPath": "$.MaHoSo"}]},
            {"operation": "btxh.DongBoDVC", "body": {"MaHoSo": "000.11.26.H26-261120-0001"}},
            {"body": {"/MaTinh": "01"}},
            {"outcome": "unmatched"},
            {"status": 404},
        ],
        3: [{}, {"method": "ANY"}],
        0: [
            {"body": {"MaTinh": "02"}},
            {"bodyPatterns": [{"matchesJsonPath": "$.Khong.Co[0]"}]},
            {"headers": {"X-Trace": {"absent": True}}, "urlPath": "/nowhere"},
        ],
    }
    assert all(cases.values())
    for wanted, patterns in cases.items():
        for pattern in patterns:
            count = visitor.http.post("/__admin/requests/count", json=pattern).json["count"]
            assert count == wanted, pattern
            found = visitor.http.post("/__admin/requests/find", json=pattern).json["requests"]
            assert len(found) == wanted
            assert all({"url", "method", "headers", "id"} <= set(each) for each in found)


@pytest.mark.parametrize(
    ("pattern", "pointer", "word"),
    [
        ({"cookies": {}}, "/cookies", "cookies"),
        ({"basicAuthCredentials": {}}, "/basicAuthCredentials/username", "string"),
        ({"headers": {"A": {"before": "x"}}}, "/headers/A/before", "before"),
        ({"bodyPatterns": [{"equalToXml": "<a/>"}]}, "/bodyPatterns/0/equalToXml", "equalToXml"),
        ({"bodyPatterns": [{"matchesJsonPath": "$..a"}]}, "/bodyPatterns/0/matchesJsonPath", "$.a.b[0]"),
        ({"urlPattern": "("}, "/urlPattern", "regular expression"),
        ({"method": 1}, "/method", "string"),
    ],
)
def test_what_a_pattern_cannot_say_is_refused_by_name(visitor: Visitor, pattern: dict, pointer: str, word: str) -> None:
    reply = visitor.http.post("/__admin/requests/find", json=pattern)
    assert reply.status_code == 422
    [fault] = reply.json["errors"]
    assert fault["pointer"] == pointer
    assert word in fault["en"]


def test_an_unmatched_call_is_told_what_it_nearly_hit(visitor: Visitor) -> None:
    visitor.http.post("/1.0/DongBoDVC", json=dossier())
    [request] = visitor.http.get("/__admin/requests/unmatched").json["requests"]
    assert request["url"] == "/1.0/DongBoDVC"
    for path in ("/__admin/requests/unmatched/near-misses", "/__admin/requests/near-misses"):
        nearest = visitor.http.get(path).json["nearMisses"][0]
        assert nearest["operation"] == "btxh.DongBoDVC"
        assert nearest["expected"] == {"method": "POST", "path": "/apiBTXH/1.0/DongBoDVC"}
        assert nearest["differences"][0]["code"] == "missing-context"
        assert nearest["matchResult"]["distance"] < 0.1


def test_the_journal_is_bounded_without_gaps_and_its_chain_holds(visitor: Visitor) -> None:
    visitor.http.put("/__admin/settings", json={"journal_limit": 20})
    for _ in range(90):
        visitor.http.get("/nowhere")
    seqs = [entry["seq"] for entry in visitor.journal()]
    assert seqs == list(range(72, 92)), "the change of the setting was the first exchange"
    home = visitor.country.sandboxes.get("default").home
    kept = [row.seq for row in visitor.country.admin.journal.each(home)]
    assert kept == list(range(45, 92)), "rows leave the store every 64 exchanges"
    chain = visitor.http.get("/__admin/chain").json
    assert (chain["ok"], chain["first"], chain["last"]) == (True, 45, 91)
    assert visitor.http.get("/__admin/requests/default.1.50").status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE journal SET story = replace(story, '/two', '/TWO') WHERE seq = 2", "seq 2: the story"),
        ("UPDATE journal SET request_body = x'00' WHERE seq = 2", "seq 2: the request body"),
        ("UPDATE journal SET response_body = x'00' WHERE seq = 3", "seq 3: the response body"),
        ("DELETE FROM journal WHERE seq = 2", "seq 3: does not follow seq 1"),
        ("UPDATE journal SET seq = 5 WHERE seq = 3", "seq 5: does not follow seq 2"),
        ("UPDATE sandboxes SET head = 'sha256:0'", "seq 3: is not the exchange"),
    ],
)
def test_the_chain_tells_where_it_was_broken(visitor: Visitor, change: str, sentence: str) -> None:
    for path in ("/one", "/two", "/three"):
        visitor.http.get(path)
    assert visitor.http.get("/__admin/chain").json["ok"] is True
    with visitor.country.store.writing():
        visitor.country.store.run(change)
    answer = visitor.http.get("/__admin/sandboxes/default/chain").json
    assert answer["ok"] is False
    assert answer["break"].startswith(sentence)
