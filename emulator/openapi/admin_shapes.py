"""What the admin API answers."""

from __future__ import annotations

from emulator.admin.problems import WORDINGS
from emulator.country.access import ROLES
from emulator.country.axis_records import Host, LiveAgency, Subsystem
from emulator.country.positions import Problem
from emulator.country.settings import MODES, PROFILES, SandboxSettings
from emulator.country.shelf import Dossier, ProcessingStep
from emulator.scenario.armed import Arm
from emulator.services.citizens import CitizenResult
from emulator.services.interface import (
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
    of_dataclass,
    one_of,
    record,
    ref,
    rows,
)
from emulator.services.portal.models import Notice, Paper, PortalDossier, PortalStep, SupportRequest

# What the routes of the journal answer.

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
        "LoggedRequests": record(
            {"requests": rows(ref("LoggedRequest")), "meta": meta, **disabled}, optional=("meta",)
        ),
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


_BOTH = record({"vi": TEXT, "en": TEXT})


def shapes() -> dict[str, Shape]:
    """Return the components of the admin API's answers."""
    return {
        **_of_the_house(),
        **_of_tenants(),
        **_of_classes(),
        **journal_shapes(),
        **_attempt_shapes(),
        **_of_the_country(),
        **_of_the_axis(),
        **_of_time(),
        **_of_stories(),
    }


def _problem() -> dict[str, Shape]:
    return {
        **dict.fromkeys(("type", "title", "detail", "vi", "en"), TEXT),
        "status": INTEGER,
        "code": {"enum": sorted(WORDINGS)},
        "errors": rows(record({"pointer": TEXT, "vi": TEXT, "en": TEXT})),
    }


def _of_the_house() -> dict[str, Shape]:
    problem = _problem()
    pair = record({"consumer_key": TEXT, "consumer_secret": TEXT})
    account = record({"username": TEXT, "password": TEXT, "unit": TEXT}, optional=("unit",))
    card = {
        **dict.fromkeys(("id", "base_url", "pack"), TEXT),
        "mode": {"enum": list(MODES)},
        "profile": {"enum": list(PROFILES)},
        "seed": maybe(INTEGER),
        "scenario": maybe(TEXT),
        "epoch": INTEGER,
        **dict.fromkeys(("owner", "expires"), maybe(TEXT)),
    }
    settings = dict(of_dataclass(SandboxSettings)["properties"])
    settings.pop("armed_faults")
    health = dict.fromkeys(("status", "message", "version", "timestamp"), TEXT)
    return {
        "Problem": {"type": "object", "properties": problem, "required": list(problem), "description": "RFC 9457"},
        "Nothing": record({}),
        "Routes": record(
            {"name": TEXT, "version": TEXT, "routes": rows(record(dict.fromkeys(("method", "path", "vi", "en"), TEXT)))}
        ),
        "Health": record({**health, "uptimeInSeconds": _COUNT}),
        "Ready": record({"status": TEXT, "packs": rows(TEXT)}),
        "Sandbox": record(card),
        "SandboxWithKeys": record(
            {
                **card,
                "credentials": record({"production": pair, "sandbox": pair, "portal": account, "papers": account}),
                "token": TEXT,
            },
            optional=("token",),
        ),
        "Sandboxes": record({"sandboxes": rows(ref("Sandbox")), "meta": record({"total": _COUNT})}),
        "Settings": record(settings),
        "Clock": record({"virtual": MOMENT, "wall": MOMENT, "frozen": FLAG, "scale": NUMBER}),
    }


def _of_tenants() -> dict[str, Shape]:
    usage = {
        **dict.fromkeys(("sandbox", "owner"), TEXT),
        **dict.fromkeys(("calls", "answered", "refused", "other", "bytes_in", "bytes_out"), _COUNT),
        **dict.fromkeys(("dossiers", "journal_bytes", "uploaded_bytes"), _COUNT),
        **dict.fromkeys(("last_call", "expires"), maybe(MOMENT)),
        **dict.fromkeys(("ends_soon", "asleep"), FLAG),
    }
    return {
        "PackCard": record(
            {**dict.fromkeys(("name", "version", "title_vi", "title_en"), TEXT), "brought": FLAG, "sandboxes": _COUNT}
        ),
        "Packs": record(
            {"packs": rows(ref("PackCard")), "meta": record(dict.fromkeys(("total", "brought", "most"), _COUNT))}
        ),
        "SandboxToken": record({"sandbox": TEXT, "role": {"enum": list(ROLES)}, "token": TEXT}),
        "OwnerToken": record({"owner": TEXT, "role": {"enum": list(ROLES)}, "token": TEXT}),
        "EndedTokens": record({"ended": _COUNT}),
        "Usage": record({"usage": rows(record(usage))}),
    }


