"""Attempts: certification over HTTP, the same that ``ndxp-emulator certify`` uses."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.certification.attempt import PREFIX, Attempt, WrongMoment, attempt_of, open_attempt
from emulator.certification.challenge import Challenge, challenge_of, new_challenge
from emulator.certification.kit_reader import BadFile, kit_names, kit_of
from emulator.certification.plan import Plan, read_plan
from emulator.country.sandbox import NoSandbox, SandboxExists
from emulator.kernel.clock import system_ms

_HOWS = ("done", "crashed", "timeout", "broken-off")


def kits(_: AdminRequest) -> AdminReply:
    """List the kits in the box with their tests."""
    from emulator.admin.attempt_cards import kit_card

    return AdminReply({"kits": [kit_card(kit_of(name)) for name in kit_names()]})


def list_attempts(visit: AdminRequest) -> AdminReply:
    """List all attempts of this emulator."""
    from emulator.admin.attempt_cards import card

    names = [each.id for each in visit.office.sandboxes.every() if each.id.startswith(PREFIX)]
    return AdminReply({"attempts": [card(attempt) for attempt in _those_there(visit, names)]})


def _those_there(visit: AdminRequest, names: list[str]) -> Iterator[Attempt]:
    """Yield the attempts; a sandbox that was reset, or made by hand under such a name, is none."""
    for name in names:
        try:
            yield attempt_of(visit.office, name)
        except WrongMoment:
            continue


def start_attempt(visit: AdminRequest) -> AdminReply:
    """Open one: ``plan`` as in a plan file, ``challenge`` and ``id`` if there are."""
    from emulator.admin.attempt_cards import card
    from emulator.certification.context import context_of

    content = visit.content()
    _only(content, ("plan", "challenge", "id"))
    plan = _plan(content)
    challenge = _challenge(content, plan)
    attempt_id = _id(content)
    try:
        attempt = open_attempt(visit.office, attempt_id, plan, challenge)
    except SandboxExists:
        raise Trouble("sandbox-exists", name=attempt_id) from None
    return AdminReply(card(attempt) | {"context": context_of(attempt, visit.base)}, 201)


def _only(content: dict[str, Any], words: tuple[str, ...]) -> None:
    wrong = [name for name in content if name not in words]
    if wrong:
        known = ", ".join(words)
        raise invalid(
            [InputFault(f"/{name}", f"không có từ này; có: {known}", f"not one of: {known}") for name in wrong]
        )


def _id(content: dict[str, Any]) -> str:
    from emulator.country.sandbox import ID_GRAMMAR

    name = content.get("id") or PREFIX + secrets.token_hex(5)
    if not isinstance(name, str) or not ID_GRAMMAR.fullmatch(name) or not name.startswith(PREFIX):
        raise invalid([InputFault("/id", f"phải bắt đầu bằng '{PREFIX}'", f"must begin with '{PREFIX}'")])
    return name


def _plan(content: dict[str, Any]) -> Plan:
    if not isinstance(content.get("plan"), dict):
        raise invalid([InputFault("/plan", "là bắt buộc, phải là một đối tượng", "is required and must be an object")])
    try:
        return read_plan(Path("plan"), orjson.dumps(content["plan"], option=orjson.OPT_INDENT_2))
    except BadFile as trouble:
        raise invalid([InputFault("/plan", each.vi, each.en) for each in trouble.problems]) from None


def _challenge(content: dict[str, Any], plan: Plan) -> Challenge:
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


def _attempt(visit: AdminRequest) -> Attempt:
    name = visit.named["attempt"]
    try:
        return attempt_of(visit.office, name)
    except (WrongMoment, NoSandbox):
        raise Trouble("no-such-attempt", name=name) from None


def show_attempt(visit: AdminRequest) -> AdminReply:
    """Return one attempt: verdicts so far, the scene that is played, what has arrived."""
    from emulator.admin.attempt_cards import standing
    from emulator.certification.context import context_of

    attempt = _attempt(visit)
    return AdminReply(standing(attempt) | {"context": context_of(attempt, visit.base)})


def greet_client(visit: AdminRequest) -> AdminReply:
    """Ask the client for a small task, before the first scene."""
    _only(visit.content(may_be_empty=True), ())
    return _move_attempt(visit, lambda attempt: attempt.greet())


def diagnose_client(visit: AdminRequest) -> AdminReply:
    """Return what is wrong with the client's set-up, by what it called since it was greeted."""
    from emulator.certification.preflight import diagnosis

    return AdminReply(diagnosis(_attempt(visit)))


def begin_scene(visit: AdminRequest) -> AdminReply:
    """Begin the next scene: what the client is asked to do, of how many; ``task`` null when all have been played."""
    _only(visit.content(may_be_empty=True), ())
    return _move_attempt(visit, lambda attempt: attempt.begin() or {"task": None, "say": {}})


def end_scene(visit: AdminRequest) -> AdminReply:
    """End the scene: ``how`` (done, crashed, timeout, broken-off), ``exit_code``, ``output``."""
    content = visit.content(may_be_empty=True)
    _only(content, ("how", "exit_code", "output"))
    how = content.pop("how", "done")
    if how not in _HOWS:
        names = ", ".join(_HOWS)
        raise invalid([InputFault("/how", f"phải là một trong: {names}", f"must be one of: {names}")])

    def end(attempt: Attempt) -> dict[str, Any]:
        attempt.end(how, **content)
        return {}

    return _move_attempt(visit, end)


def record_declaration(visit: AdminRequest) -> AdminReply:
    """Write down what a person declares: ``test``, ``by``, ``statement``, ``attachment``."""
    content = visit.content()
    _only(content, ("test", "by", "statement", "attachment"))
    attempt = _attempt(visit)
    attests = {test.id for test in attempt.kit.tests if test.kind == "attest"}
    if content.get("test") not in attests:
        names = ", ".join(sorted(attests)) or "–"
        raise invalid([InputFault("/test", f"phải là một trong: {names}", f"must be one of: {names}")])
    missing = [name for name in ("by", "statement") if not isinstance(content.get(name), str) or not content[name]]
    if missing:
        raise invalid([InputFault(f"/{name}", "là bắt buộc", "is required") for name in missing])
    attempt.declare(content.pop("test"), content)
    return AdminReply({})


def close_attempt(visit: AdminRequest) -> AdminReply:
    """Close the attempt: from now on nothing is added to it."""
    _only(visit.content(may_be_empty=True), ())

    def close(attempt: Attempt) -> dict[str, Any]:
        attempt.close()
        return {}

    return _move_attempt(visit, close)


def report(visit: AdminRequest) -> AdminReply:
    """Return the report as it stands now."""
    from emulator.certification.outline import report_of

    return AdminReply(report_of(_attempt(visit)))


def evidence(visit: AdminRequest) -> AdminReply:
    """Return what a bundle is made from: plan, challenge, kit, the redacted journal's lines, and their openings."""
    attempt = _attempt(visit)
    redactor = attempt.redactor()
    lines = [line.decode() for line in attempt.lines(redactor)]
    told = {"attempt": attempt.id, "plan": attempt.plan.as_dict(), "challenge": attempt.challenge.as_dict()}
    return AdminReply({**told, "kit": attempt.kit.text, "journal": lines, "openings": redactor.openings()})


def _move_attempt(visit: AdminRequest, move: Any) -> AdminReply:
    try:
        return AdminReply(move(_attempt(visit)))
    except WrongMoment as wrong:
        raise Trouble("wrong-moment", vi=wrong.vi, en=wrong.en) from None
