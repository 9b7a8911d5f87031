"""``python -m emulator.testing.parent_watch serve …``: the command line, on a leash.

Whoever started it holds the other end of its standard input. When that end closes, the server ends: also after the
test run was killed, and no fixture could end anything.
"""

from __future__ import annotations

import _thread
import os
import signal
import threading

from emulator.cli import main


def leash() -> None:
    """Leave something behind that ends this process when its standard input closes.

    A process, and not a thread, where gunicorn forks: a fork copies no thread. Elsewhere all is one process.
    """
    if hasattr(os, "fork"):
        _leave_process()
    else:
        threading.Thread(target=_wait_in_thread, args=(os.dup(0),), name="leash", daemon=True).start()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _leave_process() -> None:
    server = os.getpid()
    if os.fork() == 0:
        os.close(1)  # whoever reads the server's output must see its end
        while os.read(0, 1):
            pass
        if os.getppid() == server:
            os.kill(server, signal.SIGTERM)
        os._exit(0)


def _wait_in_thread(line: int) -> None:
    while os.read(line, 1):
        pass
    _thread.interrupt_main(signal.SIGTERM)


if __name__ == "__main__":
    leash()
    main()
