"""What a person can do on the pages: every form and button, found on the pages themselves, and a way to do each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit

from werkzeug.routing import MapAdapter

from emulator.console.site import console_app
from tests.console.story import ATTEMPT, CITIZEN, CLASS, NEWCOMER

_SAYS_WHAT = ("do", "what", "action", "token")
"""Fields that choose between several acts of one address."""
_OWN_PAGES = ("console.static",)


@cache
def console_routes() -> MapAdapter:
    """Return the console's own routes: of what is derived from them nothing can be forgotten."""
    return console_app(None).url_map.bind("localhost")  # type: ignore[arg-type]


def endpoints_with(method: str) -> set[str]:
    """Return the names of the console's routes that take a method."""
    rules = console_routes().map.iter_rules()
    return {each.endpoint for each in rules if method in (each.methods or ()) and each.endpoint not in _OWN_PAGES}


def endpoint_of(address: str, method: str = "GET") -> str:
    """Return the name of the route that an address below ``/__console`` leads to."""
    name: str = console_routes().match(urlsplit(f"/__console{address}").path, method=method)[0]
    return name


class Form(NamedTuple):
    """A form that changes something: its address, what it says by itself, and its buttons' names and values."""

    address: str
    hidden: dict[str, str]
    buttons: list[tuple[str, str]]


