"""What holds a bundle together: chain, challenge, kit and dates of its journal, and the signatures with their level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property

from emulator.certification.bundle import archive
from emulator.certification.bundle.archive import plan_text
from emulator.certification.bundle.finding import Point, State
from emulator.certification.bundle.keys import (
    CHALLENGE,
    IN_TOTO,
    BadEnvelope,
    BadKey,
    PublicKey,
    check,
    payload_of,
    public_key,
    test_result,
    told_in,
    witnessing,
)
from emulator.certification.bundle.levels import major_of
from emulator.certification.challenge import Challenge, challenge_of
from emulator.certification.evidence import Entry, broken_at, entries_of
from emulator.certification.plan import plan_of
from emulator.certification.scenes import record_of
from emulator.journal.write import canonical, digest
from emulator.kernel.clock import to_datetime

Files = Mapping[str, bytes]


def chain(files: Files) -> Iterator[Point]:
    """Look whether each line follows the one before, from the challenge to the end, without a gap."""
    lines = archive.lines_in(files[archive.JOURNAL])
    broken = broken_at(lines, _challenge(files).digest)
    if broken:
        yield Point("chain", "bad", f"Chuỗi nhật ký đứt: {broken}", f"the chain of the journal breaks: {broken}")
        return
    numbers = [Entry(entry.told).seq for entry in entries_of(lines)]
    if numbers != list(range(1, len(lines) + 1)):
        yield Point("chain", "bad", "Số thứ tự nhật ký không liền nhau", "the journal's numbers have a gap")
        return
    yield Point("chain", "good", f"{len(lines)} dòng nhật ký nối liền nhau", f"{len(lines)} lines, an unbroken chain")
    yield from _clock_turned_back(files)


_MOST_BACK_MS = 3_600_000
"""Wall milliseconds: a machine's clock may be put right, and calls that take long are written down late."""


def _clock_turned_back(files: Files) -> Iterator[Point]:
    latest = 0
    for entry in entries_of(archive.lines_in(files[archive.JOURNAL])):
        if entry.wall_ms < latest - _MOST_BACK_MS:
            vi = f"Giờ máy lùi lại ở dòng #{entry.seq}, từ {_minute(latest)} về {_minute(entry.wall_ms)}"
            en = f"the clock goes back at line #{entry.seq}, from {_minute(latest)} to {_minute(entry.wall_ms)}"
            yield Point("clock", "open", f"{vi}: không rõ lượt chạy khi nào", f"{en}: when it ran is not known")
            return
        latest = max(latest, entry.wall_ms)


def _minute(moment_ms: int) -> str:
    return iso_of(to_datetime(moment_ms))


def _challenge(files: Files) -> Challenge:
    told = archive.object_in(files[archive.CHALLENGE])
    if archive.pretty(told) != files[archive.CHALLENGE]:
        raise ValueError(f"{archive.CHALLENGE} is not written as packed")
    return challenge_of(told)


def check_binding(files: Files, demanded: Challenge | None = None) -> Iterator[Point]:
    """Look whether plan, challenge and kit are those it was opened with, and the challenge is this vendor's.

    ``demanded`` is the challenge a reader expects: none but that very one will do.
    """
    challenge = _challenge(files)
    wrong = [*_not_as_opened(files, challenge), *_not_for_this_vendor(files, challenge)]
    if demanded is not None and demanded != challenge:
        vi = f"gói trả lời thử thách {_name(challenge)}, không phải {_name(demanded)}"
        wrong.append((vi, f"it answers challenge {_name(challenge)} and not {_name(demanded)}"))
    yield from _points_of(wrong, challenge)


def bound_as_before(files: Files, demanded: Challenge | None = None) -> Iterator[Point]:
    """Look at a bundle of the older form: its challenges named no vendor."""
    challenge = _challenge(files)
    wrong = [*_not_as_opened(files, challenge)]
    if demanded is not None and demanded != challenge:
        wrong.append(("gói trả lời một thử thách khác", "it answers another challenge"))
    yield from _points_of(wrong, challenge)


