"""An authority's ledger: what it handed out, what it took, what it withdrew; by the command line, as it is used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.certification.bundle.archive import unzip_files
from emulator.certification.bundle.pack import pack
from emulator.certification.challenge import receive_challenge
from tests.certification.packed import KIT, bundle, certify, keys, played


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The authority's folder: its key, the vendor's public key."""
    (tmp_path / "co-quan.pem").write_bytes(keys()["authority"].pem())
    (tmp_path / "don-vi.pub.pem").write_text(keys()["vendor"].public.pem)
    return tmp_path


def ask(desk: Path, verb: str, *words: object) -> Any:
    return certify("authority", verb, *words, "--ledger", desk / "so", "--key", desk / "co-quan.pem")


def issue(desk: Path, *more: object) -> Any:
    said = ("--authority", "Cơ quan A", "--kit", KIT, "--product", "Một cửa mẫu", "--vendor", "Đơn vị mẫu")
    return ask(desk, "issue", *said, "--vendor-key", desk / "don-vi.pub.pem", "--out", desk / "tt.json", *more)


def answer(desk: Path, name: str, **plan: Any) -> Path:
    """Play an attempt for the challenge on the desk, and return its bundle."""
    raw = (desk / "tt.json").read_bytes()
    evidence, _, _ = played(raw, **plan)
    path = desk / name
    path.write_bytes(pack(evidence, key=keys()["vendor"], signed_challenge=raw))
    return path


def test_a_challenge_is_used_once_and_the_ledger_remembers_by_what(desk: Path) -> None:
    said = issue(desk)
    assert said.exit_code == 0, said.output
    challenge = receive_challenge((desk / "tt.json").read_bytes()).challenge
    assert (challenge.vendor_key, challenge.attempts) == (keys()["vendor"].public.id, 1)
    first, second = answer(desk, "mot.zip"), answer(desk, "hai.zip", place="Nơi khác")
    taken = ask(desk, "accept", first)
    assert taken.exit_code == 0, taken.output
    assert ask(desk, "accept", first).exit_code == 0, "the same bundle may be shown again"
    again = ask(desk, "accept", second)
    assert again.exit_code == 4
    assert f"Thử thách {challenge.serial} đã dùng hết 1 lượt" in again.output
    listed = ask(desk, "list").output
    assert (listed.count(challenge.serial), listed.count("đã nhận gói")) == (2, 1)

    withdrawn = ask(desk, "withdraw", challenge.serial, "--reason", "Dữ liệu sai")
    assert withdrawn.exit_code == 0, withdrawn.output
    asked = ("verify", first, "--revocations", desk / "so" / "thu-hoi.dsse.json")
    late = certify(*asked)
    assert (late.exit_code, "ĐÃ BỊ THU HỒI" in late.output, "Dữ liệu sai" in late.output) == (1, True, True)
    assert "GÓI THẬT, KHÔNG DỰA VÀO ĐƯỢC" in late.output.splitlines()[0]
    assert certify("verify", first).exit_code == 0, "who does not ask the authority is not told"
    assert ask(desk, "withdraw", challenge.serial, "--reason", "x").exit_code == 2, "once is enough"


def test_a_challenge_the_authority_never_wrote_down_is_told_so(desk: Path) -> None:
    assert issue(desk).exit_code == 0
    (desk / "la.zip").write_bytes(bundle("L2"))
    said = ask(desk, "accept", desk / "la.zip")
    assert (said.exit_code, "Sổ không có thử thách này" in said.output) == (4, True)


def test_a_ledger_that_lacks_a_line_or_has_another_is_not_believed(desk: Path) -> None:
    for _ in range(3):
        assert issue(desk, "--force").exit_code == 0
    _, second, third = sorted((desk / "so").iterdir())
    content = second.read_bytes()
    second.unlink()
    assert (said := ask(desk, "list")).exit_code == 4
    assert "sổ bị thiếu" in said.output
    second.write_bytes(content.replace(b'"payload":"e', b'"payload":"f'))
    assert ask(desk, "list").exit_code == 4
    second.write_bytes(content)
    assert ask(desk, "list").exit_code == 0
    third.unlink()
    assert ask(desk, "list").exit_code == 0, "that the newest line is gone only a copy can show"
    (desk / "co-quan.pem").write_bytes(keys()["stranger"].pem())
    assert ask(desk, "list").exit_code == 4


def test_a_withdrawal_that_was_stopped_before_the_list_is_told_and_done_again(desk: Path) -> None:
    assert issue(desk).exit_code == 0
    serial = receive_challenge((desk / "tt.json").read_bytes()).challenge.serial
    assert ask(desk, "withdraw", serial, "--reason", "Dữ liệu sai").exit_code == 0
    listed = desk / "so" / "thu-hoi.dsse.json"
    assert "chưa có trong danh sách" not in ask(desk, "list").output
    listed.unlink()  # as Ctrl-C between the ledger and the list leaves it
    assert f"{serial}: chưa có trong danh sách thu hồi" in ask(desk, "list").output
    again = ask(desk, "withdraw", serial, "--reason", "Dữ liệu sai")
    assert (again.exit_code, listed.exists()) == (0, True)
    assert "chưa có trong danh sách" not in ask(desk, "list").output
    assert ask(desk, "list").output.count(serial) == 2, "issued and withdrawn, once each"
    assert ask(desk, "withdraw", serial, "--reason", "Dữ liệu sai").exit_code == 2


def test_a_list_of_withdrawals_by_somebody_else_counts_for_nothing(desk: Path) -> None:
    assert issue(desk).exit_code == 0
    serial = receive_challenge((desk / "tt.json").read_bytes()).challenge.serial
    assert ask(desk, "withdraw", serial, "--reason", "Thử").exit_code == 0
    theirs = desk / "so" / "thu-hoi.dsse.json"
    told = json.loads(theirs.read_bytes())
    (desk / "goi.zip").write_bytes(bundle("L2"))
    assert certify("verify", desk / "goi.zip", "--revocations", theirs).exit_code == 0
    theirs.write_text(json.dumps(told | {"payload": told["payload"][:-4] + "AAA="}))
    assert certify("verify", desk / "goi.zip", "--revocations", theirs).exit_code == 2
    (desk / "l0.zip").write_bytes(bundle("L0"))
    assert ask(desk, "withdraw", "khong-co", "--reason", "x").exit_code == 2


def test_what_is_missing_or_wrong_in_an_issue_is_named(desk: Path) -> None:
    assert "cong-ndxp" in issue(desk, "--kit", "cong-nxdp").output
    assert "--serial" in issue(desk, "--serial", "a b").output
    assert "--product" in issue(desk, "--product", " ").output
    assert issue(desk).exit_code == 0
    assert issue(desk).exit_code == 2, "a challenge is not overwritten"
    serial = receive_challenge((desk / "tt.json").read_bytes()).challenge.serial
    assert issue(desk, "--force", "--serial", serial).exit_code == 2
    assert len(list((desk / "so").iterdir())) == 1


def test_a_challenge_for_another_product_opens_no_attempt(desk: Path) -> None:
    assert issue(desk, "--product", "Phần mềm khác").exit_code == 0
    with pytest.raises(AssertionError, match="Phần mềm khác"):
        answer(desk, "khac.zip")
    assert form_of(bundle("L2")), "with its own it does"


def form_of(raw: bytes) -> list[str]:
    return sorted(unzip_files(raw))
