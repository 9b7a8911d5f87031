"""What can be set per sandbox, with the emulator's own defaults. None means: as the mode says."""

from __future__ import annotations

import re
from dataclasses import field
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from emulator.kernel.values import value_class
from emulator.wire.reading import OwnRule, Stance

OddityName = Literal[
    "dates-with-time",
    "submitted-two-forms",
    "small-s-tags",
    "broken-xml",
    "sample-result-values",
    "step-status-id",
    "misspelt-handler",
    "misspelt-handler-alone",
    "sample-step-values",
    "empty-strings",
    "later-fields",
]
Mode = Literal["strict", "documented", "observed"]
Profile = Literal["apim-2.6", "apim-3.2", "apim-4.x"]
TlsFault = Literal["expired", "wrong-name", "unknown-issuer"]
MODES: tuple[Mode, ...] = ("strict", "documented", "observed")
PROFILES: tuple[Profile, ...] = ("apim-2.6", "apim-3.2", "apim-4.x")

# What a setting must be beyond its type. Whole numbers not named here go from 0 to what JSON can carry everywhere.
MOST = 2**53
BOUNDS: dict[str, tuple[int, int]] = {
    "token_lifetime_s": (-1, 10_000_000_000),
    "throttle_window_s": (1, 31_622_400),
    "applications_per_day": (0, 10_000),  # a day is scheduled at once: more would keep the whole server waiting
}
SPELLINGS: dict[str, str] = {"auth_header": r"[A-Za-z0-9-]+", "host_name": r"[!-~]+"}


