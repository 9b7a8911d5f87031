"""An authority's ledger: which challenges it handed out, which bundles it took for them, what it withdrew.

The ledger is a folder of signed files, one a record, each naming the digest of the one before: whoever has the folder
and the authority's public key can check all of it, without a server. ``thu-hoi.dsse.json`` in it is the signed list of
withdrawals as it is handed to others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NotRequired, TypedDict, cast

from emulator.certification.bundle import archive
from emulator.certification.bundle.finding import Point
from emulator.certification.bundle.keys import (
    BadEnvelope,
    PrivateKey,
    PublicKey,
    check,
    payload_of,
    public_key,
    seal_payload,
    told_in,
)
from emulator.certification.challenge import Challenge, ChallengeWords, challenge_of
from emulator.journal.write import canonical
from emulator.kernel.delivery import write_whole
from emulator.kernel.values import value_class

Kind = Literal["issued", "accepted", "withdrawn"]
RECORD = "application/vnd.ndxp-emulator.ledger+json"
WITHDRAWALS = "application/vnd.ndxp-emulator.withdrawals+json"
WITHDRAWN_FILE = "thu-hoi.dsse.json"
_NAME = re.compile(r"(\d{6})-(issued|accepted|withdrawn)-[A-Za-z0-9._-]{1,80}\.dsse\.json", re.ASCII)
SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


class BadLedger(Exception):
    """A ledger, or a list of withdrawals, cannot be used; ``vi`` and ``en`` say why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


class LedgerWords(TypedDict):
    """A record as its file holds it: the members of ``LedgerRecord``, by the same names."""

    no: int
    kind: Kind
    serial: str
    at: str
    bundle: NotRequired[str]
    conclusion: NotRequired[str]
    reason: NotRequired[str]
    challenge: NotRequired[ChallengeWords]


_ALWAYS = frozenset({"no", "kind", "serial", "at"})


@value_class
class LedgerRecord:
    """One line of a ledger. ``bundle`` is the digest of a manifest, ``at`` ISO 8601, ``reason`` for people."""

    no: int
    kind: Kind
    serial: str
    at: str
    bundle: str = ""
    conclusion: str = ""
    reason: str = ""
    challenge: ChallengeWords | None = None

    def as_dict(self) -> LedgerWords:
        """Return the record as its file holds it; what it does not say is left out."""
        told = {name: value for name, value in asdict(self).items() if value or name in _ALWAYS}
        return cast("LedgerWords", told)


