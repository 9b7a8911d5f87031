"""Sessions of the portal, and one call made within one."""

from __future__ import annotations

import base64
import difflib
import hmac
from collections.abc import Mapping
from typing import Literal

from emulator.country.access import Token
from emulator.country.axis import Account
from emulator.country.world import World
from emulator.kernel import clock
from emulator.kernel.clock import moment_text
from emulator.kernel.exchange import Call, Remark
from emulator.kernel.refusals import ServiceRefusal
from emulator.kernel.values import value_class
from emulator.services.portal.envelope import BAD_SESSION, Envelope, LoginForm, MapiCall
from emulator.services.portal.pack import Portal
from emulator.wire.reading import Reading, ReadingRules

# Sessions of ``mapi`` and tokens of the papers service: two credentials, two lives
# (src:portal-credentials, src:portal-login).
#
# Lifetimes and codes are ours. A client that logs in again while its session lives, and one that goes on with a dead
# session, are both told so in the journal: "chỉ gọi lại khi token hết hạn" (KDL V.3).

Kind = Literal["mapi", "papers"]
_SHORTEST_MIN, _LONGEST_MIN = 1, 120
_SESSION_BYTES = 96  # 128 characters of Base64, as the printed session has (KDL V.1)


def open_session(form: LoginForm, accounts: list[Account], world: World, kind: Kind, lifetime_min: int) -> Token:
    """Return a new session of whichever account the form names.

    Raises:
        ServiceRefusal: -2, user name or password is wrong.
    """
    password = form.password.encode()
    fits = [
        hmac.compare_digest(password, each.password.encode()) for each in accounts if each.username == form.username
    ]
    if not any(fits):
        raise _wrong_login(form, accounts, kind)
    world.hold()
    previous = world.keyring.latest(world.home, form.username, kind)
    if previous and (previous.expires_at or 0) > world.now_ms:
        _note_early_login(previous, world)
    lifetime_ms = min(max(lifetime_min, _SHORTEST_MIN), _LONGEST_MIN) * 60_000
    text = _session_text(world) if kind == "mapi" else world.uuid("papers-token")
    token = Token(text, *world.home, form.username, kind, kind, world.now_ms, world.now_ms + lifetime_ms, 0)
    world.keyring.add(token)
    return token


_PLACES: Mapping[Kind, str] = {"mapi": "/session", "papers": "authorization"}
_LOGINS: Mapping[Kind, str] = {
    "mapi": "POST /mapi/login (dvcqg.mapi.login)",
    "papers": "POST /bndp/public/v1/login (dvcqg.papers.login)",
}


def _wrong_login(form: LoginForm, accounts: list[Account], kind: Kind) -> ServiceRefusal:
    """Refuse a login in one sentence for both troubles; the journal, which is the trainer's, tells them apart."""
    names = [each.username for each in accounts]
    is_known = form.username in names
    near = difflib.get_close_matches(form.username[:80], names, 1, 0.3) if not is_known else []
    other = ", ".join(sorted({each.username for each in accounts}))[:80]
    return ServiceRefusal.for_rule(
        BAD_SESSION,
        "login-refused",
        "/password" if is_known else "/username",
        "Tên đăng nhập hoặc mật khẩu không đúng",
        "The user name or the password is wrong",
        found=form.username[:80],
        expected="password" if is_known else other,
        nearest=near[0] if near else _LOGINS[kind],
    )


def admit(text: str, world: World, kind: Kind, named: str) -> Token:
    """Return a living session; ``named`` says in Vietnamese where the caller gave it.

    Raises:
        ServiceRefusal: -2, the session is unknown to this sandbox, was reset away, or has expired.
    """
    token = world.keyring.token(text) if text else None
    if token is None or (token.sandbox_no, token.epoch) != world.home or token.scope != kind:
        raise ServiceRefusal.for_rule(
            BAD_SESSION,
            "session-unknown",
            _PLACES[kind],
            f"Phiên làm việc không hợp lệ: {named} không do dịch vụ đăng nhập này cấp",
            "The session is not valid: this login service did not give it, or it was reset away",
            nearest=_LOGINS[kind],
        )
    if (token.expires_at or 0) <= world.now_ms:
        ended = moment_text(token.expires_at or 0)
        raise SessionExpired(token, f"Phiên làm việc đã hết hạn lúc {ended}: hãy đăng nhập lại")
    world.presented = token
    return token


