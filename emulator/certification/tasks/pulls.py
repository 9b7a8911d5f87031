"""Tasks of fetching what citizens filed on the ministry's own portal (BTXH 3.1.4 to 3.1.6).

A task tells what an officer would say: fetch what is new since the last time (``since``: where to begin when there was
no last time), at ``now`` or at each of ``moments``. Whose files were fetched whole is reported as received by
``officer``, once. What the ministry then lists is put into the country here; ``expected`` tells the judge about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.certification.tasks.filed import Filed, file, filed_before, finish
from emulator.certification.tasks.props import HOME_PROVINCE, Props
from emulator.country.records import KEEPSAKES, Keepsake
from emulator.country.shelf import Base, Shelf
from emulator.country.world import World
from emulator.kernel.clock import iso

Words = Mapping[str, Any]
_SECOND, _MINUTE, _DAY = 1000, 60_000, 86_400_000
_SINCE, _LAST, _CODES, _ODD, _EVER = (f"pulls {word}" for word in ("since", "last", "codes", "odd", "ever"))


def pull_dossiers(given: Words, props: Props) -> dict[str, Any]:
    """Fetch the new dossiers since the last time, take each over (BTXH 3.1.4).

    ``count`` new ones (2), one of them ``odd`` in its own way (tasks/filed.py), at a place the seed draws; ``papers``
    in each (1), with ``deleted`` one more that was taken back. ``again``: those of the scene before are listed once
    more. ``late``: filed in the very second of the fetch before, after it. ``none``: whatever the window, the ministry
    has nothing for it. ``days``: fetched once a day for so long; ``outage``: for so many days nobody could fetch.
    """
    moments = _moments(given, props)
    if given.get("none"):
        for code in _recall(props, _EVER):
            props.world.dossiers.drop(code)
    moved = [_again(code, props) for code in _recall(props, _CODES)] if given.get("again") else []
    made = [file(number, _at(number, given, props, moments), given, props) for number in _numbers(given, 2)]
    if given.get("days"):  # two more at the very edge of a window
        edges = props.luck("edges").sample(moments[:-1], 2)
        made += [file(len(made) + at, edge, given, props) for at, edge in enumerate(edges, 1)]
    task = _task("pull-dossiers", props, [*made, *moved], int(given.get("days", 1)))
    if given.get("days"):
        task["moments"] = [iso(moment) for moment in moments]
    return task


def pull_results(given: Words, props: Props) -> dict[str, Any]:
    """Fetch the final results since the last time, with their files (BTXH 3.1.5).

    ``count`` finished dossiers (2), or with ``of_last`` those which the scene before took over; their results were
    given in the last hour, or ``ago`` days before it.
    """
    if given.get("of_last"):
        earlier = int(given.get("ago", 0)) * _DAY if props.plan.clock == "follows" else 0
        made = [
            finish(filed_before(code, props), props, _between(props, "given", code) - earlier)
            for code in _recall(props, _CODES)
        ]
    else:
        numbers = _numbers(given, 2)
        made = [_finished(number, given, given, props) for number in numbers]
    return _task("pull-results", props, made)


def pull_steps(given: Words, props: Props) -> dict[str, Any]:
    """Fetch the steps since the last time; of a dossier they call finished, fetch the result, too (BTXH 3.1.6).

    ``count`` dossiers under way (2), of which ``finished`` (0) have come to their end.
    """
    made = [file(number, _at(number, given, props, []), {"steps": (2, 4)}, props) for number in _numbers(given, 2)]
    ended = range(len(made) + 1, len(made) + 1 + int(given.get("finished", 0)))
    words = {"steps": (2, 4, 9, 10)}
    made += [_finished(number, given, words, props) for number in ended]
    return _task("pull-steps", props, made)


def _finished(number: int, given: Words, words: Words, props: Props) -> Filed:
    """Return a dossier that was filed, and whose result was given since: each at an instant of its own."""
    filed = file(number, _at(number, given, props, []), words, props)
    return finish(filed, props, max(filed.dossier.received_at, _between(props, "given", number)))


def _task(what: str, props: Props, made: list[Filed], days: int = 1) -> dict[str, Any]:
    for code in _recall(props, _ODD):  # the ministry has set right what was wrong before: each test stands by itself
        props.world.dossiers.drop(code)
    _remember(props, _ODD, [each.code for each in made if each.odd])
    since = _recall(props, _SINCE) or [props.world.now_ms // _SECOND * _SECOND - days * _DAY]
    _remember(props, _SINCE, since)
    _remember(props, _LAST, [props.world.now_ms])
    _remember(props, _CODES, [each.code for each in made])
    _remember(props, _EVER, list({*_recall(props, _EVER), *_recall(props, _CODES)}))
    return {
        "do": what,
        "province": HOME_PROVINCE,
        "district": "",
        "since": iso(since[0]),
        "officer": {"account": "01_mc", "name": "CB Một Cửa", "title": "Cán bộ tiếp nhận hồ sơ"},
        "expected": {"province": HOME_PROVINCE, "dossiers": [each.as_dict() for each in made]},
    }


def _again(code: str, props: Props) -> Filed:
    """The ministry lists a dossier again that it listed before, now with a later time."""
    return filed_before(code, props).move_receipt(props, _between(props, "again", code))


def _moments(given: Words, props: Props) -> list[int]:
    days = int(given.get("days", 1))
    now = props.world.now_ms // _SECOND * _SECOND
    return [now - (days - number) * _DAY for number in range(1, days + 1)]


def _at(number: int, given: Words, props: Props, moments: list[int]) -> int:
    """Return when a citizen files: a whole second, since the fetch before and before the one that is asked for."""
    luck = props.luck("filed at", number)
    now = props.world.now_ms // _SECOND * _SECOND
    if given.get("late"):
        return int((_recall(props, _LAST) or [now])[0]) // _SECOND * _SECOND
    if given.get("days"):
        return luck.choice(moments) - luck.randrange(_MINUTE, 20 * 60 * _MINUTE, _SECOND)
    if given.get("outage"):
        return now - luck.randrange(_MINUTE, int(given["outage"]) * _DAY, _SECOND)
    return _between(props, "filed at", number)


def _between(props: Props, *purpose: object) -> int:
    """Return a second of the hour that was turned; for a client by its own clock, the present one."""
    now = props.world.now_ms // _SECOND * _SECOND
    if props.plan.clock != "follows":
        return now
    return now - props.luck(*purpose).randrange(5 * _MINUTE, 50 * _MINUTE, _SECOND)


def _numbers(given: Words, usual: int) -> range:
    return range(1, int(given.get("count", usual)) + 1)


def _shelf(world: World) -> Shelf[Keepsake]:
    return Shelf(KEEPSAKES, Base(KEEPSAKES), world)


def _remember(props: Props, name: str, values: list[Any]) -> None:
    import json

    _shelf(props.world).put_record(Keepsake(name, json.dumps(values)))


def _recall(props: Props, name: str) -> list[Any]:
    import json

    kept = _shelf(props.world).get(name)
    return list(json.loads(kept.text)) if kept else []
