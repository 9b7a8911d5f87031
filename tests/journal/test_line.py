"""The line of the chain as it lies in the store: its schema, held for what every kind of exchange writes down."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs

from emulator.journal.entry import JournalEntry, LoggedRequest
from emulator.journal.write import canonical, digest
from tests.builders import dossier
from tests.conftest import Visitor
from tests.faults.arming import arm, wish
from tests.gateways.axis.axis import link
from tests.shapes import misfits

SHA = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
MAYBE = {"type": ["string", "null"]}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+07:00$"}
HEADERS = {"type": "array", "items": {"type": "array", "prefixItems": [TEXT, TEXT], "minItems": 2, "maxItems": 2}}


def record(needed: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": needed | optional,
        "required": list(needed),
        "additionalProperties": False,
    }


REMARK = record(
    {
        "rule": {"type": "string", "minLength": 1},
        "level": {"enum": ["note", "error"]},
        "basis": {"enum": ["document", "platform", "ours"]},
        "source": {"type": "string", "minLength": 1},
        "path": {"type": "string", "pattern": r"^(|/.*|[\w-]+)$"},
        "vi": {"type": "string", "minLength": 1},
        "en": {"type": "string", "minLength": 1},
    },
    found=TEXT,
    expected=TEXT,
    nearest=TEXT,
)
EFFECT = record(
    {"shelf": TEXT, "key": TEXT, "change": {"enum": ["put", "drop"]}},
    sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    before={"type": "object"},
    after={"type": "object"},
    fields={"type": "array", "items": TEXT},
)
BODY = {"body_sha256": SHA, "body_size": COUNT}
LINE = record(
    {
        "sandbox": TEXT,
        "seq": {"type": "integer", "minimum": 1},
        "virtual": MOMENT,
        "prev": {"anyOf": [{"const": ""}, SHA]},
        "operation": MAYBE,
        "clause": MAYBE,
        "consumer": MAYBE,
        "outcome": {"enum": ["answered", "refused", "unmatched", "error", "happened", "lapsed"]},
        "remarks": {"type": "array", "items": REMARK},
        "effects": {"type": "array", "items": EFFECT},
        "request": record(
            {"method": TEXT, "path": TEXT, "target": TEXT, "host": TEXT, "scheme": TEXT, "headers": HEADERS, **BODY},
            body_beginning=COUNT,
        ),
        "response": record(
            {
                "status": {"type": ["integer", "null"]},
                "headers": HEADERS,
                "delay_ms": COUNT,
                "body_kept": {"type": "boolean"},
                **BODY,
            },
            body_beginning=COUNT,
            delivery={"type": "object"},
        ),
    },
    scenario={"type": "object"},
    fault=MAYBE,
    faults={"type": "array", "items": TEXT, "minItems": 1},
    remarks_left_out={"type": "integer", "minimum": 1},
)


def play(visitor: Visitor) -> None:
    """One exchange of each kind: taken, refused, of nobody, a file, dripped by a fault, by the clock, by a hand."""
    visitor.btxh("DongBoDVC", dossier())
    visitor.btxh("DongBoDVC", b"{")
    visitor.http.get("/khong/co?a=1")
    visitor.http.get(link())
    arm(visitor, wish("slow-drip", "ndxp.token", {"bytes": 60, "pause_ms": 1}))
    visitor.token()
    visitor.http.put("/__admin/clock", json={"action": "freeze"})
    effect = {"kind": "set", "settings": {"pull_limit": 7}}
    assert visitor.http.post("/__admin/agenda", json={"after": "PT1H", "effect": effect}).status_code == 201
    visitor.http.put("/__admin/clock", json={"action": "advance", "by": "P1D"})
    visitor.http.get("/khong/co")


def test_every_line_of_the_store_is_canonical_chained_and_says_no_more_than_its_schema(visitor: Visitor) -> None:
    play(visitor)
    journal = visitor.country.admin.journal
    rows = list(journal.each(visitor.country.sandboxes.get("default").home))
    lines = [json.loads(row.story) for row in rows]
    validator = jsonschema_rs.Draft202012Validator(LINE)
    wrong = [
        f"{line['operation']} {each.instance_path}: {each.message}"
        for line in lines
        for each in validator.iter_errors(line)
    ]
    assert wrong == []
    kinds = {line["outcome"] for line in lines}
    assert kinds >= {"answered", "refused", "unmatched", "happened"}
    assert [row.story.encode() for row in rows] == [canonical(line) for line in lines]
    assert [line["prev"] for line in lines] == ["", *(row.self for row in rows[:-1])]
    assert [row.self for row in rows] == [digest(row.story.encode()) for row in rows]
    assert [line["seq"] for line in lines] == list(range(1, len(rows) + 1))


def test_the_schema_refuses_a_line_with_a_member_more_or_less(visitor: Visitor) -> None:
    visitor.http.get("/khong/co")
    validator = jsonschema_rs.Draft202012Validator(LINE)
    (row,) = visitor.country.admin.journal.each(visitor.country.sandboxes.get("default").home)
    line = json.loads(row.story)
    assert validator.is_valid(line)
    assert not validator.is_valid({**line, "wall": "2026"})
    for name in ("prev", "seq", "remarks", "virtual"):
        assert not validator.is_valid({key: value for key, value in line.items() if key != name})


def test_an_entry_as_it_is_read_has_the_members_of_its_type(visitor: Visitor) -> None:
    play(visitor)
    newest = visitor.http.get("/__admin/requests?limit=1").json["requests"][0]["seq"]
    read = [visitor.http.get(f"/__admin/requests/{seq}").json for seq in range(1, newest + 1)]
    logged = visitor.http.post("/__admin/requests/find", json={}).json["requests"]
    assert {each["outcome"] for each in read} >= {"answered", "refused", "unmatched", "happened"}
    assert len(logged) > 4
    assert [found for each in read for found in misfits(each, JournalEntry)] == []
    assert [found for each in logged for found in misfits(each, LoggedRequest)] == []
