"""Carrying a plan out: server, preflight, scenes, bundle."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.admin_client import AdminClient
from emulator.cli.certify.files import private_key_at
from emulator.cli.certify.session import Session, find_session, open_session
from emulator.cli.terminal import CannotStart
from emulator.kernel.delivery import write_whole
from emulator.kernel.exchange import JsonObject

if TYPE_CHECKING:
    from emulator.certification.attempt import SceneCall
    from emulator.certification.challenge import ChallengeWords
    from emulator.certification.lines import SceneEnding
    from emulator.certification.plan import Plan
    from emulator.certification.preflight import Diagnosis
    from emulator.certification.preflight.situation import SetUpTrouble
    from emulator.cli.certify.driving import Driver
    from emulator.cli.certify.session import Attendant

INCOMPLETE, NOT_READY, STOPPED = 3, 2, 130
_STORE, _PLACE, _WORK, _CHALLENGE = "luot.db", "luot.json", "work", "thu-thach.json"


@dataclass(frozen=True)
class RunWish:
    """What the command line asks for beyond the plan. ``url`` empty: a server of its own."""

    out: Path
    url: str = ""
    admin_token: str | None = None
    port: int = 0
    key: Path | None = None
    challenge: Path | None = None
    is_json: bool = False


def carry_out(plan: Plan, wish: RunWish) -> int:
    """Run a plan from its beginning; return the exit code."""
    check_machine(plan, wish)
    key = private_key_at(wish.key) if wish.key else None
    raw = wish.challenge.read_bytes() if wish.challenge else b""
    with ExitStack() as stack:
        client = client_of(stack, wish)
        session = _not_begun(client, plan, wish) or open_session(client, words_of(plan), _challenge(raw))
        _remember(wish, client, session, raw)
        return play(session, plan, wish, key=key, signed_challenge=raw)


def check_machine(plan: Plan, wish: RunWish) -> None:
    """Raise CannotStart when something on this machine stands in the way."""
    from emulator.cli.certify.checking import troubles

    found_here = troubles(plan, wish.out)
    if found_here:
        lines = [f"{each.id} {each.vi} → {each.mend_vi}. / {each.en}: {each.mend_en}." for each in found_here]
        raise CannotStart("\n".join(lines))


def _not_begun(client: AdminClient, plan: Plan, wish: RunWish) -> Session | None:
    """Return the attempt of an earlier run whose set-up was not ready, so that address and keys stay.

    Raises:
        CannotStart: it has been begun, or is one of another plan.
    """
    kept = None if wish.url else find_session(client)
    if kept is None:
        return None
    same = dict(kept.evidence()["plan"]) == json.loads(json.dumps(plan.as_dict()))
    if kept.standing()["played"] or kept.standing()["scene"] or not same:
        raise CannotStart(
            f"{wish.out} có lượt kiểm thử dở dang; dùng certify resume {wish.out} hoặc --out khác. / "
            f"{wish.out} holds an attempt that is not finished: certify resume {wish.out}, or another --out."
        )
    return kept


def client_of(stack: ExitStack, wish: RunWish) -> AdminClient:
    """Return the admin API of the server that was named, or of one that runs as long as the stack."""
    if wish.url:
        return _guard_client(AdminClient(wish.url, wish.admin_token), wish.url)
    from emulator.cli.certify.session import own_server

    wish.out.mkdir(parents=True, exist_ok=True)
    port = wish.port or (find_attempt(wish.out)[1] if (wish.out / _PLACE).exists() else 0)
    token = secrets.token_urlsafe(24)
    return AdminClient(stack.enter_context(own_server(wish.out / _STORE, port, token)), token)


def _guard_client(client: AdminClient, url: str) -> AdminClient:
    """Return the client of a server that lets nobody in without a token.

    Raises:
        CannotStart: anybody can ask it: whoever is examined would read what awaits it.
    """
    if AdminClient(url).send("GET", "/__admin/sandboxes", {}).status not in (401, 403):
        raise CannotStart(
            f"{url} không đòi mã quản trị: phần mềm được kiểm thử đọc được đáp án. Chạy máy chủ với --admin-token, "
            "hoặc "
            f"bỏ --url. / {url} wants no admin token: the examined program could read what awaits it. Serve with "
            "--admin-token, or leave --url out."
        )
    return client


def words_of(plan: Plan) -> JsonObject:
    """Return a plan in the words of its file."""
    told: JsonObject = {name: value for name, value in plan.as_dict().items() if value not in (None, "", (), {})}
    told["patience"] = told.pop("patience_s") * 1000
    return told


def _challenge(raw: bytes) -> ChallengeWords | None:
    """Return the challenge in a file, None when none was given. Raises CannotStart."""
    if not raw:
        return None
    from emulator.certification.challenge import BadChallenge, receive_challenge

    try:
        return receive_challenge(raw).challenge.as_dict()
    except BadChallenge as trouble:
        raise CannotStart(f"--challenge: {trouble.vi}. / {trouble.en}.") from trouble


def _remember(wish: RunWish, client: AdminClient, session: Session, signed_challenge: bytes) -> None:
    if not wish.url:
        if signed_challenge:
            write_whole(wish.out / _CHALLENGE, signed_challenge)
        port = int(client.base_url.rpartition(":")[2])
        write_whole(wish.out / _PLACE, json.dumps({"attempt": session.id, "port": port}).encode())


def kept_challenge(out: Path) -> bytes:
    """Return the signed challenge an attempt was begun with, empty when there was none."""
    path = out / _CHALLENGE
    return path.read_bytes() if path.exists() else b""


def find_attempt(out: Path) -> tuple[str, int]:
    """Return attempt and port of a folder that holds an attempt. Raises CannotStart."""
    try:
        told = json.loads((out / _PLACE).read_text(encoding="utf-8"))
        return told["attempt"], int(told["port"])
    except (OSError, ValueError, KeyError) as trouble:
        raise CannotStart(f"{out} không có lượt kiểm thử. / {out} holds no attempt.") from trouble


def play(session: Session, plan: Plan, wish: RunWish, *, key: Any = None, signed_challenge: bytes = b"") -> int:
    """Play the scenes that are left, write the bundle, say the verdicts; return the exit code."""
    from emulator.certification.outline import exit_code
    from emulator.cli.certify.session import Paused
    from emulator.cli.certify.wording import progress, summary

    try:
        performer = performer_of(session, plan, wish.out / _WORK)
        if not session.standing()["played"] and not is_ready(session, performer):
            return NOT_READY
        for asked in scenes(session):
            progress(asked, is_quiet=wish.is_json)
            session.end(performer.perform(asked))
    except (Paused, KeyboardInterrupt) as stop:
        click.echo(f"\nTiếp tục bằng / go on with: ndxp-emulator certify resume {wish.out}", err=True)
        return INCOMPLETE if isinstance(stop, Paused) else STOPPED
    session.close()
    report = session.report()
    bundle = None if plan.only else _bundle(session, wish, key, signed_challenge)
    click.echo(json.dumps(report, ensure_ascii=False) if wish.is_json else summary(report, bundle))
    return exit_code(report)


def scenes(session: Session) -> Iterator[SceneCall]:
    """Yield every scene that is left; one that was under way when everything stopped is played again."""
    if session.standing()["scene"]:
        session.end({"how": "broken-off", "output": "resumed"})
    while (asked := session.begin()) is not None:
        yield asked


def performer_of(session: Session, plan: Plan, folder: Path) -> Driver | Attendant:
    """Return who does the tasks: the plan's command, or a person who is told what to set up first."""
    if plan.command:
        from emulator.cli.certify.driving import Driver

        return Driver(plan.command, session.context, folder, plan.patience_s, plan.environment)
    from emulator.cli.certify.session import Attendant

    attendant = Attendant(session, plan.patience_s)
    attendant.tell_context(session.context)
    return attendant


