"""The report for machines and for spreadsheets: JUnit XML, and one line of CSV a test."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from io import StringIO
from typing import Any

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
