"""TLS for tests: a certificate authority of this user, made at the first ``--tls`` and kept, so it is trusted once."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.kernel.delivery import SECRET, write_whole

if TYPE_CHECKING:
    import trustme

NAMES = ("localhost", "127.0.0.1", "::1", "api.ngsp.gov.vn", "*.localhost")
_CA, _KEY = "ca.pem", "ca-key.pem"
_INSTALL = "pip install 'ndxp-emulator[tls]'"


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
        write_whole(certificate, leaf.private_key_and_cert_chain_pem.bytes(), SECRET)
    except (OSError, ValueError, UnicodeError) as trouble:
        wish = ", ".join(names) or folder
        raise CertificateTrouble(
            f"Không tạo được chứng chỉ TLS cho {wish}: {trouble}. / No TLS certificate for {wish}: {trouble}."
        ) from trouble
    return folder / _CA


class FaultyCertificates:
    """What a server shows in place of its certificate while a TLS fault stands for it.

    ``fault_of`` says which fault stands for the name that a client asks for (None: it named none): ``expired``,
    ``wrong-name``, ``unknown-issuer`` or None. Each process makes such a certificate when it is first to be shown.
    """

    def __init__(self, folder: Path, names: Sequence[str], fault_of: Callable[[str | None], str | None]) -> None:
        self._folder, self._names, self._fault_of = folder, (*NAMES, *names), fault_of
        self._contexts: dict[str, ssl.SSLContext] = {}

    def choose(self, line: ssl.SSLObject, name: str | None, _usual: ssl.SSLContext) -> None:
        """Choose what one connection is shown; this is an ``sni_callback``."""
        fault = self._fault_of(name)
        if fault is None:
            return
        if fault not in self._contexts:
            self._contexts[fault] = self._context(fault)
        line.context = self._contexts[fault]

    def _context(self, fault: str) -> ssl.SSLContext:
        names, yesterday = self._names, datetime.now(UTC) - timedelta(days=1)
        if fault == "expired":
            begun = yesterday - timedelta(days=365)
            leaf = _authority(self._folder).issue_cert(*names, not_before=begun, not_after=yesterday)
        elif fault == "wrong-name":
            leaf = _authority(self._folder).issue_cert("ten-khac.example.vn")
        else:
            leaf = _kind_of_authority()(organization_name="ndxp-emulator unknown issuer").issue_cert(*names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory(prefix="ndxp-emulator-") as folder:  # ssl reads certificates from files alone
            path = Path(folder, "certificate.pem")
            write_whole(path, leaf.private_key_and_cert_chain_pem.bytes(), SECRET)
            context.load_cert_chain(path)
        return context


def _kind_of_authority() -> type[trustme.CA]:
    """Return what makes authorities; it comes with the extra ``tls`` and takes 138 ms to import."""
    try:
        from trustme import CA
    except ModuleNotFoundError as missing:
        raise CertificateTrouble(
            f"Thiếu thư viện làm chứng chỉ thử nghiệm; cài phần thêm: {_INSTALL}. / "
            f"The library that makes test certificates is missing; install the extra: {_INSTALL}."
        ) from missing
    return CA


def _authority(folder: Path) -> trustme.CA:
    ca_file, key_file = folder / _CA, folder / _KEY
    if ca_file.exists() and key_file.exists():
        return _kind_of_authority().from_pem(ca_file.read_bytes(), key_file.read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    authority = _kind_of_authority()(
        organization_name="ndxp-emulator", organization_unit_name="test only, never trust elsewhere"
    )
    write_whole(key_file, authority.private_key_pem.bytes(), SECRET)
    write_whole(ca_file, authority.cert_pem.bytes())
    return authority
