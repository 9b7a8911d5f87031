"""The journal as a page: every call, newest first, live, and why each was refused."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from emulator import __version__
from emulator.admin.problems import Trouble
from emulator.certification.ledger import quote_requirements, shipped_ledger
from emulator.console.annotated import annotate_message
from emulator.console.caller import segment
from emulator.console.repeat import (
    as_curl,
    draft_of,
    draft_of_form,
    raw_name,
    readable_draft,
    refuse_cut_call,
    right_call,
    scenario_text,
    send_call,
    token_header,
)
from emulator.console.site import go_to, page_address, person
from emulator.console.words import given_words
from emulator.services.client_view import asks

if TYPE_CHECKING:
    from emulator.journal.entry import JournalEntry

PAGE = 50
_FILTERS = ("operation", "outcome", "status", "method", "path", "rule", "consumer", "q")
OUTCOMES = ("answered", "refused", "unmatched", "error", "happened", "lapsed")
_MOST_EXPORTED = 500


def newest_number() -> int:
    """Return the number of the newest exchange of the sandbox, whatever it was; one statement of SQL."""
    caller = person().caller
    sandbox = caller.context.sandboxes.get(caller.sandbox)
    return caller.context.journal.newest(sandbox.home)


def kept_count() -> int:
    """Return how many exchanges the sandbox keeps, whatever they were."""
    caller = person().caller
    sandbox = caller.context.sandboxes.get(caller.sandbox)
    return caller.context.journal.kept_count(sandbox.home, sandbox.settings.journal_limit)


def journal() -> str:
    """Show a page of the journal."""
    return render_template("journal.html", **_listing(), filters=_filters(), outcomes=OUTCOMES)


def live_journal() -> AnyResponse | str:
    """Answer whether anything happened since ``seen``: the rows anew, or 204."""
    if request.args.get("seen") == str(newest_number()):
        return Response(status=204)
    return render_template("_journal_rows.html", **_listing(), filters=_filters())


def _filters() -> dict[str, str]:
    return given_words(request.args, _FILTERS)


def _listing() -> dict[str, Any]:
    seen, filters = newest_number(), _filters()
    offset = max(0, request.args.get("offset", 0, type=int))
    found = person().caller.get("/requests", limit=PAGE, offset=offset, clock="show", total="skip", **filters)
    return {
        "entries": found["requests"],
        "total": None if filters else kept_count(),  # counting what a filter leaves means reading the whole journal
        "has_more": found["meta"]["truncated"],
        "offset": offset,
        "page_size": PAGE,
        "seen": seen,
    }


def exchange(number: str) -> str:
    """Show one exchange: both messages, each remark at its field, what it changed, and what to do next."""
    entry = entry_of(number)
    asked, answered = entry["request"], entry["response"]
    remarks = entry["remarks"]
    return render_template(
        "exchange.html",
        entry=entry,
        body=annotate_message(asked, remarks),
        reply=annotate_message(answered),
        clauses=clause_texts([entry["clause"], *(each.get("source") for each in remarks)]),
        misses=_near_misses(entry),
        curl=as_curl(entry, person().address),
        open_curl=as_curl(_open_entry(entry), person().address),
        has_example=entry["operation"] in asks(),
        **_neighbours(entry["seq"]),
    )


def raw_message(number: str, side: str) -> AnyResponse:
    """Return the bytes of one side as a file, never as something a browser would render."""
    import base64

    if side not in ("request", "response"):
        raise Trouble("no-such-request", name=f"{number}/{side}")
    entry = entry_of(number)
    message = entry["request"] if side == "request" else entry["response"]
    content = (
        base64.b64decode(message["bodyAsBase64"]) if "bodyAsBase64" in message else message.get("body", "").encode()
    )
    answer = Response(content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{raw_name(entry, side)}"'
    return answer


def send_again(number: str) -> AnyResponse:
    """Send the same call once more, with its own credentials or a fresh token, and show what came of it."""
    entry = _open_entry(entry_of(number))
    refuse_cut_call(entry)
    draft = draft_of(entry)
    if request.form.get("token") == "fresh":
        draft = draft.with_header("authorization", token_header(person().caller))
    send_call(person().caller, draft)
    return go_to(f"/journal/{newest_number()}")


def edit_call(number: str) -> str:
    """Show the form in which a call can be changed before it is sent again."""
    draft = readable_draft(draft_of(_open_entry(entry_of(number))))
    return render_template("send.html", draft=draft, operations=(), chosen="")


def compose_call() -> str:
    """Show the form for a call of one's own, filled with a right example of an operation."""
    chosen = request.args.get("operation", "")
    if chosen and person().caller.who.role == "viewer":
        raise Trouble("viewers-look", name=person().caller.who.name)
    draft = right_call(person().caller, chosen) if chosen else None
    return render_template("send.html", draft=draft, operations=sorted(asks()), chosen=chosen)


def send_edited() -> AnyResponse:
    """Send the call of the form, and show what came of it."""
    draft = draft_of_form(request.form)
    if request.form.get("token") == "fresh":
        draft = draft.with_header("authorization", token_header(person().caller))
    send_call(person().caller, draft)
    return go_to(f"/journal/{newest_number()}")


