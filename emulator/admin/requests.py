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
