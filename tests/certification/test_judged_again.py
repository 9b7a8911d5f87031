"""A bundle of any kit is judged to the same bytes on a machine that is set to something else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.app import Country
from emulator.certification.bundle import archive
from emulator.certification.bundle.archive import zip_files
from emulator.certification.bundle.levels import manifest, pages, sums
from emulator.certification.bundle.pack import derive_files, sources, surroundings
from emulator.certification.bundle.verify import Trust
from emulator.certification.kit_reader import kit_names
from emulator.cli.in_process import replay_host
from tests.certification.packed import bad_points
from tests.certification.stand import Stand
from tests.certification.test_bundle_tampering import Files, under_another_challenge
from tests.serving import ROOT

ELSEWHERE = {"PYTHONHASHSEED": "77", "TZ": "America/New_York", "LC_ALL": "tr_TR.UTF-8", "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize("kit", kit_names())
def test_a_bundle_of_each_kit_is_judged_the_same_elsewhere_and_bad_under_another_challenge(
    country: Country, tmp_path: Path, kit: str
) -> None:
    stand = Stand(country, kit)
    stand.play()
    files = dict(sources(stand.admin("GET", f"/attempts/{stand.id}/evidence"), surroundings(), None, b""))
    files |= derive_files(files)
    files[archive.SUMS] = sums(files)
    files[archive.MANIFEST] = manifest(files)
    goi, out = tmp_path / "goi.zip", tmp_path / "report.json"
    goi.write_bytes(zip_files(files))  # without the pages for people, which no judge reads
    asked = [sys.executable, "-m", "emulator", "certify", "judge", str(goi), "--force", "--out", str(out)]
    ran = subprocess.run(asked, env={**os.environ, **ELSEWHERE}, capture_output=True, cwd=tmp_path, check=False)
    assert ran.returncode == 0, ran.stderr
    assert out.read_bytes() == files[archive.REPORT]
    _is_bad_under_a_foreign_challenge(files)


def _sealed(files: Files) -> bytes:
    """A bundle of these files with its pages for people, sums and manifest made anew."""
    files |= pages(files[archive.REPORT])
    files[archive.SUMS] = sums(files)
    files[archive.MANIFEST] = manifest(files)
    return zip_files(files)


def _is_bad_under_a_foreign_challenge(files: Files) -> None:
    """The tasks belong to the challenge: an old run shown under another is seen by playing them again."""
    host = Trust(hosts=replay_host)
    assert bad_points(_sealed(files), host) == set()
    under_another_challenge(files)
    found = bad_points(_sealed(files), host)
    assert "tasks" in found
    assert "replay" in found
