"""A lesson: ask for a person, be told no, and see both in the journal."""

from __future__ import annotations

import pytest
import requests


def ask(ndxp, number, name):
    keys = (ndxp.consumer_key, ndxp.consumer_secret)
    token = requests.post(f"{ndxp.base_url}/token", {"grant_type": "client_credentials"}, auth=keys, timeout=10).json()
    return requests.post(
        f"{ndxp.base_url}/apiDanCu/1.0/TraCuu",
        json={"SoDinhDanh": number, "HoVaTen": name},
        headers={"Authorization": f"Bearer {token['access_token']}"},
        timeout=10,
    ).json()


def test_a_person_is_found_by_number_and_name(ndxp):
    assert ask(ndxp, "999070000034", "LÊ VĂN CHƯA TỪNG")["data"]["NgaySinh"] == "02/09/1970"
    assert ask(ndxp, "999070000034", "Phạm Hư Cấu")["error_code"] == -4
    ndxp.journal.called("dan-cu.TraCuu", times=2)


@pytest.mark.ndxp_fault("service-refused", on="dan-cu.TraCuu", nth=2, error_code=-9)
def test_the_second_question_meets_a_busy_service(ndxp):
    codes = [ask(ndxp, "999301000056", "Phạm Hư Cấu")["error_code"] for _ in range(3)]
    assert codes == [0, -9, 0]
