"""Attempts: certification over HTTP, the same that ``ndxp-emulator certify`` uses."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import orjson

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.country.access import OverQuota
from emulator.country.furnish import nearest
from emulator.country.sandbox import ID_GRAMMAR, NoSandbox, Sandbox, SandboxExists
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import JsonObject

if TYPE_CHECKING:
    from emulator.admin.attempt_cards import OpenedAttempt
    from emulator.certification.attempt import Attempt
    from emulator.certification.bundle.pack import AttemptEvidence
    from emulator.certification.challenge import Challenge
    from emulator.certification.lines import SceneEnding
    from emulator.certification.plan import Plan

# Certification takes a third of a second to import: each function asks for what it needs, so that who only serves
# calls does not wait for it.
ROUTES = RouteTable("kiểm thử / certification")
_PLAN = {
    "kit": "cong-ndxp",
    "product": {"name": "Một cửa điện tử", "version": "1.0", "vendor": "Công ty Không Có Thật"},
}
_MOVES = ("no-such-attempt", "wrong-moment")

_ISOLATIONS = ("", "user", "folder")
_HOWS = ("done", "crashed", "timeout", "broken-off")


@ROUTES.add("GET", "/kits", "Các bộ kiểm thử", "The kits in the box", RouteDoc("Kits"))
def list_kits(_: AdminRequest) -> AdminReply:
    """List the kits in the box with their tests."""
    from emulator.admin.attempt_cards import kit_card
    from emulator.certification.kit_reader import kit_names, kit_of

    return AdminReply({"kits": [kit_card(kit_of(name)) for name in kit_names()]})


@ROUTES.add("GET", "/attempts", "Các lượt kiểm thử", "All attempts", RouteDoc("Attempts"))
def list_attempts(request: AdminRequest) -> AdminReply:
    """List all attempts of this emulator."""
    from emulator.admin.attempt_cards import card
    from emulator.certification.attempt import PREFIX

    names = [
        each.id
        for each in request.context.sandboxes.every()
        if each.id.startswith(PREFIX) and request.caller.may_see(each)
    ]
    return AdminReply({"attempts": [card(attempt) for attempt in _those_there(request, names)]})


def _those_there(request: AdminRequest, names: list[str]) -> Iterator[Attempt]:
    """Yield the attempts; a sandbox that was reset, or made by hand under such a name, is none."""
    from emulator.certification.attempt import WrongMoment, attempt_of

    for name in names:
        try:
            yield attempt_of(request.context, name)
        except WrongMoment:
            continue


@ROUTES.add(
    "POST",
    "/attempts",
    "Mở lượt kiểm thử",
    "Open an attempt",
    RouteDoc(
        "OpenedAttempt",
        "AttemptWish",
        {"plan": _PLAN},
        noes=("sandbox-exists",),
        status=("201",),
        last=-1,
        keeps={"attempt": "id"},
    ),
)
def start_attempt(request: AdminRequest) -> AdminReply:
    """Open one: ``plan`` as in a plan file, ``challenge`` and ``id`` if there are."""
    from emulator.admin.attempt_cards import card
    from emulator.certification.attempt import open_attempt
    from emulator.certification.preflight import context_of

    content = request.content()
    _only(content, ("plan", "challenge", "id"))
    plan = _plan(content)
    challenge = _challenge(content, plan)
    attempt_id = _id(content)
    try:
        attempt = open_attempt(request.context, attempt_id, plan, challenge, make=partial(_make_for_opener, request))
    except SandboxExists:
        raise Trouble("sandbox-exists", name=attempt_id) from None
    except OverQuota as over:
        raise Trouble("over-quota", what=over.what, most=over.most) from None
    opened: OpenedAttempt = {**card(attempt), "context": context_of(attempt, request.base)}
    return AdminReply(opened, 201)


def _make_for_opener(request: AdminRequest, attempt_id: str, wish: JsonObject) -> Sandbox:
    """Make an attempt's sandbox, as its opener's own; the administrator's lives until it is dropped."""
    parent = request.caller.sandbox
    owner, lifetime_s = parent.owner if parent else request.caller.owner, 0 if request.caller.role == "admin" else None
    return request.context.tenants.make(attempt_id, wish, owner, lifetime_s, parent.no if parent else None)


def _only(content: JsonObject, words: tuple[str, ...]) -> None:
    wrong = [name for name in content if name not in words]
    if wrong:
        known = ", ".join(words)
        raise invalid(
            [InputFault(f"/{name}", f"không có từ này; có: {known}", f"not one of: {known}") for name in wrong]
        )


