"""The values a session has shown to be somebody's, and their replacement wherever else they stand.

Names of three words and more are found whatever the letter case, the accents and what stands between the words
(``NGUYEN_VAN_A.pdf``); shorter ones only as they were written, since half the country's places are two such words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

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
