"""Tokens: issuing, revoking, and reading who asks."""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from emulator.country.access import Credential, Token, basic_pair, is_alive
from emulator.country.world import World
from emulator.gateways.ndxp.faults import (
    BASIC,
    DIALECTS,
    FaultDialect,
    OAuthRefusal,
    Observed,
    refusal_of,
    remark_of,
)
from emulator.gateways.ndxp.routes import refuses, shape_of
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.wire.columns import close_match
from emulator.wire.json_body import is_deep, is_packed, word_packed

# What ``/token`` and ``/revoke`` share: form, client credentials, and how a *no* is worded
# (src:apim-token-errors, src:apim-revoke).

FORM = "application/x-www-form-urlencoded"
# The key manager's web container adds these to every answer, good or bad (src:apim-token-issue).
FRAME, SNIFF, XSS = (
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-XSS-Protection", "1; mode=block"),
)
NO_STORE, NO_CACHE = ("Cache-Control", "no-store"), ("Pragma", "no-cache")
_FOR_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"})
_PAIR = ("client_id", "client_secret")


class Presented(NamedTuple):
    """A key and secret as the client sent them."""

    key: str
    secret: str


def compact(value: object) -> bytes:
    """Return one-line JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


_LONGEST_FORM = 64 * 1024


def read_form(call: Call, world: World, dialect: FaultDialect) -> dict[str, str]:
    """Read the parameters of body and query; a body without a declared type is taken as a form (ours).

    What is beyond ``_LONGEST_FORM`` bytes is not read, and the journal says so: a real form has some hundred.

    Raises:
        GatewayRefusal: 415 for another content type.
        OAuthRefusal: a parameter is repeated.
    """
    declared = call.media_type
    coding = call.header("content-encoding") or ""
    if is_packed(coding):
        vi, en = word_packed(coding.strip()[:40])
        world.remark(
            "body-is-packed", "content-encoding", vi, en, found=coding[:40], nearest="Content-Encoding: identity"
        )
    if call.body_size > _LONGEST_FORM:
        said = Observed("", f"{call.body_size} byte", f"≤ {_LONGEST_FORM} byte")
        world.exchange.remarks.append(remark_of("long-form", said, "note"))
    body = call.body[:_LONGEST_FORM]
    in_query = _query_parameters(call, world, dialect)
    if dialect.flat and declared == "application/json":
        return _read_json(body, dialect) | in_query
    if declared not in ("", FORM):
        raise refusal_of("wrong-type", dialect.release, Observed("Content-Type", declared, FORM))
    return _read_pairs(body.decode("utf-8", "replace"), dialect) | in_query


def _read_pairs(text: str, dialect: FaultDialect) -> dict[str, str]:
    pairs = parse_qsl(text, keep_blank_values=True)
    form = dict(pairs)
    if len(form) != len(pairs):
        repeated = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise refusal_of("repeated-parameter", dialect.release, Observed(f"/{repeated}", repeated[:100]))
    return form


def _query_parameters(call: Call, world: World, dialect: FaultDialect) -> dict[str, str]:
    """Return what counts of a query: up to 3.2 nothing, since the gateway hands none on; then all, before the body."""
    names = [name for name, _ in parse_qsl(call.query, keep_blank_values=True)]
    if not names:
        return {}
    said = ", ".join(names)[:100]
    fate = ("được đọc trước thân", "counts before the body") if dialect.flat else ("không được đọc", "is not read")
    world.remark(
        "parameters-in-query",
        "query",
        f"Tham số nằm trên URL ({said}): ở bản {dialect.release} {fate[0]}; gửi chúng trong thân biểu mẫu",
        f"parameters in the query ({said}): in {dialect.release} the query {fate[1]}; send them in the form",
        found=said,
        expected=f"Content-Type: {FORM}",
        nearest="grant_type=client_credentials (body)" if "grant_type" in names else "",
    )
    found = _read_pairs(call.query, dialect) if dialect.flat else {}
    return {name: value for name, value in found.items() if name not in _PAIR}  # a client is looked for in the body


def _read_json(body: bytes, dialect: FaultDialect) -> dict[str, str]:
    try:
        value = None if is_deep(body) else json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise refusal_of("bad-json", dialect.release, Observed("", f"{len(body)} byte"))
    given = {name: each for name, each in value.items() if each is not None}
    return {name: each if isinstance(each, str) else json.dumps(each) for name, each in given.items()}


def read_client(call: Call, form: Mapping[str, str], world: World, dialect: FaultDialect) -> Presented:
    """Return the credentials of a call: HTTP Basic, or the form (B03); another scheme in the header does not count.

    Raises:
        OAuthRefusal: there are none, or the header cannot be read.
    """
    header = call.header("authorization") or ""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return _from_form(form, world, dialect, header)
    if encoded.startswith(" "):
        raise refusal_of("two-blanks-in-basic", dialect.release, Observed("Authorization", shape_of(header)))
    key, secret = basic_pair(encoded)
    if not key:
        raise refusal_of("malformed-basic", dialect.release, Observed("Authorization", shape_of(header)))
    return Presented(key, secret)


def _from_form(form: Mapping[str, str], world: World, dialect: FaultDialect, header: str) -> Presented:
    key = form.get("client_id", "")
    strict = refuses("B03", world)
    if key:
        world.remark(
            "B03",
            "/client_id",
            "Cặp khóa nằm trong thân biểu mẫu; tài liệu chỉ mô tả Authorization: Basic",
            "The key pair is in the form; the document describes Authorization: Basic only",
            "error" if strict else "note",
            found="client_id",
            expected=f"Authorization: {BASIC}",
        )
    if not (key and form.get("client_secret")) or strict:
        raise refusal_of("no-credentials", dialect.release, Observed("Authorization", shape_of(header)))
    return Presented(key, form.get("client_secret", ""))


def known_client(client: Presented, world: World, dialect: FaultDialect) -> Credential:
    """Return the key pair of a client; one of another sandbox is unknown here.

    Raises:
        OAuthRefusal: unknown key, or its application is not active.
    """
    pair = world.keyring.credential(client.key)
    if pair is None or pair.sandbox_no != world.sandbox.no:
        shown = client.key.translate(_FOR_HTML) if dialect.escapes_client else client.key
        raise refusal_of(
            "unknown-client", dialect.release, Observed("Authorization", client.key[:100]), {"client": shown}
        )
    if world.settings.application_state != "active":  # revoking it revokes its tokens (apim-revoke)
        said = Observed("", f"application_state: {world.settings.application_state}")
        raise refusal_of("revoked-application", dialect.release, said)
    return pair


def check_secret(client: Presented, pair: Credential, case: str, dialect: FaultDialect) -> None:
    """Compare the secret as sent: the product does not URL-decode it (src:apim-token-errors).

    Raises:
        OAuthRefusal: it is wrong.
    """
    if not hmac.compare_digest(client.secret.encode(), pair.consumer_secret.encode()):
        raise refusal_of(case, dialect.release, Observed("", f"{client.key[:100]}:***"))


def check_single_method(call: Call, form: Mapping[str, str], dialect: FaultDialect) -> None:
    """Refuse a pair in both header and form; half a pair in the form is none (src:apim-token-errors).

    Raises:
        OAuthRefusal: both carry one.
    """
    scheme = (call.header("authorization") or "").partition(" ")[0]
    if scheme.lower() == "basic" and all(form.get(name) for name in _PAIR):
        raise refusal_of(
            "two-credentials", dialect.release, Observed("/client_secret", "Authorization + client_secret")
        )


# ``POST /token`` (BTXH 2.1.1, 2.1.2, 2.1.3; src:apim-token-issue, src:apim-token-errors).

_TYPE = "Bearer"
FOREVER_S = 9_223_372_036_854_775
_RENEWED_BELOW_MS = 1000
_REFRESH_LIFE_MS = 86_400_000  # a day (src:apim-token-issue)
_SAML, _JWT = "urn:ietf:params:oauth:grant-type:saml2-bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer"
_USER_GRANTS = ("password", "refresh_token", "authorization_code")
KNOWN_GRANTS = frozenset(("client_credentials", *_USER_GRANTS, "iwa:ntlm", _SAML, _JWT))
_HEADERS = (
    FRAME,
    NO_STORE,
    SNIFF,
    NO_CACHE,
    XSS,
    ("Content-Type", "application/json"),
)


def issue(exchange: Exchange, world: World) -> Reply:
    """Answer the token request: the same token until it ends, then a new one.

    The checks stand in the product's order, so a missing ``grant_type`` wins over a bad secret (src:apim-token-errors).

    Raises:
        OAuthRefusal: the key manager's documented noes.
        GatewayRefusal: 415.
    """
    call, dialect = exchange.call, DIALECTS[world.sandbox.definition.profile]
    form = read_form(call, world, dialect)
    grant = _grant(form, dialect)
    client = read_client(call, form, world, dialect)
    pair = known_client(client, world, dialect)
    exchange.consumer = pair.consumer_key
    check_single_method(call, form, dialect)
    check_secret(client, pair, "wrong-secret", dialect)
    if grant == "client_credentials":
        world.hold()
        return _answer(_application_token(form, pair, world, dialect), world)
    if grant not in _USER_GRANTS or not world.settings.user_grants:
        raise refusal_of("grant-not-allowed", dialect.release, Observed("/grant_type", grant, "client_credentials"))
    world.hold()
    granted = {"password": _by_password, "refresh_token": _by_refresh_token, "authorization_code": _by_code}[grant](
        form, pair, world, dialect
    )
    return _answer(granted.access, world, granted.refresh)


def _answer(token: Token, world: World, refresh: Token | None = None) -> Reply:
    """Return the reply; a refresh token stands after the access token (src:apim-token-issue)."""
    body: dict[str, object] = {"access_token": token.token}
    if refresh:
        body["refresh_token"] = refresh.token
    body["scope"] = token.scope.partition(_OF_USER)[0]
    body["token_type"] = _TYPE
    body["expires_in"] = FOREVER_S if token.expires_at is None else (token.expires_at - world.now_ms) // 1000
    return Reply(200, compact(body), _HEADERS)


def word(refusal: OAuthRefusal, world: World) -> Reply:
    """Word a refusal of ``/token``. It has no cache headers: the product adds those to good answers only."""
    headers = (FRAME, SNIFF, XSS, *refusal.challenge(world.settings.host_name), ("Content-Type", "application/json"))
    return Reply(refusal.status, refusal.body(), headers)


def _grant(form: Mapping[str, str], dialect: FaultDialect) -> str:
    grant = form.get("grant_type", "")
    if not grant:
        raise refusal_of("missing-grant", dialect.release, Observed("/grant_type", "", "client_credentials"))
    if grant not in KNOWN_GRANTS:
        raise refusal_of(
            "unknown-grant",
            dialect.release,
            Observed("/grant_type", grant[:100], "client_credentials", close_match(grant, KNOWN_GRANTS)),
        )
    return grant


# Grants of a user of the sandbox: ``password``, then ``refresh_token`` (settings user_grants and sandbox_users).
#
# A user's tokens are kept beside the application's: the key manager tells tokens apart by key, user and scope, so the
# scope of a row carries the user behind a mark that no scope can hold.

_OF_USER, _REFRESH = "\x1f", "refresh"


class UserTokens(NamedTuple):
    """What a user's grant gives."""

    access: Token
    refresh: Token


