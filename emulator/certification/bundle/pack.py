"""Packing: from the evidence of an attempt to the bytes of its bundle."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any, TypedDict

from emulator.certification.bundle import archive
from emulator.certification.bundle.archive import plan_text, zip_files
from emulator.certification.bundle.keys import PrivateKey
from emulator.certification.bundle.levels import manifest, packed_level, pages, sums
from emulator.certification.challenge import ChallengeWords, challenge_of
from emulator.certification.evidence import entries_of
from emulator.certification.judge import judge
from emulator.certification.kit import Kit
from emulator.certification.kit_reader import read_kit
from emulator.certification.outline import outline
from emulator.certification.plan import PlanWords, plan_of
from emulator.certification.redaction import Opening
from emulator.certification.report import AttemptReport, ReportedTest
from emulator.certification.scenes import record_of

# The report for machines and for spreadsheets: JUnit XML, and one line of CSV a test.

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
COLUMNS = (
    "test", "group", "kind", "level", "verdict", "title_vi", "title_en", "requirements", "findings_vi", "findings_en",
    "evidence", "next_vi", "next_en",
)  # fmt: skip


def results(report: AttemptReport) -> bytes:
    """Return one row a test: UTF-8 with a byte order mark and CRLF, as Excel wants it; no cell is a formula."""
    sheet = StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for test in report["tests"]:
        writer.writerow([_cell(value) for value in _row(test)])
    return (_BOM + sheet.getvalue()).encode()


def _row(test: ReportedTest) -> list[str]:
    found = test["findings"]
    cited = sorted({number for each in found for number in each["evidence"]})
    return [
        *(test[name] for name in ("id", "group", "kind", "level", "verdict")),
        test["title"].get("vi", ""),
        test["title"].get("en", ""),
        " ".join(test["requirements"]),
        "; ".join(each["vi"] for each in found),
        "; ".join(each["en"] for each in found),
        " ".join(map(str, cited)),
        test["next"].get("vi", ""),
        test["next"].get("en", ""),
    ]


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def junit(report: AttemptReport) -> bytes:
    """Return JUnit XML: a suite a group; what could not be judged is skipped, and says so."""
    from junitparser import JUnitXml, TestSuite

    whole: Any = JUnitXml(f"{report['kit']['id']} {report['kit']['version']}")
    for group in report["groups"]:
        suite = TestSuite(_clean(f"{group['id']}: {group['title'].get('vi', '')}"))
        suite.timestamp = report["opened"]["wall"]
        for test in report["tests"]:
            if test["group"] == group["id"]:
                suite.add_testcase(_case(test, report["kit"]["id"]))
        whole.add_testsuite(suite)
    whole.update_statistics()
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(whole.tostring()).rstrip() + b"\n"


def _case(test: ReportedTest, kit: str) -> Any:
    from junitparser import Error, Failure, Skipped, TestCase

    case = TestCase(_clean(f"{test['id']} {test['title'].get('vi', '')}"), f"{kit}.{test['group']}")
    told = _clean("\n".join(f"{each['answer']}: {each['vi']} / {each['en']}" for each in test["findings"]))
    kind = {"fail": Failure, "error": Error}.get(test["verdict"], Skipped)
    if test["verdict"] not in ("pass", "warn"):
        reason = kind(test["verdict"], test["verdict"])
        reason.text = told
        case.result = [reason]
    elif told:
        case.system_out = told
    return case


def _clean(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return _NOT_XML.sub("?", text)


_PRINTERS = ("fpdf2", "jinja2", "segno", "markupsafe", "fonttools")


class AttemptEvidence(TypedDict):
    """What a bundle is packed from: ``GET /__admin/attempts/{id}/evidence``.

    ``kit`` is the text of its file, ``journal`` its redacted lines. ``openings`` tell by commitment what is hidden:
    they are the owner's, and go into no bundle.
    """

    attempt: str
    plan: PlanWords
    challenge: ChallengeWords
    kit: str
    journal: list[str]
    openings: dict[str, Opening]


class Surroundings(TypedDict):
    """The machine that packs. ``printers`` are the versions of the libraries that draw pages, by name."""

    emulator: str
    python: str
    system: str
    machine: str
    printers: dict[str, str]


def pack(
    evidence: AttemptEvidence,
    *,
    key: PrivateKey | None = None,
    signed_challenge: bytes = b"",
    environment: Surroundings | None = None,
) -> bytes:
    """Return the bundle of an attempt.

    ``evidence`` is what ``GET /__admin/attempts/{id}/evidence`` says; its openings are not put into the bundle.
    ``key`` is the vendor's; ``signed_challenge`` the file an authority handed out, as it was received; a plain one
    adds nothing.
    """
    files = dict(sources(evidence, environment or surroundings(), key, _envelope(signed_challenge)))
    files |= derive_files(files)
    files |= pages(files[archive.REPORT])
    files[archive.SUMS] = sums(files)
    files[archive.MANIFEST] = manifest(files)
    if key:
        from emulator.certification.bundle.keys import IN_TOTO, seal_payload, test_result

        told = test_result(files[archive.MANIFEST], archive.report_in(files))
        files[archive.ATTESTATION] = seal_payload(told, IN_TOTO, key)
    return zip_files(files)


def _envelope(challenge_file: bytes) -> bytes:
    """Return a challenge file when it is signed. Raises BadChallenge when it is none at all."""
    if not challenge_file:
        return b""
    from emulator.certification.challenge import receive_challenge

    return receive_challenge(challenge_file).envelope


def sources(
    evidence: AttemptEvidence, environment: Surroundings, key: PrivateKey | None, signed_challenge: bytes
) -> dict[str, bytes]:
    """Return the files that everything else follows from."""
    plan = plan_of(evidence["plan"])
    files = {
        archive.PLAN: plan_text(plan),
        archive.kit_file(plan.kit): evidence["kit"].encode(),
        archive.CHALLENGE: archive.pretty(challenge_of(evidence["challenge"]).as_dict()),
        archive.JOURNAL: "".join(f"{line}\n" for line in evidence["journal"]).encode(),
        archive.ENVIRONMENT: archive.pretty({"attempt": evidence["attempt"], **environment}),
    }
    if key:
        files[archive.VENDOR_KEY] = key.public.pem.encode()
    if signed_challenge:
        files[archive.SIGNED_CHALLENGE] = signed_challenge
    return files


def derive_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that follow from the others, the same on every machine: this is where a bundle is judged.

    Raises:
        BadFile, ValueError, KeyError, TypeError: kit or journal cannot be read.
    """
    report = judge_bundle(files)
    return {
        archive.REPORT: archive.pretty(report),
        archive.JUNIT: junit(report),
        archive.RESULTS: results(report),
        archive.GUIDE: guide(report),
    }


