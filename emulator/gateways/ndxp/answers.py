"""What each release says to each way of being wrong: ``answers.csv``, read once.

One row a case and release: the family of the fault (or ``oauth`` for the key manager, ``empty`` for a status alone),
status, code, sentences, what else the reply carries (``extras``), and the entry of docs/sources it rests on. A sentence
may hold ``{client}``, ``{user}``, ``{base}``, … which the rule that raises it fills in.

Two families are no faults of their own. ``soap`` is the clothes of a fault that answers SOAP: its code is that
of the caller's mistakes, its message that of the server's, its description the namespace of the envelope. ``cors`` is
what a page is told: the code is the verb of the operation that was asked for, the message the verbs that the gateway
lets through, the description the headers.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from emulator.country.settings import PROFILES, Profile
from emulator.kernel.exchange import Headers, Remark
from emulator.kernel.refusals import FaultFamily, GatewayRefusal, Refusal
from emulator.kernel.rules import find_rule
from emulator.wire.reading import ABSENT

FAMILIES = frozenset({"oauth", "security", "throttling", "other", "empty", "soap", "cors"})
EXTRAS = frozenset({"challenge", "cors", "cors-origin", "echo", "retry-after", "allow-post"})


class ReleaseAnswer(NamedTuple):
    """One row, for one release."""

    case: str
    release: Profile
    family: str
    status: int
    code: str
    message: str
    description: str
    extras: frozenset[str]
    source: str


@cache
def release_answers() -> dict[tuple[str, Profile], ReleaseAnswer]:
    """Return every row by case and release.

    Raises:
        ValueError: a row is no answer; the text says which line and why.
    """
    text = files("emulator.gateways.ndxp").joinpath("answers.csv").read_text(encoding="utf-8")
    found: dict[tuple[str, Profile], ReleaseAnswer] = {}
    for line, row in enumerate(csv.DictReader(text.splitlines()), 2):
        for answer in _answers_of(row, f"answers.csv:{line}"):
            if (answer.case, answer.release) in found:
                raise ValueError(f"answers.csv:{line}: {answer.case} has two rows for {answer.release}")
            found[answer.case, answer.release] = answer
    return found


def answer_of(case: str, release: Profile) -> ReleaseAnswer:
    """Return what a release says to a case."""
    return release_answers()[case, release]


def _answers_of(row: dict[str, str], where: str) -> list[ReleaseAnswer]:
    profiles = {profile.removeprefix("apim-"): profile for profile in PROFILES}
    releases, extras = row["releases"].split(), frozenset(row["extras"].split())
    unknown = [*(each for each in releases if each not in profiles), *(extras - EXTRAS), *({row["family"]} - FAMILIES)]
    if unknown or not releases or not row["source"]:
        raise ValueError(f"{where}: no known word {unknown}, or no release, or no source")
    return [
        ReleaseAnswer(
            row["case"],
            profiles[release],
            row["family"],
            int(row["status"]),
            row["code"],
            row["message"],
            row["description"],
            extras,
            row["source"],
        )
        for release in releases
    ]


class OAuthRefusal(Refusal):
    """The key manager says no: status, ``error``, ``error_description``, and whether it challenges the client."""

    def __init__(self, answer: ReleaseAnswer, description: str, remark: Remark) -> None:
        super().__init__((remark,))
        self.status, self.error, self.description = answer.status, answer.code, description
        self.challenges = "challenge" in answer.extras

    def body(self) -> bytes:
        """Return the error object; the description comes first (src:apim-token-errors)."""
        said = {"error_description": self.description, "error": self.error}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    def challenge(self, host_name: str) -> Headers:
        """Return the challenge of an error that has one; the realm is not quoted."""
        return (("WWW-Authenticate", f"Basic realm={host_name}"),) if self.challenges else ()


class Observed(NamedTuple):
    """What a call said, what it should have said, and the right value or call nearest to it; for the journal."""

    path: str = ""
    found: str = ""
    expected: str = ""
    nearest: str = ""


NOTHING = Observed()
BASIC = "Basic Base64(consumer-key:consumer-secret)"
_KEYS = "GET /__admin/sandboxes/<id>: credentials"

# What a right call has, by case, in signs that need no language; a rule that knows more says it where it refuses.
_RIGHT: dict[str, str] = {
    "no-credentials": BASIC,
    "wrong-secret": _KEYS,
    "unknown-client": _KEYS,
    "revoke-bad-client": _KEYS,
    "revoked-application": "application_state: active",
    "malformed-basic": BASIC,
    "two-blanks-in-basic": BASIC,
    "two-credentials": BASIC,
    "repeated-parameter": "1 ×",
    "wrong-password": "sandbox_users",
    "unknown-refresh-token": "refresh_token (POST /token)",
    "expired-refresh-token": "refresh_token (POST /token)",
    "unknown-code": "client_credentials, password, refresh_token",
    "bad-json": '{"grant_type": "client_credentials"}',
    "revoke-without-token": "token=<access_token>",
    "unknown-api": "/apiBTXH/1.0/…",
    "unknown-resource": "/apiBTXH/1.0/…",
    "api-blocked": "api_state: published",
    "missing-endpoint": "missing_endpoint: null",
    "invalid-credentials": "access_token (POST /token)",
    "subscription-blocked": "subscription: active",
    "subscription-inactive": "subscription: active",
    "subscription-none": "subscription: active",
}


def remark_of(case: str, observed: Observed = NOTHING, level: Any = "error") -> Remark:
    """Return what the journal says of a case, in the words of its rule."""
    rule = find_rule(f"ndxp-{case}", None)
    tail = f": “{observed.found}”" if observed.found else ""
    right = _RIGHT.get(case, "")
    seen = observed._replace(found=observed.found or ABSENT, expected=observed.expected or right)
    return Remark(rule.id, level, seen.path, f"{rule.vi}{tail}", f"{rule.en}{tail}", *seen[1:])


def refusal_of(
    case: str,
    release: Profile,
    observed: Observed = NOTHING,
    values: Mapping[str, str] = MappingProxyType({}),
    *,
    headers: Headers = (),
    members: Headers = (),
) -> Refusal:
    """Return what a release refuses a case with; ``values`` fill the sentence."""
    answer, remark = answer_of(case, release), remark_of(case, observed)
    description = answer.description.format_map(values)
    if answer.family == "oauth":
        return OAuthRefusal(answer, description, remark)
    family = cast("FaultFamily", answer.family)
    refusal = GatewayRefusal(family, answer.status, int(answer.code), answer.message, description, headers, (remark,))
    refusal.members, refusal.extras = members, answer.extras
    return refusal
