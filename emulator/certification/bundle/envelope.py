"""DSSE envelopes: a payload with one Ed25519 signature over its pre-authentication encoding."""

from __future__ import annotations

import json
from typing import Any

from emulator.certification.bundle.form import object_in
from emulator.certification.bundle.keys import PrivateKey, PublicKey
from emulator.journal.write import canonical

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


def told_in(payload: bytes) -> dict[str, Any]:
    """Return the JSON object a payload holds. Raises BadEnvelope."""
    try:
        found = json.loads(payload)
    except ValueError:
        found = None
    if not isinstance(found, dict) or canonical(found) != payload:
        raise BadEnvelope("Nội dung phong bì không phải JSON chuẩn tắc", "the payload is not canonical JSON")
    return found
