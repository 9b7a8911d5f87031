"""Each lesson is passed by its solution in every language at hand, and not by a careless client."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from emulator.classroom.lessons import Lesson, shipped_lessons
from emulator.classroom.solutions import LANGUAGES, program_of, values_of
from emulator.cli import main
from emulator.country.pack import Pack
from emulator.scenario.library import shipped_folder
from tests.builders import dossier, final_result, pull, step
from tests.classroom.test_classes_api import ask, opened, pull_token, started
from tests.examples.languages import LANGUAGES as RUNTIMES
from tests.examples.languages import compiled_by_mono
from tests.serving import Server

LESSONS = {each.id: each for each in shipped_lessons()}
RUN = {
    "curl": ["sh"],
    "python": RUNTIMES["python"].run[:1],
    "java": RUNTIMES["java"].run[:-1],
    "php": ["php"],
    "node": ["node"],
    "csharp": ["mono"],
}
_PATIENCE_S = 120


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "1") as running:
        yield running


class Seat:
    """A seat of a class of one, at one lesson."""

    def __init__(self, server: Server, name: str, *lessons: str) -> None:
        self.origin = server.base_url
        wish = {"name": name, "seats": 1, "lessons": lessons}
        made = requests.post(f"{self.origin}/__admin/classes", json=wish, timeout=10)
        assert made.status_code == 201, made.text
        self.card: dict[str, Any] = made.json()["seats"][0]
        self.base, self.name = self.card["base_url"], name
        self.admin = f"{self.origin}/__admin/sandboxes/{self.card['sandbox']}"
        self._token = ""

    def close(self) -> None:
        assert requests.delete(f"{self.origin}/__admin/classes/{self.name}", timeout=10).status_code == 200

    def view(self) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(f"{self.admin}/seat", timeout=10).json()
        return found

    def passed(self) -> list[str]:
        [lesson] = self.view()["lessons"]
        return [each["id"] for each in lesson["steps"] if each["passed"]]

    def do(self, what: str) -> requests.Response:
        return requests.post(f"{self.admin}/seat", json={"do": what}, timeout=10)

    def token(self) -> None:
        pair = self.card["credentials"]["production"]
        auth = (pair["consumer_key"], pair["consumer_secret"])
        reply = requests.post(f"{self.base}/token", data={"grant_type": "client_credentials"}, auth=auth, timeout=10)
        self._token = reply.json()["access_token"]

    def btxh(self, operation: str, body: dict[str, Any]) -> requests.Response:
        if not self._token:
            self.token()
        headers = {"Authorization": f"Bearer {self._token}"}
        return requests.post(f"{self.base}/apiBTXH/1.0/{operation}", json=body, headers=headers, timeout=10)

    def program(self, lesson: Lesson, language: str) -> str:
        card = self.card
        values = values_of(card["credentials"], card["sandbox"], self.origin, card["token"])
        return program_of(lesson, language, self.base, values)


@pytest.fixture
def seat(server: Server, request: pytest.FixtureRequest) -> Iterator[Seat]:
    """The test's parameter ``lesson`` says which."""
    lesson = request.getfixturevalue("lesson")
    made = Seat(server, f"lop-{abs(hash(request.node.name)):x}", lesson)
    yield made
    made.close()


def command(file: Path, language: str) -> list[str]:
    """Return what runs a program, compiled first where it must be."""
    return compiled_by_mono(file.parent, file) if language == "csharp" else [*RUN[language], str(file)]


