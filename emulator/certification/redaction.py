"""Hiding values in a bundle without losing the proof: each becomes a salted commitment that can be opened later.

The same value has the same commitment throughout a bundle, so that a judge still sees that a token was used again. The
salt of a value follows from a key that stays with whoever made the bundle; without its salt no value can be guessed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, cast
from urllib.parse import quote, quote_plus, unquote_plus

from emulator.journal.redaction import hidden_header, hidden_text

if TYPE_CHECKING:
    from emulator.journal.entry import RemarkWords

COMMITMENT = re.compile(r"\[sha256:[0-9a-f]{64}\]", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=:-]{16,}", re.ASCII)
IDENTITY_FIELDS = (
    "CMND|cmnd|SoDinhDanh\\w*|soDinhDanh\\w*|HoVaTen|hoVaTen|HoTen\\w*|SoDienThoai|soDienThoai|Email|email|"
    "HKTT_ChiTiet|hktT_ChiTiet|NOHT_ChiTiet|nohT_ChiTiet|citizen_id|full_name|phone|owner_id|id_number|detail|about"
)
"""Fields that name a person, on the wire, in our own tasks, and in a fault that is aimed at one."""


_SHORTEST = 6  # a shorter value would be found by chance in any text


class Redactor:
    """Turns values into commitments, and remembers how each can be opened."""

    def __init__(self, key: bytes, *, identity: bool = False, secrets: Iterable[str] = ()) -> None:
        self._key = key
        self._fields = IDENTITY_FIELDS if identity else ""
        self._salts: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._issued: dict[bytes, bytes] = {}
        for value in secrets:
            self.learn(value)

    def commitment(self, value: str) -> str:
        """Return ``[sha256:<hex>]`` of salt and value; a value that is one already stays."""
        if COMMITMENT.fullmatch(value):
            return value
        if value not in self._salts:
            self._salts[value] = hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()[:32]
        made = commitment_to(value, self._salts[value])
        self._values[made] = value
        return made

    def value_of(self, commitment: str) -> str:
        """Return what a commitment of this redactor stands for; one that it did not make stands for itself."""
        return self._values.get(commitment, commitment)

    def header(self, name: str, value: str) -> str:
        """Return the value of a header as the bundle shows it; the scheme of a credential stays readable."""
        return hidden_header(name, value, self.commitment)

    def text(self, text: str) -> str:
        """Return a body, an address or a query as the bundle shows it."""
        return hidden_text(text, self._plain, self._fields)

    def scrub_text(self, text: str) -> str:
        """Return a text of a program's own with every value known so far replaced, wherever it stands."""
        for value in sorted(self._salts, key=len, reverse=True):
            if len(value) >= _SHORTEST:
                text = text.replace(value, self.commitment(value))
        return text

    def remarks(self, told: list[RemarkWords], body: str) -> list[RemarkWords]:
        """Return what was remarked of a body without the values that are hidden in the body itself."""
        values: list[str] = []

        def learn(raw: str, form: str) -> str:
            values.append(_meaning(raw, form))
            return ""

        hidden_text(body, learn, self._fields)
        hidden = sorted({each for each in values if len(each) >= _SHORTEST}, key=len, reverse=True)

        def hide_in(text: str) -> str:
            for value in hidden:
                text = text.replace(value, self.commitment(value))
            return text

        def hide_in_remark(told: RemarkWords) -> RemarkWords:
            return cast("RemarkWords", {name: hide_in(str(text)) for name, text in told.items()})

        return [hide_in_remark(each) for each in told] if hidden else told

    def redact_issued(self, text: str) -> str:
        """Return what the emulator itself said as the bundle shows it; the secrets in it are hidden ever after."""
        return hidden_text(text, self._learn_and_hide, self._fields)

    def learn(self, value: str) -> None:
        """Hide a secret wherever it comes to stand from now on: in a program's output, an address, in base64.

        Only what looks like a token is taken, so that nothing a caller invents can hide parts of the journal itself.
        """
        if _TOKEN.fullmatch(value):
            hidden = self.commitment(value).encode()
            self._issued |= dict.fromkeys(_forms_of(value), hidden)

    def swept(self, line: bytes) -> bytes:
        """Return a line without any of the secrets that are known by now."""
        for form, hidden in self._issued.items():
            if form in line:
                line = line.replace(form, hidden)
        return line

    def _learn_and_hide(self, raw: str, form: str) -> str:
        self.learn(_meaning(raw, form))
        return self._plain(raw, form)

    def _plain(self, raw: str, form: str) -> str:
        return self.commitment(_meaning(raw, form))

    def openings(self) -> dict[str, Opening]:
        """Return how every commitment made so far can be opened. Whoever has this knows the values."""
        return {
            commitment_to(value, salt): {"salt": salt, "value": value} for value, salt in sorted(self._salts.items())
        }


