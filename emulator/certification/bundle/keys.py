"""Ed25519 keys in PEM, what ``openssl genpkey`` makes is taken, and what is signed with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emulator.certification.bundle.archive import MANIFEST, kit_file, object_in, sha256
from emulator.journal.write import canonical
from emulator.kernel.exchange import JsonObject

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    from emulator.certification.report import AttemptReport, ReportedTest


class BadKey(Exception):
    """A file holds no key of the kind that is needed; ``vi`` and ``en`` say why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


@dataclass(frozen=True)
class PublicKey:
    """Who can be believed. ``id`` is the SHA-256 of the key in DER (SubjectPublicKeyInfo), in hex."""

    id: str
    pem: str
    _key: Ed25519PublicKey

    def for_dsse(self) -> Any:
        """Return the key as securesystemslib takes it."""
        from securesystemslib.signer import SSlibKey

        return SSlibKey.from_crypto(self._key, self.id)


@dataclass(frozen=True)
class PrivateKey:
    """Who can sign."""

    _key: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """Return what others check its signatures with."""
        return _public(self._key.public_key())

    def for_dsse(self) -> Any:
        """Return the signer as securesystemslib takes it."""
        from securesystemslib.signer import CryptoSigner

        return CryptoSigner(self._key, self.public.for_dsse())

    def pem(self) -> bytes:
        """Return the key as PKCS#8 in PEM, not encrypted, as ``openssl genpkey -algorithm ed25519`` writes it."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def new_key() -> PrivateKey:
    """Return a fresh private key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return PrivateKey(Ed25519PrivateKey.generate())


def private_key(pem: bytes) -> PrivateKey:
    """Return the private key in a PEM file.

    Raises:
        BadKey: it is none, it is encrypted, or not an Ed25519 one.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, None)
    except TypeError:
        raise BadKey(
            "Khóa có mật khẩu; hãy dùng khóa không mật khẩu", "the key is encrypted; use one without"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("Không phải khóa bí mật PEM (PKCS#8)", "not a private key in PEM (PKCS#8)") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKey("Phải là khóa Ed25519", "must be an Ed25519 key")
    return PrivateKey(key)


def public_key(pem: bytes) -> PublicKey:
    """Return the public key in a PEM file.

    Raises:
        BadKey: it is none, or not an Ed25519 one.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if b"PRIVATE KEY" in pem:
        raise BadKey("Đây là khóa bí mật; cần khóa công khai", "this is a private key; the public one is needed")
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("Không phải khóa công khai PEM", "not a public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadKey("Phải là khóa Ed25519", "must be an Ed25519 key")
    return _public(key)


def _public(key: Ed25519PublicKey) -> PublicKey:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from emulator.certification.bundle.archive import sha256

    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return PublicKey(sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)), pem, key)


# DSSE envelopes: a payload with one Ed25519 signature over its pre-authentication encoding.

IN_TOTO = "application/vnd.in-toto+json"
CHALLENGE = "application/vnd.ndxp-emulator.challenge+json"


