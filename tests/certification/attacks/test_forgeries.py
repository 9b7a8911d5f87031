"""Every forgery is told in words what it is; what a level cannot see is shown, too."""

from __future__ import annotations

import gzip
import io
import json
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from emulator.certification import kit_reader
from emulator.certification.authority import AuthorityLedger
from emulator.certification.bundle import archive
from emulator.certification.bundle.archive import unzip_files, zip_files
from emulator.certification.bundle.finding import Point
from emulator.certification.bundle.levels import OLDER, PAGES, PAGES_IN_ENGLISH, manifest, pages, sums
from emulator.certification.bundle.pack import derive_files, pack
from emulator.certification.bundle.replay import replay_points
from emulator.certification.bundle.verify import Trust, verify
from emulator.certification.challenge import receive_challenge, sign_challenge
from emulator.cli.in_process import replay_host
from tests.certification.attacks.forging import Line, forged_journal, lines_of, rebuilt, rewrite, said_of, under
from tests.certification.packed import KIT, bundle, challenge_file, challenge_for, keys, played

OLD = gzip.decompress((Path(__file__).parent / "bundle-form-1.zip.gz").read_bytes())
PUSH = "btxh.DongBoDVC"


def first_push(lines: list[Line]) -> Line:
    return next(line for line in lines if line["operation"] == PUSH and line["outcome"] == "answered")


def test_the_bundle_the_forgeries_are_made_from_is_genuine() -> None:
    assert said_of(bundle("L2")) == (0, {})
    assert said_of(rebuilt(unzip_files(bundle("L2")))) == (0, {}), "the forger's tools alone change nothing"


def test_an_edited_request_is_not_what_this_country_answered() -> None:
    def edited(lines: list[Line]) -> list[Line]:
        push = first_push(lines)
        told = json.loads(push["request"]["body"])
        push["request"]["body"] = json.dumps(told | {"HoVaTen": "TÊN KHÁC"}, ensure_ascii=False)
        return lines

    code, wrong = said_of(forged_journal(edited))
    assert (code, set(wrong)) == (4, {"replay"}), wrong
    number = lines_of(unzip_files(bundle("L2"))).index(first_push(lines_of(unzip_files(bundle("L2"))))) + 1
    assert f"#{number} " in wrong["replay"]
    assert "không phải điều trình giả lập này đã làm" in wrong["replay"]


def test_an_edited_reply_is_not_what_this_country_answered() -> None:
    def edited(lines: list[Line]) -> list[Line]:
        refused = next(line for line in lines if line["response"]["status"] == 401)
        refused["response"]["status"], refused["outcome"] = 200, "answered"
        return lines

    code, wrong = said_of(forged_journal(edited))
    assert (code, "replay" in wrong) == (4, True)


def test_an_exchanged_pdf_or_page_is_not_the_reports() -> None:
    files = unzip_files(bundle("L2"))
    report = archive.object_in(files[archive.REPORT])
    report["plan"]["product"]["name"] = "Phần mềm khác"
    other = pages(archive.pretty(report))
    assert set(other) == {*PAGES, *PAGES_IN_ENGLISH}
    assert not set(other) - set(files)
    for name in other:
        code, wrong = said_of(rebuilt({**files, name: other[name]}, judges=False))
        assert (code, set(wrong)) == (4, {"pages"})
        assert f"không phải trang của báo cáo này: {name}" in wrong["pages"]


def test_a_run_under_another_challenge_does_not_follow_from_it() -> None:
    other = challenge_for(keys()["vendor"], "cong-ndxp-20261120-0002")
    files = unzip_files(bundle("L2"))
    under(files, other, sign_challenge(other, keys()["authority"]))
    code, wrong = said_of(rebuilt(files))
    assert (code, {"tasks", "replay"} <= set(wrong)) == (4, True), wrong
    assert "dòng nhật ký #" in wrong["tasks"].lower()


def test_an_older_run_does_not_answer_the_challenge_that_is_demanded() -> None:
    other = challenge_for(keys()["vendor"], "cong-ndxp-20261120-0002")
    code, wrong = said_of(bundle("L2"), challenge=other)
    assert (code, set(wrong)) == (4, {"binding"})
    assert "cong-ndxp-20261120-0001, không phải cong-ndxp-20261120-0002" in wrong["binding"]
    assert said_of(bundle("L2"), challenge=receive_challenge(challenge_file()).challenge) == (0, {})


def test_renamed_people_are_not_those_of_the_challenge() -> None:
    files = unzip_files(bundle("L2"))
    begun = next(line for line in lines_of(files) if line["operation"] == "certification.begun")
    name = json.loads(begun["request"]["body"])["task"]["dossiers"][0]["applicant"]["full_name"]
    text = files[archive.JOURNAL].decode()
    assert text.count(name) > 2
    rewrite(files, [json.loads(line) for line in text.replace(name, "Trần Thị Khác").splitlines()])
    code, wrong = said_of(rebuilt(files))
    assert (code, "tasks" in wrong) == (4, True)


