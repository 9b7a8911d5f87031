"""The example service is installed into a throw-away environment and is everywhere a service of this house is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.serving import ROOT, Server, environment

EXAMPLE = ROOT / "examples" / "service-dan-cu"
OPERATION = "dan-cu.TraCuu"
MOST_LINES = 150


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An environment of its own over the running one's libraries, with the example installed; no index is asked."""
    folder = tmp_path_factory.mktemp("moi-truong")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    made = str(folder / "venv" / "bin" / "python")
    own = subprocess.run(
        [made, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    Path(own, "borrowed.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    source = shutil.copytree(EXAMPLE, folder / "source")
    install(made, source)
    return made


def install(python: str, source: Path) -> None:
    words = ("install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    done = subprocess.run([python, "-m", "pip", *words, str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def run(python: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", *words],
        cwd=ROOT,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture(scope="module")
def server(python: str) -> Iterator[Server]:
    scenario = EXAMPLE / "scenarios" / "tra-cuu-ban.yaml"
    with Server("--store", ":memory:", "--quiet", "--scenario", str(scenario), python=python) as running:
        yield running


def test_it_is_called_refused_faulted_described_and_verified_like_a_service_of_the_house(python: str) -> None:
    done = run(
        python,
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/services/test_closed_world.py",
        "-k",
        f"{OPERATION} or whole",
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_its_own_lesson_passes(python: str) -> None:
    done = run(python, "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(EXAMPLE), str(EXAMPLE / "tests"))
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_call_tells_what_it_did_and_its_scenario_speaks(python: str, server: Server) -> None:
    told = [
        json.loads(run(python, "emulator", "call", OPERATION, "--json", "--url", server.base_url).stdout)
        for _ in range(2)
    ]
    assert [each["became"] for each in told] == ["answered", "refused"]
    assert json.loads(told[0]["reply"]["body"])["data"]["SoDinhDanh"] == "999185000012"
    assert json.loads(told[1]["reply"]["body"]) == {"error_code": -9, "message": "Dịch vụ đang bận", "data": None}
    assert told[1]["entry"]["scenario"]["step"] == "ban"


def test_a_wrong_address_has_it_among_the_near_misses_and_metrics_name_it(server: Server) -> None:
    requests.post(f"{server.base_url}/apiDanCu/1.0/TraCu", json={}, timeout=10)
    url = f"{server.base_url}/__admin/requests/unmatched/near-misses"
    assert OPERATION in requests.get(url, timeout=10).text
    assert f'operation="{OPERATION}"' in requests.get(f"{server.base_url}/__admin/metrics", timeout=10).text


def test_the_whole_service_is_small() -> None:
    files = [*EXAMPLE.rglob("*.py")]
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    assert len(files) == 2
    assert lines < MOST_LINES


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('name="dan-cu.TraCuu"', 'name="btxh.DongBoDVC"'), "btxh.DongBoDVC"),
        (('Api("DanCu", "apiDanCu", "1.0")', 'Api("DanCu", "apiBTXH", "1.0")'), None),
        (("SERVICE = Service(", "SERVICE = dict("), "dict"),
        (("import csv\n", "import csv\nimport khong_co_goi_nay\n"), "khong_co_goi_nay"),
    ],
    ids=["clash", "no-clash", "no-service", "import"],
)
def test_a_service_that_cannot_be_used_is_refused_by_name_at_the_start(
    python: str, tmp_path: Path, change: tuple[str, str], says: str | None
) -> None:
    source = shutil.copytree(EXAMPLE, tmp_path / "source")
    module = source / "ndxp_dan_cu" / "__init__.py"
    changed = module.read_text(encoding="utf-8").replace(*change)
    assert changed != module.read_text(encoding="utf-8")
    module.write_text(changed, encoding="utf-8")
    spoilt = shutil.copytree(source / "ndxp_dan_cu", tmp_path / "goi" / "ndxp_dan_cu").parent
    path = os.pathsep.join((str(spoilt), str(ROOT)))
    if says is None:
        ended = run(python, "emulator", "call", "--list", PYTHONPATH=path)
        assert (ended.returncode, OPERATION in ended.stdout) == (0, True), ended.stderr
        return
    for words in (("serve", "--port", "0", "--store", ":memory:"), ("call", "--list")):
        ended = run(python, "emulator", *words, PYTHONPATH=path)
        assert (ended.returncode, "dan-cu" in ended.stderr, says in ended.stderr) == (2, True, True), ended.stderr
        assert "Traceback" not in ended.stderr
