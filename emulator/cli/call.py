"""``ndxp-emulator call``: one call of a client, right or wrong on purpose, explained."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from emulator.cli.admin_client import AdminClient, HttpAnswer, Unreachable, server_options
from emulator.cli.log_view import remark_lines
from emulator.cli.stopping import CannotStart
from emulator.kernel.clock import VIETNAM
from emulator.kernel.dice import consumer_text
from emulator.services.btxh import samples

if TYPE_CHECKING:
    pass


# The calls ``ndxp-emulator call`` can make: how each is put together for the sandbox as it is now.

_NUMBERS = 9_000  # the running numbers above are magic (docs/magic-values.md)
_FORWARD = "/XrdAdapter/RestService/forward"
_PORTAL = "?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
_PAPERS = f"{_PORTAL}&providerurl=https%3A%2F%2Fapigiaytocanhan.dichvucong.gov.vn"
_FILE = "?dstcode=VN:GOV:000.00.00.H22:hagiangvdxpsvc01&providerurl=https%3A%2F%2Fdichvucong.hagiang.gov.vn"
_DOWNLOAD = f"/VXPAdapter/RestService/forward/download/124.pdf{_FILE}"
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_DERIVED = {
    ("production", "consumer_secret"): ("production", "secret"),
    ("portal", "password"): ("portal", "password"),
    ("papers", "password"): ("papers", "password"),
}


class Ask(NamedTuple):
    """A call before it is sent; ``fields`` is the body's object when it is one."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None = None
    fields: dict[str, Any] | None = None


class ClientView:
    """A sandbox as a client sees it: its address, credentials and time, and what must be fetched before a call."""

    def __init__(self, client: AdminClient) -> None:
        """Look the sandbox up. Raises Unreachable and Refused."""
        self._client = client
        card, self._agency = client.ask("GET", ""), client.get("/settings")["agency_code"] or "H26"
        self.now = datetime.fromisoformat(client.get("/clock")["virtual"]).astimezone(VIETNAM)
        self.prefix = "" if client.sandbox == "default" else f"/s/{client.sandbox}"
        self.credentials: dict[str, dict[str, str]] = card["credentials"]
        for (account, member), (kind, what) in _DERIVED.items():  # the API masks them, but they follow from the seed
            self.credentials[account][member] = consumer_text(card["seed"], card["id"], kind, what)
        newest = client.get("/requests", limit=1)["requests"]
        self._number = (newest[0]["seq"] if newest else 0) % _NUMBERS

    def send(self, ask: Ask, **headers: str) -> HttpAnswer:
        """Send a call to the sandbox."""
        return self._client.send(ask.method, self.prefix + ask.path, ask.headers | headers, ask.body)

    def fetch_member(self, ask: Ask, member: str) -> str:
        """Return a member of the JSON that answers a call which must succeed before the real one."""
        answer = self.send(ask)
        try:
            return str(json.loads(answer.body)[member])
        except (ValueError, KeyError, TypeError):
            said = answer.body.decode("utf-8", "replace")[:300]
            raise CannotStart(
                f"{ask.path}: cuộc gọi chuẩn bị không xong, HTTP {answer.status}: {said} / a call that must come first "
                f"failed, HTTP {answer.status}"
            ) from None

    def bearer(self) -> dict[str, str]:
        """Return the header with a fresh access token."""
        return {"Authorization": f"Bearer {self.fetch_member(token(self), 'access_token')}"}

    def code(self) -> str:
        """Return a dossier code that was not used yet."""
        self._number = (self._number + 1) % _NUMBERS
        return samples.dossier_code(self._agency, self.now, self._number)


def token(desk: ClientView) -> Ask:
    """Ask for an access token."""
    pair = desk.credentials["production"]
    basic = base64.b64encode(f"{pair['consumer_key']}:{pair['consumer_secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": _FORM}
    return Ask("POST", "/token", headers, b"grant_type=client_credentials")


