"""Certification in the admin API: attempts and kits. A report has a schema of its own, so it is an object here."""

from __future__ import annotations

from emulator.openapi.admin_told import Key, RouteDoc
from emulator.services.shapes import ANY, FLAG, INTEGER, OBJECT, TEXT, Shape, mapping, maybe, record, rows

_PLAN = {
    "kit": "cong-ndxp",
    "product": {"name": "Một cửa điện tử", "version": "1.0", "vendor": "Công ty Không Có Thật"},
}
_NOES = ("no-such-attempt",)
_MOVES = ("no-such-attempt", "wrong-moment")
ATTEMPTS: dict[Key, RouteDoc] = {
    ("GET", "/kits"): RouteDoc("Kits"),
    ("GET", "/attempts"): RouteDoc("Attempts"),
    ("POST", "/attempts"): RouteDoc(
        "OpenedAttempt",
        "AttemptWish",
        {"plan": _PLAN},
        noes=("sandbox-exists",),
        status=("201",),
        last=-1,
        keeps={"attempt": "id"},
    ),
    ("GET", "/attempts/{attempt}"): RouteDoc("StandingAttempt", noes=_NOES),
    ("POST", "/attempts/{attempt}/greet"): RouteDoc("Task", "Nothing", {}, may_be_empty=True, noes=_MOVES, last=-1),
    ("GET", "/attempts/{attempt}/diagnosis"): RouteDoc("Diagnosis", noes=_NOES),
    ("POST", "/attempts/{attempt}/begin"): RouteDoc("Task", "Nothing", {}, may_be_empty=True, noes=_MOVES),
    ("POST", "/attempts/{attempt}/end"): RouteDoc(
        "Nothing", "SceneEnd", {"how": "done"}, may_be_empty=True, noes=_MOVES
    ),
    ("POST", "/attempts/{attempt}/declare"): RouteDoc(
        "Nothing",
        "Declaration",
        {"test": "NDXP-TK-01", "by": "NGƯỜI KHÔNG CÓ THẬT", "statement": "Đã xem"},
        noes=_MOVES,
        usual="422",
    ),
    ("POST", "/attempts/{attempt}/close"): RouteDoc("Nothing", noes=_MOVES, last=1),
    ("GET", "/attempts/{attempt}/report"): RouteDoc("Report", noes=_NOES),
    ("GET", "/attempts/{attempt}/evidence"): RouteDoc("Evidence", noes=_NOES),
}


def attempt_shapes() -> dict[str, Shape]:
    """Return the components."""
    card: dict[str, Shape] = {
        "id": TEXT,
        "kit": record({"id": TEXT, "version": TEXT}),
        "product": mapping(TEXT),
        "played": INTEGER,
        "scenes": INTEGER,
        "closed": FLAG,
    }
    wish = record({"plan": OBJECT, "challenge": maybe(OBJECT), "id": TEXT}, optional=("challenge", "id"))
    end = record(
        {"how": {"enum": ["done", "crashed", "timeout", "broken-off"]}, "exit_code": maybe(INTEGER), "output": TEXT}
    )
    declared = {name: {"type": "string", "minLength": 1} for name in ("test", "by", "statement", "attachment")}
    evidence = {"attempt": TEXT, "plan": OBJECT, "challenge": OBJECT, "kit": TEXT, "journal": rows(TEXT)}
    return {
        "Kits": record({"kits": rows(OBJECT)}),
        "Attempts": record({"attempts": rows(record(card))}),
        "AttemptWish": wish,
        "OpenedAttempt": record({**card, "context": OBJECT}),
        "StandingAttempt": record({**card, "tests": rows(OBJECT), "scene": maybe(OBJECT), "context": OBJECT}),
        "Task": {"type": "object", "properties": {"task": maybe(OBJECT)}, "required": ["task"]},
        "Diagnosis": record({"ready": FLAG, "arrived": INTEGER, "troubles": rows(OBJECT)}),
        "SceneEnd": {**end, "required": []},
        "Declaration": record(declared, optional=("attachment",)),
        "Report": OBJECT,
        "Evidence": record({**evidence, "openings": ANY}),
    }
