"""A roster is read as people have it, or refused by its lines: at the command line, before any server is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.classroom.roster import BadRoster, labels_of, read_roster

BOM = "\ufeff".encode()
LONG = "Tôn Nữ " + "Thị Không Có Thật " * 3  # 61 letters with its blanks


def written(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "lop.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(tmp_path: Path, content: bytes | str) -> list[tuple[int, str]]:
    with pytest.raises(BadRoster) as trouble:
        read_roster(written(tmp_path, content))
    return [(each.line, each.en) for each in trouble.value.problems]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (
            BOM + "STT;Họ và tên;Đơn vị\r\n1;Nguyễn Văn A;Sở\r\n2;Trần Thị B;Sở\r\n".encode(),
            ["Nguyễn Văn A", "Trần Thị B"],
        ),
        ("Nguyễn Văn A\nTrần Thị B\n", ["Nguyễn Văn A", "Trần Thị B"]),
        ("1,Nguyễn Văn A,Sở A\n2,Trần Thị B,Sở B", ["Nguyễn Văn A", "Trần Thị B"]),
        ("STT\tHọ tên\n1\tNguyễn Văn A\n".encode("utf-16"), ["Nguyễn Văn A"]),
        ("sep=;\nhọ;tên\nNguyễn Văn;A\n", ["Nguyễn Văn A"]),
        ('name,unit\n"Nguyễn, Văn A",x\n', ["Nguyễn, Văn A"]),
        ("Lan\n\n;;\nLan\n", ["Lan", "Lan"]),
        (LONG.encode("utf-8") + b"\n", [LONG.strip()]),
        ("Tên\nNguye\u0302\u0303n  Va\u0306n\u00a0A\n", ["Nguyễn Văn A"]),
        ("no,đơn vị,email,tên\n1,Sở,a@example.vn,Lê C\n", ["Lê C"]),
    ],
    ids=["excel", "bare", "commas", "utf-16", "sep", "quoted", "one-word", "sixty", "decomposed", "last-column"],
)
def test_names_are_read_however_the_file_was_saved(tmp_path: Path, content: bytes | str, names: list[str]) -> None:
    assert read_roster(written(tmp_path, content)) == names


def test_two_of_a_name_are_told_apart() -> None:
    assert labels_of(["Lan", "LAN", "Minh", "Lan"]) == ["Lan", "LAN (2)", "Minh", "Lan (3)"]


def test_every_line_that_is_wrong_is_named(tmp_path: Path) -> None:
    content = f"STT;Họ và tên\n1;Lê A\n2;\n3;12345\n4;{'x' * 101}\n5;Lê\u200bB\n"
    assert [line for line, _ in refused(tmp_path, content)] == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("content", "line", "word"),
    [
        ("", 1, "no name"),
        ("\n;;\n", 1, "no name"),
        (b"PK\x03\x04 a workbook", 1, "CSV UTF-8"),
        ("Lê A\nTrần ".encode() + b"\xd4\xda\n", 2, "not UTF-8"),
        ('Lê A\n"Trần B\n', 2, "broken quotes"),
        ("".join(f"Người {n}x\n" for n in range(201)), 201, "200"),
    ],
    ids=["empty", "blank", "workbook", "old-letters", "quotes", "too-many"],
)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(
    tmp_path: Path, content: bytes | str, line: int, word: str
) -> None:
    [(found, said)] = refused(tmp_path, content)
    assert (found, word in said) == (line, True), said