def papers_token(call: Call) -> str:
    """Return the token of a papers call, raw or after ``Bearer``: the scheme is not documented (K04).

    Raises:
        ServiceRefusal: -2, the call has none.
    """
    text = (call.header("authorization") or "").strip()
    if not text:
        raise ServiceRefusal.for_rule(
            BAD_SESSION,
            "papers-token-missing",
            "authorization",
            "Thiếu header Authorization: cần token lấy từ bndp/public/v1/login",
            "The header Authorization is missing: the token of bndp/public/v1/login is expected",
            expected="Authorization: <accessToken>",
            nearest=_LOGINS["papers"],
        )
    scheme, _, rest = text.partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else text


class SessionExpired(ServiceRefusal):
    """-2 for a session that was good once; the refusal counts how often it was used since."""

    def __init__(self, token: Token, message: str) -> None:
        en = "The session has expired: log in again"
        kind: Kind = "mapi" if token.scope == "mapi" else "papers"
        remark = Remark("session-expired", "error", _PLACES[kind], message, en, nearest=_LOGINS[kind])
        super().__init__(BAD_SESSION, message, (remark,))
        self.token = token


def count_use_after_end(refusal: SessionExpired, world: World) -> None:
    """Count a call with a dead session and say so from the second one on: this client never renews."""
    world.hold()
    uses = world.count(f"dead-session:{refusal.token.token}")
    if uses > 1:
        world.remark(
            "session-never-renewed",
            "/session",
            f"Lần thứ {uses} gọi bằng phiên đã hết hạn mà không đăng nhập lại",
            f"Call no. {uses} with an expired session and no new login",
        )


def _note_early_login(previous: Token, world: World) -> None:
    logins = world.count(f"early-login:{previous.scope}")
    until = moment_text(previous.expires_at or 0)
    world.remark(
        "login-before-every-call" if logins > 2 else "session-not-reused",
        "/session",
        f"Đăng nhập lại khi phiên trước còn hạn đến {until} (lần {logins}); chỉ đăng nhập lại khi hết hạn (KDL V.3)",
        f"Logged in again while the session lives until {until} (time {logins}); renew only when it has expired",
    )


def _session_text(world: World) -> str:
    seed = world.sandbox.definition.seed
    picks = clock.random_for(seed, world.sandbox.id, world.home[1], world.seq, "mapi-session")
    while True:
        text = base64.b64encode(picks.randbytes(_SESSION_BYTES)).decode()
        if "+" in text and "/" in text:
            return text


# What every service of the portal is given: the caller's body, who calls, the notes, and the reply's form.


@value_class
class PortalCall:
    """One call of an admitted unit."""

    asked: MapiCall
    world: World
    portal: Portal
    reading: Reading
    envelope: Envelope

    @property
    def unit_code(self) -> str:
        """Return the unit that calls."""
        return self.asked.unit_code

    def settle(self) -> None:
        """Refuse when a rule was broken, else hand the notes to the journal. Reading ends here; the pen comes next.

        Raises:
            ServiceRefusal: at least one rule was broken.
        """
        self.reading.check()
        self.world.exchange.remarks.extend(self.reading.notes)
        self.reading.notes.clear()


def reading_of(world: World) -> Reading:
    """Return an empty reading under the sandbox's mode, time and settings."""
    settings = world.settings
    return Reading(
        ReadingRules(world.mode, world.now_ms, settings.gso_era, settings.agency_code, settings.vneid_meaning),
        world.exchange.call.header("content-encoding") or "",
    )


def envelope_of(world: World) -> Envelope:
    """Return the form of ``mapi`` replies in this sandbox."""
    settings = world.settings
    return Envelope(
        settings.portal_error_code_style,
        settings.portal_reads_have_error_code,
        settings.portal_maps_errors_to_http,
        settings.portal_duplicate_code,
    )