def test_a_journal_with_calls_cut_out_that_had_consequences_is_not_what_happened() -> None:
    """Calls that changed nothing for those after them leave a whole conversation behind: a replay does not see that."""

    def shortened(lines: list[Line]) -> list[Line]:
        kept = [line for line in lines if not (line.get("faults") and line["response"]["status"] >= 400)]
        assert len(kept) < len(lines)
        return kept

    code, wrong = said_of(forged_journal(shortened))
    assert (code, "replay" in wrong) == (4, True)


def test_a_journal_cut_off_at_its_end_is_told_so_and_proves_nothing() -> None:
    files = unzip_files(bundle("L2"))
    rewrite(files, lines_of(files)[:-1])
    found = verify(rebuilt(files), Trust(hosts=replay_host))
    assert found.exit_code == 3
    assert any("phần cuối đã bị cắt" in point.vi for point in found.points if point.state == "open")


def test_a_zip_packed_again_is_told_to_be_the_same_content_in_another_container() -> None:
    for how in (ZIP_DEFLATED, None):
        target = io.BytesIO()
        with ZipFile(target, "w") as archive:
            for name, content in unzip_files(bundle("L2")).items():
                archive.writestr(name, content, how)
        code, wrong = said_of(target.getvalue())
        assert (code, set(wrong)) == (4, {"archive"})
        assert "Cùng nội dung, khác vỏ" in wrong["archive"]
        assert "same content, other container" in wrong["archive"]


def test_a_challenge_for_another_key_does_not_help_whoever_found_it() -> None:
    files = unzip_files(bundle("L2"))
    files[archive.VENDOR_KEY] = keys()["stranger"].public.pem.encode()
    raw = rebuilt(files, keys()["stranger"])
    code, wrong = said_of(raw, vendor=None)
    assert (code, set(wrong)) == (4, {"binding"})
    assert keys()["vendor"].public.id[:16] in wrong["binding"]
    assert "attestation" in said_of(raw)[1], "and whoever knows the vendor's key sees whose it is"


def test_a_challenge_for_another_product_does_not_help() -> None:
    other = challenge_for(keys()["vendor"], product="Phần mềm khác")
    files = unzip_files(bundle("L2"))
    under(files, other, sign_challenge(other, keys()["authority"]))
    assert "Phần mềm khác" in said_of(rebuilt(files))[1]["binding"]


def test_a_challenge_that_names_nobody_is_no_l2() -> None:
    other = challenge_for(keys()["vendor"], vendor_key="")
    files = unzip_files(bundle("L2"))
    under(files, other, sign_challenge(other, keys()["authority"]))
    assert "ai cũng dùng được" in said_of(rebuilt(files))[1]["binding"]


def test_a_bundle_of_the_older_form_is_told_apart_and_verified_by_its_own_rules() -> None:
    found = verify(OLD, Trust(hosts=replay_host))
    states = {point.name: point.state for point in found.points}
    assert (states.pop("edition"), states.pop("validity")) == ("open", "void"), (
        "the kits have another major version now"
    )
    assert {name: state for name, state in states.items() if state not in ("good", "note")} == {}
    assert (found.is_genuine, found.exit_code, found.level) == (True, 1, "L2"), "what has expired counts no longer"
    assert any("Gói dạng cũ (1)" in point.vi for point in found.points)
    changed = unzip_files(OLD)
    changed[archive.JOURNAL] = changed[archive.JOURNAL].replace(b'"status":401', b'"status":200', 1)
    assert verify(zip_files(changed)).exit_code == 4


def test_a_forger_gains_nothing_by_calling_a_new_bundle_an_old_one() -> None:
    files = unzip_files(bundle("L0"))
    report = archive.object_in(files[archive.REPORT])
    report["conclusion"] = {"word": "pass", "vi": "đạt", "en": "passed"}
    files[archive.REPORT] = archive.pretty(report)
    files[archive.SUMS] = sums(files)
    files[archive.MANIFEST] = manifest(files, OLDER)
    found = verify(zip_files(files), Trust(hosts=replay_host))
    assert found.exit_code == 3, "an older form is never a pass"


def test_a_forger_gains_nothing_by_naming_another_version_as_the_judge() -> None:
    files = unzip_files(bundle("L2"))
    report = archive.object_in(files[archive.REPORT])
    report["emulator"] = {"version": "9.9", "judge": "sha256:" + "0" * 64}
    report["tests"][0]["verdict"] = "fail"
    files[archive.REPORT] = archive.pretty(report)
    found = verify(rebuilt(files, judges=False), Trust(hosts=replay_host))
    assert found.exit_code == 3
    assert any("dùng đúng bản" in point.vi or "bằng đúng bản" in point.vi for point in found.points)


