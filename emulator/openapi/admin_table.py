"""What each route of the admin API takes and answers, beside its row in ``admin/routes.py``."""

from __future__ import annotations

from emulator.openapi.admin_told import Key, RouteDoc
from emulator.openapi.attempt_table import ATTEMPTS
from emulator.services.interface import ANY_MEDIA, HTML

NAMED = {
    "sandbox": "vi-du",
    "id": "1",
    "code": "000.00.15.G07-221202-0501",
    "dstcode": "VN:GOV:000.00.00.H34:kontumvdxpsvc01",
    "host": "motcua.kontum.gov.vn",
    "due": "1893430800000",
    "no": "1",
    "attempt": "{{attempt}}",
}
"""Values of the variables of paths: what the pack has, or what an earlier example has made."""

BY_PATH = {
    "/citizens/{id}": {"id": "999094001009"},
    "/scenario/counters/{name}": {"name": "tiep-nhan"},
    "/scenario/states/{name}": {"name": "dung-trinh-tu"},
    "/scenarios/{name}": {"name": "dung-trinh-tu"},
    "/snapshots/{name}": {"name": "truoc-khi-thu"},
    "/docs/{asset}": {"asset": "swagger-ui.css"},
}
_SECRETS = ("secrets", "show: hiện bí mật (cần mã quản trị)", "show: credentials unmasked (needs the admin token)")
_SHOW = (*_SECRETS, {"const": "show"})
_TEXT = {"type": "string"}
_KONTUM, _HAGIANG = "VN:GOV:000.00.00.H34:kontumvdxpsvc01", "VN:GOV:000.00.00.H22:hagiangvdxpsvc01"
_PATTERN = {"method": "ANY", "urlPathPattern": "/.*"}
_STATE = {
    "schema_version": "1",
    "pack": "co-ban",
    "mode": "documented",
    "profile": "apim-3.2",
    "seed": 42,
    "scenario": None,
    "settings": {"pull_limit": 100},
    "clock": {},
    "seq": 1,
    "head": "",
}
_FAULT = {"faults": [{"fault": "gateway-503", "on": "btxh.*", "nth": [2], "times": 1}]}
_SCOPE = "no-such-scenario-part"