def _points_of(wrong: list[tuple[str, str]], challenge: Challenge) -> Iterator[Point]:
    for vi, en in wrong:
        yield Point("binding", "bad", vi[0].upper() + vi[1:], en)
    if not wrong:
        vi = f"Dòng đầu gắn với thử thách {_name(challenge)}"
        yield Point("binding", "good", vi, f"the first line is bound to challenge {_name(challenge)}")


def _name(challenge: Challenge) -> str:
    return challenge.serial or f"{challenge.digest[:23]}…"


def _not_as_opened(files: Files, challenge: Challenge) -> Iterator[tuple[str, str]]:
    entries = entries_of(archive.lines_in(files[archive.JOURNAL]))
    opened = record_of(entries).opened
    plan = plan_of(opened["plan"])
    kit = files[archive.kit_file(plan.kit)]
    if opened["challenge"] != challenge.as_dict():
        yield "thử thách khác với thử thách lúc mở lượt", "the challenge is not the one it was opened with"
    if plan_text(plan) != files[archive.PLAN]:
        yield "kế hoạch khác với kế hoạch lúc mở lượt", "the plan is not the one it was opened with"
    if not digest(kit) == challenge.kit_digest == opened["kit"]["digest"] or challenge.kit != plan.kit:
        yield "bộ kiểm thử khác với bộ mà thử thách nêu", "the kit is not the one the challenge names"
    if not challenge.holds_at(entries[0].wall_ms):
        yield "lượt mở ngoài hạn của thử thách", "it was opened while the challenge was not valid"


def _not_for_this_vendor(files: Files, challenge: Challenge) -> Iterator[tuple[str, str]]:
    if archive.SIGNED_CHALLENGE not in files:
        return
    if not challenge.vendor_key or not challenge.serial:
        vi = "thử thách không nêu khóa của đơn vị nào: ai cũng dùng được"
        yield vi, "the challenge names no vendor's key: anybody could use it"
        return
    held = public_key(files[archive.VENDOR_KEY]).id if archive.VENDOR_KEY in files else "–"
    if held != challenge.vendor_key:
        vi = f"thử thách phát cho khóa {challenge.vendor_key[:16]}…, gói ký bằng khóa {held[:16]}…"
        yield vi, f"the challenge is for key {challenge.vendor_key[:16]}…, the bundle is signed by {held[:16]}…"
    other = challenge.stranger_to(archive.report_in(files)["plan"]["product"])
    if other:
        what, said, here = other
        vi = f"thử thách phát cho “{said}”, gói là của “{here}”"
        yield vi, f"the challenge was handed out for {what} {said!r}, the bundle is about {here!r}"


def same_kit(files: Files, authority: PublicKey | None = None) -> Iterator[Point]:
    """Look whether the kit in the bundle is the one in the box, or that of the ``authority`` whose key a reader has.

    A kit that nobody vouches for may demand nothing: what was passed then is not known.
    """
    name, own = _kits(files)
    if own == files[archive.kit_file(name)]:
        yield Point("kit", "good", f"Bộ kiểm thử đúng là bộ {name} của bản cài này", f"the kit is {name} of this box")
        return
    is_named = authority is not None and archive.SIGNED_CHALLENGE in files
    vi, en = f"KHÁC bộ {name} của bản cài này", f"is NOT kit {name} of this box"
    if own is None:
        vi, en = f"là {name}, bản cài này không có", f"is {name}, which this installation has not"
    if is_named:
        vi_who, en_who = "cơ quan ra thử thách nêu đúng bộ ấy", "the authority's challenge names that very one"
    else:
        vi_who = "không ai bảo đảm nó đòi hỏi gì; dùng bản cài có đúng bộ ấy, hoặc đưa --authority"
        en_who = "nobody vouches for what it demands; use the version that has it, or give --authority"
    state: State = "note" if is_named else "open"
    yield Point("kit", state, f"Bộ kiểm thử trong gói {vi}: {vi_who}", f"the kit in the bundle {en}: {en_who}")


