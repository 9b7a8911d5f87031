"""Verifying a bundle: every file, the chain, the challenge, the verdicts, a replay, the signatures, the dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from emulator.certification.bundle import archive
from emulator.certification.bundle.archive import BadBundle, Container, unpack_zip
from emulator.certification.bundle.finding import Point, Verification
from emulator.certification.bundle.keys import BadEnvelope, BadKey, PublicKey
from emulator.certification.bundle.levels import OLDER, PAGES, PAGES_IN_ENGLISH, SCHEMA, manifest, sums
from emulator.certification.bundle.replay import Hosts, replay_points, scene_points
from emulator.certification.challenge import Challenge
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import JsonObject

Files = Mapping[str, bytes]
_ALWAYS = {
    archive.MANIFEST, archive.SUMS, archive.GUIDE, archive.PLAN, archive.CHALLENGE, archive.JOURNAL,
    archive.ENVIRONMENT, archive.REPORT, archive.JUNIT, archive.RESULTS, *PAGES,
}  # fmt: skip
_MAYBE = {archive.SIGNED_CHALLENGE, archive.VENDOR_KEY, archive.ATTESTATION, archive.WITNESS, *PAGES_IN_ENGLISH}
_NOT_LOOKED_AT = Point(
    "content",
    "open",
    "Tệp đã bị sửa hoặc đóng lại: nội dung chưa được xem tiếp",
    "files were changed or packed again: the content was not looked at any further",
)
Standing = Callable[[Files], Iterator[Point]]
"""What an authority's ledger or list of withdrawals says of a bundle (certification/authority.py)."""


@dataclass(frozen=True)
class Trust:
    """What a reader believes and asks: keys, the very challenge, the authority's word, when it is read.

    ``hosts`` opens a country to play the attempt again in; None: tasks and replay stay open. ``now_ms`` are wall
    milliseconds; None: now.
    """

    vendor: PublicKey | None = None
    authority: PublicKey | None = None
    witness: PublicKey | None = None
    now_ms: int | None = None
    challenge: Challenge | None = None
    hosts: Hosts | None = None
    standing: tuple[Standing, ...] = ()

    @property
    def moment_ms(self) -> int:
        """Return when the bundle is read."""
        return system_ms() if self.now_ms is None else self.now_ms


def verify(raw: bytes, trust: Trust | None = None) -> Verification:
    """Return what is good and what is bad about a bundle. Nothing a bundle holds makes this raise."""
    trust = trust or Trust()
    try:
        container = unpack_zip(raw)
    except BadBundle as trouble:
        return Verification((Point("archive", "bad", trouble.vi, trouble.en),))
    files = container.files
    points = [*_look_at("files", _files, files)]
    if any(point.state == "bad" for point in points):
        return Verification((*_archive(container, is_whole=False), *points))
    points += _look_at("manifest", _manifest, files)
    is_whole = all(point.state != "bad" for point in points)
    points = [*_archive(container, is_whole=is_whole), *points]
    if not container.is_ours or not is_whole:
        points.append(_NOT_LOOKED_AT)
        return _weigh_points(points, files, trust)
    edition = _object(files[archive.MANIFEST]).get("schema")
    points += _content(files, trust) if edition == SCHEMA else _older(files, trust)
    return _weigh_points(points, files, trust)


def _archive(container: Container, *, is_whole: bool) -> Iterator[Point]:
    if container.is_ours:
        count = len(container.files)
        yield Point("archive", "good", f"{count} tệp", f"{count} files")
    elif is_whole:
        vi = "Cùng nội dung, khác vỏ: mọi tệp đúng mã băm, nhưng tệp zip đã được đóng lại; hãy xin tệp gốc"
        en = "same content, other container: every file has its digest, but the zip was packed again; ask for the first"
        yield Point("archive", "bad", vi, en)
    else:
        vi = "Tệp zip đã được đóng lại, và nội dung cũng khác"
        yield Point("archive", "bad", vi, "the zip was packed again, and its content is another, too")


