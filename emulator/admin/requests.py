"""The journal: listing, finding, counting, forgetting, and checking its chain."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import SHOW_SECRETS, RouteDoc, RouteTable
from emulator.country.furnish import nearest
from emulator.country.sandbox import Sandbox
from emulator.journal.entry import as_entry, as_logged_request, entry_id
from emulator.journal.journal import Entry, Search, fit_page
from emulator.journal.matchers import PatternTrouble
from emulator.journal.patterns import Pattern, near_misses
from emulator.kernel.exchange import is_behind_the_scenes, registered_rules
from emulator.scenario.operations import staged_names

ROUTES = RouteTable("nhật ký / journal", scoped=True)
_PATTERN = {"method": "ANY", "urlPathPattern": "/.*"}

_MISSES = 50
_MOST_NEAR = 3


@ROUTES.add(
    "GET",
    "/requests",
    "Nhật ký, mới nhất trước",
    "Journal, newest first",
    RouteDoc("Journal", query="journal", words=(SHOW_SECRETS,), noes=("invalid", "secrets-need-token")),
)
def list_exchanges(request: AdminRequest) -> AdminReply:
    """List exchanges: newest first, as WireMock does, unless ``order=asc``; ``total=skip`` counts nothing."""
    sandbox, wish, secrets = request.sandbox(), _query(request), request.shows_secrets()
    limit, offset, newest_first = wish.pop("limit"), wish.pop("offset"), wish.pop("order") == "desc"
    wish["after"] = max(wish["after"], _floor(request, sandbox))
    wish["with_clock"], wish["with_admin"] = (wish.pop(name) == "show" for name in ("clock", "admin"))
    is_counted = wish.pop("total") == "exact"
    place = {"limit": limit, "offset": offset, "newest_first": newest_first}
    total: int | None = None
    if is_counted:
        total, rows = request.context.journal.search(sandbox.home, Search(**wish), **place)
        is_cut = offset + len(rows) < total
    else:
        rows, is_cut = request.context.journal.page(sandbox.home, Search(**wish), **place)
    return AdminReply(
        {
            "requests": [as_entry(row, secrets=secrets) for row in rows],
            "meta": {"total": total, "truncated": is_cut},
            "requestJournalDisabled": False,
        }
    )


def _query(request: AdminRequest) -> dict[str, Any]:
    from emulator.admin import schemas
    from emulator.admin.time import instant

    asked = {name: value for name, value in request.asked.items() if name != "secrets"}
    wish = schemas.load(schemas.JournalQuery(), asked, "?")
    check_names(wish, "?")
    since = wish.pop("since", None)
    return wish | {"since_ms": instant(since, "?since")} if since else wish


def _floor(request: AdminRequest, sandbox: Sandbox) -> int:
    return request.context.journal.floor(sandbox.home, sandbox.settings.journal_limit)


@ROUTES.add(
    "GET",
    "/requests/{id}",
    "Một lượt gọi",
    "One exchange",
    RouteDoc("Exchange", words=(SHOW_SECRETS,), noes=("no-such-request", "invalid", "secrets-need-token")),
)
def show_exchange(request: AdminRequest) -> AdminReply:
    """Return one exchange by id (``default.1.412``) or, within the current journal, by number (``412``)."""
    sandbox, name = request.sandbox(), request.named["id"]
    number = name.rpartition(".")[2]
    seq = int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0
    row = request.context.journal.entry(sandbox.home, seq)
    known = (number, entry_id(sandbox.id, sandbox.epoch, seq))
    if row is None or name not in known or seq <= _floor(request, sandbox):
        raise Trouble("no-such-request", name=name)
    return AdminReply(as_entry(row, secrets=request.shows_secrets()))


@ROUTES.add("DELETE", "/requests", "Xóa nhật ký", "Forget the journal", RouteDoc("Nothing", last=6))
@ROUTES.add("POST", "/requests/reset", "Xóa nhật ký", "Forget the journal", RouteDoc("Nothing", last=6))
def forget_journal(request: AdminRequest) -> AdminReply:
    """Forget every exchange of the sandbox; numbers and chain go on."""
    request.context.journal.clear(request.sandbox().home)
    return AdminReply({})


@ROUTES.add(
    "POST",
    "/requests/find",
    "Tìm theo mẫu",
    "Find by pattern",
    RouteDoc(
        "LoggedRequests",
        "RequestPattern",
        _PATTERN,
        may_be_empty=True,
        words=(SHOW_SECRETS,),
        noes=("secrets-need-token",),
    ),
)
def find_requests(request: AdminRequest) -> AdminReply:
    """Return the requests that fit a pattern, oldest first, as many as fit one page (16 MiB)."""
    page = fit_page(matching(request, pattern_of(request.content(may_be_empty=True))))
    secrets = request.shows_secrets()
    return AdminReply(
        {
            "requests": [as_logged_request(row, secrets=secrets) for row in page.rows],
            "meta": {"total": None, "truncated": page.is_cut},
            "requestJournalDisabled": False,
        }
    )


@ROUTES.add(
    "POST",
    "/requests/count",
    "Đếm theo mẫu",
    "Count by pattern",
    RouteDoc("Counted", "RequestPattern", {"outcome": "answered"}, may_be_empty=True),
)
def count_requests(request: AdminRequest) -> AdminReply:
    """Return how many requests fit a pattern."""
    rows = matching(request, pattern_of(request.content(may_be_empty=True)))
    return AdminReply({"count": sum(1 for _ in rows), "requestJournalDisabled": False})


def matching(request: AdminRequest, pattern: Pattern) -> Iterator[Entry]:
    """Yield the exchanges of the journal that fit a pattern, oldest first."""
    sandbox = request.sandbox()
    rows = request.context.journal.calls(sandbox.home, _floor(request, sandbox))
    return (row for row in rows if pattern.matches(row))


def pattern_of(content: Any, pointer: str = "") -> Pattern:
    """Compile a pattern.

    Raises:
        Trouble: it has an unknown word, a value of a wrong kind, or the name of nothing.
    """
    if isinstance(content, dict):
        check_names(content, f"{pointer}/")
    try:
        return Pattern(content, pointer)
    except PatternTrouble as trouble:
        raise invalid([InputFault(trouble.pointer, trouble.vi, trouble.en)]) from None


def check_names(wish: Mapping[str, object], pointer: str) -> None:
    """Look at the names in a question: one that is misspelt would find nothing, and look like an answer.

    Raises:
        Trouble: there is no such operation or rule; the nearest is named.
    """
    operation, rule = wish.get("operation"), wish.get("rule")
    if isinstance(operation, str) and operation and not is_behind_the_scenes(operation):
        _check_name(operation, staged_names(), f"{pointer}operation", "dịch vụ", "operation")
    if isinstance(rule, str) and rule:
        _check_name(rule, {each.id for each in registered_rules()}, f"{pointer}rule", "quy tắc", "rule")


def _check_name(name: str, known: Collection[str], pointer: str, vi: str, en: str) -> None:
    if name not in known:
        tail = nearest(name, sorted(known))
        raise invalid([InputFault(pointer, f"không có {vi} “{name}”{tail[0]}", f"there is no {en} {name!r}{tail[1]}")])


@ROUTES.add(
    "GET",
    "/requests/unmatched",
    "Lượt gọi lạc",
    "Unmatched requests",
    RouteDoc("LoggedRequests", words=(SHOW_SECRETS,), noes=("invalid", "secrets-need-token")),
)
def list_unmatched(request: AdminRequest) -> AdminReply:
    """Return the requests that no operation answered, newest first."""
    rows, secrets = _search_unmatched(request, 2000), request.shows_secrets()
    return AdminReply(
        {
            "requests": [as_logged_request(row, secrets=secrets) for row in rows],
            "requestJournalDisabled": False,
        }
    )


@ROUTES.add(
    "GET",
    "/requests/unmatched/near-misses",
    "Gần đúng nhất",
    "What was nearly hit",
    RouteDoc("NearMisses", words=(SHOW_SECRETS,), noes=("invalid", "secrets-need-token")),
)
@ROUTES.add(
    "GET",
    "/requests/near-misses",
    "Gần đúng nhất",
    "What was nearly hit",
    RouteDoc("NearMisses", words=(SHOW_SECRETS,), noes=("invalid", "secrets-need-token")),
)
def list_near_misses(request: AdminRequest) -> AdminReply:
    """Return, for the newest unmatched requests, the operations closest to each and what differs."""
    secrets = request.shows_secrets()
    pairs = []
    for row in _search_unmatched(request, _MISSES):
        logged = as_logged_request(row, secrets=secrets)
        misses = near_misses(row.method, logged["url"], request.context.offers)
        pairs += [{"request": logged, **miss.as_dict()} for miss in misses]
    return AdminReply({"nearMisses": pairs})


@ROUTES.add(
    "POST",
    "/near-misses/request",
    "Gần một yêu cầu",
    "Near a request",
    RouteDoc("NearOperations", "DescribedRequest", {"method": "GET", "url": "/apiBTXH/1.0/dongbodvc"}),
)
def miss_request(request: AdminRequest) -> AdminReply:
    """Answer WireMock's ``/near-misses/request``: the operations closest to a request that is described."""
    request.sandbox()
    given = request.content()
    faults = [
        InputFault(f"/{name}", "cần một chuỗi không rỗng", "a non-empty string is expected")
        for name in ("method", "url")
        if not isinstance(given.get(name), str) or not given[name]
    ]
    if faults:
        raise invalid(faults)
    misses = near_misses(given["method"].upper(), given["url"], request.context.offers)
    return AdminReply({"nearMisses": [{"request": given, **miss.as_dict()} for miss in misses]})


