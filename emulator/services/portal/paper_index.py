"""Makes the file of papers of a pack: ``python -m emulator.services.portal.paper_index papers.jsonl PACK``.

The source holds one paper a line, a row of ``papers.json`` each. Lines are read one by one, so size costs no memory.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import orjson

from emulator.country.filed_base import write_filed_base
from emulator.services.portal.models import read_pack_paper
from emulator.services.portal.pack import FOLDER, PAPER_FILE


class BadPaper(Exception):
    """A line is no paper; the sentence names file and line."""


def index_papers(source: Path, pack: Path) -> int:
    """Write ``portal/papers.sqlite`` of a pack and return how many papers it holds. It replaces one that is there.

    Raises:
        BadPaper: a line is not JSON, or lacks a field; nothing is written then.
    """
    return write_filed_base(pack / FOLDER / PAPER_FILE, _rows(source))


def _rows(source: Path) -> Iterator[tuple[str, str, str]]:
    with source.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                paper = read_pack_paper(orjson.loads(line))
            except (ValueError, KeyError, TypeError) as trouble:
                raise BadPaper(f"{source}:{number}: không phải một giấy tờ / not a paper: {trouble!r}") from trouble
            yield paper.id, paper.owner_id, orjson.dumps(asdict(paper)).decode()


if __name__ == "__main__":
    index_papers(Path(sys.argv[1]), Path(sys.argv[2]))
