"""``ndxp-emulator-pytest``: the plugin's words in a project whose environment cannot hold the emulator."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path
from subprocess import CompletedProcess, run

import pytest

from emulator import settings
from emulator.testing import server
from tests.serving import ROOT

THIN = ROOT / "distributions" / "pytest"
# What the emulator is, and what it stands on, is not there: a project of ten years ago.
_ABSENT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("emulator", "flask", "marshmallow", "tinydb", "faker", "requests"):
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
"""
_SUITE = """
import http.client, base64, urllib.parse

def test_a_token_is_asked_for_once(ndxp):
    parts = urllib.parse.urlsplit(ndxp.base_url)
    line = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    pair = base64.b64encode(f"{ndxp.consumer_key}:{ndxp.consumer_secret}".encode()).decode()
    line.request("POST", f"{parts.path}/token", "grant_type=client_credentials",
                 {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"})
    assert line.getresponse().status == 200
    line.close()
    ndxp.journal.called_once_with("ndxp.token", status=200)

def test_a_misspelt_operation_is_refused(ndxp):
    import pytest
    with pytest.raises(ValueError, match="btxh.DongBoDVC"):
        ndxp.journal.never("btxh.DongBoDV")

def test_in_process(ndxp_inprocess):
    pass
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as pip would."""
    folder = tmp_path_factory.mktemp("thin")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    run(build, cwd=THIN, check=True, capture_output=True)
    with zipfile.ZipFile(next((folder / "dist").glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    (folder / "site" / "sitecustomize.py").write_text(_ABSENT)
    return folder / "site"


def play(installed: Path, folder: Path, **variables: str) -> CompletedProcess[str]:
    (folder / "test_theirs.py").write_text(_SUITE, encoding="utf-8")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("NDXP_", "PYTEST_"))}
    alone = {"PYTHONPATH": str(installed), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "ndxp_emulator_pytest.plugin", "-p", "no:cacheprovider"]
    return run(
        [*pytest_, str(folder)], env=kept | alone | variables, cwd=folder, check=False, capture_output=True, text=True
    )


def test_the_fixtures_work_where_the_emulator_cannot_be_imported(installed: Path, tmp_path: Path) -> None:
    said = play(installed, tmp_path, NDXP_EMULATOR_PYTHON=sys.executable).stdout
    assert "2 passed, 1 error" in said
    assert "ndxp_inprocess needs ndxp-emulator in this very environment" in said


def test_an_environment_that_cannot_be_made_says_what_pip_said(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "no-project").mkdir()
    wish = {"NDXP_EMULATOR_INSTALL": str(tmp_path / "no-project"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    said = play(installed, tmp_path, **wish, PIP_NO_INDEX="1").stdout
    assert "CannotMake" in said
    assert "no-project" in said
    assert not list((tmp_path / "cache").rglob("*.lock"))


def test_its_variables_are_those_of_the_emulator() -> None:
    assert server.PREFIX == settings.PREFIX