class AuthorityLedger:
    """The ledger of one authority."""

    def __init__(self, folder: Path, key: PublicKey) -> None:
        """Read a folder; one that is not there is an empty ledger.

        Raises:
            BadLedger: a record is missing, was changed, or another key signed it.
        """
        self.folder, self._key = folder, key
        self._last = ""
        self.records = tuple(self._read())

    def _read(self) -> Iterator[LedgerRecord]:
        paths = sorted(path for path in self.folder.glob("*.dsse.json") if path.name != WITHDRAWN_FILE)
        for no, path in enumerate(paths, 1):
            named = _NAME.fullmatch(path.name)
            try:
                raw = path.read_bytes()
                told = told_in(check(raw, RECORD, self._key))
                prev = told.pop("prev")
                record = LedgerRecord(**told)
            except (BadEnvelope, OSError, TypeError, KeyError) as trouble:
                vi = getattr(trouble, "vi", str(trouble))
                raise BadLedger(f"{path.name}: {vi}", f"{path.name}: {trouble}") from trouble
            if not named or prev != self._last or record.no != no or int(named[1]) != no or named[2] != record.kind:
                vi = f"{path.name}: sổ bị thiếu, thừa hoặc đổi chỗ một dòng"
                raise BadLedger(vi, f"{path.name}: a line of the ledger is missing, too much, or out of its place")
            self._last = archive.sha256(raw)
            yield record

    def of(self, serial: str, kind: Kind) -> list[LedgerRecord]:
        """Return the records of a serial number of one kind."""
        return [each for each in self.records if each.serial == serial and each.kind == kind]

    def next_serial(self, kit: str, day: str) -> str:
        """Return a serial number that no challenge has yet."""
        return f"{kit}-{day}-{sum(1 for each in self.records if each.kind == 'issued') + 1:04d}"

    def _write(self, record: LedgerRecord, key: PrivateKey) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        raw = seal_payload(canonical({**record.as_dict(), "prev": self._last}), RECORD, key)
        path = self.folder / f"{record.no:06d}-{record.kind}-{record.serial}.dsse.json"
        write_whole(path, raw, is_new=True)
        self._last, self.records = archive.sha256(raw), (*self.records, record)
        return path

    def issue(self, challenge: Challenge, at: str, key: PrivateKey) -> None:
        """Write down that a challenge was handed out.

        Raises:
            BadLedger: its serial number has been given already.
        """
        if self.of(challenge.serial, "issued"):
            raise BadLedger(f"Số {challenge.serial} đã cấp", f"serial {challenge.serial} has been given already")
        record = LedgerRecord(len(self.records) + 1, "issued", challenge.serial, at, challenge=challenge.as_dict())
        self._write(record, key)

    def accept(self, serial: str, bundle: str, conclusion: str, at: str, key: PrivateKey) -> None:
        """Write down that a bundle was taken for a challenge. The caller has verified it."""
        record = LedgerRecord(len(self.records) + 1, "accepted", serial, at, bundle=bundle, conclusion=conclusion)
        self._write(record, key)

    def withdraw(self, serial: str, reason: str, at: str, key: PrivateKey) -> Path:
        """Write down that what was certified under a serial number counts no longer; return the list for others.

        One that is written down but not in the list, since the last time was stopped in between, gets into the list.

        Raises:
            BadLedger: no such challenge was handed out, or it has been withdrawn already.
        """
        if not self.of(serial, "issued"):
            raise BadLedger(f"Sổ không có số {serial}", f"the ledger has no serial {serial}")
        if serial not in self.not_in_list():
            if self.of(serial, "withdrawn"):
                raise BadLedger(f"Số {serial} đã bị thu hồi", f"serial {serial} has been withdrawn already")
            self._write(LedgerRecord(len(self.records) + 1, "withdrawn", serial, at, reason=reason), key)
        return self.write_withdrawals(at, key)

    def not_in_list(self) -> list[str]:
        """Return the serial numbers that are withdrawn and that the list for others does not name."""
        try:
            listed = withdrawals_in((self.folder / WITHDRAWN_FILE).read_bytes(), self._key).reasons
        except (OSError, BadLedger):  # there is none, or none that anybody would believe
            listed = {}
        return [each.serial for each in self._withdrawn() if each.serial not in listed]

    def write_withdrawals(self, at: str, key: PrivateKey) -> Path:
        """Write the signed list of everything withdrawn so far, and return where it lies."""
        rows = [{"serial": each.serial, "at": each.at, "reason": each.reason} for each in self._withdrawn()]
        told = canonical({"at": at, "withdrawn": rows, "publicKey": key.public.pem})
        path = self.folder / WITHDRAWN_FILE
        write_whole(path, seal_payload(told, WITHDRAWALS, key))
        return path

    def _withdrawn(self) -> list[LedgerRecord]:
        return [each for each in self.records if each.kind == "withdrawn"]

    def points(self, files: Mapping[str, bytes]) -> Iterator[Point]:
        """Say what the ledger knows of a bundle: was its challenge handed out, used up, withdrawn."""
        challenge = challenge_of(archive.object_in(files[archive.CHALLENGE]))
        issued = self.of(challenge.serial, "issued") if challenge.serial else []
        if not issued or issued[0].challenge != challenge.as_dict():
            vi = f"Sổ không có thử thách này ({challenge.serial or 'không có số'})"
            yield Point("ledger", "bad", vi, f"the ledger has no such challenge ({challenge.serial or 'no serial'})")
            return
        yield from self._use(challenge, f"sha256:{archive.sha256(files[archive.MANIFEST])}")
        for each in self.of(challenge.serial, "withdrawn"):
            yield _withdrawn_point("ledger", challenge.serial, each.at, each.reason)

    def _use(self, challenge: Challenge, bundle: str) -> Iterator[Point]:
        taken = [each.bundle for each in self.of(challenge.serial, "accepted")]
        most, serial = challenge.attempts or 1, challenge.serial
        if bundle in taken:
            vi = f"Gói này đã được nhận cho thử thách {serial}"
            yield Point("ledger", "good", vi, f"this bundle was taken for challenge {serial}")
        elif len(taken) >= most:
            vi = f"Thử thách {serial} đã dùng hết {most} lượt: gói đã nhận là {taken[-1][:23]}…, không phải gói này"
            en = f"challenge {serial} has been used up ({most}): the bundle taken was {taken[-1][:23]}…, not this one"
            yield Point("ledger", "bad", vi, en)
        else:
            vi = f"Sổ có thử thách {serial}, đã nhận {len(taken)} trên {most} gói"
            yield Point(
                "ledger", "good", vi, f"the ledger has challenge {serial}: {len(taken)} of {most} bundles taken"
            )


