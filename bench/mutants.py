"""``python -m bench.mutants``: does the suite notice when the code is wrong? A seeded sample of mutants, room by room.

A mutant is one small change of one module: a comparison turned round, ``and`` for ``or``, a number one greater, a
condition that never holds, a statement left out. Against each run the tests that import the module's room by name or
by habit (``RELATED``), and no others; a mutant that no test notices has survived. It works on a copy of the tree, never
on the tree itself. The floor a room is ``FLOOR`` per cent, of all together ``AIM``.
"""

from __future__ import annotations

import argparse
import ast
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FLOOR, AIM = 78, 88
TIMEOUT_S = 300
RELATED: Mapping[str, tuple[str, ...]] = {
    "admin": ("admin", "openapi", "time/test_agenda.py"),
    "certification": ("certification",),
    "console": ("console/test_pages.py",),
    "country": ("country", "time", "people", "store/test_store.py", "admin/test_sandboxes_api.py"),
    "gateways": ("gateways", "documents/test_gateway_quirks.py", "documents/test_xroad_quirks.py"),
    "journal": ("journal", "admin/test_journal_api.py", "admin/test_verify_api.py", "admin/test_wiremock_words.py"),
    "kernel": ("journal", "time", "gateways/test_faults.py", "house/test_rules.py"),
    "openapi": ("openapi",),
    "recording": ("recording",),
    "scenario": ("scenario", "faults"),
    "server": ("server", "faults/test_sockets.py"),
    "services": ("services", "portal", "documents", "wire", "life"),
    "store": ("store", "admin/test_journal_api.py", "time"),
    "wire": ("wire", "documents", "services", "people", "house/test_rules.py"),
}
"""The tests that hold a room; ``cli`` and ``testing`` are held by processes and left to the suite."""
TURNED: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: where, what stood there, and the source of the module that has it."""

    path: Path
    line: int
    what: str
    source: str


@dataclass
class Tally:
    """What became of the mutants of a room."""

    killed: int = 0
    survived: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return the killed ones in per cent."""
        whole = self.killed + len(self.survived)
        return 100 * self.killed / whole if whole else 100.0


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield what can be changed, with the change in words; only inside functions, where behaviour is."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in (each for statement in function.body for each in ast.walk(statement)):
            if isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
                yield node, "comparison turned"
            elif isinstance(node, ast.BoolOp):
                yield node, "and for or"
            elif isinstance(node, ast.Constant) and type(node.value) is int:
                yield node, f"{node.value + 1} for {node.value}"
            elif isinstance(node, ast.If):
                yield node, "condition never holds"
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                yield node, "statement left out"


def change(node: ast.AST) -> None:
    """Make a node wrong, where it stands."""
    match node:
        case ast.Compare():
            node.ops[0] = TURNED[type(node.ops[0])]()
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.Constant(value=int() as value):
            node.value = value + 1
        case ast.If():
            node.test = ast.Constant(False)
        case ast.Expr():
            node.value = ast.Constant(None)


def sample(room: str, many: int, seed: int) -> list[Mutant]:
    """Draw mutants of a room: the same for the same seed and source."""
    files = sorted((ROOT / "emulator" / room).rglob("*.py"))
    every = [(path, place) for path in files for place in range(len(list(places(ast.parse(path.read_text("utf-8"))))))]
    drawn = random.Random(f"{seed} {room}").sample(every, min(many, len(every)))
    return [_mutant(path, place) for path, place in drawn]


def _mutant(path: Path, place: int) -> Mutant:
    tree = ast.parse(path.read_text("utf-8"))
    node, what = list(places(tree))[place]
    line = getattr(node, "lineno", 0)
    change(node)
    return Mutant(path.relative_to(ROOT), line, what, ast.unparse(ast.fix_missing_locations(tree)))


def is_killed(mutant: Mutant, tests: tuple[str, ...], copy: Path) -> bool:
    """Run a room's tests against a mutant, up to the first that fails."""
    place = copy / mutant.path
    kept = place.read_text("utf-8")
    place.write_text(mutant.source, "utf-8")
    asked = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *(f"tests/{test}" for test in tests)]
    try:
        ran = subprocess.run(asked, cwd=copy, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return True
    finally:
        place.write_text(kept, "utf-8")
    if ran.returncode not in (0, 1, 2):
        raise SystemExit(ran.stdout.decode() + ran.stderr.decode())
    return ran.returncode != 0


def main() -> int:
    """Draw, run and print; 1 when a room or the whole is under its floor."""
    asked = argparse.ArgumentParser(prog="python -m bench.mutants")
    asked.add_argument("rooms", nargs="*", metavar="room", help=", ".join(RELATED))
    asked.add_argument("--many", type=int, default=22, help="mutants a room")
    asked.add_argument("--seed", type=int, default=1)
    words = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "build", "dist", "__pycache__"))
        tallies = {room: _tally(room, words.many, words.seed, copy) for room in words.rooms or RELATED}
    survived = [each for tally in tallies.values() for each in tally.survived]
    whole = Tally(sum(tally.killed for tally in tallies.values()), survived)
    print(f"| all | {whole.killed} of {whole.killed + len(whole.survived)} | {whole.rate:.0f} % | {AIM} |")
    is_whole = not words.rooms
    return int(any(each.rate < FLOOR for each in tallies.values()) or (is_whole and whole.rate < AIM))


def _tally(room: str, many: int, seed: int, copy: Path) -> Tally:
    tally = Tally()
    for mutant in sample(room, many, seed):
        if is_killed(mutant, RELATED[room], copy):
            tally.killed += 1
        else:
            tally.survived.append(f"{mutant.path}:{mutant.line} {mutant.what}")
            print(f"survived: {tally.survived[-1]}", file=sys.stderr, flush=True)
    whole = tally.killed + len(tally.survived)
    print(f"| {room} | {tally.killed} of {whole} | {tally.rate:.0f} % | {FLOOR} |", flush=True)
    return tally


if __name__ == "__main__":
    sys.exit(main())
