"""What a client remembers from one run to the next: a folder, or nothing but this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Memory:
    """Values by name; with a folder they outlive the process."""

    def __init__(self, folder: str | None = None) -> None:
        self._path = Path(folder) / "memory.json" if folder else None
        self._known: dict[str, Any] = {}
        if self._path and self._path.exists():
            self._known = json.loads(self._path.read_text(encoding="utf-8"))

    def get(self, name: str, otherwise: Any = None) -> Any:
        return self._known.get(name, otherwise)

    def put(self, name: str, value: Any) -> None:
        self._known[name] = value
        if self._path:
            self._path.write_text(json.dumps(self._known, ensure_ascii=False), encoding="utf-8")