@value_class
class SandboxSettings:
    """The settings of one sandbox; ``PUT /__admin/sandboxes/{id}/settings`` takes any part of them."""

    journal_limit: int = 10_000
    journal_bytes_limit: int = 256 * 1024 * 1024  # of stories and bodies; what is over it is forgotten, oldest first
    journal_body_limit: int = 4 * 1024 * 1024  # a longer body is kept as its digest and its beginning
    error_code_style: Literal["number", "string", "00"] = "number"
    token_lifetime_s: int = 3600
    # What the gateway's operator has set up. A negative lifetime never ends (src:apim-token-issue).
    host_name: str = "api.ngsp.gov.vn"  # the realm of the token endpoint's challenge (A2)
    application_state: Literal["active", "revoked"] = "active"
    user_grants: bool = False  # password, refresh_token and authorization_code are allowed beside client_credentials
    sandbox_users: dict[str, str] = field(default_factory=dict)  # names and passwords for the grant password
    auth_header: str = "Authorization"  # the header that carries the token (A9)
    access_key: str | None = None  # the AccessKey the account was given; None: none is asked for (B01)
    # The province's gateway in front of /apiBTXH/X (BTXH 1.2.1): it adds its token, and may know its callers by its own
    # token and by an access key under its own name.
    lgsp_adds_token: bool = False
    lgsp_token: str | None = None
    lgsp_key_name: Literal["AcceptKey", "AccessKey"] = "AcceptKey"
    lgsp_key_kind: Literal["production", "sandbox"] = "production"
    lgsp_mount: bool | None = None  # /apiBTXH/X beside /apiBTXH/1.0/X (B06)
    https_only: bool = False
    subscription: Literal["active", "blocked", "inactive", "none"] = "active"
    api_state: Literal["published", "blocked", "retired"] = "published"
    # What the sandbox keys reach: a test system with shelves of its own, or the same one as the production keys (A10).
    sandbox_keys_reach: Literal["test-system", "production"] = "test-system"
    missing_endpoint: Literal["production", "sandbox"] | None = None
    throttle_limit: int | None = None  # calls per window; None: as many as you like (A6)
    throttle_window_s: int = 60
    throttle_level: Literal["application", "subscription"] = "subscription"
    # How bodies are read. None means as the mode says (B33), or not checked (B18).
    vneid_meaning: Literal["printed", "inverted"] | None = None
    ethnicity_meaning: Literal["gso", "annex"] = "gso"  # which column of the annex 29 to 54 come from (B22)
    gso_era: Literal["2023", "2025"] = "2023"
    agency_code: str | None = "H26"
    # What is ours notes and does not refuse (decision 0040). The matrix of statuses, then each rule by its name.
    status_moves: Stance = "note"
    own_rules: dict[OwnRule, Stance] = field(default_factory=dict)
    # What a pull finds (BTXH 3.1.4): whose dossiers, by which time of theirs, and at most how many (B57, B58).
    pull_source: Literal["ministry", "all"] = "ministry"
    window_on: Literal["by-service", "received", "submitted", "changed"] = "by-service"
    pull_limit: int | None = None
    # Oddities of the printed replies, by name (emulator/services/btxh/replies.py). None means as the mode says.
    reply_oddities: tuple[OddityName, ...] | None = None
    # The national portal. error_code: by-family is a number in reads and a string in pushes (src:portal-envelopes).
    portal_session_lifetime_min: int = 30  # 1 to 120; nobody publishes the real one
    papers_token_lifetime_min: int = 30
    portal_error_code_style: Literal["by-family", "number", "string", "00"] = "by-family"
    portal_reads_have_error_code: bool = True  # False: result alone, as the sample prints it (K06)
    portal_maps_errors_to_http: bool = False
    portal_duplicate_code: Literal[3, -3] = -3
    portal_steps_limit: int = 10
    provincial_gateway: bool = False  # mounts /KetNoiMotCuaQuocGia/<Service> (src:client-province-gateway)
    provincial_gateway_double_encodes: bool = True
    papers_file_key: Literal["TenTep", "TenFile", "both"] | None = None  # K15
    papers_agency_form: Literal["full", "short"] | None = None  # K16
    papers_empty_is_null: bool = False  # K31
    papers_as_sample: bool = False  # also papers that were not asked for, as printed (K17)
    # The ministry's living side. A1: provinces have portals of their own and push; A2: citizens file at the ministry,
    # which also reports to the national portal (BTXH 1.2).
    model: Literal["A1", "A2"] = "A1"
    applications_per_day: int = 0  # dossiers that citizens file on the ministry's portal in a day; 0: none by itself
    retired_procedures: tuple[str, ...] = ()  # procedures that the ministry has struck off its catalogue
    downtime_notice: str | None = None  # while it is set, the gateway answers 503 with these words
    # The axis. The sandbox's own agency calls as own_subsystem, unless its consumer key is named beside it.
    own_subsystem: str = "VN:GOV:000.00.00.H26:hanoivdxpsvc01"
    subsystem_by_consumer: dict[str, str] = field(default_factory=dict)
    portal_subsystem: str = "VN:GOV:000.00.00.G22:vpcpdvcprovider"  # where mapi/… goes without a dstcode (K01)
    portal_caller: str = "VN:GOV:000.00.00.G22:vpcpcdvcqgsub01"  # as whom the portal calls an agency (KDL V.4)
    grant_settling_s: int = 0  # virtual seconds until a changed access right counts; real servers take about 60
    own_server: Literal["ok", "outdated-conf", "no-signer", "needs-certificate", "needs-tls"] = "ok"
    ss_ports_open: bool = True  # 5500 and 5577 of serve --ss-ports; the sandbox default decides for the whole process
    live_body_limit: int = 512 * 1024 * 1024  # bytes taken from a live agency before it is given up
    tls_faults: dict[str, TlsFault] = field(default_factory=dict)  # by host; the sandbox default's hold for serve --tls
    live_timeout_s: int = 60  # seconds a live agency may stay silent
    # Faults armed by PUT /__admin/faults (scenario/armed.py); not among the settings that PUT …/settings takes.
    armed_faults: tuple[dict[str, Any], ...] = ()
    # Wishes of a caller for one call (ours): outcomes by the Prefer header, and by magic values in the body.
    prefer_header: bool = True
    magic_values: bool = False


def setting_trouble(name: str, value: Any) -> tuple[str, str] | None:
    """Return what is wrong with a setting, in Vietnamese and English, or None.

    The admin API judges what people send by the same declarations; this is for effects, which come from files.
    """
    hint = get_type_hints(SandboxSettings).get(name)
    if hint is None:
        return "không có thiết lập này", "there is no such setting"
    if not _fits(value, hint) or not _is_within(name, value):
        kind = getattr(hint, "__name__", None) or str(hint).replace("typing.", "")
        return f"giá trị {value!r} không hợp lệ, cần {kind}", f"{value!r} does not fit, {kind} is needed"
    return None


def _is_within(name: str, value: Any) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        low, high = BOUNDS.get(name, (0, MOST))
        return low <= value <= high
    return name not in SPELLINGS or re.fullmatch(SPELLINGS[name], str(value)) is not None


def _fits(value: Any, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        return any(_fits(value, each) for each in arguments)
    if origin is Literal:
        return value in arguments
    if origin is tuple:
        return isinstance(value, list | tuple) and all(_fits(each, arguments[0]) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(
            _fits(name, arguments[0]) and _fits(each, arguments[1]) for name, each in value.items()
        )
    return isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
