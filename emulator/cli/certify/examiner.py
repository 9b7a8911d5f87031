"""``python -P -m emulator.cli.certify.examiner serve …``: the server of an attempt.

Its admin token comes as the first line of its standard input, never by environment or file: whoever is examined could
read both. The line stays open as long as the examiner lives; when it closes, however that came about, the server ends.
"""

from __future__ import annotations

import os
import sys

from emulator.cli import main
from emulator.settings import PREFIX
from emulator.testing.parent_watch import leash


def take_token() -> None:
    """Read the token, byte by byte, so that the rest of the line stays for the leash."""
    token = b""
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        token += byte
    os.environ[f"{PREFIX}ADMIN_TOKEN"] = token.decode()


if __name__ == "__main__":
    take_token()
    leash()
    sys.exit(main())
