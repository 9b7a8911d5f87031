"""A bundle: what is in it, what a verification says of it at every level, and that it is the same anywhere."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import urllib.parse
from pathlib import Path
from zipfile import ZipFile

import junitparser
import pytest

from emulator.app import Country
from emulator.certification.bundle import archive
from emulator.certification.bundle.archive import unzip_files
from emulator.certification.bundle.pack import pack
from emulator.certification.bundle.verify import Trust, verify
from emulator.certification.plan import plan_of, read_plan
from emulator.cli.in_process import replay_host
from emulator.journal.journal import Journal
from tests.certification.packed import bundle, certify, challenge_file, keys, played, trust
from tests.certification.stand import Stand, StraightWire
from tests.clients.reference.tasks import Client

ROOT = Path(__file__).resolve().parents[2]
LEVELS = ["L0", "L1", "L2", "L3"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_bundle_of_each_level_verifies_as_that_level(level: str) -> None:
    alone = verify(bundle(level), Trust(hosts=replay_host))
    assert alone.is_good, [point.en for point in alone.points if point.state not in ("good", "note")]
    assert (alone.exit_code, {"tasks", "replay", "pages"} <= {point.name for point in alone.points}) == (0, True)
    assert (alone.level, alone.confirmed) == (level, "L0"), "without the reader's keys nothing is confirmed"


def test_the_readers_keys_confirm_the_level() -> None:
    found = verify(bundle("L3"), trust())
    assert (found.is_good, found.level, found.confirmed) == (True, "L3", "L3")


def test_the_same_evidence_gives_the_same_bytes() -> None:
    evidence, _, _ = played()
    assert pack(evidence, key=keys()["vendor"]) == bundle("L1")


def test_the_report_in_the_bundle_is_the_one_the_admin_api_gave() -> None:
    _, report, _ = played()
    assert archive.object_in(unzip_files(bundle("L0"))[archive.REPORT]) == report


def test_any_zip_program_reads_it_and_the_plan_runs_again() -> None:
    evidence, _, _ = played()
    with ZipFile(io.BytesIO(bundle("L2"))) as opened:
        assert opened.testzip() is None
        plan = read_plan(Path("plan.yaml"), opened.read(archive.PLAN))
    assert plan == plan_of(evidence["plan"])


def test_junit_and_csv_hold_one_case_a_test() -> None:
    _, report, _ = played()
    files = unzip_files(bundle("L0"))
    suites = junitparser.JUnitXml.fromstring(files[archive.JUNIT])
    assert suites.tests == len(report["tests"])
    assert suites.failures == suites.errors == 0
    assert files[archive.RESULTS].startswith(b"\xef\xbb\xbf"), "Excel reads Vietnamese only with a byte order mark"
    rows = list(csv.DictReader(io.StringIO(files[archive.RESULTS].decode("utf-8-sig"), newline="")))
    assert [row["test"] for row in rows] == [test["id"] for test in report["tests"]]


def test_the_attestation_is_an_in_toto_test_result_about_the_manifest() -> None:
    files = unzip_files(bundle("L1"))
    envelope = json.loads(files[archive.ATTESTATION])
    told = json.loads(base64.b64decode(envelope["payload"]))
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert told["_type"] == "https://in-toto.io/Statement/v1"
    assert told["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert told["subject"][0] == {
        "name": "manifest.json",
        "digest": {"sha256": archive.sha256(files[archive.MANIFEST])},
    }
    assert told["predicate"]["result"] == "WARNED", "what a person declared waits for a reviewer"
    passed = [test["id"] for test in played()[1]["tests"] if test["verdict"] == "pass"]
    assert told["predicate"]["passedTests"] == passed


@pytest.mark.skipif(not all(map(shutil.which, ("openssl", "sha256sum", "sh"))), reason="no openssl here")
def test_the_commands_of_its_readme_verify_it_without_our_tool(tmp_path: Path) -> None:
    with ZipFile(io.BytesIO(bundle("L1"))) as opened:
        opened.extractall(tmp_path)
    commands = (tmp_path / archive.GUIDE).read_text(encoding="utf-8").partition("# A\n")[2]

    def said() -> str:
        ran = subprocess.run(["sh", "-c", commands], cwd=tmp_path, capture_output=True, text=True, check=False)
        return ran.stdout + ran.stderr

    good = said()
    assert "FAILED" not in good
    for sentence in ("OK manifest", "Signature Verified Successfully", "OK subject", keys()["vendor"].public.id):
        assert sentence in good
    assert json.loads((tmp_path / archive.MANIFEST).read_text())["journal"]["head"] in good, "step E walks the chain"
    manifest = tmp_path / archive.MANIFEST
    manifest.write_text(manifest.read_text().replace('"conditional"', '"pass"'))
    assert "OK subject" not in said()
    attestation = tmp_path / archive.ATTESTATION
    attestation.write_text(attestation.read_text().replace('"payload":"eyJ', '"payload":"eyI'))
    assert "Signature Verified Successfully" not in said()


def test_judging_is_the_same_whatever_the_machine_is_set_to(tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(bundle("L1"))
    asked = [sys.executable, "-m", "emulator", "certify", "judge", str(tmp_path / "b.zip"), "--force", "--out"]
    for seed, zone, tongue in (("1", "Asia/Ho_Chi_Minh", "C"), ("77", "America/New_York", "tr_TR.UTF-8")):
        out = tmp_path / f"{seed}.json"
        moods = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": tongue, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run([*asked, out], env={**os.environ, **moods}, capture_output=True, cwd=tmp_path, check=False)
        assert ran.returncode == 0, ran.stderr
        assert out.read_bytes() == unzip_files(bundle("L1"))[archive.REPORT]


@pytest.mark.parametrize("level", ["L0", "L3"])
def test_no_secret_of_the_attempt_stands_in_any_byte(level: str) -> None:
    evidence, _, secrets = played()
    assert len(secrets) >= 4
    whole = b"\n".join(unzip_files(bundle(level)).values())
    for secret in {*secrets, *(each["value"] for each in evidence["openings"].values())}:
        plain = secret.encode()
        forms = [plain, urllib.parse.quote(secret, safe="").encode()]
        forms += [base64.b64encode(plain[at:])[4:-4] for at in range(3)] if len(plain) > 15 else []
        assert not [each for each in forms if each in whole], "a secret is in the bundle"


def test_a_secret_that_a_program_prints_is_hidden_as_well(country: Country) -> None:
    stand = Stand(country, "cong-ndxp", "in-ra")
    pair = country.sandboxes.credentials(country.sandboxes.get(stand.id))[0]
    client = Client(stand.context, StraightWire(stand.visitor, stand.id))
    basic = base64.b64encode(f"{pair.consumer_key}:{pair.consumer_secret}".encode()).decode()
    client.do(stand.admin("POST", f"/attempts/{stand.id}/begin")["task"])
    rows = Journal(country.store).each(country.sandboxes.get(stand.id).home)
    row = next(row for row in rows if row.operation == "ndxp.token")
    token = json.loads(row.response_body)["access_token"]
    printed = f"key {pair.consumer_secret}, {urllib.parse.quote(pair.consumer_key)}; Basic {basic}; got {token} ok"
    stand.admin("POST", f"/attempts/{stand.id}/end", {"exit_code": 0, "output": printed})
    raw = pack(stand.admin("GET", f"/attempts/{stand.id}/evidence"))
    for secret in (pair.consumer_secret, pair.consumer_key, basic, basic[8:-8], token):
        assert secret.encode() not in raw
    assert b"; got [sha256:" in raw, "the rest of what it printed stays"


def test_identities_are_hidden_when_the_plan_says_so_and_the_verdicts_stay(country: Country) -> None:
    stand = Stand(country, "cong-ndxp", "che", redaction="identity")
    report = stand.play()
    assert {each["verdict"] for each in report["tests"] if each["kind"] != "attest"} == {"pass"}
    evidence = stand.admin("GET", f"/attempts/{stand.id}/evidence")
    raw = pack(evidence)
    found = verify(raw, Trust(hosts=replay_host))
    assert found.is_good, [point.en for point in found.points if point.state not in ("good", "note")]
    hidden = [each["value"] for each in evidence["openings"].values()]
    people = [value for value in hidden if value.startswith("999") and len(value) == 12]
    assert people
    assert not [value for value in people if value.encode() in raw]


def test_a_hidden_value_is_the_same_wherever_it_stands() -> None:
    evidence, _, secrets = played()
    hidden = {each["value"]: name for name, each in evidence["openings"].items()}
    given = [json.loads(line) for line in evidence["journal"] if '"operation":"ndxp.token"' in line]
    tokens = [name for secret in secrets if any((name := hidden[secret]) in str(each["response"]) for each in given)]
    assert len(tokens) > 2
    lines = {token: [line for line in evidence["journal"] if token in line] for token in tokens}
    assert all(lines.values())
    assert max(map(len, lines.values())) > 20, "the reply that gave it and every call that used it"


def test_the_command_line_verifies_and_says_what_the_level_proves(tmp_path: Path) -> None:
    paths = {}
    for who, key in keys().items():
        paths[who] = tmp_path / f"{who}.pem"
        paths[who].write_text(key.public.pem)
    goi = tmp_path / "goi.zip"
    goi.write_bytes(bundle("L3"))
    asked = ("verify", goi, "--key", paths["vendor"], "--authority", paths["authority"])
    good = certify(*asked, "--witness", paths["laboratory"])
    assert good.exit_code == 0, good.output
    assert "L3 Có bên làm chứng / Witnessed" in good.output
    assert good.output.startswith("GÓI THẬT / GENUINE\nMột cửa mẫu 1.0 – Đơn vị mẫu\n")
    wrong = certify(*asked, "--witness", paths["stranger"], "--json")
    assert wrong.exit_code == 4
    assert [each["point"] for each in json.loads(wrong.output)["points"] if each["state"] == "bad"] == ["witness"]


def test_misuse_ends_with_a_sentence(tmp_path: Path) -> None:
    text = tmp_path / "thu.txt"
    text.write_text("không phải gói")
    assert certify("verify", text).exit_code == 4
    assert certify("verify", tmp_path / "khong-co.zip").exit_code == 2
    goi = tmp_path / "goi.zip"
    goi.write_bytes(bundle("L1"))
    said = certify("verify", goi, "--key", text)
    assert (said.exit_code, "khóa công khai" in said.output) == (2, True)
    secret = tmp_path / "khoa.pem"
    secret.write_bytes(keys()["vendor"].pem())
    assert "khóa bí mật" in certify("verify", goi, "--key", secret).output


def test_a_challenge_that_is_not_signed_is_not_l2_and_says_so_when_the_authority_is_asked_for(tmp_path: Path) -> None:
    goi, key = tmp_path / "goi.zip", tmp_path / "a.pem"
    goi.write_bytes(bundle("L1"))
    key.write_text(keys()["authority"].public.pem)
    said = certify("verify", goi, "--authority", key)
    assert said.exit_code == 4
    assert "Không có chữ ký của cơ quan" in said.output
    assert challenge_file() not in bundle("L1")
