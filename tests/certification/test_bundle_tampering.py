"""Whatever is changed in a bundle is seen; what a level cannot see is shown, too."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from emulator.certification.bundle import archive
from emulator.certification.bundle.archive import unzip_files, zip_files
from emulator.certification.bundle.levels import pages
from emulator.certification.bundle.pack import derive_files
from emulator.certification.bundle.verify import Trust, verify
from emulator.certification.challenge import challenge_of
from emulator.cli.in_process import replay_host
from emulator.journal.write import canonical, digest
from emulator.kernel.clock import system_ms
from tests.certification.packed import bad_points, bundle, changed, forged, keys, trust

Files = dict[str, bytes]
_END_OF_ZIP = 22  # bytes of the last record, which has no comment


def with_other_byte(content: bytes, luck: Random) -> bytes:
    at = luck.randrange(len(content))
    return content[:at] + bytes([content[at] ^ luck.randrange(1, 256)]) + content[at + 1 :]


@pytest.mark.parametrize("level", ["L0", "L3"])
def test_a_single_other_byte_of_the_zip_is_always_seen(level: str) -> None:
    luck, raw = Random(25), bundle(level)
    for _ in range(200):
        assert not verify(with_other_byte(raw, luck)).is_good


def test_every_byte_of_the_zips_own_fields_counts() -> None:
    raw, luck = bundle("L0"), Random(7)
    size, directory = struct.unpack_from("<LL", raw, len(raw) - _END_OF_ZIP + 12)
    assert raw[directory:].startswith(b"PK\x01\x02")
    assert directory + size + _END_OF_ZIP == len(raw)
    assert raw[directory:].count(b"PK\x01\x02") == len(unzip_files(raw)) > 5
    for at in range(directory, len(raw)):
        assert not verify(raw[:at] + bytes([raw[at] ^ luck.randrange(1, 256)]) + raw[at + 1 :]).is_good, at


@pytest.mark.parametrize("level", ["L0", "L3"])
def test_a_single_other_byte_of_any_file_is_seen_when_it_is_zipped_again(level: str) -> None:
    luck, raw = Random(4), bundle(level)
    assert len(unzip_files(raw)) > 5
    for name in unzip_files(raw):
        for _ in range(1):

            def change(files: Files, name: str = name) -> None:
                files[name] = with_other_byte(files[name], luck)

            assert bad_points(changed(raw, change)), name


@pytest.mark.parametrize("name", [archive.ATTESTATION, archive.WITNESS, archive.SIGNED_CHALLENGE])
def test_a_single_other_byte_of_a_signature_file_is_seen_by_who_has_no_key(name: str) -> None:
    luck, raw = Random(11), bundle("L3")
    for _ in range(6):

        def change(files: Files) -> None:
            files[name] = with_other_byte(files[name], luck)

        assert bad_points(forged(raw, change))


def lines_changed(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Files], None]:
    def all_of_it(files: Files) -> None:
        lines = change(archive.lines_in(files[archive.JOURNAL]))
        files[archive.JOURNAL] = b"\n".join(lines) + b"\n"

    return all_of_it


JOURNALS = {
    "one is taken out": lambda lines: lines[:7] + lines[8:],
    "the last is cut off": lambda lines: lines[:-1],
    "two change places": lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]],
    "one stands twice": lambda lines: [*lines[:6], lines[5], *lines[6:]],
    "one says otherwise": lambda lines: [each.replace(b'"status":401', b'"status":200') for each in lines],
}


@pytest.mark.parametrize("how", JOURNALS)
@pytest.mark.parametrize("level", ["L0", "L2"])
def test_other_lines_are_seen_even_under_a_new_manifest(level: str, how: str) -> None:
    assert bad_points(forged(bundle(level), lines_changed(JOURNALS[how])))


def rechained(lines: list[bytes], before: str) -> list[bytes]:
    found = []
    for number, line in enumerate(lines, 1):
        found.append(canonical(json.loads(line) | {"prev": before, "seq": number}))
        before = digest(found[-1])
    return found


def without_a_call(files: Files) -> None:
    """What a forger does who knows all of this code: a call less, a new chain, judged anew.

    It is a token's: of a refusal that changed nothing for those after it, no replay could tell that it is gone.
    """
    lines = archive.lines_in(files[archive.JOURNAL])
    at = next(at for at, line in enumerate(lines) if b'"operation":"ndxp.token"' in line and b'"status":200' in line)
    before = challenge_of(archive.object_in(files[archive.CHALLENGE])).digest
    files[archive.JOURNAL] = b"\n".join(rechained(lines[:at] + lines[at + 1 :], before)) + b"\n"
    files |= derive_files(files)
    files |= pages(files[archive.REPORT])


def test_a_call_less_in_a_journal_written_anew_is_seen_by_playing_it_again_and_by_every_signature() -> None:
    shorter = forged(bundle("L0"), without_a_call)
    assert not bad_points(shorter), "without playing it again nothing is seen of it"
    assert bad_points(shorter, Trust(hosts=replay_host)) == {"replay"}
    for level in ("L1", "L3"):
        assert "attestation" in bad_points(forged(bundle(level), without_a_call))


def under_another_challenge(files: Files) -> None:
    """An old run shown again: the mark that opens it says another nonce, all digests are made anew."""
    told = archive.object_in(files[archive.CHALLENGE]) | {"nonce": "0" * 32}
    files[archive.CHALLENGE] = archive.pretty(told)
    first, *others = (json.loads(line) for line in archive.lines_in(files[archive.JOURNAL]))
    opened = json.loads(first["request"]["body"])
    first["request"]["body"] = canonical({**opened, "challenge": told}).decode()
    lines = [canonical(each) for each in (first, *others)]
    files[archive.JOURNAL] = b"\n".join(rechained(lines, challenge_of(told).digest)) + b"\n"
    files |= derive_files(files)


def test_an_old_run_under_a_new_challenge_is_seen_whatever_its_level() -> None:
    assert {"tasks", "replay"} <= bad_points(forged(bundle("L0"), under_another_challenge), trust())


def test_better_verdicts_without_a_better_journal_are_seen_at_l0() -> None:
    def flatter(files: Files) -> None:
        report = archive.object_in(files[archive.REPORT])
        report["tests"][0]["verdict"] = "warn"
        files[archive.REPORT] = archive.pretty(report)

    assert bad_points(forged(bundle("L0"), flatter)) == {"judgement", "pages"}


def test_another_plan_kit_or_challenge_is_seen() -> None:
    def vendor(files: Files) -> None:
        files[archive.PLAN] = files[archive.PLAN].replace(b'"1.0"', b'"2.0"')

    def easier(files: Files) -> None:
        name = archive.kit_file("cong-ndxp")
        files[name] = files[name].replace(b"MUST", b"SHOULD") + b"\n# \n"

    def later(files: Files) -> None:
        told = archive.object_in(files[archive.CHALLENGE]) | {"nonce": "khác"}
        files[archive.CHALLENGE] = archive.pretty(told)

    assert "binding" in bad_points(forged(bundle("L1"), vendor))
    assert {"binding"} <= bad_points(forged(bundle("L1"), easier))
    assert {"binding", "chain"} <= bad_points(forged(bundle("L1"), later))


def test_a_signature_of_somebody_else_is_seen_when_the_vendors_key_is_known() -> None:
    from emulator.certification.bundle.keys import IN_TOTO, seal_payload, test_result

    def taken_over(files: Files) -> None:
        files[archive.VENDOR_KEY] = keys()["stranger"].public.pem.encode()

    def signed_anew(files: Files) -> None:
        told = test_result(files[archive.MANIFEST], archive.object_in(files[archive.REPORT]))
        files[archive.ATTESTATION] = seal_payload(told, IN_TOTO, keys()["stranger"])

    stolen = changed(forged(bundle("L1"), taken_over), signed_anew)
    assert verify(stolen, Trust(hosts=replay_host)).is_good, "it is a good bundle, of somebody else"
    assert bad_points(stolen, trust()) >= {"attestation"}


def test_it_expires() -> None:
    day = 86_400_000
    assert verify(bundle("L1"), Trust(now_ms=system_ms() + 360 * day, hosts=replay_host)).exit_code == 0
    late = verify(bundle("L1"), Trust(now_ms=system_ms() + 367 * day))
    assert [point.name for point in late.points if point.state == "void"] == ["validity"]
    assert (late.is_genuine, late.exit_code) == (True, 1), "it is genuine, and counts no longer"


def hostile(how: str) -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w") as archive:
        for name, content in unzip_files(bundle("L0")).items():
            archive.writestr(name, content, ZIP_DEFLATED if how == "bomb" else None)
        if how == "path":
            archive.writestr("../../evil.sh", "x")
        if how == "absolute":
            archive.writestr("/evil.sh", "x")
        if how == "letters":
            archive.writestr("tệp.txt", "x")
        if how == "bomb":
            archive.writestr("big.txt", b"0" * 50_000_000, ZIP_DEFLATED)
        if how == "many":
            for number in range(100):
                archive.writestr(f"f{number}.txt", "x")
        if how == "comment":
            archive.comment = b"hello"
    return target.getvalue()


@pytest.mark.parametrize("how", ["path", "absolute", "letters", "bomb", "many", "comment", "nothing"])
def test_a_hostile_zip_is_refused_with_a_sentence(how: str) -> None:
    found = verify(hostile(how))
    assert (found.points[0].name, found.points[0].state, found.exit_code) == ("archive", "bad", 4)
    assert found.points[0].vi


def test_twice_the_same_name_is_refused() -> None:
    raw = zip_files({"README.txt": b"a", "README.txu": b"b"}).replace(b"README.txu", b"README.txt")
    assert "cùng tên" in verify(raw).points[0].vi


def test_files_too_many_and_too_few_are_named() -> None:
    def add(files: Files) -> None:
        files["extra.txt"] = b"x"

    assert "extra.txt" in " ".join(point.en for point in verify(changed(bundle("L0"), add)).points)
    for name in unzip_files(bundle("L2")):
        assert bad_points(changed(bundle("L2"), lambda files, name=name: files.pop(name) and None)), name


NONSENSE = [b"", b"{}", b"[]", b"\xff\xfe", b"null\n", b'{"a":' * 5000, b'{"tests":1}\n', b"tests: [&a [*a]]\n"]


@pytest.mark.parametrize("level", ["L3"])
def test_nonsense_in_any_file_is_a_bad_point_and_never_a_crash(level: str) -> None:
    assert len(unzip_files(bundle(level))) > 5
    for name in unzip_files(bundle(level)):
        for at, nonsense in enumerate(NONSENSE):

            def change(files: Files, name: str = name, nonsense: bytes = nonsense) -> None:
                files[name] = nonsense

            if (at + len(name)) % 4 == 0 or name == archive.JOURNAL:
                assert bad_points(changed(bundle(level), change)), (name, nonsense[:9])
