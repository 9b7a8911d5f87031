"""What a command writes: letters a code page lacks, colours, data for programs, a file that is whole or not at all."""

from __future__ import annotations

import codecs
import io
import os
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TextIO

import click

from emulator.kernel.delivery import OPEN, SECRET, draft_beside

# How a command stops when it cannot begin: one sentence on stderr, exit code 2.


class CannotStart(click.ClickException):
    """A sentence, Vietnamese and English, about what stands in the way."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence alone."""
        click.echo(self.format_message(), file=file, err=file is None)


_PLAIN = "ndxp-emulator-plain"
_LETTERS_OWN = "\u0302\u0306\u031b"  # these make another letter, the others a tone: cp1258 has â, and no ạ
_SUBSTITUTES = str.maketrans(
    {
        "đ": "d",
        "Đ": "D",
        "–": "-",
        "—": "-",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "…": "...",
        "→": "->",
        "←": "<-",
        "✓": "v",
        "✗": "x",
        "·": "-",
        "≤": "<=",
        "≥": ">=",
        "▶": ">",
        "●": "*",
    }
)


def soften_streams() -> None:
    """Let stdout and stderr say in plain letters what their code page lacks, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and stream.encoding.lower() not in ("utf-8", "utf8"):
            name = f"{_PLAIN}-{stream.encoding}"
            codecs.register_error(name, _into_plain_letters(stream.encoding))
            stream.reconfigure(errors=name)


def _into_plain_letters(encoding: str) -> Callable[[UnicodeError], tuple[str, int]]:
    """Return what puts letters of a code page in the place of others: with fewer marks, or ``?`` at worst."""

    def in_plain_letters(trouble: UnicodeError) -> tuple[str, int]:
        if not isinstance(trouble, UnicodeEncodeError):
            raise trouble
        lacking = trouble.object[trouble.start : trouble.end]  # its .encoding says "charmap" for every code page
        return "".join(_nearest(each, encoding) for each in lacking), trouble.end

    return in_plain_letters


def _nearest(letter: str, encoding: str) -> str:
    """Return the fullest spelling that a code page has: cp1258 keeps ế as ê and a mark, cp1252 as e."""
    base, *marks = list(unicodedata.normalize("NFD", letter))
    for mark in sorted(marks, key=_LETTERS_OWN.find, reverse=True):
        joined = unicodedata.normalize("NFC", base + mark)
        longer = joined if _has(joined, encoding) else base + mark
        base = longer if _has(longer, encoding) else base
    base = base.translate(_SUBSTITUTES)
    return base if _has(base, encoding) else "?" * len(base)


def _has(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def wishes_colour(environment: Mapping[str, str] = os.environ) -> bool | None:
    """Return what the environment says about colours; None leaves it to whether stdout is a terminal.

    ``NO_COLOR`` (not empty) wins over ``CLICOLOR_FORCE`` (not empty, not 0); ``TERM=dumb`` has none.
    """
    if environment.get("NO_COLOR") or (environment.get("TERM") == "dumb" and not environment.get("CLICOLOR_FORCE")):
        return False
    return True if environment.get("CLICOLOR_FORCE", "0") not in ("", "0") else None


@contextmanager
def show_working(vi: str, en: str) -> Iterator[None]:
    """Say on a terminal, on stderr, what is being done for as long as it lasts; by rich where that is installed.

    Where nobody watches nothing is said.
    """
    if not sys.stderr.isatty():
        yield
        return
    text = f"{vi} / {en}"
    try:
        from rich.console import Console
    except ModuleNotFoundError:
        with _counted_seconds(text):
            yield
    else:
        with Console(stderr=True).status(text):
            yield


@contextmanager
def _counted_seconds(text: str) -> Iterator[None]:
    """Keep a line with the seconds that have passed, and take it away at the end."""
    over, began = threading.Event(), time.monotonic()

    def count() -> None:
        while True:
            sys.stderr.write(f"\r… {text}  {time.monotonic() - began:.0f} s")
            sys.stderr.flush()
            if over.wait(1):
                sys.stderr.write(f"\r{' ' * (len(text) + 12)}\r")
                sys.stderr.flush()
                return

    counting = threading.Thread(target=count, daemon=True)
    counting.start()
    try:
        yield
    finally:
        over.set()
        counting.join()


def write_data(text: str) -> None:
    """Write what programs read to stdout: UTF-8 whatever the code page says."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        return
    buffer.write(text.encode("utf-8"))
    buffer.flush()


FORCE = click.option(
    "--force",
    is_flag=True,
    help="Ghi đè cái đã có; không nêu thì giữ nguyên và dừng, mã 2. / Overwrite what is there; without it, nothing is "
    "touched: exit code 2.",
)
_STREAMS = (Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd"))


def refuse_taken(path: Path, *, force: bool = False) -> None:
    """Say that a file is there already, before any work for it is begun; a device or a pipe is never taken.

    Raises:
        CannotStart: it is a file and ``force`` is not given, or it is a folder.
    """
    if path.is_dir():
        raise CannotStart(f"{path} là một thư mục. / {path} is a folder.")
    if path.exists() and not force and not _is_stream(path):
        raise CannotStart(f"{path} đã có; dùng --force để ghi đè. / {path} exists; use --force to overwrite it.")


def refuse_filled(folder: Path, *, force: bool = False) -> None:
    """Say that a folder has content already, or is a file. Raises CannotStart, as ``refuse_taken`` does."""
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not force):
        raise CannotStart(f"{folder} đã có nội dung; dùng --force. / {folder} is there and not empty; use --force.")


def write_file(path: Path, content: bytes, *, force: bool = False, secret: bool = False) -> None:
    """Write a file, whole or not at all; ``secret``: nobody but its owner may read it. Raises as ``open_draft``."""
    with open_draft(path, force=force, secret=secret) as stream:
        stream.write(content)


@contextmanager
def open_draft(path: Path, *, force: bool = False, secret: bool = False) -> Iterator[IO[bytes]]:
    """Open a draft beside ``path``; it takes its place when all is written, and is gone when anything stops that.

    A device or a pipe is written as it is, and keeps the mode it has. A link keeps pointing: what it names is replaced.

    Raises:
        CannotStart: the file is there already and ``force`` is not given, or it cannot be written.
    """
    refuse_taken(path, force=force)
    try:
        if _is_stream(path):
            with path.open("ab") as stream:
                yield stream
            return
        place = path.resolve()
        with draft_beside(place, SECRET if secret else OPEN) as (draft, stream):
            yield stream
            stream.close()
            draft.replace(place)
    except BrokenPipeError:  # a reader that needs no more
        raise
    except OSError as trouble:
        raise CannotStart(
            f"Không ghi được {path}: {trouble.strerror}. / {path} cannot be written: {trouble.strerror}."
        ) from trouble


def _is_stream(path: Path) -> bool:
    """Tell whether a path is no file to replace: a device, a pipe, ``/dev/stdout`` wherever it leads."""
    return (path.exists() and not path.is_file()) or path.absolute().parent in _STREAMS


@contextmanager
def draft_of(path: Path, *, force: bool, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Open a draft for text, line ends as they are written. Raises as ``open_draft``."""
    with open_draft(path, force=force) as stream:
        text = io.TextIOWrapper(stream, encoding, newline="")
        yield text
        text.flush()
        text.detach()
