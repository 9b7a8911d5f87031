"""The bill of materials and the page of licences say what the lock says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from emulator import __version__
from release.licences import page
from release.materials import CARRIED, OutOfStep, Pin, licence, locked, pins
from release.sbom import bill

ROOT = Path(__file__).resolve().parents[2]
SPDX = re.compile(r"[A-Za-z0-9.+-]+")


def test_every_pin_of_the_lock_is_read_with_its_hashes_and_who_asked_for_it() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = pins(lock)
    assert len(found) == len(re.findall(r"^\S+==", lock, re.MULTILINE)) > 30
    assert sum(len(pin.hashes) for pin in found) == lock.count("--hash=")
    names = {pin.name for pin in found}
    assert all(pin.asked_by and set() < set(pin.asked_by) <= names | {"ndxp-emulator"} for pin in found)


def test_the_page_of_licences_is_not_stale_and_names_no_registry() -> None:
    written = (ROOT / "LICENCES.md").read_text(encoding="utf-8")
    assert written == page(), "run: make docs"
    assert "http" not in written


def test_every_library_has_a_licence_in_spdx_words() -> None:
    assert len(locked()) > 30
    for pin in locked():
        words = SPDX.findall(licence(pin))
        assert words, pin
        assert not {"License", "licence", "UNKNOWN"} & set(words), pin


def test_a_library_that_is_not_the_pinned_one_is_named() -> None:
    with pytest.raises(OutOfStep, match=r"click 0\.0\.1"):
        licence(Pin("click", "0.0.1", (), ()))


def test_the_bill_lists_the_lock_and_what_is_carried_and_who_needs_whom() -> None:
    told = bill(locked(), None)
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    listed = {(each["name"], each.get("version", "")) for each in told["components"]}
    assert listed == {(pin.name, pin.version) for pin in locked()} | {(work.name, work.version) for work in CARRIED}
    refs = {each["bom-ref"] for each in told["components"]} | {told["metadata"]["component"]["bom-ref"]}
    assert len(refs) == len(told["components"]) + 1
    edges = {each["ref"]: set(each["dependsOn"]) for each in told["dependencies"]}
    assert set().union(*edges.values()) <= refs
    reached, waiting = set(), [f"pkg:pypi/ndxp-emulator@{__version__}"]
    while waiting:
        reached.add(ref := waiting.pop())
        waiting += edges.get(ref, set()) - reached
    assert reached == refs


def test_the_bill_is_the_same_twice_and_takes_its_time_from_outside() -> None:
    assert json.dumps(bill(locked(), None)) == json.dumps(bill(locked(), None))
    assert "timestamp" not in bill(locked(), None)["metadata"]
    assert bill(locked(), "1577836800")["metadata"]["timestamp"] == "2020-01-01T00:00:00+00:00"


def test_what_is_carried_is_carried_in_that_version() -> None:
    origin = (ROOT / "emulator" / "openapi" / "viewer" / "ORIGIN.md").read_text(encoding="utf-8")
    assert f"Swagger UI {CARRIED[0].version}," in origin
    assert all((ROOT / work.where).exists() for work in CARRIED)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-build.lock"])
def test_the_locks_agree_with_the_lock_of_development(lock: str) -> None:
    everything = {pin.name: pin.version for pin in pins((ROOT / "requirements-dev.lock").read_text(encoding="utf-8"))}
    assert all(everything[pin.name] == pin.version for pin in pins((ROOT / lock).read_text(encoding="utf-8")))
