"""The key of a session's pseudonyms: a new one that nobody keeps, or the user's own."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.cli.stopping import CannotStart

if TYPE_CHECKING:
    from emulator.recording.pseudonyms import Pseudonyms

_SHORTEST = 16


def pseudonyms_of(key_file: Path | None, *, replaces_codes: bool) -> Pseudonyms:
    """Return the pseudonyms of a new session.

    Raises:
        CannotStart: the key file cannot be read, or is too short to keep anything secret.
    """
    from emulator.kernel.clock import VIETNAM
    from emulator.recording.pseudonyms import Pseudonyms

    return Pseudonyms(_key(key_file), datetime.now(VIETNAM).date(), replaces_codes=replaces_codes)


def _key(key_file: Path | None) -> bytes:
    if key_file is None:
        return secrets.token_bytes(32)
    try:
        key = key_file.read_bytes().strip()
    except OSError as trouble:
        raise CannotStart(f"--key-file: {trouble}") from trouble
    if len(key) < _SHORTEST:
        raise CannotStart(f"--key-file: cần ít nhất {_SHORTEST} byte / at least {_SHORTEST} bytes are needed")
    return key
