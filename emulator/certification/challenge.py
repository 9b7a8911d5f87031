"""The challenge an attempt is bound to: from its nonce comes every stimulus (certification levels L0 to L3)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TypedDict, cast

from emulator.certification.bundle.archive import object_in
from emulator.certification.bundle.keys import (
    CHALLENGE,
    BadEnvelope,
    BadKey,
    PrivateKey,
    PublicKey,
    check,
    payload_of,
    public_key,
    seal_payload,
    told_in,
)
from emulator.journal.write import canonical, digest
from emulator.kernel.clock import iso, to_ms
from emulator.kernel.exchange import JsonObject
from emulator.kernel.values import value_class

_SEEDS = 2**53


class ChallengeBounds(TypedDict, total=False):
    """What binds a challenge to one product and one key, as far as it is bound (the members of ``Challenge``)."""

    serial: str
    vendor_key: str
    product: str
    product_version: str
    vendor: str
    attempts: int


class ChallengeWords(ChallengeBounds):
    """A challenge as JSON holds it: the members of ``Challenge``, by the same names."""

    nonce: str
    kit: str
    kit_digest: str
    valid_from: str
    valid_to: str
    authority: str


@value_class
class Challenge:
    """What the attempt must answer: a nonce that nobody could know before, the kit, whose it is, when it may begin.

    ``authority`` names who handed it out; empty: the vendor made it itself, which proves nothing to others.
    Moments are ISO 8601 with offset, or empty. ``vendor_key`` is the fingerprint of the one key that may sign a bundle
    of it, ``product`` and ``vendor`` are those of the plan, ``product_version`` too where it is not empty. ``serial``
    is its number in the authority's ledger, ``attempts`` how many different bundles of it the authority takes (0: it
    does not say).
    """

    nonce: str
    kit: str
    kit_digest: str
    valid_from: str = ""
    valid_to: str = ""
    authority: str = ""
    serial: str = ""
    vendor_key: str = ""
    product: str = ""
    product_version: str = ""
    vendor: str = ""
    attempts: int = 0

    @property
    def seed(self) -> int:
        """Return the seed of the attempt's sandbox: dossier codes, people, order of defects."""
        return int(self.digest.removeprefix("sha256:")[:16], 16) % _SEEDS

    @property
    def digest(self) -> str:
        """Return the digest that the first entry of the chain names as its predecessor."""
        return digest(canonical(self.as_dict()))

    def as_dict(self) -> ChallengeWords:
        """Return the challenge as JSON holds it; what binds it is left out where it is not bound, as it was before."""
        told = {name: value for name, value in asdict(self).items() if value or name in _ALWAYS}
        return cast("ChallengeWords", told)

    def holds_at(self, moment_ms: int) -> bool:
        """Tell whether an attempt may begin at a wall instant."""
        after = not self.valid_from or moment_ms >= to_ms(datetime.fromisoformat(self.valid_from))
        return after and (not self.valid_to or moment_ms < to_ms(datetime.fromisoformat(self.valid_to)))

    def stranger_to(self, product: Mapping[str, str]) -> tuple[str, str, str] | None:
        """Return (what, its value here, its value in a plan) when it was handed out for another product, else None."""
        pairs = (("name", self.product), ("vendor", self.vendor), ("version", self.product_version))
        return next(((name, said, product[name]) for name, said in pairs if said and said != product[name]), None)


_ALWAYS = frozenset({"nonce", "kit", "kit_digest", "valid_from", "valid_to", "authority"})
_TEXTS = frozenset(each.name for each in fields(Challenge)) - {"attempts"}


def challenge_of(words: ChallengeWords | JsonObject) -> Challenge:
    """Return the challenge that ``as_dict`` wrote. Raises TypeError when it is none."""
    wrong = [name for name, value in words.items() if name in _TEXTS and not isinstance(value, str)]
    if wrong or not isinstance(words.get("attempts", 0), int):
        raise TypeError(f"{', '.join(wrong) or 'attempts'}: not of its kind")
    return Challenge(**cast("JsonObject", words))


def new_challenge(
    kit: str,
    kit_digest: str,
    *,
    authority: str = "",
    begins_ms: int | None = None,
    days: int = 14,
    nonce: str = "",
    bound_to: ChallengeBounds | None = None,
) -> Challenge:
    """Return a fresh challenge; ``nonce`` is given only where the same attempt is to be played again."""
    span = ("", "") if begins_ms is None else (iso(begins_ms), iso(begins_ms + days * 86_400_000))
    return Challenge(nonce or secrets.token_hex(16), kit, kit_digest, *span, authority, **(bound_to or {}))


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


def sign_challenge(challenge: Challenge, key: PrivateKey) -> bytes:
    """Return the file an authority hands out: a DSSE envelope that holds the challenge and the authority's key."""
    told = canonical({"challenge": challenge.as_dict(), "publicKey": key.public.pem})
    return seal_payload(told, CHALLENGE, key)


def receive_challenge(raw: bytes) -> Received:
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