class BadEnvelope(Exception):
    """An envelope cannot be believed; ``vi`` and ``en`` say why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


def seal_payload(payload: bytes, payload_type: str, key: PrivateKey) -> bytes:
    """Return the envelope of a payload, one line of canonical JSON: the same payload and key, the same bytes."""
    from securesystemslib.dsse import Envelope

    envelope = Envelope(payload, payload_type, {})
    envelope.sign(key.for_dsse())
    return canonical(envelope.to_dict()) + b"\n"


def payload_of(raw: bytes, payload_type: str) -> bytes:
    """Return what an envelope holds, not yet believed.

    Raises:
        BadEnvelope: it is none, of another type, without or with several signatures, or written otherwise than ours.
    """
    return bytes(_envelope(raw, payload_type).payload)


def check(raw: bytes, payload_type: str, key: PublicKey) -> bytes:
    """Return what an envelope holds, signed by this key.

    Raises:
        BadEnvelope: it is none, or another key signed it, or what it holds was changed.
    """
    from securesystemslib.exceptions import VerificationError

    envelope = _envelope(raw, payload_type)
    if key.id not in envelope.signatures:
        raise BadEnvelope(f"Không do khóa {key.id[:16]}… ký", f"was not signed by key {key.id[:16]}…")
    try:
        envelope.verify([key.for_dsse()], 1)
    except VerificationError:
        vi = f"Chữ ký của khóa {key.id[:16]}… không khớp nội dung"
        raise BadEnvelope(vi, f"the signature of key {key.id[:16]}… does not fit the content") from None
    return bytes(envelope.payload)


def _envelope(raw: bytes, payload_type: str) -> Any:
    from securesystemslib.dsse import Envelope

    try:
        envelope = Envelope.from_dict(object_in(raw))
        same = canonical(envelope.to_dict()) + b"\n" == raw
    except Exception as trouble:  # the library raises whatever a foreign JSON makes it stumble over
        raise BadEnvelope("Không phải phong bì DSSE", "not a DSSE envelope") from trouble
    if not same:
        raise BadEnvelope("Phong bì DSSE không viết đúng dạng", "the DSSE envelope is not written canonically")
    if envelope.payload_type != payload_type:
        raise BadEnvelope(f"Phong bì không thuộc loại {payload_type}", f"the envelope is not of type {payload_type}")
    if len(envelope.signatures) != 1:
        raise BadEnvelope("Phong bì phải có đúng một chữ ký", "the envelope must have exactly one signature")
    return envelope


def told_in(payload: bytes) -> JsonObject:
    """Return the JSON object a payload holds. Raises BadEnvelope."""
    try:
        found = json.loads(payload)
    except ValueError:
        found = None
    if not isinstance(found, dict) or canonical(found) != payload:
        raise BadEnvelope("Nội dung phong bì không phải JSON chuẩn tắc", "the payload is not canonical JSON")
    return found


# What is signed: in-toto statements about a bundle's manifest, which speaks of every other file.

TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
WITNESSED = "urn:ndxp-emulator:witness:1"


def test_result(manifest: bytes, report: AttemptReport) -> bytes:
    """Return the vendor's statement: which product had which result, with which kit and configuration."""
    product = report["plan"]["product"]
    kit = report["kit"]
    subjects = [
        (MANIFEST, sha256(manifest)),
        (kit_file(kit["id"]), kit["digest"].removeprefix("sha256:")),
        (f"{product['name']} {product['version']}", sha256(canonical(product))),
    ]
    chosen: dict[str, Mapping[str, object]] = {"kit": kit, "challenge": report["challenge"], "plan": report["plan"]}
    configuration = [{"name": name, "digest": {"sha256": _digest_of(value)}} for name, value in chosen.items()]
    named: dict[str, list[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for test in report["tests"]:
        if test["verdict"] != "omit":
            named[_list_of(test)].append(test["id"])
    predicate = {"result": _result(report), "configuration": configuration, **named}
    return _statement(subjects, TEST_RESULT, predicate)


def _list_of(test: ReportedTest) -> str:
    """Return where a test is listed; of what is required, all that did not pass counts as failed."""
    if test["verdict"] == "pass":
        return "passedTests"
    return "warnedTests" if test["level"] == "SHOULD" or test["verdict"] == "warn" else "failedTests"


def _result(report: AttemptReport) -> str:
    """Return the predicate's word: what was not exercised has not passed."""
    return {"pass": "PASSED", "notes": "WARNED", "conditional": "WARNED"}.get(report["conclusion"]["word"], "FAILED")


def _digest_of(value: Mapping[str, object]) -> str:
    own = value.get("digest")
    return own.removeprefix("sha256:") if isinstance(own, str) else sha256(canonical(value))


def witnessing(manifest: bytes, attestation: bytes, *, name: str, moment: str, key: str) -> bytes:
    """Return the laboratory's statement: who it is, when it signed, with which key. The time is that of its machine."""
    from emulator.certification.bundle.archive import ATTESTATION

    subjects = [(MANIFEST, sha256(manifest))] + ([(ATTESTATION, sha256(attestation))] if attestation else [])
    return _statement(subjects, WITNESSED, {"name": name, "at": moment, "publicKey": key})


def _statement(subjects: list[tuple[str, str]], predicate_type: str, predicate: Mapping[str, object]) -> bytes:
    from google.protobuf.json_format import MessageToDict
    from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
    from in_toto_attestation.v1.statement import Statement

    told = [ResourceDescriptor(name=name, digest={"sha256": digest}).pb for name, digest in subjects]
    statement = Statement(told, predicate_type, dict(predicate))
    statement.validate()
    return canonical(MessageToDict(statement.pb))