def judge_bundle(files: Mapping[str, bytes]) -> AttemptReport:
    """Return the report on the journal of a bundle, from kit, plan, challenge, journal and level alone."""
    entries = entries_of(archive.lines_in(files[archive.JOURNAL]))
    record = record_of(entries)
    plan = plan_of(record.opened["plan"])
    kit = kit_in(files, plan.kit)
    challenge = challenge_of(archive.object_in(files[archive.CHALLENGE]))
    return outline(judge(kit, plan, record), challenge, packed_level(files))


def kit_in(files: Mapping[str, bytes], kit_id: str) -> Kit:
    """Return the kit a bundle holds. Raises KeyError, or BadFile when it is wrong."""
    name = archive.kit_file(kit_id)
    return _read_once(name, files[name])


@lru_cache(4)
def _read_once(name: str, raw: bytes) -> Kit:
    return read_kit(Path(name), raw)


def surroundings() -> Surroundings:
    """Return what the machine is that packs: nothing that names it or its user."""
    import platform

    from emulator import __version__

    return {
        "emulator": __version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "printers": printers(),
    }


def printers() -> dict[str, str]:
    """Return the versions of the libraries that draw the pages for people, of those that are installed."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in _PRINTERS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def witness_bundle(raw: bytes, key: PrivateKey, *, name: str, moment: str) -> bytes:
    """Return a bundle with the laboratory's signature beside the vendor's; every other file stays as it is.

    Raises:
        BadBundle: it cannot be read, or it has been witnessed already.
    """
    from emulator.certification.bundle.archive import BadBundle, unzip_files
    from emulator.certification.bundle.keys import IN_TOTO, seal_payload, witnessing

    files = unzip_files(raw)
    if archive.WITNESS in files:
        raise BadBundle("Gói đã có chữ ký làm chứng", "the bundle has been witnessed already")
    attested = files.get(archive.ATTESTATION, b"")
    told = witnessing(files[archive.MANIFEST], attested, name=name, moment=moment, key=key.public.pem)
    return zip_files({**files, archive.WITNESS: seal_payload(told, IN_TOTO, key)})


# README.txt of a bundle: how anybody checks it, with this tool, and with sha256sum and openssl alone.

_TEXT = """\
{title_vi}
{product} · {kit} · {conclusion_vi} · mức tin cậy / level of assurance: {level}

TIẾNG VIỆT
----------
Kiểm tra bằng công cụ này (không cần mạng, không cần máy chủ):

    ndxp-emulator certify verify goi.zip --key khoa-cong-khai.pem
    ndxp-emulator certify judge goi.zip

Mã thoát 0: gói thật, đạt; 1: thật, không đạt hoặc hết hiệu lực; 3: thật, chưa đủ căn cứ; 4: không thật, kèm câu
nói rõ chỗ nào sai; 2: sai cách gọi.

