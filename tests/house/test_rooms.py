"""The house holds itself: who may import whom, where libraries may stand, how large things grow."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "emulator"
SOURCES = sorted(PACKAGE.rglob("*.py"))

ASSEMBLY = {"__main__", "app", "cli", "settings", "plugin"}
MAY_USE = {
    "kernel": set(),
    "store": {"kernel"},
    "wire": {"kernel"},
    "journal": {"store", "kernel"},
    "country": {"store", "wire", "kernel"},
    "services": {"country", "wire", "kernel"},
    "scenario": {"services", "country", "wire", "kernel"},
    "gateways": {"services", "journal", "scenario", "country", "wire", "kernel"},
    "certification": {"services", "journal", "scenario", "country", "wire", "kernel"},
    "classroom": {"certification", "services", "journal", "scenario", "store", "country", "wire", "kernel"},
    "admin": {"classroom", "services", "certification", "journal", "scenario", "country", "wire", "kernel"},
    "console": {
        "admin",
        "classroom",
        "recording",
        "services",
        "certification",
        "journal",
        "scenario",
        "country",
        "wire",
        "kernel",
    },
    "recording": {"services", "scenario", "journal", "country", "wire", "kernel"},
    "openapi": {"admin", "gateways", "journal", "services", "scenario", "country", "wire", "kernel"},
    "server": {"gateways", "kernel"},
    "testing": {"app", "cli", "settings", "scenario"},
}
LIBRARIES = {
    "flask": {"app", "server", "admin", "console"},
    "werkzeug": {"app", "server", "admin", "console"},
    "marshmallow": {"services", "wire", "scenario", "admin", "openapi"},
    "apispec": {"openapi"},
    "tinydb": {"country"},
    "sqlite3": {"store"},
    "faker": {"country"},
    "gunicorn": {"server"},
    "requests": {"gateways", "recording", "testing"},
    "pytest": {"testing"},
    "lxml": {"services", "wire"},
    "fpdf": {"certification", "classroom"},
    "segno": {"certification", "classroom"},
    "jinja2": {"certification", "console"},
    "yaml": {"scenario", "classroom"},
    "trustme": {"server"},
    "prometheus_client": {"admin"},
    "click": ASSEMBLY,
    "securesystemslib": {"certification"},
    "in_toto_attestation": {"certification"},
    "junitparser": {"certification"},
}
LONGEST_FUNCTION = 40
LONGEST_MODULE = 400


def room_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py") if len(parts) > 1 or parts[0] != "__init__.py" else "__init__"


@dataclass(frozen=True)
class Facts:
    """What one pass over a module finds: (name, line) of imports, (name, line, length) of functions."""

    imports: tuple[tuple[str, int], ...]
    functions: tuple[tuple[str, int, int], ...]
    speaks: bool


@cache
def facts_of(path: Path) -> Facts:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports: list[tuple[str, int]] = []
    functions: list[tuple[str, int, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imports.append((node.module, node.lineno))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            functions.append((node.name, node.lineno, node.end_lineno - node.lineno + 1))
    return Facts(tuple(imports), tuple(functions), bool(ast.get_docstring(tree)) or not path.stat().st_size)


def test_rooms_import_only_downwards() -> None:
    wrong = []
    for path in SOURCES:
        room = room_of(path)
        if room in ASSEMBLY or room == "__init__":
            continue
        for name, line in facts_of(path).imports:
            parts = name.split(".")
            if parts[0] == "emulator" and len(parts) > 1 and parts[1] not in {room, *MAY_USE[room]}:
                wrong.append(f"{path.relative_to(ROOT)}:{line} {room} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_services_never_import_each_other() -> None:
    wrong: list[str] = []
    folders = {path.name for path in (PACKAGE / "services").iterdir() if path.is_dir()}
    assert {"btxh", "portal", "province"} <= folders
    for path in (PACKAGE / "services").rglob("*.py"):
        if path.parent == PACKAGE / "services":  # what two services do together stands above both
            continue
        own = path.relative_to(PACKAGE).parts[1]
        for name, line in facts_of(path).imports:
            parts = name.split(".")
            if parts[:2] == ["emulator", "services"] and len(parts) > 2 and parts[2] != own:
                wrong += [f"{path.relative_to(ROOT)}:{line} imports {name}"] * (parts[2] in folders)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_libraries_stand_in_their_rooms(library: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in SOURCES
        for name, line in facts_of(path).imports
        if name.split(".")[0] == library and room_of(path) not in LIBRARIES[library]
    ]
    assert not wrong, "\n".join(wrong)


def test_the_kernel_needs_the_standard_library_alone() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in (PACKAGE / "kernel").rglob("*.py")
        for name, line in facts_of(path).imports
        if name.split(".")[0] not in {*sys.stdlib_module_names, "emulator"}
    ]
    assert not wrong, "\n".join(wrong)


def test_functions_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{line} {name} {length}"
        for path in SOURCES
        for name, line, length in facts_of(path).functions
        if length > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_most_functions_fit_in_fifteen_lines() -> None:
    lengths = sorted(length for path in SOURCES for _, _, length in facts_of(path).functions)
    assert lengths[int(len(lengths) * 0.7)] <= 15


def test_modules_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)} {count}"
        for path in SOURCES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    ]
    assert not long, "\n".join(long)


def test_nothing_that_a_tool_left_behind_goes_into_the_wheel() -> None:
    kinds = {path.suffix for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert len(kinds) > 10
    assert kinds & {".orig", ".rej", ".bak", ".swp", ".tmp"} == set()


def test_every_public_thing_says_what_it_promises() -> None:
    silent = [str(path.relative_to(ROOT)) for path in SOURCES if not facts_of(path).speaks]
    assert not silent, "\n".join(silent)


def test_nothing_is_left_open_in_the_code() -> None:
    marks = ("TODO", "FIXME", "XXX", "NotImplementedError", "pragma: no cover")
    found = [
        f"{path.relative_to(ROOT)}: {mark}"
        for path in SOURCES
        for mark in marks
        if mark in path.read_text(encoding="utf-8")
    ]
    assert not found, "\n".join(found)
