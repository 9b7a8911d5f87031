"""Agencies served by a program of somebody's own: the addresses they may have, and one real HTTP call to them.

The forward is X-Road's (pr-rest 4.3, 4.4, 4.6): status, redirects, cache headers and body come back as they were said;
what the agency's machine does wrong is the provider's fault, in X-Road's words, with how far its answer had come.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import re
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, BinaryIO, NamedTuple, cast
from urllib.parse import quote, urlsplit

from emulator.country.axis_records import LiveAgency
from emulator.country.world import World
from emulator.gateways.axis import faults
from emulator.gateways.axis.address import is_passed
from emulator.gateways.axis.allow_list import AllowList, ForbiddenAddress
from emulator.kernel.delivery import FileBody
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import AxisRefusal

# The live forward. The name is resolved once and the connection goes to the address that was checked.

_CONNECT_S = 5
_IN_MEMORY = 1 << 20
_CHUNK = 65_536
_WHOLE = 4
"""So many times the allowed silence may a whole answer take."""
_PORTS = {"http": 80, "https": 443}
_HANDLED_HERE = {"expect", "content-length"}
_NO_BODY = (204, 304)
_SAID = 80
_SIZE = re.compile(r"\d{1,18}", re.ASCII)
_CONTROLS = re.compile(r"(?:\r?\n[ \t]+)|[\x00-\x08\x0a-\x1f\x7f]")
# Every character that may stand in a request target as it came; anything else is percent-encoded (K23).
_AS_SENT = "".join(map(chr, range(0x21, 0x7F)))


class Machine(NamedTuple):
    """Where an agency's system is: what was registered, and the address that was found for it."""

    scheme: str
    name: str
    port: int
    base: str
    address: str = ""

    @property
    def text(self) -> str:
        """Return ``host:port [host/ip]``, as X-Road's messages name a machine."""
        return f"{self.name}:{self.port} [{self.name}{'/' + self.address if self.address else ''}]"


def forward(call: Call, agency: LiveAgency, host: str, world: World, allowed: AllowList) -> Reply:
    """Call the agency's system and return what it said; its body lies in a temporary file that nothing keeps.

    ``host`` is the name it is asked as, that of the providerurl; empty for its own.

    Raises:
        AxisRefusal: it cannot be reached, breaks off, says nothing in time, or more than ``live_body_limit`` bytes.
    """
    parts = urlsplit(agency.base_url)
    machine = Machine(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme], parts.path.rstrip("/"))
    try:
        machine = machine._replace(address=allowed.checked_address(machine.name, machine.port))
    except ForbiddenAddress as trouble:
        raise faults.host_down(machine.name, machine.port, str(trouble)) from None
    except OSError:
        raise faults.host_unknown(machine.name) from None
    with _open_connection(machine, agency, world) as connection:
        return _Exchange(connection, machine, world, allowed).run(call, host or parts.netloc.rpartition("@")[2])


@contextmanager
def _open_connection(machine: Machine, agency: LiveAgency, world: World) -> Iterator[http.client.HTTPConnection]:
    """Open the line, and cut it when the whole call takes too long: a drip never runs into a timeout of its own."""
    connection = http.client.HTTPConnection(machine.name, machine.port)
    connection.response_class = _Answer
    line = _line_to(machine, agency, world.settings.live_timeout_s)
    connection.sock = line
    watch = threading.Timer(world.settings.live_timeout_s * _WHOLE, _cut, (line,))
    watch.daemon = True
    watch.start()
    try:
        _shake_hands(line, machine)
        yield connection
    finally:
        watch.cancel()
        connection.close()
        line.close()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _line_to(machine: Machine, agency: LiveAgency, silence_s: float) -> socket.socket:
    try:
        line = socket.create_connection((machine.address, machine.port), min(_CONNECT_S, silence_s))
    except TimeoutError:
        raise faults.machine_down(machine.text, "Connection timed out (Connection timed out)") from None
    except OSError as trouble:
        reason = "Connection refused" if isinstance(trouble, ConnectionRefusedError) else "No route to host"
        raise faults.machine_down(machine.text, f"{reason} ({reason})") from None
    line.settimeout(silence_s)
    if machine.scheme == "http":
        return line
    try:
        context = _tls(agency.verify_tls)
        return context.wrap_socket(line, server_hostname=machine.name, do_handshake_on_connect=False)
    except (OSError, ValueError) as trouble:
        line.close()
        raise faults.machine_down(machine.text, _tls_words(trouble, machine), "provider-tls") from None


