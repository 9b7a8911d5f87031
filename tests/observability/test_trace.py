"""``traceparent`` (W3C Trace Context) leads from the caller's own trace to the journal."""

from __future__ import annotations

import pytest

from tests.conftest import Visitor

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def test_the_journal_finds_a_call_by_the_trace_it_belongs_to(visitor: Visitor) -> None:
    visitor.http.get("/khac")
    visitor.http.get("/cua-toi", headers={"traceparent": PARENT})
    (entry,) = visitor.http.get(f"/__admin/requests?trace={TRACE}").json["requests"]
    assert (entry["request"]["path"], entry["correlation"]) == ("/cua-toi", {"traceparent": PARENT})
    assert visitor.journal()[0]["correlation"] == {"traceparent": None}


@pytest.mark.parametrize(
    "value",
    [
        PARENT.upper(),
        PARENT + "-00",
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        f"00-{TRACE}-{'0' * 16}-01",
        "ff" + PARENT[2:],
        f"{PARENT},{PARENT}",
        "",
    ],
)
def test_a_traceparent_against_the_rules_counts_as_none(visitor: Visitor, value: str) -> None:
    visitor.http.get("/", headers={"traceparent": value})
    assert visitor.journal()[-1]["correlation"] == {"traceparent": None}


def test_a_later_version_may_say_more(visitor: Visitor) -> None:
    later = f"01{PARENT[2:]}-them"
    visitor.http.get("/", headers={"traceparent": later})
    assert visitor.journal()[-1]["correlation"] == {"traceparent": later}


@pytest.mark.parametrize("trace", ["", "%", TRACE.upper(), TRACE + "0"])
def test_what_is_no_trace_id_is_refused(visitor: Visitor, trace: str) -> None:
    reply = visitor.http.get("/__admin/requests", query_string={"trace": trace})
    assert (reply.status_code, reply.json["errors"][0]["pointer"]) == (422, "?trace")
