"""A plan: which kit, whose software, how it is driven. ``ndxp-emulator certify plan.yaml`` runs one."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from emulator.certification.kit_reader import BadFile
from emulator.certification.plan_words import PLAN
from emulator.country.settings import Mode
from emulator.scenario.words import MISSING
from emulator.scenario.yaml_text import Page

PARTIES = ("owner", "vendor", "tester", "operator")


@dataclass(frozen=True, slots=True)
class Plan:
    """What was agreed before the first test.

    ``features`` None: all of the kit. ``only``: tests to rehearse, and nothing is certified.
    ``expected_failures``: test id → reason, as of a baseline.
    ``attestations``: test id → ``{"by", "statement", "attachment"}``.
    ``provider``: the vendor's own server, ``{"dstcode", "url"}``.
    ``environment``: names of variables that the command gets beside the few every program needs.
    ``redaction``: what the bundle hides behind commitments. ``patience_s``: real seconds a scene may take.
    """

    kit: str
    product: Mapping[str, str]
    parties: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    number: str = ""
    agency: str = "H26"
    mode: Mode = "documented"
    features: tuple[str, ...] | None = None
    only: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    patience_s: int = 60
    clock: str = "follows"
    provider: Mapping[str, str] = field(default_factory=dict)
    expected_failures: Mapping[str, str] = field(default_factory=dict)
    attestations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    redaction: str = "secrets"
    validity_months: int = 12

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as JSON holds it; ``plan_of`` reads it back."""
        return asdict(self)


def plan_of(words: Mapping[str, Any]) -> Plan:
    """Return the plan that ``as_dict`` wrote."""
    told = dict(words)
    for name in ("features", "only", "command", "environment"):
        if told.get(name) is not None:
            told[name] = tuple(told[name])
    return Plan(**told)


def read_plan(path: Path, raw: bytes) -> Plan:
    """Return the plan that a file's bytes hold (YAML, or JSON); ``path`` is for the messages.

    Raises:
        BadFile: something is wrong with it.
    """
    page = Page(path, raw)
    root = page.tree()
    found = PLAN.read(root, page) if root is not None and not page.problems else MISSING
    if found is MISSING or page.problems:
        raise BadFile(sorted(set(page.problems)))
    plain = _plain(found)
    if len(plain.get("command", ())) == 1:  # one line, as it would be typed
        plain["command"] = tuple(shlex.split(plain["command"][0]))
    patience_ms = plain.pop("patience", 60_000)
    plain.pop("$schema", None)
    return Plan(**plain, patience_s=max(1, patience_ms // 1000))


def _plain(found: Any) -> Any:
    if isinstance(found, Mapping):
        return {name: _plain(value) for name, value in found.items() if name != "@"}
    return found
