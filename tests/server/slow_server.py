"""A server whose door answers at once and delivers a minute later: ``python slow_server.py asgi|gthread [seconds]``.

``/fast`` is delivered at once; after so many seconds without a call a connection is closed.
"""

from __future__ import annotations

import sys
from typing import Any

from flask import Flask

from emulator.kernel.delivery import Delivery
from emulator.kernel.exchange import Call, Reply
from emulator.server import launch
from emulator.server.asgi_door import asgi_app
from emulator.server.flask_door import services
from emulator.server.launch import LaunchPlan, bind, run


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


class SlowDoor:
    waits = False

    def serve(self, call: Call, patience_s: float = 5) -> Reply:
        if call.path == "/fast":
            return Reply(200, b"fast", (("Date", "Mon, 30 Nov 2026 00:00:00 GMT"),))
        _say("served")
        return Reply(200, b"late", delivery=Delivery(delay_s=60))

    def lane_of(self, call: Call) -> str:
        return ""

    def blocks(self, call: Call) -> bool:
        return False


class Nothing:
    def start(self) -> None: ...

    def stop(self) -> None: ...


def main(kind: str) -> None:
    door: Any = SlowDoor()
    app: Any
    if kind == "asgi":
        app = asgi_app(door, door, 1024)
    else:
        app = Flask("slow")
        app.register_blueprint(services(door, 1024))
    listener = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    run(listener, app, LaunchPlan(kind, 1), Nothing(), lambda: _say(port))


if __name__ == "__main__":
    launch.KEEP_ALIVE_S = int(sys.argv[2]) if len(sys.argv) > 2 else launch.KEEP_ALIVE_S
    main(sys.argv[1])