def run(seat: Seat, lesson: Lesson, language: str, folder: Path) -> str:
    file = folder / LANGUAGES[language].file
    file.write_text(seat.program(lesson, language), encoding="utf-8")
    ended = subprocess.run(
        command(file, language),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_PATIENCE_S,
        check=False,
        cwd=folder,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended
    return ended.stdout


def test_there_are_eight_lessons_each_with_a_clause_three_hints_and_a_solution() -> None:
    assert len(LESSONS) == 8
    for lesson in LESSONS.values():
        assert len(lesson.hints) == 3
        assert lesson.source
        assert lesson.solution
        assert lesson.steps


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_solution_passes_the_lesson(seat: Seat, lesson: str, tmp_path: Path) -> None:
    said = run(seat, LESSONS[lesson], "python", tmp_path)
    assert seat.passed() == [each.id for each in LESSONS[lesson].steps], (said, seat.view()["missing"])


@pytest.mark.parametrize("language", RUN)
def test_every_language_passes_every_lesson(server: Server, language: str, tmp_path: Path) -> None:
    """One program with all solutions, since a runtime's start costs what a lesson does; the faults are armed first."""
    if RUNTIMES[language].missing:
        pytest.skip(f"{language}: không có / there is no `{RUNTIMES[language].missing}` on this machine")
    names = ["mang-loi", *(name for name in LESSONS if name != "mang-loi")]
    whole = replace(LESSONS["mang-loi"], solution=tuple(call for name in names for call in LESSONS[name].solution))
    seat = Seat(server, f"lop-{language}", *names)
    said = run(seat, whole, language, tmp_path)
    passed = {each["id"]: each["passed"] for each in seat.view()["lessons"]}
    assert passed == dict.fromkeys(names, True), (said, seat.view()["missing"])
    seat.close()


def twice_logged_in(seat: Seat) -> None:
    seat.token()
    for _ in range(2):
        seat.token()
        seat.btxh("DanhSachHoSo", pull())


def sends_a_number_for_a_date(seat: Seat) -> None:
    seat.btxh("DongBoDVC", dossier(MaHoSo="000.11.26.H26-261120-0201", NgayThangNamSinh="1960-03-15"))


def sends_the_same_again(seat: Seat) -> None:
    for _ in range(2):
        seat.btxh("DongBoDVC", dossier(MaHoSo="000.11.26.H26-261120-0301", MaTTHC="1.009999"))
        seat.view()
    seat.btxh("DongBoDVC", dossier(MaHoSo="000.11.26.H26-261120-0301"))


def forgets_the_paper(seat: Seat) -> None:
    code = "000.11.26.H26-261120-0401"
    seat.btxh("DongBoDVC", dossier(MaHoSo=code))
    seat.btxh("XuLyHoSo", step(MaHoSo=code))
    seat.btxh("DongBoDVC", final_result(MaHoSo=code, CertificateExtentData=dossier()["CertificateExtentData"]))


def leaves_the_weekend_out(seat: Seat) -> None:
    for first, last in (("01", "06"), ("09", "13"), ("16", "20")):
        window = {"ThoiGianBatDau": f"{first}/11/2026 00:00:00", "ThoiGianKetThuc": f"{last}/11/2026 23:59:59"}
        seat.btxh("DanhSachHoSo", pull(LoaiDuLieu="1", **window))


def gives_up_at_once(seat: Seat) -> None:
    seat.btxh("DongBoDVC", dossier(MaHoSo="000.11.26.H26-261120-0601"))


def calls_the_link_itself(seat: Seat) -> None:
    requests.get(f"{seat.base}/VXPAdapter/RestService/forward/download/124.pdf", timeout=10)


def grants_nobody(seat: Seat) -> None:
    wish = {
        "kind": "download",
        "path": "/tep/x",
        "caller": "VN:GOV:000.00.00.H22:hagiangvdxpsvc01",
        "providerurl": "https://dichvucong.hanoi.gov.vn",
    }
    requests.post(f"{seat.admin}/rehearsals", json=wish, timeout=10)


CARELESS = {
    "token": twice_logged_in,
    "ho-so-dau-tien": sends_a_number_for_a_date,
    "doc-tu-choi": sends_the_same_again,
    "tien-trinh-ket-qua": forgets_the_paper,
    "lay-khong-sot": leaves_the_weekend_out,
    "mang-loi": gives_up_at_once,
    "tim-tai-giay-to": calls_the_link_itself,
    "lam-ben-cung-cap": grants_nobody,
}


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_careless_client_does_not_pass(seat: Seat, lesson: str) -> None:
    CARELESS[lesson](seat)
    view = seat.view()
    assert len(seat.passed()) < len(LESSONS[lesson].steps)
    assert view["missing"]


def test_what_a_step_forbids_spoils_it_until_it_is_begun_again(server: Server, tmp_path: Path) -> None:
    seat = Seat(server, "lop-hong", "token")
    twice_logged_in(seat)
    assert (seat.passed(), seat.view()["spoilt"]) == (["xin-token"], True)
    assert seat.do("again").json()["spoilt"] is False
    for _ in range(2):
        seat.btxh("DanhSachHoSo", pull())
    assert seat.passed() == ["xin-token", "dung-lai"]
    seat.close()


def test_validate_names_the_place_of_what_is_wrong_in_a_lesson(tmp_path: Path) -> None:
    folder = tmp_path / "lessons"
    folder.mkdir()
    good = (shipped_folder() / "lessons" / "token.yaml").read_text(encoding="utf-8")
    for name, (before, after, line, said) in {
        "dich-vu": ("operation: ndxp.token, outcome", "operation: ndxp.tokne, outcome", 18, "nearest: 'ndxp.token'"),
        "tu": ("outcome: answered}\n  - id", "outcom: answered}\n  - id", 18, "outcome"),
        "lan": ("at_most: 0", "at_most: -1", 26, "whole numbers"),
        "goi-y": ("hints:", "hint:", 27, "hints"),
        "kiem-tra": ("    verify:\n      - {operation: ndxp.token, outcome: answered}",
                     "    checks:\n      - {check: all-listd}", 18, "all-listed"),
        "thieu": ("    verify:\n      - {operation: ndxp.token, outcome: answered}",
                  "    checks:\n      - {check: serves-its-file}", 18, "serves-its-files"),
    }.items():  # fmt: skip
        file = folder / f"{name}.yaml"
        assert before in good
        file.write_text(good.replace(before, after, 1).replace("id: token\n", f"id: {name}\n", 1), encoding="utf-8")
        found = CliRunner().invoke(main, ["validate", str(file)])
        assert found.exit_code == 2, name
        assert any(f"{file}:{line}:" in each and said in each for each in found.output.splitlines()), (
            name,
            found.output,
        )
    assert CliRunner().invoke(main, ["validate", str(shipped_folder() / "lessons")]).exit_code == 0


def test_a_lesson_of_ones_own_is_given_to_a_server_and_chosen_by_a_class(tmp_path: Path, co_ban: Pack) -> None:
    folder = tmp_path / "bai"
    (folder / "lessons").mkdir(parents=True)
    text = (shipped_folder() / "lessons" / "token.yaml").read_text(encoding="utf-8")
    own, wrong = folder / "lessons" / "cua-toi.yaml", folder / "lessons" / "sai.yaml"
    own.write_text(text.replace("id: token\n", "id: cua-toi\n", 1), encoding="utf-8")
    wrong.write_text(text.replace("id: token\n", "id: sai\n", 1).replace("minutes", "phut", 1), encoding="utf-8")
    server = started(tmp_path / "store.db", co_ban, scenarios=(folder,))
    seat = opened(server, lessons=["cua-toi", "ho-so-dau-tien"])["seats"][0]
    pull_token(server, seat)
    view = ask(server, "GET", "/sandboxes/lop-01/seat").json
    assert (view["lesson"], view["step"]) == ("cua-toi", "dung-lai")
    refused = ask(server, "POST", "/classes", json={"name": "khac", "seats": 1, "lessons": ["sai"]}).json
    assert "sai.yaml:" in refused["errors"][0]["en"]
    own.unlink()
    view = ask(server, "GET", "/sandboxes/lop-01/seat").json
    assert (view["lesson"], [each["id"] for each in view["lessons"]]) == ("ho-so-dau-tien", ["ho-so-dau-tien"])
    server.country.store.close()
