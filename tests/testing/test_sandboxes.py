"""The plugin's fixtures and markers: what a test finds, and what it leaves behind."""

from __future__ import annotations

import pytest
import requests

from tests.serving import Server
from tests.testing.suites import Suite

pytest_plugins = ("pytester",)


def test_every_test_has_an_untouched_country_that_is_gone_afterwards(suite: Suite, server: Server) -> None:
    ran = suite.run("""
        @pytest.mark.parametrize("turn", [1, 2])
        def test_first(ndxp, turn):
            assert ndxp.journal.entries() == []
            log_in(ndxp)
            ndxp.settings(token_lifetime_s=7)
            ndxp.clock.set("2030-01-01T00:00:00")
            assert len(ndxp.journal.entries()) == 1

        def test_second(ndxp):
            assert ndxp.settings()["token_lifetime_s"] == 3600
            assert ndxp.clock.now().year < 2030
    """)
    ran.assert_outcomes(passed=3)
    every = requests.get(f"{server.base_url}/__admin/sandboxes", timeout=30).json()["sandboxes"]
    assert [each["id"] for each in every if each["id"] != "default"] == []


def test_markers_set_the_stage_and_add_up_from_module_to_test(suite: Suite) -> None:
    ran = suite.run("""
        pytestmark = [
            pytest.mark.ndxp_mode("observed"),
            pytest.mark.ndxp_settings(token_lifetime_s=60, agency_code="H01"),
            pytest.mark.ndxp_fault("token-expired", on="btxh.*", nth=2),
        ]

        @pytest.mark.ndxp_mode("strict")
        @pytest.mark.ndxp_scenario("mat-tra-loi")
        @pytest.mark.ndxp_clock("2026-03-02T08:00:00")
        @pytest.mark.ndxp_settings(token_lifetime_s=61)
        @pytest.mark.ndxp_fault("delay", ms=1)
        def test_all(ndxp):
            assert ndxp.ask("")["mode"] == "strict"
            assert ndxp.scenario.shown()["scenario"] == "mat-tra-loi"
            assert ndxp.clock.now().isoformat() == "2026-03-02T08:00:00+07:00"
            assert (ndxp.settings()["token_lifetime_s"], ndxp.settings()["agency_code"]) == (61, "H01")
            armed = ndxp.faults.armed()
            assert [(fault["fault"], fault["on"], fault["nth"]) for fault in armed] == [
                ("token-expired", "btxh.*", [2]), ("delay", "*", []),
            ]
            assert armed[1]["params"]["ms"] == 1

        def test_module_alone(ndxp_inprocess):
            assert ndxp_inprocess.ask("")["mode"] == "observed"
            assert len(ndxp_inprocess.faults.armed()) == 1
    """)
    ran.assert_outcomes(passed=2)


def test_the_handle_turns_what_the_markers_set(suite: Suite) -> None:
    ran = suite.run("""
        from datetime import datetime, timedelta

        def test_handle(ndxp_inprocess):
            box = ndxp_inprocess
            box.clock.freeze(datetime(2026, 3, 2, 8))
            box.clock.advance(timedelta(days=1, milliseconds=5))
            box.clock.advance("PT1H")
            assert box.clock.now().isoformat() == "2026-03-03T09:00:00.005000+07:00"
            box.clock.reset()
            box.clock.scale(10)
            box.faults.arm("token-expired", "btxh.*", times=1)
            session = box.session()
            assert push(box, {}, session).status_code == 401
            assert box.faults.armed()[0]["fired"] == 1
            box.faults.disarm()
            assert box.faults.armed() == []
            box.scenario.play("mat-tra-loi")
            assert box.scenario.shown()["scenario"] == "mat-tra-loi"
            box.mode("strict")
            assert box.ask("")["mode"] == "strict"
            box.reset()
            assert box.journal.entries() == []
    """)
    ran.assert_outcomes(passed=1)


def test_one_test_may_have_several_countries_that_know_nothing_of_each_other(suite: Suite) -> None:
    ran = suite.run("""
        def test_two(ndxp, ndxp_make):
            other = ndxp_make(mode="strict", seed=7)
            assert other.id != ndxp.id
            assert other.consumer_key != ndxp.consumer_key
            log_in(other)
            other.journal.called_once_with("/token")
            ndxp.journal.never("/token")
    """)
    ran.assert_outcomes(passed=1)


