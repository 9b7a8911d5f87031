"""Assertions on the journal, and the journal of a test that failed."""

from __future__ import annotations

from tests.testing.suites import Suite

pytest_plugins = ("pytester",)


def test_what_the_client_did_can_be_asserted(suite: Suite) -> None:
    ran = suite.run("""
        def test_said(ndxp_inprocess):
            box, http = ndxp_inprocess, ndxp_inprocess.session()
            push(box, {"MaHoSo": "x"}, http)
            journal = box.journal
            once = journal.called_once_with("btxh.DongBoDVC", body={"MaHoSo": "x"}, status=200, outcome="refused")
            assert once["operation"] == "btxh.DongBoDVC"
            journal.called_once_with("/token", headers={"Content-Type": {"contains": "form"}})
            log_in(box, http)
            assert len(journal.called("ndxp.token", times=2)) == len(journal.calls("/token")) == 2
            journal.called({"method": "POST"})
            journal.never("ndxp.token", status=401)
            journal.never("ndxp.revoke")
            assert [each["seq"] for each in journal.in_order("ndxp.token", "btxh.DongBoDVC", "ndxp.token")] == [1, 2, 3]
    """)
    ran.assert_outcomes(passed=1)


def test_an_assertion_that_fails_says_what_was_there(suite: Suite) -> None:
    ran = suite.run("""
        @pytest.fixture
        def journal(ndxp_inprocess):
            push(ndxp_inprocess, {"MaHoSo": "x"}, ndxp_inprocess.session())
            log_in(ndxp_inprocess, ndxp_inprocess.session())
            return ndxp_inprocess.journal

        def test_twice(journal): journal.called_once_with("ndxp.token")
        def test_none(journal): journal.called_once_with("ndxp.revoke")
        def test_other(journal): journal.called_once_with("btxh.DongBoDVC", body={"MaHoSo": "y"}, status=500)
        def test_rule(journal): journal.called_once_with("btxh.DongBoDVC", rule="B15")
        def test_never(journal): journal.never("ndxp.token")
        def test_order(journal): journal.in_order("btxh.DongBoDVC", "ndxp.token", "btxh.DongBoDVC")
        def test_times(journal): journal.called("ndxp.token", times=3)
    """)
    ran.assert_outcomes(failed=7)
    ran.stdout.fnmatch_lines(
        [
            "E*Mong đợi đúng 1 lượt ndxp.token, có 2.",
            "E*Expected exactly 1 ndxp.token, there are 2.",
            "E*Expected exactly 1 ndxp.revoke, there are 0.",
            "E*was called otherwise: MaHoSo 'y' ≠ 'x'; status 500 ≠ 200.",
            "E*was called otherwise: rule 'B15'.",
            "E*Expected no ndxp.token, there is: *.1.1, *.1.3.",
            "E*Expected in order btxh.DongBoDVC → ndxp.token → btxh.DongBoDVC; btxh.DongBoDVC did not come.",
            "E*Expected ndxp.token: Wanted exactly 3, the journal has 2.*",
        ]
    )
    assert "emulator/testing/evidence.py" not in ran.stdout.str()


def test_a_misspelt_operation_is_an_error_also_where_nothing_is_expected(suite: Suite) -> None:
    ran = suite.run("""
        def test_misspelt(ndxp_inprocess):
            with pytest.raises(ValueError, match="nearest: 'btxh.DongBoDVC'"):
                ndxp_inprocess.journal.never("btxh.DongBoDvc")
            with pytest.raises(ValueError, match="there is no operation 'token'"):
                ndxp_inprocess.journal.in_order("ndxp.token", "token")
            with pytest.raises(Exception, match="there is no operation 'btxh.Later'"):
                ndxp_inprocess.journal.never({"operation": "btxh.Later"})
    """)
    ran.assert_outcomes(passed=1)


def test_a_client_that_works_beside_the_test_is_waited_for(suite: Suite) -> None:
    ran = suite.run("""
        import threading

        def test_wait(ndxp):
            client = threading.Timer(0.2, log_in, [ndxp])
            client.start()
            ndxp.journal.called_once_with("ndxp.token", within_s=30)
            client.join()
    """)
    ran.assert_outcomes(passed=1)


def test_a_failure_prints_the_journal_of_its_own_test_and_of_no_other(suite: Suite) -> None:
    ran = suite.run("""
        @pytest.mark.ndxp_clock("2026-03-02T08:00:00")
        def test_fails(ndxp):
            push(ndxp, {"MaHoSo": "x"})
            requests.get(ndxp.base_url + "/apiBTXH/1.0/Nope")
            raise ValueError("for a reason of its own")

        def test_passes(ndxp):
            requests.get(ndxp.base_url + "/passes")

        @pytest.fixture
        def broken(ndxp):
            requests.get(ndxp.base_url + "/in-the-setup")
            raise ValueError

        def test_setup(broken): pass

        def test_silent(ndxp_inprocess):
            assert 0
    """)
    ran.assert_outcomes(passed=1, failed=2, errors=1)
    ran.stdout.re_match_lines_random(
        [
            r"-+ ndxp: nhật ký / journal · http://127\.0\.0\.1:\d+/s/test-fails-\w{8} -+",
            r"giờ / time +thao tác / operation +mã / status +kết luận / verdict +lý do / reason$",
            r"2026-03-02 08:00:00\.000  ndxp\.token +200 +được trả lời / answered$",
            r"2026-03-02 08:00:00\.000  btxh\.DongBoDVC +200 +bị từ chối / refused +"
            r"required /LoaiDuLieu \[document: BTXH 3\.1\.1\]: .* / .*",
            r"2026-03-02 08:00:00\.000  GET /apiBTXH/1\.0/Nope +40\d +không khớp / unmatched +\S+",
            r".*GET /in-the-setup +404 .*",
            r"\(không có cuộc gọi nào / no call was made\)",
        ]
    )
    assert "/passes" not in ran.stdout.str()
    assert ran.stdout.str().count("nhật ký / journal") == 3


def test_a_secret_is_not_printed(suite: Suite) -> None:
    ran = suite.run(
        """
        def test_secret(ndxp_inprocess):
            ndxp_inprocess.http.post("/token?client_secret=tell-nobody", data={"client_secret": "tell-nobody-else"})
            ndxp_inprocess.journal.called_once_with("ndxp.token", status=200)
    """,
        "--tb=no",
    )
    ran.assert_outcomes(failed=1)
    assert "ndxp.token" in ran.stdout.str()
    assert "tell-nobody" not in ran.stdout.str()


def test_a_long_journal_is_printed_to_its_end_not_from_its_beginning(suite: Suite) -> None:
    ran = suite.run("""
        def test_long(ndxp_inprocess):
            for number in range(70):
                ndxp_inprocess.http.get(f"/call-{number}")
            raise ValueError
    """)
    said = ran.stdout.str()
    assert "… 10 dòng trước / earlier rows" in said
    assert "/call-9 " not in said
    assert "/call-69" in said
