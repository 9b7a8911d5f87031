"""From what was said to what may be kept: secrets masked, identity data replaced. In memory, before any disk.

Two passes. The first goes by field names as an exchange comes in, and by what looks like somebody's number, telephone
or mail. The second, when the session ends, looks for every value the first one met in all exchanges.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from emulator.country.privacy import Suspect, suspects
from emulator.journal.redaction import MASK, is_secret_name, masked_header, masked_text
from emulator.kernel.exchange import Headers
from emulator.recording.bodies import content_of
from emulator.recording.names_in_text import with_other_names
from emulator.recording.pseudonyms import Pseudonyms
from emulator.recording.session import Content, Omission, Recorded, Said, Trouble
from emulator.recording.walking import walk, walk_form, walk_target
from emulator.wire.identity_fields import kind_of_field

# What names the application that calls, or the machine of whoever does. Ours.
_MORE_SECRETS = re.compile(r"client_?id|consumer_?key|assertion|jwt|id_?token|otp|pin(?:code)?", re.IGNORECASE)
_MACHINE_HEADERS = re.compile(r"x-forwarded-.*|forwarded|x-real-ip|true-client-ip|cf-.*|x-client-ip|via", re.IGNORECASE)
_LINK_HEADERS = ("location", "referer", "origin", "content-location")
_IN_BRACKETS = re.compile(r"<([^<>]*)>")
_DROPPED = ("host", "x-admin-token")
_FILE_INSIDE = re.compile(r"(?:data:[\w/+.-]+;base64,)?[A-Za-z0-9+/\r\n]{256,}={0,2}\s*")
# Without one of these no look of the privacy check can find anything.
_MAY_BE_SUSPECT = re.compile(r"[\d@]|Basic|Bearer|eyJ|-----BEGIN|xox|AKIA|gh[pousr]_")
_LONG, _MOST_REMEMBERED = 256, 200_000
_NO_FILE = base64.b64encode("(tệp không được ghi lại / the file was not recorded)".encode()).decode()


class Raw(NamedTuple):
    """One side as it came; ``size`` is what was sent, ``body`` what was kept of it: bytes, or a text already read."""

    headers: Headers
    body: bytes | str | None
    size: int
    omitted: Omission | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """An exchange as it was heard. Lives in memory, for as long as it takes to clean it."""

    number: int
    at_ms: int
    method: str
    target: str
    request: Raw
    status: int | None
    response: Raw
    took_ms: int
    trouble: Trouble | None
    origin: str


class Cleaner:
    """Cleans the exchanges of one session."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._changed: dict[tuple[str, str], str] = {}
        self._replaced: dict[str, str] = {}

    def first(self, heard: Heard) -> Recorded:
        """Return an exchange without what its fields and its numbers say of people."""
        return Recorded(
            number=heard.number,
            at_ms=heard.at_ms,
            method=heard.method,
            target=masked_text(walk_target(heard.target, self._change)),
            request=self._side(heard.request),
            status=heard.status,
            response=self._side(heard.response),
            took_ms=heard.took_ms,
            trouble=heard.trouble,
            origin=heard.origin,
        )

    def second(self, exchange: Recorded) -> Recorded:
        """Return an exchange without anything that became known in the session."""

        def again(_field: str, text: str) -> str:
            return self._again(text)

        return replace(
            exchange,
            target=walk_target(exchange.target, again),
            request=self._side_again(exchange.request),
            response=self._side_again(exchange.response),
        )

    def _again(self, text: str) -> str:
        """Replace what is known. Nothing becomes known any more when this is first called."""
        if text not in self._replaced:
            replaced = self._pseudonyms.known.replace_known(text, MASK)
            if len(text) > _LONG or len(self._replaced) > _MOST_REMEMBERED:
                return replaced
            self._replaced[text] = replaced
        return self._replaced[text]

    def _side_again(self, said: Said) -> Said:
        def again(_field: str, text: str) -> str:
            return self._again(text)

        headers = tuple((name, self._again(value)) for name, value in said.headers)
        text = said.content.text
        if text:
            is_form = "x-www-form-urlencoded" in said.header("content-type")
            text = walk_form(text, again) if is_form else walk(text, again)
        return Said(headers, replace(said.content, text=text))

    def _side(self, raw: Raw) -> Said:
        headers = tuple(
            (name, self._header(name, value)) for name, value in raw.headers if name.lower() not in _DROPPED
        )
        content = content_of(raw.headers, raw.body, raw.size, raw.omitted)
        return Said(headers, self._content(content, Said(raw.headers).header("content-type")))

    def _content(self, content: Content, content_type: str) -> Content:
        if not content.text:
            return content
        if "x-www-form-urlencoded" in content_type:
            text = walk_form(content.text, self._change)
        else:
            text = walk(content.text, self._change)
        return replace(content, text=masked_text(text))

    def _header(self, name: str, value: str) -> str:
        masked = masked_header(name, value)
        if masked != value:
            self._learn_credentials(value.partition(";")[0] if name.lower() == "set-cookie" else value)
            return masked
        if _MACHINE_HEADERS.fullmatch(name):
            return MASK
        if name.lower() == "link":  # RFC 8288: addresses stand in angle brackets, what they are follows
            return _IN_BRACKETS.sub(lambda found: f"<{self._link(found[1])}>", value)
        if name.lower() in _LINK_HEADERS:
            return self._link(value)
        return self._change(name if is_secret_name(name) else "", value)

    def _link(self, address: str) -> str:
        return masked_text(walk_target(address, self._change))

    def _learn_credentials(self, value: str) -> None:
        known = self._pseudonyms.known
        words = re.split(r"[\s,;]+", value)
        has_scheme = len(words) > 1 and "=" not in words[0]
        for word in words[has_scheme:]:
            secret = word.partition("=")[2] if re.match(r"[\w.-]+=[^=]", word) else word
            known.add_secret(secret)
            try:
                pair = base64.b64decode(secret, validate=True).decode()
            except (binascii.Error, ValueError):
                continue
            for part in pair.split(":"):
                known.add_secret(part)

    def _change(self, field: str, text: str) -> str:
        """Return what may stand in a field; the same values come again and again, so they are remembered."""
        if (field, text) not in self._changed:
            changed = self._changed_anew(field, text)
            if len(text) > _LONG or len(self._changed) > _MOST_REMEMBERED:
                return changed
            self._changed[field, text] = changed
        return self._changed[field, text]

    def _changed_anew(self, field: str, text: str) -> str:
        if is_secret_name(field) or _MORE_SECRETS.fullmatch(field):
            if not text.strip("* ") or text == "null":
                return text
            self._pseudonyms.known.add_secret(text)
            return MASK
        if _FILE_INSIDE.fullmatch(text):
            return _NO_FILE
        kind = kind_of_field(field)
        text = self._pseudonyms.of(kind, text)
        if kind in ("prose", "title", "link"):
            text = with_other_names(text, self._pseudonyms.name)
        return self._pseudonyms.code(self._without_suspects(text))

    def _without_suspects(self, text: str) -> str:
        if not _MAY_BE_SUSPECT.search(text):
            return text
        lines = text.splitlines(keepends=True)
        return "".join(self._line(line, suspects(line)) for line in lines) if lines else text

    def _line(self, line: str, found: list[Suspect]) -> str:
        parts, end = list[str](), 0
        for suspect in found:
            if suspect.start < end:  # two looks took the same place
                continue
            parts += (line[end : suspect.start], self._other(suspect))
            end = suspect.start + len(suspect.datum)
        return "".join((*parts, line[end:]))

    def _other(self, suspect: Suspect) -> str:
        if suspect.kind == "secret":
            self._pseudonyms.known.add_secret(suspect.datum)
            return MASK
        makers = {"number": self._pseudonyms.number, "phone": self._pseudonyms.phone, "mail": self._pseudonyms.mail}
        return makers[suspect.kind](suspect.datum)
