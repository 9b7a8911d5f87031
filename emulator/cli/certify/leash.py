"""``python -I -S leash.py FD UID GID FOLDER -- COMMAND``: one run of the examined program, and nothing left of it.

The examiner holds the other end of the pipe ``FD``. When that end closes, and when the command has ended, every process
that came of it is killed, also one that left its group. Standard library alone: this file is run by its path, outside
of the package, so that the examined program's interpreter sees nothing of ours.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from pathlib import Path

_SUBREAPER = 36  # prctl: whose parent has ended becomes a child of ours, so that it can be found
_EVERY_S = 0.05


def _adopt_orphans() -> None:
    with contextlib.suppress(Exception):  # not on macOS: there the group is all that can be ended
        import ctypes

        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def _start(words: list[str], user: int, group: int, folder: str) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.chdir(folder)
        if user >= 0:
            os.setgroups([])
            os.setgid(group)
            os.setuid(user)
        os.execvp(words[0], words)  # noqa: S606 - the command of the plan
    except OSError as trouble:
        sys.stderr.write(f"{words[0]}: {trouble}\n")
    os._exit(127)


def _children() -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for each in Path("/proc/self/task").iterdir():
            found += map(int, (each / "children").read_text().split())
    return found


def _end_all(child: int) -> None:
    """Kill the group of the command, then whatever it has left behind, until there is nothing."""
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    while left := _children():
        for each in left:
            with contextlib.suppress(OSError):
                os.kill(each, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _has_let_go(pipe: int) -> bool:
    ready, _, _ = select.select([pipe], [], [], _EVERY_S)
    return bool(ready) and not os.read(pipe, 1)


def run(pipe: int, child: int) -> int:
    """Wait for the command or for the examiner to be gone; return the exit code as a shell tells it."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        if _has_let_go(pipe):
            return 128 + signal.SIGKILL


def main() -> None:
    """Run the command of the argument list."""
    pipe, user, group, folder = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    os.set_inheritable(pipe, False)
    signal.signal(signal.SIGTERM, lambda *_: None)
    _adopt_orphans()
    child = _start(sys.argv[6:], user, group, folder)
    code = run(pipe, child)
    _end_all(child)
    os._exit(code)


if __name__ == "__main__":
    main()