def _id(content: JsonObject) -> str:
    from emulator.certification.attempt import PREFIX

    name = content.get("id") or PREFIX + secrets.token_hex(5)
    if not isinstance(name, str) or not ID_GRAMMAR.fullmatch(name) or not name.startswith(PREFIX):
        raise invalid([InputFault("/id", f"phải bắt đầu bằng '{PREFIX}'", f"must begin with '{PREFIX}'")])
    return name


def _plan(content: JsonObject) -> Plan:
    from emulator.certification.kit_reader import BadFile
    from emulator.certification.plan import read_plan

    if not isinstance(content.get("plan"), dict):
        raise invalid([InputFault("/plan", "là bắt buộc, phải là một đối tượng", "is required and must be an object")])
    try:
        plan = read_plan(Path("plan"), orjson.dumps(content["plan"], option=orjson.OPT_INDENT_2))
    except BadFile as trouble:
        raise invalid([InputFault("/plan", each.vi, each.en) for each in trouble.problems]) from None
    _check_tests(plan)
    return plan


def _check_tests(plan: Plan) -> None:
    """Refuse a plan that rehearses a test which its kit does not have. Raises Trouble."""
    from emulator.certification.kit_reader import kit_of

    known = [each.id for each in kit_of(plan.kit).tests]
    for name in plan.only:
        if name not in known:
            vi, en = nearest(name, known)
            told = f"bộ {plan.kit} không có bài {name}{vi}", f"the kit {plan.kit} has no test {name}{en}"
            raise invalid([InputFault("/plan/only", *told)])


def _challenge(content: JsonObject, plan: Plan) -> Challenge:
    from emulator.certification.challenge import challenge_of, new_challenge
    from emulator.certification.kit_reader import kit_of

    kit = kit_of(plan.kit)
    if content.get("challenge") is None:
        return new_challenge(kit.id, kit.digest)
    try:
        challenge = challenge_of(content["challenge"])
        is_now = challenge.holds_at(system_ms())
    except (TypeError, ValueError) as trouble:
        raise invalid([InputFault("/challenge", f"sai: {trouble}", f"wrong: {trouble}")]) from None
    if (challenge.kit, challenge.kit_digest) != (kit.id, kit.digest):
        vi, en = "là của bộ kiểm thử hoặc phiên bản khác", "is for another kit, or another version of it"
        raise invalid([InputFault("/challenge", vi, en)])
    other = challenge.stranger_to(plan.product)
    if other:
        what, said, here = other
        vi = f"phát cho “{said}”, kế hoạch ghi product.{what} là “{here}”"
        raise invalid([InputFault("/challenge", vi, f"was handed out for {said!r}; the plan says {here!r}")])
    if not is_now:
        raise invalid([InputFault("/challenge", "chưa hoặc không còn hiệu lực", "is not valid now")])
    return challenge


def _attempt(request: AdminRequest) -> Attempt:
    from emulator.certification.attempt import WrongMoment, attempt_of

    name = request.named["attempt"]
    try:
        return attempt_of(request.context, name)
    except (WrongMoment, NoSandbox):
        raise Trouble("no-such-attempt", name=name) from None


@ROUTES.add(
    "GET",
    "/attempts/{attempt}",
    "Một lượt kiểm thử",
    "One attempt, as it stands",
    RouteDoc("StandingAttempt", noes=("no-such-attempt",)),
)
def show_attempt(request: AdminRequest) -> AdminReply:
    """Return one attempt: verdicts so far, the scene that is played, what has arrived."""
    from emulator.admin.attempt_cards import standing
    from emulator.certification.preflight import context_of

    attempt = _attempt(request)
    return AdminReply(standing(attempt, context_of(attempt, request.base)))


@ROUTES.add(
    "POST",
    "/attempts/{attempt}/greet",
    "Gọi thử",
    "A small task before the first scene",
    RouteDoc("Task", "Nothing", {}, may_be_empty=True, noes=_MOVES, last=-1),
)
def greet_client(request: AdminRequest) -> AdminReply:
    """Ask the client for a small task, before the first scene."""
    _only(request.content(may_be_empty=True), ())
    return _move_attempt(request, lambda attempt: attempt.greet())


@ROUTES.add(
    "GET",
    "/attempts/{attempt}/diagnosis",
    "Chẩn đoán cấu hình",
    "Is the client set up rightly",
    RouteDoc("Diagnosis", noes=("no-such-attempt",)),
)
def diagnose_client(request: AdminRequest) -> AdminReply:
    """Return what is wrong with the client's set-up, by what it called since it was greeted."""
    from emulator.certification.preflight import diagnosis

    return AdminReply(diagnosis(_attempt(request)))


@ROUTES.add(
    "POST",
    "/attempts/{attempt}/begin",
    "Bắt đầu cảnh kế tiếp",
    "Begin the next scene",
    RouteDoc("Task", "Nothing", {}, may_be_empty=True, noes=_MOVES),
)
def begin_scene(request: AdminRequest) -> AdminReply:
    """Begin the next scene: what the client is asked to do, of how many; ``task`` null when all have been played."""
    _only(request.content(may_be_empty=True), ())
    return _move_attempt(request, lambda attempt: attempt.begin() or {"task": None, "say": {}})


