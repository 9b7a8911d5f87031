"""Keys, challenges, counter-signatures and openings, by the command line, as people use them."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from emulator.certification.bundle.archive import WITNESS, unzip_files
from emulator.certification.bundle.keys import private_key, public_key
from emulator.certification.challenge import BadChallenge, new_challenge, receive_challenge, sign_challenge
from emulator.certification.kit_reader import kit_of
from emulator.cli.certify.files import openings_beside, write_bundle
from tests.certification.packed import KIT, bundle, certify, challenge_file, keys, played


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_key_is_for_its_owner_alone_and_openssl_reads_it(tmp_path: Path) -> None:
    said = certify("key", "new", "--out", tmp_path / "a.pem")
    assert said.exit_code == 0, said.output
    assert mode_of(tmp_path / "a.pem") == 0o600
    made, public = private_key((tmp_path / "a.pem").read_bytes()), public_key((tmp_path / "a.pub.pem").read_bytes())
    assert made.public.id == public.id
    assert public.id in said.output
    assert public.id in certify("key", "show", tmp_path / "a.pub.pem").output
    assert certify("key", "new", "--out", tmp_path / "a.pem").exit_code == 2, "a key is not overwritten"


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here")
def test_a_key_that_openssl_made_signs_and_an_rsa_one_does_not(tmp_path: Path) -> None:
    for kind in ("ed25519", "rsa"):
        asked = ["openssl", "genpkey", "-algorithm", kind, "-out", str(tmp_path / f"{kind}.pem")]
        subprocess.run(asked, check=True, capture_output=True)
    (tmp_path / "v.pem").write_text(keys()["vendor"].public.pem)
    out = tmp_path / "tt.json"
    words = ("authority", "issue", "--ledger", tmp_path / "so", "--kit", KIT, "--authority", "A", "--out", out)
    words = (*words, "--product", "P", "--vendor", "V", "--vendor-key", tmp_path / "v.pem", "--key")
    assert certify(*words, tmp_path / "ed25519.pem").exit_code == 0
    assert receive_challenge(out.read_bytes()).challenge.authority == "A"
    said = certify(*words, tmp_path / "rsa.pem", "--force")
    assert (said.exit_code, "Ed25519" in said.output) == (2, True)


def test_a_challenge_whose_byte_was_changed_is_refused() -> None:
    raw = challenge_file()
    told = receive_challenge(raw)
    assert told.envelope == raw
    assert told.key
    assert told.key.id == keys()["authority"].public.id
    with pytest.raises(BadChallenge):
        receive_challenge(raw.replace(b'"payload":"e', b'"payload":"f'))
    plain = new_challenge(KIT, kit_of(KIT).digest)
    assert receive_challenge(json.dumps(plain.as_dict()).encode()).envelope == b""
    with pytest.raises(BadChallenge):
        receive_challenge(b"[]")


def test_two_challenges_of_one_authority_are_never_the_same() -> None:
    kit = kit_of(KIT)
    made = [sign_challenge(new_challenge(kit.id, kit.digest, authority="A"), keys()["authority"]) for _ in range(2)]
    assert receive_challenge(made[0]).challenge.seed != receive_challenge(made[1]).challenge.seed


def test_a_witness_touches_no_other_file_and_signs_nothing_bad(tmp_path: Path) -> None:
    goi, key, out = tmp_path / "goi.zip", tmp_path / "lab.pem", tmp_path / "l3.zip"
    goi.write_bytes(bundle("L2"))
    key.write_bytes(keys()["laboratory"].pem())
    words = ("--key", key, "--name", "Phòng B", "--out", out)
    assert certify("witness", goi, *words).exit_code == 0
    after = unzip_files(out.read_bytes())
    assert {name: content for name, content in after.items() if name != WITNESS} == unzip_files(bundle("L2"))
    assert certify("witness", out, "--key", key, "--name", "Phòng C").exit_code == 4, "once is enough"
    goi.write_bytes(bundle("L2")[:-1] + b"x")
    assert certify("witness", goi, *words[:4], "--out", tmp_path / "none.zip").exit_code == 4
    assert not (tmp_path / "none.zip").exists()


def test_openings_lie_beside_the_bundle_for_its_owner_and_open_single_values(tmp_path: Path) -> None:
    evidence, _, secrets = played()
    goi = tmp_path / "goi.zip"
    write_bundle(goi, evidence)
    openings = openings_beside(goi)
    assert mode_of(openings) == 0o600
    assert goi.read_bytes() == bundle("L0"), "what opens commitments is not in the bundle"

    listed = certify("disclose", goi, "--openings", openings)
    assert listed.exit_code == 0
    assert secrets[0] not in listed.output
    shown = certify("disclose", goi, "--openings", openings, "--value", secrets[0])
    assert shown.exit_code == 0, shown.output
    proof = json.loads(shown.output)
    assert [each["value"] for each in proof.values()] == [secrets[0]]

    single = tmp_path / "mot.json"
    single.write_text(shown.output)
    (name,) = proof
    assert certify("disclose", goi, "--openings", single, "--commitment", name).exit_code == 0
    single.write_text(json.dumps({name: {**proof[name], "value": "khác"}}))
    assert certify("disclose", goi, "--openings", single, "--commitment", name).exit_code == 4
    assert certify("disclose", goi, "--openings", openings, "--value", "không có").exit_code == 4


def test_judging_again_shows_where_a_bundle_says_otherwise(tmp_path: Path) -> None:
    from emulator.certification.bundle import archive
    from tests.certification.packed import forged

    def flatter(files: dict[str, bytes]) -> None:
        files[archive.REPORT] = files[archive.REPORT].replace(b'"verdict": "pass"', b'"verdict": "warn"')

    goi = tmp_path / "goi.zip"
    goi.write_bytes(bundle("L0"))
    good = certify("judge", goi, "--out", tmp_path / "report.json")
    assert (good.exit_code, "đúng từng byte" in good.output) == (0, True)
    assert (tmp_path / "report.json").read_bytes() == unzip_files(bundle("L0"))[archive.REPORT]
    goi.write_bytes(forged(bundle("L0"), flatter))
    bad = certify("judge", goi)
    assert (bad.exit_code, "warn → pass" in bad.output) == (4, True)
