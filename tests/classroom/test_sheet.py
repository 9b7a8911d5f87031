"""The sheet of a class is a PDF whose every seat has its name, its code, its keys and a QR code that leads there."""

from __future__ import annotations

import io
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
import segno
from click.testing import CliRunner, Result
from pypdf import PdfReader

from emulator.classroom.sheet import sheet_of
from emulator.cli import main
from tests.classroom.test_class_command import TOKEN, room, run, server  # noqa: F401
from tests.serving import Server

LONG = "Công Tằng Tôn Nữ " * 5


def seat(number: int, person: str) -> dict[str, Any]:
    code = "abcd-efgh-jkmn-pqrs"
    return {
        "number": number,
        "person": person,
        "code": code,
        "join": f"http://192.168.1.20:8080/__console/join#{code}",
        "base_url": f"http://192.168.1.20:8080/s/lop-{number:02d}",
        "credentials": {"production": {"consumer_key": "KhoaCongKhai", "consumer_secret": "BiMat"}},
    }


def test_forty_seats_are_five_pages_with_everything_that_is_needed() -> None:
    people = [LONG.strip(), "Lan", *(f"Người Không Có Thật {n}" for n in range(38))]
    made = {"title": "Lớp sáng", "opened": "2026-11-30T08:00:00+07:00"}
    made |= {"seats": [seat(number, name) for number, name in enumerate(people, 1)]}
    pdf = PdfReader(io.BytesIO(sheet_of(made, "vi")))
    assert len(pdf.pages) == 5
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))
    for name in people:
        assert name in text, name
    for words in ("http://192.168.1.20:8080/__console/join", "abcd-efgh-jkmn-pqrs", "KhoaCongKhai", "BiMat", "chỗ 40"):
        assert words.replace(" ", "") in text.replace(" ", ""), words
    dark = sum(map(sum, segno.make(made["seats"][0]["join"], error="m").matrix))
    assert pdf.pages[0].get_contents().get_data().count(b" re f") == 8 * dark
    assert "seat 40" in PdfReader(io.BytesIO(sheet_of(made, "en"))).pages[4].extract_text()


def test_the_sheet_is_printed_from_the_keys_and_new_codes_end_the_old(server: Server, room: Path) -> None:  # noqa: F811
    def sheet(*words: str) -> Result:
        return run(server, "sheet", "lop-in", *words)

    assert run(server, "open", "Lớp sáng 1.csv", "--name", "lop-in", "--host", "127.0.0.1").exit_code == 0
    assert sheet().exit_code == 0
    file, keys = room / "lop-in-phieu.pdf", room / "lop-in.class.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    old = json.loads(keys.read_text(encoding="utf-8"))["seats"][0]["code"]
    assert old in PdfReader(file).pages[0].extract_text()
    refused = sheet("--new-codes")
    assert (refused.exit_code, "--force" in refused.stderr) == (2, True)
    assert json.loads(keys.read_text(encoding="utf-8"))["seats"][0]["code"] == old
    keys.unlink()
    assert "--new-codes" in sheet("--force").stderr
    assert sheet("--new-codes", "--force", "--host", "127.0.0.1").exit_code == 0
    new = json.loads(keys.read_text(encoding="utf-8"))["seats"][0]["code"]
    assert new != old
    assert new in PdfReader(file).pages[0].extract_text()
    assert run(server, "close", "lop-in").exit_code == 0


@pytest.mark.parametrize("content", ["{}", "[]", "không phải JSON", '{"seats": [{}]}'])
def test_a_file_that_holds_no_keys_is_refused(tmp_path: Path, content: str) -> None:
    (file := tmp_path / "x.json").write_text(content, encoding="utf-8")
    words = ["class", "sheet", "lop", "--keys", str(file), "--admin-token", TOKEN]
    assert CliRunner().invoke(main, words).exit_code == 2