@ROUTES.add(
    "POST",
    "/near-misses/request-pattern",
    "Gần một mẫu",
    "Near a pattern",
    RouteDoc("NearRequests", "RequestPattern", _PATTERN, words=(SHOW_SECRETS,), noes=("secrets-need-token",)),
)
def miss_pattern(request: AdminRequest) -> AdminReply:
    """Answer WireMock's ``/near-misses/request-pattern``: the requests of the journal that fit most of its words."""
    given, sandbox, secrets = request.content(), request.sandbox(), request.shows_secrets()
    words = [pattern_of({word: value}) for word, value in given.items()]
    far = len(words) or 1
    rows = [
        (sum(not word.matches(row) for word in words) / far, -row.seq, row)
        for row in request.context.journal.calls(sandbox.home, _floor(request, sandbox))
    ]
    closest = sorted((each for each in rows if 0 < each[0] < 1), key=lambda each: each[:2])[:_MOST_NEAR]
    return AdminReply(
        {
            "nearMisses": [
                {
                    "request": as_logged_request(row, secrets=secrets),
                    "requestPattern": given,
                    "matchResult": {"distance": round(distance, 3)},
                }
                for distance, _, row in closest
            ]
        }
    )


@ROUTES.add(
    "POST",
    "/requests/remove",
    "Xóa theo mẫu",
    "Forget by pattern",
    RouteDoc(
        "LoggedRequests",
        "RequestPattern",
        {"urlPath": "/khong-ai-goi"},
        may_be_empty=True,
        words=(SHOW_SECRETS,),
        noes=("secrets-need-token", "journal-is-a-chain"),
    ),
)
def remove_requests(request: AdminRequest) -> AdminReply:
    """Answer WireMock's ``/requests/remove``: forget the requests that fit a pattern, and return them.

    Raises:
        Trouble: some requests do not fit. The journal is a chain: it is forgotten whole or not at all.
    """
    pattern, sandbox, secrets = (
        pattern_of(request.content(may_be_empty=True)),
        request.sandbox(),
        request.shows_secrets(),
    )
    rows = list(request.context.journal.calls(sandbox.home, _floor(request, sandbox)))
    fitting = [row for row in rows if pattern.matches(row)]
    if fitting and len(fitting) < len(rows):
        raise Trouble("journal-is-a-chain", fitting=len(fitting), held=len(rows))
    if fitting:
        request.context.journal.clear(sandbox.home)
    removed = [as_logged_request(row, secrets=secrets) for row in fitting]
    return AdminReply({"requests": removed, "requestJournalDisabled": False})


def _search_unmatched(request: AdminRequest, limit: int) -> list[Entry]:
    sandbox = request.sandbox()
    search = Search(outcome="unmatched", after=_floor(request, sandbox))
    return request.context.journal.search(sandbox.home, search, limit=limit)[1]


@ROUTES.add("GET", "/chain", "Kiểm tra chuỗi băm", "Check the hash chain", RouteDoc("Chain"))
def check_chain(request: AdminRequest) -> AdminReply:
    """Check the hash chain of what the journal still holds; the oldest exchange is its anchor."""
    sandbox = request.sandbox()
    first, last, trouble = request.context.journal.check_chain(sandbox.home)
    return AdminReply(
        {
            "sandbox": sandbox.id,
            "epoch": sandbox.epoch,
            "ok": trouble is None,
            "first": first,
            "last": last,
            "break": trouble,
        }
    )
