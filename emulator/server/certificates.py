"""TLS for tests: a certificate authority of this user, made at the first ``--tls`` and kept, so it is trusted once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import trustme

NAMES = ("localhost", "127.0.0.1", "::1", "api.ngsp.gov.vn", "*.localhost")
_CA, _KEY = "ca.pem", "ca-key.pem"


class CertificateTrouble(Exception):
    """No certificate can be made; the sentence says why."""


def issue(folder: Path, names: Sequence[str], certificate: Path) -> Path:
    """Write a certificate with its key for ``NAMES`` and ``names``; return the path of the authority's certificate.

    The authority lives in ``folder``: ``ca.pem`` for clients to trust, ``ca-key.pem`` readable by its owner only.

    Raises:
        CertificateTrouble: a name is none, or the folder cannot be used.
    """
    try:
        authority = _authority(folder)
        leaf = authority.issue_cert(*NAMES, *names)
        _write_private(certificate, leaf.private_key_and_cert_chain_pem.bytes())
    except (OSError, ValueError, UnicodeError) as trouble:
        wish = ", ".join(names) or folder
        raise CertificateTrouble(
            f"Không tạo được chứng chỉ TLS cho {wish}: {trouble}. / No TLS certificate for {wish}: {trouble}."
        ) from trouble
    return folder / _CA


def _authority(folder: Path) -> trustme.CA:
    import trustme

    ca_file, key_file = folder / _CA, folder / _KEY
    if ca_file.exists() and key_file.exists():
        return trustme.CA.from_pem(ca_file.read_bytes(), key_file.read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="ndxp-emulator", organization_unit_name="test only, never trust elsewhere")
    _write_private(key_file, authority.private_key_pem.bytes())
    ca_file.write_bytes(authority.cert_pem.bytes())
    return authority


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