def make_scenario(number: str) -> str:
    """Open the editor with a scenario that gives this very answer to the next such call."""
    text = scenario_text(entry_of(number))
    return render_template("scenario_editor.html", text=text, problems=(), name="")


def export_selection() -> AnyResponse:
    """Return the chosen exchanges, or all of the filter, as HAR; secrets are masked as everywhere."""
    from emulator.recording.har import as_text, har_of

    numbers = request.args.getlist("id")
    if numbers:
        entries = [entry_of(number) for number in numbers[:_MOST_EXPORTED]]
    else:
        entries = person().caller.get("/requests", limit=_MOST_EXPORTED, **_filters())["requests"]
    answer = Response(as_text(har_of(entries, __version__)), content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="ndxp-journal.har"'
    return answer


def forget_journal() -> AnyResponse:
    """Forget every exchange of the sandbox."""
    person().caller.change("DELETE", "/requests")
    return go_to("/journal")


def entry_of(number: str) -> JournalEntry:
    """Return an entry of the journal by its number or id, secrets masked. Raises Trouble."""
    if not number.rpartition(".")[2].isdigit():  # /requests/unmatched is another route of the admin API
        raise Trouble("no-such-request", name=number)
    return cast("JournalEntry", person().caller.get(f"/requests/{segment(number)}"))


def _open_entry(entry: JournalEntry) -> JournalEntry:
    """Return an entry as it was written, secrets readable; the same to a viewer, who sees none."""
    from emulator.journal.entry import as_entry

    caller = person().caller
    if caller.who.role == "viewer":
        return entry
    row = caller.context.journal.entry(caller.context.sandboxes.get(caller.sandbox).home, entry["seq"])
    return as_entry(row, secrets=True) if row else entry


def _near_misses(entry: JournalEntry) -> list[dict[str, Any]]:
    if entry["wasMatched"]:
        return []
    asked = {name: entry["request"][name] for name in ("method", "url")}
    found: list[dict[str, Any]] = person().caller.change("POST", "/near-misses/request", asked)["nearMisses"]
    return found


def _neighbours(seq: int) -> dict[str, str | None]:
    """Return the addresses of the entries before and after one; the journal's numbers have no gaps."""
    caller = person().caller
    sandbox = caller.context.sandboxes.get(caller.sandbox)
    floor = caller.context.journal.floor(sandbox.home, sandbox.settings.journal_limit)
    has_previous = seq - 1 > floor and caller.context.journal.entry(sandbox.home, seq - 1) is not None
    return {
        "previous": page_address(f"/journal/{seq - 1}") if has_previous else None,
        "following": page_address(f"/journal/{seq + 1}") if seq < newest_number() else None,
    }


def check_chain() -> str:
    """Show whether the hash chain of the journal holds."""
    return render_template("chain.html", chain=person().caller.get("/chain"))


PAGES = (
    ("/journal", journal, ("GET",)),
    ("/journal/live", live_journal, ("GET",)),
    ("/journal/chain", check_chain, ("GET",)),
    ("/journal/har", export_selection, ("GET",)),
    ("/journal/send", compose_call, ("GET",)),
    ("/journal/send", send_edited, ("POST",)),
    ("/journal/forget", forget_journal, ("POST",)),
    ("/journal/<number>", exchange, ("GET",)),
    ("/journal/<number>/send", send_again, ("POST",)),
    ("/journal/<number>/edit", edit_call, ("GET",)),
    ("/journal/<number>/scenario", make_scenario, ("GET",)),
    ("/journal/<number>/<side>", raw_message, ("GET",)),
)


# What a clause or a source says, for quoting beside a remark: from the ledger of requirements.


class ClauseText(NamedTuple):
    """A clause with its title and the sentences of the ledger that rest on it, in both languages."""

    name: str
    title_vi: str
    title_en: str
    sentences: tuple[tuple[str, str], ...]


def clause_texts(names: Iterable[str | None]) -> dict[str, ClauseText]:
    """Return what is known of these clauses (``BTXH 3.1.1``); one that the ledger lacks is left out."""
    return {name: _clauses()[name] for name in dict.fromkeys(names) if name and name in _clauses()}


@cache
def _clauses() -> Mapping[str, ClauseText]:
    found: dict[str, ClauseText] = {}
    sentences = _sentences()
    for file in ("clauses.csv", "sources.csv"):
        with (shipped_ledger() / file).open(encoding="utf-8", newline="") as source:
            for row in csv.DictReader(source, strict=True):
                name = f"{row['document']} {row['clause']}"
                found[name] = ClauseText(name, row["title_vi"], row["title_en"], tuple(sentences.get(name, ())))
    return found


def _sentences() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    ids: list[str] = []
    for path in sorted(shipped_ledger().glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as source:
            ids += [row["id"] for row in csv.DictReader(source, strict=True) if "id" in row]
    for each in quote_requirements(ids).values():
        found.setdefault(f"{each['document']} {each['clause']}", []).append((each["vi"], each["en"]))
    return found