STRANGE = "[sha256:" + "5e" * 32 + "]"


def test_a_token_that_nobody_gave_opens_nothing_when_the_attempt_is_played_again() -> None:
    """A push that was answered is claimed to have come with a secret this country never issued."""

    def edited(lines: list[Line]) -> list[Line]:
        push = [line for line in lines if line["operation"] == PUSH and line["outcome"] == "answered"][-1]
        push["request"]["headers"] = [
            [name, f"Bearer {STRANGE}" if name.lower() == "authorization" else value]
            for name, value in push["request"]["headers"]
        ]
        return lines

    code, wrong = said_of(forged_journal(edited))
    assert (code, set(wrong)) == (4, {"replay"}), wrong
    assert "không phải điều trình giả lập này đã làm" in wrong["replay"]


def pushed(line: Line) -> bool:
    return bool(line["operation"] == PUSH and line["outcome"] == "answered")


def replayed(change: Callable[[Line], Line], evidence: Mapping[str, Any] | None = None) -> dict[str, Point]:
    """What a replay alone says when the first push that was answered is told otherwise."""
    files = unzip_files(pack(evidence) if evidence else bundle("L0"))
    lines = lines_of(files)
    at = next(place for place, line in enumerate(lines) if pushed(line))
    rewrite(files, [*lines[:at], change(lines[at]), *lines[at + 1 :]])
    return {point.name: point for point in replay_points(files, replay_host)}


def in_request(**words: Any) -> Callable[[Line], Line]:
    return lambda line: line | {"request": line["request"] | words}


def without_body(line: Line) -> Line:
    return line | {"request": {name: value for name, value in line["request"].items() if name != "body"}}


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line | {"response": line["response"] | {"body": STRANGE}},
        lambda line: line | {"remarks": [{**each, "rule": STRANGE} for each in line["remarks"]] or [STRANGE]},
        lambda line: line | {"clause": STRANGE},
        in_request(target="/apiBTXH/1.0/XuLyHoSo"),
        without_body,
    ],
    ids=["reply", "remarks", "clause", "address", "body left out"],
)
def test_what_is_hidden_stands_only_where_a_secret_stood(change: Callable[[Line], Line]) -> None:
    assert replayed(change)["replay"].state == "bad"


def test_a_hidden_person_whom_no_task_named_leaves_the_bundle_incomplete() -> None:
    evidence, _, _ = played(redaction="identity")

    def renamed(line: Line) -> Line:
        told = json.loads(line["request"]["body"])
        return in_request(body=json.dumps(told | {"HoVaTen": STRANGE}, ensure_ascii=False))(line)

    assert replayed(lambda line: line, evidence)["replay"].state == "good"
    points = replayed(renamed, evidence)
    assert points["not-replayed"].state == "open", "and with an open point a bundle is not complete: exit code 3"
    assert "dữ liệu cá nhân bị che" in points["not-replayed"].vi


def shifted(lines: list[Line], span: timedelta, of: slice) -> list[Line]:
    """The machine's clock as somebody says it was; the virtual one stays."""
    for line in lines[of]:
        line["wall"] = (datetime.fromisoformat(line["wall"]) + span).isoformat()
    return lines


def test_an_end_that_is_still_to_come_makes_no_certificate_last_longer() -> None:
    late = forged_journal(lambda lines: shifted(lines, timedelta(days=300), slice(-1, None)))
    code, wrong = said_of(late)
    assert (code, set(wrong)) == (1, {"validity"})
    assert "sau giờ máy này" in wrong["validity"]


def test_a_clock_that_goes_back_leaves_open_when_it_ran() -> None:
    back = forged_journal(lambda lines: shifted(lines, timedelta(days=-20), slice(10, 11)))
    found = verify(back, Trust(hosts=replay_host))
    told = {point.name: point.vi for point in found.points if point.state == "open"}
    assert (found.exit_code, set(told)) == (3, {"clock"})
    assert "Giờ máy lùi lại ở dòng #11" in told["clock"]


