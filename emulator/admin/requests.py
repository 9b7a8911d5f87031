"""The journal: listing, finding, counting, forgetting, and checking its chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.country.sandbox import Sandbox
from emulator.journal.entry import as_entry, as_logged_request, entry_id
from emulator.journal.journal import Entry, Search
from emulator.journal.matchers import PatternTrouble
from emulator.journal.near_miss import near_misses
from emulator.journal.patterns import Pattern

_MISSES = 50
_MOST_NEAR = 3


def list_exchanges(visit: AdminRequest) -> AdminReply:
    """List exchanges: newest first, as WireMock does, unless ``order=asc``; ``total=skip`` counts nothing."""
    sandbox, wish, secrets = visit.sandbox(), _query(visit), visit.shows_secrets()
    limit, offset, newest_first = wish.pop("limit"), wish.pop("offset"), wish.pop("order") == "desc"
    wish["after"] = max(wish["after"], _floor(visit, sandbox))
    wish["with_clock"] = wish.pop("clock") == "show"
    is_counted = wish.pop("total") == "exact"
    place = {"limit": limit, "offset": offset, "newest_first": newest_first}
    total: int | None = None
    if is_counted:
        total, rows = visit.office.journal.search(sandbox.home, Search(**wish), **place)
        is_cut = offset + len(rows) < total
    else:
        rows, is_cut = visit.office.journal.page(sandbox.home, Search(**wish), **place)
    return AdminReply(
        {
            "requests": [as_entry(row, secrets=secrets) for row in rows],
            "meta": {"total": total, "truncated": is_cut},
            "requestJournalDisabled": False,
        }
    )


def _query(visit: AdminRequest) -> dict[str, Any]:
    from emulator.admin import schemas
    from emulator.admin.time import instant

    asked = {name: value for name, value in visit.asked.items() if name != "secrets"}
    wish = schemas.load(schemas.JournalQuery(), asked, "?")
    since = wish.pop("since", None)
    return wish | {"since_ms": instant(since, "?since")} if since else wish


def _floor(visit: AdminRequest, sandbox: Sandbox) -> int:
    return visit.office.journal.floor(sandbox.home, sandbox.settings.journal_limit)


def show_exchange(visit: AdminRequest) -> AdminReply:
    """Return one exchange by id (``default.1.412``) or, within the current journal, by number (``412``)."""
    sandbox, name = visit.sandbox(), visit.named["id"]
    number = name.rpartition(".")[2]
    seq = int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0
    row = visit.office.journal.entry(sandbox.home, seq)
    known = (number, entry_id(sandbox.id, sandbox.epoch, seq))
    if row is None or name not in known or seq <= _floor(visit, sandbox):
        raise Trouble("no-such-request", name=name)
    return AdminReply(as_entry(row, secrets=visit.shows_secrets()))


def forget_journal(visit: AdminRequest) -> AdminReply:
    """Forget every exchange of the sandbox; numbers and chain go on."""
    visit.office.journal.clear(visit.sandbox().home)
    return AdminReply({})


def find_requests(visit: AdminRequest) -> AdminReply:
    """Return the requests that fit a pattern, oldest first."""
    rows, secrets = matching(visit, pattern_of(visit.content(may_be_empty=True))), visit.shows_secrets()
    return AdminReply(
        {
            "requests": [as_logged_request(row, secrets=secrets) for row in rows],
            "requestJournalDisabled": False,
        }
    )


def count_requests(visit: AdminRequest) -> AdminReply:
    """Return how many requests fit a pattern."""
    rows = matching(visit, pattern_of(visit.content(may_be_empty=True)))
    return AdminReply({"count": sum(1 for _ in rows), "requestJournalDisabled": False})


def matching(visit: AdminRequest, pattern: Pattern) -> Iterator[Entry]:
    """Yield the exchanges of the journal that fit a pattern, oldest first."""
    sandbox = visit.sandbox()
    rows = visit.office.journal.calls(sandbox.home, _floor(visit, sandbox))
    return (row for row in rows if pattern.matches(row))


def pattern_of(content: Any, pointer: str = "") -> Pattern:
    """Compile a pattern.

    Raises:
        Trouble: it has an unknown word, or a value of a wrong kind.
    """
    try:
        return Pattern(content, pointer)
    except PatternTrouble as trouble:
        raise invalid([InputFault(trouble.pointer, trouble.vi, trouble.en)]) from None


def list_unmatched(visit: AdminRequest) -> AdminReply:
    """Return the requests that no operation answered, newest first."""
    rows, secrets = _search_unmatched(visit, 2000), visit.shows_secrets()
    return AdminReply(
        {
            "requests": [as_logged_request(row, secrets=secrets) for row in rows],
            "requestJournalDisabled": False,
        }
    )


def list_near_misses(visit: AdminRequest) -> AdminReply:
    """Return, for the newest unmatched requests, the operations closest to each and what differs."""
    secrets = visit.shows_secrets()
    pairs = []
    for row in _search_unmatched(visit, _MISSES):
        request = as_logged_request(row, secrets=secrets)
        misses = near_misses(row.method, request["url"], visit.office.offers)
        pairs += [{"request": request, **miss.as_dict()} for miss in misses]
    return AdminReply({"nearMisses": pairs})


def miss_request(visit: AdminRequest) -> AdminReply:
    """Answer WireMock's ``/near-misses/request``: the operations closest to a request that is described."""
    given = visit.content()
    faults = [
        InputFault(f"/{name}", "cần một chuỗi không rỗng", "a non-empty string is expected")
        for name in ("method", "url")
        if not isinstance(given.get(name), str) or not given[name]
    ]
    if faults:
        raise invalid(faults)
    misses = near_misses(given["method"].upper(), given["url"], visit.office.offers)
    return AdminReply({"nearMisses": [{"request": given, **miss.as_dict()} for miss in misses]})