def _kits(files: Files) -> tuple[str, bytes | None]:
    """Return the id of the kit, and the text of the box's own, if it has it."""
    from emulator.certification.kit_reader import kit_names, shipped_kits

    name = next(name for name in files if name.startswith("kit/")).removeprefix("kit/").removesuffix(".yaml")
    return name, (shipped_kits() / f"{name}.yaml").read_bytes() if name in kit_names() else None


_EARLY = timedelta(days=1)
"""By how much the clocks of whoever ran it and of whoever reads may differ."""


def dates(files: Files, now_ms: int) -> Iterator[Point]:
    """Look whether the report still counts."""
    validity = archive.report_in(files)["validity"]
    if validity is None:
        vi = "Tự kiểm tra (L0) không có hiệu lực với ai khác"
        yield Point("validity", "note", vi, "a self-check (L0) is not valid towards anybody")
        return
    until, begins = (datetime.fromisoformat(validity[word]) for word in ("until", "from"))
    if to_datetime(now_ms) < begins - _EARLY:
        vi, en = (
            f"Lượt kết thúc lúc {iso_of(begins)}, sau giờ máy này",
            f"it ended at {iso_of(begins)}, which is to come",
        )
        yield Point("validity", "void", f"{vi}: đồng hồ sai, hoặc giờ bị sửa", f"{en}: a clock is wrong, or was set")
        return
    if to_datetime(now_ms) > until:
        yield Point("validity", "void", f"Đã hết hiệu lực từ {iso_of(until)}", f"expired at {iso_of(until)}")
        return
    major = _major_in_the_box(files)
    if int(major or 0) > int(validity["kit_major"]):
        vi = f"Đã hết hiệu lực: bộ kiểm thử đã có phiên bản chính {major}"
        yield Point("validity", "void", vi, f"expired: the kit has major version {major} now")
        return
    yield Point("validity", "good", f"Còn hiệu lực đến {iso_of(until)}", f"valid until {iso_of(until)}")


def iso_of(moment: datetime) -> str:
    """Return an instant to the minute, as people read it."""
    return moment.isoformat(timespec="minutes")


def _major_in_the_box(files: Files) -> str:
    """Return the major version of the box's kit when it is another than the bundle's, else nothing."""
    from emulator.certification.kit_reader import kit_of

    name, own = _kits(files)
    return major_of(kit_of(name).version) if own and own != files[archive.kit_file(name)] else ""


# The signatures of a bundle, and the level they give: first against the keys it carries, then against the reader's.

_WHO = {
    "attestation": ("đơn vị phát triển", "the vendor"),
    "challenge": ("cơ quan ra thử thách", "the authority"),
    "witness": ("phòng kiểm thử", "the laboratory"),
}
_OPTION = {"attestation": "--key", "challenge": "--authority", "witness": "--witness"}