def _shake_hands(line: socket.socket, machine: Machine) -> None:
    """Greet by TLS under the same watch as the call: a greeting may drip as an answer may."""
    if not isinstance(line, ssl.SSLSocket):
        return
    try:
        line.do_handshake()
    except (OSError, ValueError) as trouble:
        raise faults.machine_down(machine.text, _tls_words(trouble, machine), "provider-tls") from None


def _tls(is_verified: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not is_verified:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


_NO_PATH = "PKIX path building failed: unable to find valid certification path to requested target"
_NOT_VALID = "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed"
# What OpenSSL calls it, and what the Java of a security server says.
_TLS_WORDS = (
    ("WRONG_VERSION_NUMBER", "Unrecognized SSL message, plaintext connection?"),
    ("RECORD_LAYER", "Unrecognized SSL message, plaintext connection?"),
    ("HTTP_REQUEST", "Unrecognized SSL message, plaintext connection?"),
    ("EOF", "Remote host closed connection during handshake"),
)


def _tls_words(trouble: Exception, machine: Machine) -> str:
    """Return the cause of a TLS fault as the Java of a security server says it."""
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return _certificate_words(trouble.verify_message.lower(), machine)
    if isinstance(trouble, TimeoutError):
        return "Read timed out"
    reason = "EOF" if isinstance(trouble, ConnectionError) else (getattr(trouble, "reason", "") or "").upper()
    for part, words in _TLS_WORDS:
        if part in reason:
            return words
    alert = reason.partition("ALERT_")[2].lower()
    return f"Received fatal alert: {alert or 'handshake_failure'}"


def _certificate_words(said: str, machine: Machine) -> str:
    if "hostname" in said or "ip address" in said:
        return f"No subject alternative DNS name matching {machine.name} found."
    return _NOT_VALID if "expired" in said or "not yet valid" in said else _NO_PATH


class _Lines(io.BufferedReader):
    """The provider's bytes; ``has_ended`` once a line ended because the connection did."""

    has_ended = False

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return the next line."""
        line = super().readline(size)
        self.has_ended = self.has_ended or not line
        return line


class _Answer(http.client.HTTPResponse):
    """An answer whose interim ones (1xx) are passed over, and whose head must be one, and whole (RFC 9110 §15.2)."""

    def __init__(self, sock: socket.socket, *options: Any, **more: Any) -> None:
        super().__init__(sock, *options, **more)
        self._lines = _Lines(self.fp.detach())
        self.fp = self._lines

    def begin(self) -> None:
        """Read the head of the final answer.

        Raises:
            RemoteDisconnected: it broke off before its end.
            BadHeader: a line of it is no header.
        """
        super().begin()
        while self.status < 200 and not self._lines.has_ended:
            self.headers = self.msg = cast("http.client.HTTPMessage", None)  # what is set is not read again
            super().begin()
        if self._lines.has_ended:
            raise http.client.RemoteDisconnected(str(self.status))
        rest = self.headers.get_payload()  # what the reader of headers could not read as one
        if isinstance(rest, str) and rest:
            raise BadHeader(rest.splitlines()[0].encode("latin-1").decode(errors="replace")[:_SAID])


class BadHeader(Exception):
    """A line between status and body is no header; the text is the line."""


class _Exchange:
    """One request and its answer on an open line; ``came`` counts the bytes of the body so far."""

    def __init__(
        self, connection: http.client.HTTPConnection, machine: Machine, world: World, allowed: AllowList
    ) -> None:
        self._connection, self._machine, self._world = connection, machine, world
        self._allowed = allowed
        self.came, self.expected = 0, -1

    def run(self, call: Call, host: str) -> Reply:
        """Ask, and read the answer to its end."""
        try:
            self._ask(call, host)
            response = self._connection.getresponse()
            return self._read(response, call)
        except AxisRefusal:
            raise
        except TimeoutError:
            raise self._word_failure("Read timed out", "không trả lời trong thời hạn") from None
        except http.client.RemoteDisconnected:
            raise self._word_failure(
                f"{self._machine.text} failed to respond", "đóng kết nối mà không trả lời"
            ) from None
        except BadHeader as trouble:
            raise self._word_failure(f"Invalid header: {trouble}", f"có dòng tiêu đề sai dạng '{trouble}'") from None
        except http.client.IncompleteRead as trouble:
            raise self._broken_off(trouble) from None
        except ConnectionError as trouble:
            words = "Broken pipe" if isinstance(trouble, BrokenPipeError) else "Connection reset"
            raise self._word_failure(words, "ngắt kết nối giữa chừng") from None
        except ssl.SSLError as trouble:
            raise self._word_failure(_tls_words(trouble, self._machine), "lỗi TLS giữa chừng") from None
        except (http.client.HTTPException, OSError, ValueError):
            raise self._word_failure("Could not parse the response", "trả lời không phải HTTP") from None

    def _ask(self, call: Call, host: str) -> None:
        connection, target = self._connection, quote(self._machine.base + call.target, safe=_AS_SENT)
        connection.putrequest(call.method, target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host)
        for name, value in call.headers:
            leaves = self._allowed.header_that_may_leave(name, value)
            if name not in _HANDLED_HERE and leaves is not None:
                connection.putheader(name, leaves.encode("latin-1", "replace"))
        if call.body or call.method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(call.body)))
        connection.endheaders(call.body or None)

    def _read(self, response: http.client.HTTPResponse, call: Call) -> Reply:
        self.expected = response.length if response.length is not None else -1
        coding = (response.getheader("transfer-encoding") or "chunked").strip()
        if coding.lower() != "chunked":
            raise self._word_failure(f"Unsupported transfer encoding: {coding[:_SAID]}", "dùng Transfer-Encoding lạ")
        headers = tuple((name, _one_line(text)) for name, text in response.getheaders() if _comes_back(name.lower()))
        if call.method == "HEAD" or response.status in _NO_BODY:
            sizes = set(response.headers.get_all("content-length", ()))
            sized = tuple(("Content-Length", size) for size in sizes if len(sizes) == 1 and _SIZE.fullmatch(size))
            return Reply(response.status, headers=(*headers, *sized))
        spool = cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - the reply closes it
        try:
            digest = self._spool(response, spool)
        except BaseException:
            spool.close()
            raise
        body = FileBody(cast("BinaryIO", spool), 0, self.came, digest)
        return Reply(response.status, headers=(*headers, ("Content-Length", str(self.came))), file=body)

    def _spool(self, response: http.client.HTTPResponse, spool: IO[bytes]) -> str:
        limit, reckoning = self._world.settings.live_body_limit, hashlib.sha256()
        while chunk := response.read1(_CHUNK):
            self.came += len(chunk)
            if self.came > limit:
                raise faults.service_failed(f"Response exceeds {limit} bytes", f"bên cung cấp trả hơn {limit} byte")
            reckoning.update(chunk)
            spool.write(chunk)
        if self.came < self.expected:
            raise self._broken_off(None)
        return "sha256:" + reckoning.hexdigest()

    def _broken_off(self, trouble: http.client.IncompleteRead | None) -> AxisRefusal:
        """Word an answer that ended before its end, as Apache's HttpClient does in a security server."""
        if trouble is None:
            words = "Premature end of Content-Length delimited message body"
            return faults.service_failed(
                f"{words} (expected: {self.expected:,}; received: {self.came:,})",
                f"bên cung cấp hứa {self.expected} byte, mới gửi {self.came} byte rồi ngắt",
            )
        cause = trouble.__context__
        if isinstance(cause, ValueError) and not str(cause).endswith(
            "b''"
        ):  # an empty size line is the end, not a size
            return self._word_failure("Bad chunk header", "gửi khối (chunk) sai dạng")
        words = "Premature end of chunk coded message body: closing chunk expected"
        return self._word_failure(words, "ngắt trước khối (chunk) cuối")

    def _word_failure(self, words: str, vi: str) -> AxisRefusal:
        text = f"hệ thống bên cung cấp {vi}; đã nhận {self.came} byte thân"
        return faults.service_failed(f"{words} (received: {self.came:,})", text)


def _one_line(text: str) -> str:
    """Return a header's value as it may be sent on: folded lines joined, no control characters (RFC 9110 §5.5)."""
    return _CONTROLS.sub(" ", text).strip()


def _comes_back(name: str) -> bool:
    return is_passed(name) and name not in ("content-length", "date")