def _by_password(form: Mapping[str, str], pair: Credential, world: World, dialect: FaultDialect) -> UserTokens:
    user, secret = form.get("username", ""), form.get("password", "")
    wanted = world.settings.sandbox_users.get(user.partition("@")[0])
    if wanted is None or not hmac.compare_digest(secret.encode(), wanted.encode()):
        raise refusal_of("wrong-password", dialect.release, Observed("/username", user[:100]), {"user": user})
    scope = f"{_user_scope(form, dialect)}{_OF_USER}{user.partition('@')[0]}"
    access = _live(world.keyring.latest(world.home, pair.consumer_key, scope), world)
    refresh = _live(world.keyring.latest(world.home, pair.consumer_key, f"{scope}{_OF_USER}{_REFRESH}"), world)
    if access and refresh:
        return UserTokens(access, refresh)
    return _issue_to_user(scope, pair, world)


def _by_refresh_token(form: Mapping[str, str], pair: Credential, world: World, dialect: FaultDialect) -> UserTokens:
    """Renew both tokens; the old ones end (src:apim-revoke)."""
    old = world.keyring.token(form.get("refresh_token", ""))
    is_ours = old is not None and (old.kind, old.consumer_key) == (_REFRESH, pair.consumer_key)
    if old is None or not is_ours or (old.sandbox_no, old.epoch) != world.home or old.is_revoked:
        raise refusal_of("unknown-refresh-token", dialect.release, Observed("/refresh_token"))
    if not is_alive(old, world.home, world.now_ms):
        raise refusal_of("expired-refresh-token", dialect.release, Observed("/refresh_token"))
    scope = old.scope.removesuffix(f"{_OF_USER}{_REFRESH}")
    access = world.keyring.latest(world.home, pair.consumer_key, scope)
    for ended in (old, *([access] if access else [])):
        world.keyring.revoke(ended.token)
    return _issue_to_user(scope, pair, world)


