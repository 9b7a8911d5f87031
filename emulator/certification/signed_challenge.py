"""A challenge on its way: as an authority hands it out, signed, and as whoever runs the attempt takes it."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.certification.bundle.envelope import CHALLENGE, BadEnvelope, check, payload_of, sealed, told_in
from emulator.certification.bundle.form import object_in
from emulator.certification.bundle.keys import BadKey, PrivateKey, PublicKey, public_key
from emulator.certification.challenge import Challenge, challenge_of
from emulator.journal.chain import canonical


class BadChallenge(Exception):
    """A challenge file cannot be used; ``vi`` and ``en`` say why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


@dataclass(frozen=True)
class Received:
    """A challenge file. ``envelope`` is the file itself when it is signed, else empty; it goes into the bundle."""

    challenge: Challenge
    envelope: bytes = b""
    key: PublicKey | None = None


def signed(challenge: Challenge, key: PrivateKey) -> bytes:
    """Return the file an authority hands out: a DSSE envelope that holds the challenge and the authority's key."""
    told = canonical({"challenge": challenge.as_dict(), "publicKey": key.public.pem})
    return sealed(told, CHALLENGE, key)


def received(raw: bytes) -> Received:
    """Return the challenge in a file, signed or plain.

    Raises:
        BadChallenge: it is none, or its signature does not fit.
    """
    try:
        found = object_in(raw)
        if "payload" not in found:
            return Received(challenge_of(found))
        told = told_in(payload_of(raw, CHALLENGE))
        key = public_key(str(told["publicKey"]).encode())
        check(raw, CHALLENGE, key)
        return Received(challenge_of(told["challenge"]), raw, key)
    except (BadEnvelope, BadKey) as trouble:
        raise BadChallenge(trouble.vi, trouble.en) from trouble
    except (ValueError, KeyError, TypeError, RecursionError) as trouble:
        raise BadChallenge(f"Không phải tệp thử thách: {trouble}", f"not a challenge file: {trouble}") from trouble