class Opening(TypedDict):
    """How a commitment is opened: what was put before the value, and the value."""

    salt: str
    value: str


class Openings:
    """What is known of a bundle's commitments while its attempt is played again.

    The line an entry has now is hidden by the very rules by which the bundle's was, so that commitments stand in the
    same places: one of theirs is one of ours, and ours can be opened. What no line told is nobody's secret here, and
    stands for itself: a country that never issued it does not take it for one it did.
    """

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self._ours: dict[str, str] = {}
        self._theirs: dict[str, str] = {}

    def is_known(self, commitment: str) -> bool:
        """Tell whether the country said by now what a commitment stands for."""
        return self._ours.get(commitment, commitment) != commitment

    def open_text(self, text: str, form: str = "") -> str:
        """Return a text with values in place of commitments, written as a ``form`` or ``json`` wants them."""
        return COMMITMENT.sub(lambda found: self._open(found[0], form), text)

    def _open(self, commitment: str, form: str) -> str:
        if not self.is_known(commitment):
            self._bind(commitment, commitment)
            return commitment
        value = self.redactor.value_of(self._ours[commitment])
        return _WRITTEN.get(form, str)(value)

    def fit(self, written: str, made: str) -> bool:
        """Tell whether two texts are the same but for their commitments, and these for the same values everywhere."""
        if written == made:
            return True
        if COMMITMENT.split(written) != COMMITMENT.split(made):
            return False
        return all(map(self._bind, COMMITMENT.findall(written), COMMITMENT.findall(made)))

    def _bind(self, theirs: str, ours: str) -> bool:
        return self._ours.setdefault(theirs, ours) == ours and self._theirs.setdefault(ours, theirs) == theirs

    def first_difference(self, written: Any, made: Any, place: str = "") -> str | None:
        """Return where what is written down differs from what was made now, or None; learn what is hidden in it."""
        if isinstance(written, dict) and isinstance(made, dict):
            if written.keys() != made.keys():
                return f"{place}/{min(written.keys() ^ made.keys())}"
            return self._first((f"{place}/{name}", written[name], made[name]) for name in written)
        if isinstance(written, list) and isinstance(made, list):
            if len(written) != len(made):
                return f"{place} ({len(written)} ≠ {len(made)})"
            return self._first((f"{place}/{at}", each, made[at]) for at, each in enumerate(written))
        if isinstance(written, str) and isinstance(made, str):
            return None if self.fit(written, made) else place
        return None if written == made else place

    def _first(self, pairs: Iterable[tuple[str, Any, Any]]) -> str | None:
        return next((told for place, one, other in pairs if (told := self.first_difference(one, other, place))), None)


_WRITTEN: Mapping[str, Callable[[str], str]] = {
    "form": quote_plus,
    "json": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
}


def hidden_as_secret(texts: Iterable[str], headers: Iterable[Sequence[str]]) -> set[str]:
    """Return the commitments that stand where a secret does, not where a person is named."""
    found: list[str] = []

    def note(value: str, _form: str = "") -> str:
        found.extend(COMMITMENT.findall(value))
        return ""

    for text in texts:
        hidden_text(text, note)
    for name, value in headers:
        hidden_header(name, value, note)
    return set(found)


def _forms_of(value: str) -> list[bytes]:
    """Return how a secret may stand written: as it is, in an address, and in base64 at each of three offsets."""
    plain = value.encode()
    found = [plain, quote(value, safe="").encode()]
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + plain)
        found.append(coded[-(-before * 4 // 3) : len(coded) - 4])
    return found


def commitment_to(value: str, salt: str) -> str:
    """Return the commitment to a value: the SHA-256 of salt (as hex text), a colon, and the value in UTF-8."""
    return f"[sha256:{hashlib.sha256(f'{salt}:{value}'.encode()).hexdigest()}]"


def opens(commitment: str, opening: Mapping[str, object]) -> bool:
    """Tell whether a salt and a value open a commitment."""
    return commitment == commitment_to(str(opening.get("value", "")), str(opening.get("salt", "")))


def _meaning(raw: str, form: str) -> str:
    """Return what stands written, so that a token escaped by JSON or by a form is the same token."""
    if form == "form":
        return unquote_plus(raw)
    if form == "json" and "\\" in raw:
        try:
            return str(json.loads(f'"{raw}"'))
        except ValueError:
            return raw
    return raw
