"""``python -m emulator.testing.parent_watch serve …``: the command line, on a leash.

Whoever started it holds the other end of its standard input. When that end closes, the server ends: also after the
test run was killed, and no fixture could end anything.
"""

from __future__ import annotations

import os
import signal

from emulator.cli import main


def leash() -> None:
    """Leave a process behind that ends this one when its standard input closes.

    A process and not a thread: gunicorn forks, and a fork copies no thread.
    """
    server = os.getpid()
    if os.fork() == 0:
        os.close(1)  # whoever reads the server's output must see its end
        while os.read(0, 1):
            pass
        if os.getppid() == server:
            os.kill(server, signal.SIGTERM)
        os._exit(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


if __name__ == "__main__":
    leash()
    main()
