"""A scenario of a test's own: a file beside it, with values, in this process and on a server."""

from __future__ import annotations

import pytest

from tests.scenario.test_tools import MINE
from tests.testing.suites import Suite

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("fixture", ["ndxp", "ndxp_inprocess"])
def test_a_marker_plays_a_file_beside_the_test_with_values(suite: Suite, fixture: str) -> None:
    (suite.folder / "thu.yaml").write_text(MINE, encoding="utf-8")
    ran = suite.run(f"""
        import pytest

        @pytest.mark.ndxp_scenario("./thu.yaml", ma=502)
        def test_mine({fixture}):
            shown = {fixture}.scenario.shown()
            assert (shown["scenario"], shown["params"]) == ("thu", {{"ma": "502"}})

        @pytest.mark.ndxp_scenario("mang-cham", delay="PT1S")
        def test_of_the_box({fixture}):
            assert {fixture}.scenario.shown()["params"] == {{"delay": "PT1S"}}

        @pytest.mark.ndxp_scenario("./khong-co.yaml")
        def test_of_nothing({fixture}):
            raise AssertionError
    """)
    ran.assert_outcomes(passed=2, errors=1)
    ran.stdout.fnmatch_lines(["*không có tệp khong-co.yaml*"])
