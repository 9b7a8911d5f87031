"""The house itself, counted: modules, lines a room, and through how many files one call of each kind walks."""

from __future__ import annotations

import ast
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from emulator.kernel.exchange import Call, Reply
from emulator.services.client_view import ClientView, put_together

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from emulator.app import Country

PACKAGE = Path(__file__).resolve().parents[1] / "emulator"
SMALL = 40
WALKS = (
    ("push", "btxh.DongBoDVC", 30),
    ("papers", "dvcqg.papers.find", 28),
    ("download", "province.download", 24),
    ("report", "dvcqg.mapi.DongBoHoSoMC", 30),
)


def house() -> Iterator[str]:
    """Yield what there is, then the files that one call walks through."""
    modules = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in modules}
    small = sum(count < SMALL for count in lines.values())
    yield f"| modules (without `__init__`) | {len(modules)} | under {SMALL} lines: {small} | | 360, 25 |"
    yield f"| functions named by a bare participle | {_participles(modules)} | | | 2 % |"
    rooms: Counter[str] = Counter()
    for path, count in lines.items():
        rooms[path.relative_to(PACKAGE).parts[0]] += count
    for room, count in rooms.most_common():
        yield f"| lines of {room} | {count} | | | |"
    yield from _walks()


def _participles(modules: list[Path]) -> str:
    names = [
        node.name
        for path in modules
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    bare = [name for name in names if "_" not in name and name.endswith("ed")]
    return f"{len(bare)} of {len(names)}"


def _walks() -> Iterator[str]:
    started = time.perf_counter()
    from emulator.app import create_app, found_country, open_packs
    from emulator.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        country = found_country(Settings(), Path(folder, "house.db"), open_packs(("co-ban",)))
        yield f"| founded in process, once imported | {time.perf_counter() - started:.2f} s | | | |"
        yield f"| memory then | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB | | | |"
        reach = Reach(country, create_app(country).test_client())
        for name, operation, aim in WALKS:
            reach.prepare(operation)()  # what is imported and read once is not counted
            status, files = _files_of(reach.prepare(operation))  # another dossier: the same would be refused, or kept
            yield f"| files walked by a {name} | {len(files)} | status {status} | | {aim} |"
        country.store.close()


class Reach:
    """The sandbox ``default`` in process: its admin routes over Flask, its services straight at the door."""

    sandbox = "default"

    def __init__(self, country: Country, http: FlaskClient) -> None:
        self._country, self._http = country, http

    def get(self, path: str, /, **query: Any) -> Any:
        """Return the JSON of an admin GET."""
        return self._http.get(f"/__admin/sandboxes/default{path}", query_string=query).json

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON of an admin call."""
        return self._http.open(f"/__admin/sandboxes/default{path}", method=method, json=body).json

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """Send a call to the services."""
        where, _, query = path.partition("?")
        pairs = tuple((name.lower(), text) for name, text in headers.items())
        given = body or b""
        call = Call(method, unquote(where), query, pairs, given, len(given), path, "127.0.0.1")
        return self._country.door.serve(call)

    def prepare(self, operation: str) -> Callable[[], int]:
        """Return a right call of an operation, put together; calling it sends it and gives the status."""
        ask = put_together(operation, None, ClientView(self))
        return lambda: self.send(ask.method, ask.path, ask.headers, ask.body).status


def _files_of(call: Callable[[], int]) -> tuple[int, set[str]]:
    files: set[str] = set()

    def look(frame: FrameType, _event: str, _argument: Any) -> None:
        path = frame.f_code.co_filename
        if path.startswith(str(PACKAGE)):
            files.add(path)

    sys.setprofile(look)
    try:
        status = call()
    finally:
        sys.setprofile(None)
    return status, files
