"""Bundles to try things on: one attempt of the reference client, played once a process, packed at every level."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from emulator.app import found_country
from emulator.certification.bundle import archive
from emulator.certification.bundle.archive import unzip_files, zip_files
from emulator.certification.bundle.keys import PrivateKey, new_key
from emulator.certification.bundle.levels import manifest, sums
from emulator.certification.bundle.pack import pack, witness_bundle
from emulator.certification.bundle.verify import Trust, verify
from emulator.certification.challenge import Challenge, new_challenge, receive_challenge, sign_challenge
from emulator.certification.kit_reader import kit_of
from emulator.cli import main
from emulator.cli.in_process import replay_host
from emulator.journal.journal import Journal
from emulator.kernel.clock import system_ms
from emulator.services.packs import load_pack
from emulator.settings import Settings
from tests.certification.stand import Stand

KIT = "cong-ndxp"


@cache
def keys() -> Mapping[str, PrivateKey]:
    return {who: new_key() for who in ("vendor", "authority", "laboratory", "stranger")}


@cache
def challenge_file() -> bytes:
    return sign_challenge(challenge_for(keys()["vendor"]), keys()["authority"])


def challenge_for(vendor: PrivateKey, serial: str = "cong-ndxp-20261120-0001", **words: Any) -> Challenge:
    """A challenge as ``certify authority issue`` makes it, for the product of ``Stand``."""
    kit = kit_of(KIT)
    bound = {"serial": serial, "vendor_key": vendor.public.id, "attempts": 1, "product": "Một cửa mẫu"}
    bound |= {"vendor": "Đơn vị mẫu", **words}
    return new_challenge(kit.id, kit.digest, authority="Cơ quan A", begins_ms=system_ms(), bound_to=bound)


@cache
def played(challenge: bytes = b"", **plan: Any) -> tuple[Mapping[str, Any], Mapping[str, Any], tuple[str, ...]]:
    """The evidence of an attempt bound to the challenge, its report, and every secret it had."""
    with tempfile.TemporaryDirectory() as folder:
        country = found_country(Settings(), Path(folder) / "store.db", {"co-ban": load_pack("co-ban")})
        stand = Stand(
            country, KIT, challenge=receive_challenge(challenge or challenge_file()).challenge.as_dict(), **plan
        )
        report = stand.play()
        evidence = stand.admin("GET", f"/attempts/{stand.id}/evidence")
        rows = [
            row
            for row in Journal(country.store).each(country.sandboxes.get(stand.id).home)
            if row.operation == "ndxp.token"
        ]
        tokens = [json.loads(row.response_body)["access_token"] for row in rows if row.status == 200]
        pairs = country.sandboxes.credentials(country.sandboxes.get(stand.id))
        country.store.close()
    issued = [text for pair in pairs for text in (pair.consumer_key, pair.consumer_secret)]
    return evidence, report, (*tokens, *issued)


@cache
def bundle(level: str = "L1") -> bytes:
    """A bundle of a level; L3 is an L2 one that a laboratory witnessed."""
    evidence, _, _ = played()
    if level == "L0":
        return pack(evidence)
    if level == "L1":
        return pack(evidence, key=keys()["vendor"])
    packed = pack(evidence, key=keys()["vendor"], signed_challenge=challenge_file())
    if level == "L2":
        return packed
    return witness_bundle(packed, keys()["laboratory"], name="Phòng kiểm thử B", moment="2026-11-22T09:00:00+07:00")


def trust(**more: Any) -> Trust:
    """All keys, and a country to play the attempt again in."""
    known = (keys()["vendor"].public, keys()["authority"].public, keys()["laboratory"].public)
    return Trust(*known, hosts=replay_host, **more)


def changed(raw: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A bundle with other files, properly zipped; nothing else is put right."""
    files = unzip_files(raw)
    change(files)
    return zip_files(files)


def forged(raw: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A bundle with other files, whose sums and manifest were made anew by somebody who knows how."""

    def all_of_it(files: dict[str, bytes]) -> None:
        change(files)
        files[archive.SUMS] = sums(files)
        files[archive.MANIFEST] = manifest(files)

    return changed(raw, all_of_it)


def bad_points(raw: bytes, who: Trust | None = None) -> set[str]:
    return {point.name for point in verify(raw, who).points if point.state == "bad"}


def certify(*words: object) -> Result:
    return CliRunner().invoke(main, ["certify", *map(str, words)])
