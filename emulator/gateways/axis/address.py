"""Where a forwarded call goes: the address of an adapter call, read."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from emulator.country.axis import Axis
from emulator.country.world import World
from emulator.gateways.axis.faults import bad_address
from emulator.kernel.clock import name_uuid
from emulator.kernel.exchange import Call, Headers, Reply
from emulator.wire.axis import HOST_PLACEHOLDER, SERVICE, NotASubsystem, SubsystemId, read_subsystem

# Where a forwarded call is to go: path, ``dstcode``, ``providerurl``, from query or headers (KDL V.2, V.3).

CONTEXTS = ("XrdAdapter", "VXPAdapter")
FORWARD = re.compile(rf"/(?:{'|'.join(CONTEXTS)})/RestService/forward(?=/|$)")
PARAMETERS = ("dstcode", "providerurl")
_PLACEHOLDER = re.compile(r"ip-ss-(?:bn[đd]p|donvi)", re.IGNORECASE)
_STILL_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_PORTS = {"http": 80, "https": 443}


class ProviderUrl(NamedTuple):
    """The origin a providerurl names; ``base`` is its path without a closing slash."""

    scheme: str
    host: str
    port: int | None
    base: str

    @property
    def name(self) -> str:
        """Return ``host`` or ``host:port`` as written."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def port_in_use(self) -> int:
        """Return the port a connection would go to."""
        return _PORTS[self.scheme] if self.port is None else self.port


class ForwardAddress(NamedTuple):
    """A read address. ``path`` is decoded, ``raw_path`` as sent; ``query`` holds the call's own keys in order."""

    path: str
    raw_path: str
    query: str
    dstcode: SubsystemId
    provider_url: ProviderUrl | None


def read_address(call: Call, world: World) -> ForwardAddress:
    """Read the address of a forwarded call, remarking on what clients are known to get wrong.

    Raises:
        AxisRefusal: ``Client.BadRequest``, saying what is wrong and what is expected.
    """
    path = FORWARD.sub("", call.path, count=1) or "/"
    own, given = _split_query(call.query, world)
    _refuse_leftovers(call, path, given)
    _refuse_nameless(own)
    dstcode = _value("dstcode", given, call, world)
    url = _value("providerurl", given, call, world)
    if not dstcode:
        dstcode = _default_dstcode(path, url, world)
    _remark_on_raw_text(call, world)
    raw_path = call.target.partition("?")[0].partition("/RestService/forward")[2] or quote(path)
    return ForwardAddress(
        path, raw_path, "&".join(own), _read_dstcode(dstcode, world), _read_url(url, world) if url else None
    )


def _split_query(query: str, world: World) -> tuple[list[str], dict[str, str]]:
    """Take the two parameters out of a raw query; what is left is the caller's own, untouched and in order."""
    own: list[str] = []
    given: dict[str, str] = {}
    for piece in query.split("&") if query else ():
        name, sign, value = piece.partition("=")
        known = name.lower() if sign and name.lower() in PARAMETERS else ""
        if not known:
            own.append(piece)
            continue
        if name != known:
            vi = f"{name}: tên tham số viết thường toàn bộ: {known}"
            en = f"{name} is spelled {known}, in lower case"
            _unusual("parameter-spelling", known, vi, en, world, found=name, expected=known, nearest=known)
        if known in given:
            vi = f"{known}: có hai lần trong query; dùng giá trị đầu '{given[known]}'"
            en = f"{known}: given twice in the query; the first, '{given[known]}', counts"
            _unusual("parameter-twice", known, vi, en, world, found=f"{known} × 2", expected=f"{known} × 1")
        given.setdefault(known, unquote(value))
    return own, given


def _unusual(rule: str, place: str, vi: str, en: str, world: World, **values: str) -> None:
    """Refuse in strict, remark elsewhere: no document says what the adapter makes of it (K01, V.3)."""
    if world.mode == "strict":
        raise bad_address(rule, place, vi, en, **values)
    world.remark(rule, place, vi, en, "note", **values)


def _refuse_leftovers(call: Call, path: str, given: dict[str, str]) -> None:
    texts = (("host", call.host), ("path", path), ("providerurl", given.get("providerurl", "")))
    for place, text in texts:
        if _has_placeholder(text):
            raise bad_address(
                "K22",
                place,
                f"{place}: còn nguyên chữ '{HOST_PLACEHOLDER}'; phải thay bằng IP máy chủ bảo mật của đơn vị mình",
                f"{place}: the words '{HOST_PLACEHOLDER}' were left in; put your own security server's address there",
                found=HOST_PLACEHOLDER,
                expected="<IP>:8080",
            )
    if FORWARD.match(path):
        raise bad_address(
            "wrapped-twice",
            "path",
            "path: đường dẫn đã là đường dẫn qua máy chủ bảo mật (trường hợp 2) mà lại bị ghép thêm một lần nữa",
            "path: a link that already goes through a security server (case 2) was wrapped once more",
            found=path[:120],
            expected=FORWARD.sub("", path, count=1)[:120],
        )


