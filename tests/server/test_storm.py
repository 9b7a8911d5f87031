"""A few seconds of the storm that ``make storm`` lets blow for an hour."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.storm import run_storm
from tests.databases import Postgres
from tests.serving import slack


@pytest.mark.parametrize("seed", [1])
def test_faults_at_random_moments_lose_nothing_over_sqlite(tmp_path: Path, seed: int) -> None:
    storm = run_storm(3, str(tmp_path / "store.db"), seed, scale=0.1, each_once=True)
    assert {"fill_disk", "remove_file", "take_lock", "jump_clock", "send_crowd", "stop_worker"} <= set(storm.happened)
    assert storm.wrong == []
    assert storm.acknowledged > 20 / slack()


def test_faults_at_random_moments_lose_nothing_over_postgresql(postgres: Postgres) -> None:
    own = Postgres()
    try:
        storm = run_storm(2, own.new_database(), 2, own, scale=0.1, each_once=True)
    finally:
        own.stop()
    assert storm.wrong == []
    assert storm.acknowledged > 20 / slack()
