"""The sample clients by language: how each is run, and what must be on the machine for that."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.serving import ROOT

CLIENTS = ROOT / "examples" / "clients"
_MONO = ROOT / "tests" / "examples" / "mono"
_PATIENCE_S = 120
_SMALL_JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # what a run of a second needs
_WRITTEN_FOR = ("NDXP_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


@dataclass(frozen=True)
class Language:
    """``run`` is the command, without words for the client; ``needs`` the programs it cannot do without."""

    name: str
    run: Sequence[str]
    needs: Sequence[str]

    @property
    def missing(self) -> str:
        """Return the first program that is not on this machine, or nothing."""
        return next((each for each in self.needs if not shutil.which(each)), "")

    def compiled(self, folder: Path) -> Language:
        """Return the same client, compiled into a folder if that saves time over running its source again and again."""
        if self.name == "csharp":
            return self._compiled_by_mono(folder)
        if self.name != "java" or self.missing:
            return self
        subprocess.run(["javac", *(f"-J{word}" for word in _SMALL_JVM), "-d", str(folder), self.run[-1]], check=True)
        return replace(self, run=[*self.run[:-1], "-cp", str(folder), "NdxpClient"])

    def _compiled_by_mono(self, folder: Path) -> Language:
        """Compile the C# client as it is, beside what mono lacks of .NET 8; the shared files lie beside the program."""
        for name in ("mau.json", "bieu-mau.json"):
            shutil.copy(CLIENTS / name, folder)
        return replace(self, run=compiled_by_mono(folder, CLIENTS / "csharp" / "Program.cs", _MONO / "TextJson.cs"))

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """Start the client in a folder that is not its own."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith(_WRITTEN_FOR)}
        return subprocess.Popen(
            [*self.run, *words],
            cwd=ROOT,
            env=kept | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )


@dataclass(frozen=True)
class Ended:
    """How a client ended, and what it said."""

    code: int
    said: Sequence[str]
    complained: str


def ended(client: subprocess.Popen[str]) -> Ended:
    """Wait for a client's end."""
    said, complained = client.communicate(timeout=_PATIENCE_S)
    return Ended(client.returncode, said.splitlines(), complained.strip())


LANGUAGES: Mapping[str, Language] = {
    each.name: each
    for each in (
        Language("python", [sys.executable, str(CLIENTS / "python" / "client.py")], []),
        Language("node", ["node", str(CLIENTS / "node" / "client.mjs")], ["node"]),
        Language("java", ["java", *_SMALL_JVM, str(CLIENTS / "java" / "NdxpClient.java")], ["java", "javac"]),
        Language("php", ["php", str(CLIENTS / "php" / "client.php")], ["php"]),
        Language("csharp", ["mono"], ["mcs", "mono"]),
        Language("curl", ["sh", str(CLIENTS / "curl" / "client.sh")], ["curl", "jq"]),
    )
}


def compiled_by_mono(folder: Path, *sources: Path) -> list[str]:
    """Compile C# into a folder; return the command that runs it."""
    compiler = ["mcs", "-nologo", "-langversion:7", "-warnaserror", "-r:System.Net.Http.dll", "-r:System.Xml.Linq.dll"]
    for name, files in {"Program": sources, "Run": [_MONO / "Run.cs"]}.items():
        subprocess.run([*compiler, f"-out:{folder / name}.exe", *map(str, files)], check=True)
    return ["mono", str(folder / "Run.exe"), str(folder / "Program.exe")]


def shim(folder: Path, script: str) -> str:
    """Put a program ``ndxp-emulator`` into a folder; return the PATH on which it is found first."""
    program = folder / "ndxp-emulator"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"
