"""Packing: from the evidence of an attempt to the bytes of its bundle."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any

from emulator.certification.bundle import form
from emulator.certification.bundle.archive import zip_files
from emulator.certification.bundle.form import plan_text
from emulator.certification.bundle.guide import guide
from emulator.certification.bundle.keys import PrivateKey
from emulator.certification.bundle.levels import packed_level
from emulator.certification.bundle.manifest import manifest, pages, sums
from emulator.certification.challenge import challenge_of
from emulator.certification.evidence import entries_of
from emulator.certification.judge import judge
from emulator.certification.kit import Kit
from emulator.certification.kit_reader import read_kit
from emulator.certification.outline import outline
from emulator.certification.plan import plan_of
from emulator.certification.scenes import record_of

# The report for machines and for spreadsheets: JUnit XML, and one line of CSV a test.

Report = Mapping[str, Any]
_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
COLUMNS = (
    "test", "group", "kind", "level", "verdict", "title_vi", "title_en", "requirements", "findings_vi", "findings_en",
    "evidence", "next_vi", "next_en",
)  # fmt: skip


def results(report: Report) -> bytes:
    """Return one row a test: UTF-8 with a byte order mark and CRLF, as Excel wants it; no cell is a formula."""
    sheet = StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for test in report["tests"]:
        writer.writerow([_cell(value) for value in _row(test)])
    return (_BOM + sheet.getvalue()).encode()


def _row(test: Mapping[str, Any]) -> list[str]:
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


def junit(report: Report) -> bytes:
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


def _case(test: Mapping[str, Any], kit: str) -> Any:
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


def pack(
    evidence: Mapping[str, Any],
    *,
    key: PrivateKey | None = None,
    signed_challenge: bytes = b"",
    environment: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the bundle of an attempt.

    ``evidence`` is what ``GET /__admin/attempts/{id}/evidence`` says; its openings are not put into the bundle.
    ``key`` is the vendor's; ``signed_challenge`` the file an authority handed out, as it was received; a plain one
    adds nothing.
    """
    files = dict(sources(evidence, environment or surroundings(), key, _envelope(signed_challenge)))
    files |= derive_files(files)
    files |= pages(files[form.REPORT])
    files[form.SUMS] = sums(files)
    files[form.MANIFEST] = manifest(files)
    if key:
        from emulator.certification.bundle.envelope import IN_TOTO, seal_payload
        from emulator.certification.bundle.statement import test_result

        told = test_result(files[form.MANIFEST], form.object_in(files[form.REPORT]))
        files[form.ATTESTATION] = seal_payload(told, IN_TOTO, key)
    return zip_files(files)


def _envelope(challenge_file: bytes) -> bytes:
    """Return a challenge file when it is signed. Raises BadChallenge when it is none at all."""
    if not challenge_file:
        return b""
    from emulator.certification.challenge import receive_challenge

    return receive_challenge(challenge_file).envelope


def sources(
    evidence: Mapping[str, Any], environment: Mapping[str, Any], key: PrivateKey | None, signed_challenge: bytes
) -> dict[str, bytes]:
    """Return the files that everything else follows from."""
    plan = plan_of(evidence["plan"])
    files = {
        form.PLAN: plan_text(plan),
        form.kit_file(plan.kit): evidence["kit"].encode(),
        form.CHALLENGE: form.pretty(challenge_of(evidence["challenge"]).as_dict()),
        form.JOURNAL: "".join(f"{line}\n" for line in evidence["journal"]).encode(),
        form.ENVIRONMENT: form.pretty({"attempt": evidence["attempt"], **environment}),
    }
    if key:
        files[form.VENDOR_KEY] = key.public.pem.encode()
    if signed_challenge:
        files[form.SIGNED_CHALLENGE] = signed_challenge
    return files


def derive_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that follow from the others, the same on every machine: this is where a bundle is judged.

    Raises:
        BadFile, ValueError, KeyError, TypeError: kit or journal cannot be read.
    """
    report = judge_bundle(files)
    return {
        form.REPORT: form.pretty(report),
        form.JUNIT: junit(report),
        form.RESULTS: results(report),
        form.GUIDE: guide(report),
    }


def judge_bundle(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the report on the journal of a bundle, from kit, plan, challenge, journal and level alone."""
    entries = entries_of(form.lines_in(files[form.JOURNAL]))
    record = record_of(entries)
    plan = plan_of(record.opened["plan"])
    kit = kit_in(files, plan.kit)
    challenge = challenge_of(form.object_in(files[form.CHALLENGE]))
    return outline(judge(kit, plan, record), challenge, packed_level(files))


def kit_in(files: Mapping[str, bytes], kit_id: str) -> Kit:
    """Return the kit a bundle holds. Raises KeyError, or BadFile when it is wrong."""
    name = form.kit_file(kit_id)
    return _read_once(name, files[name])


@lru_cache(4)
def _read_once(name: str, raw: bytes) -> Kit:
    return read_kit(Path(name), raw)


def surroundings() -> dict[str, Any]:
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
    from emulator.certification.bundle.envelope import IN_TOTO, seal_payload
    from emulator.certification.bundle.statement import witnessing

    files = unzip_files(raw)
    if form.WITNESS in files:
        raise BadBundle("Gói đã có chữ ký làm chứng", "the bundle has been witnessed already")
    attested = files.get(form.ATTESTATION, b"")
    told = witnessing(files[form.MANIFEST], attested, name=name, moment=moment, key=key.public.pem)
    return zip_files({**files, form.WITNESS: seal_payload(told, IN_TOTO, key)})
