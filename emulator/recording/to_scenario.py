"""From a session to a scenario: which call gets which answer, with as few conditions as tell the answers apart."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

import orjson

from emulator.journal.redaction import MASK
from emulator.kernel.clock import day_text
from emulator.kernel.values import value_class
from emulator.recording.drift import STABLE_ANSWER_HEADERS
from emulator.recording.replay import ReplayedExchange
from emulator.recording.session import Content, Recorded
from emulator.services.registry import FORWARD, LIVE, staged_names
from emulator.wire.identity import DISCRIMINATING

_NO_FILE = "(nội dung không được ghi lại / the content was not recorded)"
_CREDENTIAL_STATUS = 401
_ADDRESS = ("path", "query.dstcode", "query.providerurl")
_PLACES = (*(f"body.{name}" for name in DISCRIMINATING), *_ADDRESS)
# Every call of the axis passes through these before it has its own name: a step on them needs the address.
_ON_THE_WAY = (FORWARD.name, LIVE.name)
Conditions = dict[str, Any]


@value_class
class LeftOut:
    """An exchange that has no step, and why."""

    number: int
    vi: str
    en: str


@dataclass(slots=True)
class ScenarioDraft:
    """A scenario's document, what was left out, and which exchange each step answers."""

    document: dict[str, Any]
    left_out: list[LeftOut] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)


def draft_scenario(told: Iterable[ReplayedExchange], scenario_id: str) -> ScenarioDraft:
    """Return a scenario that answers as the session did."""
    draft, groups = ScenarioDraft({}), dict[str, list[Recorded]]()
    first: Recorded | None = None
    for each in told:
        first = first or each.recorded
        reason = _reason_against(each)
        if reason:
            draft.left_out.append(LeftOut(each.recorded.number, *reason))
        elif each.answered and each.answered.operation:
            groups.setdefault(each.answered.operation, []).append(each.recorded)
            draft.answered.append(each.recorded.number)
    steps = [step for operation, exchanges in groups.items() for step in _steps(operation, exchanges)]
    draft.document = _head(scenario_id, first) | {"steps": steps}
    return draft


def _reason_against(told: ReplayedExchange) -> tuple[str, str] | None:
    recorded, answered = told
    if recorded.status is None or recorded.trouble:
        return "nền tảng không trả lời trọn vẹn", "the platform gave no whole answer"
    if answered is None:
        return "thân yêu cầu không được ghi", "the request's body was not recorded"
    if answered.operation not in staged_names():
        return "trình giả lập không có dịch vụ ở địa chỉ này", "the emulator has no operation at this address"
    return _reason_against_answer(recorded)


def _reason_against_answer(recorded: Recorded) -> tuple[str, str] | None:
    if MASK in (recorded.response.content.text or ""):
        return "trả lời chứa mã bí mật: trình giả lập tự cấp", "the answer holds a secret: the emulator issues its own"
    if recorded.status == _CREDENTIAL_STATUS:
        return (
            "bị từ chối vì thông tin truy cập: trình giả lập tự kiểm",
            "refused for its credential: the emulator checks",
        )
    if not 200 <= (recorded.status or 0) <= 599:
        return "mã HTTP ngoài 200–599", "an HTTP status outside 200 to 599"
    return None


def _head(scenario_id: str, first: Recorded | None) -> dict[str, Any]:
    origin = first.origin if first else ""
    day = day_text(first.at_ms) if first else ""
    return {
        "id": scenario_id,
        "title": {"vi": f"Trả lời như nền tảng đã ghi ngày {day}", "en": f"Answers as recorded on {day}"},
        "purpose": {
            "vi": "Chạy lại với đúng những trả lời một nền tảng đã cho; dữ liệu cá nhân đã được thay",
            "en": "Run again with the very answers a platform gave; personal data were replaced",
        },
        "source": f"ghi lại / recorded: {origin}",
        "good_client": {
            "vi": "Xử lý các trả lời này như khi nối với nền tảng đã ghi",
            "en": "Takes these answers as it takes those of the recorded platform",
        },
    }


def _steps(operation: str, exchanges: Sequence[Recorded]) -> list[dict[str, Any]]:
    steps = []
    for conditions, group in _told_apart(exchanges, _ADDRESS if operation in _ON_THE_WAY else ()):
        answers = _runs([_answer(each) for each in group])
        for place, answer in enumerate(answers):
            step: dict[str, Any] = {"name": f"{operation}-{group[0].number}-{place + 1}", "on": operation}
            if conditions:
                step["when"] = conditions
            if place < len(answers) - 1:  # each once, in their order; the last one for ever
                step["nth"] = place + 1
            steps.append(step | {"answer": answer})
    # What has more conditions is tried first.
    return sorted(steps, key=lambda step: -len(step.get("when", {})))


def _runs(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the answers one after the other; all alike are one."""
    return answers[:1] if all(each == answers[0] for each in answers) else answers


def _told_apart(exchanges: Sequence[Recorded], always: Sequence[str]) -> list[tuple[Conditions, list[Recorded]]]:
    """Split exchanges by telling places until the calls of each part have one answer, or nothing more tells.

    By the places in ``always`` they are split in any case.
    """
    parts: list[tuple[Conditions, list[Recorded]]] = [({}, list(exchanges))]
    for place in (*always, *(each for each in _PLACES if each not in always)):
        parts = [
            piece
            for conditions, group in parts
            for piece in (
                _split_group(conditions, group, place)
                if place in always
                else _split_if_needed(conditions, group, place)
            )
        ]
    return parts


def _split_if_needed(
    conditions: Conditions, group: list[Recorded], place: str
) -> list[tuple[Conditions, list[Recorded]]]:
    has_one_answer = len({_key(each) for each in group}) == 1
    has_one_value = len({_value(each, place) for each in group}) == 1
    return [(conditions, group)] if has_one_answer or has_one_value else _split_group(conditions, group, place)


def _split_group(conditions: Conditions, group: list[Recorded], place: str) -> list[tuple[Conditions, list[Recorded]]]:
    by_value: dict[str | None, list[Recorded]] = {}
    for each in group:
        by_value.setdefault(_value(each, place), []).append(each)
    return [
        (conditions | {place: {"present": False} if value is None else value}, some) for value, some in by_value.items()
    ]


def _key(exchange: Recorded) -> str:
    return json.dumps(_answer(exchange), sort_keys=True)


def _value(exchange: Recorded, place: str) -> str | None:
    kind, _, name = place.partition(".")
    if kind == "path":
        return unquote(exchange.path)
    if kind == "query":
        found = parse_qs(exchange.target.partition("?")[2], keep_blank_values=True).get(name)
        return found[0] if found else None
    return _field(exchange, name)


def _field(exchange: Recorded, name: str) -> str | None:
    try:
        document = json.loads(exchange.request.content.text or "")
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    value = next((each for key, each in document.items() if key.casefold() == name.casefold()), None)
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def _answer(exchange: Recorded) -> dict[str, Any]:
    headers: dict[str, str] = {}
    for name, value in exchange.response.headers:
        if STABLE_ANSWER_HEADERS.fullmatch(name) or (name.lower() == "location" and MASK not in value):
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return {"status": exchange.status, "headers": headers, "body": _body(exchange.response.content)}


def _body(content: Content) -> Any:
    """Return a body as a structure people can edit, when that is sent with the very same bytes; else as text."""
    if content.text is None:
        return _NO_FILE
    if content.text[:1] not in ("{", "["):
        return content.text
    try:
        document = orjson.loads(content.text)
    except orjson.JSONDecodeError:
        return content.text
    return document if orjson.dumps(document).decode() == content.text else content.text