def miss_pattern(visit: AdminRequest) -> AdminReply:
    """Answer WireMock's ``/near-misses/request-pattern``: the requests of the journal that fit most of its words."""
    given, sandbox, secrets = visit.content(), visit.sandbox(), visit.shows_secrets()
    words = [pattern_of({word: value}) for word, value in given.items()]
    far = len(words) or 1
    rows = [
        (sum(not word.matches(row) for word in words) / far, -row.seq, row)
        for row in visit.office.journal.calls(sandbox.home, _floor(visit, sandbox))
    ]
    nearest = sorted((each for each in rows if 0 < each[0] < 1), key=lambda each: each[:2])[:_MOST_NEAR]
    return AdminReply(
        {
            "nearMisses": [
                {
                    "request": as_logged_request(row, secrets=secrets),
                    "requestPattern": given,
                    "matchResult": {"distance": round(distance, 3)},
                }
                for distance, _, row in nearest
            ]
        }
    )


def remove_requests(visit: AdminRequest) -> AdminReply:
    """Answer WireMock's ``/requests/remove``: forget the requests that fit a pattern, and return them.

    Raises:
        Trouble: some requests do not fit. The journal is a chain: it is forgotten whole or not at all.
    """
    pattern, sandbox, secrets = pattern_of(visit.content(may_be_empty=True)), visit.sandbox(), visit.shows_secrets()
    rows = list(visit.office.journal.calls(sandbox.home, _floor(visit, sandbox)))
    fitting = [row for row in rows if pattern.matches(row)]
    if fitting and len(fitting) < len(rows):
        raise Trouble("journal-is-a-chain", fitting=len(fitting), held=len(rows))
    if fitting:
        visit.office.journal.clear(sandbox.home)
    removed = [as_logged_request(row, secrets=secrets) for row in fitting]
    return AdminReply({"requests": removed, "requestJournalDisabled": False})


def _search_unmatched(visit: AdminRequest, limit: int) -> list[Entry]:
    sandbox = visit.sandbox()
    search = Search(outcome="unmatched", after=_floor(visit, sandbox))
    return visit.office.journal.search(sandbox.home, search, limit=limit)[1]


def check_chain(visit: AdminRequest) -> AdminReply:
    """Check the hash chain of what the journal still holds; the oldest exchange is its anchor."""
    sandbox = visit.sandbox()
    first, last, trouble = visit.office.journal.check_chain(sandbox.home)
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
