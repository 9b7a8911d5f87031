"""``certify PLAN`` from the outside: a server of its own, a vendor's program in a process of its own, a bundle."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.certification.bundle.archive import unzip_files
from tests.serving import ROOT, environment

CLIENT = f"{sys.executable} -m tests.clients.reference"
PLAN = """\
kit: cong-ndxp
product: {name: "Một cửa mẫu", version: "1.0", vendor: "Đơn vị mẫu"}
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "kế hoạch.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def certify(*words: str | Path, said: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "emulator", "certify", *map(str, words)],
        cwd=ROOT,
        env=environment(**{"NO_COLOR": "1", **more}),
        input=said,
        stdin=None if said is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )


def test_a_program_that_does_it_right_passes_and_its_bundle_verifies(plan: Path) -> None:
    plan.write_text(PLAN + f"command: {CLIENT}\n", encoding="utf-8")
    ended = certify(plan)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (bundle,) = plan.with_suffix(".luot").glob("*.zip")
    assert str(bundle) in ended.stdout
    apart = json.loads(unzip_files(bundle.read_bytes())["report.json"])["level"]["isolation"]
    assert apart["id"] in ("user", "folder"), "a command was run, and how it was kept apart stands in the bundle"
    verified = certify("verify", bundle)
    assert (verified.returncode, apart["vi"] in verified.stdout) == (0, True), verified.stdout
    assert os.stat(f"{bundle}.openings.json").st_mode & 0o077 == 0


def test_a_program_that_crashes_at_once_is_no_failed_test(plan: Path) -> None:
    ended = certify(plan, "--command", f"{sys.executable} -c 'raise SystemExit(7)'")
    assert ended.returncode == 2
    assert any(rule in ended.stderr for rule in ("KN-00", "KN-67"))
    assert list(plan.with_suffix(".luot").glob("*.zip")) == []


@pytest.mark.parametrize(
    ("word", "finds"),
    [("khong-co-lenh-nay", "KN-60"), ("./khong-chay-duoc", "KN-61")],
)
def test_a_command_that_cannot_run_is_named(plan: Path, word: str, finds: str) -> None:
    (plan.parent / "khong-chay-duoc").write_text("x")
    command = word if not word.startswith(".") else str(plan.parent / word[2:])
    ended = certify("preflight", plan, "--command", command)
    assert (ended.returncode, finds in ended.stderr) == (2, True), ended.stderr


def test_a_proxy_in_the_way_is_named(plan: Path) -> None:
    ended = certify("preflight", plan, "--command", CLIENT, HTTP_PROXY="http://proxy.example.vn:3128", NO_PROXY="")
    assert (ended.returncode, "KN-63" in ended.stderr) == (2, True)


def test_a_folder_that_cannot_be_is_named(plan: Path) -> None:
    taken = plan.parent / "tệp"
    taken.write_text("đây là tệp", encoding="utf-8")
    ended = certify(plan, "--command", CLIENT, "--out", taken / "trong")
    assert (ended.returncode, "KN-62" in ended.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "finds"),
    [("provider: {dstcode: x, url: khong-phai-dia-chi}\n", "KN-64")],
)
def test_a_provider_that_is_no_address_is_named(plan: Path, words: str, finds: str) -> None:
    plan.write_text(PLAN + words, encoding="utf-8")
    ended = certify("preflight", plan, "--command", CLIENT)
    assert (ended.returncode, finds in ended.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (PLAN.replace("cong-ndxp", "cong-nxdp"), ":1:6: "),
        (PLAN + "agnecy: H26\n", ":3:1: "),
        (PLAN + "agency: 26\n", ":3:9: "),
        (PLAN + "\tmode: strict\n", ":3:1: "),
    ],
)
def test_what_is_wrong_with_a_plan_is_told_with_its_place(plan: Path, text: str, place: str) -> None:
    plan.write_text(text, encoding="utf-8")
    ended = certify(plan, "--command", CLIENT)
    assert ended.returncode == 2
    assert f"{plan.name}{place}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_person_is_told_what_to_do_and_may_go_on_another_day(plan: Path) -> None:
    out = plan.parent / "lượt"
    stopped = certify(plan, "--attended", "--out", out, said="\n")
    assert stopped.returncode == 2
    assert "KN-00" in stopped.stderr
    for wanted in ("base_url", "mã hồ sơ", "họ và tên", "Gọi thử"):
        assert wanted in stopped.stdout
    address = next(line for line in stopped.stdout.splitlines() if "base_url" in line)
    assert address in certify(plan, "--attended", "--out", out, said="\n").stdout
    plan.write_text(PLAN + "mode: strict\n", encoding="utf-8")
    other = certify(plan, "--attended", "--out", out, said="\n")
    assert (other.returncode, "certify resume" in other.stderr) == (2, True)