def is_ready(session: Session, performer: Driver | Attendant) -> bool:
    """Let the client do one small task and tell whether it is set up rightly; what is wrong is said on stderr."""
    from emulator.cli.certify.session import Attendant, Paused

    while True:
        try:
            ending = performer.greet(session.greet())
        except Paused:
            return False
        if _is_set_up(session.diagnosis(), ending):
            return True
        if not isinstance(performer, Attendant):
            return False
        click.echo("Sửa rồi làm lại việc thử; q: dừng. / Mend it and do the try again; q: stop.", err=True)


def _is_set_up(said: Diagnosis, ending: SceneEnding) -> bool:
    troubles = [*said["troubles"], *([_crash(ending)] if ending["how"] != "done" else [])]
    for each in troubles:
        click.secho(f"{each['id']} {each['vi']} / {each['en']}", fg="red", err=True)
        click.echo(f"      → {each['mend']['vi']} / {each['mend']['en']}", err=True)
        for call in each["calls"]:
            click.echo(f"      {call}", err=True)
    return not troubles


def _crash(ending: SceneEnding) -> SetUpTrouble:
    told = f"{ending['how']} {ending.get('exit_code', '')}: {ending.get('output', '')[-300:]}"
    return {
        "id": "KN-67",
        "vi": "Lệnh không kết thúc bình thường ngay ở lần gọi thử",
        "en": "the command did not end well at the very first try",
        "mend": {
            "vi": "Chạy thử lệnh bằng tay, xem mã thoát",
            "en": "run the command by hand and look at its exit code",
        },
        "calls": [told],
    }


def _bundle(session: Session, wish: RunWish, key: Any, signed_challenge: bytes) -> Path:
    from emulator.cli.certify.files import write_bundle

    wish.out.mkdir(parents=True, exist_ok=True)
    path = wish.out / f"{session.id}.zip"
    write_bundle(path, session.evidence(), key=key, signed_challenge=signed_challenge, force=True)
    return path