def post_of(path: str, fields: dict[str, Any], headers: dict[str, str] | None = None) -> Ask:
    """Return a POST of a JSON object."""
    body = json.dumps(fields, ensure_ascii=False).encode()
    return Ask("POST", path, (headers or {}) | {"Content-Type": _JSON, "Accept": _JSON}, body, fields)


def _btxh(desk: ClientView, name: str, fields: dict[str, Any]) -> Ask:
    return post_of(f"/apiBTXH/1.0/{name}", fields, desk.bearer())


def _push(desk: ClientView) -> Ask:
    return _btxh(desk, "DongBoDVC", samples.dossier(desk.code(), desk.now))


def _step(desk: ClientView) -> Ask:
    first = _push(desk)
    desk.fetch_member(first, "error_code")
    return _btxh(desk, "XuLyHoSo", samples.step((first.fields or {})["MaHoSo"], desk.now))


def _log_in(desk: ClientView) -> Ask:
    account = desk.credentials["portal"]
    fields = {"username": account["username"], "password": account["password"]}
    return post_of(f"{_FORWARD}/mapi/login{_PORTAL}", fields)


def _provinces(desk: ClientView) -> Ask:
    session, unit = desk.fetch_member(_log_in(desk), "session"), desk.credentials["portal"]["unit"]
    body = samples.session_call(session, unit, "LayDanhMucTinhThanh")
    return post_of(f"{_FORWARD}/mapi/call{_PORTAL}", body)


def _papers(desk: ClientView) -> Ask:
    login = post_of(f"{_FORWARD}/bndp/public/v1/login{_PAPERS}", dict(desk.credentials["papers"]))
    headers = {"Authorization": desk.fetch_member(login, "accessToken")}
    return post_of(f"{_FORWARD}/bndp/public/v1/user/papers{_PAPERS}", samples.papers(), headers)


ASKS: dict[str, Callable[[ClientView], Ask]] = {
    "ndxp.token": token,
    "btxh.DongBoDVC": _push,
    "btxh.XuLyHoSo": _step,
    "btxh.DanhSachHoSo": lambda desk: _btxh(desk, "DanhSachHoSo", samples.pull(desk.now, with_kind=True)),
    "btxh.TienTrinhXuLy": lambda desk: _btxh(desk, "TienTrinhXuLy", samples.pull(desk.now, with_kind=False)),
    "dvcqg.mapi.login": _log_in,
    "dvcqg.mapi.LayDanhMucTinhThanh": _provinces,
    "dvcqg.papers.find": _papers,
    "province.download": lambda _desk: Ask("GET", _DOWNLOAD, {}),
}
"""By operation: who puts a right call together."""


# What ``ndxp-emulator call`` prints: the request, the reply, and why, with the clauses and quirks it rests on.

_MOST = 1_500
_BECAME = {
    "answered": ("được trả lời", "answered"),
    "noted": ("vẫn được nhận, có ghi chú", "taken all the same, with a note"),
    "refused": ("bị từ chối", "refused"),
    "fault": ("lỗi của trình giả lập", "a fault of the emulator"),
}


def list_calls(*, as_json: bool) -> None:
    """Print the operations and what can be done wrong in each."""
    from emulator.cli.call_mistakes import MISTAKES, mistakes_of
    from emulator.cli.terminal import write_data

    if as_json:
        calls = [{"operation": name, "wrong": mistakes_of(name)} for name in ASKS]
        mistakes = {name: {"vi": each.vi, "en": each.en} for name, each in MISTAKES.items()}
        write_data(json.dumps({"calls": calls, "mistakes": mistakes}, ensure_ascii=False, indent=2) + "\n")
        return
    for name in ASKS:
        click.echo(click.style(name, bold=True))
        for wrong in mistakes_of(name):
            click.echo(f"  --wrong {wrong:16} {MISTAKES[wrong].vi} / {MISTAKES[wrong].en}")