class _FormReader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._path, self._open = path, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("method") == "post":
            self._open = True
            self.forms.append(Form(told.get("action", self._path), {}, []))
        elif tag == "input" and self._open and told.get("type") == "hidden":
            self.forms[-1].hidden[told["name"]] = told["value"]
        elif tag == "button" and self._open and told.get("type") != "button":
            self.forms[-1].buttons.append((told.get("name", ""), told.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"


def acts_on(page: str, path: str, routes: MapAdapter) -> Iterator[str]:
    """Yield the name of every act that a page offers: ``change_rights add-all``; ``move_attempt greet`` by its path."""
    reader = _FormReader(path)
    reader.feed(page)
    for form in reader.forms:
        endpoint, named = routes.match(urlsplit(form.address).path, method="POST")
        for name, value in form.buttons:
            said = {**form.hidden, name: value, "do": named.get("move", {**form.hidden, name: value}.get("do", ""))}
            yield " ".join([endpoint.removeprefix("console."), *(said[each] for each in _SAYS_WHAT if said.get(each))])


VIETNAMESE = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


class Chrome(HTMLParser):
    """Collects what a page says by itself: not what it quotes, which stands in code, in a message or in lang="vi"."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._quoted: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag not in ("input", "meta", "link", "br", "img"):
            is_data = (
                tag in ("code", "pre", "textarea", "script", "blockquote")
                or "body" in (told.get("class") or "").split()
            )
            self._quoted.append(is_data or told.get("lang") == "vi" or any(self._quoted))
        if not any(self._quoted):
            self.words += [told[name] or "" for name in ("aria-label", "title", "placeholder") if name in told]

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("input", "meta", "link", "br", "img"):
            self._quoted.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._quoted):
            self.words.append(data)


def said_by(page: str) -> str:
    reader = Chrome()
    reader.feed(page)
    return " ".join(reader.words)


class Act(NamedTuple):
    """One act: its name as ``acts_on`` says it, the page it stands on, what is filled in, and the files it takes."""

    name: str
    page: str
    fill: Mapping[str, str] = {}
    file: str = ""
    is_download: bool = False
    first: str = ""
    """The act whose answer is the page, where the act stands on no page of its own; what is filled in is its."""


PDF = b"%PDF-1.4\n" + "kết quả không có thật\n".encode() * 40
_EXCHANGE, _DOSSIER = "/journal/2", "/dossiers/000.11.26.H26-261120-0001"
_PORTAL, _KEPT, _DESK = (
    f"/screens/citizen?id={NEWCOMER}",
    f"/screens/citizen?id={CITIZEN}",
    "/screens/one-stop?unit=H22",
)
_RIGHTS, _ATTEMPT, _CLASS = "/screens/access-rights?q=G22", f"/certification/attempts/{ATTEMPT}", f"/classes/{CLASS}"
_SEAT = f"/s/{CLASS}-01/class"
_PRODUCT = {"name": "Một Cửa", "version": "1", "vendor": "Không Có Thật", "only": "BTXH-KQ-01"}
ACTS = (
    Act("send_again", _EXCHANGE),
    Act("send_again fresh", _EXCHANGE),
    Act("send_edited", "/journal/2/edit"),
    Act("file_application", "/dossiers", {"count": "2"}),
    Act("move_dossier", _DOSSIER, {"status": "2"}),
    Act("change_axis host", "/axis"),
    Act("change_axis subsystem", "/axis"),
    Act("change_axis live", "/axis"),
    Act("put_unit", "/axis", {"code": "H18", "name": "Điện Biên"}),
    Act("rehearse", "/axis", {"path": "/download/124.pdf"}),
    Act("file_online", _PORTAL, {"applicant": "CÔNG DÂN KHÔNG CÓ THẬT", "summary": "Xin cấp phiếu"}),
    Act("file_at_ministry", _KEPT),
    Act("keep_result", _KEPT, {"reference_number": "12/QĐ", "expires_on": "01/05/2027"}),
    Act("upload_paper", _PORTAL, {"reference_number": "78/STP"}, "file"),
    Act("open_file", _PORTAL),
    Act("open_file save", _PORTAL, first="open_file", is_download=True),
    Act("report_status", _DESK, {"status": "2"}),
    Act("give_result", _DESK, {"result_code": "KQ.G15.000007"}, "file"),
    Act("find_papers", _DESK, {"owner": CITIZEN}),
    Act("change_rights add", _RIGHTS, {"subject": ""}),
    Act("change_rights remove", _RIGHTS, {"subject": ""}),
    Act("change_rights add-all", _RIGHTS),
    Act("change_rights remove-all", _RIGHTS),
    Act("change_server", "/screens/security-servers", {"agency": "H18"}),
    Act("change_server drop", "/screens/security-servers"),
    Act("ask_support", "/screens/support", {"result_code": "KQ.G15.000009", "title": "Phiếu số 3"}),
    Act("accept_support", "/screens/support"),
    Act("put_state", "/scenarios"),
    Act("restart_scenario", "/scenarios"),
    Act("choose_scenario", "/scenarios"),
    Act("play_written", "/scenarios/editor?name=tep-rong"),
    Act("disarm_fault", "/scenarios"),
    Act("arm_fault", "/scenarios", {"fault": "gateway-503", "on": "btxh.DongBoDVC", "times": "1"}),
    Act("take_snapshot", "/scenarios", {"name": "ban-chup"}),
    Act("set_clock advance", "/", {"by": "PT1H"}),
    Act("set_clock freeze", "/"),
    Act("set_clock reset", "/"),
    Act("restore_snapshot", "/scenarios"),
    Act("open_attempt", "/certification", _PRODUCT),
    Act("move_attempt greet", "/certification", _PRODUCT, first="open_attempt"),
    Act("verify_bundle", "/certification", file="bundle"),
    *(Act(f"move_attempt {move}", _ATTEMPT) for move in ("end", "begin", "close")),
    Act("change_setting", "/server", {"value": "9000"}),
    Act("make_sandbox", "/server", {"id": "lop-thu"}),
    *(Act(f"act_at_seat {do}", _SEAT) for do in ("unstuck", "stuck", "again", "hint", "move")),
    Act("act_in_class message", _CLASS, {"text": "Nghỉ"}),
    *(
        Act(f"act_in_class {do}", _CLASS)
        for do in ("hint", "solution", "move", "scenario", "lock", "unlock", "freeze", "thaw", "reset")
    ),
    Act("forget_journal", "/journal"),
    Act("reset_sandbox", "/server"),
)
"""Each act there is, in an order in which each can be done; those that destroy come last."""
ELSEWHERE = {
    "log_in": "test_a_login_is_refused_let_in_and_ended_in_both_languages",
    "log_out": "test_a_login_is_refused_let_in_and_ended_in_both_languages",
    "validate_scenario": "test_the_editor_validates_while_somebody_types",
}
"""What a test of its own does."""
