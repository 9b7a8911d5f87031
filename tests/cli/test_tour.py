"""``tour``: three minutes in the terminal, in one language, in a sandbox that is gone afterwards."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys

import pytest
import requests

from tests.serving import ROOT, Server, environment, hearing_ctrl_c

TOUR = (sys.executable, "-m", "emulator", "tour")
SEEN = ("HTTP 200", "Đồng bộ dữ liệu thành công", "B69", "fault:reply-lost", "HTTP 401", "/__console/s/tham-quan-")
TITLES = {
    "vi": (
        "Lấy token",
        "Gửi một hồ sơ",
        "Bị từ chối, và vì sao",
        "Đường truyền đứt",
        "Đi tới hai giờ sau",
        "Xem bằng mắt",
    ),
    "en": ("Get a token", "Push a dossier", "Refused, and why", "The line breaks", "Two hours later", "See it by eye"),
}


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    asked = [*TOUR, *words]
    return subprocess.run(
        asked,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def tours_on(server: Server) -> list[str]:
    answer = requests.get(f"{server.base_url}/__admin/sandboxes", timeout=10).json()
    names = [each["id"] for each in answer["sandboxes"]]
    assert "default" in names
    return [name for name in names if name.startswith("tham-quan")]


@pytest.mark.parametrize(
    ("words", "lang", "language"), [((), "en_US.UTF-8", "en"), (("--lang", "vi"), "en_US.UTF-8", "vi")]
)
def test_push_refusal_fault_and_time_are_shown_in_one_language(
    words: tuple[str, ...], lang: str, language: str
) -> None:
    ended = run(*words, LANG=lang)
    assert (ended.returncode, ended.stderr) == (0, "")
    places = [ended.stdout.find(f"{number}/6 {title}") for number, title in enumerate(TITLES[language], 1)]
    assert -1 not in places
    assert places == sorted(places)
    assert [sign for sign in SEEN if sign not in ended.stdout] == []
    other = TITLES["vi" if language == "en" else "en"]
    assert [title for title in other if title in ended.stdout] == []
    before, after = re.findall(r"T(\d\d):", next(line for line in ended.stdout.splitlines() if " → 20" in line))
    assert (int(before) + 2) % 24 == int(after)


def test_on_a_running_server_the_tour_leaves_nothing_behind(server: Server) -> None:
    ended = run("--url", server.base_url)
    assert ended.returncode == 0, ended.stderr
    assert tours_on(server) == []


def test_ctrl_c_between_two_stops_ends_the_tour_and_removes_its_sandbox(server: Server) -> None:
    ours, theirs = pty.openpty()
    asked = [*TOUR, "--url", server.base_url, "--lang", "en"]
    with hearing_ctrl_c():
        tour = subprocess.Popen(asked, env=environment(), stdin=theirs, stdout=subprocess.PIPE, cwd=ROOT)
    os.close(theirs)
    assert tour.stdout is not None
    seen = next(line for line in tour.stdout if b"Enter" in line)
    tour.send_signal(signal.SIGINT)
    tour.stdout.read()
    assert (tour.wait(60), b"go on" in seen) == (130, True)
    tour.stdout.close()
    os.close(ours)
    assert tours_on(server) == []


def test_an_address_where_nobody_answers_is_said_in_one_sentence() -> None:
    ended = run("--url", "http://127.0.0.1:1")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