def _by_code(_form: Mapping[str, str], _pair: Credential, _world: World, dialect: FaultDialect) -> UserTokens:
    """No login page is emulated, so no code was ever issued."""
    raise refusal_of("unknown-code", dialect.release, Observed("/code"))


def _issue_to_user(scope: str, pair: Credential, world: World) -> UserTokens:
    access_ms, refresh_ms = world.settings.token_lifetime_s * 1000, _REFRESH_LIFE_MS
    expires_at = None if access_ms < 0 else world.now_ms + access_ms
    key, now = pair.consumer_key, world.now_ms
    access = Token(world.uuid("user-token"), *world.home, key, pair.kind, scope, now, expires_at, 0)
    mark = f"{scope}{_OF_USER}{_REFRESH}"
    refresh = Token(world.uuid("refresh-token"), *world.home, key, _REFRESH, mark, now, now + refresh_ms, 0)
    for token in (access, refresh):
        world.keyring.add(token)
    return UserTokens(access, refresh)


def _user_scope(form: Mapping[str, str], dialect: FaultDialect) -> str:
    """Return a user's scopes; the one that is forced on applications is not forced on users."""
    return granted_scope(form.get("scope", ""), dialect, forced=False)


def _live(token: Token | None, world: World) -> Token | None:
    """Return a token that has more than its last second left."""
    is_fresh = token and (token.expires_at is None or token.expires_at - world.now_ms > _RENEWED_BELOW_MS)
    return token if is_fresh else None


