"""``python -m bench [name …]`` measures and prints a table of medians. Rates need ``wrk``, a public load generator.

Absolute numbers mean little on a shared machine: read the ratios, which come from interleaved runs.
"""

from __future__ import annotations

import sys

from bench import agenda, downloads, growth, held, lookups, observability, papers, rates, sandboxes, start, tampering

MEASURES = {
    "agenda": agenda.year,
    "sandboxes": sandboxes.sandboxes,
    "start": start.first_answer,
    "memory": start.memory,
    "push": rates.push,
    "insert": growth.insert,
    "pull": growth.pull,
    "reset": growth.reset,
    "papers": papers.papers,
    "lookups": lookups.lookups,
    "download": downloads.download,
    "held": held.held,
    "observability": observability.observability,
    "tampering": tampering.tampering,
}


def main() -> None:
    """Run the named measures, or all."""
    print("| what | median | min … max | ratio | aim |\n|---|---|---|---|---|")
    for name in sys.argv[1:] or MEASURES:
        for line in MEASURES[name]():
            print(line, flush=True)


if __name__ == "__main__":
    main()
