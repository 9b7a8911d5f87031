"""What each release says to each way of being wrong: ``answers.csv``, read once.

One row a case and release: the family of the fault (or ``oauth`` for the key manager, ``empty`` for a status alone),
status, code, sentences, what else the reply carries (``extras``), and the entry of docs/sources it rests on. A sentence
may hold ``{client}``, ``{user}``, ``{base}``, … which the rule that raises it fills in.
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

FAMILIES = frozenset({"oauth", "security", "throttling", "other", "empty"})
EXTRAS = frozenset({"challenge", "cors", "echo", "retry-after", "allow-post"})


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


def remark_of(case: str, observed: Observed = NOTHING, level: Any = "error") -> Remark:
    """Return what the journal says of a case, in the words of its rule."""
    rule = find_rule(f"ndxp-{case}", None)
    tail = f": “{observed.found}”" if observed.found else ""
    return Remark(rule.id, level, observed.path, f"{rule.vi}{tail}", f"{rule.en}{tail}", *observed[1:])


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