@dataclass(frozen=True)
class Withdrawals:
    """A signed list of withdrawals, as an authority hands it to others. ``at`` says how old it is."""

    at: str
    reasons: Mapping[str, tuple[str, str]]
    key: PublicKey

    def points(self, files: Mapping[str, bytes]) -> Iterator[Point]:
        """Say whether a bundle's certificate was withdrawn."""
        challenge = challenge_of(archive.object_in(files[archive.CHALLENGE]))
        if archive.SIGNED_CHALLENGE not in files or not challenge.serial:
            vi = "Gói không theo thử thách có số nào của cơ quan: danh sách thu hồi không nói gì về nó"
            yield Point("revocations", "open", vi, "the bundle answers no numbered challenge: the list cannot name it")
        elif not self._is_of_its_authority(files):
            vi = "Danh sách thu hồi do cơ quan khác ký, không phải cơ quan ra thử thách"
            yield Point("revocations", "bad", vi, "the list of withdrawals is signed by another authority")
        elif challenge.serial in self.reasons:
            yield _withdrawn_point("revocations", challenge.serial, *self.reasons[challenge.serial])
        else:
            vi = f"Không bị thu hồi, theo danh sách ký ngày {self.at[:10]}"
            yield Point("revocations", "good", vi, f"not withdrawn, by the list signed on {self.at[:10]}")

    def _is_of_its_authority(self, files: Mapping[str, bytes]) -> bool:
        from emulator.certification.bundle.keys import CHALLENGE

        told = told_in(payload_of(files[archive.SIGNED_CHALLENGE], CHALLENGE))
        return public_key(str(told["publicKey"]).encode()).id == self.key.id


def _withdrawn_point(name: str, serial: str, at: str, reason: str) -> Point:
    vi = f"ĐÃ BỊ THU HỒI: số {serial}, ngày {at[:10]}, vì: {reason}"
    return Point(name, "void", vi, f"WITHDRAWN: serial {serial} on {at[:10]}, because: {reason}")


def withdrawals_in(raw: bytes, authority: PublicKey | None = None) -> Withdrawals:
    """Return a list of withdrawals, signed by ``authority`` or, without it, by the key in the list.

    Raises:
        BadLedger: it is none, or its signature does not fit.
    """
    try:
        told = told_in(payload_of(raw, WITHDRAWALS))
        key = public_key(str(told["publicKey"]).encode())
        check(raw, WITHDRAWALS, authority or key)
        rows = {str(each["serial"]): (str(each["at"]), str(each["reason"])) for each in told["withdrawn"]}
        return Withdrawals(str(told["at"]), rows, key)
    except (BadEnvelope, KeyError, TypeError, ValueError) as trouble:
        vi = getattr(trouble, "vi", "không đọc được")
        raise BadLedger(
            f"Không phải danh sách thu hồi tin được: {vi}", f"no list of withdrawals: {trouble}"
        ) from trouble