class Seals:
    """The signatures of one bundle."""

    def __init__(
        self, files: Files, vendor: PublicKey | None, authority: PublicKey | None, witness: PublicKey | None
    ) -> None:
        self._files = files
        self._trusted = {"attestation": vendor, "challenge": authority, "witness": witness}

    @cached_property
    def _seals(self) -> dict[str, PublicKey | BadEnvelope]:
        """Return by name the key that really signed, or why the signature cannot be believed."""
        names = {"attestation": archive.ATTESTATION, "challenge": archive.SIGNED_CHALLENGE, "witness": archive.WITNESS}
        looks = {"attestation": self._attestation, "challenge": self._challenge, "witness": self._witness}
        found: dict[str, PublicKey | BadEnvelope] = {}
        for name, look in looks.items():
            if names[name] in self._files:
                try:
                    found[name] = look()
                except (BadEnvelope, BadKey) as trouble:
                    found[name] = BadEnvelope(trouble.vi, trouble.en)
                except Exception as trouble:  # hostile content: the trouble is the bundle's, and it is said
                    found[name] = BadEnvelope(f"Không đọc được: {trouble}", f"cannot be read: {trouble}")
        return found

    def _attestation(self) -> PublicKey:
        key = public_key(self._files[archive.VENDOR_KEY])
        if key.pem.encode() != self._files[archive.VENDOR_KEY]:
            raise BadEnvelope("Tệp khóa không viết đúng dạng", "the key file is not written canonically")
        told = check(self._files[archive.ATTESTATION], IN_TOTO, key)
        if told != test_result(self._files[archive.MANIFEST], archive.report_in(self._files)):
            raise BadEnvelope("Điều đã ký không phải về gói này", "what was signed is not about this bundle")
        return key

    def _challenge(self) -> PublicKey:
        raw = self._files[archive.SIGNED_CHALLENGE]
        told = told_in(payload_of(raw, CHALLENGE))
        key = public_key(told["publicKey"].encode())
        check(raw, CHALLENGE, key)
        if told["challenge"] != archive.object_in(self._files[archive.CHALLENGE]) or not told["challenge"]["authority"]:
            raise BadEnvelope("Thử thách đã ký không phải của gói này", "the signed challenge is not this bundle's")
        return key

    def _witness(self) -> PublicKey:
        raw = self._files[archive.WITNESS]
        told = told_in(payload_of(raw, IN_TOTO))["predicate"]
        key = public_key(told["publicKey"].encode())
        held = check(raw, IN_TOTO, key)
        attested = self._files.get(archive.ATTESTATION, b"")
        said = witnessing(
            self._files[archive.MANIFEST], attested, name=told["name"], moment=told["at"], key=told["publicKey"]
        )
        if said != held or canonical(told_in(held)) != held:
            raise BadEnvelope("Điều làm chứng không phải về gói này", "what was witnessed is not this bundle")
        return key

    def points(self) -> Iterator[Point]:
        """Look at every signature, and at every key the reader gave."""
        for name, (vi, en) in _WHO.items():
            seal, trusted = self._seals.get(name), self._trusted[name]
            if isinstance(seal, BadEnvelope):
                yield Point(name, "bad", f"Chữ ký của {vi}: {seal.vi}", f"signature of {en}: {seal.en}")
            elif seal is None and trusted:
                yield Point(name, "bad", f"Không có chữ ký của {vi}", f"there is no signature of {en}")
            elif seal and trusted and seal.id != trusted.id:
                said = (
                    f"khóa {seal.id[:16]}…, không phải {trusted.id[:16]}…",
                    f"{seal.id[:16]}…, not {trusted.id[:16]}…",
                )
                yield Point(name, "bad", f"Chữ ký của {vi} do {said[0]}", f"signature of {en} is by key {said[1]}")
            elif seal and trusted:
                yield Point(name, "good", f"Đúng chữ ký của {vi}", f"signed by {en}")
            elif seal:
                yield self._unconfirmed_point(name, seal)
        if not self._seals:
            yield Point("signatures", "note", "Gói không có chữ ký nào (L0)", "the bundle has no signature (L0)")

    def _unconfirmed_point(self, name: str, seal: PublicKey) -> Point:
        vi, en = _WHO[name]
        option = _OPTION[name]
        told = f"Chữ ký của {vi} khớp khóa trong gói; muốn biết khóa của ai, thêm {option} hoặc so vân tay {seal.id}"
        return Point(name, "note", told, f"signature of {en} fits the key in the bundle; whose it is, {option} tells")

    def keys(self) -> dict[str, str]:
        """Return the fingerprint of each key that signed."""
        return {name: seal.id for name, seal in self._seals.items() if isinstance(seal, PublicKey)}

    def level(self) -> str:
        """Return the level by the keys in the bundle."""
        return _level(set(self.keys()))

    def confirmed_level(self) -> str:
        """Return the level by the keys of the reader."""
        keys, trusted = self.keys(), self._trusted
        return _level({name for name, key in trusted.items() if key and keys.get(name) == key.id})


def _level(names: set[str]) -> str:
    if "witness" in names:
        return "L3"
    if "attestation" not in names:
        return "L0"
    return "L2" if "challenge" in names else "L1"
