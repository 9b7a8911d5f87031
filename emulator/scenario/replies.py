"""What a step says instead of the service, or makes of what it said, with ``{{call.body.MaHoSo}}`` filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from emulator.kernel.clock import iso, moment_text
from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import FaultFamily, GatewayRefusal, ServiceRefusal
from emulator.scenario.faults_payload import with_body
from emulator.scenario.fields import PLACES_BESIDE, CallScene, text_of
from emulator.scenario.script import Answer, Refuse, Step

# WSO2 numbers its refusals by hundreds (src:apim-security-codes, src:apim-throttling).
_FAMILIES: Mapping[int, FaultFamily] = {9009: "security", 9008: "throttling"}


def refusal_of(refuse: Refuse) -> GatewayRefusal | ServiceRefusal:
    """Return the refusal a step asks for; the door or the service words it."""
    if refuse.error_code is not None:
        return ServiceRefusal(refuse.error_code, refuse.message)
    family: FaultFamily = _FAMILIES.get(refuse.code // 100, "other")
    return GatewayRefusal(family, refuse.status, refuse.code or refuse.status, refuse.message, refuse.description)


def answer_reply(answer: Answer) -> Reply:
    """Return the reply that a step gives."""
    return Reply(answer.status, answer.body, answer.headers)


def body_of(content: Any) -> bytes:
    """Return a body as it is sent: a text as it stands, anything else as JSON."""
    if content is None:
        return b""
    return content.encode() if isinstance(content, str) else orjson.dumps(content)


def changed_reply(step: Step, reply: Reply) -> Reply:
    """Return what the service said as a step changes it: other words, patched JSON (RFC 7396), other headers."""
    if step.answer and step.answer.served:
        if reply.file:
            reply.file.close()
        reply = replace(answer_reply(step.answer), delivery=reply.delivery)
    if step.patch is not None:
        reply = _patch_reply(reply, step.patch)
    return replace(reply, headers=_merged_headers(reply.headers, step.headers)) if step.headers else reply


def _patch_reply(reply: Reply, patch: Any) -> Reply:
    try:
        content = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return reply  # no JSON has nothing to be merged with
    return with_body(reply, orjson.dumps(merge_patch(content, patch)))


def merge_patch(content: Any, patch: Any) -> Any:
    """Return JSON merged with a patch as RFC 7396 says: an object goes into an object, null takes a member away."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(content) if isinstance(content, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def _merged_headers(
    headers: tuple[tuple[str, str], ...], wanted: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    replaced = {name.lower() for name, _ in wanted}
    kept = tuple(pair for pair in headers if pair[0].lower() not in replaced)
    return (*kept, *((name, value) for name, value in wanted if value))


def fill_step(step: Step, lookup: Lookup) -> Step:
    """Return a step whose placeholders are filled with the values of one call; in effects they stand for texts."""

    def as_text(name: str) -> str:
        return text_of(lookup(name))

    return replace(
        step,
        answer=step.answer and _filled_answer(step.answer, lookup),
        refuse=step.refuse and _filled_refusal(step.refuse, lookup),
        patch=fill(step.patch, lookup),
        headers=_filled_headers(step.headers, lookup),
        effects=tuple(replace(each, effect=fill(dict(each.effect), as_text)) for each in step.effects),
    )


def _filled_answer(answer: Answer, lookup: Lookup) -> Answer:
    body = body_of(fill(answer.content, lookup))
    return replace(answer, body=body, headers=_filled_headers(answer.headers, lookup))


def _filled_refusal(refuse: Refuse, lookup: Lookup) -> Refuse:
    message, description = (text_of(fill(text, lookup)) for text in (refuse.message, refuse.description))
    return replace(refuse, message=message, description=description)


def _filled_headers(headers: tuple[tuple[str, str], ...], lookup: Lookup) -> tuple[tuple[str, str], ...]:
    """A header's value is one line of Latin letters: what a call brings is held to that."""
    return tuple((name, _header_text(text_of(fill(value, lookup)))) for name, value in headers)


def _header_text(text: str) -> str:
    line = " ".join(text.split())
    return line.encode("latin-1", "replace").decode("latin-1")


# ``{{call.body.MaHoSo}}`` in what a step says: found when a file is read, filled when a call has come.

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_CALL = re.compile(r"call\.(?:(?:body|query|form|header)\.[^\s{}]+|body|method|path)", re.ASCII)
Lookup = Callable[[str], Any]


def _value_at(place: str) -> Callable[[CallScene, int], Any]:
    return lambda scene, _: next(iter(scene.find(place)), "")


_VALUES: Mapping[str, Callable[[CallScene, int], Any]] = {
    "clock": lambda scene, _: iso(scene.world.now_ms),
    "clock.moment": lambda scene, _: moment_text(scene.world.now_ms),
    "count": lambda _, count: count,
    "operation": lambda scene, _: scene.exchange.operation or "",
    **{place: _value_at(place) for place in PLACES_BESIDE if place != "since"},
}
NAMES = (*_VALUES, "call.body.…", "call.header.…", "call.query.…", "params.…")


def is_known(name: str) -> bool:
    """Tell whether a placeholder has a meaning when a call comes (parameters are filled when a file is read)."""
    return name in _VALUES or _CALL.fullmatch(name) is not None


def names_in(value: Any) -> Iterator[str]:
    """Yield the placeholders anywhere in a value."""
    if isinstance(value, str):
        yield from PLACEHOLDER.findall(value)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from names_in(key)
            yield from names_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from names_in(each)


def fill(value: Any, lookup: Lookup) -> Any:
    """Return a value with its placeholders filled; a text that is one placeholder becomes the value itself."""
    if isinstance(value, str):
        whole = PLACEHOLDER.fullmatch(value)
        if whole:
            return lookup(whole.group(1))
        return PLACEHOLDER.sub(lambda found: text_of(lookup(found.group(1))), value)
    if isinstance(value, Mapping):
        return {key: fill(each, lookup) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [fill(each, lookup) for each in value]
    return value


def lookup_in(scene: CallScene, count: int) -> Lookup:
    """Return what knows the values of one call; what the call does not have is an empty text."""

    def look(name: str) -> Any:
        if name in _VALUES:
            return _VALUES[name](scene, count)
        place = name.removeprefix("call.")
        if place == "body" and scene.fields.content is not None:
            return scene.fields.content
        return next(iter(scene.fields.find(place)), "")

    return look
