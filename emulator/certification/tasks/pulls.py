"""Tasks of fetching what citizens filed on the ministry's own portal (BTXH 3.1.4 to 3.1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.certification.tasks.props import HOME_PROVINCE, Props

Words = Mapping[str, Any]


def _pull(what: str, given: Words, props: Props) -> dict[str, Any]:
    return {"do": what, "province": HOME_PROVINCE, "district": str(given.get("district", "")), "now": props.now}


def pull_dossiers(given: Words, props: Props) -> dict[str, Any]:
    """Fetch the new dossiers since the last time (BTXH 3.1.4)."""
    return _pull("pull-dossiers", given, props)


def pull_results(given: Words, props: Props) -> dict[str, Any]:
    """Fetch the final results since the last time (BTXH 3.1.5)."""
    return _pull("pull-results", given, props)


def pull_steps(given: Words, props: Props) -> dict[str, Any]:
    """Fetch the processing steps since the last time (BTXH 3.1.6)."""
    return _pull("pull-steps", given, props)
