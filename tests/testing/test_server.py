"""The server behind the fixtures, the client without one, and what a suite pays that uses neither."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from tests.serving import Server, environment
from tests.testing.suites import FLAGS, ROOT, Suite

pytest_plugins = ("pytester",)

PAGE = (ROOT / "docs" / "pytest.vi.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 30
    while not _is_gone(pid):
        assert time.monotonic() < deadline
        os.sched_yield()


def test_a_suite_gets_a_server_of_its_own_with_its_flags_and_it_ends_with_the_run(alone: Suite) -> None:
    ran = alone.run(
        """
        def test_mode(ndxp, ndxp_server):
            assert ndxp.ask("")["mode"] == "observed"
            assert log_in(ndxp).status_code == 200
            with open("pid", "w") as file:
                file.write(str(ndxp_server.ready["pid"]))
        """,
        ini="ndxp_serve = --mode observed",
    )
    ran.assert_outcomes(passed=1)
    assert _is_gone(int((alone.folder / "pid").read_text()))


def test_the_server_ends_even_when_the_run_is_killed(alone: Suite) -> None:
    alone.write("""
        import os, signal

        def test_killed(ndxp_server):
            with open("pid", "w") as file:
                file.write(str(ndxp_server.ready["pid"]))
            os.kill(os.getpid(), signal.SIGKILL)
    """)
    command = [sys.executable, "-m", "pytest", *FLAGS, "-q"]
    ended = subprocess.run(command, cwd=alone.folder, env=environment(), capture_output=True, timeout=60, check=False)
    assert ended.returncode == -9
    _wait_until_gone(int((alone.folder / "pid").read_text()))


def test_a_server_that_cannot_start_says_why(alone: Suite) -> None:
    ran = alone.run("def test_it(ndxp): pass", ini="ndxp_serve = --pack no-such-pack")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*The emulator did not start.*", "*no-such-pack*"])


@pytest.mark.parametrize(
    ("url", "said"), [("http://127.0.0.1:9", "refused"), ("nonsense", "'nonsense' không phải địa chỉ")]
)
def test_an_address_without_a_server_is_an_error_and_no_hang(alone: Suite, url: str, said: str) -> None:
    alone.use(url)
    ran = alone.run("def test_it(ndxp): pass")
    ran.assert_outcomes(errors=1)
    assert said in ran.stdout.str()


def test_a_server_that_demands_a_token_is_given_it(alone: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server("--store", ":memory:", "--workers", "1", "--admin-token", "tell-nobody") as server:
        alone.use(server.base_url)
        test = "def test_it(ndxp): ndxp.journal.never('/token')"
        alone.run(test).assert_outcomes(errors=1)
        monkeypatch.setenv("NDXP_EMULATOR_ADMIN_TOKEN", "tell-nobody")
        alone.run(test).assert_outcomes(passed=1)


@pytest.mark.parametrize("shared", [True, False], ids=["one server", "a server each"])
def test_workers_of_xdist_do_not_meet(alone: Suite, server: Server, shared: bool) -> None:
    if shared:
        alone.use(server.base_url)
    ran = alone.run_apart(
        """
        @pytest.mark.parametrize("number", range(24))
        def test_it(ndxp, number):
            assert ndxp.journal.entries() == []
            assert log_in(ndxp).status_code == 200
            ndxp.journal.called_once_with("ndxp.token")
            assert number != 7
        """,
        "-p",
        "xdist.plugin",
        "-n",
        "2",
    )
    ran.assert_outcomes(passed=23, failed=1)
    ran.stdout.fnmatch_lines(["*nhật ký / journal*/s/test-it-7-*", "*ndxp.token*answered*"])
    assert ran.stdout.str().count("nhật ký / journal") == 1


def test_the_session_without_a_port_opens_no_socket_and_reaches_nobody_else(alone: Suite) -> None:
    ran = alone.run("""
        import io, socket

        def test_inside(ndxp_inprocess, monkeypatch):
            monkeypatch.setattr(socket, "socket", None)
            session = ndxp_inprocess.session()
            assert log_in(ndxp_inprocess, session).json()["token_type"] == "Bearer"
            assert push(ndxp_inprocess, {"MaHoSo": "ă"}, session).json()["error_code"] == -5
            address = ndxp_inprocess.base_url + "/token"
            for body in (io.BytesIO(b"grant_type=x"), "grant_type=x", iter([b"grant_type", b"=x"])):
                sent = session.post(address, data=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
                assert (sent.status_code, sent.reason) == (400, "Bad Request")
            seen = ndxp_inprocess.journal.entries()[2:]
            assert len({each["request"]["body"] for each in seen[1:]}) == 1
            with pytest.raises(requests.ConnectionError, match=r"there is only http://localhost"):
                session.get("http://example.vn/")

        def test_flask(ndxp_inprocess):
            http = ndxp_inprocess.http
            assert http.get("/a").status_code == http.put("/b").status_code == http.delete("/c?d=e").status_code == 404
            http.get(ndxp_inprocess.base_url + "/f")
            assert [each["request"]["url"] for each in ndxp_inprocess.journal.entries()] == ["/a", "/b", "/c?d=e", "/f"]
    """)
    ran.assert_outcomes(passed=2)


def test_a_suite_that_asks_for_nothing_imports_nothing() -> None:
    script = (
        "import pytest, sys, json; before = set(sys.modules); import emulator.testing.plugin;"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, timeout=30, check=True
    )
    assert json.loads(ended.stdout) == ["emulator", "emulator.testing", "emulator.testing.plugin"]


def test_the_distribution_names_the_plugin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    plugin = import_module(project["entry-points"]["pytest11"]["ndxp"])
    assert callable(plugin.pytest_configure)
    assert not any(each.startswith("pytest") for each in project["dependencies"])


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_the_examples_of_the_page_pass(suite: Suite, pytester: pytest.Pytester, name: str, text: str) -> None:
    ini = re.search(r"```ini\n\[pytest\]\n(.*?)```", PAGE, re.DOTALL)
    assert ini
    pytester.makeini(f"[pytest]\n{ini[1]}")
    pytester.path.joinpath(name).write_text(text, encoding="utf-8")
    ran = pytester.runpytest_inprocess(*FLAGS)
    assert ran.ret == 0
    assert "passed" in ran.stdout.str()


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) == PAGE.count("```python") == 3