def test_the_same_test_has_the_same_keys_and_token_in_every_run(alone: Suite) -> None:
    tests = """
        @pytest.mark.ndxp_clock("2026-03-02T08:00:00")
        def test_story(ndxp_inprocess):
            with open("told", "a") as told:
                print(ndxp_inprocess.id, log_in(ndxp_inprocess, ndxp_inprocess.session()).text, file=told)
    """
    for _ in range(2):
        alone.run(tests).assert_outcomes(passed=1)
    first, second = (alone.folder / "told").read_text().splitlines()
    assert first == second
    assert first.startswith("test-story-")


def test_a_name_that_is_taken_on_a_shared_server_does_no_harm(suite: Suite, server: Server) -> None:
    ran = suite.run("""
        def test_taken(ndxp_server, ndxp_make, request):
            from emulator.testing.line import ask
            from emulator.testing.marks import sandbox_id
            taken = sandbox_id(request.node.name, request.node.nodeid)
            ask(ndxp_server.line, "POST", "/sandboxes", {"id": taken})
            made = ndxp_make()
            assert made.id.startswith(taken + "-")
            ask(ndxp_server.line, "DELETE", f"/sandboxes/{taken}")
    """)
    ran.assert_outcomes(passed=1)


def test_names_of_any_kind_become_sandboxes(suite: Suite) -> None:
    ran = suite.run("""
        @pytest.mark.parametrize("words", ["Đường phố", "_", "x" * 300, "a/b?c=d", "---", "日本"])
        def test_hồ_sơ(ndxp_inprocess, words):
            assert ndxp_inprocess.http.get("/nowhere").status_code == 404
            assert len(ndxp_inprocess.journal.entries()) == 1
    """)
    ran.assert_outcomes(passed=6)


def test_a_wrong_marker_is_an_error_that_says_what_is_right(suite: Suite) -> None:
    ran = suite.run("""
        @pytest.mark.ndxp_mode("kind")
        def test_mode(ndxp_inprocess): pass

        @pytest.mark.ndxp_clock()
        def test_clock(ndxp_inprocess): pass

        @pytest.mark.ndxp_fault("token-expird")
        def test_fault(ndxp_inprocess): pass

        @pytest.mark.ndxp_scenario("no-such-scenario")
        def test_scenario(ndxp_inprocess): pass
    """)
    ran.assert_outcomes(errors=4)
    ran.stdout.fnmatch_lines_random(
        [
            "*/mode must be one of: strict, documented, observed*",
            "*pytest.mark.ndxp_clock*takes exactly one value*",
            "*there is no such name; nearest: 'token-expired'*",
            "*there is no scenario 'no-such-scenario'*",
        ]
    )


def test_the_markers_are_explained(suite: Suite) -> None:
    said = suite.run("", "--markers").stdout.str()
    for name in ("scenario", "fault", "clock", "mode", "settings"):
        assert f"@pytest.mark.ndxp_{name}(" in said


def test_a_module_and_a_fixture_of_wider_scope_may_share_a_country(suite: Suite, server: Server) -> None:
    ran = suite.run("""
        pytestmark = pytest.mark.ndxp_mode("strict")

        @pytest.fixture(scope="session")
        def everywhere(ndxp_factory):
            return ndxp_factory(mode="observed")

        def test_one(ndxp_module, everywhere):
            log_in(ndxp_module)
            assert (ndxp_module.ask("")["mode"], everywhere.ask("")["mode"]) == ("strict", "observed")

        def test_two(ndxp_module, everywhere):
            assert len(ndxp_module.journal.entries()) == 1
            assert everywhere.journal.entries() == []
            assert everywhere.id != ndxp_module.id
    """)
    ran.assert_outcomes(passed=2)
    every = requests.get(f"{server.base_url}/__admin/sandboxes", timeout=30).json()["sandboxes"]
    assert [each["id"] for each in every] == ["default"]


def test_a_proxy_of_the_environment_does_not_stand_before_the_emulator(
    alone: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "intranet.example.vn")
    ran = alone.run("""
        import os

        def test_reached(ndxp):
            assert log_in(ndxp).status_code == 200
            assert os.environ["NO_PROXY"].startswith("intranet.example.vn,")
    """)
    ran.assert_outcomes(passed=1)
