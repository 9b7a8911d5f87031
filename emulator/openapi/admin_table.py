"""What each route of the admin API takes and answers, beside its row in ``admin/routes.py``."""

from __future__ import annotations

from emulator.openapi.admin_told import Key, Told
from emulator.openapi.attempt_table import ATTEMPTS
from emulator.openapi.operation import ANY_MEDIA, HTML

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

HOUSE: dict[Key, Told] = {
    ("GET", ""): Told("Routes"),
    ("GET", "/health"): Told("Health"),
    ("GET", "/ready"): Told("Ready", noes=("not-ready",)),
    ("GET", "/metrics"): Told("", media="text/plain"),
    ("GET", "/openapi.json"): Told("Document"),
    ("GET", "/docs"): Told("", media=HTML),
    ("GET", "/docs/{asset}"): Told("", noes=("no-such-route",), media=ANY_MEDIA),
    ("POST", "/reset"): Told("Nothing", last=9),
    ("GET", "/sandboxes"): Told("Sandboxes"),
    ("POST", "/sandboxes"): Told(
        "SandboxWithKeys",
        "SandboxWish",
        {"id": "vi-du", "mode": "strict", "seed": 7},
        may_be_empty=True,
        noes=("sandbox-exists",),
        status=("201",),
        last=-9,
    ),
    ("GET", "/sandboxes/{sandbox}"): Told("SandboxWithKeys", words=(_SHOW,), noes=("secrets-need-token", "invalid")),
    ("PATCH", "/sandboxes/{sandbox}"): Told("Sandbox", "SandboxChange", {"mode": "documented"}),
    ("DELETE", "/sandboxes/{sandbox}"): Told("Nothing", noes=("default-stays",), last=8),
    ("POST", "/sandboxes/{sandbox}/reset"): Told("Nothing", noes=("invalid",), last=7),
    ("GET", "/settings"): Told("Settings"),
    ("PUT", "/settings"): Told("Settings", "SettingsChange", {"pull_limit": 50}),
    ("PATCH", "/settings"): Told("Settings", "SettingsChange", {"pull_limit": None}),
    ("GET", "/clock"): Told("Clock"),
    ("PUT", "/clock"): Told("Clock", "ClockTurn", {"action": "advance", "by": "PT30M"}),
}
STORIES: dict[Key, Told] = {
    ("GET", "/scenario"): Told("Scenario", noes=("invalid",)),
    ("PUT", "/scenario"): Told("Scenario", "ScenarioChoice", {"scenario": "dung-trinh-tu"}),
    ("PUT", "/scenario/states/{name}"): Told(
        "Scenario", "StateWish", {"state": "da-tiep-nhan"}, may_be_empty=True, noes=(_SCOPE,)
    ),
    ("PUT", "/scenario/counters/{name}"): Told("Scenario", "CounterWish", {"value": 3}, noes=(_SCOPE,)),
    ("POST", "/scenario/reset"): Told("Scenario", noes=("invalid",)),
    ("GET", "/scenarios"): Told("Machines", noes=("invalid",)),
    ("PUT", "/scenarios/{name}/state"): Told(
        "Scenario", "StateWish", {"state": "moi"}, may_be_empty=True, noes=(_SCOPE,)
    ),
    ("POST", "/scenarios/reset"): Told("Scenario", noes=("invalid",)),
    ("GET", "/faults"): Told("Faults"),
    ("PUT", "/faults"): Told("Armed", "ArmedFaults", _FAULT),
    ("POST", "/faults"): Told("Armed", "ArmedFaults", {"faults": [{"fault": "token-expired", "ttl_ms": 60000}]}),
    ("DELETE", "/faults"): Told("Armed", words=(("id", "chỉ lỗi này", "this fault only", _TEXT),), last=1),
}
JOURNAL: dict[Key, Told] = {
    ("GET", "/requests"): Told("Journal", query="journal", words=(_SHOW,), noes=("invalid", "secrets-need-token")),
    ("DELETE", "/requests"): Told("Nothing", last=6),
    ("POST", "/requests/find"): Told(
        "LoggedRequests", "RequestPattern", _PATTERN, may_be_empty=True, words=(_SHOW,), noes=("secrets-need-token",)
    ),
    ("POST", "/requests/count"): Told("Counted", "RequestPattern", {"outcome": "answered"}, may_be_empty=True),
    ("GET", "/requests/unmatched"): Told("LoggedRequests", words=(_SHOW,), noes=("invalid", "secrets-need-token")),
    ("GET", "/requests/unmatched/near-misses"): Told(
        "NearMisses", words=(_SHOW,), noes=("invalid", "secrets-need-token")
    ),
    ("GET", "/requests/near-misses"): Told("NearMisses", words=(_SHOW,), noes=("invalid", "secrets-need-token")),
    ("GET", "/requests/{id}"): Told(
        "Exchange", words=(_SHOW,), noes=("no-such-request", "invalid", "secrets-need-token")
    ),
    ("POST", "/verify"): Told(
        "Verified", "Verification", {**_PATTERN, "at_least": 1}, noes=("not-verified",), status=("202",)
    ),
    ("POST", "/verify-sequence"): Told(
        "Verified", "SequenceVerification", {"sequence": [_PATTERN]}, noes=("not-verified",), status=("202",)
    ),
    ("GET", "/chain"): Told("Chain"),
}
AXIS: dict[Key, Told] = {
    ("GET", "/access-rights"): Told(
        "AccessRights", words=(("provider", "bên cung cấp", "the provider", _TEXT),), noes=("no-such-subsystem",)
    ),
    ("POST", "/access-rights"): Told("AccessRights", "Selected", {"subjects": [_HAGIANG]}, noes=("no-such-subsystem",)),
    ("DELETE", "/access-rights"): Told(
        "AccessRights", "Selected", {"subjects": [_HAGIANG]}, noes=("no-such-subsystem",), last=1
    ),
    ("GET", "/access-rights/subjects"): Told("Subjects", words=(("q", "tên hoặc mã", "name or id", _TEXT),)),
    ("POST", "/access-rights/all"): Told("AccessRights", "Search", {"search": "G22"}, noes=("no-such-subsystem",)),
    ("DELETE", "/access-rights/all"): Told(
        "AccessRights", "Provider", {"provider": _KONTUM}, may_be_empty=True, noes=("no-such-subsystem",), last=1
    ),
    ("GET", "/subsystems"): Told("Subsystems"),
    ("PATCH", "/subsystems/{dstcode}"): Told(
        "Subsystem", "SubsystemChange", {"service": "disabled", "notice": "Bảo trì"}, noes=("no-such-subsystem",)
    ),
    ("GET", "/hosts"): Told("Hosts"),
    ("PATCH", "/hosts/{host}"): Told("Host", "HostChange", {"is_up": False}, noes=("no-such-host",)),
    ("GET", "/live-agencies"): Told("LiveAgencies"),
    ("PUT", "/live-agencies/{dstcode}"): Told("LiveAgency", "LiveWish", {"base_url": "http://127.0.0.1:9"}),
    ("DELETE", "/live-agencies/{dstcode}"): Told("Nothing", noes=("no-such-subsystem",), last=1),
    ("POST", "/rehearsals"): Told(
        "Rehearsed", "RehearsalWish", {"kind": "search/call"}, noes=("no-such-subsystem",), last=-1
    ),
}
COUNTRY: dict[Key, Told] = {
    ("GET", "/agenda"): Told("Agenda", query="agenda", noes=("invalid",)),
    ("POST", "/agenda"): Told(
        "Effect",
        "AgendaWish",
        {"at": "2030-01-01T00:00:00+07:00", "effect": {"kind": "downtime", "minutes": 30}},
        status=("201",),
        last=-2,
    ),
    ("DELETE", "/agenda/{due}/{no}"): Told("Nothing", noes=("no-such-effect", "invalid"), last=1),
    ("GET", "/snapshots"): Told("Snapshots"),
    ("POST", "/snapshots"): Told(
        "Snapshot",
        "SnapshotWish",
        {"name": "truoc-khi-thu"},
        may_be_empty=True,
        noes=("snapshot-exists", "too-many-snapshots"),
        status=("201",),
    ),
    ("POST", "/snapshots/{name}/restore"): Told("Restored", noes=("no-such-snapshot",), last=4),
    ("DELETE", "/snapshots/{name}"): Told("Nothing", noes=("no-such-snapshot",), last=5),
    ("GET", "/state"): Told(
        "State", words=(("journal", "kèm nhật ký", "with the journal", {"enum": ["true", "false"]}),), noes=("invalid",)
    ),
    ("PUT", "/state"): Told("Imported", "State", {"state": {"1": _STATE}}, status=("200", "201"), last=6),
    ("POST", "/applications"): Told(
        "Filed", "Application", {"count": 1}, may_be_empty=True, noes=("not-filed",), status=("201",)
    ),
    ("GET", "/dossiers"): Told("Dossiers", query="dossiers", noes=("invalid",)),
    ("GET", "/dossiers/{code}"): Told("DossierWithSteps", noes=("no-such-dossier",)),
    ("GET", "/citizens/{id}/results"): Told("CitizenResults"),
    ("GET", "/citizens/{id}/papers"): Told("Papers"),
    ("POST", "/citizens/{id}/papers"): Told(
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
    ("GET", "/ss-info"): Told("SecurityServers"),
}
TOLD = {**HOUSE, **STORIES, **JOURNAL, **AXIS, **COUNTRY, **ATTEMPTS}