@ROUTES.add(
    "POST",
    "/attempts/{attempt}/end",
    "Kết thúc cảnh",
    "End the scene",
    RouteDoc("Nothing", "SceneEnd", {"how": "done"}, may_be_empty=True, noes=_MOVES),
)
def end_scene(request: AdminRequest) -> AdminReply:
    """End the scene: ``how`` (done, crashed, timeout, broken-off), ``exit_code``, ``output``, ``isolation``.

    ``isolation`` is how the program was kept from the examiner's files: ``user`` (another one) or ``folder`` alone.
    """
    content = request.content(may_be_empty=True)
    _only(content, ("how", "exit_code", "output", "isolation"))
    how = content.pop("how", "done")
    for name, value, allowed in (("how", how, _HOWS), ("isolation", content.get("isolation", ""), _ISOLATIONS)):
        if value not in allowed:
            names = ", ".join(allowed)
            raise invalid([InputFault(f"/{name}", f"phải là một trong: {names}", f"must be one of: {names}")])

    ending = cast("SceneEnding", {"how": how, **content})

    def end(attempt: Attempt) -> JsonObject:
        attempt.end(ending)
        return {}

    return _move_attempt(request, end)


@ROUTES.add(
    "POST",
    "/attempts/{attempt}/declare",
    "Ghi lời khai",
    "Write a declaration down",
    RouteDoc(
        "Nothing",
        "Declaration",
        {"test": "NDXP-TK-01", "by": "NGƯỜI KHÔNG CÓ THẬT", "statement": "Đã xem"},
        noes=_MOVES,
        usual="422",
    ),
)
def record_declaration(request: AdminRequest) -> AdminReply:
    """Write down what a person declares: ``test``, ``by``, ``statement``, ``attachment``."""
    content = request.content()
    _only(content, ("test", "by", "statement", "attachment"))
    attempt = _attempt(request)
    attests = {test.id for test in attempt.kit.tests if test.kind == "attest"}
    if content.get("test") not in attests:
        names = ", ".join(sorted(attests)) or "–"
        raise invalid([InputFault("/test", f"phải là một trong: {names}", f"must be one of: {names}")])
    missing = [name for name in ("by", "statement") if not isinstance(content.get(name), str) or not content[name]]
    if missing:
        raise invalid([InputFault(f"/{name}", "là bắt buộc", "is required") for name in missing])
    attempt.declare(content.pop("test"), content)
    return AdminReply({})


@ROUTES.add(
    "POST",
    "/attempts/{attempt}/close",
    "Đóng lượt kiểm thử",
    "Close the attempt",
    RouteDoc("Nothing", noes=_MOVES, last=1),
)
def close_attempt(request: AdminRequest) -> AdminReply:
    """Close the attempt: from now on nothing is added to it."""
    _only(request.content(may_be_empty=True), ())

    def close(attempt: Attempt) -> JsonObject:
        attempt.close()
        return {}

    return _move_attempt(request, close)


@ROUTES.add("GET", "/attempts/{attempt}/report", "Báo cáo", "The report", RouteDoc("Report", noes=("no-such-attempt",)))
def show_report(request: AdminRequest) -> AdminReply:
    """Return the report as it stands now."""
    from emulator.certification.outline import report_of

    return AdminReply(report_of(_attempt(request)))


@ROUTES.add(
    "GET",
    "/attempts/{attempt}/evidence",
    "Chứng cứ để đóng gói",
    "Evidence for a bundle",
    RouteDoc("Evidence", noes=("no-such-attempt",)),
)
def show_evidence(request: AdminRequest) -> AdminReply:
    """Return what a bundle is made from: plan, challenge, kit, the redacted journal's lines, and their openings."""
    attempt = _attempt(request)
    redactor = attempt.redactor()
    lines = [line.decode() for line in attempt.lines(redactor)]
    told: AttemptEvidence = {
        "attempt": attempt.id,
        "plan": attempt.plan.as_dict(),
        "challenge": attempt.challenge.as_dict(),
        "kit": attempt.kit.text,
        "journal": lines,
        "openings": redactor.openings(),
    }
    return AdminReply(told)


def _move_attempt(request: AdminRequest, move: Callable[[Attempt], Mapping[str, object]]) -> AdminReply:
    from emulator.certification.attempt import WrongMoment

    try:
        return AdminReply(move(_attempt(request)))
    except WrongMoment as wrong:
        raise Trouble("wrong-moment", vi=wrong.vi, en=wrong.en) from None
