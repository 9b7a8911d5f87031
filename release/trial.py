"""Does what was built run? It starts, gives a token and stops."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Sequence
from typing import Any

from emulator.settings import PREFIX
from release.changelog import NotReady

_PATIENCE_S = 120


def try_out(command: Sequence[str]) -> str:
    """Run ``command serve`` and return the first characters of a token it gave.

    Raises:
        NotReady: it does not start, gives no token, or does not stop with 0.
    """
    clean = {name: text for name, text in os.environ.items() if not name.startswith((PREFIX, "PYTHON"))}
    flags = ["serve", "--port", "0", "--store", ":memory:", "--quiet"]
    whole = [*command, *flags]
    with subprocess.Popen(whole, env=clean, stdout=subprocess.PIPE, text=True) as served:  # noqa: S603 - just built
        watchdog = threading.Timer(_PATIENCE_S, served.kill)
        watchdog.start()
        try:
            token = _token(json.loads(served.stdout.readline() if served.stdout else ""))
            served.send_signal(signal.SIGTERM)
            code = served.wait()
        except (ValueError, OSError, KeyError) as trouble:
            raise NotReady(f"{' '.join(whole)}: {trouble!r}") from trouble
        finally:
            served.kill()
            watchdog.cancel()
    if code:
        raise NotReady(f"{' '.join(whole)} ended with {code}")
    return token[:8]


def _token(ready: dict[str, Any]) -> str:
    pair = ready["credentials"]["production"]
    key = base64.b64encode(f"{pair['consumer_key']}:{pair['consumer_secret']}".encode()).decode()
    wish = urllib.request.Request(  # noqa: S310 - the server that was just started
        f"{ready['base_url']}/token", b"grant_type=client_credentials", {"Authorization": f"Basic {key}"}
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(wish, timeout=_PATIENCE_S) as reply:
        return str(json.load(reply)["access_token"])
