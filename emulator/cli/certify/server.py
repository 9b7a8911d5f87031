"""The emulator an attempt is played in: one of its own, or one that runs already."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulator.cli.stopping import CannotStart
from emulator.settings import PREFIX

_STOP_S = 10


@contextmanager
def own_server(store: Path, port: int, token: str) -> Iterator[dict[str, Any]]:
    """Run a server on a store of its own for as long as the context lasts; yield its ready line.

    Its admin API wants ``token``: a vendor's program that is being judged must not see what awaits it.

    Raises:
        CannotStart: it did not come up; what it said stands in the sentence.
    """
    flags = ["--store", str(store), "--port", str(port), "--quiet"]
    environment = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    environment.pop("PORT", None)
    process = subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "emulator", "serve", *flags],
        env=environment | {f"{PREFIX}ADMIN_TOKEN": token},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            said = process.stderr.read() if process.stderr else ""
            raise CannotStart(said.strip() or "Máy chủ không khởi động. / The server did not come up.")
        yield json.loads(line)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
