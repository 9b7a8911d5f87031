"""How the files of a bundle are written: which are there, and the bytes of each kind."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import orjson

from emulator.certification.plan import Plan

MANIFEST, SUMS, GUIDE = "manifest.json", "SHA256SUMS", "README.txt"
PLAN, CHALLENGE, JOURNAL, ENVIRONMENT = "plan.yaml", "challenge.json", "journal.jsonl", "environment.json"
REPORT, JUNIT, RESULTS = "report.json", "junit.xml", "results.csv"
SIGNED_CHALLENGE, VENDOR_KEY = "challenge.dsse.json", "keys/vendor.pem"
ATTESTATION, WITNESS = "attestation.dsse.json", "witness.dsse.json"
SEALS = (MANIFEST, SUMS, ATTESTATION, WITNESS)
"""Files that speak of the others; SHA256SUMS names none of them, the manifest only SHA256SUMS."""


def pretty(value: Any) -> bytes:
    """Return JSON for people: indented, keys sorted, a line's end at the end."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def sha256(content: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def kit_file(kit_id: str) -> str:
    """Return the name of a kit's file."""
    return f"kit/{kit_id}.yaml"


def lines_in(journal: bytes) -> list[bytes]:
    """Return the lines of a journal file.

    Raises:
        ValueError: it does not end with a line's end.
    """
    if not journal.endswith(b"\n"):
        raise ValueError("the journal does not end with a line's end")
    return journal[:-1].split(b"\n")


def object_in(content: bytes) -> dict[str, Any]:
    """Return a JSON object that ``pretty`` or ``canonical`` wrote.

    Raises:
        ValueError: it is no JSON object, or it names something twice.
    """
    try:
        found = json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def plan_text(plan: Plan) -> bytes:
    """Return the plan in the words of a plan file; what is not said is left out."""
    told: dict[str, Any] = {name: value for name, value in plan.as_dict().items() if value not in ("", {}, (), None)}
    told["patience"] = f"PT{told.pop('patience_s')}S"
    return pretty(told)
