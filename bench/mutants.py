"""``python -m bench.mutants``: does the suite notice when the code is wrong? A seeded sample of mutants, room by room.

A mutant is one small change of one module: a comparison turned round, ``and`` for ``or``, a number one greater, a
condition that never holds, a statement left out. The suite runs once with nothing changed: what fails then judges no
mutant. Against each mutant run the tests that reach the changed function (those that reach least first, ``LONGEST_S``
seconds of them), then those of its room (``RELATED``), which reach it in processes of their own; a mutant that none
notices has survived. It works on copies of the tree, never on the tree itself. The floor a room is ``FLOOR`` per cent,
of all together ``AIM``. ``--reached FOLDER`` keeps what the suite reached, for the next time with the same tree.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from bench.reached import Reached

ROOT = Path(__file__).resolve().parents[1]
FLOOR, AIM = 78, 88
NONE_LEFT = 5
"""What pytest leaves with when it has no test to run."""
LONGEST_S, TIMEOUT_S = 90, 600
LEFT_OUT = ("house", "packaging", "console/test_browser.py", "clients")
"""Tests that hold no behaviour, or hold it in browsers and fresh environments: they judge nothing here."""
RELATED: Mapping[str, tuple[str, ...]] = {
    "admin": ("admin", "openapi", "time/test_agenda.py"),
    "certification": ("certification",),
    "console": ("console",),
    "country": (
        "country",
        "time",
        "people",
        "life",
        "store/test_store.py",
        "admin/test_sandboxes_api.py",
        "admin/test_tenants.py",
        "admin/test_access_rights.py",
    ),
    "gateways": (
        "gateways",
        "documents/test_gateway_quirks.py",
        "documents/test_xroad_quirks.py",
        "portal",
        "services/test_cases_btxh.py",
        "faults/test_answers.py",
        "time/test_agenda.py",
    ),
    "journal": (
        "journal",
        "admin/test_journal_api.py",
        "admin/test_verify_api.py",
        "admin/test_wiremock_words.py",
        "admin/test_tenants.py",
        "observability/test_trace.py",
        "time/test_agenda.py",
        "gateways/test_gateway_settings.py",
    ),
    "kernel": ("journal", "time", "gateways/test_faults.py", "house/test_rules.py", "cli/test_written_files.py"),
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
    """One change: where, in which function (its first line), what stood there, and the module's source that has it."""

    path: Path
    line: int
    function: int
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
    function = _function_at(tree, line)
    change(node)
    return Mutant(path.relative_to(ROOT), line, function, what, ast.unparse(ast.fix_missing_locations(tree)))


def _function_at(tree: ast.AST, line: int) -> int:
    around = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    held = [each for each in around if each.lineno <= line <= (each.end_lineno or 0)]
    inner = max(held, key=lambda each: each.lineno)
    return min([inner.lineno, *(each.lineno for each in inner.decorator_list)])


def reach(copy: Path, into: Path, jobs: int) -> Reached:
    """Run the whole suite with nothing changed, and write down what each test reaches."""
    ran = _run(copy, ["tests"], {"REACHED_INTO": str(into)}, "-n", str(jobs))
    if ran.returncode not in (0, 1):
        raise SystemExit(ran.stdout.decode() + ran.stderr.decode())
    return Reached.read(into)


def is_killed(mutant: Mutant, room: str, reached: Reached, copy: Path) -> bool:
    """Run the tests that reach a mutant, then those of its room, up to the first that fails."""
    place, only, without = copy / mutant.path, copy.parent / "only.json", copy.parent / "without.json"
    tests = reached.tests_of(f"{mutant.path.relative_to('emulator')}:{mutant.function}", LONGEST_S)
    only.write_text(json.dumps(tests), "utf-8")
    without.write_text(json.dumps([*tests, *reached.failed]), "utf-8")
    kept = place.read_text("utf-8")
    place.write_text(mutant.source, "utf-8")
    try:
        files = sorted({test.partition("::")[0] for test in tests})
        if files and _run(copy, files, {"REACHED_ONLY": str(only)}, "-x").returncode:
            return True
        related = [f"tests/{test}" for test in RELATED[room]]
        return _run(copy, related, {"REACHED_WITHOUT": str(without)}, "-x").returncode not in (0, NONE_LEFT)
    except subprocess.TimeoutExpired:  # it never ends, or the machine is busy: whoever reads the rates may look
        print(f"timed out, counted as killed: {mutant.path}:{mutant.line} {mutant.what}", file=sys.stderr, flush=True)
        return True
    finally:
        place.write_text(kept, "utf-8")


def _run(
    copy: Path, files: list[str], environment: Mapping[str, str], *words: str
) -> subprocess.CompletedProcess[bytes]:
    asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "bench.reached"]
    left_out = [f"--ignore=tests/{each}" for each in LEFT_OUT]
    known = {**os.environ, "PYTHONPATH": str(copy), **environment}  # what a test starts is changed as well
    longest = None if "REACHED_INTO" in environment else TIMEOUT_S
    return subprocess.run(
        [*asked, *words, *left_out, *files], cwd=copy, env=known, capture_output=True, timeout=longest, check=False
    )


def main() -> int:
    """Draw, run and print; 1 when a room or the whole is under its floor."""
    asked = argparse.ArgumentParser(prog="python -m bench.mutants")
    asked.add_argument("rooms", nargs="*", metavar="room", choices=[*RELATED, []], help=", ".join(RELATED))
    asked.add_argument("--many", type=int, default=22, help="mutants a room")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--jobs", type=int, default=2, help="rooms at a time, each in its own copy")
    asked.add_argument("--reached", type=Path, metavar="FOLDER", help="keep here what the suite reached, or read it")
    words = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        into = (words.reached or Path(folder)) / "reached"
        if not list(into.parent.glob("reached.*")):
            into.parent.mkdir(parents=True, exist_ok=True)
            reach(_copy(Path(folder)), into, words.jobs)
        reached = Reached.read(into)
    for failed in sorted(reached.failed):
        print(f"fails with nothing changed, judges nothing: {failed}", file=sys.stderr, flush=True)
    with ThreadPoolExecutor(words.jobs) as pool:
        tallied = pool.map(lambda room: _tally(room, words.many, words.seed, reached), words.rooms or RELATED)
        counted = list(tallied)
    whole = Tally(sum(each.killed for each in counted), [name for each in counted for name in each.survived])
    print(f"| all | {whole.killed} of {whole.killed + len(whole.survived)} | {whole.rate:.0f} % | {AIM} |")
    is_whole = not words.rooms
    return int(any(each.rate < FLOOR for each in counted) or (is_whole and whole.rate < AIM))


def _copy(folder: Path) -> Path:
    left_out = shutil.ignore_patterns(".git", ".venv", "build", "dist", "__pycache__")
    return Path(shutil.copytree(ROOT, folder / "tree", ignore=left_out))


def _tally(room: str, many: int, seed: int, reached: Reached) -> Tally:
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        copy = _copy(Path(folder))
        for mutant in sample(room, many, seed):
            if is_killed(mutant, room, reached, copy):
                tally.killed += 1
            else:
                tally.survived.append(f"{mutant.path}:{mutant.line} {mutant.what}")
                print(f"survived: {tally.survived[-1]}", file=sys.stderr, flush=True)
    whole = tally.killed + len(tally.survived)
    print(f"| {room} | {tally.killed} of {whole} | {tally.rate:.0f} % | {FLOOR} |", flush=True)
    return tally


if __name__ == "__main__":
    sys.exit(main())