def test_the_kits_and_their_tests_are_listed() -> None:
    assert "cong-ndxp" in certify("list").stdout
    assert "NDXP-TK-01" in certify("list", "cong-ndxp").stdout
    wrong = certify("list", "cong-nxdp")
    assert (wrong.returncode, "cong-ndxp" in wrong.stderr) == (2, True)


SPY = """\
import json, os, urllib.error, urllib.request
context = json.load(open(os.environ["NDXP_CERT_CONTEXT"], encoding="utf-8"))
base = context["base_url"].partition("/s/")[0]
try:
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(base + "/__admin/sandboxes")
except urllib.error.HTTPError as refused:
    raise SystemExit(0 if refused.code == 401 else 9)
raise SystemExit(8)
"""


def test_a_program_that_is_judged_cannot_look_behind_the_scenes(plan: Path) -> None:
    spy = plan.parent / "do_tham.py"
    spy.write_text(SPY, encoding="utf-8")
    ended = certify("preflight", plan, "--command", f"{sys.executable} {spy}")
    assert (ended.returncode, "KN-00" in ended.stderr) == (2, True), ended.stderr
    assert "NDXP_EMULATOR_ADMIN_TOKEN" not in os.environ


def test_a_misspelt_command_is_no_plan(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "emulator", "certify", "lst"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Did you mean list?" in ended.stderr


def test_a_port_that_somebody_has_is_named_and_nobody_waits(plan: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        ended = certify(plan, "--command", CLIENT, "--port", str(port))
    assert (ended.returncode, f"Không mở được cổng 127.0.0.1:{port}" in ended.stderr) == (2, True), ended.stderr
    assert "--port 0" in ended.stderr


INTERRUPTED = """\
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has it ignored
runpy.run_module("emulator", run_name="__main__", alter_sys=True)
"""


def test_a_run_that_is_broken_off_by_ctrl_c_says_how_to_go_on(plan: Path) -> None:
    out = plan.parent / "lượt"
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, "certify", plan, "--attended", "--out", out],
        cwd=ROOT,
        env=environment(NO_COLOR="1"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as running:
        told = iter(running.stdout or ())
        assert any("base_url" in line for line in told)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert (running.returncode, f"certify resume {out}" in said) == (130, True), said


@pytest.mark.parametrize("verb", [("list",), ("accept", "goi.zip"), ("withdraw", "x", "--reason", "y")])
def test_a_mistyped_folder_is_no_empty_ledger(tmp_path: Path, verb: tuple[str, ...]) -> None:
    made = certify("key", "new", "--out", tmp_path / "co-quan.pem")
    assert made.returncode == 0
    (tmp_path / "goi.zip").write_bytes(b"")
    words = [str(tmp_path / word) if word.endswith(".zip") else word for word in verb]
    ended = certify("authority", *words, "--ledger", tmp_path / "soo", "--key", tmp_path / "co-quan.pem")
    assert (ended.returncode, "soo" in ended.stderr, (tmp_path / "soo").exists()) == (2, True, False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--test", "NDXP-TK-99"), "gần nhất: “NDXP-TK-09”"),
        (("--group", "isue"), "gần nhất: “issue”"),
        (("--tset", "NDXP-TK-01"), "--test"),
        (("--port", "99999"), "65535"),
        (("--url", "ftp://x"), "--url phải là http(s)://"),
        (("--key", "PLAN"), "Không phải khóa bí mật PEM"),
        (("--challenge", "PLAN"), "Không phải tệp thử thách"),
    ],
    ids=["test", "group", "option", "port", "url", "key", "challenge"],
)
def test_a_word_that_is_wrong_is_told_before_anything_starts(plan: Path, words: tuple[str, str], said: str) -> None:
    asked = (plan if word == "PLAN" else word for word in words)
    ended = certify("run", plan, "--command", CLIENT, *asked)
    assert (ended.returncode, said in ended.stderr, "Traceback" in ended.stderr) == (2, True, False), ended.stderr
    assert not list(plan.parent.glob("*/*.zip"))


@pytest.mark.parametrize("how", ["byte order mark", "UTF-16"])
def test_a_plan_that_an_editor_of_windows_saved_is_read_or_told_so(plan: Path, how: str) -> None:
    code = "utf-8-sig" if how == "byte order mark" else "utf-16"
    plan.write_text(PLAN, encoding=code)
    ended = certify("preflight", plan, "--command", "khong-co-lenh-nay")
    assert (ended.returncode, ("KN-60" if code == "utf-8-sig" else "UTF-16") in ended.stderr) == (2, True), ended.stderr
