"""The C# project, as .NET 8 takes it; ``test_clients`` compiles and runs the program with mono."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from tests.examples.languages import CLIENTS

FOLDER = CLIENTS / "csharp"
OTHERS = ("python/client.py", "node/client.mjs", "java/NdxpClient.java", "php/client.php", "curl/client.sh")
SHARED = (
    "bị từ chối / refused: ",
    "không gọi được / cannot reach: ",
    "xong / done",
    "1.009999",
    "NDXP_CERT_CONTEXT",
    "NDXP_EMULATOR_URL",
    "NDXP_CONSUMER_KEY",
    "push-course",
)


def test_the_csharp_project_needs_no_package_and_takes_the_shared_files_along() -> None:
    project = ET.parse(FOLDER / "NdxpClient.csproj")
    assert project.findall(".//PackageReference") == []
    taken = [(FOLDER / each.attrib["Include"]).resolve() for each in project.findall(".//None")]
    assert taken == [CLIENTS / "mau.json", CLIENTS / "bieu-mau.json"]


@pytest.mark.parametrize("said", SHARED)
def test_every_client_knows_the_same_words(said: str) -> None:
    for name in ("csharp/Program.cs", *OTHERS):
        text = (CLIENTS / name).read_text(encoding="utf-8")
        # a program may end the word before the colon that it prints
        assert any(words in text for words in (said, said.removesuffix(": "))), name


def test_the_csharp_client_imports_nothing_but_the_platform() -> None:
    imported = re.findall(r"^using ([\w.]+);", (FOLDER / "Program.cs").read_text(encoding="utf-8"), re.MULTILINE)
    assert imported
    assert {name.partition(".")[0] for name in imported} == {"System"}
