"""Nothing answers with a fault of our own making: every field, every odd value, every mode, every operation (B1)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.services.btxh.fields import field_tables
from tests.builders import EXTENT_FINAL, dossier, final_result, pull, step
from tests.conftest import Visitor
from tests.properties.strangers import IS_FIXED
from tests.services.stories import ministry_dossier, ministry_step, visiting

MODES = ("strict", "documented", "observed")
BODIES = {"DongBoDVC": dossier, "XuLyHoSo": step, "DanhSachHoSo": pull, "TienTrinhXuLy": pull}
ABSENT = object()
ODD: dict[str, Any] = {
    "absent": ABSENT,
    "null": None,
    "empty": "",
    "blank": "   ",
    "tab": "\t",
    "no-break-space": "\u00a0",
    "ideographic-space": "\u3000",
    "zero-width": "\u200b",
    "nul": "a\x00b",
    "number": 7,
    "huge-number": 2**63,
    "fraction": 1.5,
    "boolean": True,
    "list": ["1"],
    "object": {"1": "1"},
    "over-long": "a" * 5000,
    "far-day": "31/12/9999",
    "first-day": "01/01/0001",
    "far-moment": "31/12/9999 23:59:59",
    "first-moment": "01/01/0001 00:00:00",
    "printed-moment": "9999-12-31 23:59:59",
    "no-day": "31/02/2026",
    "decomposed": unicodedata.normalize("NFD", "Đặng Thị Ưởng"),
    "emoji": "👩‍👩‍👧🇻🇳",
    "fullwidth-digits": "１２",
    "arabic-digits": "٣",
    "minus": "-1",
    "zeros": "0" * 60,
    "superscript": "²",
    "lone-bracket": "<",
    "xml": "<ExtentData/>",
    "megabyte": "x" * 1_000_000,
}
FIELDS = [(table.operation, column.name) for table in field_tables() for _, column in table.rows]
BY_OPERATION = {operation: [name for each, name in FIELDS if each == operation] for operation, _ in FIELDS}


def our_faults(visitor: Visitor) -> list[str]:
    return [
        f"{entry['operation']}: {remark['en']}"
        for entry in visitor.journal()
        for remark in entry["remarks"]
        if remark["rule"] == "emulator-fault"
    ]


def with_value(body: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    return {each: old for each, old in body.items() if each != name} | ({} if value is ABSENT else {name: value})


@pytest.fixture
def ask(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    filed, done = ministry_dossier(), ministry_dossier("000.00.15.G07-261120-0003", status=10, has_result=True)
    with visiting(tmp_path, [filed, done], [ministry_step()], mode=request.param, pull_source="all") as visitor:
        assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
        yield visitor


def envelope(reply: Any) -> dict[str, Any]:
    """Return the members every answer of the service has, whatever it says; a fault of ours would be HTTP 500."""
    assert reply.status_code == 200, reply.data[:300]
    answer: dict[str, Any] = reply.json.get("result", reply.json)
    assert {"message", "error_code"} <= answer.keys()
    assert isinstance(answer["error_code"], int)
    return answer


@pytest.mark.parametrize("ask", MODES, indirect=True)
@pytest.mark.parametrize("operation", BODIES)
def test_every_field_with_every_odd_value_is_answered_in_the_services_envelope(ask: Visitor, operation: str) -> None:
    headers = {"Authorization": f"Bearer {ask.token()}"}
    asked = 0
    for name in BY_OPERATION[operation]:
        for label, value in ODD.items():
            body = with_value(BODIES[operation](), name, value)
            if operation == "TienTrinhXuLy":
                body.pop("LoaiDuLieu", None)
            reply = ask.http.post(f"/apiBTXH/1.0/{operation}", json=body, headers=headers)
            answer = envelope(reply)
            assert len(answer["message"]) < 5_000, (name, label)
            asked += 1
    assert asked == len(ODD) * len(BY_OPERATION[operation]) > 150
    for kind in ("1", "100"):
        assert envelope(ask.btxh("DanhSachHoSo", pull(LoaiDuLieu=kind)))["error_code"] == 0
    assert envelope(ask.btxh("TienTrinhXuLy", pull()))["error_code"] == 0
    assert our_faults(ask) == []


QUICK = settings(
    max_examples=40,
    deadline=None,
    derandomize=IS_FIXED,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
DATES = st.sampled_from(
    ["31/12/9999", "01/01/0001 00:00:00", "29/02/2024", "20/11/2026 08:32:36", "2026-11-20 08:32:35"]
)


@pytest.mark.parametrize("ask", MODES, indirect=True)
@QUICK
@given(data=st.data())
def test_bodies_that_nobody_thought_of_are_answered_too(ask: Visitor, data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(sorted(BODIES)))
    names = BY_OPERATION[operation]
    body = BODIES[operation]()
    for name in data.draw(st.lists(st.sampled_from(names), max_size=6, unique=True)):
        body[name] = data.draw(VALUES | DATES)
    body |= data.draw(st.dictionaries(st.text(max_size=10), VALUES, max_size=2))
    text = json.dumps(body, ensure_ascii=data.draw(st.booleans()))
    envelope(ask.btxh(operation, text.encode("utf-8", "surrogatepass")))


@pytest.mark.parametrize("ask", MODES, indirect=True)
@QUICK
@given(
    raw=st.binary(max_size=200) | st.text(alphabet='{}[]":,\\u0019aé\x00', max_size=60).map(lambda text: text.encode())
)
def test_bytes_that_are_no_body_at_all_are_answered_too(ask: Visitor, raw: bytes) -> None:
    codes = [envelope(ask.btxh(operation, raw))["error_code"] for operation in BODIES]
    assert len(codes) == 4
    assert max(codes) < 0


@pytest.mark.parametrize("ask", MODES, indirect=True)
@QUICK
@given(cut=st.integers(0, len(EXTENT_FINAL)), put=st.text(alphabet="<>&;/\"' !-[]?xD\x00\u200b", max_size=12))
def test_xml_that_is_cut_anywhere_and_stuffed_with_anything_is_answered_too(ask: Visitor, cut: int, put: str) -> None:
    xml = EXTENT_FINAL[:cut] + put + EXTENT_FINAL[cut:]
    envelope(ask.btxh("DongBoDVC", final_result(CertificateExtentData=xml)))


def test_a_fault_of_our_own_is_answered_in_the_gateways_words_and_named_in_the_journal(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    with visitor.country.store.writing():
        visitor.country.store.run("UPDATE records SET value = '{' WHERE shelf = 'dossiers'")
    reply = visitor.btxh("DongBoDVC", dossier())
    entry = visitor.journal()[-1]
    assert (reply.status_code, entry["outcome"]) == (500, "error")
    (remark,) = [each for each in entry["remarks"] if each["rule"] == "emulator-fault"]
    assert (remark["level"], remark["path"]) == ("error", "")
    assert remark["en"].startswith("Emulator fault: ")