HOUSE: dict[Key, RouteDoc] = {
    ("GET", ""): RouteDoc("Routes"),
    ("GET", "/health"): RouteDoc("Health"),
    ("GET", "/ready"): RouteDoc("Ready", noes=("not-ready",)),
    ("GET", "/metrics"): RouteDoc("", media="text/plain"),
    ("GET", "/openapi.json"): RouteDoc("Document"),
    ("GET", "/docs"): RouteDoc("", media=HTML),
    ("GET", "/docs/{asset}"): RouteDoc("", noes=("no-such-route",), media=ANY_MEDIA),
    ("POST", "/reset"): RouteDoc("Nothing", last=9),
    ("GET", "/sandboxes"): RouteDoc("Sandboxes"),
    ("POST", "/sandboxes"): RouteDoc(
        "SandboxWithKeys",
        "SandboxWish",
        {"id": "vi-du", "mode": "strict", "seed": 7},
        may_be_empty=True,
        noes=("sandbox-exists",),
        status=("201",),
        last=-9,
    ),
    ("GET", "/sandboxes/{sandbox}"): RouteDoc(
        "SandboxWithKeys", words=(_SHOW,), noes=("secrets-need-token", "invalid")
    ),
    ("PATCH", "/sandboxes/{sandbox}"): RouteDoc("Sandbox", "SandboxChange", {"mode": "documented"}),
    ("DELETE", "/sandboxes/{sandbox}"): RouteDoc("Nothing", noes=("default-stays",), last=8),
    ("POST", "/sandboxes/{sandbox}/reset"): RouteDoc("Nothing", noes=("invalid",), last=7),
    ("GET", "/settings"): RouteDoc("Settings"),
    ("PUT", "/settings"): RouteDoc("Settings", "SettingsChange", {"pull_limit": 50}),
    ("PATCH", "/settings"): RouteDoc("Settings", "SettingsChange", {"pull_limit": None}),
    ("GET", "/clock"): RouteDoc("Clock"),
    ("PUT", "/clock"): RouteDoc("Clock", "ClockTurn", {"action": "advance", "by": "PT30M"}),
}
STORIES: dict[Key, RouteDoc] = {
    ("GET", "/scenario"): RouteDoc("Scenario", noes=("invalid",)),
    ("PUT", "/scenario"): RouteDoc("Scenario", "ScenarioChoice", {"scenario": "dung-trinh-tu"}),
    ("PUT", "/scenario/states/{name}"): RouteDoc(
        "Scenario", "StateWish", {"state": "da-tiep-nhan"}, may_be_empty=True, noes=(_SCOPE,)
    ),
    ("PUT", "/scenario/counters/{name}"): RouteDoc("Scenario", "CounterWish", {"value": 3}, noes=(_SCOPE,)),
    ("POST", "/scenario/reset"): RouteDoc("Scenario", noes=("invalid",)),
    ("GET", "/scenarios"): RouteDoc("Machines", noes=("invalid",)),
    ("PUT", "/scenarios/{name}/state"): RouteDoc(
        "Scenario", "StateWish", {"state": "moi"}, may_be_empty=True, noes=(_SCOPE,)
    ),
    ("POST", "/scenarios/reset"): RouteDoc("Scenario", noes=("invalid",)),
    ("GET", "/faults"): RouteDoc("Faults"),
    ("PUT", "/faults"): RouteDoc("Armed", "ArmedFaults", _FAULT),
    ("POST", "/faults"): RouteDoc("Armed", "ArmedFaults", {"faults": [{"fault": "token-expired", "ttl_ms": 60000}]}),
    ("DELETE", "/faults"): RouteDoc("Armed", words=(("id", "chỉ lỗi này", "this fault only", _TEXT),), last=1),
}
JOURNAL: dict[Key, RouteDoc] = {
    ("GET", "/requests"): RouteDoc("Journal", query="journal", words=(_SHOW,), noes=("invalid", "secrets-need-token")),
    ("DELETE", "/requests"): RouteDoc("Nothing", last=6),
    ("POST", "/requests/find"): RouteDoc(
        "LoggedRequests", "RequestPattern", _PATTERN, may_be_empty=True, words=(_SHOW,), noes=("secrets-need-token",)
    ),
    ("POST", "/requests/count"): RouteDoc("Counted", "RequestPattern", {"outcome": "answered"}, may_be_empty=True),
    ("POST", "/requests/reset"): RouteDoc("Nothing", last=6),
    ("POST", "/requests/remove"): RouteDoc(
        "LoggedRequests",
        "RequestPattern",
        {"urlPath": "/khong-ai-goi"},
        may_be_empty=True,
        words=(_SHOW,),
        noes=("secrets-need-token", "journal-is-a-chain"),
    ),
    ("POST", "/near-misses/request"): RouteDoc(
        "NearOperations", "DescribedRequest", {"method": "GET", "url": "/apiBTXH/1.0/dongbodvc"}
    ),
    ("POST", "/near-misses/request-pattern"): RouteDoc(
        "NearRequests", "RequestPattern", _PATTERN, words=(_SHOW,), noes=("secrets-need-token",)
    ),
    ("GET", "/requests/unmatched"): RouteDoc("LoggedRequests", words=(_SHOW,), noes=("invalid", "secrets-need-token")),
    ("GET", "/requests/unmatched/near-misses"): RouteDoc(
        "NearMisses", words=(_SHOW,), noes=("invalid", "secrets-need-token")
    ),
    ("GET", "/requests/near-misses"): RouteDoc("NearMisses", words=(_SHOW,), noes=("invalid", "secrets-need-token")),
    ("GET", "/requests/{id}"): RouteDoc(
        "Exchange", words=(_SHOW,), noes=("no-such-request", "invalid", "secrets-need-token")
    ),
    ("POST", "/verify"): RouteDoc(
        "Verified", "Verification", {**_PATTERN, "at_least": 1}, noes=("not-verified",), status=("202",)
    ),
    ("POST", "/verify-sequence"): RouteDoc(
        "Verified", "SequenceVerification", {"sequence": [_PATTERN]}, noes=("not-verified",), status=("202",)
    ),
    ("GET", "/chain"): RouteDoc("Chain"),
}
AXIS: dict[Key, RouteDoc] = {
    ("GET", "/access-rights"): RouteDoc(
        "AccessRights", words=(("provider", "bên cung cấp", "the provider", _TEXT),), noes=("no-such-subsystem",)
    ),
    ("POST", "/access-rights"): RouteDoc(
        "AccessRights", "Selected", {"subjects": [_HAGIANG]}, noes=("no-such-subsystem",)
    ),
    ("DELETE", "/access-rights"): RouteDoc(
        "AccessRights", "Selected", {"subjects": [_HAGIANG]}, noes=("no-such-subsystem",), last=1
    ),
    ("GET", "/access-rights/subjects"): RouteDoc("Subjects", words=(("q", "tên hoặc mã", "name or id", _TEXT),)),
    ("POST", "/access-rights/all"): RouteDoc("AccessRights", "Search", {"search": "G22"}, noes=("no-such-subsystem",)),
    ("DELETE", "/access-rights/all"): RouteDoc(
        "AccessRights", "Provider", {"provider": _KONTUM}, may_be_empty=True, noes=("no-such-subsystem",), last=1
    ),
    ("GET", "/subsystems"): RouteDoc("Subsystems"),
    ("PATCH", "/subsystems/{dstcode}"): RouteDoc(
        "Subsystem", "SubsystemChange", {"service": "disabled", "notice": "Bảo trì"}, noes=("no-such-subsystem",)
    ),
    ("GET", "/hosts"): RouteDoc("Hosts"),
    ("PATCH", "/hosts/{host}"): RouteDoc("Host", "HostChange", {"is_up": False}, noes=("no-such-host",)),
    ("GET", "/live-agencies"): RouteDoc("LiveAgencies"),
    ("PUT", "/live-agencies/{dstcode}"): RouteDoc("LiveAgency", "LiveWish", {"base_url": "http://127.0.0.1:9"}),
    ("DELETE", "/live-agencies/{dstcode}"): RouteDoc("Nothing", noes=("no-such-subsystem",), last=1),
    ("POST", "/rehearsals"): RouteDoc(
        "Rehearsed", "RehearsalWish", {"kind": "search/call"}, noes=("no-such-subsystem",), last=-1
    ),
}
COUNTRY: dict[Key, RouteDoc] = {
    ("GET", "/agenda"): RouteDoc("Agenda", query="agenda", noes=("invalid",)),
    ("POST", "/agenda"): RouteDoc(
        "Effect",
        "AgendaWish",
        {"at": "2030-01-01T00:00:00+07:00", "effect": {"kind": "downtime", "minutes": 30}},
        status=("201",),
        last=-2,
    ),
    ("DELETE", "/agenda/{due}/{no}"): RouteDoc("Nothing", noes=("no-such-effect", "invalid"), last=1),
    ("GET", "/snapshots"): RouteDoc("Snapshots"),
    ("POST", "/snapshots"): RouteDoc(
        "Snapshot",
        "SnapshotWish",
        {"name": "truoc-khi-thu"},
        may_be_empty=True,
        noes=("snapshot-exists", "too-many-snapshots"),
        status=("201",),
    ),
    ("POST", "/snapshots/{name}/restore"): RouteDoc("Restored", noes=("no-such-snapshot",), last=4),
    ("DELETE", "/snapshots/{name}"): RouteDoc("Nothing", noes=("no-such-snapshot",), last=5),
    ("GET", "/state"): RouteDoc(
        "State", words=(("journal", "kèm nhật ký", "with the journal", {"enum": ["true", "false"]}),), noes=("invalid",)
    ),
    ("PUT", "/state"): RouteDoc("Imported", "State", {"state": {"1": _STATE}}, status=("200", "201"), last=6),
    ("POST", "/applications"): RouteDoc(
        "Filed", "Application", {"count": 1}, may_be_empty=True, noes=("not-filed",), status=("201",)
    ),
    ("GET", "/dossiers"): RouteDoc("Dossiers", query="dossiers", noes=("invalid",)),
    ("GET", "/dossiers/{code}"): RouteDoc("DossierWithSteps", noes=("no-such-dossier",)),
    ("GET", "/citizens/{id}/results"): RouteDoc("CitizenResults"),
    ("GET", "/citizens/{id}/papers"): RouteDoc("Papers"),
    ("POST", "/citizens/{id}/papers"): RouteDoc(
        "Paper",
        "PaperWish",
        {
            "form": "original",
            "result_code": "KQ.G15.000007",
            "reference_number": "9001/STP-LLTP",
            "agency_code": "H26",
            "file_name": "phieu.pdf",
            "link": "https://dichvucong.hanoi.example.vn/tep/phieu.pdf",
        },
        noes=("no-such-result", "may-not-be-kept"),
        status=("201",),
    ),
    ("GET", "/ss-info"): RouteDoc("SecurityServers"),
}
TOLD = {**HOUSE, **STORIES, **JOURNAL, **AXIS, **COUNTRY, **ATTEMPTS}