Kiểm tra không cần công cụ này, chỉ với sha256sum và openssl (Linux, macOS, Git Bash):

1. Giải nén vào một thư mục trống rồi vào thư mục đó. Chạy các lệnh ở phần COMMANDS bên dưới.
2. Bước A phải in OK cho mọi tệp; bước B phải in "OK manifest".
3. Có attestation.dsse.json thì làm bước C: phải in "Signature Verified Successfully" và "OK subject".
   So vân tay khóa (bước D) với vân tay mà đơn vị ký cho biết bằng đường khác: tệp khóa trong gói không tự chứng
   minh nó là của ai.
4. Bước E: dòng đầu của nhật ký phải ghi "prev" bằng mã băm của thử thách; mỗi dòng sau ghi mã băm của dòng trước.

Những bước này chứng minh không tệp nào bị sửa sau khi ký. Chấm lại nhật ký thì cần công cụ này.
Mức {level} chứng minh: {proves_vi}
Không chứng minh: {not_vi}
Cách ly: {apart_vi}

ENGLISH
-------
With this tool (no network, no server):

    ndxp-emulator certify verify bundle.zip --key public-key.pem
    ndxp-emulator certify judge bundle.zip

Exit code 0: genuine and passed; 1: genuine and not passed, or it counts no longer; 3: genuine and not complete;
4: not genuine, with a sentence that says where; 2: wrong usage.

Without this tool, with sha256sum and openssl alone (Linux, macOS, Git Bash):

1. Unzip into an empty folder and go there. Run the commands below.
2. Step A must print OK for every file; step B must print "OK manifest".
3. If there is an attestation.dsse.json, step C must print "Signature Verified Successfully" and "OK subject".
   Compare the fingerprint (step D) with the one the signer told you by other means: a key that lies in the bundle
   does not say whose it is.
4. Step E: the first line of the journal names the digest of the challenge as "prev"; each later line names the digest
   of the line before it.

These steps show that no file was changed after it was signed. Judging the journal again needs this tool.
Level {level} proves: {proves_en}
It does not prove: {not_en}
Kept apart: {apart_en}

COMMANDS
--------
# A
sha256sum -c SHA256SUMS
# B
grep -q "$(openssl dgst -sha256 -r SHA256SUMS | cut -d' ' -f1)" manifest.json && echo "OK manifest"
# C
work=$(mktemp -d)
sed 's/.*"payload":"\\([^"]*\\)".*/\\1/' attestation.dsse.json | openssl base64 -d -A > "$work/payload.json"
sed 's/.*"sig":"\\([^"]*\\)".*/\\1/' attestation.dsse.json | openssl base64 -d -A > "$work/signature.bin"
size=$(wc -c < "$work/payload.json")
printf 'DSSEv1 28 application/vnd.in-toto+json %d ' $size | cat - "$work/payload.json" > "$work/pae.bin"
openssl pkeyutl -verify -pubin -inkey keys/vendor.pem -rawin -in "$work/pae.bin" -sigfile "$work/signature.bin"
grep -q "$(openssl dgst -sha256 -r manifest.json | cut -d' ' -f1)" "$work/payload.json" && echo "OK subject"
# D
openssl pkey -pubin -in keys/vendor.pem -outform DER | openssl dgst -sha256 -r
# E
before="{challenge}"
while IFS= read -r line; do
  case "$line" in *"\\"prev\\":\\"$before\\""*) ;; *) echo "BROKEN"; break;; esac
  before="sha256:$(printf '%s' "$line" | openssl dgst -sha256 -r | cut -d' ' -f1)"
done < journal.jsonl; echo "$before"
"""


def guide(report: AttemptReport) -> bytes:
    """Return README.txt for the bundle of a report."""
    product, kit, level = report["plan"]["product"], report["kit"], report["level"]
    return _TEXT.format(
        title_vi="GÓI CHỨNG CỨ KIỂM THỬ KẾT NỐI / EVIDENCE OF A CONNECTION TEST",
        product=_line(f"{product['name']} {product['version']} ({product['vendor']})"),
        kit=f"{kit['id']} {kit['version']}",
        conclusion_vi=f"{report['conclusion']['vi']} / {report['conclusion']['en']}",
        level=level["id"],
        proves_vi=level["proves"]["vi"],
        proves_en=level["proves"]["en"],
        not_vi=level["does_not_prove"]["vi"],
        not_en=level["does_not_prove"]["en"],
        apart_vi=level["isolation"]["vi"],
        apart_en=level["isolation"]["en"],
        challenge=report["challenge"]["digest"],
    ).encode()


def _line(text: str) -> str:
    return " ".join(text.split())