def _has_placeholder(text: str) -> bool:
    """Tell whether the words the guide prints in place of an address were left in (KDL V.3)."""
    if "xn--ip-ss-bnp" in text.lower():  # the IDNA form of IP-SS-BNĐP
        return True
    return bool(_PLACEHOLDER.search(unicodedata.normalize("NFC", text)))


def _refuse_nameless(own: list[str]) -> None:
    if any(unquote(piece).startswith(("VN:", "http://", "https://")) for piece in own):
        raise bad_address(
            "nameless-parameters",
            "query",
            "query: có giá trị nhưng thiếu tên tham số; cần dstcode=<mã máy chủ bảo mật>&providerurl=<địa chỉ>",
            "query: values without their names; dstcode=<subsystem>&providerurl=<address> are expected",
            found="&".join(own)[:120],
            expected="dstcode=<…>&providerurl=<…>",
        )


def _value(name: str, given: dict[str, str], call: Call, world: World) -> str:
    """Return a parameter from the query, else from the header of that name; decoded exactly once."""
    header = unquote(call.header(name) or "")
    value = given.get(name, header).strip()
    if header and name in given and header != given[name]:
        vi = f"{name}: header ghi '{header}' khác query ghi '{value}'; dùng giá trị trong query"
        en = f"{name}: the header says '{header}', the query says '{value}'; the query counts"
        world.remark("two-addresses", name, vi, en)
    if _STILL_ENCODED.search(value):
        raise bad_address(
            "double-encoding",
            name,
            f"{name}: giá trị bị mã hóa phần trăm hai lần ('{value}' sau khi giải mã); chỉ mã hóa đúng một lần",
            f"{name}: percent-encoded twice ('{value}' after decoding); encode exactly once",
            found=value[:120],
            expected=unquote(value)[:120],
        )
    return value


def _default_dstcode(path: str, url: str, world: World) -> str:
    if path.startswith("/mapi/") and world.mode != "strict":
        portal = world.settings.portal_subsystem
        world.remark("K01", "dstcode", f"dstcode: không có; mặc định {portal}", f"dstcode: absent; {portal} is taken")
        return portal
    what = "có providerurl nhưng thiếu dstcode" if url else "thiếu dstcode"
    raise bad_address(
        "dstcode-missing",
        "dstcode",
        f"dstcode: {what}; cần VN:<lớp>:<mã thành viên>:<mã hệ thống> trong query hoặc header",
        "dstcode: absent; VN:<class>:<member>:<subsystem> is expected in the query or in a header",
        expected=_DSTCODE_FORM,
        nearest=world.settings.portal_subsystem if path.startswith("/mapi/") else _owner_of(url, world),
    )


def _owner_of(url: str, world: World) -> str:
    """Return the subsystem behind which the host of a providerurl stands; empty when nobody has it."""
    host = Axis(world).hosts.get(url.partition("://")[2].partition("/")[0].lower())
    return host.subsystem if host else ""


_DSTCODE_FORM = "dstcode=VN:<class>:<member>:<subsystem>"


def _read_dstcode(text: str, world: World) -> SubsystemId:
    try:
        return read_subsystem(text)
    except NotASubsystem as trouble:
        vi, en = f"dstcode: {trouble.vi}", f"dstcode: {trouble.en}"
        near = Axis(world).nearest_subsystem(text)
        raise bad_address(
            "dstcode-form", "dstcode", vi, en, found=text[:120], expected=_DSTCODE_FORM, nearest=near
        ) from None


def _read_url(text: str, world: World) -> ProviderUrl:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise bad_address(
            "providerurl-form",
            "providerurl",
            f"providerurl: '{text}' không phải địa chỉ gốc; cần http(s)://<máy chủ>[:cổng]",
            f"providerurl: '{text}' is no origin; http(s)://<host>[:port] is expected",
            found=text[:120],
            expected="http(s)://<host>[:port]",
        )
    url = ProviderUrl(parts.scheme, parts.hostname, port, parts.path.rstrip("/"))
    _remark_on_url(text, url, world)
    return url


def _remark_on_url(text: str, url: ProviderUrl, world: World) -> None:
    if text.endswith("/"):
        world.remark(
            "trailing-slash",
            "providerurl",
            "providerurl: thừa dấu '/' ở cuối; đã bỏ khi ghép đường dẫn",
            "providerurl: a closing slash was left in; it is dropped when the path is joined",
        )
    if url.port is not None:
        world.remark(
            "provider-port", "providerurl", f"providerurl: có cổng {url.port}", f"providerurl: port {url.port}"
        )
    if url.scheme == "http":
        world.remark("provider-http", "providerurl", "providerurl: dùng http, không mã hóa", "providerurl: plain http")


