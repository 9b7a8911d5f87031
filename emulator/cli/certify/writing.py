"""What the commands write: files that are there whole or not at all, secrets for their owner's eyes only."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulator.cli.stopping import CannotStart

if TYPE_CHECKING:
    from emulator.certification.bundle.keys import PrivateKey

_OPEN, _SECRET = 0o644, 0o600


def write(path: Path, content: bytes, *, force: bool = False, secret: bool = False) -> None:
    """Write a file; ``secret``: nobody but its owner may read it (mode 0600 from the first byte on).

    Raises:
        CannotStart: it is there already and ``force`` is not given, or the folder cannot be written.
    """
    if path.exists() and not force:
        raise CannotStart(f"{path} đã có; dùng --force để ghi đè. / {path} exists; use --force to overwrite it.")
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _SECRET if secret else _OPEN)
        with os.fdopen(number, "wb") as stream:
            stream.write(content)
        draft.replace(path)
    except OSError as trouble:
        sentence = f"Không ghi được {path}: {trouble.strerror}. / {path} cannot be written: {trouble.strerror}."
        raise CannotStart(sentence) from trouble
    finally:
        draft.unlink(missing_ok=True)


def openings_beside(bundle: Path) -> Path:
    """Return where the openings of a bundle lie."""
    return bundle.with_name(bundle.name + ".openings.json")


def write_bundle(
    path: Path,
    evidence: Mapping[str, Any],
    *,
    key: PrivateKey | None = None,
    signed_challenge: bytes = b"",
    force: bool = False,
) -> None:
    """Write the bundle of an attempt, and beside it, for its owner alone, how its commitments can be opened.

    Raises:
        CannotStart: a file is there already, or cannot be written.
    """
    from emulator.certification.bundle.pack import pack

    content = pack(evidence, key=key, signed_challenge=signed_challenge)
    openings = json.dumps(evidence["openings"], ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    write(path, content, force=force)
    write(openings_beside(path), openings.encode(), force=force, secret=True)
