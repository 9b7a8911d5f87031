"""A call once more: as it was, edited, or made up from an operation's right example; as curl, and as a scenario."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from emulator.admin.problems import InputFault, invalid
from emulator.console.caller import AdminCaller
from emulator.console.words import as_json_text
from emulator.country.axis import own_unit_code, portal_credentials
from emulator.kernel.exchange import Call, Reply
from emulator.services.client_view import CannotCall, ClientView, asks, put_together
from emulator.services.portal.links import read_link
from emulator.services.service import post_of
from emulator.wire.axis import SERVER_PREFIX
from emulator.wire.codes import full_form

if TYPE_CHECKING:
    from emulator.journal.entry import EntryRequest, JournalEntry
    from emulator.kernel.exchange import JsonObject

_OWN_HEADERS = frozenset({"content-length", "host", "connection", "transfer-encoding"})
_LONGEST_IN_CURL = 8_000
_NO_TEXT = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal would act on, or show in another order, where somebody pastes it."""
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
BODY_LIMIT = 1024 * 1024
"""Bytes of a body that the form takes."""


@dataclass(frozen=True)
class Draft:
    """A call that has not been sent. ``url`` is path and query without the sandbox's prefix.

    ``content`` is a body that is no text; where there is one, ``body`` says nothing.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str
    content: bytes = b""

    def with_header(self, name: str, value: str) -> Draft:
        """Return the draft with one value for a header, in the place it had."""
        kept = tuple((each, text) for each, text in self.headers if each.lower() != name.lower())
        return replace(self, headers=(*kept, (name, value)))

    @property
    def header_text(self) -> str:
        """Return the headers as a person edits them, one a line."""
        return "\n".join(f"{name}: {value}" for name, value in self.headers)


def draft_of(entry: JournalEntry) -> Draft:
    """Return the call of a journal entry, without the headers that only one transport can have."""
    asked = entry["request"]
    content = base64.b64decode(asked.get("bodyAsBase64", ""))
    return Draft(asked["method"], asked["url"], tuple(_headers_of(asked)), asked.get("body", ""), content)


def _headers_of(asked: EntryRequest) -> list[tuple[str, str]]:
    """Return the headers of a journalled request as they came, each as often as it came, none of the transport's."""
    named = ((name, value) for name, value in asked["headers"].items() if name.lower() not in _OWN_HEADERS)
    return [(name, each) for name, value in named for each in (value if isinstance(value, list) else [value])]


def refuse_cut_call(entry: JournalEntry) -> None:
    """Refuse to send a call again of whose body the journal kept the beginning alone. Raises Trouble."""
    if "bodyBeginning" in entry["request"]:
        vi = "nhật ký chỉ giữ phần đầu của thân này (journal_body_limit), nên không gửi lại được"
        en = "the journal kept the beginning of this body alone (journal_body_limit), so it cannot be sent again"
        raise invalid([InputFault("/body", vi, en)])


def readable_draft(draft: Draft) -> Draft:
    """Return a draft whose JSON body is indented, its characters readable, where that changes no value of it."""
    return replace(draft, body=_readable(draft.body.encode(), _only_once))


