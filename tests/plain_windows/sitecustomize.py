"""What plain Windows lacks is hidden from a process that has this folder on its path: no Windows machine was seen."""

import os
import sys

for module in ("fcntl", "pwd", "grp", "resource", "termios"):
    sys.modules[module] = None
for name in ("fork", "forkpty", "O_CLOEXEC", "fchmod", "getuid", "geteuid", "setsid", "killpg", "sched_getaffinity"):
    if hasattr(os, name):
        delattr(os, name)
