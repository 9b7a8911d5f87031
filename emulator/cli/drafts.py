"""A file that is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from emulator.cli.stopping import CannotStart


@contextmanager
def draft_of(path: Path, *, force: bool, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Open a draft beside ``path``; it takes its place when all is written, and is gone when anything stops that.

    Raises:
        CannotStart: the file is there already and ``force`` is not given, or the folder cannot be written.
    """
    if path.is_dir():
        raise CannotStart(f"{path} là một thư mục. / {path} is a folder.")
    if path.exists() and not force:
        raise CannotStart(f"{path} đã có; dùng --force để ghi đè. / {path} exists; use --force to overwrite it.")
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with draft.open("w", encoding=encoding, newline="") as stream:
            yield stream
        draft.replace(path)
    except OSError as trouble:
        raise CannotStart(
            f"Không ghi được {path}: {trouble.strerror}. / {path} cannot be written: {trouble.strerror}."
        ) from trouble
    finally:
        draft.unlink(missing_ok=True)