def _of_classes() -> dict[str, Shape]:
    card = {**dict.fromkeys(("name", "title", "owner", "board"), TEXT), "opened": MOMENT, "lessons": rows(TEXT)}
    seat: dict[str, Shape] = {"number": _COUNT, "person": TEXT, "sandbox": maybe(TEXT), "base_url": TEXT, "page": TEXT}
    told: dict[str, Shape] = {"name": TEXT, "title": TEXT, "lessons": rows(OBJECT), "seats": rows(OBJECT)}
    state: dict[str, Shape] = {"title": TEXT, "message": maybe(TEXT), "locked": FLAG}
    own: dict[str, Shape] = {"class": TEXT, "number": _COUNT, "person": TEXT, "spoilt": FLAG, "lessons": rows(OBJECT)}
    own |= {"missing": rows(OBJECT), **dict.fromkeys(("lesson", "step", "stuck"), maybe(TEXT))}
    return {
        "Class": record(card),
        "Classes": record({"classes": rows(ref("Class")), "meta": record({"total": _COUNT})}),
        "ClassWithSeats": record({**card, "seats": rows(record(seat))}),
        "ClassWithKeys": record({**card, "token": TEXT, "seats": rows(ref("SeatWithKeys"))}, optional=("token",)),
        "SeatWithKeys": record({**seat, "token": TEXT, "code": TEXT, "credentials": OBJECT}),
        "ClassReport": record({**told, "opened": MOMENT}),
        "ClosedClass": record({"sandboxes": rows(TEXT)}),
        "ClassDone": record({"do": TEXT, "seats": rows(INTEGER)}),
        "ClassBoard": record({**told, **state, "frozen": FLAG}),
        "Seat": record({**state, **own}),
    }


def _of_the_country() -> dict[str, Shape]:
    moments = dict.fromkeys(("received_at", "submitted_at", "changed_at"), MOMENT)
    step = of_dataclass(ProcessingStep, handled_at=MOMENT)
    at_portal = dict.fromkeys(("received_at", "changed_at"), MOMENT)
    portal_step = of_dataclass(PortalStep, handled_at=MOMENT)
    paging = record({"next": maybe(TEXT)})
    server = dict.fromkeys(("MACOQUAN", "TENCOQUAN", "DSTCODE"), TEXT)
    return {
        "Dossier": of_dataclass(Dossier, **moments),
        "DossierWithSteps": of_dataclass(Dossier, **moments, steps=rows(step)),
        "Dossiers": record({"dossiers": rows(ref("Dossier")), "meta": paging}),
        "DossierAtPortal": of_dataclass(PortalDossier, **at_portal),
        "DossierAtPortalWithSteps": of_dataclass(PortalDossier, **at_portal, steps=rows(portal_step)),
        "PortalCatalogues": record(
            {
                "citizens": rows(record({"id": TEXT, "name": TEXT})),
                "procedures": rows(record({"code": TEXT, "name": TEXT})),
                "results": rows(record({"code": TEXT, "title": TEXT, "may_be_kept": FLAG})),
                "agencies": rows(record({"code": TEXT, "name": TEXT, "is_callable": FLAG})),
            }
        ),
        "DossiersAtPortal": record({"dossiers": rows(ref("DossierAtPortal")), "meta": paging}),
        "HostedFile": record({"host": TEXT, "path": TEXT, "name": TEXT, "content_type": TEXT, "link": TEXT}),
        "HostedFiles": record({"files": rows(ref("HostedFile"))}),
        "CitizenResults": record({"results": rows(of_dataclass(CitizenResult))}),
        "Paper": of_dataclass(Paper, has_expired=FLAG),
        "Papers": record({"papers": rows(ref("Paper"))}),
        "SecurityServers": record({"security_servers": rows(record(server))}),
        "ListedServerNotice": record({"security_server": record(server), "notice": ref("Notice")}),
        "GivenNotice": record({"notice": ref("Notice")}),
        "Notice": of_dataclass(Notice, at=MOMENT),
        "Notices": record({"notices": rows(ref("Notice"))}),
        "SupportRequest": of_dataclass(SupportRequest, asked_at=MOMENT),
        "SupportRequests": record({"support_requests": rows(ref("SupportRequest"))}),
        "FiledAtPortal": record(
            {"code": TEXT, "status": INTEGER, "reply": record({"http": INTEGER, "body": maybe(OBJECT)})}
        ),
        "Filed": record({"dossiers": rows(TEXT)}),
    }


