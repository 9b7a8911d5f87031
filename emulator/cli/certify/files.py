"""What the commands read: bundles and keys, with a sentence when one cannot be used."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.terminal import CannotStart, write_file

if TYPE_CHECKING:
    from emulator.certification.bundle.keys import PrivateKey, PublicKey
    from emulator.certification.bundle.pack import AttemptEvidence
    from emulator.certification.plan import Plan

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
    from emulator.certification.bundle.archive import BadBundle, unzip_files

    try:
        return unzip_files(content_of(path))
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


def plan_at(path: Path, command: str | None, *, attended: bool = False) -> Plan:
    """Return the plan of a file, with another command if one is given.

    Raises:
        CannotStart: it cannot be read; what is wrong is named by file, line and column.
    """
    from emulator.certification.kit_reader import BadFile
    from emulator.certification.plan import read_plan

    try:
        plan = read_plan(path, path.read_bytes())
    except OSError as trouble:
        raise CannotStart(f"Không đọc được {path}: {trouble.strerror}. / Cannot read {path}.") from trouble
    except BadFile as trouble:
        raise CannotStart(str(trouble)) from trouble
    if command:
        plan = replace(plan, command=tuple(shlex.split(command)))
    if attended or not plan.command:
        return replace(plan, command=())
    if not hasattr(os, "fork"):
        raise CannotStart(
            "Chạy phần mềm theo lệnh cần Linux hoặc macOS; trên Windows hãy thêm --attended. / Running a program by "
            "its command needs Linux or macOS: on Windows, add --attended."
        )
    return plan


def openings_beside(bundle: Path) -> Path:
    """Return where the openings of a bundle lie."""
    return bundle.with_name(bundle.name + ".openings.json")


def write_bundle(
    path: Path,
    evidence: AttemptEvidence,
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
    write_file(path, content, force=force)
    write_file(openings_beside(path), openings.encode(), force=force, secret=True)
