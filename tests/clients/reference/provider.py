"""The other role: a province's file server, and how papers get onto it (KDL III.1, V.3).

``python -m tests.clients.reference.provider FOLDER PORT`` serves what ``Shelf(FOLDER)`` holds.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

Words = dict[str, Any]


class Shelf:
    """Published files in a folder. A path of the web is never a path of the disk: only its digest is."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def put(self, path: str, content_type: str, content: bytes) -> None:
        at = self._at(path)
        at.with_suffix(".bin").write_bytes(content)
        at.with_suffix(".json").write_text(json.dumps({"type": content_type}), encoding="utf-8")

    def get(self, path: str) -> tuple[str, bytes] | None:
        at = self._at(path)
        if not at.with_suffix(".json").is_file():
            return None
        told = json.loads(at.with_suffix(".json").read_text(encoding="utf-8"))
        return told["type"], at.with_suffix(".bin").read_bytes()

    def _at(self, path: str) -> Path:
        return self.folder / hashlib.sha256(path.encode()).hexdigest()


def published(shelf: Shelf, task: Words) -> None:
    """Put the files of a task onto a shelf."""
    for file in task["files"]:
        parts = {name: base64.b64decode(file["content"][name]) for name in ("head", "piece", "tail")}
        content = parts["head"] + parts["piece"] * file["content"]["times"] + parts["tail"]
        shelf.put(file["path"], file["content_type"], content)


class Desk(BaseHTTPRequestHandler):
    """Answers GET and HEAD for what is on the shelf, and nothing else."""

    server: FileServer

    def do_GET(self) -> None:
        found = self.found(unquote(urlsplit(self.path).path))
        if found is None:
            self.answer(404, "text/plain; charset=utf-8", "Không có tệp này\n".encode())
        else:
            self.answer(200, *found)

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def found(self, path: str) -> tuple[str, bytes] | None:
        return self.server.shelf.get(path)

    def refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer(405, "text/plain; charset=utf-8", "Chỉ nhận GET và HEAD\n".encode())

    do_POST = do_PUT = do_DELETE = do_PATCH = refuse  # noqa: N815 - the library's names

    def answer(self, status: int, content_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class FileServer(ThreadingHTTPServer):
    """The server; ``desk`` answers."""

    daemon_threads = True

    def __init__(self, shelf: Shelf, port: int = 0, desk: type[Desk] = Desk) -> None:
        super().__init__(("127.0.0.1", port), desk)
        self.shelf = shelf


if __name__ == "__main__":
    FileServer(Shelf(sys.argv[1]), int(sys.argv[2])).serve_forever()