def report(told: dict[str, Any]) -> None:
    """Print a call for a person."""
    request, reply, entry = told["request"], told["reply"], told["entry"]
    _head("Yêu cầu / Request")
    click.echo(f"{request['method']} {request['path']}")
    for name, value in request["headers"].items():
        click.echo(f"{name}: {value}")
    _body(request["body"])
    _head("Trả lời / Reply")
    if "status" in reply:
        click.echo(f"HTTP {reply['status']}")
        _body(reply["body"])
    else:
        click.echo(reply["broken"])
    _head("Vì sao / Why")
    _verdict(told)
    click.echo(f"{entry['operation'] or '-'} · {entry['clause'] or '-'} · {entry['id']}")
    for fault in entry["faults"]:
        click.echo(f"lỗi cài sẵn / armed fault: {fault}")
    for remark in entry["remarks"]:
        _remark(remark)
    for effect in entry["effects"]:
        click.echo(click.style(f"+ {effect['shelf']} {effect['key']} ({effect['change']})", dim=True))


def _head(title: str) -> None:
    click.echo(click.style(f"── {title}", fg="cyan", bold=True))


def _body(text: str) -> None:
    if not text:
        return
    with contextlib.suppress(ValueError):  # what is no JSON is shown as it is
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    shown = text if len(text) <= _MOST else f"{text[:_MOST]}… ({len(text)} ký tự / characters; --json)"
    click.echo("".join(each if each.isprintable() or each == "\n" else "·" for each in shown))


def _verdict(told: dict[str, Any]) -> None:
    outcome, became = told["entry"]["outcome"], told["became"]
    vi, en = _BECAME[became]
    if told["wrong"]:
        from emulator.cli.call_mistakes import MISTAKES

        mistake = MISTAKES[told["wrong"]]
        vi, en = f"{mistake.vi}: {vi}", f"{mistake.en}: {en}"
    click.echo(f"{click.style(outcome.upper(), fg='green' if told['as_expected'] else 'red', bold=True)}  {vi} / {en}")
    if became == "refused" and not told["entry"]["remarks"]:
        click.echo("Nền tảng nói lý do trong chính câu trả lời trên. / The platform says why in the reply itself.")


def _remark(remark: dict[str, str]) -> None:
    from emulator.wire.quirks import QUIRKS

    for line in remark_lines(remark):
        click.echo(line)
    quirk = QUIRKS.get(remark["rule"])
    if quirk:
        click.echo(click.style(f"    {quirk.id} · {quirk.place}: {quirk.table} ↔ {quirk.sample}", dim=True))


# ``ndxp-emulator call``: one call to a running emulator, right or wrong on purpose, and why it went as it did.

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator call --list
  ndxp-emulator call btxh.DongBoDVC
  ndxp-emulator call btxh.DongBoDVC --wrong missing-token
  ndxp-emulator call btxh.XuLyHoSo --wrong unknown-dossier --sandbox lop-a
  ndxp-emulator call dvcqg.papers.find --json