def _only_once(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def draft_of_form(form: Mapping[str, str]) -> Draft:
    """Read the form of a call.

    Raises:
        Trouble: a verb, address or header line that HTTP cannot carry, or a body over the limit.
    """
    method, url, body = form.get("method", "").strip(), form.get("url", "").strip(), form.get("body", "")
    faults = []
    if method not in _METHODS:
        names = ", ".join(_METHODS)
        faults.append(InputFault("/method", f"phải là một trong {names}", f"must be one of {names}"))
    if not url.startswith("/") or any(each.isspace() for each in url):
        vi, en = "phải bắt đầu bằng / và không có khoảng trắng", "must begin with / and hold no white space"
        faults.append(InputFault("/url", vi, en))
    if len(body.encode()) > BODY_LIMIT:
        faults.append(InputFault("/body", f"dài quá {BODY_LIMIT} byte", f"is longer than {BODY_LIMIT} bytes"))
    headers = []
    for number, line in enumerate(form.get("headers", "").splitlines(), 1):
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or not name.strip().isascii() or any(each.isspace() for each in name.strip()):
            vi, en = f"dòng {number} không có dạng tên: giá trị", f"line {number} is not name: value"
            faults.append(InputFault("/headers", vi, en))
        headers.append((name.strip(), value.strip()))
    if faults:
        raise invalid(faults)
    return Draft(method, url, tuple(headers), body.replace("\r\n", "\n"))


def send_call(caller: AdminCaller, draft: Draft, subsystem: str | None = None) -> Reply:
    """Put a draft before the doors of the sandbox, as a client of this machine would; it is journalled as any call.

    ``subsystem`` is who calls over the axis where that is not the agency whose security server is addressed.
    """
    prefix = f"/s/{caller.sandbox}"
    path, _, query = draft.url.partition("?")
    body = draft.content or draft.body.encode()
    host = urlsplit(caller.base).netloc
    headers = [(name.lower(), value) for name, value in draft.headers]
    headers += [("host", host), ("content-length", str(len(body)))]
    call = Call(
        method=draft.method,
        path=prefix + unquote(path),
        query=query,
        headers=tuple(headers),
        body=body,
        body_size=len(body),
        target=prefix + draft.url,
        host=host,
        scheme=urlsplit(caller.base).scheme,
        caller=subsystem,
    )
    return caller.context.serve(call)


def token_header(caller: AdminCaller) -> str:
    """Ask the gateway for a token with the sandbox's production key, and return the header that carries it.

    Raises:
        Trouble: the gateway gave none; its answer is in the journal.
    """
    sandboxes = caller.context.sandboxes
    pair = sandboxes.credentials_shown(sandboxes.get(caller.sandbox))["production"]
    basic = base64.b64encode(f"{pair['consumer_key']}:{pair['consumer_secret']}".encode()).decode()
    headers = (("authorization", f"Basic {basic}"), ("content-type", "application/x-www-form-urlencoded"))
    reply = send_call(caller, Draft("POST", "/token", headers, "grant_type=client_credentials"))
    try:
        return f"Bearer {json.loads(reply.body)['access_token']}"
    except (ValueError, KeyError, TypeError):
        vi = f"cổng không cấp token (HTTP {reply.status}); xem nhật ký"
        raise invalid(
            [InputFault("/token", vi, f"the gateway gave no token (HTTP {reply.status}); see the journal")]
        ) from None


def as_curl(entry: JournalEntry, home: str) -> str:
    """Return the request of a journal entry as a curl command that sends the same bytes; masked secrets stay masked.

    ``home`` is the address of the sandbox: a call that named another host is never sent there. A body that no
    terminal takes goes through ``base64``; a long one comes from the file as which the page saves its raw bytes.
    """
    asked = entry["request"]
    words = ["curl", "--globoff", *(["--head"] if asked["method"] == "HEAD" else ["-X", asked["method"]])]
    words.append(home + asked["url"])
    headers = _headers_of(asked)
    for name, value in headers:
        words += ["-H", f"{name}: {value}" if value.strip() else f"{name};"]
    text, content = asked.get("body", ""), base64.b64decode(asked.get("bodyAsBase64", ""))
    size = len(text.encode()) + len(content)
    if size and all(name.lower() != "content-type" for name, _ in headers):
        words += ["-H", "Content-Type:"]
    if size > _LONGEST_IN_CURL:
        words += ["--data-binary", f"@{raw_name(entry, 'request')}"]
    elif content or _NO_TEXT.search(text):
        coded = base64.b64encode(content or text.encode()).decode()
        return f"printf %s {coded} | base64 -d | {shlex.join([*words, '--data-binary', '@-'])}"
    elif text:
        words += ["--data-raw", text]
    return shlex.join(words)


def raw_name(entry: JournalEntry, side: str) -> str:
    """Return the name of the file as which a page saves the bytes of one side, ``request`` or ``response``."""
    return f"{side}-{entry['seq']}.bin"


def scenario_text(entry: JournalEntry) -> str:
    """Return a scenario that gives this answer to the next call of the same operation."""
    answered, number = entry["response"], entry["seq"]
    answer = {"status": answered["status"]} | ({"body": _as_json(answered["body"])} if "body" in answered else {})
    lines = (
        f"id: luot-{number}",
        f'title: {{vi: "Trả lời của lượt {number}", en: "The answer of exchange {number}"}}',
        'purpose: {vi: "Lượt gọi kế tiếp nhận lại trả lời ấy", en: "The next such call gets that answer"}',
        'good_client: {vi: "Xử lý được trả lời ấy", en: "Copes with that answer"}',
        f"source: {json.dumps(entry['clause'] or 'ours')}",
        "steps:",
        "  - name: lap-lai",
        f"    on: {entry['operation'] or '*'}",
        "    nth: 1",
        f"    answer: {as_json_text(answer)}",
    )
    return "\n".join(lines) + "\n"


def _as_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


class PageAccess:
    """A sandbox as ``ClientView`` reaches it from a page: its admin routes and its doors, in process."""

    def __init__(self, caller: AdminCaller) -> None:
        self._caller, self.sandbox = caller, caller.sandbox

    def get(self, path: str, /, **query: Any) -> Any:
        """Return the JSON that a GET of the sandbox's admin API answers."""
        return self._caller.get(path, **query)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON that the sandbox's admin API answers."""
        return self._caller.change(method, path, body)

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Send a call to the emulated services; ``path`` may have the sandbox's prefix."""
        url = path.removeprefix(f"/s/{self.sandbox}")
        return send_call(self._caller, Draft(method, url, tuple(headers.items()), (body or b"").decode()))


def right_call(caller: AdminCaller, operation: str) -> Draft:
    """Return a right call of an operation, as its service declares it; what must come first has been called.

    Raises:
        Trouble: there is no such call, or what must come first was refused; the journal says why.
    """
    if operation not in asks():
        raise invalid([InputFault("/operation", "không có lượt gọi mẫu này", "there is no example of it")])
    try:
        ask = put_together(operation, None, ClientView(PageAccess(caller)))
    except CannotCall as trouble:
        vi, _, en = str(trouble).partition(" / ")
        raise invalid([InputFault("/operation", vi, en or vi)]) from None
    return Draft(ask.method, ask.path, tuple(ask.headers.items()), _readable(ask.body or b""))


def _readable(body: bytes, pairs: Callable[[list[tuple[str, Any]]], JsonObject] = dict) -> str:
    """Return a JSON body as a person edits it; anything else as it is."""
    text = body.decode("utf-8", "replace")
    try:
        return as_json_text(json.loads(text, object_pairs_hook=pairs, parse_float=_no_fraction), indent=2)
    except (ValueError, RecursionError):
        return text


def _no_fraction(_: str) -> float:
    raise ValueError("a number would be written in another way")


# An agency's own system, as the Kho DL guide wants it: its calls, put together from what the services declare.

_FORWARD = "/VXPAdapter/RestService/forward"
Changes = Mapping[str, Any]


def unit_call(caller: AdminCaller, unit: str, operation: str, changes: Changes) -> Draft:
    """Return the right call of an operation as one agency of the sandbox makes it, with some members another value.

    Raises:
        Trouble: what must come first was refused; the journal says why.
    """
    view = ClientView(PageAccess(caller))
    sandbox = caller.context.sandboxes.get(caller.sandbox)
    server = f"{SERVER_PREFIX}{unit}"
    if unit != own_unit_code(sandbox):
        view.credentials |= portal_credentials(sandbox, unit)
    view.prefix += server
    try:
        ask = put_together(operation, None, view)
    except CannotCall as trouble:
        vi, _, en = str(trouble).partition(" / ")
        raise invalid([InputFault("/operation", vi, en or vi)]) from None
    ask = post_of(ask.path, {**(ask.fields or {}), **changes}, ask.headers)
    return Draft(ask.method, server + ask.path, tuple(ask.headers.items()), (ask.body or b"").decode())


def download_call(caller: AdminCaller, unit: str, link: str, holder: str) -> Draft:
    """Return the call by which an agency downloads a file over the axis, put together as KDL V.3 says.

    ``holder`` is the agency that a paper prints; where none is printed the axis is asked whose the link's host is.
    Without a unit the address is that of the sandbox's own security server.

    Raises:
        Trouble: the text is no link, or nobody on the axis keeps it.
    """
    place = read_link(link)
    servers = {each["MACOQUAN"]: each["DSTCODE"] for each in caller.get("/ss-info")["security_servers"]}
    hosts = {each["name"]: each["subsystem"] for each in caller.get("/hosts")["hosts"]}
    dstcode = servers.get(full_form(holder)) if holder else None
    dstcode = dstcode or hosts.get(place.host) or hosts.get(place.host.rpartition(":")[0])
    if not place.host or dstcode is None:
        vi, en = "không ai trên trục giữ đường dẫn này", "nobody on the axis keeps this link"
        raise invalid([InputFault("/link", vi, en)])
    own = f"{place.query}&" if place.query else ""
    query = f"{own}dstcode={dstcode}&providerurl={place.scheme}://{place.host}"
    server = f"{SERVER_PREFIX}{unit}" if unit else ""
    return Draft("GET", f"{server}{_FORWARD}{quote(place.path)}?{query}", (), "")
