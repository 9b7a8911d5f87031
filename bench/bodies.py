"""``python -m bench.bodies``: random bodies, read by the compiled checks and by the schema they are made from.

The two must say the same of each body, in the same order. A quick sample runs with the tests.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from typing import Any, Literal

from emulator.kernel.clock import read_day
from emulator.services.btxh.bodies import DOSSIER
from emulator.services.btxh.fields import table
from emulator.services.btxh.tidy import bring_into_form
from emulator.wire.reading import Reading, ReadingRules
from tests.builders import dossier, pull, step

_RULES = ReadingRules("documented", read_day("01/12/2026") or 0)
_NAMES: tuple[Literal["dossier", "step", "dossier_pull", "progress_pull"], ...]
_NAMES = ("dossier", "step", "dossier_pull", "progress_pull")
_SOUND = {"dossier": dossier(), "step": step(), "dossier_pull": pull(), "progress_pull": pull()}
_PIECES = "0123456789/: .,-aĐộ\u00a0\u0301\u200b\t\n\x00\U0001f600"
_WORDS = ["", " ", "0", "1", "2", "7", "10", "01", "001", "00001", "1,7", "1034", "30", "56", "100", "31/02/2026"]
_WORDS += ["20/11/2026", "20/11/2026 08:32:36", "2026-11-20 08:32:36", "20/11/2026 24:00:00", "a" * 26, "é" * 4001]
_OTHERS: list[Any] = [None, 0, 1, True, 1.5, [], {}, ["1"], {"a": 1}]


def differences(seed: int, many: int) -> Iterator[str]:
    """Yield a sentence for each of so many bodies about which the two readings do not agree."""
    dice = random.Random(seed)
    for number in range(many):
        name = dice.choice(_NAMES)
        said = _compare_texts(name, dice) or (_compare_readings(dice) if name == "dossier" else "")
        if said:
            yield f"seed {seed}, body {number} ({name}): {said}"


def _compare_texts(name: Literal["dossier", "step", "dossier_pull", "progress_pull"], dice: random.Random) -> str:
    """Compare what marshmallow says of texts with what the columns say, in its order."""
    columns = table(name)
    texts = {each: _SOUND[name].get(each) for each in columns.columns}
    texts |= {each: dice.choice((_text(dice), None)) for each in dice.sample(list(texts), dice.randint(0, len(texts)))}
    declared = {field: words[0] for field, words in columns.schema.validate(texts).items()}
    found = columns.faults(texts, columns.columns)
    return "" if (found, [*found]) == (declared, [*declared]) else f"{found} is not {declared}: {texts}"


def _compare_readings(dice: random.Random) -> str:
    """Compare a reading that looks twice at unusual fields alone with one that looks twice at each."""
    columns = table("dossier")
    names = [*columns.columns, "KhongCo", "cmnd", " Email"]
    body = dossier() | {each: _value(dice) for each in dice.sample(names, dice.randint(0, 4))}
    unusual, careful, quick = columns.unusual(body), Reading(_RULES), Reading(_RULES)
    texts = bring_into_form(body, {*columns.columns, *body}, columns, DOSSIER, careful).texts
    is_same = bring_into_form(body, unusual, columns, DOSSIER, quick).texts == texts
    same = is_same and (quick.notes, quick.broken) == (careful.notes, careful.broken)
    return "" if same else f"{unusual} {quick.notes} {quick.broken} is not {careful.notes} {careful.broken}: {body}"


def _text(dice: random.Random) -> str:
    if dice.random() < 0.6:
        return dice.choice(_WORDS)
    return "".join(dice.choices(_PIECES, k=dice.randint(0, 24)))


def _value(dice: random.Random) -> Any:
    return dice.choice(_OTHERS) if dice.random() < 0.3 else _text(dice)


def main() -> None:
    """Compare, and end badly when a single body is read two ways."""
    asked = argparse.ArgumentParser(prog="python -m bench.bodies")
    asked.add_argument("--many", type=int, default=1_000_000)
    asked.add_argument("--seed", type=int, default=1)
    words = asked.parse_args()
    found = list(differences(words.seed, words.many))
    print(
        *(each[:1_000] for each in found[:20]),
        f"{words.many:,} bodies of seed {words.seed}, {len(found)} read in two ways",
        sep="\n",
    )
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
