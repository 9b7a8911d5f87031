"""What is signed: in-toto statements about a bundle's manifest, which speaks of every other file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.certification.bundle.form import MANIFEST, kit_file, sha256
from emulator.journal.write import canonical

TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
WITNESSED = "urn:ndxp-emulator:witness:1"


def test_result(manifest: bytes, report: Mapping[str, Any]) -> bytes:
    """Return the vendor's statement: which product had which result, with which kit and configuration."""
    product = report["plan"]["product"]
    kit = report["kit"]
    subjects = [
        (MANIFEST, sha256(manifest)),
        (kit_file(kit["id"]), kit["digest"].removeprefix("sha256:")),
        (f"{product['name']} {product['version']}", sha256(canonical(product))),
    ]
    chosen = {"kit": kit, "challenge": report["challenge"], "plan": report["plan"]}
    configuration = [{"name": name, "digest": {"sha256": _digest_of(value)}} for name, value in chosen.items()]
    named: dict[str, list[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for test in report["tests"]:
        if test["verdict"] != "omit":
            named[_list_of(test)].append(test["id"])
    predicate = {"result": _result(report), "configuration": configuration, **named}
    return _statement(subjects, TEST_RESULT, predicate)


def _list_of(test: Mapping[str, Any]) -> str:
    """Return where a test is listed; of what is required, all that did not pass counts as failed."""
    if test["verdict"] == "pass":
        return "passedTests"
    return "warnedTests" if test["level"] == "SHOULD" or test["verdict"] == "warn" else "failedTests"


def _result(report: Mapping[str, Any]) -> str:
    """Return the predicate's word: what was not exercised has not passed."""
    return {"pass": "PASSED", "notes": "WARNED", "conditional": "WARNED"}.get(report["conclusion"]["word"], "FAILED")


def _digest_of(value: Mapping[str, Any]) -> str:
    own = value.get("digest")
    return own.removeprefix("sha256:") if isinstance(own, str) else sha256(canonical(value))


def witnessing(manifest: bytes, attestation: bytes, *, name: str, moment: str, key: str) -> bytes:
    """Return the laboratory's statement: who it is, when it signed, with which key. The time is that of its machine."""
    from emulator.certification.bundle.form import ATTESTATION

    subjects = [(MANIFEST, sha256(manifest))] + ([(ATTESTATION, sha256(attestation))] if attestation else [])
    return _statement(subjects, WITNESSED, {"name": name, "at": moment, "publicKey": key})


def _statement(subjects: list[tuple[str, str]], predicate_type: str, predicate: Mapping[str, Any]) -> bytes:
    from google.protobuf.json_format import MessageToDict
    from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
    from in_toto_attestation.v1.statement import Statement

    told = [ResourceDescriptor(name=name, digest={"sha256": digest}).pb for name, digest in subjects]
    statement = Statement(told, predicate_type, dict(predicate))
    statement.validate()
    return canonical(MessageToDict(statement.pb))
