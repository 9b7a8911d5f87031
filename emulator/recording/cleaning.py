"""From what was said to what may be kept: secrets masked, identity data replaced. In memory, before any disk.

Two passes. The first goes by field names as an exchange comes in, and by what looks like somebody's number, telephone
or mail. The second, when the session ends, looks for every value the first one met in all exchanges.
"""

from __future__ import annotations

import base64
import binascii
import re
import threading
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from emulator.country.positions import Problem
from emulator.country.privacy import Suspect, suspects
from emulator.journal.redaction import MASK, is_secret_name, masked_header, masked_text
from emulator.kernel.exchange import Headers
from emulator.kernel.values import value_class
from emulator.recording.pseudonyms import Pseudonyms, TooManyPeople
from emulator.recording.session import Content, Omission, Recorded, Said, Trouble, privacy_problems
from emulator.recording.walking import walk, walk_form, walk_target
from emulator.wire.identity import kind_of_field

# From the bytes of a body to a text that can be cleaned. What is no text is not kept: a file may be anybody's.

MOST_UNPACKED = 20 * 1024 * 1024
_TEXTUAL = re.compile(r"json|xml|text/|x-www-form-urlencoded|javascript|html|csv", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def content_of(headers: Headers, body: bytes | str | None, size: int, omitted: Omission | None = None) -> Content:
    """Return the content of a body; None stands for one that is not there, because it was too large unless told."""
    if body is None:
        return Content(None, size, omitted or "large")
    if not body:
        return Content("", size)
    told = {name.lower(): value for name, value in headers}
    content_type = told.get("content-type", "")
    if content_type.lower().startswith("multipart/"):
        return Content(None, size, "multipart")
    if isinstance(body, str):
        text = _told_text(body, content_type)
    else:
        plain = _unpack(body, told.get("content-encoding", "identity").strip().lower())
        text = None if plain is None else _text(plain, content_type)
    return Content(None, size, "binary") if text is None else Content(text, size)


def _unpack(body: bytes, coding: str) -> bytes | None:
    """Return a body without its coding; None when that is unknown, broken, or unpacks to more than the limit."""
    if coding in ("", "identity"):
        return body
    for bits in {"gzip": (47,), "x-gzip": (47,), "deflate": (15, -15)}.get(coding, ()):
        machine = zlib.decompressobj(bits)
        try:
            plain = machine.decompress(body, MOST_UNPACKED)
        except zlib.error:
            continue
        return plain if machine.eof and not machine.unconsumed_tail else None
    return None


def _text(body: bytes, content_type: str) -> str | None:
    charset = _CHARSET.search(content_type)
    try:
        return _told_text(body.decode(charset[1] if charset else "utf-8"), content_type)
    except (LookupError, UnicodeDecodeError):
        return None


def _told_text(text: str, content_type: str) -> str | None:
    is_file = bool(content_type) and not _TEXTUAL.search(content_type)
    return None if is_file or _CONTROL.search(text) else text


# Names of people in running text, where no field says that there is one. A guess, and ours.
#
# Three to five words that begin like a name, or words in capitals behind a form of address. Names of places, offices
# and streets are passed over by the word in front of them. A name nobody could guess is found only if a field holds
# it too.

_CAPITAL = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_SMALL = _CAPITAL.lower()
_FAMILIES = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trịnh|Trương|Đào|Cao|Lò|Giàng|Sùng|"
    "Nguyen|Tran|Pham|Hoang|Huynh|Dang|Bui|Duong|Dinh|Trinh|Truong"
)
_TITLE_WORD = f"[{_CAPITAL}][{_SMALL}]*"
_UPPER_WORD = f"[{_CAPITAL}]+"
_NAME = re.compile(
    rf"(?<![\w-])(?:(?:{_FAMILIES})(?: {_TITLE_WORD}){{2,4}}|(?:{_FAMILIES.upper()})(?: {_UPPER_WORD}){{2,4}})(?!\w)"
)
_ADDRESSED = re.compile(
    r"(?<!\w)(?:[ôÔ]ng|[bB]à|[aA]nh|[cC]hị|[cC]háu|[cC]ụ|ÔNG|BÀ)(?: \([bB]à\))?:? "
    rf"((?:{_TITLE_WORD})(?: {_TITLE_WORD}){{1,4}})"
)
_PLACE_BEFORE = re.compile(
    r"(?:phố|đường|phường|xã|quận|huyện|tỉnh|thị trấn|thị xã|thôn|ấp|bản|tổ|khu|trường|bệnh viện|tp\.?|ubnd|công ty|"
    r"tập đoàn|chùa|cầu|sông|núi|đảo|quốc lộ)\s*\Z",
    re.IGNORECASE,
)
# Not names, though they begin like one: hồ sơ, lý do, cao đẳng, Hồ Chí Minh …
_NEVER_SECOND = {"sơ", "do", "lịch", "chí", "đẳng", "tuổi", "cấp", "tháng", "bằng", "thường", "khí", "hiệu", "trình"}


def with_other_names(text: str, other: Callable[[str], str]) -> str:
    """Return a text in which ``other`` has replaced what looks like names."""

    def replace_whole(found: re.Match[str]) -> str:
        before = text[max(0, found.start() - 16) : found.start()]
        is_no_name = found[0].split()[1].lower() in _NEVER_SECOND or _PLACE_BEFORE.search(before)
        return found[0] if is_no_name else other(found[0])

    text = _NAME.sub(replace_whole, text)
    return _ADDRESSED.sub(lambda found: found[0].replace(found[1], other(found[1])), text)


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


@value_class
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


# What a recorder keeps while it runs: cleaned exchanges in memory, until the session ends and all is known.


@value_class
class Bounds:
    """How much a session may hold: ``calls`` exchanges and ``characters`` of text."""

    calls: int = 10_000
    characters: int = 256 * 1024 * 1024


class Closed(NamedTuple):
    """What came of a session: what may be written, what may not and why, and how many calls were not kept at all."""

    exchanges: list[Recorded]
    problems: list[Problem]
    not_kept: int


class Ledger:
    """Takes exchanges from several threads. A call that cannot be cleaned or kept is counted, never kept raw."""

    def __init__(self, cleaner: Cleaner, bounds: Bounds) -> None:
        self._cleaner, self._bounds = cleaner, bounds
        self._lock = threading.Lock()
        self._exchanges: list[Recorded] = []
        self._size, self._not_kept = 0, 0

    def add(self, heard: Heard) -> bool:
        """Keep an exchange; False when it was not kept."""
        with self._lock:
            if len(self._exchanges) >= self._bounds.calls or self._size > self._bounds.characters:
                self._not_kept += 1
                return False
            try:
                exchange = self._cleaner.first(heard)
            except (TooManyPeople, RecursionError):
                self._not_kept += 1
                return False
            self._exchanges.append(exchange)
            self._size += sum(len(each.content.text or "") for each in (exchange.request, exchange.response))
            return True

    def close(self) -> Closed:
        """Return the session; an exchange in which something real-looking remains is left out, with its problems."""
        with self._lock:
            exchanges, problems = list[Recorded](), list[Problem]()
            for each in sorted(self._exchanges, key=lambda one: one.number):
                exchange = self._cleaner.second(each)
                found = privacy_problems(exchange)
                problems += found
                if not found:
                    exchanges.append(exchange)
            return Closed(exchanges, problems, self._not_kept)