def _content(files: Files, trust: Trust) -> list[Point]:
    from emulator.certification.bundle import again, binding

    looks: tuple[tuple[str, Standing], ...] = (
        ("chain", binding.chain),
        ("binding", lambda held: binding.check_binding(held, trust.challenge)),
        ("judgement", again.judged_again),
        ("pages", again.printed_again),
        ("tasks", lambda held: scene_points(held, trust.hosts)),
        ("replay", lambda held: replay_points(held, trust.hosts)),
        ("kit", lambda held: binding.same_kit(held, trust.authority)),
        ("validity", lambda held: binding.dates(held, trust.moment_ms)),
    )
    return [point for name, look in looks for point in _look_at(name, look, files)]


def _older(files: Files, trust: Trust) -> list[Point]:
    """Look at a bundle of the older form by its own rules, and say what those rules do not show."""
    from emulator.certification.bundle import binding

    looks: tuple[tuple[str, Standing], ...] = (
        ("edition", _edition),
        ("chain", binding.chain),
        ("binding", lambda held: binding.bound_as_before(held, trust.challenge)),
        ("validity", lambda held: binding.dates(held, trust.moment_ms)),
    )
    return [point for name, look in looks for point in _look_at(name, look, files)]


def _edition(files: Files) -> Iterator[Point]:
    told = _object(files[archive.MANIFEST])
    if told.get("schema") != OLDER:
        vi = f"Không biết dạng gói này: {told.get('schema')!r}"
        yield Point("edition", "bad", vi, f"a form of bundle that is not known: {told.get('schema')!r}")
        return
    version = told["emulator"]["version"]
    vi = (
        f"Gói dạng cũ (1), do bản {version} làm: kiểm theo quy tắc của dạng ấy. Không chấm lại, không so trang in, "
        "không "
        f"phát lại lượt thử; muốn biết những điều đó, dùng đúng bản {version}"
    )
    en = (
        f"a bundle of the older form (1), by version {version}, looked at by the rules of that form: not judged again, "
        f"pages not compared, nothing played again; version {version} itself can judge it"
    )
    yield Point("edition", "open", vi, en)


def _weigh_points(points: list[Point], files: Files, trust: Trust) -> Verification:
    from emulator.certification.bundle.binding import Seals

    seals = Seals(files, trust.vendor, trust.authority, trust.witness)
    points += _look_at("signatures", lambda _: seals.points(), files)
    for standing in trust.standing:
        points += _look_at("authority", standing, files)
    told, report = _object(files[archive.MANIFEST]), _object(files[archive.REPORT])
    return Verification(tuple(points), seals.level(), seals.confirmed_level(), seals.keys(), told, report)


def _object(content: bytes) -> JsonObject:
    try:
        return archive.object_in(content)
    except ValueError:
        return {}


def _look_at(name: str, look: Standing, files: Files) -> list[Point]:
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
    if (archive.VENDOR_KEY in files) != (archive.ATTESTATION in files):
        missing.append(archive.ATTESTATION if archive.VENDOR_KEY in files else archive.VENDOR_KEY)
    if missing:
        yield Point("files", "bad", f"Thiếu tệp: {', '.join(missing)}", f"missing files: {', '.join(missing)}")
    if extra:
        yield Point("files", "bad", f"Thừa tệp: {', '.join(extra)}", f"files too many: {', '.join(extra)}")
    if not missing and not extra:
        yield Point("files", "good", "Đủ tệp, không thừa", "all files are there, and no other")


def _manifest(files: Files) -> Iterator[Point]:
    told = archive.object_in(files[archive.MANIFEST])
    listed = told["files"]
    wrong = [name for name, content in files.items() if name in listed and not _fits(content, listed[name])]
    if wrong:
        yield Point("manifest", "bad", f"Tệp bị sửa: {', '.join(wrong)}", f"changed files: {', '.join(wrong)}")
    elif sums(files) != files[archive.SUMS]:
        yield Point("manifest", "bad", f"{archive.SUMS} không khớp các tệp", f"{archive.SUMS} does not fit the files")
    elif manifest(files, OLDER if told.get("schema") == OLDER else SCHEMA) != files[archive.MANIFEST]:
        vi = f"{archive.MANIFEST} không khớp nội dung các tệp"
        yield Point("manifest", "bad", vi, f"{archive.MANIFEST} does not fit what the files say")
    else:
        yield Point("manifest", "good", "Mọi tệp đúng mã băm", "every file has its digest")


def _fits(content: bytes, told: JsonObject) -> bool:
    return told == {"sha256": archive.sha256(content), "size": len(content)}
