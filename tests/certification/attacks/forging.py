"""What a forger does: changes the journal, and makes everything that follows from it anew, signatures included."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from emulator.certification.bundle import archive
from emulator.certification.bundle.archive import unzip_files, zip_files
from emulator.certification.bundle.keys import IN_TOTO, PrivateKey, seal_payload
from emulator.certification.bundle.keys import test_result as statement_of
from emulator.certification.bundle.levels import manifest, pages, sums
from emulator.certification.bundle.pack import derive_files
from emulator.certification.bundle.verify import Trust, verify
from emulator.certification.challenge import Challenge, challenge_of
from emulator.journal.write import canonical, digest
from tests.certification.packed import bundle, keys, trust

Files = dict[str, bytes]
Line = dict[str, Any]


def lines_of(files: Files) -> list[Line]:
    return [json.loads(line) for line in archive.lines_in(files[archive.JOURNAL])]


def rewrite(files: Files, lines: list[Line]) -> None:
    """Put lines into a bundle as a journal: numbered anew, chained anew."""
    before, written = challenge_of(archive.object_in(files[archive.CHALLENGE])).digest, []
    for number, line in enumerate(lines, 1):
        written.append(canonical(line | {"prev": before, "seq": number}))
        before = digest(written[-1])
    files[archive.JOURNAL] = b"\n".join(written) + b"\n"


def rebuilt(files: Files, key: PrivateKey | None = None, *, judges: bool = True) -> bytes:
    """Return the bundle of some files: judged, printed, summed up and signed again."""
    signer = key or keys()["vendor"]
    if judges:
        files |= derive_files(files)
        files |= pages(files[archive.REPORT])
    files[archive.SUMS] = sums(files)
    files[archive.MANIFEST] = manifest(files)
    told = statement_of(files[archive.MANIFEST], archive.object_in(files[archive.REPORT]))
    files[archive.ATTESTATION] = seal_payload(told, IN_TOTO, signer)
    return zip_files(files)


def forged_journal(change: Callable[[list[Line]], list[Line]], level: str = "L2") -> bytes:
    """Return a bundle whose journal was changed, with all that follows from it."""
    files = unzip_files(bundle(level))
    rewrite(files, change(lines_of(files)))
    return rebuilt(files)


def under(files: Files, challenge: Challenge, envelope: bytes) -> None:
    """Show a run under another challenge: the line that opens it says that it was this one all along."""
    files[archive.CHALLENGE], files[archive.SIGNED_CHALLENGE] = archive.pretty(challenge.as_dict()), envelope
    first, *others = lines_of(files)
    opened = json.loads(first["request"]["body"])
    first["request"]["body"] = canonical({**opened, "challenge": challenge.as_dict()}).decode()
    rewrite(files, [first, *others])


@cache
def said_of(raw: bytes, **more: Any) -> tuple[int, dict[str, str]]:
    """Return the exit code of verifying, and by point what is wrong with a bundle, in both languages."""
    found = verify(raw, Trust(**{**_keys(), **more}))
    wrong = [point for point in found.points if point.state in ("bad", "void")]
    return found.exit_code, {point.name: f"{point.vi} / {point.en}" for point in wrong}


def _keys() -> dict[str, Any]:
    known = trust()
    return {"vendor": known.vendor, "authority": known.authority, "hosts": known.hosts}
