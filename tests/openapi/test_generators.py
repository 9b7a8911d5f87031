"""What generators of clients make of the document: it generates, imports and makes a push."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.openapi.document import document
from tests.builders import dossier
from tests.serving import ROOT, Server

TYPESCRIPT = Path(__file__).with_name("typescript")
MODULES = ROOT / "build" / "typescript" / "node_modules"
NEEDED = "NDXP_TESTS_NEED_TYPESCRIPT"
"""Set where skipping is not allowed, as in CI, which installs the modules."""
CONFIG = "project_name_override: ndxp_made\npackage_name_override: ndxp_made\npost_hooks: []\n"


def schemas_of(found: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema below a place with where it stands."""
    if isinstance(found, dict):
        yield place, found
        for word, value in found.items():
            if word not in ("enum", "const", "default", "example", "examples"):
                yield from schemas_of(value, f"{place}/{word}")
    elif isinstance(found, list):
        for number, each in enumerate(found):
            yield from schemas_of(each, f"{place}/{number}")


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document()


def test_every_object_has_a_name(made: dict[str, Any]) -> None:
    components = made["components"]["schemas"]
    assert len(components) > 50
    places = [f"#{place}" for name, each in components.items() for place, shape in schemas_of(each, f"/{name}")
              if "properties" in shape and isinstance(shape["properties"], dict) and place.count("/") > 1
              and not place.endswith("/properties")]  # fmt: skip
    for path, verbs in made["paths"].items():
        for verb, operation in verbs.items():
            contents = schemas_of(operation, f"{verb} {path}")
            places += [place for place, shape in contents if place.endswith("/schema") and "properties" in shape]
    assert places == []


def test_no_lone_null_stands_beside_a_simple_type_and_tags_are_plain_words(made: dict[str, Any]) -> None:
    nullables = [
        (place, shape["anyOf"])
        for place, shape in schemas_of(made["components"]["schemas"])
        if {"type": "null"} in (shape.get("anyOf") or ())
    ]
    assert nullables
    simple = [place for place, choices in nullables if any(isinstance(each.get("type"), str) and each["type"] != "null"
              and "properties" not in each and "items" not in each for each in choices)]  # fmt: skip
    assert simple == []
    lone = [place for place, shape in schemas_of(made) if shape.get("type") == "null" and "/anyOf/" not in place]
    assert lone == [], "openapi-generator's python stops at a property that is nothing but null"
    chosen = [place for place, shape in schemas_of(made) if shape.get("default") == "" and "enum" in shape]
    assert chosen == [], "openapi-generator's go gives the default of a nullable choice a type that it does not write"
    tags = [each["name"] for each in made["tags"]]
    assert tags
    assert [tag for tag in tags if not re.fullmatch(r"[a-z][a-z0-9-]*", tag)] == []


@pytest.mark.xdist_group("openapi-client")
def test_a_generated_python_client_imports_whole_and_pushes_a_dossier(tmp_path: Path, made: dict[str, Any]) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(made))
    (tmp_path / "config.yml").write_text(CONFIG)
    words = [
        "generate",
        "--path",
        "openapi.json",
        "--config",
        "config.yml",
        "--meta",
        "none",
        "--output-path",
        "ndxp_made",
    ]
    command = [sys.executable, "-m", "openapi_python_client", *words]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    sys.path.insert(0, str(tmp_path))
    try:
        package = importlib.import_module("ndxp_made")
        names = [each.name for each in pkgutil.walk_packages(package.__path__, "ndxp_made.")]
        assert len(names) > 300
        for name in names:
            importlib.import_module(name)
        push(package)
    finally:
        sys.path.remove(str(tmp_path))


def push(package: Any) -> None:
    models = importlib.import_module("ndxp_made.models")
    token = importlib.import_module("ndxp_made.api.ndxp_token.ndxp_token")
    dong_bo = importlib.import_module("ndxp_made.api.ndxp_btxh.btxh_dong_bo_dvc")
    with Server("--store", ":memory:", "--workers", "1") as server:
        pair = server.ready["credentials"]["production"]
        key = {"client_id": pair["consumer_key"], "client_secret": pair["consumer_secret"]}
        wish = models.NdxpTokenBody.from_dict({"grant_type": "client_credentials", **key})
        with package.Client(base_url=server.base_url) as anybody:
            given = token.sync(client=anybody, body=wish)
        with package.AuthenticatedClient(base_url=server.base_url, token=given.access_token) as client:
            reply = dong_bo.sync(client=client, body=models.BtxhDossier.from_dict(dossier()))
        assert reply.error_code == 0


@pytest.mark.skipif(
    NEEDED not in os.environ and not (MODULES.exists() and shutil.which("node")),
    reason="no node, or no modules: npm ci, as .ci/run does",
)
@pytest.mark.xdist_group("openapi-client")
def test_a_typescript_client_of_generated_types_compiles_and_pushes_a_dossier(
    tmp_path: Path, made: dict[str, Any]
) -> None:
    shutil.copytree(TYPESCRIPT, tmp_path, dirs_exist_ok=True)
    (tmp_path / "node_modules").symlink_to(MODULES)
    (tmp_path / "openapi.json").write_text(json.dumps(made))
    shape = 'import type { components } from "./ndxp";\nexport const dossier: components["schemas"]["BtxhDossier"] = '
    (tmp_path / "dossier.ts").write_text(f"{shape}{json.dumps(dossier())};\n")
    node("node_modules/.bin/openapi-typescript", "openapi.json", "-o", "ndxp.d.ts", where=tmp_path)
    node("node_modules/.bin/tsc", "-p", ".", where=tmp_path)
    with Server("--store", ":memory:", "--workers", "1") as server:
        pair = server.ready["credentials"]["production"]
        keys = pair["consumer_key"], pair["consumer_secret"]
        assert node("out/push.js", server.base_url, *keys, where=tmp_path) == "0\n"


def node(program: str, *words: str, where: Path) -> str:
    """Run a script; return what it printed."""
    command = ["node", program, *words]
    ended = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=200, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
