"""Nothing in this project could be somebody's: the checker runs over all that is kept."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from emulator.cli import main

ROOT = Path(__file__).resolve().parents[2]
LOOKED_THROUGH = ("fixtures", "scenarios", "tests", "docs", "emulator", "bench")


def test_no_file_of_ours_holds_what_could_be_somebodys() -> None:
    pages = sorted(str(path) for path in ROOT.glob("*.md"))
    folders = [str(ROOT / name) for name in LOOKED_THROUGH if (ROOT / name).is_dir()]
    assert len(pages) >= 2
    result = CliRunner().invoke(main, ["validate", "--privacy", *folders, *pages])
    assert (result.exit_code, result.output) == (0, "")
