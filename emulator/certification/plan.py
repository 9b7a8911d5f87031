"""A plan: which kit, whose software, how it is driven. ``ndxp-emulator certify plan.yaml`` runs one."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, field
from pathlib import Path
from typing import Any, TypedDict, cast

from emulator.certification.kit_reader import BadFile
from emulator.country.settings import MODES, Mode
from emulator.kernel.exchange import JsonObject
from emulator.kernel.values import value_class
from emulator.scenario import words
from emulator.scenario.words import MISSING, Record, Word
from emulator.scenario.yaml_text import Page

PARTIES = ("owner", "vendor", "tester", "operator")


class PlanWords(TypedDict):
    """A plan as JSON holds it: the members of ``Plan``, by the same names."""

    kit: str
    product: Mapping[str, str]
    parties: Mapping[str, str]
    place: str
    number: str
    agency: str
    mode: Mode
    features: Sequence[str] | None
    only: Sequence[str]
    command: Sequence[str]
    environment: Sequence[str]
    patience_s: int
    clock: str
    provider: Mapping[str, str]
    expected_failures: Mapping[str, str]
    attestations: Mapping[str, Mapping[str, str]]
    redaction: str
    validity_months: int


@value_class
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

    def as_dict(self) -> PlanWords:
        """Return the plan as JSON holds it; ``plan_of`` reads it back."""
        return cast("PlanWords", asdict(self))


def plan_of(words: PlanWords) -> Plan:
    """Return the plan that ``as_dict`` wrote."""
    told: JsonObject = dict(words)
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


# The words of a plan file.

_TEXT = words.text()
_TEST = words.text(r"[A-Z0-9]+(-[A-Z0-9]+)+", "phải như NDXP-TK-01", "must look like NDXP-TK-01")


def _kits() -> list[str]:
    from emulator.certification.kit_reader import kit_names

    return kit_names()


PRODUCT = Record(
    {
        "name": Word(_TEXT, "tên phần mềm", "name of the software", True),
        "version": Word(_TEXT, "phiên bản", "version", True),
        "vendor": Word(_TEXT, "đơn vị phát triển", "who makes it", True),
    }
)
PARTIES_RECORD = Record(
    {
        "owner": Word(_TEXT, "chủ đầu tư / đơn vị thụ hưởng", "the owner"),
        "vendor": Word(_TEXT, "nhà thầu", "the contractor"),
        "tester": Word(_TEXT, "đơn vị kiểm thử", "who tests"),
        "operator": Word(_TEXT, "đơn vị vận hành nền tảng", "who runs the platform"),
    }
)
PROVIDER = Record(
    {
        "dstcode": Word(_TEXT, "dstcode của hệ thống cung cấp tệp", "dstcode of the providing system", True),
        "url": Word(_TEXT, "địa chỉ hệ thống cung cấp tệp", "address of the providing system", True),
    }
)
ATTESTATION = Record(
    {
        "by": Word(_TEXT, "người khai", "who declares", True),
        "statement": Word(_TEXT, "điều khai", "what is declared", True),
        "attachment": Word(_TEXT, "tệp đính kèm", "a file"),
    }
)
PLAN = Record(
    {
        "$schema": Word(_TEXT, "lược đồ", "schema"),
        "kit": Word(words.one_known(_kits, "bộ kiểm thử có sẵn", "a kit in the box"), "bộ kiểm thử", "the kit", True),
        "product": Word(PRODUCT.kind(), "phần mềm được kiểm thử", "the software under test", True),
        "parties": Word(PARTIES_RECORD.kind(), "các bên, ghi vào biên bản", "the parties, for the report"),
        "place": Word(_TEXT, "địa điểm", "where"),
        "number": Word(_TEXT, "số biên bản", "number of the report"),
        "agency": Word(words.text(r"[A-Z]\d{2}", "phải như H26", "must look like H26"), "mã đơn vị", "agency code"),
        "mode": Word(words.one_of(MODES, "chế độ", "a mode"), "strict, documented, observed", "mode"),
        "features": Word(words.list_of(_TEXT), "tính năng phần mềm có; bỏ trống: mọi tính năng", "features it has"),
        "only": Word(words.list_of(_TEST), "chỉ tập dượt các phép thử này", "rehearse these tests alone"),
        "command": Word(
            words.list_of(_TEXT, or_single=True), "lệnh chạy phần mềm, mỗi cảnh một lần", "command, run once a scene"
        ),
        "environment": Word(
            words.list_of(words.text(r"[A-Za-z_][A-Za-z0-9_]*", "phải là tên biến", "must be a variable's name")),
            "biến môi trường lệnh cần thêm",
            "variables the command needs besides",
        ),
        "patience": Word(words.duration(), "một cảnh chờ tối đa", "how long a scene may take"),
        "clock": Word(
            words.one_of(("follows", "own"), "đồng hồ", "a clock"),
            "follows: theo giờ ảo được giao; own: giờ của máy",
            "follows: the client takes the virtual time it is given; own: its machine's",
        ),
        "provider": Word(PROVIDER.kind(), "hệ thống của đơn vị ở vai cung cấp tệp", "the vendor's own file server"),
        "expected_failures": Word(words.map_of(_TEXT, _TEST), "phép thử biết trước là không đạt", "known failures"),
        "attestations": Word(words.map_of(ATTESTATION.kind(), _TEST), "điều người khai", "what people declare"),
        "redaction": Word(
            words.one_of(("secrets", "identity"), "mức che", "what is hidden"),
            "secrets: che khóa, token; identity: che cả định danh",
            "secrets: keys and tokens; identity: people, too",
        ),
        "validity_months": Word(words.number(1, 12), "hiệu lực, tháng", "months it is valid"),
    }
)
