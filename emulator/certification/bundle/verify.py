"""Verifying a bundle: every file, the chain, the challenge, the verdicts, the signatures, the dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.certification.bundle import form
from emulator.certification.bundle.archive import BadBundle, unzipped
from emulator.certification.bundle.envelope import BadEnvelope
from emulator.certification.bundle.finding import Point, Verification
from emulator.certification.bundle.keys import BadKey, PublicKey
from emulator.certification.bundle.manifest import PAGES
from emulator.kernel.clock import system_ms

Files = Mapping[str, bytes]
_ALWAYS = {
    form.MANIFEST, form.SUMS, form.GUIDE, form.PLAN, form.CHALLENGE, form.JOURNAL, form.ENVIRONMENT, form.REPORT,
    form.JUNIT, form.RESULTS, *PAGES,
}  # fmt: skip
_MAYBE = {form.SIGNED_CHALLENGE, form.VENDOR_KEY, form.ATTESTATION, form.WITNESS}


@dataclass(frozen=True)
class Trust:
    """The keys a reader believes, and when the bundle is read (wall milliseconds; None: now)."""

    vendor: PublicKey | None = None
    authority: PublicKey | None = None
    witness: PublicKey | None = None
    now_ms: int | None = None

    @property
    def moment_ms(self) -> int:
        """Return when the bundle is read."""
        return system_ms() if self.now_ms is None else self.now_ms


def verify(raw: bytes, trust: Trust | None = None) -> Verification:
    """Return what is good and what is bad about a bundle. Nothing a bundle holds makes this raise."""
    trust = trust or Trust()
    try:
        files = unzipped(raw)
    except BadBundle as trouble:
        return Verification((Point("archive", "bad", trouble.vi, trouble.en),))
    points = [Point("archive", "good", f"{len(files)} tệp", f"{len(files)} files"), *_looked("files", _files, files)]
    if any(point.state == "bad" for point in points):
        return Verification(tuple(points))
    points += _looked("manifest", _manifest, files)
    points += _content(files, trust)
    return _weighed(points, files, trust)


def _content(files: Files, trust: Trust) -> list[Point]:
    from emulator.certification.bundle import again, binding, remade

    looks = (
        ("chain", binding.chain),
        ("binding", binding.bound),
        ("judgement", again.judged_again),
        ("tasks", remade.scenes_again),
        ("kit", binding.same_kit),
        ("validity", lambda held: binding.dates(held, trust.moment_ms)),
    )
    return [point for name, look in looks for point in _looked(name, look, files)]


def _weighed(points: list[Point], files: Files, trust: Trust) -> Verification:
    from emulator.certification.bundle.signatures import Seals

    seals = Seals(files, trust.vendor, trust.authority, trust.witness)
    points += _looked("signatures", lambda _: seals.points(), files)
    told: dict[str, Any] = form.object_in(files[form.MANIFEST]) if _is_object(files[form.MANIFEST]) else {}
    return Verification(tuple(points), seals.level(), seals.confirmed(), seals.keys(), told)


def _is_object(content: bytes) -> bool:
    try:
        form.object_in(content)
    except ValueError:
        return False
    return True


def _looked(name: str, look: Callable[[Files], Iterator[Point]], files: Files) -> list[Point]:
    """Return what a look says; a file that cannot be read is a bad point, whatever it made the look stumble over."""
    found: list[Point] = []
    try:
        found.extend(look(files))
    except (BadEnvelope, BadKey) as trouble:
        found.append(Point(name, "bad", trouble.vi, trouble.en))
    except Exception as trouble:  # hostile content: the trouble is the bundle's, and it is said
        told = f"{type(trouble).__name__}: {trouble}"[:300]
        found.append(Point(name, "bad", f"Không đọc được: {told}", f"cannot be read: {told}"))
    return found


def _files(files: Files) -> Iterator[Point]:
    kits = [name for name in files if name.startswith("kit/") and name.endswith(".yaml")]
    missing = sorted(_ALWAYS - set(files)) + (["kit/*.yaml"] if len(kits) != 1 else [])
    extra = sorted(set(files) - _ALWAYS - _MAYBE - set(kits))
    if (form.VENDOR_KEY in files) != (form.ATTESTATION in files):
        missing.append(form.ATTESTATION if form.VENDOR_KEY in files else form.VENDOR_KEY)
    if missing:
        yield Point("files", "bad", f"Thiếu tệp: {', '.join(missing)}", f"missing files: {', '.join(missing)}")
    if extra:
        yield Point("files", "bad", f"Thừa tệp: {', '.join(extra)}", f"files too many: {', '.join(extra)}")
    if not missing and not extra:
        yield Point("files", "good", "Đủ tệp, không thừa", "all files are there, and no other")


def _manifest(files: Files) -> Iterator[Point]:
    from emulator.certification.bundle.manifest import manifest, sums

    listed = form.object_in(files[form.MANIFEST])["files"]
    wrong = [name for name, content in files.items() if name in listed and not _fits(content, listed[name])]
    if wrong:
        yield Point("manifest", "bad", f"Tệp bị sửa: {', '.join(wrong)}", f"changed files: {', '.join(wrong)}")
    elif sums(files) != files[form.SUMS]:
        yield Point("manifest", "bad", f"{form.SUMS} không khớp các tệp", f"{form.SUMS} does not fit the files")
    elif manifest(files) != files[form.MANIFEST]:
        vi = f"{form.MANIFEST} không khớp nội dung các tệp"
        yield Point("manifest", "bad", vi, f"{form.MANIFEST} does not fit what the files say")
    else:
        yield Point("manifest", "good", "Mọi tệp đúng mã băm", "every file has its digest")


def _fits(content: bytes, told: Mapping[str, Any]) -> bool:
    return told == {"sha256": form.sha256(content), "size": len(content)}
