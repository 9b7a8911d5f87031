"""A release in one command: ``make release``. CONTRIBUTING.md has the steps before and after it."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

from emulator import __version__
from release.changelog import NotReady, read_entry
from release.materials import ROOT, locked
from release.sbom import bill
from release.single_file import build_single_file, run
from release.trial import try_out

_SUMS = "SHA256SUMS"
_DISTRIBUTIONS = (ROOT, ROOT / "distributions" / "pytest")


def main() -> int:
    """Build all parts into ``dist/VERSION``; return 0, or 2 when something stands in the way."""
    parser = argparse.ArgumentParser(prog="release", description=__doc__)
    parser.add_argument("--offline", action="store_true", help="leave out, and name, the parts that need a network")
    is_offline = parser.parse_args().offline
    try:
        build_release(ROOT / "dist" / __version__, is_offline=is_offline)
    except NotReady as trouble:
        _say(f"release: {trouble}")
        return 2
    return 0


def build_release(folder: Path, *, is_offline: bool) -> None:
    """Build wheels, sdists, bill of materials, notes, single file, image and sums into an empty ``folder``.

    Raises:
        NotReady: the tree is dirty, the version is not in the changelog or tagged elsewhere, or a part fails.
    """
    moment = _check_checkout()
    entry = read_entry((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), __version__)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "NOTES.md").write_text(
        f"# ndxp-emulator {entry.version} · {entry.day}\n\n{entry.notes}", encoding="utf-8"
    )
    _build_distributions(folder)
    told = json.dumps(bill(locked(), moment), ensure_ascii=False, indent=1)
    (folder / f"ndxp-emulator-{__version__}.cdx.json").write_text(told + "\n", encoding="utf-8")
    for name, build in {"single file": _single_file, "image": _image}.items():
        said = "left out: it needs a network (--offline)" if is_offline else build(folder, moment)
        _say(f"{name}: {said}")
    _write_sums(folder)
    _say(f"done: {folder.relative_to(ROOT)}; then: git tag -a v{__version__} -F {folder.relative_to(ROOT)}/NOTES.md")


def _check_checkout() -> str:
    """Return when the commit was made, seconds since 1970: the time of everything that is built. Raises NotReady."""
    if dirty := run(["git", "status", "--porcelain"]):
        raise NotReady(f"the tree is dirty, commit or remove:\n{dirty.rstrip()}")
    if run(["git", "tag", "--list", f"v{__version__}"]).strip():
        tagged, head = (run(["git", "rev-parse", f"{name}^{{commit}}"]) for name in (f"v{__version__}", "HEAD"))
        if tagged != head:
            raise NotReady(f"v{__version__} is the tag of another commit: raise emulator/__init__.py's version.")
    return run(["git", "log", "-1", "--format=%ct"]).strip()


def _build_distributions(folder: Path) -> None:
    """Wheel and sdist of both; hatchling's own fixed time stamp makes them the same on every machine."""
    clean = {name: text for name, text in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    for source in _DISTRIBUTIONS:
        flags: list[str | Path] = ["-d", folder]
        run([sys.executable, "-m", "hatchling", "build", *flags], clean, source)


def _single_file(folder: Path, moment: str) -> str:
    built, _ = build_single_file(folder, folder, moment)
    return f"{built.name} serves, token {try_out([sys.executable, str(built)])}…"


def _image(folder: Path, moment: str) -> str:
    try:
        run(["docker", "info"])
    except (NotReady, OSError):
        return "left out: no Docker engine answers here"
    tag = f"ndxp-emulator:{__version__}"
    run(["docker", "build", "-t", tag, "--build-arg", f"SOURCE_DATE_EPOCH={moment}", "."])
    run(["docker", "save", "-o", folder / f"ndxp-emulator-{__version__}-image.tar", tag])
    return tag


def _write_sums(folder: Path) -> None:
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / _SUMS).write_text("".join(lines))


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
