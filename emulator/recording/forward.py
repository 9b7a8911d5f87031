"""The one way out: to the registered platform and nowhere else. Certificates are checked, redirects not followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from emulator.kernel.exchange import Headers
from emulator.kernel.values import value_class
from emulator.recording.session import Trouble

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

_CONNECT_S = 10
_CHUNK = 65_536
_HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer",
    "transfer-encoding", "upgrade",
}  # fmt: skip
_OURS = {"host", "content-length", "expect", "x-admin-token"}


class BadAddress(ValueError):
    """An address that cannot be forwarded to; the text says why, in both languages."""


class Body(Protocol):
    """A request body that is read once. ``length`` is None when only its end shows how long it is."""

    length: int | None

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; nothing at the end."""


@value_class
class Platform:
    """Where calls go. ``ca`` is a file of certificates to trust in place of the system's."""

    base_url: str
    ca: str | None = None
    timeout_s: float = 60

    @property
    def authority(self) -> str:
        """Return host and port as a ``Host`` header has them."""
        return urlsplit(self.base_url).netloc

    @property
    def origin(self) -> str:
        """Return scheme, host and port."""
        return f"{urlsplit(self.base_url).scheme}://{self.authority}"


class NoUpstream(Exception):
    """No answer came; ``trouble`` is the kind of reason."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble


class CutShort(Exception):
    """An answer broke off."""


def platform_of(address: str, ca: str | None, timeout_s: float) -> Platform:
    """Return the platform of an address.

    Raises:
        BadAddress: it is no http(s) address, or carries a user, a query or a fragment.
    """
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise BadAddress("cần dạng https://máy-chủ[:cổng][/đường-dẫn] / https://host[:port][/path] is expected")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadAddress("không được có tài khoản, ? hay # / no user, query or fragment is allowed")
    return Platform(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", ca, timeout_s)


def without_hop_by_hop(headers: Headers) -> Headers:
    """Return the headers that belong to a message and not to a connection (RFC 9110 7.6.1)."""
    named = {
        part.strip().lower() for name, value in headers if name.lower() == "connection" for part in value.split(",")
    }
    return tuple(pair for pair in headers if pair[0].lower() not in _HOP_BY_HOP | named)


class UpstreamAnswer:
    """An answer whose body is still to come."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self.status = response.status_code
        self.reason = response.reason or ""
        self.headers = without_hop_by_hop(
            tuple((str(name), str(value)) for name, value in response.raw.headers.items())
        )

    def chunks(self) -> Iterator[bytes]:
        """Yield the body as it was sent, coded as it was.

        Raises:
            CutShort: it broke off, or nothing came for too long.
        """
        import urllib3

        try:
            yield from self._response.raw.stream(_CHUNK, decode_content=False)
        except (urllib3.exceptions.HTTPError, OSError) as trouble:
            raise CutShort from trouble
        finally:
            self._response.close()


class Forwarder:
    """Connections to one platform, kept open between calls; for one thread."""

    def __init__(self, platform: Platform) -> None:
        from requests.adapters import HTTPAdapter

        self._platform = platform
        # Not a session: that would read the environment for proxies, and the body of a redirect.
        self._adapter = HTTPAdapter()

    def ask(self, method: str, target: str, headers: Headers, body: Body | None) -> UpstreamAnswer:
        """Send a call on and return the beginning of its answer.

        Raises:
            Unreachable: no answer came.
        """
        import requests
        import urllib3

        try:
            response = self._adapter.send(
                self._prepare_request(method, target, headers, body),
                stream=True,
                timeout=(_CONNECT_S, self._platform.timeout_s),
                verify=self._platform.ca or True,
            )
        except requests.exceptions.SSLError:
            raise NoUpstream("tls") from None
        except requests.exceptions.Timeout:
            raise NoUpstream("timeout") from None
        except requests.exceptions.ConnectionError as trouble:
            is_timeout = "timed out" in str(trouble)
            is_refused = isinstance(getattr(trouble.args[0], "reason", None), urllib3.exceptions.NewConnectionError)
            raise NoUpstream("timeout" if is_timeout else "refused" if is_refused else "broken") from None
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError):
            raise NoUpstream("broken") from None
        return UpstreamAnswer(response)

    def _prepare_request(self, method: str, target: str, headers: Headers, body: Body | None) -> PreparedRequest:
        import requests
        from requests.structures import CaseInsensitiveDict

        prepared = requests.PreparedRequest()
        prepared.prepare_method(method)
        prepared.url = self._platform.base_url + target
        prepared.headers = CaseInsensitiveDict(_join_headers(headers))
        prepared.headers["Host"] = self._platform.authority
        prepared.headers.setdefault("Accept-Encoding", "identity")
        if body is None:
            return prepared
        if body.length is None:
            prepared.headers["Transfer-Encoding"] = "chunked"
            prepared.body = iter(lambda: body.read(_CHUNK), b"")  # type: ignore[assignment]  # sent piece by piece
        else:
            prepared.headers["Content-Length"] = str(body.length)
            prepared.body = body  # type: ignore[assignment]  # http.client reads what has a read()
        return prepared

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()


def _join_headers(headers: Headers) -> dict[str, str]:
    """Return headers by name; repeats are joined as RFC 9110 5.3 allows, cookies as RFC 6265 5.4 has them."""
    joined: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for name, value in without_hop_by_hop(headers):
        key = name.lower()
        if key in _OURS:
            continue
        first = spelled.setdefault(key, name)
        between = "; " if key == "cookie" else ", "
        joined[first] = f"{joined[first]}{between}{value}" if first in joined else value
    return joined
