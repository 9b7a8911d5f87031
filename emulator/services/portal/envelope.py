"""What ``mapi`` reads and writes: calls with a session, and their envelopes.

Sources: KDL V.1; src:portal-login, src:portal-envelopes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl

import orjson

from emulator.kernel.clock import VIETNAM, to_datetime, to_ms
from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.kernel.values import value_class
from emulator.wire.codes import TOO_LARGE
from emulator.wire.json_body import TOO_DEEP, is_deep, kind_of, packing_of, read_object, word_json_trouble, word_packed
from emulator.wire.reading import Reading, told

# Error codes of the national portal. The table is ours: no document prints one (src:portal-envelopes).

SUCCESS = 0
BAD_BODY = -1
BAD_SESSION = -2
EXISTS = -3
EXISTS_OTHER = 3
UNKNOWN_DOSSIER = -4
BAD_FIELD = -5
NOT_IN_CATALOGUE = -6
BAD_TRANSITION = -7
NOT_YOURS = -8
NO_SUCH_SERVICE = -9

HTTP_STATUS: dict[int, int] = {
    BAD_BODY: 400,
    BAD_SESSION: 401,
    EXISTS: 409,
    EXISTS_OTHER: 409,
    UNKNOWN_DOSSIER: 404,
    BAD_FIELD: 400,
    NOT_IN_CATALOGUE: 400,
    BAD_TRANSITION: 409,
    NOT_YOURS: 403,
    NO_SUCH_SERVICE: 404,
}
"""The HTTP status of each code when a sandbox asks for one; the portal itself answers 200 (src:client-error-codes)."""


# The portal's date dialect: ``yyyyMMddHHmmss`` in Vietnamese time (src:portal-dossier).

_STAMP = re.compile(r"\d{14}", re.ASCII)


def read_stamp(text: str) -> int | None:
    """Read ``yyyyMMddHHmmss``; None when it is not one or not a moment of the calendar."""
    if not _STAMP.fullmatch(text):
        return None
    try:
        return to_ms(datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM))
    except ValueError:
        return None


def stamp(instant_ms: int) -> str:
    """Return an instant as ``yyyyMMddHHmmss``."""
    return to_datetime(instant_ms).strftime("%Y%m%d%H%M%S")


CodeStyle = Literal["by-family", "number", "string", "00"]
_JSON = (("Content-Type", "application/json; charset=UTF-8"),)
_ADDRESSING = ("session", "madonvi", "service")


@value_class
class Envelope:
    """How a sandbox wants its replies: type of ``error_code``, whether reads carry one (K06), HTTP status mapping."""

    code_style: CodeStyle = "by-family"
    reads_have_code: bool = True
    maps_status: bool = False
    duplicate_code: int = EXISTS

    def found_reply(self, result: object) -> Reply:
        """Return the reply of a service that reads: ``error_code`` is a number unless the sandbox says otherwise."""
        if not self.reads_have_code:
            return Reply(200, orjson.dumps({"result": result}), _JSON)
        code = self._code(SUCCESS, "number")
        return Reply(200, orjson.dumps({"error_code": code, "message": "Thành công", "result": result}), _JSON)

    def accepted_reply(self, message: str) -> Reply:
        """Return the reply of a service that takes data; ``message`` says "thành công" (src:client-dossiers)."""
        return Reply(200, orjson.dumps({"error_code": self._code(SUCCESS, "string"), "message": message}), _JSON)

    def login_reply(self, session: str) -> Reply:
        """Return the reply of ``mapi/login``."""
        code = self._code(SUCCESS, "number")
        return Reply(
            200, orjson.dumps({"session": session, "error_code": code, "message": "Đăng nhập thành công"}), _JSON
        )

    def refused_reply(self, refusal: ServiceRefusal, *, pushes: bool) -> Reply:
        """Return a refusal. ``error_code`` is never a word, which a lenient reader takes for 0.

        Sources: src:client-error-codes.
        """
        number = self.duplicate_code if refusal.code == EXISTS else refusal.code
        code = self._code(number, "string" if pushes else "number")
        status = HTTP_STATUS.get(number, 400) if self.maps_status else 200
        return Reply(status, orjson.dumps({"error_code": code, "message": refusal.message}), _JSON)

    def _code(self, number: int, family: CodeStyle) -> int | str:
        style = family if self.code_style == "by-family" else self.code_style
        if style == "number":
            return number
        return "00" if style == "00" and number == SUCCESS else str(number)


@value_class
class MapiCall:
    """A body of ``mapi/call``: who calls, which service, and the service's own keys."""

    session: str
    unit_code: str
    service: str
    given: dict[str, Any] = field(default_factory=dict)

    def text(self, *names: str) -> str:
        """Return the first of the named keys that is given, read without regard to case; empty when none is."""
        folded = {key.lower(): value for key, value in self.given.items()}
        for name in names:
            value = folded.get(name.lower())
            if value is not None and not isinstance(value, (dict, list)):
                return str(value).strip()
        return ""


