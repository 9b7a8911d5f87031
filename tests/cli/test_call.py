"""``call``: a right call is answered, a wrong one refused, and the journal says why."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from emulator.cli import main
from emulator.cli.call import MadeCall
from emulator.services.client_view import asks, mistakes_of
from emulator.services.registry import operations
from tests.serving import Server
from tests.shapes import misfits

JOURNALLED = {"dvcqg.province": "dvcqg.mapi.LayDanhMucCoQuan"}
"""What is written down under the name of the service it turns out to ask for."""


OF_EVERY_GATEWAY = (
    "ndxp.token",
    "ndxp.revoke",
    "btxh.DongBoDVC",
    "btxh.DanhSachHoSo",
    "dvcqg.mapi.login",
    "dvcqg.papers.find",
    "province.download",
    "dvcqg.province",
    "ministry.page",
)
"""The others are called by tests/services/test_closed_world.py."""


def call(server: Server, *words: str) -> Result:
    return CliRunner().invoke(main, ["call", "--url", server.base_url, *words])


def told(server: Server, *words: str) -> dict[str, Any]:
    result = call(server, *words, "--json")
    assert result.stdout, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (0 if found["as_expected"] else 1)
    return found


@pytest.mark.parametrize("operation", OF_EVERY_GATEWAY)
def test_a_right_call_is_answered_and_each_mistake_is_noticed(server: Server, operation: str) -> None:
    declared = operations().get(operation)
    settings = dict(declared.operation.needs) if declared else {}
    requests.patch(f"{server.base_url}/__admin/settings", json=settings, timeout=10).raise_for_status()
    right = told(server, operation)
    assert list(misfits(right, MadeCall)) == []
    assert (right["became"], right["entry"]["operation"]) == ("answered", JOURNALLED.get(operation, operation))
    became = {wrong: told(server, operation, "--wrong", wrong)["became"] for wrong in mistakes_of(operation)}
    assert became
    assert set() < set(became.values()) <= {"refused", "noted"}, became
    noted = {wrong for wrong, end in became.items() if end == "noted"}
    assert noted - {"wrong-agency", "bad-window"} == set(), "what is ours notes, the rest is refused"


def test_a_call_that_a_setting_holds_back_names_the_setting(server: Server) -> None:
    requests.post(f"{server.base_url}/__admin/sandboxes", json={"id": "tat"}, timeout=10)
    result = call(server, "dvcqg.province", "--sandbox", "tat")
    assert (result.exit_code, '"provincial_gateway": true' in result.stderr) == (2, True)


def test_the_answer_is_explained_with_clause_rule_and_effects(server: Server) -> None:
    result = call(server, "btxh.DongBoDVC")
    assert "ANSWERED" in result.stdout
    assert str(told(server, "btxh.DongBoDVC")["entry"]["clause"]) in result.stdout
    assert "+ dossiers" in result.stdout
    wrong = call(server, "btxh.DongBoDVC", "--wrong", "wrong-procedure").stdout
    assert "REFUSED" in wrong
    assert "B69 · " in wrong, "the row of the register is quoted"


def test_the_answer_says_what_was_found_what_is_due_and_what_is_nearest(server: Server) -> None:
    dated = call(server, "btxh.DongBoDVC", "--wrong", "bad-date").stdout
    assert "có / found: 1960-15-03" in dated
    assert "cần / expected: dd/MM/yyyy" in dated
    assert "gần nhất / nearest: 15/03/1960" in dated
    unsigned = call(server, "btxh.DongBoDVC", "--wrong", "missing-token").stdout
    assert "có / found: ∅" in unsigned
    assert "cần / expected: Authorization: Bearer <token>" in unsigned


def test_no_secret_is_shown(server: Server) -> None:
    pairs = server.ready["credentials"].values()
    secrets = [pair[name] for pair in pairs for name in pair if name in ("consumer_secret", "password")]
    assert len(secrets) == 4
    for operation in asks():
        shown = call(server, operation).stdout + call(server, operation, "--json").stdout
        assert not [secret for secret in secrets if secret in shown]


def test_a_sandbox_of_ones_own_is_called_with_its_own_keys(server: Server) -> None:
    requests.post(f"{server.base_url}/__admin/sandboxes", json={"id": "rieng", "seed": 7}, timeout=10)
    for operation in ("btxh.XuLyHoSo", "dvcqg.papers.find"):
        found = told(server, operation, "--sandbox", "rieng")
        assert (found["became"], found["entry"]["id"].split(".")[0]) == ("answered", "rieng")


def test_a_broken_connection_is_explained_by_the_fault_that_broke_it(server: Server) -> None:
    requests.post(f"{server.base_url}/__admin/sandboxes", json={"id": "vo"}, timeout=10)
    fault = {"fault": "EMPTY_RESPONSE", "on": "btxh.DongBoDVC", "times": 1}
    armed = requests.put(f"{server.base_url}/__admin/sandboxes/vo/faults", json={"faults": [fault]}, timeout=10)
    assert armed.status_code == 200, armed.text
    result = call(server, "btxh.DongBoDVC", "--sandbox", "vo")
    assert "EMPTY_RESPONSE" in result.stdout


@pytest.mark.parametrize(
    ("words", "hint"),
    [(["btxh.DongBoDVX"], "btxh.DongBoDVC"), (["btxh.DongBoDVC", "--wrong", "sai"], "missing-token"), ([], "--list")],
)
def test_what_is_not_known_is_refused_with_the_nearest_word(server: Server, words: list[str], hint: str) -> None:
    result = call(server, *words)
    assert (result.exit_code, hint in result.stderr) == (2, True)


def test_the_list_names_operations_and_mistakes() -> None:
    text = CliRunner().invoke(main, ["call", "--list"]).stdout
    told = json.loads(CliRunner().invoke(main, ["call", "--list", "--json"]).stdout)
    assert {each["operation"] for each in told["calls"]} == set(asks())
    assert set(told["mistakes"]) == {wrong for name in asks() for wrong in mistakes_of(name)}
    assert all(name in text for name in (*asks(), *told["mistakes"]))