def test_a_kit_of_ones_own_is_no_pass_unless_an_authority_named_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever makes every test advice passes his own kit; what it demanded nobody but its authority vouches for."""
    for each in kit_reader.shipped_kits().glob("*.yaml"):
        own = "# Bộ của riêng tôi\n" if each.stem == KIT else ""
        (tmp_path / each.name).write_text(each.read_text(encoding="utf-8") + own, encoding="utf-8")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(kit_reader, "shipped_kits", lambda: tmp_path)
        signed = sign_challenge(challenge_for(keys()["vendor"]), keys()["authority"])
        evidence, _, _ = played(signed)
        raw = pack(evidence, key=keys()["vendor"], signed_challenge=signed)
    alone = verify(raw, Trust(hosts=replay_host))
    assert (alone.exit_code, [point.name for point in alone.points if point.state == "open"]) == (3, ["kit"])
    vouched = verify(raw, Trust(authority=keys()["authority"].public, hosts=replay_host))
    assert vouched.exit_code == 0
    assert "cơ quan ra thử thách nêu đúng bộ ấy" in next(each.vi for each in vouched.points if each.name == "kit")


def with_entry(name: str, content: bytes, mode: int) -> bytes:
    target = io.BytesIO(bundle("L2"))
    with warnings.catch_warnings(), ZipFile(target, "a") as zipped:
        warnings.simplefilter("ignore", UserWarning)  # a second file of the same name is the very attack
        about = ZipInfo(name)
        about.create_system, about.external_attr = 3, mode << 16
        zipped.writestr(about, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "mode", "said"),
    [
        ("../report.json", 0o100644, "Tên tệp không được phép"),
        ("/etc/report.json", 0o100644, "Tên tệp không được phép"),
        ("kit/../../report.json", 0o100644, "Tên tệp không được phép"),
        ("báo-cáo.json", 0o100644, "Tên tệp không được phép"),
        ("report.json\u200b", 0o100644, "Tên tệp không được phép"),
        ("report.json", 0o100644, "Có hai tệp cùng tên report.json"),
        ("REPORT.JSON", 0o100644, "Thừa tệp: REPORT.JSON"),
        ("report2.json", 0o100644, "Thừa tệp: report2.json"),
        ("kit/btxh-a1.yaml", 0o100644, "Thiếu tệp: kit/*.yaml"),
        ("lien-ket", 0o120777, "Thừa tệp: lien-ket"),
    ],
)
def test_what_somebody_slipped_into_the_zip_is_named(name: str, mode: int, said: str) -> None:
    code, wrong = said_of(with_entry(name, b"../../etc/passwd", mode))
    assert code == 4
    assert said in " ".join(wrong.values())


def test_a_zip_that_unpacks_to_more_than_a_bundle_may_hold_is_not_unpacked() -> None:
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as zipped, zipped.open("report.json", "w") as stream:
        for _ in range(257):
            stream.write(bytes(1024 * 1024))
    assert len(target.getvalue()) < 1024 * 1024
    code, wrong = said_of(target.getvalue())
    assert (code, set(wrong)) == (4, {"archive"})
    assert "Gói lớn hơn 256 MB" in wrong["archive"]


def test_scenes_that_change_places_do_not_follow_from_the_challenge() -> None:
    def swapped(lines: list[Line]) -> list[Line]:
        first, second, third = [at for at, line in enumerate(lines) if line["operation"] == "certification.begun"][3:6]
        return [*lines[:first], *lines[second:third], *lines[first:second], *lines[third:]]

    code, wrong = said_of(forged_journal(swapped))
    assert (code, {"scenes", "tasks", "replay"} <= set(wrong)) == (4, True)


def test_a_scene_of_another_attempt_is_none_of_this_one() -> None:
    """Both answer the same challenge: the better scene of one run stands in for the worse one of the other."""
    evidence, _, _ = played(place="Một lượt khác")
    other = [json.loads(line) for line in evidence["journal"]]

    def scene(lines: list[Line], number: int) -> slice:
        begun = [at for at, line in enumerate(lines) if line["operation"] == "certification.begun"]
        return slice(begun[number], begun[number + 1])

    def transplanted(lines: list[Line]) -> list[Line]:
        mine = scene(lines, 5)
        return [*lines[: mine.start], *other[scene(other, 5)], *lines[mine.stop :]]

    code, wrong = said_of(forged_journal(transplanted))
    assert (code, "replay" in wrong) == (4, True)


def test_a_bundle_stripped_of_its_signatures_uses_up_nobodys_challenge(tmp_path: Path) -> None:
    files = unzip_files(bundle("L2"))
    for name in (archive.SIGNED_CHALLENGE, archive.VENDOR_KEY, archive.ATTESTATION):
        del files[name]
    files |= derive_files(files)
    files |= pages(files[archive.REPORT])
    files[archive.SUMS] = sums(files)
    files[archive.MANIFEST] = manifest(files)
    authority = keys()["authority"]
    book = AuthorityLedger(tmp_path, authority.public)
    book.issue(receive_challenge(challenge_file()).challenge, "2026-11-20T08:00:00+07:00", authority)
    found = verify(zip_files(files), Trust(authority=authority.public, hosts=replay_host, standing=(book.points,)))
    wrong = {point.name: point.vi for point in found.points if point.state == "bad"}
    assert (found.exit_code, set(wrong)) == (4, {"challenge"})
    assert "Không có chữ ký của cơ quan" in wrong["challenge"]