def _of_the_axis() -> dict[str, Shape]:
    right = record({"name": TEXT, "subject": TEXT, "given_on": TEXT, "given_at": MOMENT})
    call = record({"method": TEXT, "target": TEXT, "caller": TEXT, "body": TEXT})
    reply = {"status": INTEGER, "headers": rows(rows(TEXT)), "size": _COUNT, "sha256": maybe(TEXT), "body": maybe(TEXT)}
    pair = {"username": TEXT, "password": TEXT}
    unit = {
        "code": TEXT,
        "name": TEXT,
        "subsystem": TEXT,
        "is_own": FLAG,
        "security_server": TEXT,
        "hosts": rows(TEXT),
        "may_be_called_by": rows(TEXT),
        "base_url": maybe(TEXT),
        "credentials": record({"portal": record({**pair, "unit": TEXT}), "papers": record(pair)}),
    }
    return {
        "AccessRights": record({"provider": TEXT, "name": TEXT, "service": TEXT, "rights": rows(right)}),
        "Subjects": record({"subjects": rows(record({"name": TEXT, "subject": TEXT}))}),
        "Subsystem": of_dataclass(Subsystem),
        "Subsystems": record({"subsystems": rows(ref("Subsystem"))}),
        "Host": of_dataclass(Host),
        "Hosts": record({"hosts": rows(ref("Host"))}),
        "LiveAgency": of_dataclass(LiveAgency),
        "AgencyUnit": record(unit),
        "Units": record({"units": rows(ref("AgencyUnit"))}),
        "LiveAgencies": record({"live_agencies": rows(ref("LiveAgency"))}),
        "Rehearsed": record(
            {
                "kind": TEXT,
                "request_id": maybe(TEXT),
                "call": call,
                "reply": record(reply),
                "findings": rows(ref("Remark")),
                "passed": FLAG,
            }
        ),
    }


def _of_time() -> dict[str, Shape]:
    due = {"due": MOMENT, "due_ms": INTEGER, "effect": OBJECT}
    snapshot = {"name": TEXT, "virtual": MOMENT, "taken": MOMENT, "seq": INTEGER}
    return {
        "Effect": record(due),
        "Agenda": record({"agenda": rows(record({**due, "no": INTEGER})), "meta": record({"next": maybe(TEXT)})}),
        "Snapshot": record(snapshot),
        "Restored": record({**snapshot, "epoch": INTEGER}),
        "Snapshots": record({"snapshots": rows(ref("Snapshot")), "meta": record({"total": _COUNT, "most": _COUNT})}),
        "State": mapping(mapping(OBJECT)),
        "Imported": record({"id": TEXT, "epoch": INTEGER, "pack": TEXT}),
    }


def _of_stories() -> dict[str, Shape]:
    standing = record({"state": TEXT, "since": MOMENT, "possible": rows(TEXT)})
    arm = dict(of_dataclass(Arm, until=maybe(MOMENT), fired=_COUNT, params=OBJECT)["properties"])
    arm.pop("until_ms")
    machine = record({"id": TEXT, "name": TEXT, "state": TEXT, "possibleStates": rows(TEXT), "mappings": rows(OBJECT)})
    known = record({"name": TEXT, "kind": TEXT, "title": _BOTH, "at": rows(TEXT), "params": OBJECT})
    playing = {
        "scenario": TEXT,
        "title": _BOTH,
        "purpose": _BOTH,
        "good_client": _BOTH,
        "source": TEXT,
        "states": mapping(standing),
        "counters": mapping(_COUNT),
        "params": OBJECT,
        "problems": rows(of_dataclass(Problem)),
    }
    first = record({**playing, "also": rows(record(playing))}, optional=("also",))
    return {
        # Nothing plays: a lone null would stop generators of Python clients.
        "Scenario": one_of(record({"scenario": maybe(TEXT)}), first),
        "Machines": record({"scenarios": rows(machine), "library": rows(TEXT)}),
        "Armed": record({"faults": rows(record(arm))}),
        "Faults": record({"faults": rows(record(arm)), "catalogue": rows(known)}),
    }


def _attempt_shapes() -> dict[str, Shape]:
    """Return those of certification. A report has a schema of its own, so it is an object here."""
    card: dict[str, Shape] = {
        "id": TEXT,
        "kit": record({"id": TEXT, "version": TEXT}),
        "product": mapping(TEXT),
        "played": INTEGER,
        "scenes": INTEGER,
        "closed": FLAG,
    }
    wish = record({"plan": OBJECT, "challenge": maybe(OBJECT), "id": TEXT}, optional=("challenge", "id"))
    how, isolation = {"enum": ["done", "crashed", "timeout", "broken-off"]}, {"enum": ["", "user", "folder"]}
    end = record({"how": how, "isolation": isolation, "exit_code": maybe(INTEGER), "output": TEXT})
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
