"""``python -m bench [name …]`` measures and prints a table of medians. Rates need ``wrk``, a public load generator.

Absolute numbers mean little on a shared machine: read the ratios, which come from interleaved runs.
"""

from __future__ import annotations

import argparse
from functools import partial

from bench import (
    agenda,
    certify,
    console,
    curves,
    downloads,
    growth,
    held,
    house,
    lookups,
    observability,
    papers,
    peers,
    quick,
    rates,
    sandboxes,
    start,
    tampering,
)

MEASURES = {
    "quick": quick.quick,
    "peers": peers.peers,
    "agenda": agenda.year,
    "sandboxes": sandboxes.sandboxes,
    "start": start.first_answer,
    "memory": start.memory,
    "push": rates.push,
    "curves": curves.curves,
    "insert": growth.insert,
    "pull": growth.pull,
    "reset": growth.reset,
    "papers": papers.papers,
    "lookups": lookups.lookups,
    "download": downloads.download,
    "held": held.held,
    "observability": observability.observability,
    "house": house.house,
    "console": console.pages,
    "tampering": tampering.tampering,
    "certify": certify.reference,
    "variants": certify.conforming,
}

ASKED_FOR = {"quick", "peers", "curves"}
"""What is measured when it is named: minutes, or beside other servers."""


def main() -> None:
    """Run the named measures, or all."""
    asked = argparse.ArgumentParser(prog="python -m bench")
    asked.add_argument("names", nargs="*", metavar="name", help=", ".join(MEASURES))
    asked.add_argument("--seeds", type=int, default=certify.SEEDS, help="certify, variants: on how many seeds")
    asked.add_argument("--kit", action="append", default=[], help="certify, variants: this kit only; repeatable")
    words = asked.parse_args()
    played = {"certify": certify.reference, "variants": certify.conforming}
    measures = MEASURES | {name: partial(play, words.seeds, tuple(words.kit)) for name, play in played.items()}
    print("| what | median | min … max | ratio | aim |\n|---|---|---|---|---|")
    for name in words.names or (name for name in MEASURES if name not in ASKED_FOR):
        for line in measures[name]():
            print(line, flush=True)


if __name__ == "__main__":
    main()
