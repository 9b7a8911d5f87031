"""What the commands read: bundles and keys, with a sentence when one cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.stopping import CannotStart

if TYPE_CHECKING:
    from emulator.certification.bundle.keys import PrivateKey, PublicKey

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Untrustworthy(CannotStart):
    """A sentence about a bundle that does not verify."""

    exit_code = 4


def content_of(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        CannotStart: it cannot be read, or is too large to be one of ours.
    """
    from emulator.certification.bundle.archive import SIZE_LIMIT

    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except OSError as trouble:
        raise CannotStart(f"Không đọc được {path}: {trouble.strerror}. / Cannot read {path}.") from trouble
    return content


def files_of(path: Path) -> dict[str, bytes]:
    """Return the files of a bundle.

    Raises:
        Untrustworthy: it is none, or was packed by somebody else.
    """
    from emulator.certification.bundle.archive import BadBundle, unzipped

    try:
        return unzipped(content_of(path))
    except BadBundle as trouble:
        raise Untrustworthy(f"{path}: {trouble.vi}. / {trouble.en}.") from trouble


def public_key_at(path: Path | None, option: str) -> PublicKey | None:
    """Return the public key in a PEM file, or None without a path. Raises CannotStart."""
    from emulator.certification.bundle.keys import BadKey, public_key

    if path is None:
        return None
    try:
        return public_key(content_of(path))
    except BadKey as trouble:
        raise CannotStart(f"{option} {path}: {trouble.vi}. / {trouble.en}.") from trouble


def private_key_at(path: Path, option: str = "--key") -> PrivateKey:
    """Return the private key in a PEM file. Raises CannotStart."""
    from emulator.certification.bundle.keys import BadKey, private_key

    try:
        return private_key(content_of(path))
    except BadKey as trouble:
        raise CannotStart(f"{option} {path}: {trouble.vi}. / {trouble.en}.") from trouble
