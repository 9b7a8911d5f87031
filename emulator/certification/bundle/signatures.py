"""The signatures of a bundle, and the level they give: first against the keys it carries, then against the reader's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from emulator.certification.bundle import form
from emulator.certification.bundle.envelope import CHALLENGE, IN_TOTO, BadEnvelope, check, payload_of, told_in
from emulator.certification.bundle.finding import Point
from emulator.certification.bundle.keys import BadKey, PublicKey, public_key
from emulator.certification.bundle.statement import test_result, witnessing
from emulator.journal.write import canonical

Files = Mapping[str, bytes]
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
        names = {"attestation": form.ATTESTATION, "challenge": form.SIGNED_CHALLENGE, "witness": form.WITNESS}
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
        key = public_key(self._files[form.VENDOR_KEY])
        if key.pem.encode() != self._files[form.VENDOR_KEY]:
            raise BadEnvelope("Tệp khóa không viết đúng dạng", "the key file is not written canonically")
        told = check(self._files[form.ATTESTATION], IN_TOTO, key)
        if told != test_result(self._files[form.MANIFEST], form.object_in(self._files[form.REPORT])):
            raise BadEnvelope("Điều đã ký không phải về gói này", "what was signed is not about this bundle")
        return key

    def _challenge(self) -> PublicKey:
        raw = self._files[form.SIGNED_CHALLENGE]
        told = told_in(payload_of(raw, CHALLENGE))
        key = public_key(told["publicKey"].encode())
        check(raw, CHALLENGE, key)
        if told["challenge"] != form.object_in(self._files[form.CHALLENGE]) or not told["challenge"]["authority"]:
            raise BadEnvelope("Thử thách đã ký không phải của gói này", "the signed challenge is not this bundle's")
        return key

    def _witness(self) -> PublicKey:
        raw = self._files[form.WITNESS]
        told = told_in(payload_of(raw, IN_TOTO))["predicate"]
        key = public_key(told["publicKey"].encode())
        held = check(raw, IN_TOTO, key)
        attested = self._files.get(form.ATTESTATION, b"")
        said = witnessing(
            self._files[form.MANIFEST], attested, name=told["name"], moment=told["at"], key=told["publicKey"]
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
