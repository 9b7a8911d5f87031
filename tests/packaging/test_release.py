"""``make release``: it refuses what cannot be released, and builds the same twice; no registry is asked here."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from emulator import __version__
from release.changelog import NotReady, read_entry
from release.trial import try_out
from tests.packaging.conftest import NOT_OURS, ROOT, build, copy_of_the_checkout

ALSO = ("distributions", "release")
ALSO_ALONE = ("CHANGELOG.md", "requirements.lock")
HEADING = f"## [{__version__}] - 2026-11-30"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout as a repository of one commit, whose changelog has an entry for its version."""
    folder = copy_of_the_checkout(tmp_path_factory.mktemp("release") / "checkout", 1_700_000_000)
    for name in ALSO:
        shutil.copytree(ROOT / name, folder / name, ignore=NOT_OURS)
    for name in ALSO_ALONE:
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n## [Unreleased]\n\n{HEADING}\n\n### Added\n- Everything.\n")
    git(folder, "init", "-q")
    commit(folder)
    return folder


def git(folder: Path, *words: str) -> str:
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_COMMITTER_DATE": "1764500000 +0700"}
    names = {f"GIT_{who}_{what}": "ai@example.vn" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *words], cwd=folder, env=os.environ | alone | names, capture_output=True, text=True, check=True
    )
    return done.stdout


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "…")


def release(folder: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "release.build", "--offline"]
    return subprocess.run(
        command, cwd=folder, env=clean | {"PYTHONUTF8": "1"}, capture_output=True, text=True, timeout=250, check=False
    )


def test_a_release_holds_all_parts_names_what_it_leaves_out_and_comes_out_the_same_twice(checkout: Path) -> None:
    built = []
    for _ in range(2):
        ended = release(checkout)
        assert ended.returncode == 0, ended.stderr
        assert all(f"{part}: left out" in ended.stderr for part in ("single file", "image"))
        built.append({path.name: path.read_bytes() for path in (checkout / "dist" / __version__).iterdir()})
    assert built[0] == built[1]
    stems = (f"ndxp_emulator-{__version__}", f"ndxp_emulator_pytest-{__version__}")
    distributions = {f"{stem}{end}" for stem in stems for end in (".tar.gz", "-py3-none-any.whl")}
    assert set(built[0]) == distributions | {"NOTES.md", "SHA256SUMS", f"ndxp-emulator-{__version__}.cdx.json"}
    assert built[0]["NOTES.md"].decode().endswith("2026-11-30\n\n### Added\n- Everything.\n")
    assert b'"timestamp": "2025-11-30T10:53:20+00:00"' in built[0][f"ndxp-emulator-{__version__}.cdx.json"]
    sums = dict(reversed(line.split("  ")) for line in built[0].pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in built[0].items()}


def test_what_is_not_committed_stops_it(checkout: Path) -> None:
    (checkout / "fixtures" / "them.txt").write_text("…")
    try:
        ended = release(checkout)
    finally:
        (checkout / "fixtures" / "them.txt").unlink()
    assert ended.returncode == 2
    assert "dirty" in ended.stderr
    assert "fixtures/them.txt" in ended.stderr


def test_a_version_that_another_commit_was_tagged_with_stops_it(checkout: Path) -> None:
    git(checkout, "tag", f"v{__version__}")
    git(checkout, "commit", "-q", "--allow-empty", "-m", "next")
    try:
        ended = release(checkout)
    finally:
        git(checkout, "tag", "-d", f"v{__version__}")
    assert ended.returncode == 2
    assert f"v{__version__} is the tag of another commit" in ended.stderr


@pytest.mark.parametrize(
    "changelog",
    [
        "## [Unreleased]\n\n- Everything.\n",
        f"## [{__version__}]\n\n- No day.\n",
        f"{HEADING}\n\n## [0.0.1] - 2026-01-01\n\n- Of another.\n",
    ],
)
def test_a_version_without_a_dated_entry_in_the_changelog_stops_it(changelog: str) -> None:
    with pytest.raises(NotReady, match=re.escape(f"[{__version__}]")):
        read_entry(changelog, __version__)


def test_the_changelog_of_this_checkout_has_an_entry_for_its_version() -> None:
    assert read_entry((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), __version__).notes


def test_the_trial_passes_what_serves_and_stops_at_what_does_not() -> None:
    assert re.fullmatch("[0-9a-f]{8}", try_out([sys.executable, "-P", "-m", "emulator"]))
    with pytest.raises(NotReady, match="true serve"):
        try_out(["true"])


def test_a_wheel_of_the_plugin_built_from_its_sdist_holds_what_the_checkout_s_does(tmp_path: Path) -> None:
    thin = ROOT / "distributions" / "pytest"
    with tarfile.open(build(thin, "sdist", tmp_path / "sdist")) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    wheels = [build(source, "wheel", tmp_path / "again"), build(thin, "wheel", tmp_path / "wheel")]
    again, first = ({each.filename: each.CRC for each in zipfile.ZipFile(wheel).filelist} for wheel in wheels)
    records = {name for name in first if name.endswith("RECORD")}
    assert {name: first[name] for name in first.keys() - records} == {
        name: again[name] for name in again.keys() - records
    }
    assert len(first) > 10
