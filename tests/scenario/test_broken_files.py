"""Every kind of mistake in a scenario file is told with its line, its column and what was expected."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from emulator.cli import main
from emulator.country.pack import Pack
from emulator.country.positions import Problem
from emulator.scenario.library import Library, shipped_folder
from emulator.scenario.reader import Source, problems_of
from tests.scenario.broken import BASE, CASES, Broken
from tests.scenario.mistakes import HEAD, MISTAKES

_BYTES = (
    ("latin-1", BASE.encode("utf-8").replace("Thử".encode(), b"Th\xfa"), (2, 15), "UTF-8"),
    ("utf-16", BASE.encode("utf-16"), (1, 1), "UTF-16"),
    ("behind a byte order mark", b"\xef\xbb\xbf" + BASE.replace("id: thu", "id: khac").encode(), (1, 5), "thu"),
    (
        "lines end as on Windows",
        BASE.replace("status: 503", "status: 2").replace("\n", "\r\n").encode(),
        (8, 22),
        "400",
    ),
)


def told(path: Path) -> list[dict[str, str | int]]:
    result = CliRunner().invoke(main, ["validate", "--format", "json", str(path)])
    problems: list[dict[str, str | int]] = json.loads(result.output)
    assert result.exit_code == (2 if problems else 0)
    return problems


def test_the_base_of_the_table_is_right(tmp_path: Path) -> None:
    path = tmp_path / "thu.yaml"
    path.write_text(BASE, encoding="utf-8")
    assert told(path) == []
    assert len(CASES) + len(_BYTES) >= 50


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, case: Broken) -> None:
    path = tmp_path / "thu.yaml"
    assert case.old in BASE
    path.write_text(BASE.replace(case.old, case.new, 1), encoding="utf-8")
    found = [each for each in told(path) if (each["line"], each["column"]) == (case.line, case.column)]
    assert [each for each in found if case.vi in str(each["vi"]) and case.en in str(each["en"])], told(path)


@pytest.mark.parametrize(("text", "words"), MISTAKES, ids=lambda each: each[:60])
def test_what_cannot_be_meant_is_told_with_its_place(co_ban: Pack, text: str, words: str) -> None:
    """What makes sense word by word and could never happen, and what the pack does not have."""
    whole = HEAD + text
    before = whole[: whole.index("‸")]
    place = before.count("\n") + 1, len(before) - before.rfind("\n")
    source = Source(Path("thu.yaml"), Library(), whole.replace("‸", ""), pack=co_ban)
    found = [(each.line, each.column, each.vi) for each in problems_of(source)]
    assert [vi for line, column, vi in found if (line, column) == place and words in vi], found


@pytest.mark.parametrize(("name", "raw", "place", "word"), _BYTES, ids=lambda each: str(each)[:20])
def test_bytes_that_editors_leave_behind(
    tmp_path: Path, name: str, raw: bytes, place: tuple[int, int], word: str
) -> None:
    path = tmp_path / "thu.yaml"
    path.write_bytes(raw)
    problems = told(path)
    assert [(each["line"], each["column"]) for each in problems] == [place]
    assert word in str(problems[0]["vi"])


def test_a_folder_of_scenarios_is_checked_whole(tmp_path: Path) -> None:
    for name in ("mot", "hai"):
        (tmp_path / f"{name}.yaml").write_text(BASE, encoding="utf-8")
    assert [Path(str(each["path"])).stem for each in told(tmp_path)] == ["hai", "mot"]


BOX = sorted(path for path in shipped_folder().rglob("*.yaml") if path.parent.name != "fragments")
_ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**9, "", "x", [], {}, [1], ["a", None], {"a": 1}, [[[]]], "\u200b", "{{params.x}}"),
    *(
        "{{clock}}",
        "PT1S",
        "01:00",
        "btxh.*",
        {"kind": "set"},
        {"any": []},
        {"from": 1, "to": 2},
        {"name": "slow-drip"},
    ),
)
_WORDS = (
    *("steps", "states", "start", "timeline", "outages", "fixtures", "params", "use", "extends", "machines", "do"),
    *("when", "nth", "any", "not", "all", "effects", "after", "at", "for", "patch", "headers", "count_by", "goto"),
    *("host", "every", "state", "machine", "name", "like", "faults", "fault", "dossier", "settings", "papers", "kind"),
)


@pytest.mark.parametrize("seed", range(12))
def test_no_file_however_odd_makes_the_reader_fail(co_ban: Pack, seed: int) -> None:
    """Scenarios of the box with values of other sorts at random places: each is taken, or told with a place."""
    luck, told = Random(seed), list[Problem]()
    for _ in range(8):
        made = yaml.safe_load(luck.choice(BOX).read_text(encoding="utf-8")) | {"schema_version": "2"}
        for _ in range(luck.choice((1, 1, 2, 3))):
            spoil(made, luck)
        text = yaml.safe_dump(made, allow_unicode=True, sort_keys=False)
        told += problems_of(Source(Path("thu.yaml"), Library(), text, pack=co_ban))
    assert told
    assert [each for each in told if not (each.line >= 1 and each.column >= 1 and each.vi and each.en)] == []


def spoil(value: Any, luck: Random) -> None:
    """Change one thing somewhere in a tree of lists and mappings."""
    inner = [each for each in (value.values() if isinstance(value, dict) else value) if isinstance(each, dict | list)]
    if inner and luck.random() < 0.7:
        spoil(luck.choice(inner), luck)
    elif isinstance(value, dict):
        value[luck.choice([*value, luck.choice(_WORDS)])] = deepcopy(luck.choice(_ODD))
    else:
        value.append(deepcopy(luck.choice(_ODD)))
