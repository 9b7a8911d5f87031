"""The page: shipped with the emulator, unchanged, and unable to ask any other host for anything."""

from __future__ import annotations

import gzip
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.admin.request import PREFIX
from emulator.admin.routes import TABLE
from tests.conftest import Visitor
from tests.openapi.reader import Reader, operations

VIEWER = Path(__file__).resolve().parents[2] / "emulator" / "openapi" / "viewer"


def test_the_page_and_everything_it_loads_come_from_this_server(visitor: Visitor) -> None:
    page = visitor.http.get("/__admin/docs")
    assert page.mimetype == "text/html"
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 3
    for address in loaded:
        assert address.startswith("/__admin/docs/")
        assert visitor.http.get(address).status_code == 200
    assert '"/__admin/openapi.json"' in visitor.http.get("/__admin/docs/begin.js").text


@pytest.mark.parametrize("path", ["/__admin/docs", "/__admin/docs/swagger-ui-bundle.js", "/__admin/openapi.json"])
def test_the_policy_of_the_page_allows_no_other_host(visitor: Visitor, path: str) -> None:
    policy = visitor.http.get(path).headers["Content-Security-Policy"]
    sources = [source for rule in policy.split("; ") for source in rule.split()[1:]]
    assert set(sources) == {"'none'", "'self'", "'unsafe-inline'", "data:"}
    assert "script-src 'self';" in policy
    assert policy.startswith("default-src 'none'")


def test_the_viewer_is_what_its_makers_published_and_is_small() -> None:
    origin = (VIEWER / "ORIGIN.md").read_text(encoding="utf-8")
    for digest, name in re.findall(r"([0-9a-f]{64})  (\S+)", origin):
        assert hashlib.sha256(gzip.decompress((VIEWER / f"{name}.gz").read_bytes())).hexdigest() == digest
    assert {"LICENSE", "NOTICE"} <= {path.name for path in VIEWER.iterdir()}
    assert sum(path.stat().st_size for path in VIEWER.iterdir()) < 600_000


def test_a_file_the_page_has_not_is_not_found(visitor: Visitor) -> None:
    for name in ("site.py", "..%2Fsite.py", "swagger-ui.css.gz", "swagger-ui.js"):
        assert visitor.http.get(f"/__admin/docs/{name}").status_code == 404


def test_the_document_needs_no_admin_token(visitor: Visitor) -> None:
    reply = visitor.http.get("/__admin/openapi.json", headers={"Host": "emulator.example.vn"})
    assert reply.status_code == 200
    assert visitor.http.get("/__admin/sandboxes", headers={"Host": "emulator.example.vn"}).status_code == 403


def test_every_route_of_the_admin_api_and_every_service_is_in_the_document(reader: Reader) -> None:
    told = {(verb.upper(), path) for path, verb, _ in operations(reader.document)}
    assert set() < {(verb, PREFIX + path) for verb, path in TABLE} <= told
    services = {(offer.method, offer.path) for offer in reader.visitor.country.admin.offers}
    adapters = {(verb, path.replace("{adapter}", name)) for verb, path in told for name in ("XrdAdapter", "VXPAdapter")}
    adapters = {(verb, path.replace("{file}", "")) for verb, path in adapters}
    assert services - told - adapters == set()


def test_operations_have_names_of_their_own(reader: Reader) -> None:
    names = [operation["operationId"] for _, _, operation in operations(reader.document)]
    assert len(names) == len(set(names))


def test_a_server_that_starts_does_not_load_the_document() -> None:
    code = (
        "import sys; from emulator.app import create_app, found_country, open_packs;"
        "from emulator.settings import Settings;"
        "from pathlib import Path; import tempfile; s = Settings();"
        "create_app(found_country(s, Path(tempfile.mkdtemp()) / 'store.db', open_packs(s.packs)));"
        "print([n for n in sys.modules if n.startswith(('apispec', 'emulator.openapi', 'marshmallow'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