def _remark_on_raw_text(call: Call, world: World) -> None:
    if call.target.isascii():
        return
    vi = "Địa chỉ có ký tự chưa mã hóa phần trăm; cần mã hóa UTF-8 rồi phần trăm (%C4%90 cho Đ)"
    en = "The address holds characters that are not percent-encoded; encode UTF-8 as percent triplets"
    values = {"found": call.target[:120], "expected": quote(call.target[:60], safe="/?&=:%")[:240]}
    if world.mode == "strict":
        raise bad_address("K23", "target", vi, en, **values)
    world.remark("K23", "target", vi, en, "note", **values)


# What the axis adds to a message and takes from it (src:xroad-rest-headers).

_FILTERED = {
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "user-agent",
    "server",
}
_NEVER_SENT = {"x-road-request-id", "x-road-request-hash", "x-road-client", "content-length", *PARAMETERS}


def is_passed(name: str) -> bool:
    """Tell whether a header (lower case) crosses the axis."""
    return name not in _FILTERED and not name.startswith("proxy-")


class Message(NamedTuple):
    """Who sends a message over the axis, and its two numbers; one that is empty is not known yet."""

    caller: SubsystemId
    id: str = ""
    request_id: str = ""


def message_of(call: Call, caller: SubsystemId, world: World, *, is_live: bool) -> Message:
    """Return the message a call makes (pr-rest 4.3).

    A machine is told both numbers before it answers, and the pen is never held while it thinks: such a message is
    numbered by a counter of its own.
    """
    given = call.header("x-road-id") or ""
    if not is_live:
        return Message(caller, given)
    number = world.count_lastingly("live-message")
    definition, sandbox_id = world.sandbox.definition, world.sandbox.id
    own = [name_uuid(definition.seed, sandbox_id, number, purpose) for purpose in ("live-message", "live-request")]
    return Message(caller, given or f"{caller.instance}-{own[0]}", own[1])


def provider_call(call: Call, address: ForwardAddress, message: Message, host: str, scheme: str) -> Call:
    """Return the call as the provider's system receives it: own path, own query, own host, the axis' own headers."""
    kept = tuple((name, value) for name, value in call.headers if is_passed(name) and name not in _NEVER_SENT)
    numbers = (("x-road-id", message.id), ("x-road-request-id", message.request_id))
    added = (("x-road-client", message.caller.as_path), *(pair for pair in numbers if pair[1]))
    base = address.provider_url.base if address.provider_url else ""
    raw = base + address.raw_path
    return replace(
        call,
        path=urlsplit(base).path + address.path,
        query=address.query,
        headers=(*(pair for pair in kept if pair[0] != "x-road-id"), *added),
        target=f"{raw}?{address.query}" if address.query else raw,
        host=host,
        scheme=scheme,
        caller=message.caller.text,
    )


def with_axis_headers(reply: Reply, call: Call, message: Message, provider: SubsystemId, world: World) -> Reply:
    """Return a provider's reply as the consumer sees it. Takes the pen: identities depend on the sequence number."""
    world.hold()
    passed: Headers = tuple(pair for pair in reply.headers if _comes_back(pair[0].lower()))
    added: Headers = (
        ("X-Road-Id", message.id or f"{provider.instance}-{world.uuid('message')}"),
        ("X-Road-Client", call.header("x-road-client") or message.caller.as_path),
        ("X-Road-Service", f"{provider.as_path}/{SERVICE}"),
        ("X-Road-Request-Id", message.request_id or world.uuid("request")),
        ("X-Road-Request-Hash", request_hash(call)),
    )
    sized: Headers = ()
    is_sized = any(name.lower() == "content-length" for name, _ in passed)
    if not is_sized and call.method != "HEAD" and reply.status not in (204, 304):
        sized = (("Content-Length", str(reply.size)),)
    return replace(reply, headers=(*passed, *sized, *added))


_OVERWRITTEN = {"x-road-id", "x-road-client", "x-road-service", "x-road-request-id", "x-road-request-hash"}


def _comes_back(name: str) -> bool:
    """Tell whether a header of a provider reaches the consumer; those of the axis are its own (pr-rest 4.3)."""
    return is_passed(name) and name not in _OVERWRITTEN


def request_hash(call: Call) -> str:
    """Return the Base64 of SHA-512 over both digests, or over that of the headers alone when there is no body.

    B2 leaves open how headers become bytes; ours: the request line, then ``name:value`` lines, each ended by CR LF.
    """
    lines = [f"{call.method} {call.target}", *(f"{name}:{value}" for name, value in call.headers)]
    head = "".join(line + "\r\n" for line in lines).encode("utf-8", "surrogateescape")
    parts = hashlib.sha512(head).digest()
    if call.body:
        parts += hashlib.sha512(call.body).digest()
    return base64.b64encode(hashlib.sha512(parts).digest()).decode()
