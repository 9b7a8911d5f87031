"""Driving a vendor's program: once a scene, with the task in a file, and its end read from its exit code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emulator.cli.certify.files import write

_TAIL = 4000
CONTEXT, STATE, BASE_URL, NOW = (f"NDXP_CERT_{word}" for word in ("CONTEXT", "STATE_DIR", "BASE_URL", "NOW"))


class Driver:
    """Runs the command. ``folder`` holds the context file and what the client may keep between scenes."""

    def __init__(self, command: Sequence[str], context: Mapping[str, Any], folder: Path, patience_s: int) -> None:
        self._command, self._context, self._patience_s = list(command), context, patience_s
        self._file, self._state = folder / "context.json", folder / "state"
        self._state.mkdir(parents=True, exist_ok=True)

    def greet(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Let the client do the first small task; return how it ended. What it kept meanwhile is forgotten."""
        ending = self.perform(asked)
        shutil.rmtree(self._state)
        self._state.mkdir()
        return ending

    def perform(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Let the client do one task; return how it ended, as the admin API takes it."""
        task = asked["task"]
        told = {**self._context, "task": task, "state_dir": str(self._state)}
        content = json.dumps(told, ensure_ascii=False, indent=1).encode()
        write(self._file, content, force=True, secret=True)
        environment = os.environ | {
            CONTEXT: str(self._file),
            STATE: str(self._state),
            BASE_URL: str(self._context["base_url"]),
            NOW: str(task.get("now", "")),
        }
        return self._run(environment)

    def _run(self, environment: Mapping[str, str]) -> dict[str, Any]:
        try:
            ended = subprocess.run(  # noqa: S603 - the command of the plan
                self._command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=self._patience_s,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            return {"how": "timeout", "output": _text(late.output)}
        except OSError as trouble:
            return {"how": "crashed", "exit_code": 127, "output": str(trouble)}
        how = "done" if ended.returncode == 0 else "crashed"
        return {"how": how, "exit_code": ended.returncode, "output": _text(ended.stdout)}


def _text(output: bytes | None) -> str:
    return (output or b"")[-_TAIL:].decode("utf-8", "replace")