def _application_token(form: Mapping[str, str], pair: Credential, world: World, dialect: FaultDialect) -> Token:
    scope = granted_scope(form.get("scope", ""), dialect)
    token = _live(world.keyring.latest(world.home, pair.consumer_key, scope), world)
    if token:
        return token
    lifetime = _lifetime_s(form, world, dialect)
    expires_at = None if lifetime < 0 else world.now_ms + lifetime * 1000
    token = Token(world.uuid("token"), *world.home, pair.consumer_key, pair.kind, scope, world.now_ms, expires_at, 0)
    world.keyring.add(token)
    return token


def granted_scope(requested: str, dialect: FaultDialect, *, forced: bool = True) -> str:
    """Return the granted scopes, sorted: allow-listed names are kept, the rest silently dropped.

    Sources: src:apim-token-issue.
    """
    kept = {name for name in requested.split() if name == "openid" or name.startswith("device_")} or {"default"}
    if forced and dialect.forced_scope:
        kept.add(dialect.forced_scope)
    return " ".join(sorted(kept))


def _lifetime_s(form: Mapping[str, str], world: World, dialect: FaultDialect) -> int:
    wished = form.get("validity_period", "")
    if dialect.takes_validity_period and wished.removeprefix("-").isdecimal() and len(wished) <= 10:
        return int(wished)
    return world.settings.token_lifetime_s
