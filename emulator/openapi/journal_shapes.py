"""What the routes of the journal answer."""

from __future__ import annotations

from emulator.services.shapes import (
    ANY,
    FLAG,
    INTEGER,
    MOMENT,
    NUMBER,
    OBJECT,
    TEXT,
    Shape,
    mapping,
    maybe,
    one_of,
    record,
    ref,
    rows,
)

_COUNT: Shape = {"type": "integer", "minimum": 0}
_BODIES: dict[str, Shape] = {"body": TEXT, "bodyAsBase64": TEXT}
_HEADERS = mapping(one_of(TEXT, rows(TEXT)))
_HEAD: dict[str, Shape] = {
    "id": TEXT,
    "seq": INTEGER,
    "operation": maybe(TEXT),
    "outcome": TEXT,
    "wasMatched": FLAG,
}
_REQUEST: dict[str, Shape] = {
    **dict.fromkeys(("method", "url", "absoluteUrl", "path", "clientIp", "loggedDateString"), TEXT),
    "headers": _HEADERS,
    "bodySize": _COUNT,
    "loggedDate": INTEGER,
    **_BODIES,
}
_RESPONSE: dict[str, Shape] = {
    "status": INTEGER,
    "headers": _HEADERS,
    "bytesSent": _COUNT,
    **_BODIES,
    "bodySha256": TEXT,
    "delivery": OBJECT,
}
_VALUES: dict[str, Shape] = dict.fromkeys(("found", "expected", "nearest"), TEXT)
_REMARK: dict[str, Shape] = {
    "rule": TEXT,
    "level": {"enum": ["note", "error"]},
    "basis": {"enum": ["document", "platform", "ours"]},
    **dict.fromkeys(("source", "path", "vi", "en"), TEXT),
    **_VALUES,
}
_CHAIN: dict[str, Shape] = {
    "sandbox": TEXT,
    "epoch": INTEGER,
    "ok": FLAG,
    "first": INTEGER,
    "last": INTEGER,
    "break": maybe(TEXT),
}


def journal_shapes() -> dict[str, Shape]:
    """Return the components."""
    meta = record({"total": maybe(_COUNT), "truncated": FLAG})
    disabled: dict[str, Shape] = {"requestJournalDisabled": {"const": False}}
    return {
        "Remark": record(_REMARK, optional=("basis", "source", *_VALUES)),
        "Exchange": _exchange(),
        "LoggedRequest": record({**_HEAD, **_REQUEST, "status": INTEGER}, optional=tuple(_BODIES)),
        "Journal": record({"requests": rows(ref("Exchange")), "meta": meta, **disabled}),
        "Changes": record({"changes": rows(ref("Exchange")), "meta": meta, "chain": ref("Chain")}),
        "LoggedRequests": record({"requests": rows(ref("LoggedRequest")), **disabled}),
        "Counted": record({"count": _COUNT, **disabled}),
        "NearMisses": record({"nearMisses": rows(_near_miss(ref("LoggedRequest")))}),
        "NearOperations": record({"nearMisses": rows(_near_miss(ref("DescribedRequest")))}),
        "NearRequests": record({"nearMisses": rows(_near_request())}),
        "DescribedRequest": record({key: {"type": "string", "minLength": 1} for key in ("method", "url")}),
        "Verified": record({"verified": {"const": True}, "matched": _COUNT, "requests": rows(TEXT)}),
        "Chain": record(_CHAIN),
    }


def _exchange() -> Shape:
    change: Shape = {"enum": ["put", "drop"]}
    told = {"sha256": TEXT, "before": OBJECT, "after": OBJECT, "fields": rows(TEXT)}
    effect = record({"shelf": TEXT, "key": TEXT, "change": change, **told}, optional=tuple(told))
    return record(
        {
            **_HEAD,
            **dict.fromkeys(("sandbox", "state"), TEXT),
            **dict.fromkeys(("clause", "consumer", "fault"), maybe(TEXT)),
            "clock": record({"virtual": MOMENT, "wall": MOMENT}),
            "request": record(_REQUEST, optional=tuple(_BODIES)),
            "response": record(_RESPONSE, optional=(*_BODIES, "bodySha256", "delivery")),
            "timing": record(dict.fromkeys(("serveTime", "addedDelay", "totalTime"), _COUNT)),
            "remarks": rows(ref("Remark")),
            "effects": rows(effect),
            "scenario": ANY,
            "correlation": record({"traceparent": maybe(TEXT)}),
            "faults": rows(TEXT),
            "chain": record({"prev": TEXT, "self": TEXT}),
        }
    )


def _near_request() -> Shape:
    distance = record({"distance": {"type": "number"}})
    return record({"request": ref("LoggedRequest"), "requestPattern": ref("RequestPattern"), "matchResult": distance})


def _near_miss(request: Shape) -> Shape:
    return record(
        {
            "request": request,
            **dict.fromkeys(("operation", "clause"), TEXT),
            "expected": record({"method": TEXT, "path": TEXT}),
            "matchResult": record({"distance": NUMBER}),
            "differences": rows(record({"code": TEXT, "vi": TEXT, "en": TEXT})),
        }
    )
