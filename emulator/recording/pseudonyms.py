"""One value, one pseudonym, as long as a session lasts. The key never leaves memory.

A pseudonym follows from key and value, not from the order of calls; only where two values meet in one serial number
does the later one move on. Without the key nobody can try out all citizen numbers against a session.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from urllib.parse import unquote

from emulator.country import people
from emulator.country.people import peoples
from emulator.country.privacy import suspects
from emulator.wire.codes import is_agency_code
from emulator.wire.identity import IdentityKind

# The values a session has shown to be somebody's, and their replacement wherever else they stand.
#
# Names of three words and more are found whatever the letter case, the accents and what stands between the words
# (``NGUYEN_VAN_A.pdf``); shorter ones only as they were written, since half the country's places are two such words.

_WORD = re.compile(r"[^\W\d_]+|\d+")
_BETWEEN = re.compile(r"[\s_.+\-@/,:]{0,3}")
_SHORTEST_SECRET = 8
Words = tuple[str, ...]


@lru_cache(8192)
def bare(text: str) -> str:
    """Return a text in lower case without accents; as many characters as its composed form has."""
    return "".join(_bare_letter(each) for each in unicodedata.normalize("NFC", text))


def _bare_letter(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return base if len(base) == 1 else letter


def _words(text: str) -> Words:
    return tuple(_WORD.findall(text))


class Known:
    """What was replaced so far; a text may be brought back as often as more has become known."""

    def __init__(self) -> None:
        self._exact: dict[Words, str] = {}
        self._bare: dict[Words, str] = {}
        self._longest: dict[str, int] = {}
        self.pseudonyms: set[str] = set()
        self.secrets: set[str] = set()

    def add_name(self, name: str, pseudonym: str) -> None:
        """Learn a name, given in lower case."""
        words = _words(name)
        self.pseudonyms.add(pseudonym.casefold())
        self._remember(
            self._exact, _words(pseudonym.casefold()), pseudonym
        )  # a name that is a part of it leaves it whole
        if len(words) < 2:
            return
        self._remember(self._exact, words, pseudonym)
        if len(words) > 2:
            plain = _words(bare(name))
            self._remember(self._bare, plain, pseudonym)
            self._remember(self._bare, ("".join(plain),), pseudonym)

    def add(self, text: str, pseudonym: str) -> None:
        """Learn a number, an address, the name of a file or of an account."""
        words = _words(bare(text))
        if words and (len(words) > 1 or len(text) >= 5):
            self._remember(self._bare, words, pseudonym)

    def add_secret(self, text: str) -> None:
        """Learn something that is masked wherever it stands."""
        if len(text) >= _SHORTEST_SECRET:
            self.secrets.add(text)

    def _remember(self, table: dict[Words, str], words: Words, pseudonym: str) -> None:
        table.setdefault(words, pseudonym)
        self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))

    def replace_known(self, text: str, mask: str) -> str:
        """Return a text without what is known; ``mask`` stands for secrets."""
        for secret in self.secrets:
            if secret in text:
                text = text.replace(secret, mask)
        composed = unicodedata.normalize("NFC", text)
        parts, end = list[str](), 0
        for start, stop, pseudonym in self._finds(composed):
            parts += (composed[end:start], _like(pseudonym, composed[start:stop]))
            end = stop
        return "".join((*parts, composed[end:])) if parts else text

    def _finds(self, text: str) -> list[tuple[int, int, str]]:
        lower, plain = text.casefold(), bare(text)
        if len(lower) != len(text) or len(plain) != len(text):
            lower = plain = text.lower() if len(text.lower()) == len(text) else text
        spans = [found.span() for found in _WORD.finditer(text)]
        finds, place = list[tuple[int, int, str]](), 0
        while place < len(spans):
            count, pseudonym = self._longest_at(place, spans, lower, plain, text)
            if pseudonym is not None:
                finds.append((spans[place][0], spans[place + count - 1][1], pseudonym))
            place += count
        return finds

    def _longest_at(
        self, place: int, spans: list[tuple[int, int]], lower: str, plain: str, text: str
    ) -> tuple[int, str | None]:
        start, stop = spans[place]
        longest = max(self._longest.get(lower[start:stop], 0), self._longest.get(plain[start:stop], 0))
        if not longest:
            return 1, None
        reach = 1
        while reach < longest and place + reach < len(spans):
            if not _BETWEEN.fullmatch(text, spans[place + reach - 1][1], spans[place + reach][0]):
                break
            reach += 1
        for count in range(reach, 0, -1):
            chosen = spans[place : place + count]
            for table, source in ((self._exact, lower), (self._bare, plain)):
                pseudonym = table.get(tuple(source[start:stop] for start, stop in chosen))
                if pseudonym is not None:
                    return count, pseudonym
        return 1, None


def _like(pseudonym: str, original: str) -> str:
    """Return a pseudonym spelled as what it replaces: its case, its accents, what stands between its words."""
    if not any(each.isalpha() for each in original) or any(each.isdigit() for each in pseudonym):
        return pseudonym
    if original.isascii():
        pseudonym = "".join(
            plain.upper() if each.isupper() else plain
            for each, plain in zip(unicodedata.normalize("NFC", pseudonym), bare(pseudonym), strict=True)
        )
    between = re.search(r"[\W_]+", original)
    pseudonym = pseudonym.replace(" ", between[0] if between else "")
    if original.isupper():
        return pseudonym.upper()
    return pseudonym.lower() if original.islower() else pseudonym


_MOST = 400_000
_FILE = re.compile(r"(.+)(\.[A-Za-z0-9]{2,5})", re.DOTALL)
_CODE = re.compile(r"\b([A-Z0-9.]*[A-Z]\d{2}(?:\.\d+)*-\d{6}-)(\d{4,})\b", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d{2}", re.ASCII)
_OURS = ("tep-", "canbo-")


class TooManyPeople(Exception):
    """A session names more people than there are serial numbers for."""


class Pseudonyms:
    """The pseudonyms of one session."""

    def __init__(self, key: bytes, today: date, *, replaces_codes: bool = False) -> None:
        self._key, self._today, self._replaces_codes = key, today, replaces_codes
        self._serials: dict[tuple[str, str], int] = {}
        self._taken: dict[str, set[int]] = {}
        self._names: dict[str, str] = {}
        self.known = Known()
        self._makers: dict[IdentityKind, Callable[[str], str]] = {
            "name": self.name, "number": self.number, "phone": self.phone, "mail": self.mail,
            "account": self.account, "hamlet": self._hamlet, "address": self._address, "day": self._day,
            "bank": self._scramble, "reference": self._reference, "file": self.file, "link": self._link,
            "title": self._title,
        }  # fmt: skip

    def of(self, kind: IdentityKind, text: str) -> str:
        """Return what stands for the value of a field; a value without letters and digits stays as it is."""
        maker = self._makers.get(kind)
        core = text.strip()
        if maker is None or not any(each.isalnum() for each in core):
            return text
        new = maker(unicodedata.normalize("NFC", core))
        return text.replace(core, new) if new != core else text

    def luck(self, kind: str, text: str) -> int:
        """Return a number that follows from key and value."""
        return int.from_bytes(hmac.digest(self._key, f"{kind}\0{text}".encode(), "sha256")[:8])

    def _serial(self, kind: str, text: str) -> int:
        """Return a number from 1 below a million that no other value of the kind has in this session."""
        if (kind, text) not in self._serials:
            taken = self._taken.setdefault(kind, set())
            if len(taken) >= _MOST:
                raise TooManyPeople
            serial = self.luck(kind, text) % (people.MOST_PEOPLE - 1) + 1
            while serial in taken:
                serial = serial % (people.MOST_PEOPLE - 1) + 1
            taken.add(serial)
            self._serials[kind, text] = serial
        return self._serials[kind, text]

    def name(self, text: str) -> str:
        """Return another name, in capitals where the first was."""
        if not any(each.isalpha() for each in text):
            return text
        key = " ".join(text.casefold().split())
        if key in self.known.pseudonyms:
            return text
        if key not in self._names:
            self._names[key] = self._new_name(key)
        self.known.add_name(key, self._names[key])
        return _in_style(self._names[key], text)

    def _new_name(self, key: str) -> str:
        luck = self.luck("name", key)
        while True:
            name = peoples.full_name(luck, " thị " in key or " thi " in key)
            if name.casefold() not in self.known.pseudonyms and name.casefold() != key:
                return name
            luck += 1

    def number(self, text: str) -> str:
        """Return another personal number, card or tax code; of anything else, other letters and digits."""
        tight = re.sub(r"[\s.]", "", text)
        made = peoples.personal_number(tight, self._serial("number", tight))
        new = self._scramble(text) if made is None else made
        return self._remember(tight, new) if new != tight else text

    def phone(self, text: str) -> str:
        """Return a telephone that cannot be dialled."""
        digits = re.sub(r"\D", "", re.sub(r"^\+?84", "0", text))
        if len(digits) < 6 or digits.startswith("00"):
            return text
        return self._remember(digits, people.phone(self._serial("phone", digits)))

    def mail(self, text: str) -> str:
        """Return an address at ``example.vn``; what is reserved for examples stays."""
        if "@" not in text or not any(each.kind == "mail" for each in suspects(text)):
            return text
        return self._remember(text.casefold(), people.mail(self._serial("mail", text.casefold())))

    def account(self, text: str) -> str:
        """Return the name of an account."""
        if "@" in text:
            return self.mail(text)
        if text.startswith(_OURS) or is_agency_code(text):  # an account of an office, under the office's name
            return text
        new = f"canbo-{self._serial('account', text.casefold()):06d}"
        return self._remember(text, new) if re.search(r"[\d_.@-]", text) and len(text) >= 5 else new

    def file(self, text: str) -> str:
        """Return the name of a file; its ending stays, and ``x.docx.pdf`` keeps the last one."""
        found = _FILE.fullmatch(text)
        stem, ending = (found[1], found[2]) if found else (text, "")
        if stem.startswith(_OURS):
            return text
        new = f"tep-{self.luck('file', bare(stem)) % 16**8:08x}"
        return (self._remember(stem, new) if len(stem) >= 8 else new) + ending

    def code(self, text: str) -> str:
        """Return dossier codes with other running numbers, when that was asked for."""
        if not self._replaces_codes:
            return text
        return _CODE.sub(lambda found: found[1] + self._digits("code", found[1], found[2]), text)

    def _digits(self, kind: str, context: str, digits: str) -> str:
        """Return other digits, as many; with four digits two values may rarely meet."""
        return f"{self.luck(kind, context + digits) % 10 ** len(digits):0{len(digits)}d}"

    def _hamlet(self, text: str) -> str:
        return text if text.endswith("Không Có Thật") else peoples.hamlet(text, self.luck("hamlet", bare(text)))

    def _address(self, text: str) -> str:
        if text.endswith("Không Có Thật"):
            return text
        new = peoples.address(self._serial("address", bare(text)))
        return self._remember(text, new) if len(text.split()) > 2 else new

    def _day(self, text: str) -> str:
        return peoples.other_day(text, self.luck("day", text[:10]), self._today)

    def _scramble(self, text: str) -> str:
        luck = self.luck("text", text)
        letters = []
        for place, each in enumerate(text):
            pick = self.luck(str(place), str(luck)) if each.isalnum() else 0
            changed = str(pick % 10) if each.isdigit() else chr(pick % 26 + (65 if each.isupper() else 97))
            letters.append(changed if each.isalnum() else each)
        return self._remember(text, "".join(letters)) if len(text) >= 8 else "".join(letters)

    def _reference(self, text: str) -> str:
        def other(found: re.Match[str]) -> str:
            return found[0] if _YEAR.fullmatch(found[0]) else self._digits("reference", text, found[0])

        return _DIGITS.sub(other, text)

    def _link(self, text: str) -> str:
        head, mark, query = text.partition("?")
        start, slash, last = head.rpartition("/")
        if slash and _FILE.fullmatch(last) and not start.endswith("/"):
            head = start + slash + self.file(unquote(last))
        return (
            self.code(head) + mark + re.sub(r"=([^&#]+)", lambda found: "=" + self._scramble(unquote(found[1])), query)
        )

    def _title(self, text: str) -> str:
        return self.file(text) if _FILE.fullmatch(text) else text

    def _remember(self, text: str, new: str) -> str:
        self.known.add(text, new)
        return new


def _in_style(name: str, like: str) -> str:
    if like.isupper():
        return name.upper()
    return name.lower() if like.islower() else name
