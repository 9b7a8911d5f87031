"""Ed25519 keys in PEM: the vendor's, the authority's, the laboratory's. What ``openssl genpkey`` makes is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


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

    from emulator.certification.bundle.form import sha256

    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return PublicKey(sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)), pem, key)