@value_class
class LoginForm:
    """A body of ``mapi/login`` or ``bndp/public/v1/login``."""

    username: str
    password: str


def read_call(body: bytes, size: int, reading: Reading) -> MapiCall:
    """Read the flat object of ``mapi/call``.

    Raises:
        ServiceRefusal: not JSON, or one of ``session``, ``madonvi``, ``service`` is missing.
    """
    given = reading.given = read_object(body, size, reading)
    named = {name: _addressing(given, name, reading) for name in _ADDRESSING}
    for name, value in named.items():
        if not value:
            reading.refuse(
                "required", f"/{name}", BAD_FIELD, f"Thiếu trường bắt buộc {name}: cần một chuỗi", f"{name} is missing"
            )
    reading.check()
    rest = {key: value for key, value in given.items() if key.lower() not in _ADDRESSING}
    return MapiCall(named["session"], named["madonvi"], named["service"], rest)


def _addressing(given: dict[str, Any], name: str, reading: Reading) -> str:
    value = given.get(name)
    if value is None:
        spelled = next((key for key in given if key.lower() == name), None)
        if spelled is None or reading.meet(
            "K02",
            f"/{spelled}",
            BAD_FIELD,
            f"Tên trường {spelled} phải viết thường: {name}",
            f"{spelled} must be spelled {name}",
        ):
            return ""
        value = given[spelled]
    return value.strip() if isinstance(value, str) else ""


def read_login(body: bytes, size: int, reading: Reading) -> LoginForm:
    """Read user name and password.

    Raises:
        ServiceRefusal: no body, not JSON, or one of the two is missing.
    """
    if not body:
        raise ServiceRefusal.for_rule(
            BAD_BODY,
            "not-json",
            "",
            'Thân yêu cầu trống: cần {"username": "...", "password": "..."}',
            "The body is empty: a user name and a password are expected",
            found="0 byte",
            expected='{"username": "...", "password": "..."}',
        )
    given = read_object(body, size, reading)
    for name in ("username", "password"):
        if not isinstance(given.get(name), str) or not given[name]:
            reading.refuse(
                "required", f"/{name}", BAD_FIELD, f"Thiếu trường bắt buộc {name}: cần một chuỗi", f"{name} is missing"
            )
    reading.check()
    return LoginForm(given["username"], given["password"])


MOST_ELEMENTS = 1_000
"""Ours: a batch is taken whole or not at all, with the pen held, so that its length has a bound."""


def check_batch(elements: Sequence[object]) -> None:
    """Refuse a batch that is too long. Raises ServiceRefusal."""
    many = len(elements)
    if many > MOST_ELEMENTS:
        vi = f"data có {many} phần tử, nhiều nhất {MOST_ELEMENTS}"
        en = f"data has {many} elements, at most {MOST_ELEMENTS} are taken"
        values = {"found": str(many), "expected": f"≤ {MOST_ELEMENTS}"}
        raise ServiceRefusal.for_rule(TOO_LARGE, "body-too-large", "/data", vi, en, **values)


_JSON_BODY = "{…} / […]"


def read_gateway_call(service: str, unit_code: str, query: str, body: bytes) -> MapiCall:
    """Read a call that comes through a province's gateway (src:client-province-gateway).

    Raises:
        ServiceRefusal: there is a body and it is no JSON object or list.
    """
    given: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    if body.strip():
        if is_deep(body):
            raise ServiceRefusal.for_rule(
                BAD_BODY, "nested-too-deeply", "", *TOO_DEEP, found="[[[…", expected=_JSON_BODY
            )
        try:
            content = json.loads(body)
        except UnicodeDecodeError as trouble:
            packing = packing_of(body, "")
            said = word_packed(packing) if packing else ("Thân yêu cầu không phải UTF-8", "The body is not UTF-8")
            rule = "body-is-packed" if packing else "not-utf-8"
            raise ServiceRefusal.for_rule(BAD_BODY, rule, "", *said, expected="UTF-8") from trouble
        except json.JSONDecodeError as trouble:
            found = told(body.decode("utf-8", "replace")[max(0, trouble.pos - 20) : trouble.pos + 20].strip())
            said = word_json_trouble(trouble)
            raise ServiceRefusal.for_rule(
                BAD_BODY, "not-json", "", *said, found=found, expected=_JSON_BODY
            ) from trouble
        if not isinstance(content, (dict, list)):
            raise ServiceRefusal.for_rule(
                BAD_BODY,
                "not-an-object",
                "",
                "Thân yêu cầu phải là một đối tượng hoặc một mảng JSON",
                "The body must be a JSON object or a JSON list",
                found=" ".join(kind_of(content)),
                expected=_JSON_BODY,
            )
        given |= {"data": content} if isinstance(content, list) else content
    return MapiCall("", unit_code, service, given)


def wrap_twice(reply: Reply) -> Reply:
    """Return a reply as a province's gateway encodes it twice: the real one is a JSON text in ``message``."""
    return Reply(reply.status, orjson.dumps({"error_code": "0", "message": reply.body.decode()}), _JSON)
