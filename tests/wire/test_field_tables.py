"""The fast check and the declared schema are one table."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.bodies import differences
from emulator.kernel.clock import read_day
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.btxh.bodies import DOSSIER, read_dossier
from emulator.services.btxh.fields import table
from emulator.services.btxh.models import DOSSIER_FIELDS, STEP_FIELDS
from emulator.services.btxh.tidy import bring_into_form
from emulator.wire.reading import Reading, ReadingRules
from tests.builders import dossier
from tests.properties.strangers import IS_FIXED

RULES = ReadingRules("strict", read_day("01/12/2026") or 0)
ODD = st.one_of(
    st.none(),
    st.text(max_size=300),
    st.sampled_from(["", " ", "0", "1", "2", "7", "01", "001", "1,7", "1034", "30", "56", "31/02/2026", "20/11/2026"]),
    st.sampled_from([0, 1, True, 1.5, [], {}, "a" * 26, "20/11/2026 08:32:36", "e\u0301", "a\u00a0", "\x01"]),
)
ODD_TEXT = ODD.filter(lambda each: isinstance(each, str))
CALM = settings(deadline=None, database=None, derandomize=IS_FIXED, suppress_health_check=[HealthCheck.too_slow])
CHANGES = st.dictionaries(st.sampled_from([*DOSSIER_FIELDS, "KhongCo", "cmnd", " Email"]), ODD, max_size=3)


def slow(body: dict[str, Any]) -> tuple[Reading, dict[str, str | None]]:
    reading = Reading(RULES)
    return reading, bring_into_form(body, {*DOSSIER_FIELDS, *body}, table("dossier"), DOSSIER, reading).texts


def is_clean(reading: Reading) -> bool:
    try:
        reading.check()
    except ServiceRefusal:
        return False
    return not reading.notes


@CALM
@given(CHANGES)
def test_the_fast_check_says_yes_exactly_when_the_schema_has_nothing_to_say(changes: dict[str, Any]) -> None:
    body = dossier(**changes)
    reading, texts = slow(body)
    assert (not table("dossier").unusual(body)) == is_clean(reading), [*reading.notes, *reading.broken]
    if is_clean(reading):
        assert texts == body


@CALM
@given(CHANGES)
def test_fields_that_the_fast_check_lets_by_are_those_about_which_the_slow_reading_says_nothing(
    changes: dict[str, Any],
) -> None:
    body = dossier(**changes)
    careful, texts = slow(body)
    quick = Reading(RULES)
    unusual = table("dossier").unusual(body)
    assert bring_into_form(body, unusual, table("dossier"), DOSSIER, quick).texts == texts
    assert (quick.notes, quick.broken) == (careful.notes, careful.broken)


@CALM
@given(st.sampled_from(["dossier", "step", "dossier_pull", "progress_pull"]), st.data())
def test_the_faults_found_without_the_schema_are_those_that_the_schema_finds(name: Any, data: st.DataObject) -> None:
    columns = table(name)
    sound = {each: dossier().get(each) for each in columns.columns}
    texts = sound | data.draw(st.dictionaries(st.sampled_from([*columns.columns]), st.none() | ODD_TEXT, max_size=9))
    said = {field: words[0] for field, words in columns.schema.validate(texts).items()}
    found = columns.faults(texts, columns.columns)
    assert (found, [*found]) == (said, [*said])


def test_of_a_thousand_random_bodies_the_compiled_checks_say_what_their_schema_says() -> None:
    """``make bodies`` reads a million."""
    assert list(differences(seed=20261130, many=1_000)) == []


@CALM
@given(CHANGES)
def test_no_body_is_a_fault_of_the_emulator(changes: dict[str, Any]) -> None:
    body = json.dumps(dossier(**changes), ensure_ascii=True).encode()
    reading = Reading(ReadingRules("observed", RULES.now_ms))
    try:
        read_dossier(body, len(body), reading)
    except ServiceRefusal:
        refused = True
    else:
        refused = False
    assert refused == bool(reading.broken)


def test_the_tables_hold_the_fields_in_the_order_of_the_document() -> None:
    assert tuple(table("dossier").columns) == DOSSIER_FIELDS
    assert tuple(table("step").columns) == STEP_FIELDS
