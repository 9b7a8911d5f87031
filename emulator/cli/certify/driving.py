"""Driving a vendor's program: once a scene, with the task in a file, and its end read from its exit code.

The program is not alone with the examiner's drawer: it runs in a folder of its own, with an environment of its own, as
another user where this process may change users, and nothing it starts outlives its scene.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from emulator.cli.terminal import write_file

if TYPE_CHECKING:
    from emulator.certification.attempt import Greeting
    from emulator.certification.lines import SceneEnding
    from emulator.certification.preflight import ClientContext

_TAIL = 4000
_GRACE_S = 5
CONTEXT, STATE, BASE_URL, NOW = (f"NDXP_CERT_{word}" for word in ("CONTEXT", "STATE_DIR", "BASE_URL", "NOW"))
_PASSED = (
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "JAVA_HOME", "DOTNET_ROOT", "NODE_PATH", "PYTHONPATH", "PYTHONUTF8",
    "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "NO_PROXY", "no_proxy",
)  # fmt: skip
"""What a program needs to run at all; a plan may name more (``environment``)."""
_PATHS = ("PATH", "NODE_PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
_NOBODY = "nobody"
_LEASH = Path(__file__).with_name("leash.py")


class Runner(NamedTuple):
    """As whom the program runs: another user's numbers, or (-1, -1) for our own."""

    user: int
    group: int

    @property
    def isolation(self) -> str:
        """Return the word for the evidence: ``user`` or ``folder``."""
        return "user" if self.user >= 0 else "folder"


def runner_for(folder: Path, command: Sequence[str]) -> Runner:
    """Return another user where this process may become one who can reach folder and command, else our own."""
    if os.geteuid() != 0:
        return Runner(-1, -1)
    try:
        other = pwd.getpwnam(_NOBODY)
    except KeyError:
        return Runner(-1, -1)
    named = [Path(word) for word in command if os.sep in word and Path(word).exists()]
    is_reached = _is_open_to_all(folder) and all(map(_is_readable_by_all, named))
    return Runner(other.pw_uid, other.pw_gid) if is_reached else Runner(-1, -1)


def _is_open_to_all(path: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in path.absolute().resolve().parents)


def _is_readable_by_all(path: Path) -> bool:
    return _is_open_to_all(path) and bool(path.stat().st_mode & 0o004)


class Driver:
    """Runs the command. ``folder`` holds the context file and what the client may keep between scenes."""

    def __init__(
        self,
        command: Sequence[str],
        context: ClientContext,
        folder: Path,
        patience_s: int,
        passed: Sequence[str] = (),
    ) -> None:
        self._command, self._context, self._patience_s = _anchor_paths(command), context, patience_s
        folder = folder.absolute()
        self._folder, self._file, self._state = folder, folder / "context.json", folder / "state"
        self._passed = (*_PASSED, *passed)
        folder.mkdir(parents=True, exist_ok=True)
        self.runner = runner_for(folder, self._command)
        for each in (folder, self._state, folder / "tmp"):
            each.mkdir(exist_ok=True)
            self._give(each)

    def _give(self, path: Path) -> None:
        if self.runner.user >= 0:
            os.chown(path, self.runner.user, self.runner.group)

    def greet(self, asked: Greeting) -> SceneEnding:
        """Let the client do the first small task; return how it ended. What it kept meanwhile is forgotten."""
        ending = self.perform(asked)
        shutil.rmtree(self._state)
        self._state.mkdir()
        self._give(self._state)
        return ending

    def perform(self, asked: Greeting) -> SceneEnding:
        """Let the client do one task; return how it ended, as the admin API takes it."""
        task = asked["task"]
        told = {**self._context, "task": task, "state_dir": str(self._state)}
        content = json.dumps(told, ensure_ascii=False, indent=1).encode()
        write_file(self._file, content, force=True, secret=True)
        self._give(self._file)
        ending = self._run(self._environment(str(task.get("now", ""))))
        return {**ending, "isolation": self.runner.isolation}

    def _environment(self, now: str) -> dict[str, str]:
        """Return an environment with nothing of ours in it."""
        kept = {name: os.environ[name] for name in self._passed if name in os.environ}
        kept |= {name: _absolute(kept[name]) for name in _PATHS if name in kept}
        own = {"HOME": str(self._folder), "TMPDIR": str(self._folder / "tmp")}
        told = {CONTEXT: str(self._file), STATE: str(self._state), NOW: now}
        return kept | own | told | {BASE_URL: str(self._context["base_url"])}

    def _run(self, environment: Mapping[str, str]) -> SceneEnding:
        theirs, ours = os.pipe()
        leash = [sys.executable, "-I", "-S", str(_LEASH), str(theirs), *map(str, self.runner), str(self._folder), "--"]
        try:
            process = subprocess.Popen(  # noqa: S603 - the command of the plan
                [*leash, *self._command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs,),
                start_new_session=True,
            )
            os.close(theirs)
            return _ending(process, ours, self._patience_s)
        except OSError as trouble:
            return {"how": "crashed", "exit_code": 127, "output": str(trouble)}
        finally:
            os.close(ours) if _is_open(ours) else None


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _ending(process: subprocess.Popen[bytes], line: int, patience_s: int) -> SceneEnding:
    """Wait for a run, and end all of it when it takes too long: letting the line go is what ends it."""
    try:
        output, _ = process.communicate(timeout=patience_s)
    except subprocess.TimeoutExpired:
        os.close(line)
        try:
            output, _ = process.communicate(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
        return {"how": "timeout", "output": _text(output)}
    how = "done" if process.returncode == 0 else "crashed"
    return {"how": how, "exit_code": process.returncode, "output": _text(output)}


def _anchor_paths(command: Sequence[str]) -> list[str]:
    """Return a command that means the same from another folder: files that are there get their whole path."""
    program = shutil.which(command[0]) or command[0]
    rest = [str(Path(word).absolute()) if word[:1] != "-" and Path(word).exists() else word for word in command[1:]]
    return [str(Path(program).absolute()) if os.sep in program or Path(program).exists() else program, *rest]


def _absolute(paths: str) -> str:
    return os.pathsep.join(str(Path(each).absolute()) for each in paths.split(os.pathsep) if each)


def _text(output: bytes | None) -> str:
    return (output or b"")[-_TAIL:].decode("utf-8", "replace")