"""


@click.command(epilog=_EXAMPLES)
@click.argument("operation", required=False)
@server_options
@click.option("--wrong", help="Cố ý sai thế nào, xem --list. / How to be wrong on purpose, see --list.")
@click.option("--list", "lists", is_flag=True, help="Liệt kê nghiệp vụ và cách sai. / List operations and mistakes.")
@click.option("--json", "as_json", is_flag=True, help="In JSON. / Print JSON.")
def call(
    operation: str | None,
    url: str,
    admin_token: str | None,
    sandbox: str,
    wrong: str | None,
    lists: bool,
    as_json: bool,
) -> None:
    """Gọi thử một nghiệp vụ, đúng hoặc cố ý sai, và giải thích. / Make one call, right or wrong, and explain it.

    Mã thoát / exit codes: 0 như mong đợi: gọi đúng được trả lời, gọi sai bị từ chối / as expected: a right call is
    answered, a wrong one refused or noted; 1 khác mong đợi / otherwise; 2 không gọi được / the call cannot be made.
    """
    from emulator.cli.terminal import write_data

    if lists:
        list_calls(as_json=as_json)
        return
    name = _check_names(operation, wrong)
    client = AdminClient(url, admin_token, sandbox)
    told = _make_call(ClientView(client), client, name, wrong)
    if as_json:
        write_data(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        report(told)
    raise SystemExit(0 if told["as_expected"] else 1)


def _check_names(operation: str | None, wrong: str | None) -> str:
    from emulator.cli.call_mistakes import mistakes_of
    from emulator.country.furnish import nearest

    if operation is None:
        raise click.UsageError("Thiếu tên nghiệp vụ, xem --list. / Name an operation, see --list.")
    if operation not in ASKS:
        vi, en = nearest(operation, ASKS)
        raise CannotStart(f"Không gọi thử được “{operation}”{vi} / There is no call {operation!r}{en} (--list)")
    mistakes = mistakes_of(operation)
    if wrong is not None and wrong not in mistakes:
        names = ", ".join(mistakes)
        raise CannotStart(
            f"--wrong: {operation} không có cách sai “{wrong}”; có: {names} / {operation} has no mistake {wrong!r}; "
            f"there are: {names}"
        )
    return operation


def _make_call(desk: ClientView, client: AdminClient, operation: str, wrong: str | None) -> dict[str, Any]:
    """Make the call; return what was asked, what came back, and the journal's entry of it."""
    import secrets

    from emulator.cli.call_mistakes import MISTAKES

    ask = ASKS[operation](desk)
    if wrong:
        ask = MISTAKES[wrong].spoil(ask, operation)
    trace = secrets.token_hex(16)
    broken = None
    try:
        answer = desk.send(ask, traceparent=f"00-{trace}-{secrets.token_hex(8)}-01")
    except Unreachable as trouble:  # a fault may have broken the connection: the journal knows
        answer, broken = None, str(trouble)
    entries = client.get("/requests", trace=trace, limit=1)["requests"]
    if not entries:
        raise CannotStart(broken or "Nhật ký không có cuộc gọi này. / The journal does not have this call.")
    entry = entries[0]
    became = _became(entry, wrong)
    return {
        "operation": operation,
        "wrong": wrong,
        "became": became,
        "as_expected": became == "answered" if wrong is None else became in ("refused", "noted"),
        "request": _request(desk, ask),
        "reply": _reply(answer) if answer else {"broken": broken},
        "entry": {name: entry[name] for name in _TOLD},
    }


def _became(entry: dict[str, Any], wrong: str | None) -> str:
    """Return what became of a call. A remark on a right call is no objection: many tell of a reply's own oddities."""
    if entry["outcome"] == "error":
        return "fault"
    if entry["outcome"] != "answered" or entry["response"]["status"] >= 400:
        return "refused"
    return "noted" if wrong and entry["remarks"] else "answered"


_TOLD = ("id", "operation", "clause", "outcome", "consumer", "clock", "remarks", "effects", "scenario", "faults")


def _request(desk: ClientView, ask: Ask) -> dict[str, Any]:
    from emulator.journal.redaction import masked_header, masked_text

    return {
        "method": ask.method,
        "path": desk.prefix + ask.path,
        "headers": {name: masked_header(name, value) for name, value in ask.headers.items()},
        "body": masked_text((ask.body or b"").decode("utf-8", "replace")),
    }


def _reply(answer: HttpAnswer) -> dict[str, Any]:
    from emulator.journal.redaction import masked_header, masked_text

    try:
        body = masked_text(answer.body.decode())
    except UnicodeDecodeError:
        body = f"({len(answer.body)} byte)"
    headers = [[name, masked_header(name, value)] for name, value in answer.headers]
    return {"status": answer.status, "headers": headers, "body": body}
